/* What goes up next: dirty rows, parents first, each with the version and the
 * `_rev` that was read, so that the stamp knows what it confirms. */
#include "base/base.h"
#include "sync/sync.h"

/* A child refused this often for want of its parent takes a copy along: the
 * hub may have lost the parent, and the sale must not wait for ever. */
#define PLACEHOLDER_TRIES 3

struct building {
	struct db *db;
	struct uuid tenant;
	struct pool *pool;
	struct buf *body, *sent;
	int n;
};

static void put_sent(struct building *b, const struct row *r)
{
	jw_open(b->sent, '{');
	jw_put_str(b->sent, "table", r->table->name);
	jw_put_uuid(b->sent, "uuid", r->uuid);
	jw_put_int(b->sent, "rev", r->rev);
	jw_put_time(b->sent, "updated_at", r->updated_at);
	jw_put_uuid(b->sent, "origin", r->origin);
	jw_close(b->sent, '}');
	b->n++;
}

/* A copy: it confirms nothing, so it must not be stamped.  Its result comes
 * back all the same, in its place. */
static int put_placeholder(struct building *b, const struct table *t, struct uuid uuid, struct err *err)
{
	struct doc parent;
	int n = doc_load(b->db, b->pool, b->tenant, t, uuid, &parent, err);

	if (n <= 0)
		return n;
	parent.head.base_at = 0;
	doc_to_sync(&parent, b->body);
	/* Reopen the object that doc_to_sync() closed. */
	b->body->data[--b->body->len] = 0;
	jw_put_bool(b->body, "placeholder", true);
	jw_close(b->body, '}');
	jw_open(b->sent, '{');
	jw_put_bool(b->sent, "placeholder", true);
	jw_close(b->sent, '}');
	return 0;
}

static int put_parents(struct building *b, const struct table *t, const struct val *v, struct err *err)
{
	for (int i = 0; t->columns[i].name; i++)
		if (t->columns[i].type == COL_REF && v[i].type == VAL_UUID &&
		    put_placeholder(b, schema_table(t->columns[i].parent), v[i].u, err) < 0)
			return -1;
	return 0;
}

static int put_all_parents(struct building *b, const struct doc *d, struct err *err)
{
	if (put_parents(b, d->head.table, d->head.v, err) < 0)
		return -1;
	for (int p = 0; p < PARTS_MAX && d->part[p].table; p++)
		for (int i = 0; d->part[p].table->rule == PART && i < d->part[p].n; i++)
			if (put_parents(b, d->part[p].table, part_row(&d->part[p], i), err) < 0)
				return -1;
	return 0;
}

/* 1 added, 0 it is gone, -1. */
static int put_dirty(struct building *b, const struct rows *rs, struct err *err)
{
	const struct table *t = schema_ranked(rows_int(rs, 0));
	struct doc d;
	int n;

	pool_clear(b->pool);
	if ((n = doc_load(b->db, b->pool, b->tenant, t, rows_uuid(rs, 1), &d, err)) <= 0)
		return n;
	if (rows_int(rs, 2) >= PLACEHOLDER_TRIES && put_all_parents(b, &d, err) < 0)
		return -1;
	doc_to_sync(&d, b->body);
	put_sent(b, &d.head);
	return 1;
}

static void cut_back(struct buf *b, size_t len)
{
	b->len = len;
	b->data[len] = 0;
}

static int put_rows(struct building *b, int max_rows, size_t max_bytes, struct err *err)
{
	/* Records, parents first; then documents as they happened: the hub's FIFO follows
	 * the order in which they come. */
	static const char sql[] = "SELECT tbl, uuid, tries FROM outbox WHERE tenant = $1 AND state = 'ready' "
				  "ORDER BY " RANK_STAGE ", since, uuid LIMIT $2";
	struct rows rs;
	int n;

	if (db_rows(b->db, sql, ARGS(v_uuid(b->tenant), v_int(max_rows)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		size_t body = b->body->len, sent = b->sent->len;

		if ((n = put_dirty(b, &rs, err)) < 0)
			break;
		if (b->body->len < max_bytes)
			continue;
		/* Too much: it goes next time, unless it is alone and must. */
		if (b->n > 1) {
			cut_back(b->body, body);
			cut_back(b->sent, sent);
			b->n--;
		}
		break;
	}
	rows_end(&rs);
	return n < 0 ? -1 : 0;
}

int batch_build(struct db *db, struct uuid tenant, int max_rows, size_t max_bytes, struct buf *body, struct buf *sent,
		int *n_rows, struct err *err)
{
	struct building b = { .db = db, .tenant = tenant, .body = body, .sent = sent };
	int rc;

	*n_rows = 0;
	if (db_read_begin(db, err) < 0)
		return -1;
	b.pool = pool_new();
	jw_open(body, '{');
	jw_name(body, "rows");
	jw_open(body, '[');
	jw_open(sent, '[');
	rc = put_rows(&b, max_rows, max_bytes, err);
	jw_close(sent, ']');
	jw_close(body, ']');
	jw_close(body, '}');
	pool_free(&b.pool);
	db_read_end(db);
	*n_rows = b.n;
	return rc;
}
