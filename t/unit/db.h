/* What the tests of the database share: a connection to an empty database of
 * either engine, and what the suite writes to its log meanwhile.
 *
 * PostgreSQL is reached through FEXL_TEST_PG (t/pg.sh sets it); where that is
 * not set, its cases are skipped.  Each program has a database of its own there,
 * whose schema public each case empties. */
#ifndef UNIT_DB_H
#define UNIT_DB_H

#include "base/clock.h"
#include "base/log.h"
#include "store/driver.h"
#include "unit.h"

#include <fcntl.h>
#include <time.h>

struct world {
	enum engine engine;
	char dir[64];
	char *url;
	struct db *db;		/* a writer's */
	struct pool *pool;
	int stderr_fd;		/* the real one, while the log is listened to */
};

static inline struct db_config config_of(const char *url, enum engine engine)
{
	return (struct db_config){ .engine = engine, .url = url, .statement_timeout_ms = 10000,
				   .connect_timeout_s = 5, .journal_size_bytes = 1 << 20 };
}

static inline struct db *open_at(const char *url, enum engine engine, enum db_mode mode)
{
	struct db_config config = config_of(url, engine);
	struct err err = { 0 };
	struct db *db;

	if (db_open(&db, &config, mode, &err) < 0)
		fail_msg("%s: %s", err.code, err.text);
	return db;
}

static inline struct db *open_more(const struct world *w, enum db_mode mode)
{
	return open_at(w->url, w->engine, mode);
}

/* Rows changed; the test fails where the statement does. */
static inline int must_run(struct db *db, const char *sql, struct args args)
{
	struct err err = { 0 };
	int n = db_run(db, sql, args, &err);

	if (n < 0)
		fail_msg("%s: %s (%s)", sql, err.text, err.code);
	return n;
}

static inline int64_t must_int(struct db *db, const char *sql, struct args args)
{
	struct err err = { 0 };
	int64_t n;

	if (db_int(db, sql, args, &n, &err) < 0)
		fail_msg("%s: %s (%s)", sql, err.text, err.code);
	return n;
}

static inline void must_begin(struct db *db)
{
	struct err err = { 0 };

	if (db_begin(db, &err) < 0)
		fail_msg("begin: %s", err.text);
}

static inline void must_commit(struct db *db)
{
	struct err err = { 0 };

	if (db_commit(db, &err) != COMMIT_DONE)
		fail_msg("commit: %s", err.text);
}

/* --- the table "item" --- */

static const char insert[] = "INSERT INTO item (id, n, u, name, data) VALUES ($1, $2, $3, $4, $5)";

static inline int put_item(struct db *db, int64_t id, struct err *err)
{
	return db_run(db, insert, ARGS(v_int(id), v_null(), v_null(), v_null(), v_null()), err);
}

static inline int send_item(struct db *db, int64_t id, struct err *err)
{
	return db_send(db, insert, ARGS(v_int(id), v_null(), v_null(), v_null(), v_null()), err);
}

static inline void must_put(struct db *db, int64_t id)
{
	must_run(db, insert, ARGS(v_int(id), v_null(), v_null(), v_null(), v_null()));
}

static inline void must_send(struct db *db, int64_t id)
{
	struct err err = { 0 };

	if (send_item(db, id, &err) < 0)
		fail_msg("%s", err.text);
}

static inline int64_t items(struct db *db)
{
	return must_int(db, "SELECT CAST(count(*) AS bigint) FROM item", NO_ARGS);
}

static inline void make_item(struct db *db, const char *uuid, const char *bytes)
{
	struct err err = { 0 };
	char sql[400];

	snprintf(sql, sizeof sql,
		 "CREATE TABLE item (id bigint PRIMARY KEY, n bigint, u %s, name text, data %s);\n"
		 "CREATE TABLE other (id bigint NOT NULL PRIMARY KEY)", uuid, bytes);
	if (db->driver->script(db, sql, &err) < 0)
		fail_msg("%s", err.text);
}

#define PATIENCE_US (10 * SECOND_US)

static inline void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

/* Asks until the answer is `want`. */
static inline void wait_until(struct db *db, const char *sql, struct args args, int64_t want)
{
	int64_t until = clock_boot() + PATIENCE_US;

	while (must_int(db, sql, args) != want) {
		if (clock_boot() > until)
			fail_msg("never: %s", sql);
		nap();
	}
}

static inline int64_t pid_of(struct db *db)
{
	return must_int(db, "SELECT pg_backend_pid()", NO_ARGS);
}

/* --- set-up: for cmocka, the engine as the initial state --- */

static inline int world_up_sqlite(void **state)
{
	struct world *w = x_alloc(sizeof *w);
	struct buf url = { 0 };

	*state = w;
	w->engine = ENGINE_SQLITE;
	w->pool = pool_new();
	snprintf(w->dir, sizeof w->dir, "/tmp/fexl-test-db-XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	buf_printf(&url, "%s/a #100%% file?.db", w->dir);
	w->url = url.data;
	w->db = open_more(w, DB_WRITE);
	make_item(w->db, "BLOB", "BLOB");
	return 0;
}

static inline int world_up_postgres(void **state)
{
	struct world *w = x_alloc(sizeof *w);
	const char *url = getenv("FEXL_TEST_PG");
	struct err err = { 0 };

	log_init(NULL, LOG_LEVEL_INFO);
	*state = w;
	w->engine = ENGINE_POSTGRES;
	w->pool = pool_new();
	w->url = x_strdup(url);
	w->db = open_more(w, DB_WRITE);
	if (w->db->driver->script(w->db, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", &err) < 0)
		fail_msg("%s", err.text);
	make_item(w->db, "uuid", "bytea");
	return 0;
}

static inline struct world *world_of(void **state)
{
	return *state;
}

static inline void log_unheard(struct world *w)
{
	if (w->stderr_fd <= 0)
		return;
	dup2(w->stderr_fd, STDERR_FILENO);
	close(w->stderr_fd);
	w->stderr_fd = 0;
}

static inline int world_down(void **state)
{
	struct world *w = *state;
	char command[100];
	int rc = 0;

	log_unheard(w);
	db_close(&w->db);
	snprintf(command, sizeof command, "rm -r %s", w->dir);
	if (w->dir[0])
		rc = system(command);
	pool_free(&w->pool);
	free(w->url);
	free(w);
	return rc;
}

/* --- the log --- */

/* From here on stderr goes to a file without a name. */
static inline void log_listen(struct world *w)
{
	char name[] = "/tmp/fexl-test-log-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	w->stderr_fd = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

/* What was written since, and no more listening. */
static inline char *log_heard(struct world *w)
{
	char *text = pool_alloc(w->pool, 65536);

	assert_true(w->stderr_fd > 0);
	assert_true(pread(STDERR_FILENO, text, 65535, 0) >= 0);
	log_unheard(w);
	return text;
}

static inline int times_in(const char *text, const char *what)
{
	int n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* --- running --- */

#define ON_POSTGRES(test) { #test " (PostgreSQL)", test, world_up_postgres, world_down, NULL }
#define ON_BOTH(test) { #test " (SQLite)", test, world_up_sqlite, world_down, NULL }, ON_POSTGRES(test)

static inline void not_run(void **state UNUSED)
{
}

static inline void on_server(const char *url, const char *verb, const char *name)
{
	struct db *db = open_at(url, ENGINE_POSTGRES, DB_WRITE);
	struct err err = { 0 };
	char sql[60];

	snprintf(sql, sizeof sql, "%s DATABASE %s", verb, name);
	if (db->driver->script(db, sql, &err) < 0) {
		fprintf(stderr, "%s: %s\n", sql, err.text);
		abort();
	}
	db_close(&db);
}

static inline int run_all(struct CMUnitTest *tests, size_t n)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("tests", tests, n, NULL, NULL);
}

static inline int run_in_own_database(const char *server, struct CMUnitTest *tests, size_t n)
{
	struct pool *pool = pool_new();
	const char *name = pool_printf(pool, "fexl_db_%d", (int)getpid());
	int failed;

	server = pool_strdup(pool, server);
	on_server(server, "CREATE", name);
	/* Of words that come twice the later counts. */
	setenv("FEXL_TEST_PG", pool_printf(pool, "%s dbname=%s", server, name), 1);
	failed = run_all(tests, n);
	on_server(server, "DROP", name);
	pool_free(&pool);
	return failed;
}

/* cmocka's own skip() prints "not ok", which prove takes at its word. */
static inline int run_db_tests(struct CMUnitTest *tests, size_t n)
{
	const char *server = getenv("FEXL_TEST_PG");
	struct pool *names;
	int failed;

	if (server)
		return run_in_own_database(server, tests, n);
	names = pool_new();
	for (size_t i = 0; i < n; i++)
		if (tests[i].setup_func == world_up_postgres)
			tests[i] = (struct CMUnitTest){
				pool_printf(names, "%s # SKIP FEXL_TEST_PG is not set", tests[i].name), not_run,
				NULL, NULL, NULL };
	failed = run_all(tests, n);
	pool_free(&names);
	return failed;
}

#define DB_MAIN(...)                                                                               \
	int main(void)                                                                             \
	{                                                                                          \
		struct CMUnitTest tests[] = { __VA_ARGS__ };                                       \
                                                                                                   \
		return run_db_tests(tests, ARRAY_LEN(tests));                                      \
	}

#endif
