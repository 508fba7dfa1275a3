/* Pairing a till that has sold for years: its rows become the tenant's slice by slice,
 * behind everybody who waits (model/move.h).  What is left of it is found again at
 * the start; a slice that failed is tried again later and later, and status says why. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/log.h"
#include "model/move.h"

#include <event2/event.h>
#include <stdlib.h>

struct moving {
	struct apid *apid;
	struct site site;
	struct move_slice slice;
	bool found;
	struct pool *pool;	/* of the job in hand */
	struct job job;
};

static void write_next(struct moving *m);

static void finish(struct moving *m)
{
	struct apid *a = m->apid;

	a->moved.running = false;
	pool_free(&m->pool);
	free(m);
	if (a->moved.anew)
		move_some(a);
	apid_let_go(a);
}

/* Twice as long each time: a disk that is full is so for a while. */
static int64_t wait_ms(const struct apid *a)
{
	int64_t ms = conf_int(a->conf, "backoff_min_ms"), most = conf_int(a->conf, "backoff_max_ms");

	for (int i = 1; i < a->moved.failures && ms < most; i++)
		ms *= 2;
	return MIN(ms, most);
}

static void give_way(struct moving *m, const char *what, const struct err *err)
{
	struct apid *a = m->apid;
	struct timeval tv;
	int64_t ms;

	a->moved.failures++;
	snprintf(a->moved.trouble, sizeof a->moved.trouble, "%s", err->text);
	ms = wait_ms(a);
	tv = (struct timeval){ ms / 1000, ms % 1000 * 1000 };
	if (!a->stopping && evtimer_add(a->moved.again, &tv) < 0)
		panic("no room for an event");
	log_warn("%s: %s; tried again in %lld ms", what, err->text, (long long)ms);
	finish(m);
}

static void it_goes_well(struct apid *a)
{
	a->moved.failures = 0;
	a->moved.trouble[0] = '\0';
}

/* What the lane has changed counts on the loop from now on. */
static void shop_is_another(struct moving *m)
{
	struct apid *a = m->apid;

	a->shop.tenant = m->slice.w.tenant;
	cache_clear(a->cache);
	log_info("the shop's rows are all tenant %s's now: the cloud is asked to let this till in", uuid_text(a->shop.tenant).s);
	notify_kick(a->notify, "pairing");
}

static void on_written(struct job *job, enum job_end end)
{
	struct moving *m = job->ctx;

	if (end != JOB_DONE) {
		give_way(m, "rows cannot be moved to the shop's tenant", &job->err);
		return;
	}
	it_goes_well(m->apid);
	if (m->slice.end == MOVE_FLIPPED)
		shop_is_another(m);
	if (m->slice.end == MOVE_NONE || m->apid->moved.anew || m->apid->stopping)
		finish(m);
	else
		write_next(m);
}

static int write_slice(struct txn *t, void *ctx, struct err *err)
{
	struct moving *m = ctx;
	struct tenant shop;
	int n;

	m->slice.w = (struct write){ .t = t, .site = &m->site };
	if (move_slice(&m->slice, err) < 0)
		return -1;
	if (m->slice.end != MOVE_FLIPPED)
		return 0;
	shop_forget(m->apid);
	if ((n = tenant_of_till(t->db, t->pool, &shop, err)) > 0)
		m->slice.w.tenant = shop.uuid;
	return MIN(n, 0);
}

static void write_next(struct moving *m)
{
	struct err err;

	pool_free(&m->pool);
	m->pool = pool_new();
	m->job = (struct job){ .write = write_slice, .done = on_written, .ctx = m, .pool = m->pool };
	if (store_write(m->apid->store, &m->job, &err) < 0)
		give_way(m, "rows wait for their turn to be moved", &err);
}

static void on_looked(struct job *job, enum job_end end)
{
	struct moving *m = job->ctx;

	if (end != JOB_DONE) {
		give_way(m, "rows that are on their way to another tenant cannot be looked up", &job->err);
		return;
	}
	if (!m->found)
		it_goes_well(m->apid);
	if (!m->found || m->apid->moved.anew || m->apid->stopping)
		finish(m);
	else
		write_next(m);
}

static int look(struct db *db, void *ctx, struct err *err)
{
	struct moving *m = ctx;
	int n = move_look(db, &m->slice.rows, err);

	m->found = n > 0;
	return MIN(n, 0);
}

void move_some(struct apid *a)
{
	struct moving *m;
	struct err err;

	a->moved.anew = a->moved.running;
	if (a->hub || a->moved.running || a->stopping)
		return;
	evtimer_del(a->moved.again);
	m = x_alloc(sizeof *m);
	m->apid = a;
	m->site = a->shop.site;
	m->slice.slice_ms = store_slice_ms(a->store);
	m->slice.chunk = MOVE_CHUNK_ROWS;
	m->pool = pool_new();
	m->job = (struct job){ .read = look, .done = on_looked, .ctx = m, .pool = m->pool };
	a->moved.running = true;
	apid_hold(a);
	if (store_read(a->store, &m->job, &err) < 0)
		give_way(m, "rows wait for their turn to be moved", &err);
}

static void on_again(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	move_some(arg);
}

void move_start(struct apid *a)
{
	if (!(a->moved.again = evtimer_new(a->base, on_again, a)))
		panic("no room for an event");
	move_some(a);
}
