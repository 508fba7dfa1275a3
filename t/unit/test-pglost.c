/* Connections that break in every place, servers that fall silent, commits
 * whose answer is lost. */
#include "base/base.h"
#include "db.h"

#include <pthread.h>

/* Ends the server process of another connection, and waits until it is gone. */
static void end_backend(const struct world *w, int64_t pid)
{
	struct db *boss = open_more(w, DB_WRITE);

	must_int(boss, "SELECT pg_terminate_backend(CAST($1 AS integer))", ARGS(v_int(pid)));
	wait_until(boss, "SELECT CAST(count(*) AS bigint) FROM pg_stat_activity WHERE pid = $1", ARGS(v_int(pid)), 0);
	db_close(&boss);
}

static void assert_gone(const struct err *err)
{
	assert_int_equal(err->kind, ERR_BUSY);
	assert_string_equal(err->code, "database_gone");
}

/* --- connections that break --- */

static void a_break_at_rest_is_not_noticed(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	const char *heard;

	log_listen(w);
	must_put(w->db, 1);
	end_backend(w, pid_of(w->db));
	must_put(w->db, 2);
	end_backend(w, pid_of(w->db));
	must_begin(w->db);
	must_put(w->db, 3);
	must_commit(w->db);
	end_backend(w, pid_of(w->db));
	assert_int_equal(db_read_begin(w->db, &err), 0);
	assert_int_equal(items(w->db), 3);
	db_read_end(w->db);
	heard = log_heard(w);
	assert_int_equal(times_in(heard, "connection lost"), 3);
	assert_int_equal(times_in(heard, "connected again"), 3);
}

static void a_break_inside_a_transaction_lasts_until_its_end(void **state)
{
	struct world *w = world_of(state);
	const char *heard;

	log_listen(w);
	for (int commit = 0; commit < 2; commit++) {
		struct err err = { 0 };
		int64_t n;

		must_begin(w->db);
		must_put(w->db, 1);
		end_backend(w, pid_of(w->db));
		assert_int_equal(put_item(w->db, 2, &err), -1);
		assert_gone(&err);
		assert_int_equal(db_int(w->db, "SELECT 1", NO_ARGS, &n, &err), -1);
		assert_gone(&err);
		assert_int_equal(send_item(w->db, 3, &err), -1);
		assert_gone(&err);
		if (commit)
			assert_int_equal(db_commit(w->db, &err), COMMIT_REFUSED);
		else
			db_rollback(w->db);
		assert_gone(&err);
		assert_int_equal(items(w->db), 0);
	}
	heard = log_heard(w);
	assert_int_equal(times_in(heard, "connection lost"), 2);
	assert_int_equal(times_in(heard, "connected again"), 2);
}

/* The server said goodbye before it was asked to commit: nothing is stored,
 * and that is known. */
static void a_break_before_the_commit_refuses_it(void **state)
{
	struct world *w = world_of(state);

	log_listen(w);
	for (int queued = 0; queued < 2; queued++) {
		struct err err = { 0 };
		int64_t pid = pid_of(w->db);

		must_begin(w->db);
		must_put(w->db, 1);
		if (queued)
			must_send(w->db, 2);
		end_backend(w, pid);
		assert_int_equal(db_commit(w->db, &err), COMMIT_REFUSED);
		assert_gone(&err);
		assert_int_equal(items(w->db), 0);
	}
	log_heard(w);
}

/* It fell before the commit's turn, with both on their way in one batch. */
static void a_break_at_a_statement_before_the_commit_refuses_it(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	log_listen(w);
	must_begin(w->db);
	must_send(w->db, 1);
	assert_int_equal(db_send(w->db, "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)", NO_ARGS, &err), 0);
	assert_int_equal(db_commit(w->db, &err), COMMIT_REFUSED);
	assert_gone(&err);
	assert_int_equal(items(w->db), 0);
	log_heard(w);
}

/* The pause between two tries is short, and the log hears of each change once. */
static void an_absent_server_is_asked_again_until_it_is_back(void **state)
{
	struct world *w = world_of(state);
	struct buf url = { 0 };
	int64_t until = clock_boot() + PATIENCE_US;
	struct err err = { 0 };
	struct db *guest;
	const char *heard;

	must_run(w->db, "DROP ROLE IF EXISTS guest", NO_ARGS);
	must_run(w->db, "CREATE ROLE guest LOGIN", NO_ARGS);
	buf_printf(&url, "%s user=guest password=hunter2", w->url);
	guest = open_at(url.data, ENGINE_POSTGRES, DB_WRITE);
	log_init(NULL, LOG_LEVEL_DEBUG);
	log_listen(w);
	must_run(w->db, "ALTER ROLE guest NOLOGIN", NO_ARGS);
	end_backend(w, pid_of(guest));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(db_begin(guest, &err), -1);
		assert_gone(&err);
	}
	must_run(w->db, "ALTER ROLE guest LOGIN", NO_ARGS);
	while (db_begin(guest, &err) < 0 && clock_boot() < until)
		nap();
	assert_int_equal(must_int(guest, "SELECT 7", NO_ARGS), 7);
	db_rollback(guest);
	db_close(&guest);
	must_run(w->db, "DROP ROLE guest", NO_ARGS);
	heard = log_heard(w);
	assert_int_equal(times_in(heard, "connection lost"), 1);
	assert_int_equal(times_in(heard, "connected again"), 1);
	assert_int_equal(times_in(heard, "hunter2"), 0);
	/* 100 requests were not 100 tries. */
	assert_true(times_in(heard, "not permitted to log in") <= 5);
	buf_release(&url);
}

/* Stopped, not ended: nothing comes back, not even an error. */
static void silence_has_an_end(void **state)
{
	struct world *w = world_of(state);
	struct db_config config = config_of(w->url, ENGINE_POSTGRES);
	struct err err = { 0 };
	struct db *db;
	int64_t n;
	pid_t pid;

	config.statement_timeout_ms = 300;
	assert_int_equal(db_open(&db, &config, DB_WRITE, &err), 0);
	pid = (pid_t)pid_of(db);
	must_begin(db);
	must_put(db, 1);
	log_listen(w);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(db_int(db, "SELECT 1", NO_ARGS, &n, &err), -1);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_gone(&err);
	assert_int_equal(times_in(log_heard(w), "no answer in time"), 1);
	db_rollback(db);
	assert_int_equal(items(db), 0);
	db_close(&db);
}

static void a_server_that_takes_no_writes_any_more_is_left(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	int64_t pid = pid_of(w->db);

	must_run(w->db, "SET default_transaction_read_only = on", NO_ARGS);
	log_listen(w);
	must_begin(w->db);
	assert_int_equal(put_item(w->db, 1, &err), -1);
	assert_gone(&err);
	db_rollback(w->db);
	must_put(w->db, 1);
	log_heard(w);
	assert_int_not_equal(pid_of(w->db), pid);
}

/* --- the answer to a commit --- */

struct helper {
	struct db *boss;
	const char *act;	/* done to the server process that waits for its standby */
	pthread_t thread;
};

static void *helper_main(void *arg)
{
	static const char waiting[] = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
	struct helper *h = arg;
	int64_t until = clock_boot() + PATIENCE_US, pid = 0;

	while (!pid && clock_boot() < until) {
		pid = must_int(h->boss, waiting, NO_ARGS);
		nap();
	}
	must_int(h->boss, h->act, ARGS(v_int(pid)));
	return NULL;
}

/* From here on a commit waits for a standby that does not exist. */
static void standby_want(struct db *boss, bool want)
{
	must_run(boss, want ? "ALTER SYSTEM SET synchronous_standby_names = 'nobody'" :
			      "ALTER SYSTEM RESET synchronous_standby_names", NO_ARGS);
	must_int(boss, "SELECT pg_reload_conf()", NO_ARGS);
	wait_until(boss, "SELECT CAST(length(current_setting('synchronous_standby_names')) AS bigint)", NO_ARGS,
		   want ? 6 : 0);
}

/* The last one's end; the first may come before all of the server knows. */
static enum commit_end commit_some(struct world *w, int *n, struct err *err)
{
	enum commit_end end = COMMIT_DONE;
	int64_t until = clock_boot() + PATIENCE_US;

	for (*n = 0; end == COMMIT_DONE && clock_boot() < until; ++*n) {
		must_begin(w->db);
		must_send(w->db, *n);
		end = db_commit(w->db, err);
		nap();
	}
	return end;
}

static void commit_disturbed_by(struct world *w, const char *act)
{
	struct helper h = { .boss = open_more(w, DB_WRITE), .act = act };
	struct err err = { 0 };
	enum commit_end end;
	int n;

	log_listen(w);
	standby_want(h.boss, true);
	assert_int_equal(pthread_create(&h.thread, NULL, helper_main, &h), 0);
	end = commit_some(w, &n, &err);
	pthread_join(h.thread, NULL);
	standby_want(h.boss, false);
	log_heard(w);
	assert_int_equal(end, COMMIT_UNKNOWN);
	assert_int_equal(err.kind, ERR_UNCERTAIN);
	/* In truth it is there; but the one who committed could not know. */
	wait_until(w->db, "SELECT CAST(count(*) AS bigint) FROM item", NO_ARGS, n);
	db_close(&h.boss);
}

static void a_break_in_the_commit_leaves_it_uncertain(void **state)
{
	commit_disturbed_by(world_of(state), "SELECT pg_terminate_backend(CAST($1 AS integer))");
}

/* The server answers COMMIT, with the warning that no standby has it. */
static void a_commit_without_its_standby_is_uncertain(void **state)
{
	commit_disturbed_by(world_of(state), "SELECT pg_cancel_backend(CAST($1 AS integer))");
}

/* A statement had failed and its caller went on: the server answers ROLLBACK. */
static void a_failed_transaction_is_not_committed(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	must_begin(w->db);
	must_put(w->db, 1);
	assert_int_equal(put_item(w->db, 1, &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_int_equal(put_item(w->db, 2, &err), -1);
	assert_string_equal(err.code, "retry");
	assert_int_equal(db_commit(w->db, &err), COMMIT_REFUSED);
	assert_int_equal(err.kind, ERR_BUSY);
	assert_int_equal(items(w->db), 0);
}

static void a_failure_at_the_commit_refuses_it(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	must_run(w->db, "ALTER TABLE other ADD CONSTRAINT of_item FOREIGN KEY (id) REFERENCES item "
			"DEFERRABLE INITIALLY DEFERRED", NO_ARGS);
	must_begin(w->db);
	must_run(w->db, "INSERT INTO other VALUES (1)", NO_ARGS);
	log_init(NULL, LOG_LEVEL_DEBUG);
	log_listen(w);
	assert_int_equal(db_commit(w->db, &err), COMMIT_REFUSED);
	assert_int_equal(err.kind, ERR_CONFLICT);
	must_put(w->db, 1);
	assert_string_equal(log_heard(w), "");
}

DB_MAIN(
	ON_POSTGRES(a_break_at_rest_is_not_noticed),
	ON_POSTGRES(a_break_inside_a_transaction_lasts_until_its_end),
	ON_POSTGRES(a_break_before_the_commit_refuses_it),
	ON_POSTGRES(a_break_at_a_statement_before_the_commit_refuses_it),
	ON_POSTGRES(an_absent_server_is_asked_again_until_it_is_back),
	ON_POSTGRES(silence_has_an_end),
	ON_POSTGRES(a_server_that_takes_no_writes_any_more_is_left),
	ON_POSTGRES(a_break_in_the_commit_leaves_it_uncertain),
	ON_POSTGRES(a_commit_without_its_standby_is_uncertain),
	ON_POSTGRES(a_failed_transaction_is_not_committed),
	ON_POSTGRES(a_failure_at_the_commit_refuses_it),
)
