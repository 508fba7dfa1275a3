/* Files into one: tar (POSIX ustar), packed by gzip. */
#ifndef FEXLCTL_TARBALL_H
#define FEXLCTL_TARBALL_H

#include "base/buf.h"
#include "base/err.h"

struct tarball;
/* A new file that only its owner may read; one that is there stays, and is an error. */
int tarball_open(const char *path, struct tarball **tp, struct err *err) MUST_CHECK;
/* name: at most 99 bytes. */
void tarball_add(struct tarball *t, const char *name, int64_t at_s, const struct buf *text);
/* Its end; a file that could not be written as a whole is removed. */
int tarball_close(struct tarball **tp, struct err *err) MUST_CHECK;

#endif
