/* What tills say of themselves: that they are there, how much they still hold,
 * how much they took.  A commit for each would cost more than the idle cycle it
 * comes with, so it gathers here and is written down every few seconds. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"

#include <event2/event.h>
#include <stdlib.h>

#define WRITE_EVERY_S 5
#define TILLS_MAX 65536		/* remembered at once; then all are written and forgotten */

struct till {
	struct uuid tenant, device;	/* together the key */
	int64_t pending, cursor;	/* negative: it did not say */
	int pulled;
	int64_t written_at;		/* clock_boot() */
	bool dirty;
};

struct roster {
	struct apid *apid;
	struct map tills;
	struct event *later;		/* armed while something waits to be written */
};

static void free_till(void *till, void *ctx UNUSED)
{
	free(till);
}

static void forget_all(struct roster *r)
{
	map_each(&r->tills, free_till, NULL);
	map_release(&r->tills);
	r->tills = (struct map){ 0 };
}


/* --- writing down --- */

struct note {
	struct apid *apid;
	struct pool *pool;
	struct till till;
	struct job job;
};

static int write_note(struct txn *t, void *ctx, struct err *err)
{
	const struct till *n = &((struct note *)ctx)->till;

	if (device_seen(t, n->tenant, n->device, n->pending, n->cursor, err) < 0)
		return -1;
	return n->pulled ? device_count(t, n->tenant, n->device, 0, n->pulled, 0, err) : 0;
}

static void on_noted(struct job *job, enum job_end end)
{
	struct note *n = job->ctx;
	struct apid *a = n->apid;
	struct pool *pool = n->pool;

	if (end != JOB_DONE)
		log_warn("what device %s says of itself was not written down: %s",
			 uuid_text(n->till.device).s, job->err.text);
	pool_free(&pool);
	apid_let_go(a);
}

static void write_down(struct roster *r, struct till *till)
{
	struct pool *pool = pool_new();
	struct note *n = pool_alloc(pool, sizeof *n);
	struct err err;

	n->apid = r->apid;
	n->pool = pool;
	n->till = *till;
	n->job = (struct job){ .write = write_note, .done = on_noted, .ctx = n, .pool = pool,
			       .tenant = till->tenant };
	if (store_write(r->apid->store, &n->job, &err) < 0) {
		pool_free(&pool);	/* busy: with the next word of this till */
		return;
	}
	apid_hold(r->apid);
	till->written_at = clock_boot();
	till->dirty = false;
	till->pulled = 0;
}

static void write_if_dirty(void *till, void *roster)
{
	if (((struct till *)till)->dirty)
		write_down(roster, till);
}

void roster_flush(struct roster *r)
{
	map_each(&r->tills, write_if_dirty, r);
}

static void on_later(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	roster_flush(arg);
}

static void write_soon(struct roster *r, struct till *till)
{
	static const struct timeval wait = { WRITE_EVERY_S, 0 };

	till->dirty = true;
	if (!evtimer_pending(r->later, NULL))
		evtimer_add(r->later, &wait);
}

/* --- life --- */

struct roster *roster_new(struct apid *a)
{
	struct roster *r = x_alloc(sizeof *r);

	r->apid = a;
	r->later = evtimer_new(a->base, on_later, r);
	if (!r->later)
		panic("no room for an event");
	return r;
}

void roster_free(struct roster **rp)
{
	if (!*rp)
		return;
	forget_all(*rp);
	event_free((*rp)->later);
	free(*rp);
	*rp = NULL;
}

/* --- gathering --- */

static struct till *till_of(struct roster *r, const struct actor *device)
{
	struct uuid key[2] = { device->tenant, device->device };
	struct till *till = map_get(&r->tills, key, sizeof key);

	if (till)
		return till;
	if (r->tills.used >= TILLS_MAX) {
		roster_flush(r);
		forget_all(r);
	}
	till = x_alloc(sizeof *till);
	till->tenant = device->tenant;
	till->device = device->device;
	till->pending = till->cursor = -1;
	map_put(&r->tills, key, sizeof key, till);
	return till;
}

void roster_seen(struct roster *r, const struct actor *device, int64_t pending, int64_t cursor)
{
	struct till *till = till_of(r, device);

	if (pending >= 0)
		till->pending = pending;
	if (cursor >= 0)
		till->cursor = cursor;
	if (!till->written_at || clock_boot() - till->written_at > WRITE_EVERY_S * SECOND_US)
		write_down(r, till);
	else
		write_soon(r, till);
}

/* At once: by the next word of this till the load may be over. */
void roster_begins(struct roster *r, const struct actor *device)
{
	struct till *till = till_of(r, device);

	till->cursor = 0;
	write_down(r, till);
}

void roster_pulled(struct roster *r, const struct actor *device, int rows)
{
	struct till *till = till_of(r, device);

	till->pulled += rows;
	write_soon(r, till);
}
