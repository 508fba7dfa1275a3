/* Answers: the head is written straight into the connection's output. */
#include "base/base.h"
#include "base/log.h"
#include "http/internal.h"

#include <stdarg.h>
#include <strings.h>

#define GZIP_MIN 1024

static const struct {
	int status;
	const char *text;
} status_texts[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 424, "Failed Dependency" },
	{ 425, "Too Early" },
	{ 426, "Upgrade Required" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
};

const char *http_status_text(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(status_texts); i++)
		if (status_texts[i].status == status)
			return status_texts[i].text;
	return "Other";
}

void http_extra(struct http_request *rq, const char *name, const char *fmt, ...)
{
	struct buf *extra = &exchange_of(rq)->extra;
	char value[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	/* Whatever went into it, it stays one line: nobody splits our answers. */
	for (char *p = value; *p != '\0'; p++)
		if (!char_text[(uint8_t)*p])
			*p = '_';
	buf_printf(extra, "%s: %s\r\n", name, value);
}

static bool has_extra(const struct exchange *x, const char *name)
{
	const char *line = x->extra.data, *lf;
	size_t len = strlen(name);

	for (; x->extra.len > 0 && (lf = strchr(line, '\n')) != NULL; line = lf + 1)
		if (strncasecmp(line, name, len) == 0 && line[len] == ':')
			return true;
	return false;
}

/* A literal, without counting its bytes each time. */
#define PUT(out, text) buf_add(out, text, sizeof(text) - 1)

static void put_line(struct buf *out, const char *name, const char *value)
{
	buf_str(out, name);
	buf_str(out, value);
	PUT(out, "\r\n");
}

static void put_length(struct buf *out, const struct exchange *x, int status, int64_t length)
{
	if (status == 204 || status == 304)
		return;
	if (length >= 0) {
		PUT(out, "Content-Length: ");
		buf_int(out, length);
		PUT(out, "\r\n");
	} else if (x->head.minor > 0) {
		PUT(out, "Transfer-Encoding: chunked\r\n");
	}
}

static void put_connection(struct buf *out, const struct exchange *x)
{
	if (!x->keep)
		PUT(out, "Connection: close\r\n");
	else if (x->head.minor == 0)
		PUT(out, "Connection: keep-alive\r\n");
}

static void put_status(struct buf *out, int status)
{
	if (status == 200) {
		PUT(out, "HTTP/1.1 200 OK\r\n");
		return;
	}
	PUT(out, "HTTP/1.1 ");
	buf_int(out, status);
	buf_char(out, ' ');
	put_line(out, "", http_status_text(status));
}

void reply_head(struct exchange *x, int status, const char *type, int64_t length)
{
	struct http_server *s = x->rq.server;
	struct output *o = &x->rq.conn->out;
	struct buf *out;

	server_lend(&s->spare_out, &o->small);
	out = output_end(o);
	s->counters.answers[MIN(MAX(status / 100, 1), 5)]++;
	if (s->handler.headers != NULL)
		s->handler.headers(&x->rq, &x->extra, s->handler.ctx);
	x->keep = x->keep && !s->draining && (length >= 0 || x->head.minor > 0);

	put_status(out, status);
	buf_str(out, server_date(s));
	put_line(out, "X-Request-Id: ", x->rq.id);
	PUT(out, "X-Content-Type-Options: nosniff\r\n");
	if (!has_extra(x, "Cache-Control"))
		PUT(out, "Cache-Control: no-store\r\n");
	if (x->extra.len > 0)
		buf_add(out, x->extra.data, x->extra.len);
	if (type != NULL)
		put_line(out, "Content-Type: ", type);
	put_length(out, x, status, length);
	put_connection(out, x);
	PUT(out, "\r\n");
}

void reply_given(struct exchange *x)
{
	x->answered = true;
	conn_run(x->rq.conn);
}

static bool type_packs_well(const char *type)
{
	static const char *const types[] = {
		"text/", "application/json", "application/problem+json", "application/javascript",
		"application/manifest+json", "image/svg+xml",
	};

	for (size_t i = 0; type != NULL && i < ARRAY_LEN(types); i++)
		if (strncmp(type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

static void pack(struct exchange *x, const char *type, struct buf *body)
{
	struct buf packed = { NULL, 0, 0 };

	if (body->len <= GZIP_MIN || !type_packs_well(type) || has_extra(x, "Content-Encoding"))
		return;
	http_extra(&x->rq, "Vary", "Accept-Encoding");
	if (!field_takes_gzip(&x->head))
		return;
	gzip_pack(&x->rq.server->gzip, body->data, body->len, &packed);
	buf_release(body);
	buf_move(body, &packed);
	http_extra(&x->rq, "Content-Encoding", "gzip");
}

void http_reply(struct http_request *rq, int status, const char *type, struct buf *body)
{
	struct exchange *x = exchange_of(rq);
	struct buf none = { NULL, 0, 0 };

	if (x->answered)
		panic("%s %s was answered twice", http_method_name(rq->method), rq->path);
	if (body == NULL)
		body = &none;
	if (rq->conn->fd >= 0) {
		pack(x, type, body);
		reply_head(x, status, type, (int64_t)body->len);
		if (rq->method != HTTP_HEAD && status != 204 && status != 304)
			output_take(&rq->conn->out, body);
	}
	buf_release(body);
	reply_given(x);
}

void http_reply_json(struct http_request *rq, int status, struct buf *body)
{
	http_reply(rq, status, "application/json", body);
}
