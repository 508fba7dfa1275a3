/* What the files of this folder share; nobody else includes it.
 *
 * A connection (struct http_conn) has at most one request in hand; that and
 * its answer are a struct exchange, which lives in the request's pool. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include "http/http.h"

#include <sys/queue.h>

/* --- chars.c: signs and words of the grammar --- */

extern const bool char_token[256];	/* tchar of RFC 9110 */
extern const bool char_text[256];	/* what a header's value may hold */
extern const bool char_target[256];	/* visible ASCII without '#' */
extern const bool char_host[256];	/* of a name or an IPv4 address */

int hex_digit(char c);			/* -1 if it is none */
bool word_is(struct slice s, const char *word);		/* ASCII case does not matter */
struct slice trimmed(struct slice s);			/* without blanks around it */
size_t upto(struct slice s, char c);			/* bytes before the first c, or all */
static inline struct slice from(struct slice s, size_t n)	/* without its first n bytes */
{
	return (struct slice){ s.p + n, s.len - n };
}
/* The next member of a comma-separated list, trimmed, perhaps empty; false at the end. */
bool list_next(struct slice *list, struct slice *member_r);

/* --- head.c, target.c, field.c --- */

#define HEAD_LINES_MAX 100

struct head {
	enum http_method method;
	int minor;			/* of HTTP/1.x */
	struct slice target;
	struct slice authority;		/* of an absolute-form target */
	char *path;
	struct slice query;
	struct http_header *headers;
	size_t n_headers;

	/* What the fields say. */
	uint64_t seen;			/* bit for each row of field.c's table */
	struct slice host, id;
	bool has_length, chunked;
	int64_t length;
	bool close, keep_alive;		/* as the client wishes */
	bool expects_continue;
	bool body_gzip;
	int gzip_q, any_q;		/* of Accept-Encoding: -1 not named, 0 refused, 1 welcome */
};

/* How long the head at p is, its empty line included; 0 when it is not whole
 * yet.  *seen (0 at first) is how far earlier calls have looked. */
ssize_t head_length(const char *p, size_t len, size_t max, size_t *seen,
		    struct err *err) MUST_CHECK;
/* p: a whole head.  What is found points into p or the pool.  After an error
 * the method is right if it could be read, and there are no headers. */
int head_parse(struct pool *pool, const char *p, size_t len, struct head *h,
	       struct err *err) MUST_CHECK;
/* One "name: value CRLF" off the front of text, which ends in CRLF. */
int head_line(struct slice *text, struct http_header *line, struct err *err) MUST_CHECK;

int target_parse(struct pool *pool, struct head *h, struct err *err) MUST_CHECK;
/* out has room for s.len + 1 bytes and is terminated.  The length, or -1 for a
 * broken escape. */
ssize_t percent_decode(struct slice s, bool plus_is_blank, char *out) MUST_CHECK;

int field_read(struct head *h, const struct http_header *line, struct err *err) MUST_CHECK;
int field_check_all(const struct head *h, struct err *err) MUST_CHECK;	/* after the last line */
bool port_is_valid(struct slice s);			/* digits of 0 to 65535 */
bool field_takes_gzip(const struct head *h);

/* --- body.c, gzip.c --- */

enum body_state {
	BODY_DATA,
	BODY_CHUNK_SIZE,
	BODY_CHUNK_DATA,
	BODY_CHUNK_END,
	BODY_TRAILER,
	BODY_WHOLE
};

struct body {
	enum body_state state;
	int64_t left;			/* bytes still to come, of the body or of this chunk */
	int64_t got, max;
	size_t trailer_bytes;
};

int body_begin(struct body *b, const struct head *h, int64_t max, struct err *err) MUST_CHECK;
/* Takes from p what belongs to the body; its data goes to out.  1: whole, 0:
 * wants more, -1.  *used_r bytes were taken; the rest must come again, with
 * more behind it. */
int body_feed(struct body *b, const char *p, size_t len, size_t *used_r, struct buf *out,
	      struct err *err) MUST_CHECK;

struct gzip;				/* what zlib needs, kept for reuse */
void gzip_free(struct gzip **gp);
int gzip_unpack(struct gzip **gp, const char *p, size_t len, int64_t max, struct buf *out,
		struct err *err) MUST_CHECK;
void gzip_pack(struct gzip **gp, const char *p, size_t len, struct buf *out);

/* --- output.c --- */

/* First the small, then the large: answers are gathered in the small one, and
 * a big body is moved, not copied, behind them. */
struct output {
	struct buf small, large;
	size_t sent;
};

struct buf *output_end(struct output *o);		/* where more is appended */
void output_take(struct output *o, struct buf *bytes);	/* bytes is empty afterwards */
size_t output_pending(const struct output *o);
/* 1: all is with the kernel, 0: it takes no more now, -1: the client is gone. */
int output_flush(struct output *o, int fd, bool *progress_r) MUST_CHECK;
void output_release(struct output *o);

/* --- wait.c --- */

enum wait { WAIT_IDLE, WAIT_HEAD, WAIT_BODY, WAIT_WRITE, WAIT_LINGER, WAITS, WAIT_NONE = WAITS };

TAILQ_HEAD(conn_list, http_conn);

struct waits {
	struct event *timer;
	int64_t armed_for;		/* clock_boot(), INT64_MAX: not armed */
	struct conn_list list[WAITS];	/* each in the order of its deadlines */
};

void waits_init(struct http_server *s, struct event_base *base);
void waits_release(struct http_server *s);
void wait_for(struct http_conn *c, enum wait what);	/* from now on; WAIT_NONE ends it */

/* --- connections --- */

struct tunnel;

enum conn_state {
	CONN_HEAD,	/* between requests, or in a head */
	CONN_BODY,
	CONN_HANDLER,	/* a request is with the handler */
	CONN_STREAM,	/* its answer is given in pieces */
	CONN_CLOSING,	/* no more requests; what waits is sent, then we half close */
	CONN_LINGER,	/* the client may still read: what it sends is thrown away */
	CONN_LOST,	/* the descriptor is closed or taken */
	CONN_STATES
};

struct http_conn {
	TAILQ_ENTRY(http_conn) link, wait_link;
	struct http_server *server;
	int fd;			/* -1: closed, or taken */
	enum conn_state state;
	struct event *readable, *writable;
	bool reads, writes;	/* which of them is added */
	bool running;		/* inside conn_run(): an answer given now is seen there */
	bool eof;		/* the client will send nothing more */
	bool surplus;		/* over the limit: only told so */
	bool served;		/* it has had an answer */
	bool blank_seen;	/* the one empty line before a request that is forgiven */
	bool refreshed;		/* a request was finished: waiting begins anew */
	bool blocked;		/* answers are stuck: no new request until all are sent */
	bool yielded;		/* could go on, but others come first */
	int turns;		/* requests that may still be answered before that */
	enum wait wait;
	int64_t deadline;
	int64_t began;		/* first byte of the head in hand, 0 before it */
	int64_t lingered;	/* bytes thrown away */
	struct buf in;
	size_t in_at;		/* how much of it is dealt with */
	size_t scanned;		/* of the head: what head_length() has seen */
	struct body body;
	struct buf content;	/* the body so far */
	struct output out;
	struct exchange *x;
	struct tunnel *tunnel;	/* the TLS in front of it, or NULL */
	bool cut;		/* nobody may take what was sent for the whole */
	struct http_peer peer;
};

struct exchange {
	struct http_request rq;
	struct head head;
	struct err *refused;		/* by handler.head(): told when its body is over */
	int64_t body_max;
	bool delivered, answered;
	bool keep;			/* the connection goes on afterwards */
	struct buf extra;		/* header lines for the answer */
	struct http_stream stream;
	bool asked;			/* stream.more() was called, nothing came yet */
	bool ended, cut;		/* the stream; cut: not complete */
};

/* --- exchange.c --- */

extern bool (*const exchange_steps[CONN_STATES])(struct http_conn *c);
/* An answer of our own, and the connection's last. */
bool exchange_refuse(struct http_conn *c, const struct err *err);
void exchange_free(struct http_conn *c);	/* the one in hand, if any */

/* --- conn.c --- */

void conn_new(struct http_server *s, int fd, const struct http_peer *peer, struct tunnel *tunnel, bool surplus);
/* Goes on as far as bytes, answers and the socket allow.  c may be gone afterwards. */
void conn_run(struct http_conn *c);
void conn_expired(struct http_conn *c);		/* its deadline has come */
/* The server ends: who rests is let go.  c may be gone afterwards. */
void conn_farewell(struct http_conn *c);
/* Closes at once; a request in hand stays valid until it is answered. */
void conn_drop(struct http_conn *c);
void conn_free(struct http_conn **cp);		/* with whatever it has in hand */
struct slice conn_input(const struct http_conn *c);	/* what is read and not dealt with */

/* --- reply.c, stream.c, problem.c --- */

static inline struct exchange *exchange_of(const struct http_request *rq)
{
	return CONTAINER_OF(rq, struct exchange, rq);
}

/* Status line and headers into the output.  length -1: chunked, or to the end
 * of the connection for HTTP/1.0. */
void reply_head(struct exchange *x, int status, const char *type, int64_t length);
void reply_given(struct exchange *x);		/* the handler has answered: go on */
int problem_status(const struct err *err);

/* --- tls.c, tunnel.c: behind pointers, so that only who wants TLS links it --- */

struct tunnels;

struct secure {
	void (*admit)(struct http_server *s, int fd, const struct http_peer *peer, bool surplus);
	void (*join)(struct tunnel *t, struct tunnel **known_as);
	/* The connection lets go of it: closed, or taken by another process. */
	void (*left)(struct tunnel *t, bool taken, bool cut);
	void (*free)(struct http_server *s);
};

/* --- server.c, listen.c, owner.c --- */

#define SPARE_POOLS 16

struct listener {
	TAILQ_ENTRY(listener) link;
	struct http_server *server;
	struct event *event;
	int fd;
	char *path;			/* of a Unix socket that we made, else NULL */
	dev_t dev;			/* … and what stood there then */
	ino_t ino;
};

struct http_server {
	struct event_base *base;
	struct http_limits limits;
	struct http_handler handler;
	struct http_counters counters;
	int surplus;			/* open connections beyond the limit */
	struct conn_list conns;
	struct waits waits;
	TAILQ_HEAD(, listener) listeners;
	struct event *accept_again;	/* after a pause for want of descriptors */
	int64_t accept_warned;

	/* Room that whoever runs just now borrows: a connection at rest holds none. */
	struct buf spare_in, spare_out;
	struct pool *spare_pools[SPARE_POOLS];
	int n_spare_pools;
	struct gzip *gzip;

	int64_t now;			/* clock_boot() when this turn of a connection began */
	char date[40];			/* "Date: …\r\n", right until date_until */
	int64_t date_until;
	char id_base[20];		/* of request ids: unique to this server's life */
	uint64_t id_last;

	const struct secure *secure;	/* NULL: no TLS */
	struct tunnels *tunnels;
	int leaving;			/* tunnels that still send what is left */

	bool draining;
	struct event *drain_timer;
	void (*drained)(void *ctx);
	void *drained_ctx;
};

void server_lend(struct buf *spare, struct buf *b);		/* if b has none */
void server_return(struct buf *spare, struct buf *b);		/* b is empty and bare afterwards */
struct pool *server_pool(struct http_server *s);
void server_pool_back(struct http_server *s, struct pool **poolp);
const char *server_date(struct http_server *s);
void server_next_id(struct http_server *s, char id[HTTP_ID_MAX + 1]);
void server_check_drained(struct http_server *s);
struct event *event_made(struct event *ev);	/* panics when libevent had no memory */

void listeners_free(struct http_server *s);
void listeners_resume(int fd, short what, void *server);	/* the timer's: after a pause */

/* "fexl-apid (pid 4711)", or "another program" where the kernel does not tell. */
void owner_of_port(int port, char *who_r, size_t size);

#endif
