/* doctor: is this machine well, and what to do where it is not. */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "fexlctl/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int run_doctor(struct ctl *c);

const struct command doctor_commands[] = {
	{ .name = "doctor", .usage = "[CHECK]...", .summary = "is everything well, and what to do where it is not?", .args_max = 16,
	  .takes = TAKES(ARG_FIX), .run = run_doctor,
	  .more = "Exits 1 when something has failed, 8 when there are only warnings.  CHECK shows only this one:\n"
		  "the word in the first column.  With --fix what is derived is made again first, the sums of\n"
		  "stock and the index of words, and files that others may read are closed." },
	{ NULL }
};

#define SLOW_MS 600000		/* every page is read */

static const char *const words[] = { [FOUND_OK] = "ok", [FOUND_WARN] = "warn", [FOUND_FAIL] = "fail", [FOUND_SKIP] = "skip" };

/* --- findings --- */

void found_add(struct visit *v, const char *code, enum found found, const char *next, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list args;
	char *said;

	va_start(args, fmt);
	if (vasprintf(&said, fmt, args) < 0)
		said = NULL;
	va_end(args);
	buf_str(&text, said != NULL ? said : "");
	free(said);
	jw_open(&v->items, '{');
	jw_put_str(&v->items, "code", code);
	jw_put_str(&v->items, "state", words[found]);
	jw_put_str(&v->items, "text", text.data);
	jw_put_str(&v->items, "next", found == FOUND_WARN || found == FOUND_FAIL ? next : NULL);
	jw_close(&v->items, '}');
	buf_release(&text);
}

bool is_paired(const struct visit *v)
{
	return json_type(json_member(v->sync, "pairing")) == JSON_OBJECT;
}

static void add_items(struct visit *v, struct json items)
{
	for (size_t i = 0; i < json_len(items); i++) {
		struct buf item = { 0 };

		json_print(json_at(items, i), &item);
		jw_raw(&v->items, item.data, item.len);
		buf_release(&item);
	}
}

/* --- what apid sees --- */

static struct call doctor_call(struct ctl *c, const char *method, const char *path)
{
	return (struct call){ "apid", method, path, .timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : SLOW_MS };
}

/* A database that does not answer is what we are here for; any other refusal ends the visit. */
static int look_inside(struct visit *v)
{
	struct call look = doctor_call(v->c, "GET", "/api/doctor");
	const char *detail;
	struct reply r;
	int rc = call_any(v->c, &look, &r);

	if (rc != 0)
		return rc;
	if (r.status == 200) {
		add_items(v, json_member(r.json, "items"));
		return 0;
	}
	if (r.status != 503)
		return call_refused(v->c, &look, &r);
	detail = json_text(r.json, "detail");
	found_add(v, "database", FOUND_FAIL, "systemctl status postgresql, or make room: fexlctl logs --daemon apid says which",
		  "%s", detail != NULL ? detail : "the database does not answer");
	return 0;
}

static int look(struct visit *v)
{
	if (arg_given(v->c, ARG_HOST))
		return look_inside(v);
	look_at_daemons(v);
	look_at_sockets(v);
	if (v->apid_runs) {
		int rc = look_inside(v);

		if (rc != 0)
			return rc;
	}
	look_at_time_service(v);
	look_at_libevent(v);
	look_at_cloud(v);
	return 0;
}

/* --- the command --- */

static bool is_wanted(const struct ctl *c, const char *code)
{
	for (int i = 0; i < c->n_args; i++)
		if (strcmp(c->args[i], code) == 0)
			return true;
	return c->n_args == 0;
}

/* Those that are wanted, and how many of each. */
static struct json result(struct ctl *c, struct json all, int n[ARRAY_LEN(words)])
{
	struct buf out = { 0 };

	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_name(&out, "items");
	jw_open(&out, '[');
	for (size_t i = 0; i < json_len(all); i++) {
		const char *code = json_text(json_at(all, i), "code"), *state = json_text(json_at(all, i), "state");
		struct buf item = { 0 };

		if (code == NULL || state == NULL || !is_wanted(c, code))
			continue;
		for (size_t w = 0; w < ARRAY_LEN(words); w++)
			n[w] += strcmp(state, words[w]) == 0;
		json_print(json_at(all, i), &item);
		jw_raw(&out, item.data, item.len);
		buf_release(&item);
	}
	jw_close(&out, ']');
	jw_put_int(&out, "failures", n[FOUND_FAIL]);
	jw_put_int(&out, "warnings", n[FOUND_WARN]);
	jw_put_bool(&out, "well", n[FOUND_FAIL] + n[FOUND_WARN] == 0);
	jw_close(&out, '}');
	return json_made(c, &out);
}

static const struct column columns[] = {
	{ "CHECK", "code" }, { "STATE", "state", SHOW_STATE }, { "FOUND", "text" }, { "NEXT", "next", .rare = true }, { NULL }
};

static int show(struct ctl *c, struct json all)
{
	int n[ARRAY_LEN(words)] = { 0 };
	struct json found = result(c, all, n);

	if (json_len(json_member(found, "items")) == 0)
		return fail(c, END_USAGE, "fexlctl doctor, without a name, shows all of them", "doctor: there is no check of that name here");
	c->out->list(c, columns, found, json_member(found, "items"));
	if (n[FOUND_FAIL] + n[FOUND_WARN] == 0)
		return END_OK;
	say(c, "%d %s, %d %s.", n[FOUND_FAIL], n[FOUND_FAIL] == 1 ? "failure" : "failures", n[FOUND_WARN],
	    n[FOUND_WARN] == 1 ? "warning" : "warnings");
	return n[FOUND_FAIL] > 0 ? END_FAILED : END_DEGRADED;
}

static int run_doctor(struct ctl *c)
{
	struct visit v = { .c = c, .sync = { NULL, true } };
	struct call fix = doctor_call(c, "POST", "/api/doctor/fix");
	struct json all;
	struct reply r;
	int rc = arg_given(c, ARG_FIX) ? call_ok(c, &fix, &r) : 0;

	jw_open(&v.items, '[');
	if (rc == 0)
		rc = look(&v);
	jw_close(&v.items, ']');
	all = json_made(c, &v.items);
	return rc != 0 ? rc : show(c, all);
}
