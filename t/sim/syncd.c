/* A till's sync: the real state machine (sync/cycle.h), and around it what
 * fexl-syncd's pump does: look, act, wait for the answer, tell the cycle. */
#include "base/base.h"
#include "syncd.h"

#include <stdlib.h>

#define HEALTH_PATIENCE_US (5 * SECOND_US)
#define PATIENCE_US (30 * SECOND_US)
#define BLIND_US SECOND_US
#define NOTHING_ASKED 204
#define BATCH_MAX 40
#define BATCH_BYTES (16 << 10)

static void turn(struct sim *s, struct node *n);

struct syncd *syncd_new(struct node *n UNUSED)
{
	return x_alloc(sizeof(struct syncd));
}

static void on_turn(struct sim *s, void *node)
{
	struct syncd *d = ((struct node *)node)->syncd;

	if (d->turn_at != s->now)
		return;
	d->turn_at = -1;
	turn(s, node);
}

void syncd_turn_at(struct sim *s, struct node *n, int64_t at)
{
	n->syncd->turn_at = at;
	sim_at(s, at, on_turn, n);
}

/* --- life --- */

void syncd_start(struct sim *s, struct node *n)
{
	static const struct cycle_config config = { 30 * SECOND_US, SECOND_US, 60 * SECOND_US };
	struct syncd *d = n->syncd;

	if (d->up)
		return;
	*d = (struct syncd){ .up = true, .life = d->life + 1, .calls = d->calls };
	cycle_init(&d->cycle, &config);
	syncd_turn_at(s, n, s->now);
}

static void come_back(struct sim *s, void *node)
{
	syncd_start(s, node);
}

void syncd_die(struct sim *s, struct node *n)
{
	if (!n->syncd->up)
		return;
	n->syncd->up = false;
	sim_soon(s, 5 * SECOND_US, come_back, n);
}

/* --- looking --- */

static enum cycle_phase phase_of(const struct syncd *d)
{
	static const struct {
		const char *status;
		enum cycle_phase phase;
	} phases[] = {
		{ "registering", PHASE_REGISTERING }, { "pending", PHASE_PENDING }, { "approved", PHASE_ON },
		{ "revoked", PHASE_REVOKED }, { "refused", PHASE_REFUSED },
	};

	for (size_t i = 0; d->paired && i < ARRAY_LEN(phases); i++)
		if (strcmp(phases[i].status, d->pairing.status) == 0)
			return phases[i].phase;
	return PHASE_OFF;
}

static bool look(struct sim *s, struct node *n)
{
	struct syncd *d = n->syncd;
	struct err err = { 0 };
	int rc;

	if (!node_is_up(n))
		return false;
	node_enter(s, n);
	if ((rc = pairing_load(n->db, s->pool, &d->pairing, &err)) >= 0) {
		d->paired = rc > 0;
		rc = site_load(n->db, s->pool, &d->site, &err);
	}
	d->purged = sql_int(s, n, "SELECT coalesce(max(purged), 0) FROM tenants", NULL);
	node_leave(s, n);
	if (rc <= 0)
		return false;
	cycle_know(&d->cycle, phase_of(d), d->paired && d->pairing.paused, d->paired && d->pairing.loaded_at != 0);
	return true;
}

/* --- acting --- */

static void ended(struct sim *s, struct node *n, const struct cycle_outcome *o)
{
	struct syncd *d = n->syncd;

	sim_say(s, "%s sync %d: %d%s%s%s", n->name, d->cycle.doing, o->status, o->more ? " more" : "",
		o->empty ? " empty" : "", o->clock ? " clock" : "");
	d->waits_for = 0;
	cycle_did(&d->cycle, o, node_boot(s, n), dice_roll(&s->dice));
	syncd_turn_at(s, n, s->now);
}

struct patience {
	struct node *n;
	int life, id, what;
};

static void times_out(struct sim *s, void *arg)
{
	struct patience *p = arg;
	struct syncd *d = p->n->syncd;
	static const bool ours[] = { [DO_STATE] = true, [DO_APPLY_LOAD] = true, [DO_CONFIRM] = true, [DO_RESTAMP] = true,
				     [DO_APPLY] = true, [DO_DONE] = true };

	if (!d->up || d->life != p->life || d->waits_for != p->id)
		return;
	if (p->what > DO_DONE)
		walk_fails(s, p->n, "no answer");
	else
		ended(s, p->n, &(struct cycle_outcome){ .ours = ours[d->cycle.doing] });
}

struct call *syncd_call(struct sim *s, struct node *n, int what, bool ours)
{
	struct syncd *d = n->syncd;
	struct call *c = pool_alloc(s->pool, sizeof *c);

	*c = (struct call){ .till = n, .life = d->life, .id = ++d->calls, .what = what, .ours = ours,
			    .device = d->site.device, .incarnation = d->site.incarnation, .asked_at = node_boot(s, n),
			    .limit = (int)dice_between(&s->dice, 1, BATCH_MAX) };
	return c;
}

void syncd_ask(struct sim *s, struct call *c)
{
	struct syncd *d = c->till->syncd;
	struct patience *p = pool_alloc(s->pool, sizeof *p);

	*p = (struct patience){ c->till, c->life, c->id, c->what };
	d->waits_for = c->id;
	call_send(s, c);
	sim_at(s, s->now + (c->what == DO_HEALTH ? HEALTH_PATIENCE_US : PATIENCE_US), times_out, p);
}

static bool ask(struct sim *s, struct call *c)
{
	syncd_ask(s, c);
	return true;
}

static struct call *call_new(struct sim *s, struct node *n, bool ours)
{
	return syncd_call(s, n, n->syncd->cycle.doing, ours);
}

/* Each returns false when there was nothing to ask: then o says how it ended. */

static bool act_health(struct sim *s, struct node *n, struct cycle_outcome *o UNUSED)
{
	struct call *c = call_new(s, n, false);

	n->syncd->asked_as = c->incarnation;
	c->pulled = n->syncd->pairing.cursor;
	if (n->syncd->cycle.phase == PHASE_REGISTERING)
		c->device = (struct uuid){ { 0 } };
	return ask(s, c);
}

static bool act_register(struct sim *s, struct node *n, struct cycle_outcome *o)
{
	n->syncd->asked_as = n->syncd->site.incarnation;
	if (n->license)
		return ask(s, call_new(s, n, false));
	o->ours = true;
	return false;
}

/* How far the hub has purged: who is behind was away too long, who has all forgets it too. */
static bool purge_is_news(const struct syncd *d)
{
	const struct pairing *p = &d->pairing;
	const struct word *h = &d->hello;

	if (d->cycle.phase != PHASE_ON || h->purged == 0 || !uuid_eq(p->epoch, h->epoch))
		return false;
	if (p->cursor < h->purged)
		return p->away == 0;
	return d->purged < h->purged && p->cursor >= h->seq;
}

static bool is_news(const struct syncd *d)
{
	const struct pairing *p = &d->pairing;
	const struct word *h = &d->hello;

	return strcmp(h->status, p->status) != 0 || (*h->prefix && (!p->prefix || strcmp(h->prefix, p->prefix) != 0)) ||
	       (!uuid_is_zero(h->hub) && !uuid_eq(h->hub, p->hub)) ||
	       (!uuid_is_zero(h->epoch) && !uuid_eq(h->epoch, p->epoch)) || purge_is_news(d) ||
	       llabs((p->server_time - p->server_boot) - (h->server_time - h->boot)) >= 100 * MS;
}

static bool act_state(struct sim *s, struct node *n, struct cycle_outcome *o)
{
	struct syncd *d = n->syncd;
	struct call *c;

	o->status = NOTHING_ASKED;
	o->ours = true;
	if (!d->has_registered && !is_news(d))
		return false;
	c = call_new(s, n, true);
	c->registered = d->has_registered;
	c->incarnation = d->asked_as;
	c->said = d->has_registered ? d->registered : d->hello;
	d->has_registered = false;
	return ask(s, c);
}

static bool act_load(struct sim *s, struct node *n, struct cycle_outcome *o UNUSED)
{
	struct call *c = call_new(s, n, false);

	c->cursor = n->syncd->pairing.load;
	return ask(s, c);
}

static bool has_all(const struct syncd *d)
{
	return cycle_is_quiet(&d->cycle) && !uuid_is_zero(d->hello.epoch) && uuid_eq(d->pairing.epoch, d->hello.epoch) &&
	       d->pairing.cursor == d->hello.seq;
}

static bool act_pull(struct sim *s, struct node *n, struct cycle_outcome *o)
{
	struct syncd *d = n->syncd;
	struct buf text = { 0 };
	struct call *c;

	o->status = NOTHING_ASKED;
	o->empty = true;
	if (has_all(d))
		return false;
	c = call_new(s, n, false);
	cursor_print((struct cursor){ d->pairing.epoch, d->pairing.cursor }, &text);
	c->cursor = pool_strdup(s->pool, text.data);
	c->away = d->pairing.away != 0;
	buf_release(&text);
	return ask(s, c);
}

static bool act_push(struct sim *s, struct node *n, struct cycle_outcome *o)
{
	struct syncd *d = n->syncd;
	struct call *c = call_new(s, n, false);
	struct buf body = { 0 }, sent = { 0 };
	struct err err = { 0 };
	int rows = 0, rc;

	node_enter(s, n);
	rc = batch_build(n->db, d->pairing.tenant, c->limit, BATCH_BYTES, &body, &sent, &rows, &err);
	node_leave(s, n);
	if (rc == 0 && rows > 0) {
		c->body = pool_strdup(s->pool, body.data);
		d->page = pool_strdup(s->pool, sent.data);
	}
	buf_release(&body);
	buf_release(&sent);
	if (rc == 0 && rows > 0)
		return ask(s, c);
	o->empty = rc == 0;
	o->status = rc == 0 ? NOTHING_ASKED : 0;
	o->ours = rc < 0;
	return false;
}

static bool act_ours(struct sim *s, struct node *n, struct cycle_outcome *o UNUSED)
{
	struct call *c = call_new(s, n, true);

	c->incarnation = n->syncd->asked_as;
	c->body = n->syncd->page;
	c->said = n->syncd->hello;
	c->age_us = node_boot(s, n) - n->syncd->cycle.began_at;
	return ask(s, c);
}

static bool (*const actions[])(struct sim *s, struct node *n, struct cycle_outcome *o) = {
	[DO_HEALTH] = act_health, [DO_REGISTER] = act_register, [DO_STATE] = act_state, [DO_LOAD] = act_load,
	[DO_APPLY_LOAD] = act_ours, [DO_PUSH] = act_push, [DO_CONFIRM] = act_ours, [DO_RESTAMP] = act_ours,
	[DO_PULL] = act_pull, [DO_APPLY] = act_ours, [DO_DONE] = act_ours,
};

static void turn(struct sim *s, struct node *n)
{
	struct syncd *d = n->syncd;
	struct cycle_outcome o = { 0 };
	enum cycle_do what;

	if (!d->up || d->waits_for)
		return;
	if (!look(s, n)) {
		syncd_turn_at(s, n, s->now + BLIND_US);
		return;
	}
	what = cycle_next(&d->cycle, node_boot(s, n), dice_roll(&s->dice));
	if (what == DO_WAIT && walk_turn(s, n))
		return;
	if (what == DO_WAIT)
		syncd_turn_at(s, n, s->now + MAX(d->cycle.wake_at - node_boot(s, n), 0));
	else if (!actions[what](s, n, &o))
		ended(s, n, &o);
}

/* --- answers --- */

static bool page_facts(struct sim *s, const char *text, struct json *root, const char **next, bool *more)
{
	return json_parse(s->pool, text, strlen(text), root, NULL) == 0 && json_get_bool(*root, "more", more, NULL) > 0 &&
	       json_get_str(*root, "next", 200, next, NULL) >= 0;
}

static void take_page(struct sim *s, struct call *c, struct cycle_outcome *o)
{
	const char *next = NULL;
	struct json root;

	if (!page_facts(s, c->text, &root, &next, &o->more))
		sim_fail(s, "a page that is none: %.200s", c->text);
	o->empty = c->what == DO_PULL && json_len(json_member(root, "rows")) == 0 && next && strcmp(next, c->cursor) == 0;
	c->till->syncd->page = c->text;
	c->till->syncd->pulled |= !o->empty;
}

static void take_results(struct sim *s, struct call *c, struct cycle_outcome *o)
{
	struct syncd *d = c->till->syncd;

	o->more = true;
	o->clock = strstr(c->text, "\"code\":\"clock\"") != NULL;
	d->page = pool_printf(s->pool, "{\"sent\":%s,\"answer\":%s}", d->page, c->text);
}

static void take_health(struct sim *s, struct call *c)
{
	struct syncd *d = c->till->syncd;

	d->hello = c->said;
	d->hello.boot = (c->asked_at + node_boot(s, c->till)) / 2;
	/* The code on the screen stays for as long as the owner compares it. */
	if (strcmp(c->said.status, "pending") == 0 && d->pairing.code)
		snprintf(d->hello.code, sizeof d->hello.code, "%s", d->pairing.code);
}

static void take_registered(struct call *c, struct cycle_outcome *o)
{
	struct syncd *d = c->till->syncd;
	bool no = o->status == 400 || o->status == 403 || o->status == 409 || o->status == 422;

	d->has_registered = no || o->status / 100 == 2;
	d->registered = c->said;
	if (no)
		snprintf(d->registered.status, sizeof d->registered.status, "refused");
}

void syncd_answer(struct sim *s, struct call *c)
{
	struct syncd *d = c->till->syncd;
	struct cycle_outcome o = c->outcome;

	if (!d->up || d->life != c->life || d->waits_for != c->id)
		return;		/* nobody waits for it any more */
	if (c->what > DO_DONE) {
		walk_answer(s, c);
		return;
	}
	o.status = c->status;
	o.ours = c->ours;
	if (c->what == DO_REGISTER)
		take_registered(c, &o);
	else if (c->what == DO_HEALTH && c->status == 200)
		take_health(s, c);
	else if (c->what == DO_PUSH && c->status == 200)
		take_results(s, c, &o);
	else if ((c->what == DO_PULL || c->what == DO_LOAD) && c->status == 200)
		take_page(s, c, &o);
	ended(s, c->till, &o);
}

/* --- from outside --- */

void syncd_kick(struct sim *s, struct node *n)
{
	struct syncd *d = n->syncd;

	if (!d->up)
		return;
	cycle_kick(&d->cycle, node_boot(s, n));
	if (d->cycle.doing == DO_WAIT && d->cycle.wake_at <= node_boot(s, n))
		syncd_turn_at(s, n, s->now);
}

/* Two whole cycles since all was sent and taken. */
bool syncd_is_done(struct sim *s, struct node *n)
{
	static const char open[] = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM parked) + "
				   "(SELECT count(*) FROM pairing WHERE status <> 'approved' OR loaded_at IS NULL OR away IS NOT NULL)";
	struct syncd *d = n->syncd;

	if (!node_is_up(n) || !d->up || !d->paired || d->pulled || sql_int(s, n, open, NULL) > 0) {
		d->pulled = false;
		d->done_cycles = d->cycle.cycles;
		return false;
	}
	return d->cycle.cycles >= d->done_cycles + 2;
}

bool syncd_next_attempt(const struct sim *s, const struct node *n)
{
	const struct syncd *d = n->syncd;

	return !d->up || d->waits_for || d->cycle.wake_at <= node_boot(s, n) + 3601 * SECOND_US;
}
