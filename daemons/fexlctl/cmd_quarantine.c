/* quarantine: what does not go by itself between this till and its cloud.  It
 * blocks nothing behind it; somebody has to look at it. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_list(struct ctl *c);
static int run_show(struct ctl *c);
static int run_retry(struct ctl *c);
static int run_drop(struct ctl *c);

const struct command quarantine_commands[] = {
	{ .name = "quarantine list", .alias = "quarantine", .summary = "what the cloud refused, and what waits aside here",
	  .flags = HERE_ONLY, .run = run_list },
	{ .name = "quarantine show", .usage = "UUID", .summary = "one of them: why, and what it says", .args_min = 1, .args_max = 1,
	  .flags = HERE_ONLY, .run = run_show },
	{ .name = "quarantine retry", .usage = "[UUID]", .summary = "try one of them again, or all", .args_max = 1, .flags = HERE_ONLY,
	  .run = run_retry },
	{ .name = "quarantine drop", .usage = "UUID", .summary = "give one of them up", .args_min = 1, .args_max = 1,
	  .flags = HERE_ONLY, .run = run_drop,
	  .more = "An edit that was refused goes, and the cloud's version stands; what was written is kept among\n"
		  "the conflicts.  A document is never given up." },
	{ NULL }
};

static const struct column columns[] = {
	{ "TABLE", "table" }, { "UUID", "uuid" }, { "WAY", "direction" }, { "STATE", "state", SHOW_STATE },
	{ "SINCE", "since", SHOW_TIME }, { "TRIES", "tries", SHOW_COUNT }, { "CODE", "code", .rare = true },
	{ "FIELD", "field", .rare = true }, { "REASON", "reason" }, { "WAITS FOR", "waits_for", .wide = true }, { NULL }
};

static int run_list(struct ctl *c)
{
	struct json list;
	int rc = ask_list(c, "/internal/quarantine", &list);
	const char *first;

	if (rc != 0)
		return rc;
	c->out->list(c, columns, list, json_member(list, "items"));
	first = json_text(json_at(json_member(list, "items"), 0), "uuid");
	if (first != NULL)
		hint(c, "fexlctl quarantine show %s", first);
	else
		say(c, "Nothing is in quarantine.");
	return END_OK;
}

/* --- one --- */

static const struct column fields[] = {
	{ "Table", "table" }, { "UUID", "uuid" }, { "Way", "direction" }, { "State", "state", SHOW_STATE },
	{ "Since", "since", SHOW_TIME }, { "Tries", "tries", SHOW_COUNT }, { "Code", "code" }, { "Field", "field" },
	{ "Reason", "reason" }, { "Waits for", "waits_for" }, { "Row", "row" }, { NULL }
};

static int run_show(struct ctl *c)
{
	struct json items;
	struct reply r;
	const char *code;
	int rc = ask(c, "apid", "GET", pool_printf(c->pool, "/internal/quarantine/%s", c->args[0]), NULL, &r);

	if (rc != 0)
		return rc;
	items = json_member(r.json, "items");
	if (c->out->json) {
		c->out->record(c, fields, r.json);
		return END_OK;
	}
	for (size_t i = 0; i < json_len(items); i++)
		c->out->record(c, fields, json_at(items, i));
	code = json_text(json_at(items, 0), "code");
	if (code != NULL)
		hint(c, "fexlctl explain %s", code);
	hint(c, "fexlctl quarantine retry %s, or fexlctl quarantine drop %s", c->args[0], c->args[0]);
	return END_OK;
}

/* {"uuid":…}, or {} for all. */
static int post(struct ctl *c, const char *verb, const char *uuid, struct reply *r)
{
	struct buf body = { 0 };
	int rc;

	jw_open(&body, '{');
	if (uuid != NULL)
		jw_put_str(&body, "uuid", uuid);
	jw_close(&body, '}');
	rc = ask(c, "apid", "POST", pool_printf(c->pool, "/internal/quarantine/%s", verb), &body, r);
	buf_release(&body);
	return rc;
}

static int run_retry(struct ctl *c)
{
	static const struct column retried[] = {
		{ "Sent again", "ready", SHOW_COUNT }, { "Found a place", "applied", SHOW_COUNT }, { NULL }
	};
	struct reply r;
	int rc = post(c, "retry", c->n_args > 0 ? c->args[0] : NULL, &r);

	if (rc != 0)
		return rc;
	c->out->record(c, retried, r.json);
	hint(c, "fexlctl sync now --wait, then fexlctl quarantine list");
	return END_OK;
}

static int run_drop(struct ctl *c)
{
	static const struct column dropped[] = { { "Table", "table" }, { "UUID", "uuid" }, { "In the cloud", "in_cloud", SHOW_YES }, { NULL } };
	struct reply r;
	int rc = confirm(c, "%s is given up: what was written here does not reach the cloud. Go on?", c->args[0]);

	if (rc != 0 || (rc = post(c, "drop", c->args[0], &r)) != 0)
		return rc;
	c->out->record(c, dropped, r.json);
	if (json_yes(r.json, "in_cloud"))
		hint(c, "fexlctl verify: the cloud has another version, which is to be fetched");
	else
		hint(c, "fexlctl conflicts: what was given up is kept there");
	return END_OK;
}
