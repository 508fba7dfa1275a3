/* A server to be asked odd things by t/0200-http.t: common/http with a handler
 * that tells what it understood.  Prints where it listens, one line each, then
 * "ready"; ends when its standard input does, or once drained.
 *
 *	/echo…			any method: what arrived, as JSON
 *	/body			POST: the body back
 *	/big?n=&type=		n bytes
 *	/later			answered in a later turn of the loop
 *	/hold/:key		held until POST /release/:key
 *	/stream?pieces=&size=&cut=	in pieces, by and by
 *	/take			leaves the server: says what came early and goes
 *	/items/:a/parts/:b	parameters of a path
 *	/problem/:kind		an error of that kind
 *	/small, /large		POST: 8 bytes and 64 KiB at most
 *	/forbidden		refused by its head
 *	/extra, /empty, /unchanged, /counters, /drain */
#include "base/base.h"
#include "base/json.h"
#include "base/log.h"
#include "http/http.h"

#include <event2/event.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

struct echo {
	struct event_base *base;
	struct http_server *server;
	struct held *held;
};

struct held {
	struct held *next;
	struct http_request *rq;
	char key[32];
};

typedef void (*serve_fn)(struct echo *e, struct http_request *rq, const struct route_match *m);

struct row {
	struct route_key key;
	serve_fn serve;
};

static void put_slice(struct buf *out, const char *name, struct slice s)
{
	jw_name(out, name);
	jw_str(out, s.p, s.len);
}

static void put_headers(struct buf *out, const struct http_request *rq)
{
	jw_name(out, "headers");
	jw_open(out, '[');
	for (size_t i = 0; i < rq->n_headers; i++) {
		jw_open(out, '[');
		jw_str(out, rq->headers[i].name.p, rq->headers[i].name.len);
		jw_str(out, rq->headers[i].value.p, rq->headers[i].value.len);
		jw_close(out, ']');
	}
	jw_close(out, ']');
}

static void serve_echo(struct http_request *rq)
{
	struct buf out = { NULL, 0, 0 };

	jw_open(&out, '{');
	jw_put_str(&out, "method", http_method_name(rq->method));
	put_slice(&out, "target", rq->target);
	jw_put_str(&out, "path", rq->path);
	put_slice(&out, "query", rq->query.p != NULL ? rq->query : slice_of(""));
	put_slice(&out, "body", rq->body);
	jw_put_str(&out, "id", rq->id);
	jw_put_str(&out, "peer", rq->peer->address);
	jw_put_bool(&out, "local", rq->peer->local);
	jw_put_int(&out, "uid", rq->peer->local ? (int64_t)rq->peer->uid : -1);
	put_headers(&out, rq);
	jw_close(&out, '}');
	http_reply_json(rq, 200, &out);
}

static void serve_body(struct echo *e UNUSED, struct http_request *rq,
		       const struct route_match *m UNUSED)
{
	struct buf out = { NULL, 0, 0 };

	buf_add(&out, rq->body.p, rq->body.len);
	http_reply(rq, 200, "application/octet-stream", &out);
}

static bool query_int(struct http_request *rq, const char *name, int64_t max, int64_t *value)
{
	struct err err;

	if (http_query_int(rq, name, 0, max, value, &err) >= 0)
		return true;
	http_reply_problem(rq, &err);
	return false;
}

static void serve_big(struct echo *e UNUSED, struct http_request *rq,
		      const struct route_match *m UNUSED)
{
	struct buf out = { NULL, 0, 0 };
	const char *type = NULL;
	struct err err;
	int64_t n = 0;

	if (!query_int(rq, "n", 1 << 28, &n))
		return;
	if (http_query(rq, "type", &type, &err) < 0) {
		http_reply_problem(rq, &err);
		return;
	}
	memset(buf_room(&out, (size_t)n), 'x', (size_t)n);
	buf_used(&out, (size_t)n);
	http_reply(rq, 200, type != NULL ? type : "application/octet-stream", &out);
}

static void answer_later(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	serve_echo(arg);
}

static void serve_later(struct echo *e, struct http_request *rq, const struct route_match *m UNUSED)
{
	static const struct timeval soon = { 0, 1000 };

	event_base_once(e->base, -1, EV_TIMEOUT, answer_later, rq, &soon);
}

static void serve_hold(struct echo *e, struct http_request *rq, const struct route_match *m)
{
	struct held *h = x_alloc(sizeof(*h));

	snprintf(h->key, sizeof(h->key), "%s", m->param[0]);
	h->rq = rq;
	h->next = e->held;
	e->held = h;
}

static void serve_release(struct echo *e, struct http_request *rq, const struct route_match *m)
{
	struct buf out = { NULL, 0, 0 };
	struct held **at = &e->held;
	int64_t released = 0;

	while (*at != NULL) {
		struct held *h = *at;

		if (strcmp(h->key, m->param[0]) != 0) {
			at = &h->next;
			continue;
		}
		*at = h->next;
		serve_echo(h->rq);
		free(h);
		released++;
	}
	buf_int(&out, released);
	http_reply(rq, 200, "text/plain", &out);
}

struct pieces {
	int64_t left, size, cut;
};

static void stream_more(struct http_request *rq, void *ctx)
{
	struct pieces *p = ctx;
	struct buf piece = { NULL, 0, 0 };

	if (p->left == 0) {
		http_stream_end(rq, !p->cut);
		return;
	}
	memset(buf_room(&piece, (size_t)p->size), 'a' + (int)(p->left % 26), (size_t)p->size);
	buf_used(&piece, (size_t)p->size);
	p->left--;
	http_stream_add(rq, &piece);
}

static void stream_gone(struct http_request *rq UNUSED, void *ctx)
{
	free(ctx); /* twice would be found by the sanitizer, never by its leak check */
	puts("stream gone");
}

static void serve_stream(struct echo *e UNUSED, struct http_request *rq,
			 const struct route_match *m UNUSED)
{
	struct pieces p = { 0, 0, 0 };
	struct http_stream stream = { stream_more, stream_gone, NULL };

	if (!query_int(rq, "pieces", 1000000, &p.left) ||
	    !query_int(rq, "size", 1 << 20, &p.size) || !query_int(rq, "cut", 1, &p.cut))
		return;
	stream.ctx = x_alloc(sizeof(p));
	*(struct pieces *)stream.ctx = p;
	http_stream_begin(rq, 200, "text/plain", &stream);
}

static void serve_take(struct echo *e UNUSED, struct http_request *rq,
		       const struct route_match *m UNUSED)
{
	struct buf early = { NULL, 0, 0 };
	int fd = http_take(rq, &early);

	if (fd < 0) {
		http_reply(rq, 503, NULL, NULL);
		return;
	}
	dprintf(fd, "taken: %.*s", (int)early.len, early.len > 0 ? early.data : "");
	close(fd);
	buf_release(&early);
}

static void serve_items(struct echo *e UNUSED, struct http_request *rq, const struct route_match *m)
{
	struct buf out = { NULL, 0, 0 };

	jw_open(&out, '{');
	jw_put_str(&out, "a", m->param[0]);
	jw_put_str(&out, "b", m->param[1]);
	jw_close(&out, '}');
	http_reply_json(rq, 200, &out);
}

static void serve_problem(struct echo *e UNUSED, struct http_request *rq,
			  const struct route_match *m)
{
	struct err err;

	err_field(&err, "/lines/0", "as_asked", "an error of kind %s, as \"asked\"", m->param[0]);
	err.kind = (enum err_kind)atoi(m->param[0]);
	err.retry_after_s = err.kind == ERR_RATE ? 7 : 0;
	http_reply_problem(rq, &err);
}

static void serve_extra(struct echo *e UNUSED, struct http_request *rq,
			const struct route_match *m UNUSED)
{
	struct buf out = { NULL, 0, 0 };

	http_extra(rq, "Cache-Control", "max-age=%d", 60);
	http_extra(rq, "X-Split", "%s", "a\r\nX-Injected: b");
	buf_str(&out, "extra");
	http_reply(rq, 200, "text/plain", &out);
}

static void serve_empty(struct echo *e UNUSED, struct http_request *rq,
			const struct route_match *m UNUSED)
{
	http_reply(rq, 204, NULL, NULL);
}

static void serve_unchanged(struct echo *e UNUSED, struct http_request *rq,
			    const struct route_match *m UNUSED)
{
	http_extra(rq, "ETag", "\"%d\"", 1);
	http_reply(rq, 304, NULL, NULL);
}

static void serve_counters(struct echo *e, struct http_request *rq,
			   const struct route_match *m UNUSED)
{
	const struct http_counters *n = http_server_counters(e->server);
	struct buf out = { NULL, 0, 0 };

	jw_open(&out, '{');
	jw_put_int(&out, "accepted", n->accepted);
	jw_put_int(&out, "refused", n->refused);
	jw_put_int(&out, "requests", n->requests);
	jw_put_int(&out, "open", n->open);
	jw_put_int(&out, "in_hand", n->in_hand);
	jw_name(&out, "answers");
	jw_open(&out, '[');
	for (size_t i = 0; i < ARRAY_LEN(n->answers); i++)
		jw_int(&out, n->answers[i]);
	jw_close(&out, ']');
	jw_close(&out, '}');
	http_reply_json(rq, 200, &out);
}

static void on_drained(void *ctx)
{
	struct echo *e = ctx;

	puts("drained");
	event_base_loopbreak(e->base);
}

static void serve_drain(struct echo *e, struct http_request *rq, const struct route_match *m UNUSED)
{
	int64_t wait_ms = 5000;

	if (!query_int(rq, "wait_ms", 60000, &wait_ms))
		return;
	http_server_drain(e->server, (int)wait_ms, on_drained, e);
	http_reply(rq, 202, NULL, NULL);
}

static const struct row rows[] = {
	{ { HTTP_POST, "/body" }, serve_body },
	{ { HTTP_POST, "/small" }, serve_body },
	{ { HTTP_POST, "/large" }, serve_body },
	{ { HTTP_GET, "/big" }, serve_big },
	{ { HTTP_GET, "/later" }, serve_later },
	{ { HTTP_POST, "/later" }, serve_later },
	{ { HTTP_GET, "/hold/:key" }, serve_hold },
	{ { HTTP_POST, "/release/:key" }, serve_release },
	{ { HTTP_GET, "/stream" }, serve_stream },
	{ { HTTP_GET, "/take" }, serve_take },
	{ { HTTP_GET, "/items/:a/parts/:b" }, serve_items },
	{ { HTTP_GET, "/problem/:kind" }, serve_problem },
	{ { HTTP_GET, "/extra" }, serve_extra },
	{ { HTTP_GET, "/empty" }, serve_empty },
	{ { HTTP_GET, "/unchanged" }, serve_unchanged },
	{ { HTTP_GET, "/counters" }, serve_counters },
	{ { HTTP_POST, "/drain" }, serve_drain },
	{ { HTTP_GET, NULL }, NULL },
};

static void no_route(struct http_request *rq, const struct route_match *m)
{
	struct err err;

	if (m->path_known)
		err_set(&err, ERR_METHOD, "method", "%s is there, but not for %s", rq->path,
			http_method_name(rq->method));
	else
		err_set(&err, ERR_NOT_FOUND, "not_found", "%s is not there", rq->path);
	http_reply_problem(rq, &err);
}

static void on_request(struct http_request *rq, void *ctx)
{
	struct route_match m;

	if (strncmp(rq->path, "/echo", 5) == 0 || strcmp(rq->path, "*") == 0) {
		serve_echo(rq);
		return;
	}
	route_find(rows, sizeof(rows[0]), rq, &m);
	if (m.route < 0)
		no_route(rq, &m);
	else
		rows[m.route].serve(ctx, rq, &m);
}

static int on_head(struct http_request *rq, int64_t *body_max, void *ctx UNUSED, struct err *err)
{
	if (strcmp(rq->path, "/small") == 0)
		*body_max = 8;
	if (strcmp(rq->path, "/large") == 0)
		*body_max = 65536;
	if (strcmp(rq->path, "/forbidden") == 0)
		return err_set(err, ERR_DENIED, "forbidden", "nobody may");
	return 0;
}

static void on_headers(struct http_request *rq, struct buf *out, void *ctx UNUSED)
{
	if (http_header(rq, "Origin").len > 0)
		buf_str(out, "Access-Control-Allow-Origin: *\r\n");
}

static void on_input(evutil_socket_t fd, short what UNUSED, void *arg)
{
	struct echo *e = arg;
	char bytes[64];

	if (read(fd, bytes, sizeof(bytes)) <= 0)
		event_base_loopbreak(e->base);
}

static void listen_all(struct http_server *s, int argc, char **argv)
{
	char where[64];
	struct err err;

	for (int i = 0; i < argc; i++) {
		bool local = argv[i][0] == '/';

		if ((local ? http_listen_unix(s, argv[i], 0600, &err)
			   : http_listen_tcp(s, argv[i], where, &err)) < 0)
			fatal("%s", err.text);
		printf("%s\n", local ? argv[i] : where);
	}
}

static void options_read(struct http_limits *l, int argc, char **argv)
{
	const struct option options[] = {
		{ "connections", required_argument, NULL, 0 },
		{ "head-bytes", required_argument, NULL, 1 },
		{ "head-ms", required_argument, NULL, 2 },
		{ "body-bytes", required_argument, NULL, 3 },
		{ "body-ms", required_argument, NULL, 4 },
		{ "idle-ms", required_argument, NULL, 5 },
		{ "write-ms", required_argument, NULL, 6 },
		{ "pipelined", required_argument, NULL, 7 },
		{ NULL, 0, NULL, 0 },
	};
	int *const numbers[] = { &l->connections, &l->head_bytes, &l->head_ms,  NULL,
				 &l->body_ms,     &l->idle_ms,    &l->write_ms, &l->pipelined };
	int n;

	while ((n = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (n < 0 || n >= (int)ARRAY_LEN(numbers))
			fatal("usage: http-echo [--head-ms N ...] HOST:PORT|/SOCKET ...");
		if (numbers[n] != NULL)
			*numbers[n] = atoi(optarg);
		else
			l->body_bytes = atoll(optarg);
	}
}

int main(int argc, char **argv)
{
	struct http_limits limits = http_default_limits;
	struct echo e = { .base = event_base_new() };
	struct event *input;

	log_init("http-echo", LOG_LEVEL_INFO);
	setvbuf(stdout, NULL, _IOLBF, 0);
	options_read(&limits, argc, argv);
	e.server = http_server_new(e.base, &limits,
				   (struct http_handler){ on_request, on_head, on_headers, &e });
	listen_all(e.server, argc - optind, argv + optind);
	input = event_new(e.base, 0, EV_READ | EV_PERSIST, on_input, &e);
	event_add(input, NULL);
	puts("ready");
	event_base_dispatch(e.base);

	http_server_free(&e.server);
	while (e.held != NULL) {
		struct held *h = e.held;

		e.held = h->next;
		free(h);
	}
	event_free(input);
	event_base_free(e.base);
	return 0;
}
