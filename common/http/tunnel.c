/* A TLS connection ends here: what it carries goes through a socket pair to the
 * server, whose connections know nothing of it.  So an upgraded connection can
 * be handed to another process: it gets the plain end, and we go on pumping.
 *
 *	client ══TLS══ fd [tunnel] near ──plain── far: http_conn, or realtimed
 *
 * Each direction holds at most one piece of PIECE bytes, and nothing is read
 * before the last piece is gone: back-pressure passes through. */
#include "base/base.h"
#include "base/log.h"
#include "http/tunnel.h"

#include <errno.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE 16384		/* a TLS record holds no more */
#define TURNS 16		/* pieces before others come first */
#define GOODBYE_S 2		/* for the client to take what is left, and to close */

enum flow { FLOW_ON, FLOW_WAIT, FLOW_OVER };	/* more to do, not now, never again */

struct piece {
	char *bytes;		/* NULL: none */
	size_t at, len;
};

struct tunnel {
	TAILQ_ENTRY(tunnel) link;
	struct tunnels *all;
	struct tunnel **known_as;	/* the connection's pointer to us; NULL: it is gone */
	SSL *ssl;
	int fd, near;
	struct event *net_in, *net_out, *near_in, *near_out, *timer;
	struct piece in, out;	/* from the client, to the client */
	bool met;		/* the handshake is done */
	bool wants_in, wants_out;	/* what libssl waits for */
	bool in_over, out_over;	/* nothing more comes from there */
	bool said_goodbye;
	bool let_go;		/* the server is through with it: only what is left is sent */
	bool cut;		/* what was sent is not the whole: no orderly end */
};

struct tunnels {
	struct http_server *server;
	SSL_CTX *ctx;
	TAILQ_HEAD(, tunnel) list;
};

static void piece_drop(struct piece *p)
{
	free(p->bytes);
	*p = (struct piece){ NULL, 0, 0 };
}

static void tunnel_free(struct tunnel *t)
{
	struct event *events[] = { t->net_in, t->net_out, t->near_in, t->near_out, t->timer };
	struct http_server *s = t->all->server;

	if (t->known_as != NULL)
		*t->known_as = NULL;
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		event_free(events[i]);
	TAILQ_REMOVE(&t->all->list, t, link);
	SSL_free(t->ssl);
	close(t->fd);
	close(t->near);
	piece_drop(&t->in);
	piece_drop(&t->out);
	if (t->let_go)
		s->leaving--;
	free(t);
	server_check_drained(s);
}

/* --- libssl --- */

/* What r means. */
static enum flow ssl_flow(struct tunnel *t, int r)
{
	int error = SSL_get_error(t->ssl, r);

	ERR_clear_error();
	if (error == SSL_ERROR_WANT_READ)
		t->wants_in = true;
	else if (error == SSL_ERROR_WANT_WRITE)
		t->wants_out = true;
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? FLOW_WAIT : FLOW_OVER;
}

static enum flow meet(struct tunnel *t)
{
	int r;

	ERR_clear_error();
	r = SSL_accept(t->ssl);
	if (r != 1)
		return ssl_flow(t, r);
	t->met = true;
	if (!t->let_go)
		evtimer_del(t->timer);
	return FLOW_ON;
}

/* --- from the client --- */

static enum flow read_client(struct tunnel *t)
{
	char bytes[PIECE];
	int n;

	if (t->in_over)
		return FLOW_WAIT;
	ERR_clear_error();
	n = SSL_read(t->ssl, bytes, sizeof(bytes));
	if (n <= 0) {
		t->in_over = ssl_flow(t, n) == FLOW_OVER;
		if (t->in_over)
			shutdown(t->near, SHUT_WR);
		return FLOW_WAIT;
	}
	/* The server is gone: what comes now is thrown away. */
	if (t->out_over)
		return FLOW_ON;
	t->in = (struct piece){ x_alloc((size_t)n), 0, (size_t)n };
	memcpy(t->in.bytes, bytes, (size_t)n);
	return FLOW_ON;
}

static enum flow write_near(struct tunnel *t)
{
	ssize_t n = send(t->near, t->in.bytes + t->in.at, t->in.len - t->in.at, MSG_NOSIGNAL);

	if (n < 0 && errno == EAGAIN)
		return FLOW_WAIT;
	/* Nobody reads there any more: the end will be seen by the other direction. */
	if (n < 0 && errno != EINTR)
		t->in.at = t->in.len;
	t->in.at += (size_t)MAX(n, 0);
	if (t->in.at >= t->in.len)
		piece_drop(&t->in);
	return FLOW_ON;
}

/* --- to the client --- */

static enum flow read_near(struct tunnel *t)
{
	char bytes[PIECE];
	ssize_t n;

	if (t->out_over)
		return FLOW_WAIT;
	n = recv(t->near, bytes, sizeof(bytes), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return FLOW_WAIT;
	if (n <= 0) {
		t->out_over = true;
		return FLOW_ON;
	}
	t->out = (struct piece){ x_alloc((size_t)n), 0, (size_t)n };
	memcpy(t->out.bytes, bytes, (size_t)n);
	return FLOW_ON;
}

static enum flow write_client(struct tunnel *t)
{
	int n;

	ERR_clear_error();
	n = SSL_write(t->ssl, t->out.bytes + t->out.at, (int)(t->out.len - t->out.at));
	if (n <= 0)
		return ssl_flow(t, n);
	t->out.at += (size_t)n;
	if (t->out.at == t->out.len)
		piece_drop(&t->out);
	return FLOW_ON;
}

/* Without this word a client takes what it got for cut off. */
static enum flow say_goodbye(struct tunnel *t)
{
	static const struct timeval patience = { GOODBYE_S, 0 };

	if (t->cut)
		return FLOW_OVER;
	ERR_clear_error();
	if (SSL_shutdown(t->ssl) < 0)
		return FLOW_OVER;
	shutdown(t->fd, SHUT_WR);
	t->said_goodbye = true;
	evtimer_add(t->timer, &patience);
	return FLOW_ON;
}

/* --- the pump --- */

static enum flow pump_in(struct tunnel *t)
{
	return t->in.bytes != NULL ? write_near(t) : read_client(t);
}

static enum flow pump_out(struct tunnel *t)
{
	if (t->out.bytes != NULL)
		return write_client(t);
	if (t->out_over && !t->said_goodbye)
		return say_goodbye(t);
	return read_near(t);
}

/* FLOW_ON: it could go on at once. */
static enum flow pump(struct tunnel *t)
{
	t->wants_in = t->wants_out = false;
	for (int i = 0; i < TURNS; i++) {
		enum flow in, out;

		if (!t->met) {
			enum flow met = meet(t);

			if (met != FLOW_ON)
				return met;
		}
		in = pump_in(t);
		out = pump_out(t);
		if (in == FLOW_OVER || out == FLOW_OVER || (t->in_over && t->said_goodbye && t->in.bytes == NULL))
			return FLOW_OVER;
		if (in == FLOW_WAIT && out == FLOW_WAIT)
			return FLOW_WAIT;
	}
	return FLOW_ON;
}

static void watch(struct event *ev, bool want)
{
	if (want ? event_add(ev, NULL) < 0 : event_del(ev) < 0)
		panic("libevent does not watch a tunnel");
}

static void run(struct tunnel *t)
{
	enum flow flow = pump(t);

	if (flow == FLOW_OVER) {
		tunnel_free(t);
		return;
	}
	watch(t->net_in, t->wants_in);
	watch(t->net_out, t->wants_out);
	watch(t->near_in, t->met && t->out.bytes == NULL && !t->out_over);
	watch(t->near_out, t->in.bytes != NULL);
	if (flow == FLOW_ON)
		event_active(t->net_in, EV_READ, 0);
}

static void on_ready(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	run(arg);
}

static void on_late(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	tunnel_free(arg);
}

/* --- what the server tells --- */

static void tunnel_join(struct tunnel *t, struct tunnel **known_as)
{
	*known_as = t;
	t->known_as = known_as;
}

/* What is left is sent as long as the client takes it, but not for ever; at the
 * server's end there is no time to lose. */
static void tunnel_left(struct tunnel *t, bool taken, bool cut)
{
	struct http_server *s = t->all->server;
	int ms = s->draining || !t->met ? GOODBYE_S * 1000 : s->limits.write_ms;
	struct timeval patience = { ms / 1000, ms % 1000 * 1000 };

	*t->known_as = NULL;
	t->known_as = NULL;
	if (taken)
		return;
	t->let_go = true;
	t->cut = cut;
	s->leaving++;
	evtimer_add(t->timer, &patience);
}

static struct event *made(struct tunnel *t, int fd, short what, event_callback_fn fn)
{
	return event_made(event_new(t->all->server->base, fd, what | EV_PERSIST, fn, t));
}

static struct tunnel *tunnel_new(struct tunnels *all, int fd, int near)
{
	struct timeval patience = { all->server->limits.head_ms / 1000, all->server->limits.head_ms % 1000 * 1000 };
	struct tunnel *t = x_alloc(sizeof(*t));

	t->all = all;
	t->fd = fd;
	t->near = near;
	t->ssl = SSL_new(all->ctx);
	if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1)
		panic("no memory for a TLS connection");
	t->net_in = made(t, fd, EV_READ, on_ready);
	t->net_out = made(t, fd, EV_WRITE, on_ready);
	t->near_in = made(t, near, EV_READ, on_ready);
	t->near_out = made(t, near, EV_WRITE, on_ready);
	t->timer = event_made(evtimer_new(all->server->base, on_late, t));
	evtimer_add(t->timer, &patience);
	TAILQ_INSERT_TAIL(&all->list, t, link);
	return t;
}

static void admit(struct http_server *s, int fd, const struct http_peer *peer, bool surplus)
{
	struct tunnel *t;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0) {
		log_warn("%s: no sockets for a TLS connection: %s", peer->address, strerror(errno));
		close(fd);
		return;
	}
	t = tunnel_new(s->tunnels, fd, pair[0]);
	conn_new(s, pair[1], peer, t, surplus);
	run(t);
}

/* --- life --- */

static void tunnels_free(struct http_server *s)
{
	struct tunnels *all = s->tunnels;
	struct tunnel *t;

	while ((t = TAILQ_FIRST(&all->list)) != NULL)
		tunnel_free(t);
	SSL_CTX_free(all->ctx);
	free(all);
	s->tunnels = NULL;
}

void tunnels_new(struct http_server *s, SSL_CTX *ctx)
{
	static const struct secure secure = {
		.admit = admit, .join = tunnel_join, .left = tunnel_left, .free = tunnels_free,
	};

	s->secure = &secure;
	s->tunnels = x_alloc(sizeof(*s->tunnels));
	s->tunnels->server = s;
	s->tunnels->ctx = ctx;
	TAILQ_INIT(&s->tunnels->list);
}
