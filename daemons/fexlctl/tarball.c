#include "base/base.h"
#include "fexlctl/tarball.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define BLOCK 512

struct tarball {
	char *path;
	gzFile gz;
	bool failed;
};

/* POSIX.1-1988, and its magic. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[6], version[2];
	char user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header fills a block");

int tarball_open(const char *path, struct tarball **tp, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct tarball *t;

	if (fd < 0)
		return err_set(err, ERR_INTERNAL, "cannot_write", "cannot make %s: %s", path, strerror(errno));
	t = x_alloc(sizeof(*t));
	t->path = x_strdup(path);
	t->gz = gzdopen(fd, "wb");
	if (t->gz == NULL)
		close(fd);
	t->failed = t->gz == NULL;
	*tp = t;
	return 0;
}

static void put(struct tarball *t, const void *p, size_t n)
{
	if (!t->failed && n > 0 && gzwrite(t->gz, p, (unsigned)n) != (int)n)
		t->failed = true;
}

/* Six digits, a NUL, a blank; the sum is made with blanks in its place. */
static void put_sum(struct header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	unsigned sum = 0;

	memset(h->sum, ' ', sizeof(h->sum));
	for (size_t i = 0; i < sizeof(*h); i++)
		sum += p[i];
	snprintf(h->sum, sizeof(h->sum), "%06o", sum & 0777777);
}

void tarball_add(struct tarball *t, const char *name, int64_t at_s, const struct buf *text)
{
	static const char zeros[BLOCK];
	struct header h = { .type = '0' };

	snprintf(h.name, sizeof(h.name), "%s", name);
	snprintf(h.mode, sizeof(h.mode), "%07o", 0600);
	snprintf(h.uid, sizeof(h.uid), "%07o", 0);
	snprintf(h.gid, sizeof(h.gid), "%07o", 0);
	snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)text->len & 077777777777ULL);
	snprintf(h.mtime, sizeof(h.mtime), "%011llo", (unsigned long long)at_s & 077777777777ULL);
	memcpy(h.magic, "ustar", 6);
	memcpy(h.version, "00", 2);
	put_sum(&h);
	put(t, &h, sizeof(h));
	put(t, text->data, text->len);
	put(t, zeros, (BLOCK - text->len % BLOCK) % BLOCK);
}

int tarball_close(struct tarball **tp, struct err *err)
{
	static const char zeros[2 * BLOCK];
	struct tarball *t = *tp;
	int rc = 0;

	put(t, zeros, sizeof(zeros));
	if (t->gz != NULL && gzclose(t->gz) != Z_OK)
		t->failed = true;
	if (t->failed) {
		rc = err_set(err, ERR_INTERNAL, "cannot_write", "cannot write %s", t->path);
		unlink(t->path);
	}
	free(t->path);
	free(t);
	*tp = NULL;
	return rc;
}
