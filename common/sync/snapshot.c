/* The hub hands out everything, for a till's first load: table by table in the
 * order of the description (what a till needs to sell comes first), by uuid
 * within a table, tombstones included.
 *
 * The change number is fixed before the first page (`as_of`) and travels in the
 * cursor, so a load may be broken off and go on at any page: what changes
 * meanwhile comes with the pull that starts there. */
#include "base/base.h"
#include "sync/sync.h"

#include <stdlib.h>

struct place {
	struct uuid epoch;
	int64_t as_of, done, total;
	int rank;		/* of the table: all below are done */
	struct uuid after;
};

static void place_print(const struct place *p, struct buf *out)
{
	buf_printf(out, "%s.%lld.%lld.%lld.%d.%s", uuid_text(p->epoch).s, (long long)p->as_of, (long long)p->done,
		   (long long)p->total, p->rank, uuid_text(p->after).s);
}

static int place_parse(const char *text, struct place *p, struct err *err)
{
	char epoch[UUID_TEXT_LEN + 1], after[UUID_TEXT_LEN + 1];
	long long as_of, done, total;
	int used = 0;

	if (sscanf(text, "%36[0-9a-f-].%lld.%lld.%lld.%d.%36[0-9a-f-]%n", epoch, &as_of, &done, &total, &p->rank, after,
		   &used) != 6 || text[used] || as_of < 0 || p->rank < 0 ||
	    uuid_parse(&p->epoch, epoch, strlen(epoch)) < 0 || uuid_parse(&p->after, after, strlen(after)) < 0)
		return err_field(err, "/after", "cursor", "after is no cursor of a first load");
	p->as_of = as_of;
	p->done = done;
	p->total = total;
	return 0;
}

/* A cursor of a hub that writes them otherwise tells nothing: then all wait. */
void snapshot_steps(const char *cursor, struct buf *out)
{
	struct place at = { .rank = 0 };
	struct err err;
	bool begun = cursor && place_parse(cursor, &at, &err) == 0, later = false;

	jw_open(out, '[');
	for (const struct table *t = schema; t->name; t++) {
		if (!table_is_synced(t))
			continue;
		jw_open(out, '{');
		jw_put_str(out, "table", t->name);
		jw_put_str(out, "state", later || !begun ? "waiting" : t->rank < at.rank ? "done" : "now");
		jw_close(out, '}');
		later = later || t->rank >= at.rank;
	}
	jw_close(out, ']');
}

static int count_all(struct db *db, struct uuid tenant, int64_t *total, struct err *err)
{
	*total = 0;
	for (const struct table *t = schema; t->name; t++) {
		int64_t n;

		if (!table_is_synced(t))
			continue;
		if (db_int(db, table_sql(t)->count, ARGS(v_uuid(tenant)), &n, err) < 0)
			return -1;
		*total += n;
	}
	return 0;
}

/* One state of the database per page: what is read of a document is whole. */
static int place_begin(struct db *db, struct pool *pool, struct uuid tenant, const char *after, struct place *p, struct err *err)
{
	struct tenant t;

	if (tenant_need(db, pool, tenant, &t, err) < 0)
		return -1;
	*p = (struct place){ .epoch = t.epoch, .as_of = t.seq };
	if (!after)
		return count_all(db, tenant, &p->total, err);
	if (place_parse(after, p, err) < 0)
		return -1;
	if (!uuid_eq(p->epoch, t.epoch) || p->as_of > t.seq)
		return err_set(err, ERR_GONE, "epoch", "this hub numbers its changes anew: begin the first load again");
	return 0;
}

struct filling {
	struct db *db;
	struct uuid tenant;
	struct pool *pool;
	struct place *place;
	int limit;
	size_t max_bytes, from;
	int n;
	struct buf *out;
	struct doc in_hand[DOCS_AT_ONCE];	/* heads whose parts are read together */
	int n_in_hand;
};

/* There is room for one row in any case: something goes on. */
static bool is_full(const struct filling *f)
{
	return f->n > 0 && (f->n >= f->limit || f->out->len - f->from >= f->max_bytes);
}

static void take_in_hand(struct filling *f, const struct table *t, const struct rows *rs)
{
	struct doc *d = &f->in_hand[f->n_in_hand++];

	doc_init(d, t);
	row_from_rows(t, rs, f->pool, &d->head);
}

static void put_one(struct filling *f, const struct doc *d)
{
	f->place->after = d->head.uuid;
	f->place->done++;
	f->n++;
	/* What was made here for this server alone is nobody else's. */
	if (d->head.seq != 0)
		doc_to_sync(d, f->out);
}

/* What the page has no room for is read again for the next one. */
static int put_in_hand(struct filling *f, struct err *err)
{
	if (docs_load_parts(f->db, f->pool, f->tenant, f->in_hand, f->n_in_hand, err) < 0)
		return -1;
	for (int i = 0; i < f->n_in_hand && !is_full(f); i++)
		put_one(f, &f->in_hand[i]);
	f->n_in_hand = 0;
	pool_clear(f->pool);
	return 0;
}

/* 1 the table is done, 0 the page is full, -1. */
static int fill_from(struct filling *f, const struct table *t, struct err *err)
{
	int n = 0, want = f->limit - f->n, got = 0;
	struct rows rs;

	if (db_rows(f->db, table_sql(t)->page_uuid, ARGS(v_uuid(f->tenant), v_uuid(f->place->after), v_int(want)), &rs, err) < 0)
		return -1;
	while (!is_full(f) && (n = rows_next(&rs, err)) > 0) {
		got++;
		take_in_hand(f, t, &rs);
		if (f->n_in_hand == DOCS_AT_ONCE && (n = put_in_hand(f, err)) < 0)
			break;
	}
	rows_end(&rs);
	if (n < 0 || put_in_hand(f, err) < 0)
		return -1;
	return !is_full(f) && got < want;
}

/* 1 all is sent, 0 there is more, -1. */
static int fill(struct filling *f, struct err *err)
{
	for (const struct table *t = schema; t->name; t++) {
		int n;

		if (!table_is_synced(t) || t->rank < f->place->rank)
			continue;
		f->place->rank = t->rank;
		if ((n = fill_from(f, t, err)) <= 0)
			return n;
		f->place->rank = t->rank + 1;
		f->place->after = (struct uuid){ { 0 } };
	}
	return 1;
}

static void put_end(const struct place *p, bool complete, struct buf *out)
{
	struct buf text = { 0 };

	place_print(p, &text);
	jw_put_str(out, "next", complete ? NULL : text.data);
	jw_put_bool(out, "more", !complete);
	jw_put_uuid(out, "epoch", p->epoch);
	jw_put_int(out, "as_of", p->as_of);
	jw_put_int(out, "done", p->done);
	jw_put_int(out, "total", MAX(p->total, p->done));
	buf_release(&text);
}

static int put_page(struct db *db, struct pool *pool, struct uuid tenant, const char *after, int limit, size_t max_bytes,
		    int *n_rows, struct buf *out, struct err *err)
{
	struct place place;
	struct filling f = { .db = db, .tenant = tenant, .place = &place, .limit = limit, .max_bytes = max_bytes,
			     .from = out->len, .out = out };
	int rc;

	if (place_begin(db, pool, tenant, after, &place, err) < 0)
		return -1;
	jw_open(out, '{');
	jw_name(out, "rows");
	jw_open(out, '[');
	f.pool = pool_new();
	rc = fill(&f, err);
	pool_free(&f.pool);
	jw_close(out, ']');
	*n_rows = f.n;
	if (rc < 0)
		return -1;
	put_end(&place, rc > 0, out);
	jw_close(out, '}');
	return 0;
}

int snapshot_page(struct db *db, struct uuid tenant, const char *after, int limit, size_t max_bytes, int *n_rows,
		  struct buf *out, struct err *err)
{
	struct pool *pool;
	int rc;

	if (db_read_begin(db, err) < 0)
		return -1;
	pool = pool_new();
	rc = put_page(db, pool, tenant, after, limit, max_bytes, n_rows, out, err);
	pool_free(&pool);
	db_read_end(db);
	return rc;
}
