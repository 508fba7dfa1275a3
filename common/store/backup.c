/* Making, finding and judging backups.  A file has its name only when all of it
 * is on the disk, and its sum beside it. */
#include "base/base.h"
#include "store/backup.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/driver.h"
#include "store/sumfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "backups"
#define PART ".part"
#define PATTERN "fexl-%04d%02d%02d-%02d%02d%02d.db"
#define ROW_BYTES 800		/* of one row of PostgreSQL's as SQLite stores it, with its indexes */
#define MIB ((int64_t)1 << 20)
#define ROOM_LEFT (16 * MIB)	/* beside a backup: the till must go on writing */

/* --- names --- */

static int64_t name_time(const char *name)
{
	char again[BACKUP_NAME_LEN + 20];
	struct tm tm = { 0 };

	if (sscanf(name, "fexl-%4d%2d%2d-%2d%2d%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec) != 6)
		return 0;
	snprintf(again, sizeof again, PATTERN, tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (strcmp(again, name) != 0)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return timegm(&tm) * SECOND_US;
}

static void name_of(int64_t at, char name[BACKUP_NAME_LEN + 1])
{
	time_t s = (time_t)(at / SECOND_US);
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(name, BACKUP_NAME_LEN + 1, "fexl-%Y%m%d-%H%M%S.db", &tm);
}

void backup_path(const char *data_dir, const char *name, char *path)
{
	snprintf(path, PATH_MAX, "%s/" FOLDER "/%s", data_dir, name);
}

int backup_room(const char *dir, int64_t bytes, struct err *err)
{
	struct statvfs fs;
	int64_t there;

	if (statvfs(dir, &fs) < 0)
		return file_trouble(err, "look at", dir);
	there = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	if (there >= bytes + ROOM_LEFT)
		return 0;
	return err_set(err, ERR_BUSY, "disk_full", "%lld MiB are missing in %s, where %lld are needed: make room, or delete old backups",
		       (long long)((bytes + ROOM_LEFT - there + MIB - 1) / MIB), dir, (long long)((bytes + ROOM_LEFT) / MIB));
}

/* --- the folder --- */

/* Only what a backup that was broken off has left. */
static void remove_parts(const char *folder)
{
	DIR *d = opendir(folder);
	char path[PATH_MAX];
	struct dirent *e;

	while (d && (e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (len < sizeof PART || strcmp(e->d_name + len - sizeof PART + 1, PART) != 0)
			continue;
		snprintf(path, sizeof path, "%.3000s/%s", folder, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
}

/* A descriptor that is the turn; the folder is there then.  -1 with err. */
static int take_turn(const char *data_dir, struct err *err)
{
	char folder[PATH_MAX], lock[PATH_MAX];
	int fd;

	snprintf(folder, sizeof folder, "%.3000s/" FOLDER, data_dir);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return file_trouble(err, "make", folder);
	snprintf(lock, sizeof lock, "%.3000s/lock", folder);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return file_trouble(err, "make", lock);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return err_set(err, ERR_BUSY, "backup_running", "another backup is being made: try again when it is done");
	}
	remove_parts(folder);
	return fd;
}

static void new_name(const char *data_dir, struct backup *b)
{
	char path[PATH_MAX];

	b->at = clock_wall() / SECOND_US * SECOND_US;
	for (;; b->at += SECOND_US) {
		name_of(b->at, b->name);
		backup_path(data_dir, b->name, path);
		if (access(path, F_OK) < 0)
			return;
	}
}

/* --- making --- */

int backup_open(const char *path, enum db_mode mode, struct db **db, struct err *err)
{
	struct db_config config = { .engine = ENGINE_SQLITE, .url = path };

	return db_open(db, &config, mode, err);
}

static int bytes_needed(struct db *db, struct uuid tenant, int64_t *bytes, struct err *err)
{
	static const char pages[] = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";

	*bytes = 0;
	if (db_engine(db) == ENGINE_SQLITE)
		return db_int(db, pages, NO_ARGS, bytes, err);
	for (const struct table *t = schema; t->name; t++) {
		int64_t n;

		if (!table_is_synced(t))
			continue;
		if (db_int(db, table_sql(t)->count, ARGS(v_uuid(tenant)), &n, err) < 0)
			return -1;
		*bytes += n * ROW_BYTES * (t->rule == INSERT_ONCE ? 6 : 1);	/* with its lines, moves and entry */
	}
	return 0;
}

/* A file of this mode from the first byte on. */
static int make_empty(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return file_trouble(err, "make", path);
	close(fd);
	return 0;
}

static int fill_with_shop(struct db *living, struct db *copy, struct uuid tenant, struct err *err)
{
	if (db_migrate(copy, err) < 0 || db_begin(copy, err) < 0)
		return -1;
	if (copy_shop(living, copy, tenant, err) < 0) {
		db_rollback(copy);
		return -1;
	}
	return db_commit(copy, err) == COMMIT_DONE ? 0 : -1;
}

static int scrub(struct db *copy, struct err *err)
{
	static const char *const sql[] = { "DELETE FROM sessions", "DELETE FROM lockouts",
					   "UPDATE tenants SET license_hash = NULL" };

	for (size_t i = 0; i < ARRAY_LEN(sql); i++)
		if (db_run(copy, sql[i], NO_ARGS, err) < 0)
			return -1;
	return 0;
}

/* whole: all there is, of SQLite; else one shop. */
static int fill(struct db *living, struct uuid tenant, bool whole, const char *part, struct err *err)
{
	struct db *copy;
	int rc = 0;

	if (whole && db_run(living, "VACUUM INTO $1", ARGS(v_text(part)), err) < 0)
		return -1;
	if (backup_open(part, DB_ALONE, &copy, err) < 0)
		return -1;
	if (!whole)
		rc = fill_with_shop(living, copy, tenant, err);
	if (rc == 0)
		rc = scrub(copy, err);
	db_close(&copy);
	return rc;
}

/* One state of the database, whatever is written meanwhile. */
static int take(struct db *living, struct uuid tenant, bool whole, const char *folder, const char *part, struct err *err)
{
	int64_t bytes;
	int rc;

	if (!whole && db_read_begin(living, err) < 0)
		return -1;
	rc = bytes_needed(living, tenant, &bytes, err);
	if (rc == 0)
		rc = backup_room(folder, bytes, err);
	if (rc == 0)
		rc = make_empty(part, err);
	if (rc == 0)
		rc = fill(living, tenant, whole, part, err);
	if (!whole)
		db_read_end(living);
	return rc;
}

static int put_in_place(const char *part, const char *path, const char *folder, struct backup *b, struct err *err)
{
	if (file_sync(part, O_RDWR, err) < 0 || sum_of(part, b->sum, &b->bytes, err) < 0 ||
	    sum_write(path, b->name, b->sum, err) < 0)
		return -1;
	if (rename(part, path) < 0)
		return file_trouble(err, "rename", part);
	return file_sync(folder, O_RDONLY | O_DIRECTORY, err);
}

static int make(struct db *living, const char *data_dir, struct uuid tenant, struct backup *b, struct err *err)
{
	char folder[PATH_MAX], path[PATH_MAX], part[PATH_MAX];
	int rc;

	db_enter(living, tenant);
	new_name(data_dir, b);
	snprintf(folder, sizeof folder, "%.3000s/" FOLDER, data_dir);
	backup_path(data_dir, b->name, path);
	file_beside(path, PART, part);
	rc = take(living, tenant, db_engine(living) == ENGINE_SQLITE, folder, part, err);
	if (rc == 0)
		rc = put_in_place(part, path, folder, b, err);
	if (rc < 0)
		unlink(part);
	return rc;
}

int backup_create(const struct db_config *living, const char *data_dir, struct uuid tenant, struct backup *b,
		  struct err *err)
{
	int turn = take_turn(data_dir, err), rc = -1;
	struct db *db = NULL;

	if (turn < 0)
		return -1;
	/* A connection of its own, that writes nothing: VACUUM does not work on one that may not. */
	if (db_open(&db, living, DB_WRITE, err) == 0)
		rc = make(db, data_dir, tenant, b, err);
	db_close(&db);
	close(turn);
	return rc;
}

/* --- one shop --- */

static int make_folder(const char *path, struct err *err)
{
	return mkdir(path, 0700) < 0 && errno != EEXIST ? file_trouble(err, "make", path) : 0;
}

static int export(struct db *living, const char *data_dir, struct uuid tenant, struct backup *b, char *path, struct err *err)
{
	char folder[PATH_MAX], part[PATH_MAX];
	int rc;

	snprintf(folder, sizeof folder, "%.3000s/exports", data_dir);
	if (make_folder(folder, err) < 0)
		return -1;
	snprintf(folder, sizeof folder, "%.3000s/exports/%s", data_dir, uuid_text(tenant).s);
	if (make_folder(folder, err) < 0)
		return -1;
	new_name(data_dir, b);
	snprintf(path, PATH_MAX, "%.3900s/%s", folder, b->name);
	file_beside(path, PART, part);
	rc = take(living, tenant, false, folder, part, err);
	if (rc == 0)
		rc = put_in_place(part, path, folder, b, err);
	if (rc < 0)
		unlink(part);
	return rc;
}

int backup_shop(const struct db_config *living, const char *data_dir, struct uuid tenant, struct backup *b, char *path,
		struct err *err)
{
	int turn = take_turn(data_dir, err), rc = -1;
	struct db *db = NULL;

	if (turn < 0)
		return -1;
	if (db_open(&db, living, DB_WRITE, err) == 0) {
		db_enter(db, tenant);
		rc = export(db, data_dir, tenant, b, path, err);
	}
	db_close(&db);
	close(turn);
	return rc;
}

int db_write_alone(struct db *db, struct pool *pool, int (*write)(struct txn *t, void *ctx, struct err *err), void *ctx,
		   struct err *err)
{
	struct txn t = { .db = db, .pool = pool, .stamp = clock_now(), .careful = true };

	if (db_begin(db, err) < 0)
		return -1;
	if (write(&t, ctx, err) < 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err) == COMMIT_DONE ? 0 : -1;
}

/* --- finding --- */

int backup_find(const char *data_dir, const char *name, struct backup *b, struct err *err)
{
	char path[PATH_MAX];
	struct stat st;

	*b = (struct backup){ .at = name_time(name) };
	backup_path(data_dir, name, path);
	if (b->at == 0 || stat(path, &st) < 0)
		return err_set(err, ERR_NOT_FOUND, "no_backup", "there is no backup %.60s", name);
	snprintf(b->name, sizeof b->name, "%s", name);
	b->bytes = st.st_size;
	sum_read(path, b->sum);
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(((const struct backup *)b)->name, ((const struct backup *)a)->name);
}

int backup_list(const char *data_dir, struct pool *pool, struct backup **list_r, int *n_r, struct err *err)
{
	char folder[PATH_MAX];
	struct backup *list = NULL;
	struct dirent *e;
	int n = 0, room = 0;
	DIR *d;

	snprintf(folder, sizeof folder, "%.3000s/" FOLDER, data_dir);
	d = opendir(folder);
	if (!d && errno != ENOENT)
		return file_trouble(err, "read", folder);
	while (d && (e = readdir(d))) {
		if (n == room)
			list = x_realloc(list, sizeof *list * (size_t)(room = MAX(16, 2 * room)));
		if (backup_find(data_dir, e->d_name, &list[n], NULL) == 0)
			n++;
	}
	if (d)
		closedir(d);
	if (n)
		qsort(list, (size_t)n, sizeof *list, newest_first);
	*list_r = pool_memdup(pool, list, sizeof *list * (size_t)n);
	*n_r = n;
	free(list);
	return 0;
}

int backup_delete(const char *data_dir, const char *name, struct err *err)
{
	char path[PATH_MAX], beside[PATH_MAX];
	struct backup b;

	if (backup_find(data_dir, name, &b, err) < 0)
		return -1;
	backup_path(data_dir, name, path);
	file_beside(path, SUM_SUFFIX, beside);
	if (unlink(path) < 0)
		return file_trouble(err, "delete", path);
	unlink(beside);
	return 0;
}
