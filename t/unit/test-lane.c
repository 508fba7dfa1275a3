/* Lanes: group commit, and what it promises to each job in the group. */
#include "base/base.h"
#include "store/store.h"
#include "unit.h"

#include "base/clock.h"

#include <poll.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct shop {
	char dir[40];
	struct store *store;
	struct pool *pool;
	struct uuid tenant;
	int answered;
	struct work *first;	/* answered */
};

struct work {
	struct job job;
	struct shop *shop;
	enum { WRITE, FAIL_EARLY, FAIL_LATE, SLICES } what;
	int64_t seq;
	int slices, calls;
};

static struct err err;

/* Each write stores one lock-out row: any table would do. */
static int store_row(struct txn *t, struct work *w, const char *subject)
{
	return txn_send(t, "INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, $2, 1, 0)",
			ARGS(v_uuid(w->shop->tenant), v_text(subject)), &w->job.err);
}

static int run(struct txn *t, void *ctx, struct err *e)
{
	struct work *w = ctx;
	char subject[40];

	w->calls++;
	if (w->what == FAIL_EARLY)
		return err_set(e, ERR_INPUT, "early", "refused before its first statement");
	if (txn_seq(t, w->shop->tenant, &w->seq, e) < 0)
		return -1;
	snprintf(subject, sizeof subject, "%p-%zu", (void *)w, t->resume);
	if (store_row(t, w, subject) < 0)
		return -1;
	if (w->what == FAIL_LATE)
		return err_set(e, ERR_INPUT, "late", "refused after it wrote");
	t->progress = t->resume + 1;
	return w->what == SLICES && t->progress < (size_t)w->slices ? JOB_MORE : 0;
}

static void done(struct job *job, enum job_end end UNUSED)
{
	struct work *w = job->ctx;

	if (w->shop->answered++ == 0)
		w->shop->first = w;
}

static int up(void **state)
{
	struct shop *s = x_alloc(sizeof *s);
	char url[60];
	struct store_config config = {
		.db = { .engine = ENGINE_SQLITE, .url = url, .journal_size_bytes = 1 << 20 },
		.readers = 2, .queue_max = 2000, .slice_ms = 1, .numbered = true, .pinned_bytes = 1 << 30, .pinned_ms = 1000,
	};

	strcpy(s->dir, "/tmp/fexl-lane-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(url, sizeof url, "%s/fexl.db", s->dir);
	if (store_open(&s->store, &config, &err) < 0)
		fail_msg("%s", err.text);
	s->pool = pool_new();
	s->tenant = uuid_v7();
	*state = s;
	return 0;
}

static int down(void **state)
{
	struct shop *s = *state;
	char command[60];

	store_close(&s->store);
	pool_free(&s->pool);
	snprintf(command, sizeof command, "rm -r %s", s->dir);
	free(s);
	return system(command);
}

static void start(struct shop *s, struct work *w, int what)
{
	*w = (struct work){ .shop = s, .what = what, .slices = 1 };
	w->job = (struct job){ .write = run, .done = done, .ctx = w, .pool = s->pool, .tenant = s->tenant, .of_people = true };
	if (store_write(s->store, &w->job, &err) < 0)
		fail_msg("%s", err.text);
}

static void wait_for(struct shop *s, int answers)
{
	struct pollfd p = { .fd = store_wake_fd(s->store), .events = POLLIN };
	int64_t until = clock_boot() + 30 * SECOND_US;

	while (s->answered < answers && clock_boot() < until)
		if (poll(&p, 1, 1000) > 0)
			store_deliver(s->store);
	assert_int_equal(s->answered, answers);
}

static int64_t count(struct shop *s, const char *sql)
{
	int64_t n;

	if (db_int(store_loop_db(s->store), sql, NO_ARGS, &n, &err) < 0)
		fail_msg("%s", err.text);
	return n;
}

#define ROWS "SELECT count(*) FROM lockouts"

static int make_tenant(struct txn *t, void *ctx, struct err *e)
{
	struct work *w = ctx;

	return txn_send(t, "INSERT INTO tenants (uuid, name, status, seq, epoch, created_at) VALUES ($1, 'x', 'active', 0, $1, 0)",
			ARGS(v_uuid(w->shop->tenant)), e);
}

static void open_tenant(struct shop *s)
{
	struct work w = { .shop = s };

	w.job = (struct job){ .write = make_tenant, .done = done, .ctx = &w, .pool = s->pool, .of_people = true };
	assert_int_equal(store_write(s->store, &w.job, &err), 0);
	wait_for(s, 1);
	s->answered = 0;
}

#define MANY 500

static void kept_every_answered_write_is_stored_and_numbers_are_dense(void **state)
{
	static struct work w[MANY];
	struct shop *s = *state;
	bool seen[MANY + 1] = { false };
	struct store_counters c;

	open_tenant(s);
	for (int i = 0; i < MANY; i++)
		start(s, &w[i], WRITE);
	wait_for(s, MANY);
	assert_int_equal(count(s, ROWS), MANY);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(w[i].job.end, JOB_DONE);
		assert_in_range(w[i].seq, 1, MANY);
		assert_false(seen[w[i].seq]);
		seen[w[i].seq] = true;
	}
	store_count(s->store, &c);
	assert_true(c.commits < MANY);	/* many in one commit */
}

static void a_job_that_fails_before_it_wrote_leaves_its_group_alone(void **state)
{
	static struct work w[3];
	struct shop *s = *state;
	struct store_counters c;

	open_tenant(s);
	start(s, &w[0], WRITE);
	start(s, &w[1], FAIL_EARLY);
	start(s, &w[2], WRITE);
	wait_for(s, 3);
	assert_int_equal(w[1].job.end, JOB_FAILED);
	assert_string_equal(w[1].job.err.code, "early");
	assert_int_equal(count(s, ROWS), 2);
	store_count(s->store, &c);
	assert_int_equal(c.reruns, 0);
}

static void a_job_that_fails_late_is_undone_alone(void **state)
{
	static struct work w[20];
	struct shop *s = *state;

	open_tenant(s);
	for (int i = 0; i < 20; i++)
		start(s, &w[i], i == 10 ? FAIL_LATE : WRITE);
	wait_for(s, 20);
	assert_int_equal(w[10].job.end, JOB_FAILED);
	assert_string_equal(w[10].job.err.code, "late");
	assert_int_equal(count(s, ROWS), 19);
	assert_int_equal(count(s, "SELECT seq FROM tenants"), 19);
}

#define SLOW 1000

static void a_long_job_commits_slice_by_slice_and_people_go_between(void **state)
{
	static struct work slow, quick;
	struct shop *s = *state;

	open_tenant(s);
	slow = (struct work){ .shop = s, .what = SLICES, .slices = SLOW };
	slow.job = (struct job){ .write = run, .done = done, .ctx = &slow, .pool = s->pool, .tenant = s->tenant };
	assert_int_equal(store_write(s->store, &slow.job, &err), 0);
	start(s, &quick, WRITE);
	wait_for(s, 2);
	assert_ptr_equal(s->first, &quick);
	assert_int_equal(slow.calls, SLOW);
	assert_int_equal(count(s, ROWS), SLOW + 1);
}

static void a_full_queue_says_so(void **state)
{
	static struct work w[4000];
	struct shop *s = *state;
	int taken = 0, refused = 0;

	open_tenant(s);
	for (int i = 0; i < 4000; i++) {
		w[i] = (struct work){ .shop = s };
		w[i].job = (struct job){ .write = run, .done = done, .ctx = &w[i], .pool = s->pool, .tenant = s->tenant,
					 .of_people = true };
		if (store_write(s->store, &w[i].job, &err) == 0)
			taken++;
		else
			refused += err.kind == ERR_BUSY;
	}
	assert_int_equal(taken + refused, 4000);
	wait_for(s, taken);
	assert_int_equal(count(s, ROWS), taken);
}

static void wait_for_an_answer(struct shop *s)
{
	struct pollfd p = { .fd = store_wake_fd(s->store), .events = POLLIN };

	assert_int_equal(poll(&p, 1, 30000), 1);
}

static void the_loop_reads_one_state_until_it_turns_or_hears_an_answer(void **state)
{
	static struct work w[2];
	struct shop *s = *state;

	open_tenant(s);
	assert_int_equal(count(s, ROWS), 0);
	start(s, &w[0], WRITE);
	wait_for_an_answer(s);		/* stored, and nobody was told yet */
	assert_int_equal(count(s, ROWS), 0);
	store_deliver(s->store);
	assert_int_equal(count(s, ROWS), 1);
	start(s, &w[1], WRITE);
	wait_for_an_answer(s);
	assert_int_equal(count(s, ROWS), 1);
	store_loop_turned(s->store);
	assert_int_equal(count(s, ROWS), 2);
	wait_for(s, 2);
}

/* --- the log --- */

static off_t file_bytes(const struct shop *s, const char *name)
{
	char path[80];
	struct stat st = { 0 };

	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	stat(path, &st);
	return st.st_size;
}

/* As a process leaves it that is killed before its first checkpoint. */
static void leave_a_log(struct shop *s)
{
	static const char fill[] = "CREATE TABLE left_behind (n INTEGER, what TEXT);"
				   "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 6000) "
				   "INSERT INTO left_behind SELECT n, hex(zeroblob(500)) FROM n";
	char path[80];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/fexl.db", s->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA wal_autocheckpoint=0", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, fill, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void moving_a_log_that_a_killed_life_left_is_moved_after_one_commit(void **state)
{
	static struct work w[20];
	struct shop *s = *state;
	int64_t until = clock_boot() + 30 * SECOND_US;
	int n = 0;

	open_tenant(s);
	leave_a_log(s);
	assert_true(file_bytes(s, "fexl.db-wal") > 5 << 20);
	start(s, &w[n++], WRITE);
	wait_for(s, n);
	while (file_bytes(s, "fexl.db") < 5 << 20 && clock_boot() < until)
		usleep(1000);
	assert_true(file_bytes(s, "fexl.db") > 5 << 20);
	/* What came meanwhile is ended by the writer; then the log begins anew. */
	while (n < 20) {
		start(s, &w[n++], WRITE);
		wait_for(s, n);
	}
	assert_true(file_bytes(s, "fexl.db-wal") <= 1 << 20);
}

#define LANE(test) cmocka_unit_test_setup_teardown(test, up, down)

UNIT_MAIN(LANE(kept_every_answered_write_is_stored_and_numbers_are_dense),
	  LANE(a_job_that_fails_before_it_wrote_leaves_its_group_alone), LANE(a_job_that_fails_late_is_undone_alone),
	  LANE(a_long_job_commits_slice_by_slice_and_people_go_between), LANE(a_full_queue_says_so),
	  LANE(the_loop_reads_one_state_until_it_turns_or_hears_an_answer),
	  LANE(moving_a_log_that_a_killed_life_left_is_moved_after_one_commit))
