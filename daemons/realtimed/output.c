/* What a client is still to be sent: the rest of a frame that was cut, bytes
 * for it alone, and its shop's ring from its place on, in that order, in one
 * writev() a turn. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define PARTS_MAX 66		/* in one writev() */
#define OWN_MAX 4096		/* bytes; enough for any handshake and a close behind it */

struct parts {
	struct iovec v[PARTS_MAX];
	int n;
};

static void part(struct parts *p, const void *data, size_t len)
{
	if (len > 0)
		p->v[p->n++] = (struct iovec){ (void *)data, len };
}

/* A closing client gets nothing that is not its close, one left behind nothing
 * before it knows. */
static void gather(const struct client *c, struct parts *p)
{
	const struct ring *r = client_ring(c);

	p->n = 0;
	if (c->cut)
		part(p, c->cut->data + c->cut_at, c->cut->len - c->cut_at);
	part(p, c->own.data, c->own.len);
	if (c->closing || c->behind)
		return;
	if (c->place == r->served && r->batch.len > 0) {
		part(p, r->batch.data, r->batch.len);
		return;
	}
	for (uint64_t i = c->place; i < r->next && p->n < PARTS_MAX; i++)
		part(p, ring_at(r, i)->data, ring_at(r, i)->len);
}

static size_t take_cut(struct client *c, size_t sent)
{
	size_t n;

	if (!c->cut)
		return sent;
	n = MIN(sent, c->cut->len - c->cut_at);
	c->cut_at += (uint32_t)n;
	if (c->cut_at == c->cut->len)
		frame_unref(&c->cut);
	return sent - n;
}

static size_t take_own(struct client *c, size_t sent)
{
	size_t n = MIN(sent, c->own.len);

	if (n > 0 && n == c->own.len)
		buf_release(&c->own);
	else if (n > 0)
		buf_drop(&c->own, n);
	return sent - n;
}

static void take(struct client *c, size_t sent)
{
	struct ring *r = client_ring(c);

	sent = take_own(c, take_cut(c, sent));
	while (sent > 0) {
		struct frame *f = ring_at(r, c->place++);

		c->shop->rt->counted.deliveries++;
		if (sent < f->len) {
			c->cut = frame_ref(f);
			c->cut_at = (uint32_t)sent;
			return;
		}
		sent -= f->len;
	}
}

static void watch(struct client *c, bool write)
{
	if (c->wants_write == write)
		return;
	c->wants_write = write;
	event_del(&c->io);
	event_assign(&c->io, c->shop->rt->base, c->fd, (short)(EV_READ | EV_PERSIST | (write ? EV_WRITE : 0)),
		     event_get_callback(&c->io), c);
	event_add(&c->io, NULL);
}

bool client_has_room(const struct client *c)
{
	return c->own.len < OWN_MAX;
}

static void next_parts(struct client *c, struct parts *p)
{
	if (c->place < client_ring(c)->first)
		client_resync(c);	/* the ring has gone on without it */
	if (c->behind && client_has_room(c))
		client_tell_resync(c);
	gather(c, p);
}

/* Nobody is there any more.  Whoever called us still holds it: it is freed by
 * the end that is to be read, or by its deadline. */
static void lose(struct client *c)
{
	c->closing = true;
	client_release_output(c);
	watch(c, false);
	wheel_put(c, 0);
}

/* Nearly always there is one part, and for one part send() is the shorter way. */
static ssize_t put(const struct client *c, const struct parts *p)
{
	if (p->n == 1)
		return send(c->fd, p->v[0].iov_base, p->v[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	return writev(c->fd, p->v, p->n);
}

void client_send(struct client *c)
{
	struct parts p;
	ssize_t n;

	for (next_parts(c, &p); p.n > 0; next_parts(c, &p)) {
		n = put(c, &p);
		c->shop->rt->counted.writes++;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			watch(c, true);
			return;
		}
		if (n < 0) {
			lose(c);
			return;
		}
		take(c, (size_t)n);
	}
	watch(c, false);
	if (c->closing && c->last)
		shutdown(c->fd, SHUT_WR);
}

void client_release_output(struct client *c)
{
	frame_unref(&c->cut);
	buf_release(&c->own);
}
