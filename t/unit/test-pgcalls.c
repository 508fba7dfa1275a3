/* Each call of libpq fails once, wherever a transaction makes it: what was said of the
 * transaction is true, and the next one is served.  (What a broken line does to it
 * stands in test-pgcut.c.) */
#include "base/base.h"
#include "db.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>

static int due;				/* calls until one fails; 0: none does */
static const char *of;

static bool strikes(const char *name)
{
	return due && strcmp(of, name) == 0 && --due == 0;
}

/* It says as little as libpq does when it has no memory. */
#define FAILS(type, fn, params, args, failure)                                                     \
	type __real_##fn params;                                                                   \
	type __wrap_##fn params;                                                                   \
	type __wrap_##fn params                                                                    \
	{                                                                                          \
		return strikes(#fn) ? (failure) : __real_##fn args;                                \
	}

FAILS(int, PQsetnonblocking, (PGconn *c, int on), (c, on), -1)
FAILS(int, PQenterPipelineMode, (PGconn *c), (c), 0)
FAILS(int, PQexitPipelineMode, (PGconn *c), (c), 0)
FAILS(int, PQsendPrepare, (PGconn *c, const char *name, const char *sql, int n, const Oid *types), (c, name, sql, n, types), 0)
FAILS(int, PQsendDescribePrepared, (PGconn *c, const char *name), (c, name), 0)
FAILS(int, PQsendQueryPrepared, (PGconn *c, const char *name, int n, const char *const *v, const int *len, const int *binary, int as),
      (c, name, n, v, len, binary, as), 0)
FAILS(int, PQpipelineSync, (PGconn *c), (c), 0)
FAILS(int, PQsendQuery, (PGconn *c, const char *sql), (c, sql), 0)
FAILS(int, PQflush, (PGconn *c), (c), -1)
FAILS(int, PQconsumeInput, (PGconn *c), (c), 0)

int __real_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	if (strikes("signal"))
		errno = EINTR;
	else if (strikes("poll"))
		errno = ENOMEM;
	else
		return __real_poll(p, n, ms);
	return -1;
}

/* --- a transaction --- */

/* Two rows, one of a part; a third was taken back with its part. */
static int fill(struct db *db, int64_t id, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM item WHERE id >= $1 OR n = $2";
	int64_t n;

	if (db_send(db, insert, ARGS(v_int(id), v_int(id), v_null(), v_text("a name"), v_null()), err) < 0 ||
	    db_run(db, "SAVEPOINT part", NO_ARGS, err) < 0 || put_item(db, id + 1, err) < 0 ||
	    db_run(db, "ROLLBACK TO part", NO_ARGS, err) < 0 || db_run(db, "RELEASE part", NO_ARGS, err) < 0)
		return -1;
	if (db_int(db, sql, ARGS(v_int(id), v_null()), &n, err) < 0 || db->driver->script(db, "SELECT 1; SELECT 2", err) < 0)
		return -1;
	return db_int(db, sql, ARGS(v_int(id), v_int(7)), &n, err) < 0 ? -1 : send_item(db, id + 2, err);
}

static enum commit_end transaction(struct db *db, int64_t id, struct err *err)
{
	if (db_begin(db, err) < 0)
		return COMMIT_REFUSED;
	if (fill(db, id, err) == 0)
		return db_commit(db, err);
	db_rollback(db);
	return COMMIT_REFUSED;
}

/* --- at each call --- */

static int64_t here(const struct world *w, int64_t id)
{
	struct db *db = open_more(w, DB_READ);
	int64_t n = must_int(db, "SELECT CAST(count(*) AS bigint) FROM item WHERE id >= $1", ARGS(v_int(id)));

	db_close(&db);
	return n;
}

static void check(const struct world *w, enum commit_end said, int64_t id, int n, const struct err *err)
{
	int64_t rows = here(w, id);
	bool true_ = said == COMMIT_DONE ? rows == 2 : said == COMMIT_REFUSED ? rows == 0 : rows == 0 || rows == 2;

	if (!true_)
		fail_msg("%s, call %d: it was said to be %d, and %lld rows are there", of, n, (int)said, (long long)rows);
	if (said != COMMIT_DONE && err->kind != ERR_BUSY && err->kind != ERR_UNCERTAIN && err->kind != ERR_UNREACHABLE)
		fail_msg("%s, call %d: %s: %s", of, n, err->code, err->text);
}

#define CALLS_MAX 100

static const struct {
	const char *name;
	bool is_heard;		/* somebody is told of it */
} calls[] = {
	{ "PQsetnonblocking", true }, { "PQenterPipelineMode", true }, { "PQexitPipelineMode", true }, { "PQsendPrepare", true },
	{ "PQsendDescribePrepared", true }, { "PQsendQueryPrepared", true }, { "PQpipelineSync", true }, { "PQsendQuery", true },
	{ "PQflush", true }, { "PQconsumeInput", true }, { "poll", true }, { "signal", false },
};

static int try_at(struct world *w, int64_t id, int n, bool is_heard)
{
	struct db_config config = config_of(w->url, ENGINE_POSTGRES);
	enum commit_end said = COMMIT_REFUSED;
	struct err err = { 0 };
	struct db *db = NULL;
	bool came;

	due = n;
	if (db_open(&db, &config, DB_WRITE, &err) == 0)
		said = transaction(db, id, &err);
	came = due == 0;
	due = 0;
	check(w, said, id, n, &err);
	if (!is_heard || !came)
		assert_int_equal(said, COMMIT_DONE);
	if (db) {
		int64_t until = clock_boot() + PATIENCE_US;

		/* A connection that is lost is made anew, but not at every try. */
		while ((said = transaction(db, id + 10, &err)) != COMMIT_DONE && clock_boot() < until)
			nap();
		assert_int_equal(said, COMMIT_DONE);
	}
	db_close(&db);
	return came;
}

static void a_call_that_fails_is_answered_truly(void **state)
{
	struct world *w = world_of(state);
	int64_t id = 0;

	log_listen(w);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		int n = 1;

		of = calls[i].name;
		while (try_at(w, id += 100, n, calls[i].is_heard) && n < CALLS_MAX)
			n++;
		assert_in_range(n, 2, CALLS_MAX - 1);
		must_run(w->db, "DELETE FROM item", NO_ARGS);
	}
	log_unheard(w);
}

DB_MAIN(ON_POSTGRES(a_call_that_fails_is_answered_truly))
