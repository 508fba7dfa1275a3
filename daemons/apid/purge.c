/* Once a minute, and at the start: what nobody needs any more goes, of a few shops
 * and of each a few rows. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/clock.h"
#include "base/log.h"
#include "model/purge.h"

#define SHOPS_AT_ONCE 20
#define DAY_US (86400 * SECOND_US)

struct purging {
	struct apid *apid;
	struct pool *pool;
	struct purge purge;
	int left;		/* shops, this time */
	bool found;
	struct job job;
};

static void look_at_next(struct purging *p);

static void finish(struct purging *p)
{
	struct apid *a = p->apid;
	struct pool *pool = p->pool;

	a->purged.tenant = p->purge.tenant;
	a->purged.after = p->purge.after;
	a->purged.running = false;
	pool_free(&pool);
	apid_let_go(a);
}

static void on_written(struct job *job, enum job_end end)
{
	struct purging *p = job->ctx;
	const struct purge *x = &p->purge;

	if (end != JOB_DONE)
		log_warn("shop %s: what is too old was not purged: %s", uuid_text(x->tenant).s, job->err.text);
	else if (x->tombstones || x->conflicts)
		log_info("shop %s: purged %d deletions and %d conflicts of long ago", uuid_text(x->tenant).s, x->tombstones, x->conflicts);
	look_at_next(p);
}

static int write_one(struct txn *t, void *ctx, struct err *err)
{
	return purge_write(t, &((struct purging *)ctx)->purge, err);
}

static void on_looked(struct job *job, enum job_end end)
{
	struct purging *p = job->ctx;
	struct err err;

	if (end != JOB_DONE)
		log_warn("what is too old cannot be looked up: %s", job->err.text);
	if (end != JOB_DONE || !p->found || p->apid->closing) {
		finish(p);
		return;
	}
	if (!purge_has_work(&p->purge)) {
		look_at_next(p);
		return;
	}
	p->job = (struct job){ .write = write_one, .done = on_written, .ctx = p, .pool = p->pool, .tenant = p->purge.tenant };
	if (store_write(p->apid->store, &p->job, &err) < 0)
		finish(p);	/* busy: another time */
}

/* The next shop; behind the last one it ends, and begins with the first next time. */
static int look_at_one(struct db *db, void *ctx, struct err *err)
{
	struct purging *p = ctx;
	struct val next;
	int n = db_one(db, p->pool, db_door(db, DOOR_NEXT_SHOP), ARGS(v_uuid(p->purge.tenant)), &next, 1, err);

	p->found = n > 0;
	p->purge.tenant = n > 0 ? next.u : (struct uuid){ { 0 } };
	if (n <= 0)
		return n;
	db_enter(db, p->purge.tenant);
	return purge_look(db, p->pool, &p->purge, err);
}

static void look_at_next(struct purging *p)
{
	struct err err;

	if (p->left-- == 0 || p->apid->closing) {
		finish(p);
		return;
	}
	p->job = (struct job){ .read = look_at_one, .done = on_looked, .ctx = p, .pool = p->pool };
	if (store_read(p->apid->store, &p->job, &err) < 0)
		finish(p);
}

static int64_t days(const struct apid *a, const char *option)
{
	return conf_int(a->conf, option) * DAY_US;
}

void purge_some(struct apid *a)
{
	struct pool *pool;
	struct purging *p;

	if (a->purged.running || a->stopping)
		return;
	pool = pool_new();
	p = pool_alloc(pool, sizeof *p);
	p->apid = a;
	p->pool = pool;
	p->left = SHOPS_AT_ONCE;
	p->purge = (struct purge){ .tenant = a->purged.tenant, .hub = a->hub, .keep_us = days(a, "tombstone_min_days"),
				   .most_us = days(a, "tombstone_max_days"), .conflicts_us = days(a, "conflict_days"),
				   .after = a->purged.after };
	a->purged.running = true;
	apid_hold(a);
	look_at_next(p);
}
