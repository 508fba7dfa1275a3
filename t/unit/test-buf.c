#include "base/base.h"
#include "base/buf.h"
#include "unit.h"

#include <inttypes.h>

static void bytes_are_kept_in_order_and_terminated(void **state UNUSED)
{
	struct buf b = { NULL, 0, 0 };

	buf_add(&b, "a\0b", 3);
	buf_str(&b, "cd");
	buf_char(&b, 'e');
	buf_add(&b, NULL, 0);
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.data, "a\0bcde", 7);
	buf_drop(&b, 3);
	assert_string_equal(b.data, "cde");
	buf_drop(&b, 0);
	buf_drop(&b, 3);
	assert_string_equal(b.data, "");
	assert_int_equal(b.len, 0);
	buf_release(&b);
	assert_null(b.data);
	buf_release(&b);
}

static void it_grows_by_single_bytes(void **state UNUSED)
{
	struct buf b = { NULL, 0, 0 };

	for (int i = 0; i < 100000; i++) {
		buf_char(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.len], '\0');
	}
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	assert_true(b.size < 400000);
	buf_release(&b);
}

static void room_is_there_before_it_is_used(void **state UNUSED)
{
	struct buf b = { NULL, 0, 0 };

	for (size_t len = 1; len < 5000; len += 111) {
		size_t before = b.len;

		memset(buf_room(&b, len), 'x', len);
		assert_int_equal(b.len, before);
		buf_used(&b, len);
		assert_int_equal(strlen(b.data), before + len);
	}
	buf_clear(&b);
	assert_int_equal(b.len, 0);
	assert_string_equal(b.data, "");
	assert_true(b.size >= 5000);
	buf_release(&b);
}

static void integers_print_as_printf_prints_them(void **state UNUSED)
{
	static const int64_t cases[] = {
		0, 1, 9, 10, 99, 100, 101, 999, 1000, 12345, 1234567890123456789, INT64_MAX,
		-1, -10, -99, -100, -4711, INT32_MIN, INT64_MIN, INT64_MIN + 1,
	};
	struct buf b = { NULL, 0, 0 };
	char want[32];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_clear(&b);
		buf_int(&b, cases[i]);
		snprintf(want, sizeof(want), "%" PRId64, cases[i]);
		assert_string_equal(b.data, want);
	}
	for (int64_t n = 1, i = 0; i < 62; i++, n = n * 2 + i % 2) {
		buf_clear(&b);
		buf_int(&b, i % 3 ? n : -n);
		snprintf(want, sizeof(want), "%" PRId64, i % 3 ? n : -n);
		assert_string_equal(b.data, want);
	}
	buf_release(&b);
}

static void printed_text_of_any_length_fits(void **state UNUSED)
{
	struct buf b = { NULL, 0, 0 };

	for (int len = 0; len < 9000; len = len * 3 / 2 + 1) {
		size_t before = b.len;

		buf_printf(&b, "%*s|", len, "");
		assert_int_equal(b.len, before + (size_t)len + 1);
		assert_int_equal(b.data[b.len - 1], '|');
		assert_int_equal(b.data[b.len], '\0');
	}
	buf_release(&b);
}

static void moved_bytes_have_one_owner(void **state UNUSED)
{
	struct buf a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	char *data;

	buf_str(&a, "first");
	data = a.data;
	buf_move(&b, &a);
	assert_ptr_equal(b.data, data);	/* not copied */
	assert_null(a.data);
	buf_str(&a, " second");
	buf_move(&b, &a);
	assert_string_equal(b.data, "first second");
	assert_int_equal(a.len, 0);
	buf_move(&b, &a);		/* nothing to take */
	assert_string_equal(b.data, "first second");
	buf_release(&b);
}

static void what_nobody_means_panics(void **state UNUSED)
{
	struct buf b = { NULL, 0, 0 };

	buf_str(&b, "abc");
	assert_panics(buf_drop(&b, 4));
	assert_panics(buf_room(&b, PTRDIFF_MAX));
	buf_release(&b);
}

UNIT_MAIN(
	cmocka_unit_test(bytes_are_kept_in_order_and_terminated),
	cmocka_unit_test(it_grows_by_single_bytes),
	cmocka_unit_test(room_is_there_before_it_is_used),
	cmocka_unit_test(integers_print_as_printf_prints_them),
	cmocka_unit_test(printed_text_of_any_length_fits),
	cmocka_unit_test(moved_bytes_have_one_owner),
	cmocka_unit_test(what_nobody_means_panics),
)
