#include "base/base.h"
#include "store/upkeep.h"

#include <limits.h>
#include <sys/stat.h>

#define FAULTS_MAX 20

/* --- looking --- */

static int64_t log_bytes(const char *url)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof path, "%.4000s-wal", url);
	return stat(path, &st) < 0 ? 0 : (int64_t)st.st_size;
}

static int look_sqlite(struct db *db, const char *url, struct upkeep *u, struct err *err)
{
	static const char pages[] = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
	static const char unused[] = "SELECT freelist_count * page_size FROM pragma_freelist_count(), pragma_page_size()";

	u->log_bytes = log_bytes(url);
	return db_int(db, pages, NO_ARGS, &u->bytes, err) < 0 ? -1 : db_int(db, unused, NO_ARGS, &u->unused_bytes, err);
}

int upkeep_look(struct db *db, const char *url, struct upkeep *u, struct err *err)
{
	static const char size[] = "SELECT CAST(pg_database_size(current_database()) AS bigint)";

	*u = (struct upkeep){ 0 };
	if (db_schema_version(db, &u->version, err) < 0)
		return -1;
	return db_engine(db) == ENGINE_SQLITE ? look_sqlite(db, url, u, err) : db_int(db, size, NO_ARGS, &u->bytes, err);
}

/* --- checking --- */

int upkeep_check(struct db *db, struct pool *pool, struct buf *out, struct err *err)
{
	struct rows rs;
	bool well = true;
	int n = 0, faults = 0;

	jw_open(out, '[');
	if (db_engine(db) == ENGINE_SQLITE) {
		if (db_rows(db, "PRAGMA integrity_check", NO_ARGS, &rs, err) < 0)
			return -1;
		while ((n = rows_next(&rs, err)) > 0 && faults < FAULTS_MAX) {
			const char *said = rows_text(&rs, 0, pool);

			if (strcmp(said, "ok") == 0)
				continue;
			well = false;
			faults++;
			jw_str(out, said, strlen(said));
		}
		rows_end(&rs);
	}
	jw_close(out, ']');
	return n < 0 ? -1 : well;
}

/* --- giving room back --- */

int upkeep_vacuum(const struct db_config *living, struct err *err)
{
	static const char *const sql[] = { [ENGINE_SQLITE] = "VACUUM", [ENGINE_POSTGRES] = "VACUUM (ANALYZE)" };
	struct db_config patient = *living;
	struct db *db;
	int rc;

	patient.statement_timeout_ms = 0;
	/* It is about no shop's rows, and stands alone: nothing may travel with it.  Who owns
	 * the tables does it, where he is known; else PostgreSQL's autovacuum has to. */
	patient.walled = false;
	if (patient.owner_url)
		patient.url = patient.owner_url;
	if (db_open(&db, &patient, DB_WRITE, err) < 0)
		return -1;
	rc = db_run(db, sql[db_engine(db)], NO_ARGS, err);
	db_close(&db);
	return MIN(rc, 0);
}
