/* What is new elsewhere comes down, page by page; the first time, everything. */
#include "base/base.h"
#include "syncd/syncd.h"

/* --- the cloud's pages --- */

/* own: negative is not told. */
static void put_path(const struct pump *p, const char *path, int64_t limit, int64_t own, const char *name, const char *cursor,
		     struct buf *target)
{
	buf_printf(target, "%s?limit=%lld", path, (long long)limit);
	if (own >= 0)
		buf_printf(target, "&own=%lld", (long long)own);
	if (p->cycle.doing == DO_PULL && p->view.pairing.away != 0)
		buf_str(target, "&away=1");
	if (cursor != NULL)
		query_add(target, name, cursor);
}

static enum begun ask_page(struct pump *p, const char *path, int64_t limit, int64_t own, const char *name, const char *cursor,
			   struct err *err)
{
	struct buf target = { 0 };
	enum begun begun;

	put_path(p, path, limit, own, name, cursor, &target);
	begun = pump_ask_cloud(p, "GET", target.data, NULL, err);
	buf_release(&target);
	return begun;
}

/* cursor: what was asked for, NULL at the beginning. */
static enum begun take_page(struct pump *p, struct answer *a, const char *cursor, struct err *err)
{
	struct page_facts f;
	bool stands;

	if (page_read(a->body.data != NULL ? a->body.data : "", a->body.len, &f, err) < 0)
		return BEGUN_FAILED;
	stands = cursor != NULL && f.next.p != NULL && slice_is(f.next, cursor);
	if (f.more && (stands || f.next.p == NULL)) {
		err_set(err, ERR_INPUT, "no_way", "there is more, but its cursor leads nowhere");
		return BEGUN_FAILED;
	}
	p->outcome.more = f.more;
	p->outcome.empty = f.empty && stands;
	buf_clear(&p->next);
	if (f.more)
		buf_add(&p->next, f.next.p, f.next.len);
	buf_release(&p->page);
	buf_move(&p->page, &a->body);
	pace_faster(&p->down);
	return BEGUN_OVER;
}

/* On a slow line, smaller pages get through in time. */
static void page_bad(struct pump *p, struct answer *a)
{
	if (a->status == 0 || a->status == 500 || a->status == 504 || a->status == STATUS_SENSELESS)
		pace_slower(&p->down, 1);
}

static const char load_path[] = "/api/sync/snapshot";

static enum begun load_end(struct pump *p, struct answer *a, struct err *err)
{
	enum begun end = take_page(p, a, p->view.pairing.load, err);

	p->outcome.empty = false;	/* its end is news, even without rows */
	return end;
}

static enum begun load_taken(struct pump *p, struct answer *a)
{
	struct err err = { 0 };
	enum begun end = load_end(p, a, &err);

	p->outcome.status = a->status;
	buf_release(&a->body);
	return end;
}

static enum begun load_begin(struct pump *p, struct err *err)
{
	int64_t limit = pump_limit(p, &p->down, "snapshot_rows", 0);
	const char *cursor = p->view.pairing.load;
	struct answer a;

	if (ahead_has(p, cursor)) {
		if (!ahead_take(p, &a))
			return BEGUN_ASKED;
		if (load_taken(p, &a) == BEGUN_OVER)
			return BEGUN_OVER;
	}
	ahead_forget(p);
	return ask_page(p, load_path, limit, -1, "after", cursor, err);
}

/* What comes behind the page in hand. */
static void load_ahead(struct pump *p)
{
	struct buf target = { 0 };

	if (p->next.len == 0)
		return;
	put_path(p, load_path, pump_limit(p, &p->down, "snapshot_rows", 0), -1, "after", p->next.data, &target);
	ahead_ask(p, target.data, p->next.data);
	buf_release(&target);
}

static const char *pull_cursor(struct pump *p)
{
	struct cursor c = { p->view.pairing.epoch, p->view.pairing.cursor };
	struct buf text = { 0 };
	const char *cursor;

	cursor_print(c, &text);
	cursor = pool_strndup(p->pool, text.data, text.len);
	buf_release(&text);
	return cursor;
}

struct count {
	const struct view *view;
	int64_t own;
};

/* While something is on its way nobody can say who knows more. */
static int count_own(struct db *db, void *ctx, struct err *err)
{
	struct count *c = ctx;
	struct uuid tenant = c->view->pairing.tenant;
	int64_t waiting;

	c->own = -1;
	if (db_int(db, "SELECT CAST(count(*) AS bigint) FROM (SELECT 1 AS one FROM outbox WHERE tenant = $1 LIMIT 1) AS few",
		   ARGS(v_uuid(tenant)), &waiting, err) < 0)
		return -1;
	return waiting ? 0 : own_since(db, tenant, c->view->site.uuid, c->view->pairing.cursor, &c->own, err);
}

/* The hub's number at its health, moments ago, is the one that this till has pulled up
 * to: nothing has got a number since. */
static bool has_all(const struct pump *p)
{
	const struct pairing *ours = &p->view.pairing;
	const struct hello *h = &p->hello;

	return cycle_is_quiet(&p->cycle) && ours->away == 0 && !uuid_is_zero(h->epoch) && uuid_eq(ours->epoch, h->epoch) &&
	       ours->cursor == h->seq;
}

static enum begun nothing_new(struct pump *p)
{
	p->outcome.status = NOTHING_ASKED;
	p->outcome.empty = true;
	return BEGUN_OVER;
}

/* Tells the hub how much of our own we know of, so that an old copy is noticed;
 * where there is nothing new there is nothing to tell. */
static enum begun pull_begin(struct pump *p, struct err *err)
{
	int64_t limit = pump_limit(p, &p->down, "pull_rows", p->hello.pull_rows);
	struct count c = { &p->view, -1 };
	const char *path = "/api/sync/pull";

	if (has_all(p))
		return nothing_new(p);
	if ((p->record->pushed > 0 || p->hello.seq > p->view.pairing.cursor) && eye_read(&p->eye, count_own, &c, err) < 0)
		return BEGUN_FAILED;
	return ask_page(p, path, limit, c.own, "since", pull_cursor(p), err);
}

static void pull_bad(struct pump *p, struct answer *a)
{
	page_bad(p, a);
	life_note(p, a);	/* the next cycle tells apid */
}

static enum begun pull_end(struct pump *p, struct answer *a, struct err *err)
{
	return take_page(p, a, pull_cursor(p), err);
}

/* --- what apid makes of them --- */

static enum begun apply_load_begin(struct pump *p, struct err *err UNUSED)
{
	load_ahead(p);
	return pump_ask_apid(p, pump_of_life(p, "/internal/sync/apply?load=1&"), &p->page);
}

static enum begun apply_page_begin(struct pump *p, struct err *err UNUSED)
{
	return pump_ask_apid(p, pump_of_life(p, "/internal/sync/apply?"), &p->page);
}

static enum begun apply_end(struct pump *p, struct answer *a, struct err *err)
{
	int64_t applied = 0, parked = 0;
	struct json root;

	if (answer_json(p->pool, a, &root, err) < 0 ||
	    json_get_int(root, "applied", 0, INT64_MAX, &applied, err) < 0 ||
	    json_get_int(root, "parked", 0, INT64_MAX, &parked, err) < 0)
		return BEGUN_FAILED;
	p->rows = applied + parked;
	p->record->pulled += p->rows;
	p->pulled += p->rows;
	return BEGUN_OVER;
}

const struct action action_load = { "snapshot", load_begin, load_end, page_bad };
const struct action action_apply_load = { "apply", apply_load_begin, apply_end, .ours = true };
const struct action action_pull = { "pull", pull_begin, pull_end, pull_bad };
const struct action action_apply = { "apply", apply_page_begin, apply_end, .ours = true };
