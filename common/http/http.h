/* A strict HTTP/1.1 server (RFC 9110, RFC 9112) on libevent's loop, for TCP and
 * for Unix sockets.  One thread, one event_base, one server; every call below
 * is made on that thread.
 *
 * What is doubtful is refused: each message has exactly one reading, or none.
 * Every error, also of the protocol itself, is application/problem+json
 * (RFC 9457).  Every wait and every size has a limit.
 *
 *	head.c		the bytes of a head -> its lines (pure, fuzzed)
 *	target.c	what stands between method and version -> path and query
 *	field.c		headers that mean something to the protocol itself
 *	body.c		Content-Length and chunked bodies (pure, fuzzed)
 *	gzip.c		packing and unpacking, with limits
 *	conn.c		a connection: reading, sending, waiting, its end
 *	exchange.c	one request on it, from the first byte to the answer
 *	output.c	what waits to be sent
 *	wait.c		deadlines of all connections on one timer
 *	reply.c		answers;  stream.c in pieces;  problem.c when it went wrong
 *	route.c		method and path -> a row of the caller's table
 *	query.c		query parameters
 *	tls.c		TLS for TCP;  tunnel.c between it and plain bytes
 *	server.c	birth, drain, end;  listen.c sockets;  owner.c who has our port
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/uuid.h"

struct event_base;
struct http_server;
struct http_conn;

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHODS };
const char *http_method_name(enum http_method m);

struct http_limits {
	int connections;	/* at once; one more is answered 503 and closed */
	int head_bytes;		/* request line and headers: 431, or 414 for the target alone */
	int head_ms;		/* from the first byte of a head to its last: 408 */
	int64_t body_bytes;	/* as received and as unpacked: 413 */
	int body_ms;		/* from the end of the head to the last byte: 408 */
	int idle_ms;		/* between requests: closed silently */
	int write_ms;		/* without any progress in sending: closed */
	int pipelined;		/* requests waiting on one connection before we stop reading;
				   as many are answered in one turn of the loop */
};
extern const struct http_limits http_default_limits;

struct http_header {
	struct slice name;	/* as sent; compared without case */
	struct slice value;	/* blanks around it removed */
};

/* Who is at the other end. */
struct http_peer {
	bool local;		/* a Unix socket: uid, gid, pid are the kernel's word */
	uid_t uid;
	gid_t gid;
	pid_t pid;
	char address[64];	/* "127.0.0.1:41234", "[::1]:80", or "unix" */
};

#define HTTP_ID_MAX 64

struct http_request {
	struct pool *pool;		/* dies when the answer has been handed to the kernel or the client is gone */
	struct http_conn *conn;
	struct http_server *server;
	enum http_method method;
	int minor;			/* of HTTP/1.x */
	struct slice target;		/* as sent */
	char *path;			/* percent-decoded, terminated UTF-8; no control characters, no dot segments,
					   begins with '/'; "*" with OPTIONS only */
	struct slice query;		/* raw, without '?' */
	const struct http_header *headers;
	size_t n_headers;
	struct slice body;		/* whole, unpacked when it came as gzip */
	char id[HTTP_ID_MAX + 1];	/* X-Request-Id: the client's if it is 1..64 of [A-Za-z0-9._-], else ours */
	const struct http_peer *peer;
	int64_t began;			/* clock_boot() of its first byte */
	void *user;			/* the handler's own */
};

/* The value of a header that may stand once only; an empty slice (p NULL) when
 * it is absent.  Repeated Host, Content-Length, Content-Type, Authorization,
 * Origin … were refused before the handler ran. */
struct slice http_header(const struct http_request *rq, const char *name);

/* A query parameter, percent-decoded into the pool; NULL when absent.  A
 * parameter given twice, or not decodable, is an error (1 found, 0, -1). */
int http_query(const struct http_request *rq, const char *name, const char **value, struct err *err) MUST_CHECK;
int http_query_int(const struct http_request *rq, const char *name, int64_t min, int64_t max, int64_t *value, struct err *err) MUST_CHECK;
/* Every parameter must be in this NULL-terminated list. */
int http_query_only(const struct http_request *rq, const char *const *names, struct err *err) MUST_CHECK;

/* --- server --- */

struct http_handler {
	/* The request is whole.  Answer now or later, exactly once, on this
	 * thread.  rq stays valid until then, even if the client goes away
	 * (what is then answered is dropped). */
	void (*request)(struct http_request *rq, void *ctx);
	/* May be NULL.  The head is read, the body is not: refuse early (return
	 * -1 with err) what is too large for its route, unknown, or foreign;
	 * set *body_max to allow less or more than limits.body_bytes. */
	int (*head)(struct http_request *rq, int64_t *body_max, void *ctx, struct err *err);
	/* May be NULL.  Adds whole lines ("Name: value\r\n") to every answer:
	 * CORS and the like.  After an error of the protocol rq may have no
	 * headers and an empty path. */
	void (*headers)(struct http_request *rq, struct buf *out, void *ctx);
	void *ctx;
};

struct http_server *http_server_new(struct event_base *base, const struct http_limits *limits, struct http_handler handler);
/* "host:port", "[v6]:port"; port 0 lets the kernel choose.  Several are allowed.
 * where_r (64 bytes) gets the address in fact bound.  -1 with err that names
 * the owner of a taken port where the kernel tells. */
int http_listen_tcp(struct http_server *s, const char *address, char *where_r, struct err *err);
/* mode: permission bits of the socket file.  A stale file is removed; a living
 * server behind it is an error. */
int http_listen_unix(struct http_server *s, const char *path, int mode, struct err *err);
/* A listening socket made by somebody else (systemd); where_r as above, or NULL. */
int http_listen_fd(struct http_server *s, int fd, char *where_r, struct err *err);

/* From now on TCP is spoken in TLS 1.2 or later, with this certificate (and what
 * leads from it to its authority) and key, both PEM.  http_take() gives the plain
 * end of a connection then: a Unix socket that lives as long as this server. */
int http_server_tls(struct http_server *s, const char *cert, const char *key, struct err *err) MUST_CHECK;
/* When that certificate ends, in microseconds since 1970. */
int http_certificate_ends(const char *cert, int64_t *at_r, struct err *err) MUST_CHECK;

/* Stops accepting, closes idle connections (a new one that has not asked yet
 * after 2 s), lets requests in hand finish;
 * drained(ctx) is called once nothing is left, or after wait_ms at the latest. */
void http_server_drain(struct http_server *s, int wait_ms, void (*drained)(void *ctx), void *ctx);
/* Requests that are still in hand end with it: nobody may answer them later. */
void http_server_free(struct http_server **sp);

struct http_counters {
	int64_t accepted, refused, requests, answers[6];	/* answers by hundreds: [2] is 2xx; [0] unused */
	int open, in_hand;
};
const struct http_counters *http_server_counters(const struct http_server *s);

/* --- answers --- */

/* One header line for the coming answer; value without CR, LF, NUL. */
void http_extra(struct http_request *rq, const char *name, const char *fmt, ...) PRINTF(3, 4);

/* body may be NULL; its bytes are taken (it is empty afterwards).  gzip is
 * applied above 1 KiB when the client takes it and type is text or JSON. */
void http_reply(struct http_request *rq, int status, const char *type, struct buf *body);
void http_reply_json(struct http_request *rq, int status, struct buf *body);
/* Status by err->kind; members: type, title, status, detail, code, instance
 * (the request id), and field where there is one. */
void http_reply_problem(struct http_request *rq, const struct err *err);
/* The same as JSON text, for answers that embed more: opens the object and
 * leaves it open. */
void http_problem_open(struct buf *out, const struct http_request *rq, int status, const struct err *err);
int http_status_of(enum err_kind kind);
const char *http_status_text(int status);

/* A long answer in pieces (chunked).  more(ctx) is called when the client has
 * taken what was sent; it calls http_stream_add() and http_stream_end(), or
 * waits for a thread and calls them later.  gone(ctx) is called exactly once,
 * at the end or when the client left; rq ends with it.  Each call below may
 * itself lead to gone() when it is not made inside of a callback of ours. */
struct http_stream {
	void (*more)(struct http_request *rq, void *ctx);
	void (*gone)(struct http_request *rq, void *ctx);
	void *ctx;
};
void http_stream_begin(struct http_request *rq, int status, const char *type, const struct http_stream *stream);
void http_stream_add(struct http_request *rq, struct buf *piece);	/* takes the bytes */
void http_stream_end(struct http_request *rq, bool complete);		/* false: cut off, so that the client notices */

/* Takes the connection away from the server: its descriptor, and what was
 * already read beyond this request.  rq is gone afterwards.  -1 when it cannot
 * be had (the client left, or still owes us the reading of earlier answers):
 * then answer as usual. */
int http_take(struct http_request *rq, struct buf *early) MUST_CHECK;

/* --- routes --- */

/* A path pattern: "/api/products/:uuid", ":name" for one segment. */
#define ROUTE_PARAMS_MAX 4
struct route_match {
	int route;			/* index in the table, or -1 */
	bool path_known;		/* some row has this path: 405, not 404 */
	unsigned allowed;		/* route -1: bit (1 << method) of each method the path has */
	const char *param[ROUTE_PARAMS_MAX];	/* into rq->pool, in order of the pattern */
};

struct route_key {			/* first member of the caller's row */
	enum http_method method;
	const char *pattern;		/* NULL ends the table */
};
/* table: rows of `stride` bytes that begin with struct route_key. */
void route_find(const void *table, size_t stride, struct http_request *rq, struct route_match *m);

#endif
