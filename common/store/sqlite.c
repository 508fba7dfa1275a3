/* The driver for SQLite: WAL, synchronous=FULL, one writer. */
#include "base/base.h"
#include "store/lite.h"

#include "base/log.h"

#include <stdlib.h>

struct lite_stmt {
	struct stmt base;
	sqlite3_stmt *handle;
	struct touched tables;
	uint64_t alone;	/* it is its own commit, of these tables, until its rows are read */
	bool busy;	/* its rows are being read */
	bool passing;	/* not in the cache: ends with its use */
};

/* --- errors --- */

static int lite_err(struct db *db, const char *sql, struct err *err)
{
	int rc = sqlite3_extended_errcode(lite(db));
	const char *why = sqlite3_errmsg(lite(db));

	switch (rc & 0xff) {
	case SQLITE_FULL:
		return err_set(err, ERR_BUSY, "disk_full", "the disk with the database is full: make room, nothing was changed");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_READONLY:	/* a foreign reader while the WAL index is recovered */
	case SQLITE_CANTOPEN:
		return err_set(err, ERR_BUSY, "database_busy", "the database is not ready (%s): try again", why);
	case SQLITE_CONSTRAINT:
		return err_set(err, ERR_CONFLICT, "constraint", "%s", why);
	/* The machine's trouble, and no fault of what was to be stored. */
	case SQLITE_IOERR:
		log_error("database: %s (%d) in: %.120s", why, rc, sql);
		return err_set(err, ERR_BUSY, "disk_failed", "the database cannot reach its disk (%s): nothing was changed, try again", why);
	case SQLITE_NOMEM:
		log_error("database: out of memory in: %.120s", sql);
		return err_set(err, ERR_BUSY, "no_memory", "the database is out of memory: nothing was changed, try again");
	default:
		log_error("database: %s (%d) in: %.120s", why, rc, sql);
		return err_set(err, ERR_INTERNAL, "database", "the database failed: %s", why);
	}
}

/* --- statements --- */

/* $1 is a name to SQLite, numbered by first use; ?1 is the number itself. */
static char *question_marks(const char *sql)
{
	char *text = x_strdup(sql);

	for (char *p = text; *p; p++)
		if (*p == '$' && p[1] >= '1' && p[1] <= '9')
			*p = '?';
	return text;
}

static struct lite_stmt *stmt_prepare(struct db *db, const char *sql, struct err *err)
{
	struct lite_stmt *st = x_alloc(sizeof *st);
	char *text = question_marks(sql);
	int rc;

	db->asked = (struct touched){ 0 };
	rc = sqlite3_prepare_v3(lite(db), text, -1, SQLITE_PREPARE_PERSISTENT, &st->handle, NULL);
	free(text);
	st->tables = db->asked;
	if (rc == SQLITE_OK) {
		st->base.sql = x_strdup(sql);
		return st;
	}
	lite_err(db, sql, err);
	free(st);
	return NULL;
}

/* After some failures SQLite rolls the whole transaction back by itself.  What
 * would follow then must not be stored, each statement for itself. */
static int check_txn(struct db *db, struct err *err)
{
	if (!db->in_txn || !sqlite3_get_autocommit(lite(db)))
		return 0;
	return err_set(err, ERR_BUSY, "rolled_back", "the database gave the transaction up: nothing was changed, try again");
}

static struct lite_stmt *stmt_get(struct db *db, const char *sql, struct err *err)
{
	struct lite_stmt *st = (struct lite_stmt *)db_prepared(db, sql);
	bool again = st && st->busy;

	if (check_txn(db, err) < 0)
		return NULL;
	if (st && !again)
		return st;
	st = stmt_prepare(db, sql, err);
	if (st && again)
		st->passing = true;
	else if (st)
		db_prepared_put(db, &st->base);
	return st;
}

static void stmt_free(void *value, void *ctx UNUSED)
{
	struct lite_stmt *st = value;

	sqlite3_finalize(st->handle);
	free(st->base.sql);
	free(st);
}

static void stmt_done(struct lite_stmt *st)
{
	sqlite3_reset(st->handle);
	st->busy = false;
	if (st->passing)
		stmt_free(st, NULL);
}

static int bind_one(sqlite3_stmt *st, int at, const struct val *v, sqlite3_destructor_type keep)
{
	switch (v->type) {
	case VAL_NULL:
		return sqlite3_bind_null(st, at);
	case VAL_INT:
		return sqlite3_bind_int64(st, at, v->i);
	case VAL_TEXT:
		return sqlite3_bind_text(st, at, v->s, (int)v->len, keep);
	case VAL_UUID:
		return sqlite3_bind_blob(st, at, v->u.b, 16, keep);
	case VAL_BLOB:
		return sqlite3_bind_blob(st, at, v->s, (int)v->len, keep);
	}
	return SQLITE_MISUSE;
}

/* A value that found no memory would be stored as null. */
static int bind(struct db *db, const char *sql, struct lite_stmt *st, struct args args, sqlite3_destructor_type keep, struct err *err)
{
	for (int i = 0; i < args.n; i++)
		if (bind_one(st->handle, i + 1, &args.v[i], keep) != SQLITE_OK) {
			lite_err(db, sql, err);
			stmt_done(st);
			return -1;
		}
	return 0;
}

static void touch(struct db *db, const struct lite_stmt *st)
{
	db->touched.read |= st->tables.read;
	db->touched.written |= st->tables.written;
}

/* Outside of a transaction a statement is its own commit. */
static uint64_t commits(const struct db *db, const struct lite_stmt *st)
{
	return db->in_txn ? 0 : st->tables.written;
}

static int lite_run(struct db *db, const char *sql, struct args args, struct err *err)
{
	struct lite_stmt *st = stmt_get(db, sql, err);
	int rc, changed;
	uint64_t alone;

	if (!st)
		return -1;
	if (bind(db, sql, st, args, SQLITE_STATIC, err) < 0)
		return -1;
	touch(db, st);
	marks_begin(db->config.marks, alone = commits(db, st));
	do
		rc = sqlite3_step(st->handle);
	while (rc == SQLITE_ROW);
	changed = rc == SQLITE_DONE ? sqlite3_changes(lite(db)) : lite_err(db, sql, err);
	stmt_done(st);
	marks_end(db->config.marks, alone);
	return changed;
}

static int lite_send(struct db *db, const char *sql, struct args args, struct err *err)
{
	return lite_run(db, sql, args, err) < 0 ? -1 : 0;
}

/* --- rows --- */

static int lite_rows(struct db *db, const char *sql, struct args args, struct rows *rs, struct err *err)
{
	struct lite_stmt *st = stmt_get(db, sql, err);

	if (!st) {
		rs->db = NULL;
		return -1;
	}
	if (bind(db, sql, st, args, SQLITE_TRANSIENT, err) < 0) {
		rs->db = NULL;
		return -1;
	}
	touch(db, st);
	marks_begin(db->config.marks, st->alone = commits(db, st));
	st->busy = true;
	rs->stmt = st;
	return 0;
}

static int lite_next(struct rows *rs, struct err *err)
{
	struct lite_stmt *st = rs->stmt;
	int rc = sqlite3_step(st->handle);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : lite_err(rs->db, sqlite3_sql(st->handle), err);
}

static void lite_end(struct rows *rs)
{
	uint64_t alone = ((struct lite_stmt *)rs->stmt)->alone;

	stmt_done(rs->stmt);
	marks_end(rs->db->config.marks, alone);
}

static struct val text_of(sqlite3_value *value)
{
	struct val v = v_text_n((const char *)sqlite3_value_text(value), 0);

	if (!v.s)
		panic("out of memory: no room for a column");
	v.len = (uint32_t)sqlite3_value_bytes(value);
	return v;
}

/* A uuid is a BLOB of 16 bytes; no other BLOB of ours has that length. */
static struct val blob_of(sqlite3_value *value)
{
	struct val v = v_blob(sqlite3_value_blob(value), (size_t)sqlite3_value_bytes(value));
	struct uuid u;

	if (v.len != sizeof u)
		return v;
	memcpy(u.b, v.s, sizeof u.b);
	return v_uuid(u);
}

/* One look for the column's value: sqlite3_column_type() and its like look each for
 * themselves.  Its text may be asked for because one thread has the connection. */
static struct val lite_val(const struct rows *rs, int col)
{
	sqlite3_value *value = sqlite3_column_value(((struct lite_stmt *)rs->stmt)->handle, col);

	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER:
		return v_int(sqlite3_value_int64(value));
	case SQLITE_TEXT:
		return text_of(value);
	case SQLITE_BLOB:
		return blob_of(value);
	default:
		return v_null();
	}
}

/* --- transactions --- */

/* Tables are made and changed so: whatever was known of them is over. */
int lite_script(struct db *db, const char *sql, struct err *err)
{
	const uint64_t any = ~(uint64_t)0;
	int rc;

	db->touched.written = any;
	marks_begin(db->config.marks, any);
	rc = sqlite3_exec(lite(db), sql, NULL, NULL, NULL);
	marks_end(db->config.marks, any);
	return rc == SQLITE_OK ? 0 : lite_err(db, sql, err);
}

static int lite_begin(struct db *db, bool write, struct err *err)
{
	db->touched.written = 0;
	return lite_send(db, write ? "BEGIN IMMEDIATE" : "BEGIN", NO_ARGS, err);
}

static void lite_rollback(struct db *db)
{
	/* SQLite may have rolled back by itself (full disk): then there is nothing to do. */
	if (!sqlite3_get_autocommit(lite(db)))
		sqlite3_exec(lite(db), "ROLLBACK", NULL, NULL, NULL);
}

static enum commit_end lite_commit(struct db *db, struct err *err)
{
	int rc;

	marks_begin(db->config.marks, db->touched.written);
	rc = lite_send(db, "COMMIT", NO_ARGS, err);
	marks_end(db->config.marks, db->touched.written);
	if (rc == 0)
		return COMMIT_DONE;
	lite_rollback(db);
	return COMMIT_REFUSED;
}

/* A statement that was not read to its end keeps its read transaction, and all
 * others on the connection share it: two calls of fcntl() less for each. */
static void lite_hold(struct db *db)
{
	struct lite_stmt *st;

	if (db->held || !(st = stmt_get(db, "SELECT 1 FROM sqlite_schema", NULL)))
		return;
	db->as_of = marks_now(db->config.marks);
	if (sqlite3_step(st->handle) == SQLITE_ROW)
		db->held = st;
	else
		stmt_done(st);
}

static void lite_let_go(struct db *db)
{
	if (db->held)
		stmt_done(db->held);
	db->held = NULL;
}

static void lite_close(struct db *db)
{
	map_each(&db->prepared, stmt_free, NULL);
	sqlite3_close_v2(lite(db));
}

const struct driver sqlite_driver = {
	.open = lite_open,
	.close = lite_close,
	.run = lite_run,
	.send = lite_send,
	.rows = lite_rows,
	.next = lite_next,
	.end = lite_end,
	.val = lite_val,
	.script = lite_script,
	.begin = lite_begin,
	.commit = lite_commit,
	.rollback = lite_rollback,
	.hold = lite_hold,
	.let_go = lite_let_go,
};
