#include "base/base.h"
#include "syncd/syncd.h"
#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>

static void on_nothing_to_do(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	service_stopped(arg);
}

/* Ready first, and an orderly end behind it: systemd takes anything else for a
 * failure. */
static int end_as_hub(struct service_ctx *svc)
{
	static const struct timeval at_once = { 0, 0 };

	log_info("role = cloud: a hub has nobody to sync with, tills come to it; nothing to do here");
	event_base_once(service_base(svc), -1, EV_TIMEOUT, on_nothing_to_do, svc, &at_once);
	return 0;
}

static int start(struct service_ctx *svc, void **state, struct err *err)
{
	struct pump *p;

	if (strcmp(conf_str(service_conf(svc), "role"), "cloud") == 0)
		return end_as_hub(svc);
	*state = p = x_alloc(sizeof(*p));
	return pump_open(p, svc, err);
}

static void stop(struct service_ctx *svc, void *state)
{
	pump_stop(state);
	service_stopped(svc);
}

static void release(void *state)
{
	pump_release(state);
	free(state);
}

static bool moving(void *state)
{
	return pump_moving(state);
}

int main(int argc, char **argv)
{
	static const struct service syncd = {
		.name = SYNCD_NAME,
		.socket = "syncd",
		.who = FOR_SYNCD,
		.start = start,
		.stop = stop,
		.release = release,
		.status = pump_status,
		.metrics = pump_metrics,
		.local_request = local_request,
		.moving = moving,
	};

	return service_run(&syncd, argc, argv);
}
