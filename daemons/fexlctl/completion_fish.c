/* What fish offers behind "fexlctl": one line for each word and each option, with
 * what it means. */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "fexlctl/completion.h"

/* Options and their values are passed over; __fexlctl_takes is made from the table. */
static const char frame[] =
	"function __fexlctl_typed\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l typed\n"
	"\tset -l value no\n"
	"\tfor word in $words[2..-1]\n"
	"\t\tif test $value = yes\n"
	"\t\t\tset value no\n"
	"\t\telse if contains -- $word $__fexlctl_takes\n"
	"\t\t\tset value yes\n"
	"\t\telse if not string match -q -- '-*' $word\n"
	"\t\t\tset -a typed $word\n"
	"\t\tend\n"
	"\tend\n"
	"\tstring join ' ' -- $typed\n"
	"end\n"
	"function __fexlctl_is\n"
	"\tset -l typed (__fexlctl_typed)\n"
	"\ttest \"$typed\" = \"$argv\"\n"
	"end\n"
	"function __fexlctl_begins\n"
	"\tset -l typed (__fexlctl_typed)\n"
	"\tstring match -q -- \"$argv *\" \"$typed \"\n"
	"end\n"
	"complete -c fexlctl -f\n";

static void add_quoted(struct buf *out, const char *text, size_t len)
{
	buf_char(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'' || text[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, text[i]);
	}
	buf_char(out, '\'');
}

static void add_values(struct buf *out)
{
	buf_str(out, "set -g __fexlctl_takes");
	for (int i = 0; i < ARG_COUNT; i++) {
		if (arg_table[i].value == NULL)
			continue;
		buf_printf(out, " --%s", arg_table[i].name);
		if (arg_table[i].letter != 0)
			buf_printf(out, " -%c", arg_table[i].letter);
	}
	buf_char(out, '\n');
}

/* Of the command that the words spell out; "" where they only begin some. */
static const char *meaning_of(struct ctl *c, const char *typed, size_t typed_len, const char *word, size_t len)
{
	const char *name = pool_printf(c->pool, "%.*s%s%.*s", (int)typed_len, typed, typed_len > 0 ? " " : "", (int)len, word);
	struct command_walk w;

	for (command_first(&w); w.command != NULL; command_next(&w))
		if (strcmp(w.command->name, name) == 0 || (w.command->alias != NULL && strcmp(w.command->alias, name) == 0))
			return w.command->summary;
	return "";
}

static void add_words(struct ctl *c, struct buf *out, const char *typed, size_t len)
{
	struct words words = words_behind(typed, len);

	for (int i = 0; i < words.n; i++) {
		const char *meaning = meaning_of(c, typed, len, words.text[i], words.len[i]);

		buf_str(out, "complete -c fexlctl -n \"__fexlctl_is ");
		add_quoted(out, typed, len);
		buf_printf(out, "\" -a %.*s", (int)words.len[i], words.text[i]);
		if (*meaning != '\0') {
			buf_str(out, " -d ");
			add_quoted(out, meaning, strlen(meaning));
		}
		buf_char(out, '\n');
	}
}

/* command NULL: behind all of them. */
static void add_options(struct buf *out, uint64_t which, const char *command)
{
	for (int i = 0; i < ARG_COUNT; i++) {
		const struct arg_desc *a = &arg_table[i];

		if (!(which & TAKES(i)))
			continue;
		buf_str(out, "complete -c fexlctl");
		if (command != NULL)
			buf_printf(out, " -n \"__fexlctl_begins '%s'\"", command);
		buf_printf(out, " -l %s", a->name);
		if (a->letter != 0)
			buf_printf(out, " -s %c", a->letter);
		buf_str(out, a->value == NULL ? " -d " : takes_path(a) ? " -r -F -d " : " -x -d ");
		add_quoted(out, a->help, strlen(a->help));
		buf_char(out, '\n');
	}
}

void completion_fish(struct ctl *c, struct buf *out)
{
	struct words first = words_behind("", 0);
	struct command_walk w;

	buf_str(out, "# fexlctl completion fish\n");
	add_values(out);
	buf_str(out, frame);
	add_options(out, TAKES_COMMON, NULL);
	add_words(c, out, "", 0);
	for (int i = 0; i < first.n; i++)
		add_words(c, out, first.text[i], first.len[i]);
	for (command_first(&w); w.command != NULL; command_next(&w))
		add_options(out, w.command->takes, w.command->name);
}
