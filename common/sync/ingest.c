/* The hub takes a push: a verdict for every row, each by itself (P8).
 *
 * A row walks through read, check, and the rule of its table; the walk ends at
 * the first verdict.  Nothing is written before a row has passed its checks,
 * so a malformed row needs no savepoint; one that fails in the database all
 * the same spoils the transaction, and the batch is run again with each row
 * guarded. */
#include "base/base.h"
#include "sync/pushed.h"

int ingest_begin(struct ingest *in, struct json body, struct err *err)
{
	int n = json_get_array(body, "rows", 100000, &in->rows, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/rows", "required", "rows is missing");
	in->mark = pool_alloc(in->pool, sizeof *in->mark * (json_len(in->rows) + 1));
	return 0;
}

/* --- what is answered --- */

/* Whose row it is, as far as that can be read. */
static void put_name(struct json row, struct buf *out)
{
	const char *table = "";
	struct uuid uuid = { { 0 } };

	if (json_get_str(row, "table", 64, &table, NULL) < 0 || json_get_uuid(row, "uuid", &uuid, NULL) < 0)
		table = "";
	jw_put_str(out, "table", table);
	jw_put_uuid(out, "uuid", uuid);
}

static void put_verdict(struct ingest *in, struct json row, const struct verdict *v, const struct err *why)
{
	struct buf *out = &in->results;

	jw_open(out, '{');
	put_name(row, out);
	jw_put_int(out, "status", v->status);
	if (v->seq)
		jw_put_int(out, "seq", v->seq);
	if (v->cloud_id)
		jw_put_int(out, "cloud_id", v->cloud_id);
	if (v->status == 409)
		jw_put_bool(out, "identical", v->identical);
	if (v->merged)
		jw_put_bool(out, "merged", true);
	if (v->document) {
		jw_name(out, "document");
		doc_to_sync(v->document, out);
	}
	if (v->needs) {
		jw_name(out, "needs");
		jw_open(out, '{');
		jw_put_str(out, "table", v->needs->table->name);
		jw_put_uuid(out, "uuid", v->needs->uuid);
		jw_close(out, '}');
	}
	if (why && why->kind) {
		jw_put_str(out, "code", why->code);
		jw_put_str(out, "field", why->field);
		jw_put_str(out, "reason", why->text);
	}
	if (why && strcmp(why->code, "clock") == 0)
		jw_put_time(out, "server_time", clock_wall());
	jw_close(out, '}');
}

/* --- reading and checking --- */

static int read_row(struct pushed *p, struct err *err)
{
	const char *name = NULL;
	const struct table *table;

	if (json_get_str(p->json, "table", 64, &name, err) < 0 || json_get_bool(p->json, "placeholder", &p->placeholder, err) < 0)
		return -1;
	if (!name || !(table = schema_synced(slice_of(name))))
		return err_field(err, "/table", "unknown_table", "there is no table %s", name ? name : "(none)");
	doc_init(&p->theirs, table);
	return doc_from_sync(p->w->t->pool, p->json, &p->theirs, err);
}

/* Only records: a document's time is what it is, and never competes. */
static int check_clock(const struct pushed *p, struct err *err)
{
	const struct row *r = &p->theirs.head;

	if (r->table->rule != NEWEST_WINS || r->updated_at <= clock_wall() + p->in->ahead_max_us)
		return 0;
	return err_field(err, "/updated_at", "clock", "%s %s is stamped %lld s ahead of the cloud's clock", r->table->entity,
			 uuid_text(r->uuid).s, (long long)((r->updated_at - clock_wall()) / SECOND_US));
}

static int check_scope(const struct pushed *p, struct err *err)
{
	const struct row *r = &p->theirs.head;

	if (strcmp(r->table->name, "settings") == 0 && strcmp(row_text(r, "scope"), "device") == 0)
		return err_field(err, "/row/scope", "device_only", "a device's own setting is never synced");
	return 0;
}

/* --- documents --- */

static bool canon_is(const struct doc *d, const struct buf *was)
{
	struct buf now = { 0 };
	bool same;

	doc_canon(d, &now);
	same = now.len == was->len && memcmp(now.data, was->data, now.len) == 0;
	buf_release(&now);
	return same;
}

static int settle_and_derive(struct pushed *p, struct err *err)
{
	struct doc *d = &p->theirs;

	if (document_settle(d, err) < 0)
		return err_under(err, "/row");
	d->head.cloud_id = 0;
	/* The number first: a purchase's layers stand in its order. */
	if (txn_seq(p->w->t, p->w->tenant, &d->head.seq, err) < 0)
		return -1;
	return document_derive(p->w, d, err);
}

/* The hub's own books decide what follows from a document.  What comes out as
 * it was sent keeps its sender's origin and is not echoed to it. */
static int store_document(struct pushed *p, struct err *err)
{
	struct doc *d = &p->theirs, theirs = *d;
	struct buf sent = { 0 };
	bool as_sent;

	doc_canon(d, &sent);
	if (settle_and_derive(p, err) < 0) {
		buf_release(&sent);
		return -1;
	}
	as_sent = canon_is(d, &sent);
	buf_release(&sent);
	if (!as_sent) {
		d->head.origin = p->w->site->uuid;
		p->v.document = d;
	}
	if (document_store(p->w, d, err) < 0)
		return -1;
	if (strcmp(d->head.table->name, "invoices") == 0 && sale_judge_shelf(p->w, &theirs, d, err) < 0)
		return -1;
	p->v.status = 201;
	p->v.seq = d->head.seq;
	p->in->stored++;
	return 0;
}

static int ingest_document(struct pushed *p, struct err *err)
{
	if (!p->is_here)
		return store_document(p, err);
	p->v.identical = doc_same_entered(&p->theirs, &p->here);
	if (!p->v.identical) {
		if (document_keep_apart(p->w, &p->theirs, &p->here, p->in->device->device, err) < 0)
			return -1;
		p->in->conflicts++;
	}
	return pushed_answer_here(p, 409);
}

/* --- the walk --- */

static int walk(struct pushed *p, struct err *err)
{
	struct write *w = p->w;
	int n;

	if (read_row(p, err) < 0 || check_clock(p, err) < 0 || check_scope(p, err) < 0)
		return -1;
	if ((n = refs_there(w->t->db, w->tenant, &p->in->known, &p->theirs, &p->missing, err)) < 0)
		return -1;
	if (n == 0) {
		p->v.status = 424;
		p->v.needs = &p->missing;
		return 0;
	}
	if ((n = doc_load(w->t->db, w->t->pool, w->tenant, p->theirs.head.table, p->theirs.head.uuid, &p->here, err)) < 0)
		return -1;
	p->is_here = n > 0;
	return p->theirs.head.table->rule == INSERT_ONCE ? ingest_document(p, err) : pushed_record(p, err);
}

/* 0 with a verdict; -1 when the transaction is spoilt or cannot go on: anything but
 * the machine's trouble is this row's alone. */
static int guarded_walk(struct pushed *p, struct err *err)
{
	struct txn *t = p->w->t;
	bool wrote = t->wrote, spoilt;
	int rc;

	if (t->careful && txn_guard(t, err) < 0)
		return -1;
	t->wrote = false;
	rc = walk(p, err);
	spoilt = rc < 0 && t->wrote;
	t->wrote |= wrote;
	if (t->careful) {
		struct err broken = { 0 };

		if (txn_unguard(t, rc == 0, &broken) < 0) {
			*err = broken;
			return -1;
		}
		spoilt = false;
	}
	if (rc == 0)
		return 0;
	return spoilt || err_is_trouble(err) ? -1 : 1;
}

static int ingest_row(struct ingest *in, struct write *w, size_t i, struct err *err)
{
	struct pushed p = { .in = in, .w = w, .json = json_at(in->rows, i) };
	struct err why = { 0 };
	int rc = guarded_walk(&p, &why);

	if (rc < 0) {
		*err = why;
		return -1;
	}
	if (rc > 0)
		p.v = (struct verdict){ .status = 422 };
	put_verdict(in, p.json, &p.v, rc > 0 ? &why : NULL);
	return 0;
}

/* Looked at in the transaction that writes: a revoke bites in the middle of a push. */
static int check_device(struct ingest *in, struct txn *t, struct err *err)
{
	struct device d;
	int n = device_load(t->db, t->pool, in->tenant, in->device->device, &d, err);

	if (n < 0)
		return -1;
	if (n == 0 || strcmp(d.status, "approved") != 0)
		return err_set(err, ERR_DENIED, "device_revoked", "this device is not approved any more: pair it again");
	return 0;
}

/* Whoever pushes hears of what was done before he gives up, and does not send all
 * of it again.  The first row always has its turn: something goes on. */
static bool is_late(const struct ingest *in, size_t i)
{
	return i > 0 && in->until_us && clock_boot() > in->until_us;
}

/* From row i on, all together: those behind may need it. */
static void put_off(struct ingest *in, size_t i)
{
	const struct verdict later = { .status = 503 };
	struct err why = { 0 };

	err_set(&why, ERR_BUSY, "later", "the time of one push was over: send it again");
	for (; i < json_len(in->rows); i++)
		put_verdict(in, json_at(in->rows, i), &later, &why);
}

int ingest_slice(struct ingest *in, struct txn *t, struct err *err)
{
	struct write w = { .t = t, .site = in->site, .tenant = in->tenant, .who = in->device };
	int64_t began = clock_boot();
	size_t n = json_len(in->rows), i = t->resume;
	int stored = in->stored, conflicts = in->conflicts;

	t->from = in->device->device;
	in->results.len = in->mark[i];
	in->known = (struct refs_known){ 0 };
	if (check_device(in, t, err) < 0)
		return -1;
	for (; i < n && !is_late(in, i); i++) {
		if (i > t->resume && txn_time_is_up(t, began, in->slice_ms))
			break;
		if (ingest_row(in, &w, i, err) < 0)
			return -1;
		json_drop(in->rows, i);
		in->mark[i + 1] = in->results.len;
	}
	if (i < n && is_late(in, i)) {
		put_off(in, i);
		i = n;
	}
	t->progress = i;
	if (device_count(t, in->tenant, in->device->device, in->stored - stored, 0, in->conflicts - conflicts, err) < 0)
		return -1;
	return i < n ? JOB_MORE : 0;
}
