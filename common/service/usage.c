/* The option table for people: --help, --list-options, etc/fexl.conf. */
#include "base/base.h"
#include "service/option.h"
#include "base/log.h"

static void print_default(const struct option_desc *o, struct buf *out)
{
	if (o->def != NULL && *o->def != '\0')
		buf_printf(out, "; default %s", o->def);
}

static void print_flag(const struct option_desc *o, struct buf *out)
{
	static const char *const kinds[] = {
		[OPT_STR] = "TEXT", [OPT_INT] = "N", [OPT_BOOL] = "WORD", [OPT_WORD] = "WORD", [OPT_FILE] = "FILE",
	};
	size_t from = out->len;

	buf_printf(out, "  --%s ", o->name);
	for (char *c = out->data + from; *c != '\0'; c++)
		if (*c == '_')
			*c = '-';
	buf_str(out, kinds[o->type]);
	buf_str(out, "\n        ");
	buf_printf(out, "%s (", o->help);
	option_print_choices(o, out);
	print_default(o, out);
	buf_printf(out, ")\n        environment: %s\n", o->env);
}

void usage_print(const struct service *desc, struct buf *out)
{
	buf_printf(out,
		   "Usage: %s [--OPTION VALUE]...\n"
		   "\n"
		   "  --config FILE\n"
		   "        read this file, and none in " VENDORDIR " and " SYSCONFDIR "/fexl\n"
		   "  --check-config\n"
		   "        say whether files, environment and flags are in order, and end\n"
		   "  --list-options\n"
		   "        print the names of all options, and end\n"
		   "  --print-config-template\n"
		   "        print a fexl.conf with every option as a comment, and end\n"
		   "  --print-config-manual\n"
		   "        print fexl.conf(5), and end\n"
		   "%s"
		   "  --version, --help\n"
		   "\n"
		   "Each option may stand in fexl.conf as well, with underscores for the dashes\n"
		   "(run_dir = /run/fexl), and in the environment.  A flag counts most, then the\n"
		   "environment, " SYSCONFDIR "/fexl/fexl.conf.d/*.conf, " SYSCONFDIR
		   "/fexl/fexl.conf\n"
		   "and " VENDORDIR "/*.conf.\n"
		   "\n",
		   desc->name,
		   desc->migrate ? "  --migrate\n        make or change a cloud's tables as their owner, and end\n" : "");
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		if (o->who & desc->who)
			print_flag(o, out);
}

void usage_print_names(unsigned who, struct buf *out)
{
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		if (o->who & who)
			buf_printf(out, "%s\n", o->name);
}

const char *option_readers(const struct option_desc *o)
{
	static const struct {
		unsigned who;
		const char *name;
	} readers[] = {
		{ FOR_ALL, "all daemons" },
		{ FOR_APID | FOR_SYNCD, "fexl-apid and fexl-syncd" },
		{ FOR_APID, "fexl-apid" },
		{ FOR_SYNCD, "fexl-syncd" },
		{ FOR_REALTIMED, "fexl-realtimed" },
		{ FOR_SYNCD | FOR_REALTIMED, "fexl-syncd and fexl-realtimed" },
	};
	size_t i = 0;

	while (readers[i].who != o->who)
		if (++i == ARRAY_LEN(readers))
			panic("an option that daemons %u read", o->who);
	return readers[i].name;
}

void conf_print_template(struct buf *out)
{
	buf_str(out,
		"# fexl.conf: the options of all Fexl daemons, each at its default.\n"
		"#\n"
		"# A line is `name = value`; the value goes on to the end of the line and has no\n"
		"# quotes around it.  Files in fexl.conf.d/ count more than this one, the\n"
		"# environment more than those, a flag (--sync-interval-s 60) most.\n"
		"# Restart the daemons after a change; `fexl-apid --check-config` finds "
		"mistakes.\n");
	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		buf_printf(out, "\n# %s\n# (", o->help);
		option_print_choices(o, out);
		buf_printf(out, "; %s; environment %s)\n#%s =", option_readers(o), o->env, o->name);
		if (o->def != NULL && *o->def != '\0')
			buf_printf(out, " %s", o->def);
		buf_char(out, '\n');
	}
}
