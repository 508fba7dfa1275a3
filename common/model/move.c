#include "base/base.h"
#include "model/move.h"

#include "base/clock.h"
#include "store/mirror.h"

/* --- what stands in `moving` --- */

struct move {
	struct uuid tenant, source;
	bool clean;
	const struct table *table;	/* NULL: none yet */
	struct mirror_place at;
	int64_t done, total;
};

/* First what somebody waits for. */
static int load(struct db *db, struct pool *pool, struct move *m, struct err *err)
{
	static const char sql[] = "SELECT tenant, source, clean, tbl, key1, key2, key3, done, total FROM moving "
				  "ORDER BY CASE WHEN source IS NULL THEN 1 ELSE 0 END, tenant LIMIT 1";
	struct val v[9];
	int n = db_one(db, pool, sql, NO_ARGS, v, 9, err);

	if (n <= 0)
		return n;
	*m = (struct move){ .tenant = v[0].u, .source = v[1].type == VAL_UUID ? v[1].u : (struct uuid){ { 0 } }, .clean = v[2].i,
			    .table = v[3].type == VAL_TEXT ? schema_table(v[3].s) : NULL, .at = { { v[4], v[5], v[6] } },
			    .done = v[7].i, .total = v[8].i };
	return 1;
}

static int save(struct txn *t, const struct move *m, struct err *err)
{
	static const char sql[] = "UPDATE moving SET clean = $2, tbl = $3, key1 = $4, key2 = $5, key3 = $6, done = $7, total = $8 "
				  "WHERE tenant = $1";

	return txn_send(t, sql, ARGS(v_uuid(m->tenant), v_int(m->clean), v_text(m->table ? m->table->name : NULL), m->at.key[0],
				     m->at.key[1], m->at.key[2], v_int(m->done), v_int(m->total)), err);
}

static bool is_copying(const struct move *m)
{
	return !uuid_is_zero(m->source);
}

/* --- beginning and giving up --- */

static int is_stray(struct db *db, struct uuid tenant, struct err *err)
{
	int64_t n;

	return db_int(db, "SELECT count(*) FROM moving WHERE tenant = $1", ARGS(v_uuid(tenant)), &n, err) < 0 ? -1 : n > 0;
}

/* What an earlier try left of `to` goes before the copying begins. */
static int begin_slices(struct txn *t, struct uuid from, struct uuid to, struct err *err)
{
	static const char sql[] = "INSERT INTO moving (tenant, source, clean, done, total) VALUES ($1, $2, 1, 0, 0) "
				  "ON CONFLICT (tenant) DO UPDATE SET source = excluded.source, clean = 0, tbl = NULL, "
				  "key1 = NULL, key2 = NULL, key3 = NULL, done = 0, total = 0";

	if (txn_send(t, sql, ARGS(v_uuid(to), v_uuid(from)), err) < 0 || mirror_raise(t, from, to, err) < 0)
		return -1;
	return 1;
}

/* 1 it may be renamed at once, 0 not, -1. */
static int is_quick(struct db *db, struct uuid from, struct uuid to, struct err *err)
{
	int stray;

	if (db_engine(db) != ENGINE_SQLITE)
		return 1;
	if ((stray = is_stray(db, to, err)) != 0)
		return stray < 0 ? -1 : 0;
	return mirror_is_small(db, from, MOVE_AT_ONCE_ROWS, err);
}

int move_begin(struct txn *t, struct uuid from, struct uuid to, struct err *err)
{
	struct move m;
	int n = load(t->db, t->pool, &m, err);

	if (n < 0)
		return -1;
	if (n > 0 && is_copying(&m) && uuid_eq(m.tenant, to))
		return 1;
	if (move_give_up(t, err) < 0 || (n = is_quick(t->db, from, to, err)) < 0)
		return -1;
	return n ? tenant_rename(t, from, to, err) : begin_slices(t, from, to, err);
}

int move_give_up(struct txn *t, struct err *err)
{
	static const char sql[] = "UPDATE moving SET source = NULL, clean = 0, tbl = NULL, key1 = NULL, key2 = NULL, key3 = NULL "
				  "WHERE tenant = $1";
	struct move m;
	int n = load(t->db, t->pool, &m, err);

	if (n <= 0 || !is_copying(&m))
		return MIN(n, 0);
	return mirror_drop(t, err) < 0 ? -1 : txn_send(t, sql, ARGS(v_uuid(m.tenant)), err);
}

int move_open(struct txn *t, struct err *err)
{
	struct move m;
	int n = load(t->db, t->pool, &m, err);

	if (n <= 0 || !is_copying(&m))
		return MIN(n, 0);
	return mirror_raise(t, m.source, m.tenant, err);
}

static int remove_all(struct txn *t, struct uuid tenant, struct err *err)
{
	for (const struct table *table = schema; table->name; table++)
		if (mirror_has(table) && txn_send(t, table_sql(table)->copy_forget, ARGS(v_uuid(tenant)), err) < 0)
			return -1;
	return txn_send(t, "DELETE FROM moving WHERE tenant = $1", ARGS(v_uuid(tenant)), err);
}

int move_clear(struct txn *t, struct err *err)
{
	struct move m;
	int n;

	if (move_give_up(t, err) < 0)
		return -1;
	while ((n = load(t->db, t->pool, &m, err)) > 0)
		if (remove_all(t, m.tenant, err) < 0)
			return -1;
	return n;
}

/* --- beside the writer --- */

int move_look(struct db *db, int64_t *rows_r, struct err *err)
{
	struct pool *pool = pool_new();
	struct move m;
	int n = load(db, pool, &m, err);

	*rows_r = 0;
	pool_free(&pool);
	if (n <= 0 || !is_copying(&m) || m.total > 0)
		return n;
	return mirror_count(db, m.source, rows_r, err) < 0 ? -1 : 1;
}

/* --- a slice --- */

struct step {
	struct move_slice *slice;
	struct txn *t;
	struct pool *pool;
	struct move m;
	int64_t began;
};

static bool is_over(const struct step *s)
{
	return txn_time_is_up(s->t, s->began, s->slice->slice_ms);
}

/* The first table in hand, or the next one; NULL behind the last. */
static const struct table *next_table(const struct table *t)
{
	for (t = t ? t + 1 : schema; t->name; t++)
		if (mirror_has(t))
			return t;
	return NULL;
}

/* Table by table, until the time is up: 1 all is done, 0 not yet, -1. */
static int walk(struct step *s, int (*chunk)(struct step *s, struct err *err), struct err *err)
{
	struct move *m = &s->m;
	int n;

	if (!m->table)
		m->table = next_table(NULL);
	do {
		if ((n = chunk(s, err)) < 0)
			return -1;
		if (n == s->slice->chunk)
			continue;
		m->at = (struct mirror_place){ 0 };
		if (!next_table(m->table)) {
			m->table = NULL;
			return 1;
		}
		m->table = next_table(m->table);
	} while (!is_over(s));
	return 0;
}

static int remove_chunk(struct step *s, struct err *err)
{
	return mirror_remove(s->t, s->m.table, s->m.tenant, s->slice->chunk, err);
}

static int copy_chunk(struct step *s, struct err *err)
{
	struct move *m = &s->m;
	int n = mirror_copy(s->t, s->pool, m->table, m->source, m->tenant, &m->at, s->slice->chunk, err);

	m->done += MAX(n, 0);
	return n;
}

/* From the pairing on cost is the hub's: what was the till's own goes.  1 all of it. */
static int forget_costs(struct step *s, struct err *err)
{
	static const char sql[] = "SELECT uuid FROM cost_corrections WHERE tenant = $1 AND _seq <= 0 ORDER BY uuid LIMIT 1";
	struct val next;
	int n;

	s->slice->w.tenant = s->m.source;
	while ((n = db_one(s->t->db, s->pool, sql, ARGS(v_uuid(s->m.source)), &next, 1, err)) > 0) {
		if (cost_forget_one(&s->slice->w, next.u, err) < 0)
			return -1;
		if (is_over(s))
			return 0;
	}
	return n < 0 ? -1 : 1;
}

/* Short: what is renamed is few. */
static int flip(struct step *s, struct err *err)
{
	static const char now_old[] = "UPDATE moving SET tenant = $2, source = NULL, clean = 0, tbl = NULL WHERE tenant = $1";
	static const char on[] = "UPDATE pairing SET status = 'registering' WHERE tenant = $1 AND status = 'moving'";
	struct uuid from = s->m.source, to = s->m.tenant;

	if (mirror_drop(s->t, err) < 0 || txn_send(s->t, now_old, ARGS(v_uuid(to), v_uuid(from)), err) < 0)
		return -1;
	for (const struct table *table = schema; table->name; table++) {
		const char *sql = mirror_has(table) ? NULL : table_sql(table)->rename_tenant;

		if (sql && strcmp(table->name, "moving") != 0 && txn_send(s->t, sql, ARGS(v_uuid(from), v_uuid(to)), err) < 0)
			return -1;
	}
	if (txn_send(s->t, "UPDATE tenants SET uuid = $2 WHERE uuid = $1", ARGS(v_uuid(from), v_uuid(to)), err) < 0 ||
	    txn_send(s->t, on, ARGS(v_uuid(to)), err) < 0)
		return -1;
	s->slice->end = MOVE_FLIPPED;
	return 0;
}

static int copy_on(struct step *s, struct err *err)
{
	int n = s->m.table ? 1 : forget_costs(s, err);

	if (n > 0)
		n = walk(s, copy_chunk, err);
	if (n < 0)
		return -1;
	return n > 0 ? flip(s, err) : save(s->t, &s->m, err);
}

/* Copies of an earlier try, or the rows of who the shop was. */
static int remove_on(struct step *s, struct err *err)
{
	int n = walk(s, remove_chunk, err);

	if (n < 0)
		return -1;
	if (n > 0 && !is_copying(&s->m))
		return txn_send(s->t, "DELETE FROM moving WHERE tenant = $1", ARGS(v_uuid(s->m.tenant)), err);
	s->m.clean = n > 0;
	return save(s->t, &s->m, err);
}

int move_slice(struct move_slice *slice, struct err *err)
{
	struct step s = { .slice = slice, .t = slice->w.t, .pool = pool_new(), .began = clock_boot() };
	int n = load(s.t->db, s.pool, &s.m, err);

	slice->end = n > 0 ? MOVE_MORE : MOVE_NONE;
	if (n > 0) {
		s.m.total = s.m.total ? s.m.total : slice->rows;
		n = s.m.clean ? copy_on(&s, err) : remove_on(&s, err);
	}
	pool_free(&s.pool);
	return n;
}
