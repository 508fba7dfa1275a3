#include "base/base.h"
#include "fexlctl/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)16 << 20)

struct carry {
	const char *path;	/* what it shall be called … */
	char made[PATH_MAX];	/* … and is meanwhile: the same, unless something is to be replaced */
	int fd;
	bool whole;
};

/* --- files of one's own --- */

static int failed(const char *what, const char *path, struct err *err)
{
	return err_set(err, errno == EEXIST ? ERR_CONFLICT : errno == EACCES ? ERR_DENIED : ERR_INTERNAL, "cannot_write",
		       "cannot %s %s: %s", what, path, strerror(errno));
}

/* Its name goes into made. */
static int make(const char *path, bool force, char made[PATH_MAX], struct err *err)
{
	int fd;

	if (snprintf(made, PATH_MAX, "%s%s", path, force ? ".XXXXXX" : "") >= PATH_MAX)
		return err_set(err, ERR_INPUT, "too_long", "the path is too long: %.60s…", path);
	fd = force ? mkostemp(made, O_CLOEXEC) : open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd >= 0 ? fd : failed("make", path, err);
}

static int settle(int fd, const char *made, const char *path, struct err *err)
{
	if (fsync(fd) < 0 || (strcmp(made, path) != 0 && rename(made, path) < 0))
		return failed("write", path, err);
	return 0;
}

int carry_open(const char *path, bool force, struct carry **cp, struct err *err)
{
	struct carry *c = x_alloc(sizeof(*c));

	*c = (struct carry){ .path = path };
	c->fd = make(path, force, c->made, err);
	if (c->fd >= 0) {
		*cp = c;
		return 0;
	}
	free(c);
	return -1;
}

/* --- filling it --- */

static int copy(const struct carry *c, int from, const char *name, struct err *err)
{
	struct stat st;
	off_t done = 0;

	if (fstat(from, &st) < 0)
		return failed("read", name, err);
	while (done < st.st_size) {
		ssize_t n = sendfile(c->fd, from, &done, PIECE);

		if (n < 0)
			return failed("write", c->path, err);
		if (n == 0)
			return err_set(err, ERR_INTERNAL, "cannot_read", "%s ends too early", name);
	}
	return settle(c->fd, c->made, c->path, err);
}

static int write_sum(const struct carry *c, const char *sum, struct err *err)
{
	const char *base = strrchr(c->path, '/');
	char path[PATH_MAX], made[PATH_MAX];
	int fd, rc;

	if (snprintf(path, sizeof(path), "%s.sha256", c->path) >= (int)sizeof(path))
		return err_set(err, ERR_INPUT, "too_long", "the path is too long: %.60s…", c->path);
	fd = make(path, true, made, err);
	if (fd < 0)
		return -1;
	rc = dprintf(fd, "%s  %s\n", sum, base != NULL ? base + 1 : c->path) < 0 ? failed("write", path, err)
										  : settle(fd, made, path, err);
	close(fd);
	if (rc < 0)
		unlink(made);
	return rc;
}

int carry_fill(struct carry *c, const char *from, const char *sum, struct err *err)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return failed("read", from, err);
	rc = copy(c, fd, from, err);
	close(fd);
	c->whole = rc == 0;
	return rc < 0 ? -1 : write_sum(c, sum, err);
}

void carry_close(struct carry **cp)
{
	struct carry *c = *cp;

	if (c == NULL)
		return;
	*cp = NULL;
	close(c->fd);
	if (!c->whole)
		unlink(c->made);
	free(c);
}
