/* config: the options in force, and where each comes from; config_set.c changes one. */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "fexlctl/config_set.h"
#include "service/service.h"

static int run_show(struct ctl *c);
static int run_get(struct ctl *c);
static int run_diff(struct ctl *c);
static int run_check(struct ctl *c);

const struct command config_commands[] = {
	{ .name = "config show", .alias = "config", .summary = "the options of fexl.conf as they stand",
	  .takes = TAKES(ARG_ORIGIN), .flags = HERE_ONLY, .run = run_show,
	  .more = "Files and the environment of this call are read; a daemon that was started with flags,\n"
		  "or has not been restarted since, may see others.  Secrets are not shown." },
	{ .name = "config get", .usage = "OPTION", .summary = "the value of one option, and nothing else", .args_min = 1, .args_max = 1,
	  .flags = HERE_ONLY, .run = run_get },
	{ .name = "config set", .usage = "OPTION VALUE", .summary = "give an option another value", .args_min = 2, .args_max = 2,
	  .flags = HERE_ONLY, .run = config_set,
	  .more = "It is written to " CTL_CONF ", or to the file of\n"
		  "--config; what else stands there stays.  A value that no daemon would take is refused, and\n"
		  "the file is as before.  Daemons read it when they start." },
	{ .name = "config diff", .summary = "the options that are not what they are by default", .flags = HERE_ONLY, .run = run_diff },
	{ .name = "config check", .summary = "would the daemons start with these files?", .flags = HERE_ONLY, .run = run_check,
	  .more = "Exits 2 and names file, line and what is wrong." },
	{ NULL }
};

int config_load(struct ctl *c, struct conf **conf_r)
{
	char *argv[] = { (char *)"fexlctl", NULL };
	struct err err = { 0 };

	return conf_load(conf_r, c->option[ARG_CONFIG], 1, argv, &err) == 0 ? 0
		: fail_err(c, "mend that line, see fexl.conf(5), then fexlctl config check", &err);
}

const struct option_desc *config_option(struct ctl *c, const char *name)
{
	struct guess guess = guess_begin(name);

	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		if (strcmp(o->name, name) == 0)
			return o;
		guess_try(&guess, o->name);
	}
	fail(c, END_NOT_FOUND, guess.found != NULL ? pool_printf(c->pool, "perhaps %s? All of them: fexlctl config show", guess.found)
						   : "fexlctl config show", "there is no option \"%s\"", name);
	return NULL;
}

/* --- showing --- */

static const struct column columns[] = { { "OPTION", "name" }, { "VALUE", "value" }, { NULL } };
static const struct column with_origin[] = {
	{ "OPTION", "name" }, { "VALUE", "value" }, { "FROM", "origin" }, { NULL }
};
static const struct column differences[] = {
	{ "OPTION", "name" }, { "VALUE", "value" }, { "BY DEFAULT", "default" }, { "FROM", "origin" }, { NULL }
};

/* Members of an open object. */
static void put_value(const struct conf *conf, const struct option_desc *o, struct buf *out)
{
	const char *value = conf_str(conf, o->name);

	jw_put_str(out, "name", o->name);
	jw_put_str(out, "value", conf_is_secret(o->name) && *value != '\0' ? "(not shown)" : value);
	jw_put_str(out, "origin", conf_origin(conf, o->name));
}

static bool any(const struct conf *conf UNUSED, const struct option_desc *o UNUSED)
{
	return true;
}

static bool is_set(const struct conf *conf, const struct option_desc *o)
{
	return strcmp(conf_origin(conf, o->name), "default") != 0;
}

static int show_list(struct ctl *c, bool (*wanted)(const struct conf *conf, const struct option_desc *o), bool with_default,
		     const struct column *shown)
{
	struct buf out = { 0 };
	struct conf *conf;
	struct json list;
	int rc = config_load(c, &conf);

	if (rc != 0)
		return rc;
	jw_open(&out, '{');
	jw_name(&out, "items");
	jw_open(&out, '[');
	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		if (!wanted(conf, o))
			continue;
		jw_open(&out, '{');
		put_value(conf, o, &out);
		if (with_default)
			jw_put_str(&out, "default", o->def);
		jw_close(&out, '}');
	}
	jw_close(&out, ']');
	jw_close(&out, '}');
	conf_free(&conf);
	list = json_made(c, &out);
	c->out->list(c, shown, list, json_member(list, "items"));
	return END_OK;
}

static int run_show(struct ctl *c)
{
	return show_list(c, any, false, arg_given(c, ARG_ORIGIN) ? with_origin : columns);
}

static int run_diff(struct ctl *c)
{
	return show_list(c, is_set, true, differences);
}

static int run_get(struct ctl *c)
{
	const struct option_desc *o = config_option(c, c->args[0]);
	struct buf out = { 0 };
	struct conf *conf;
	struct json value;
	int rc = o != NULL ? config_load(c, &conf) : END_NOT_FOUND;

	if (rc != 0)
		return rc;
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	put_value(conf, o, &out);
	jw_close(&out, '}');
	conf_free(&conf);
	value = json_made(c, &out);
	if (c->out->json)
		c->out->record(c, columns, value);
	print(c, "%s", json_text(value, "value"));
	return END_OK;
}

static int run_check(struct ctl *c)
{
	static const struct column fields[] = { { "Set", "set", SHOW_COUNT }, { NULL } };
	struct buf out = { 0 };
	struct conf *conf;
	int n = 0, rc = config_load(c, &conf);

	if (rc != 0)
		return rc;
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		n += is_set(conf, o);
	conf_free(&conf);
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_put_int(&out, "set", n);
	jw_close(&out, '}');
	c->out->record(c, fields, json_made(c, &out));
	say(c, "The daemons can start with these options. Those that are set: fexlctl config diff");
	return END_OK;
}
