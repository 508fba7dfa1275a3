#include "base/base.h"
#include "base/err.h"
#include "base/utf8.h"
#include "unit.h"

static void an_error_says_what_and_which(void **state UNUSED)
{
	struct err err = { .kind = ERR_NONE };

	assert_int_equal(err_set(&err, ERR_CONFLICT, "duplicate", "sku %s is taken", "A-1"), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_string_equal(err.code, "duplicate");
	assert_string_equal(err.field, "");
	assert_string_equal(err.text, "sku A-1 is taken");
	assert_int_equal(err_field(&err, "/qty", "range", "qty must be above %d", 0), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.field, "/qty");
	assert_string_equal(err.text, "qty must be above 0");
	err_clear(&err);
	assert_int_equal(err.kind, ERR_NONE);
	assert_string_equal(err.text, "");
}

static void parents_go_in_front(void **state UNUSED)
{
	struct err err = { .kind = ERR_NONE };

	err_field(&err, "/qty", "range", "no");
	assert_int_equal(err_under(&err, "/lines/%d", 3), -1);
	err_under(&err, "/sale");
	assert_string_equal(err.field, "/sale/lines/3/qty");
}

static void an_error_may_quote_itself(void **state UNUSED)
{
	struct err err = { .kind = ERR_NONE };

	err_field(&err, "/url", "format", "no host");
	err_set(&err, ERR_UNREACHABLE, err.code, "pairing: %s", err.text);
	assert_string_equal(err.code, "format");
	assert_string_equal(err.text, "pairing: no host");
	err_field(&err, err.field, err.code, "%s (%s)", err.text, err.code);
	assert_string_equal(err.text, "pairing: no host (format)");
}

static void whoever_does_not_care_passes_null(void **state UNUSED)
{
	assert_int_equal(err_set(NULL, ERR_INPUT, "x", "y"), -1);
	assert_int_equal(err_field(NULL, "/x", "x", "y"), -1);
	assert_int_equal(err_under(NULL, "/x"), -1);
}

static void the_text_stays_utf8_whatever_is_quoted(void **state UNUSED)
{
	char long_text[1001];
	struct err err = { .kind = ERR_NONE };

	err_set(&err, ERR_INPUT, "x", "name %s", "\xc3\xa4\xff!");
	assert_string_equal(err.text, "name \xc3\xa4?!");
	for (size_t i = 0; i < 1000; i += 2)
		memcpy(long_text + i, "\xc3\xa4", 3);
	for (size_t offset = 0; offset < 4; offset++) {
		err_field(&err, long_text + 2 * offset, "x", "%.*s%s", (int)offset, "....", long_text);
		assert_true(utf8_valid(err.text, strlen(err.text)));
		assert_true(utf8_valid(err.field, strlen(err.field)));
		err_under(&err, "/%.*s", (int)offset, "....");
		assert_true(utf8_valid(err.field, strlen(err.field)));
		assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	}
}

UNIT_MAIN(
	cmocka_unit_test(an_error_says_what_and_which),
	cmocka_unit_test(parents_go_in_front),
	cmocka_unit_test(an_error_may_quote_itself),
	cmocka_unit_test(whoever_does_not_care_passes_null),
	cmocka_unit_test(the_text_stays_utf8_whatever_is_quoted),
)
