/* help --json: the table of commands as data, for whoever makes a completion, a
 * page or a test of all of them. */
#include "base/base.h"
#include "fexlctl/help.h"

#include "fexlctl/ctl.h"

static void put_options(struct buf *out, uint64_t takes)
{
	jw_name(out, "options");
	jw_open(out, '[');
	for (int i = 0; i < ARG_COUNT; i++)
		if (takes & TAKES(i))
			jw_str(out, arg_table[i].name, strlen(arg_table[i].name));
	jw_close(out, ']');
}

static void put_command(struct buf *out, const struct command *cmd)
{
	jw_open(out, '{');
	jw_put_str(out, "name", cmd->name);
	jw_put_str(out, "alias", cmd->alias);
	jw_put_str(out, "usage", cmd->usage);
	jw_put_str(out, "summary", cmd->summary);
	jw_put_str(out, "more", cmd->more);
	jw_put_bool(out, "here_only", cmd->flags & HERE_ONLY);
	put_options(out, cmd->takes);
	jw_close(out, '}');
}

static void put_option(struct buf *out, int i)
{
	const struct arg_desc *d = &arg_table[i];

	jw_open(out, '{');
	jw_put_str(out, "name", d->name);
	jw_put_str(out, "letter", d->letter != 0 ? (const char[]){ d->letter, '\0' } : NULL);
	jw_put_str(out, "value", d->value);
	jw_put_str(out, "help", d->help);
	jw_put_bool(out, "common", TAKES_COMMON & TAKES(i));
	jw_close(out, '}');
}

static struct json described(struct ctl *c, const char *words, int *n_r)
{
	struct buf out = { 0 };
	struct command_walk w;

	*n_r = 0;
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_name(&out, "commands");
	jw_open(&out, '[');
	for (command_first(&w); w.command != NULL; command_next(&w)) {
		if (!command_begins(w.command, words))
			continue;
		put_command(&out, w.command);
		(*n_r)++;
	}
	jw_close(&out, ']');
	jw_name(&out, "options");
	jw_open(&out, '[');
	for (int i = 0; i < ARG_COUNT; i++)
		put_option(&out, i);
	jw_close(&out, ']');
	jw_close(&out, '}');
	return json_made(c, &out);
}

int help_describe(struct ctl *c, const char *words)
{
	static const struct column nothing[] = { { NULL } };
	struct json all;
	int n;

	all = described(c, words, &n);
	if (n == 0)
		return fail(c, END_USAGE, "fexlctl help", "there is no command \"%s\"", words);
	c->out->record(c, nothing, all);
	return END_OK;
}
