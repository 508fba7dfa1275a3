/* What is new elsewhere comes down, page by page; the first time, everything. */
#include "base/base.h"
#include "syncd/syncd.h"

/* --- the cloud's pages --- */

static enum begun ask_page(struct pump *p, const char *path, int64_t limit, const char *name,
			   const char *cursor, struct err *err)
{
	struct buf target = { 0 };
	enum begun begun;

	buf_printf(&target, "%s?limit=%lld", path, (long long)limit);
	if (cursor != NULL)
		query_add(&target, name, cursor);
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

static enum begun load_begin(struct pump *p, struct err *err)
{
	int64_t limit = pump_limit(p, &p->down, "snapshot_rows", 0);

	return ask_page(p, "/api/sync/snapshot", limit, "after", p->view.pairing.load, err);
}

static enum begun load_end(struct pump *p, struct answer *a, struct err *err)
{
	enum begun end = take_page(p, a, p->view.pairing.load, err);

	p->outcome.empty = false;	/* its end is news, even without rows */
	return end;
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

static enum begun pull_begin(struct pump *p, struct err *err)
{
	int64_t limit = pump_limit(p, &p->down, "pull_rows", p->hello.pull_rows);

	return ask_page(p, "/api/sync/pull", limit, "since", pull_cursor(p), err);
}

static enum begun pull_end(struct pump *p, struct answer *a, struct err *err)
{
	return take_page(p, a, pull_cursor(p), err);
}

/* --- what apid makes of them --- */

static enum begun apply_load_begin(struct pump *p, struct err *err UNUSED)
{
	return pump_ask_apid(p, "/internal/sync/apply?load=1", &p->page);
}

static enum begun apply_page_begin(struct pump *p, struct err *err UNUSED)
{
	return pump_ask_apid(p, "/internal/sync/apply", &p->page);
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
const struct action action_pull = { "pull", pull_begin, pull_end, page_bad };
const struct action action_apply = { "apply", apply_page_begin, apply_end, .ours = true };
