/* backup: one file that holds the shop as it was at one moment. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

#include <errno.h>
#include <stdlib.h>

static int run_create(struct ctl *c);
static int run_list(struct ctl *c);
static int run_verify(struct ctl *c);
static int run_prune(struct ctl *c);

#define SLOW_MS 3600000		/* a large shop on a slow disk */

const struct command backup_commands[] = {
	{ .name = "backup create", .summary = "make a backup while selling goes on", .run = run_create,
	  .more = "It is one SQLite file in the folder backups of data_dir, with its SHA-256 beside it.\n"
		  "Of a hub on PostgreSQL it holds one shop (--tenant).  Copy it to another machine." },
	{ .name = "backup list", .alias = "backup", .summary = "the backups of this server", .run = run_list },
	{ .name = "backup verify", .usage = "[NAME]", .summary = "is a backup whole, and are its books balanced?", .args_max = 1,
	  .run = run_verify, .more = "Without NAME the newest one.  Exits 6 when it is not." },
	{ .name = "backup prune", .summary = "delete old backups", .takes = TAKES(ARG_KEEP), .run = run_prune,
	  .more = "The newest N stay." },
	{ NULL }
};

static const struct column list_columns[] = {
	{ "NAME", "name" }, { "MADE", "at", SHOW_TIME }, { "BYTES", "bytes", SHOW_COUNT }, { "SHA-256", "sha256", .wide = true },
	{ NULL }
};
static const struct column backup_fields[] = {
	{ "Backup", "name" }, { "Made", "at", SHOW_TIME }, { "Bytes", "bytes", SHOW_COUNT }, { "SHA-256", "sha256" }, { NULL }
};

static int backup_call(struct ctl *c, const char *method, const char *path, struct reply *r)
{
	struct call call = { "apid", method, path, .timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : SLOW_MS };

	return call_ok(c, &call, r);
}

static int run_create(struct ctl *c)
{
	struct reply r;
	int rc = backup_call(c, "POST", "/api/backups", &r);

	if (rc != 0)
		return rc;
	c->out->record(c, backup_fields, r.json);
	say(c, "A backup on the same disk is lost with it: copy it elsewhere.");
	hint(c, "fexlctl backup verify %s", json_text(r.json, "name"));
	return END_OK;
}

static int run_list(struct ctl *c)
{
	struct json list;
	int rc = ask_list(c, "/api/backups", &list);

	if (rc != 0)
		return rc;
	c->out->list(c, list_columns, list, json_member(list, "items"));
	if (json_len(json_member(list, "items")) == 0) {
		say(c, "There is no backup yet.");
		hint(c, "fexlctl backup create");
	}
	return END_OK;
}

/* The newest backup's name, or an ending that was said. */
static int newest(struct ctl *c, const char **name_r)
{
	struct json list;
	int rc = ask_list(c, "/api/backups", &list);

	if (rc != 0)
		return rc;
	*name_r = json_text(json_at(json_member(list, "items"), 0), "name");
	return *name_r != NULL ? 0 : fail(c, END_NOT_FOUND, "fexlctl backup create", "there is no backup yet");
}

static int run_verify(struct ctl *c)
{
	const char *name = c->n_args == 1 ? c->args[0] : NULL;
	struct reply r;
	int rc = name != NULL ? 0 : newest(c, &name);

	if (rc != 0)
		return rc;
	rc = backup_call(c, "POST", pool_printf(c->pool, "/api/backups/%s/verify", name), &r);
	if (rc != 0)
		return rc;
	c->out->record(c, backup_fields, r.json);
	say(c, "%s is whole: its sum, its pages, its version, its books.", name);
	return END_OK;
}

static int delete_one(struct ctl *c, const char *name)
{
	struct reply r;

	return backup_call(c, "DELETE", pool_printf(c->pool, "/api/backups/%s", name), &r);
}

static int run_prune(struct ctl *c)
{
	struct json list, items;
	struct buf out = { 0 };
	int64_t keep;
	int rc = arg_need(c, ARG_KEEP, "how many stay is for you to say");

	if (rc != 0 || (rc = arg_int(c, ARG_KEEP, 1, 100000, 0, &keep)) != 0 || (rc = ask_list(c, "/api/backups", &list)) != 0)
		return rc;
	items = json_member(list, "items");
	if ((int64_t)json_len(items) > keep &&
	    (rc = confirm(c, "Delete %lld of %zu backups?", (long long)json_len(items) - (long long)keep, json_len(items))) != 0)
		return rc;
	jw_open(&out, '{');
	jw_name(&out, "deleted");
	jw_open(&out, '[');
	for (size_t i = (size_t)keep; rc == 0 && i < json_len(items); i++) {
		const char *name = json_text(json_at(items, i), "name");

		if ((rc = delete_one(c, name)) == 0)
			jw_str(&out, name, strlen(name));
	}
	jw_close(&out, ']');
	jw_close(&out, '}');
	c->out->record(c, (const struct column[]){ { "Deleted", "deleted", SHOW_WORDS }, { NULL } }, json_made(c, &out));
	return rc;
}
