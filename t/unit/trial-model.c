/* What of the model is tried wherever a test calls it (MODEL_WRAPS in t/local.mk
 * names the same functions to the linker). */
#include "base/base.h"
#include "trial.h"

#include "model/life.h"
#include "model/purge.h"

/* --- records --- */

STANDS_IN(record_create, (struct write *w, const struct table *table, struct json body, struct row *r, struct err *err),
	  (w, table, body, r, err), OF_WRITE, .of = table->name)
STANDS_IN(record_change, (struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct json body,
			  struct row *r, struct err *err),
	  (w, table, uuid, if_match, body, r, err), OF_WRITE, .of = table->name)
STANDS_IN(record_delete, (struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct err *err),
	  (w, table, uuid, if_match, err), OF_WRITE, .of = table->name)
STANDS_IN(record_list, (struct db *db, struct uuid tenant, const struct table *table, const struct page *page, struct buf *out,
			struct err *err),
	  (db, tenant, table, page, out, err), .db = db, .of = table->name, .out = { out })
STANDS_IN(search_list, (struct db *db, struct uuid tenant, const struct table *table, const struct page *page, struct buf *out,
			struct err *err),
	  (db, tenant, table, page, out, err), .db = db, .of = table->name, .out = { out })
STANDS_IN(search_rebuild, (struct txn *t, struct uuid tenant, struct err *err), (t, tenant, err), OF_TXN)
STANDS_IN(setting_put, (struct write *w, const char *scope, struct uuid owner, const char *key, struct json value, struct row *r,
			struct err *err),
	  (w, scope, owner, key, value, r, err), OF_WRITE)
STANDS_IN(setting_list, (struct db *db, struct uuid tenant, const struct setting_view *view, const struct page *page,
			 struct buf *out, struct err *err),
	  (db, tenant, view, page, out, err), .db = db, .out = { out })
STANDS_IN(import_csv, (struct write *w, const char *kind, struct slice text, int rows_max, struct import_report *report,
		       struct err *err),
	  (w, kind, text, rows_max, report, err), OF_WRITE, STATE(report), .out = { &report->errors })
STANDS_IN(role_create, (struct write *w, struct json body, struct row *r, struct err *err), (w, body, r, err), OF_WRITE)
STANDS_IN(user_create, (struct write *w, struct json body, const char *pin_hash, const char *password_hash, struct row *r,
			struct err *err),
	  (w, body, pin_hash, password_hash, r, err), OF_WRITE)
STANDS_IN(user_change, (struct write *w, struct uuid uuid, const char *if_match, struct json body, const char *pin_hash,
			const char *password_hash, struct row *r, struct err *err),
	  (w, uuid, if_match, body, pin_hash, password_hash, r, err), OF_WRITE)
STANDS_IN(user_find, (struct db *db, struct pool *pool, struct uuid tenant, const char *who, struct row *r, struct err *err),
	  (db, pool, tenant, who, r, err), .db = db)
STANDS_IN(row_life, (struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err),
	  (db, pool, tenant, uuid, out, err), .db = db, .out = { out })

/* --- sign-ins --- */

STANDS_IN(lockout_check, (struct db *db, const struct attempt *a, struct err *err), (db, a, err), .db = db)
STANDS_IN(lockout_miss, (struct txn *t, const struct attempt *a, struct err *err), (t, a, err), OF_TXN)
STANDS_IN(lockout_passed, (struct txn *t, const struct attempt *a, struct err *err), (t, a, err), OF_TXN)
STANDS_IN(lockout_forgive, (struct txn *t, struct uuid tenant, const char *account, struct err *err), (t, tenant, account, err), OF_TXN)
STANDS_IN(session_create, (struct txn *t, struct uuid tenant, struct uuid user, int64_t lives_us, char token[TOKEN_MAX],
			   int64_t *expires_at, struct err *err),
	  (t, tenant, user, lives_us, token, expires_at, err), OF_TXN)
STANDS_IN(session_find, (struct db *db, const char *token, struct actor *who, struct err *err), (db, token, who, err), .db = db)
STANDS_IN(session_end, (struct txn *t, const char *token, struct err *err), (t, token, err), OF_TXN)

/* --- documents --- */

STANDS_IN(document_create, (struct write *w, const struct table *table, struct json body, struct doc *d, bool *identical, struct err *err),
	  (w, table, body, d, identical, err), OF_WRITE, .of = table->name)
STANDS_IN(document_list, (struct db *db, struct pool *pool, struct uuid tenant, const struct table *table, const struct page *page,
			  struct buf *out, struct err *err),
	  (db, pool, tenant, table, page, out, err), .db = db, .of = table->name, .out = { out })
STANDS_IN(order_receive, (struct write *w, struct uuid order, struct json body, struct doc *d, bool *identical, struct err *err),
	  (w, order, body, d, identical, err), OF_WRITE)
STANDS_IN(adjustment_move, (struct write *w, struct uuid from, struct uuid into, int64_t qty, const char *reason, struct doc *d,
			    struct err *err),
	  (w, from, into, qty, reason, d, err), OF_WRITE)
STANDS_IN(invoice_list, (struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err),
	  (db, pool, tenant, page, out, err), .db = db, .out = { out })
STANDS_IN(invoice_more, (struct db *db, struct pool *pool, struct uuid tenant, const struct row *head, struct buf *out, struct err *err),
	  (db, pool, tenant, head, out, err), .db = db, .out = { out })
STANDS_IN(shift_list, (struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err),
	  (db, pool, tenant, page, out, err), .db = db, .out = { out })
STANDS_IN(shift_more, (struct db *db, struct pool *pool, struct uuid tenant, const struct row *head, struct buf *out, struct err *err),
	  (db, pool, tenant, head, out, err), .db = db, .out = { out })
STANDS_IN(account_json, (struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, const struct page *page,
			 struct buf *out, struct err *err),
	  (db, pool, tenant, customer, page, out, err), .db = db, .out = { out })
STANDS_IN(supplier_account, (struct db *db, struct pool *pool, struct uuid tenant, struct uuid supplier, const struct page *page,
			     struct buf *out, struct err *err),
	  (db, pool, tenant, supplier, page, out, err), .db = db, .out = { out })
STANDS_IN(stock_rebuild, (struct txn *t, struct uuid tenant, struct err *err), (t, tenant, err), OF_TXN)
STANDS_IN(stock_check, (struct db *db, struct uuid tenant, struct buf *out, int *n_r, struct err *err),
	  (db, tenant, out, n_r, err), .db = db, .out = { out })
STANDS_IN(owed_rebuild, (struct txn *t, struct uuid tenant, struct err *err), (t, tenant, err), OF_TXN)
STANDS_IN(owed_check, (struct db *db, struct uuid tenant, int64_t *wrong, struct err *err), (db, tenant, wrong, err), .db = db)

/* --- numbers, and what is to be sent --- */

STANDS_IN(number_reserve, (struct write *w, struct uuid uuid, const char *kind, const char **number, struct err *err),
	  (w, uuid, kind, number, err), OF_WRITE)
STANDS_IN(number_void_unused, (struct write *w, int64_t reserved_before, int *voided, struct err *err),
	  (w, reserved_before, voided, err), OF_WRITE)
STANDS_IN(gaps_see, (struct txn *t, struct uuid tenant, const char *number, struct err *err), (t, tenant, number, err), OF_TXN)
STANDS_IN(gaps_list, (struct db *db, struct pool *pool, struct uuid tenant, int64_t now, struct buf *out, struct err *err),
	  (db, pool, tenant, now, out, err), .db = db, .out = { out })
STANDS_IN(outbox_mark, (struct txn *t, struct uuid tenant, const struct table *table, struct uuid uuid, enum outbox_state state,
			struct uuid root, const struct err *why, struct err *err),
	  (t, tenant, table, uuid, state, root, why, err), OF_TXN)
STANDS_IN(outbox_release, (struct txn *t, struct uuid tenant, struct uuid root, struct err *err), (t, tenant, root, err), OF_TXN)
STANDS_IN(outbox_json, (struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err),
	  (db, pool, tenant, out, err), .db = db, .out = { out })
STANDS_IN(outbox_list, (struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err),
	  (db, pool, tenant, page, out, err), .db = db, .out = { out })

/* --- reports --- */

#define REPORT(name) \
	STANDS_IN(name, (struct report *r, struct err *err), (r, err), .db = r->db, STATE(r), .out = { r->sheet.out })
REPORT(report_inventory)
REPORT(report_moves)
REPORT(report_layers)
REPORT(report_low_stock)
REPORT(report_oversold)
REPORT(report_valuation)
REPORT(report_journal)
REPORT(report_trial_balance)
REPORT(report_cash_flow)
REPORT(report_daily_sales)
REPORT(report_sales_by_hour)
REPORT(report_sales_by_product)
REPORT(report_receivables)

/* --- what people judge --- */

STANDS_IN(review_json, (struct db *db, struct pool *pool, struct uuid tenant, const struct row *r, struct buf *out, struct err *err),
	  (db, pool, tenant, r, out, err), .db = db, .out = { out })
STANDS_IN(twin_merge, (struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct uuid into,
		       struct row *r, struct err *err),
	  (w, table, uuid, if_match, into, r, err), OF_WRITE, .of = table->name)
STANDS_IN(twin_unmerge, (struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct row *r,
			 struct err *err),
	  (w, table, uuid, if_match, r, err), OF_WRITE, .of = table->name)
STANDS_IN(conflict_keep, (struct txn *t, struct uuid tenant, const struct doc *winner, const struct doc *loser, const char *rule,
			  struct err *err),
	  (t, tenant, winner, loser, rule, err), OF_TXN)
STANDS_IN(conflict_list, (struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err),
	  (db, pool, tenant, page, out, err), .db = db, .out = { out })
STANDS_IN(conflict_json, (struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err),
	  (db, pool, tenant, uuid, out, err), .db = db, .out = { out })
STANDS_IN(conflict_restore, (struct write *w, struct uuid uuid, bool force, struct row *now, struct err *err),
	  (w, uuid, force, now, err), OF_WRITE)
STANDS_IN(conflict_lost, (struct db *db, struct uuid tenant, struct uuid loser, int64_t since, int64_t *until, struct buf *out,
			  struct err *err),
	  (db, tenant, loser, since, until, out, err), .db = db, STATE(until), .out = { out })
STANDS_IN(conflict_take, (struct txn *t, struct uuid tenant, struct json lost, struct err *err), (t, tenant, lost, err), OF_TXN)
STANDS_IN(purge_look, (struct db *db, struct pool *pool, struct purge *p, struct err *err), (db, pool, p, err), .db = db, STATE(p))
STANDS_IN(purge_write, (struct txn *t, struct purge *p, struct err *err), (t, p, err), OF_TXN, STATE(p))

/* --- tills and their cloud --- */

STANDS_IN(device_register, (struct txn *t, const struct device *asks, struct device *d, struct err *err), (t, asks, d, err), OF_TXN)
STANDS_IN(device_register_by_key, (struct txn *t, const struct device *asks, struct device *d, struct err *err), (t, asks, d, err), OF_TXN)
STANDS_IN(device_approve, (struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err), (t, tenant, uuid, err), OF_TXN)
STANDS_IN(device_revoke, (struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err), (t, tenant, uuid, err), OF_TXN)
STANDS_IN(device_load_again, (struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err), (t, tenant, uuid, err), OF_TXN)
STANDS_IN(device_rename, (struct txn *t, struct uuid tenant, struct uuid uuid, const char *name, struct err *err),
	  (t, tenant, uuid, name, err), OF_TXN)
STANDS_IN(device_count, (struct txn *t, struct uuid tenant, struct uuid uuid, int pushed, int pulled, int conflicts, struct err *err),
	  (t, tenant, uuid, pushed, pulled, conflicts, err), OF_TXN)
STANDS_IN(device_tenant, (struct db *db, struct uuid uuid, struct uuid *tenant, struct err *err), (db, uuid, tenant, err), .db = db)
STANDS_IN(device_list, (struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err),
	  (db, pool, tenant, out, err), .db = db, .out = { out })
STANDS_IN(pairing_begin, (struct write *w, const char *url, struct uuid tenant, const char *name, struct err *err),
	  (w, url, tenant, name, err), OF_WRITE, STATE(w))
STANDS_IN(pairing_end, (struct write *w, struct err *err), (w, err), OF_WRITE)
STANDS_IN(pairing_status, (struct write *w, const char *status, const char *code, const char *prefix, struct uuid hub,
			   struct uuid epoch, const char *trouble, struct err *err),
	  (w, status, code, prefix, hub, epoch, trouble, err), OF_WRITE)
STANDS_IN(pairing_load_again, (struct write *w, struct err *err), (w, err), OF_WRITE)

/* --- who this server is --- */

STANDS_IN(site_open, (struct txn *t, bool hub, struct site *site, struct err *err), (t, hub, site, err), OF_TXN, STATE(site))
STANDS_IN(site_load, (struct db *db, struct pool *pool, struct site *site, struct err *err), (db, pool, site, err), .db = db)
STANDS_IN(site_leap, (struct txn *t, struct site *site, struct err *err), (t, site, err), OF_TXN, .site = site)
STANDS_IN(site_new_device, (struct txn *t, struct site *site, struct err *err), (t, site, err), OF_TXN, .site = site)
STANDS_IN(tenant_create, (struct txn *t, struct site *site, const char *name, struct uuid *tenant, char key[LICENSE_LEN + 1],
			  struct err *err),
	  (t, site, name, tenant, key, err), OF_TXN)
STANDS_IN(tenant_new_license, (struct txn *t, struct uuid tenant, char key[LICENSE_LEN + 1], struct err *err),
	  (t, tenant, key, err), OF_TXN)
STANDS_IN(tenant_license_ok, (struct db *db, struct uuid tenant, const char *key, struct err *err), (db, tenant, key, err), .db = db)
STANDS_IN(tenant_list, (struct db *db, struct pool *pool, struct buf *items, struct err *err), (db, pool, items, err), .db = db,
	  .out = { items })
