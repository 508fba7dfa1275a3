/* The description as CREATE TABLE.  The engines differ in type names, in how a
 * row is numbered, and in nothing else. */
#include "base/base.h"
#include "schema/schema.h"

#include "base/log.h"

static const char *const sql_types[][2] = {
	/*              SQLite     PostgreSQL */
	[COL_TEXT]  = { "TEXT",    "text" },
	[COL_INT]   = { "INTEGER", "bigint" },
	[COL_MONEY] = { "INTEGER", "bigint" },
	[COL_QTY]   = { "INTEGER", "bigint" },
	[COL_RATE]  = { "INTEGER", "bigint" },
	[COL_BOOL]  = { "INTEGER", "bigint" },
	[COL_TIME]  = { "INTEGER", "bigint" },
	[COL_UUID]  = { "BLOB",    "uuid" },
	[COL_REF]   = { "BLOB",    "uuid" },
	[COL_WORD]  = { "TEXT",    "text" },
	[COL_JSON]  = { "TEXT",    "text" },
	[COL_BLOB]  = { "BLOB",    "bytea" },
};

static void add_columns(const struct column *c, enum engine engine, struct buf *out)
{
	for (; c->name; c++)
		buf_printf(out, "\t%s %s%s,\n", c->name, sql_types[c->type][engine],
			   c->flags & COL_REQUIRED ? " NOT NULL" : "");
}

/* Rows that are there already need something where null may not be. */
static const char *nothing(const struct column *c)
{
	if (c->type == COL_TEXT || c->type == COL_WORD || c->type == COL_JSON)
		return c->def ? c->def : "";
	return c->def ? c->def : "0";
}

void ddl_column(const struct table *t, const struct column *c, enum engine engine, struct buf *out)
{
	if (c->flags & COL_REQUIRED && (c->type == COL_UUID || c->type == COL_REF || c->type == COL_BLOB))
		panic("%s.%s: rows that are there already have no %s to give", t->name, c->name, c->name);
	buf_printf(out, "ALTER TABLE %s ADD COLUMN %s %s", t->name, c->name, sql_types[c->type][engine]);
	if (c->flags & COL_REQUIRED)
		buf_printf(out, " NOT NULL DEFAULT '%s'", nothing(c));
	buf_printf(out, ";\n");
}

static void add_synced(const struct table *t, enum engine engine, struct buf *out)
{
	bool lite = engine == ENGINE_SQLITE;
	const char *uuid = sql_types[COL_UUID][engine];

	buf_printf(out, "\tid %s,\n", lite ? "INTEGER PRIMARY KEY" : "bigint GENERATED ALWAYS AS IDENTITY");
	buf_printf(out, "\ttenant %s NOT NULL,\n\tuuid %s NOT NULL,\n", uuid, uuid);
	add_columns(t->columns, engine, out);
	add_columns(sync_columns, engine, out);
	buf_printf(out, "\t%s (tenant, uuid)\n);\n", lite ? "UNIQUE" : "PRIMARY KEY");
}

/* Clustered by its key: the parts of a document lie side by side. */
static void add_key(const char *key, enum engine engine, struct buf *out)
{
	buf_printf(out, "\tPRIMARY KEY (%s)\n)%s;\n", key, engine == ENGINE_SQLITE ? " WITHOUT ROWID" : "");
}

static void add_part(const struct table *t, enum engine engine, struct buf *out)
{
	const char *uuid = sql_types[COL_UUID][engine];

	buf_printf(out, "\ttenant %s NOT NULL,\n\tdoc %s NOT NULL,\n\tpos %s NOT NULL,\n", uuid, uuid,
		   sql_types[COL_INT][engine]);
	add_columns(t->columns, engine, out);
	add_key("tenant, doc, pos", engine, out);
}

void ddl_indexes(const struct table *t, struct buf *out)
{
	if (table_is_synced(t))
		buf_printf(out, "CREATE INDEX IF NOT EXISTS %s_seq ON %s (tenant, _seq) WHERE _seq > 0;\n", t->name, t->name);
	for (int i = 0; t->indexes && t->indexes[i]; i++)
		buf_printf(out, "CREATE INDEX IF NOT EXISTS %s_%d ON %s %s;\n", t->name, i, t->name, t->indexes[i]);
}

void ddl_table(const struct table *t, enum engine engine, struct buf *out)
{
	buf_printf(out, "CREATE TABLE %s (\n", t->name);
	if (table_is_synced(t)) {
		add_synced(t, engine, out);
	} else if (table_is_part(t)) {
		add_part(t, engine, out);
	} else {
		add_columns(t->columns, engine, out);
		add_key(t->key, engine, out);
	}
	ddl_indexes(t, out);
}
