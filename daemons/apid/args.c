/* What handlers ask of their request. */
#include "base/base.h"
#include "apid/stage.h"

#include "base/crypto.h"

#define LIMIT_DEFAULT 50
#define ANSWER_BYTES 500		/* room for most records at once */

int call_then(struct call *c, enum mode mode, handler_fn *fn)
{
	c->next_mode = mode;
	c->next = fn;
	return CALL_NEXT;
}

struct write call_write(struct call *c)
{
	return (struct write){ .t = c->txn, .site = &c->shop.site, .tenant = c->tenant,
			       .who = &c->caller.actor };
}

const struct table *call_table(const struct call *c)
{
	return schema_table(c->route->table);
}

/* --- the body --- */

int call_body(struct call *c, struct json *body, struct err *err)
{
	if (!c->parsed && c->rq->body.len > 0) {
		if (json_parse(c->pool, c->rq->body.p, c->rq->body.len, &c->body, err) < 0)
			return -1;
		if (json_type(c->body) != JSON_OBJECT)
			return err_field(err, "", "type", "the body must be a JSON object");
		c->parsed = true;
	}
	*body = c->body;
	return 0;
}

int call_body_only(struct call *c, const char *const *names, struct json *body, struct err *err)
{
	return call_body(c, body, err) < 0 ? -1 : json_only(*body, names, err);
}

int call_body_of(struct call *c, const char *member, struct uuid uuid, struct json *body, struct err *err)
{
	struct buf text = { 0 };
	char field[POINTER_MAX];
	struct json sent;
	int rc;

	if (call_body(c, &sent, err) < 0)
		return -1;
	member_pointer(field, member);
	if (json_type(json_member(sent, member)) != JSON_MISSING)
		return err_field(err, field, "unknown_field", "%s is named by the path: leave it out", member);
	jw_open(&text, '{');
	jw_put_uuid(&text, member, uuid);
	for (struct json_iter it = json_iter(sent); json_next(&it);) {
		jw_str(&text, it.name, strlen(it.name));
		buf_char(&text, ':');
		json_print(it.value, &text);
	}
	jw_close(&text, '}');
	rc = json_parse(c->pool, text.data, text.len, body, err);
	buf_release(&text);
	return rc;
}

static int missing(const char *name, struct err *err)
{
	char field[80];

	snprintf(field, sizeof field, "/%s", name);
	return err_field(err, field, "required", "%s is missing", name);
}

int call_need(struct json body, const char *name, size_t max, const char **out, struct err *err)
{
	int n = json_get_str(body, name, max, out, err);

	return n == 0 ? missing(name, err) : MIN(n, 0);
}

int call_need_uuid(struct json body, const char *name, struct uuid *out, struct err *err)
{
	int n = json_get_uuid(body, name, out, err);

	return n == 0 ? missing(name, err) : MIN(n, 0);
}

/* --- path, query, headers --- */

int call_uuid(const struct call *c, struct uuid *uuid, struct err *err)
{
	if (uuid_parse(uuid, c->param[0], strlen(c->param[0])) == 0)
		return 0;
	return err_set(err, ERR_NOT_FOUND, "not_found", "%.60s is no UUID: nothing has this name",
		       c->param[0]);
}

int call_page(const struct call *c, struct page *page, struct err *err)
{
	int64_t limit = LIMIT_DEFAULT;

	if (http_query_int(c->rq, "limit", 1, PAGE_MAX, &limit, err) < 0 ||
	    http_query(c->rq, "after", &page->after, err) < 0 || http_query(c->rq, "q", &page->q, err) < 0)
		return -1;
	page->limit = (int)limit;
	return 0;
}

const char *call_header(const struct call *c, const char *name)
{
	struct slice value = http_header(c->rq, name);

	return value.p ? pool_strndup(c->pool, value.p, value.len) : NULL;
}

/* --- a row --- */

int call_load_row(struct call *c, struct row *r, struct err *err)
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

static void put_row(const struct row *r, struct buf *out)
{
	jw_open(out, '{');
	row_json(r, FORM_REST, out);
	jw_close(out, '}');
}

int call_answer_row(struct call *c, const struct row *r, int status)
{
	buf_room(&c->out, ANSWER_BYTES);
	put_row(r, &c->out);
	record_etag(r, c->etag);
	return status;
}

int call_refuse_with(struct call *c, const struct row *r)
{
	jw_name(&c->also, "current");
	if (!r->table || r->deleted_at)
		jw_null(&c->also);
	else
		put_row(r, &c->also);
	return -1;
}

/* --- the answer --- */

const char *call_location(const struct call *c, const struct row *r)
{
	char *path = pool_printf(c->pool, "/api/%s/%s", r->table->name, uuid_text(r->uuid).s);

	for (char *p = path; *p; p++)
		if (*p == '_')
			*p = '-';
	return path;
}

/* Weak: gzip may come over the bytes. */
void call_etag_of_body(struct call *c)
{
	uint8_t hash[SHA256_LEN];
	struct buf hex = { 0 };

	sha256(c->out.data, c->out.len, hash);
	hex_add(&hex, hash, 12);
	snprintf(c->etag, sizeof c->etag, "W/\"%s\"", hex.data);
	buf_release(&hex);
}
