/* A write seen from inside: what it changed, and the numbers it drew.
 *
 * A tenant's change numbers come from its counter row, whose lock is held to
 * the commit: they are dense, and whoever reads up to number n has seen all
 * that was ever committed below it.  (A timestamp or a sequence as a cursor
 * loses rows that commit late.) */
#include "base/base.h"
#include "store/lane.h"

#include "base/clock.h"

static int txn_wrote(struct txn *t, int rc)
{
	t->wrote = true;
	return rc;
}

int txn_run(struct txn *t, const char *sql, struct args args, struct err *err)
{
	return txn_wrote(t, db_run(t->db, sql, args, err));
}

int txn_send(struct txn *t, const char *sql, struct args args, struct err *err)
{
	return txn_wrote(t, db_send(t->db, sql, args, err));
}

void txn_changed(struct txn *t, const struct change *c)
{
	if (t->n_changes == t->room_changes) {
		int room = MAX(8, 2 * t->room_changes);
		struct change *more = pool_alloc(t->pool, sizeof *more * (size_t)room);

		if (t->n_changes)
			memcpy(more, t->changes, sizeof *more * (size_t)t->n_changes);
		t->changes = more;
		t->room_changes = room;
	}
	t->changes[t->n_changes] = *c;
	t->changes[t->n_changes++].from = t->from;
}

/* --- change numbers --- */

static struct counter *counter_of(struct counters *all, struct uuid tenant)
{
	for (int i = 0; i < all->n; i++)
		if (uuid_eq(all->c[i].tenant, tenant))
			return &all->c[i];
	return NULL;
}

int counters_lock(struct counters *all, struct db *db, struct uuid tenant, struct err *err)
{
	/* Adding nothing locks the row on PostgreSQL; SQLite's writer is alone anyway. */
	static const char sql[] = "UPDATE tenants SET seq = seq + 0 WHERE uuid = $1 RETURNING seq";
	struct uuid before;
	struct rows rs;
	int n;

	if (counter_of(all, tenant))
		return 0;
	if (all->n == COUNTERS_MAX)
		return err_set(err, ERR_BUSY, "too_many_tenants", "too many tenants in one transaction");
	before = db_enter(db, tenant);
	n = db_rows(db, sql, ARGS(v_uuid(tenant)), &rs, err);
	db_enter(db, before);
	if (n < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		all->c[all->n++] = (struct counter){ .tenant = tenant, .seq = rows_int(&rs, 0) };
	rows_end(&rs);
	return n < 0 ? -1 : 0;
}

int counters_store(struct counters *all, struct db *db, struct err *err)
{
	static const char sql[] = "UPDATE tenants SET seq = $2 WHERE uuid = $1";

	for (int i = 0; i < all->n; i++) {
		const struct counter *c = &all->c[i];

		db_enter(db, c->tenant);
		if (c->drawn && db_send(db, sql, ARGS(v_uuid(c->tenant), v_int(c->seq)), err) < 0)
			return -1;
	}
	return 0;
}

int txn_seq(struct txn *t, struct uuid tenant, int64_t *seq, struct err *err)
{
	struct counter *c;

	if (counters_lock(t->counters, t->db, tenant, err) < 0)
		return -1;
	if (!(c = counter_of(t->counters, tenant)))
		return err_set(err, ERR_NOT_FOUND, "no_tenant", "there is no such tenant");
	c->drawn = true;
	*seq = ++c->seq;
	return 0;
}

/* --- slices --- */

/* Each commit waits for the disk: while nobody else wants the lane, a slice may
 * go on for so many times its due. */
#define SLICE_PATIENCE 20

bool txn_time_is_up(const struct txn *t, int64_t began, int slice_ms)
{
	int64_t took = clock_boot() - began, due = (int64_t)slice_ms * 1000;

	if (took < due)
		return false;
	return took >= SLICE_PATIENCE * due || !t->queue || queue_people_wait(t->queue);
}

/* --- guards --- */

int txn_guard(struct txn *t, struct err *err)
{
	return db_run(t->db, "SAVEPOINT part", NO_ARGS, err) < 0 ? -1 : 0;
}

int txn_unguard(struct txn *t, bool keep, struct err *err)
{
	if (!keep && db_run(t->db, "ROLLBACK TO part", NO_ARGS, err) < 0)
		return -1;
	return db_run(t->db, "RELEASE part", NO_ARGS, err) < 0 ? -1 : 0;
}
