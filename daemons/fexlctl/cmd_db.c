/* db: the database itself.  fexl-apid has it open, and is asked. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_info(struct ctl *c);
static int run_check(struct ctl *c);
static int run_migrate(struct ctl *c);
static int run_vacuum(struct ctl *c);

const struct command db_commands[] = {
	{ .name = "db info", .alias = "db", .summary = "engine, schema and size of the database", .flags = HERE_ONLY, .run = run_info },
	{ .name = "db check", .summary = "look at every page of the database", .flags = HERE_ONLY, .run = run_check,
	  .more = "Exits 1 when something is damaged.  Selling goes on meanwhile.  PostgreSQL looks after itself." },
	{ .name = "db migrate", .summary = "is the schema the one that this release knows?", .flags = HERE_ONLY, .run = run_migrate,
	  .more = "fexl-apid brings an older database up to date when it starts, all or nothing: this says\n"
		  "whether it has.  Exits 6 when it has not." },
	{ .name = "db vacuum", .summary = "give unused room back to the disk", .flags = HERE_ONLY, .run = run_vacuum,
	  .more = "With SQLite nothing can be sold while it lasts, about a second for each 50 MB." },
	{ NULL }
};

#define SLOW_MS 3600000
#define BYTES_A_SECOND 50000000

static const struct column fields[] = {
	{ "Engine", "engine" }, { "File", "file" }, { "Schema", "schema_version" }, { "Newest known", "schema_newest" },
	{ "Bytes", "bytes", SHOW_COUNT }, { "Unused", "unused_bytes", SHOW_COUNT }, { "In the log", "log_bytes", SHOW_COUNT }, { NULL }
};

static int db_call(struct ctl *c, const char *method, const char *path, struct reply *r)
{
	struct call call = { "apid", method, path, .timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : SLOW_MS };

	return call_ok(c, &call, r);
}

static int run_info(struct ctl *c)
{
	struct reply r;
	int rc = db_call(c, "GET", "/internal/db", &r);

	if (rc != 0)
		return rc;
	c->out->record(c, fields, r.json);
	if (json_number(r.json, "unused_bytes", 0) > json_number(r.json, "bytes", 0) / 2)
		hint(c, "fexlctl db vacuum, when the shop is closed");
	return END_OK;
}

static int run_check(struct ctl *c)
{
	static const struct column checked[] = { { "Engine", "engine" }, { "Well", "well", SHOW_YES }, { "Faults", "faults", SHOW_WORDS }, { NULL } };
	struct reply r;
	int rc = db_call(c, "GET", "/internal/db/check", &r);

	if (rc != 0)
		return rc;
	c->out->record(c, checked, r.json);
	if (json_yes(r.json, "well"))
		return END_OK;
	return fail(c, END_FAILED, "fexlctl backup list, then fexlctl restore NAME", "the database is damaged");
}

static int run_migrate(struct ctl *c)
{
	static const struct column versions[] = { { "Schema", "schema_version" }, { "Newest known", "schema_newest" }, { NULL } };
	struct reply r;
	int rc = db_call(c, "GET", "/internal/db", &r);

	if (rc != 0)
		return rc;
	c->out->record(c, versions, r.json);
	if (json_number(r.json, "schema_version", 0) == json_number(r.json, "schema_newest", 0)) {
		say(c, "There is nothing to migrate.");
		return END_OK;
	}
	return fail(c, END_REFUSED, "systemctl restart fexl-apid: it migrates when it starts", "the database has another schema version");
}

static int run_vacuum(struct ctl *c)
{
	static const struct column vacuumed[] = { { "Before", "bytes_before", SHOW_COUNT }, { "Now", "bytes", SHOW_COUNT }, { NULL } };
	const char *engine;
	struct reply r;
	int rc = db_call(c, "GET", "/internal/db", &r);

	if (rc != 0)
		return rc;
	engine = json_text(r.json, "engine");
	if (engine != NULL && strcmp(engine, "sqlite") == 0)
		rc = confirm(c, "For about %lld s nothing can be sold. Go on?",
			     (long long)json_number(r.json, "bytes", 0) / BYTES_A_SECOND + 1);
	if (rc == 0 && (rc = db_call(c, "POST", "/internal/db/vacuum", &r)) == 0)
		c->out->record(c, vacuumed, r.json);
	return rc;
}
