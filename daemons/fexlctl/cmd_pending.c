/* pending: what is not in the cloud yet, and why. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_pending(struct ctl *c);

const struct command pending_commands[] = {
	{ .name = "pending", .usage = "[TABLE]", .summary = "what is not in the cloud yet", .args_max = 1, .run = run_pending,
	  .more = "Without TABLE a line for each table; with it a line for each row of that table." },
	{ NULL }
};

static const struct column table_columns[] = {
	{ "TABLE", "table" },		       { "ROWS", "rows", SHOW_COUNT },	    { "OLDEST", "oldest", SHOW_TIME },
	{ "TRIES", "tries", SHOW_COUNT },      { "REFUSED", "refused", SHOW_COUNT }, { "WAITING", "waiting", SHOW_COUNT },
	{ "LAST ERROR", "last_error" },	       { NULL }
};

static const struct column row_columns[] = {
	{ "UUID", "uuid" },   { "SINCE", "since", SHOW_TIME }, { "TRIES", "tries", SHOW_COUNT }, { "STATE", "state", SHOW_STATE },
	{ "CODE", "code" },   { "FIELD", "field" },	       { "REASON", "reason" },		 { NULL }
};

/* {"table":…, "total":n, "items":[…]}: the rows of one table out of all. */
static struct json only_table(struct ctl *c, struct json list, const char *table)
{
	struct json items = json_member(list, "items");
	struct buf rows = { 0 }, out = { 0 };
	int64_t total = 0;

	jw_open(&rows, '[');
	for (size_t i = 0; i < json_len(items); i++) {
		const char *name = json_text(json_at(items, i), "table");
		struct buf row = { 0 };

		if (name == NULL || strcmp(name, table) != 0)
			continue;
		json_print(json_at(items, i), &row);
		jw_raw(&rows, row.data, row.len);
		buf_release(&row);
		total++;
	}
	jw_close(&rows, ']');
	jw_open(&out, '{');
	jw_put_str(&out, "table", table);
	jw_put_int(&out, "total", total);
	jw_name(&out, "items");
	jw_raw(&out, rows.data, rows.len);
	jw_close(&out, '}');
	buf_release(&rows);
	return json_made(c, &out);
}

static int pending_of(struct ctl *c, const char *table)
{
	struct json list, rows;
	int rc = ask_list(c, "/api/pending", &list);

	if (rc != 0)
		return rc;
	rows = only_table(c, list, table);
	c->out->list(c, row_columns, rows, json_member(rows, "items"));
	if (json_number(rows, "total", 0) == 0)
		say(c, "Nothing of %s is pending.", table);
	return END_OK;
}

static int run_pending(struct ctl *c)
{
	struct reply r;
	int rc;

	if (c->n_args == 1)
		return pending_of(c, c->args[0]);
	if ((rc = ask(c, "apid", "GET", "/api/pending", NULL, &r)) != 0)
		return rc;
	c->out->list(c, table_columns, r.json, json_member(r.json, "tables"));
	if (json_number(r.json, "total", 0) == 0)
		say(c, "Nothing is pending.");
	return END_OK;
}
