/* A cloud that comes back is not trampled: 10,000 tills, each with something to
 * send, have waited for it by the real state machine.  Its load is counted second
 * by second, once where it can take all that comes, and once where it must turn
 * most of it away. */
#include "base/base.h"
#include "cycle.h"

#define TILLS 10000
#define OUTAGE (600 * S)
#define CALL (20 * 1000)	/* us from a question to its answer */
#define SECONDS 3600
#define QUEUE_MAX 1000
#define RETRY_AFTER_S 5

struct till {
	struct cycle cycle;
	int64_t next;		/* when it has its turn */
	bool sent;
};

struct herd {
	struct till till[TILLS];
	int64_t now, back_at;
	int capacity;			/* questions a second that the cloud takes */
	double queue;			/* of those it took and has not answered */
	int taken[SECONDS], turned_away[SECONDS];
	int waiting;			/* tills that have not sent yet */
	int64_t last_at;		/* when the last of them had */
};

static uint64_t chance = 88172645463325252u;

static uint64_t dice(void)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return chance;
}

static bool asks_cloud(enum cycle_do what)
{
	return what == DO_HEALTH || what == DO_PUSH || what == DO_PULL;
}

/* As apid's h_health: who is new is turned away when the queue is half full, who
 * is in the middle of a cycle when it is full. */
static bool is_taken(struct herd *h, enum cycle_do what)
{
	return h->queue < (what == DO_HEALTH ? QUEUE_MAX / 2 : QUEUE_MAX);
}

static struct cycle_outcome answer(struct herd *h, struct till *t)
{
	enum cycle_do what = t->cycle.doing;
	struct cycle_outcome o = { .status = 200, .empty = what == DO_PUSH ? t->sent : what == DO_PULL };
	int second = (int)(h->now / S);

	if (!asks_cloud(what) || (what == DO_PUSH && t->sent)) {
		o.ours = true;
		return o;
	}
	if (h->now < h->back_at)
		return (struct cycle_outcome){ 0 };
	if (!is_taken(h, what)) {
		h->turned_away[second]++;
		return (struct cycle_outcome){ .status = 503, .retry_after_s = RETRY_AFTER_S };
	}
	h->taken[second]++;
	h->queue++;
	return o;
}

static void turn(struct herd *h, struct till *t)
{
	enum cycle_do what = cycle_next(&t->cycle, h->now, dice());
	struct cycle_outcome o;

	t->next = h->now + CALL;
	if (what == DO_WAIT) {
		t->next = MAX(t->cycle.wake_at, h->now + 1);
		return;
	}
	o = answer(h, t);
	if (what == DO_CONFIRM && !t->sent) {
		t->sent = true;
		h->waiting--;
		h->last_at = h->now;
	}
	cycle_did(&t->cycle, &o, h->now + CALL, dice());
}

/* In steps of a call: within one of them the order of tills does not matter. */
static void run(struct herd *h, int64_t until)
{
	for (; h->now < until; h->now += CALL) {
		h->queue = MAX(h->queue - (double)h->capacity * CALL / S, 0);
		for (int i = 0; i < TILLS; i++)
			if (h->till[i].next <= h->now)
				turn(h, &h->till[i]);
	}
}

static struct herd *herd_new(int capacity)
{
	struct herd *h = x_alloc(sizeof *h);

	h->capacity = capacity;
	h->back_at = OUTAGE;
	h->waiting = TILLS;
	for (int i = 0; i < TILLS; i++)
		start(&h->till[i].cycle, PHASE_ON);	/* all at once: the power came back */
	return h;
}

static int most(const int *counts, int from, int to)
{
	int max = 0;

	for (int i = from; i < to; i++)
		max = MAX(max, counts[i]);
	return max;
}

static int sum(const int *counts, int from, int to)
{
	int all = 0;

	for (int i = from; i < to; i++)
		all += counts[i];
	return all;
}

static void say(const struct herd *h, const char *what)
{
	int from = (int)(h->back_at / S);

	print_message("# %s: all %d sent after %lld s; at most %d questions a second taken, %d turned away; %d turned away in all\n",
		      what, TILLS, (long long)((h->last_at - h->back_at) / S), most(h->taken, from, SECONDS),
		      most(h->turned_away, from, SECONDS), sum(h->turned_away, from, SECONDS));
}

/* Each has its own moment within the longest back-off. */
static void they_come_one_after_the_other(void **state UNUSED)
{
	struct herd *h = herd_new(1000000);
	int from = (int)(OUTAGE / S), back_off = (int)(BACKOFF_MAX / S);

	run(h, OUTAGE + 100 * S);
	say(h, "a cloud that takes all");
	assert_int_equal(h->waiting, 0);
	assert_true(h->last_at - h->back_at <= BACKOFF_MAX + 2 * S);
	/* health, push, pull; of waits under way the short rests are the
	 * more frequent, so it begins at twice the mean */
	assert_true(most(h->taken, from, from + back_off) <= 5 * (3 * TILLS / back_off) / 2);
	free(h);
}

/* In calm 10,000 tills ask 667 times a second; this cloud takes 800, hardly more. */
static void who_is_turned_away_comes_back_later_and_later(void **state UNUSED)
{
	struct herd *h = herd_new(800);
	int from = (int)(OUTAGE / S), end;

	run(h, OUTAGE + 900 * S);
	say(h, "a cloud that takes 800 a second");
	assert_int_equal(h->waiting, 0);
	end = (int)(h->last_at / S);
	assert_true(end - from <= 300);
	assert_true(sum(h->taken, from, from + 60) >= 800 * 60 * 9 / 10);	/* not idle while they wait */
	/* Turning away stays cheap, and ends. */
	assert_true(most(h->turned_away, from, end) <= 1000);
	assert_true(sum(h->turned_away, from, end) <= 5 * TILLS);
	assert_int_equal(sum(h->turned_away, from + 600, from + 900), 0);
	free(h);
}

UNIT_MAIN(
	cmocka_unit_test(they_come_one_after_the_other),
	cmocka_unit_test(who_is_turned_away_comes_back_later_and_later))
