/* A store whose database, threads or disk fail: whoever asked is told the truth, and
 * what comes next is served. */
#include "base/base.h"
#include "store/lane.h"
#include "unit.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <sqlite3.h>

struct shop {
	char dir[40], url[60];
	struct store *store;
	struct pool *pool;
	struct uuid tenant;
	int answered, tries;
	_Atomic int told, pinned;	/* changes that the world was told of; cries of the checkpointer */
	_Atomic bool hold, holding;
};

struct work {
	struct job job;
	struct shop *shop;
	bool fails;
};

static struct err err;
static const struct uuid none;

/* --- things that fail once --- */

static int thread_due, open_due;	/* calls until one fails; 0: none does */

static bool strikes(int *due)
{
	return *due && --*due == 0;
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
	return strikes(&thread_due) ? EAGAIN : __real_pthread_create(thread, attr, fn, arg);
}

/* Every writer's connection, from the beginning: threads must not see it change. */
static struct driver failing;
static _Atomic bool armed;		/* a test has got so far */
static _Atomic int begins_due, rows_due, commits_due;
static _Atomic enum commit_end commit_says;
static _Atomic bool fails_on;		/* again and again from then on */

static bool fails_now(_Atomic int *due)
{
	if (!armed || *due == 0 || (*due > 1 && --*due > 0))
		return false;
	*due = fails_on;
	return true;
}

static int f_begin(struct db *db, bool write, struct err *e)
{
	return fails_now(&begins_due) ? err_set(e, ERR_BUSY, "disk_failed", "no BEGIN") : sqlite_driver.begin(db, write, e);
}

static int f_rows(struct db *db, const char *sql, struct args args, struct rows *rs, struct err *e)
{
	if (!fails_now(&rows_due))
		return sqlite_driver.rows(db, sql, args, rs, e);
	rs->db = NULL;
	return err_set(e, ERR_BUSY, "disk_failed", "no rows");
}

static enum commit_end f_commit(struct db *db, struct err *e)
{
	if (!fails_now(&commits_due))
		return sqlite_driver.commit(db, e);
	err_set(e, commit_says == COMMIT_UNKNOWN ? ERR_UNCERTAIN : ERR_BUSY, "commit", "no COMMIT");
	sqlite_driver.rollback(db);
	return commit_says;
}

int __real_db_open(struct db **db, const struct db_config *config, enum db_mode mode, struct err *e);
int __wrap_db_open(struct db **db, const struct db_config *config, enum db_mode mode, struct err *e);
int __wrap_db_open(struct db **db, const struct db_config *config, enum db_mode mode, struct err *e)
{
	if (strikes(&open_due))
		return err_set(e, ERR_UNREACHABLE, "database_open", "it was to fail");
	if (__real_db_open(db, config, mode, e) < 0)
		return -1;
	if (mode == DB_WRITE)
		(*db)->driver = &failing;
	return 0;
}

/* --- a store --- */

static void on_commit(const struct change *c UNUSED, int n, void *ctx)
{
	((struct shop *)ctx)->told += n;
}

static void on_pinned(int64_t bytes, void *ctx)
{
	assert(bytes > 0);
	((struct shop *)ctx)->pinned++;
}

static int open_store(struct shop *s)
{
	struct store_config config = {
		.db = { .engine = ENGINE_SQLITE, .url = s->url, .journal_size_bytes = 1 << 20 },
		.readers = 2, .queue_max = 2000, .slice_ms = 1, .numbered = true, .pinned_bytes = 1 << 20, .pinned_ms = 1,
		.on_commit = on_commit, .on_pinned = on_pinned, .ctx = s,
	};

	err_clear(&err);
	return store_open(&s->store, &config, &err);
}

static int up(void **state)
{
	struct shop *s = x_alloc(sizeof *s);

	strcpy(s->dir, "/tmp/fexl-fails-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->url, sizeof s->url, "%s/fexl.db", s->dir);
	s->pool = pool_new();
	s->tenant = uuid_v7();
	armed = false;
	*state = s;
	return open_store(s);
}

static int down(void **state)
{
	struct shop *s = *state;
	char command[60];

	clock_real();
	store_close(&s->store);
	pool_free(&s->pool);
	snprintf(command, sizeof command, "rm -r %s", s->dir);
	free(s);
	return system(command);
}

static int make_tenant(struct txn *t, void *ctx, struct err *e)
{
	struct work *w = ctx;

	return txn_send(t, "INSERT INTO tenants (uuid, name, status, seq, epoch, created_at) VALUES ($1, 'x', 'active', 0, $1, 0)",
			ARGS(v_uuid(w->shop->tenant)), e);
}

static int write_row(struct txn *t, void *ctx, struct err *e)
{
	struct work *w = ctx;
	struct change c = { .tenant = w->shop->tenant };
	char subject[40];
	int64_t seq;

	while (w->shop->hold)
		w->shop->holding = true;
	if (w->fails)
		return err_set(e, ERR_INPUT, "refused", "refused before it wrote");
	snprintf(subject, sizeof subject, "%d", ++w->shop->tries);
	if (txn_seq(t, w->shop->tenant, &seq, e) < 0)
		return -1;
	txn_changed(t, &c);
	return txn_send(t, "INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, $2, 1, 0)",
			ARGS(v_uuid(w->shop->tenant), v_text(subject)), e);
}

static void done(struct job *job, enum job_end end UNUSED)
{
	((struct work *)job->ctx)->shop->answered++;
}

static void start(struct shop *s, struct work *w, int (*write)(struct txn *t, void *ctx, struct err *e), struct uuid tenant)
{
	bool fails = w->fails;

	*w = (struct work){ .shop = s, .fails = fails };
	w->job = (struct job){ .write = write, .done = done, .ctx = w, .pool = s->pool, .tenant = tenant, .of_people = true };
	assert_int_equal(store_write(s->store, &w->job, &err), 0);
}

static void wait_for(struct shop *s, int answers)
{
	struct pollfd p = { .fd = store_wake_fd(s->store), .events = POLLIN };

	for (int i = 0; s->answered < answers && i < 300; i++)
		if (poll(&p, 1, 100) > 0)
			store_deliver(s->store);
	assert_int_equal(s->answered, answers);
	s->answered = 0;
}

static void open_tenant(struct shop *s)
{
	struct work w = { 0 };

	start(s, &w, make_tenant, none);
	wait_for(s, 1);
	s->told = 0;
}

static int64_t stored(struct shop *s)
{
	int64_t n;

	store_loop_turned(s->store);
	assert_int_equal(db_int(store_loop_db(s->store), "SELECT count(*) FROM lockouts", NO_ARGS, &n, &err), 0);
	return n;
}

/* All in one group: the lane takes them when the first lets go. */
static void start_group(struct shop *s, struct work *w, int n)
{
	struct work first = { .fails = true };

	s->holding = false;	/* the last one to be held may have said so once more */
	s->hold = true;
	start(s, &first, write_row, s->tenant);
	while (!s->holding)
		;
	for (int i = 0; i < n; i++)
		start(s, &w[i], write_row, s->tenant);
	armed = true;
	s->hold = false;
	wait_for(s, n + 1);
	assert_int_equal(first.job.end, JOB_FAILED);
}

/* --- the tests --- */

#define JOBS 5

/* The first job has begun already when they come: its own commit is not theirs. */
static void a_transaction_that_fails_as_a_whole_is_done_one_by_one(void **state)
{
	static _Atomic int *const due[] = { &begins_due, &rows_due, &commits_due };

	for (size_t i = 0; i < ARRAY_LEN(due); i++) {
		struct shop *s = *state;
		struct work w[JOBS] = { 0 };
		int64_t before = stored(s);

		if (i == 0)
			open_tenant(s);
		s->told = 0;
		commit_says = COMMIT_REFUSED;
		*due[i] = due[i] == &commits_due ? 2 : 1;
		start_group(s, w, JOBS);
		for (int j = 0; j < JOBS; j++)
			assert_int_equal(w[j].job.end, JOB_DONE);
		assert_int_equal(stored(s), before + JOBS);
		assert_int_equal(s->told, JOBS);
		assert_int_equal(*due[i], 0);
	}
}

static void what_cannot_be_done_alone_either_is_told_so(void **state)
{
	static _Atomic int *const kinds[] = { &begins_due, &commits_due };
	struct shop *s = *state;
	struct work w[1] = { 0 };

	open_tenant(s);
	commit_says = COMMIT_REFUSED;
	armed = true;
	fails_on = true;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		*kinds[i] = 1;
		start(s, &w[0], write_row, s->tenant);
		wait_for(s, 1);
		assert_int_equal(w[0].job.end, JOB_FAILED);
		assert_int_equal(w[0].job.err.kind, ERR_BUSY);
		*kinds[i] = 0;
		start(s, &w[0], write_row, s->tenant);
		wait_for(s, 1);
		assert_int_equal(w[0].job.end, JOB_DONE);
	}
	fails_on = false;
	assert_int_equal(stored(s), 2);
	assert_int_equal(s->told, 2);
}

static void an_uncertain_commit_is_called_so_and_nobody_else_is_told(void **state)
{
	struct shop *s = *state;
	struct work w[JOBS] = { [2] = { .fails = true } };

	open_tenant(s);
	commit_says = COMMIT_UNKNOWN;
	commits_due = 2;
	start_group(s, w, JOBS);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(w[i].job.end, i == 2 ? JOB_FAILED : JOB_UNCERTAIN);
		assert_string_equal(w[i].job.err.code, i == 2 ? "refused" : "commit");
	}
	assert_int_equal(s->told, 0);
	assert_int_equal(stored(s), 0);
	w[0].fails = false;
	start(s, &w[0], write_row, s->tenant);
	wait_for(s, 1);
	assert_int_equal(w[0].job.end, JOB_DONE);
	assert_int_equal(s->told, 1);
}

static void a_shop_that_is_not_there_gets_no_number(void **state)
{
	struct shop *s = *state;
	struct work w = { 0 };

	start(s, &w, write_row, s->tenant);
	wait_for(s, 1);
	assert_int_equal(w.job.end, JOB_FAILED);
	assert_string_equal(w.job.err.code, "no_tenant");
}

/* Counters are locked in one order, whoever asked first; the group is not taken apart. */
static void many_shops_in_one_group_are_served(void **state)
{
	enum { SHOPS = GROUP_MAX / 2 };		/* a group, with two jobs each */
	struct store_counters count;
	static struct work w[2 * SHOPS];
	struct uuid shop[SHOPS];
	struct shop *s = *state;

	for (int i = 0; i < SHOPS; i++) {
		shop[i] = s->tenant = uuid_v7();
		open_tenant(s);
	}
	s->hold = true;
	w[0].fails = true;
	start(s, &w[0], write_row, s->tenant);
	while (!s->holding)
		;
	for (int i = 1; i < 2 * SHOPS; i++)
		start(s, &w[i], write_row, shop[i * 37 % SHOPS]);
	s->hold = false;
	wait_for(s, 2 * SHOPS);
	for (int i = 1; i < 2 * SHOPS; i++)
		assert_int_equal(w[i].job.end, JOB_DONE);
	store_count(s->store, &count);
	assert_int_equal(count.reruns, 0);
}

static void a_job_that_hangs_is_no_movement(void **state)
{
	struct shop *s = *state;
	struct work w = { 0 };

	open_tenant(s);
	assert_true(store_moving(s->store));
	s->hold = true;
	start(s, &w, write_row, s->tenant);
	while (!s->holding)
		;
	assert_true(store_moving(s->store));
	clock_set(clock_wall(), clock_boot() + 61 * SECOND_US);
	assert_false(store_moving(s->store));
	s->hold = false;
	wait_for(s, 1);
	while (!store_moving(s->store))		/* answered a moment before the lane puts its work down */
		;
}

/* Each connection and each thread that it needs may be missing. */
static void a_store_that_cannot_be_opened_says_so_and_leaves_nothing(void **state)
{
	static const struct {
		int *due;
		const char *code;
	} kinds[] = { { &thread_due, "thread" }, { &open_due, "database_open" } };
	struct shop *s = *state;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int n = 0, rc;

		do {
			store_close(&s->store);
			*kinds[i].due = ++n;
			rc = open_store(s);
			if (rc < 0) {
				assert_string_equal(err.code, kinds[i].code);
				assert_null(s->store);
			}
		} while (rc < 0 && n < 20);
		*kinds[i].due = 0;
		assert_int_equal(rc, 0);
		assert_int_equal(n, i == 0 ? 5 : 6);	/* a lane, two readers, the checkpointer; the loop has no thread */
		open_tenant(s);
		s->tenant = uuid_v7();
	}
	store_close(&s->store);
	store_close(&s->store);
	strcpy(s->url, "/nowhere/fexl.db");
	assert_int_equal(open_store(s), -1);
	assert_string_equal(err.code, "database_open");
}

static void a_queue_that_is_closed_takes_nothing(void **state UNUSED)
{
	struct queue q = { 0 };
	struct job people = { .of_people = true }, sync = { 0 };

	queue_release(&q);	/* never opened */
	queue_init(&q, 10);
	assert_false(queue_people_wait(&q));
	assert_int_equal(queue_put(&q, &sync, &err), 0);
	assert_false(queue_people_wait(&q));
	assert_int_equal(queue_put(&q, &people, &err), 0);
	assert_true(queue_people_wait(&q));
	assert_ptr_equal(queue_take(&q, 10), &people);
	assert_ptr_equal(queue_take(&q, 10), &sync);
	queue_close(&q);
	assert_true(queue_people_wait(&q));
	assert_int_equal(queue_put(&q, &people, &err), -1);
	assert_string_equal(err.code, "stopping");
	assert_null(queue_take(&q, 10));
	queue_release(&q);
}

/* A slice of sync goes on while nobody waits, but not for ever. */
static void a_slice_is_over_when_somebody_waits(void **state UNUSED)
{
	struct queue q = { 0 };
	struct job people = { .of_people = true };
	struct txn t = { .queue = &q }, alone = { 0 };
	int64_t now = 1000 * SECOND_US;

	queue_init(&q, 10);
	clock_set(now, now);
	assert_false(txn_time_is_up(&t, now - 900, 1));
	assert_true(txn_time_is_up(&alone, now - 1100, 1));
	assert_false(txn_time_is_up(&t, now - 1100, 1));
	assert_true(txn_time_is_up(&t, now - 100000, 1));
	assert_int_equal(queue_put(&q, &people, &err), 0);
	assert_true(txn_time_is_up(&t, now - 1100, 1));
	clock_real();
	queue_release(&q);
}

static int write_much(struct txn *t, void *ctx, struct err *e)
{
	struct work *w = ctx;

	return txn_send(t, "INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, hex(zeroblob(4000000)) || $2, 1, 0)",
			ARGS(v_uuid(w->shop->tenant), v_int(w->shop->told)), e);
}

static void who_holds_the_log_back_is_cried_about_until_he_ends(void **state)
{
	struct shop *s = *state;
	struct work w = { 0 };
	sqlite3 *reader;
	int cries;

	open_tenant(s);
	assert_int_equal(sqlite3_open(s->url, &reader), SQLITE_OK);
	assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM tenants", NULL, NULL, NULL), SQLITE_OK);
	start(s, &w, write_much, s->tenant);
	wait_for(s, 1);
	for (int i = 0; s->pinned < 2 && i < 3000; i++)
		usleep(10000);
	assert_true(s->pinned >= 2);
	assert_int_equal(sqlite3_close(reader), SQLITE_OK);
	for (int i = 0; s->store->checkpointer.pinned_bytes && i < 3000; i++)
		usleep(10000);
	assert_int_equal(s->store->checkpointer.pinned_bytes, 0);
	cries = s->pinned;
	s->told = 1;
	start(s, &w, write_row, s->tenant);
	wait_for(s, 1);
	assert_int_equal(s->pinned, cries);
}

#define STORE(test) cmocka_unit_test_setup_teardown(test, up, down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE(a_transaction_that_fails_as_a_whole_is_done_one_by_one),
		STORE(what_cannot_be_done_alone_either_is_told_so),
		STORE(an_uncertain_commit_is_called_so_and_nobody_else_is_told),
		STORE(a_shop_that_is_not_there_gets_no_number),
		STORE(many_shops_in_one_group_are_served),
		STORE(a_job_that_hangs_is_no_movement),
		STORE(a_store_that_cannot_be_opened_says_so_and_leaves_nothing),
		cmocka_unit_test(a_queue_that_is_closed_takes_nothing),
		cmocka_unit_test(a_slice_is_over_when_somebody_waits),
		STORE(who_holds_the_log_back_is_cried_about_until_he_ends),
	};

	failing = sqlite_driver;
	failing.begin = f_begin;
	failing.rows = f_rows;
	failing.commit = f_commit;
	log_init("test-store-fails", LOG_LEVEL_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
