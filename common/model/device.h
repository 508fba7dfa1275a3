/* Tills at their cloud, and a till's own side of it. */
#ifndef MODEL_DEVICE_H
#define MODEL_DEVICE_H

#include "model/site.h"

/* --- devices, on the hub --- */

struct device {
	struct uuid tenant, uuid, server;
	int64_t incarnation;
	const char *name, *status, *code, *prefix, *os, *version;
	uint8_t public_key[32];
	int64_t cursor;		/* how far it has pulled, as far as it is written down; 0: not known; DEVICE_LOADS */
};
int device_load(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct device *d, struct err *err) MUST_CHECK; /* 1, 0, -1 */
/* Asking again is the same row: 1 and *d as it stands now.  Another key under
 * the same UUID is an alarm on that row: 0, and err says so ("device_key_differs");
 * the write itself must go on to its commit, or nobody will hear of it.  -1. */
int device_register(struct txn *t, const struct device *asks, struct device *d, struct err *err) MUST_CHECK;
/* The same for a till that shows no licence key but signs with its own: whom this key
 * let in stays in.  ERR_DENIED when it lets nobody in. */
int device_register_by_key(struct txn *t, const struct device *asks, struct device *d, struct err *err) MUST_CHECK;
/* An alarm ends with it; approving again is harmless. */
int device_approve(struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err) MUST_CHECK;
int device_revoke(struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err) MUST_CHECK;
/* An approved one is told to load everything again: its cursor is DEVICE_LOADS until it begins to. */
#define DEVICE_LOADS (-1)
int device_load_again(struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err) MUST_CHECK;
int device_rename(struct txn *t, struct uuid tenant, struct uuid uuid, const char *name, struct err *err) MUST_CHECK;
/* tenant zero: of all tenants. */
int device_list(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err) MUST_CHECK;
/* A UUID over all tenants, for the operator.  1, 0, -1. */
int device_tenant(struct db *db, struct uuid uuid, struct uuid *tenant, struct err *err) MUST_CHECK;
/* Who stores under it in this life.  1, 0, -1. */
int device_of_origin(struct db *db, struct uuid tenant, struct uuid origin, struct uuid *device, struct err *err) MUST_CHECK;
/* pending, cursor: negative where it did not say.  A device that is told to load again is heard when it begins: 0. */
int device_seen(struct txn *t, struct uuid tenant, struct uuid uuid, int64_t pending, int64_t cursor, struct err *err) MUST_CHECK;
int device_count(struct txn *t, struct uuid tenant, struct uuid uuid, int pushed, int pulled, int conflicts, struct err *err) MUST_CHECK;

/* --- pairing, on a till --- */

struct pairing {
	struct uuid tenant, epoch, hub;
	const char *url, *name, *status, *code, *prefix, *load, *trouble, *boot_id;
	bool paused;
	int64_t cursor, load_done, load_total, loaded_at, last_cycle, verified_at, verified_seq;
	int64_t server_time, server_boot;
	struct uuid target;		/* while status is "moving": whose the rows are going to be … */
	int64_t move_done, move_total;	/* … and how many of them are; total 0: it is being counted */
	const char *move_trouble;	/* why that waits, if somebody knows; NULL: it does not */
	int64_t away;	/* deletions up to this _seq may have been missed; 0: it is repaired, or never was away too long */
};
/* 1 paired or pairing, 0 sync is off, -1. */
int pairing_load(struct db *db, struct pool *pool, struct pairing *p, struct err *err) MUST_CHECK;
/* Local rows take the tenant's UUID, and so does w: 0.  Where they are too many for that move.h
 * takes over: 1, the status is "moving", and the shop is who it was until then.  A till that
 * already belongs to another shop is refused ("other_shop").  After a revocation or an end of
 * pairing w->site becomes a new incarnation. */
int pairing_begin(struct write *w, const char *url, struct uuid tenant, const char *name, struct err *err) MUST_CHECK;
/* Sync is off; the data stays. */
int pairing_end(struct write *w, struct err *err) MUST_CHECK;

/* What the daemons note; all -1 with "not_paired" when sync is off. */

/* code and trouble NULL: none any more; prefix NULL and zero UUIDs: as before. */
int pairing_status(struct write *w, const char *status, const char *code, const char *prefix, struct uuid hub,
		   struct uuid epoch, const char *trouble, struct err *err) MUST_CHECK;
/* What the hub said to an earlier incarnation comes too late: "superseded".  0: it is not known to which. */
int pairing_check(const struct write *w, int64_t incarnation, struct err *err) MUST_CHECK;
int pairing_cursor(struct write *w, int64_t cursor, struct err *err) MUST_CHECK;
/* load: the cursor of the first load, NULL when it is complete. */
int pairing_load_progress(struct write *w, const char *load, int64_t done, int64_t total, struct err *err) MUST_CHECK;
int pairing_clock(struct write *w, int64_t server_time, int64_t server_boot, const char *boot_id, struct err *err) MUST_CHECK;
/* What is here stays, and everything of the hub's comes again. */
int pairing_load_again(struct write *w, struct err *err) MUST_CHECK;
int pairing_pause(struct write *w, bool paused, struct err *err) MUST_CHECK;
int pairing_verified(struct write *w, int64_t at, int64_t seq, struct err *err) MUST_CHECK;
int pairing_purged(struct write *w, int64_t purged, int64_t seq, struct err *err) MUST_CHECK;
int pairing_repaired(struct write *w, int64_t away, struct err *err) MUST_CHECK;
int pairing_cycle(struct write *w, int64_t at, struct err *err) MUST_CHECK;
/* Members of an open object; p NULL: sync is off. */
void pairing_json(const struct pairing *p, struct uuid device, struct buf *out);

#endif
