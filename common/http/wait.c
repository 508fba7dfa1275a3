/* Deadlines.  All connections that wait for the same thing wait equally long,
 * so a list in the order of arrival is in the order of deadlines, and to move
 * one costs two list operations.  One timer serves all lists; it is set back
 * only for an earlier deadline, and a connection that has gone on meanwhile
 * costs it one look.  At rest, without connections, it does not tick. */
#include "base/base.h"
#include "base/clock.h"
#include "http/internal.h"

#include <event2/event.h>

#define LINGER_MS 2000
#define TICK_MIN_US 1000

static int64_t patience_us(const struct http_limits *l, enum wait what)
{
	const int ms[WAITS] = {
		[WAIT_IDLE] = l->idle_ms,   [WAIT_HEAD] = l->head_ms,	 [WAIT_BODY] = l->body_ms,
		[WAIT_WRITE] = l->write_ms, [WAIT_LINGER] = LINGER_MS,
	};

	return (int64_t)ms[what] * 1000;
}

static void arm(struct waits *w, int64_t deadline, int64_t now)
{
	int64_t us = MAX(deadline - now, TICK_MIN_US);
	struct timeval tv = { us / SECOND_US, us % SECOND_US };

	w->armed_for = deadline;
	evtimer_add(w->timer, &tv);
}

static int64_t earliest(const struct waits *w)
{
	int64_t first = INT64_MAX;

	for (int i = 0; i < WAITS; i++) {
		const struct http_conn *c = TAILQ_FIRST(&w->list[i]);

		if (c != NULL)
			first = MIN(first, c->deadline);
	}
	return first;
}

static void on_tick(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct http_server *s = arg;
	struct waits *w = &s->waits;
	int64_t now = s->now = clock_boot(), next;
	struct http_conn *c;

	w->armed_for = INT64_MAX;
	for (int i = 0; i < WAITS; i++) {
		while ((c = TAILQ_FIRST(&w->list[i])) != NULL && c->deadline <= now) {
			wait_for(c, WAIT_NONE);
			conn_expired(c);
		}
	}
	next = earliest(w);
	if (next < w->armed_for)
		arm(w, next, now);
}

void waits_init(struct http_server *s, struct event_base *base)
{
	s->waits.timer = evtimer_new(base, on_tick, s);
	s->waits.armed_for = INT64_MAX;
	for (int i = 0; i < WAITS; i++)
		TAILQ_INIT(&s->waits.list[i]);
}

void waits_release(struct http_server *s)
{
	event_free(s->waits.timer);
	s->waits.timer = NULL;
}

void wait_for(struct http_conn *c, enum wait what)
{
	struct waits *w = &c->server->waits;
	int64_t now = c->server->now;

	if (c->wait != WAIT_NONE)
		TAILQ_REMOVE(&w->list[c->wait], c, wait_link);
	c->wait = what;
	if (what == WAIT_NONE)
		return;
	c->deadline = now + patience_us(&c->server->limits, what);
	TAILQ_INSERT_TAIL(&w->list[what], c, wait_link);
	if (c->deadline < w->armed_for)
		arm(w, c->deadline, now);
}
