/* The doctor looks at the disk and at the files on it. */
#include "base/base.h"
#include "apid/doctor.h"

#include "base/clock.h"
#include "store/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FREE_LAST ((int64_t)64 << 20)		/* bytes: less, and the next busy hour may find none */
#define FREE_FEW ((int64_t)256 << 20)		/* a shop's busy days */
#define FREE_FULL ((int64_t)5 << 30)		/* more is enough, however full the disk is */
#define FULL_PERCENT 90
#define DAY_US (86400 * SECOND_US)
#define BACKUP_OLD_US (7 * DAY_US)
#define CERTIFICATE_SOON_US (21 * DAY_US)	/* time to ask for another one, and for a holiday */
#define OTHERS (S_IRWXG | S_IRWXO)

static const char *data_dir(const struct call *c)
{
	return conf_str(c->apid->conf, "data_dir");
}

/* --- room --- */

int look_disk(struct call *c, struct finding *f, struct err *err)
{
	const char *dir = data_dir(c);
	struct statvfs fs;
	int64_t there;
	int percent;

	if (statvfs(dir, &fs) < 0)
		return err_set(err, ERR_INTERNAL, "cannot_read", "%s: %s", dir, strerror(errno));
	there = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	percent = fs.f_blocks > 0 ? (int)(100 - fs.f_bavail * 100 / fs.f_blocks) : 0;
	f->text = pool_printf(c->pool, "%s is %d %% full, %lld MiB are left", dir, percent, (long long)(there >> 20));
	f->next = "make room there, or fexlctl backup prune --keep 3";
	if (there < FREE_LAST)
		return FOUND_FAIL;
	return there < FREE_FEW || (percent >= FULL_PERCENT && there < FREE_FULL) ? FOUND_WARN : FOUND_OK;
}

/* --- who may read them --- */

/* Each plain file in there that others may touch. */
static int files_walk(const char *path, int (*each)(int dir, const char *name, void *ctx), void *ctx, struct err *err)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	struct stat st;
	int rc = 0;

	if (dir == NULL)
		return err_set(err, ERR_INTERNAL, "cannot_read", "%s: %s", path, strerror(errno));
	while (rc == 0 && (e = readdir(dir)) != NULL)
		if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && (st.st_mode & OTHERS) != 0)
			rc = each(dirfd(dir), e->d_name, ctx);
	closedir(dir);
	return rc;
}

struct open_files {
	struct pool *pool;
	const char *first;
	int n;
};

static int note_open(int dir UNUSED, const char *name, void *ctx)
{
	struct open_files *o = ctx;

	if (o->n++ == 0)
		o->first = pool_strdup(o->pool, name);
	return 0;
}

int look_files(struct call *c, struct finding *f, struct err *err)
{
	struct open_files o = { .pool = c->pool };

	if (files_walk(data_dir(c), note_open, &o, err) < 0)
		return -1;
	f->text = "nobody else reads the files of this server";
	if (o.n == 0)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "other users may read %s/%s%s", data_dir(c), o.first,
			      o.n > 1 ? pool_printf(c->pool, " and %d more files", o.n - 1) : "");
	f->next = "fexlctl doctor --fix";
	return FOUND_FAIL;
}

static int close_one(int dir, const char *name, void *ctx)
{
	int *n = ctx, fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	/* By its descriptor: what the name stands for may change under us. */
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fchmod(fd, st.st_mode & ~(mode_t)OTHERS & 07777) == 0)
		(*n)++;
	if (fd >= 0)
		close(fd);
	return 0;
}

int doctor_close_files(const char *dir, int *n_r, struct err *err)
{
	*n_r = 0;
	return files_walk(dir, close_one, n_r, err);
}

/* --- what is kept elsewhere --- */

int look_backup(struct call *c, struct finding *f, struct err *err)
{
	struct backup *list;
	int64_t age;
	int n;

	if (backup_list(data_dir(c), c->pool, &list, &n, err) < 0)
		return -1;
	f->next = "fexlctl backup create";
	if (n == 0) {
		f->text = "there is no backup";
		return FOUND_WARN;
	}
	age = clock_wall() - list[0].at;
	f->text = pool_printf(c->pool, "%d there, the newest is %s old: %s", n, doctor_span(c->pool, age), list[0].name);
	return age < BACKUP_OLD_US ? FOUND_OK : FOUND_WARN;
}

int look_certificate(struct call *c, struct finding *f, struct err *err)
{
	const char *cert = conf_str(c->apid->conf, "tls_cert");
	int64_t ends, left;

	f->text = c->apid->hub ? "no TLS of its own: who stands in front speaks it" : "no TLS: it is reached from this machine only";
	if (*cert == '\0')
		return FOUND_SKIP;
	if (http_certificate_ends(cert, &ends, err) < 0)
		return -1;
	left = ends - clock_wall();
	f->text = pool_printf(c->pool, "%s is good for %s", cert, doctor_span(c->pool, left));
	f->next = "put a new one in its place, then systemctl restart fexl-apid";
	if (left > 0)
		return left < CERTIFICATE_SOON_US ? FOUND_WARN : FOUND_OK;
	f->text = pool_printf(c->pool, "%s has ended %s ago: tills and browsers turn away", cert, doctor_span(c->pool, -left));
	return FOUND_FAIL;
}
