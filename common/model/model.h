/* What a shop may do.  Every function that takes a txn is part of a write: it
 * validates before its first statement, and either does all or returns -1 with
 * err.  Functions that take a db only read.
 *
 *	site.c		who this server is
 *	tenant.c seed.c	shops, their licence keys, what each begins with
 *	access.c	permissions; role.c what a role permits
 *	user.c		people; session.c their sign-ins and lockouts
 *	record.c	any record: list, read, create, change, delete
 *	search.c	finding records by the beginnings of words
 *	import.c	records and opening stock from CSV
 *	setting.c	one row a key
 *	cart.c		a sale put aside
 *	outbox.c	what is not in the cloud yet
 *	number.c	numbers for people: series and reservations
 *	number_void.c gaps.c	numbers nobody used, numbers the hub misses
 *	document.c	any document: take from a person, settle, derive, store
 *	sale.c		Complete Sale
 *	invoice.c	an invoice as it stands today
 *	payment.c	a customer pays later
 *	cancellation.c return.c	goods and money go back; refunds.c by which way
 *	account.c	what customers owe, and have to their credit; ageing.c since when
 *	purchase.c order.c	goods ordered, bought; void.c a purchase undone
 *	adjustment.c	goods counted, found, lost
 *	supplier.c	what we owe, and paying it
 *	shift.c drawer.c	a cashier's cash: opened, moved, counted; what should be there
 *	moves.c		goods in, out and back: FIFO over cost layers
 *	cost.c		the hub's cost run: what earlier documents turned out to cost
 *	stock.c		caches of sums over moves: what is on hand, what layers hold
 *	shelf.c		the last unit sold twice
 *	recount.c	the same from nothing, to make them again and to check them
 *	ledger.c	journal entries; refuses what does not balance
 *	device.c	the hub's roster of tills
 *	pairing.c	a till's own side of it
 *	report.h	sums people read
 *	conflict.c	the journal of losers; restore.c puts one back
 *	review.c	what people must judge; merge_twins.c one thing made twice
 *	origin.c	which device stored a version
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/pool.h"
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

/* --- records --- */

/* Stamps a version made here and writes it: dirty on a till, numbered on a
 * hub.  before is NULL for a new row; changed: bits of columns whose stamps move. */
int record_write(struct write *w, struct row *r, const struct row *before, uint32_t changed, struct err *err) MUST_CHECK;

int record_create(struct write *w, const struct table *table, struct json body, struct row *r, struct err *err) MUST_CHECK;
/* if_match: the ETag's text or NULL.  Returns -1 with ERR_STALE and *r the present row. */
int record_change(struct write *w, const struct table *table, struct uuid uuid, const char *if_match,
		  struct json body, struct row *r, struct err *err) MUST_CHECK;
int record_delete(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct err *err) MUST_CHECK;
/* What only code can say of some tables; before NULL: after is new; after->deleted_at:
 * it goes.  May fill in what servers set. */
int record_check_rules(struct write *w, const struct row *before, struct row *after, struct err *err) MUST_CHECK;
/* ERR_CONFLICT naming the field when a living twin has the same natural key. */
int record_check_natural(struct write *w, const struct row *r, uint32_t changed, struct err *err) MUST_CHECK;
/* Every reference must name a living row: ERR_INPUT naming the field. */
int record_check_refs(struct db *db, struct uuid tenant, const struct row *r, uint32_t changed, struct err *err) MUST_CHECK;
/* 1 and a living row that has the same natural key, 0, -1; what was merged into
 * another has none. */
int record_twin(struct db *db, struct uuid tenant, const struct row *r, int column, struct uuid *twin, struct err *err) MUST_CHECK;
bool record_is_merged(const struct row *r);
void record_etag(const struct row *r, char etag[40]);	/* "\"…\"" */
/* ERR_STALE when the row is another version than the ETag's; NULL fits any. */
int record_match(const struct row *r, const char *if_match, struct err *err) MUST_CHECK;

struct page {
	int limit;		/* rows */
	const char *after;	/* opaque cursor of the page before, or NULL */
	const char *q;		/* what to look for, or NULL */
};
#define PAGE_MAX 500
/* Appends {"items":[…],"next":…|null}. */
int record_list(struct db *db, struct uuid tenant, const struct table *table, const struct page *page,
		struct buf *out, struct err *err) MUST_CHECK;

/* The words of a record's searched columns, kept with every version that is
 * written; before: the version it takes the place of, or NULL. */
int search_put(struct txn *t, struct uuid tenant, const struct row *r, const struct row *before, struct err *err) MUST_CHECK;
/* From the records, after an upgrade or by doctor. */
int search_rebuild(struct txn *t, struct uuid tenant, struct err *err) MUST_CHECK;
/* record_list() for a page with q: who has words that begin so. */
int search_list(struct db *db, struct uuid tenant, const struct table *table, const struct page *page, struct buf *out,
		struct err *err) MUST_CHECK;

/* Makes or changes the row of a key: scope "tenant" (no owner), "user" (owner:
 * whose), "device" (this one; stays here).  Keys that servers read are checked. */
int setting_put(struct write *w, const char *scope, struct uuid owner, const char *key, struct json value, struct row *r, struct err *err) MUST_CHECK;
/* The same key is the same row on every server. */
struct uuid setting_uuid(const char *scope, struct uuid owner, const char *key);
struct setting_view {
	const char *scope;	/* NULL: all three */
	struct uuid user, device;	/* whose; those of others are not shown */
};
int setting_list(struct db *db, struct uuid tenant, const struct setting_view *view, const struct page *page, struct buf *out,
		 struct err *err) MUST_CHECK;
/* Is a tenant's setting this word?  1, 0, -1. */
int setting_is(struct db *db, struct uuid tenant, const char *key, const char *word, struct err *err) MUST_CHECK;
/* A tenant's whole-number setting (true is 1, false 0), or the default. */
int setting_int(struct db *db, struct uuid tenant, const char *key, int64_t def, int64_t *out, struct err *err) MUST_CHECK;

/* What an import did; errors: objects separated by commas, the first hundred. */
struct import_report {
	int rows, created, changed, unchanged, refused;
	struct buf errors;
};
/* kind: products, customers, suppliers or opening-stock.  Rows that are refused are
 * in the report, the others are written: whether that stays is the caller's to say. */
int import_csv(struct write *w, const char *kind, struct slice text, int rows_max, struct import_report *report,
	       struct err *err) MUST_CHECK;

/* --- people --- */

/* body: {uuid?, name, role?, active?}; a pin or password in it is the caller's,
 * who makes the hashes, off the lane.  NULL: none, or stays as it is. */
int user_create(struct write *w, struct json body, const char *pin_hash, const char *password_hash, struct row *r, struct err *err) MUST_CHECK;
int user_change(struct write *w, struct uuid uuid, const char *if_match, struct json body, const char *pin_hash,
		const char *password_hash, struct row *r, struct err *err) MUST_CHECK;
/* Its uuid follows from its code: two tills that make the same make one row. */
int role_create(struct write *w, struct json body, struct row *r, struct err *err) MUST_CHECK;
int role_check(struct write *w, const struct row *before, struct row *after, struct err *err) MUST_CHECK;	/* see record_check_rules() */
/* See record_check_rules(): the role is there, and an owner is left. */
int user_check(struct write *w, const struct row *before, struct row *after, struct err *err) MUST_CHECK;
bool user_is_owner(const struct row *r);	/* and may sign in */
int user_other_owners(struct db *db, struct uuid tenant, struct uuid but, int64_t *n, struct err *err) MUST_CHECK;
int user_count(struct db *db, struct uuid tenant, int64_t *n, struct err *err) MUST_CHECK;
/* By uuid or by name, living and active only.  1, 0, -1. */
int user_find(struct db *db, struct pool *pool, struct uuid tenant, const char *who, struct row *r, struct err *err) MUST_CHECK;

/* Somebody tries a secret.  A miss is counted before the secret is looked at, and
 * taken back by lockout_passed(). */
struct attempt {
	struct uuid tenant;
	const char *account;	/* a user's uuid, or "admin", "license", "unknown-7" */
	const char *address;	/* where it comes from; a network of IPv6 */
	bool long_secret;	/* nobody guesses it, from however many addresses */
};
/* -1 with ERR_RATE and retry_after_s while locked out. */
int lockout_check(struct db *db, const struct attempt *a, struct err *err) MUST_CHECK;
int lockout_miss(struct txn *t, const struct attempt *a, struct err *err) MUST_CHECK;
/* From here the account is known from now on. */
int lockout_passed(struct txn *t, const struct attempt *a, struct err *err) MUST_CHECK;
/* Nobody waits any more, wherever he is: 1, 0 nobody had to, -1. */
int lockout_forgive(struct txn *t, struct uuid tenant, const char *account, struct err *err) MUST_CHECK;

int session_create(struct txn *t, struct uuid tenant, struct uuid user, int64_t lives_us, char token[TOKEN_MAX],
		   int64_t *expires_at, struct err *err) MUST_CHECK;
/* 1 and who, 0 unknown or expired, -1.  A disabled user is unknown. */
int session_find(struct db *db, const char *token, struct actor *who, struct err *err) MUST_CHECK;
int session_find_hash(struct db *db, const uint8_t hash[32], struct actor *who, struct err *err) MUST_CHECK;	/* of the token */
int session_end(struct txn *t, const char *token, struct err *err) MUST_CHECK;

/* --- outbox --- */

int outbox_put(struct txn *t, struct uuid tenant, const struct table *table, struct uuid uuid, struct err *err) MUST_CHECK;
int outbox_remove(struct txn *t, struct uuid tenant, const struct table *table, struct uuid uuid, struct err *err) MUST_CHECK;
enum outbox_state { OUTBOX_READY, OUTBOX_WAITING, OUTBOX_REFUSED };
int outbox_mark(struct txn *t, struct uuid tenant, const struct table *table, struct uuid uuid, enum outbox_state state,
		struct uuid root, const struct err *why, struct err *err) MUST_CHECK;
/* What waited for this row goes on. */
int outbox_release(struct txn *t, struct uuid tenant, struct uuid root, struct err *err) MUST_CHECK;
/* {"total":…, "oldest":…, "tables":[{table, rows, oldest, tries, refused, waiting, last_error}]} */
int outbox_json(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err) MUST_CHECK;
/* {"total":…, "oldest":…, "tables":[…], "items":[{table, uuid, since, tries, state, code, field, reason}], "next":…} */
int outbox_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err) MUST_CHECK;
int outbox_count(struct db *db, struct uuid tenant, int64_t *n, struct err *err) MUST_CHECK;

/* --- numbers --- */

/* The number of this document: the same uuid gets the same number. */
int number_reserve(struct write *w, struct uuid uuid, const char *kind, const char **number, struct err *err) MUST_CHECK;
/* The same for a document that is stored in this very write: no row remembers it. */
int number_take(struct write *w, struct uuid uuid, const char *kind, const char **number, struct err *err) MUST_CHECK;
/* The next of a series that counts without gaps from 1. */
int series_next(struct txn *t, struct uuid tenant, const char *kind, const char *prefix, int64_t *n_r, struct err *err) MUST_CHECK;

/* The document is stored: its number is its own, and no reservation any more. */
int number_settled(struct write *w, struct uuid document, struct err *err) MUST_CHECK;
/* Reservations older than that whose document never came are voided, a few at a
 * time: the caller knows that it is nowhere else. */
int number_void_unused(struct write *w, int64_t reserved_before, int *voided, struct err *err) MUST_CHECK;
struct uuid number_void_uuid(struct uuid document);

/* The hub has seen this number (NULL: none). */
int gaps_see(struct txn *t, struct uuid tenant, const char *number, struct err *err) MUST_CHECK;
/* {"items":[{series, first, last, missing, since, device, state: delayed | lost, text}],"next":null} */
int gaps_list(struct db *db, struct pool *pool, struct uuid tenant, int64_t now, struct buf *out, struct err *err) MUST_CHECK;

/* --- documents --- */

/* The table of documents of an entity ("invoice"), or NULL. */
const struct table *document_table(const char *entity);
/* Stamps a document made here and stores it: numbered on a hub, to be sent on a till. */
int document_write(struct write *w, struct doc *d, struct err *err) MUST_CHECK;


/* From a person's request.  ERR_CONFLICT with code "duplicate" when the uuid
 * is taken: *d is then the stored document, *identical tells. */
int document_create(struct write *w, const struct table *table, struct json body, struct doc *d, bool *identical, struct err *err) MUST_CHECK;
/* Refuses another server's that is half, or with moves or an entry that cannot follow from it (ERR_INPUT). */
int document_check_whole(struct pool *pool, struct doc *d, struct err *err) MUST_CHECK;
/* Amounts from what was entered; refuses what cannot be (ERR_INPUT). */
int document_settle(struct doc *d, struct err *err) MUST_CHECK;
/* Moves and journal entry by this server's own books. */
int document_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
/* Writes a document as it stands and keeps the caches of sums. */
int document_store(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
/* Another version of a stored one: derived parts and server-set columns. */
int document_replace(struct write *w, const struct doc *old, const struct doc *d, struct err *err) MUST_CHECK;
int document_list(struct db *db, struct pool *pool, struct uuid tenant, const struct table *table, const struct page *page,
		  struct buf *out, struct err *err) MUST_CHECK;

/* What each kind of document does differently; see document.c's table. */
int sale_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int sale_settle(struct doc *d, struct err *err) MUST_CHECK;
int sale_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int sale_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int sale_judge(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
/* On the hub: did its till have goods (moves as it sent them) that are not there (as they are)? */
int sale_judge_shelf(struct write *w, const struct doc *sent, const struct doc *d, struct err *err) MUST_CHECK;
int cancellation_judge(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int return_judge(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int payment_judge(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int cancellation_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int cancellation_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int cancellation_settle(struct doc *d, struct err *err) MUST_CHECK;
int cancellation_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int return_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int return_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int return_settle(struct doc *d, struct err *err) MUST_CHECK;
int return_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int payment_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int payment_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int payment_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int purchase_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int purchase_settle(struct doc *d, struct err *err) MUST_CHECK;
int purchase_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int purchase_judge(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int purchase_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int adjustment_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int adjustment_settle(struct doc *d, struct err *err) MUST_CHECK;
int adjustment_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int purchase_void_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int purchase_void_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int purchase_void_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int purchase_void_judge(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int supplier_payment_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int supplier_payment_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int supplier_payment_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int supplier_payment_judge(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;

int shift_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int shift_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int shift_part_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int shift_movement_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int shift_movement_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int shift_close_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int shift_close_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;

/* So much of a product's stock becomes another's, layer by layer, without an
 * effect on the books; a debt of stock (qty below 0) goes over as well. */
int adjustment_move(struct write *w, struct uuid from, struct uuid into, int64_t qty, const char *reason, struct doc *d, struct err *err) MUST_CHECK;
/* All of it.  0 and d, or 1 when there is none and nothing was stored. */
int adjustment_merge(struct write *w, struct uuid from, struct uuid into, const char *reason, struct doc *d, struct err *err) MUST_CHECK;

/* --- purchase orders --- */

/* What goods were ordered is a record; what came is a document.  See record_check_rules(). */
int order_check(struct write *w, const struct row *before, struct row *after, struct err *err) MUST_CHECK;
/* The goods are here: makes the purchase as document_create() does, and the
 * order is received.  The body is a purchase's; without lines: those ordered. */
int order_receive(struct write *w, struct uuid order, struct json body, struct doc *d, bool *identical, struct err *err) MUST_CHECK;

/* --- drawers --- */

enum drawer_kind {
	DRAWER_SALES,		/* without the change */
	DRAWER_COLLECTED,	/* from customers, for earlier sales */
	DRAWER_REFUNDS,
	DRAWER_SUPPLIERS,
	DRAWER_CASH_IN,
	DRAWER_CASH_OUT,
	DRAWER_EXPENSE,
	DRAWER_KINDS
};

/* Cash of one shift: what was in the drawer, and what changed it. */
struct drawer {
	int64_t opening, sum[DRAWER_KINDS];
};
int drawer_load(struct db *db, struct uuid tenant, struct uuid shift, struct drawer *d, struct err *err) MUST_CHECK;
int64_t drawer_expected(const struct drawer *d);
/* Shifts with what is computed of them: status, expected, counted, difference,
 * gap (to what was counted before, at the same till; null: nothing was). */
int shift_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err) MUST_CHECK;
/* The same of one, its totals, movements and closes, as members of an open object. */
int shift_more(struct db *db, struct pool *pool, struct uuid tenant, const struct row *head, struct buf *out, struct err *err) MUST_CHECK;

/* See record_check_rules(): what the lines of a cart must be. */
int cart_check(struct write *w, const struct row *before, struct row *after, struct err *err) MUST_CHECK;

/* --- suppliers --- */

/* {supplier, owed, credit, items:[{at, kind, uuid, number, amount, open?}], next}: our debt is
 * their part of 2010, what was paid too much their credit; newest first. */
int supplier_account(struct db *db, struct pool *pool, struct uuid tenant, struct uuid supplier, const struct page *page,
		     struct buf *out, struct err *err) MUST_CHECK;

/* --- what customers owe --- */

/* {customer, owed, credit, items:[…], next}: what changed it, newest first. */
int account_json(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, const struct page *page,
		 struct buf *out, struct err *err) MUST_CHECK;
/* Invoices with what is computed of them: status and owed. */
int invoice_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err) MUST_CHECK;
/* The same of one, and what came after it, as members of an open object. */
int invoice_more(struct db *db, struct pool *pool, struct uuid tenant, const struct row *head, struct buf *out, struct err *err) MUST_CHECK;

/* --- stock --- */

/* Room for the moves of a document, filled one by one. */
struct moves {
	struct pool *pool;
	struct doc *doc;
	const char *source;
	int64_t at;
	struct part_rows *rows;
	int room;
};
void moves_begin(struct moves *m, struct pool *pool, struct doc *doc);
/* What so many would have cost when goods came in last; 0 if never. */
int moves_cost_as_last(struct write *w, struct uuid product, int64_t qty, int64_t *cost, struct err *err) MUST_CHECK;
/* Goods in: opens a layer. */
void moves_in(struct moves *m, int line, struct uuid product, int64_t qty, int64_t cost);
/* The same at the unit cost of the last goods in; *cost: what they are worth. */
int moves_in_as_last(struct moves *m, struct write *w, int line, struct uuid product, int64_t qty, int64_t *cost, struct err *err) MUST_CHECK;
/* Goods out: from the open layers, oldest first; what no layer has is oversold
 * at cost 0.  *cost: what they had cost. */
int moves_out(struct moves *m, struct write *w, int line, struct uuid product, int64_t qty, int64_t *cost, struct err *err) MUST_CHECK;

/* Goods that line `line` of document for_doc took come back: to the layers they
 * came from, the last taken first, at the cost booked; *cost: what they had cost.
 * What it holds no more is not given back: *qty_r tells how much was. */
int moves_back(struct moves *m, struct write *w, struct uuid for_doc, int line, struct uuid product, int64_t qty,
	       int64_t *qty_r, int64_t *cost, struct err *err) MUST_CHECK;

/* What was given back since row `from` of the moves goes out again at once, for
 * good (defect, disposed of): the same layers, as line `line` of this document. */
void moves_discard(struct moves *m, int from, int line);

/* Adds (sign 1) or takes back (sign -1) a document's moves to the caches. */
int stock_count(struct write *w, const struct doc *d, int sign, struct err *err) MUST_CHECK;
/* The hub has numbered the document: its layers take their place. */
int stock_number(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
/* Another hub will number all of them anew. */
int stock_unnumber(struct write *w, struct err *err) MUST_CHECK;
int stock_unnumber_one(struct write *w, struct uuid doc, struct err *err) MUST_CHECK;	/* the same for one document */

/* Counts the caches anew from the moves. */
int stock_rebuild(struct txn *t, struct uuid tenant, struct err *err) MUST_CHECK;
/* {"items":[what a cache says and what the moves say], "total", "value" of all goods by their
 * moves, "booked": account 1200}; *n_r: differences.  All zero and equal, or something is broken. */
int stock_check(struct db *db, struct uuid tenant, struct buf *out, int *n_r, struct err *err) MUST_CHECK;

/* --- cost --- */

/* After a document that brought goods in, gave back, or emptied a layer that others
 * had used: what has no layer takes from the open ones, and the difference is a
 * correction document.  Only where the books are final: on a hub, and on a till
 * that has none. */
int cost_run(struct write *w, const struct doc *cause, struct err *err) MUST_CHECK;
/* Corrections that a hub has not numbered go, or all: this till has another hub now. */
int cost_forget(struct write *w, bool all, struct err *err) MUST_CHECK;
int cost_forget_one(struct write *w, struct uuid correction, struct err *err) MUST_CHECK;
/* Always refuses: nobody sends a hub what only hubs make. */
int cost_settle(struct doc *d, struct err *err) MUST_CHECK;

/* --- ledger --- */

struct entry {
	struct pool *pool;
	struct doc *doc;
	struct part_rows *lines;
	int room;
};
void entry_begin(struct entry *e, struct pool *pool, struct doc *doc);
void entry_debit(struct entry *e, const char *account, int64_t amount);	/* 0 adds nothing, negative is a credit */
void entry_credit(struct entry *e, const char *account, int64_t amount);
void entry_add(struct entry *e, struct uuid account, int64_t amount);	/* a debit, by the account's uuid */
/* Panics when debits and credits differ: no caller may get that far. */
void entry_end(struct entry *e);
/* The code of the account where a payment by this method is: "cash" is in 1010. */
const char *ledger_account(const char *method);
/* Of a document that came from elsewhere: -1 with err. */
int ledger_check(const struct doc *d, struct err *err) MUST_CHECK;

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
	int64_t away;	/* how far it had pulled when it had been away too long; 0: it is repaired, or never was */
};
/* 1 paired or pairing, 0 sync is off, -1. */
int pairing_load(struct db *db, struct pool *pool, struct pairing *p, struct err *err) MUST_CHECK;
/* Local rows take the tenant's UUID, and so does w; a till that already belongs
 * to another shop is refused ("other_shop").  After a revocation or an end of
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

/* --- conflicts --- */

/* Something for people to judge, once: kind is a word of the table reviews; a is
 * what stood, b what does not go with it (tables by name; b NULL and zero: none);
 * detail: members of a JSON object, may be NULL. */
int review_open(struct write *w, const char *kind, const char *a_table, struct uuid a, const char *b_table, struct uuid b,
		const char *detail, struct err *err) MUST_CHECK;
/* A version that came from a till, and what stood before it or NULL: a review for
 * each natural key that a living other row has too. */
int review_twins(struct write *w, const struct row *r, const struct row *before, struct err *err) MUST_CHECK;
/* Somebody has seen to it. */
int review_close(struct write *w, const char *kind, struct uuid a, struct uuid b, struct err *err) MUST_CHECK;

/* Made twice: from now on this row is that one.  *r becomes the row, or with
 * ERR_STALE what stands; the same again changes nothing. */
int twin_merge(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct uuid into,
	       struct row *r, struct err *err) MUST_CHECK;
/* It was another one after all; of a product's stock what is still there comes back. */
int twin_unmerge(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct row *r,
		 struct err *err) MUST_CHECK;
/* A whole object, with the heads of both sides: a_head, b_head. */
int review_json(struct db *db, struct pool *pool, struct uuid tenant, const struct row *r, struct buf *out, struct err *err) MUST_CHECK;

/* Names of devices by the origins under which they store. */
struct origins {
	struct pool *pool;
	struct origin {
		struct uuid uuid;
		const char *name;
	} *o;
	int n, room;
};
int origins_load(struct db *db, struct pool *pool, struct uuid tenant, struct origins *o, struct err *err) MUST_CHECK;
const char *origin_name(const struct origins *o, struct uuid origin);	/* NULL: not known here */

/* Keeps the loser with the winner: both in sync form.  1, 0 it was kept before, -1. */
int conflict_keep(struct txn *t, struct uuid tenant, const struct doc *winner, const struct doc *loser, const char *rule, struct err *err) MUST_CHECK;
int conflict_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err) MUST_CHECK;
int conflict_json(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err) MUST_CHECK;
int conflict_count(struct db *db, struct uuid tenant, int64_t since, int64_t *n, struct err *err) MUST_CHECK;
/* The loser becomes a new version, and what it takes the place of a loser.  -1
 * with ERR_CONFLICT "changed" and *now what stands, where that is not the winner
 * any more; force: all the same. */
int conflict_restore(struct write *w, struct uuid uuid, bool force, struct row *now, struct err *err) MUST_CHECK;

/* What tills must hear of their losers.  Hub: [{uuid, table, …}] of versions that
 * `loser` stored, for winners numbered (*since, *until]; *until comes nearer when
 * they are too many for one page. */
int conflict_lost(struct db *db, struct uuid tenant, struct uuid loser, int64_t since, int64_t *until, struct buf *out, struct err *err) MUST_CHECK;
int conflict_take(struct txn *t, struct uuid tenant, struct json lost, struct err *err) MUST_CHECK;

#endif
