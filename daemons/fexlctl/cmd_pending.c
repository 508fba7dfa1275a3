/* pending: what is not in the cloud yet, and why. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

#include <stdlib.h>

static int run_pending(struct ctl *c);

const struct command pending_commands[] = {
	{ .name = "pending", .usage = "[TABLE]", .summary = "what is not in the cloud yet", .args_max = 1,
	  .takes = TAKES(ARG_OLDEST) | TAKES(ARG_STUCK), .run = run_pending,
	  .more = "Without TABLE a line for each table; with it a line for each row of that table, and with\n"
		  "--oldest or --stuck for each row of all." },
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

static const struct column all_columns[] = {
	{ "TABLE", "table" }, { "UUID", "uuid" }, { "SINCE", "since", SHOW_TIME }, { "TRIES", "tries", SHOW_COUNT },
	{ "STATE", "state", SHOW_STATE }, { "REASON", "reason" }, { NULL }
};

struct chosen {
	struct json *row;
	size_t n;
	bool refused;		/* one of them was, by the cloud */
};

/* Tried in vain, or not tried any more. */
static bool is_stuck(struct json row)
{
	const char *state = json_text(row, "state");

	return json_number(row, "tries", 0) > 0 || (state != NULL && strcmp(state, "ready") != 0);
}

static void choose(struct ctl *c, struct json items, const char *table, struct chosen *ch)
{
	*ch = (struct chosen){ .row = pool_alloc(c->pool, (json_len(items) + 1) * sizeof(*ch->row)) };
	for (size_t i = 0; i < json_len(items); i++) {
		struct json row = json_at(items, i);
		const char *name = json_text(row, "table"), *state = json_text(row, "state");

		if ((table != NULL && (name == NULL || strcmp(name, table) != 0)) || (arg_given(c, ARG_STUCK) && !is_stuck(row)))
			continue;
		ch->row[ch->n++] = row;
		ch->refused |= state != NULL && strcmp(state, "refused") == 0;
	}
}

/* Times of one form are in order as texts. */
static int by_age(const void *a, const void *b)
{
	const char *x = json_text(*(const struct json *)a, "since"), *y = json_text(*(const struct json *)b, "since");

	return strcmp(x != NULL ? x : "", y != NULL ? y : "");
}

/* {"table":…, "total":n, "items":[…]}; table NULL: of all. */
static struct json rows_json(struct ctl *c, const struct chosen *ch, const char *table)
{
	struct buf out = { 0 };

	jw_open(&out, '{');
	jw_put_str(&out, "table", table);
	jw_put_int(&out, "total", (int64_t)ch->n);
	jw_name(&out, "items");
	jw_open(&out, '[');
	for (size_t i = 0; i < ch->n; i++)
		json_print(ch->row[i], &out);
	jw_close(&out, ']');
	jw_close(&out, '}');
	return json_made(c, &out);
}

static int show_rows(struct ctl *c, const char *table)
{
	struct json list, rows;
	struct chosen ch;
	int rc = ask_list(c, "/api/pending", &list);

	if (rc != 0)
		return rc;
	choose(c, json_member(list, "items"), table, &ch);
	if (arg_given(c, ARG_OLDEST))
		qsort(ch.row, ch.n, sizeof(*ch.row), by_age);
	rows = rows_json(c, &ch, table);
	c->out->list(c, table != NULL ? row_columns : all_columns, rows, json_member(rows, "items"));
	if (ch.n == 0)
		say(c, "Nothing%s%s is %s.", table != NULL ? " of " : "", table != NULL ? table : "", arg_given(c, ARG_STUCK) ? "stuck" : "pending");
	else if (ch.refused)
		hint(c, "fexlctl quarantine list");
	else if (arg_given(c, ARG_STUCK))
		hint(c, "fexlctl sync now --wait");
	return END_OK;
}

/* What goes by itself wants nothing. */
static void advise(struct ctl *c, struct json tables)
{
	int64_t refused = 0, tries = 0;

	for (size_t i = 0; i < json_len(tables); i++) {
		refused += json_number(json_at(tables, i), "refused", 0);
		tries += json_number(json_at(tables, i), "tries", 0);
	}
	if (refused > 0)
		hint(c, "fexlctl quarantine list");
	else if (tries > 0)
		hint(c, "fexlctl pending --stuck");
}

static int run_pending(struct ctl *c)
{
	struct reply r;
	int rc;

	if (c->n_args == 1 || arg_given(c, ARG_OLDEST) || arg_given(c, ARG_STUCK))
		return show_rows(c, c->n_args == 1 ? c->args[0] : NULL);
	if ((rc = ask(c, "apid", "GET", "/api/pending", NULL, &r)) != 0)
		return rc;
	c->out->list(c, table_columns, r.json, json_member(r.json, "tables"));
	advise(c, json_member(r.json, "tables"));
	if (json_number(r.json, "total", 0) == 0)
		say(c, "Nothing is pending.");
	return END_OK;
}
