/* The face of a connection: picks the driver, and what both have in common. */
#include "base/base.h"
#include "store/driver.h"

#include "base/log.h"

#include <stdlib.h>

static const struct driver *const drivers[] = {
	[ENGINE_SQLITE] = &sqlite_driver,
	[ENGINE_POSTGRES] = &pgsql_driver,
};

int db_open(struct db **dbp, const struct db_config *config, enum db_mode mode, struct err *err)
{
	struct db *db = x_alloc(sizeof *db);

	db->driver = drivers[config->engine];
	db->config = *config;
	db->config.url = x_strdup(config->url);
	db->config.owner_url = NULL;	/* not this connection's affair */
	db->mode = mode;
	if (db->driver->open(db, err) < 0) {
		db_close(&db);
		return -1;
	}
	*dbp = db;
	return 0;
}

void db_close(struct db **dbp)
{
	struct db *db = *dbp;

	if (!db)
		return;
	*dbp = NULL;
	db->driver->close(db);
	map_release(&db->prepared);
	free((char *)db->config.url);
	free(db);
}

enum engine db_engine(const struct db *db)
{
	return db->config.engine;
}

/* A text is compared, and not only its place: another may stand there by now. */
struct stmt *db_prepared(struct db *db, const char *sql)
{
	struct stmt **near = &db->near[((uintptr_t)sql >> 3) % STMTS_NEAR], *st;

	if (*near && strcmp((*near)->sql, sql) == 0)
		return *near;
	if ((st = map_get(&db->prepared, sql, strlen(sql))))
		*near = st;
	return st;
}

void db_prepared_put(struct db *db, struct stmt *st)
{
	map_put(&db->prepared, st->sql, strlen(st->sql), st);
}

struct uuid db_enter(struct db *db, struct uuid shop)
{
	struct uuid before = db->shop;

	db->shop = shop;
	return before;
}

const char *db_door(const struct db *db, enum door_id id)
{
	return db->config.walled ? doors[id].over : doors[id].plain;
}

/* What is held was begun before: it is as old as that. */
void db_watch(struct db *db)
{
	db->touched.read = 0;
	if (!db->held)
		db->as_of = marks_now(db->config.marks);
}

struct seen db_seen(const struct db *db)
{
	return (struct seen){ db->touched.read, db->as_of };
}

int db_run(struct db *db, const char *sql, struct args args, struct err *err)
{
	return db->driver->run(db, sql, args, err);
}

int db_send(struct db *db, const char *sql, struct args args, struct err *err)
{
	return db->driver->send(db, sql, args, err);
}

int db_rows(struct db *db, const char *sql, struct args args, struct rows *rs, struct err *err)
{
	*rs = (struct rows){ .db = db };
	return db->driver->rows(db, sql, args, rs, err);
}

int rows_next(struct rows *rs, struct err *err)
{
	return rs->db->driver->next(rs, err);
}

void rows_end(struct rows *rs)
{
	if (rs->db)
		rs->db->driver->end(rs);
	rs->db = NULL;
}

struct val rows_val(const struct rows *rs, int col)
{
	return rs->db->driver->val(rs, col);
}

bool rows_null(const struct rows *rs, int col)
{
	return rows_val(rs, col).type == VAL_NULL;
}

int64_t rows_int(const struct rows *rs, int col)
{
	struct val v = rows_val(rs, col);

	return v.type == VAL_INT ? v.i : 0;
}

struct uuid rows_uuid(const struct rows *rs, int col)
{
	struct val v = rows_val(rs, col);

	return v.type == VAL_UUID ? v.u : (struct uuid){ { 0 } };
}

const char *rows_text(const struct rows *rs, int col, struct pool *pool)
{
	struct val v = rows_val(rs, col);

	return v.type == VAL_TEXT ? pool_strndup(pool, v.s, v.len) : NULL;
}

int db_one(struct db *db, struct pool *pool, const char *sql, struct args args, struct val *v, int n, struct err *err)
{
	struct rows rs;
	int got;

	if (db_rows(db, sql, args, &rs, err) < 0)
		return -1;
	got = rows_next(&rs, err);
	for (int i = 0; got > 0 && i < n; i++)
		v[i] = val_keep(pool, rows_val(&rs, i));
	rows_end(&rs);
	return got;
}

int db_int(struct db *db, const char *sql, struct args args, int64_t *out, struct err *err)
{
	struct rows rs;
	int got;

	if (db_rows(db, sql, args, &rs, err) < 0)
		return -1;
	got = rows_next(&rs, err);
	*out = got > 0 ? rows_int(&rs, 0) : 0;
	rows_end(&rs);
	return got < 0 ? -1 : 0;
}

static int begin(struct db *db, bool write, struct err *err)
{
	if (db->in_txn)
		panic("a transaction inside a transaction");
	if (db->driver->begin(db, write, err) < 0)
		return -1;
	db->in_txn = true;
	return 0;
}

int db_begin(struct db *db, struct err *err)
{
	return begin(db, true, err);
}

int db_read_begin(struct db *db, struct err *err)
{
	return begin(db, false, err);
}

enum commit_end db_commit(struct db *db, struct err *err)
{
	db->in_txn = false;
	return db->driver->commit(db, err);
}

void db_rollback(struct db *db)
{
	if (db->in_txn)
		db->driver->rollback(db);
	db->in_txn = false;
}

void db_read_end(struct db *db)
{
	db_rollback(db);
}
