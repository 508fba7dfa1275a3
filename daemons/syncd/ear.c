/* The one WebSocket to the cloud: who hears of a change pulls at once, and not
 * at the next cycle.  Nothing depends on it: without it the cycle comes every
 * sync_interval_s. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "ws/ws.h"
#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>

#define SILENT_MAX 2			/* pings of ours without a sign of life */
#define CLOSE_EXPIRED 4401		/* a token lives for five minutes: no trouble */
#define CLOSE_DENIED 4403		/* we were revoked: health will say so */

struct ear {
	struct pump *pump;
	struct line *line;
	struct event *again, *ping, *over;
	bool open;
	bool told;			/* that it is out of order */
	int failures, silent;
	char *url;			/* whose line it is */
	struct uuid epoch;		/* zero: nothing heard yet */
	int64_t seq;
	int64_t heard;			/* events, since our start */
};

static bool is_wanted(const struct pump *p)
{
	return conf_bool(p->conf, "cloud_socket") && p->seen && !p->stopping && p->view.paired &&
	       !p->view.pairing.paused && p->cycle.phase == PHASE_ON && p->token.clock_known;
}

/* --- its end --- */

static void drop(struct ear *e)
{
	line_free(&e->line);
	event_del(e->ping);
	e->open = false;
}

static int64_t pause_us(struct ear *e)
{
	int64_t most = conf_int(e->pump->conf, "backoff_min_ms") * 1000, limit = conf_int(e->pump->conf, "backoff_max_ms") * 1000;
	uint64_t dice;

	for (int i = 1; i < e->failures && most < limit; i++)
		most *= 2;
	random_bytes(&dice, sizeof(dice));
	/* Full jitter: after a restart of the cloud not all tills come at once. */
	return (int64_t)(dice % (uint64_t)(MIN(most, limit) + 1));
}

static void try_later(struct ear *e)
{
	int64_t us = pause_us(e);
	struct timeval in = { us / SECOND_US, us % SECOND_US };

	event_add(e->again, &in);
}

/* Its own callback is on the stack: it is freed on the next turn. */
static void on_down(int code, const char *why, void *ctx)
{
	struct ear *e = ctx;

	if (code == CLOSE_DENIED)
		pump_kick(e->pump);
	if (code == 401)
		token_forget(&e->pump->token);
	if (code != CLOSE_EXPIRED)
		e->failures++;
	if (e->failures == 1 && !e->told)
		log_info("no news from the cloud at once: %s; a cycle comes every %lld s", why,
			 (long long)conf_int(e->pump->conf, "sync_interval_s"));
	e->told = e->failures > 0;
	event_active(e->over, EV_TIMEOUT, 0);
}

static void on_over(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct ear *e = arg;

	drop(e);
	if (e->failures > 0)
		try_later(e);
	ear_look(e);
}

/* --- what it hears --- */

static void ping_again(struct ear *e)
{
	struct timeval each = { conf_int(e->pump->conf, "ws_ping_s"), 0 };

	event_add(e->ping, &each);
}

static void on_up(void *ctx)
{
	struct ear *e = ctx;

	if (e->told)
		log_info("news from the cloud come at once again");
	e->told = false;
	e->open = true;
	e->failures = e->silent = 0;
	ping_again(e);
	/* What happened before we listened. */
	if (uuid_is_zero(e->epoch))
		pump_kick(e->pump);
}

static void on_heard(const char *text, size_t len, void *ctx)
{
	struct ear *e = ctx;
	struct pool *pool = pool_new();
	struct uuid from = { { 0 } };
	struct json j;

	e->heard++;
	if (json_parse(pool, text, len, &j, NULL) < 0 || json_get_uuid(j, "epoch", &e->epoch, NULL) < 0 ||
	    json_get_int(j, "seq", 0, INT64_MAX, &e->seq, NULL) < 0 || json_get_uuid(j, "device", &from, NULL) < 0)
		e->epoch = (struct uuid){ { 0 } };
	/* What we pushed ourselves comes back to nobody. */
	if (!uuid_eq(from, e->pump->view.site.device))
		pump_kick(e->pump);
	pool_free(&pool);
}

static void on_ping(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct ear *e = arg;

	if (e->silent++ >= SILENT_MAX) {
		on_down(0, "it has fallen silent", e);
		return;
	}
	line_ping(e->line);
	ping_again(e);
}

static void on_alive(void *ctx)
{
	struct ear *e = ctx;

	e->silent = 0;
}

/* --- its beginning --- */

static void dial(struct ear *e)
{
	struct pump *p = e->pump;
	struct line_events ev = { on_up, on_heard, on_alive, on_down, e };
	struct buf target = { 0 };
	struct err err = { 0 };
	const char *token = token_get(&p->token, p->view.pairing.tenant, &p->view.site, &err);

	if (token == NULL)
		return;		/* the cycle says why */
	buf_str(&target, "/ws");
	if (!uuid_is_zero(e->epoch))
		buf_printf(&target, "?since=%lld&epoch=%s", (long long)e->seq, uuid_text(e->epoch).s);
	free(e->url);
	e->url = x_strdup(p->view.pairing.url);
	e->line = line_new(p->base, &(struct line_to){
		.url = e->url, .path = target.data, .token = token, .ca = conf_str(p->conf, "cloud_ca"),
		.timeout_ms = (int)conf_int(p->conf, "health_timeout_ms"),
	}, ev);
	buf_release(&target);
}

void ear_look(struct ear *e)
{
	const struct pump *p = e->pump;
	bool wanted = is_wanted(p);

	if (e->line != NULL && (!wanted || strcmp(e->url, p->view.pairing.url) != 0)) {
		drop(e);
		e->epoch = (struct uuid){ { 0 } };
	}
	if (wanted && e->line == NULL && !event_pending(e->again, EV_TIMEOUT, NULL))
		dial(e);
}

static void on_again(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	ear_look(arg);
}

/* --- life --- */

bool ear_is_open(const struct ear *e)
{
	return e != NULL && e->open;
}

int64_t ear_heard(const struct ear *e)
{
	return e != NULL ? e->heard : 0;
}

struct ear *ear_new(struct pump *p)
{
	struct ear *e = x_alloc(sizeof(*e));

	e->pump = p;
	e->again = evtimer_new(p->base, on_again, e);
	e->ping = evtimer_new(p->base, on_ping, e);
	e->over = event_new(p->base, -1, 0, on_over, e);
	if (e->again == NULL || e->ping == NULL || e->over == NULL)
		panic("no timers for the line to the cloud");
	return e;
}

void ear_free(struct ear **ep)
{
	struct ear *e = *ep;

	if (e == NULL)
		return;
	*ep = NULL;
	line_free(&e->line);
	event_free(e->again);
	event_free(e->ping);
	event_free(e->over);
	free(e->url);
	free(e);
}
