/* import: a shop's history from a file. */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "fexlctl/import.h"

static int run_import(struct ctl *c);

const struct command import_commands[] = {
	{ .name = "import", .usage = "FILE", .summary = "bring products, stock and sales in from a file",
	  .args_min = 1, .args_max = 1,
	  .takes = TAKES(ARG_MAP) | TAKES(ARG_DRY_RUN) | TAKES(ARG_COST_PERCENT) | TAKES(ARG_REPORT), .run = run_import,
	  .more = "FILE is CSV, gzip or not; - is stdin.  What cannot be a sale is refused line by line, with\n"
		  "a reason; --report FILE lists every one.  A second run of the same file makes nothing new." },
	{ NULL }
};

static const struct {
	const char *name;
	map_fn read;
} maps[] = {
	{ "online-retail", map_online_retail },
};

static map_fn map_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		if (strcmp(maps[i].name, name) == 0)
			return maps[i].read;
	return NULL;
}

static size_t count_lines(const struct buf *text)
{
	size_t n = 1;

	for (const char *p = text->data, *end = p + text->len; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
		n++;
	return n;
}

static int ended(struct import *im, int rc)
{
	const struct import_count *n = &im->invoices;

	if (n->posted + n->duplicate > 0)
		say(im->c, "%zu of %zu invoices are in the shop; run the same command again to go on", n->posted + n->duplicate,
		    im->n_sales);
	else
		say(im->c, "no invoice was posted");
	return rc;
}

static int import_plan(struct ctl *c, struct plan *plan, int cost_percent)
{
	struct import im = { .c = c, .plan = plan, .cost_percent = cost_percent, .dry_run = arg_given(c, ARG_DRY_RUN) };
	int rc = import_run(&im), reported = 0;

	if (arg_given(c, ARG_REPORT))
		reported = import_report(&im, c->option[ARG_REPORT]);
	if (rc != 0)
		rc = ended(&im, rc);
	else
		rc = import_summary(&im);
	buf_release(&im.trouble);
	return rc != 0 ? rc : reported;
}

/* The map is sure of its columns, or nothing is imported at all. */
static int import_text(struct ctl *c, map_fn read, const struct buf *text, int cost_percent)
{
	size_t lines = count_lines(text);
	struct err err = { 0 };
	struct plan plan;
	struct csv csv;
	int rc;

	csv_open(&csv, text->data, text->len);
	plan_init(&plan, c->pool, lines);
	if (read(&plan, &csv, lines, &err) < 0)
		rc = fail(c, END_FAILED, "mend the file, then the same with --dry-run", "%s: %s; nothing was imported", c->args[0], err.text);
	else
		rc = import_plan(c, &plan, cost_percent);
	plan_release(&plan);
	return rc;
}

static int run_import(struct ctl *c)
{
	struct err err = { 0 };
	struct buf text = { 0 };
	int64_t percent;
	map_fn read;
	int rc;

	if ((rc = arg_need(c, ARG_MAP, "what the columns of the file mean; there is online-retail")) != 0 ||
	    (rc = arg_int(c, ARG_COST_PERCENT, 0, 1000, 60, &percent)) != 0)
		return rc;
	if ((read = map_find(c->option[ARG_MAP])) == NULL)
		return fail(c, END_USAGE, NULL, "--map: there is no map \"%s\"; there is online-retail", c->option[ARG_MAP]);
	if (input_load(c->args[0], &text, &err) < 0)
		rc = fail_err(c, NULL, &err);
	else
		rc = import_text(c, read, &text, (int)percent);
	buf_release(&text);
	return rc;
}
