#include "base/base.h"
#include "base/clock.h"
#include "unit.h"

#include <pthread.h>

static int fresh(void **state UNUSED)
{
	clock_unfollow();
	clock_set(1000, 50);
	clock_reset(0);
	return 0;
}

static int let_go(void **state UNUSED)
{
	clock_real();
	clock_unfollow();
	return 0;
}

static void a_standing_clock_still_gives_rising_stamps(void **state UNUSED)
{
	assert_int_equal(clock_now(), 1000);
	assert_int_equal(clock_now(), 1001);
	assert_int_equal(clock_now(), 1002);
	assert_int_equal(clock_wall(), 1000);
	assert_int_equal(clock_boot(), 50);
	clock_set(5000, 60);
	assert_int_equal(clock_now(), 5000);
}

static void a_clock_set_back_does_not_take_stamps_back(void **state UNUSED)
{
	clock_set(9000, 0);
	assert_int_equal(clock_now(), 9000);
	clock_set(10, 0);
	assert_int_equal(clock_now(), 9001);
}

static void what_was_seen_is_passed(void **state UNUSED)
{
	clock_seen(70000);
	assert_int_equal(clock_now(), 70001);
	clock_seen(60000);
	assert_int_equal(clock_now(), 70002);
	clock_reset(500);
	assert_int_equal(clock_now(), 1000);
	clock_reset(1000);
	assert_int_equal(clock_now(), 1001);
}

static void nobody_can_push_the_clock_to_the_end_of_time(void **state UNUSED)
{
	clock_seen(INT64_MAX);
	clock_seen(TIME_LAST + 1);
	assert_int_equal(clock_now(), 1000);
}

static void cloud_time_is_carried_forward_by_boot_time(void **state UNUSED)
{
	assert_int_equal(clock_offset(), 0);
	clock_follow(500000, 40);	/* measured 10 us before */
	assert_int_equal(clock_wall(), 500010);
	assert_int_equal(clock_offset(), 499010);
	clock_set(7, 90);		/* somebody steps the wall clock: no harm */
	assert_int_equal(clock_wall(), 500050);
	assert_int_equal(clock_now(), 500050);
	assert_int_equal(clock_offset(), 500043);
	clock_unfollow();
	assert_int_equal(clock_wall(), 7);
	assert_int_equal(clock_offset(), 0);
}

static void let_go_it_is_the_machines_time(void **state UNUSED)
{
	int64_t boot;

	clock_real();
	boot = clock_boot();
	assert_true(clock_wall() > 1700000000 * SECOND_US);
	assert_true(boot > 0 && clock_boot() >= boot);
}

#define THREADS 4
#define EACH 50000

static void *draw(void *arg)
{
	int64_t *stamps = arg;

	for (int i = 0; i < EACH; i++) {
		stamps[i] = clock_now();
		if (i % 1000 == 0)
			clock_seen(stamps[i] + 3);
		if (i > 0 && stamps[i] <= stamps[i - 1])
			return arg;
	}
	return NULL;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void threads_never_get_the_same_stamp(void **state UNUSED)
{
	int64_t *stamps = x_alloc(THREADS * EACH * sizeof(*stamps));
	pthread_t threads[THREADS];

	clock_real();
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, draw, stamps + i * EACH), 0);
	for (int i = 0; i < THREADS; i++) {
		void *went_back;

		pthread_join(threads[i], &went_back);
		assert_null(went_back);
	}
	qsort(stamps, THREADS * EACH, sizeof(*stamps), by_value);
	for (int i = 1; i < THREADS * EACH; i++)
		assert_true(stamps[i - 1] < stamps[i]);
	free(stamps);
}

/* --- text --- */

static const struct {
	const char *text;
	int64_t at;
} canonical[] = {
	{ "1970-01-01T00:00:00.000000Z", 0 },
	{ "1969-12-31T23:59:59.999999Z", -1 },
	{ "2026-11-23T14:05:09.112233Z", 1795442709112233 },
	{ "2000-02-29T12:00:00.000000Z", 951825600000000 },
	{ "2000-03-01T00:00:00.000000Z", 951868800000000 },
	{ "2100-02-28T23:59:59.000000Z", 4107542399000000 },
	{ "1900-03-01T00:00:00.000000Z", -2203891200000000 },
	{ "0000-01-01T00:00:00.000000Z", TIME_FIRST },
	{ "0000-02-29T00:00:00.000000Z", TIME_FIRST + 59 * 86400 * SECOND_US },
	{ "9999-12-31T23:59:59.999999Z", TIME_LAST },
};

static void times_are_written_and_read_back(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(canonical); i++) {
		char text[TIME_TEXT_LEN + 1];
		int64_t at = 1;

		time_format(canonical[i].at, text);
		assert_string_equal(text, canonical[i].text);
		assert_int_equal(time_parse(&at, text, TIME_TEXT_LEN), 0);
		assert_int_equal(at, canonical[i].at);
	}
}

static void every_day_of_ten_thousand_years_comes_back(void **state UNUSED)
{
	char last[TIME_TEXT_LEN + 1] = "";

	for (int64_t at = TIME_FIRST; at <= TIME_LAST; at += 86400 * SECOND_US) {
		char text[TIME_TEXT_LEN + 1];
		int64_t again;

		time_format(at, text);
		assert_true(strcmp(last, text) < 0);
		assert_int_equal(time_parse(&again, text, TIME_TEXT_LEN), 0);
		assert_int_equal(again, at);
		memcpy(last, text, sizeof(last));
	}
}

static void what_four_digits_cannot_say_is_shown_as_the_end(void **state UNUSED)
{
	char text[TIME_TEXT_LEN + 1];

	time_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
	time_format(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00.000000Z");
}

static void other_ways_to_write_a_time_are_understood(void **state UNUSED)
{
	static const struct {
		const char *text;
		int64_t at;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01t00:00:00z", 0 },
		{ "1970-01-01T00:00:00.5Z", 500000 },
		{ "1970-01-01T00:00:00.000001Z", 1 },
		{ "1970-01-01T00:00:00.12345Z", 123450 },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "1969-12-31T19:00:00-05:00", 0 },
		{ "1970-01-01T05:30:00.25+05:30", 250000 },
		{ "1970-01-01T00:00:00-00:00", 0 },
		{ "2016-12-31T23:59:60Z", 1483228800000000 },
		{ "2017-01-01T02:59:60+03:00", 1483228800000000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t at = 42;

		assert_int_equal(time_parse(&at, cases[i].text, strlen(cases[i].text)), 0);
		assert_int_equal(at, cases[i].at);
	}
}

static void what_is_no_time_is_refused(void **state UNUSED)
{
	static const char *const cases[] = {
		"", "2026", "2026-11-23", "2026-11-23T14:05:09", "2026-11-23 14:05:09Z", "2026-11-23T14:05Z",
		"2026-11-23T14:05:09.Z", "2026-11-23T14:05:09.1234567Z", "2026-11-23T14:05:09,5Z",
		"2026-11-23T14:05:09.112233Zx", "2026-11-23T14:05:09+0100", "2026-11-23T14:05:09+01",
		"2026-11-23T14:05:09+24:00", "2026-11-23T14:05:09+01:60", "2026-00-23T14:05:09Z",
		"2026-13-23T14:05:09Z", "2026-11-00T14:05:09Z", "2026-11-31T14:05:09Z", "2026-02-29T14:05:09Z",
		"1900-02-29T14:05:09Z", "2026-11-23T24:00:00Z", "2026-11-23T14:60:09Z", "2026-11-23T14:05:60Z",
		"2026-11-23T14:05:61Z", "+2026-11-23T14:05:09Z", "-026-11-23T14:05:09Z", "2026-1-23T14:05:09Z",
		"9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01", "2026-11-23T14:05:0\xd9\xa9Z",
		" 2026-11-23T14:05:09Z", "2026-11-23T14:05:09Z ",
	};
	int64_t at = 42;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(time_parse(&at, cases[i], strlen(cases[i])), -1);
	assert_int_equal(time_parse(&at, "2026-11-23T14:05:09\0", 20), -1);
	assert_int_equal(at, 42);
}

#define held(test) cmocka_unit_test_setup_teardown(test, fresh, let_go)

UNIT_MAIN(
	held(a_standing_clock_still_gives_rising_stamps),
	held(a_clock_set_back_does_not_take_stamps_back),
	held(what_was_seen_is_passed),
	held(nobody_can_push_the_clock_to_the_end_of_time),
	held(cloud_time_is_carried_forward_by_boot_time),
	held(let_go_it_is_the_machines_time),
	held(threads_never_get_the_same_stamp),
	cmocka_unit_test(times_are_written_and_read_back),
	cmocka_unit_test(every_day_of_ten_thousand_years_comes_back),
	cmocka_unit_test(what_four_digits_cannot_say_is_shown_as_the_end),
	cmocka_unit_test(other_ways_to_write_a_time_are_understood),
	cmocka_unit_test(what_is_no_time_is_refused),
)
