/* A till compares what the hub says with what it has: table by table, and in
 * those that differ range by range, until single rows are left. */
#include "base/base.h"
#include "sync/digest.h"

#define SEND_MAX 1000	/* rows found in one answer that are only here; the rest of their range comes later */

/* --- the question --- */

static int leave_out_unsent(struct scope *s, struct pool *pool, struct err *err)
{
	struct args args = ARGS(v_uuid(s->tenant));

	if (scope_without_rows(s, pool, "SELECT uuid FROM outbox WHERE tenant = $1", args, err) < 0)
		return -1;
	return scope_without_rows(s, pool, "SELECT uuid FROM parked WHERE tenant = $1", args, err);
}

static void put_ranges(const struct key_range *r, int n, struct buf *out)
{
	jw_name(out, "ranges");
	jw_open(out, '[');
	for (int i = 0; i < n; i++) {
		jw_open(out, '{');
		range_put(&r[i], out);
		jw_close(out, '}');
	}
	jw_close(out, ']');
}

int digest_request(struct db *db, struct pool *pool, struct uuid tenant, const struct key_range *ranges, int n_ranges, struct buf *out,
		   struct err *err)
{
	struct scope s = { .db = db, .tenant = tenant };
	struct pairing p;

	if (pairing_load(db, pool, &p, err) < 0 || leave_out_unsent(&s, pool, err) < 0)
		return -1;
	jw_open(out, '{');
	jw_put_int(out, "seq", p.cursor);
	scope_put_without(&s, "without", 0, out);
	if (ranges)
		put_ranges(ranges, n_ranges, out);
	jw_close(out, '}');
	return 0;
}

/* A document that was made since has no number, and the hub has not got it. */
int digest_state(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err)
{
	static const char unsent[] = "SELECT uuid FROM outbox WHERE tenant = $1 AND tbl < $2 ORDER BY tbl, uuid";
	static const char aside[] = "SELECT uuid FROM parked WHERE tenant = $1 ORDER BY tbl, uuid";
	struct scope s = { .db = db, .tenant = tenant };
	struct pairing p;

	if (pairing_load(db, pool, &p, err) < 0 ||
	    scope_without_rows(&s, pool, unsent, ARGS(v_uuid(tenant), v_int(RANK_DOCUMENTS)), err) < 0 ||
	    scope_without_rows(&s, pool, aside, ARGS(v_uuid(tenant)), err) < 0)
		return -1;
	jw_open(out, '{');
	jw_put_int(out, "seq", p.cursor);
	jw_put_uuid(out, "epoch", p.epoch);
	scope_put_without(&s, "without", 0, out);
	jw_close(out, '}');
	return 0;
}

/* --- what the hub counted --- */

/* How many were left out because of us goes to *held. */
static int read_scope(struct scope *s, struct pool *pool, struct json request, struct json answer, int *held, struct err *err)
{
	struct json without = { 0 }, changed = { 0 };

	if (json_get_int(request, "seq", 0, INT64_MAX, &s->seq, err) < 0 ||
	    json_get_int(answer, "purged", 0, INT64_MAX, &s->purged, err) < 0 ||
	    json_get_array(request, "without", LEFT_OUT_MAX, &without, err) < 0 ||
	    json_get_array(answer, "changed", LEFT_OUT_MAX, &changed, err) < 0 || scope_without_named(s, pool, without, err) < 0)
		return -1;
	*held = s->n_without;
	if (scope_without_named(s, pool, changed, err) < 0)
		return -1;
	scope_close(s);
	return 0;
}

/* 1 the same, 0 not, -1. */
static int same_sum(const uint8_t *here, struct json theirs, struct err *err)
{
	struct buf hex = { 0 };
	const char *sum = "";
	int same;

	if (json_get_str(theirs, "sum", 64, &sum, err) < 0)
		return -1;
	hex_add(&hex, here, DIGEST_LEN);
	same = strcmp(hex.data, sum) == 0;
	buf_release(&hex);
	return same;
}

/* --- table by table --- */

static int find_table(struct json tables, const struct table *t, struct json *theirs, struct err *err)
{
	const char *name = "";

	for (size_t i = 0; i < json_len(tables); i++) {
		*theirs = json_at(tables, i);
		if (json_get_str(*theirs, "table", 64, &name, err) < 0)
			return -1;
		if (strcmp(name, t->name) == 0)
			return 1;
	}
	return 0;
}

static int compare_table(const struct scope *s, const struct table *t, struct json tables, bool *identical, struct buf *out, struct err *err)
{
	struct digest here = { .range = range_of_table(t) };
	struct json theirs;
	int64_t cloud = 0;
	int same = find_table(tables, t, &theirs, err);

	if (same < 0 || scope_sum(s, &here, err) < 0)
		return -1;
	if (same > 0 && (json_get_int(theirs, "rows", 0, INT64_MAX, &cloud, err) < 0 || (same = same_sum(here.sum, theirs, err)) < 0))
		return -1;
	*identical &= same > 0;
	jw_open(out, '{');
	jw_put_str(out, "table", t->name);
	jw_put_int(out, "here", here.rows);
	jw_put_int(out, "cloud", cloud);
	jw_put_str(out, "result", same ? "identical" : "differ");
	jw_close(out, '}');
	return 0;
}

int digest_compare(struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer,
		   struct buf *out, bool *identical, struct err *err)
{
	struct scope s = { .db = db, .tenant = tenant };
	struct json tables = { 0 };
	int held;

	if (read_scope(&s, pool, request, answer, &held, err) < 0 || json_get_array(answer, "tables", SYNCED_MAX, &tables, err) < 0)
		return -1;
	*identical = true;
	jw_open(out, '{');
	jw_name(out, "tables");
	jw_open(out, '[');
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) && compare_table(&s, t, tables, identical, out, err) < 0)
			return -1;
	jw_close(out, ']');
	jw_put_bool(out, "identical", *identical);
	jw_put_int(out, "seq", s.seq);
	jw_put_int(out, "not_comparable", held);
	jw_close(out, '}');
	return 0;
}

/* --- range by range --- */

struct finding {
	const struct scope *s;
	struct differences *out;
	int room, room_send, room_fetch;
	struct pool *pool;
};

static void *grow(struct pool *pool, void *list, int n, int *room, size_t size)
{
	void *more;

	if (n < *room)
		return list;
	*room = MAX(64, 2 * *room);
	more = pool_alloc(pool, size * (size_t)*room);
	if (n)
		memcpy(more, list, size * (size_t)n);
	return more;
}

static void add_range(struct finding *f, struct difference d)
{
	struct differences *o = f->out;

	o->range = grow(f->pool, o->range, o->n, &f->room, sizeof *o->range);
	o->range[o->n++] = d;
}

static void add_send(struct finding *f, const struct table *t, struct uuid u)
{
	struct differences *o = f->out;

	o->send = grow(f->pool, o->send, o->n_send, &f->room_send, sizeof *o->send);
	o->send[o->n_send++] = (struct row_key){ t, u };
}

static void add_fetch(struct finding *f, const struct table *t, struct uuid u)
{
	struct differences *o = f->out;

	o->fetch = grow(f->pool, o->fetch, o->n_fetch, &f->room_fetch, sizeof *o->fetch);
	o->fetch[o->n_fetch++] = (struct row_key){ t, u };
}

/* Both sides in the order of their keys. */
struct zip {
	struct finding *f;
	struct json keys;
	size_t next;		/* of the hub's */
	struct difference d;
	struct uuid last;	/* of ours */
	bool full;		/* no more room for what is only here */
};

static int key_at(const struct zip *z, size_t i, struct uuid *u, struct err *err)
{
	int n = json_get_uuid(json_at(z->keys, i), "uuid", u, err);

	return n == 0 ? err_field(err, "/ranges", "required", "a key has no uuid") : MIN(n, 0);
}

/* The hub's keys below u, or all: they are only there. */
static int skip_to(struct zip *z, const struct uuid *u, struct err *err)
{
	for (; z->next < json_len(z->keys); z->next++) {
		struct uuid key;

		if (key_at(z, z->next, &key, err) < 0)
			return -1;
		if (u && uuid_cmp(key, *u) >= 0)
			return 0;
		add_fetch(z->f, z->d.range.table, key);
	}
	return 0;
}

static int zip_row(const struct row *head, const uint8_t *hash, void *ctx, struct err *err)
{
	struct zip *z = ctx;
	struct uuid key = { { 0 } };
	int same;

	if (z->f->out->n_send >= SEND_MAX) {
		z->full = true;
		return 1;
	}
	z->d.here++;
	if (skip_to(z, &head->uuid, err) < 0 || (z->next < json_len(z->keys) && key_at(z, z->next, &key, err) < 0))
		return -1;
	z->last = head->uuid;
	if (!uuid_eq(key, head->uuid)) {
		add_send(z->f, head->table, head->uuid);
		return 0;
	}
	if ((same = same_sum(hash, json_at(z->keys, z->next), err)) < 0)
		return -1;
	z->next++;
	if (!same)
		add_fetch(z->f, head->table, head->uuid);
	return 0;
}

static int compare_keys(struct finding *f, const struct key_range *r, struct json keys, struct err *err)
{
	struct zip z = { .f = f, .keys = keys, .d = { .range = *r, .found = true }, .last = r->after };
	int before = f->out->n_send + f->out->n_fetch;

	if (scope_rows(f->s, r, zip_row, &z, err) < 0)
		return -1;
	if (z.full) {
		struct key_range rest = { r->table, z.last, r->upto };

		z.d.range.upto = z.last;
		add_range(f, (struct difference){ .range = rest, .cloud = (int64_t)(json_len(keys) - z.next) });
	} else if (skip_to(&z, NULL, err) < 0) {
		return -1;
	}
	z.d.cloud = (int64_t)z.next;
	if (f->out->n_send + f->out->n_fetch > before)
		add_range(f, z.d);
	return 0;
}

static int compare_range(struct finding *f, const struct key_range *r, struct json theirs, struct err *err)
{
	struct digest here = { .range = *r };
	struct difference d = { .range = *r };
	int same;

	if (scope_sum(f->s, &here, err) < 0 || (same = same_sum(here.sum, theirs, err)) < 0 ||
	    json_get_int(theirs, "rows", 0, INT64_MAX, &d.cloud, err) < 0)
		return -1;
	d.here = here.rows;
	if (!same)
		add_range(f, d);
	return 0;
}

static int compare_one(struct finding *f, struct json theirs, struct err *err)
{
	struct json keys = { 0 };
	struct key_range r;
	int n;

	if (range_read(theirs, &r, err) < 0 || (n = json_get_array(theirs, "keys", LEAF_ROWS, &keys, err)) < 0)
		return -1;
	f->out->compared++;
	return n ? compare_keys(f, &r, keys, err) : compare_range(f, &r, theirs, err);
}

int digest_find(struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer,
		struct differences *out, struct err *err)
{
	struct scope s = { .db = db, .tenant = tenant };
	struct finding f = { .s = &s, .out = out, .pool = pool };
	struct json ranges = { 0 };
	int held;

	*out = (struct differences){ 0 };
	if (read_scope(&s, pool, request, answer, &held, err) < 0 ||
	    json_get_array(answer, "ranges", RANGES_MAX * (PARTS + 1), &ranges, err) < 0)
		return -1;
	for (size_t i = 0; i < json_len(ranges); i++)
		if (compare_one(&f, json_at(ranges, i), err) < 0)
			return err_under(err, "/ranges/%zu", i);
	return 0;
}
