/* A shop's rows once more under another tenant, while people go on writing them.
 *
 * Triggers put each write of a row of the one into its copy under the other, in the
 * same transaction: so a copy that is there is always right, and what was not written
 * since is copied in slices, in any number of lives of the process.  SQLite only. */
#ifndef STORE_MIRROR_H
#define STORE_MIRROR_H

#include "store/store.h"

#define MIRROR_KEYS 3

/* Behind which row of a table the next slice begins; nulls: at its beginning. */
struct mirror_place {
	struct val key[MIRROR_KEYS];
};

/* Tables with rows without number.  The others have few: those are renamed. */
bool mirror_has(const struct table *t);
/* The triggers; those that are there are made anew, as these tables want them. */
int mirror_raise(struct txn *t, struct uuid from, struct uuid to, struct err *err) MUST_CHECK;
int mirror_drop(struct txn *t, struct err *err) MUST_CHECK;
/* Rows gone through, at most `max`; less than that: the table is at its end.  The place
 * moves on, its values in pool. */
int mirror_copy(struct txn *t, struct pool *pool, const struct table *table, struct uuid from, struct uuid to,
		struct mirror_place *at, int max, struct err *err) MUST_CHECK;
/* Rows removed, at most `max`. */
int mirror_remove(struct txn *t, const struct table *table, struct uuid tenant, int max, struct err *err) MUST_CHECK;
/* Rows of a shop in all these tables; reads for a while. */
int mirror_count(struct db *db, struct uuid tenant, int64_t *rows_r, struct err *err) MUST_CHECK;
/* 1 there are no more than `most`, 0 there are, -1: that is soon found out. */
int mirror_is_small(struct db *db, struct uuid tenant, int64_t most, struct err *err) MUST_CHECK;

#endif
