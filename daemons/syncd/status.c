/* How things are: for GET /status and GET /metrics, for systemd and apid. */
#include "base/base.h"
#include "syncd/syncd.h"

#define SAID_MAX 255	/* bytes of a status line */
#define SAID_CYCLES 10	/* of the history, told to apid for its people */

static const char *const phase_names[] = {
	[PHASE_OFF] = "off",
	[PHASE_REGISTERING] = "registering",
	[PHASE_PENDING] = "pending",
	[PHASE_LOADING] = "loading",
	[PHASE_ON] = "on",
	[PHASE_REVOKED] = "revoked",
	[PHASE_REFUSED] = "refused",
};

/* -1: never. */
static int64_t synced_ago_us(const struct pump *p)
{
	if (p->completed_at != 0)
		return clock_boot() - p->completed_at;
	if (p->view.pairing.last_cycle != 0)
		return MAX(clock_wall() - p->view.pairing.last_cycle, 0);
	return -1;
}

static int64_t next_in_us(const struct cycle *c)
{
	return c->doing == DO_WAIT ? MAX(c->wake_at - clock_boot(), 0) : 0;
}

static void look_out(const struct pump *p, struct outlook *o)
{
	const struct cycle *c = &p->cycle;
	const struct pairing *pairing = &p->view.pairing;
	bool refused = c->phase == PHASE_REFUSED;

	*o = (struct outlook){
		.waiting_for_apid = !p->seen,
		.phase = c->phase,
		.paused = c->paused,
		.unreachable = c->unreachable,
		.failures = c->failures,
		.synced_ago_us = synced_ago_us(p),
		.lost_for_us = p->lost_at != 0 ? clock_boot() - p->lost_at : 0,
		.next_in_us = next_in_us(c),
		.trouble = p->trouble.text,
	};
	if (!p->seen)
		return;		/* what lies behind the view is gone */
	o->pending = p->view.pending;
	o->refused = p->view.refused;
	o->load_done = pairing->load_done;
	o->load_total = pairing->load_total;
	o->code = pairing->code;
	o->trouble = refused ? pairing->trouble : p->trouble.text;
}

/* --- JSON --- */

static void put_load(const struct pump *p, struct buf *out)
{
	int64_t us = clock_boot() - p->load_began_at;
	int64_t done = p->view.pairing.load_done - p->load_began_done;

	if (p->cycle.phase != PHASE_LOADING || !p->seen)
		return;
	jw_name(out, "load");
	jw_open(out, '{');
	jw_put_int(out, "done", p->view.pairing.load_done);
	jw_put_int(out, "total", p->view.pairing.load_total);
	if (p->load_began_at != 0 && us > 0)
		jw_put_int(out, "rows_per_s", done * SECOND_US / us);
	jw_close(out, '}');
}

static void put_state(const struct pump *p, struct buf *out)
{
	const struct cycle *c = &p->cycle;

	jw_put_str(out, "phase", phase_names[c->phase]);
	jw_put_str(out, "doing", action_names[c->doing]);
	jw_put_bool(out, "paused", c->paused);
	/* An attempt that is under way has not failed yet. */
	jw_put_bool(out, "unreachable", c->unreachable && c->doing == DO_WAIT);
	jw_put_int(out, "last_status", c->last_status);
	jw_put_int(out, "failures", c->failures);
	jw_put_str(out, "trouble", p->trouble.text[0] != '\0' ? p->trouble.text : NULL);
	jw_put_int(out, "next_in_ms", next_in_us(c) / 1000);
	jw_put_int(out, "cycles", c->cycles);
	jw_put_int(out, "begun", c->started);
	verify_status(p->verify, out);
	put_load(p, out);
}

/* The newest `most` of them. */
static void put_history(const struct pump *p, int most, struct buf *out)
{
	const struct cycle_record *r;

	jw_name(out, "last_cycle");
	if ((r = history_at(&p->history, 0)) != NULL)
		record_json(r, out);
	else
		jw_null(out);
	jw_name(out, "history");
	jw_open(out, '[');
	for (int i = 0; i < most && (r = history_at(&p->history, i)) != NULL; i++)
		record_json(r, out);
	jw_close(out, ']');
}

void pump_status(void *pump, struct buf *json)
{
	const struct pump *p = pump;
	struct buf text = { 0 };
	struct outlook o;

	look_out(p, &o);
	outlook_text(&o, &text);
	jw_put_str(json, "state", outlook_state(&o));
	jw_put_str(json, "text", text.data);
	jw_put_int(json, "pending", o.pending);
	jw_put_bool(json, "apid", link_is_up(p->link));
	jw_put_bool(json, "cloud_socket", ear_is_open(p->ear));
	put_state(p, json);
	put_history(p, HISTORY_MAX, json);
	buf_release(&text);
}

/* --- metrics --- */

static void metric(struct buf *text, const char *name, const char *type, const char *help, int64_t n)
{
	buf_printf(text, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name, type, name, (long long)n);
}

static void repair_metrics(const struct walk_counts *n, struct buf *text)
{
	metric(text, "fexl_sync_repairs_total", "counter", "Rounds in which what differed was exchanged.", n->rounds);
	metric(text, "fexl_sync_repair_compared_ranges_total", "counter", "Ranges of keys that were compared with the cloud.", n->compared);
	metric(text, "fexl_sync_repair_fetched_rows_total", "counter", "Rows that a repair took from the cloud.", n->fetched);
	metric(text, "fexl_sync_repair_sent_rows_total", "counter", "Rows that a repair sends to the cloud again.", n->sent);
	metric(text, "fexl_sync_repair_conflicts_total", "counter", "Versions that lost in a repair and are in the conflict journal.",
	       n->conflicts);
}

void pump_metrics(void *pump, struct buf *text)
{
	const struct pump *p = pump;
	int64_t ago = synced_ago_us(p);

	metric(text, "fexl_sync_cycles_started_total", "counter", "Cycles begun.", p->cycle.started);
	metric(text, "fexl_sync_cycles_complete_total", "counter", "Cycles that went through.", p->completed);
	metric(text, "fexl_sync_last_complete_time_seconds", "gauge", "When a cycle last went through, Unix time; 0: never.",
	       ago < 0 ? 0 : (clock_wall() - ago) / SECOND_US);
	metric(text, "fexl_sync_failures", "gauge", "Attempts that failed in a row.", p->cycle.failures);
	metric(text, "fexl_sync_unreachable", "gauge", "1 while the cloud is away.", p->lost_at != 0);
	metric(text, "fexl_sync_pending_rows", "gauge", "Rows that the cloud has not got yet.", p->view.pending);
	metric(text, "fexl_sync_refused_rows", "gauge", "Rows that the cloud refused.", p->view.refused);
	metric(text, "fexl_sync_cloud_socket", "gauge", "1 while the cloud tells us of changes.", ear_is_open(p->ear));
	metric(text, "fexl_sync_events_total", "counter", "Events that the cloud told us.", ear_heard(p->ear));
	metric(text, "fexl_sync_pushed_rows_total", "counter", "Rows that the cloud took.", p->pushed);
	metric(text, "fexl_sync_pulled_rows_total", "counter", "Rows that came from the cloud.", p->pulled);
	repair_metrics(verify_total(p->verify), text);
}

/* --- unasked --- */

static bool is_news(struct pump *p, const struct outlook *o)
{
	char now[160];

	snprintf(now, sizeof(now), "%s %d %lld %lld %lld %d %lld %lld", outlook_state(o), p->cycle.phase,
		 (long long)o->pending, (long long)o->refused, (long long)o->load_done, o->failures,
		 (long long)p->cycle.cycles, (long long)verify_total(p->verify)->compared);
	if (strcmp(now, p->said) == 0)
		return false;
	memcpy(p->said, now, sizeof(now));
	return true;
}

static void tell_apid(struct pump *p, const struct outlook *o, const char *text)
{
	struct buf detail = { 0 };

	jw_open(&detail, '{');
	put_state(p, &detail);
	put_history(p, SAID_CYCLES, &detail);
	jw_close(&detail, '}');
	link_say(p->link, outlook_state(o), text, o->pending, detail.data);
	buf_release(&detail);
}

/* service_say() keeps no more; and no character is cut in two. */
static void cut(struct buf *text)
{
	if (text->len <= SAID_MAX)
		return;
	text->len = SAID_MAX;
	while (text->len > 0 && ((uint8_t)text->data[text->len] & 0xc0) == 0x80)
		text->len--;
	text->data[text->len] = '\0';
}

void pump_say(struct pump *p)
{
	struct buf text = { 0 };
	struct outlook o;

	look_out(p, &o);
	outlook_text(&o, &text);
	cut(&text);
	service_say(p->svc, "%s", text.data);
	if (link_is_up(p->link) && is_news(p, &o))
		tell_apid(p, &o, text.data);
	buf_release(&text);
}
