/* One request on its way through the daemon.
 *
 *	head		the route is looked up; foreign pages and names are refused
 *	guard		who is asking (a token in the cache, else a read)
 *	admit		may they: the route's row says it, no handler has to ask
 *	stages		the handler, on the thread that its mode names; it may name
 *			a next stage
 *	answer		on the loop
 *
 * A call belongs to one thread at a time: to the loop, or to the store's thread
 * that runs its stage.  A handler in a stage other than LOOP touches the call
 * and nothing else of the daemon; what must be done on the loop after a commit
 * goes into `after`.  Everything lives in the request's pool. */
#ifndef APID_CALL_H
#define APID_CALL_H

#include "apid/apid.h"
#include "base/json.h"

enum mode {
	LOOP,		/* here, without the database */
	QUICK,		/* a read by key: here on SQLite, where it takes microseconds */
	READ,		/* on a reader */
	WORK,		/* on a reader too, but few at a time: slow by intent */
	WRITE,		/* on the tenant's lane, in a transaction */
	SLICES,		/* the same in slices, behind the requests of people */
	MODES
};

/* What a handler returns: an HTTP status with its JSON in c->out, -1 with err
 * (a write is undone), or one of these. */
#define CALL_NEXT 1	/* go on with what call_then() named */
#define CALL_MORE 2	/* SLICES: commit and call again */
#define CALL_KEEP 3	/* a write: commit it, then answer err all the same */
#define CALL_UNDO 5	/* a write: undo it, then answer what is in out with 200 */
#define CALL_KNOWN 4	/* the guard's own: the caller is known now */
#define CALL_UPGRADE 5	/* LOOP: the socket is handed over, there is no answer of ours */

/* May be called again from its start after a rollback: it has answered nobody. */
typedef int handler_fn(struct call *c, struct err *err);

enum who {
	NOBODY,		/* the end of the table */
	ANYONE,
	GUEST,		/* anyone; but who shows a token must be good */
	SIGNED_IN,	/* a user or the platform's admin */
	SHOP,		/* a user with the row's permission, also by a till's word */
	USER,		/* the same, signed in at this very server */
	DEVICE,		/* an approved till */
	LISTENER,	/* an approved till, a user, also by a till's word, or the operator */
	ADMIN,		/* the operator or the platform's admin */
	OPERATOR,		/* the operator on our Unix socket; unknown elsewhere */
};

enum where { BOTH, HUB, TILL };
enum scope { OF_TENANT, OF_ANY, OF_SERVER };	/* OF_ANY: the operator may name one */
enum body { NO_BODY, BODY, MAY_BODY, CSV_BODY };
enum query { Q_NONE, Q_LIST, Q_PAGE, Q_HEALTH, Q_PULL, Q_SNAPSHOT, Q_ROWS, Q_APPLY, Q_LIFE,
	      Q_IMPORT, Q_WS, Q_AT, Q_PERIOD, Q_PERIOD_PAGE, Q_STOCK, Q_SHEET_PAGE, Q_FORMAT, Q_RESTORE,
	      Q_SETTINGS };

struct route {
	struct route_key key;
	enum mode mode;
	handler_fn *handler;
	enum who who;
	enum perm perm;
	enum body body;
	enum query query;
	enum where where;
	enum scope scope;
	const char *table;	/* records and documents */
	const char *about;	/* documents: the member that the path says, not the body */
	int body_max;		/* bytes; 0: the option body_bytes */
	bool kept;		/* a read whose answer follows from the shop's rows and the target alone */
};
extern const struct route routes[];
void routes_check(void);	/* panics when the table contradicts itself */
const char *const *route_query(const struct route *r, bool operator);	/* names it knows */

struct call {
	struct apid *apid;
	struct http_request *rq;
	struct pool *pool;
	const struct route *route;	/* NULL: a file of the console, or a preflight */
	const char *param[ROUTE_PARAMS_MAX];
	struct shop shop;		/* site of this server, as this call sees it */
	struct uuid tenant;
	struct caller caller;
	const char *token;		/* as sent, NULL without */
	uint8_t token_hash[32];

	struct json body;
	bool parsed;
	struct db *db;			/* in a read or a write */
	struct txn *txn;		/* in a write */

	struct buf out;			/* the answer */
	struct buf also;		/* members of a problem beside the usual ones */
	char etag[64];
	const char *location, *link;
	const char *file;		/* the answer is CSV, to be kept under this name */
	bool etag_of_body;		/* it is made of the answer's bytes */
	struct seen seen;		/* what the answer was made of, if that can be told */

	enum mode mode, next_mode;
	handler_fn *handler, *next;
	void (*after)(struct call *c);	/* on the loop, before the answer; a write is committed then */
	int rc;
	struct job job;
	struct call *next_slow;
	void *state;			/* the handlers', from stage to stage */
};

/* http_handler's and service's callbacks. */
int call_head(struct http_request *rq, int64_t *body_max, void *apid, struct err *err);
void call_request(struct http_request *rq, void *apid);
void call_headers(struct http_request *rq, struct buf *out, void *apid);
void call_local(struct http_request *rq, void *apid);

/* --- for handlers --- */

/* The next stage: `return call_then(c, WRITE, fn);` */
int call_then(struct call *c, enum mode mode, handler_fn *fn);
/* The body, an object (parsed once, on whatever thread asks first). */
int call_body(struct call *c, struct json *body, struct err *err) MUST_CHECK;
int call_body_only(struct call *c, const char *const *names, struct json *body, struct err *err) MUST_CHECK;
/* The body (or none) as if it named what the path names already: "shift", of /api/shifts/UUID/close. */
int call_body_of(struct call *c, const char *member, struct uuid uuid, struct json *body, struct err *err) MUST_CHECK;
int call_need(struct json body, const char *name, size_t max, const char **out, struct err *err) MUST_CHECK;
int call_need_uuid(struct json body, const char *name, struct uuid *out, struct err *err) MUST_CHECK;
/* The first parameter of the path; what is no UUID is not found. */
int call_uuid(const struct call *c, struct uuid *uuid, struct err *err) MUST_CHECK;
int call_page(const struct call *c, struct page *page, struct err *err) MUST_CHECK;
/* The living row of the route's table that the path names. */
int call_load_row(struct call *c, struct row *r, struct err *err) MUST_CHECK;
int call_answer_row(struct call *c, const struct row *r, int status);	/* with its ETag; status */
/* What stands here instead, so that a person can compare; null: it is gone.  -1 */
int call_refuse_with(struct call *c, const struct row *r);
/* A header as text, or NULL. */
const char *call_header(const struct call *c, const char *name);
struct write call_write(struct call *c);
/* "superseded" where fexl-syncd asked the cloud for an earlier incarnation of this till. */
int call_check_life(struct call *c, struct err *err) MUST_CHECK;
/* Where a row is found: /api/customer-payments/…, whatever path it was made under. */
const char *call_location(const struct call *c, const struct row *r);
/* Answers the document that the path names, with members that are computed; more may be NULL. */
typedef int more_fn(struct db *db, struct pool *pool, struct uuid tenant, const struct row *head, struct buf *out, struct err *err);
int call_document(struct call *c, more_fn *more, struct err *err);
const struct table *call_table(const struct call *c);

/* --- guard.c --- */

/* 1 a token is shown, 0 none, -1 with err. */
int guard_token(struct call *c, struct err *err) MUST_CHECK;
handler_fn guard_look;		/* who showed this token; on any reading thread */
handler_fn guard_tenant;	/* whom the operator of a hub means */
/* 1 and the hub's tenant if it has exactly one, 0, -1. */
int guard_only_tenant(struct call *c, struct uuid *tenant, struct err *err) MUST_CHECK;
int guard_admit(const struct call *c, struct err *err) MUST_CHECK;

/* --- source.c --- */

/* The address that asks, or its network; "unix" for the operator. */
const char *call_source(const struct call *c);

/* --- live.c --- */

/* In two steps, because the request ends between them: what the call knows,
 * then the socket itself.  -1 with err: answer as usual. */
struct live;
int live_begin(const struct call *c, struct live **live_r, struct err *err) MUST_CHECK;
int live_end(struct live **lp, struct http_request *rq, struct err *err) MUST_CHECK;

/* --- handlers, by file --- */

handler_fn h_site, h_seen, h_setup, h_setup_code;
handler_fn h_sign_in, h_sign_out, h_cloud_token;
handler_fn h_record_list, h_record_get, h_record_create, h_record_change, h_record_delete, h_setting_put;
handler_fn h_user_create, h_user_change, h_user_delete;
handler_fn h_document_create, h_document_list, h_document_get, h_number, h_gaps;
handler_fn h_purchase_create, h_order_receive, h_supplier_account;
handler_fn h_invoice_list, h_invoice_get, h_account;
handler_fn h_import, h_openapi;
handler_fn h_twin_merge, h_twin_unmerge;
handler_fn h_role_create, h_role_change, h_role_delete, h_session_get, h_setting_list;
handler_fn h_shift_list, h_shift_get;
handler_fn h_inventory, h_moves, h_layers, h_valuation, h_low_stock, h_oversold, h_journal, h_trial_balance, h_cash_flow;
handler_fn h_receivables, h_daily_sales, h_sales_by_hour, h_sales_by_product;
handler_fn h_conflict_list, h_conflict_get, h_conflict_restore, h_review_get;
handler_fn h_device_list, h_device_rename, h_device_approve, h_device_revoke, h_device_resync;
handler_fn h_admin_sign_in, h_tenant_list, h_tenant_create, h_admin_health;
handler_fn h_health, h_credentials, h_push, h_pull, h_snapshot, h_digest, h_rows;
handler_fn h_sync_status, h_sync_run, h_pending, h_pairing_put, h_pairing_end;
handler_fn h_ws;
handler_fn h_backup_create, h_backup_list, h_backup_verify, h_backup_delete, h_restore, h_doctor, h_doctor_fix;
handler_fn h_state, h_registered, h_restored, h_apply, h_confirm, h_restamp, h_done, h_pause, h_verified, h_repair, h_repaired, h_kick;
handler_fn h_tenant_show, h_tenant_export, h_life, h_db_info, h_db_check, h_db_vacuum;
handler_fn h_unlock, h_quarantine_list, h_quarantine_show, h_quarantine_retry, h_quarantine_drop;

/* The body of a route that makes a document: with what the path names, and its key checked. */
int document_body(struct call *c, struct json *body, struct err *err) MUST_CHECK;
/* What document_create() and record_create() ended with, as an answer. */
int document_answer(struct call *c, int rc, const struct doc *d, bool identical, struct err *err);
int record_answer(struct call *c, int rc, const struct row *r, struct json body, struct err *err);

/* What a sign-in answers: {token, user, expires_at}. */
void session_json(struct call *c, const struct row *user, const char *token, int64_t expires_at);

#endif
