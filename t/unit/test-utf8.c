#include "base/base.h"
#include "base/utf8.h"
#include "unit.h"

static void the_bounds_of_rfc_3629_hold(void **state UNUSED)
{
	static const struct {
		const char *text;
		size_t next;	/* 0: not valid */
	} cases[] = {
		{ "a", 1 },
		{ "\x7f", 1 },
		{ "\x80", 0 },
		{ "\xbf", 0 },
		{ "\xc0\x80", 0 },		/* overlong */
		{ "\xc1\xbf", 0 },
		{ "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 },
		{ "\xc2", 0 },			/* torn */
		{ "\xc2 ", 0 },
		{ "\xc2\xc2", 0 },
		{ "\xe0\x9f\xbf", 0 },		/* overlong */
		{ "\xe0\xa0\x80", 3 },
		{ "\xe2\x82\xac", 3 },
		{ "\xe2\x82", 0 },
		{ "\xe2\x82\x20", 0 },
		{ "\xed\x9f\xbf", 3 },
		{ "\xed\xa0\x80", 0 },		/* surrogates */
		{ "\xed\xbf\xbf", 0 },
		{ "\xee\x80\x80", 3 },
		{ "\xef\xbf\xbf", 3 },
		{ "\xf0\x8f\xbf\xbf", 0 },	/* overlong */
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf0\x9f\x98\x80", 4 },
		{ "\xf0\x9f\x98", 0 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		{ "\xf4\x90\x80\x80", 0 },	/* above U+10FFFF */
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xff", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].text);

		assert_int_equal(utf8_next(cases[i].text, len), cases[i].next);
		assert_int_equal(utf8_valid(cases[i].text, len), cases[i].next > 0);
	}
	assert_int_equal(utf8_next("", 0), 0);
	assert_false(utf8_torn("", 0));
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("a\0b", 3));
}

/* The fast way over ASCII must see a bad byte wherever it stands. */
static void a_character_is_torn_while_it_may_still_become_one(void **state UNUSED)
{
	static const char *const whole[] = { "\xc3\xa4", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf" };
	static const char *const never[] = { "a", "\x80", "\xc0", "\xe0\x9f", "\xed\xa0", "\xf0\x8f", "\xf0\x9f\x28", "\xf4\x90", "\xff" };

	for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
		size_t len = strlen(whole[i]);

		for (size_t n = 1; n < len; n++)
			assert_true(utf8_torn(whole[i], n));
		assert_false(utf8_torn(whole[i], len));
		assert_int_equal(utf8_run(whole[i], len - 1), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		assert_false(utf8_torn(never[i], strlen(never[i])));
}

static void one_bad_byte_is_found_anywhere(void **state UNUSED)
{
	char text[64];

	for (size_t len = 1; len < sizeof(text); len++) {
		memset(text, 'a', len);
		assert_true(utf8_valid(text, len));
		for (size_t i = 0; i < len; i++) {
			text[i] = '\xff';
			assert_false(utf8_valid(text, len));
			text[i] = 'a';
		}
	}
}

static void characters_are_counted_not_bytes(void **state UNUSED)
{
	assert_int_equal(utf8_count("", 0), 0);
	assert_int_equal(utf8_count("abc", 3), 3);
	assert_int_equal(utf8_count("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9), 3);
}

UNIT_MAIN(
	cmocka_unit_test(the_bounds_of_rfc_3629_hold),
	cmocka_unit_test(a_character_is_torn_while_it_may_still_become_one),
	  cmocka_unit_test(one_bad_byte_is_found_anywhere),
	cmocka_unit_test(characters_are_counted_not_bytes),
)
