/* tenant: the shops of a hub. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_create(struct ctl *c);
static int run_list(struct ctl *c);

const struct command tenant_commands[] = {
	{ .name = "tenant create", .usage = "NAME", .summary = "make a shop and its licence key", .args_min = 1, .args_max = 1,
	  .takes = TAKES(ARG_QR), .run = run_create,
	  .more = "The licence key is shown this once: only its hash is kept." },
	{ .name = "tenant list", .summary = "the shops of this hub", .run = run_list },
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
