/* Looking into databases: SQLite and SQL, and nothing of the suite's but the
 * description of the tables. */
#include "base/base.h"
#include "sim.h"

#include <sqlite3.h>

static sqlite3_stmt *prepare(struct sim *s, struct node *n, const char *sql, const struct uuid *uuid)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(n->db->handle, sql, -1, &st, NULL) != SQLITE_OK)
		sim_fail(s, "%s: %s in: %s", n->name, sqlite3_errmsg(n->db->handle), sql);
	if (uuid)
		sqlite3_bind_blob(st, 1, uuid->b, 16, SQLITE_STATIC);
	return st;
}

const char *sql_text(struct sim *s, struct node *n, const char *sql, const struct uuid *uuid)
{
	sqlite3_stmt *st = prepare(s, n, sql, uuid);
	const char *text = NULL;

	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL)
		text = pool_strdup(s->pool, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return text;
}

int64_t sql_int(struct sim *s, struct node *n, const char *sql, const struct uuid *uuid)
{
	sqlite3_stmt *st = prepare(s, n, sql, uuid);
	int64_t i = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;

	sqlite3_finalize(st);
	return i;
}

void sql_each(struct sim *s, struct node *n, const char *sql, void (*row)(struct sim *s, const char *text, void *arg), void *arg)
{
	sqlite3_stmt *st = prepare(s, n, sql, NULL);

	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 0);

		row(s, text ? text : "", arg);
	}
	sqlite3_finalize(st);
}

/* --- records --- */

const char *record_state(struct sim *s, struct node *n, const struct table *t, struct uuid uuid)
{
	const struct kind *k = kind_of_table(t->name);
	char sql[200];

	/* A setting's value is JSON text: "v7". */
	snprintf(sql, sizeof sql, "SELECT trim(coalesce(%s, ''), '\"') || CASE WHEN deleted_at IS NULL THEN '' ELSE '-' END "
		 "FROM %s WHERE uuid = ?1", k->tag, t->name);
	return sql_text(s, n, sql, &uuid);
}

/* --- documents --- */

/* What a server filled in for the person is not what the person entered. */
static void put_column(const struct column *c, const char *filled, struct buf *sql)
{
	if (c->fill)
		buf_printf(sql, " || '|' || CASE WHEN %s & %u THEN '~' ELSE quote(%s) END", filled, c->fill, c->name);
	else if (!(c->flags & COL_SERVER))
		buf_printf(sql, " || '|' || quote(%s)", c->name);
}

static void put_columns(const struct table *t, const char *filled, struct buf *sql)
{
	buf_printf(sql, "'%s'", t->name);
	for (const struct column *c = t->columns; c->name; c++)
		put_column(c, filled, sql);
}

static void put_part(const struct table *t, const struct table *part, struct buf *sql)
{
	char filled[100];

	snprintf(filled, sizeof filled, "(SELECT filled FROM %s WHERE uuid = ?1)", t->name);
	buf_str(sql, " || coalesce((SELECT group_concat(x, ';') FROM (SELECT ");
	put_columns(part, filled, sql);
	buf_printf(sql, " AS x FROM %s WHERE doc = ?1 ORDER BY pos)), '')", part->name);
}

const char *document_facts(struct sim *s, struct node *n, const struct table *t, struct uuid uuid)
{
	struct buf sql = { 0 };
	const char *facts;

	buf_str(&sql, "SELECT ");
	put_columns(t, "filled", &sql);
	for (int i = 0; table_part(t, i); i++)
		if (table_part(t, i)->rule == PART)
			put_part(t, table_part(t, i), &sql);
	buf_printf(&sql, " FROM %s WHERE uuid = ?1", t->name);
	facts = sql_text(s, n, sql.data, &uuid);
	buf_release(&sql);
	return facts;
}
