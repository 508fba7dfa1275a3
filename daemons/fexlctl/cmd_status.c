/* status: one screen that answers "is my shop safe?", and what to do if not. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"
#include "base/clock.h"

#include <time.h>

static int run_status(struct ctl *c);

const struct command status_commands[] = {
	{ .name = "status", .summary = "daemons, sync, what is pending, what wants attention",
	  .takes = TAKES(ARG_WATCH) | TAKES(ARG_EXIT_CODE), .run = run_status,
	  .more = "Exits 3 when fexl-apid is not running; with --exit-code 8 when something wants attention.\n"
		  "With --host it asks that server how it is." },
	{ NULL }
};

#define AGAIN_S 2

struct view {
	struct ctl *c;
	struct buf daemons, warnings;	/* members of arrays */
	struct json apid, sync;		/* missing when there is no answer */
	bool apid_runs, syncd_runs;
	int n_warnings;
};

static void warn(struct view *v, const char *next, const char *text)
{
	jw_open(&v->warnings, '{');
	jw_put_str(&v->warnings, "text", text);
	jw_put_str(&v->warnings, "next", next);
	jw_close(&v->warnings, '}');
	v->n_warnings++;
}

/* --- looking --- */

static bool look_at(struct view *v, const char *daemon, struct json *status_r)
{
	struct call call = { daemon, "GET", "/status" };
	struct reply r;
	bool runs = call_try(v->c, &call, &r) && r.status == 200;
	struct buf text = { 0 };

	*status_r = (struct json){ NULL, true };
	if (runs)
		*status_r = r.json;
	json_print(*status_r, &text);
	jw_open(&v->daemons, '{');
	jw_put_str(&v->daemons, "name", pool_printf(v->c->pool, "fexl-%s", daemon));
	jw_put_str(&v->daemons, "state", runs ? "running" : "stopped");
	jw_name(&v->daemons, "status");
	if (runs)
		jw_raw(&v->daemons, text.data, text.len);
	else
		jw_null(&v->daemons);
	jw_close(&v->daemons, '}');
	buf_release(&text);
	return runs;
}

static bool is_hub(const struct view *v)
{
	const char *role = json_text(v->apid, "role");

	return role != NULL && strcmp(role, "cloud") == 0;
}

static int look_at_sync(struct view *v)
{
	struct reply r;
	int rc = ask(v->c, "apid", "GET", "/api/sync/status", NULL, &r);

	if (rc == 0)
		v->sync = r.json;
	return rc;
}

/* --- what wants attention --- */

static const struct {
	const char *state, *next;
	bool with_code;		/* behind next */
} sad_states[] = {
	{ "moving", "fexlctl status, again in a while" },
	{ "registering", "fexlctl doctor cloud" },
	{ "pending", "at the cloud: fexlctl devices approve ", true },
	{ "paused", "fexlctl sync resume" },
	{ "offline", "fexlctl doctor cloud" },
	{ "attention", "fexlctl pending" },
	{ "revoked", "fexlctl unpair, then fexlctl pair again" },
	{ "refused", "fexlctl pair again, with the right key" },
};

static void judge_sync(struct view *v)
{
	const char *state = json_text(v->sync, "state"), *text = json_text(v->sync, "text");
	const char *code = json_text(v->sync, "pairing.code");

	if (code == NULL)
		code = "CODE";
	if (!v->syncd_runs && json_type(json_member(v->sync, "pairing")) == JSON_OBJECT)
		warn(v, "systemctl start fexl-syncd", "fexl-syncd is not running: nothing is sent, everything is kept here");
	for (size_t i = 0; state != NULL && i < ARRAY_LEN(sad_states); i++)
		if (strcmp(sad_states[i].state, state) == 0)
			warn(v, pool_printf(v->c->pool, "%s%s", sad_states[i].next, sad_states[i].with_code ? code : ""),
			     text != NULL ? text : state);
}

static int judge_devices(struct view *v)
{
	struct json list, items;
	int rc = ask_list(v->c, "/api/devices", &list);

	if (rc != 0)
		return rc;
	items = json_member(list, "items");
	for (size_t i = 0; i < json_len(items); i++) {
		const char *status = json_text(json_at(items, i), "status"), *name = json_text(json_at(items, i), "name");
		const char *alarm = json_text(json_at(items, i), "alarm");

		if (status != NULL && strcmp(status, "pending") == 0)
			warn(v, "fexlctl devices", pool_printf(v->c->pool, "%s waits for approval", name));
		if (alarm != NULL)
			warn(v, "fexlctl devices", pool_printf(v->c->pool, "%s: %s", name, alarm));
	}
	return 0;
}

static int look(struct view *v)
{
	struct json ignored;
	int rc;

	v->sync = (struct json){ NULL, true };
	v->apid_runs = look_at(v, "apid", &v->apid);
	look_at(v, "realtimed", &ignored);
	if (v->apid_runs && is_hub(v))
		return judge_devices(v);
	v->syncd_runs = look_at(v, "syncd", &ignored);
	if (!v->apid_runs)
		return 0;
	rc = look_at_sync(v);
	if (rc == 0)
		judge_sync(v);
	return rc;
}

/* --- showing --- */

static const struct column daemon_columns[] = {
	{ "DAEMON", "name" },		      { "STATE", "state", SHOW_STATE }, { "SINCE", "status.uptime_s", SHOW_SECONDS },
	{ "RSS", "status.rss_kb", SHOW_KB },  { "LAG", "status.loop_lag_ms", SHOW_MS }, { "NOTE", "status.status_text" },
	{ NULL }
};

static const struct column sync_fields[] = {
	{ "Till", "sync.pairing.name" },
	{ "Sync", "sync.state", SHOW_STATE },
	{ "", "sync.text" },
	{ "Cloud", "sync.pairing.url" },
	{ "Code", "sync.pairing.code" },
	{ "Pending", "sync.pending.total", SHOW_COUNT },
	{ "  oldest", "sync.pending.oldest", SHOW_TIME },
	{ "Last sync", "sync.pairing.last_cycle", SHOW_TIME },
	{ "Verified", "sync.pairing.verified_at", SHOW_TIME },
	{ NULL }
};

static void add_array(struct buf *out, const char *name, const struct buf *members)
{
	jw_name(out, name);
	jw_open(out, '[');
	if (members->len > 0)
		jw_raw(out, members->data, members->len);
	jw_close(out, ']');
}

static struct json view_json(struct view *v)
{
	struct buf out = { 0 }, sync = { 0 };

	if (v->sync.missing)
		buf_str(&sync, "null");
	else
		json_print(v->sync, &sync);
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	add_array(&out, "daemons", &v->daemons);
	jw_name(&out, "sync");
	jw_raw(&out, sync.data, sync.len);
	add_array(&out, "warnings", &v->warnings);
	jw_close(&out, '}');
	buf_release(&sync);
	return json_made(v->c, &out);
}

static void show_warnings(struct ctl *c, struct json warnings)
{
	for (size_t i = 0; i < json_len(warnings); i++) {
		struct json w = json_at(warnings, i);
		const char *next = json_text(w, "next");

		print(c, "! %s%s%s", json_text(w, "text"), next == NULL ? "" : c->utf8 ? "  → " : "  -> ", next != NULL ? next : "");
	}
}

static void show(struct view *v)
{
	struct json all = view_json(v);
	struct ctl *c = v->c;

	if (c->out->json) {
		c->out->record(c, sync_fields, all);
		return;
	}
	if (!v->sync.missing) {
		c->out->record(c, sync_fields, all);
		print(c, "%s", "");
	}
	c->out->list(c, daemon_columns, all, json_member(all, "daemons"));
	if (v->n_warnings > 0) {
		print(c, "%s", "");
		show_warnings(c, json_member(all, "warnings"));
	}
}

static int status_once(struct ctl *c)
{
	struct view v = { .c = c };
	int rc = look(&v);

	if (rc == 0 && c->tty && arg_given(c, ARG_WATCH))
		fputs("\033[H\033[J", stdout);
	if (rc == 0)
		show(&v);
	buf_release(&v.daemons);
	buf_release(&v.warnings);
	if (rc != 0)
		return rc;
	if (!v.apid_runs)
		return fail(c, END_NOT_RUNNING, how_to_start(c, "apid"),
			    "fexl-apid is not running: nobody answers in %s", c->run_dir);
	return v.n_warnings > 0 && arg_given(c, ARG_EXIT_CODE) ? END_DEGRADED : END_OK;
}

/* --- another server --- */

static int status_of_host(struct ctl *c)
{
	static const struct column fields[] = { { "Status", "status" }, { "Time there", "server_time" }, { NULL } };
	struct reply r;
	int rc = ask(c, "apid", "GET", "/api/sync/health", NULL, &r);

	if (rc == 0)
		c->out->record(c, fields, r.json);
	return rc;
}

static int run_status(struct ctl *c)
{
	int64_t until = clock_boot() + c->timeout_ms * 1000;
	int rc;

	for (;;) {
		struct pool *kept = c->pool;

		c->pool = pool_new();
		rc = arg_given(c, ARG_HOST) ? status_of_host(c) : status_once(c);
		pool_free(&c->pool);
		c->pool = kept;
		c->run_dir = NULL;	/* lay in the pool */
		if (!arg_given(c, ARG_WATCH) || (c->timeout_ms > 0 && clock_boot() > until))
			return rc;
		fflush(stdout);
		nanosleep(&(struct timespec){ .tv_sec = AGAIN_S }, NULL);
	}
}
