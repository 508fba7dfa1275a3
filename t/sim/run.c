/* One run: a script drawn from the seed, the things that happen at their
 * moments, then quiet, until every till has nothing to do; then the checks. */
#include "base/base.h"
#include "sim.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define ACT_EACH_US (8 * SECOND_US)
#define GRID_US (5 * SECOND_US)
#define QUIET_EACH_US (10 * SECOND_US)
#define QUIET_MAX_US (7200 * SECOND_US)	/* a back-off is at most a minute, a Retry-After an hour */
#define MINUTE_US (60 * SECOND_US)
#define EVENTS_MAX 2000000
#define KEEP_US (20 * SECOND_US)	/* a deletion, where tills are away for long */
#define MOST_US (90 * SECOND_US)
#define KEEP_LONG_US (400 * 86400 * SECOND_US)

/* --- moments --- */

struct event {
	int64_t at;
	uint64_t number;	/* of two at the same moment the earlier made comes first */
	event_fn *fn;
	void *arg;
};

static bool is_before(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->number < b->number;
}

static void swap(struct event *a, struct event *b)
{
	struct event t = *a;

	*a = *b;
	*b = t;
}

void sim_at(struct sim *s, int64_t at, event_fn *fn, void *arg)
{
	int i = s->n_events;

	if (i == s->room_events) {
		s->room_events = MAX(256, 2 * i);
		s->heap = x_realloc(s->heap, (size_t)s->room_events * sizeof *s->heap);
	}
	s->heap[s->n_events++] = (struct event){ at, ++s->events, fn, arg };
	for (; i > 0 && is_before(&s->heap[i], &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&s->heap[i], &s->heap[(i - 1) / 2]);
}

/* In a coarse run all takes as long as it may: so things happen at once. */
void sim_soon(struct sim *s, int64_t within_us, event_fn *fn, void *arg)
{
	sim_at(s, s->now + (s->coarse ? within_us : 1 + dice_below(&s->dice, within_us)), fn, arg);
}

static struct event take_first(struct sim *s)
{
	struct event first = s->heap[0];
	int i = 0;

	s->heap[0] = s->heap[--s->n_events];
	for (;;) {
		int least = i;

		for (int c = 2 * i + 1; c <= 2 * i + 2 && c < s->n_events; c++)
			if (is_before(&s->heap[c], &s->heap[least]))
				least = c;
		if (least == i)
			return first;
		swap(&s->heap[i], &s->heap[least]);
		i = least;
	}
}

static void go_on_until(struct sim *s, int64_t end)
{
	while (s->n_events > 0 && s->heap[0].at <= end) {
		struct event e = take_first(s);

		if (s->events > EVENTS_MAX)
			sim_fail(s, "P8: %d events and no end", EVENTS_MAX);
		s->now = MAX(s->now, e.at);
		e.fn(s, e.arg);
	}
	s->now = MAX(s->now, end);
}

/* --- words --- */

static void mix(struct sim *s, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		s->trace = (s->trace ^ (uint8_t)text[i]) * 0x100000001b3u;
}

void sim_say(struct sim *s, const char *fmt, ...)
{
	char text[600];
	va_list ap;
	int n;

	n = snprintf(text, sizeof text, "%12.6f ", (double)s->now / SECOND_US);
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof text - (size_t)n, fmt, ap);
	va_end(ap);
	mix(s, text, strlen(text));
	if (s->plan.verbose)
		printf("%s\n", text);
}

bool sim_has(const struct sim *s, enum trouble t)
{
	return !s->quiet && s->troubles & t;
}

/* --- the script --- */

/* What is left out later was still drawn: so nothing else moves. */
static int pick_kind(unsigned troubles, struct dice *d)
{
	int all = 0, i = 0;
	int64_t at;

	for (const struct kind *k = kinds; k->name; k++)
		all += !k->trouble || troubles & k->trouble ? k->weight : 0;
	for (at = dice_below(d, all);; i++) {
		if (kinds[i].trouble && !(troubles & kinds[i].trouble))
			continue;
		if (at < kinds[i].weight)
			return i;
		at -= kinds[i].weight;
	}
}

static void write_script(struct sim *s, unsigned troubles)
{
	struct dice d = dice_of(s->plan.seed, 1);
	int64_t at = 60 * SECOND_US;

	s->n_acts = s->plan.acts;
	s->acts = pool_alloc(s->pool, (size_t)s->n_acts * sizeof *s->acts);
	for (int i = 0; i < s->n_acts; i++) {
		struct act *a = &s->acts[i];

		at += dice_below(&d, 2 * ACT_EACH_US);
		*a = (struct act){ .at = s->coarse ? at / GRID_US * GRID_US : at, .kind = pick_kind(troubles, &d),
				   .node = (int)dice_below(&d, s->tills + 1), .dice = dice_roll(&d) };
		if (a->node == HUB && dice_one_in(&d, 2))	/* most is done at tills */
			a->node = 1 + (int)dice_below(&d, s->tills);
	}
}

static void play(struct sim *s, void *arg)
{
	const struct act *a = arg;
	const struct kind *k = &kinds[a->kind];
	struct dice d = { a->dice };

	sim_say(s, "act %d: %s at %s", (int)(a - s->acts), k->name, s->node[a->node].name);
	k->run(s, &s->node[a->node], &d, k);
}

static void each_minute(struct sim *s, void *node);

/* As apid does: the clock, and numbers that nobody used. */
static int minute(struct write *w, void *ctx, struct err *err)
{
	static const struct actor nobody = { .kind = ACTOR_OPERATOR };
	const struct node *n = ctx;
	struct pairing p;
	int voided, paired = n->hub ? 0 : pairing_load(w->t->db, w->t->pool, &p, err);
	int64_t before = (paired > 0 ? n->cycle_began : clock_now()) - MINUTE_US;

	w->who = &nobody;
	if (paired < 0 || site_save_clock(w->t, err) < 0)
		return -1;
	return number_void_unused(w, before, &voided, err);
}

static void each_minute(struct sim *s, void *node)
{
	struct node *n = node;

	if (node_is_up(n))
		(void)!node_do(s, n, minute, n);
	purge_some(s, n);
	sim_at(s, s->now + MINUTE_US, each_minute, n);
}

/* --- the end --- */

static void be_quiet(struct sim *s)
{
	s->quiet = true;
	sim_say(s, "quiet");
	for (int i = 0; i <= s->tills; i++) {
		s->node[i].cut = false;
		disk_mend(s->node[i].disk);
	}
}

static bool is_done(struct sim *s)
{
	bool done = s->errands == 0 && node_is_up(&s->node[HUB]);

	for (int i = 1; done && i <= s->tills; i++)
		done = syncd_is_done(s, &s->node[i]);
	return done;
}

static void say_what_waits(struct sim *s, struct node *n, struct buf *out)
{
	const char *why;

	if (!node_is_up(n) || n->hub)
		return;
	why = sql_text(s, n, "SELECT 'outbox ' || tbl || ' ' || lower(hex(uuid)) || ' ' || state || ' ' || coalesce(reason, '') "
		       "FROM outbox UNION ALL SELECT 'parked ' || tbl || ' ' || lower(hex(uuid)) || ' ' || reason FROM parked "
		       "UNION ALL SELECT 'pairing ' || status || coalesce(trouble, '') || ' ' || coalesce(load, '') || "
		       "' cursor ' || cursor || coalesce(' away ' || away, '') FROM pairing", NULL);
	buf_printf(out, " %s: %s;", n->name, why ? why : "nothing");
}

static void wait_until_done(struct sim *s)
{
	int64_t end = s->now + QUIET_MAX_US;
	struct buf why = { 0 };

	while (s->now < end) {
		all_come_back(s);
		go_on_until(s, s->now + QUIET_EACH_US);
		if (is_done(s))
			return;
		for (int i = 1; i <= s->tills; i++)
			if (!syncd_next_attempt(s, &s->node[i]))
				sim_fail(s, "P8: %s will never try again", s->node[i].name);
	}
	for (int i = 0; i <= s->tills; i++)
		say_what_waits(s, &s->node[i], &why);
	sim_fail(s, "P8: not done after two quiet hours (%d errands):%s", s->errands, why.data ? why.data : "");
}

static void add_state(struct sim *s, const char *text, void *arg UNUSED)
{
	mix(s, text, strlen(text));
}

/* Some shops merge column by column. */
static int set_policy(struct write *w, void *ctx UNUSED, struct err *err)
{
	static const struct actor owner = { .kind = ACTOR_OPERATOR };
	struct json value;
	struct row r;

	w->who = &owner;
	if (json_parse(w->t->pool, "\"column\"", 8, &value, err) < 0)
		return -1;
	return setting_put(w, "tenant", (struct uuid){ { 0 } }, "conflict_policy", value, &r, err);
}

static void schedule(struct sim *s)
{
	for (int i = 0; i < s->n_acts; i++) {
		enum trouble t = kinds[s->acts[i].kind].trouble;

		if (!(s->plan.skip && s->plan.skip[i]) && (!t || s->troubles & t))
			sim_at(s, s->acts[i].at, play, &s->acts[i]);
	}
	for (int i = 0; i <= s->tills; i++)
		sim_soon(s, MINUTE_US, each_minute, &s->node[i]);
	for (int i = 1; i <= s->tills; i++)
		syncd_start(s, &s->node[i]);
}

static struct sim *sim_new(const struct plan *plan, struct node *nodes)
{
	struct sim *s = x_alloc(sizeof *s);
	struct dice d = dice_of(plan->seed, 2);
	unsigned drawn = (unsigned)dice_roll(&d) & TROUBLE_ALL;

	s->plan = *plan;
	s->node = nodes;
	s->pool = pool_new();
	s->dice = dice_of(plan->seed, 3);
	s->trace = 0xcbf29ce484222325u;
	s->troubles = drawn & ~plan->without;
	s->coarse = dice_one_in(&d, 3);
	s->tills = plan->tills ? plan->tills : 1 + (int)dice_below(&d, 4);
	s->paired = dice_one_in(&d, 4);
	s->by_column = dice_one_in(&d, 4);
	s->keep_us = s->troubles & TROUBLE_AWAY ? KEEP_US : KEEP_LONG_US;
	s->most_us = s->troubles & TROUBLE_AWAY ? MOST_US : KEEP_LONG_US;
	dice_seed_bytes(plan->seed);
	write_script(s, drawn);
	return s;
}

void sim_run(const struct plan *plan, struct node *nodes, struct tally *tally)
{
	struct sim *s = sim_new(plan, nodes);

	if (s->by_column && node_do(s, &s->node[HUB], set_policy, NULL) < 0)
		sim_fail(s, "the hub takes no conflict_policy");
	schedule(s);
	if (s->paired)	/* else they sell before they are paired, some of them */
		all_come_back(s);
	go_on_until(s, s->n_acts ? s->acts[s->n_acts - 1].at + GRID_US : 0);
	be_quiet(s);
	wait_until_done(s);
	check_all(s);
	sql_each(s, &s->node[HUB], "SELECT hex(uuid) || _seq || updated_at FROM invoices ORDER BY uuid", add_state, NULL);
	*tally = (struct tally){ .trace = s->trace, .events = s->events, .acks = (uint64_t)s->acks };
}
