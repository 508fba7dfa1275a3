#include "base/base.h"
#include "fexlctl/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(struct ctl *c, const char *what, const char *path)
{
	return fail(c, errno == EACCES ? END_DENIED : END_FAILED, errno == EACCES ? "run it as root" : "make room, or look at that folder",
		    "%s cannot be %s: %s", path, what, strerror(errno));
}

int file_put(struct ctl *c, const char *path, mode_t mode, gid_t group, const struct buf *text)
{
	const char *fresh = pool_printf(c->pool, "%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	bool done = fd >= 0 && fchown(fd, (uid_t)-1, group) == 0 && fchmod(fd, mode) == 0 &&
		    write(fd, text->data, text->len) == (ssize_t)text->len && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done && rename(fresh, path) == 0 ? 0 : failed(c, "written", path);
}

int folder_make(struct ctl *c, const char *path, mode_t mode)
{
	return mkdir(path, mode) == 0 || errno == EEXIST ? 0 : failed(c, "made", path);
}

int file_get(struct ctl *c, const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : failed(c, "read", path);
	while ((n = read(fd, buf_room(text, 4096), 4096)) > 0)
		buf_used(text, (size_t)n);
	close(fd);
	return n == 0 ? 0 : failed(c, "read", path);
}
