/* What kinds of documents share while they are made.  Private to this folder. */
#ifndef MODEL_KINDS_H
#define MODEL_KINDS_H

#include "model/model.h"

#define LINES_MAX 2000

/* The head from a request: uuid, number, time, who and where. */
int document_take_head(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
/* One list of lines; `least` of them. */
int document_take_lines(struct write *w, struct json body, const char *member, int least, struct doc *d, struct err *err) MUST_CHECK;
/* What the lines refer to must exist. */
int document_check_lines(struct write *w, const char *member, struct doc *d, struct err *err) MUST_CHECK;
/* Where a document is made: the till whose user asks, else this server. */
struct uuid document_device(const struct write *w);
/* What was taken is settled, numbered, derived and stored. */
int document_post(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
/* Is this product kept in stock?  1, 0 (not, or unknown), -1. */
int document_is_tracked(struct write *w, struct uuid product, struct err *err) MUST_CHECK;

/* One move of goods; see the columns of stock_moves.  A zero layer or for_doc is none. */
struct move {
	int line;
	struct uuid product;
	int64_t qty, cost;
	struct uuid layer, for_doc;
};
void moves_add(struct moves *m, struct move v);

/* Where a document stands in FIFO: the hub's number, or behind all of those. */
#define POS_LOCAL ((int64_t)1 << 62)
#define DOC_POS_IN(table, doc) "(SELECT CASE WHEN _seq > 0 THEN _seq END FROM " table " WHERE tenant = $1 AND uuid = " doc ")"
/* The same in SQL ($1 is the tenant), of any document that may hold goods or open a layer. */
#define DOC_POS(doc)                                                                                                \
	"COALESCE(" DOC_POS_IN("invoices", doc) ", " DOC_POS_IN("returns", doc) ", " DOC_POS_IN("cancellations", doc) ", " \
	DOC_POS_IN("stock_adjustments", doc) ", " DOC_POS_IN("purchases", doc) ", CAST(4611686018427387904 AS bigint))"

/* Keeps what is owed with what is stored (sign 1), or goes (-1). */
int owed_count(struct write *w, const struct doc *d, int sign, struct err *err) MUST_CHECK;
/* The same when it takes the place of another (1), or leaves it to that (-1): whose an invoice
 * is, is what undid it. */
int owed_recount(struct write *w, const struct doc *d, const struct doc *other, int sign, struct err *err) MUST_CHECK;

/* Refuses derived parts that cannot follow from their document (ERR_INPUT). */
int derived_check(struct pool *pool, const struct doc *d, struct err *err) MUST_CHECK;

/* One line's amount and tax from its price, quantity and discount; adds to total and tax. */
int line_settle(struct part_rows *lines, int i, bool included, int64_t *total, int64_t *tax, struct err *err) MUST_CHECK;

/* What the lines of a sale left to the server: names, prices and taxes of the products. */
int lines_fill(struct write *w, struct doc *d, struct err *err) MUST_CHECK;

/* Heads, newest first: at most page->limit, and the cursor of the next page. */
struct heads {
	struct row *list;
	int n;
	const char *next;	/* NULL: this was the last page */
};
int document_heads(struct db *db, struct pool *pool, struct uuid tenant, const struct table *table, const struct page *page,
		   struct heads *heads, struct err *err) MUST_CHECK;

/* --- what each kind does differently: see document.c's table --- */

int sale_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
int sale_settle(struct doc *d, struct err *err) MUST_CHECK;
int sale_derive(struct write *w, struct doc *d, struct err *err) MUST_CHECK;
int sale_permit(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
int sale_judge(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;
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

#endif
