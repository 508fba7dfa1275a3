/* POST /api/sync/seen {table, row, updated_at?}: the console hands its till what
 * the cloud has just accepted, as it was sent there.  So it shows and counts here
 * before the pull brings it, and a line that breaks in this moment hides nothing.
 *
 * Nobody's word is taken that the cloud has it.  A document is stored as if it
 * had been made here, so it is sent up once more, where it is found identical; a
 * record is one that the cloud made at that time, which the pull confirms.  Who
 * hands over needs the permission that the making needs. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"

#define AHEAD_MAX_US (60 * SECOND_US)	/* of our clock */

static const char *const members[] = { "table", "row", "updated_at", NULL };

/* The route that makes such a row says who may. */
static int may_make(const struct call *c, const char *table, struct err *err)
{
	for (const struct route *r = routes; r->key.pattern; r++) {
		if (r->key.method != HTTP_POST || !r->table || strcmp(r->table, table) != 0)
			continue;
		if (actor_may(&c->caller.actor, r->perm))
			return 0;
		return err_set(err, ERR_DENIED, "not_permitted", "%s is needed for this", perm_name(r->perm));
	}
	return err_field(err, "/table", "not_a_choice", "table: nobody makes rows of %.40s", table);
}

static int seen_document(struct write *w, const struct table *t, struct json row, struct err *err)
{
	bool identical;
	struct doc d;

	if (document_create(w, t, row, &d, &identical, err) == 0 || strcmp(err->code, "duplicate") == 0)
		return 200;
	return -1;
}

/* Made at the hub at that time: its version, which the pull then numbers. */
static int plant(struct write *w, struct row *r, int64_t at, struct uuid hub, struct err *err)
{
	struct change c = { .table = r->table, .tenant = w->tenant, .uuid = r->uuid, .kind = CHANGE_CREATED, .by_sync = true };

	if (at > w->t->stamp + AHEAD_MAX_US)
		return err_field(err, "/updated_at", "range", "updated_at lies in the future");
	r->updated_at = at;
	r->origin = hub;
	if (record_check_refs(w->t->db, w->tenant, r, UINT32_MAX, err) < 0 ||
	    row_insert(w->t, w->tenant, r, err) < 0 || search_put(w->t, w->tenant, r, NULL, err) < 0)
		return -1;
	txn_changed(w->t, &c);
	return 200;
}

static int seen_record(struct write *w, const struct table *t, struct json row, int64_t at, struct uuid hub, struct err *err)
{
	struct row r = { .table = t };
	uint32_t sent;
	int n;

	if (at == 0)
		return err_field(err, "/updated_at", "required", "updated_at is missing: when did the cloud make it?");
	if (row_from_rest(w->t->pool, t, row, true, &r, &sent, err) < 0 || call_need_uuid(row, "uuid", &r.uuid, err) < 0)
		return -1;
	if ((n = row_exists(w->t->db, w->tenant, t, r.uuid, err)) != 0)
		return n < 0 ? -1 : 200;	/* the pull was faster */
	return plant(w, &r, at, hub, err);
}

static int need_cloud(struct call *c, struct pairing *p, struct err *err)
{
	int n = pairing_load(c->db, c->pool, p, err);

	if (n > 0 && strcmp(p->status, "approved") == 0)
		return 0;
	return n < 0 ? -1 : err_set(err, ERR_CONFLICT, "not_paired", "this till is not paired with a cloud");
}

int h_seen(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	const struct table *t;
	struct json body, row;
	struct pairing p;
	const char *name;
	int64_t at = 0;
	int status;

	if (call_body_only(c, members, &body, err) < 0 || call_need(body, "table", 40, &name, err) < 0 ||
	    json_get_time(body, "updated_at", &at, err) < 0 || may_make(c, name, err) < 0 || need_cloud(c, &p, err) < 0)
		return -1;
	t = schema_table(name);
	row = json_member(body, "row");
	status = t->rule == INSERT_ONCE ? seen_document(&w, t, row, err) : seen_record(&w, t, row, at, p.hub, err);
	if (status < 0)
		return err_under(err, "/row");
	jw_open(&c->out, '{');
	jw_put_bool(&c->out, "seen", true);
	jw_close(&c->out, '}');
	return status;
}
