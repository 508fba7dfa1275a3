/* A client's socket, from the hand-over to its end. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_MAX 16384		/* bytes of one client in a turn */
#define SILENT_MAX 2		/* pings in a row without any sign of life */

struct ring *client_ring(const struct client *c)
{
	return c->who.browser ? &c->shop->told : &c->shop->all;
}

/* --- the end --- */

void client_free(struct client **cp)
{
	struct client *c = *cp;
	struct realtimed *rt = c->shop->rt;
	struct shop *s = c->shop;

	*cp = NULL;
	event_del(&c->io);
	wheel_remove(c);
	round_remove(rt, c);
	TAILQ_REMOVE(&s->clients, c, in_shop);
	if (--s->n_clients == 0)
		s->empty_since = clock_boot();
	client_release_output(c);
	ws_reader_release(&c->reader);
	close(c->fd);
	free(c);
	rt->n_clients--;
	realtimed_client_gone(rt);
}

void client_close(struct client *c, unsigned code, const char *why)
{
	struct realtimed *rt = c->shop->rt;

	if (c->closing)
		return;
	ws_add_close(&c->own, WS_SERVER, code, why);
	c->closing = true;
	wheel_put(c, clock_boot() + rt->goodbye_us);
	client_send(c);
}

void refuse_socket(int fd, const char *code, const char *detail)
{
	struct buf body = { 0 }, text = { 0 };

	jw_open(&body, '{');
	jw_put_str(&body, "type", "about:blank");
	jw_put_str(&body, "title", "Service Unavailable");
	jw_put_int(&body, "status", 503);
	jw_put_str(&body, "detail", detail);
	jw_put_str(&body, "code", code);
	jw_close(&body, '}');
	buf_printf(&text, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
			  "Content-Length: %zu\r\nRetry-After: 5\r\nConnection: close\r\n\r\n", body.len);
	buf_add(&text, body.data, body.len);
	/* A fresh socket takes so much at once, or nobody is there to read it. */
	if (send(fd, text.data, text.len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		shutdown(fd, SHUT_WR);
	close(fd);
	buf_release(&body);
	buf_release(&text);
}

/* --- what we say --- */

void client_resync(struct client *c)
{
	c->behind = true;
	c->place = client_ring(c)->next;
}

void client_tell_resync(struct client *c)
{
	struct happening h = { .name = "resync", .at = clock_wall() };
	struct buf text = { 0 };

	c->behind = false;
	if (c->closing)
		return;
	event_text(c->shop, c->shop->seq, &h, &text);
	ws_add(&c->own, WS_SERVER, WS_TEXT, text.data, text.len);
	buf_release(&text);
	c->shop->rt->counted.resyncs++;
}

static void ping(struct client *c, int64_t now)
{
	struct realtimed *rt = c->shop->rt;

	if (c->silent++ > SILENT_MAX) {
		rt->counted.silent++;
		client_free(&c);
		return;
	}
	if (client_has_room(c))
		ws_add(&c->own, WS_SERVER, WS_PING, "", 0);
	c->ping_at = now + rt->ping_us;
	wheel_put(c, c->ping_at);
	if (!c->wants_write)
		client_send(c);
}

void client_due(struct client *c, int64_t now)
{
	if (c->closing) {
		client_free(&c);
	} else if (c->who.expires && c->who.expires <= now) {
		c->shop->rt->counted.expired++;
		client_close(c, CLOSE_EXPIRED, "the token has expired: come back with a new one");
	} else if (c->ping_at <= now) {
		ping(c, now);
	} else {
		wheel_put(c, c->ping_at);
	}
}

/* --- what it says --- */

/* False: the client is gone. */
static bool heard_close(struct client *c, const struct ws_event *ev)
{
	if (c->closing) {
		client_free(&c);
		return false;
	}
	c->last = true;
	client_close(c, ev->code == WS_NO_CODE ? WS_NORMAL : ev->code, "");
	return true;
}

/* A client has nothing to tell us but that it is alive. */
static bool heard(struct client *c, const struct ws_event *ev)
{
	if (ev->op == WS_CLOSE)
		return heard_close(c, ev);
	if (ev->op != WS_PING || c->closing || !client_has_room(c))
		return true;
	ws_add(&c->own, WS_SERVER, WS_PONG, ev->data, ev->len);
	if (!c->wants_write)
		client_send(c);
	return true;
}

static void read_bytes(struct client *c, const char *p, size_t len)
{
	struct ws_event ev;
	size_t used;
	int rc;

	while ((rc = ws_read(&c->reader, p, len, &used, &ev)) > 0) {
		p += used;
		len -= used;
		if (!heard(c, &ev))
			return;
	}
	if (rc == 0 || c->closing)
		return;
	c->shop->rt->counted.violations++;
	c->last = true;
	client_close(c, ev.code, ev.why);
}

static void on_readable(struct client *c)
{
	char data[READ_MAX];
	ssize_t n = recv(c->fd, data, sizeof data, MSG_DONTWAIT);

	if (n > 0) {
		c->silent = 0;
		read_bytes(c, data, (size_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
		client_free(&c);
	}
}

static void on_io(evutil_socket_t fd UNUSED, short what, void *arg)
{
	struct client *c = arg;

	if (what & EV_WRITE)
		client_send(c);
	if (what & EV_READ)
		on_readable(c);
}

/* --- birth --- */

static void socket_prepare(int fd, int send_buffer_bytes)
{
	int yes = 1;

	/* On a Unix socket (fexlctl) the first fails, and nobody minds. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	/* What a client that stops reading may hold in the kernel. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
}

/* Where it goes on: behind what it has heard, or at the end. */
static void place_find(struct client *c, const struct wire_msg *asked)
{
	const struct wire_value *since = &asked->v[SOCKET_SINCE], *epoch = &asked->v[SOCKET_EPOCH];
	const struct ring *r = client_ring(c);

	c->place = r->next;
	if (!since->set)
		return;
	if ((epoch->set && !uuid_eq(epoch->u, c->shop->epoch)) || since->i > c->shop->seq ||
	    !ring_find(r, since->i, &c->place))
		client_resync(c);
}

/* Bytes that came behind the request, before we have answered it. */
static void early_read(struct client *c, const struct wire_value *early)
{
	size_t room = early->set ? strlen(early->s) : 0;
	uint8_t *data;
	ssize_t n;

	if (room == 0)
		return;
	data = x_alloc(room);
	n = base64url_decode(early->s, room, data, room);
	if (n > 0)
		read_bytes(c, (const char *)data, (size_t)n);
	free(data);
}

void client_new(struct realtimed *rt, int fd, struct shop *s, const struct listener *who, const struct wire_msg *asked)
{
	struct client *c = x_alloc(sizeof *c);
	const struct wire_value *protocol = &asked->v[SOCKET_PROTOCOL];

	c->shop = s;
	c->who = *who;
	c->fd = fd;
	ws_reader_init(&c->reader, WS_SERVER, &rt->limits);
	socket_prepare(fd, rt->send_buffer_bytes);
	event_assign(&c->io, rt->base, fd, EV_READ | EV_PERSIST, on_io, c);
	event_add(&c->io, NULL);
	TAILQ_INSERT_TAIL(&s->clients, c, in_shop);
	s->n_clients++;
	rt->n_clients++;
	rt->counted.accepted++;
	c->ping_at = clock_boot() + rt->ping_us;
	wheel_put(c, who->expires ? MIN(who->expires, c->ping_at) : c->ping_at);
	ws_add_answer(&c->own, slice_of(asked->v[SOCKET_KEY].s), protocol->set ? protocol->s : NULL);
	place_find(c, asked);
	client_send(c);
	early_read(c, &asked->v[SOCKET_EARLY]);
}
