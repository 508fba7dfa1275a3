/* The order of a cycle, its bounds, and what becomes of it at random. */
#include "base/base.h"
#include "cycle.h"

#define BOUND 100		/* pages in one cycle, each way */

/* --- the order --- */

/* One answer a letter: what was done and how it ended.
 *	H health  G register  S state  L load  l apply_load  P push  C confirm
 *	R restamp  U pull  A apply  D done
 * behind it: + more follows, 0 empty, ! clock; none: plainly good. */
static const struct {
	const char *what;
	enum cycle_phase phase;
	const char *script;
	const char *then;	/* what is to be done at the end */
} orders[] = {
	{ "nothing to do", PHASE_ON, "HSP0U0D", "wait" },
	{ "one batch up", PHASE_ON, "HSPCU0D", "wait" },
	{ "two batches up", PHASE_ON, "HSP+CPCU0D", "wait" },
	{ "a batch that changed nothing does not go up again", PHASE_ON, "HSP+C0U", "apply" },
	{ "one page down", PHASE_ON, "HSP0UAD", "wait" },
	{ "three pages down", PHASE_ON, "HSP0U+AU+AUAD", "wait" },
	{ "up before down", PHASE_ON, "HSPCUAD", "wait" },
	{ "a wrong clock is put right once", PHASE_ON, "HSP!CRPCU0D", "wait" },
	{ "a clock that stays wrong waits for the next cycle", PHASE_ON, "HSP!CRP!CU0D", "wait" },
	{ "a wrong clock and more to send", PHASE_ON, "HSP+!CRP+CPCU0D", "wait" },
	{ "a restamp although nothing was stamped", PHASE_ON, "HSP!C0RPCU0D", "wait" },
	{ "registering", PHASE_REGISTERING, "HGS", "wait" },
	{ "pending", PHASE_PENDING, "HS", "wait" },
	{ "revoked", PHASE_REVOKED, "HS", "wait" },
	{ "first load begins", PHASE_LOADING, "HSL+lL+l", "load" },
	{ "off", PHASE_OFF, "", "wait" },
	{ "refused", PHASE_REFUSED, "", "wait" },
};

static const enum cycle_do letters[128] = {
	['H'] = DO_HEALTH, ['G'] = DO_REGISTER, ['S'] = DO_STATE, ['L'] = DO_LOAD, ['l'] = DO_APPLY_LOAD,
	['P'] = DO_PUSH, ['C'] = DO_CONFIRM, ['R'] = DO_RESTAMP, ['U'] = DO_PULL, ['A'] = DO_APPLY, ['D'] = DO_DONE,
};

static const char *outcome_read(const char *s, struct cycle_outcome *o)
{
	*o = (struct cycle_outcome){ .status = 200 };
	for (; *s == '+' || *s == '0' || *s == '!'; s++) {
		o->more |= *s == '+';
		o->empty |= *s == '0';
		o->clock |= *s == '!';
	}
	return s;
}

static void a_cycle_has_its_order(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		const char *s = orders[i].script;
		struct cycle_outcome o;
		struct cycle c;

		start(&c, orders[i].phase);
		while (*s != '\0') {
			enum cycle_do want = letters[(int)*s], got = cycle_next(&c, S, 0);

			if (got != want)
				fail_msg("%s: %s instead of %s before \"%s\"", orders[i].what, names[got], names[want], s);
			s = outcome_read(s + 1, &o);
			did(&c, o, S);
		}
		assert_string_equal(names[cycle_next(&c, S, 0)], orders[i].then);
	}
}

static void a_first_load_goes_over_into_push_and_pull(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_LOADING);
	reach(&c, DO_APPLY_LOAD, S);
	ok(&c, S);
	cycle_know(&c, PHASE_ON, false, true);
	assert_int_equal(cycle_next(&c, S, 0), DO_PUSH);
	reach(&c, DO_DONE, S);
	ok(&c, S);
	assert_int_equal(c.cycles, 1);
}

static void approved_means_loading_until_it_is_loaded(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_OFF);
	cycle_know(&c, PHASE_ON, false, false);
	assert_int_equal(c.phase, PHASE_LOADING);
	reach(&c, DO_LOAD, S);
	cycle_know(&c, PHASE_LOADING, false, true);
	assert_int_equal(c.phase, PHASE_ON);
	assert_int_equal(cycle_next(&c, S, 0), DO_PUSH);
}

static void approval_goes_on_in_the_same_cycle(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_PENDING);
	reach(&c, DO_STATE, S);
	ok(&c, S);
	cycle_know(&c, PHASE_ON, false, false);
	assert_int_equal(cycle_next(&c, S, 0), DO_LOAD);
	assert_int_equal(c.started, 1);
}

static void whoever_is_taken_in_at_once_asks_for_the_epoch_first(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_REGISTERING);
	reach(&c, DO_REGISTER, S);
	ok(&c, S);
	assert_int_equal(cycle_next(&c, S, 0), DO_STATE);
	ok(&c, S);
	cycle_know(&c, PHASE_ON, false, false);
	assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
	assert_int_equal(c.started, 2);
	reach(&c, DO_LOAD, S);
}

static void an_answer_that_apid_does_not_keep_is_asked_for_again_in_peace(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_REGISTERING);
	reach(&c, DO_STATE, S);
	ok(&c, S);
	cycle_know(&c, PHASE_REGISTERING, false, false);
	assert_int_equal(cycle_next(&c, S, 0), DO_WAIT);
	assert_int_equal(c.wake_at, S + 5 * S);
}

static void another_epoch_loads_anew_in_the_same_cycle(void **state UNUSED)
{
	struct cycle c;

	start(&c, PHASE_ON);
	reach(&c, DO_STATE, S);
	ok(&c, S);
	cycle_know(&c, PHASE_ON, false, false);
	assert_int_equal(cycle_next(&c, S, 0), DO_LOAD);
}

static void who_is_no_longer_paired_stops_in_the_middle(void **state UNUSED)
{
	static const enum cycle_phase phases[] = { PHASE_OFF, PHASE_REVOKED, PHASE_REFUSED };

	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		struct cycle c;

		start(&c, PHASE_ON);
		reach(&c, DO_CONFIRM, S);
		ok(&c, S);
		cycle_know(&c, phases[i], false, true);
		assert_int_equal(cycle_next(&c, S, 0), DO_WAIT);
		assert_true(c.wake_at > S && c.wake_at <= S + INTERVAL);
		assert_int_equal(c.cycles, 0);
	}
}

static void an_answer_to_credentials_is_told_also_when_it_is_no(void **state UNUSED)
{
	static const struct {
		int status;
		enum cycle_do then;
	} cases[] = {
		{ 200, DO_STATE }, { 202, DO_STATE }, { 400, DO_STATE }, { 403, DO_STATE }, { 409, DO_STATE },
		{ 422, DO_STATE }, { 0, DO_WAIT }, { 401, DO_WAIT }, { 404, DO_WAIT }, { 429, DO_WAIT }, { 503, DO_WAIT },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cycle c;

		start(&c, PHASE_REGISTERING);
		reach(&c, DO_REGISTER, S);
		did(&c, (struct cycle_outcome){ .status = cases[i].status }, S);
		assert_int_equal(cycle_next(&c, S, 0), cases[i].then);
	}
}

/* --- pause --- */

static void a_pause_finishes_what_is_in_hand_and_begins_nothing(void **state UNUSED)
{
	static const struct {
		enum cycle_do at, then;
	} cases[] = {
		{ DO_HEALTH, DO_WAIT }, { DO_STATE, DO_STATE }, { DO_PUSH, DO_WAIT }, { DO_CONFIRM, DO_CONFIRM },
		{ DO_PULL, DO_WAIT }, { DO_DONE, DO_DONE },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cycle c;

		start(&c, PHASE_ON);
		reach(&c, cases[i].at, S);
		cycle_know(&c, PHASE_ON, true, true);
		assert_int_equal(cycle_next(&c, S, 0), cases[i].then);
		if (c.doing != DO_WAIT)
			ok(&c, S);
		assert_int_equal(cycle_next(&c, S, 0), DO_WAIT);
		cycle_kick(&c, S);
		cycle_demand(&c, S);
		assert_int_equal(cycle_next(&c, S, 0), DO_WAIT);
		assert_true(c.wake_at > S && c.wake_at <= S + INTERVAL);
		cycle_know(&c, PHASE_ON, false, true);
		assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
	}
}

/* --- bounds --- */

static void a_cycle_is_bounded_and_another_follows_at_once(void **state UNUSED)
{
	struct cycle c;
	int pushes = 0, pulls = 0;

	start(&c, PHASE_ON);
	for (int i = 0; i < 10 * BOUND && cycle_next(&c, S, 0) != DO_WAIT; i++) {
		pushes += c.doing == DO_PUSH;
		pulls += c.doing == DO_PULL;
		did(&c, (struct cycle_outcome){ .status = 200, .more = true }, S);
	}
	assert_int_equal(pushes, BOUND);
	assert_int_equal(pulls, BOUND);
	assert_int_equal(c.doing, DO_WAIT);
	assert_int_equal(c.cycles, 0);		/* not complete: nobody is told that all went through */
	assert_int_equal(c.wake_at, S);
	assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
	assert_int_equal(c.started, 2);
}

static void a_first_load_is_bounded_too(void **state UNUSED)
{
	struct cycle c;
	int loads = 0;

	start(&c, PHASE_LOADING);
	for (int i = 0; i < 10 * BOUND && cycle_next(&c, S, 0) != DO_WAIT; i++) {
		loads += c.doing == DO_LOAD;
		did(&c, (struct cycle_outcome){ .status = 200, .more = true }, S);
	}
	assert_int_equal(loads, BOUND);
	assert_int_equal(cycle_next(&c, S, 0), DO_HEALTH);
}

/* A load whose last page does not end it (our apid's mistake) asks again, but
 * not for ever in one cycle. */
static void a_load_that_never_counts_as_loaded_stays_bounded(void **state UNUSED)
{
	struct cycle c;
	int actions = 0;

	start(&c, PHASE_LOADING);
	for (; actions < 10 * BOUND && cycle_next(&c, S, 0) != DO_WAIT; actions++)
		ok(&c, S);
	assert_true(actions <= 2 * BOUND + 2);
}

/* --- all of it at random --- */

static uint64_t seed;

static uint64_t roll(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct cycle_outcome any_outcome(void)
{
	static const int statuses[] = {
		0, 200, 200, 200, 200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 410, 413, 422, 426, 429, 500, 502, 503,
	};
	struct cycle_outcome o = {
		.status = statuses[roll() % ARRAY_LEN(statuses)],
		.more = roll() & 1,
		.empty = roll() % 5 == 0,
		.clock = roll() % 5 == 0,
		.ours = roll() % 4 == 0,
	};

	if (roll() % 4 == 0)
		o.retry_after_s = (int)(roll() % INT32_MAX);
	return o;
}

static void anything_from_outside(struct cycle *c, int64_t now)
{
	if (roll() % 10 == 0)
		cycle_know(c, (enum cycle_phase)(roll() % (PHASE_REFUSED + 1)), roll() % 8 == 0, roll() & 1);
	if (roll() % 10 == 0)
		cycle_kick(c, now);
	if (roll() % 20 == 0)
		cycle_demand(c, now);
}

static void check_wait(const struct cycle *c, int64_t now)
{
	/* an hour is the longest that a Retry-After is believed */
	assert_true(c->wake_at <= now + 3601 * S);
	if (c->failures > 0)
		assert_true(c->wake_at > c->ended_at);
}

static void nothing_is_ever_scheduled_never(void **state UNUSED)
{
	for (uint64_t game = 1; game <= 300; game++) {
		struct cycle c;
		int64_t now = S, started = 0;
		int in_one_cycle = 0;

		seed = game * 0x9e3779b97f4a7c15u;
		start(&c, (enum cycle_phase)(roll() % (PHASE_REFUSED + 1)));
		for (int i = 0; i < 2000; i++) {
			struct cycle_outcome o = any_outcome();

			anything_from_outside(&c, now);
			if (cycle_next(&c, now, roll()) == DO_WAIT) {
				check_wait(&c, now);
				now = MAX(now, c.wake_at);
				continue;
			}
			assert_true(c.phase != PHASE_OFF && c.phase != PHASE_REFUSED);
			in_one_cycle = c.started == started ? in_one_cycle + 1 : 0;
			assert_true(in_one_cycle < 4 * BOUND + 20);
			started = c.started;
			now += (int64_t)(roll() % S);
			cycle_did(&c, &o, now, roll());
			assert_true(c.cycles <= c.started);
		}
	}
}

/* Whatever happened before: once all goes well, a complete cycle comes about. */
static void once_all_is_well_everything_goes_through(void **state UNUSED)
{
	for (uint64_t game = 1; game <= 300; game++) {
		struct cycle c;
		int64_t now = S, before, calm;

		seed = game * 0x2545f4914f6cdd1du;
		start(&c, PHASE_ON);
		for (int i = 0; i < 200; i++) {
			struct cycle_outcome o = any_outcome();

			anything_from_outside(&c, now);
			if (cycle_next(&c, now, roll()) == DO_WAIT)
				now += (int64_t)(roll() % (20 * S));
			else
				cycle_did(&c, &o, now, roll());
		}
		cycle_know(&c, PHASE_ON, false, true);
		before = c.cycles;
		calm = now;
		for (int i = 0; i < 30 && c.cycles == before; i++) {
			struct cycle_outcome good = { .status = 200, .empty = i % 2 };

			if (cycle_next(&c, now, roll()) == DO_WAIT)
				now = MAX(now, c.wake_at);
			else
				cycle_did(&c, &good, now, roll());
		}
		assert_true(c.cycles > before);
		assert_true(now - calm <= 3601 * S);
	}
}

UNIT_MAIN(
	cmocka_unit_test(a_cycle_has_its_order),
	cmocka_unit_test(a_first_load_goes_over_into_push_and_pull),
	cmocka_unit_test(approved_means_loading_until_it_is_loaded),
	cmocka_unit_test(approval_goes_on_in_the_same_cycle),
	cmocka_unit_test(whoever_is_taken_in_at_once_asks_for_the_epoch_first),
	cmocka_unit_test(an_answer_that_apid_does_not_keep_is_asked_for_again_in_peace),
	cmocka_unit_test(another_epoch_loads_anew_in_the_same_cycle),
	cmocka_unit_test(who_is_no_longer_paired_stops_in_the_middle),
	cmocka_unit_test(an_answer_to_credentials_is_told_also_when_it_is_no),
	cmocka_unit_test(a_pause_finishes_what_is_in_hand_and_begins_nothing),
	cmocka_unit_test(a_cycle_is_bounded_and_another_follows_at_once),
	cmocka_unit_test(a_first_load_is_bounded_too),
	cmocka_unit_test(a_load_that_never_counts_as_loaded_stays_bounded),
	cmocka_unit_test(nothing_is_ever_scheduled_never),
	cmocka_unit_test(once_all_is_well_everything_goes_through),
)
