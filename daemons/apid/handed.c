/* Sockets on their way to fexl-realtimed.  It says so for each that it takes, in
 * their order; until then we keep a copy.  Whose wait has lasted too long, or was
 * in the hands of a process that has ended, is answered by us. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/clock.h"
#include "base/log.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

struct waiting {
	TAILQ_ENTRY(waiting) link;
	int64_t until;		/* clock_boot() */
	int fd;			/* -1: was answered by us, and is still on its way */
};

struct handed {
	TAILQ_HEAD(, waiting) list;
	int64_t wait_us;
	struct event *timer;
	bool stuck;
};

void handed_refuse(int fd)
{
	static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
				     "Connection: close\r\n\r\n";

	if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("a client that waited for live updates has gone");
	/* Whoever else has this socket in hand says nothing more to it. */
	shutdown(fd, SHUT_RDWR);
}

static void give_up(struct waiting *w)
{
	if (w->fd < 0)
		return;
	handed_refuse(w->fd);
	close(w->fd);
	w->fd = -1;
}

static void forget_first(struct handed *h)
{
	struct waiting *w = TAILQ_FIRST(&h->list);

	TAILQ_REMOVE(&h->list, w, link);
	if (w->fd >= 0)
		close(w->fd);
	free(w);
}

/* --- time --- */

static struct waiting *first_in_time(struct handed *h)
{
	struct waiting *w;

	TAILQ_FOREACH(w, &h->list, link)
		if (w->fd >= 0)
			break;
	return w;
}

static void set_timer(struct handed *h)
{
	struct waiting *w = first_in_time(h);
	int64_t left_us = w ? MAX(w->until - clock_boot(), 0) : 0;
	struct timeval left = { left_us / SECOND_US, left_us % SECOND_US };

	if (w)
		event_add(h->timer, &left);
	else
		event_del(h->timer);
}

static void on_time(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct handed *h = arg;
	int64_t now = clock_boot();
	struct waiting *w;

	while ((w = first_in_time(h)) && w->until <= now) {
		if (!h->stuck)
			log_warn("%s takes no clients: they are answered 503 until it does", REALTIMED_NAME);
		h->stuck = true;
		give_up(w);
	}
	set_timer(h);
}

/* --- on their way, and there --- */

void handed_add(struct handed *h, int fd)
{
	struct waiting *w = x_alloc(sizeof *w);

	w->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	w->until = clock_boot() + h->wait_us;
	TAILQ_INSERT_TAIL(&h->list, w, link);
	if (!event_pending(h->timer, EV_TIMEOUT, NULL))
		set_timer(h);
}

void handed_taken(struct handed *h)
{
	if (!TAILQ_EMPTY(&h->list))
		forget_first(h);
	h->stuck = false;
	if (TAILQ_EMPTY(&h->list))
		event_del(h->timer);
}

bool handed_is_stuck(const struct handed *h)
{
	return h->stuck;
}

void handed_lost(struct handed *h)
{
	struct waiting *w;

	while ((w = TAILQ_FIRST(&h->list))) {
		give_up(w);
		forget_first(h);
	}
	h->stuck = false;
	event_del(h->timer);
}

/* --- life --- */

struct handed *handed_new(struct event_base *base, int64_t wait_us)
{
	struct handed *h = x_alloc(sizeof *h);

	TAILQ_INIT(&h->list);
	h->wait_us = wait_us;
	h->timer = evtimer_new(base, on_time, h);
	if (!h->timer)
		panic("no timer for sockets on their way");
	return h;
}

/* We go, it stays: it answers them. */
void handed_free(struct handed **hp)
{
	struct handed *h = *hp;

	if (!h)
		return;
	*hp = NULL;
	while (!TAILQ_EMPTY(&h->list))
		forget_first(h);
	event_free(h->timer);
	free(h);
}
