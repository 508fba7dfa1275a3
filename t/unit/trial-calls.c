/* What of sync is tried wherever a test calls it (TRIAL_WRAPS). */
#include "base/base.h"
#include "trial.h"

#include "sync/sync.h"

STANDS_IN(sync_meet_epoch, (struct write *w, struct uuid epoch, struct err *err), (w, epoch, err), OF_WRITE)
STANDS_IN(ingest_slice, (struct ingest *in, struct txn *t, struct err *err), (in, t, err), OF_TXN, STATE(in), .site = in->site,
	  .out = { &in->results })
STANDS_IN(apply_slice, (struct apply *a, struct txn *t, struct err *err), (a, t, err), OF_TXN, STATE(a), .site = a->site)
STANDS_IN(confirm_slice, (struct confirm *c, struct txn *t, struct err *err), (c, t, err), OF_TXN, STATE(c), .site = c->site)
STANDS_IN(repair_slice, (struct repair *r, struct txn *t, struct err *err), (r, t, err), OF_TXN, STATE(r), .site = r->apply.site)

STANDS_IN(batch_build, (struct db *db, struct uuid tenant, int max_rows, size_t max_bytes, struct buf *body, struct buf *sent, int *n_rows,
			struct err *err),
	  (db, tenant, max_rows, max_bytes, body, sent, n_rows, err), .db = db, .out = { body, sent })
STANDS_IN(pull_page, (struct db *db, struct uuid tenant, struct uuid not_from, const char *since, int limit, size_t max_bytes, int *n_rows,
		      struct buf *out, struct err *err),
	  (db, tenant, not_from, since, limit, max_bytes, n_rows, out, err), .db = db, .out = { out })
STANDS_IN(snapshot_page, (struct db *db, struct uuid tenant, const char *after, int limit, size_t max_bytes, int *n_rows, struct buf *out,
			  struct err *err),
	  (db, tenant, after, limit, max_bytes, n_rows, out, err), .db = db, .out = { out })
STANDS_IN(digest_request, (struct db *db, struct pool *pool, struct uuid tenant, const struct key_range *ranges, int n, struct buf *out,
			   struct err *err),
	  (db, pool, tenant, ranges, n, out, err), .db = db, .out = { out })
STANDS_IN(digest_answer, (struct db *db, struct uuid tenant, struct json request, struct buf *out, struct err *err),
	  (db, tenant, request, out, err), .db = db, .out = { out })
STANDS_IN(digest_compare, (struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer, struct buf *out,
			   bool *same, struct err *err),
	  (db, pool, tenant, request, answer, out, same, err), .db = db, .out = { out })
STANDS_IN(digest_find, (struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer,
			struct differences *out, struct err *err),
	  (db, pool, tenant, request, answer, out, err), .db = db, STATE(out))
STANDS_IN(rows_page, (struct db *db, struct uuid tenant, const struct table *t, const struct uuid *key, int n, size_t max_bytes, int *n_rows,
		      struct buf *out, struct err *err),
	  (db, tenant, t, key, n, max_bytes, n_rows, out, err), .db = db, .out = { out })
STANDS_IN(digest_state, (struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err),
	  (db, pool, tenant, out, err), .db = db, .out = { out })
STANDS_IN(pull_check_away, (struct db *db, struct pool *pool, struct uuid tenant, const char *since, struct err *err),
	  (db, pool, tenant, since, err), .db = db)
STANDS_IN(pull_check_own, (struct db *db, struct pool *pool, struct uuid tenant, struct uuid origin, const char *since, int64_t own,
			   struct err *err),
	  (db, pool, tenant, origin, since, own, err), .db = db)
STANDS_IN(clock_restamp, (struct write *w, int64_t server_time, int64_t boot, int *moved, struct err *err),
	  (w, server_time, boot, moved, err), OF_WRITE)
STANDS_IN(quarantine_list, (struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err),
	  (db, pool, tenant, page, out, err), .db = db, .out = { out })
STANDS_IN(quarantine_show, (struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err),
	  (db, pool, tenant, uuid, out, err), .db = db, .out = { out })
STANDS_IN(quarantine_retry, (struct write *w, struct uuid uuid, int64_t *sent, int *taken, struct err *err), (w, uuid, sent, taken, err),
	  OF_WRITE)
STANDS_IN(quarantine_drop, (struct write *w, struct uuid uuid, const char **table, bool *fetch, struct err *err),
	  (w, uuid, table, fetch, err), OF_WRITE)
