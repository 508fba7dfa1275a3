/* The hub's verdicts come home.  A row is clean only if nobody wrote it while
 * its push was in flight: the stamp compares `_rev` (an edit made meanwhile
 * stays dirty, and is then based on what the hub now has). */
#include "base/base.h"
#include "sync/sync.h"

int confirm_begin(struct confirm *c, struct json body, struct err *err)
{
	struct json answer = { 0 };

	if (json_get_array(body, "sent", 100000, &c->sent, err) < 0 || json_get_object(body, "answer", &answer, err) < 0 ||
	    json_get_array(answer, "results", 100000, &c->results, err) < 0 || json_get_uuid(answer, "epoch", &c->epoch, err) < 0)
		return -1;
	if (json_len(c->sent) != json_len(c->results))
		return err_field(err, "/answer/results", "results", "%zu rows were sent, the answer has %zu results",
				 json_len(c->sent), json_len(c->results));
	return 0;
}

/* One row's verdict with what was sent. */
struct result {
	struct confirm *c;
	struct write *w;
	const struct table *table;
	struct uuid uuid, origin;
	int64_t rev, updated_at;	/* as sent */
	int64_t status, seq, cloud_id;
	struct json json;
	struct row here;
};

static int read_result(struct result *r, struct json sent, struct err *err)
{
	const char *table = "";

	if (json_get_str(sent, "table", 64, &table, err) < 0 || json_get_uuid(sent, "uuid", &r->uuid, err) < 0 ||
	    json_get_uuid(sent, "origin", &r->origin, err) < 0 ||
	    json_get_int(sent, "rev", 0, INT64_MAX, &r->rev, err) < 0 ||
	    json_get_time(sent, "updated_at", &r->updated_at, err) < 0)
		return -1;
	if (!(r->table = schema_synced(slice_of(table))))
		return err_field(err, "/sent", "unknown_table", "sent: there is no table %s", table);
	if (json_get_int(r->json, "status", 100, 599, &r->status, err) < 0 ||
	    json_get_int(r->json, "seq", 0, INT64_MAX, &r->seq, err) < 0 ||
	    json_get_int(r->json, "cloud_id", 0, INT64_MAX, &r->cloud_id, err) < 0)
		return -1;
	return 0;
}

/* What stands at the hub, where the answer brought it along.  1, 0, -1. */
static int read_document(struct result *r, struct doc *d, struct err *err)
{
	struct json j = { 0 };
	int n = json_get_object(r->json, "document", &j, err);

	if (n <= 0)
		return n;
	doc_init(d, r->table);
	if (doc_from_sync(r->w->t->pool, j, d, err) < 0)
		return -1;
	if (r->table->rule == INSERT_ONCE && document_check_whole(r->w->t->pool, d, err) < 0)
		return -1;
	return 1;
}

/* --- verdicts --- */

static int stamp(struct result *r, struct err *err)
{
	struct row *h = &r->here;
	struct doc whole;

	if (r->seq < h->seq)
		return 0;	/* late: a later push was confirmed before it */
	h->seq = r->seq;
	h->cloud_id = r->cloud_id ? r->cloud_id : h->cloud_id;
	h->synced_at = r->w->t->stamp;
	if (h->rev == r->rev) {
		h->dirty = false;
		h->base_at = 0;
		h->base_origin = (struct uuid){ { 0 } };
		if (outbox_remove(r->w->t, r->w->tenant, r->table, r->uuid, err) < 0)
			return -1;
		r->c->stamped++;
	} else {
		h->base_at = r->updated_at;
		h->base_origin = r->origin;
	}
	if (row_update(r->w->t, r->w->tenant, h, err) < 0)
		return -1;
	doc_init(&whole, r->table);
	whole.head = *h;
	if (r->table->rule == INSERT_ONCE && stock_number(r->w, &whole, err) < 0)
		return -1;
	return outbox_release(r->w->t, r->w->tenant, r->uuid, err);
}

/* What cannot be believed is asked for again with the next push, and holds up nobody. */
static int confirm_unbelieved(struct result *r, const struct err *why, struct err *err)
{
	r->c->waiting++;
	return outbox_mark(r->w->t, r->w->tenant, r->table, r->uuid, OUTBOX_READY, (struct uuid){ { 0 } }, why, err);
}

/* The hub's version came along: it stands. */
static int take_theirs(struct result *r, struct err *err)
{
	struct doc theirs;
	struct err why = { 0 };
	bool merged = false;
	int conflicts = 0, n = read_document(r, &theirs, &why);

	if (n < 0)
		return confirm_unbelieved(r, &why, err);
	if (json_get_bool(r->json, "merged", &merged, err) < 0)
		return -1;
	if (n == 0)
		return stamp(r, err);
	/* Edited while its push was in flight: the hub has not seen this version yet. */
	if (r->table->rule == NEWEST_WINS && r->here.rev != r->rev)
		return outbox_release(r->w->t, r->w->tenant, r->uuid, err);
	if (apply_version(r->w, &theirs, merged ? JUDGED_MERGED : JUDGED_LOST, &conflicts, err) < 0)
		return -1;
	r->c->stamped++;
	return outbox_release(r->w->t, r->w->tenant, r->uuid, err);
}

static void read_why(struct result *r, struct err *why)
{
	const char *code = "", *field = "", *reason = "";

	if (json_get_str(r->json, "code", 31, &code, NULL) < 0 || json_get_str(r->json, "field", 95, &field, NULL) < 0 ||
	    json_get_str(r->json, "reason", 300, &reason, NULL) < 0)
		code = "unreadable";
	err_set(why, ERR_INPUT, code, "%s", reason);
	snprintf(why->field, sizeof why->field, "%s", field);
}

static int confirm_refused(struct result *r, struct err *err)
{
	struct err why = { 0 };

	read_why(r, &why);
	if (strcmp(why.code, "clock") == 0)
		return 0;	/* stays ready: it is restamped and sent again */
	r->c->refused++;
	return outbox_mark(r->w->t, r->w->tenant, r->table, r->uuid, OUTBOX_REFUSED, (struct uuid){ { 0 } }, &why, err);
}

static int is_in_outbox(struct result *r, const struct table *t, struct uuid uuid, struct err *err)
{
	int64_t n;

	if (db_int(r->w->t->db, "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1 AND tbl = $2 AND uuid = $3",
		   ARGS(v_uuid(r->w->tenant), v_int(t->rank), v_uuid(uuid)), &n, err) < 0)
		return -1;
	return n > 0;
}

/* A parent that is on its way itself is waited for; one that the hub has lost
 * goes along as a copy after a few tries (batch.c). */
static int confirm_waiting(struct result *r, struct err *err)
{
	struct json needs = { 0 };
	const char *table = "";
	struct uuid parent = { { 0 } };
	const struct table *t;
	struct err why = { 0 };
	int n;

	if (json_get_object(r->json, "needs", &needs, err) < 0 || json_get_str(needs, "table", 64, &table, err) < 0 ||
	    json_get_uuid(needs, "uuid", &parent, err) < 0)
		return -1;
	if (!(t = schema_synced(slice_of(table))))
		return err_field(err, "/answer/results", "unknown_table", "needs: there is no table %s", table);
	if ((n = is_in_outbox(r, t, parent, err)) < 0)
		return -1;
	err_set(&why, ERR_INPUT, "parent_unknown", "the cloud does not know %s %s yet", t->entity, uuid_text(parent).s);
	r->c->waiting++;
	return outbox_mark(r->w->t, r->w->tenant, r->table, r->uuid, n ? OUTBOX_WAITING : OUTBOX_READY,
			   n ? parent : (struct uuid){ { 0 } }, &why, err);
}

/* It was deleted so long ago that the hub has forgotten it: the deletion wins. */
static int confirm_gone(struct result *r, struct err *err)
{
	struct doc ours, grave;

	doc_init(&ours, r->table);
	ours.head = r->here;
	grave = ours;
	grave.head.deleted_at = r->w->t->stamp;
	grave.head.dirty = false;
	if (conflict_keep(r->w->t, r->w->tenant, &grave, &ours, "gone", err) < 0 ||
	    row_update(r->w->t, r->w->tenant, &grave.head, err) < 0 ||
	    search_put(r->w->t, r->w->tenant, &grave.head, &ours.head, err) < 0)
		return -1;
	return outbox_remove(r->w->t, r->w->tenant, r->table, r->uuid, err);
}

static const struct {
	int status;
	int (*confirm)(struct result *r, struct err *err);
} verdicts[] = {
	{ 200, take_theirs },
	{ 201, take_theirs },
	{ 409, take_theirs },	/* good news: the cloud has it already */
	{ 412, take_theirs },
	{ 422, confirm_refused },
	{ 424, confirm_waiting },
	{ 410, confirm_gone },
};

static int confirm_one(struct confirm *c, struct write *w, size_t i, struct err *err)
{
	struct result r = { .c = c, .w = w, .json = json_at(c->results, i) };
	struct json sent = json_at(c->sent, i);
	bool placeholder = false;
	int n;

	if (json_get_bool(sent, "placeholder", &placeholder, err) < 0)
		return -1;
	if (placeholder)
		return 0;	/* a copy: it confirms nothing */
	if (read_result(&r, sent, err) < 0)
		return -1;
	if ((n = row_load(w->t->db, w->t->pool, w->tenant, r.table, r.uuid, &r.here, err)) <= 0)
		return n;
	for (size_t v = 0; v < ARRAY_LEN(verdicts); v++)
		if (verdicts[v].status == r.status)
			return verdicts[v].confirm(&r, err);
	return 0;	/* 5xx for this row alone: it stays ready */
}

int confirm_slice(struct confirm *c, struct txn *t, struct err *err)
{
	static const struct actor hub = { .kind = ACTOR_DEVICE };
	struct write w = { .t = t, .site = c->site, .tenant = c->tenant, .who = &hub };
	int64_t began = clock_boot();
	size_t n = json_len(c->results), i = t->resume;

	if (sync_check_epoch(t, c->epoch, err) < 0)
		return -1;
	for (; i < n; i++) {
		if (i > t->resume && txn_time_is_up(t, began, c->slice_ms))
			break;
		if (confirm_one(c, &w, i, err) < 0)
			return err_under(err, "/answer/results/%zu", i);
		json_drop(c->sent, i);
		json_drop(c->results, i);
	}
	t->progress = i;
	return i < n ? JOB_MORE : 0;
}
