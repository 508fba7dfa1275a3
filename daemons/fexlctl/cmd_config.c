/* config show: the values in force, and where each comes from. */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "service/service.h"

static int run_show(struct ctl *c);

const struct command config_commands[] = {
	{ .name = "config show", .alias = "config", .summary = "the options of fexl.conf as they stand",
	  .takes = TAKES(ARG_ORIGIN), .flags = HERE_ONLY, .run = run_show,
	  .more = "Files and the environment of this call are read; a daemon that was started with flags,\n"
		  "or has not been restarted since, may see others.  Secrets are not shown." },
	{ NULL }
};

static const struct column columns[] = { { "OPTION", "name" }, { "VALUE", "value" }, { NULL } };
static const struct column with_origin[] = {
	{ "OPTION", "name" }, { "VALUE", "value" }, { "FROM", "origin" }, { NULL }
};

static void put_option(const struct conf *conf, const struct option_desc *o, struct buf *out)
{
	const char *value = conf_str(conf, o->name);

	jw_open(out, '{');
	jw_put_str(out, "name", o->name);
	jw_put_str(out, "value", conf_is_secret(o->name) && *value != '\0' ? "(not shown)" : value);
	jw_put_str(out, "origin", conf_origin(conf, o->name));
	jw_close(out, '}');
}

static int run_show(struct ctl *c)
{
	char *argv[] = { (char *)"fexlctl", NULL };
	struct buf out = { 0 };
	struct err err = { 0 };
	struct conf *conf;
	struct json list;

	if (conf_load(&conf, c->option[ARG_CONFIG], 1, argv, &err) < 0)
		return fail_err(c, NULL, &err);
	jw_open(&out, '{');
	jw_name(&out, "items");
	jw_open(&out, '[');
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		put_option(conf, o, &out);
	jw_close(&out, ']');
	jw_close(&out, '}');
	conf_free(&conf);
	list = json_made(c, &out);
	c->out->list(c, arg_given(c, ARG_ORIGIN) ? with_origin : columns, list, json_member(list, "items"));
	return END_OK;
}
