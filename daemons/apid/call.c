/* A request from its head to its answer. */
#include "base/base.h"
#include "apid/stage.h"

#include "base/clock.h"
#include "base/log.h"

#include <strings.h>

static struct call *call_new(struct apid *a, struct http_request *rq)
{
	struct call *c = pool_alloc(rq->pool, sizeof *c);

	c->apid = a;
	c->rq = rq;
	c->pool = rq->pool;
	c->shop = a->shop;
	rq->user = c;
	return c;
}

/* --- answers --- */

/* True when the client has these bytes already. */
static bool is_known_there(const struct call *c)
{
	struct slice sent = http_header(c->rq, "If-None-Match");
	const char *bare = strncmp(c->etag, "W/", 2) == 0 ? c->etag + 2 : c->etag;

	if (!sent.p || !c->etag[0] || (c->rq->method != HTTP_GET && c->rq->method != HTTP_HEAD))
		return false;
	return slice_is(sent, "*") || memmem(sent.p, sent.len, bare, strlen(bare));
}

static void call_free(struct call *c, int status)
{
	struct apid *a = c->apid;
	int64_t took = clock_boot() - c->rq->began;

	if (c->route)
		timing_add(&a->timing[c->route->mode], took);
	log_debug("%s %s: %d in %lld us", http_method_name(c->rq->method), c->rq->path, status, (long long)took);
	buf_release(&c->out);
	buf_release(&c->also);
	apid_let_go(a);
}

static void put_headers(const struct call *c)
{
	struct http_request *rq = c->rq;

	if (c->etag[0])
		http_extra(rq, "ETag", "%s", c->etag);
	if (c->location)
		http_extra(rq, "Location", "%s", c->location);
	if (c->link)
		http_extra(rq, "Link", "%s", c->link);
	if (c->file)
		http_extra(rq, "Content-Disposition", "attachment; filename=\"%s\"", c->file);
}

static void answer(struct call *c, int status)
{
	struct http_request *rq = c->rq;
	struct buf body = { 0 };

	if (status == 200 && c->route && c->seen.as_of)
		kept_put(c->apid->kept, c);
	put_headers(c);
	if (status == 200 && is_known_there(c))
		status = 304;
	if (status != 304)
		buf_move(&body, &c->out);
	call_free(c, status);
	if (body.len > 0 && c->file)
		http_reply(rq, status, "text/csv; charset=utf-8", &body);
	else if (body.len > 0)
		http_reply_json(rq, status, &body);
	else
		http_reply(rq, status, NULL, &body);
}

/* What went wrong inside is for our log, not for strangers. */
static const struct err *show(const struct call *c, const struct err *err, struct err *shown)
{
	if (err->kind != ERR_INTERNAL && err->kind != ERR_UNREACHABLE && err->kind != ERR_NONE)
		return err;
	log_error("%s %s (%s): %s", http_method_name(c->rq->method), c->rq->path, c->rq->id, err->text);
	if (c->rq->peer->local)
		return err;
	err_set(shown, err->kind == ERR_UNREACHABLE ? ERR_BUSY : ERR_INTERNAL,
		err->code[0] ? err->code : "internal",
		"this server cannot do it now: its log has more under %s", c->rq->id);
	return shown;
}

static void refuse(struct call *c, const struct err *why)
{
	struct http_request *rq = c->rq;
	struct err shown, err = *show(c, why, &shown);
	struct buf body = { 0 };
	int status = http_status_of(err.kind);

	if (c->also.len > 0) {
		http_problem_open(&body, rq, status, &err);
		jw_raw(&body, c->also.data, c->also.len);
		jw_close(&body, '}');
	}
	call_free(c, status);
	if (body.len > 0)
		http_reply(rq, status, "application/problem+json", &body);
	else
		http_reply_problem(rq, &err);
}

/* --- on the way --- */

static bool is_type(struct slice type, const char *name)
{
	size_t len = strlen(name);

	return type.len >= len && strncasecmp(type.p, name, len) == 0 &&
	       (type.len == len || type.p[len] == ';' || type.p[len] == ' ');
}

static int check_type(const struct call *c, struct err *err)
{
	const char *type = c->route->body == CSV_BODY ? "text/csv" : "application/json";

	if (is_type(http_header(c->rq, "Content-Type"), type))
		return 0;
	return err_set(err, ERR_MEDIA, "content_type", "the body must be %s", type);
}

static int check_body(struct call *c, struct err *err)
{
	const struct route *r = c->route;
	size_t len = c->rq->body.len;
	struct json body;

	if (len == 0 && (r->body == NO_BODY || r->body == MAY_BODY))
		return 0;
	if (len == 0)
		return err_set(err, ERR_SYNTAX, "body_required", "%s takes a %s as its body", c->rq->path,
			       r->body == CSV_BODY ? "CSV file" : "JSON object");
	if (r->body == NO_BODY)
		return err_set(err, ERR_SYNTAX, "body_unexpected", "%s takes no body", c->rq->path);
	if (check_type(c, err) < 0)
		return -1;
	if (r->body_max && len > (size_t)r->body_max)
		return err_set(err, ERR_TOO_LARGE, "body_too_large", "the body must have at most %d bytes",
			       r->body_max);
	return len > PARSE_ON_LOOP || r->body == CSV_BODY ? 0 : call_body(c, &body, err);
}

static struct uuid tenant_of(const struct call *c)
{
	if (!c->apid->hub)
		return c->shop.tenant;
	return c->caller.actor.kind == ACTOR_OPERATOR ? c->tenant : c->caller.actor.tenant;
}

/* The caller is known: what may they, and is it well-formed? */
static void call_admit(struct call *c)
{
	bool operator = c->caller.actor.kind == ACTOR_OPERATOR;
	struct err err = { 0 };

	if (guard_admit(c, &err) < 0 || http_query_only(c->rq, route_query(c->route, operator), &err) < 0 ||
	    check_body(c, &err) < 0) {
		refuse(c, &err);
		return;
	}
	c->tenant = tenant_of(c);
	c->mode = c->route->mode;
	c->handler = c->route->handler;
	c->seen = (struct seen){ 0 };	/* what the guard read is no part of the answer */
	if (kept_get(c->apid->kept, c))
		call_go_on(c, 200, NULL);
	else
		stage_run(c);
}

static void call_known(struct call *c)
{
	if (c->token)
		cache_put(c->apid->cache, c->token_hash, &c->caller);
	call_admit(c);
}

/* The call ends before its request is taken away. */
static void hand_over(struct call *c)
{
	struct http_request *rq = c->rq;
	struct err err = { 0 };
	struct live *live;

	if (live_begin(c, &live, &err) < 0) {
		refuse(c, &err);
		return;
	}
	call_free(c, 101);
	if (live_end(&live, rq, &err) < 0)
		http_reply_problem(rq, &err);
}

void call_go_on(struct call *c, int rc, const struct err *err)
{
	switch (rc) {
	case CALL_NEXT:
		c->mode = c->next_mode;
		c->handler = c->next;
		stage_run(c);
		break;
	case CALL_KNOWN:
		call_known(c);
		break;
	case CALL_UPGRADE:
		hand_over(c);
		break;
	case CALL_KEEP:
	case -1:
		refuse(c, err);
		break;
	default:
		answer(c, rc);
	}
}

static void find_out(struct call *c, handler_fn *look)
{
	c->mode = QUICK;
	c->handler = look;
	stage_run(c);
}

static void ask_stranger(struct call *c)
{
	struct err err = { 0 };
	int n = guard_token(c, &err);

	if (n < 0)
		refuse(c, &err);
	else if (n == 0 || cache_get(c->apid->cache, c->token_hash, &c->caller))
		call_admit(c);
	else
		find_out(c, guard_look);
}

static void ask_operator(struct call *c)
{
	c->caller.actor.kind = ACTOR_OPERATOR;
	if (c->apid->hub && c->route->scope != OF_SERVER)
		find_out(c, guard_tenant);
	else
		call_admit(c);
}

/* Who came to the public door before it was shut is served still; on the Unix
 * socket it would never end. */
static bool comes_too_late(const struct call *c)
{
	return c->apid->closing || (c->apid->stopping && c->rq->peer->local);
}

static void call_begin(struct call *c)
{
	struct err err = { 0 };

	apid_hold(c->apid);
	if (comes_too_late(c)) {
		err_set(&err, ERR_BUSY, "stopping", "the server is stopping: send the same request again");
		err.retry_after_s = 1;
		refuse(c, &err);
	} else if (c->rq->peer->local) {
		ask_operator(c);
	} else {
		ask_stranger(c);
	}
}

/* --- the head --- */

static int refuse_method(struct http_request *rq, unsigned allowed, struct err *err)
{
	struct buf list = { 0 };

	for (int m = 0; m < HTTP_METHODS; m++)
		if (allowed & 1u << m)
			buf_printf(&list, "%s%s", list.len ? ", " : "", http_method_name(m));
	http_extra(rq, "Allow", "%s", list.data);
	err_set(err, ERR_METHOD, "method", "%s takes %s", rq->path, list.data);
	buf_release(&list);
	return -1;
}

static int check_where(const struct call *c, struct err *err)
{
	if (c->route->where == HUB && !c->apid->hub)
		return err_set(err, ERR_NOT_FOUND, "not_here",
			       "%s is answered by the cloud, this is a till", c->rq->path);
	if (c->route->where == TILL && c->apid->hub)
		return err_set(err, ERR_NOT_FOUND, "not_here",
			       "%s is answered by a till, this is the cloud", c->rq->path);
	return 0;
}

static bool is_internal(const struct http_request *rq)
{
	return strncmp(rq->path, "/internal/", 10) == 0 && !rq->peer->local;
}

/* The row of the table; c->route stays NULL when it is a file. */
static int call_route(struct call *c, struct err *err)
{
	struct http_request *rq = c->rq;
	struct route_match m;

	route_find(routes, sizeof routes[0], rq, &m);
	if (m.route >= 0 && !is_internal(rq)) {
		c->route = &routes[m.route];
		memcpy(c->param, m.param, sizeof c->param);
		return check_where(c, err);
	}
	if (m.path_known && !is_internal(rq))
		return refuse_method(rq, m.allowed, err);
	if (!rq->peer->local && files_has(c->apid->files, rq->path)) {
		unsigned reads = 1u << HTTP_GET | 1u << HTTP_HEAD;

		return reads & 1u << rq->method ? 0 : refuse_method(rq, reads, err);
	}
	return err_set(err, ERR_NOT_FOUND, "no_route", "there is nothing at %s", rq->path);
}

int call_head(struct http_request *rq, int64_t *body_max, void *apid, struct err *err)
{
	struct apid *a = apid;
	struct call *c = call_new(a, rq);

	if (browser_check(a->browser, rq, err) < 0)
		return -1;
	if (browser_is_preflight(a->browser, rq))
		return 0;
	if (call_route(c, err) < 0)
		return -1;
	if (c->route && c->route->body_max)
		*body_max = c->route->body_max;
	return 0;
}

void call_headers(struct http_request *rq, struct buf *out, void *apid)
{
	struct apid *a = apid;

	browser_headers(a->browser, rq, out);
}

void call_request(struct http_request *rq, void *apid)
{
	struct apid *a = apid;
	struct call *c = rq->user;

	if (c->route)
		call_begin(c);
	else if (rq->method == HTTP_OPTIONS)
		browser_answer_preflight(rq);
	else
		files_answer(a, rq);
}

/* Nobody but the operator gets this far: service/local.c has looked. */
void call_local(struct http_request *rq, void *apid)
{
	struct call *c = call_new(apid, rq);
	struct err err = { 0 };

	if (call_route(c, &err) == 0)
		call_begin(c);
	else
		http_reply_problem(rq, &err);
}
