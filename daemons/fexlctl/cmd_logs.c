/* logs: the journal of the Fexl daemons; journalctl shows it. */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "base/log.h"

#include <errno.h>
#include <unistd.h>

#define WORDS_MAX 16
#define TRACE_MAX 64

static int run_logs(struct ctl *c);

const struct command logs_commands[] = {
	{ .name = "logs", .summary = "what the daemons of this machine have said",
	  .takes = TAKES(ARG_FOLLOW) | TAKES(ARG_DAEMON) | TAKES(ARG_TRACE) | TAKES(ARG_SINCE),
	  .flags = HERE_ONLY, .run = run_logs,
	  .more = "--trace shows what was said about one request, at this side: its id is in the answer's\n"
		  "X-Request-Id, and in `instance` of a problem.  What sync asks has the same id in the cloud.\n"
		  "With --json each line is an object as journalctl prints it." },
	{ NULL }
};

struct line {
	const char *word[WORDS_MAX];
	int n;
};

static void add(struct line *l, const char *word)
{
	if (l->n == WORDS_MAX - 1)
		panic("journalctl is asked with more than %d words", WORDS_MAX);
	l->word[l->n++] = word;
}

static int add_trace(struct ctl *c, struct line *l)
{
	const char *trace = c->option[ARG_TRACE];
	size_t len = strspn(trace, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-");

	if (len == 0 || len > TRACE_MAX || trace[len] != '\0')
		return fail(c, END_USAGE, NULL, "--trace is the id of a request, not \"%s\"", trace);
	add(l, pool_printf(c->pool, "FEXL_TRACE=%s", trace));
	return 0;
}

static int add_units(struct ctl *c, struct line *l)
{
	static const char *const daemons[] = { "apid", "syncd", "realtimed" };
	const char *only = c->option[ARG_DAEMON];
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(daemons); i++) {
		if (only != NULL && strcmp(only, daemons[i]) != 0)
			continue;
		any = true;
		add(l, pool_printf(c->pool, "--unit=fexl-%s.service", daemons[i]));
	}
	return any ? 0 : fail(c, END_USAGE, NULL, "--daemon is apid, syncd or realtimed, not \"%s\"", only);
}

static int run_logs(struct ctl *c)
{
	struct line l = { .n = 0 };
	int rc;

	add(&l, "journalctl");
	add(&l, "--quiet");
	add(&l, c->out->json ? "--output=json" : "--output=short-iso-precise");
	if (!c->tty || arg_given(c, ARG_FOLLOW))
		add(&l, "--no-pager");
	if (arg_given(c, ARG_FOLLOW))
		add(&l, "--follow");
	if (arg_given(c, ARG_SINCE))
		add(&l, pool_printf(c->pool, "--since=%s", c->option[ARG_SINCE]));
	rc = arg_given(c, ARG_TRACE) ? add_trace(c, &l) : add_units(c, &l);
	if (rc != 0)
		return rc;
	fflush(stdout);
	execvp(l.word[0], (char *const *)l.word);
	return fail(c, END_FAILED, "without systemd the daemons write to where their stderr goes", "journalctl cannot be run: %s",
		    strerror(errno));
}
