/* From nothing to the present tables, or from an older version step by step.
 *
 * A database is brought to the description: tables, columns and indexes that it
 * lacks are made.  That is all most versions need; what else must be done to
 * rows that are there, or taken away, is a numbered step before that.  All of it
 * is one transaction: a database is of one version or of the other.
 *
 * A test proves that a new database and an old one that was brought up agree. */
#include "base/base.h"
#include "store/driver.h"

#include "base/log.h"
#include "schema/sums.h"

/* Version 1 numbered its ten tables from 0. */
#define V1_RANK "CASE tbl WHEN 0 THEN 100 WHEN 1 THEN 120 WHEN 2 THEN 130 WHEN 3 THEN 140 WHEN 4 THEN 150 " \
	"WHEN 5 THEN 160 WHEN 6 THEN 170 WHEN 7 THEN 180 WHEN 8 THEN 300 ELSE 320 END"

/* What customers owe, from the books; their accounts as each engine writes a uuid. */
#define ALL_SHOPS(x) ""
#define OWED_OF(receivables, credit) OWED_BY_BOOKS(receivables, credit, ALL_SHOPS)
#define FILL_OWED(rows) \
	"INSERT INTO debts (tenant, customer, invoice, at, owed) " DEBTS_OF(rows) ";\n" \
	"INSERT INTO balances (tenant, customer, owed, credit) " BALANCES_OF(rows)
/* The wall between shops holds up the owner too.  It is raised anew after each new version. */
#define SEE_ALL(table) "ALTER TABLE " table " NO FORCE ROW LEVEL SECURITY;\n"

/* Statements are separated by ";\n". */
static const struct step {
	int to;			/* the version it leads to */
	const char *what;	/* for the log */
	const char *sql;
	const char *fill[2];	/* by engine: what stands in columns and tables that are new then; NULL: their default */
} steps[] = {
	{ 2, "rows wait in the outbox under their table's rank",
	  "DROP INDEX IF EXISTS outbox_1;\n"
	  "UPDATE outbox SET tbl = " V1_RANK ";\n"
	  "UPDATE parked SET tbl = " V1_RANK },
	{ 3, "open layers are marked, so that a sale need not rewrite their index",
	  "DROP INDEX IF EXISTS layers_0",
	  { [ENGINE_SQLITE] = "UPDATE layers SET open = 1 WHERE qty_left > 0",
	    [ENGINE_POSTGRES] = SEE_ALL("layers") "UPDATE layers SET open = 1 WHERE qty_left > 0" } },
	{ 4, "what customers owe is kept",
	  NULL,
	  { [ENGINE_SQLITE] = FILL_OWED(OWED_OF("x'b7828b8bb2595a078b6deca116535def'", "x'f5416e9788e05db099d362ff6dffb048'")),
	    [ENGINE_POSTGRES] = SEE_ALL("invoices") SEE_ALL("cancellations") SEE_ALL("returns") SEE_ALL("customer_payments")
				SEE_ALL("journal_lines")
				FILL_OWED(OWED_OF("'b7828b8b-b259-5a07-8b6d-eca116535def'", "'f5416e97-88e0-5db0-99d3-62ff6dffb048'")) } },
	{ 0 }
};

int db_schema_version(struct db *db, int *version, struct err *err)
{
	static const char *const there[] = {
		[ENGINE_SQLITE] = "SELECT 1 FROM sqlite_master WHERE name = 'schema_version'",
		[ENGINE_POSTGRES] = "SELECT CAST(1 AS bigint) FROM pg_tables WHERE tablename = 'schema_version' "
				    "AND schemaname = current_schema()",
	};
	int64_t n;

	if (db_int(db, there[db_engine(db)], NO_ARGS, &n, err) < 0)
		return -1;
	if (n && db_int(db, "SELECT version FROM schema_version", NO_ARGS, &n, err) < 0)
		return -1;
	*version = (int)n;
	return 0;
}

int db_script(struct db *db, const char *script, struct err *err)
{
	if (db_begin(db, err) < 0)
		return -1;
	if (db->driver->script(db, script, err) < 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err) == COMMIT_DONE ? 0 : -1;
}

/* SQLite supposes that a tenant is ten rows, and would read a whole shop to save
 * itself a sort.  So it is told, once and the same everywhere: a tenant is all
 * there is, what follows it in an index is few.  (sqlite.org/fileformat2.html,
 * sqlite_stat1; PostgreSQL counts for itself.) */
static const char what_is_many[] =
	"ANALYZE sqlite_schema;\n"
	"DELETE FROM sqlite_stat1;\n"
	"INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT t.name, "
	"CASE WHEN i.origin = 'pk' AND t.sql LIKE '%WITHOUT ROWID%' THEN t.name ELSE i.name END, "
	"'1000000 ' || (SELECT group_concat(CASE WHEN c.seqno = 0 THEN 1000000 WHEN i.\"unique\" AND c.seqno = "
	"(SELECT max(seqno) FROM pragma_index_info(i.name)) THEN 1 WHEN c.seqno = 1 THEN 1000 ELSE 10 END, ' ') "
	"FROM pragma_index_info(i.name) c) "
	"FROM sqlite_schema t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND EXISTS "
	"(SELECT 1 FROM pragma_index_info(i.name) f WHERE f.seqno = 0 AND f.name = 'tenant');\n"
	"ANALYZE sqlite_schema;\n";

static void tell_planner(struct db *db, struct buf *sql)
{
	if (db_engine(db) == ENGINE_SQLITE)
		buf_str(sql, what_is_many);
}

static int create(struct db *db, struct err *err)
{
	struct buf sql = { 0 };
	int rc;

	for (const struct table *t = schema; t->name; t++)
		ddl_table(t, db_engine(db), &sql);
	buf_printf(&sql, "CREATE TABLE schema_version (version bigint NOT NULL);\n"
		   "INSERT INTO schema_version VALUES (%d);\n", SCHEMA_VERSION);
	tell_planner(db, &sql);
	rc = db_script(db, sql.data, err);
	buf_release(&sql);
	return rc;
}

/* --- what an older database lacks --- */

/* 1 the table has this column, 0, -1; a table that is not there has none. */
static int has_column(struct db *db, const char *table, const char *column, struct err *err)
{
	static const char *const sql[] = {
		[ENGINE_SQLITE] = "SELECT CAST(count(*) AS bigint) FROM pragma_table_info($1) WHERE lower(name) = lower($2)",
		[ENGINE_POSTGRES] = "SELECT CAST(count(*) AS bigint) FROM information_schema.columns WHERE table_schema = "
				    "current_schema() AND table_name = CAST($1 AS text) AND column_name = lower(CAST($2 AS text))",
	};
	int64_t n;

	if (db_int(db, sql[db_engine(db)], ARGS(v_text(table), v_text(column)), &n, err) < 0)
		return -1;
	return n > 0;
}

static int add_columns(struct db *db, const struct table *t, const struct column *c, struct buf *sql, struct err *err)
{
	for (; c->name; c++) {
		int n = has_column(db, t->name, c->name, err);

		if (n < 0)
			return -1;
		if (n == 0)
			ddl_column(t, c, db_engine(db), sql);
	}
	return 0;
}

static int bring_up(struct db *db, const struct table *t, struct buf *sql, struct err *err)
{
	if (add_columns(db, t, t->columns, sql, err) < 0 ||
	    (table_is_synced(t) && add_columns(db, t, sync_columns, sql, err) < 0))
		return -1;
	ddl_indexes(t, sql);
	return 0;
}

static int add_lacking(struct db *db, const struct table *t, struct buf *sql, struct err *err)
{
	/* Every table of ours begins with a column of its own or with its tenant. */
	int n = has_column(db, t->name, t->rule == LOCAL ? t->columns[0].name : "tenant", err);

	if (n > 0)
		return bring_up(db, t, sql, err);
	if (n == 0)
		ddl_table(t, db_engine(db), sql);
	return n;
}

static void take_steps(int version, struct buf *sql)
{
	for (const struct step *s = steps; s->to; s++) {
		if (s->to <= version)
			continue;
		log_info("database: to version %d (%s)", s->to, s->what);
		if (s->sql)
			buf_printf(sql, "%s;\n", s->sql);
	}
}

static void fill_new(int version, enum engine engine, struct buf *sql)
{
	for (const struct step *s = steps; s->to; s++)
		if (s->to > version && s->fill[engine])
			buf_printf(sql, "%s;\n", s->fill[engine]);
}

static int upgrade(struct db *db, int version, struct err *err)
{
	struct buf sql = { 0 };
	int rc = 0;

	take_steps(version, &sql);
	for (const struct table *t = schema; rc == 0 && t->name; t++)
		rc = add_lacking(db, t, &sql, err);
	fill_new(version, db_engine(db), &sql);
	buf_printf(&sql, "UPDATE schema_version SET version = %d;\n", SCHEMA_VERSION);
	tell_planner(db, &sql);
	if (rc == 0)
		rc = db_script(db, sql.data, err);
	buf_release(&sql);
	return rc;
}

int db_migrate(struct db *db, struct err *err)
{
	int version;

	if (db_schema_version(db, &version, err) < 0)
		return -1;
	if (version == 0)
		return create(db, err);
	if (version > SCHEMA_VERSION)
		return err_set(err, ERR_UPGRADE, "schema_newer",
			       "the database has schema version %d, this program knows %d: install the newer version again",
			       version, SCHEMA_VERSION);
	return version < SCHEMA_VERSION ? upgrade(db, version, err) : 0;
}
