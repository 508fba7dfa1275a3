/* tenant: the shops of a hub. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/carry.h"
#include "fexlctl/commands.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static int run_create(struct ctl *c);
static int run_list(struct ctl *c);
static int run_show(struct ctl *c);
static int run_export(struct ctl *c);

const struct command tenant_commands[] = {
	{ .name = "tenant create", .usage = "NAME", .summary = "make a shop and its licence key", .args_min = 1, .args_max = 1,
	  .takes = TAKES(ARG_QR), .run = run_create,
	  .more = "The licence key is shown this once: only its hash is kept." },
	{ .name = "tenant list", .summary = "the shops of this hub", .run = run_list },
	{ .name = "tenant show", .usage = "[UUID]", .summary = "a shop: its tills, its people, how much it holds", .args_max = 1,
	  .flags = HERE_ONLY, .run = run_show, .more = "Without UUID the only one, or that of --tenant." },
	{ .name = "tenant export", .usage = "[UUID]", .summary = "all of one shop into a file", .args_max = 1, .flags = HERE_ONLY,
	  .takes = TAKES(ARG_OUTPUT) | TAKES(ARG_FORCE), .run = run_export,
	  .more = "A SQLite file, as a backup is, but of this shop alone, whatever the engine: FILE, which\n"
		  "only you may read, and FILE.sha256; without --output in data_dir.  A file that is there\n"
		  "stays, unless --force is given.\n"
		  "Who is signed in and the licence key are not in it.  It can be restored elsewhere." },
	{ NULL }
};

static const struct column created_fields[] = {
	{ "Tenant", "tenant_uuid" }, { "Licence", "license_key" }, { "Link", "link" }, { NULL }
};

static int run_create(struct ctl *c)
{
	struct buf body = { 0 };
	const char *link;
	struct reply r;
	int rc;

	jw_open(&body, '{');
	jw_put_str(&body, "name", c->args[0]);
	jw_close(&body, '}');
	rc = ask(c, "apid", "POST", "/api/admin/tenants", &body, &r);
	buf_release(&body);
	if (rc != 0)
		return rc;
	c->out->record(c, created_fields, r.json);
	link = json_text(r.json, "link");
	if (arg_given(c, ARG_QR) && link != NULL)
		qr_print(c, link);
	say(c, "The licence key is shown only now. Next, who owns the shop; then on each till, which asks for the key:");
	hint(c, "fexlctl user add NAME --role owner --tenant %s", json_text(r.json, "tenant_uuid"));
	hint(c, "fexlctl pair --url URL --tenant %s --name \"Till 1\"", json_text(r.json, "tenant_uuid"));
	return END_OK;
}

static const struct column list_columns[] = {
	{ "UUID", "uuid" }, { "NAME", "name" }, { "STATUS", "status", SHOW_STATE }, { "CHANGES", "seq", SHOW_COUNT },
	{ "CREATED", "created_at", SHOW_TIME }, { NULL }
};

static int run_list(struct ctl *c)
{
	struct json list;
	int rc = ask_list(c, "/api/admin/tenants", &list);

	if (rc == 0)
		c->out->list(c, list_columns, list, json_member(list, "items"));
	return rc;
}

/* --- one --- */

static const struct column show_fields[] = {
	{ "Shop", "name" }, { "UUID", "uuid" }, { "Status", "status", SHOW_STATE }, { "Created", "created_at", SHOW_TIME },
	{ "Changes", "seq", SHOW_COUNT }, { "People", "users", SHOW_COUNT }, { "Tills", "devices.approved", SHOW_COUNT },
	{ "  waiting", "devices.pending", SHOW_COUNT }, { "  revoked", "devices.revoked", SHOW_COUNT },
	{ "Rows", "rows", SHOW_COUNT }, { NULL }
};

static const char *of_shop(struct ctl *c, const char *path)
{
	return c->n_args > 0 ? path_with(c, path, "tenant", c->args[0]) : path;
}

static int run_show(struct ctl *c)
{
	static const struct column tables[] = { { "TABLE", "table" }, { "ROWS", "rows", SHOW_COUNT }, { NULL } };
	struct reply r;
	int rc = ask(c, "apid", "GET", of_shop(c, "/internal/tenant"), NULL, &r);

	if (rc != 0)
		return rc;
	c->out->record(c, show_fields, r.json);
	if (c->out->json)
		return END_OK;
	print(c, "%s", "");
	c->out->list(c, tables, r.json, json_member(r.json, "tables"));
	if (json_number(r.json, "devices.pending", 0) > 0)
		hint(c, "fexlctl devices");
	return END_OK;
}

#define EXPORT_MS 3600000	/* a large shop on a slow disk */

static const char *full_path(struct ctl *c, const char *path)
{
	char here[PATH_MAX];

	return *path == '/' || getcwd(here, sizeof(here)) == NULL ? path : pool_printf(c->pool, "%s/%s", here, path);
}

static struct json exported_json(struct ctl *c, struct json said, const char *path)
{
	struct buf out = { 0 };

	jw_open(&out, '{');
	jw_put_str(&out, "tenant", json_text(said, "tenant"));
	jw_put_str(&out, "path", path);
	jw_put_int(&out, "bytes", json_number(said, "bytes", 0));
	jw_put_str(&out, "sha256", json_text(said, "sha256"));
	jw_close(&out, '}');
	return json_made(c, &out);
}

/* The daemon's own file goes once it is elsewhere: a shop's data lie about nowhere twice. */
static int bring(struct ctl *c, struct carry *to, const char *made, struct json *said)
{
	struct err err = { 0 };

	if (carry_fill(to, made, json_text(*said, "sha256"), &err) < 0)
		return fail_err(c, pool_printf(c->pool, "as root, or with more room, copy %s", made), &err);
	if (unlink(made) == 0)
		unlink(pool_printf(c->pool, "%s.sha256", made));
	*said = exported_json(c, *said, full_path(c, c->option[ARG_OUTPUT]));
	return 0;
}

static int export(struct ctl *c, struct carry *to)
{
	static const struct column exported[] = {
		{ "File", "path" }, { "Bytes", "bytes", SHOW_COUNT }, { "SHA-256", "sha256" }, { NULL }
	};
	struct call call = { "apid", "POST", of_shop(c, "/internal/tenant/export"),
			     .timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : EXPORT_MS };
	struct reply r;
	int rc = call_ok(c, &call, &r);

	if (rc == 0 && to != NULL)
		rc = bring(c, to, json_text(r.json, "path"), &r.json);
	if (rc != 0)
		return rc;
	c->out->record(c, exported, r.json);
	hint(c, "elsewhere, where fexl-apid may read it: fexlctl restore %s", json_text(r.json, "path"));
	return END_OK;
}

static int run_export(struct ctl *c)
{
	struct carry *to = NULL;
	struct err err = { 0 };
	int rc;

	if (arg_given(c, ARG_OUTPUT) && carry_open(c->option[ARG_OUTPUT], arg_given(c, ARG_FORCE), &to, &err) < 0)
		return fail_err(c, "another file: --output FILE, or --force to replace the one that is there", &err);
	rc = export(c, to);
	carry_close(&to);
	return rc;
}
