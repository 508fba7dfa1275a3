/* Folders, and that nobody else runs in them. */
#include "base/base.h"
#include "service/run.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder that others may write in is theirs too: they could put a socket or
 * a database of their own in our place. */
static int dir_check(const char *dir, struct err *err)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return err_set(err, ERR_INPUT, "dir_missing", "%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_INPUT, "dir_not", "%s is not a folder", dir);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(err, ERR_INPUT, "dir_foreign",
			       "%s belongs to user %u, not to %u: chown it", dir,
			       (unsigned)st.st_uid, (unsigned)geteuid());
	if (st.st_mode & S_IWOTH)
		return err_set(err, ERR_INPUT, "dir_open",
			       "%s: everybody may write there: chmod o-w it", dir);
	return 0;
}

int place_prepare(const char *dir, mode_t mode, struct err *err)
{
	if (mkdir(dir, mode) == 0) {
		/* The umask has taken its share. */
		if (chmod(dir, mode) < 0)
			return err_set(err, ERR_INTERNAL, "dir_mode", "%s: cannot set its mode: %s",
				       dir, strerror(errno));
		return 0;
	}
	if (errno == ENOENT)
		return err_set(err, ERR_INPUT, "dir_parent",
			       "%s: cannot make it, its parent is missing", dir);
	if (errno != EEXIST)
		return err_set(err, ERR_INPUT, "dir_missing", "%s: cannot make it: %s", dir,
			       strerror(errno));
	return dir_check(dir, err);
}

/* The number that the holder wrote into the file; 0 if it has not yet. */
static long holder_pid(int fd)
{
	char text[32] = "";
	long pid = 0;

	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		sscanf(text, "%ld", &pid);
	return pid;
}

static int lock_take(int fd, const char *path, const char *who, struct err *err)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(err, ERR_CONFLICT, "runs_already",
			       "%s runs here already as pid %ld (it holds %s): stop it, or choose "
			       "another run_dir",
			       who, holder_pid(fd), path);
	return err_set(err, ERR_INTERNAL, "cannot_lock", "%s: cannot lock: %s", path,
		       strerror(errno));
}

int place_lock(const char *path, const char *who, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_set(err, ERR_INTERNAL, "cannot_lock", "%s: cannot open: %s", path,
			       strerror(errno));
	if (lock_take(fd, path, who, err) < 0) {
		close(fd);
		return -1;
	}
	/* The file stays when we go: were it removed, two newcomers could each
	 * lock a file of that name. */
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0) {
		err_set(err, ERR_INTERNAL, "cannot_lock", "%s: cannot write: %s", path,
			strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}
