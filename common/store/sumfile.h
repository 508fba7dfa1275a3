/* A file of ours on the disk, and beside it its sum as sha256sum writes it.
 * Private to this folder. */
#ifndef STORE_SUMFILE_H
#define STORE_SUMFILE_H

#include "base/crypto.h"
#include "base/err.h"

#define SUM_SUFFIX ".sha256"
#define SUM_LEN (2 * SHA256_LEN)

/* path and suffix; out has PATH_MAX bytes. */
void file_beside(const char *path, const char *suffix, char *out);
/* errno in words: "cannot make /x: …".  Returns -1. */
int file_trouble(struct err *err, const char *what, const char *path);
/* On the disk, name and all. */
int file_sync(const char *path, int flags, struct err *err) MUST_CHECK;

int sum_of(const char *path, char sum[SUM_LEN + 1], int64_t *bytes, struct err *err) MUST_CHECK;
int sum_write(const char *path, const char *name, const char *sum, struct err *err) MUST_CHECK;
/* Empty when it is not there. */
void sum_read(const char *path, char sum[SUM_LEN + 1]);

#endif
