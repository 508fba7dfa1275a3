/* One request and its answer, from the first byte to the last: the steps that
 * conn_run() takes.  Each is true if something moved, false if it must wait. */
#include "base/base.h"
#include "base/log.h"
#include "http/internal.h"

#define OUTPUT_ENOUGH 65536	/* pipelined answers gathered before the next send */

static struct exchange *exchange_new(struct http_conn *c)
{
	struct pool *pool = server_pool(c->server);
	struct exchange *x = pool_alloc(pool, sizeof(*x));

	x->rq.pool = pool;
	x->rq.conn = c;
	x->rq.server = c->server;
	x->rq.peer = &c->peer;
	x->rq.began = c->began;
	x->rq.path = "";
	x->rq.body = (struct slice){ "", 0 };
	server_next_id(c->server, x->rq.id);
	c->x = x;
	return x;
}

void exchange_free(struct http_conn *c)
{
	struct exchange *x = c->x;
	struct pool *pool;

	if (x == NULL)
		return;
	if (x->stream.gone != NULL)
		x->stream.gone(&x->rq, x->stream.ctx);
	if (x->delivered)
		c->server->counters.in_hand--;
	c->x = NULL;
	pool = x->rq.pool;
	buf_release(&x->extra);
	buf_release(&c->content);
	server_pool_back(c->server, &pool);
}

/* What the handler sees of the head. */
static void exchange_fill(struct exchange *x, bool readable)
{
	const struct head *h = &x->head;

	x->rq.method = h->method;
	x->rq.minor = h->minor;
	x->rq.target = h->target;
	x->rq.headers = h->headers;
	x->rq.n_headers = h->n_headers;
	if (h->id.len > 0)
		snprintf(x->rq.id, sizeof(x->rq.id), "%.*s", (int)h->id.len, h->id.p);
	if (!readable)
		return;
	x->rq.path = h->path;
	x->rq.query = h->query;
	x->keep = !h->close && (h->minor == 1 || h->keep_alive);
}

/* An answer of our own, and the last one: after an error of the protocol
 * nobody knows where the next request begins. */
bool exchange_refuse(struct http_conn *c, const struct err *err)
{
	struct exchange *x = c->x != NULL ? c->x : exchange_new(c);

	x->keep = false;
	c->state = CONN_HANDLER;
	http_reply_problem(&x->rq, err);
	return true;
}

static bool refuse_incomplete(struct http_conn *c)
{
	struct err err;

	err_set(&err, ERR_SYNTAX, "incomplete",
		"the connection was closed in the middle of a request");
	return exchange_refuse(c, &err);
}

static bool finish(struct http_conn *c)
{
	bool keep = c->x->keep;

	exchange_free(c);
	c->state = keep ? CONN_HEAD : CONN_CLOSING;
	c->served = true;
	c->began = 0;
	c->scanned = 0;
	c->blank_seen = false;
	c->refreshed = true;
	c->turns--;
	return true;
}

/* RFC 9112, section 2.2: one empty line before a request is forgiven, for it
 * is what careless clients leave behind a body.  False: its LF is to come. */
static bool skip_blank_line(struct http_conn *c)
{
	struct slice in = conn_input(c);

	if (c->blank_seen || in.len == 0 || in.p[0] != '\r')
		return true;
	if (in.len == 1)
		return false;
	if (in.p[1] == '\n') {
		c->in_at += 2;
		c->blank_seen = true;
	}
	return true;
}

/* Does the handler want what this head announces? */
static void ask_handler(struct exchange *x)
{
	const struct http_handler *h = &x->rq.server->handler;
	struct err err;

	if (h->head == NULL)
		return;
	err_clear(&err);
	if (h->head(&x->rq, &x->body_max, h->ctx, &err) < 0)
		x->refused = pool_memdup(x->rq.pool, &err, sizeof(err));
}

static bool ask_for_body(struct http_conn *c)
{
	struct exchange *x = c->x;
	struct err err;

	x->body_max = c->server->limits.body_bytes;
	ask_handler(x);
	if (body_begin(&c->body, &x->head, x->body_max, &err) < 0)
		return exchange_refuse(c, x->refused != NULL ? x->refused : &err);
	c->state = CONN_BODY;
	if (x->head.expects_continue && x->refused == NULL && conn_input(c).len == 0 &&
	    c->body.state != BODY_WHOLE)
		buf_str(output_end(&c->out), "HTTP/1.1 100 Continue\r\n\r\n");
	return true;
}

/* The lines are copied into the request's pool: the input may move on. */
static bool begin_request(struct http_conn *c, size_t len)
{
	struct exchange *x = exchange_new(c);
	const char *head = pool_memdup(x->rq.pool, conn_input(c).p, len);
	struct err err;
	int r = head_parse(x->rq.pool, head, len, &x->head, &err);

	c->in_at += len;
	exchange_fill(x, r == 0);
	return r < 0 ? exchange_refuse(c, &err) : ask_for_body(c);
}

static bool step_head(struct http_conn *c)
{
	struct slice in;
	struct err err;
	ssize_t len;

	if (c->turns <= 0 || c->blocked || output_pending(&c->out) > OUTPUT_ENOUGH) {
		c->yielded = conn_input(c).len > 0 || c->eof;
		return false;
	}
	if (!skip_blank_line(c) && !c->eof)
		return false;
	in = conn_input(c);
	if (in.len == 0) {
		if (c->eof || c->server->draining)
			c->state = CONN_CLOSING;
		return c->state == CONN_CLOSING;
	}
	if (c->began == 0)
		c->began = c->server->now;
	len = head_length(in.p, in.len, (size_t)c->server->limits.head_bytes, &c->scanned, &err);
	if (len < 0)
		return exchange_refuse(c, &err);
	if (len == 0)
		return c->eof && refuse_incomplete(c);
	return begin_request(c, (size_t)len);
}

/* The whole request, to the handler. */
static bool deliver(struct http_conn *c)
{
	struct http_server *s = c->server;
	struct exchange *x = c->x;
	char id[HTTP_ID_MAX + 1];

	c->state = CONN_HANDLER;
	x->delivered = true;
	s->counters.requests++;
	s->counters.in_hand++;
	/* The request may be gone before its handler is through. */
	memcpy(id, x->rq.id, sizeof(id));
	log_about(id);
	if (x->refused != NULL)
		http_reply_problem(&x->rq, x->refused);
	else
		s->handler.request(&x->rq, s->handler.ctx);
	log_about(NULL);
	return true;
}

static bool unpack_and_deliver(struct http_conn *c)
{
	struct exchange *x = c->x;
	struct buf plain = { NULL, 0, 0 };
	struct err err;

	if (x->head.body_gzip && x->refused == NULL) {
		if (gzip_unpack(&c->server->gzip, c->content.data, c->content.len, x->body_max,
				&plain, &err) < 0) {
			buf_release(&plain);
			return exchange_refuse(c, &err);
		}
		buf_release(&c->content);
		buf_move(&c->content, &plain);
	}
	if (c->content.len > 0)
		x->rq.body = (struct slice){ c->content.data, c->content.len };
	return deliver(c);
}

static bool step_body(struct http_conn *c)
{
	struct slice in = conn_input(c);
	struct err err;
	size_t used;
	int r = body_feed(&c->body, in.p, in.len, &used, &c->content, &err);

	c->in_at += used;
	if (r < 0)
		return exchange_refuse(c, &err);
	if (r > 0)
		return unpack_and_deliver(c);
	if (c->x->refused != NULL)
		return exchange_refuse(c, c->x->refused); /* its body would be read for nothing */
	return c->eof && refuse_incomplete(c);
}

static bool step_handler(struct http_conn *c)
{
	return c->x->answered && finish(c);
}

static bool step_stream(struct http_conn *c)
{
	struct exchange *x = c->x;

	if (!x->ended && !x->asked && x->stream.more != NULL && output_pending(&c->out) == 0) {
		x->asked = true;
		x->stream.more(&x->rq, x->stream.ctx);
	}
	if (x->cut) {
		c->state = CONN_LOST;
		return false;
	}
	return x->ended && finish(c);
}

static bool step_none(struct http_conn *c UNUSED)
{
	return false;
}

bool (*const exchange_steps[CONN_STATES])(struct http_conn *) = {
	[CONN_HEAD] = step_head,
	[CONN_BODY] = step_body,
	[CONN_HANDLER] = step_handler,
	[CONN_STREAM] = step_stream,
	[CONN_CLOSING] = step_none,
	[CONN_LINGER] = step_none,
	[CONN_LOST] = step_none,
};
