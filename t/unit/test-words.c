/* What people look for in a text. */
#include "base/base.h"
#include "base/buf.h"
#include "base/words.h"
#include "unit.h"

static void expect(const char *text, const char *want)
{
	struct word w[20];
	struct buf got = { 0 };
	int n = words_add(w, 0, 20, text);

	buf_str(&got, "");
	for (int i = 0; i < n; i++)
		buf_printf(&got, "%s%s", i ? " " : "", w[i].s);
	assert_string_equal(got.len ? got.data : "", want);
	buf_release(&got);
}

static void words_are_runs_of_letters_and_digits_in_lower_case(void **state UNUSED)
{
	expect("Basmati RICE, 5kg", "basmati rice 5kg");
	expect("ABC-12/3_x", "abc 12 3 x");
	expect("  ", "");
	expect(NULL, "");
	expect("!!!a", "a");
}

static void marks_and_other_ways_to_write_a_letter_do_not_matter(void **state UNUSED)
{
	expect("Cr\xc3\xa8me br\xc3\xbbl\xc3\xa9\x65", "creme brulee");
	expect("\xc3\x89t\xc3\xa9", "ete");
	expect("cafe\xcc\x81", "cafe");
	/* with and without vowel signs; alef with hamza and without */
	expect("\xd8\xb1\xd9\x8f\xd8\xb2", "\xd8\xb1\xd8\xb2");
	expect("\xd8\xa3\xd8\xb1\xd8\xb2", "\xd8\xa7\xd8\xb1\xd8\xb2");
	expect("\xd0\x9c\xd0\x9e\xd0\x9b", "\xd0\xbc\xd0\xbe\xd0\xbb");
}

static void the_same_word_is_kept_once_and_no_more_than_there_is_room(void **state UNUSED)
{
	struct word w[2];

	expect("tea Tea TEA green", "tea green");
	assert_int_equal(words_add(w, 0, 2, "one two three"), 2);
	assert_int_equal(words_add(w, 1, 2, "one four"), 2);
	assert_string_equal(w[1].s, "four");
}

static void a_long_word_is_cut_at_the_end_of_a_character(void **state UNUSED)
{
	struct word w[1];

	assert_int_equal(words_add(w, 0, 1, "x\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc"
				   "\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc\xd0\xbc"), 1);
	assert_int_equal(w[0].len, 31);
}

UNIT_MAIN(cmocka_unit_test(words_are_runs_of_letters_and_digits_in_lower_case),
	  cmocka_unit_test(marks_and_other_ways_to_write_a_letter_do_not_matter),
	  cmocka_unit_test(the_same_word_is_kept_once_and_no_more_than_there_is_room),
	  cmocka_unit_test(a_long_word_is_cut_at_the_end_of_a_character))
