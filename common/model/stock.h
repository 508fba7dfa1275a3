/* Goods in, out and back, what they cost, and the journal entry that goes with them. */
#ifndef MODEL_STOCK_H
#define MODEL_STOCK_H

#include "model/site.h"

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
/* Goods out, of a product that is kept in stock: from the open layers, oldest first; what
 * no layer has is oversold at cost 0.  *cost: what they had cost. */
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

#endif
