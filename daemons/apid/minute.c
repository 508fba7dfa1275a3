/* What is written down once a minute and at the end: where the clock stands, when
 * sync last went through, and which numbers nobody used.  By themselves they are
 * not worth a commit. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/clock.h"
#include "base/log.h"

/* So long after its reservation a sale cannot be on its way any more. */
#define VOID_AFTER_US (60 * SECOND_US)
#define TENANTS_AT_ONCE 100

struct minute {
	struct apid *apid;
	struct pool *pool;
	struct site site;
	struct actor who;
	int64_t last_cycle, cycle_began;
	struct job job;
};

static int save_cycle(struct minute *m, struct txn *t, const struct pairing *p, struct err *err)
{
	struct write w = { .t = t, .site = &m->site, .tenant = p->tenant };

	if (m->last_cycle == 0 || p->last_cycle >= m->last_cycle)
		return 0;
	return pairing_cycle(&w, m->last_cycle, err);
}

/* A sale may be at the cloud only: whoever is paired waits for a cycle that began
 * later and would have brought it. */
static int void_unused(struct minute *m, struct txn *t, bool paired, struct err *err)
{
	int64_t before = (paired ? m->cycle_began : clock_now()) - VOID_AFTER_US;
	struct rows rs;
	int n, voided;

	if (db_rows(t->db, db_door(t->db, DOOR_NUMBERS), ARGS(v_int(before), v_int(TENANTS_AT_ONCE)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		struct write w = { .t = t, .site = &m->site, .tenant = rows_uuid(&rs, 0), .who = &m->who };

		db_enter(t->db, w.tenant);
		if ((n = number_void_unused(&w, before, &voided, err)) < 0)
			break;
	}
	rows_end(&rs);
	return n;
}

static int minute_write(struct txn *t, void *ctx, struct err *err)
{
	struct minute *m = ctx;
	struct pairing p;
	int n;

	if (site_save_clock(t, err) < 0)
		return -1;
	if ((n = m->site.hub ? 0 : pairing_load(t->db, t->pool, &p, err)) < 0)
		return -1;
	if (n > 0 && save_cycle(m, t, &p, err) < 0)
		return -1;
	return void_unused(m, t, n > 0, err);
}

static void minute_done(struct job *job, enum job_end end)
{
	struct minute *m = job->ctx;
	struct apid *a = m->apid;
	struct pool *pool = m->pool;

	if (end != JOB_DONE)
		log_warn("the clock was not saved: %s", job->err.text);
	pool_free(&pool);
	apid_let_go(a);
}

void minute_save(struct apid *a)
{
	struct pool *pool = pool_new();
	struct minute *m = pool_alloc(pool, sizeof *m);
	struct err err;

	m->apid = a;
	m->pool = pool;
	m->site = a->shop.site;
	m->who = (struct actor){ .kind = ACTOR_NOBODY };
	m->last_cycle = a->last_cycle;
	m->cycle_began = a->cycle_began;
	m->job = (struct job){ .write = minute_write, .done = minute_done, .ctx = m, .pool = pool };
	apid_hold(a);
	if (store_write(a->store, &m->job, &err) < 0) {
		m->job.err = err;
		minute_done(&m->job, JOB_FAILED);
	}
}
