/* What does not go by itself on a till: rows that the hub refused, those that
 * wait for them, and rows of the hub's that found no place here.  People look at
 * them, try again, or give them up.  Giving up never loses a document: what was
 * sold was sold. */
#include "base/base.h"
#include "sync/sync.h"

#include "model/lists.h"

#include <stdlib.h>

/* Both halves in one list; "up" is ours on its way, "down" theirs. */
#define ENTRIES                                                                                          \
	"SELECT tbl, uuid, dir, since, tries, state, code, field, reason, root FROM ("                   \
	"SELECT tbl, uuid, 'up' AS dir, since, tries, state, code, field, reason, root "                 \
	"FROM outbox WHERE tenant = $1 AND state <> 'ready' UNION ALL "                                  \
	"SELECT tbl, uuid, 'down', CAST(NULL AS bigint), CAST(NULL AS bigint), 'parked', "               \
	"CAST(NULL AS text), CAST(NULL AS text), reason, needs FROM parked WHERE tenant = $1) AS entries "

/* --- reading --- */

/* Behind this entry; the zero key stands before all. */
struct place {
	int64_t tbl;
	struct uuid uuid;
	const char *dir;
};

/* "100.0190….up" */
static int read_place(const struct page *page, struct pool *pool, struct place *p, struct err *err)
{
	char *end;

	*p = (struct place){ .dir = "" };
	if (!page->after)
		return 0;
	p->tbl = strtoll(page->after, &end, 10);
	if (*end++ == '.' && strlen(end) > 36 && uuid_parse(&p->uuid, end, 36) == 0 && end[36] == '.') {
		p->dir = pool_strdup(pool, end + 37);
		return 0;
	}
	return err_field(err, "/after", "cursor", "after is no cursor of this list: take `next` of the page before");
}

static void put_time_or_null(struct buf *out, const char *name, int64_t at)
{
	if (at)
		jw_put_time(out, name, at);
	else
		jw_put_null(out, name);
}

static void put_uuid_or_null(struct buf *out, const char *name, struct uuid uuid)
{
	if (uuid_is_zero(uuid))
		jw_put_null(out, name);
	else
		jw_put_uuid(out, name, uuid);
}

/* Members of an open object. */
static void put_entry(const struct rows *rs, struct pool *pool, struct buf *out)
{
	const struct table *t = schema_ranked(rows_int(rs, 0));

	jw_put_str(out, "table", t ? t->name : NULL);
	jw_put_uuid(out, "uuid", rows_uuid(rs, 1));
	jw_put_str(out, "direction", rows_text(rs, 2, pool));
	put_time_or_null(out, "since", rows_int(rs, 3));
	jw_put_int(out, "tries", rows_int(rs, 4));
	jw_put_str(out, "state", rows_text(rs, 5, pool));
	jw_put_str(out, "code", rows_text(rs, 6, pool));
	jw_put_str(out, "field", rows_text(rs, 7, pool));
	jw_put_str(out, "reason", rows_text(rs, 8, pool));
	put_uuid_or_null(out, "waits_for", rows_uuid(rs, 9));
}

int quarantine_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err)
{
	static const char sql[] = ENTRIES "WHERE (tbl, uuid, dir) > ($2, $3, $4) ORDER BY tbl, uuid, dir LIMIT $5";
	const char *next = NULL;
	struct place at;
	struct rows rs;
	int n, found = 0;

	if (read_place(page, pool, &at, err) < 0 ||
	    db_rows(db, sql, ARGS(v_uuid(tenant), v_int(at.tbl), v_uuid(at.uuid), v_text(at.dir), v_int(page->limit + 1)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0 && found++ < page->limit) {
		at = (struct place){ rows_int(&rs, 0), rows_uuid(&rs, 1), rows_text(&rs, 2, pool) };
		jw_open(out, '{');
		put_entry(&rs, pool, out);
		jw_close(out, '}');
	}
	rows_end(&rs);
	if (n > 0)
		next = pool_printf(pool, "%lld.%s.%s", (long long)at.tbl, uuid_text(at.uuid).s, at.dir);
	list_close(out, next);
	return MIN(n, 0);
}

/* --- one of them, with its row --- */

struct entry_of {
	struct db *db;
	struct pool *pool;
	struct uuid tenant;
	const struct table *table;
	struct uuid uuid;
	bool down;
};

/* What the hub sent: as far as it can be read. */
static int load_theirs(const struct entry_of *e, struct doc *d, struct err *err)
{
	struct val body;
	struct json j;
	int n = db_one(e->db, e->pool, "SELECT body FROM parked WHERE tenant = $1 AND tbl = $2 AND uuid = $3",
		       ARGS(v_uuid(e->tenant), v_int(e->table->rank), v_uuid(e->uuid)), &body, 1, err);

	if (n <= 0)
		return n;
	doc_init(d, e->table);
	return json_parse(e->pool, body.s, body.len, &j, NULL) == 0 && doc_from_sync(e->pool, j, d, NULL) == 0;
}

static int put_row(const struct entry_of *e, struct buf *out, struct err *err)
{
	struct doc d;
	int n = e->down ? load_theirs(e, &d, err) : doc_load(e->db, e->pool, e->tenant, e->table, e->uuid, &d, err);

	if (n < 0)
		return -1;
	jw_name(out, "row");
	if (n == 0) {
		jw_null(out);
		return 0;
	}
	jw_open(out, '{');
	doc_json(&d, FORM_REST, out);
	jw_close(out, '}');
	return 0;
}

static int put_whole(struct rows *rs, struct entry_of *e, struct buf *out, struct err *err)
{
	e->table = schema_ranked(rows_int(rs, 0));
	e->down = strcmp(rows_text(rs, 2, e->pool), "down") == 0;
	jw_open(out, '{');
	put_entry(rs, e->pool, out);
	if (e->table && put_row(e, out, err) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}

static int not_there(struct uuid uuid, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "not_found", "%s is not in quarantine", uuid_text(uuid).s);
}

int quarantine_show(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err)
{
	struct entry_of e = { .db = db, .pool = pool, .tenant = tenant, .uuid = uuid };
	struct rows rs;
	int n, found = 0;

	if (db_rows(db, ENTRIES "WHERE uuid = $2 ORDER BY dir DESC", ARGS(v_uuid(tenant), v_uuid(uuid)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0 && (n = put_whole(&rs, &e, out, err)) == 0)
		found++;
	rows_end(&rs);
	list_close(out, NULL);
	if (n < 0)
		return -1;
	return found ? 0 : not_there(uuid, err);
}

/* --- once more --- */

int quarantine_retry(struct write *w, struct uuid uuid, int64_t *sent, int *taken, struct err *err)
{
	static const char sql[] = "UPDATE outbox SET state = 'ready', tries = 0, root = NULL WHERE tenant = $1 AND state <> 'ready'";
	static const char one[] = "UPDATE outbox SET state = 'ready', tries = 0, root = NULL WHERE tenant = $1 AND state <> 'ready' "
				  "AND uuid = $2";
	bool all = uuid_is_zero(uuid);
	struct val v[] = { v_uuid(w->tenant), v_uuid(uuid) };
	int n = txn_run(w->t, all ? sql : one, (struct args){ v, all ? 1 : 2 }, err);

	if (n < 0)
		return -1;
	*sent = n;
	return apply_parked(w, taken, err);
}

/* --- given up --- */

static int count_waiting(struct write *w, struct uuid root, int64_t *n, struct err *err)
{
	return db_int(w->t->db, "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1 AND root = $2",
		      ARGS(v_uuid(w->tenant), v_uuid(root)), n, err);
}

static int check_drop(struct write *w, const struct table *t, struct uuid uuid, struct err *err)
{
	int64_t waiting;

	if (t->rule == INSERT_ONCE)
		return err_set(err, ERR_CONFLICT, "document_stays",
			       "%s %s is a document: what happened is not given up; mend why it was refused, then retry", t->entity,
			       uuid_text(uuid).s);
	if (count_waiting(w, uuid, &waiting, err) < 0)
		return -1;
	if (waiting == 0)
		return 0;
	return err_set(err, ERR_CONFLICT, "needed", "%lld rows wait for %s %s: it cannot be given up without them",
		       (long long)waiting, t->entity, uuid_text(uuid).s);
}

/* The hub never had it: it is deleted here, and kept in the journal. */
static int bury(struct write *w, const struct row *r, struct err *err)
{
	struct doc ours, grave;

	doc_init(&ours, r->table);
	ours.head = *r;
	grave = ours;
	grave.head.deleted_at = w->t->stamp;
	grave.head.dirty = false;
	if (conflict_keep(w->t, w->tenant, &grave, &ours, "gone", err) < 0 || row_update(w->t, w->tenant, &grave.head, err) < 0)
		return -1;
	return search_put(w->t, w->tenant, &grave.head, r, err);
}

/* The hub has an earlier version: ours is clean from now on, and the digests differ
 * until repair has fetched theirs and kept ours. */
static int let_go(struct write *w, struct row r, struct err *err)
{
	r.dirty = false;
	r.base_at = 0;
	r.base_origin = (struct uuid){ { 0 } };
	return row_update(w->t, w->tenant, &r, err);
}

static int drop_ours(struct write *w, const struct table *t, struct uuid uuid, bool *fetch, struct err *err)
{
	struct row r;
	int n;

	if (check_drop(w, t, uuid, err) < 0 || (n = row_load(w->t->db, w->t->pool, w->tenant, t, uuid, &r, err)) < 0)
		return -1;
	*fetch = n > 0 && r.seq > 0;
	if (n > 0 && (*fetch ? let_go(w, r, err) : bury(w, &r, err)) < 0)
		return -1;
	return outbox_remove(w->t, w->tenant, t, uuid, err);
}

int quarantine_drop(struct write *w, struct uuid uuid, const char **table, bool *fetch, struct err *err)
{
	const struct table *t;
	struct val v[3];
	int n = db_one(w->t->db, w->t->pool, "SELECT tbl, uuid, dir FROM (" ENTRIES ") AS e WHERE uuid = $2 ORDER BY dir DESC LIMIT 1",
		       ARGS(v_uuid(w->tenant), v_uuid(uuid)), v, 3, err);

	if (n <= 0)
		return n < 0 ? -1 : not_there(uuid, err);
	if (!(t = schema_ranked(v[0].i)))
		return err_set(err, ERR_INTERNAL, "unknown_table", "no table has the rank %lld", (long long)v[0].i);
	*table = t->name;
	*fetch = true;
	if (strcmp(v[2].s, "up") == 0)
		return drop_ours(w, t, uuid, fetch, err);
	return txn_send(w->t, "DELETE FROM parked WHERE tenant = $1 AND tbl = $2 AND uuid = $3",
			ARGS(v_uuid(w->tenant), v_int(t->rank), v_uuid(uuid)), err);
}
