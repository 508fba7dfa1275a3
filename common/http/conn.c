/* A connection, as a machine of few states: each has one step, which takes it
 * further or says that it must wait.  conn_run() steps until nothing moves,
 * then settle() sends what was gathered and says for what, and for how long,
 * we wait.  Requests are handed over one after another, so answers are in
 * order by themselves.
 *
 * The answer to a request may be given inside the handler (then conn_run() is
 * below us on the stack and goes on) or at any later time (then it is called).
 * Whoever calls conn_run() must not look at the connection afterwards. */
#include "base/base.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 65536
#define AHEAD_MAX 65536		/* bytes read while a request is in hand */
#define LINGER_BYTES (16 * 1024 * 1024)

struct slice conn_input(const struct http_conn *c)
{
	if (c->in.data == NULL)
		return (struct slice){ "", 0 };
	return (struct slice){ c->in.data + c->in_at, c->in.len - c->in_at };
}

/* Lets go of the socket; it is closed unless somebody took it. */
static void unplug(struct http_conn *c, bool close_it)
{
	if (c->fd < 0)
		return;
	wait_for(c, WAIT_NONE);
	event_free(c->readable);
	event_free(c->writable);
	if (c->tunnel != NULL)
		c->server->secure->left(c->tunnel, !close_it, c->cut);
	if (close_it)
		close(c->fd);
	c->fd = -1;
	c->server->counters.open--;
	c->server->surplus -= c->surplus;
}

void conn_free(struct http_conn **cp)
{
	struct http_conn *c = *cp;
	struct http_server *s = c->server;

	*cp = NULL;
	unplug(c, true);
	exchange_free(c);
	TAILQ_REMOVE(&s->conns, c, link);
	buf_release(&c->in);
	output_release(&c->out);
	free(c);
	server_check_drained(s);
}

void conn_drop(struct http_conn *c)
{
	unplug(c, true);
	if (c->state == CONN_HANDLER && !c->x->answered)
		c->state = CONN_LOST;
	else if (c->state != CONN_LOST)
		conn_free(&c);
}

/* So that nobody takes what was sent for the whole: HTTP/1.0 knows the end of
 * an answer by the end of the connection. */
static void reset_on_close(struct http_conn *c)
{
	struct linger none = { .l_onoff = 1, .l_linger = 0 };

	c->cut = true;
	if (c->fd >= 0)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

static void settle_lost(struct http_conn *c)
{
	if (c->x != NULL && c->x->cut)
		reset_on_close(c);
	if (c->x == NULL || c->x->answered)
		conn_free(&c);
}

/* All is sent.  A plain close() would have the kernel answer what the client
 * still sends with a reset, and the reset would eat the answer. */
static void half_close(struct http_conn *c)
{
	shutdown(c->fd, SHUT_WR);
	c->in_at = c->in.len;
	c->state = CONN_LINGER;
	server_check_drained(c->server);
}

static size_t heads_ahead(struct slice in)
{
	const char *end = in.p + in.len, *at = in.p;
	size_t n = 0;

	while ((at = memmem(at, (size_t)(end - at), "\r\n\r\n", 4)) != NULL) {
		at += 4;
		n++;
	}
	return n;
}

static bool wants_bytes(const struct http_conn *c)
{
	struct slice in = conn_input(c);

	if (c->eof || c->state == CONN_CLOSING)
		return false;
	if (c->state == CONN_HANDLER || c->state == CONN_STREAM)
		return in.len < AHEAD_MAX &&
		       (in.len == 0 || heads_ahead(in) < (size_t)c->server->limits.pipelined);
	return c->state == CONN_LINGER || (!c->yielded && output_pending(&c->out) == 0);
}

static bool wants_room(const struct http_conn *c)
{
	bool hungry = c->state == CONN_STREAM && !c->x->asked && c->x->stream.more != NULL;

	return c->yielded || hungry || output_pending(&c->out) > 0;
}

static int watch(struct event *ev, bool *added, bool want)
{
	if (want == *added)
		return 0;
	*added = want;
	return want ? event_add(ev, NULL) : event_del(ev);
}

static enum wait due(const struct http_conn *c)
{
	if (wants_room(c))
		return WAIT_WRITE;
	if (c->state == CONN_HEAD)
		return c->began != 0 ? WAIT_HEAD : WAIT_IDLE;
	if (c->state == CONN_BODY)
		return WAIT_BODY;
	return c->state == CONN_LINGER ? WAIT_LINGER : WAIT_NONE;
}

/* A connection that waits keeps its own bytes only; the room for a whole read
 * goes back to the server. */
static void park_input(struct http_conn *c)
{
	struct slice rest = conn_input(c);
	struct buf kept = { NULL, 0, 0 };

	if (c->in_at == 0 && c->in.size < READ_SIZE / 2)
		return;
	if (rest.len > 0)
		buf_add(&kept, rest.p, rest.len);
	server_return(&c->server->spare_in, &c->in);
	c->in = kept;
	c->in_at = 0;
}

static void wait_now(struct http_conn *c, bool progress)
{
	enum wait what = due(c);

	if (what != c->wait || c->refreshed || (what == WAIT_WRITE && progress))
		wait_for(c, what);
	c->refreshed = false;
	if (watch(c->readable, &c->reads, wants_bytes(c)) < 0 ||
	    watch(c->writable, &c->writes, wants_room(c)) < 0) {
		log_warn("%s: the kernel will not watch this connection: %s; it is closed",
			 c->peer.address, strerror(errno));
		conn_drop(c);
	}
}

static void settle(struct http_conn *c)
{
	bool progress;
	int sent;

	if (c->state == CONN_LOST) {
		settle_lost(c);
		return;
	}
	sent = output_flush(&c->out, c->fd, &progress);
	if (sent < 0 || (sent > 0 && c->state == CONN_CLOSING && c->eof)) {
		conn_drop(c);
		return;
	}
	c->blocked = sent == 0;
	if (!c->blocked) {
		server_return(&c->server->spare_out, &c->out.small);
		if (c->state == CONN_CLOSING)
			half_close(c);
	}
	park_input(c);
	wait_now(c, progress);
}

void conn_run(struct http_conn *c)
{
	if (c->running)
		return;
	c->running = true;
	c->yielded = false;
	c->server->now = clock_boot();
	c->turns = MAX(c->server->limits.pipelined, 1);
	while (exchange_steps[c->state](c))
		;
	c->running = false;
	settle(c);
}

/* --- what the loop tells --- */

/* False: the connection is gone. */
static bool read_some(struct http_conn *c)
{
	ssize_t n;

	if (c->in.len == 0)
		server_lend(&c->server->spare_in, &c->in);
	buf_room(&c->in, READ_SIZE);
	n = recv(c->fd, c->in.data + c->in.len, c->in.size - c->in.len - 1, 0);
	if (n > 0)
		buf_used(&c->in, (size_t)n);
	else if (n == 0)
		c->eof = true;
	else if (errno != EAGAIN && errno != EINTR)
		return false;
	return true;
}

static void throw_away(struct http_conn *c)
{
	char bytes[16384];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

	if (n > 0)
		c->lingered += n;
	if (n == 0 || c->lingered > LINGER_BYTES || (n < 0 && errno != EAGAIN && errno != EINTR))
		conn_drop(c);
}

static void on_readable(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct http_conn *c = arg;

	if (c->state == CONN_LINGER)
		throw_away(c);
	else if (read_some(c))
		conn_run(c);
	else
		conn_drop(c);
}

static void on_writable(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	conn_run(arg);
}

void conn_expired(struct http_conn *c)
{
	enum wait what = due(c);
	struct err err;

	if (what == WAIT_HEAD || what == WAIT_BODY) {
		err_set(&err, ERR_TIMEOUT, "too_slow",
			"the %s was not complete in time: send it again, faster",
			what == WAIT_HEAD ? "request's head" : "body");
		exchange_refuse(c, &err);
		return;
	}
	if (what == WAIT_WRITE)
		reset_on_close(c);
	conn_drop(c);
}

/* What was sent before we left is answered, though we have not looked at it
 * yet; and who has only just come has a moment to say why. */
void conn_farewell(struct http_conn *c)
{
	if (due(c) != WAIT_IDLE)
		return;
	if (!read_some(c) || (c->eof && conn_input(c).len == 0)) {
		conn_drop(c);
		return;
	}
	if (conn_input(c).len > 0) {
		conn_run(c);
		return;
	}
	park_input(c);
	if (c->served)
		conn_drop(c);
	else
		wait_for(c, WAIT_LINGER);
}

void conn_new(struct http_server *s, int fd, const struct http_peer *peer, struct tunnel *tunnel, bool surplus)
{
	struct http_conn *c = x_alloc(sizeof(*c));
	struct err err;

	c->server = s;
	c->fd = fd;
	c->peer = *peer;
	c->surplus = surplus;
	c->wait = WAIT_NONE;
	if (tunnel != NULL)
		s->secure->join(tunnel, &c->tunnel);
	c->readable = event_made(event_new(s->base, fd, EV_READ | EV_PERSIST, on_readable, c));
	c->writable = event_made(event_new(s->base, fd, EV_WRITE | EV_PERSIST, on_writable, c));
	TAILQ_INSERT_TAIL(&s->conns, c, link);
	s->counters.open++;
	s->surplus += surplus;
	if (!surplus) {
		conn_run(c);
		return;
	}
	err_set(&err, ERR_BUSY, "connections",
		"all %d connections are taken: try again in a moment", s->limits.connections);
	err.retry_after_s = 1;
	exchange_refuse(c, &err);
}

int http_take(struct http_request *rq, struct buf *early)
{
	struct http_conn *c = rq->conn;
	struct slice rest;
	bool progress;
	int fd = c->fd;

	if (fd < 0 || output_flush(&c->out, fd, &progress) != 1)
		return -1;
	rest = conn_input(c);
	buf_add(early, rest.p, rest.len);
	unplug(c, false);
	c->state = CONN_LOST;
	reply_given(exchange_of(rq));
	return fd;
}
