/* Backups of a database, each one SQLite file of our own schema in the folder
 * backups of data_dir, beside it its sum as sha256sum writes it.
 *
 *	fexl-20261123-093000.db	fexl-20261123-093000.db.sha256
 *
 * Of SQLite it is the whole database as of one moment, taken while others write;
 * of PostgreSQL one shop.  Sessions, lockouts, licence hashes and the device's
 * key are not in it. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

#define BACKUP_NAME_LEN 23	/* fexl-YYYYMMDD-HHMMSS.db */

struct backup {
	char name[BACKUP_NAME_LEN + 1];
	int64_t at, bytes;
	char sum[2 * SHA256_LEN + 1];	/* empty: its file is not there */
};

struct table_count {
	const struct table *table;
	int64_t rows;
};

/* tenant: PostgreSQL's one shop.  Slow; one at a time (ERR_BUSY backup_running). */
int backup_create(const struct db_config *living, const char *data_dir, struct uuid tenant, struct backup *b,
		  struct err *err) MUST_CHECK;
/* The same of one shop, on either engine, into a folder of its own: exports/TENANT.
 * path, PATH_MAX bytes: where it is. */
int backup_shop(const struct db_config *living, const char *data_dir, struct uuid tenant, struct backup *b, char *path,
		struct err *err) MUST_CHECK;
/* Newest first, in pool. */
int backup_list(const char *data_dir, struct pool *pool, struct backup **list_r, int *n_r, struct err *err) MUST_CHECK;
/* ERR_NOT_FOUND when there is no such backup. */
int backup_find(const char *data_dir, const char *name, struct backup *b, struct err *err) MUST_CHECK;
int backup_delete(const char *data_dir, const char *name, struct err *err) MUST_CHECK;
/* Its sum (what a restore put aside has none), its pages, its version, its books: ERR_CONFLICT
 * says what is wrong. */
int backup_verify(const char *path, bool with_sum, struct err *err) MUST_CHECK;
/* Synced rows by table; count has SYNCED_MAX entries. */
int backup_count(const char *path, struct table_count *count, int *n_r, struct err *err) MUST_CHECK;
/* DB_ALONE or DB_READ. */
int backup_open(const char *path, enum db_mode mode, struct db **db, struct err *err) MUST_CHECK;
/* Where a backup of this name is; path has PATH_MAX bytes. */
void backup_path(const char *data_dir, const char *name, char *path);
/* Makes room for a file of so many bytes in a folder, or says how much lacks. */
int backup_room(const char *dir, int64_t bytes, struct err *err) MUST_CHECK;

/* A write on a database that nobody else has open, committed when it returns 0. */
int db_write_alone(struct db *db, struct pool *pool, int (*write)(struct txn *t, void *ctx, struct err *err), void *ctx,
		   struct err *err) MUST_CHECK;

/* --- copy.c --- */

/* Rows of a shop that are to last: not who is signed in, not the server's own. */
bool copy_is_of_shop(const struct table *t);

/* All of one shop, and the server's own row, into a database that lacks both. */
int copy_shop(struct db *from, struct db *to, struct uuid tenant, struct err *err) MUST_CHECK;
/* The same rows of one table, within a write. */
int copy_table(struct db *from, struct db *to, const struct table *t, struct uuid tenant, struct err *err) MUST_CHECK;

#endif
