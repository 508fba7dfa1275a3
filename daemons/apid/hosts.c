/* Several hosts on one PostgreSQL: each tells the others what it has committed,
 * after the commit, so that clients everywhere hear of it. */
#include "base/base.h"
#include "apid/apid.h"

static void on_heard(const char *line, void *ctx)
{
	struct apid *a = ctx;

	events_heard(a->events, line);
	notify_knock(a->notify);
}

static void on_up(void *ctx)
{
	struct apid *a = ctx;

	events_lost(a->events);
	notify_knock(a->notify);
}

void hosts_start(struct apid *a)
{
	struct hosts_config config = {
		.db = {
			.engine = ENGINE_POSTGRES,
			.url = conf_str(a->conf, "database_url"),
			.connect_timeout_s = (int)conf_int(a->conf, "connect_timeout_s"),
		},
		.heard = on_heard,
		.up = on_up,
		.ctx = a,
	};

	if (a->hub && strcmp(conf_str(a->conf, "db_type"), "postgres") == 0)
		a->hosts = hosts_open(&config);
}
