/* A server's birth, drain and end, and the room that its connections share. */
#include "base/base.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "http/internal.h"

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#define SPARE_MAX (256 * 1024)	/* a larger buffer is not worth keeping */

const struct http_limits http_default_limits = {
	.connections = 1024,
	.head_bytes = 16 * 1024,
	.head_ms = 10 * 1000,
	.body_bytes = 4 * 1024 * 1024,
	.body_ms = 30 * 1000,
	.idle_ms = 60 * 1000,
	.write_ms = 30 * 1000,
	.pipelined = 16,
};

/* --- shared room --- */

void server_lend(struct buf *spare, struct buf *b)
{
	if (b->data == NULL)
		buf_move(b, spare);
}

void server_return(struct buf *spare, struct buf *b)
{
	if (spare->data == NULL && b->size <= SPARE_MAX) {
		buf_clear(b);
		buf_move(spare, b);
	}
	buf_release(b);
}

struct pool *server_pool(struct http_server *s)
{
	if (s->n_spare_pools == 0)
		return pool_new();
	return s->spare_pools[--s->n_spare_pools];
}

void server_pool_back(struct http_server *s, struct pool **poolp)
{
	if (s->n_spare_pools == SPARE_POOLS) {
		pool_free(poolp);
		return;
	}
	pool_clear(*poolp);
	s->spare_pools[s->n_spare_pools++] = *poolp;
	*poolp = NULL;
}

/* Made anew once a second. */
const char *server_date(struct http_server *s)
{
	int64_t wall;
	time_t t;
	struct tm tm;

	if (s->now < s->date_until)
		return s->date;
	wall = clock_wall();
	s->date_until = s->now + SECOND_US - wall % SECOND_US;
	t = (time_t)(wall / SECOND_US);
	gmtime_r(&t, &tm);
	/* The C locale's names are the ones that RFC 9110 wants; no daemon sets another. */
	strftime(s->date, sizeof(s->date), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
	return s->date;
}

void server_next_id(struct http_server *s, char id[HTTP_ID_MAX + 1])
{
	uint64_t n = ++s->id_last;
	char digits[16], *p = digits + sizeof(digits);
	size_t base = strlen(s->id_base), len;

	do
		*--p = "0123456789abcdef"[n & 15];
	while ((n >>= 4) > 0);
	len = (size_t)(digits + sizeof(digits) - p);
	memcpy(id, s->id_base, base);
	memcpy(id + base, p, len);
	id[base + len] = '\0';
}

struct event *event_made(struct event *ev)
{
	if (ev == NULL)
		panic("out of memory: no room for an event");
	return ev;
}

/* --- life --- */

static void id_base_make(struct http_server *s)
{
	uint8_t bytes[8];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(s->id_base + 2 * i, 3, "%02x", bytes[i]);
	strcat(s->id_base, "-");
}

static void on_drain_over(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct http_server *s = arg;
	void (*drained)(void *ctx) = s->drained;
	struct http_conn *c, *next;

	s->drained = NULL;
	evtimer_del(s->drain_timer);
	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		conn_drop(c);
	}
	if (drained != NULL)
		drained(s->drained_ctx);	/* s may be gone now */
}

struct http_server *http_server_new(struct event_base *base, const struct http_limits *limits,
				    struct http_handler handler)
{
	struct http_server *s = x_alloc(sizeof(*s));

	s->base = base;
	s->limits = limits != NULL ? *limits : http_default_limits;
	s->handler = handler;
	TAILQ_INIT(&s->conns);
	TAILQ_INIT(&s->listeners);
	waits_init(s, base);
	s->drain_timer = event_made(evtimer_new(base, on_drain_over, s));
	s->accept_again = event_made(evtimer_new(base, listeners_resume, s));
	id_base_make(s);
	return s;
}

const struct http_counters *http_server_counters(const struct http_server *s)
{
	return &s->counters;
}

/* A connection that only lingers has had its answer. */
void server_check_drained(struct http_server *s)
{
	const struct http_conn *c;

	if (!s->draining || s->drained == NULL || s->leaving > 0)
		return;
	TAILQ_FOREACH(c, &s->conns, link)
		if (c->state != CONN_LINGER)
			return;
	/* From the loop: whoever is told may free us, and we are in use here. */
	event_active(s->drain_timer, EV_TIMEOUT, 0);
}

void http_server_drain(struct http_server *s, int wait_ms, void (*drained)(void *ctx), void *ctx)
{
	struct timeval tv = { wait_ms / 1000, wait_ms % 1000 * 1000 };
	struct http_conn *c, *next;

	listeners_free(s);
	s->now = clock_boot();
	s->draining = true;
	s->drained = drained;
	s->drained_ctx = ctx;
	evtimer_add(s->drain_timer, &tv);
	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		conn_farewell(c);
	}
	server_check_drained(s);
}

void http_server_free(struct http_server **sp)
{
	struct http_server *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	s->draining = true;
	s->drained = NULL;
	listeners_free(s);
	while (!TAILQ_EMPTY(&s->conns)) {
		struct http_conn *c = TAILQ_FIRST(&s->conns);

		conn_free(&c);
	}
	if (s->secure != NULL)
		s->secure->free(s);
	waits_release(s);
	event_free(s->drain_timer);
	event_free(s->accept_again);
	while (s->n_spare_pools > 0)
		pool_free(&s->spare_pools[--s->n_spare_pools]);
	buf_release(&s->spare_in);
	buf_release(&s->spare_out);
	gzip_free(&s->gzip);
	free(s);
}
