/* What fexl-apid adds to GET /status and GET /metrics. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"

void apid_status(void *state, struct buf *json)
{
	struct apid *a = state;
	struct store_counters c = { 0 };
	const struct worker *w;

	jw_put_str(json, "role", a->hub ? "cloud" : "desktop");
	jw_put_str(json, "engine", conf_str(a->conf, "db_type"));
	jw_put_str(json, "listen", a->where);
	jw_put_int(json, "schema", SCHEMA_VERSION);
	jw_put_uuid(json, "device_uuid", a->shop.site.device);
	jw_put_int(json, "incarnation", a->shop.site.incarnation);
	jw_put_int(json, "clock_offset_us", clock_offset());
	if (a->http)
		jw_put_int(json, "open_sockets", http_server_counters(a->http)->open);
	jw_put_int(json, "in_hand", a->in_hand);
	if (a->store) {
		jw_put_str(json, "wall", wall_word(store_wall(a->store)));
		store_count(a->store, &c);
		jw_put_int(json, "commits", c.commits);
		jw_put_int(json, "queued", c.queued);
		jw_put_int(json, "wal_pinned_bytes", c.pinned_bytes);
	}
	if (!a->notify)
		return;
	w = notify_worker(a->notify);
	jw_put_bool(json, "syncd_up", w->up);
	jw_put_bool(json, "realtimed_up", notify_realtimed(a->notify) != NULL);
	jw_put_str(json, "sync_text", w->text);
}

_Static_assert(MODES <= TIMINGS, "a timing for each mode");

/* Words for a label, few and for good. */
static const char *const mode_names[MODES] = {
	[LOOP] = "loop", [QUICK] = "quick", [READ] = "read", [WORK] = "work", [WRITE] = "write", [SLICES] = "sync",
};

static void metric(struct buf *text, const char *name, const char *type, const char *help, int64_t n)
{
	buf_printf(text, "# HELP fexl_%s %s\n# TYPE fexl_%s %s\nfexl_%s %lld\n", name, help, name, type,
		   name, (long long)n);
}

static void put_timing(const struct apid *a, struct buf *text)
{
	static const char name[] = "fexl_request_duration_seconds";

	service_metric_head(text, name, "histogram", "From a request's first byte to its answer, by how it is answered.");
	for (int m = 0; m < MODES; m++) {
		char label[32];

		snprintf(label, sizeof label, "kind=\"%s\"", mode_names[m]);
		timing_print(&a->timing[m], name, label, text);
	}
}

void apid_metrics(void *state, struct buf *text)
{
	struct apid *a = state;
	struct kept_counters kept;
	struct store_counters c;

	if (a->http)
		service_http_metrics("fexl_http", http_server_counters(a->http), text);
	metric(text, "calls_in_hand", "gauge", "Requests and notes that have not ended.", a->in_hand);
	metric(text, "slow_waiting", "gauge", "Sign-ins that wait for their turn.", a->slow.waiting);
	if (a->notify)
		metric(text, "wire_peers", "gauge", "Daemons connected over wire.",
		       notify_peers(a->notify));
	put_timing(a, text);
	if (!a->store)
		return;
	store_count(a->store, &c);
	kept = kept_count(a->kept);
	metric(text, "kept_answers_total", "counter", "Answers given again, nothing having been written since.", kept.given);
	metric(text, "kept_answers_bytes", "gauge", "Bytes of answers kept.", kept.bytes);
	metric(text, "database_wall", "gauge", "1: the database itself keeps shops apart.", store_wall(a->store) == WALL_STANDS);
	metric(text, "store_commits_total", "counter", "Transactions committed.", c.commits);
	metric(text, "store_jobs_total", "counter", "Reads and writes answered.", c.jobs);
	metric(text, "store_reruns_total", "counter", "Groups that were run again one by one.", c.reruns);
	metric(text, "store_failed_total", "counter", "Writes that were refused or failed.", c.failed);
	metric(text, "store_queued", "gauge", "Jobs waiting for a lane or a reader.", c.queued);
	metric(text, "wal_pinned_bytes", "gauge", "Bytes of SQLite's log that a reader holds up.",
	       c.pinned_bytes);
}
