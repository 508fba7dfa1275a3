/* The pipeline: statements are queued, travel together, and are answered in
 * their order.
 *
 * A batch ends with one Sync.  Behind a statement that the server refuses it
 * skips everything up to that Sync; the transaction then stands aborted until
 * ROLLBACK or ROLLBACK TO, which therefore must begin a batch of their own.
 * Inside BEGIN a Sync commits nothing.
 *
 * The connection does not block, so that we decide how long silence may last:
 * a server that was stopped, or a cable that was cut, says nothing at all. */
#include "base/base.h"
#include "store/pgwire.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define GRACE_MS 2000	/* beyond the time that the server itself gives a statement */

/* --- waiting --- */

static int silence_ms(const struct db *db)
{
	int timeout_ms = db->config.statement_timeout_ms;

	return timeout_ms > 0 && !wire(db)->patient ? timeout_ms + GRACE_MS : -1;
}

static int lost(struct db *db, struct err *err)
{
	return pgconn_lost(db, PQerrorMessage(pg(db)), err);
}

static int wait_for(struct db *db, short events, struct err *err)
{
	struct pollfd p = { .fd = PQsocket(pg(db)), .events = events };
	int n;

	do
		n = poll(&p, 1, silence_ms(db));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return pgconn_lost(db, n < 0 ? strerror(errno) : "no answer in time", err);
	return PQconsumeInput(pg(db)) ? 0 : lost(db, err);
}

static int flush(struct db *db, struct err *err)
{
	int more;

	while ((more = PQflush(pg(db))) > 0)
		if (wait_for(db, POLLIN | POLLOUT, err) < 0)
			return -1;
	return more < 0 ? lost(db, err) : 0;
}

static bool is_error(const PGresult *res)
{
	return PQresultStatus(res) == PGRES_FATAL_ERROR;
}

/* *res_r is NULL behind the last result of a statement. */
static int result_read(struct db *db, PGresult **res_r, struct err *err)
{
	PGresult *res;

	while (PQisBusy(pg(db)))
		if (wait_for(db, POLLIN, err) < 0)
			return -1;
	res = PQgetResult(pg(db));
	if (res && is_error(res) && pg_is_gone(db, res)) {
		wire(db)->ending = PQresultErrorField(res, PG_DIAG_SQLSTATE) != NULL;
		pgconn_lost(db, PQresultErrorMessage(res), err);
		PQclear(res);
		return -1;
	}
	*res_r = res;
	return 0;
}

/* --- queueing --- */

static struct pg_stmt *stmt_get(struct db *db, const char *sql)
{
	struct pg_stmt *st = (struct pg_stmt *)db_prepared(db, sql);

	if (st)
		return st;
	st = x_alloc(sizeof *st);
	st->base.sql = x_strdup(sql);
	snprintf(st->name, sizeof st->name, "s%u", ++wire(db)->names);
	db_prepared_put(db, &st->base);
	return st;
}

static void step_add(struct db *db, enum step_kind kind, struct pg_stmt *st)
{
	struct wire *w = wire(db);

	w->steps[w->n_steps++] = (struct step){ kind, st };
}

/* A first call's nulls leave types open: the server is asked what it made of them. */
static int stmt_prepare(struct db *db, struct pg_stmt *st, struct args args, struct err *err)
{
	bool open = false;

	st->n_types = args.n;
	st->types = x_realloc(st->types, sizeof *st->types * (size_t)MAX(args.n, 1));
	for (int i = 0; i < args.n; i++) {
		st->types[i] = pg_type_of(&args.v[i]);
		open = open || !st->types[i];
	}
	if (!PQsendPrepare(pg(db), st->name, st->base.sql, st->n_types, st->types))
		return lost(db, err);
	st->prepared = true;
	step_add(db, STEP_PREPARE, st);
	if (!open)
		return 0;
	if (!PQsendDescribePrepared(pg(db), st->name))
		return lost(db, err);
	step_add(db, STEP_DESCRIBE, st);
	return 0;
}

static bool types_open(const struct pg_stmt *st, struct args args)
{
	for (int i = 0; i < MIN(args.n, st->n_types); i++)
		if (!st->types[i] && args.v[i].type != VAL_NULL)
			return true;
	return false;
}

/* Our mistake, found before the server could take bytes for what they are not. */
static int misfit(const struct pg_stmt *st, struct args args, int i, struct err *err)
{
	if (args.n != st->n_types)
		log_error("database: %d arguments, %d at first, in: %.120s", args.n, st->n_types, st->base.sql);
	else
		log_error("database: argument %d is of kind %d and does not fit type %u in: %.120s", i + 1,
			  (int)args.v[i].type, st->types[i], st->base.sql);
	return err_set(err, ERR_INTERNAL, "database", "the database failed: an argument does not fit its statement");
}

static int step_run(struct db *db, struct pg_stmt *st, struct args args, struct err *err)
{
	struct pg_args a;
	int i = args.n != st->n_types ? 0 : pg_args_fill(&a, args, st->types);

	if (i >= 0)
		return misfit(st, args, i, err);
	if (!PQsendQueryPrepared(pg(db), st->name, a.n, a.value, a.len, a.binary, 1))
		return lost(db, err);
	step_add(db, STEP_RUN, st);
	wire(db)->asked++;
	wire(db)->bytes += a.bytes;
	return 0;
}

/* A queue has an end: beyond it, what waits is waited for. */
static bool is_full(const struct wire *w)
{
	return w->n_steps + 3 > STEPS_MAX || w->bytes > QUEUED_BYTES_MAX;
}

int pgwire_queue(struct db *db, const char *sql, struct args args, struct err *err)
{
	struct pg_stmt *st = stmt_get(db, sql);

	if (args.n > PG_ARGS_MAX)
		panic("database: %d arguments in: %.120s", args.n, sql);
	if (is_full(wire(db)) && pgwire_settle(db, NULL, err) < 0)
		return -1;
	if (!st->prepared && stmt_prepare(db, st, args, err) < 0)
		return -1;
	if (types_open(st, args) && pgwire_settle(db, NULL, err) < 0)
		return -1;
	return step_run(db, st, args, err);
}

int pgwire_push(struct db *db, struct err *err)
{
	struct wire *w = wire(db);

	if (!w->pushed && !PQpipelineSync(pg(db)))
		return lost(db, err);
	w->pushed = true;
	return flush(db, err);
}

/* --- settling --- */

/* The first result of one step; a statement of ours has no second. */
static PGresult *answer_read(struct db *db, struct err *err)
{
	PGresult *first, *more;

	if (result_read(db, &first, err) < 0)
		return NULL;
	more = first;
	while (more) {
		if (more != first)
			PQclear(more);
		if (result_read(db, &more, err) < 0) {
			PQclear(first);
			return NULL;
		}
	}
	if (!first)
		pgconn_lost(db, "an answer is missing", err);
	return first;
}

static int sync_read(struct db *db, struct err *err)
{
	PGresult *res;
	bool synced;

	if (result_read(db, &res, err) < 0)
		return -1;
	synced = PQresultStatus(res) == PGRES_PIPELINE_SYNC;
	PQclear(res);
	return synced ? 0 : pgconn_lost(db, "an answer too many", err);
}

static void step_refused(struct wire *w, const struct step *s, const PGresult *res, struct err *err)
{
	if (s->kind == STEP_PREPARE)
		s->stmt->prepared = false;
	if (strncmp(s->stmt->base.sql, "SAVEPOINT", 9) == 0)
		w->savepoint_missed = true;
	/* What was skipped behind the first has no reason of its own. */
	if (!w->failed)
		pg_err(res, s->stmt->base.sql, err);
	w->failed = true;
}

static void step_done(const struct step *s, const PGresult *res)
{
	struct pg_stmt *st = s->stmt;

	if (s->kind != STEP_DESCRIBE)
		return;
	for (int i = 0; i < MIN(st->n_types, PQnparams(res)); i++)
		st->types[i] = PQparamtype(res, i);
}

static void step_settle(struct wire *w, const struct step *s, const PGresult *res, struct err *err)
{
	switch (PQresultStatus(res)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		step_done(s, res);
		break;
	default:
		step_refused(w, s, res, err);
	}
}

static void settled(struct wire *w)
{
	w->n_steps = 0;
	w->bytes = 0;
	w->pushed = false;
}

int pgwire_settle(struct db *db, PGresult **last_r, struct err *err)
{
	struct wire *w = wire(db);
	PGresult *res = NULL;
	int n = w->n_steps;

	w->failed = w->savepoint_missed = false;
	if (n == 0)
		return 0;
	if (pgwire_push(db, err) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		PQclear(res);
		res = answer_read(db, w->failed ? NULL : err);
		/* Answers keep their order: a goodbye before the last step is a refusal of it. */
		if (!res) {
			w->failed |= w->ending && i + 1 < n;
			return -1;
		}
		step_settle(w, &w->steps[i], res, err);
	}
	if (sync_read(db, w->failed ? NULL : err) < 0) {
		PQclear(res);
		return -1;
	}
	settled(w);
	if (!w->failed && last_r)
		*last_r = res;
	else
		PQclear(res);
	return w->failed ? -1 : 0;
}

/* --- the simple protocol --- */

int pgwire_simple(struct db *db, const char *sql, struct err *err)
{
	PGresult *res;
	int rc = 0;

	if (!PQsendQuery(pg(db), sql))
		return lost(db, err);
	if (flush(db, err) < 0)
		return -1;
	for (;;) {
		if (result_read(db, &res, rc < 0 ? NULL : err) < 0)
			return -1;
		if (!res)
			return rc;
		if (is_error(res) && rc == 0)
			rc = pg_err(res, sql, err);
		PQclear(res);
	}
}
