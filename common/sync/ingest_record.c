/* The hub takes a record: which version stands, who must hear that theirs does
 * not, and what no stamp can judge. */
#include "base/base.h"
#include "sync/pushed.h"

int pushed_answer_here(struct pushed *p, int status)
{
	p->v.status = status;
	p->v.seq = p->here.head.seq;
	p->v.cloud_id = p->here.head.id;
	if (status != 200)
		p->v.document = &p->here;
	return 0;
}

/* --- storing --- */

static int store(struct pushed *p, struct row *r, struct err *err)
{
	const struct row *before = p->is_here ? &p->here.head : NULL;
	struct change c = { .table = r->table, .tenant = p->w->tenant, .uuid = r->uuid, .by_sync = true,
			    .kind = r->deleted_at ? CHANGE_DELETED : before ? CHANGE_UPDATED : CHANGE_CREATED };

	if (txn_seq(p->w->t, p->w->tenant, &r->seq, err) < 0)
		return -1;
	r->base_at = 0;
	r->base_origin = (struct uuid){ { 0 } };
	r->cloud_id = 0;
	if ((before ? row_update : row_insert)(p->w->t, p->w->tenant, r, err) < 0 ||
	    search_put(p->w->t, p->w->tenant, r, before, err) < 0)
		return -1;
	c.seq = r->seq;
	txn_changed(p->w->t, &c);
	clock_seen(r->updated_at);
	p->v.status = before ? 200 : 201;
	p->v.seq = r->seq;
	p->in->stored++;
	return review_twins(p->w, r, before, err);
}

/* --- losers --- */

/* Whose version it was that was here: they met, so both count it. */
static int count_other_side(struct pushed *p, struct err *err)
{
	struct uuid other;
	int n = device_of_origin(p->w->t->db, p->w->tenant, p->here.head.origin, &other, err);

	if (n <= 0 || uuid_eq(other, p->in->device->device))
		return MIN(n, 0);
	return device_count(p->w->t, p->w->tenant, other, 0, 0, 1, err);
}

/* The same push again is no second conflict. */
static int keep_loser(struct pushed *p, const struct doc *winner, const struct doc *loser, const char *rule, struct err *err)
{
	int n = conflict_keep(p->w->t, p->w->tenant, winner, loser, rule, err);

	if (n <= 0)
		return n;
	p->in->conflicts++;
	return p->is_here ? count_other_side(p, err) : 0;
}

static int gone(struct pushed *p, struct err *err)
{
	struct doc grave = p->theirs;

	grave.head.deleted_at = p->theirs.head.updated_at;
	if (keep_loser(p, &grave, &p->theirs, "gone", err) < 0)
		return -1;
	p->v.status = 410;
	return 0;
}

/* --- column by column, where the shop wants it so --- */

static bool say_the_same(const struct row *a, const struct row *b)
{
	for (int i = 0; a->table->columns[i].name; i++)
		if (!val_eq(a->v[i], b->v[i]))
			return false;
	return !a->deleted_at == !b->deleted_at;
}

/* What stands was all said later: nothing new comes of what was sent. */
static int sent_nothing_new(struct pushed *p, struct err *err)
{
	bool lost = !say_the_same(&p->here.head, &p->theirs.head);

	if (lost && keep_loser(p, &p->here, &p->theirs, "merged", err) < 0)
		return -1;
	p->v.merged = !lost;
	return pushed_answer_here(p, 412);
}

/* A version of the hub's own, so that everybody gets it; both that went into it
 * are kept. */
static int merge(struct pushed *p, struct err *err)
{
	struct row *m = &p->merged.head;
	struct write *w = p->w;

	doc_init(&p->merged, p->theirs.head.table);
	merge_columns(w->t->pool, &p->here.head, &p->theirs.head, m);
	if (merge_same(w->t->pool, m, &p->here.head))
		return sent_nothing_new(p, err);
	m->updated_at = MAX(w->t->stamp, m->updated_at + 1);
	m->origin = w->site->uuid;
	if (store(p, m, err) < 0 || keep_loser(p, &p->merged, &p->theirs, "merged", err) < 0 ||
	    conflict_keep(w->t, w->tenant, &p->merged, &p->here, "merged", err) < 0)
		return -1;
	p->v.document = &p->merged;
	p->v.merged = true;
	return 0;
}

/* Numbered first: the till that lost finds its loser behind that number. */
static int win(struct pushed *p, struct err *err)
{
	return store(p, &p->theirs.head, err) < 0 ? -1 : keep_loser(p, &p->theirs, &p->here, "newest_wins", err);
}

static int lose(struct pushed *p, struct err *err)
{
	return keep_loser(p, &p->here, &p->theirs, "newest_wins", err) < 0 ? -1 : pushed_answer_here(p, 412);
}

/* Two versions that did not know of each other. */
static int meet(struct pushed *p, bool later, struct err *err)
{
	int by_column = setting_is(p->w->t->db, p->w->tenant, "conflict_policy", "column", err);

	if (by_column < 0)
		return -1;
	if (by_column)
		return merge(p, err);
	return later ? win(p, err) : lose(p, err);
}

/* --- somebody must be able to sign in as an owner --- */

/* Two owners took it from each other while alone: the last one keeps it, for all,
 * and people hear of it. */
static int keep_owner(struct pushed *p, struct err *err)
{
	uint32_t changed = 1u << table_column(p->here.head.table, "role") | 1u << table_column(p->here.head.table, "active");
	struct write *w = p->w;
	struct row *back = &p->merged.head;
	struct doc was;

	doc_init(&was, p->here.head.table);
	if (row_load(w->t->db, w->t->pool, w->tenant, was.head.table, p->here.head.uuid, &was.head, err) < 0)
		return -1;
	p->merged = was;
	row_set(back, "role", v_text(OWNER));
	row_set(back, "active", v_int(1));
	back->deleted_at = 0;
	if (record_write(w, back, &was.head, was.head.deleted_at ? UINT32_MAX : changed, err) < 0 ||
	    keep_loser(p, &p->merged, &was, "last_owner", err) < 0)
		return -1;
	p->v = (struct verdict){ .status = 200, .seq = back->seq, .document = &p->merged };
	return review_open(w, "last_owner", "users", back->uuid, NULL, (struct uuid){ { 0 } }, NULL, err);
}

static int check_owner(struct pushed *p, struct err *err)
{
	int64_t owners;

	if (!p->is_here || strcmp(p->here.head.table->name, "users") != 0 || !user_is_owner(&p->here.head))
		return 0;
	if (user_other_owners(p->w->t->db, p->w->tenant, (struct uuid){ { 0 } }, &owners, err) < 0)
		return -1;
	return owners ? 0 : keep_owner(p, err);
}

/* It was deleted and forgotten, and a document still needs it.  It comes back as the
 * hub's own: whoever made it has it no more, and would not hear of it under its name. */
static int bring_back(struct pushed *p, struct err *err)
{
	p->theirs.head.origin = p->w->site->uuid;
	return store(p, &p->theirs.head, err);
}

static int judge(struct pushed *p, struct err *err)
{
	if (p->placeholder)
		return p->is_here ? pushed_answer_here(p, 200) : bring_back(p, err);
	switch (merge_record(p->is_here ? &p->here.head : NULL, &p->theirs.head)) {
	case MERGE_INSERT:
	case MERGE_FORWARD:
		return store(p, &p->theirs.head, err);
	case MERGE_SAME:
		return pushed_answer_here(p, 200);
	case MERGE_WIN:
		return meet(p, true, err);
	case MERGE_LOSE:
		return meet(p, false, err);
	case MERGE_GONE:
		return gone(p, err);
	}
	return 0;
}

int pushed_record(struct pushed *p, struct err *err)
{
	return judge(p, err) < 0 ? -1 : check_owner(p, err);
}
