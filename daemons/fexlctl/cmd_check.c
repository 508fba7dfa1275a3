/* check: one line for Nagios, Icinga or cron, with figures behind it.  It ends as
 * they want it: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdlib.h>

static int run_check(struct ctl *c);

const struct command check_commands[] = {
	{ .name = "check", .summary = "one line for a monitoring system", .takes = TAKES(ARG_WARNING) | TAKES(ARG_CRITICAL),
	  .flags = HERE_ONLY, .run = run_check,
	  .more = "Ends as Nagios plugins do: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.  Behind | stand the figures.\n"
		  "What takes longer to find out is fexlctl doctor's." },
	{ NULL }
};

#define WARNING_MIN 60		/* the oldest row that is not in the cloud */
#define CRITICAL_MIN 1440
#define SILENT_US (7 * 86400 * SECOND_US)	/* a till that was not seen for so long */

enum level { LEVEL_OK, LEVEL_WARNING, LEVEL_CRITICAL, LEVEL_UNKNOWN };
static const char *const level_names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

struct verdict {
	struct ctl *c;
	enum level level;
	const char *fine;		/* what to say when nothing is wrong */
	struct buf text, problems;	/* a sentence each; members of an array */
	struct buf perf, figures;	/* as Nagios wants them; members of an object */
	int64_t warning_s, critical_s;
};

static PRINTF(4, 5) void trouble(struct verdict *v, enum level level, const char *next, const char *fmt, ...)
{
	char *text;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	v->level = MAX(v->level, level);
	buf_printf(&v->text, "%s%s", v->text.len > 0 ? "; " : "", text);
	jw_open(&v->problems, '{');
	jw_put_str(&v->problems, "level", level_names[level]);
	jw_put_str(&v->problems, "text", text);
	jw_put_str(&v->problems, "next", next);
	jw_close(&v->problems, '}');
	free(text);
}

/* 'pending'=14;;;0  Limits below 0 are none. */
static void figure(struct verdict *v, const char *name, const char *unit, int64_t n, int64_t warning, int64_t critical)
{
	buf_printf(&v->perf, "%s'%s'=%lld%s;", v->perf.len > 0 ? " " : "", name, (long long)n, unit);
	if (warning >= 0)
		buf_int(&v->perf, warning);
	buf_char(&v->perf, ';');
	if (critical >= 0)
		buf_int(&v->perf, critical);
	buf_str(&v->perf, ";0");
	jw_put_int(&v->figures, name, n);
}

static int64_t age_s(struct json j, const char *path)
{
	const char *text = json_text(j, path);
	int64_t at;

	if (text == NULL || time_parse(&at, text, strlen(text)) < 0)
		return -1;
	return MAX(clock_wall() - at, 0) / SECOND_US;
}

/* --- a till --- */

static const struct {
	const char *state;
	enum level level;
	const char *next;
} states[] = {
	{ "moving", LEVEL_WARNING, "fexlctl status" },
	{ "registering", LEVEL_WARNING, "fexlctl status" },
	{ "pending", LEVEL_WARNING, "at the cloud: fexlctl devices approve CODE" },
	{ "paused", LEVEL_WARNING, "fexlctl sync resume" },
	{ "offline", LEVEL_WARNING, "fexlctl doctor cloud" },
	{ "attention", LEVEL_WARNING, "fexlctl quarantine list" },
	{ "refused", LEVEL_CRITICAL, "fexlctl pair again, with the right key" },
	{ "revoked", LEVEL_CRITICAL, "fexlctl unpair, then fexlctl pair again" },
};

static void judge_state(struct verdict *v, struct json sync)
{
	const char *state = json_text(sync, "state"), *text = json_text(sync, "text");

	v->fine = text;
	for (size_t i = 0; state != NULL && i < ARRAY_LEN(states); i++)
		if (strcmp(states[i].state, state) == 0)
			trouble(v, states[i].level, states[i].next, "%s", text != NULL ? text : state);
}

static void judge_oldest(struct verdict *v, struct json sync)
{
	int64_t oldest_s = MAX(age_s(sync, "pending.oldest"), 0);
	enum level level = oldest_s >= v->critical_s ? LEVEL_CRITICAL : LEVEL_WARNING;

	figure(v, "pending", "", json_number(sync, "pending.total", 0), -1, -1);
	figure(v, "oldest_pending", "s", oldest_s, v->warning_s, v->critical_s);
	figure(v, "conflicts_24h", "", json_number(sync, "conflicts_24h", 0), -1, -1);
	if (oldest_s >= v->warning_s)
		trouble(v, level, "fexlctl pending", "the oldest row that is not in the cloud has waited %lld min",
			(long long)oldest_s / 60);
}

static void look_at_till(struct verdict *v)
{
	struct call call = { "apid", "GET", "/api/sync/status" };
	struct call syncd = { "syncd", "GET", "/status" };
	struct reply r, ignored;
	int rc = call_ok(v->c, &call, &r);

	if (rc != 0) {
		trouble(v, LEVEL_UNKNOWN, "fexlctl status", "fexl-apid does not say how sync is");
		return;
	}
	judge_state(v, r.json);
	if (json_type(json_member(r.json, "pairing")) != JSON_OBJECT)
		return;
	judge_oldest(v, r.json);
	if (!call_try(v->c, &syncd, &ignored))
		trouble(v, LEVEL_CRITICAL, "systemctl start fexl-syncd", "fexl-syncd does not answer: nothing is sent");
}

/* --- a hub --- */

struct roll {
	int64_t approved, pending, silent;
};

static void judge_device(struct verdict *v, struct json device, struct roll *roll)
{
	const char *status = json_text(device, "status"), *name = json_text(device, "name"), *alarm = json_text(device, "alarm");
	bool approved = status != NULL && strcmp(status, "approved") == 0;

	if (alarm != NULL)
		trouble(v, LEVEL_CRITICAL, "fexlctl devices", "%s: %s", name, alarm);
	if (status != NULL && strcmp(status, "pending") == 0) {
		roll->pending++;
		trouble(v, LEVEL_WARNING, "fexlctl devices", "%s waits for approval", name);
	}
	roll->approved += approved;
	if (!approved || age_s(device, "last_seen") * SECOND_US < SILENT_US)
		return;
	roll->silent++;
	trouble(v, LEVEL_WARNING, "fexlctl devices", "%s was not seen for %lld days", name, (long long)age_s(device, "last_seen") / 86400);
}

static void look_at_hub(struct verdict *v)
{
	struct roll roll = { 0 };
	struct json list, items;

	if (ask_list(v->c, "/api/devices", &list) != 0) {
		trouble(v, LEVEL_UNKNOWN, "fexlctl status", "fexl-apid does not say which tills there are");
		return;
	}
	items = json_member(list, "items");
	for (size_t i = 0; i < json_len(items); i++)
		judge_device(v, json_at(items, i), &roll);
	v->fine = pool_printf(v->c->pool, "%lld tills are approved", (long long)roll.approved);
	figure(v, "devices", "", roll.approved, -1, -1);
	figure(v, "devices_pending", "", roll.pending, 1, -1);
	figure(v, "devices_silent", "", roll.silent, 1, -1);
}

/* --- both --- */

static void look(struct verdict *v)
{
	struct call call = { "apid", "GET", "/status" }, realtimed = { "realtimed", "GET", "/status" };
	struct reply r, ignored;
	const char *role;
	int rc = call_ok(v->c, &call, &r);

	if (rc == END_NOT_RUNNING || rc == END_TIMED_OUT)
		trouble(v, LEVEL_CRITICAL, "systemctl start fexl-apid", "fexl-apid %s: nobody can sell",
			rc == END_TIMED_OUT ? "does not answer" : "is not running");
	else if (rc != 0)
		trouble(v, LEVEL_UNKNOWN, "fexlctl status", "fexl-apid cannot be asked");
	if (rc != 0)
		return;
	figure(v, "rss", "KB", json_number(r.json, "rss_kb", 0), -1, -1);
	figure(v, "loop_lag", "ms", json_number(r.json, "loop_lag_ms", 0), -1, -1);
	role = json_text(r.json, "role");
	if (role != NULL && strcmp(role, "cloud") == 0)
		look_at_hub(v);
	else
		look_at_till(v);
	if (!call_try(v->c, &realtimed, &ignored))
		trouble(v, LEVEL_WARNING, "systemctl start fexl-realtimed", "fexl-realtimed does not answer: no live updates");
}

static void show(struct verdict *v, const char *text)
{
	struct buf out = { 0 };

	print(v->c, "FEXL %s - %s%s%s", level_names[v->level], text, v->perf.len > 0 ? " | " : "", v->perf.len > 0 ? v->perf.data : "");
	if (!v->c->out->json)
		return;
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_put_str(&out, "status", level_names[v->level]);
	jw_put_str(&out, "text", text);
	jw_name(&out, "problems");
	jw_raw(&out, v->problems.data, v->problems.len);
	jw_name(&out, "figures");
	jw_raw(&out, v->figures.data, v->figures.len);
	jw_close(&out, '}');
	v->c->out->record(v->c, NULL, json_made(v->c, &out));
}

static int run_check(struct ctl *c)
{
	struct verdict v = { .c = c, .fine = "fexl-apid runs" };
	int64_t warning, critical;

	if (arg_int(c, ARG_WARNING, 1, INT32_MAX, WARNING_MIN, &warning) != 0 ||
	    arg_int(c, ARG_CRITICAL, 1, INT32_MAX, CRITICAL_MIN, &critical) != 0)
		return LEVEL_UNKNOWN;
	v.warning_s = warning * 60;
	v.critical_s = critical * 60;
	jw_open(&v.problems, '[');
	jw_open(&v.figures, '{');
	look(&v);
	jw_close(&v.problems, ']');
	jw_close(&v.figures, '}');
	show(&v, v.text.len > 0 ? v.text.data : v.fine);
	buf_release(&v.text);
	buf_release(&v.perf);
	buf_release(&v.problems);
	buf_release(&v.figures);
	return (int)v.level;
}
