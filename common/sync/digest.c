/* Are two replicas the same, row by row?  A table's digest is the sum, modulo
 * 2^128, of the first half of SHA-256 over each canonical row: it does not
 * depend on order, and one differing row changes it.  It finds errors; it is
 * no defence against somebody who forges rows. */
#include "base/base.h"
#include "sync/sync.h"

#include <stdlib.h>

#define CHUNK 500
#define LEFT_OUT_MAX 20000

/* --- sums --- */

static void add_to(uint8_t sum[16], const uint8_t *hash)
{
	unsigned carry = 0;

	for (int i = 15; i >= 0; i--) {
		carry += sum[i] + hash[i];
		sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

static int by_uuid(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

struct summing {
	struct db *db;
	struct uuid tenant;
	struct pool *pool;
	int64_t seq;
	const struct uuid *without;
	int n_without;
	struct digest *d;
	struct uuid last;
};

static int sum_row(struct summing *s, const struct row *head, struct err *err)
{
	uint8_t hash[SHA256_LEN];
	struct buf canon = { 0 };
	struct doc d;

	doc_init(&d, head->table);
	d.head = *head;
	if (doc_load_parts(s->db, s->pool, s->tenant, &d, err) < 0)
		return -1;
	doc_canon(&d, &canon);
	sha256(canon.data, canon.len, hash);
	buf_release(&canon);
	add_to(s->d->sum, hash);
	s->d->rows++;
	return 0;
}

static bool is_left_out(const struct summing *s, const struct row *r)
{
	if (r->seq == 0 || r->seq > s->seq)
		return true;
	return s->n_without && bsearch(&r->uuid, s->without, (size_t)s->n_without, sizeof *s->without, by_uuid);
}

/* Rows read, or -1. */
static int sum_chunk(struct summing *s, struct err *err)
{
	const struct table *t = s->d->table;
	struct rows rs;
	struct row r;
	int n, read = 0;

	if (db_rows(s->db, table_sql(t)->page_uuid, ARGS(v_uuid(s->tenant), v_uuid(s->last), v_int(CHUNK)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		pool_clear(s->pool);
		row_from_rows(t, &rs, s->pool, &r);
		s->last = r.uuid;
		read++;
		if (!is_left_out(s, &r) && sum_row(s, &r, err) < 0) {
			n = -1;
			break;
		}
	}
	rows_end(&rs);
	return n < 0 ? -1 : read;
}

int digest_tables(struct db *db, struct uuid tenant, int64_t seq, const struct uuid *without, int n_without,
		  struct digest d[SYNCED_MAX], int *n, struct err *err)
{
	struct summing s = { .db = db, .tenant = tenant, .pool = pool_new(), .seq = seq,
			     .without = without, .n_without = n_without };
	int read = 0;

	*n = 0;
	for (const struct table *t = schema; t->name && read >= 0; t++) {
		if (!table_is_synced(t))
			continue;
		d[*n] = (struct digest){ .table = t };
		s.d = &d[(*n)++];
		s.last = (struct uuid){ { 0 } };
		while ((read = sum_chunk(&s, err)) == CHUNK)
			;
	}
	pool_free(&s.pool);
	return read < 0 ? -1 : 0;
}

/* --- what is left out --- */

struct left_out {
	struct uuid *u;
	int n, room;
};

static int leave_out(struct pool *pool, struct left_out *l, struct uuid u, struct err *err)
{
	if (l->n == LEFT_OUT_MAX)
		return err_set(err, ERR_BUSY, "not_comparable", "more than %d rows are on their way: sync first", LEFT_OUT_MAX);
	if (l->n == l->room) {
		struct uuid *more = pool_alloc(pool, sizeof *more * (size_t)MAX(64, 2 * l->room));

		if (l->n)
			memcpy(more, l->u, sizeof *more * (size_t)l->n);
		l->u = more;
		l->room = MAX(64, 2 * l->room);
	}
	l->u[l->n++] = u;
	return 0;
}

static int leave_out_rows(struct db *db, struct pool *pool, const char *sql, struct args args, struct left_out *l, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, sql, args, &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		if ((n = leave_out(pool, l, rows_uuid(&rs, 0), err)) < 0)
			break;
	rows_end(&rs);
	return n < 0 ? -1 : 0;
}

static int leave_out_named(struct pool *pool, struct json list, struct left_out *l, struct err *err)
{
	for (size_t i = 0; i < json_len(list); i++) {
		struct uuid u;

		if (json_to_uuid(json_at(list, i), "/without", &u, err) < 0 || leave_out(pool, l, u, err) < 0)
			return -1;
	}
	return 0;
}

static int leave_out_changed(struct db *db, struct pool *pool, struct uuid tenant, int64_t seq, struct left_out *l, struct err *err)
{
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) &&
		    leave_out_rows(db, pool, table_sql(t)->changed, ARGS(v_uuid(tenant), v_int(seq)), l, err) < 0)
			return -1;
	return 0;
}

static void put_left_out(const char *name, const struct left_out *l, int from, struct buf *out)
{
	jw_name(out, name);
	jw_open(out, '[');
	for (int i = from; i < l->n; i++)
		jw_uuid(out, l->u[i]);
	jw_close(out, ']');
}

/* --- hub --- */

static void put_digest(const struct digest *d, struct buf *out)
{
	struct buf hex = { 0 };

	hex_add(&hex, d->sum, sizeof d->sum);
	jw_open(out, '{');
	jw_put_str(out, "table", d->table->name);
	jw_put_int(out, "rows", d->rows);
	jw_put_str(out, "sum", hex.data);
	jw_close(out, '}');
	buf_release(&hex);
}

static int put_answer(struct db *db, struct pool *pool, struct uuid tenant, int64_t seq, struct left_out *l, struct buf *out,
		      struct err *err)
{
	struct digest d[SYNCED_MAX];
	int n, named = l->n;

	if (leave_out_changed(db, pool, tenant, seq, l, err) < 0)
		return -1;
	jw_open(out, '{');
	jw_put_int(out, "seq", seq);
	put_left_out("changed", l, named, out);
	if (l->n)
		qsort(l->u, (size_t)l->n, sizeof *l->u, by_uuid);
	if (digest_tables(db, tenant, seq, l->u, l->n, d, &n, err) < 0)
		return -1;
	jw_name(out, "tables");
	jw_open(out, '[');
	for (int i = 0; i < n; i++)
		put_digest(&d[i], out);
	jw_close(out, ']');
	jw_close(out, '}');
	return 0;
}

int digest_answer(struct db *db, struct uuid tenant, struct json request, struct buf *out, struct err *err)
{
	struct pool *pool = pool_new();
	struct left_out l = { 0 };
	struct json named = { 0 };
	int64_t seq = 0;
	int rc = -1;

	if (json_get_int(request, "seq", 0, INT64_MAX, &seq, err) >= 0 &&
	    json_get_array(request, "without", LEFT_OUT_MAX, &named, err) >= 0 &&
	    leave_out_named(pool, named, &l, err) == 0 && db_read_begin(db, err) == 0) {
		rc = put_answer(db, pool, tenant, seq, &l, out, err);
		db_read_end(db);
	}
	pool_free(&pool);
	return rc;
}

/* --- till --- */

int digest_request(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err)
{
	struct left_out l = { 0 };
	struct pairing p;

	if (pairing_load(db, pool, &p, err) < 0 ||
	    leave_out_rows(db, pool, "SELECT uuid FROM outbox WHERE tenant = $1", ARGS(v_uuid(tenant)), &l, err) < 0 ||
	    leave_out_rows(db, pool, "SELECT uuid FROM parked WHERE tenant = $1", ARGS(v_uuid(tenant)), &l, err) < 0)
		return -1;
	jw_open(out, '{');
	jw_put_int(out, "seq", p.cursor);
	put_left_out("without", &l, 0, out);
	jw_close(out, '}');
	return 0;
}

static const char *compare_one(const struct digest *here, struct json theirs, struct err *err)
{
	struct buf hex = { 0 };
	const char *sum = "";
	bool same;

	if (json_get_str(theirs, "sum", 64, &sum, err) < 0)
		return NULL;
	hex_add(&hex, here->sum, sizeof here->sum);
	same = strcmp(hex.data, sum) == 0;
	buf_release(&hex);
	return same ? "identical" : "differ";
}

static int put_comparison(const struct digest *here, struct json tables, bool *identical, struct buf *out, struct err *err)
{
	const char *result = "differ", *name = "";
	int64_t cloud = 0;

	for (size_t i = 0; i < json_len(tables); i++) {
		struct json t = json_at(tables, i);

		if (json_get_str(t, "table", 64, &name, err) < 0 || json_get_int(t, "rows", 0, INT64_MAX, &cloud, err) < 0)
			return -1;
		if (strcmp(name, here->table->name) != 0)
			continue;
		if (!(result = compare_one(here, t, err)))
			return -1;
		break;
	}
	*identical &= strcmp(result, "identical") == 0;
	jw_open(out, '{');
	jw_put_str(out, "table", here->table->name);
	jw_put_int(out, "here", here->rows);
	jw_put_int(out, "cloud", cloud);
	jw_put_str(out, "result", result);
	jw_close(out, '}');
	return 0;
}

int digest_compare(struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer,
		   struct buf *out, bool *identical, struct err *err)
{
	struct json without = { 0 }, changed = { 0 }, tables = { 0 };
	struct digest d[SYNCED_MAX];
	struct left_out l = { 0 };
	int64_t seq = 0;
	int n, held;

	if (json_get_int(request, "seq", 0, INT64_MAX, &seq, err) < 0 ||
	    json_get_array(request, "without", LEFT_OUT_MAX, &without, err) < 0 ||
	    json_get_array(answer, "changed", LEFT_OUT_MAX, &changed, err) < 0 ||
	    json_get_array(answer, "tables", SYNCED_MAX, &tables, err) < 0 ||
	    leave_out_named(pool, without, &l, err) < 0)
		return -1;
	held = l.n;
	if (leave_out_named(pool, changed, &l, err) < 0)
		return -1;
	if (l.n)
		qsort(l.u, (size_t)l.n, sizeof *l.u, by_uuid);
	if (digest_tables(db, tenant, seq, l.u, l.n, d, &n, err) < 0)
		return -1;
	*identical = true;
	jw_open(out, '{');
	jw_name(out, "tables");
	jw_open(out, '[');
	for (int i = 0; i < n; i++)
		if (put_comparison(&d[i], tables, identical, out, err) < 0)
			return -1;
	jw_close(out, ']');
	jw_put_bool(out, "identical", *identical);
	jw_put_int(out, "seq", seq);
	jw_put_int(out, "not_comparable", held);
	jw_close(out, '}');
	return 0;
}
