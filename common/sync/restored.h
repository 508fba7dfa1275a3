/* A database that comes back from a backup. */
#ifndef SYNC_RESTORED_H
#define SYNC_RESTORED_H

#include "sync/sync.h"

enum restore_how {
	RESTORE_PLAIN,
	RESTORE_DISCARD,	/* forget what is here, load everything from the cloud */
	RESTORE_AS_NEW,		/* all of it goes up; the newest version of each row stands */
};

struct restoring {
	struct db *living;	/* a reader of what is in use */
	struct site site;	/* the living one's */
	enum restore_how how;
	/* restored_look()'s, of a till */
	bool paired;
	int64_t unsent_here, unsent_there;
	struct tenant mine;
	/* Shops that were not here, for a backup has no licence keys: new ones, to be shown once.
	 * JSON objects {"tenant_uuid", "name", "license_key"}. */
	struct buf licenses;
};

/* May it be, and so?  ERR_CONFLICT "choice_needed", "other_shop". */
int restored_look(struct restoring *r, struct db *backup, struct pool *pool, struct err *err) MUST_CHECK;
/* A job's write on a copy of the backup; ctx is a struct restoring. */
int restored_become(struct txn *t, void *restoring, struct err *err) MUST_CHECK;
/* A hub on PostgreSQL: the shop's rows go, the backup's come, the epoch is new.  A shop
 * that is not here comes with its devices.  The hub goes on as another incarnation. */
int restored_shop(struct restoring *r, struct txn *t, struct db *backup, struct uuid tenant, struct site *site, struct err *err) MUST_CHECK;
/* The hub says that this till's database is older than what it was told, or
 * (twin) that somebody else lives under its name: another life begins. */
int restored_noticed(struct write *w, bool twin, struct err *err) MUST_CHECK;
/* One shop of a restored hub. */
int restored_tenant(struct restoring *r, struct txn *t, struct uuid tenant, struct err *err) MUST_CHECK;

#endif
