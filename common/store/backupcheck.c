/* Is a backup what it was, and would a shop be whole with it? */
#include "base/base.h"
#include "store/backup.h"
#include "store/sumfile.h"

#include <limits.h>

static int check_sum(const char *path, struct err *err)
{
	char is[SUM_LEN + 1], should[SUM_LEN + 1];
	int64_t bytes;

	sum_read(path, should);
	if (!*should)
		return err_set(err, ERR_CONFLICT, "no_sum", "%s%s is missing: nobody can tell whether the backup is whole", path, SUM_SUFFIX);
	if (sum_of(path, is, &bytes, err) < 0)
		return -1;
	if (strcmp(is, should) == 0)
		return 0;
	return err_set(err, ERR_CONFLICT, "sum_differs", "%s is damaged: its SHA-256 is not what stands beside it; use another backup", path);
}

static int check_pages(struct db *db, const char *path, struct err *err)
{
	struct pool *pool = pool_new();
	struct val v;
	int n = db_one(db, pool, "PRAGMA integrity_check(1)", NO_ARGS, &v, 1, err);

	if (n > 0 && strcmp(v.s, "ok") != 0)
		n = err_set(err, ERR_CONFLICT, "backup_damaged", "%s is damaged (%.100s); use another backup", path, v.s);
	pool_free(&pool);
	return MIN(n, 0);
}

static int check_version(struct db *db, const char *path, struct err *err)
{
	int version;

	if (db_schema_version(db, &version, err) < 0)
		return -1;
	if (version == 0)
		return err_set(err, ERR_CONFLICT, "not_a_backup", "%s is no database of Fexl's", path);
	if (version > SCHEMA_VERSION)
		return err_set(err, ERR_CONFLICT, "schema_newer", "%s has schema version %d, this program knows %d: install the newer version",
			       path, version, SCHEMA_VERSION);
	return 0;
}

static int check_books(struct db *db, const char *path, struct err *err)
{
	/* Of a till whose rows are being moved, some entries are half in their new place. */
	static const char sql[] = "SELECT count(*) FROM (SELECT 1 AS one FROM journal_lines WHERE tenant IN (SELECT uuid FROM tenants) "
				  "GROUP BY tenant, doc HAVING sum(debit) <> sum(credit)) AS wrong";
	int64_t n;

	if (db_int(db, sql, NO_ARGS, &n, err) < 0)
		return -1;
	if (n == 0)
		return 0;
	return err_set(err, ERR_CONFLICT, "unbalanced", "%s: %lld journal entries do not balance", path, (long long)n);
}

int backup_verify(const char *path, bool with_sum, struct err *err)
{
	struct db *db;
	int rc;

	if ((with_sum && check_sum(path, err) < 0) || backup_open(path, DB_READ, &db, err) < 0)
		return -1;
	rc = check_version(db, path, err);
	if (rc == 0)
		rc = check_pages(db, path, err);
	if (rc == 0)
		rc = check_books(db, path, err);
	db_close(&db);
	return rc;
}

int backup_count(const char *path, struct table_count *count, int *n_r, struct err *err)
{
	struct pool *pool = pool_new();
	struct db *db;
	int rc = backup_open(path, DB_READ, &db, err);

	*n_r = 0;
	for (const struct table *t = schema; rc == 0 && t->name; t++) {
		struct table_count *c = &count[*n_r];

		if (!table_is_synced(t))
			continue;
		c->table = t;
		/* db outlives none of these texts: it is closed before the pool ends. */
		rc = db_int(db, pool_printf(pool, "SELECT count(*) FROM %s WHERE tenant IN (SELECT uuid FROM tenants)", t->name),
			    NO_ARGS, &c->rows, err);
		++*n_r;
	}
	db_close(&db);
	pool_free(&pool);
	return rc;
}
