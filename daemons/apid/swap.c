/* See swap.h. */
#include "base/base.h"
#include "apid/swap.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH 4096

struct places {
	char db[PATH], folder[PATH], next[PATH], marker[PATH], backups[PATH];
};

static void places_of(const struct conf *conf, struct places *p)
{
	const char *data_dir = conf_str(conf, "data_dir"), *db = conf_str(conf, "database_url");
	const char *slash = strrchr(db, '/');

	snprintf(p->db, sizeof p->db, "%.3000s", db);
	snprintf(p->folder, sizeof p->folder, "%.*srestore", slash ? (int)MIN(slash - db + 1, 3000) : 0, db);
	snprintf(p->next, sizeof p->next, "%.3500s/next.db", p->folder);
	snprintf(p->marker, sizeof p->marker, "%.3500s/ready", p->folder);
	snprintf(p->backups, sizeof p->backups, "%.3000s/backups", data_dir);
}

static int trouble(struct err *err, const char *what, const char *path)
{
	return err_set(err, errno == ENOSPC ? ERR_BUSY : ERR_INTERNAL, errno == ENOSPC ? "disk_full" : "cannot_write",
		       "cannot %s %.200s: %s", what, path, strerror(errno));
}

static int make_folder(const char *path, struct err *err)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : trouble(err, "make", path);
}

static int sync_path(const char *path, int flags, struct err *err)
{
	int fd = open(path, flags | O_CLOEXEC), rc;

	if (fd < 0)
		return trouble(err, "open", path);
	rc = fsync(fd) < 0 ? trouble(err, "sync", path) : 0;
	close(fd);
	return rc;
}

/* --- beside the living one --- */

/* A rename goes from one place to the other at once, or not at all. */
static int check_disks(const struct places *p, struct err *err)
{
	struct stat db, backups;

	if (stat(p->db, &db) == 0 && stat(p->backups, &backups) == 0 && db.st_dev == backups.st_dev)
		return 0;
	return err_set(err, ERR_CONFLICT, "two_disks", "%.100s and %.100s must be on one disk for a restore", p->db, p->backups);
}

static int copy_bytes(int from, int to, const char *path, struct err *err)
{
	static const size_t piece = 1 << 20;
	struct buf b = { 0 };
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = read(from, buf_room(&b, piece), piece)) != 0)
		if (n < 0 || write(to, b.data, (size_t)n) != n)
			rc = trouble(err, "copy to", path);
	buf_release(&b);
	return rc;
}

static int copy_file(const char *from, const char *to, struct err *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out, rc;

	if (in < 0)
		return trouble(err, "read", from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	rc = out < 0 ? trouble(err, "make", to) : copy_bytes(in, out, to, err);
	close(in);
	if (out >= 0)
		close(out);
	return rc;
}

/* A database that was put aside has its log beside it: with it, it is as it was. */
static int copy_log(const char *from, const char *to, struct err *err)
{
	char log[PATH + 8], copy[PATH + 8];

	snprintf(log, sizeof log, "%.4000s-wal", from);
	snprintf(copy, sizeof copy, "%.4000s-wal", to);
	return access(log, F_OK) == 0 ? copy_file(log, copy, err) : 0;
}

static void forget(const struct places *p)
{
	char log[PATH + 8];

	snprintf(log, sizeof log, "%.4000s-wal", p->next);
	unlink(p->marker);
	unlink(p->next);
	unlink(log);
}

int swap_prepare(const struct conf *conf, const char *from, struct db **next, struct err *err)
{
	struct places p;
	struct stat st;

	places_of(conf, &p);
	if (make_folder(p.folder, err) < 0 || make_folder(p.backups, err) < 0 || check_disks(&p, err) < 0)
		return -1;
	forget(&p);
	if (stat(from, &st) < 0)
		return trouble(err, "read", from);
	if (backup_room(p.folder, st.st_size * 2, err) < 0 || copy_file(from, p.next, err) < 0 || copy_log(from, p.next, err) < 0 ||
	    backup_open(p.next, DB_ALONE, next, err) < 0)
		return -1;
	if (db_migrate(*next, err) == 0)
		return 0;
	db_close(next);
	return -1;
}

static int marker_write(const struct places *p, const char *safety, struct err *err)
{
	char part[PATH + 8];
	FILE *f;

	snprintf(part, sizeof part, "%s.part", p->marker);
	if (!(f = fopen(part, "we")))
		return trouble(err, "make", part);
	fprintf(f, "%s\n", safety);
	if (fclose(f) != 0 || sync_path(part, O_RDWR, err) < 0)
		return trouble(err, "write", part);
	return rename(part, p->marker) < 0 ? trouble(err, "rename", part) : sync_path(p->folder, O_RDONLY | O_DIRECTORY, err);
}

int swap_arm(const struct conf *conf, char safety[SWAP_NAME_LEN], struct err *err)
{
	time_t now = (time_t)(clock_wall() / SECOND_US);
	struct places p;
	struct tm tm;

	places_of(conf, &p);
	gmtime_r(&now, &tm);
	strftime(safety, SWAP_NAME_LEN, "before-restore-%Y%m%d-%H%M%S", &tm);
	return sync_path(p.next, O_RDWR, err) < 0 ? -1 : marker_write(&p, safety, err);
}

/* --- at the start --- */

static int read_marker(const char *path, char safety[SWAP_NAME_LEN])
{
	FILE *f = fopen(path, "re");
	bool got;

	if (!f)
		return 0;
	got = fgets(safety, SWAP_NAME_LEN, f);
	fclose(f);
	safety[strcspn(safety, "\n")] = '\0';
	return got && strncmp(safety, "before-restore-", 15) == 0 && !strchr(safety, '/');
}

static int move(const char *from, const char *to, struct err *err)
{
	if (rename(from, to) == 0 || errno == ENOENT)
		return 0;
	return trouble(err, "move", from);
}

static int move_old(const struct places *p, const char *safety, struct err *err)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char from[PATH + 8], to[PATH + 100], folder[PATH + 80];

	snprintf(folder, sizeof folder, "%s/%s", p->backups, safety);
	if (make_folder(p->backups, err) < 0 || make_folder(folder, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(from, sizeof from, "%s%s", p->db, ends[i]);
		snprintf(to, sizeof to, "%s/fexl.db%s", folder, ends[i]);
		if (move(from, to, err) < 0)
			return -1;
	}
	return sync_path(folder, O_RDONLY | O_DIRECTORY, err);
}

int swap_make(const struct conf *conf, struct err *err)
{
	char safety[SWAP_NAME_LEN] = "";
	struct places p;

	if (strcmp(conf_str(conf, "db_type"), "sqlite") != 0)
		return 0;
	places_of(conf, &p);
	if (!read_marker(p.marker, safety)) {
		forget(&p);
		return 0;
	}
	/* Once next.db is in its place, what is there is the new one. */
	if (access(p.next, F_OK) == 0 && (move_old(&p, safety, err) < 0 || move(p.next, p.db, err) < 0))
		return -1;
	if (sync_path(p.folder, O_RDONLY | O_DIRECTORY, err) < 0)
		return -1;
	unlink(p.marker);
	log_info("restored from a backup; what was here before is in %s/%s", p.backups, safety);
	return 1;
}
