/* verify: is this till's copy the same as the cloud's?  Digests tell, and where
 * it is not.  repair: only what differs is exchanged. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_verify(struct ctl *c);
static int run_repair(struct ctl *c);

const struct command verify_commands[] = {
	{ .name = "verify", .usage = "[TABLE]", .summary = "compare this till with the cloud, table by table", .args_max = 1,
	  .flags = HERE_ONLY, .run = run_verify,
	  .more = "Says which ranges of keys differ, and exits 6 then; with TABLE it is about this one.\n"
		  "What is pending here is left out on both sides." },
	{ .name = "repair", .summary = "exchange what differs between this till and the cloud", .flags = HERE_ONLY, .run = run_repair,
	  .more = "What was not sent yet goes first.  Then what only the cloud has comes down, what only\n"
		  "this till has goes up again, and of two versions the later one stands; the other one\n"
		  "is in the conflict journal.  It may be broken off and begun again at any time." },
	{ NULL }
};

#define VERIFY_MS 300000	/* all rows are read on both sides */
#define REPAIR_MS 3600000

static const struct column tables[] = {
	{ "TABLE", "table" }, { "HERE", "here", SHOW_COUNT }, { "CLOUD", "cloud", SHOW_COUNT }, { "RESULT", "result", SHOW_STATE },
	{ NULL }
};

static const struct column ranges[] = {
	{ "TABLE", "table" }, { "BEHIND", "after" }, { "UP TO", "upto" }, { "HERE", "here", SHOW_COUNT }, { "CLOUD", "cloud", SHOW_COUNT },
	{ NULL }
};

static int compare(struct ctl *c, const char *path, int64_t most_ms, struct reply *r)
{
	struct call call = { "syncd", "POST", path, .timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : most_ms };

	return call_ok(c, &call, r);
}

/* Of an array the elements that are about this table. */
static void add_about(struct buf *out, struct json all, const char *table)
{
	jw_open(out, '[');
	for (size_t i = 0; i < json_len(all); i++) {
		const char *name = json_text(json_at(all, i), "table");

		if (name != NULL && strcmp(name, table) == 0)
			json_print(json_at(all, i), out);
	}
	jw_close(out, ']');
}

static bool is_same(struct json all, const char *table)
{
	struct json list = json_member(all, "tables");

	for (size_t i = 0; i < json_len(list); i++) {
		const char *name = json_text(json_at(list, i), "table"), *result = json_text(json_at(list, i), "result");

		if (name != NULL && result != NULL && strcmp(name, table) == 0)
			return strcmp(result, "identical") == 0;
	}
	return false;
}

/* The same answer, as if there were no other table. */
static struct json only_table(struct ctl *c, struct json all, const char *table)
{
	struct buf out = { 0 };

	jw_open(&out, '{');
	for (struct json_iter it = json_iter(all); json_next(&it);) {
		jw_name(&out, it.name);
		if (json_type(it.value) == JSON_ARRAY)
			add_about(&out, it.value, table);
		else if (strcmp(it.name, "identical") == 0)
			jw_bool(&out, is_same(all, table));
		else
			json_print(it.value, &out);
	}
	jw_close(&out, '}');
	return json_made(c, &out);
}

static int run_verify(struct ctl *c)
{
	struct json found, where;
	struct reply r;
	int rc = compare(c, "/sync/verify", VERIFY_MS, &r);

	if (rc != 0)
		return rc;
	found = c->n_args == 1 ? only_table(c, r.json, c->args[0]) : r.json;
	if (json_len(json_member(found, "tables")) == 0)
		return fail(c, END_NOT_FOUND, "fexlctl verify shows all of them", "verify: no table that syncs is called \"%s\"", c->args[0]);
	c->out->list(c, tables, found, json_member(found, "tables"));
	if (json_yes(found, "identical")) {
		say(c, "Identical to the cloud.");
		return END_OK;
	}
	where = json_member(found, "ranges");
	if (!c->out->json && json_len(where) > 0)
		c->out->list(c, ranges, where, where);
	return fail(c, END_REFUSED, "fexlctl repair", "verify: this till and the cloud differ in %lld rows",
		    (long long)json_number(r.json, "rows", 0));
}

static const struct column work[] = {
	{ "Differ", "rows", SHOW_COUNT }, { "Fetched", "fetched", SHOW_COUNT }, { "Sent", "sent", SHOW_COUNT }, { "Gone", "gone", SHOW_COUNT },
	{ "Conflicts", "conflicts", SHOW_COUNT }, { NULL }
};

/* What goes up again is sent by the cycle that comes before the comparison. */
static int run_repair(struct ctl *c)
{
	struct reply r, after;
	int rc = compare(c, "/sync/repair", REPAIR_MS, &r);

	if (rc != 0 || (rc = compare(c, "/sync/verify", VERIFY_MS, &after)) != 0)
		return rc;
	c->out->record(c, work, r.json);
	if (json_yes(after.json, "identical")) {
		say(c, "Identical to the cloud.");
		return END_OK;
	}
	return fail(c, END_REFUSED, "fexlctl pending, then fexlctl repair", "repair: this till and the cloud still differ in %lld rows",
		    (long long)json_number(after.json, "rows", 0));
}
