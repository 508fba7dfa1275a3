/* help and version: all from the tables. */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "fexlctl/help.h"

#include <unistd.h>

static int run_help(struct ctl *c);
static int run_version(struct ctl *c);

const struct command help_commands[] = {
	{ .name = "help", .usage = "[COMMAND]", .summary = "what a command does and takes", .args_max = 3, .run = run_help,
	  .more = "With --json the table of commands and options, for programs." },
	{ .name = "version", .summary = "which fexlctl this is", .run = run_version },
	{ NULL }
};

/* --- options --- */

static void add_option(struct buf *out, const struct arg_desc *d)
{
	size_t from = out->len;

	buf_str(out, "  ");
	if (d->letter != 0)
		buf_printf(out, "-%c, ", d->letter);
	buf_printf(out, "--%s%s%s", d->name, d->value != NULL ? " " : "", d->value != NULL ? d->value : "");
	buf_printf(out, "%*s%s\n", MAX(28 - (int)(out->len - from), 2), "", d->help);
}

static void add_options(struct buf *out, uint64_t which)
{
	for (int i = 0; i < ARG_COUNT; i++)
		if (which & TAKES(i))
			add_option(out, &arg_table[i]);
}

/* --- commands --- */

static void add_usage(struct buf *out, const struct command *cmd)
{
	buf_printf(out, "fexlctl %s%s%s%s", cmd->name, cmd->takes != 0 ? " [OPTION]..." : "", cmd->usage != NULL ? " " : "",
		   cmd->usage != NULL ? cmd->usage : "");
}

static void add_line(struct buf *out, const struct command *cmd)
{
	size_t from = out->len;

	buf_printf(out, "  %s%s%s", cmd->name, cmd->usage != NULL ? " " : "", cmd->usage != NULL ? cmd->usage : "");
	buf_printf(out, "%*s%s\n", MAX(34 - (int)(out->len - from), 2), "", cmd->summary);
}

/* Those whose name is, or begins with, these words; all for "".  Returns how
 * many, and the last of them. */
static int add_lines(struct buf *out, const char *words, const struct command **last_r)
{
	struct command_walk w;
	int n = 0;

	for (command_first(&w); w.command != NULL; command_next(&w)) {
		if (!command_begins(w.command, words))
			continue;
		add_line(out, w.command);
		*last_r = w.command;
		n++;
	}
	return n;
}

static void add_all(struct buf *out)
{
	const struct command *last;

	buf_str(out, "Usage: fexlctl [OPTION]... COMMAND [ARGUMENT]...\n\nCommands:\n");
	add_lines(out, "", &last);
	buf_str(out, "\nOptions of all commands, before or behind them:\n");
	add_options(out, TAKES_COMMON);
	buf_str(out,
		"\nExit status: 0 done, 1 failed, 2 wrong usage, 3 the daemon is not running,\n"
		"4 not permitted, 5 not found, 6 refused, 7 the cloud is unreachable,\n"
		"8 degraded (status --exit-code), 124 timed out, 130 interrupted.\n"
		"\nSee fexlctl(1), and fexlctl help COMMAND for the options of a command.\n");
}

static void add_one(struct buf *out, const struct command *cmd)
{
	buf_str(out, "Usage: ");
	add_usage(out, cmd);
	buf_printf(out, "\n\nfexlctl %s: %s.\n", cmd->name, cmd->summary);
	if (cmd->alias != NULL)
		buf_printf(out, "\"%s\" is short for it.\n", cmd->alias);
	if (cmd->more != NULL)
		buf_printf(out, "\n%s\n", cmd->more);
	if (cmd->takes != 0) {
		buf_str(out, "\nOptions:\n");
		add_options(out, cmd->takes);
	}
	buf_str(out, "\nThe options of all commands: fexlctl help\n");
}

static int print_and_end(struct buf *out, FILE *to)
{
	fwrite(out->data, 1, out->len, to);
	buf_release(out);
	return END_OK;
}

static const char *words_joined(struct ctl *c)
{
	const char *words = "";

	for (int i = 0; i < c->n_args; i++)
		words = pool_printf(c->pool, "%s%s%s", words, i > 0 ? " " : "", c->args[i]);
	return words;
}

static int run_help(struct ctl *c)
{
	const char *words = words_joined(c);
	const struct command *cmd = NULL;
	struct buf out = { 0 };
	int n;

	if (c->out->json)
		return help_describe(c, words);
	if (*words == '\0') {
		add_all(&out);
		return print_and_end(&out, stdout);
	}
	buf_str(&out, "Commands:\n");
	n = add_lines(&out, words, &cmd);
	if (n <= 1)
		buf_clear(&out);
	if (n == 1)
		add_one(&out, cmd);
	print_and_end(&out, stdout);
	return n > 0 ? END_OK : fail(c, END_USAGE, "fexlctl help", "there is no command \"%s\"", words);
}

static int run_version(struct ctl *c)
{
	static const struct column fields[] = { { "fexlctl", "version" }, { NULL } };
	struct buf text = { 0 };

	jw_open(&text, '{');
	jw_put_int(&text, "schema", 1);
	jw_put_str(&text, "version", PACKAGE_VERSION);
	jw_close(&text, '}');
	c->out->record(c, fields, json_made(c, &text));
	return END_OK;
}

/* --- from main() --- */

int help_no_command(struct ctl *c)
{
	struct buf out = { 0 };

	if (arg_given(c, ARG_VERSION))
		return run_version(c);
	if (arg_given(c, ARG_HELP))
		return run_help(c);
	add_all(&out);
	print_and_end(&out, stderr);
	return END_USAGE;
}

int help_of_command(struct ctl *c)
{
	struct buf out = { 0 };

	if (c->out->json)
		return help_describe(c, c->command->name);
	add_one(&out, c->command);
	return print_and_end(&out, stdout);
}
