/* Statements generated from the description, once, at the first need.  The
 * same text serves both engines, but where rows of a part are put in. */
#include "base/base.h"
#include "store/pgwire.h"

#include "base/buf.h"
#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

static struct table_sql made[64];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void add_names(struct buf *b, const struct column *c, const char *between)
{
	for (; c->name; c++)
		buf_printf(b, "%s%s", between, c->name);
}

/* What row_from_rows() reads, in its order. */
static void add_selected(struct buf *b, const struct table *t)
{
	buf_str(b, "SELECT uuid");
	add_names(b, t->columns, ", ");
	add_names(b, sync_columns, ", ");
	buf_printf(b, ", id FROM %s WHERE tenant = $1 ", t->name);
}

static const char *select_where(const struct table *t, const char *rest)
{
	struct buf b = { 0 };

	add_selected(&b, t);
	buf_str(&b, rest);
	return b.data;
}

static void add_values(struct buf *b, int n)
{
	buf_str(b, ") VALUES (");
	for (int i = 1; i <= n; i++)
		buf_printf(b, "%s$%d", i > 1 ? ", " : "", i);
	buf_char(b, ')');
}

static int count(const struct column *c)
{
	int n = 0;

	while (c[n].name)
		n++;
	return n;
}

static const char *insert_synced(const struct table *t)
{
	struct buf b = { 0 };

	buf_printf(&b, "INSERT INTO %s (tenant, uuid", t->name);
	add_names(&b, t->columns, ", ");
	add_names(&b, sync_columns, ", ");
	add_values(&b, 2 + count(t->columns) + count(sync_columns));
	return b.data;
}

static void add_set(struct buf *b, const struct column *c, int *n)
{
	for (; c->name; c++, ++*n)
		buf_printf(b, "%s%s = $%d", *n > 3 ? ", " : " ", c->name, *n);
}

static const char *update_synced(const struct table *t)
{
	struct buf b = { 0 };
	int n = 3;

	buf_printf(&b, "UPDATE %s SET", t->name);
	add_set(&b, t->columns, &n);
	add_set(&b, sync_columns, &n);
	buf_str(&b, " WHERE tenant = $1 AND uuid = $2");
	return b.data;
}

static const char *text(const char *before, const char *name, const char *after)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s%s%s", before, name, after);
	return b.data;
}

static void make_twins(const struct table *t, struct table_sql *s)
{
	for (int i = 0; t->columns[i].name; i++) {
		struct buf b = { 0 };

		if (!(t->columns[i].flags & COL_NATURAL))
			continue;
		buf_printf(&b, "SELECT uuid FROM %s WHERE tenant = $1 AND %s = $2 AND uuid <> $3 AND deleted_at IS NULL %sLIMIT 1",
			   t->name, t->columns[i].name, table_column(t, "merged_into") < 0 ? "" : "AND merged_into IS NULL ");
		s->twin[i] = b.data;
	}
}

/* Which of these are referred to? */
static void make_uses(const struct table *t, struct table_sql *s)
{
	for (int i = 0; t->columns[i].name; i++) {
		struct buf b = { 0 };

		if (t->columns[i].type != COL_REF)
			continue;
		buf_printf(&b, "SELECT DISTINCT %s FROM %s WHERE tenant = $1 AND %s IN (", t->columns[i].name, t->name, t->columns[i].name);
		for (int n = 0; n < USES_MAX; n++)
			buf_printf(&b, "%s$%d", n ? ", " : "", n + 2);
		buf_char(&b, ')');
		s->uses[i] = b.data;
	}
}

static void make_synced(const struct table *t, struct table_sql *s)
{
	s->graves = text("SELECT uuid, _seq, deleted_at FROM ", t->name, " WHERE tenant = $1 AND deleted_at IS NOT NULL AND "
			 "_isDirty = 0 AND _seq > 0 AND _seq > $2 AND _seq <= $3 ORDER BY _seq LIMIT $4");
	s->purge = text("DELETE FROM ", t->name, " WHERE tenant = $1 AND uuid = $2 AND _seq = $3 AND deleted_at IS NOT NULL AND _isDirty = 0");
	s->load = select_where(t, "AND uuid = $2");
	s->page_uuid = select_where(t, "AND uuid > $2 ORDER BY uuid LIMIT $3");
	s->page_range = select_where(t, "AND uuid > $2 AND uuid <= $3 ORDER BY uuid LIMIT $4");
	/* "_seq > 0" again: SQLite takes a partial index only for its very condition. */
	s->page_seq = select_where(t, "AND _seq > 0 AND _seq > $2 AND _origin <> $4 ORDER BY _seq LIMIT $3");
	if (table_column(t, "number") >= 0)
		s->by_number = select_where(t, "AND number = $2 AND deleted_at IS NULL ORDER BY uuid LIMIT 1");
	s->page_down = select_where(t, "AND uuid < $2 AND deleted_at IS NULL ORDER BY uuid DESC LIMIT $3");
	s->insert = insert_synced(t);
	s->update = update_synced(t);
	s->count = text("SELECT CAST(count(*) AS bigint) FROM ", t->name, " WHERE tenant = $1");
	s->count_range = text(s->count, " AND uuid > $2 AND uuid <= $3", "");
	s->changed = text("SELECT uuid FROM ", t->name, " WHERE tenant = $1 AND _seq > 0 AND _seq > $2");
	s->last_seq = text("SELECT COALESCE(max(_seq), 0) FROM ", t->name, " WHERE tenant = $1 AND _seq > 0");
	s->own_since = text("SELECT CAST(count(*) AS bigint) FROM ", t->name, " WHERE tenant = $1 AND _seq > 0 AND _seq > $2 AND _origin = $3");
	s->is_there = text("SELECT CAST(1 AS bigint) FROM ", t->name, " WHERE tenant = $1 AND uuid = $2");
	s->exists = text(s->is_there, " AND deleted_at IS NULL", "");
	s->make_dirty = text("UPDATE ", t->name,
			     " SET _seq = 0, _cloudId = NULL, _base_at = NULL, _base_origin = NULL, _rev = _rev + 1, "
			     "_isDirty = CASE WHEN updated_at > 1 THEN 1 ELSE 0 END WHERE tenant = $1");
	s->queue_dirty = text("INSERT INTO outbox (tenant, tbl, uuid, since, tries, state) "
			      "SELECT tenant, CAST($2 AS bigint), uuid, CAST($3 AS bigint), 0, 'ready' FROM ", t->name,
			      " WHERE tenant = $1 AND _isDirty = 1 ON CONFLICT (tenant, tbl, uuid) DO NOTHING");
	make_twins(t, s);
}

static const char *insert_parts(const struct table *t, const char *insert, int rows)
{
	struct buf b = { 0 };
	int at = 3;

	buf_printf(&b, "%s INTO %s (tenant, doc, pos", insert, t->name);
	add_names(&b, t->columns, ", ");
	buf_str(&b, ") VALUES ");
	for (int i = 0; i < rows; i++) {
		buf_str(&b, i ? ", ($1, $2" : "($1, $2");
		for (int n = 1 + count(t->columns); n > 0; n--)
			buf_printf(&b, ", $%d", at++);
		buf_char(&b, ')');
	}
	return b.data;
}

/* OFFSET 0 keeps the planner from making a join of it, which would read all rows of the
 * shop where it does not know yet how many there are. */
static const char *load_parts(const struct table *t)
{
	struct buf b = { 0 };

	buf_str(&b, "SELECT part.* FROM unnest(ARRAY[");
	for (int i = 0; i < DOCS_AT_ONCE; i++)
		buf_printf(&b, "%s$%d", i ? ", " : "", i + 2);
	buf_str(&b, "]::uuid[]) AS asked (doc), LATERAL (SELECT pos");
	add_names(&b, t->columns, ", ");
	buf_printf(&b, ", doc FROM %s WHERE tenant = $1 AND doc = asked.doc ORDER BY pos OFFSET 0) AS part", t->name);
	return b.data;
}

static void make_part(const struct table *t, struct table_sql *s)
{
	/* Who fails here rolls back anyway.  So SQLite need not copy each page first, so as to
	 * take the rows before the failing one back. */
	static const char *const insert[ENGINES] = { [ENGINE_SQLITE] = "INSERT OR FAIL", [ENGINE_POSTGRES] = "INSERT" };
	struct buf b = { 0 };

	if (2 + PARTS_AT_ONCE * (1 + count(t->columns)) > PG_ARGS_MAX)
		panic("%s has more columns than %d of its rows may have in one statement", t->name, PARTS_AT_ONCE);
	for (int engine = 0; engine < ENGINES; engine++)
		for (int n = 0; n < PARTS_AT_ONCE; n++)
			s->insert_parts[engine][n] = insert_parts(t, insert[engine], n + 1);
	buf_str(&b, "SELECT pos");
	add_names(&b, t->columns, ", ");
	buf_printf(&b, " FROM %s WHERE tenant = $1 AND doc = $2 ORDER BY pos", t->name);
	s->load_part = b.data;
	s->load_parts = load_parts(t);
	s->delete_part = text("DELETE FROM ", t->name, " WHERE tenant = $1 AND doc = $2");
}

/* --- copying a shop --- */

/* As text that the caller frees. */
static char *copied(const struct table *t)
{
	struct buf b = { 0 };

	buf_str(&b, table_is_synced(t) ? "tenant, uuid, " : table_is_part(t) ? "tenant, doc, pos, " : "");
	for (const struct column *c = t->columns; c->name; c++)
		buf_printf(&b, "%s%s", c == t->columns ? "" : ", ", c->name);
	if (table_is_synced(t))
		add_names(&b, sync_columns, ", ");
	return b.data;
}

static const char *key_of(const struct table *t)
{
	return table_is_synced(t) ? "tenant, uuid" : table_is_part(t) ? "tenant, doc, pos" : t->key;
}

/* The place of a name in a list, both separated by ", ". */
static int place_in(const char *list, struct slice name)
{
	for (int i = 0;; i++) {
		size_t len = strcspn(list, ",");

		if (len == name.len && memcmp(list, name.p, len) == 0)
			return i;
		if (!list[len])
			panic("%.*s is no column of its table", (int)name.len, name.p);
		list += len + 2;
	}
}

/* The rest of the key: which page comes next. */
static const char *key_places(const char *columns, const char *key, struct table_sql *s)
{
	const char *rest = strstr(key, ", ");

	if (!rest)
		return NULL;
	rest += 2;
	for (const char *p = rest;; p += strcspn(p, ",") + 2) {
		struct slice name = { p, strcspn(p, ",") };

		s->copy_key[s->copy_keys++] = place_in(columns, name);
		if (!p[name.len])
			return rest;
	}
}

static void make_copy(const struct table *t, struct table_sql *s)
{
	const char *key = key_of(t), *rest;
	int owner = (int)strcspn(key, ",");
	char *columns = copied(t);
	struct buf first = { 0 }, next = { 0 }, in = { 0 }, forget = { 0 };

	rest = key_places(columns, key, s);
	for (const char *p = columns; p; p = strchr(p + 1, ','))
		s->copy_columns++;
	buf_str(&first, "SELECT ");
	buf_str(&first, columns);
	buf_printf(&first, " FROM %s WHERE %.*s = $1 ", t->name, owner, key);
	if (rest) {
		buf_add(&next, first.data, first.len);
		buf_printf(&next, "AND (%s) > (", rest);
		for (int i = 0; i < s->copy_keys; i++)
			buf_printf(&next, "%s$%d", i ? ", " : "", i + 3);
		buf_printf(&next, ") ORDER BY %s LIMIT $2", rest);
		buf_printf(&first, "ORDER BY %s ", rest);
	}
	buf_str(&first, "LIMIT $2");
	buf_printf(&in, "INSERT INTO %s (", t->name);
	buf_str(&in, columns);
	add_values(&in, s->copy_columns);
	buf_printf(&forget, "DELETE FROM %s WHERE %.*s = $1", t->name, owner, key);
	s->copy_first = first.data;
	s->copy_next = next.data;
	s->copy_in = in.data;
	s->copy_forget = forget.data;
	free(columns);
}

/* --- a shop's rows once more, for another tenant: store/mirror.c --- */

/* "a, tenant, b" without the one name. */
static const char *without_tenant(const char *columns)
{
	struct buf b = { 0 };

	for (const char *p = columns; *p; p += strcspn(p, ","), p += strspn(p, ", "))
		if (strcspn(p, ",") != 6 || memcmp(p, "tenant", 6) != 0)
			buf_printf(&b, "%s%.*s", b.len ? ", " : "", (int)strcspn(p, ","), p);
	return b.data;
}

/* "AND (doc, pos) > ($3, $4) " */
static void add_behind(struct buf *b, const struct table_sql *s, int arg)
{
	buf_printf(b, "AND (%s) > (", s->mirror_key);
	for (int i = 0; i < s->copy_keys; i++)
		buf_printf(b, "%s$%d", i ? ", " : "", arg + i);
	buf_str(b, ") ");
}

static const char *mirror_end(const struct table *t, const struct table_sql *s, bool behind)
{
	struct buf b = { 0 };

	buf_printf(&b, "SELECT %s FROM %s WHERE tenant = $1 ", s->mirror_key, t->name);
	if (behind)
		add_behind(&b, s, 3);
	buf_printf(&b, "ORDER BY %s LIMIT 1 OFFSET $2", s->mirror_key);
	return b.data;
}

static const char *mirror_copy(const struct table *t, const struct table_sql *s, bool behind)
{
	struct buf b = { 0 };

	buf_printf(&b, "INSERT OR IGNORE INTO %s (tenant, %s) SELECT $3, %s FROM %s WHERE tenant = $1 ", t->name, s->mirror_columns,
		   s->mirror_columns, t->name);
	if (behind)
		add_behind(&b, s, 4);
	buf_printf(&b, "ORDER BY %s LIMIT $2", s->mirror_key);
	return b.data;
}

static const char *mirror_remove(const struct table *t, const struct table_sql *s)
{
	struct buf b = { 0 };

	buf_printf(&b, "DELETE FROM %s WHERE tenant = $1 AND (%s) IN (SELECT %s FROM %s WHERE tenant = $1 LIMIT $2)", t->name,
		   s->mirror_key, s->mirror_key, t->name);
	return b.data;
}

static void make_mirror(const struct table *t, struct table_sql *s)
{
	static const char by[] = "tenant, ";
	const char *key = key_of(t);
	char *columns;

	if (strncmp(key, by, strlen(by)) != 0)
		return;
	columns = copied(t);
	s->mirror_key = key + strlen(by);
	s->mirror_columns = without_tenant(columns);
	free(columns);
	s->mirror_end_first = mirror_end(t, s, false);
	s->mirror_end_next = mirror_end(t, s, true);
	s->mirror_copy_first = mirror_copy(t, s, false);
	s->mirror_copy_next = mirror_copy(t, s, true);
	s->mirror_remove = mirror_remove(t, s);
	s->mirror_count = text("SELECT CAST(count(*) AS bigint) FROM (SELECT 1 AS one FROM ", t->name, " WHERE tenant = $1 LIMIT $2) AS few");
}

static void make_one(const struct table *t, struct table_sql *s)
{
	make_copy(t, s);
	make_mirror(t, s);
	if (t->rule != LOCAL || table_column(t, "tenant") >= 0)
		s->rename_tenant = text("UPDATE ", t->name, " SET tenant = $2 WHERE tenant = $1");
	if (t->rule != LOCAL)
		make_uses(t, s);
	if (table_is_synced(t))
		make_synced(t, s);
	else if (table_is_part(t))
		make_part(t, s);
}

static void make_all(void)
{
	if (schema_count() > (int)ARRAY_LEN(made))
		panic("%d tables, room for %zu", schema_count(), ARRAY_LEN(made));
	for (const struct table *t = schema; t->name; t++)
		make_one(t, &made[schema_index(t)]);
}

const struct table_sql *table_sql(const struct table *t)
{
	pthread_once(&once, make_all);
	return &made[schema_index(t)];
}
