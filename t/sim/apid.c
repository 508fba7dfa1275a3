/* What a till's own server does for its sync: as apid's h_sync_till.c and
 * h_pairing.c do, over the same functions of common/sync and common/model. */
#include "base/base.h"
#include "sim.h"

#include <stdlib.h>

struct doing {
	struct call *c;
	struct apply apply;
	struct confirm confirm;
	struct repair repair;
};

/* --- what the cloud said --- */

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

static int state(struct write *w, void *ctx, struct err *err)
{
	const struct call *c = ((struct doing *)ctx)->c;
	const struct word *said = &c->said;
	char id[40];

	if (pairing_check(w, c->incarnation, err) < 0 || sync_meet_epoch(w, said->epoch, err) < 0 ||
	    pairing_status(w, said->status, or_null(said->code), or_null(said->prefix), said->hub, said->epoch, NULL, err) < 0)
		return -1;
	if (said->server_time && pairing_clock(w, said->server_time, said->boot, node_boot_id(c->till, id), err) < 0)
		return -1;
	return said->purged ? pairing_purged(w, said->purged, said->seq, err) : 0;
}

static void state_done(struct call *c)
{
	struct node *n = c->till;

	if (c->said.server_time) {
		n->follows = true;
		n->ahead = c->said.server_time - c->said.boot;
	}
	if (c->registered)
		n->license = false;
}

/* --- rows --- */

static int apply(struct write *w, void *ctx, struct err *err)
{
	struct doing *k = ctx;

	if (pairing_check(w, k->c->incarnation, err) < 0)
		return -1;
	k->apply.site = w->site;
	k->apply.tenant = w->tenant;
	return apply_slice(&k->apply, w->t, err);
}

static int confirm(struct write *w, void *ctx, struct err *err)
{
	struct doing *k = ctx;

	if (pairing_check(w, k->c->incarnation, err) < 0)
		return -1;
	k->confirm.site = w->site;
	k->confirm.tenant = w->tenant;
	return confirm_slice(&k->confirm, w->t, err);
}

static int repair(struct write *w, void *ctx, struct err *err)
{
	struct doing *k = ctx;

	if (pairing_check(w, k->c->incarnation, err) < 0)
		return -1;
	k->repair.apply.site = w->site;
	k->repair.apply.tenant = w->tenant;
	return repair_slice(&k->repair, w->t, err);
}

static int repaired(struct write *w, void *ctx, struct err *err)
{
	return pairing_repaired(w, ((struct doing *)ctx)->c->repaired, err);
}

static int restamp(struct write *w, void *ctx, struct err *err)
{
	const struct call *c = ((struct doing *)ctx)->c;
	int moved;

	c->till->follows = true;	/* whatever becomes of the transaction */
	if (clock_restamp(w, c->said.server_time, c->said.boot, &moved, err) < 0)
		return -1;
	return site_save_clock(w->t, err);
}

/* --- the walk --- */

static int begin_rows(struct sim *s, struct doing *k, struct pool *pool, struct err *err)
{
	int slice_ms = dice_one_in(&s->dice, 2) ? 0 : 1000;
	const char *body = k->c->body;
	struct json j;

	k->apply = (struct apply){ .slice_ms = slice_ms, .pool = pool };
	k->confirm = (struct confirm){ .slice_ms = slice_ms, .pool = pool };
	k->repair = (struct repair){ .apply = k->apply };
	if (json_parse(pool, body, strlen(body), &j, err) < 0)
		return -1;
	if (k->c->what == DO_CONFIRM)
		return confirm_begin(&k->confirm, j, err);
	if (k->c->what == DO_REPAIR)
		return repair_begin(&k->repair, j, err);
	return apply_begin(&k->apply, j, k->c->what == DO_APPLY_LOAD, err);
}

static int begin_nothing(struct sim *s UNUSED, struct doing *k UNUSED, struct pool *pool UNUSED, struct err *err UNUSED)
{
	return 0;
}

static const struct {
	int (*begin)(struct sim *s, struct doing *k, struct pool *pool, struct err *err);
	int (*write)(struct write *w, void *ctx, struct err *err);
	bool of_people;
	void (*done)(struct call *c);
} jobs[] = {
	[DO_STATE] = { begin_nothing, state, true, state_done },
	[DO_RESTAMP] = { begin_nothing, restamp, true, NULL },
	[DO_APPLY] = { begin_rows, apply, false, NULL },
	[DO_APPLY_LOAD] = { begin_rows, apply, false, NULL },
	[DO_CONFIRM] = { begin_rows, confirm, false, NULL },
	[DO_REPAIR] = { begin_rows, repair, false, NULL },
	[DO_REPAIRED] = { begin_nothing, repaired, true, NULL },
};

static void answered(struct sim *s, struct task *t, enum job_end end)
{
	struct doing *k = t->ctx;

	if (end == JOB_DONE && jobs[k->c->what].done)
		jobs[k->c->what].done(k->c);
	if (end == JOB_DONE && k->c->what == DO_CONFIRM)
		k->c->outcome.empty = k->confirm.stamped + k->confirm.refused + k->confirm.waiting == 0;
	if (end == JOB_FAILED)
		sim_say(s, "%s refuses its sync (%d): %s", k->c->till->name, k->c->what, t->err.text);
	call_answer(s, k->c, end == JOB_DONE ? 200 : end == JOB_UNCERTAIN ? 0 : status_of(&t->err));
	pool_free(&t->pool);
	free(t);
}

static void note_done(struct sim *s, struct call *c)
{
	node_enter(s, c->till);
	c->till->cycle_began = clock_now() - c->age_us;
	node_leave(s, c->till);
	call_answer(s, c, 200);
}

void apid_take(struct sim *s, struct call *c)
{
	struct doing *k;
	struct task *t;
	struct err err = { 0 };

	if (c->what == DO_DONE) {
		note_done(s, c);
		return;
	}
	k = pool_alloc(s->pool, sizeof *k);
	k->c = c;
	t = task_new(NULL);
	t->ctx = k;
	t->write = jobs[c->what].write;
	t->done = answered;
	t->of_people = jobs[c->what].of_people;
	if (jobs[c->what].begin(s, k, t->pool, &err) < 0) {
		pool_free(&t->pool);
		free(t);
		call_answer(s, c, status_of(&err));
		return;
	}
	node_put(s, c->till, t);
}
