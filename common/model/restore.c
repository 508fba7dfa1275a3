/* The loser of a conflict becomes a new version, as if a person had written it
 * again: it is checked as one, travels as one, and what it takes the place of is
 * kept in the journal in its turn. */
#include "base/base.h"
#include "model/model.h"

struct restoring {
	struct write *w;
	const char *rule;
	struct doc winner, loser, before;
	bool is_here;
};

static int read_version(struct pool *pool, const struct table *t, const char *text, struct doc *d, struct err *err)
{
	struct json j;

	doc_init(d, t);
	return json_parse(pool, text, strlen(text), &j, err) < 0 ? -1 : doc_from_sync(pool, j, d, err);
}

static int read_entry(struct restoring *s, struct uuid uuid, struct err *err)
{
	static const char sql[] = "SELECT tbl, rule, winner, loser FROM conflicts WHERE tenant = $1 AND uuid = $2";
	struct pool *pool = s->w->t->pool;
	const struct table *t;
	struct val v[4];
	int n = db_one(s->w->t->db, pool, sql, ARGS(v_uuid(s->w->tenant), v_uuid(uuid)), v, 4, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no conflict %s", uuid_text(uuid).s);
	t = schema_synced(slice_of(v[0].s));
	if (!t || t->rule != NEWEST_WINS)
		return err_set(err, ERR_CONFLICT, "both_stand",
			       "nothing has to be put back: each of the two stands as a document of its own");
	s->rule = v[1].s;
	if (read_version(pool, t, v[2].s, &s->winner, err) < 0)
		return -1;
	return read_version(pool, t, v[3].s, &s->loser, err);
}

static int load_before(struct restoring *s, struct err *err)
{
	struct write *w = s->w;
	int n;

	doc_init(&s->before, s->loser.head.table);
	n = row_load(w->t->db, w->t->pool, w->tenant, s->loser.head.table, s->loser.head.uuid, &s->before.head, err);
	s->is_here = n > 0;
	return MIN(n, 0);
}

static bool is_gone(const struct restoring *s)
{
	return strcmp(s->rule, "gone") == 0;
}

/* Whoever restores has looked at the winner: does it still stand? */
static int check_unchanged(const struct restoring *s, struct err *err)
{
	const struct row *here = &s->before.head, *won = &s->winner.head;

	if (is_gone(s) ? !s->is_here || here->deleted_at
		       : s->is_here && version_cmp(here->updated_at, here->origin, won->updated_at, won->origin) == 0)
		return 0;
	return err_set(err, ERR_CONFLICT, "changed",
		       "the %s was changed since: look at it, and restore with force=1 if you still want to",
		       here->table->entity);
}

/* --- putting it back --- */

static uint32_t differing(const struct row *a, const struct row *b)
{
	uint32_t changed = 0;

	for (int i = 0; a->table->columns[i].name; i++)
		if (!val_eq(a->v[i], b->v[i]))
			changed |= 1u << i;
	return changed;
}

static int check(struct write *w, struct row *r, const struct row *before, uint32_t changed, struct err *err)
{
	if (record_check_rules(w, before, r, err) < 0)
		return -1;
	if (r->deleted_at)
		return 0;
	if (record_check_refs(w->t->db, w->tenant, r, changed, err) < 0)
		return -1;
	return record_check_natural(w, r, changed, err);
}

static int write_back(struct restoring *s, struct row *r, struct err *err)
{
	struct write *w = s->w;
	const struct row *lost = &s->loser.head;
	struct row *before = s->is_here ? &s->before.head : NULL;
	uint32_t changed = before ? differing(before, lost) : UINT32_MAX;
	struct doc now;

	*r = before ? *before : (struct row){ .table = lost->table, .uuid = lost->uuid };
	memcpy(r->v, lost->v, sizeof r->v);
	r->extra = lost->extra;
	r->deleted_at = lost->deleted_at ? MAX(w->t->stamp, before ? before->updated_at + 1 : 0) : 0;
	if (before && !changed && !before->deleted_at == !r->deleted_at)
		return 0;
	/* To bring something back to life says yes to each of its columns. */
	if (before && before->deleted_at && !r->deleted_at)
		changed = UINT32_MAX;
	/* The hub has forgotten this row: it is new there. */
	if (before && is_gone(s))
		before->seq = 0;
	if (check(w, r, before, changed, err) < 0 || record_write(w, r, before, changed, err) < 0)
		return -1;
	doc_init(&now, r->table);
	now.head = *r;
	return before ? conflict_keep(w->t, w->tenant, &now, &s->before, "restored", err) : 0;
}

static int note_restored(struct write *w, struct uuid uuid, struct err *err)
{
	return txn_send(w->t, "UPDATE conflicts SET restored_at = $3, restored_by = $4 WHERE tenant = $1 AND uuid = $2",
			ARGS(v_uuid(w->tenant), v_uuid(uuid), v_int(w->t->stamp), v_uuid_or_null(w->who->user)), err);
}

int conflict_restore(struct write *w, struct uuid uuid, bool force, struct row *now, struct err *err)
{
	struct restoring s = { .w = w };

	if (read_entry(&s, uuid, err) < 0 || load_before(&s, err) < 0)
		return -1;
	*now = s.before.head;
	if (!force && check_unchanged(&s, err) < 0)
		return -1;
	if (write_back(&s, now, err) < 0)
		return -1;
	return note_restored(w, uuid, err);
}
