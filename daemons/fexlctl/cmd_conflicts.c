/* conflicts: two edited one row; the later stands, the other is kept here. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_list(struct ctl *c);
static int run_show(struct ctl *c);
static int run_restore(struct ctl *c);

const struct command conflict_commands[] = {
	{ .name = "conflicts list", .alias = "conflicts", .summary = "versions that lost against another, newest first",
	  .run = run_list },
	{ .name = "conflicts show", .usage = "CONFLICT", .summary = "both versions, column by column", .args_min = 1,
	  .args_max = 1, .run = run_show },
	{ .name = "conflicts restore", .usage = "CONFLICT", .summary = "put the loser back as a new version", .args_min = 1,
	  .args_max = 1, .takes = TAKES(ARG_FORCE), .run = run_restore,
	  .more = "It travels to all devices like any edit; what it takes the place of is kept as a conflict of its own,\n"
		  "so that this can be undone as well." },
	{ NULL }
};

static const struct column columns[] = {
	{ "UUID", "uuid" },
	{ "WHEN", "at", SHOW_TIME },
	{ "TABLE", "table" },
	{ "ROW", "row", .wide = true },
	{ "RULE", "rule" },
	{ "WINNER", "winner_device" },
	{ "BY", "winner_user" },
	{ "LOSER", "loser_device" },
	{ "BY", "loser_user" },
	{ "RESTORED", "restored_at", SHOW_TIME, .rare = true },
	{ NULL }
};

static int run_list(struct ctl *c)
{
	struct json list;
	int rc = ask_list(c, "/api/conflicts", &list);
	const char *newest;

	if (rc != 0)
		return rc;
	c->out->list(c, columns, list, json_member(list, "items"));
	newest = json_text(json_at(json_member(list, "items"), 0), "uuid");
	if (newest != NULL)
		hint(c, "fexlctl conflicts show %s", newest);
	else
		say(c, "No edit has lost against another.");
	return END_OK;
}

/* --- one --- */

static const struct column fields[] = {
	{ "Conflict", "uuid" },	       { "When", "at", SHOW_TIME },   { "Table", "table" },
	{ "Row", "row" },	       { "Rule", "rule" },	      { "Winner from", "winner_device" },
	{ "Winner by", "winner_user" }, { "Loser from", "loser_device" }, { "Loser by", "loser_user" },
	{ "Restored", "restored_at", SHOW_TIME }, { NULL }
};

static const struct column versions[] = {
	{ "COLUMN", "column" }, { "WINNER", "winner" }, { "LOSER", "loser" }, { NULL }
};

static void put_value(const char *name, struct json value, struct buf *out)
{
	jw_name(out, name);
	if (json_type(value) == JSON_MISSING) {
		jw_null(out);
		return;
	}
	struct buf text = { 0 };

	json_print(value, &text);
	jw_raw(out, text.data, text.len);
	buf_release(&text);
}

/* A line for each column in which they differ. */
static struct json differences(struct ctl *c, struct json conflict)
{
	struct json winner = json_member(conflict, "winner"), loser = json_member(conflict, "loser");
	struct buf out = { 0 };

	jw_open(&out, '[');
	for (struct json_iter it = json_iter(loser); json_next(&it);) {
		struct json won = json_member(winner, it.name);
		struct buf a = { 0 }, b = { 0 };

		json_print(won, &a);
		json_print(it.value, &b);
		if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0) {
			jw_open(&out, '{');
			jw_put_str(&out, "column", it.name);
			put_value("winner", won, &out);
			put_value("loser", it.value, &out);
			jw_close(&out, '}');
		}
		buf_release(&a);
		buf_release(&b);
	}
	jw_close(&out, ']');
	return json_made(c, &out);
}

static int run_show(struct ctl *c)
{
	struct reply r;
	int rc = ask(c, "apid", "GET", pool_printf(c->pool, "/api/conflicts/%s", c->args[0]), NULL, &r);

	if (rc != 0)
		return rc;
	c->out->record(c, fields, r.json);
	if (!c->out->json)
		c->out->list(c, versions, r.json, differences(c, r.json));
	return END_OK;
}

static int run_restore(struct ctl *c)
{
	const char *path = pool_printf(c->pool, "/api/conflicts/%s/restore%s", c->args[0],
				       arg_given(c, ARG_FORCE) ? "?force=1" : "");
	static const struct column row[] = { { "Row", "uuid" }, { "Changed", "updated_at", SHOW_TIME }, { NULL } };
	struct reply r;
	int rc = ask(c, "apid", "POST", path, NULL, &r);

	if (rc != 0)
		return rc;
	c->out->record(c, row, r.json);
	say(c, "Restored. What it took the place of is a conflict of its own now.");
	return END_OK;
}
