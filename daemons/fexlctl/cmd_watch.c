/* watch: events as lines.  top: how many of each, again and again. */
#include "base/base.h"
#include "fexlctl/commands.h"
#include "fexlctl/live.h"
#include "base/clock.h"

static int run_watch(struct ctl *c);
static int run_top(struct ctl *c);

const struct command watch_commands[] = {
	{ .name = "watch", .usage = "[EVENT]...", .summary = "what happens, a line each, until interrupted", .args_max = 16,
	  .run = run_watch,
	  .more = "EVENT is a name or how it begins: invoice, product:updated.  With --json a JSON object a line.\n"
		  "--timeout ends it after that time." },
	{ .name = "top", .summary = "how much happens of what, every second, until interrupted", .run = run_top,
	  .more = "Of each kind of event: in the last 10 s, since the start, and the last one.\n"
		  "--timeout ends it after that time." },
	{ NULL }
};

/* --- watch --- */

static bool is_asked_for(const struct ctl *c, const char *name)
{
	for (int i = 0; i < c->n_args; i++)
		if (strncmp(name, c->args[i], strlen(c->args[i])) == 0)
			return true;
	return c->n_args == 0;
}

/* "10:31:16.123456" of an RFC 3339 time, in UTC. */
static const char *clock_part(const char *at)
{
	return at != NULL && strlen(at) > 11 ? at + 11 : "";
}

static void watch_heard(struct ctl *c, struct json event, void *ctx UNUSED)
{
	const char *name = json_text(event, "event"), *uuid = json_text(event, "uuid");
	int64_t count = json_number(event, "count", 1);
	struct buf text = { 0 };

	if (name == NULL || (strcmp(name, "resync") != 0 && !is_asked_for(c, name)))
		return;
	if (c->out->json) {
		json_print(event, &text);
	} else {
		buf_printf(&text, "%s  %s", clock_part(json_text(event, "at")), name);
		if (uuid != NULL)
			buf_printf(&text, "  %s", uuid);
		else if (count > 1)
			buf_printf(&text, "  %lld of them", (long long)count);
	}
	printf("%s\n", text.data);
	fflush(stdout);
	buf_release(&text);
}

static int run_watch(struct ctl *c)
{
	struct live_listener l = { .heard = watch_heard };

	return live_listen(c, &l);
}

/* --- top --- */

#define KINDS_MAX 128
#define SPAN_S 10

struct kind {
	char name[64], last[40];
	int64_t total, at;		/* at: boot time of the last */
	int64_t second[SPAN_S];		/* how many in each of the last seconds */
};

struct top {
	struct kind kind[KINDS_MAX];
	int n;
	int64_t second;			/* of boot time, for which the counts are */
};

/* What lies more than SPAN_S back is forgotten. */
static void turn_to(struct top *t, int64_t second)
{
	t->second = MAX(t->second, second - SPAN_S);
	while (t->second < second) {
		t->second++;
		for (int i = 0; i < t->n; i++)
			t->kind[i].second[t->second % SPAN_S] = 0;
	}
}

static struct kind *kind_of(struct top *t, const char *name)
{
	for (int i = 0; i < t->n; i++)
		if (strcmp(t->kind[i].name, name) == 0)
			return &t->kind[i];
	if (t->n == KINDS_MAX)
		return &t->kind[KINDS_MAX - 1];
	snprintf(t->kind[t->n].name, sizeof(t->kind[t->n].name), "%s", name);
	return &t->kind[t->n++];
}

static void top_heard(struct ctl *c UNUSED, struct json event, void *ctx)
{
	const char *name = json_text(event, "event"), *uuid = json_text(event, "uuid");
	int64_t count = json_number(event, "count", 1), now = clock_boot();
	struct top *t = ctx;
	struct kind *k;

	if (name == NULL)
		return;
	turn_to(t, now / SECOND_US);
	k = kind_of(t, name);
	k->total += count;
	k->at = now;
	k->second[t->second % SPAN_S] += count;
	snprintf(k->last, sizeof(k->last), "%s", uuid != NULL ? uuid : "");
}

static int64_t lately(const struct kind *k)
{
	int64_t n = 0;

	for (int i = 0; i < SPAN_S; i++)
		n += k->second[i];
	return n;
}

static struct json top_json(struct ctl *c, const struct top *t)
{
	struct buf out = { 0 };

	jw_open(&out, '{');
	jw_name(&out, "items");
	jw_open(&out, '[');
	for (int i = 0; i < t->n; i++) {
		const struct kind *k = &t->kind[i];

		jw_open(&out, '{');
		jw_put_str(&out, "event", k->name);
		jw_put_int(&out, "last_10_s", lately(k));
		jw_put_int(&out, "total", k->total);
		jw_put_int(&out, "seconds_ago", (clock_boot() - k->at) / SECOND_US);
		jw_put_str(&out, "uuid", k->last);
		jw_close(&out, '}');
	}
	jw_close(&out, ']');
	jw_close(&out, '}');
	return json_made(c, &out);
}

static const struct column top_columns[] = {
	{ "EVENT", "event" },		{ "LAST 10 S", "last_10_s", SHOW_COUNT }, { "TOTAL", "total", SHOW_COUNT },
	{ "AGO", "seconds_ago", SHOW_SECONDS }, { "LAST ONE", "uuid" },	{ NULL }
};

static void top_tick(struct ctl *c, void *ctx)
{
	struct pool *kept = c->pool;
	struct top *t = ctx;
	struct json all;

	c->pool = pool_new();
	turn_to(t, clock_boot() / SECOND_US);
	all = top_json(c, t);
	if (c->tty)
		fputs("\033[H\033[J", stdout);
	c->out->list(c, top_columns, all, json_member(all, "items"));
	fflush(stdout);
	pool_free(&c->pool);
	c->pool = kept;
}

static int run_top(struct ctl *c)
{
	struct top *t = pool_alloc(c->pool, sizeof(*t));
	struct live_listener l = { top_heard, top_tick, 1000, t };

	return live_listen(c, &l);
}
