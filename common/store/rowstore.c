/* Rows and documents in and out of their tables. */
#include "base/base.h"
#include "store/store.h"

#include "base/log.h"

#define SYNC_COLUMNS 13
#define ARGS_MAX (3 + COLUMNS_MAX + SYNC_COLUMNS)
#define PART_ROOM 8	/* rows of a part, to begin with; a power of two */

/* --- reading --- */

void row_from_rows(const struct table *t, const struct rows *rs, struct pool *pool, struct row *r)
{
	int n = table_columns(t), at = 1 + n;

	*r = (struct row){ .table = t, .uuid = rows_uuid(rs, 0) };
	for (int i = 0; i < n; i++)
		r->v[i] = val_keep(pool, rows_val(rs, 1 + i));
	r->updated_at = rows_int(rs, at++);
	r->origin = rows_uuid(rs, at++);
	r->stamps = rows_text(rs, at++, pool);
	r->extra = rows_text(rs, at++, pool);
	r->deleted_at = rows_int(rs, at++);
	r->seq = rows_int(rs, at++);
	r->dirty = rows_int(rs, at++) != 0;
	r->rev = rows_int(rs, at++);
	r->base_at = rows_int(rs, at++);
	r->base_origin = rows_uuid(rs, at++);
	r->synced_at = rows_int(rs, at++);
	r->cloud_id = rows_int(rs, at++);
	r->by = rows_uuid(rs, at++);
	r->id = rows_int(rs, at);
}

int row_load(struct db *db, struct pool *pool, struct uuid tenant, const struct table *t, struct uuid uuid,
	     struct row *r, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, table_sql(t)->load, ARGS(v_uuid(tenant), v_uuid(uuid)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		row_from_rows(t, &rs, pool, r);
	rows_end(&rs);
	return n;
}

static void part_begin(struct pool *pool, struct part_rows *p)
{
	p->n = 0;
	p->v = pool_alloc(pool, PART_ROOM * (size_t)table_columns(p->table) * sizeof *p->v);
}

/* Rows come without their number; room doubles until all are in. */
static void part_take(struct pool *pool, struct part_rows *p, const struct rows *rs)
{
	size_t width = (size_t)table_columns(p->table), n = (size_t)p->n;

	if (n >= PART_ROOM && (n & (n - 1)) == 0) {
		struct val *more = pool_alloc(pool, 2 * n * width * sizeof *more);

		memcpy(more, p->v, n * width * sizeof *more);
		p->v = more;
	}
	for (size_t i = 0; i < width; i++)
		p->v[n * width + i] = val_keep(pool, rows_val(rs, (int)i + 1));
	p->n++;
}

static int load_part(struct db *db, struct pool *pool, struct uuid tenant, struct uuid doc, struct part_rows *p, struct err *err)
{
	struct rows rs;
	int n;

	part_begin(pool, p);
	if (db_rows(db, table_sql(p->table)->load_part, ARGS(v_uuid(tenant), v_uuid(doc)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		part_take(pool, p, &rs);
	rows_end(&rs);
	return n;
}

static int doc_load_parts(struct db *db, struct pool *pool, struct uuid tenant, struct doc *d, struct err *err)
{
	for (int i = 0; i < PARTS_MAX && d->part[i].table; i++)
		if (load_part(db, pool, tenant, d->head.uuid, &d->part[i], err) < 0)
			return -1;
	return 0;
}

/* Rows of one document stand together. */
static struct doc *doc_of(struct doc *d, int n, struct doc *last, struct uuid uuid)
{
	if (uuid_eq(last->head.uuid, uuid))
		return last;
	for (int i = 0; i < n; i++)
		if (uuid_eq(d[i].head.uuid, uuid))
			return &d[i];
	panic("a row of document %s, which nobody asked for", uuid_text(uuid).s);
}

/* Part i of all of them.  The statement has places for more. */
static int load_parts(struct db *db, struct pool *pool, struct uuid tenant, struct doc *d, int n, int i, struct err *err)
{
	const struct table *t = d->part[i].table;
	struct val v[1 + DOCS_AT_ONCE];
	struct doc *of = d;
	struct rows rs;
	int more;

	v[0] = v_uuid(tenant);
	for (int k = 0; k < DOCS_AT_ONCE; k++)
		v[1 + k] = k < n ? v_uuid(d[k].head.uuid) : v_null();
	for (int k = 0; k < n; k++)
		part_begin(pool, &d[k].part[i]);
	if (db_rows(db, table_sql(t)->load_parts, (struct args){ v, ARRAY_LEN(v) }, &rs, err) < 0)
		return -1;
	while ((more = rows_next(&rs, err)) > 0) {
		of = doc_of(d, n, of, rows_uuid(&rs, 1 + table_columns(t)));
		part_take(pool, &of->part[i], &rs);
	}
	rows_end(&rs);
	return more;
}

int docs_load_parts(struct db *db, struct pool *pool, struct uuid tenant, struct doc *d, int n, struct err *err)
{
	bool together = n > 1 && db_engine(db) == ENGINE_POSTGRES;

	for (int k = 0; k < n && !together; k++)
		if (doc_load_parts(db, pool, tenant, &d[k], err) < 0)
			return -1;
	for (int i = 0; together && i < PARTS_MAX && d->part[i].table; i++)
		if (load_parts(db, pool, tenant, d, n, i, err) < 0)
			return -1;
	return 0;
}

int doc_load(struct db *db, struct pool *pool, struct uuid tenant, const struct table *t, struct uuid uuid,
	     struct doc *d, struct err *err)
{
	int n;

	doc_init(d, t);
	if ((n = row_load(db, pool, tenant, t, uuid, &d->head, err)) <= 0)
		return n;
	return doc_load_parts(db, pool, tenant, d, err) < 0 ? -1 : 1;
}

static int is_one(struct db *db, const char *sql, struct uuid tenant, struct uuid uuid, struct err *err)
{
	int64_t yes;

	if (db_int(db, sql, ARGS(v_uuid(tenant), v_uuid(uuid)), &yes, err) < 0)
		return -1;
	return yes != 0;
}

int row_is_there(struct db *db, struct uuid tenant, const struct table *t, struct uuid uuid, struct err *err)
{
	return is_one(db, table_sql(t)->is_there, tenant, uuid, err);
}

int row_exists(struct db *db, struct uuid tenant, const struct table *t, struct uuid uuid, struct err *err)
{
	return is_one(db, table_sql(t)->exists, tenant, uuid, err);
}

/* --- writing --- */

static struct val or_null(int64_t i)
{
	return i ? v_int(i) : v_null();
}

/* The arguments of insert and update alike. */
static struct args row_args(struct uuid tenant, const struct row *r, struct val *v)
{
	int n = 0;

	v[n++] = v_uuid(tenant);
	v[n++] = v_uuid(r->uuid);
	for (int i = 0; r->table->columns[i].name; i++)
		v[n++] = r->v[i];
	v[n++] = v_int(r->updated_at);
	v[n++] = v_uuid(r->origin);
	v[n++] = v_text(r->stamps);
	v[n++] = v_text(r->extra);
	v[n++] = or_null(r->deleted_at);
	v[n++] = v_int(r->seq);
	v[n++] = v_int(r->dirty);
	v[n++] = v_int(r->rev);
	v[n++] = or_null(r->base_at);
	v[n++] = v_uuid_or_null(r->base_origin);
	v[n++] = or_null(r->synced_at);
	v[n++] = or_null(r->cloud_id);
	v[n++] = v_uuid_or_null(r->by);
	return (struct args){ v, n };
}

int row_insert(struct txn *t, struct uuid tenant, const struct row *r, struct err *err)
{
	struct val v[ARGS_MAX];

	return txn_send(t, table_sql(r->table)->insert, row_args(tenant, r, v), err);
}

int row_update(struct txn *t, struct uuid tenant, const struct row *r, struct err *err)
{
	struct val v[ARGS_MAX];

	return txn_send(t, table_sql(r->table)->update, row_args(tenant, r, v), err);
}

/* The rows from `from` on, in one statement. */
static int insert_rows(struct txn *t, struct uuid tenant, struct uuid doc, const struct part_rows *p, int from, int n, struct err *err)
{
	struct val v[2 + PARTS_AT_ONCE * (1 + COLUMNS_MAX)];
	int columns = table_columns(p->table), at = 0;

	v[at++] = v_uuid(tenant);
	v[at++] = v_uuid(doc);
	for (int i = from; i < from + n; i++) {
		v[at++] = v_int(i);
		memcpy(v + at, part_row(p, i), sizeof *v * (size_t)columns);
		at += columns;
	}
	return txn_send(t, table_sql(p->table)->insert_parts[db_engine(t->db)][n - 1], (struct args){ v, at }, err);
}

static int insert_part(struct txn *t, struct uuid tenant, struct uuid doc, const struct part_rows *p, struct err *err)
{
	for (int i = 0; i < p->n; i += PARTS_AT_ONCE)
		if (insert_rows(t, tenant, doc, p, i, MIN(p->n - i, PARTS_AT_ONCE), err) < 0)
			return -1;
	return 0;
}

int doc_insert_parts(struct txn *t, struct uuid tenant, const struct doc *d, enum rule rule, struct err *err)
{
	for (int i = 0; i < PARTS_MAX && d->part[i].table; i++)
		if (d->part[i].table->rule == rule && insert_part(t, tenant, d->head.uuid, &d->part[i], err) < 0)
			return -1;
	return 0;
}

int doc_delete_parts(struct txn *t, struct uuid tenant, const struct doc *d, enum rule rule, struct err *err)
{
	for (int i = 0; i < PARTS_MAX && d->part[i].table; i++) {
		const struct table *p = d->part[i].table;

		if (p->rule == rule &&
		    txn_send(t, table_sql(p)->delete_part, ARGS(v_uuid(tenant), v_uuid(d->head.uuid)), err) < 0)
			return -1;
	}
	return 0;
}

int doc_insert(struct txn *t, struct uuid tenant, const struct doc *d, struct err *err)
{
	if (row_insert(t, tenant, &d->head, err) < 0)
		return -1;
	if (doc_insert_parts(t, tenant, d, PART, err) < 0)
		return -1;
	return doc_insert_parts(t, tenant, d, DERIVED_PART, err);
}
