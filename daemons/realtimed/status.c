/* GET /status and GET /metrics. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include "base/json.h"

void realtimed_status(void *state, struct buf *json)
{
	const struct realtimed *rt = state;

	jw_put_bool(json, "apid", rt->apid != NULL);
	jw_put_int(json, "clients", rt->n_clients);
	jw_put_int(json, "clients_max", rt->clients_max);
	jw_put_int(json, "shops", rt->n_shops);
	jw_put_int(json, "events", rt->counted.events);
	jw_put_int(json, "deliveries", rt->counted.deliveries);
	jw_put_int(json, "resyncs", rt->counted.resyncs);
	jw_put_int(json, "refused", rt->counted.refused);
}

static void metric(struct buf *text, const char *name, const char *type, const char *help, int64_t n)
{
	buf_printf(text, "# HELP fexl_ws_%s %s\n# TYPE fexl_ws_%s %s\nfexl_ws_%s %lld\n", name, help, name, type, name,
		   (long long)n);
}

void realtimed_metrics(void *state, struct buf *text)
{
	const struct realtimed *rt = state;
	const struct counted *n = &rt->counted;

	metric(text, "clients", "gauge", "WebSockets open now.", rt->n_clients);
	metric(text, "shops", "gauge", "Tenants whose events are kept.", rt->n_shops);
	metric(text, "accepted_total", "counter", "WebSockets taken over from apid.", n->accepted);
	metric(text, "refused_total", "counter", "WebSockets turned away: too many.", n->refused);
	metric(text, "events_total", "counter", "Events of shops that somebody listens to.", n->events);
	metric(text, "deliveries_total", "counter", "Events sent, once for each client.", n->deliveries);
	metric(text, "writes_total", "counter", "System calls that sent them.", n->writes);
	metric(text, "resyncs_total", "counter", "Clients told to look themselves.", n->resyncs);
	metric(text, "expired_total", "counter", "Closed because the token was over.", n->expired);
	metric(text, "denied_total", "counter", "Closed because the right was lost.", n->denied);
	metric(text, "violations_total", "counter", "Closed because RFC 6455 was violated.", n->violations);
	metric(text, "silent_total", "counter", "Dropped without a sign of life.", n->silent);
}
