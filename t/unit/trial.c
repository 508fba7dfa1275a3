#include "base/base.h"
#include "trial.h"

#include "store/driver.h"

#include <execinfo.h>

#define KINDS_MAX 400
#define STATEMENTS_MAX 20000
#define FRAMES_MAX 100
#define PLACES 16384

static struct {
	const char *what, *of;
	int times;
} kinds[KINDS_MAX];
static int n_kinds;
static struct trials sum;
static bool busy;

/* --- places --- */

static void *places[PLACES];		/* by their address, or next to it */

/* True: no statement below this call has failed yet. */
static bool place_is_new(void *at)
{
	size_t i = (uintptr_t)at * 0x9e3779b97f4a7c15u % PLACES;

	while (places[i] && places[i] != at)
		i = (i + 1) % PLACES;
	if (places[i])
		return false;
	places[i] = at;
	assert_true(++sum.places < PLACES / 2);
	return true;
}

/* Of the calls that lead from the one that is tried to here. */
static bool is_from_new_place(int depth)
{
	void *frame[FRAMES_MAX];
	int n = backtrace(frame, FRAMES_MAX) - depth;
	bool is_new = false;

	for (int i = 0; i < n; i++)
		is_new |= place_is_new(frame[i]);
	return is_new;
}

/* --- a driver that fails once --- */

static const struct driver *real;
static struct driver failing;
static struct trial *now;
static int due, open_results;		/* due: statements until one fails, if they are counted */
static const char *failed;

static bool is_due(void)
{
	if (now->counts && --due > 0)
		return false;
	return is_from_new_place(now->depth) || now->counts;
}

static int strikes(const char *sql, struct err *err)
{
	if (failed || !is_due())
		return 0;
	failed = sql;
	return err_set(err, ERR_BUSY, "disk_failed", "this statement was to fail");
}

static int f_run(struct db *db, const char *sql, struct args args, struct err *err)
{
	return strikes(sql, err) < 0 ? -1 : real->run(db, sql, args, err);
}

static int f_send(struct db *db, const char *sql, struct args args, struct err *err)
{
	return strikes(sql, err) < 0 ? -1 : real->send(db, sql, args, err);
}

static int f_rows(struct db *db, const char *sql, struct args args, struct rows *rs, struct err *err)
{
	if (strikes(sql, err) < 0 || real->rows(db, sql, args, rs, err) < 0)
		return -1;
	open_results++;
	return 0;
}

static int f_next(struct rows *rs, struct err *err)
{
	return strikes("the next row", err) < 0 ? -1 : real->next(rs, err);
}

static int f_begin(struct db *db, bool write, struct err *err)
{
	return strikes("BEGIN", err) < 0 ? -1 : real->begin(db, write, err);
}

static void f_end(struct rows *rs)
{
	open_results--;
	real->end(rs);
}

static void put_on(struct trial *x)
{
	real = x->db->driver;
	failing = *real;
	failing.run = f_run;
	failing.send = f_send;
	failing.rows = f_rows;
	failing.next = f_next;
	failing.begin = f_begin;
	failing.end = f_end;
	x->db->driver = &failing;
	now = x;
	due = x->n;
	failed = NULL;
	open_results = 0;
}

/* --- how often --- */

static int times_max;
static bool at_each;

void trials_begin(int times, bool each)
{
	times_max = times;
	at_each = each;
	n_kinds = 0;
	sum = (struct trials){ 0 };
	memset(places, 0, sizeof places);
}

static int behind(int n)
{
	return n + 1 + (at_each ? 0 : n / 10);
}

static bool is_counted(const struct trial *x)
{
	int i = 0;

	while (i < n_kinds && (strcmp(kinds[i].what, x->what) != 0 || kinds[i].of != x->of))
		i++;
	if (i == n_kinds) {
		assert_true(n_kinds < KINDS_MAX);
		kinds[n_kinds].what = x->what;
		kinds[n_kinds].of = x->of;
		kinds[n_kinds++].times = 0;
	}
	return kinds[i].times++ < times_max;
}

/* --- to and fro --- */

static void keep(struct trial *x)
{
	assert_true(x->state_size <= sizeof x->was_state);
	if (x->t) {
		x->txn = *x->t;
		x->counters = *x->t->counters;
	}
	if (x->site)
		x->was_site = *x->site;
	for (int i = 0; i < 2; i++)
		x->out_len[i] = x->out[i] ? x->out[i]->len : 0;
	if (x->state)
		memcpy(x->was_state, x->state, x->state_size);
}

/* A buffer has grown meanwhile, and may be part of the state. */
static void put_back(struct trial *x)
{
	struct buf out[2] = { x->out[0] ? *x->out[0] : (struct buf){ 0 }, x->out[1] ? *x->out[1] : (struct buf){ 0 } };

	if (x->state)
		memcpy(x->state, x->was_state, x->state_size);
	for (int i = 0; i < 2; i++) {
		if (!x->out[i])
			continue;
		*x->out[i] = out[i];
		x->out[i]->len = x->out_len[i];
		if (x->out[i]->data)
			x->out[i]->data[x->out_len[i]] = '\0';
	}
	if (x->site)
		*x->site = x->was_site;
	if (x->t) {
		*x->t->counters = x->counters;
		*x->t = x->txn;
	}
}

static void must_do(struct db *db, const char *sql)
{
	struct err err = { 0 };

	if (db_run(db, sql, NO_ARGS, &err) < 0)
		fail_msg("%s: %s", sql, err.text);
}

/* --- a trial --- */

static void undo(struct trial *x)
{
	if (x->t)
		must_do(x->db, "ROLLBACK TO trial");
	put_back(x);
}

static void end(struct trial *x)
{
	if (x->t) {
		must_do(x->db, "RELEASE trial");
		x->t->careful = x->careful;
	}
	busy = false;
}

bool trial_begin(struct trial *x)
{
	void *frame[FRAMES_MAX];

	if (busy)
		return false;
	busy = true;
	sum.calls++;
	x->depth = backtrace(frame, FRAMES_MAX) - 2;
	x->counts = is_counted(x);
	x->n = 1;
	/* A lane that goes back to single jobs guards their parts. */
	if (x->t) {
		x->careful = x->t->careful;
		x->t->careful = sum.calls % 2 == 0;
		must_do(x->db, "SAVEPOINT trial");
	}
	keep(x);
	put_on(x);
	return true;
}

static void judge(const struct trial *x, int rc, const struct err *err)
{
	const char *of = x->of ? x->of : "";

	if (failed && rc >= 0)
		fail_msg("%s %s: statement %d failed, and nobody said so: %s", x->what, of, x->n, failed);
	if (failed && err && !err_is_trouble(err))
		fail_msg("%s %s: statement %d failed, and that was said to be \"%s\": %s", x->what, of, x->n, err->code, failed);
	if (open_results != 0)
		fail_msg("%s %s: statement %d (%s): %d results are left open", x->what, of, x->n, failed ? failed : "none failed", open_results);
}

bool trial_again(struct trial *x, int rc, struct err *err)
{
	if (x->over)
		return false;
	x->db->driver = real;
	judge(x, rc, err);
	sum.statements += failed != NULL;
	if (!failed && rc >= 0) {
		end(x);
		return false;
	}
	undo(x);
	if (err)
		err_clear(err);
	if (!failed) {		/* it fails by itself, and is to leave behind what it does then */
		end(x);
		return x->over = true;
	}
	x->n = behind(x->n);
	if (x->n > STATEMENTS_MAX)
		fail_msg("%s: %d statements and no end", x->what, x->n);
	put_on(x);
	return true;
}

struct trials trials_so_far(void)
{
	sum.kinds = n_kinds;
	return sum;
}
