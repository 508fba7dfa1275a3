/* A file of ours on the disk, and beside it its sum as sha256sum writes it. */
#include "base/base.h"
#include "store/sumfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void file_beside(const char *path, const char *suffix, char *out)
{
	snprintf(out, PATH_MAX, "%.*s%s", PATH_MAX - 20, path, suffix);
}

int file_trouble(struct err *err, const char *what, const char *path)
{
	if (errno == ENOSPC)
		return err_set(err, ERR_BUSY, "disk_full", "%s: the disk is full: make room, nothing was changed", path);
	return err_set(err, ERR_INTERNAL, "cannot_write", "cannot %s %s: %s", what, path, strerror(errno));
}

/* On the disk, name and all. */
int file_sync(const char *path, int flags, struct err *err)
{
	int fd = open(path, flags | O_CLOEXEC), rc;

	if (fd < 0)
		return file_trouble(err, "open", path);
	rc = fsync(fd) < 0 ? file_trouble(err, "sync", path) : 0;
	close(fd);
	return rc;
}

int sum_of(const char *path, char sum[SUM_LEN + 1], int64_t *bytes, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t hash[SHA256_LEN];
	struct buf hex = { 0 };
	struct stat st;
	void *p;

	if (fd < 0)
		return file_trouble(err, "read", path);
	if (fstat(fd, &st) < 0 || st.st_size == 0 ||
	    (p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED) {
		close(fd);
		return err_set(err, ERR_CONFLICT, "backup_damaged", "%s is empty or cannot be read", path);
	}
	close(fd);
	madvise(p, (size_t)st.st_size, MADV_SEQUENTIAL);
	sha256(p, (size_t)st.st_size, hash);
	munmap(p, (size_t)st.st_size);
	hex_add(&hex, hash, sizeof hash);
	snprintf(sum, SUM_LEN + 1, "%s", hex.data);
	buf_release(&hex);
	*bytes = st.st_size;
	return 0;
}

int sum_write(const char *path, const char *name, const char *sum, struct err *err)
{
	char beside[PATH_MAX];
	FILE *f;

	file_beside(path, SUM_SUFFIX, beside);
	if (!(f = fopen(beside, "we")))
		return file_trouble(err, "write", beside);
	fchmod(fileno(f), 0600);
	if (fprintf(f, "%s  %s\n", sum, name) < 0 || fflush(f) != 0 || fsync(fileno(f)) < 0) {
		fclose(f);
		return file_trouble(err, "write", beside);
	}
	return fclose(f) == 0 ? 0 : file_trouble(err, "write", beside);
}

void sum_read(const char *path, char sum[SUM_LEN + 1])
{
	char beside[PATH_MAX];
	FILE *f;

	sum[0] = '\0';
	file_beside(path, SUM_SUFFIX, beside);
	if (!(f = fopen(beside, "re")))
		return;
	if (fscanf(f, "%64[0-9a-f]", sum) != 1)
		sum[0] = '\0';
	fclose(f);
}
