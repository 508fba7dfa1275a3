#include "base/base.h"
#include "store/driver.h"
#include "store/lane.h"
#include "store/mirror.h"

/* Who is signed in, what is reserved, where series stand: renamed within a moment.  And
 * what has no shop, or says itself which shops are there. */
bool mirror_has(const struct table *t)
{
	static const char *const others[] = { "server", "tenants", "devices", "device_stats", "pairing", "sessions", "lockouts",
					      "series", "series_seen", "gaps", "numbers", "moving" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strcmp(t->name, others[i]) == 0)
			return false;
	return true;
}

/* --- triggers --- */

struct mirroring {
	const struct table *table;
	const struct table_sql *sql;
	char from[36], to[36];	/* X'…' */
};

static void put_literal(char out[36], struct uuid u)
{
	char *p = out + sprintf(out, "X'");

	for (size_t i = 0; i < sizeof u.b; i++)
		p += sprintf(p, "%02x", u.b[i]);
	sprintf(p, "'");
}

/* A list like "doc, pos", each name behind this. */
static void add_named(const char *names, const char *before, struct buf *out)
{
	for (const char *p = names; *p; p += strcspn(p, ","), p += strspn(p, ", "))
		buf_printf(out, "%s%s%.*s", p == names ? "" : ", ", before, (int)strcspn(p, ","), p);
}

static void add_begin(const struct mirroring *m, const char *verb, const char *row, struct buf *out)
{
	buf_printf(out, "CREATE TRIGGER mirror_%s_%s AFTER %s ON %s WHEN %s.tenant = %s BEGIN\n", m->table->name, verb, verb,
		   m->table->name, row, m->from);
}

static void add_removal(const struct mirroring *m, const char *row, struct buf *out)
{
	buf_printf(out, "DELETE FROM %s WHERE tenant = %s AND (%s) = (", m->table->name, m->to, m->sql->mirror_key);
	add_named(m->sql->mirror_key, row, out);
	buf_str(out, ");\n");
}

static void add_copy(const struct mirroring *m, struct buf *out)
{
	buf_printf(out, "INSERT INTO %s (tenant, %s) VALUES (%s, ", m->table->name, m->sql->mirror_columns, m->to);
	add_named(m->sql->mirror_columns, "NEW.", out);
	buf_str(out, ");\n");
}

/* No "OR REPLACE": what the statement outside says of conflicts would count instead. */
static void add_triggers(const struct mirroring *m, struct buf *out)
{
	add_begin(m, "INSERT", "NEW", out);
	add_removal(m, "NEW.", out);
	add_copy(m, out);
	buf_str(out, "END;\n");
	add_begin(m, "UPDATE", "OLD", out);
	add_removal(m, "OLD.", out);
	add_copy(m, out);
	buf_str(out, "END;\n");
	add_begin(m, "DELETE", "OLD", out);
	add_removal(m, "OLD.", out);
	buf_str(out, "END;\n");
}

static void add_drops(const struct table *t, struct buf *out)
{
	static const char *const verbs[] = { "INSERT", "UPDATE", "DELETE" };

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		buf_printf(out, "DROP TRIGGER IF EXISTS mirror_%s_%s;\n", t->name, verbs[i]);
}

static int run_script(struct txn *t, struct buf *sql, struct err *err)
{
	int rc = t->db->driver->script(t->db, sql->data, err);

	t->wrote = true;
	buf_release(sql);
	return rc;
}

int mirror_raise(struct txn *t, struct uuid from, struct uuid to, struct err *err)
{
	struct mirroring m;
	struct buf sql = { 0 };

	put_literal(m.from, from);
	put_literal(m.to, to);
	for (m.table = schema; m.table->name; m.table++) {
		if (!mirror_has(m.table))
			continue;
		m.sql = table_sql(m.table);
		add_drops(m.table, &sql);
		add_triggers(&m, &sql);
	}
	return run_script(t, &sql, err);
}

int mirror_drop(struct txn *t, struct err *err)
{
	struct buf sql = { 0 };

	for (const struct table *table = schema; table->name; table++)
		if (mirror_has(table))
			add_drops(table, &sql);
	return run_script(t, &sql, err);
}

/* --- slices --- */

static bool is_beginning(const struct mirror_place *at)
{
	return at->key[0].type == VAL_NULL;
}

/* 1 with the key of the last row of a full slice, 0 there are fewer rows, -1. */
static int find_end(struct db *db, struct pool *pool, const struct table_sql *s, const struct val *v, const struct mirror_place *at,
		    struct mirror_place *end, struct err *err)
{
	struct args args = { v, 2 + (is_beginning(at) ? 0 : s->copy_keys) };

	*end = (struct mirror_place){ 0 };
	return db_one(db, pool, is_beginning(at) ? s->mirror_end_first : s->mirror_end_next, args, end->key, s->copy_keys, err);
}

/* What is there already was put there by a trigger, or by a slice before a crash: it is right. */
int mirror_copy(struct txn *t, struct pool *pool, const struct table *table, struct uuid from, struct uuid to,
		struct mirror_place *at, int max, struct err *err)
{
	const struct table_sql *s = table_sql(table);
	struct val v[3 + MIRROR_KEYS] = { v_uuid(from), v_int(max - 1) };
	struct mirror_place end;
	int keys = is_beginning(at) ? 0 : s->copy_keys, full, n;

	memcpy(v + 2, at->key, sizeof at->key);
	if ((full = find_end(t->db, pool, s, v, at, &end, err)) < 0)
		return -1;
	v[1] = v_int(max);
	v[2] = v_uuid(to);
	memcpy(v + 3, at->key, sizeof at->key);
	n = txn_run(t, keys ? s->mirror_copy_next : s->mirror_copy_first, (struct args){ v, 3 + keys }, err);
	*at = end;
	return n < 0 ? -1 : full ? max : MIN(n, max - 1);
}

int mirror_remove(struct txn *t, const struct table *table, struct uuid tenant, int max, struct err *err)
{
	return txn_run(t, table_sql(table)->mirror_remove, ARGS(v_uuid(tenant), v_int(max)), err);
}

int mirror_count(struct db *db, struct uuid tenant, int64_t *rows_r, struct err *err)
{
	*rows_r = 0;
	for (const struct table *t = schema; t->name; t++) {
		int64_t n = 0;

		if (mirror_has(t) && db_int(db, table_sql(t)->mirror_count, ARGS(v_uuid(tenant), v_int(INT64_MAX)), &n, err) < 0)
			return -1;
		*rows_r += n;
	}
	return 0;
}

int mirror_is_small(struct db *db, struct uuid tenant, int64_t most, struct err *err)
{
	int64_t n;

	for (const struct table *t = schema; t->name && most >= 0; t++) {
		if (!mirror_has(t))
			continue;
		if (db_int(db, table_sql(t)->mirror_count, ARGS(v_uuid(tenant), v_int(most + 1)), &n, err) < 0)
			return -1;
		most -= n;
	}
	return most >= 0;
}
