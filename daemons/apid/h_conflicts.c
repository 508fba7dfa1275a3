/* What happened between devices: losers of edits, to look at and to put back, and
 * what no stamp can judge. */
#include "base/base.h"
#include "apid/call.h"

/* --- losers --- */

int h_conflict_list(struct call *c, struct err *err)
{
	struct page page;

	if (call_page(c, &page, err) < 0)
		return -1;
	c->etag_of_body = true;
	return conflict_list(c->db, c->pool, c->tenant, &page, &c->out, err) < 0 ? -1 : 200;
}

int h_conflict_get(struct call *c, struct err *err)
{
	struct uuid uuid;

	if (call_uuid(c, &uuid, err) < 0)
		return -1;
	return conflict_json(c->db, c->pool, c->tenant, uuid, &c->out, err) < 0 ? -1 : 200;
}

static void forget_tokens(struct call *c)
{
	cache_clear(c->apid->cache);
}

/* It may have been a user, or what somebody may do. */
int h_conflict_restore(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct row now = { 0 };
	struct uuid uuid;
	int64_t force = 0;

	if (call_uuid(c, &uuid, err) < 0 || http_query_int(c->rq, "force", 0, 1, &force, err) < 0)
		return -1;
	if (conflict_restore(&w, uuid, force, &now, err) < 0)
		return strcmp(err->code, "changed") == 0 ? call_refuse_with(c, &now) : -1;
	c->after = forget_tokens;
	return call_answer_row(c, &now, 200);
}

/* --- reviews --- */

int h_review_get(struct call *c, struct err *err)
{
	struct row r;

	if (call_load_row(c, &r, err) < 0)
		return -1;
	record_etag(&r, c->etag);
	return review_json(c->db, c->pool, c->tenant, &r, &c->out, err) < 0 ? -1 : 200;
}
