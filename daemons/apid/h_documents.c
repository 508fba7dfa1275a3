/* Documents: written once, as a whole; the same uuid again finds what is there. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"

/* What goods have cost shows in what is derived from a document: not for all. */
static struct doc without_derived(const struct doc *d)
{
	struct doc shown = { .head = d->head };
	int n = 0;

	for (int i = 0; i < PARTS_MAX && d->part[i].table; i++)
		if (d->part[i].table->rule == PART)
			shown.part[n++] = d->part[i];
	return shown;
}

static void put_members(const struct call *c, const struct doc *d, struct buf *out)
{
	struct doc shown = actor_may(&c->caller.actor, PERM_READ_COST) ? *d : without_derived(d);

	doc_json(&shown, FORM_REST, out);
}

static void put_doc(const struct call *c, const struct doc *d, struct buf *out)
{
	jw_open(out, '{');
	put_members(c, d, out);
	jw_close(out, '}');
}

static int put_doc_and(struct call *c, const struct doc *d, more_fn *more, struct err *err)
{
	jw_open(&c->out, '{');
	put_members(c, d, &c->out);
	if (more && more(c->db, c->pool, c->tenant, &d->head, &c->out, err) < 0)
		return -1;
	jw_close(&c->out, '}');
	return 0;
}

/* The key of a retry is the document's own. */
static int check_key(const struct call *c, struct json body, struct err *err)
{
	const char *key = call_header(c, "Idempotency-Key");
	struct uuid of_key, of_body;

	if (!key)
		return 0;
	if (json_get_uuid(body, "uuid", &of_body, err) < 0)
		return -1;
	if (uuid_parse(&of_key, key, strlen(key)) == 0 &&
	    json_type(json_member(body, "uuid")) == JSON_STRING && uuid_eq(of_key, of_body))
		return 0;
	return err_set(err, ERR_SYNTAX, "idempotency_key",
		       "Idempotency-Key must be the uuid in the body, or be left out");
}

/* A 409 is good news for whoever only wants to know that it is here. */
static int refuse_duplicate(struct call *c, const struct doc *d, bool identical)
{
	int64_t cloud_id = c->apid->hub ? d->head.id : d->head.cloud_id;

	if (cloud_id)
		jw_put_int(&c->also, "cloud_id", cloud_id);
	else
		jw_put_null(&c->also, "cloud_id");
	jw_put_bool(&c->also, "identical", identical);
	jw_name(&c->also, "document");
	put_doc(c, d, &c->also);
	return -1;
}

int document_body(struct call *c, struct json *body, struct err *err)
{
	const char *about = c->route->about;
	struct uuid uuid;

	if (about && call_uuid(c, &uuid, err) < 0)
		return -1;
	if ((about ? call_body_of(c, about, uuid, body, err) : call_body(c, body, err)) < 0)
		return -1;
	return check_key(c, *body, err);
}

/* What the path names is not a wrong field when it is missing. */
static int refuse(struct call *c, struct err *err)
{
	const char *about = c->route->about;

	if (about && strcmp(err->code, "unknown") == 0 && err->field[0] == '/' && strcmp(err->field + 1, about) == 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no %s %.60s", about, c->param[0]);
	return -1;
}

int document_answer(struct call *c, int rc, const struct doc *d, bool identical, struct err *err)
{
	if (rc < 0)
		return strcmp(err->code, "duplicate") == 0 ? refuse_duplicate(c, d, identical) : refuse(c, err);
	c->location = call_location(c, &d->head);
	put_doc(c, d, &c->out);
	return 201;
}

int h_document_create(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	bool identical;
	struct json body;
	struct doc d;
	int rc;

	if (document_body(c, &body, err) < 0)
		return -1;
	rc = document_create(&w, call_table(c), body, &d, &identical, err);
	return document_answer(c, rc, &d, identical, err);
}

int h_document_list(struct call *c, struct err *err)
{
	struct page page;

	if (call_page(c, &page, err) < 0)
		return -1;
	c->etag_of_body = true;
	return document_list(c->db, c->pool, c->tenant, call_table(c), &page, &c->out, err) < 0 ? -1 : 200;
}

int call_document(struct call *c, more_fn *more, struct err *err)
{
	struct uuid uuid;
	struct doc d;
	int n;

	if (call_uuid(c, &uuid, err) < 0 || db_read_begin(c->db, err) < 0)
		return -1;
	n = doc_load(c->db, c->pool, c->tenant, call_table(c), uuid, &d, err);
	if (n > 0 && (n = put_doc_and(c, &d, more, err)) == 0)
		n = 1;
	db_read_end(c->db);
	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no %s %s", call_table(c)->entity,
			       uuid_text(uuid).s);
	c->etag_of_body = true;
	return n < 0 ? -1 : 200;
}

int h_document_get(struct call *c, struct err *err)
{
	return call_document(c, NULL, err);
}

int h_number(struct call *c, struct err *err)
{
	static const char *const members[] = { "uuid", "kind", NULL };
	struct write w = call_write(c);
	const char *kind, *number;
	struct uuid uuid;
	struct json body;

	if (call_body_only(c, members, &body, err) < 0 || call_need_uuid(body, "uuid", &uuid, err) < 0 ||
	    call_need(body, "kind", 20, &kind, err) < 0)
		return -1;
	if (number_reserve(&w, uuid, kind, &number, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "uuid", uuid);
	jw_put_str(&c->out, "kind", kind);
	jw_put_str(&c->out, "number", number);
	jw_close(&c->out, '}');
	return 200;
}

int h_gaps(struct call *c, struct err *err)
{
	return gaps_list(c->db, c->pool, c->tenant, clock_wall(), &c->out, err) < 0 ? -1 : 200;
}
