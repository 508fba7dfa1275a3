/* From nothing to the present tables, or from an older version step by step.
 *
 * A new database is made from the description.  An older one takes the steps
 * above its version, each in a transaction of its own; a test proves that both
 * ways end at the same tables. */
#include "base/base.h"
#include "store/driver.h"

#include "base/log.h"

struct step {
	int to;			/* the version it leads to */
	const char *what;	/* for the log */
	const char *sql;	/* both engines: statements separated by ";\n" */
};

/* Version 1 is the first; its tables come from the description. */
static const struct step steps[] = {
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

static int apply(struct db *db, const char *script, struct err *err)
{
	if (db_begin(db, err) < 0)
		return -1;
	if (db->driver->script(db, script, err) < 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err) == COMMIT_DONE ? 0 : -1;
}

static int create(struct db *db, struct err *err)
{
	struct buf sql = { 0 };
	int rc;

	for (const struct table *t = schema; t->name; t++)
		ddl_table(t, db_engine(db), &sql);
	buf_printf(&sql, "CREATE TABLE schema_version (version bigint NOT NULL);\n"
		   "INSERT INTO schema_version VALUES (%d);\n", SCHEMA_VERSION);
	rc = apply(db, sql.data, err);
	buf_release(&sql);
	return rc;
}

static int take_step(struct db *db, const struct step *s, struct err *err)
{
	struct buf sql = { 0 };
	int rc;

	log_info("database: to version %d (%s)", s->to, s->what);
	buf_printf(&sql, "%s;\nUPDATE schema_version SET version = %d;\n", s->sql, s->to);
	rc = apply(db, sql.data, err);
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
	for (const struct step *s = steps; s->to; s++)
		if (s->to > version && take_step(db, s, err) < 0)
			return -1;
	return 0;
}
