/* Only what differs goes over the line, row by row and both ways. */
#include "base/base.h"
#include "sync/apply.h"

#define SEND_LIST_MAX 10000

/* --- hub --- */

static int put_row(struct db *db, struct pool *pool, struct uuid tenant, const struct table *t, struct uuid key, struct buf *out,
		   struct err *err)
{
	struct doc d;
	int n;

	pool_clear(pool);
	if ((n = doc_load(db, pool, tenant, t, key, &d, err)) > 0 && d.head.seq > 0)
		doc_to_sync(&d, out);
	return n;
}

static int put_rows(struct db *db, struct uuid tenant, const struct table *t, const struct uuid *key, int n, size_t max_bytes, int *n_rows,
		    struct buf *out, struct err *err)
{
	struct pool *pool = pool_new();
	struct buf missing = { 0 };
	int i, found = 0;
	size_t from;

	jw_name(out, "rows");
	jw_open(out, '[');
	jw_open(&missing, '[');
	from = out->len;	/* at least one row, however little room there is */
	for (i = 0; i < n && found >= 0 && out->len - from < max_bytes; i++) {
		if ((found = put_row(db, pool, tenant, t, key[i], out, err)) == 0)
			jw_uuid(&missing, key[i]);
		*n_rows += found > 0;
	}
	jw_close(&missing, ']');
	jw_close(out, ']');
	jw_name(out, "missing");
	jw_raw(out, missing.data, missing.len);
	jw_put_int(out, "taken", i);
	buf_release(&missing);
	pool_free(&pool);
	return MIN(found, 0);
}

static int put_page(struct db *db, struct pool *pool, struct uuid tenant, const struct table *t, const struct uuid *key, int n,
		    size_t max_bytes, int *n_rows, struct buf *out, struct err *err)
{
	struct tenant shop;

	if (tenant_need(db, pool, tenant, &shop, err) < 0)
		return -1;
	jw_open(out, '{');
	if (put_rows(db, tenant, t, key, n, max_bytes, n_rows, out, err) < 0)
		return -1;
	jw_put_uuid(out, "epoch", shop.epoch);
	jw_put_int(out, "seq", shop.seq);
	jw_close(out, '}');
	return 0;
}

int rows_page(struct db *db, struct uuid tenant, const struct table *t, const struct uuid *key, int n, size_t max_bytes, int *n_rows,
	      struct buf *out, struct err *err)
{
	struct pool *pool;
	int rc;

	*n_rows = 0;
	if (db_read_begin(db, err) < 0)
		return -1;
	pool = pool_new();
	rc = put_page(db, pool, tenant, t, key, n, max_bytes, n_rows, out, err);
	pool_free(&pool);
	db_read_end(db);
	return rc;
}

/* --- till: what only we have --- */

/* Deleted while we were away, so long ago that the hub has forgotten it.  The
 * tombstone keeps its number: both sides leave it out. */
static int bury(struct write *w, const struct row *r, struct err *err)
{
	struct change c = { .table = r->table, .tenant = w->tenant, .uuid = r->uuid, .seq = r->seq, .by_sync = true, .kind = CHANGE_DELETED };
	struct row grave = *r;

	grave.deleted_at = w->t->stamp;
	if (row_update(w->t, w->tenant, &grave, err) < 0 || search_put(w->t, w->tenant, &grave, r, err) < 0)
		return -1;
	txn_changed(w->t, &c);
	return 0;
}

static int send_row(struct repair *r, struct write *w, const struct doc *d, struct err *err)
{
	const struct row *h = &d->head;

	/* The corrections are the hub's own: it would make this one again. */
	if (strcmp(h->table->name, "cost_corrections") == 0) {
		r->gone++;
		return cost_forget_one(w, h->uuid, err);
	}
	if (h->table->rule == NEWEST_WINS && h->seq <= r->away) {
		r->gone++;
		return h->deleted_at ? 0 : bury(w, h, err);
	}
	r->sent++;
	return send_again(w, d, err);
}

/* Since it was compared somebody may have changed it: then it goes up anyway. */
static int send_one(struct repair *r, struct write *w, struct json j, struct err *err)
{
	const char *name = "";
	const struct table *t;
	struct uuid uuid = { { 0 } };
	struct doc d;
	int n;

	if (json_get_str(j, "table", 64, &name, err) < 0 || json_get_uuid(j, "uuid", &uuid, err) < 0)
		return -1;
	if (!(t = schema_synced(slice_of(name))))
		return err_field(err, "/table", "unknown_table", "there is no table %s", name);
	if ((n = doc_load(w->t->db, w->t->pool, w->tenant, t, uuid, &d, err)) <= 0)
		return n;
	return d.head.dirty || d.head.seq == 0 ? 0 : send_row(r, w, &d, err);
}

/* --- till: a slice --- */

int repair_begin(struct repair *r, struct json body, struct err *err)
{
	struct apply *a = &r->apply;

	a->repair = true;
	a->page = body;
	if (json_get_array(body, "rows", SEND_LIST_MAX, &a->rows, err) < 0 || json_get_array(body, "send", SEND_LIST_MAX, &r->send, err) < 0 ||
	    json_get_uuid(body, "epoch", &a->epoch, err) < 0)
		return -1;
	return 0;
}

static int one(struct repair *r, struct write *w, size_t i, struct err *err)
{
	size_t rows = json_len(r->apply.rows);

	if (i < rows)
		return apply_one(&r->apply, w, json_at(r->apply.rows, i), err) < 0 ? err_under(err, "/rows/%zu", i) : 0;
	return send_one(r, w, json_at(r->send, i - rows), err) < 0 ? err_under(err, "/send/%zu", i - rows) : 0;
}

/* What this till knew of the hub before it was away. */
static int load_away(struct repair *r, struct txn *t, struct err *err)
{
	struct pairing p = { 0 };

	if (pairing_load(t->db, t->pool, &p, err) < 0)
		return -1;
	r->away = p.away;
	return 0;
}

int repair_slice(struct repair *r, struct txn *t, struct err *err)
{
	static const struct actor hub = { .kind = ACTOR_DEVICE };
	struct write w = { .t = t, .site = r->apply.site, .tenant = r->apply.tenant, .who = &hub };
	int64_t began = clock_boot();
	size_t n = json_len(r->apply.rows) + json_len(r->send), i = t->resume;
	int taken = 0;

	if (sync_check_epoch(t, r->apply.epoch, err) < 0 || load_away(r, t, err) < 0)
		return -1;
	r->apply.known = (struct refs_known){ 0 };
	for (; i < n; i++) {
		if (i > t->resume && txn_time_is_up(t, began, r->apply.slice_ms))
			break;
		if (one(r, &w, i, err) < 0)
			return -1;
	}
	t->progress = i;
	if (i < n)
		return JOB_MORE;
	if (apply_parked(&w, &taken, err) < 0)
		return -1;
	r->apply.applied += taken;
	return 0;
}
