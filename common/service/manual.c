/* fexl.conf(5), out of the option table. */
#include "base/base.h"
#include "service/option.h"

#define LINE_LEN 64	/* longer, and the next blank breaks it */

static const char head[] =
	".\\\" Made by fexl-apid --print-config-manual: change common/service/options.c.\n"
	".Dd November 23, 2026\n"
	".Dt FEXL.CONF 5\n"
	".Os\n"
	".Sh NAME\n"
	".Nm fexl.conf\n"
	".Nd options of the Fexl daemons\n"
	".Sh SYNOPSIS\n"
	".Bl -item -compact\n"
	".It\n"
	".Pa /usr/lib/fexl/*.conf\n"
	".It\n"
	".Pa /etc/fexl/fexl.conf\n"
	".It\n"
	".Pa /etc/fexl/fexl.conf.d/*.conf\n"
	".El\n"
	".Sh DESCRIPTION\n"
	"A line is\n"
	".Dq name = value ;\n"
	"the value goes on to the end of the line, without quotes around it.\n"
	"A line that begins with # is a comment.\n"
	"A name that does not exist, and a value that is not allowed, end a daemon's\n"
	"start with the file, the line, and what was probably meant.\n"
	".Pp\n"
	"The files are read in the order above, and within a folder by name; then the\n"
	"environment, then the flags of the command line.\n"
	"What comes later counts more.\n"
	".Ic fexlctl config show --origin\n"
	"tells where each value comes from.\n"
	"Options are read at the start: after a change,\n"
	".Ic systemctl restart fexl.target .\n"
	".Pp\n"
	"An option that takes a file takes a path, or a name without a slash: that is a\n"
	"secret, a file in\n"
	".Pa /etc/fexl/secrets ,\n"
	"which only root can read, and which\n"
	".Xr systemd 1\n"
	"hands to\n"
	".Xr fexl-apid 8\n"
	"alone.\n"
	"The password of a database does not belong into\n"
	".Li database_url :\n"
	"put it into\n"
	".Pa /etc/fexl/secrets/pgpass\n"
	"in the form of libpq's password file, and add\n"
	".Li passfile=/run/credentials/fexl-apid.service/secrets_pgpass\n"
	"to the conninfo.\n"
	".Sh OPTIONS\n"
	"Each with what it may be, its default, who reads it, and its twin in the\n"
	"environment.\n"
	".Bl -tag -width Ds\n";

static const char tail[] =
	".El\n"
	".Sh FILES\n"
	".Bl -tag -width Ds\n"
	".It Pa /usr/lib/fexl/desktop.conf\n"
	".It Pa /usr/lib/fexl/cloud.conf\n"
	"What fexl-desktop and fexl-cloud make of a machine.\n"
	".It Pa /etc/fexl/fexl.conf\n"
	"The administrator's; as installed it has every option as a comment.\n"
	".It Pa /etc/fexl/fexl.conf.d/cloud.conf\n"
	"Made by\n"
	".Ic fexlctl cloud init .\n"
	".El\n"
	".Sh EXAMPLES\n"
	"A till that other machines of the shop may open, under a name:\n"
	".Bd -literal -offset indent\n"
	"listen = 0.0.0.0:8089\n"
	"public_hosts = till-1.lan\n"
	".Ed\n"
	".Sh SEE ALSO\n"
	".Xr fexlctl 1 ,\n"
	".Xr fexl 7 ,\n"
	".Xr fexl-apid 8 ,\n"
	".Xr fexl-realtimed 8 ,\n"
	".Xr fexl-syncd 8\n";

/* In lines of a good length.  A backslash would begin an escape; nothing else of
 * ours means anything. */
static void add_text(struct buf *out, const char *text)
{
	size_t from = out->len;

	for (; *text != '\0'; text++) {
		bool breaks = *text == ' ' && out->len - from > LINE_LEN;

		if (*text == '\\')
			buf_char(out, '\\');
		buf_char(out, breaks ? '\n' : *text);
		if (breaks)
			from = out->len;
	}
}

static void add_option(const struct option_desc *o, struct buf *out)
{
	buf_printf(out, ".It Li %s\n", o->name);
	add_text(out, o->help);
	buf_str(out, ".\n.br\n");
	option_print_choices(o, out);
	if (o->def != NULL && *o->def != '\0') {
		buf_str(out, "; default ");
		add_text(out, o->def);
	}
	buf_printf(out, "; %s;\n.Ev %s\n", option_readers(o), o->env);
}

void conf_print_manual(struct buf *out)
{
	buf_str(out, head);
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		add_option(o, out);
	buf_str(out, tail);
}
