/* Talk to people, on stderr: stdout belongs to the data. */
#include "base/base.h"
#include "fexlctl/ctl.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

/* --- making text harmless --- */

static bool is_harmless(const char *s, size_t n)
{
	const uint8_t *b = (const uint8_t *)s;

	if (n == 1)
		return b[0] >= 0x20 && b[0] != 0x7f;
	return n > 1 && !(b[0] == 0xc2 && b[1] < 0xa0);	/* C1 */
}

void clean_add(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_next(text + i, len - i);

		if (is_harmless(text + i, n))
			buf_add(out, text + i, n);
		else
			for (size_t k = 0; k < MAX(n, 1); k++)
				buf_printf(out, "\\x%02x", (uint8_t)text[i + k]);
		i += MAX(n, 1);
	}
}

/* The text of a printf, cleaned. */
static PRINTF(1, 0) struct buf words(const char *fmt, va_list args)
{
	struct buf clean = { 0 };
	char *text;
	int len = vasprintf(&text, fmt, args);

	if (len >= 0) {
		clean_add(&clean, text, (size_t)len);
		free(text);
	}
	buf_str(&clean, "");
	return clean;
}

/* --- telling --- */

static const char *arrow(const struct ctl *c)
{
	return c->utf8 ? "→" : "->";
}

/* A program that reads JSON wants to hear of errors only. */
static bool is_quiet(const struct ctl *c)
{
	return arg_given(c, ARG_QUIET) || c->out->json;
}

void say_progress(struct ctl *c, const char *fmt, ...)
{
	struct buf text;
	va_list args;

	if (is_quiet(c) || !isatty(STDERR_FILENO))
		return;
	va_start(args, fmt);
	text = words(fmt, args);
	va_end(args);
	fprintf(stderr, "\r%s\033[K", text.data);
	c->progress = true;
	buf_release(&text);
}

void say_progress_clear(struct ctl *c)
{
	if (c->progress)
		fputs("\r\033[K", stderr);
	c->progress = false;
}

void say_progress_end(struct ctl *c)
{
	if (c->progress)
		fputc('\n', stderr);
	c->progress = false;
}

static void line_begin(struct ctl *c)
{
	fflush(stdout);
	say_progress_end(c);
}

/* "fexlctl devices list", where there is such a command beside this one. */
static const char *list_beside(struct ctl *c)
{
	const char *name = c->command->name, *list = pool_printf(c->pool, "%.*s list", (int)strcspn(name, " "), name);
	struct command_walk w;

	for (command_first(&w); w.command != NULL; command_next(&w))
		if (strcmp(w.command->name, list) == 0)
			return pool_printf(c->pool, "fexlctl %s", list);
	return NULL;
}

/* What helps with most that ends so; NULL where there is nothing to do. */
static const char *usual_next(struct ctl *c, enum ending end)
{
	static const char *const usual[] = {
		[END_FAILED] = "fexlctl doctor",
		[END_DENIED] = "run it as root or as the daemon's own user",
		[END_UNREACHABLE] = "look at the address and at the network, then the same again",
		[END_TIMED_OUT] = "a longer --timeout",
	};
	const char *next = (size_t)end < ARRAY_LEN(usual) ? usual[end] : NULL;

	if (end == END_NOT_FOUND && c->command != NULL)
		next = list_beside(c);
	if (next == NULL && (end == END_USAGE || end == END_NOT_FOUND))
		next = c->command != NULL ? pool_printf(c->pool, "fexlctl help %s", c->command->name) : "fexlctl help";
	return next;
}

int fail(struct ctl *c, enum ending end, const char *next, const char *fmt, ...)
{
	struct buf text;
	va_list args;

	if (next == NULL)
		next = usual_next(c, end);
	va_start(args, fmt);
	text = words(fmt, args);
	va_end(args);
	line_begin(c);
	fprintf(stderr, "%sfexlctl:%s %s\n", c->sad_colour ? "\033[1;31m" : "", c->sad_colour ? "\033[0m" : "", text.data);
	if (next != NULL)
		fprintf(stderr, "  %s %s\n", arrow(c), next);
	buf_release(&text);
	return end;
}

int fail_err(struct ctl *c, const char *next, const struct err *err)
{
	return fail(c, ending_of_err(err), next, "%s", err->text);
}

void say(struct ctl *c, const char *fmt, ...)
{
	struct buf text;
	va_list args;

	if (is_quiet(c))
		return;
	va_start(args, fmt);
	text = words(fmt, args);
	va_end(args);
	line_begin(c);
	fprintf(stderr, "%s\n", text.data);
	buf_release(&text);
}

void hint(struct ctl *c, const char *fmt, ...)
{
	struct buf text;
	va_list args;

	if (is_quiet(c))
		return;
	va_start(args, fmt);
	text = words(fmt, args);
	va_end(args);
	line_begin(c);
	fprintf(stderr, "  %s %s\n", arrow(c), text.data);
	buf_release(&text);
}

/* --- asking --- */

/* One line without its end; NULL at the end of the input. */
static const char *read_answer(struct ctl *c)
{
	char line[512];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return NULL;
	return pool_strndup(c->pool, line, strcspn(line, "\r\n"));
}

/* 0: ask; -1: the answer is yes; else an ending that was said. */
static int may_ask(struct ctl *c, const char *question)
{
	if (arg_given(c, ARG_YES))
		return -1;
	if (!arg_given(c, ARG_NO_INPUT) && isatty(STDIN_FILENO))
		return 0;
	return fail(c, END_REFUSED, "the same command with --yes", "%s: not done, nobody can be asked: %s", c->command->name,
		    question);
}

static PRINTF(2, 0) const char *question_of(struct ctl *c, const char *fmt, va_list args)
{
	struct buf text = words(fmt, args);
	const char *question = pool_strdup(c->pool, text.data);

	buf_release(&text);
	return question;
}

static int not_agreed(struct ctl *c)
{
	return fail(c, END_REFUSED, NULL, "%s: nothing was done", c->command->name);
}

int confirm(struct ctl *c, const char *fmt, ...)
{
	const char *question, *answer;
	va_list args;
	int rc;

	va_start(args, fmt);
	question = question_of(c, fmt, args);
	va_end(args);
	if ((rc = may_ask(c, question)) != 0)
		return MAX(rc, 0);
	fprintf(stderr, "%s [y/N] ", question);
	answer = read_answer(c);
	return answer != NULL && (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0) ? 0 : not_agreed(c);
}

int confirm_name(struct ctl *c, const char *name, const char *fmt, ...)
{
	const char *question, *answer;
	va_list args;
	int rc;

	va_start(args, fmt);
	question = question_of(c, fmt, args);
	va_end(args);
	if ((rc = may_ask(c, question)) != 0)
		return MAX(rc, 0);
	fprintf(stderr, "%s\nType the name to go on: ", question);
	answer = read_answer(c);
	return answer != NULL && strcmp(answer, name) == 0 ? 0 : not_agreed(c);
}
