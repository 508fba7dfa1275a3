/* Whose server this is.  On a hub that never changes; on a till pairing gives
 * the shop another tenant, and sometimes this server another incarnation, while
 * requests are under way.  What the transaction sees is what counts: a sale that
 * waited behind the pairing belongs to the shop's new tenant. */
#include "base/base.h"
#include "apid/call.h"
#include "model/move.h"

#include "base/clock.h"

#include <poll.h>
#include <stdlib.h>

int shop_load(struct db *db, struct pool *pool, struct shop *s, struct err *err)
{
	struct tenant t = { 0 };
	int n;

	if ((n = site_load(db, pool, &s->site, err)) < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_INTERNAL, "no_server", "the database does not say whose it is");
	if (s->site.hub)
		return 0;
	if ((n = tenant_of_till(db, pool, &t, err)) == 0)
		return err_set(err, ERR_INTERNAL, "no_tenant",
			       "this till has no shop: its database is incomplete");
	s->tenant = t.uuid;
	return MIN(n, 0);
}

/* SQLite has one lane, which keeps a copy.  It is read anew when a job runs
 * alone, for then a group was rolled back, and perhaps a pairing with it. */
int shop_in_lane(struct call *c, struct err *err)
{
	struct apid *a = c->apid;
	bool one_lane = db_engine(c->db) == ENGINE_SQLITE;

	if (a->hub)
		return 0;
	if (one_lane && !c->txn->careful && a->lane_shop.fresh) {
		c->shop = a->lane_shop.shop;
	} else {
		if (shop_load(c->db, c->pool, &c->shop, err) < 0)
			return -1;
		if (one_lane) {
			a->lane_shop.shop = c->shop;
			a->lane_shop.fresh = true;
		}
	}
	c->tenant = c->shop.tenant;
	return 0;
}

void shop_forget(struct apid *a)
{
	a->lane_shop.fresh = false;
}

void shop_set_cloud(struct apid *a, const char *url)
{
	free(a->cloud_url);
	a->cloud_url = url ? x_strdup(url) : NULL;
}

/* --- the start --- */

void boot_id_read(char id[40])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	id[0] = '\0';
	if (!f)
		return;
	if (!fgets(id, 40, f))
		id[0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	fclose(f);
}

struct opening {
	struct apid *apid;
	struct pairing pairing;
	bool paired, over;
	enum job_end end;
};

static int open_shop(struct txn *t, void *ctx, struct err *err)
{
	struct opening *o = ctx;
	struct shop *s = &o->apid->shop;
	int n;

	if (site_open(t, o->apid->hub, &s->site, err) < 0 || shop_load(t->db, t->pool, s, err) < 0)
		return -1;
	if (o->apid->hub)
		return 0;
	if (move_open(t, err) < 0)
		return -1;
	n = pairing_load(t->db, t->pool, &o->pairing, err);
	o->paired = n > 0;
	return MIN(n, 0);
}

static void on_open(struct job *job, enum job_end end)
{
	struct opening *o = job->ctx;

	o->over = true;
	o->end = end;
}

/* The cloud's clock goes on counting as long as the machine is not rebooted. */
static void follow_cloud(const struct pairing *p)
{
	char boot_id[40];

	boot_id_read(boot_id);
	if (p->server_time && p->boot_id && boot_id[0] && strcmp(p->boot_id, boot_id) == 0)
		clock_follow(p->server_time, p->server_boot);
}

int shop_open(struct apid *a, struct err *err)
{
	struct opening o = { .apid = a };
	struct pool *pool = pool_new();
	struct job job = { .write = open_shop, .done = on_open, .ctx = &o, .pool = pool,
			   .of_people = true };
	int rc = store_write(a->store, &job, err);

	while (rc == 0 && !o.over) {
		struct pollfd p = { .fd = store_wake_fd(a->store), .events = POLLIN };

		if (poll(&p, 1, -1) > 0)
			store_deliver(a->store);
	}
	if (rc == 0 && o.end != JOB_DONE) {
		*err = job.err;
		rc = -1;
	}
	if (rc == 0 && o.paired) {
		follow_cloud(&o.pairing);
		shop_set_cloud(a, o.pairing.url);
		a->last_cycle = o.pairing.last_cycle;
	}
	pool_free(&pool);
	return rc;
}
