/* Sums over documents that people ask for: what is in a drawer, what is owed to us and by us. */
#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H

#include "model/site.h"

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

/* --- suppliers --- */

/* {supplier, owed, credit, items:[{at, kind, uuid, number, amount, open?}], next}: our debt is
 * their part of 2010, what was paid too much their credit; newest first. */
int supplier_account(struct db *db, struct pool *pool, struct uuid tenant, struct uuid supplier, const struct page *page,
		     struct buf *out, struct err *err) MUST_CHECK;

/* --- what customers owe --- */

/* {customer, owed, credit, items:[…], next}: what changed it, newest first. */
int account_json(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, const struct page *page,
		 struct buf *out, struct err *err) MUST_CHECK;
/* The sums of what customers owe, made again from the books; and how many are not what those say. */
int owed_rebuild(struct txn *t, struct uuid tenant, struct err *err) MUST_CHECK;
int owed_check(struct db *db, struct uuid tenant, int64_t *wrong, struct err *err) MUST_CHECK;
/* Invoices with what is computed of them: status and owed. */
int invoice_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err) MUST_CHECK;
/* The same of one, and what came after it, as members of an open object. */
int invoice_more(struct db *db, struct pool *pool, struct uuid tenant, const struct row *head, struct buf *out, struct err *err) MUST_CHECK;

#endif
