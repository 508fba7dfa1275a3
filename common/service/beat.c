/* The heartbeat: how late the loop comes to its timers, and the watchdog,
 * which is fed only while work moves. */
#include "base/base.h"
#include "service/run.h"
#include "base/log.h"

#include <event2/event.h>
#include <event2/util.h>

#define TICK_US 1000000
#define SPAN_TICKS 10

static int64_t loop_clock(struct beat *b)
{
	struct timeval now;

	evutil_gettime_monotonic(b->clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

static void tick_again(struct beat *b)
{
	static const struct timeval tick = { TICK_US / 1000000, TICK_US % 1000000 };

	b->due = loop_clock(b) + TICK_US;
	event_add(b->tick, &tick);
}

static void on_tick(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct service_ctx *svc = arg;
	struct beat *b = &svc->beat;
	int64_t late_ms = (loop_clock(b) - b->due) / 1000;

	if (++b->ticks % SPAN_TICKS == 0) {
		b->worst_ms[1] = b->worst_ms[0];
		b->worst_ms[0] = 0;
	}
	b->worst_ms[0] = MAX(b->worst_ms[0], late_ms);
	tick_again(b);
	if (svc->desc->tick != NULL && svc->state != NULL)
		svc->desc->tick(svc->state);
}

int64_t beat_lag_ms(const struct service_ctx *svc)
{
	return MAX(svc->beat.worst_ms[0], svc->beat.worst_ms[1]);
}

static void on_watchdog(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct service_ctx *svc = arg;

	if (svc->desc->moving == NULL || svc->state == NULL || svc->desc->moving(svc->state))
		notify_alive();
	else
		log_warn("work stands still: the watchdog is not fed");
}

/* At half the interval, as sd_watchdog_enabled(3) advises. */
static void watchdog_start(struct service_ctx *svc)
{
	int64_t half_us = notify_interval_us() / 2;
	struct timeval half = { half_us / 1000000, half_us % 1000000 };

	if (half_us == 0)
		return;
	svc->beat.watchdog = event_new(svc->base, -1, EV_PERSIST, on_watchdog, svc);
	if (svc->beat.watchdog == NULL)
		panic("no timer for the watchdog");
	event_add(svc->beat.watchdog, &half);
}

void beat_start(struct service_ctx *svc)
{
	struct beat *b = &svc->beat;

	b->clock = evutil_monotonic_timer_new();
	b->tick = evtimer_new(svc->base, on_tick, svc);
	if (b->clock == NULL || b->tick == NULL)
		panic("no timer for the heartbeat");
	evutil_configure_monotonic_time(b->clock, 0);
	tick_again(b);
	watchdog_start(svc);
}

void beat_stop(struct service_ctx *svc)
{
	struct beat *b = &svc->beat;

	if (b->clock == NULL)
		return;
	event_free(b->tick);
	if (b->watchdog != NULL)
		event_free(b->watchdog);
	evutil_monotonic_timer_free(b->clock);
	*b = (struct beat){ 0 };
}
