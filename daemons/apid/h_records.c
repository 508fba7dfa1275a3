/* Records: whatever a shop keeps that people may change.  One road for all
 * tables; which one stands in the route's row. */
#include "base/base.h"
#include "apid/call.h"

static void put_row(const struct row *r, struct buf *out)
{
	jw_open(out, '{');
	row_json(r, FORM_REST, out);
	jw_close(out, '}');
}

static int answer_row(struct call *c, const struct row *r, int status)
{
	put_row(r, &c->out);
	record_etag(r, c->etag);
	return status;
}

/* What stands here instead, so that a person can compare. */
static int refuse_with(struct call *c, const struct row *r)
{
	jw_name(&c->also, "current");
	put_row(r, &c->also);
	return -1;
}

/* --- reading --- */

int h_record_list(struct call *c, struct err *err)
{
	struct page page;

	if (call_page(c, &page, err) < 0)
		return -1;
	c->etag_of_body = true;
	return record_list(c->db, c->tenant, call_table(c), &page, &c->out, err) < 0 ? -1 : 200;
}

static int load(struct call *c, struct row *r, struct err *err)
{
	struct uuid uuid;
	int n;

	if (call_uuid(c, &uuid, err) < 0 ||
	    (n = row_load(c->db, c->pool, c->tenant, call_table(c), uuid, r, err)) < 0)
		return -1;
	if (n > 0 && !r->deleted_at)
		return 0;
	return err_set(err, ERR_NOT_FOUND, "not_found", "there is no %s %s", call_table(c)->entity,
		       uuid_text(uuid).s);
}

int h_record_get(struct call *c, struct err *err)
{
	struct row r;

	return load(c, &r, err) < 0 ? -1 : answer_row(c, &r, 200);
}

/* --- writing --- */

int record_answer(struct call *c, int rc, const struct row *r, struct err *err)
{
	if (rc < 0)
		return strcmp(err->code, "duplicate") == 0 ? refuse_with(c, r) : -1;
	c->location = call_location(c, r);
	return answer_row(c, r, 201);
}

int h_record_create(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct json body;
	struct row r;
	int rc;

	if (call_body(c, &body, err) < 0)
		return -1;
	rc = record_create(&w, call_table(c), body, &r, err);
	return record_answer(c, rc, &r, err);
}

int h_record_change(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct uuid uuid;
	struct json body;
	struct row r;

	if (call_uuid(c, &uuid, err) < 0 || call_body(c, &body, err) < 0)
		return -1;
	if (record_change(&w, call_table(c), uuid, call_header(c, "If-Match"), body, &r, err) < 0)
		return err->kind == ERR_STALE ? refuse_with(c, &r) : -1;
	return answer_row(c, &r, 200);
}

int h_record_delete(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct row r;

	if (load(c, &r, err) < 0)
		return -1;
	if (record_delete(&w, call_table(c), r.uuid, call_header(c, "If-Match"), err) < 0)
		return err->kind == ERR_STALE ? refuse_with(c, &r) : -1;
	return 204;
}

/* --- settings: one row a key --- */

int h_setting_put(struct call *c, struct err *err)
{
	static const char *const members[] = { "value", "scope", NULL };
	const char *key = c->param[0], *scope = "tenant";
	struct uuid owner = { { 0 } };
	struct write w = call_write(c);
	struct json body;
	struct row r;

	if (call_body_only(c, members, &body, err) < 0 || json_get_str(body, "scope", 20, &scope, err) < 0)
		return -1;
	if (strcmp(scope, "user") == 0)
		owner = c->caller.actor.user;
	if (setting_put(&w, scope, owner, key, json_member(body, "value"), &r, err) < 0)
		return -1;
	return answer_row(c, &r, 200);
}
