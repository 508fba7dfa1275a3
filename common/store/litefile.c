/* The file behind a connection to SQLite: how it is opened, and the log beside it.
 *
 * A foreign reader (another process: fexl-syncd) opens the file so that it can
 * take read locks only.  A plain read-only open may take the write lock to
 * recover the WAL index after a crash, and a process stopped there would block
 * the till.  The price: it must wait until the writer has the file open. */
#include "base/base.h"
#include "store/lite.h"

#include <pthread.h>
#include <stdlib.h>

/* --- opening --- */

static char *uri_of(const struct db *db)
{
	static const char *const how[] = {
		[DB_WRITE] = "mode=rwc",
		[DB_READ] = "mode=ro",
		[DB_FOREIGN] = "mode=ro&readonly_shm=1",
		[DB_ALONE] = "mode=rwc",
	};
	struct buf uri = { 0 };

	buf_str(&uri, "file:");
	for (const char *p = db->config.url; *p; p++)
		if (strchr("?#%", *p))
			buf_printf(&uri, "%%%02X", (unsigned char)*p);
		else
			buf_char(&uri, *p);
	buf_printf(&uri, "?%s", how[db->mode]);
	return uri.data;
}

static bool writes(const struct db *db)
{
	return db->mode == DB_WRITE || db->mode == DB_ALONE;
}

static int settings(struct db *db, struct err *err)
{
	struct buf sql = { 0 };
	int rc;

	if (db->mode == DB_ALONE)
		/* One file that can be carried away; what is deleted in it is gone from the disk. */
		buf_str(&sql, "PRAGMA locking_mode=EXCLUSIVE;PRAGMA journal_mode=DELETE;PRAGMA synchronous=FULL;"
			"PRAGMA secure_delete=1;PRAGMA cache_size=-16384;");
	else if (db->mode == DB_WRITE)
		/* Checkpoints are made beside the writer (checkpoint.c), not by its commits. */
		buf_printf(&sql,
			   "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;"
			   "PRAGMA journal_size_limit=%lld;PRAGMA cache_size=-16384;",
			   (long long)db->config.journal_size_bytes);
	else
		buf_str(&sql, "PRAGMA cache_size=-4096;PRAGMA query_only=1;");
	buf_str(&sql, "PRAGMA temp_store=MEMORY;PRAGMA trusted_schema=0;PRAGMA cell_size_check=1;");
	rc = lite_script(db, sql.data, err);
	buf_release(&sql);
	return rc;
}

/* Nobody asks SQLite how much memory it has; counting would take a lock that all
 * connections share, for each piece. */
static void count_no_memory(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* SQLite asks for each thing that a statement is about to use: a sure way to know
 * its tables, whatever its text.  What is not known to leave all tables as they
 * are may change any. */
static int note_use(void *arg, int action, const char *name, const char *arg2 UNUSED, const char *base UNUSED,
		    const char *by UNUSED)
{
	struct touched *asked = &((struct db *)arg)->asked;

	switch (action) {
	case SQLITE_READ:
		asked->read |= mark_of_table(name);
		break;
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
	case SQLITE_DELETE:
		asked->written |= mark_of_table(name);
		break;
	case SQLITE_SELECT:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
	case SQLITE_PRAGMA:
	case SQLITE_TRANSACTION:
	case SQLITE_SAVEPOINT:
		break;
	default:
		asked->written = ~(uint64_t)0;
	}
	return SQLITE_OK;
}

static int note_log(void *ctx, sqlite3 *handle UNUSED, const char *name UNUSED, int pages)
{
	struct db *db = ctx;

	db->log_pages = pages;
	return SQLITE_OK;
}

int lite_open(struct db *db, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
		    (writes(db) ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
	char *uri = uri_of(db);
	sqlite3 *handle = NULL;
	int rc;

	pthread_once(&once, count_no_memory);
	rc = sqlite3_open_v2(uri, &handle, flags, writes(db) ? lite_gathering() : NULL);
	free(uri);
	db->handle = handle;
	if (rc != SQLITE_OK)
		return err_set(err, ERR_UNREACHABLE, "database_open", "cannot open %s: %s", db->config.url,
			       handle ? sqlite3_errmsg(handle) : "no memory");
	sqlite3_extended_result_codes(handle, 1);
	if (db->config.marks)
		sqlite3_set_authorizer(handle, note_use, db);
	/* A reader never waits for the writer; a second writer process would be a mistake. */
	sqlite3_busy_timeout(handle, writes(db) ? 2000 : 0);
	if (settings(db, err) < 0)
		return -1;
	sqlite3_wal_hook(handle, note_log, db);		/* in place of the one that wal_autocheckpoint sets */
	return 0;
}

/* --- the log --- */

/* Frames in the WAL that are not in the database file yet, in bytes.  A reader
 * that stands still keeps them there. */
static int64_t checkpoint(struct db *db)
{
	int in_log = 0, done = 0, page = 4096;

	sqlite3_wal_checkpoint_v2(lite(db), NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &done);
	return in_log > done ? (int64_t)(in_log - done) * page : 0;
}

int64_t db_checkpoint(struct db *db)
{
	return db_engine(db) == ENGINE_SQLITE ? checkpoint(db) : 0;
}
