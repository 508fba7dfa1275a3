/* Who this server is, whose shops are on it, and who asks. */
#ifndef MODEL_SITE_H
#define MODEL_SITE_H

#include "base/err.h"
#include "base/json.h"
#include "base/secret.h"
#include "schema/schema.h"
#include "store/store.h"

/* --- who this server is --- */

struct site {
	struct uuid uuid;	/* _origin of what is stored here; new with each incarnation */
	struct uuid device;	/* this installation, for life */
	int64_t incarnation;
	bool hub;		/* the cloud role: numbers changes, takes pushes, has the last word */
};

/* Reads who we are, or makes it up on the first start; sets the clock back to
 * where it stopped.  On a till a local tenant is made with it. */
int site_open(struct txn *t, bool hub, struct site *site, struct err *err) MUST_CHECK;
/* The same for a reader: 0 and site, or -1. */
int site_load(struct db *db, struct pool *pool, struct site *site, struct err *err) MUST_CHECK;
/* After a restore or before pairing again: another origin for what comes now. */
int site_new_incarnation(struct txn *t, struct site *site, struct err *err) MUST_CHECK;
int64_t site_chance(void);	/* how far that leaps */
/* The same for what may be one of two copies: no two choose the same. */
int site_leap(struct txn *t, struct site *site, struct err *err) MUST_CHECK;
/* Another installation, by name too. */
int site_new_device(struct txn *t, struct site *site, struct err *err) MUST_CHECK;
/* The origin that incarnation n of a device stores under. */
struct uuid site_origin(struct uuid device, int64_t incarnation);
/* Once a minute and at the end, so that a restart does not go back in time. */
int site_save_clock(struct txn *t, struct err *err) MUST_CHECK;

/* --- who asks --- */

enum perm {
	PERM_NONE,
	PERM_SELL,		/* complete a sale, numbers, carts */
	PERM_VOID,		/* cancel an invoice */
	PERM_RETURN,
	PERM_COLLECT,		/* take a customer's payment */
	PERM_SHIFT,		/* open, move cash, close */
	PERM_READ,		/* what a cashier may look at */
	PERM_READ_COST,		/* what goods have cost: valuation, journal, moves */
	PERM_REPORTS,
	PERM_CATALOGUE,		/* products, categories, tax rates, suppliers */
	PERM_CUSTOMERS,
	PERM_STOCK,		/* purchase orders, purchases */
	PERM_ADJUST,		/* adjustments, counts, voiding a purchase */
	PERM_PAY_SUPPLIERS,
	PERM_SETTINGS,
	PERM_USERS,
	PERM_DEVICES,		/* the roster: approve, revoke */
	PERM_CONFLICTS,
	PERM_SYNC,		/* sync now, pause */
	PERM_PAIR,		/* pair and unpair this till */
	PERM_BACKUP,
	PERMS
};

#define PERM_BIT(perm) (UINT64_C(1) << (perm))
#define PERMS_ALL (PERM_BIT(PERMS) - 1)
#define ROLE_LEN_MAX 40
#define OWNER "owner"

enum actor_kind {
	ACTOR_NOBODY,
	ACTOR_USER,		/* signed in here, or by a till's token */
	ACTOR_DEVICE,		/* a till at its cloud */
	ACTOR_OPERATOR,		/* root or our own user on this machine */
	ACTOR_ADMIN,		/* the platform's admin */
};

struct actor {
	enum actor_kind kind;
	struct uuid tenant, user, device;
	struct uuid device_server;	/* ACTOR_DEVICE: origin of its incarnation */
	char role[ROLE_LEN_MAX + 1];
	uint64_t may;			/* ACTOR_USER: PERM_BIT() of each permission of the role */
	int64_t expires_at;		/* 0: never */
};

/* What every shop begins with; ends with a NULL code. */
struct seed_role {
	const char *code, *name;
	uint64_t may;			/* a bit for each enum perm */
};
extern const struct seed_role seed_roles[];
/* Appends ["invoices:create", …]. */
void perms_json(uint64_t may, struct buf *out);
/* A person's list of names: ERR_INPUT for one that nobody knows. */
int perms_read(struct json list, uint64_t *may, struct err *err) MUST_CHECK;
/* What the role of this code permits, by its row's column; NULL: there is no such role. */
uint64_t role_perms(const char *code, const char *permissions);
/* The same, looked up.  0 or -1. */
int role_look(struct db *db, struct uuid tenant, const char *code, uint64_t *may, struct err *err) MUST_CHECK;
/* Nobody gives away, or takes from others, what they may not do themselves. */
int role_check_reach(const struct actor *who, uint64_t may, struct err *err) MUST_CHECK;
bool actor_may(const struct actor *who, enum perm perm);
const char *perm_name(enum perm perm);	/* "invoices:create" */

/* What every write knows. */
struct write {
	struct txn *t;
	struct site *site;
	struct uuid tenant;
	const struct actor *who;
};

/* What every list is asked for. */
struct page {
	int limit;		/* rows */
	const char *after;	/* opaque cursor of the page before, or NULL */
	const char *q;		/* what to look for, or NULL */
};
#define PAGE_MAX 500

/* --- tenants --- */

#define TENANT_NAME_MAX 200

struct tenant {
	struct uuid uuid, epoch;
	const char *name, *status;
	int64_t seq, created_at;
	int64_t purged;		/* tombstones of records up to this number may be gone: who pulls from before it was away too long */
};

/* key gets the licence key: shown once, only its hash is stored. */
int tenant_create(struct txn *t, struct site *site, const char *name, struct uuid *tenant, char key[LICENSE_LEN + 1],
		  struct err *err) MUST_CHECK;
/* Another one; the one before is not valid any more. */
int tenant_new_license(struct txn *t, struct uuid tenant, char key[LICENSE_LEN + 1], struct err *err) MUST_CHECK;
/* The one that must be there: 0, or -1 (ERR_NOT_FOUND "no_tenant"). */
int tenant_need(struct db *db, struct pool *pool, struct uuid uuid, struct tenant *out, struct err *err) MUST_CHECK;
int tenant_load(struct db *db, struct pool *pool, struct uuid uuid, struct tenant *out, struct err *err) MUST_CHECK;	/* 1, 0, -1 */
int tenant_list(struct db *db, struct pool *pool, struct buf *items, struct err *err) MUST_CHECK;
/* 1 the key is this tenant's, 0 not (or no such tenant), -1. */
int tenant_license_ok(struct db *db, struct uuid tenant, const char *key, struct err *err) MUST_CHECK;
/* A till's only tenant. */
int tenant_of_till(struct db *db, struct pool *pool, struct tenant *out, struct err *err) MUST_CHECK;	/* 1, 0, -1 */
/* All rows of `from` become rows of `to`, once, before the first sync. */
int tenant_rename(struct txn *t, struct uuid from, struct uuid to, struct err *err) MUST_CHECK;

/* The same rows with the same UUIDs and stamps in every tenant on every server;
 * those that are there already stay. */
int seed_tenant(struct txn *t, struct site *site, struct uuid tenant, struct err *err) MUST_CHECK;
struct uuid seed_uuid(const char *kind, const char *code);	/* ("account", "1010") */

#endif
