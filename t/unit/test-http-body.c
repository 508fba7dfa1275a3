/* Bodies: what belongs to one, what does not, and gzip around it. */
#include "base/base.h"
#include "http/internal.h"
#include "unit.h"

/* Feeds text in pieces of `step` bytes as a connection does: what was not used
 * comes again with more behind it.  *used_r: where the body ended. */
static int feed(struct head *h, int64_t max, const char *text, size_t len, size_t step,
		struct buf *out, size_t *used_r, struct err *err)
{
	size_t at = 0, have = 0, used;
	struct body b;
	int r = body_begin(&b, h, max, err);

	while (r == 0) {
		have = MIN(have + step, len);
		r = body_feed(&b, text + at, have - at, &used, out, err);
		at += used;
		if (have == len)
			break;
	}
	*used_r = at;
	return r;
}

struct body_case {
	const char *text;
	int result;
	const char *body; /* result 1 */
	const char *rest; /* what is left of text */
};

static const struct body_case chunk_cases[] = {
	{ "0\r\n\r\nrest", 1, "", "rest" },
	{ "5\r\nhello\r\n0\r\n\r\n", 1, "hello", "" },
	{ "2\r\nhe\r\n3;a=\"x;\\\"\"\r\nllo\r\n00;b\r\nX: y\r\n\r\nGET", 1, "hello", "GET" },
	{ "A\r\n0123456789\r\n0\r\n\r\n", 1, "0123456789", "" },
	{ "5\r\nhello\r\n0\r\n", 0, NULL, NULL },
	{ "5\r\nhel", 0, NULL, NULL },
	{ "", 0, NULL, NULL },
	{ "5\nhello", -1, NULL, NULL },
	{ "5\r\nhello!", -1, NULL, NULL },
	{ "5\r\nhello\n", -1, NULL, NULL },
	{ "5\r\nhello\rX", -1, NULL, NULL },
	{ "\r\n", -1, NULL, NULL },
	{ "+5\r\n", -1, NULL, NULL },
	{ "0x5\r\n", -1, NULL, NULL },
	{ "5 \r\n", -1, NULL, NULL },
	{ "5;\r\n", -1, NULL, NULL },
	{ "5;a=\"\r\n", -1, NULL, NULL },
	{ "5;a=\"\\\r\n", -1, NULL, NULL },
	{ "5;a=\"b\"c\r\n", -1, NULL, NULL },
	{ "0000000000000005\r\n", -1, NULL, NULL },
	{ "0\r\nX : y\r\n", -1, NULL, NULL },
	{ "0\r\n X: y\r\n", -1, NULL, NULL },
	{ "0\r\n\n", -1, NULL, NULL },
};

static void chunks_read_the_same_in_whatever_pieces_they_come(void **state UNUSED)
{
	struct head h = { .chunked = true };

	for (size_t i = 0; i < ARRAY_LEN(chunk_cases); i++) {
		const struct body_case *c = &chunk_cases[i];
		size_t len = strlen(c->text), used;

		for (size_t step = 1; step <= len + 1; step++) {
			struct buf out = { NULL, 0, 0 };
			struct err err = { .kind = ERR_NONE };

			assert_int_equal(feed(&h, 1000, c->text, len, step, &out, &used, &err),
					 c->result);
			if (c->result == 1) {
				assert_string_equal(out.len > 0 ? out.data : "", c->body);
				assert_string_equal(c->text + used, c->rest);
			}
			assert_int_equal(err.kind, c->result < 0 ? ERR_SYNTAX : ERR_NONE);
			buf_release(&out);
		}
	}
}

static void a_length_takes_just_so_many_bytes(void **state UNUSED)
{
	struct head h = { .has_length = true, .length = 5 };

	for (size_t step = 1; step < 12; step++) {
		struct buf out = { NULL, 0, 0 };
		struct err err;
		size_t used;

		assert_int_equal(feed(&h, 5, "helloworld", 10, step, &out, &used, &err), 1);
		assert_int_equal(used, 5);
		assert_string_equal(out.data, "hello");
		buf_release(&out);
	}
}

static void without_a_length_there_is_no_body(void **state UNUSED)
{
	struct head h = { .length = 0 };
	struct buf out = { NULL, 0, 0 };
	struct err err;
	size_t used;

	assert_int_equal(feed(&h, 5, "GET", 3, 3, &out, &used, &err), 1);
	assert_int_equal(used, 0);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void too_large_is_known_before_the_bytes_come(void **state UNUSED)
{
	struct head with_length = { .has_length = true, .length = 6 },
		    chunked = { .chunked = true };
	struct buf out = { NULL, 0, 0 };
	struct err err;
	size_t used;
	struct body b;

	assert_int_equal(body_begin(&b, &with_length, 5, &err), -1);
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	assert_int_equal(
		feed(&chunked, 5, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 22, 22, &out, &used, &err),
		1);
	buf_clear(&out);
	assert_int_equal(feed(&chunked, 5, "3\r\nabc\r\n3\r\n", 11, 11, &out, &used, &err), -1);
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	assert_string_equal(out.data, "abc");
	assert_int_equal(feed(&chunked, INT64_MAX, "1\r\na\r\nfffffffffffffff\r\n", 23, 23, &out,
			      &used, &err),
			 0);
	assert_int_equal(feed(&chunked, 5, "fffffffffffffff\r\n", 17, 17, &out, &used, &err), -1);
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	buf_release(&out);
}

static void lines_without_end_are_refused(void **state UNUSED)
{
	static const char *const begins[] = { "5;a=", "0\r\nX: ", "00000000" };
	struct head h = { .chunked = true };
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
		struct buf text = { NULL, 0, 0 }, out = { NULL, 0, 0 };
		size_t used;

		buf_str(&text, begins[i]);
		for (int n = 0; n < 9000; n++)
			buf_char(&text, '0');
		assert_int_equal(feed(&h, 1000, text.data, text.len, 100, &out, &used, &err), -1);
		assert_string_equal(err.code, "chunk");
		buf_release(&text);
		buf_release(&out);
	}
}

static void gzip_comes_back_as_it_was(void **state UNUSED)
{
	struct buf plain = { NULL, 0, 0 }, packed = { NULL, 0, 0 }, again = { NULL, 0, 0 };
	struct gzip *g = NULL;
	struct err err;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 10000; i++)
			buf_int(&plain, i * 7919 % 1000);
		gzip_pack(&g, plain.data, plain.len, &packed);
		assert_true(packed.len < plain.len);
		assert_int_equal(
			gzip_unpack(&g, packed.data, packed.len, (int64_t)plain.len, &again, &err),
			0);
		assert_int_equal(again.len, plain.len);
		assert_memory_equal(again.data, plain.data, plain.len);
		buf_clear(&again);
		buf_clear(&packed);
	}
	buf_release(&plain);
	buf_release(&packed);
	buf_release(&again);
	gzip_free(&g);
	assert_null(g);
}

static void gzip_has_the_limit_of_what_it_unpacks_to(void **state UNUSED)
{
	struct buf plain = { NULL, 0, 0 }, packed = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct gzip *g = NULL;
	struct err err;
	size_t n = 10 * 1024 * 1024;

	memset(buf_room(&plain, n), 0, n);
	buf_used(&plain, n);
	gzip_pack(&g, plain.data, plain.len, &packed);
	assert_true(packed.len < n / 100);
	assert_int_equal(gzip_unpack(&g, packed.data, packed.len, 100000, &out, &err), -1);
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	assert_true(out.len < 200000); /* and it stopped there */
	buf_release(&plain);
	buf_release(&packed);
	buf_release(&out);
	gzip_free(&g);
}

static void what_is_not_one_whole_gzip_is_refused(void **state UNUSED)
{
	struct buf packed = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct gzip *g = NULL;
	struct err err;

	gzip_pack(&g, "hello, hello, hello", 19, &packed);
	for (size_t len = 0; len < packed.len; len++) {
		assert_int_equal(gzip_unpack(&g, packed.data, len, 100, &out, &err), -1);
		assert_string_equal(err.code, "gzip_broken");
		buf_clear(&out);
	}
	buf_char(&packed, 'x');
	assert_int_equal(gzip_unpack(&g, packed.data, packed.len, 100, &out, &err), -1);
	packed.data[packed.len - 6] ^= 1; /* in the sum */
	assert_int_equal(gzip_unpack(&g, packed.data, packed.len - 1, 100, &out, &err), -1);
	assert_int_equal(err.kind, ERR_SYNTAX);
	buf_release(&packed);
	buf_release(&out);
	gzip_free(&g);
}

UNIT_MAIN(cmocka_unit_test(chunks_read_the_same_in_whatever_pieces_they_come),
	  cmocka_unit_test(a_length_takes_just_so_many_bytes),
	  cmocka_unit_test(without_a_length_there_is_no_body),
	  cmocka_unit_test(too_large_is_known_before_the_bytes_come),
	  cmocka_unit_test(lines_without_end_are_refused),
	  cmocka_unit_test(gzip_comes_back_as_it_was),
	  cmocka_unit_test(gzip_has_the_limit_of_what_it_unpacks_to),
	  cmocka_unit_test(what_is_not_one_whole_gzip_is_refused))
