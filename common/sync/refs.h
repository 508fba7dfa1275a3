/* Do the rows that a version refers to exist?  Private to this folder. */
#ifndef SYNC_REFS_H
#define SYNC_REFS_H

#include "sync/sync.h"

struct missing {
	const struct table *table;
	struct uuid uuid;
};

/* 1 all are there (tombstones count: what a document refers to is never
 * purged), 0 and the first that is not, -1.  known: of this transaction; what
 * was there once in it is not looked for again. */
int refs_there(struct db *db, struct uuid tenant, struct refs_known *known, const struct doc *d, struct missing *m,
	       struct err *err) MUST_CHECK;

#endif
