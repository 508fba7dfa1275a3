/* Records: whatever a shop keeps that people may change.  One road for all
 * tables; which one stands in the route's row. */
#include "base/base.h"
#include "apid/call.h"

/* --- reading --- */

int h_record_list(struct call *c, struct err *err)
{
	struct page page;

	if (call_page(c, &page, err) < 0)
		return -1;
	c->etag_of_body = true;
	return record_list(c->db, c->tenant, call_table(c), &page, &c->out, err) < 0 ? -1 : 200;
}

int h_record_get(struct call *c, struct err *err)
{
	struct row r;

	return call_load_row(c, &r, err) < 0 ? -1 : call_answer_row(c, &r, 200);
}

/* --- writing --- */

/* A 409 is good news for whoever only wants to know that it is here. */
static int refuse_duplicate(struct call *c, const struct row *r, struct json body)
{
	jw_put_bool(&c->also, "identical", record_says(c->pool, r, body));
	return call_refuse_with(c, r);
}

int record_answer(struct call *c, int rc, const struct row *r, struct json body, struct err *err)
{
	if (rc < 0)
		return strcmp(err->code, "duplicate") == 0 ? refuse_duplicate(c, r, body) : -1;
	c->location = call_location(c, r);
	return call_answer_row(c, r, 201);
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
	return record_answer(c, rc, &r, body, err);
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
		return err->kind == ERR_STALE ? call_refuse_with(c, &r) : -1;
	return call_answer_row(c, &r, 200);
}

int h_record_delete(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct uuid uuid;
	struct row r = { 0 };

	if (call_uuid(c, &uuid, err) < 0)
		return -1;
	if (record_delete(&w, call_table(c), uuid, call_header(c, "If-Match"), err) == 0)
		return 204;
	if (err->kind != ERR_STALE)
		return -1;
	return row_load(c->db, c->pool, c->tenant, call_table(c), uuid, &r, NULL) < 0 ? -1 : call_refuse_with(c, &r);
}
