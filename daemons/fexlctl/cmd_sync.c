/* sync: make it run now, stop it for a while, and see what it did. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"
#include "base/clock.h"

#include <time.h>

static int run_now(struct ctl *c);
static int run_pause(struct ctl *c);
static int run_resume(struct ctl *c);
static int run_history(struct ctl *c);

const struct command sync_commands[] = {
	{ .name = "sync now", .summary = "sync with the cloud at once", .takes = TAKES(ARG_WAIT), .flags = HERE_ONLY, .run = run_now,
	  .more = "With --wait it ends when a cycle that began after the call is stored, the first load\n"
		  "included, and exits 7 if the cloud cannot be reached.  It waits as long as there is\n"
		  "progress; --timeout bounds it." },
	{ .name = "sync pause", .summary = "stop syncing; sales go on", .flags = HERE_ONLY, .run = run_pause },
	{ .name = "sync resume", .summary = "go on syncing", .flags = HERE_ONLY, .run = run_resume },
	{ .name = "sync history", .summary = "the last cycles", .takes = TAKES(ARG_LINES), .flags = HERE_ONLY, .run = run_history },
	{ NULL }
};

#define POLL_MS 100
#define STILL_US (60 * SECOND_US)	/* without any progress: it will not come any more */
#define FAILURES_MAX 3

/* --- waiting for a cycle --- */

struct wait {
	struct ctl *c;
	int64_t number;			/* of the cycle to wait for: attempts are counted */
	int64_t began, moved;		/* clock_boot() of the call, and of the last progress */
	const char *seen;		/* the last progress in words */
	struct reply now;
};

static void rest(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000L }, NULL);
}

static bool too_late(const struct wait *w)
{
	int64_t now = clock_boot();

	return w->c->timeout_ms > 0 ? now - w->began > w->c->timeout_ms * 1000 : now - w->moved > STILL_US;
}

static bool is_state(struct json status, const char *word)
{
	const char *state = json_text(status, "state"), *phase = json_text(status, "phase");

	return (state != NULL && strcmp(state, word) == 0) || (phase != NULL && strcmp(phase, word) == 0);
}

static bool is_stored(const struct wait *w)
{
	return json_number(w->now.json, "cycles", 0) >= w->number && !is_state(w->now.json, "loading");
}

/* An attempt that began after the call has ended, and did not get through. */
static bool has_failed(const struct wait *w)
{
	const char *doing = json_text(w->now.json, "doing");

	return json_number(w->now.json, "last_cycle.cycle", 0) >= w->number && json_number(w->now.json, "failures", 0) > 0 &&
	       doing != NULL && strcmp(doing, "wait") == 0;
}

static int wait_ends(struct wait *w)
{
	static const char *const stopped[] = { "off", "paused", "revoked", "refused" };
	const char *text = json_text(w->now.json, "text");

	for (size_t i = 0; i < ARRAY_LEN(stopped); i++)
		if (is_state(w->now.json, stopped[i]))
			return fail(w->c, END_REFUSED, "fexlctl status", "sync now: %s", text != NULL ? text : stopped[i]);
	if (!has_failed(w))
		return 0;
	if (json_yes(w->now.json, "unreachable"))
		return fail(w->c, END_UNREACHABLE, "fexlctl status", "sync now: %s",
			    text != NULL ? text : "the cloud is unreachable; what is not there yet is kept here");
	if (json_number(w->now.json, "last_cycle.cycle", 0) >= w->number + FAILURES_MAX)
		return fail(w->c, END_FAILED, "fexlctl sync history", "sync now: %s (the last answer was %lld)",
			    text != NULL ? text : "it does not get through",
			    (long long)json_number(w->now.json, "last_status", 0));
	return 0;
}

/* The sentence counts seconds down: it is shown, but it is no progress. */
static void note_progress(struct wait *w)
{
	const char *doing = json_text(w->now.json, "doing"), *text = json_text(w->now.json, "text");
	const char *now = pool_printf(w->c->pool, "%s, attempt %lld, %lld rows loaded, %lld pending", doing != NULL ? doing : "?",
				      (long long)json_number(w->now.json, "last_cycle.cycle", 0),
				      (long long)json_number(w->now.json, "load.done", 0),
				      (long long)json_number(w->now.json, "pending", 0));

	if (text != NULL)
		say_progress(w->c, "%s", text);
	if (w->seen != NULL && strcmp(now, w->seen) == 0)
		return;
	w->seen = now;
	w->moved = clock_boot();
}

static int wait_for_cycle(struct wait *w)
{
	int rc;

	for (;;) {
		if ((rc = ask(w->c, "syncd", "GET", "/status", NULL, &w->now)) != 0 || is_stored(w))
			return rc;
		if ((rc = wait_ends(w)) != 0)
			return rc;
		note_progress(w);
		if (too_late(w))
			return fail(w->c, END_TIMED_OUT, "fexlctl status", "sync now: no end in sight: %s", w->seen);
		rest();
	}
}

/* --- asking for it --- */

static const struct column step_columns[] = {
	{ "STEP", "step" }, { "STATUS", "status" }, { "TOOK", "ms", SHOW_MS }, { "ROWS", "rows", SHOW_COUNT }, { NULL }
};

static int show_cycle(struct wait *w)
{
	struct ctl *c = w->c;

	say_progress_clear(c);
	c->out->list(c, step_columns, w->now.json, json_path(w->now.json, "last_cycle.steps"));
	say(c, "Done in %lld ms, %lld pending.", (long long)json_number(w->now.json, "last_cycle.ms", 0),
	    (long long)json_number(w->now.json, "pending", 0));
	return END_OK;
}

static int run_now(struct ctl *c)
{
	static const struct column fields[] = { { "Cycle", "cycle" }, { NULL } };
	struct wait w = { .c = c, .began = clock_boot(), .moved = clock_boot() };
	struct reply r;
	int rc = ask(c, "syncd", "POST", "/sync/now", NULL, &r);

	if (rc != 0)
		return rc;
	w.number = json_number(r.json, "cycle", 0);
	if (arg_given(c, ARG_WAIT))
		return (rc = wait_for_cycle(&w)) != 0 ? rc : show_cycle(&w);
	c->out->record(c, fields, r.json);
	hint(c, "fexlctl status");
	return END_OK;
}

/* --- the others --- */

static int order(struct ctl *c, const char *path, const char *done)
{
	static const struct column nothing[] = { { NULL } };
	struct reply r;
	int rc = ask(c, "syncd", "POST", path, NULL, &r);

	if (rc != 0)
		return rc;
	if (c->out->json)
		c->out->record(c, nothing, r.json);
	say(c, "%s", done);
	return END_OK;
}

static int run_pause(struct ctl *c)
{
	int rc = order(c, "/sync/pause", "Paused. Everything is kept here until sync goes on.");

	if (rc == 0)
		hint(c, "fexlctl sync resume");
	return rc;
}

static int run_resume(struct ctl *c)
{
	return order(c, "/sync/resume", "Sync goes on.");
}

static const struct column history_columns[] = {
	{ "CYCLE", "cycle", SHOW_COUNT },   { "BEGAN", "began", SHOW_TIME },   { "TOOK", "ms", SHOW_MS },
	{ "PUSHED", "pushed", SHOW_COUNT }, { "PULLED", "pulled", SHOW_COUNT }, { "COMPLETE", "complete", SHOW_YES },
	{ NULL }
};

/* The newest stand first. */
static struct json first_of(struct ctl *c, struct json history, int64_t most)
{
	struct buf out = { 0 };

	jw_open(&out, '[');
	for (size_t i = 0; i < json_len(history) && (int64_t)i < most; i++)
		json_print(json_at(history, i), &out);
	jw_close(&out, ']');
	return json_made(c, &out);
}

static int run_history(struct ctl *c)
{
	struct json history;
	struct reply r;
	int64_t most;
	int rc = arg_int(c, ARG_LINES, 1, 1000, 1000, &most);

	if (rc != 0 || (rc = ask(c, "syncd", "GET", "/status", NULL, &r)) != 0)
		return rc;
	history = first_of(c, json_member(r.json, "history"), most);
	c->out->list(c, history_columns, history, history);
	return END_OK;
}
