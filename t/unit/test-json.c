#include "base/base.h"
#include "base/json.h"
#include "unit.h"

#include <pthread.h>

static struct pool *pool;

static int pool_begin(void **state UNUSED)
{
	pool = pool_new();
	return 0;
}

static int pool_end(void **state UNUSED)
{
	pool_free(&pool);
	return 0;
}

static struct json parsed(const char *text)
{
	struct json root;
	struct err err = { .kind = ERR_NONE };

	if (json_parse(pool, text, strlen(text), &root, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return root;
}

/* The text comes from memory of exactly its size, so that reading on is noticed. */
static int parse_exactly(const char *text, size_t len, struct json *root, struct err *err)
{
	char *copy = memcpy(x_alloc(len), text, len);
	int result = json_parse(pool, copy, len, root, err);

	free(copy);
	return result;
}

static void good_text_comes_back_as_it_was(void **state UNUSED)
{
	static const struct {
		const char *text, *again;	/* NULL: the same */
	} cases[] = {
		{ "null", NULL },
		{ "true", NULL },
		{ "false", NULL },
		{ "0", NULL },
		{ "-0", "0" },
		{ "7", NULL },
		{ "-12", NULL },
		{ "9223372036854775807", NULL },
		{ "-9223372036854775808", NULL },
		{ "0.0", NULL },
		{ "1.0", NULL },
		{ "1.10", NULL },
		{ "-0.5", NULL },
		{ "1e5", NULL },
		{ "1E+5", NULL },
		{ "1e-400", NULL },
		{ "0.1e0000001", NULL },
		{ "9.99e307", NULL },
		{ "123456789012345678901234567890.5", NULL },
		{ "\"\"", NULL },
		{ "\"a\"", NULL },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
		{ "\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"", "\"A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\"\\u0000\\u001f\\u007f\"", "\"\\u0000\\u001f\x7f\"" },
		{ "\"\\ufffe\\uffff\\udbff\\udfff\"", "\"\xef\xbf\xbe\xef\xbf\xbf\xf4\x8f\xbf\xbf\"" },
		{ "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"", NULL },
		{ "[]", NULL },
		{ "{}", NULL },
		{ " \t\r\n[ 1 , 2 ] \n", "[1,2]" },
		{ "{ \"a\" : 1 , \"b\" : [ ] }", "{\"a\":1,\"b\":[]}" },
		{ "{\"\":0,\"z\":1,\"a\":2}", NULL },
		{ "[null,true,false,0,\"\",[],{}]", NULL },
		{ "{\"a\\\"b\":\"\\u005c\"}", "{\"a\\\"b\":\"\\\\\"}" },
		{ "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":2}}", NULL },
		{ "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", NULL },		/* 16 */
		{ "[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]", NULL },
	};
	struct buf out = { NULL, 0, 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *want = cases[i].again != NULL ? cases[i].again : cases[i].text;
		struct err err = { .kind = ERR_NONE };
		struct json root;

		if (parse_exactly(cases[i].text, strlen(cases[i].text), &root, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.text);
		buf_clear(&out);
		json_print(root, &out);
		assert_string_equal(out.data, want);
	}
	buf_release(&out);
}

static void bad_text_is_refused_with_reason_and_place(void **state UNUSED)
{
	static const struct {
		const char *text, *code, *field;
		int byte;
	} cases[] = {
		{ "", "json_syntax", "", 0 },
		{ "   ", "json_syntax", "", 3 },
		{ "\xef\xbb\xbf{}", "json_syntax", "", 0 },
		{ "nul", "json_syntax", "", 0 },
		{ "NULL", "json_syntax", "", 0 },
		{ "True", "json_syntax", "", 0 },
		{ "truee", "json_syntax", "", 4 },
		{ "NaN", "json_syntax", "", 0 },
		{ "Infinity", "json_syntax", "", 0 },
		{ "-Infinity", "json_syntax", "", 1 },
		{ "undefined", "json_syntax", "", 0 },
		{ "+1", "json_syntax", "", 0 },
		{ "01", "json_syntax", "", 0 },
		{ "-01", "json_syntax", "", 0 },
		{ "00", "json_syntax", "", 0 },
		{ "-", "json_syntax", "", 1 },
		{ "1.", "json_syntax", "", 2 },
		{ ".5", "json_syntax", "", 0 },
		{ "1.e5", "json_syntax", "", 2 },
		{ "1e", "json_syntax", "", 2 },
		{ "1e+", "json_syntax", "", 3 },
		{ "1e5.5", "json_syntax", "", 3 },
		{ "0x10", "json_syntax", "", 1 },
		{ "1_000", "json_syntax", "", 1 },
		{ "1 2", "json_syntax", "", 2 },
		{ "{} {}", "json_syntax", "", 3 },
		{ "[1,2", "json_syntax", "/1", 4 },
		{ "[1,]", "json_syntax", "/1", 3 },
		{ "[,1]", "json_syntax", "/0", 1 },
		{ "[1 2]", "json_syntax", "/0", 3 },
		{ "[1}", "json_syntax", "/0", 2 },
		{ "{\"a\":1]", "json_syntax", "", 6 },
		{ "{\"a\"}", "json_syntax", "/a", 4 },
		{ "{\"a\":}", "json_syntax", "/a", 5 },
		{ "{\"a\":1,}", "json_syntax", "", 7 },
		{ "{,}", "json_syntax", "", 1 },
		{ "{a:1}", "json_syntax", "", 1 },
		{ "{1:1}", "json_syntax", "", 1 },
		{ "{'a':1}", "json_syntax", "", 1 },
		{ "['a']", "json_syntax", "/0", 1 },
		{ "[1/*x*/]", "json_syntax", "/0", 2 },
		{ "[1]//x", "json_syntax", "", 3 },
		{ "\"", "json_syntax", "", 1 },
		{ "\"a", "json_syntax", "", 2 },
		{ "\"\\", "json_syntax", "", 2 },
		{ "\"\\x41\"", "json_syntax", "", 2 },
		{ "\"\\'\"", "json_syntax", "", 2 },
		{ "\"\\U0041\"", "json_syntax", "", 2 },
		{ "\"\\u004\"", "json_syntax", "", 6 },
		{ "\"\\u004g\"", "json_syntax", "", 6 },
		{ "\"\\u", "json_syntax", "", 3 },
		{ "\"a\nb\"", "json_syntax", "", 2 },
		{ "\"a\tb\"", "json_syntax", "", 2 },
		{ "\"\x1f\"", "json_syntax", "", 1 },
		{ "\v1", "json_syntax", "", 0 },
		{ "\xc2\xa0" "1", "json_syntax", "", 0 },

		{ "\"\\ud800\"", "json_utf8", "", 1 },
		{ "\"\\udc00\"", "json_utf8", "", 1 },
		{ "\"\\ud800\\n\"", "json_utf8", "", 1 },
		{ "\"\\ud800\\ud800\"", "json_utf8", "", 1 },
		{ "\"\\ud800\\u0041\"", "json_utf8", "", 1 },
		{ "\"\\ude00\\ud83d\"", "json_utf8", "", 1 },
		{ "{\"x\":[\"\\ud83d\"]}", "json_utf8", "/x/0", 7 },
		{ "\"\xff\"", "json_utf8", "", 1 },
		{ "\"\xc0\xaf\"", "json_utf8", "", 1 },
		{ "\"\xed\xa0\x80\"", "json_utf8", "", 1 },
		{ "\"\xf4\x90\x80\x80\"", "json_utf8", "", 1 },
		{ "{\"a\":\"\xe2\x82\"}", "json_utf8", "/a", 6 },
		{ "{\"\xe2\x82\":1}", "json_utf8", "", 2 },
		{ "{\"a\":1,\"\\ud800\":1}", "json_utf8", "", 8 },

		{ "9223372036854775808", "range", "", 0 },
		{ "-9223372036854775809", "range", "", 0 },
		{ "18446744073709551615", "range", "", 0 },
		{ "{\"qty\":99999999999999999999}", "range", "/qty", 7 },
		{ "[1,{\"a/b~c\":10000000000000000000}]", "range", "/1/a~1b~0c", 12 },
		{ "1e308", "range", "", 0 },
		{ "1e309", "range", "", 0 },
		{ "1e9999999999999999999999", "range", "", 0 },
		{ "-1E999", "range", "", 0 },

		{ "{\"a\":1,\"a\":1}", "json_duplicate", "/a", 7 },
		{ "{\"a\":1,\"b\":2,\"\\u0061\":3}", "json_duplicate", "/\\u0061", 13 },
		{ "{\"\":1,\"\":2}", "json_duplicate", "/", 6 },
		{ "[{\"a\":1},{\"b\":{\"c\":1,\"d\":1,\"c\":null}}]", "json_duplicate", "/1/b/c", 27 },
		{ "{\"x\":{\"a\":1,\"a\":2},\"x\":3}", "json_duplicate", "/x/a", 12 },
		{ "{\"x\":1,\"y\":{\"x\":1,\"x\":2},\"x\":3}", "json_duplicate", "/y/x", 18 },

		{ "{\"a\\u0000b\":1}", "nul", "", 3 },
		{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "json_depth", "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", 16 },
		{ "[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]", "json_depth", "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", 16 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { .kind = ERR_NONE };
		struct json root;
		char where[32];

		if (parse_exactly(cases[i].text, strlen(cases[i].text), &root, &err) == 0)
			fail_msg("taken: %s", cases[i].text);
		assert_int_equal(err.kind, ERR_SYNTAX);
		assert_string_equal(err.code, cases[i].code);
		assert_string_equal(err.field, cases[i].field);
		snprintf(where, sizeof(where), "byte %d: ", cases[i].byte);
		if (strncmp(err.text, where, strlen(where)) != 0)
			fail_msg("%s: %s instead of %s", cases[i].text, err.text, where);
	}
}

static void a_nul_byte_is_no_end_of_text(void **state UNUSED)
{
	struct json root;

	assert_int_equal(parse_exactly("1\0", 2, &root, NULL), -1);
	assert_int_equal(parse_exactly("\"a\0b\"", 5, &root, NULL), -1);
	assert_int_equal(parse_exactly("[1]\0[2]", 7, &root, NULL), -1);
	assert_int_equal(parse_exactly("\0", 1, &root, NULL), -1);
	assert_int_equal(json_parse(pool, NULL, 0, &root, NULL), -1);
}

static void endless_nesting_ends_early(void **state UNUSED)
{
	size_t len = 1000000;
	char *text = memset(x_alloc(len), '[', len);
	struct json root;
	struct err err;

	assert_int_equal(json_parse(pool, text, len, &root, &err), -1);
	assert_string_equal(err.code, "json_depth");
	free(text);
}

/* Quadratic work would take minutes here. */
static void one_twin_among_many_names_is_found(void **state UNUSED)
{
	struct buf text = { NULL, 0, 0 };
	struct json root;
	struct err err;

	buf_str(&text, "{\"rows\":{");
	for (int i = 0; i < 200000; i++)
		buf_printf(&text, "\"n%d\":0,", i);
	buf_str(&text, "\"n77777\":1}}");
	assert_int_equal(json_parse(pool, text.data, text.len, &root, &err), -1);
	assert_string_equal(err.code, "json_duplicate");
	assert_string_equal(err.field, "/rows/n77777");
	buf_release(&text);
}

/* A page as sync has it, and arrays where it has none. */
static void long_page(struct buf *text, int rows, const char *last)
{
	buf_str(text, "{\"few\":[1,[2,\"]\"]],\"rows\":[");
	for (int i = 0; i < rows; i++)
		buf_printf(text, "{\"n\":%d,\"text\":\"row \\\"%d\\\", [\",\"parts\":[{\"a\":%d},[],null]},", i, i, i);
	buf_printf(text, "%s],\"none\":[],\"answer\":{\"results\":[", last);
	for (int i = 0; i < rows; i++)
		buf_printf(text, "%s%d", i ? "," : "", i);
	buf_str(text, "],\"deeper\":{\"still\":[");
	for (int i = 0; i < rows; i++)
		buf_printf(text, "%snull", i ? "," : "");
	buf_str(text, "]}},\"after\":[7]}");
}

static void a_long_text_says_what_a_short_one_does(void **state UNUSED)
{
	struct buf text = { NULL, 0, 0 }, again = { NULL, 0, 0 };
	struct json root;
	struct err err;

	long_page(&text, 5000, "null");
	assert_int_equal(parse_exactly(text.data, text.len, &root, &err), 0);
	assert_int_equal(json_len(json_member(root, "few")), 2);
	assert_int_equal(json_len(json_member(root, "rows")), 5001);
	assert_int_equal(json_type(json_at(json_member(root, "rows"), 5000)), JSON_NULL);
	assert_int_equal(json_type(json_at(json_member(root, "rows"), 5001)), JSON_MISSING);
	json_print(root, &again);
	assert_string_equal(again.data, text.data);
	buf_release(&text);
	buf_release(&again);
}

static void a_dropped_element_can_be_asked_for_again(void **state UNUSED)
{
	struct buf text = { NULL, 0, 0 }, before = { NULL, 0, 0 }, after = { NULL, 0, 0 };
	struct json root, rows;
	struct err err;
	int64_t n;

	long_page(&text, 5000, "null");
	assert_int_equal(json_parse(pool, text.data, text.len, &root, &err), 0);
	buf_release(&text);
	rows = json_member(root, "rows");
	for (int times = 0; times < 2; times++)
		for (size_t i = 0; i < 5000; i += 100) {
			assert_int_equal(json_get_int(json_at(rows, i), "n", 0, 5000, &n, &err), 1);
			assert_int_equal(n, i);
			json_drop(rows, i);
		}
	json_print(json_at(rows, 7), &before);
	json_drop(rows, 7);
	json_print(json_at(rows, 7), &after);
	assert_string_equal(after.data, before.data);
	buf_release(&before);
	buf_release(&after);
	json_drop(rows, 5001);
	json_drop(json_member(root, "few"), 0);
	assert_int_equal(json_type(json_at(json_member(root, "few"), 0)), JSON_INT);
}

static void a_twin_in_a_long_text_is_refused(void **state UNUSED)
{
	static const struct {
		const char *row, *field;
	} cases[] = {
		{ "{\"b\":1,\"b\":2}", "/rows/5000/b" },
		{ "{\"c\":[{\"b\":1,\"\\u0062\":2}]}", "/rows/5000/c/0/\\u0062" },
		{ "1],\"rows\":[2", "/rows" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text = { NULL, 0, 0 };
		struct json root;
		struct err err;

		long_page(&text, 5000, cases[i].row);
		assert_int_equal(parse_exactly(text.data, text.len, &root, &err), -1);
		assert_string_equal(err.code, "json_duplicate");
		assert_string_equal(err.field, cases[i].field);
		buf_release(&text);
	}
}

static void a_long_name_is_cut_in_the_error(void **state UNUSED)
{
	struct buf text = { NULL, 0, 0 };
	struct json root;
	struct err err;

	buf_str(&text, "{\"");
	for (int i = 0; i < 5000; i++)
		buf_str(&text, "\xc3\xa4");
	buf_str(&text, "\":[}");
	assert_int_equal(json_parse(pool, text.data, text.len, &root, &err), -1);
	assert_int_equal(strlen(err.field), sizeof(err.field) - 1);
	buf_release(&text);
}

static void types_are_told_apart(void **state UNUSED)
{
	struct json o = parsed("{\"n\":null,\"b\":true,\"i\":1,\"r\":1.0,\"s\":\"\",\"a\":[7,8],"
			       "\"o\":{\"x\":1}}");

	assert_int_equal(json_type(o), JSON_OBJECT);
	assert_int_equal(json_type(json_member(o, "n")), JSON_NULL);
	assert_int_equal(json_type(json_member(o, "b")), JSON_BOOL);
	assert_int_equal(json_type(json_member(o, "i")), JSON_INT);
	assert_int_equal(json_type(json_member(o, "r")), JSON_REAL);
	assert_int_equal(json_type(json_member(o, "s")), JSON_STRING);
	assert_int_equal(json_type(json_member(o, "a")), JSON_ARRAY);
	assert_int_equal(json_type(json_member(o, "o")), JSON_OBJECT);
	assert_int_equal(json_type(json_member(o, "x")), JSON_MISSING);
	assert_int_equal(json_type(json_member(json_member(o, "a"), "x")), JSON_MISSING);
	assert_int_equal(json_type(json_member(json_member(o, "x"), "x")), JSON_MISSING);
	assert_int_equal(json_type(json_at(json_member(o, "a"), 1)), JSON_INT);
	assert_int_equal(json_type(json_at(json_member(o, "a"), 2)), JSON_MISSING);
	assert_int_equal(json_type(json_at(o, 0)), JSON_MISSING);
	assert_int_equal(json_len(o), 7);
	assert_int_equal(json_len(json_member(o, "a")), 2);
	assert_int_equal(json_len(json_member(o, "s")), 0);
	assert_int_equal(json_len(json_member(o, "x")), 0);
}

static void an_object_is_walked_in_the_order_of_the_text(void **state UNUSED)
{
	struct json o = parsed("{\"z\":1,\"a\":null,\"m\":[]}");
	struct json_iter it = json_iter(o);

	assert_true(json_next(&it));
	assert_string_equal(it.name, "z");
	assert_int_equal(json_type(it.value), JSON_INT);
	assert_true(json_next(&it));
	assert_string_equal(it.name, "a");
	assert_int_equal(json_type(it.value), JSON_NULL);
	assert_true(json_next(&it));
	assert_string_equal(it.name, "m");
	assert_false(json_next(&it));
	assert_false(json_next(&it));
	it = json_iter(json_member(o, "m"));
	assert_false(json_next(&it));
	it = json_iter(json_member(o, "nobody"));
	assert_false(json_next(&it));
}

static void nothing_is_coerced_to_an_integer(void **state UNUSED)
{
	static const struct {
		const char *value;
		int result;
		const char *code;
	} cases[] = {
		{ "1", 1, "" },
		{ "-5", 1, "" },
		{ "100", 1, "" },
		{ "null", 0, "" },
		{ "1.0", -1, "type" },
		{ "1e1", -1, "type" },
		{ "\"1\"", -1, "type" },
		{ "true", -1, "type" },
		{ "[1]", -1, "type" },
		{ "{}", -1, "type" },
		{ "101", -1, "range" },
		{ "-6", -1, "range" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json o = parsed(pool_printf(pool, "{\"qty\":%s}", cases[i].value));
		struct err err = { .kind = ERR_NONE };
		int64_t n = 4711, m = 4711;

		assert_int_equal(json_get_int(o, "qty", -5, 100, &n, &err), cases[i].result);
		assert_string_equal(err.code, cases[i].code);
		assert_string_equal(err.field, cases[i].result < 0 ? "/qty" : "");
		assert_true((n == 4711) == (cases[i].result != 1));
		assert_int_equal(json_to_int(json_member(o, "qty"), "/lines/0", -5, 100, &m, &err),
				 cases[i].result);
		assert_string_equal(err.field, cases[i].result < 0 ? "/lines/0" : "");
		assert_int_equal(m, n);
	}
}

static void errors_read_like_sentences(void **state UNUSED)
{
	struct json o = parsed("{\"qty\":1.0,\"n\":11,\"name\":\"\xc3\xa4\xc3\xa4\xc3\xa4\"}");
	const char *s;
	struct err err;
	int64_t n;

	assert_int_equal(json_get_int(o, "qty", 0, 10, &n, &err), -1);
	assert_string_equal(err.text, "qty must be an integer");
	assert_int_equal(json_get_int(o, "n", 0, 10, &n, &err), -1);
	assert_string_equal(err.text, "n must be between 0 and 10");
	assert_int_equal(json_to_int(json_member(o, "qty"), "", 0, 10, &n, &err), -1);
	assert_string_equal(err.text, "the value must be an integer");
	assert_int_equal(json_get_str(o, "name", 2, &s, &err), -1);
	assert_string_equal(err.text, "name must have at most 2 characters");
	assert_int_equal(json_get_str(o, "name", 3, &s, NULL), 1);
}

static void limits_of_64_bits_are_reached(void **state UNUSED)
{
	struct json o = parsed("{\"max\":9223372036854775807,\"min\":-9223372036854775808}");
	int64_t n;

	assert_int_equal(json_get_int(o, "max", INT64_MIN, INT64_MAX, &n, NULL), 1);
	assert_true(n == INT64_MAX);
	assert_int_equal(json_get_int(o, "min", INT64_MIN, INT64_MAX, &n, NULL), 1);
	assert_true(n == INT64_MIN);
}

static void strings_are_terminated_and_have_no_nul(void **state UNUSED)
{
	struct json o = parsed("{\"s\":\"a\\u0000b\",\"t\":\"till\",\"e\":\"\",\"n\":null,\"i\":1}");
	const char *s = "untouched";
	struct err err;

	assert_int_equal(json_get_str(o, "s", 10, &s, &err), -1);
	assert_string_equal(err.code, "nul");
	assert_string_equal(err.field, "/s");
	assert_int_equal(json_get_str(o, "i", 10, &s, &err), -1);
	assert_string_equal(err.code, "type");
	assert_int_equal(json_get_str(o, "t", 3, &s, &err), -1);
	assert_string_equal(err.code, "too_long");
	assert_int_equal(json_get_str(o, "n", 10, &s, &err), 0);
	assert_int_equal(json_get_str(o, "absent", 10, &s, &err), 0);
	assert_string_equal(s, "untouched");
	assert_int_equal(json_get_str(o, "t", 4, &s, &err), 1);
	assert_string_equal(s, "till");
	assert_int_equal(json_get_str(o, "e", 0, &s, &err), 1);
	assert_string_equal(s, "");
	assert_int_equal(json_to_str(json_member(o, "t"), "/x", 4, &s, &err), 1);
}

static void uuids_times_and_flags_are_read(void **state UNUSED)
{
	struct json o = parsed("{\"u\":\"2ED6657D-e927-568b-95e1-2665a8aea6a2\","
			       "\"v\":\"2ed6657de927568b95e12665a8aea6a2\","
			       "\"t\":\"1970-01-01T00:00:01Z\",\"y\":\"yesterday\",\"b\":false,\"i\":0,"
			       "\"z\":\"1970-01-01T00:00:01Z\\u0000\"}");
	struct uuid u = { { 0 } };
	bool yes = true;
	int64_t at = 0;
	struct err err;

	assert_int_equal(json_get_uuid(o, "u", &u, &err), 1);
	assert_string_equal(uuid_text(u).s, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
	assert_int_equal(json_get_uuid(o, "v", &u, &err), -1);
	assert_string_equal(err.code, "type");
	assert_string_equal(err.field, "/v");
	assert_int_equal(json_get_uuid(o, "i", &u, &err), -1);
	assert_int_equal(json_get_uuid(o, "absent", &u, &err), 0);
	assert_int_equal(json_to_uuid(json_member(o, "u"), "/0", &u, &err), 1);
	assert_int_equal(json_get_time(o, "t", &at, &err), 1);
	assert_int_equal(at, 1000000);
	assert_int_equal(json_get_time(o, "y", &at, &err), -1);
	assert_string_equal(err.code, "type");
	assert_int_equal(json_get_time(o, "z", &at, &err), -1);
	assert_int_equal(json_get_time(o, "i", &at, &err), -1);
	assert_int_equal(json_to_time(json_member(o, "t"), "/0", &at, &err), 1);
	assert_int_equal(json_get_bool(o, "b", &yes, &err), 1);
	assert_false(yes);
	assert_int_equal(json_get_bool(o, "i", &yes, &err), -1);
	assert_int_equal(json_get_bool(o, "absent", &yes, &err), 0);
	assert_int_equal(json_to_bool(json_member(o, "i"), "/0", &yes, &err), -1);
	assert_string_equal(err.field, "/0");
	assert_int_equal(json_to_bool(json_member(o, "b"), "/0", &yes, &err), 1);
}

static void containers_are_read_within_their_size(void **state UNUSED)
{
	struct json o = parsed("{\"a\":[1,2,3],\"o\":{},\"n\":null}"), got = { NULL, true };
	struct err err;

	assert_int_equal(json_get_array(o, "a", 3, &got, &err), 1);
	assert_int_equal(json_len(got), 3);
	assert_int_equal(json_get_array(o, "a", 2, &got, &err), -1);
	assert_string_equal(err.code, "too_long");
	assert_int_equal(json_get_array(o, "o", 2, &got, &err), -1);
	assert_string_equal(err.code, "type");
	assert_int_equal(json_get_array(o, "n", 2, &got, &err), 0);
	assert_int_equal(json_get_object(o, "o", &got, &err), 1);
	assert_int_equal(json_type(got), JSON_OBJECT);
	assert_int_equal(json_get_object(o, "a", &got, &err), -1);
	assert_string_equal(err.field, "/a");
	assert_int_equal(json_get_object(o, "absent", &got, &err), 0);
}

static void unknown_members_are_refused_by_name(void **state UNUSED)
{
	static const char *const names[] = { "name", "price", NULL };
	static const char *const none[] = { NULL };
	struct err err;

	assert_int_equal(json_only(parsed("{\"price\":1,\"name\":2}"), names, NULL), 0);
	assert_int_equal(json_only(parsed("{}"), none, NULL), 0);
	assert_int_equal(json_only(parsed("{\"name\":1,\"pr/ce\":2}"), names, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.code, "unknown_field");
	assert_string_equal(err.field, "/pr~1ce");
	assert_string_equal(err.text, "pr/ce is not known here; what is: name, price");
	assert_int_equal(json_only(parsed("{\"Name\":1}"), names, NULL), -1);
	assert_int_equal(json_only(parsed("[]"), names, &err), -1);
	assert_string_equal(err.code, "type");
	assert_int_equal(json_only(parsed("null"), names, NULL), -1);
	assert_int_equal(json_only(parsed("{\"x\":1}"), none, &err), -1);
	assert_string_equal(err.text, "x is not known here; what is: nothing");
}

static void *parse_much(void *arg)
{
	struct pool *mine = pool_new();

	for (int i = 0; i < 300; i++) {
		char *text = pool_printf(mine, "{\"thread\":%d,\"rows\":[1.5,\"\\u00e4\"],\"last\":%d}",
					 *(int *)arg, i);
		struct json root;
		int64_t n = -1;

		if (json_parse(mine, text, strlen(text), &root, NULL) < 0 ||
		    json_get_int(root, "last", 0, 1000, &n, NULL) != 1 || n != i)
			return arg;
		if (i % 10 == 0)
			pool_clear(mine);
	}
	pool_free(&mine);
	return NULL;
}

static void threads_parse_side_by_side(void **state UNUSED)
{
	pthread_t threads[4];
	int numbers[4] = { 0, 1, 2, 3 };

	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, parse_much, &numbers[i]), 0);
	for (int i = 0; i < 4; i++) {
		void *wrong;

		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
}

#define pooled(test) cmocka_unit_test_setup_teardown(test, pool_begin, pool_end)

UNIT_MAIN(
	pooled(good_text_comes_back_as_it_was),
	pooled(bad_text_is_refused_with_reason_and_place),
	pooled(a_nul_byte_is_no_end_of_text),
	pooled(endless_nesting_ends_early),
	pooled(one_twin_among_many_names_is_found),
	pooled(a_long_text_says_what_a_short_one_does),
	pooled(a_dropped_element_can_be_asked_for_again),
	pooled(a_twin_in_a_long_text_is_refused),
	pooled(a_long_name_is_cut_in_the_error),
	pooled(types_are_told_apart),
	pooled(an_object_is_walked_in_the_order_of_the_text),
	pooled(nothing_is_coerced_to_an_integer),
	pooled(errors_read_like_sentences),
	pooled(limits_of_64_bits_are_reached),
	pooled(strings_are_terminated_and_have_no_nul),
	pooled(uuids_times_and_flags_are_read),
	pooled(containers_are_read_within_their_size),
	pooled(unknown_members_are_refused_by_name),
	cmocka_unit_test(threads_parse_side_by_side),
)
