/* What nobody needs any more goes: as apid's purge.c does, but that a day is a moment. */
#include "base/base.h"
#include "sim.h"

#include "model/purge.h"

#include <stdlib.h>

#define FOR_GOOD (1000 * 86400 * SECOND_US)	/* versions that lost are what P9 is checked by */

struct purging {
	struct node *n;
	struct purge purge;
};

static int write_one(struct write *w, void *ctx, struct err *err)
{
	return purge_write(w->t, &((struct purging *)ctx)->purge, err);
}

static void is_written(struct sim *s, struct task *t, enum job_end end)
{
	struct purging *p = t->ctx;

	if (end == JOB_DONE) {
		p->n->purged = p->purge.after;
		if (p->purge.tombstones)
			sim_say(s, "%s: %d deletions are forgotten", p->n->name, p->purge.tombstones);
	}
	pool_free(&t->pool);
	free(t);
}

static void write_down(struct sim *s, struct purging *p)
{
	struct task *t = task_new(NULL);

	t->write = write_one;
	t->done = is_written;
	t->ctx = p;
	t->of_people = true;
	node_put(s, p->n, t);
}

/* How far the tills have pulled, as they said with their last health. */
static int note_seen(struct write *w, void *ctx, struct err *err)
{
	const struct sim *s = ctx;
	struct node *hub = &s->node[HUB];

	for (int i = 1; i <= s->tills; i++) {
		if (hub->heard[i] >= 0 && device_seen(w->t, w->tenant, s->node[i].device, 0, hub->heard[i], err) < 0)
			return -1;
		hub->heard[i] = -1;
	}
	return 0;
}

void purge_some(struct sim *s, struct node *n)
{
	struct purging *p = pool_alloc(s->pool, sizeof *p);
	struct err err = { 0 };
	int rc;

	if (!node_is_up(n) || (n->hub && node_do(s, n, note_seen, s) < 0) || !node_is_up(n))
		return;
	*p = (struct purging){ .n = n, .purge = { .tenant = s->node[HUB].tenant, .hub = n->hub, .keep_us = s->keep_us, .most_us = s->most_us,
						  .conflicts_us = FOR_GOOD, .after = n->purged } };
	node_enter(s, n);
	rc = purge_look(n->db, s->pool, &p->purge, &err);
	node_leave(s, n);
	if (rc == 0 && purge_has_work(&p->purge))
		write_down(s, p);
}
