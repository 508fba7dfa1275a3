/* The general road for any record.  What a person writes is validated, stamped
 * and stored; on a till it is then dirty, on a hub it is numbered. */
#include "base/base.h"
#include "model/model.h"

#include "base/clock.h"
#include "model/lists.h"

/* --- writing --- */

static int put(struct write *w, const struct row *r, const struct row *before, struct err *err)
{
	struct change c = { .table = r->table, .tenant = w->tenant, .uuid = r->uuid, .seq = r->seq,
			    .kind = !before ? CHANGE_CREATED : r->deleted_at ? CHANGE_DELETED : CHANGE_UPDATED };

	if ((before ? row_update : row_insert)(w->t, w->tenant, r, err) < 0 ||
	    search_put(w->t, w->tenant, r, before, err) < 0)
		return -1;
	if (r->dirty && outbox_put(w->t, w->tenant, r->table, r->uuid, err) < 0)
		return -1;
	txn_changed(w->t, &c);
	return 0;
}

int record_write(struct write *w, struct row *r, const struct row *before, uint32_t changed, struct err *err)
{
	r->updated_at = before ? MAX(w->t->stamp, before->updated_at + 1) : w->t->stamp;
	r->stamps = before ? stamps_after(w->t->pool, before, changed, r->updated_at) : NULL;
	if (before && !before->dirty) {
		/* The first edit since the last sync: it was made from what the hub has. */
		r->base_at = before->seq ? before->updated_at : 0;
		r->base_origin = before->seq ? before->origin : (struct uuid){ { 0 } };
	}
	r->origin = w->site->uuid;
	r->by = w->who->user;
	if (w->site->hub)
		return txn_seq(w->t, w->tenant, &r->seq, err) < 0 ? -1 : put(w, r, before, err);
	r->dirty = true;
	r->rev++;
	return put(w, r, before, err);
}

/* --- checks --- */

bool record_is_merged(const struct row *r)
{
	return table_column(r->table, "merged_into") >= 0 && row_get(r, "merged_into").type != VAL_NULL;
}

int record_twin(struct db *db, struct uuid tenant, const struct row *r, int column, struct uuid *twin, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, table_sql(r->table)->twin[column], ARGS(v_uuid(tenant), r->v[column], v_uuid(r->uuid)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		*twin = rows_uuid(&rs, 0);
	rows_end(&rs);
	return n;
}

int record_check_natural(struct write *w, const struct row *r, uint32_t changed, struct err *err)
{
	for (int i = 0; r->table->columns[i].name; i++) {
		const struct column *c = &r->table->columns[i];
		struct uuid twin;
		int n;

		if (!(c->flags & COL_NATURAL) || !(changed & 1u << i) || r->v[i].type == VAL_NULL)
			continue;
		if ((n = record_twin(w->t->db, w->tenant, r, i, &twin, err)) < 0)
			return -1;
		if (n == 0)
			continue;
		err_set(err, ERR_CONFLICT, "taken", "another %s (%s) already has this %s", r->table->entity,
			uuid_text(twin).s, c->name);
		snprintf(err->field, sizeof err->field, "/%s", c->name);
		return -1;
	}
	return 0;
}

int record_check_refs(struct db *db, struct uuid tenant, const struct row *r, uint32_t changed, struct err *err)
{
	for (int i = 0; r->table->columns[i].name; i++) {
		const struct column *c = &r->table->columns[i];
		char field[80];
		int n;

		if (c->type != COL_REF || !(changed & 1u << i) || r->v[i].type == VAL_NULL)
			continue;
		if ((n = row_exists(db, tenant, schema_table(c->parent), r->v[i].u, err)) < 0)
			return -1;
		if (n > 0)
			continue;
		snprintf(field, sizeof field, "/%s", c->name);
		return err_field(err, field, "unknown", "%s: there is no %s %s", c->name,
				 schema_table(c->parent)->entity, uuid_text(r->v[i].u).s);
	}
	return 0;
}

/* What the description cannot say of some records. */
static const struct custom {
	const char *table;
	int (*check)(struct write *w, const struct row *before, struct row *after, struct err *err);
} customs[] = {
	{ "users", user_check },
	{ "roles", role_check },
	{ "carts", cart_check },
	{ "purchase_orders", order_check },
};

int record_check_rules(struct write *w, const struct row *before, struct row *after, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(customs); i++)
		if (strcmp(customs[i].table, after->table->name) == 0)
			return customs[i].check(w, before, after, err);
	return 0;
}

static int check(struct write *w, const struct row *before, struct row *r, uint32_t changed, struct err *err)
{
	if (record_check_rules(w, before, r, err) < 0 || record_check_refs(w->t->db, w->tenant, r, changed, err) < 0)
		return -1;
	return record_check_natural(w, r, changed, err);
}

/* A version's name: its stamp, and the half of its maker's uuid that is chance. */
void record_etag(const struct row *r, char etag[40])
{
	uint64_t maker;

	memcpy(&maker, r->origin.b + 8, sizeof maker);
	snprintf(etag, 40, "\"%llx-%llx\"", (unsigned long long)r->updated_at, (unsigned long long)be64toh(maker));
}

int record_match(const struct row *r, const char *if_match, struct err *err)
{
	char etag[40];

	record_etag(r, etag);
	if (!if_match || strcmp(if_match, "*") == 0 || strcmp(if_match, etag) == 0)
		return 0;
	return err_set(err, ERR_STALE, "changed", "this %s was changed by somebody else meanwhile: look at it and try again",
		       r->table->entity);
}

static int load_living(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct row *r,
		       struct err *err)
{
	int n = row_load(w->t->db, w->t->pool, w->tenant, table, uuid, r, err);

	if (n < 0)
		return -1;
	if (n > 0 && !r->deleted_at)
		return 0;
	if (n > 0 && if_match)
		return err_set(err, ERR_STALE, "gone", "this %s is gone: somebody else was faster", table->entity);
	return err_set(err, ERR_NOT_FOUND, "not_found", "there is no %s %s", table->entity, uuid_text(uuid).s);
}

/* --- what people do --- */

/* Only what really differs counts as changed. */
static uint32_t differing(const struct row *a, const struct row *b, uint32_t among)
{
	for (int i = 0; a->table->columns[i].name; i++)
		if (val_eq(a->v[i], b->v[i]))
			among &= ~(1u << i);
	return among;
}

bool record_says(struct pool *pool, const struct row *r, struct json body)
{
	struct row sent = { .table = r->table };
	struct err err = { 0 };
	uint32_t among;

	return !r->deleted_at && row_from_rest(pool, r->table, body, true, &sent, &among, &err) == 0 &&
	       differing(&sent, r, among) == 0;
}

/* A creator may choose the uuid; then the same request again is the same row. */
static int take_uuid(struct json body, struct uuid *uuid, struct err *err)
{
	int n = json_get_uuid(body, "uuid", uuid, err);

	if (n == 0)
		*uuid = uuid_v7();
	return n < 0 ? -1 : 0;
}

int record_create(struct write *w, const struct table *table, struct json body, struct row *r, struct err *err)
{
	struct row there;
	uint32_t sent;
	int n;

	*r = (struct row){ .table = table };
	if (row_from_rest(w->t->pool, table, body, true, r, &sent, err) < 0 || take_uuid(body, &r->uuid, err) < 0)
		return -1;
	if ((n = row_load(w->t->db, w->t->pool, w->tenant, table, r->uuid, &there, err)) < 0)
		return -1;
	if (n > 0) {
		*r = there;
		return err_set(err, ERR_CONFLICT, "duplicate", "%s %s is already here", table->entity, uuid_text(there.uuid).s);
	}
	if (check(w, NULL, r, UINT32_MAX, err) < 0)
		return -1;
	return record_write(w, r, NULL, UINT32_MAX, err);
}

int record_change(struct write *w, const struct table *table, struct uuid uuid, const char *if_match,
		  struct json body, struct row *r, struct err *err)
{
	struct row before = { 0 };
	uint32_t changed;
	int rc = load_living(w, table, uuid, if_match, &before, err);

	*r = before;
	if (rc < 0 || row_from_rest(w->t->pool, table, body, false, r, &changed, err) < 0)
		return -1;
	/* Also for an older If-Match (RFC 9110, 13.1.1): it was said already, and the answer got lost. */
	if (!(changed = differing(r, &before, changed)))
		return 0;
	if (record_match(&before, if_match, err) < 0) {
		*r = before;
		return -1;
	}
	if (check(w, &before, r, changed, err) < 0)
		return -1;
	return record_write(w, r, &before, changed, err);
}

/* Two who want the same row away know who was first: only one of them has it. */
int record_delete(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct err *err)
{
	struct row before, r;

	if (load_living(w, table, uuid, if_match, &before, err) < 0 || record_match(&before, if_match, err) < 0)
		return -1;
	r = before;
	r.deleted_at = MAX(w->t->stamp, before.updated_at + 1);
	if (record_check_rules(w, &before, &r, err) < 0)
		return -1;
	return record_write(w, &r, &before, 0, err);
}

/* --- lists --- */

/* Where a list stands while it is being made. */
struct listing {
	struct uuid last;	/* row looked at */
	int found;
	bool more;		/* rows behind `last` */
};

/* One chunk of rows; those that are wanted go out. */
static int list_chunk(struct db *db, struct pool *scratch, struct uuid tenant, const struct table *table,
		      const struct page *page, int chunk, struct listing *l, struct buf *out, struct err *err)
{
	struct rows rs;
	struct row r;
	int n, seen = 0;

	if (db_rows(db, table_sql(table)->page_uuid, ARGS(v_uuid(tenant), v_uuid(l->last), v_int(chunk)), &rs, err) < 0)
		return -1;
	l->more = false;
	while ((n = rows_next(&rs, err)) > 0) {
		if (l->found == page->limit) {
			l->more = true;
			break;
		}
		pool_clear(scratch);
		row_from_rows(table, &rs, scratch, &r);
		l->last = r.uuid;
		seen++;
		if (r.deleted_at)
			continue;
		jw_open(out, '{');
		row_json(&r, FORM_REST, out);
		jw_close(out, '}');
		l->found++;
	}
	rows_end(&rs);
	l->more |= seen == chunk;
	return n < 0 ? -1 : 0;
}

int record_list(struct db *db, struct uuid tenant, const struct table *table, const struct page *page,
		struct buf *out, struct err *err)
{
	int chunk = page->limit + 1, rc = 0, scanned = 0;
	struct pool *scratch;
	struct listing l = { .more = true };

	if (page->q && *page->q)
		return search_list(db, tenant, table, page, out, err);
	scratch = pool_new();
	if (list_cursor_uuid(page, &l.last, err) < 0)
		rc = -1;
	list_open(out);
	while (rc == 0 && l.more && l.found < page->limit && scanned < LIST_SCAN_MAX) {
		rc = list_chunk(db, scratch, tenant, table, page, chunk, &l, out, err);
		scanned += chunk;
	}
	pool_free(&scratch);
	list_close(out, l.more ? uuid_text(l.last).s : NULL);
	return rc;
}
