/* why: what became of one row. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_why(struct ctl *c);

const struct command why_commands[] = {
	{ .name = "why", .usage = "UUID", .summary = "what became of one row: stored, sent, met, pulled", .args_min = 1,
	  .args_max = 1, .flags = HERE_ONLY, .run = run_why,
	  .more = "As this server knows it; asked at the cloud, it tells which tills have the row." },
	{ NULL }
};

static const struct column fields[] = {
	{ "Row", "uuid" }, { "Table", "table" }, { "Number", "number" }, { "Changed", "updated_at", SHOW_TIME },
	{ "Change number", "seq", SHOW_COUNT }, { "Pending", "pending", SHOW_YES }, { "Deleted", "deleted", SHOW_YES }, { NULL }
};

static const struct column items[] = { { "WHEN", "at" }, { "WHERE", "where" }, { "WHAT", "text" }, { NULL } };

static int run_why(struct ctl *c)
{
	struct reply r;
	int rc = ask(c, "apid", "GET", pool_printf(c->pool, "/internal/rows/%s", c->args[0]), NULL, &r);

	if (rc != 0)
		return rc;
	c->out->record(c, fields, r.json);
	if (c->out->json)
		return END_OK;
	print(c, "%s", "");
	c->out->list(c, items, r.json, json_member(r.json, "items"));
	if (json_yes(r.json, "pending"))
		hint(c, "fexlctl quarantine show %s, if it is refused; else fexlctl sync now --wait", c->args[0]);
	return END_OK;
}
