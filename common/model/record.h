/* Records: made, changed, found, brought in from CSV; each version is written by record_write(). */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "model/site.h"

/* Stamps a version made here and writes it: dirty on a till, numbered on a
 * hub.  before is NULL for a new row; changed: bits of columns whose stamps move. */
int record_write(struct write *w, struct row *r, const struct row *before, uint32_t changed, struct err *err) MUST_CHECK;

/* ERR_CONFLICT and *r the row that is there when it has this uuid already. */
int record_create(struct write *w, const struct table *table, struct json body, struct row *r, struct err *err) MUST_CHECK;
/* Is the row alive, with all that this body enters?  Then who sends it once more, for want of an answer, has what he wants. */
bool record_says(struct pool *pool, const struct row *r, struct json body);
/* if_match: the ETag's text or NULL.  Returns -1 with ERR_STALE and *r the present row, unless
 * that row says already what the body does. */
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

/* Appends {"items":[…],"next":…|null}. */
int record_list(struct db *db, struct uuid tenant, const struct table *table, const struct page *page,
		struct buf *out, struct err *err) MUST_CHECK;

/* The words of a record's searched columns, kept with every version that is
 * written; before: the version it takes the place of, or NULL. */
int search_put(struct txn *t, struct uuid tenant, const struct row *r, const struct row *before, struct err *err) MUST_CHECK;
/* From the records, after an upgrade or by doctor. */
int search_rebuild(struct txn *t, struct uuid tenant, struct err *err) MUST_CHECK;
/* Each record of a page that has words which begin as those of page->q, in the order of
 * a list; what stands for several is there once.  *next_r: where the next page begins, or NULL. */
typedef int found_fn(void *ctx, const struct row *r, struct err *err);
int search_each(struct db *db, struct uuid tenant, const struct table *table, const struct page *page, struct pool *pool,
		found_fn *found, void *ctx, const char **next_r, struct err *err) MUST_CHECK;
/* record_list() for a page with q. */
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

/* See record_check_rules(): what the lines of a cart must be. */
int cart_check(struct write *w, const struct row *before, struct row *after, struct err *err) MUST_CHECK;

#endif
