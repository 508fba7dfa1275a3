/* When the next cycle begins: what makes it wait, and what shortens the wait. */
#include "base/base.h"
#include "cycle.h"

/* --- waiting --- */

static void a_cycle_follows_the_other_at_the_interval(void **state UNUSED)
{
	struct cycle c;
	int64_t ended = 7 * S;

	start(&c, PHASE_ON);
	reach(&c, DO_DONE, ended);
	ok(&c, ended);
	assert_int_equal(c.last_status, 200);
	assert_int_equal(c.wake_at, ended + INTERVAL);
	assert_int_equal(cycle_next(&c, ended + INTERVAL - 1, 0), DO_WAIT);
	assert_int_equal(cycle_next(&c, ended + INTERVAL, 0), DO_HEALTH);
	assert_int_equal(c.began_at, ended + INTERVAL);
}

static void tills_that_began_together_drift_apart(void **state UNUSED)
{
	int64_t least = INT64_MAX, most = 0;

	for (uint64_t dice = 0; dice < 4000; dice++) {
		struct cycle_outcome good = { .status = 200 };
		struct cycle c;

		start(&c, PHASE_ON);
		reach(&c, DO_DONE, S);
		cycle_did(&c, &good, S, dice * 0x9e3779b97f4a7c15u);
		least = MIN(least, c.wake_at - S);
		most = MAX(most, c.wake_at - S);
	}
	assert_true(most <= INTERVAL && most > INTERVAL * 99 / 100);
	assert_true(least >= INTERVAL * 7 / 8 && least < INTERVAL * 9 / 10);
}

static void pending_is_asked_each_5_s_or_sooner(void **state UNUSED)
{
	static const struct cycle_config quick = { 2 * S, BACKOFF_MIN, BACKOFF_MAX };
	struct cycle c;

	start(&c, PHASE_PENDING);
	reach(&c, DO_STATE, S);
	ok(&c, S);
	assert_int_equal(cycle_next(&c, S, 12345), DO_WAIT);
	assert_int_equal(c.wake_at, S + 5 * S);

	cycle_init(&c, &quick);
	cycle_know(&c, PHASE_PENDING, false, false);
	reach(&c, DO_STATE, S);
	ok(&c, S);
	assert_int_equal(cycle_next(&c, S, 12345), DO_WAIT);
	assert_int_equal(c.wake_at, S + 2 * S);
}

/* Fails health n times in a row; the last time with this die. */
static int64_t nth_wait(int n, struct cycle_outcome o, uint64_t dice)
{
	struct cycle c;
	int64_t now = S;

	start(&c, PHASE_ON);
	for (int i = 1; i <= n; i++) {
		assert_int_equal(cycle_next(&c, now, 0), DO_HEALTH);
		cycle_did(&c, &o, now, i == n ? dice : 0);
		if (i < n)
			now = c.wake_at;
	}
	return c.wake_at - now;
}

static void the_back_off_doubles_up_to_its_limit(void **state UNUSED)
{
	static const int64_t most_s[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };
	struct cycle_outcome no_answer = { 0 };

	for (int n = 1; n <= (int)ARRAY_LEN(most_s); n++) {
		int64_t most = most_s[n - 1] * S;

		/* the die goes over the whole span, and not beyond */
		assert_int_equal(nth_wait(n, no_answer, 0), 1);
		assert_int_equal(nth_wait(n, no_answer, (uint64_t)most / 2), most / 2 + 1);
		assert_int_equal(nth_wait(n, no_answer, (uint64_t)most - 1), most);
		assert_int_equal(nth_wait(n, no_answer, (uint64_t)most), 1);
	}
	assert_int_equal(nth_wait(1000, no_answer, 60 * S - 1), 60 * S);
}

static void the_jitter_is_full(void **state UNUSED)
{
	int quarter[4] = { 0 };
	uint64_t dice = 88172645463325252u;

	for (int i = 0; i < 4000; i++) {
		int64_t wait;

		dice ^= dice << 13;
		dice ^= dice >> 7;
		dice ^= dice << 17;
		wait = nth_wait(5, (struct cycle_outcome){ 0 }, dice);
		assert_true(wait >= 1 && wait <= 16 * S);
		quarter[(wait - 1) / (4 * S)]++;
	}
	for (int i = 0; i < 4; i++)
		assert_in_range(quarter[i], 850, 1150);
}

static void whatever_the_cloud_says_there_is_a_next_try(void **state UNUSED)
{
	static const struct {
		int status, retry_after_s;
		int64_t least_s, most_s;	/* until the next try, after a first failure */
		bool unreachable;
	} cases[] = {
		{ 0, 0, 0, 1, true },
		{ 301, 0, 0, 1, false },
		{ 400, 0, 0, 1, false },
		{ 401, 0, 0, 1, false },
		{ 403, 0, 0, 1, false },
		{ 404, 0, 0, 1, false },
		{ 408, 0, 0, 1, false },
		{ 410, 0, 0, 1, false },
		{ 413, 0, 0, 1, false },
		{ 422, 0, 0, 1, false },
		{ 426, 0, 0, 60, false },
		{ 429, 0, 0, 1, false },
		{ 429, 7, 7, 8, false },
		{ 500, 0, 0, 1, false },
		{ 502, 0, 0, 1, true },
		{ 503, 0, 0, 1, true },
		{ 503, 120, 120, 121, true },
		{ 503, 2000000000, 3600, 3601, true },
		{ 504, 0, 0, 1, true },
		{ 599, 0, 0, 1, false },
	};
	static const enum cycle_do at[] = { DO_HEALTH, DO_PUSH, DO_PULL };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (size_t k = 0; k < ARRAY_LEN(at) * 50; k++) {
			struct cycle_outcome o = { .status = cases[i].status, .retry_after_s = cases[i].retry_after_s };
			struct cycle c;

			start(&c, PHASE_ON);
			reach(&c, at[k % ARRAY_LEN(at)], S);
			cycle_did(&c, &o, S, k * 0x9e3779b97f4a7c15u);
			assert_int_equal(c.doing, DO_WAIT);
			assert_int_equal(c.failures, 1);
			assert_int_equal(c.last_status, cases[i].status);
			assert_int_equal(c.unreachable, cases[i].unreachable);
			assert_true(c.wake_at > S + cases[i].least_s * S - (cases[i].least_s > 0));
			assert_true(c.wake_at <= S + cases[i].most_s * S);
			assert_int_equal(cycle_next(&c, c.wake_at - 1, 0), DO_WAIT);
			assert_int_equal(cycle_next(&c, c.wake_at, 0), DO_HEALTH);
		}
	}
}

static void our_own_apid_may_be_away_too(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_ON);
	reach(&c, DO_CONFIRM, S);
	did(&c, (struct cycle_outcome){ .status = 0, .ours = true }, S);
	assert_int_equal(c.doing, DO_WAIT);
	assert_false(c.unreachable);
	assert_true(c.wake_at > S && c.wake_at <= 2 * S);
}

/* --- what shortens a wait, and what does not --- */

static void a_kick_begins_a_cycle_at_once(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_ON);
	reach(&c, DO_DONE, S);
	ok(&c, S);
	cycle_kick(&c, 3 * S);
	assert_int_equal(cycle_next(&c, 3 * S, 0), DO_HEALTH);
}

static void a_kick_does_not_shorten_a_back_off_but_a_demand_does(void **state UNUSED)
{
	struct cycle c;
	int64_t wake_at;

	start(&c, PHASE_ON);
	assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
	did(&c, (struct cycle_outcome){ .status = 503, .retry_after_s = 40 }, S);
	wake_at = c.wake_at;
	cycle_kick(&c, 2 * S);
	assert_int_equal(c.wake_at, wake_at);
	assert_int_equal(cycle_next(&c, 2 * S, 0), DO_WAIT);
	cycle_demand(&c, 2 * S);
	assert_int_equal(cycle_next(&c, 2 * S, 0), DO_HEALTH);
}

/* Its health is good, its disk is full: each push is answered 503. */
static void a_cloud_that_is_well_and_takes_nothing_is_asked_more_and_more_seldom(void **state UNUSED)
{
	struct cycle c;
	int64_t now = S;

	start(&c, PHASE_ON);
	for (int i = 0; i < 12; i++) {
		reach(&c, DO_PUSH, now);
		assert_int_equal(c.failures, i);
		cycle_did(&c, &(struct cycle_outcome){ .status = 503 }, now, UINT64_MAX - 1);
		now = c.wake_at;
	}
	assert_true(c.wake_at - c.ended_at > 10 * S);
}

static void a_good_health_ends_the_back_off(void **state UNUSED)
{
	struct cycle c;
	int64_t now = S;

	start(&c, PHASE_ON);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(cycle_next(&c, now, 0), DO_HEALTH);
		did(&c, (struct cycle_outcome){ 0 }, now);
		now = c.wake_at;
	}
	assert_int_equal(c.failures, 8);
	reach(&c, DO_PUSH, now);
	assert_int_equal(c.failures, 0);
	assert_false(c.unreachable);
	cycle_did(&c, &(struct cycle_outcome){ .status = 500 }, now, S - 1);
	assert_int_equal(c.wake_at, now + S);
}

static void a_push_that_is_refused_again_and_again_backs_off_although_health_is_good(void **state UNUSED)
{
	static const int64_t most_s[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	struct cycle c;
	int64_t now = S;

	start(&c, PHASE_ON);
	for (size_t i = 0; i < ARRAY_LEN(most_s); i++) {
		int64_t most = most_s[i] * S;

		reach(&c, DO_PUSH, now);
		cycle_did(&c, &(struct cycle_outcome){ .status = 500 }, now, (uint64_t)most - 1);
		assert_int_equal(c.wake_at, now + most);
		now = c.wake_at;
	}
	reach(&c, DO_DONE, now);
	ok(&c, now);
	assert_int_equal(c.failures, 0);
}

static void kicks_do_not_hurry_an_owner_who_has_not_approved(void **state UNUSED)
{
	static const enum cycle_phase phases[] = { PHASE_PENDING, PHASE_REVOKED, PHASE_REFUSED, PHASE_OFF };

	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		struct cycle c;
		int64_t wake_at;

		start(&c, phases[i]);
		for (int k = 0; k < 3; k++)
			if (cycle_next(&c, S, 0) != DO_WAIT)
				ok(&c, S);
		wake_at = c.wake_at;
		assert_true(wake_at > S);
		cycle_kick(&c, 2 * S);
		assert_int_equal(c.wake_at, wake_at);
		assert_int_equal(cycle_next(&c, 2 * S, 0), DO_WAIT);
	}
}

static void a_person_who_asks_while_pending_is_obeyed(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_PENDING);
	reach(&c, DO_STATE, S);
	ok(&c, S);
	assert_int_equal(cycle_next(&c, S, 0), DO_WAIT);
	cycle_demand(&c, S);
	assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
}

static void what_is_written_while_a_cycle_runs_is_not_forgotten(void **state UNUSED)
{
	static const struct {
		enum cycle_do at;
		bool again;
	} cases[] = {
		{ DO_HEALTH, false },		/* push comes yet, and takes it along */
		{ DO_STATE, false },
		{ DO_CONFIRM, true },
		{ DO_PULL, true },
		{ DO_DONE, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cycle c;

		start(&c, PHASE_ON);
		reach(&c, cases[i].at, S);
		cycle_kick(&c, S);
		reach(&c, DO_DONE, S);
		ok(&c, S);
		assert_int_equal(cycle_next(&c, S, 0), cases[i].again ? DO_HEALTH : DO_WAIT);
	}
}

/* Health was asked before the kick, and may not know what the kick is about. */
static void what_is_heard_behind_health_is_pulled(void **state UNUSED)
{
	static const struct {
		enum cycle_do at;
		bool quiet;
	} cases[] = {
		{ DO_WAIT, true },		/* then this cycle's health was asked behind it */
		{ DO_HEALTH, false },
		{ DO_STATE, false },
		{ DO_PUSH, false },
		{ DO_PULL, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cycle c;

		start(&c, PHASE_ON);
		if (cases[i].at != DO_WAIT)
			reach(&c, cases[i].at, S);
		cycle_kick(&c, S);
		reach(&c, DO_PULL, S);
		assert_int_equal(cycle_is_quiet(&c), cases[i].quiet);
		reach(&c, DO_DONE, S);
		ok(&c, S);
		reach(&c, DO_PULL, S + INTERVAL);
		assert_true(cycle_is_quiet(&c));
	}
}

static void who_sent_or_took_something_pulls_to_the_end(void **state UNUSED)
{
	static const enum cycle_do by_way_of[] = { DO_PUSH, DO_PULL };

	for (size_t i = 0; i < ARRAY_LEN(by_way_of); i++) {
		struct cycle c;

		start(&c, PHASE_ON);
		reach(&c, by_way_of[i], S);
		did(&c, (struct cycle_outcome){ .status = 200, .more = true }, S);
		reach(&c, DO_PULL, S);
		assert_false(cycle_is_quiet(&c));
	}
}

static void who_asks_while_a_cycle_runs_gets_one_of_their_own(void **state UNUSED)
{
	struct cycle c;
	int64_t mine;

	start(&c, PHASE_ON);
	reach(&c, DO_PULL, S);
	mine = c.started + 1;
	cycle_demand(&c, S);
	reach(&c, DO_DONE, S);
	ok(&c, S);
	assert_true(c.cycles < mine);
	assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
	assert_int_equal(c.started, mine);
	did(&c, (struct cycle_outcome){ 0 }, S);	/* a try that fails does not count … */
	assert_true(c.cycles < mine);
	reach(&c, DO_HEALTH, c.wake_at);
	reach(&c, DO_DONE, c.wake_at);
	ok(&c, c.wake_at);
	assert_true(c.cycles >= mine);			/* … but the next one does */
}

static void a_demand_during_a_failing_cycle_is_obeyed_at_once(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_ON);
	reach(&c, DO_PULL, S);
	cycle_demand(&c, S);
	did(&c, (struct cycle_outcome){ .status = 503, .retry_after_s = 100 }, S);
	assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
	did(&c, (struct cycle_outcome){ .status = 503, .retry_after_s = 100 }, S);
	assert_int_equal(cycle_next(&c, S, 0), DO_WAIT);
}

static void a_new_phase_is_noticed_at_once(void **state UNUSED)
{
	static const struct {
		enum cycle_phase from, to;
	} cases[] = {
		{ PHASE_OFF, PHASE_REGISTERING },
		{ PHASE_REFUSED, PHASE_REGISTERING },
		{ PHASE_PENDING, PHASE_LOADING },
		{ PHASE_REVOKED, PHASE_ON },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cycle c;

		start(&c, cases[i].from);
		if (cycle_next(&c, S, 0) == DO_HEALTH)
			did(&c, (struct cycle_outcome){ 0 }, S);
		assert_int_equal(cycle_next(&c, S, 0), DO_WAIT);
		cycle_know(&c, cases[i].to, false, cases[i].to == PHASE_ON);
		assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
	}
}

UNIT_MAIN(
	cmocka_unit_test(a_cycle_follows_the_other_at_the_interval),
	cmocka_unit_test(tills_that_began_together_drift_apart),
	cmocka_unit_test(pending_is_asked_each_5_s_or_sooner),
	cmocka_unit_test(the_back_off_doubles_up_to_its_limit),
	cmocka_unit_test(the_jitter_is_full),
	cmocka_unit_test(whatever_the_cloud_says_there_is_a_next_try),
	cmocka_unit_test(our_own_apid_may_be_away_too),
	cmocka_unit_test(a_kick_begins_a_cycle_at_once),
	cmocka_unit_test(a_kick_does_not_shorten_a_back_off_but_a_demand_does),
	cmocka_unit_test(a_cloud_that_is_well_and_takes_nothing_is_asked_more_and_more_seldom),
	cmocka_unit_test(a_good_health_ends_the_back_off),
	cmocka_unit_test(a_push_that_is_refused_again_and_again_backs_off_although_health_is_good),
	cmocka_unit_test(kicks_do_not_hurry_an_owner_who_has_not_approved),
	cmocka_unit_test(a_person_who_asks_while_pending_is_obeyed),
	cmocka_unit_test(what_is_written_while_a_cycle_runs_is_not_forgotten),
	cmocka_unit_test(what_is_heard_behind_health_is_pulled),
	cmocka_unit_test(who_sent_or_took_something_pulls_to_the_end),
	cmocka_unit_test(who_asks_while_a_cycle_runs_gets_one_of_their_own),
	cmocka_unit_test(a_demand_during_a_failing_cycle_is_obeyed_at_once),
	cmocka_unit_test(a_new_phase_is_noticed_at_once),
)
