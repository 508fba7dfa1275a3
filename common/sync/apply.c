/* A till takes what the hub has: the same rule as everywhere, row by row.
 *
 * A child whose parent is not here yet waits aside (`parked`) and is tried
 * again whenever something arrived; so does what cannot be stored, with its
 * reason.  Nothing blocks what comes behind it. */
#include "base/base.h"
#include "sync/apply.h"
#include "sync/refs.h"

#define RETRY_MAX 500	/* parked rows looked at after a page */
#define LOST_MAX 10000

int apply_begin(struct apply *a, struct json page, bool load, struct err *err)
{
	int n = json_get_array(page, "rows", 100000, &a->rows, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/rows", "required", "rows is missing");
	a->page = page;
	a->load = load;
	if (json_get_str(page, "next", 200, &a->next, err) < 0 || json_get_uuid(page, "epoch", &a->epoch, err) < 0)
		return -1;
	if (!a->next && !load)
		return err_field(err, "/next", "required", "next is missing");
	return 0;
}

/* --- one record --- */

static void tell(struct write *w, const struct row *r, bool is_here)
{
	struct change c = { .table = r->table, .tenant = w->tenant, .uuid = r->uuid, .seq = r->seq, .by_sync = true,
			    .kind = r->deleted_at ? CHANGE_DELETED : is_here ? CHANGE_UPDATED : CHANGE_CREATED };

	txn_changed(w->t, &c);
}

/* As it stands at the hub: clean. */
static void make_clean(struct write *w, struct row *r, const struct row *here)
{
	r->dirty = false;
	r->cloud_id = r->id;
	r->base_at = 0;
	r->base_origin = (struct uuid){ { 0 } };
	r->synced_at = w->t->stamp;
	r->rev = here ? here->rev : 0;
}

static int take(struct write *w, struct row *theirs, const struct row *here, struct err *err)
{
	make_clean(w, theirs, here);
	clock_seen(theirs->updated_at);
	if ((here ? row_update : row_insert)(w->t, w->tenant, theirs, err) < 0 ||
	    search_put(w->t, w->tenant, theirs, here, err) < 0)
		return -1;
	tell(w, theirs, here != NULL);
	if (here && here->dirty && outbox_remove(w->t, w->tenant, theirs->table, theirs->uuid, err) < 0)
		return -1;
	return outbox_release(w->t, w->tenant, theirs->uuid, err);
}

/* Only the hub keeps losers for everybody to see, and only it merges by column:
 * what is dirty goes up and comes back judged, unless it was refused. */
static int goes_up(struct write *w, const struct row *ours, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1 AND tbl = $2 AND uuid = $3 "
				  "AND state <> 'refused'";
	int64_t n;

	if (db_int(w->t->db, sql, ARGS(v_uuid(w->tenant), v_int(ours->table->rank), v_uuid(ours->uuid)), &n, err) < 0)
		return -1;
	return n > 0;
}

static int lose(struct write *w, struct doc *theirs, const struct doc *here, int *conflicts, struct err *err)
{
	++*conflicts;
	if (conflict_keep(w->t, w->tenant, theirs, here, "newest_wins", err) < 0)
		return -1;
	return take(w, &theirs->head, &here->head, err);
}

/* Both sides call it synced.  A change that was missed is no conflict; ours, when it
 * is the later one, goes up to be judged; else it is kept. */
static int settle(struct write *w, struct doc *theirs, const struct doc *here, int *conflicts, struct err *err)
{
	const struct row *r = &theirs->head, *ours = &here->head;
	int later = version_cmp(r->updated_at, r->origin, ours->updated_at, ours->origin);

	if (later < 0)
		return send_again(w, here, err);
	if (later > 0 && r->seq > ours->seq)
		return take(w, &theirs->head, ours, err);
	++*conflicts;
	if (conflict_keep(w->t, w->tenant, theirs, here, "repaired", err) < 0)
		return -1;
	return take(w, &theirs->head, ours, err);
}

static int apply_record(struct write *w, struct doc *theirs, const struct doc *here, enum judged judged, int *conflicts, struct err *err)
{
	const struct row *ours = here ? &here->head : NULL;
	struct row *r = &theirs->head;
	int later, n;

	if (judged == JUDGED_REPAIR && ours && !ours->dirty)
		return settle(w, theirs, here, conflicts, err);
	if (!ours || (!ours->dirty && r->seq >= ours->seq))
		return take(w, r, ours, err);
	if (!ours->dirty)
		return 0;	/* an older page: what is here is newer */
	later = version_cmp(r->updated_at, r->origin, ours->updated_at, ours->origin);
	if (later == 0 || judged == JUDGED_MERGED)
		return take(w, r, ours, err);	/* our own push, whose answer was lost */
	if (judged == JUDGED_LOST)
		return lose(w, theirs, here, conflicts, err);
	if ((n = goes_up(w, ours, err)) != 0)
		return MIN(n, 0);
	return later < 0 ? 0 : lose(w, theirs, here, conflicts, err);
}

/* --- one document --- */

int document_keep_apart(struct write *w, const struct doc *ours, const struct doc *theirs, struct uuid maker, struct err *err)
{
	struct doc copy = *ours;
	struct row old;
	int n;

	copy.head.uuid = uuid_v5(ours->head.uuid, maker.b, sizeof maker.b);
	if ((n = row_load(w->t->db, w->t->pool, w->tenant, copy.head.table, copy.head.uuid, &old, err)) != 0)
		return n < 0 ? -1 : 0;	/* kept before */
	if (conflict_keep(w->t, w->tenant, theirs, ours, "document_differs", err) < 0)
		return -1;
	copy.head.seq = copy.head.cloud_id = 0;
	copy.head.origin = w->site->uuid;
	copy.head.dirty = !w->site->hub;
	if (document_settle(&copy, err) < 0)
		return -1;
	if (w->site->hub && txn_seq(w->t, w->tenant, &copy.head.seq, err) < 0)
		return -1;
	if (document_derive(w, &copy, err) < 0 || document_store(w, &copy, err) < 0)
		return -1;
	return copy.head.dirty ? outbox_put(w->t, w->tenant, copy.head.table, copy.head.uuid, err) : 0;
}

/* The hub's version is the document from now on: its derived part is final. */
static int take_document(struct write *w, struct doc *theirs, const struct doc *here, struct err *err)
{
	make_clean(w, &theirs->head, here ? &here->head : NULL);
	if (!here)
		return document_store(w, theirs, err);
	if (document_replace(w, here, theirs, err) < 0)
		return -1;
	if (!here->head.dirty)
		return 0;
	return outbox_remove(w->t, w->tenant, theirs->head.table, theirs->head.uuid, err);
}

static int apply_document(struct write *w, struct doc *theirs, const struct doc *here, enum judged judged, int *conflicts, struct err *err)
{
	struct doc ours;

	if (here && !here->head.dirty && judged != JUDGED_REPAIR && theirs->head.seq < here->head.seq)
		return 0;
	if (!here || doc_same_entered(here, theirs))
		return take_document(w, theirs, here, err);
	ours = *here;
	++*conflicts;
	if (take_document(w, theirs, here, err) < 0)
		return -1;
	return document_keep_apart(w, &ours, theirs, w->site->device, err);
}

int apply_version(struct write *w, struct doc *theirs, enum judged judged, int *conflicts, struct err *err)
{
	struct doc here;
	int n = doc_load(w->t->db, w->t->pool, w->tenant, theirs->head.table, theirs->head.uuid, &here, err);

	if (n < 0)
		return -1;
	if (theirs->head.table->rule == INSERT_ONCE)
		return apply_document(w, theirs, n ? &here : NULL, judged, conflicts, err);
	return apply_record(w, theirs, n ? &here : NULL, judged, conflicts, err);
}

/* --- aside --- */

static int park(struct write *w, const struct table *table, struct uuid uuid, int64_t seq, struct uuid needs,
		struct json row, const char *reason, struct err *err)
{
	static const char sql[] =
		"INSERT INTO parked (tenant, tbl, uuid, needs, seq, body, reason) VALUES ($1, $2, $3, $4, $5, $6, $7) "
		"ON CONFLICT (tenant, tbl, uuid) DO UPDATE SET needs = excluded.needs, seq = excluded.seq, "
		"body = excluded.body, reason = excluded.reason";
	struct buf body = { 0 };
	int rc;

	json_print(row, &body);
	rc = txn_send(w->t, sql,
		      ARGS(v_uuid(w->tenant), v_int(table->rank), v_uuid(uuid), v_uuid(needs), v_int(seq),
			   v_text_n(body.data, body.len), v_text(reason)), err);
	buf_release(&body);
	return rc;
}

static int unpark(struct write *w, const struct table *table, struct uuid uuid, struct err *err)
{
	return txn_send(w->t, "DELETE FROM parked WHERE tenant = $1 AND tbl = $2 AND uuid = $3",
			ARGS(v_uuid(w->tenant), v_int(table->rank), v_uuid(uuid)), err);
}

/* 1 applied, 0 something is missing, -1 with err. */
static int try_row(struct apply *a, struct write *w, struct json j, const struct table *table, struct missing *m, struct err *err)
{
	struct doc d;
	int n;

	doc_init(&d, table);
	*m = (struct missing){ table, { { 0 } } };
	if (doc_from_sync(w->t->pool, j, &d, err) < 0 ||
	    (table->rule == INSERT_ONCE && document_check_whole(w->t->pool, &d, err) < 0))
		return -1;
	if ((n = refs_there(w->t->db, w->tenant, &a->known, &d, m, err)) <= 0)
		return n;
	*m = (struct missing){ table, { { 0 } } };
	return apply_version(w, &d, a->repair ? JUDGED_REPAIR : JUDGED_NOT, &a->conflicts, err) < 0 ? -1 : 1;
}

/* What the database refuses, or what cannot be read, must not hold up the rest; the
 * machine's trouble is no row's fault, and the page comes again. */
static int guarded_try(struct apply *a, struct write *w, struct json j, const struct table *table, struct missing *m,
		       struct err *why, struct err *err)
{
	struct txn *t = w->t;
	bool wrote = t->wrote;
	int n;

	if (t->careful && txn_guard(t, err) < 0)
		return -2;
	t->wrote = false;
	n = try_row(a, w, j, table, m, why);
	if (t->careful && txn_unguard(t, n > 0, err) < 0)
		return -2;
	if (n < 0 && (err_is_trouble(why) || (!t->careful && t->wrote))) {
		*err = *why;
		return -2;
	}
	t->wrote |= wrote;
	return n;
}

int apply_one(struct apply *a, struct write *w, struct json j, struct err *err)
{
	struct err why = { 0 };
	struct missing m;
	struct uuid uuid = { { 0 } };
	int64_t seq = 0;
	const char *name = "";
	const struct table *table;
	int n;

	if (json_get_str(j, "table", 64, &name, NULL) < 0 || json_get_uuid(j, "uuid", &uuid, NULL) < 0 ||
	    json_get_int(j, "seq", 0, INT64_MAX, &seq, NULL) < 0)
		return err_field(err, "/rows", "row", "a pulled row has no table, uuid or seq");
	if (!(table = schema_synced(slice_of(name))))
		return 0;	/* a newer hub's table: this version has no place for it */
	if ((n = guarded_try(a, w, j, table, &m, &why, err)) < -1)
		return -1;
	if (n > 0) {
		a->applied++;
		return 0;
	}
	a->parked++;
	return park(w, table, uuid, seq, m.uuid, j, n == 0 ? "waits for a row that is not here yet" : why.text, err);
}

/* 1 one more found its place, 0 not, -1. */
static int retry_one(struct apply *a, struct write *w, const struct rows *rs, struct err *err)
{
	const struct table *table = schema_ranked(rows_int(rs, 0));
	const char *body = rows_text(rs, 2, w->t->pool);
	struct uuid uuid = rows_uuid(rs, 1);
	struct err why = { 0 };
	struct missing m;
	struct json j;
	int n;

	if (json_parse(w->t->pool, body, strlen(body), &j, err) < 0)
		return -1;
	if ((n = guarded_try(a, w, j, table, &m, &why, err)) < -1)
		return -1;
	if (n <= 0)
		return 0;
	a->applied++;
	return unpark(w, table, uuid, err) < 0 ? -1 : 1;
}

/* Whoever's parent came with this page has its turn; again while that helps. */
static int retry_parked(struct apply *a, struct write *w, struct err *err)
{
	static const char sql[] = "SELECT tbl, uuid, body FROM parked WHERE tenant = $1 ORDER BY tbl, seq LIMIT $2";
	struct rows rs;
	int n, moved;

	do {
		moved = 0;
		if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_int(RETRY_MAX)), &rs, err) < 0)
			return -1;
		while ((n = rows_next(&rs, err)) > 0) {
			if ((n = retry_one(a, w, &rs, err)) < 0)
				break;
			moved += n;
		}
		rows_end(&rs);
		if (n < 0)
			return -1;
	} while (moved);
	return 0;
}

int apply_parked(struct write *w, int *taken, struct err *err)
{
	struct apply a = { .pool = w->t->pool };

	if (retry_parked(&a, w, err) < 0)
		return -1;
	*taken = a.applied;
	return 0;
}

/* --- a page --- */

static int load_progress(struct apply *a, struct write *w, struct err *err)
{
	int64_t done = 0, total = 0, as_of = 0;

	if (json_get_int(a->page, "done", 0, INT64_MAX, &done, err) < 0 ||
	    json_get_int(a->page, "total", 0, INT64_MAX, &total, err) < 0 ||
	    json_get_int(a->page, "as_of", 0, INT64_MAX, &as_of, err) < 0)
		return -1;
	if (!a->next && pairing_cursor(w, as_of, err) < 0)
		return -1;
	return pairing_load_progress(w, a->next, done, total, err);
}

/* What became of edits made here; a hub that does not tell has no such member. */
static int take_lost(struct apply *a, struct write *w, struct err *err)
{
	struct json lost = { 0 };

	if (json_get_array(a->page, "lost", LOST_MAX, &lost, err) < 0)
		return -1;
	for (size_t i = 0; i < json_len(lost); i++)
		if (conflict_take(w->t, w->tenant, json_at(lost, i), err) < 0)
			return err_under(err, "/lost/%zu", i);
	return 0;
}

/* The cursor goes with the last slice: what comes again is harmless. */
static int page_done(struct apply *a, struct write *w, struct err *err)
{
	struct cursor c = { 0 };

	if (retry_parked(a, w, err) < 0)
		return -1;
	if (a->load)
		return load_progress(a, w, err);
	if (take_lost(a, w, err) < 0)
		return -1;
	if (cursor_parse(a->next, &c, err) < 0)
		return -1;
	return pairing_cursor(w, c.seq, err);
}

int apply_slice(struct apply *a, struct txn *t, struct err *err)
{
	static const struct actor hub = { .kind = ACTOR_DEVICE };
	struct write w = { .t = t, .site = a->site, .tenant = a->tenant, .who = &hub };
	int64_t began = clock_boot();
	size_t n = json_len(a->rows), i = t->resume;

	if (sync_check_epoch(t, a->epoch, err) < 0)
		return -1;
	a->known = (struct refs_known){ 0 };
	for (; i < n; i++) {
		if (i > t->resume && txn_time_is_up(t, began, a->slice_ms))
			break;
		if (apply_one(a, &w, json_at(a->rows, i), err) < 0)
			return -1;
		json_drop(a->rows, i);
	}
	t->progress = i;
	if (i < n)
		return JOB_MORE;
	return page_done(a, &w, err);
}
