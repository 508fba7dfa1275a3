/* The hub says what it has: sums by table; or of some ranges of keys, each cut
 * into parts of about as many rows, the smallest row by row. */
#include "base/base.h"
#include "sync/digest.h"

static int leave_out_changed(struct scope *s, struct pool *pool, struct err *err)
{
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) &&
		    scope_without_rows(s, pool, table_sql(t)->changed, ARGS(v_uuid(s->tenant), v_int(s->seq)), err) < 0)
			return -1;
	return 0;
}

/* --- all tables --- */

static int put_table(const struct scope *s, const struct table *t, struct buf *out, struct err *err)
{
	struct digest d = { .range = range_of_table(t) };

	if (scope_sum(s, &d, err) < 0)
		return -1;
	jw_open(out, '{');
	jw_put_str(out, "table", t->name);
	jw_put_int(out, "rows", d.rows);
	digest_put_sum(d.sum, out);
	jw_close(out, '}');
	return 0;
}

static int put_tables(const struct scope *s, struct buf *out, struct err *err)
{
	jw_name(out, "tables");
	jw_open(out, '[');
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) && put_table(s, t, out, err) < 0)
			return -1;
	jw_close(out, ']');
	return 0;
}

/* --- some ranges --- */

static void put_part(const struct digest *d, struct buf *out)
{
	jw_open(out, '{');
	range_put(&d->range, out);
	jw_put_int(out, "rows", d->rows);
	digest_put_sum(d->sum, out);
	jw_close(out, '}');
}

struct cutting {
	struct digest part;
	int64_t each;		/* rows in a part */
	struct uuid last;
	struct buf *out;
};

static int cut_row(const struct row *head, const uint8_t *hash, void *ctx, struct err *err UNUSED)
{
	struct cutting *c = ctx;

	if (c->part.rows == c->each) {
		struct key_range rest = c->part.range;

		c->part.range.upto = rest.after = c->last;
		put_part(&c->part, c->out);
		c->part = (struct digest){ .range = rest };
	}
	digest_add(&c->part, hash);
	c->last = head->uuid;
	return 0;
}

static int put_cut(const struct scope *s, const struct key_range *r, int64_t rows, struct buf *out, struct err *err)
{
	struct cutting c = { .part = { .range = *r }, .each = (rows + PARTS - 1) / PARTS, .out = out };

	if (scope_rows(s, r, cut_row, &c, err) < 0)
		return -1;
	put_part(&c.part, out);
	return 0;
}

static int put_key(const struct row *head, const uint8_t *hash, void *out, struct err *err UNUSED)
{
	jw_open(out, '{');
	jw_put_uuid(out, "uuid", head->uuid);
	digest_put_sum(hash, out);
	jw_close(out, '}');
	return 0;
}

static int put_leaf(const struct scope *s, const struct key_range *r, struct buf *out, struct err *err)
{
	jw_open(out, '{');
	range_put(r, out);
	jw_name(out, "keys");
	jw_open(out, '[');
	if (scope_rows(s, r, put_key, out, err) < 0)
		return -1;
	jw_close(out, ']');
	jw_close(out, '}');
	return 0;
}

static int put_range(const struct scope *s, struct json j, struct buf *out, struct err *err)
{
	struct key_range r;
	int64_t rows;

	if (range_read(j, &r, err) < 0 ||
	    db_int(s->db, table_sql(r.table)->count_range, ARGS(v_uuid(s->tenant), v_uuid(r.after), v_uuid(r.upto)), &rows, err) < 0)
		return -1;
	return rows > LEAF_ROWS ? put_cut(s, &r, rows, out, err) : put_leaf(s, &r, out, err);
}

static int put_ranges(const struct scope *s, struct json ranges, struct buf *out, struct err *err)
{
	jw_name(out, "ranges");
	jw_open(out, '[');
	for (size_t i = 0; i < json_len(ranges); i++)
		if (put_range(s, json_at(ranges, i), out, err) < 0)
			return err_under(err, "/ranges/%zu", i);
	jw_close(out, ']');
	return 0;
}

/* --- the answer --- */

static int put_answer(struct scope *s, struct pool *pool, struct json request, struct buf *out, struct err *err)
{
	struct json ranges = { 0 };
	int named = s->n_without, some = json_get_array(request, "ranges", RANGES_MAX, &ranges, err);
	struct tenant t;

	if (some < 0 || tenant_load(s->db, pool, s->tenant, &t, err) < 0 || leave_out_changed(s, pool, err) < 0)
		return -1;
	s->purged = t.purged;
	jw_open(out, '{');
	jw_put_int(out, "seq", s->seq);
	jw_put_int(out, "purged", s->purged);
	scope_put_without(s, "changed", named, out);
	scope_close(s);
	if ((some ? put_ranges(s, ranges, out, err) : put_tables(s, out, err)) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}

int digest_answer(struct db *db, struct uuid tenant, struct json request, struct buf *out, struct err *err)
{
	struct pool *pool = pool_new();
	struct scope s = { .db = db, .tenant = tenant };
	struct json named = { 0 };
	int rc = -1;

	if (json_get_int(request, "seq", 0, INT64_MAX, &s.seq, err) >= 0 &&
	    json_get_array(request, "without", LEFT_OUT_MAX, &named, err) >= 0 &&
	    scope_without_named(&s, pool, named, err) == 0 && db_read_begin(db, err) == 0) {
		rc = put_answer(&s, pool, request, out, err);
		db_read_end(db);
	}
	pool_free(&pool);
	return rc;
}
