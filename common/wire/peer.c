/* One partner: hello, a bounded queue, an orderly end.
 *
 * A peer that fails is only marked; it is taken apart on the next turn of the
 * loop.  So a send never pulls the ground from under the list its caller walks.
 * For the same reason a turn reads one packet, and the callback is the last
 * thing it does: the callback may free hub, link and peer. */
#include "base/base.h"
#include "wire/pass.h"
#include "wire/peer.h"
#include "base/log.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELLO_MAX_MS 5000

struct wire_packet {
	struct wire_packet *next;
	int fd;				/* -1: none */
	size_t len;
	char data[];
};

/* log_info for an end that is in order, log_warn for one that is not. */
typedef void say_fn(const char *fmt, ...);
static void peer_end(struct wire_peer *p, say_fn *say, const char *fmt, ...) PRINTF(3, 4);

int socket_address(struct sockaddr_un *sa, const char *path, struct err *err)
{
	size_t len = strlen(path);

	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len >= sizeof(sa->sun_path))
		return err_set(err, ERR_INPUT, "path_too_long",
			       "%s: a socket's path has at most %zu bytes", path,
			       sizeof(sa->sun_path) - 1);
	memcpy(sa->sun_path, path, len + 1);
	return 0;
}

int peer_credentials(int fd, pid_t *pid_r, struct err *err)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
		return err_set(err, ERR_INTERNAL, "no_credentials",
			       "cannot ask the kernel who is calling: %s", strerror(errno));
	if (who.uid != geteuid() && who.uid != 0)
		return err_set(err, ERR_DENIED, "foreign_user",
			       "pid %d runs as user %u, not as %u or root", (int)who.pid,
			       (unsigned)who.uid, (unsigned)geteuid());
	*pid_r = who.pid;
	return 0;
}

/* --- the end --- */

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void packet_free(struct wire_packet *k)
{
	fd_close(&k->fd);
	free(k);
}

static void queue_drop(struct wire_peer *p)
{
	struct wire_packet *k;

	while ((k = p->first) != NULL) {
		p->first = k->next;
		packet_free(k);
	}
	p->last = &p->first;
	p->queued = 0;
}

static void event_end(struct event **evp)
{
	if (*evp != NULL)
		event_free(*evp);
	*evp = NULL;
}

void peer_free(struct wire_peer **pp)
{
	struct wire_peer *p = *pp;

	if (p == NULL)
		return;
	*pp = NULL;
	queue_drop(p);
	event_end(&p->readable);
	event_end(&p->writable);
	event_end(&p->hello_late);
	event_end(&p->ending);
	fd_close(&p->passed_fd);
	close(p->fd);
	free(p);
}

static void peer_end(struct wire_peer *p, say_fn *say, const char *fmt, ...)
{
	va_list ap;

	if (p->why[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
	say("wire: %s %s", p->name, p->why);
	event_del(p->readable);
	event_del(p->writable);
	event_del(p->hello_late);
	event_active(p->ending, EV_TIMEOUT, 0);
}

static void on_ending(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct wire_peer *p = arg;
	const struct wire_events ev = *p->ev;	/* down() may free the owner, and p->ev with it */

	p->gone(p, p->owner);
	if (p->up && ev.down != NULL)
		ev.down(p, p->why, ev.ctx);
	peer_free(&p);
}

static void on_hello_late(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct wire_peer *p = arg;

	peer_end(p, log_warn, "has not said hello for %d s", HELLO_MAX_MS / 1000);
}

/* --- sending --- */

/* 1 sent, 0 the kernel's buffer is full, -1 the peer has failed. */
static int packet_send(struct wire_peer *p, const char *data, size_t len, int fd)
{
	if (pass_send(p->fd, data, len, fd) >= 0)
		return 1;
	/* ETOOMANYREFS: too many descriptors are on their way to somebody who does not read. */
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS || errno == ETOOMANYREFS)
		return 0;
	peer_end(p, log_info, "takes no more: %s", strerror(errno));
	return -1;
}

/* The packet's copy of a descriptor: the sender need not wait with his own. */
static int fd_copy(struct wire_peer *p, int fd)
{
	int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0 && fd >= 0)
		peer_end(p, log_warn, "cannot be handed a descriptor: %s", strerror(errno));
	return copy;
}

static void packet_queue(struct wire_peer *p, const char *data, size_t len, int fd)
{
	struct wire_packet *k;
	int copy;

	if (p->queued >= WIRE_QUEUE_MAX) {
		peer_end(p, log_warn, "does not read, %d packets wait for it", p->queued);
		return;
	}
	copy = fd_copy(p, fd);
	if (p->why[0] != '\0')
		return;
	k = x_alloc(sizeof(*k) + len);
	k->fd = copy;
	k->len = len;
	memcpy(k->data, data, len);
	*p->last = k;
	p->last = &k->next;
	p->queued++;
	event_add(p->writable, NULL);
}

static void packet_out(struct wire_peer *p, const char *data, size_t len, int fd)
{
	if (p->queued == 0 && packet_send(p, data, len, fd) != 0)
		return;
	packet_queue(p, data, len, fd);
}

static void on_writable(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct wire_peer *p = arg;
	struct wire_packet *k;

	while ((k = p->first) != NULL) {
		if (packet_send(p, k->data, k->len, k->fd) <= 0)
			return;
		p->first = k->next;
		p->queued--;
		packet_free(k);
	}
	p->last = &p->first;
	event_del(p->writable);
}

bool wire_send_fd(struct wire_peer *p, const struct wire_msg *m, int fd)
{
	struct buf text = { 0 };
	bool fits;

	if (wire_desc[m->type].carries != (fd >= 0))
		panic("wire: a %s %s a descriptor", wire_desc[m->type].name, fd < 0 ? "without" : "with");
	if (p->why[0] != '\0')
		return false;
	wire_print(m, &text);
	fits = text.len <= WIRE_PACKET_MAX;
	if (!fits)
		log_error("wire: a %s of %zu bytes is not sent to %s, %d are allowed",
			  wire_desc[m->type].name, text.len, p->name, WIRE_PACKET_MAX);
	else
		packet_out(p, text.data, text.len, fd);
	buf_release(&text);
	return fits && p->why[0] == '\0';
}

void wire_send(struct wire_peer *p, const struct wire_msg *m)
{
	wire_send_fd(p, m, -1);
}

static void say_hello(struct wire_peer *p, const char *my_name)
{
	struct wire_msg m = { .type = WIRE_HELLO };

	m.v[HELLO_FROM] = (struct wire_value){ .set = true, .s = my_name };
	m.v[HELLO_VERSION] = (struct wire_value){ .set = true, .i = WIRE_VERSION };
	wire_send(p, &m);
}

/* --- receiving --- */

static void hello_in(struct wire_peer *p, const struct wire_msg *m)
{
	const char *from = m->v[HELLO_FROM].s;
	int64_t version = m->v[HELLO_VERSION].i;

	if (version != WIRE_VERSION) {
		p->foreign = true;
		peer_end(p, log_warn,
			 "(%.40s) speaks version %lld of our signals, we speak %d; install both "
			 "daemons from one release and restart them",
			 from, (long long)version, WIRE_VERSION);
		return;
	}
	event_del(p->hello_late);
	snprintf(p->name, sizeof(p->name), "%.40s (pid %d)", from, (int)p->pid);
	p->up = true;
	if (p->ev->up != NULL)
		p->ev->up(p, from, p->pid, p->ev->ctx);
}

static void message_in(struct wire_peer *p, const struct wire_msg *m)
{
	if (wire_desc[m->type].carries != (p->passed_fd >= 0)) {
		peer_end(p, log_warn, "sent a %s %s a descriptor", wire_desc[m->type].name,
			 p->passed_fd >= 0 ? "with" : "without");
		return;
	}
	if (p->up != (m->type != WIRE_HELLO)) {
		peer_end(p, log_warn, "sent a %s %s", wire_desc[m->type].name,
			 p->up ? "again" : "before its hello");
		return;
	}
	if (m->type == WIRE_HELLO)
		hello_in(p, m);
	else if (p->ev->message != NULL)
		p->ev->message(p, m, p->ev->ctx);
}

static void packet_in(struct wire_peer *p, const char *data, size_t len)
{
	struct pool *pool = pool_new();
	struct err err = { 0 };
	struct wire_msg m;

	if (wire_parse(pool, data, len, &m, &err) < 0) {
		peer_end(p, log_warn, "sent what it cannot have meant (%s)", err.text);
	} else {
		message_in(p, &m);
	}
	pool_free(&pool);
}

static void on_readable(evutil_socket_t fd, short what UNUSED, void *arg)
{
	struct wire_peer *p = arg;
	char data[WIRE_PACKET_MAX];
	ssize_t len;

	/* What nobody took of the packet before. */
	fd_close(&p->passed_fd);
	len = pass_receive(fd, data, sizeof(data), &p->passed_fd);

	if (len > 0 && (size_t)len > sizeof(data)) {
		peer_end(p, log_warn, "sent a packet of %zd bytes, %d are allowed", len,
			 WIRE_PACKET_MAX);
	} else if (len > 0) {
		packet_in(p, data, (size_t)len);
	} else if (len == 0 || errno == ECONNRESET) {
		peer_end(p, log_info, "has gone");
	} else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
		peer_end(p, log_info, "is lost: %s", strerror(errno));
	}
}

/* --- life --- */

struct wire_peer *peer_new(struct event_base *base, int fd, pid_t pid, const char *my_name,
			   const struct wire_events *ev, peer_gone_fn *gone, void *owner)
{
	static const struct timeval hello_max = { HELLO_MAX_MS / 1000, HELLO_MAX_MS % 1000 * 1000 };
	struct wire_peer *p = x_alloc(sizeof(*p));

	p->fd = fd;
	p->passed_fd = -1;
	p->pid = pid;
	snprintf(p->name, sizeof(p->name), "pid %d", (int)pid);
	p->ev = ev;
	p->gone = gone;
	p->owner = owner;
	p->last = &p->first;
	p->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, p);
	p->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, p);
	p->hello_late = evtimer_new(base, on_hello_late, p);
	p->ending = event_new(base, -1, 0, on_ending, p);
	if (p->readable == NULL || p->writable == NULL || p->hello_late == NULL ||
	    p->ending == NULL)
		panic("wire: no event for descriptor %d", fd);
	event_add(p->readable, NULL);
	event_add(p->hello_late, &hello_max);
	say_hello(p, my_name);
	return p;
}

int wire_take_fd(struct wire_peer *p)
{
	int fd = p->passed_fd;

	p->passed_fd = -1;
	return fd;
}

bool wire_has_more(const struct wire_peer *p)
{
	struct pollfd look = { .fd = p->fd, .events = POLLIN };

	return p->why[0] == '\0' && poll(&look, 1, 0) > 0;
}

pid_t wire_peer_pid(const struct wire_peer *p)
{
	return p->pid;
}
