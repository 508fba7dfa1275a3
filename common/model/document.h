/* Documents: stored once with all that follows from them; their numbers, and what is not in the cloud yet. */
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include "model/site.h"

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

#endif
