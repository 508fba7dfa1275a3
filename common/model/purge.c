/* What nobody needs any more: deletions that every till knows, or that are older
 * than a till may be away; versions that lost long ago.
 *
 * What is to go is looked up beside the writer, a few rows at a time, for it may
 * be referred to from any document; and it goes only when nothing was stored since. */
#include "base/base.h"
#include "model/purge.h"

#include "base/clock.h"

#include <stdlib.h>

#define WINDOW 50000		/* numbers that are looked through at once */
#define CONFLICTS_AT_ONCE 200

/* --- who has passed --- */

/* How far every till has pulled that is let in. */
static int all_passed(struct db *db, struct purge *p, struct err *err)
{
	static const char sql[] = "SELECT min(COALESCE(cursor, 0)), CAST(count(*) AS bigint) FROM devices WHERE tenant = $1 AND status = 'approved'";
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(p->tenant)), &rs, err) < 0)
		return -1;
	p->passed = p->seq;
	if ((n = rows_next(&rs, err)) > 0 && rows_int(&rs, 1) > 0)
		p->passed = MIN(rows_int(&rs, 0), p->seq);
	rows_end(&rs);
	return MIN(n, 0);
}

/* What the hub has purged, once all it had then is here. */
static int look_at_till(struct db *db, struct pool *pool, struct purge *p, const struct tenant *t, struct err *err)
{
	struct pairing pairing;
	int n = pairing_load(db, pool, &pairing, err);

	if (n < 0)
		return -1;
	p->passed = n > 0 ? pairing.cursor : INT64_MAX;
	p->from = p->after;
	p->upto = n > 0 ? MIN(t->purged, pairing.cursor) : 0;
	return 0;
}

static int look_at_hub(struct db *db, struct purge *p, const struct tenant *t, struct err *err)
{
	p->seq = t->seq;
	p->from = t->purged;
	p->upto = MIN(t->seq, t->purged + WINDOW);
	return all_passed(db, p, err);
}

/* --- tombstones --- */

struct graves {
	struct grave *g;
	int n, room;
};

static int look_in_table(struct db *db, struct pool *pool, const struct purge *p, const struct table *t, struct graves *all, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, table_sql(t)->graves, ARGS(v_uuid(p->tenant), v_int(p->from), v_int(p->upto), v_int(USES_MAX + 1)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		if (all->n == all->room) {
			struct grave *more = pool_alloc(pool, sizeof *more * (size_t)MAX(64, 2 * all->room));

			if (all->n)
				memcpy(more, all->g, sizeof *more * (size_t)all->n);
			all->g = more;
			all->room = MAX(64, 2 * all->room);
		}
		all->g[all->n++] = (struct grave){ .table = t, .uuid = rows_uuid(&rs, 0), .seq = rows_int(&rs, 1), .deleted_at = rows_int(&rs, 2) };
	}
	rows_end(&rs);
	return n;
}

static int by_seq(const void *a, const void *b)
{
	int64_t x = ((const struct grave *)a)->seq, y = ((const struct grave *)b)->seq;

	return (x > y) - (x < y);
}

/* The oldest few; p->upto comes down to what was looked through. */
static int find_graves(struct db *db, struct pool *pool, struct purge *p, struct err *err)
{
	struct graves all = { 0 };

	p->n = 0;
	if (p->from >= p->upto)
		return 0;
	for (const struct table *t = schema; t->name; t++)
		if (t->rule == NEWEST_WINS && look_in_table(db, pool, p, t, &all, err) < 0)
			return -1;
	if (all.n == 0)
		return 0;
	qsort(all.g, (size_t)all.n, sizeof *all.g, by_seq);
	p->n = MIN(all.n, USES_MAX);
	memcpy(p->grave, all.g, sizeof *all.g * (size_t)p->n);
	if (all.n > USES_MAX)
		p->upto = p->grave[p->n - 1].seq;
	return 0;
}

static bool may_go(const struct purge *p, const struct grave *g)
{
	int64_t age = p->now - g->deleted_at;

	return age >= p->keep_us && (g->seq <= p->passed || age >= p->most_us);
}

/* At the hub: up to the first that must stay.  No till is sent away for less than a deletion. */
static void choose(struct purge *p)
{
	int64_t bound = p->upto;
	int n = 0;

	while (n < p->n && may_go(p, &p->grave[n]))
		n++;
	if (n < p->n)
		bound = p->grave[n].seq - 1;
	p->upto = MAX(n ? p->grave[n - 1].seq : p->from, MIN(bound, p->passed));
	p->n = n;
}

/* --- are they referred to? --- */

static void mark_used(struct purge *p, const struct table *t, struct uuid u)
{
	for (int i = 0; i < p->n; i++)
		if (p->grave[i].table == t && uuid_eq(p->grave[i].uuid, u))
			p->grave[i].used = true;
}

static int look_in_column(struct db *db, struct purge *p, const struct table *child, int column, const struct table *t, struct err *err)
{
	struct val v[1 + USES_MAX] = { v_uuid(p->tenant) };
	struct rows rs;
	int n = 0;

	for (int i = 0; i < p->n; i++)
		if (p->grave[i].table == t)
			v[++n] = v_uuid(p->grave[i].uuid);
	if (n == 0)
		return 0;
	for (int i = n + 1; i <= USES_MAX; i++)
		v[i] = v[1];
	if (db_rows(db, table_sql(child)->uses[column], (struct args){ v, 1 + USES_MAX }, &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		mark_used(p, t, rows_uuid(&rs, 0));
	rows_end(&rs);
	return n;
}

static int look_in_child(struct db *db, struct purge *p, const struct table *child, struct err *err)
{
	for (int i = 0; child->columns[i].name; i++)
		if (child->columns[i].type == COL_REF &&
		    look_in_column(db, p, child, i, schema_table(child->columns[i].parent), err) < 0)
			return -1;
	return 0;
}

/* What every server makes by name would be made again. */
static bool is_made_by_name(struct uuid u)
{
	return u.b[6] >> 4 == 5;
}

static int find_uses(struct db *db, struct purge *p, struct err *err)
{
	for (int i = 0; i < p->n; i++)
		p->grave[i].used = is_made_by_name(p->grave[i].uuid);
	for (const struct table *t = schema; p->n > 0 && t->name; t++)
		if (t->rule != LOCAL && look_in_child(db, p, t, err) < 0)
			return -1;
	return 0;
}

/* --- looking --- */

static int find_conflicts(struct db *db, struct purge *p, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM (SELECT 1 AS one FROM conflicts WHERE tenant = $1 AND at < $2 "
				  "AND seq <= $3 LIMIT 1) AS few";

	return db_int(db, sql, ARGS(v_uuid(p->tenant), v_int(p->now - p->conflicts_us), v_int(p->passed)), &p->old_conflicts, err);
}

static int look(struct db *db, struct pool *pool, struct purge *p, struct err *err)
{
	struct tenant t;
	int n = tenant_load(db, pool, p->tenant, &t, err);

	p->n = 0;
	p->from = p->upto = p->old_conflicts = 0;
	if (n <= 0)
		return n;
	if ((p->hub ? look_at_hub(db, p, &t, err) : look_at_till(db, pool, p, &t, err)) < 0 || find_graves(db, pool, p, err) < 0)
		return -1;
	if (p->hub)
		choose(p);
	return find_uses(db, p, err) < 0 ? -1 : find_conflicts(db, p, err);
}

int purge_look(struct db *db, struct pool *pool, struct purge *p, struct err *err)
{
	int rc;

	p->now = clock_wall();
	if (db_read_begin(db, err) < 0)
		return -1;
	rc = look(db, pool, p, err);
	db_read_end(db);
	return rc;
}

/* --- doing --- */

/* 1: nothing was stored since it was looked up, and nothing will be before this is; 0; -1. */
static int is_quiet(struct txn *t, const struct purge *p, struct err *err)
{
	int64_t n;

	if (p->hub)
		return txn_seq(t, p->tenant, &n, err) < 0 ? -1 : n == p->seq + 1;
	if (db_int(t->db, "SELECT cursor + (SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = pairing.tenant) FROM pairing",
		   NO_ARGS, &n, err) < 0)
		return -1;
	return n == p->passed;
}

static bool has_work(const struct purge *p)
{
	for (int i = 0; i < p->n; i++)
		if (!p->grave[i].used)
			return true;
	return false;
}

/* 1 done, 0 not now, -1. */
static int purge_graves(struct txn *t, struct purge *p, struct err *err)
{
	int n;

	if (!has_work(p))
		return 1;
	if ((n = is_quiet(t, p, err)) <= 0)
		return n;
	for (int i = 0; i < p->n; i++) {
		const struct grave *g = &p->grave[i];

		if (g->used)
			continue;
		if ((n = txn_run(t, table_sql(g->table)->purge, ARGS(v_uuid(p->tenant), v_uuid(g->uuid), v_int(g->seq)), err)) < 0)
			return -1;
		p->tombstones += n;
	}
	return 1;
}

static int note_purged(struct txn *t, const struct purge *p, struct err *err)
{
	if (!p->hub || p->upto <= p->from)
		return 0;
	return txn_send(t, "UPDATE tenants SET purged = $2 WHERE uuid = $1", ARGS(v_uuid(p->tenant), v_int(p->upto)), err);
}

/* The till whose version it was has been told. */
static int purge_conflicts(struct txn *t, struct purge *p, struct err *err)
{
	static const char sql[] = "DELETE FROM conflicts WHERE tenant = $1 AND uuid IN (SELECT uuid FROM conflicts WHERE tenant = $1 AND "
				  "at < $2 AND seq <= $3 ORDER BY at, uuid LIMIT $4)";
	int n = txn_run(t, sql, ARGS(v_uuid(p->tenant), v_int(p->now - p->conflicts_us), v_int(p->passed), v_int(CONFLICTS_AT_ONCE)), err);

	p->conflicts += MAX(n, 0);
	return MIN(n, 0);
}

bool purge_has_work(const struct purge *p)
{
	return p->n > 0 || p->old_conflicts > 0 || (p->hub && p->upto - p->from >= WINDOW / 2);
}

int purge_write(struct txn *t, struct purge *p, struct err *err)
{
	int n;

	p->tombstones = p->conflicts = 0;
	if ((n = purge_graves(t, p, err)) < 0 || (n > 0 && note_purged(t, p, err) < 0))
		return -1;
	if (n > 0)
		p->after = MAX(p->after, p->upto);
	return p->old_conflicts ? purge_conflicts(t, p, err) : 0;
}
