/* The driver for PostgreSQL.
 *
 * Statements that nobody waits for are queued (pgwire.c); BEGIN is one of them
 * and travels with the first statement of its transaction, so that a sale of
 * thirty statements takes a few round trips.
 *
 * When the connection breaks inside a transaction, nothing of it is stored,
 * and whoever works there hears "database_gone" until the end of it; the next
 * one begins on a new connection.  Only a commit, or a write that is alone in
 * its transaction, may have been done without our knowing. */
#include "base/base.h"
#include "store/pgwire.h"

#include "base/log.h"

#include <stdlib.h>

/* --- statements --- */

/* ROLLBACK TO must not stand behind a refused statement in the same batch: the
 * server would skip it.  What was refused is undone by it, unless the savepoint
 * itself was among what the server skipped. */
static int settle_part(struct db *db, struct err *err)
{
	struct err why = { 0 };

	if (pgwire_settle(db, NULL, &why) == 0)
		return 0;
	if (db->handle && !wire(db)->savepoint_missed)
		return 0;
	if (err)
		*err = why;
	return -1;
}

/* The wall learns whose rows are meant, for the rest of the transaction and no
 * longer: what is left on the connection lets nobody in.  Alone in its transaction
 * is a statement only with what travels in the same batch. */
static int tell_shop(struct db *db, struct err *err)
{
	static const char sql[] = "SELECT set_config('" SHOP_SETTING "', $1, true)";
	struct wire *w = wire(db);

	if (!db->config.walled || (db->in_txn && w->entered && uuid_eq(w->shop, db->shop)))
		return 0;
	w->shop = db->shop;
	w->entered = true;
	return pgwire_queue(db, sql, ARGS(v_text(uuid_text(db->shop).s)), err);
}

/* A part that is undone takes along what it said of the shop. */
static int undo_part(struct db *db, struct err *err)
{
	wire(db)->entered = false;
	return settle_part(db, err);
}

static int queue(struct db *db, const char *sql, struct args args, struct err *err)
{
	bool undoes = strncmp(sql, "ROLLBACK TO", 11) == 0;

	if (pgconn_ready(db, err) < 0 || (undoes ? undo_part : tell_shop)(db, err) < 0)
		return -1;
	return pgwire_queue(db, sql, args, err);
}

/* Alone in its transaction, a write whose answer is missing may have been done. */
static bool is_uncertain(const struct db *db)
{
	return !db->handle && !db->in_txn && db->mode == DB_WRITE && !wire(db)->failed;
}

static PGresult *ask(struct db *db, const char *sql, struct args args, struct err *err)
{
	PGresult *res = NULL;

	if (queue(db, sql, args, err) < 0)
		return NULL;
	if (pgwire_settle(db, &res, err) == 0)
		return res;
	if (is_uncertain(db))
		pg_err_perhaps(err);
	return NULL;
}

static int pg_run(struct db *db, const char *sql, struct args args, struct err *err)
{
	PGresult *res = ask(db, sql, args, err);
	int changed;

	if (!res)
		return -1;
	changed = atoi(PQcmdTuples(res));
	PQclear(res);
	return changed;
}

static int pg_send(struct db *db, const char *sql, struct args args, struct err *err)
{
	if (!db->in_txn)
		return pg_run(db, sql, args, err) < 0 ? -1 : 0;
	return queue(db, sql, args, err);
}

/* --- rows --- */

/* A sum() that nobody cast to bigint: better found here than read as nothing. */
static int check_columns(struct db *db, const char *sql, const PGresult *res, struct err *err)
{
	struct pg_stmt *st = (struct pg_stmt *)db_prepared(db, sql);
	int odd = st->columns_known ? -1 : pg_odd_column(res);

	st->columns_known = odd < 0;
	if (odd < 0)
		return 0;
	log_error("database: column %d (%s) has type %u, CAST it to one of ours: %.120s", odd + 1,
		  PQfname(res, odd), PQftype(res, odd), sql);
	return err_set(err, ERR_INTERNAL, "database", "the database failed: a column of an unknown type");
}

static int pg_rows(struct db *db, const char *sql, struct args args, struct rows *rs, struct err *err)
{
	PGresult *res = ask(db, sql, args, err);

	if (!res || check_columns(db, sql, res, err) < 0) {
		PQclear(res);
		rs->db = NULL;
		return -1;
	}
	rs->result = res;
	rs->row = -1;
	rs->n_rows = PQntuples(res);
	return 0;
}

static int pg_next(struct rows *rs, struct err *err UNUSED)
{
	if (rs->row + 1 >= rs->n_rows)
		return 0;
	rs->row++;
	return 1;
}

static void pg_end(struct rows *rs)
{
	PQclear(rs->result);
	rs->result = NULL;
}

static struct val rows_at(const struct rows *rs, int col)
{
	return pg_val(rs->result, rs->row, col);
}

/* --- transactions --- */

static int pg_script(struct db *db, const char *sql, struct err *err)
{
	struct wire *w = wire(db);
	int rc = 0;

	if (pgconn_ready(db, err) < 0 || pgwire_settle(db, NULL, err) < 0)
		return -1;
	if (!PQexitPipelineMode(pg(db)))
		return pgconn_lost(db, PQerrorMessage(pg(db)), err);
	/* The step of a migration may fill an index for minutes. */
	w->patient = true;
	if (db->in_txn)
		rc = pgwire_simple(db, "SET LOCAL statement_timeout = 0", err);
	if (rc == 0)
		rc = pgwire_simple(db, sql, err);
	w->patient = false;
	if (db->handle && !PQenterPipelineMode(pg(db)))
		return pgconn_lost(db, PQerrorMessage(pg(db)), err);
	return rc;
}

/* The server keeps a statement's plan.  One that was made while a table had next to no
 * rows takes any index that begins with the tenant, and so walks all rows of a shop for
 * each that is asked for by its key; it stays until the table happens to be analyzed,
 * minutes later, and a first push is over by then. */
static int plan_anew(struct db *db, struct err *err)
{
	struct wire *w = wire(db);

	if (w->asked < w->replan_at)
		return 0;
	w->replan_at = w->asked + MIN(w->asked, REPLAN_EVERY);
	return pgwire_queue(db, "DISCARD PLANS", NO_ARGS, err);
}

static int pg_begin(struct db *db, bool write, struct err *err)
{
	static const char *const sql[] = { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN" };

	if (pgconn_ready(db, err) < 0)
		return -1;
	wire(db)->entered = false;
	if (pgwire_queue(db, sql[write], NO_ARGS, err) < 0)
		return -1;
	return plan_anew(db, err);
}

/* Its answer is read by whoever needs the connection next. */
static void pg_rollback(struct db *db)
{
	if (!db->handle)
		return;
	if (pgwire_settle(db, NULL, NULL) < 0 && !db->handle)
		return;
	if (PQtransactionStatus(pg(db)) == PQTRANS_IDLE)
		return;
	if (pgwire_queue(db, "ROLLBACK", NO_ARGS, NULL) < 0 || pgwire_push(db, NULL) < 0)
		pgconn_drop(db);
}

static enum commit_end refused(struct db *db)
{
	pg_rollback(db);
	return COMMIT_REFUSED;
}

/* The answer COMMIT to a COMMIT.  A WARNING with it means that the server gave
 * up waiting for its standby: stored there, but perhaps not for ever. */
static enum commit_end commit_answered(struct db *db, PGresult *res, struct err *err)
{
	bool done = strcmp(PQcmdStatus(res), "COMMIT") == 0;

	PQclear(res);
	if (done && !wire(db)->warned)
		return COMMIT_DONE;
	if (done) {
		pg_err_perhaps(err);
		return COMMIT_UNKNOWN;
	}
	err_set(err, ERR_BUSY, "retry", "a statement of the transaction had failed: nothing was changed, try again");
	return COMMIT_REFUSED;
}

static enum commit_end pg_commit(struct db *db, struct err *err)
{
	PGresult *res = NULL;

	if (!pgconn_alive(db)) {
		pg_err_gone(err);
		return COMMIT_REFUSED;
	}
	if (pgwire_queue(db, "COMMIT", NO_ARGS, err) < 0)
		return refused(db);
	wire(db)->warned = false;
	if (pgwire_settle(db, &res, err) == 0)
		return commit_answered(db, res, err);
	if (db->handle || wire(db)->failed)
		return refused(db);
	pg_err_perhaps(err);
	return COMMIT_UNKNOWN;
}

/* --- opening --- */

static int pg_open(struct db *db, struct err *err)
{
	struct wire *w = x_alloc(sizeof *w);

	db->state = w;
	if (pgconn_check(db->config.url, err) < 0)
		return -1;
	return pgconn_open(db, err);
}

static void stmt_free(void *value, void *ctx UNUSED)
{
	struct pg_stmt *st = value;

	free(st->types);
	free(st->base.sql);
	free(st);
}

static void pg_close(struct db *db)
{
	pgconn_drop(db);
	map_each(&db->prepared, stmt_free, NULL);
	free(db->state);
}

const struct driver pgsql_driver = {
	.open = pg_open,
	.close = pg_close,
	.run = pg_run,
	.send = pg_send,
	.rows = pg_rows,
	.next = pg_next,
	.end = pg_end,
	.val = rows_at,
	.script = pg_script,
	.begin = pg_begin,
	.commit = pg_commit,
	.rollback = pg_rollback,
};
