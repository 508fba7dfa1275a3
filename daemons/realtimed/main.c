/* fexl-realtimed: birth and end. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <sys/resource.h>

#define OTHER_FILES 64	/* descriptors for everything but clients */

/* --- serving --- */

static void serve(struct shop *s)
{
	struct client *c;

	ring_batch(&s->all);
	ring_batch(&s->told);
	TAILQ_FOREACH(c, &s->clients, in_shop)
		if (!c->wants_write)
			client_send(c);
	ring_batch_end(&s->all);
	ring_batch_end(&s->told);
}

static void on_flush(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct realtimed *rt = arg;
	struct shop *s;

	/* All that apid has to say goes out together. */
	if (rt->apid && wire_has_more(rt->apid) && ++rt->deferred < DEFERRED_MAX) {
		realtimed_flush_soon(rt);
		return;
	}
	rt->deferred = 0;
	while ((s = TAILQ_FIRST(&rt->dirty))) {
		TAILQ_REMOVE(&rt->dirty, s, in_dirty);
		s->dirty = false;
		serve(s);
	}
}

/* On the next turn: a timer of no time comes after what is readable then. */
void realtimed_flush_soon(struct realtimed *rt)
{
	static const struct timeval at_once = { 0, 0 };

	if (!event_pending(rt->flush, EV_TIMEOUT, NULL))
		event_add(rt->flush, &at_once);
}

/* --- start --- */

/* As many clients as there may be descriptors. */
static int clients_max(const struct conf *conf)
{
	int64_t wanted = conf_int(conf, "ws_clients");
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return (int)wanted;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur == RLIM_INFINITY || wanted + OTHER_FILES <= (int64_t)files.rlim_cur)
		return (int)wanted;
	log_warn("ws_clients is %lld, but only %lld files may be open here: %lld clients are taken (LimitNOFILE=)",
		 (long long)wanted, (long long)files.rlim_cur, (long long)files.rlim_cur - OTHER_FILES);
	return (int)((int64_t)files.rlim_cur - OTHER_FILES);
}

static unsigned power_of_two(int64_t n)
{
	unsigned p = 1;

	while (p < n)
		p *= 2;
	return p;
}

static void options_read(struct realtimed *rt)
{
	const struct conf *c = rt->conf;

	rt->clients_max = clients_max(c);
	rt->clients_shop_max = (int)conf_int(c, "ws_clients_tenant");
	rt->events_kept = power_of_two(conf_int(c, "ws_events_kept"));
	rt->screen_events_s = (int)conf_int(c, "ws_screen_events");
	rt->send_buffer_bytes = (int)conf_int(c, "ws_send_buffer_bytes");
	rt->limits.message_bytes = (size_t)conf_int(c, "ws_message_bytes");
	rt->ping_us = conf_int(c, "ws_ping_s") * SECOND_US;
	rt->goodbye_us = conf_int(c, "ws_goodbye_ms") * 1000;
	rt->memory_us = conf_int(c, "ws_memory_s") * SECOND_US;
}

static int start(struct service_ctx *svc, void **state, struct err *err UNUSED)
{
	struct realtimed *rt = x_alloc(sizeof *rt);

	*state = rt;
	rt->svc = svc;
	rt->conf = service_conf(svc);
	rt->base = service_base(svc);
	TAILQ_INIT(&rt->shops);
	TAILQ_INIT(&rt->dirty);
	options_read(rt);
	rt->flush = evtimer_new(rt->base, on_flush, rt);
	if (!rt->flush)
		panic("no timer for serving");
	wheel_init(&rt->wheel);
	round_init(&rt->round);
	service_say(svc, "Waiting for fexl-apid");
	link_open(rt);
	return 0;
}

/* --- stop --- */

void realtimed_client_gone(struct realtimed *rt)
{
	if (rt->stopping && rt->n_clients == 0)
		service_stopped(rt->svc);
}

/* Who does not answer our goodbye is dropped when his deadline has come. */
static void stop(struct service_ctx *svc, void *state)
{
	struct realtimed *rt = state;
	struct client *c;
	struct shop *s;

	rt->stopping = true;
	link_close(rt);
	if (rt->n_clients == 0)
		service_stopped(svc);
	TAILQ_FOREACH(s, &rt->shops, in_all)
		TAILQ_FOREACH(c, &s->clients, in_shop)
			client_close(c, WS_GOING_AWAY, "the server is stopping");
}

static void tick(void *state)
{
	struct realtimed *rt = state;
	int64_t now = clock_boot();

	wheel_turn(rt, now);
	round_tick(rt, now);
	shops_forget(rt);
}

static void release(void *state)
{
	struct realtimed *rt = state;
	struct shop *s;

	rt->stopping = false;
	link_close(rt);
	while ((s = TAILQ_FIRST(&rt->shops)))
		shop_free(&s);
	map_release(&rt->by_tenant);
	if (rt->flush)
		event_free(rt->flush);
	free(rt);
}

int main(int argc, char **argv)
{
	static const struct service realtimed = {
		.name = REALTIMED_NAME,
		.socket = "realtimed",
		.who = FOR_REALTIMED,
		.start = start,
		.stop = stop,
		.release = release,
		.status = realtimed_status,
		.metrics = realtimed_metrics,
		.tick = tick,
	};

	return service_run(&realtimed, argc, argv);
}
