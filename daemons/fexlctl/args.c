/* The command line: options and words in any order.  An option means the same
 * in every command, so it can be read before the command is known. */
#include "base/base.h"
#include "fexlctl/ctl.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <unistd.h>

const struct arg_desc arg_table[ARG_COUNT] = {
	[ARG_RUN_DIR] = { "run-dir", 0, "DIR", "where the daemons' sockets are; default: run_dir of fexl.conf" },
	[ARG_CONFIG] = { "config", 0, "FILE", "read this fexl.conf and no other" },
	[ARG_HOST] = { "host", 0, "URL", "ask the server at this address instead of this machine's daemons" },
	[ARG_TOKEN_FILE] = { "token-file", 0, "FILE", "token for --host; - is stdin" },
	[ARG_TENANT] = { "tenant", 0, "UUID", "the shop that is meant, where a hub has several" },
	[ARG_TIMEOUT] = { "timeout", 0, "S", "give up after so many seconds; default: 10 for one answer" },
	[ARG_JSON] = { "json", 0, NULL, "print JSON" },
	[ARG_PLAIN] = { "plain", 0, NULL, "print columns separated by tabs" },
	[ARG_NO_HEADER] = { "no-header", 'H', NULL, "print no column titles" },
	[ARG_VERBOSE] = { "verbose", 'v', NULL, "more columns" },
	[ARG_QUIET] = { "quiet", 'q', NULL, "say nothing on stderr but errors" },
	[ARG_COLOR] = { "color", 0, "WHEN", "auto, always or never" },
	[ARG_YES] = { "yes", 0, NULL, "answer questions with yes" },
	[ARG_NO_INPUT] = { "no-input", 0, NULL, "never ask" },
	[ARG_HELP] = { "help", 'h', NULL, "what the command does and takes" },
	[ARG_VERSION] = { "version", 0, NULL, "which version this is" },

	[ARG_WATCH] = { "watch", 'w', NULL, "show it again every 2 s until interrupted" },
	[ARG_EXIT_CODE] = { "exit-code", 0, NULL, "exit 8 when something wants attention" },
	[ARG_WAIT] = { "wait", 0, NULL, "come back when it is done" },
	[ARG_URL] = { "url", 0, "URL", "address of the cloud" },
	[ARG_LICENSE_FILE] = { "license-file", 0, "FILE", "licence key; - is stdin" },
	[ARG_LINK_FILE] = { "link-file", 0, "FILE", "fexl://pair link instead of --url, --tenant and --license-file" },
	[ARG_NAME] = { "name", 0, "NAME", "what this till is called" },
	[ARG_QR] = { "qr", 0, NULL, "show a QR code as well" },
	[ARG_ROLE] = { "role", 0, "ROLE", "owner, manager, cashier or agent" },
	[ARG_PIN_FILE] = { "pin-file", 0, "FILE", "PIN; - is stdin" },
	[ARG_PASSWORD_FILE] = { "password-file", 0, "FILE", "password; - is stdin" },
	[ARG_MAP] = { "map", 0, "MAP", "what the columns of the file mean: online-retail" },
	[ARG_DRY_RUN] = { "dry-run", 0, NULL, "only say what would be done" },
	[ARG_COST_PERCENT] = { "cost-percent", 0, "N", "cost of the opening stock, as percent of the price; default 60" },
	[ARG_REPORT] = { "report", 0, "FILE", "write every refused line there, with its reason" },
	[ARG_ORIGIN] = { "origin", 0, NULL, "show where each value comes from" },
	[ARG_DATA] = { "data", 'd', "BODY", "body of the request; @FILE reads it, @- from stdin" },
	[ARG_FOLLOW] = { "follow", 'f', NULL, "go on with what is said from now on" },
	[ARG_TRACE] = { "trace", 0, "ID", "what was said about this request" },
	[ARG_SINCE] = { "since", 0, "TIME", "not what is older, as journalctl(1) takes it: \"1 hour ago\"" },
	[ARG_DATABASE_URL] = { "database-url", 0, "TEXT", "a libpq conninfo, or a file for SQLite" },
	[ARG_OWNER_URL] = { "owner-url", 0, "TEXT", "a libpq conninfo of the role that makes the tables, where --database-url's does not" },
	[ARG_FORCE] = { "force", 0, NULL, "though it was changed since, or a file is there" },
	[ARG_KEEP] = { "keep", 0, "N", "so many stay, the newest" },
	[ARG_AS_NEW] = { "as-new", 0, NULL, "what the backup holds goes up to the cloud; the newest version of each row stands" },
	[ARG_DISCARD_LOCAL] = { "discard-local", 0, NULL, "forget what is here and load everything from the cloud" },
	[ARG_FIX] = { "fix", 0, NULL, "make again what can be made again: sums, the index of words" },
	[ARG_OUTPUT] = { "output", 'o', "FILE", "where it is written" },
	[ARG_WARNING] = { "warning", 0, "MIN", "when the oldest pending row has waited so many minutes; default: 60" },
	[ARG_CRITICAL] = { "critical", 0, "MIN", "the same; default: 1440" },
	[ARG_OLDEST] = { "oldest", 0, NULL, "each row, the one that has waited longest first" },
	[ARG_STUCK] = { "stuck", 0, NULL, "each row that was tried in vain" },
	[ARG_LINES] = { "lines", 'n', "N", "so many at most, the newest" },
	[ARG_DAEMON] = { "daemon", 0, "NAME", "apid (default), syncd or realtimed" },
};

/* --- reading --- */

struct line {
	char **argv;
	int argc, at;
};

static int unknown(struct ctl *c, const char *typed)
{
	struct guess g = guess_begin(typed);

	for (int i = 0; i < ARG_COUNT; i++)
		guess_try(&g, arg_table[i].name);
	return fail(c, END_USAGE, "fexlctl help", "there is no option --%s%s%s%s", typed,
		    g.found != NULL ? "; did you mean --" : "", g.found != NULL ? g.found : "",
		    g.found != NULL ? "?" : "");
}

/* value NULL: the next word is it, where one is wanted. */
static int keep(struct ctl *c, struct line *l, enum arg a, const char *value)
{
	const struct arg_desc *d = &arg_table[a];

	if (c->option[a] != NULL)
		return fail(c, END_USAGE, NULL, "--%s is given twice", d->name);
	if (d->value == NULL && value != NULL)
		return fail(c, END_USAGE, NULL, "--%s takes no value", d->name);
	if (d->value != NULL && value == NULL) {
		if (l->at == l->argc)
			return fail(c, END_USAGE, NULL, "--%s wants %s behind it: %s", d->name, d->value, d->help);
		value = l->argv[l->at++];
	}
	c->option[a] = value != NULL ? value : "";
	return 0;
}

static int read_long(struct ctl *c, struct line *l, const char *text)
{
	const char *equals = strchrnul(text, '=');

	for (int i = 0; i < ARG_COUNT; i++)
		if (slice_is((struct slice){ text, (size_t)(equals - text) }, arg_table[i].name))
			return keep(c, l, (enum arg)i, *equals != '\0' ? equals + 1 : NULL);
	return unknown(c, pool_strndup(c->pool, text, (size_t)(equals - text)));
}

/* "-Hq", "-d BODY", "-dBODY" */
static int read_letters(struct ctl *c, struct line *l, const char *text)
{
	for (; *text != '\0'; text++) {
		int a = 0, rc;

		while (a < ARG_COUNT && arg_table[a].letter != *text)
			a++;
		if (a == ARG_COUNT)
			return fail(c, END_USAGE, "fexlctl help", "there is no option -%c", *text);
		if (arg_table[a].value != NULL)
			return keep(c, l, (enum arg)a, text[1] != '\0' ? text + 1 : NULL);
		if ((rc = keep(c, l, (enum arg)a, NULL)) != 0)
			return rc;
	}
	return 0;
}

static int read_line(struct ctl *c, int argc, char **argv)
{
	struct line l = { argv, argc, 1 };
	bool words_only = false;

	c->args = pool_alloc(c->pool, sizeof(*c->args) * ((size_t)argc + 1));
	while (l.at < argc) {
		const char *word = argv[l.at++];
		int rc = 0;

		if (!words_only && strcmp(word, "--") == 0)
			words_only = true;
		else if (words_only || word[0] != '-' || word[1] == '\0')
			c->args[c->n_args++] = word;
		else if (word[1] == '-')
			rc = read_long(c, &l, word + 2);
		else
			rc = read_letters(c, &l, word + 1);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* --- what the options say about the output --- */

static bool wants_colour(const char *when, int fd)
{
	const char *term = getenv("TERM");

	if (when != NULL && strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	/* NO_COLOR counts when it is not empty (no-color.org). */
	for (const char *const *name = (const char *const[]){ "NO_COLOR", "FEXL_NO_COLOR", NULL }; *name; name++)
		if (getenv(*name) != NULL && *getenv(*name) != '\0')
			return false;
	return isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

static int settle_output(struct ctl *c)
{
	const char *when = c->option[ARG_COLOR];

	if (when != NULL && strcmp(when, "auto") != 0 && strcmp(when, "always") != 0 && strcmp(when, "never") != 0)
		return fail(c, END_USAGE, NULL, "--color is auto, always or never, not \"%s\"", when);
	if (arg_given(c, ARG_JSON) && arg_given(c, ARG_PLAIN))
		return fail(c, END_USAGE, NULL, "--json and --plain: only one of them");
	c->out = arg_given(c, ARG_JSON) ? &out_json : arg_given(c, ARG_PLAIN) ? &out_plain : &out_table;
	c->colour = wants_colour(when, STDOUT_FILENO) && c->out == &out_table;
	c->sad_colour = wants_colour(when, STDERR_FILENO);
	return 0;
}

/* --- the values --- */

int arg_int(struct ctl *c, enum arg a, int64_t min, int64_t max, int64_t def, int64_t *n_r)
{
	const char *text = c->option[a];
	char *end;
	long long n;

	*n_r = def;
	if (text == NULL)
		return 0;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || n < min || n > max)
		return fail(c, END_USAGE, NULL, "--%s is a whole number from %lld to %lld, not \"%s\"",
			    arg_table[a].name, (long long)min, (long long)max, text);
	*n_r = n;
	return 0;
}

int arg_need(struct ctl *c, enum arg a, const char *why)
{
	if (c->option[a] != NULL && *c->option[a] != '\0')
		return 0;
	return fail(c, END_USAGE, pool_printf(c->pool, "fexlctl help %s", c->command->name), "%s: --%s %s is missing: %s",
		    c->command->name, arg_table[a].name, arg_table[a].value, why);
}

static int settle_values(struct ctl *c)
{
	const char *tenant = c->option[ARG_TENANT];
	struct uuid uuid;
	int64_t seconds;
	int rc = arg_int(c, ARG_TIMEOUT, 1, 86400, 0, &seconds);

	if (rc != 0)
		return rc;
	c->timeout_ms = seconds * 1000;
	if (tenant != NULL && uuid_parse(&uuid, tenant, strlen(tenant)) < 0)
		return fail(c, END_USAGE, "fexlctl tenant list", "--tenant is a UUID, not \"%s\"", tenant);
	return 0;
}

/* --- the command --- */

static const char *words_joined(struct ctl *c, int n)
{
	struct buf text = { 0 };
	const char *joined;

	for (int i = 0; i < n; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", c->args[i]);
	joined = pool_strdup(c->pool, text.len > 0 ? text.data : "");
	buf_release(&text);
	return joined;
}

/* "devcies approve" is nearest to a name of two words, "stauts now" to one of one. */
static int no_such_command(struct ctl *c)
{
	const char *one = words_joined(c, 1), *two = words_joined(c, MIN(c->n_args, 2));
	struct guess g = guess_begin(two), h = guess_begin(one);
	struct command_walk w;

	for (command_first(&w); w.command != NULL; command_next(&w)) {
		guess_try(&g, w.command->name);
		guess_try(&h, w.command->alias != NULL ? w.command->alias : w.command->name);
	}
	if (g.found == NULL || c->n_args == 1)
		g = h;
	if (c->n_args == 1 && command_is_group(one))
		return fail(c, END_USAGE, pool_printf(c->pool, "fexlctl help %s", one), "%s what?", one);
	return fail(c, END_USAGE, "fexlctl help", "there is no command \"%s\"%s%s%s", two,
		    g.found != NULL ? "; did you mean \"" : "", g.found != NULL ? g.found : "",
		    g.found != NULL ? "\"?" : "");
}

static bool is_short(const struct command *cmd, int words)
{
	int n = 1;

	for (const char *s = cmd->name; *s != '\0'; s++)
		n += *s == ' ';
	return words < n;
}

static int check_taken(struct ctl *c)
{
	const struct command *cmd = c->command;

	for (int i = 0; i < ARG_COUNT; i++)
		if (c->option[i] != NULL && !((TAKES_COMMON | cmd->takes) & TAKES(i)))
			return fail(c, END_USAGE, pool_printf(c->pool, "fexlctl help %s", cmd->name),
				    "%s does not take --%s", cmd->name, arg_table[i].name);
	if (cmd->flags & HERE_ONLY && arg_given(c, ARG_HOST))
		return fail(c, END_USAGE, NULL, "%s is about this machine: it does not take --host", cmd->name);
	return 0;
}

static int check_count(struct ctl *c)
{
	const struct command *cmd = c->command;

	if (c->n_args >= cmd->args_min && c->n_args <= cmd->args_max)
		return 0;
	return fail(c, END_USAGE, pool_printf(c->pool, "fexlctl help %s", cmd->name), "usage: fexlctl %s%s%s", cmd->name,
		    cmd->usage != NULL ? " " : "", cmd->usage != NULL ? cmd->usage : "");
}

int args_read(struct ctl *c, int argc, char **argv)
{
	int used, rc;

	c->out = &out_table;
	c->tty = isatty(STDOUT_FILENO);
	c->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	rc = read_line(c, argc, argv);
	if (rc != 0 || (rc = settle_output(c)) != 0 || (rc = settle_values(c)) != 0)
		return rc;
	if (c->n_args == 0)
		return 0;
	c->command = command_find(c->args, c->n_args, &used);
	/* "devices aprove": found as "devices", but that is short for "devices list". */
	if (c->command == NULL || (c->n_args - used > c->command->args_max && is_short(c->command, used)))
		return no_such_command(c);
	c->args += used;
	c->n_args -= used;
	if (arg_given(c, ARG_HELP))
		return 0;
	rc = check_taken(c);
	return rc != 0 ? rc : check_count(c);
}
