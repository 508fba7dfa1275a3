/* completion: what a shell offers behind "fexlctl", made from the tables of
 * commands and options.  bash and zsh read one table in their common language, only
 * its frame differs; fish has its own (completion_fish.c). */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "fexlctl/completion.h"
#include "base/log.h"

static int run_completion(struct ctl *c);

const struct command completion_commands[] = {
	{ .name = "completion", .usage = "bash|zsh|fish", .summary = "a script that completes commands and options", .args_min = 1,
	  .args_max = 1, .flags = HERE_ONLY, .run = run_completion,
	  .more = "The packages bring it for each of them.  Without: . <(fexlctl completion bash) for this\n"
		  "shell, or for each one to come:\n"
		  "  fexlctl completion bash >/etc/bash_completion.d/fexlctl\n"
		  "  fexlctl completion zsh >/usr/local/share/zsh/site-functions/_fexlctl\n"
		  "  fexlctl completion fish >/etc/fish/completions/fexlctl.fish" },
	{ NULL }
};

static void word_add(struct words *w, const char *text)
{
	size_t len = strcspn(text, " ");

	for (int i = 0; i < w->n; i++)
		if (w->len[i] == len && strncmp(w->text[i], text, len) == 0)
			return;
	if (w->n == WORDS_MAX)
		panic("more than %d commands begin alike", WORDS_MAX);
	w->text[w->n] = text;
	w->len[w->n++] = len;
}

struct words words_behind(const char *typed, size_t len)
{
	struct words words = { .n = 0 };
	struct command_walk w;

	for (command_first(&w); w.command != NULL; command_next(&w)) {
		const char *name = w.command->name;

		if (len == 0)
			word_add(&words, name);
		else if (strncmp(name, typed, len) == 0 && name[len] == ' ')
			word_add(&words, name + len + 1);
	}
	return words;
}

/* --- the table: typed words -> $next and $opts --- */

static void add_next(struct buf *out, const char *typed, size_t len)
{
	struct words words = words_behind(typed, len);

	if (words.n == 0)
		return;
	buf_printf(out, "\t'%.*s') next='", (int)len, typed);
	for (int i = 0; i < words.n; i++)
		buf_printf(out, "%s%.*s", i > 0 ? " " : "", (int)words.len[i], words.text[i]);
	buf_str(out, "' ;;\n");
}

static void add_options(struct buf *out, uint64_t which)
{
	for (int i = 0; i < ARG_COUNT; i++)
		if (which & TAKES(i))
			buf_printf(out, " --%s", arg_table[i].name);
}

static void add_table(struct buf *out)
{
	struct words first = words_behind("", 0);
	struct command_walk w;

	buf_str(out, "_fexlctl_words()\n{\n\tnext= opts='");
	add_options(out, TAKES_COMMON);
	buf_str(out, "'\n\tcase $1 in\n");
	add_next(out, "", 0);
	for (int i = 0; i < first.n; i++)
		add_next(out, first.text[i], first.len[i]);
	buf_str(out, "\tesac\n\tcase $1 in\n");
	for (command_first(&w); w.command != NULL; command_next(&w)) {
		if (w.command->takes == 0)
			continue;
		buf_printf(out, "\t'%s'|'%s '*) opts=\"$opts", w.command->name, w.command->name);
		add_options(out, w.command->takes);
		buf_str(out, "\" ;;\n");
	}
	buf_str(out, "\tesac\n}\n");
}

bool takes_path(const struct arg_desc *a)
{
	return a->value != NULL && (strcmp(a->value, "FILE") == 0 || strcmp(a->value, "DIR") == 0);
}

/* "--run-dir|--config": those whose value is a path, or is anything else. */
static const char *options_with(struct ctl *c, bool path)
{
	const char *list = "";

	for (int i = 0; i < ARG_COUNT; i++) {
		if (arg_table[i].value != NULL && takes_path(&arg_table[i]) == path)
			list = pool_printf(c->pool, "%s%s--%s", list, *list != '\0' ? "|" : "", arg_table[i].name);
	}
	return list;
}

/* --- the frames --- */

static const char bash_frame[] =
	"# fexlctl completion bash\n"
	"_fexlctl()\n{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} typed= next= opts= w i\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tw=${COMP_WORDS[i]}\n"
	"\t\tcase $w in\n"
	"\t\t%s|%s) ((i++)) ;;\n"
	"\t\t-*) ;;\n"
	"\t\t*) typed=$typed${typed:+ }$w ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tcase ${COMP_WORDS[COMP_CWORD - 1]} in\n"
	"\t%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
	"\t%s) COMPREPLY=(); return ;;\n"
	"\tesac\n"
	"\t_fexlctl_words \"$typed\"\n"
	"\tcase $cur in\n"
	"\t-*) COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\")) ;;\n"
	"\t*) COMPREPLY=($(compgen -W \"$next\" -- \"$cur\")) ;;\n"
	"\tesac\n"
	"}\n";

static const char zsh_frame[] =
	"#compdef fexlctl\n"
	"_fexlctl()\n{\n"
	"\tlocal typed= next= opts= w i\n"
	"\tfor ((i = 2; i < CURRENT; i++)); do\n"
	"\t\tw=$words[i]\n"
	"\t\tcase $w in\n"
	"\t\t(%s|%s) ((i++)) ;;\n"
	"\t\t(-*) ;;\n"
	"\t\t(*) typed=$typed${typed:+ }$w ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tcase $words[CURRENT-1] in\n"
	"\t(%s) _files; return ;;\n"
	"\t(%s) return ;;\n"
	"\tesac\n"
	"\t_fexlctl_words $typed\n"
	"\tcase $words[CURRENT] in\n"
	"\t(-*) compadd -- ${=opts} ;;\n"
	"\t(*) compadd -- ${=next} ;;\n"
	"\tesac\n"
	"}\n";

/* Of a file that zsh finds by itself this is the function's body at its first call. */
static const char zsh_end[] =
	"if [ \"${funcstack[1]}\" = _fexlctl ]; then _fexlctl \"$@\"; else compdef _fexlctl fexlctl; fi\n";

static void add_frame(struct ctl *c, const char *frame, struct buf *out)
{
	const char *paths = options_with(c, true), *others = options_with(c, false);
	const char *const values[] = { paths, others, paths, others };
	size_t n = 0;

	for (const char *from = frame; *from != '\0';) {
		size_t len = strcspn(from, "%");

		buf_add(out, from, len);
		from += len;
		if (*from == '\0')
			break;
		buf_str(out, values[n++ % ARRAY_LEN(values)]);
		from += 2;
	}
}

static void make_bash(struct ctl *c, struct buf *out)
{
	add_frame(c, bash_frame, out);
	add_table(out);
	buf_str(out, "complete -o default -F _fexlctl fexlctl\n");
}

static void make_zsh(struct ctl *c, struct buf *out)
{
	add_frame(c, zsh_frame, out);
	add_table(out);
	buf_str(out, zsh_end);
}

static const struct {
	const char *name;
	void (*make)(struct ctl *c, struct buf *out);
} shells[] = { { "bash", make_bash }, { "zsh", make_zsh }, { "fish", completion_fish } };

static void show(struct ctl *c, const char *shell, const struct buf *script)
{
	static const struct column nothing[] = { { NULL } };
	struct buf out = { 0 };

	if (!c->out->json) {
		fwrite(script->data, 1, script->len, stdout);
		return;
	}
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_put_str(&out, "shell", shell);
	jw_put_str(&out, "script", script->data);
	jw_close(&out, '}');
	c->out->record(c, nothing, json_made(c, &out));
}

static int run_completion(struct ctl *c)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (strcmp(shells[i].name, c->args[0]) != 0)
			continue;
		shells[i].make(c, &out);
		show(c, shells[i].name, &out);
		buf_release(&out);
		return END_OK;
	}
	return fail(c, END_USAGE, "fexlctl completion bash", "completion is for bash, zsh or fish, not \"%s\"", c->args[0]);
}
