/* Sums over canonical rows, and what is left out of them.  Private to this folder. */
#ifndef SYNC_DIGEST_H
#define SYNC_DIGEST_H

#include "sync/sync.h"

#define LEFT_OUT_MAX 20000
#define LEAF_ROWS 128		/* a range of no more is told row by row */
#define PARTS 16		/* a larger one is cut into so many */
#define RANGES_MAX 64		/* in one question */

/* What both sides count: what the hub numbered up to seq, less what is on its way,
 * less tombstones that need not be here any more. */
struct scope {
	struct db *db;
	struct uuid tenant;
	int64_t seq, purged;
	struct uuid *without;		/* sorted by scope_close() */
	int n_without, room;
};

/* -1 with ERR_BUSY when there is too much to leave out. */
int scope_without(struct scope *s, struct pool *pool, struct uuid u, struct err *err) MUST_CHECK;
int scope_without_rows(struct scope *s, struct pool *pool, const char *sql, struct args args, struct err *err) MUST_CHECK;
int scope_without_named(struct scope *s, struct pool *pool, struct json list, struct err *err) MUST_CHECK;
void scope_close(struct scope *s);
/* From there on, as a member. */
void scope_put_without(const struct scope *s, const char *name, int from, struct buf *out);

/* Each row that counts, in the order of the keys: 0, or 1 to stop, or -1. */
typedef int row_fn(const struct row *head, const uint8_t *hash, void *ctx, struct err *err);
int scope_rows(const struct scope *s, const struct key_range *r, row_fn *fn, void *ctx, struct err *err) MUST_CHECK;
int scope_sum(const struct scope *s, struct digest *d, struct err *err) MUST_CHECK;
/* Into d's sum; only the first 16 bytes of a hash count. */
void digest_add(struct digest *d, const uint8_t *hash);
void digest_put_sum(const uint8_t *sum, struct buf *out);

int range_read(struct json j, struct key_range *r, struct err *err) MUST_CHECK;

#endif
