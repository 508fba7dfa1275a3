/* What nobody needs any more goes, a few rows at a time. */
#ifndef MODEL_PURGE_H
#define MODEL_PURGE_H

#include "model/model.h"

struct grave {
	const struct table *table;
	struct uuid uuid;
	int64_t seq, deleted_at;
	bool used;		/* something refers to it: it stays for good */
};

struct purge {
	struct uuid tenant;
	bool hub;
	int64_t keep_us;	/* a deletion is kept so long in any case … */
	int64_t most_us;	/* … and no longer for a till that is away */
	int64_t conflicts_us;
	int64_t after;		/* till: this far it was done since our start */
	/* what purge_look() found */
	int64_t now, seq, passed, from, upto;
	struct grave grave[USES_MAX];
	int n;
	int64_t old_conflicts;	/* 0: there are none */
	/* what purge_write() has done */
	int tombstones, conflicts;
};
/* Beside the writer; it may take a while. */
int purge_look(struct db *db, struct pool *pool, struct purge *p, struct err *err) MUST_CHECK;
/* Is it worth a commit? */
bool purge_has_work(const struct purge *p);
/* Does nothing where something was stored since: it is looked up again next time. */
int purge_write(struct txn *t, struct purge *p, struct err *err) MUST_CHECK;

#endif
