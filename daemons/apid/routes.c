/* Every request that fexl-apid takes.  Who may ask stands in the row: no handler
 * is reached, and none has to think of it, before guard.c has looked there.
 *
 * The first row that fits counts, so what is asked most stands first. */
#include "base/base.h"
#include "apid/call.h"

#include "base/log.h"

#define GET(path) { HTTP_GET, path }
#define POST(path) { HTTP_POST, path }
#define PUT(path) { HTTP_PUT, path }
#define PATCH(path) { HTTP_PATCH, path }
#define DELETE(path) { HTTP_DELETE, path }

/* bodies */
#define SMALL .body = BODY, .body_max = 8192		/* a sign-in, a name, a key */
#define RECORD .body = BODY, .body_max = 65536
#define LARGE .body = BODY				/* as large as the option body_bytes */
#define CSV .body = CSV_BODY, .query = Q_IMPORT	/* as large as the option body_bytes */
#define EMPTY .body = MAY_BODY, .body_max = 8192	/* nothing is read from it */
/* queries */
#define LIST .query = Q_LIST
#define PAGES .query = Q_PAGE				/* a list without ?q= */
#define TAKES(q) .query = q
/* where, and for which shop */
#define AT_HUB .where = HUB
#define AT_TILL .where = TILL
#define NO_SHOP .scope = OF_SERVER
#define ANY_SHOP .scope = OF_ANY
#define TABLE(name) .table = name
#define KEPT .kept = true				/* until one of its rows is written: kept.c */
#define ABOUT(member) .about = member			/* what :uuid in the path is to the document */

#define SIZED_RECORDS(path, name, reads, writes, size)                                 \
	{ GET(path), READ, h_record_list, SHOP, reads, TABLE(name), LIST, KEPT },      \
	{ GET(path "/:uuid"), QUICK, h_record_get, SHOP, reads, TABLE(name), KEPT },   \
	{ POST(path), WRITE, h_record_create, SHOP, writes, TABLE(name), size },       \
	{ PATCH(path "/:uuid"), WRITE, h_record_change, SHOP, writes, TABLE(name), size }, \
	{ DELETE(path "/:uuid"), WRITE, h_record_delete, SHOP, writes, TABLE(name) }
#define RECORDS(path, name, reads, writes) SIZED_RECORDS(path, name, reads, writes, RECORD)

#define SHOWN(path, name, reads)                                                       \
	{ GET(path), READ, h_document_list, SHOP, reads, TABLE(name), LIST },          \
	{ GET(path "/:uuid"), QUICK, h_document_get, SHOP, reads, TABLE(name) }
#define DOCUMENTS(path, name, reads, writes)                                           \
	{ POST(path), WRITE, h_document_create, SHOP, writes, TABLE(name), LARGE },    \
	SHOWN(path, name, reads)

/* A document about the one that the path names. */
#define FOLLOWS(path, name, member, writes)                                            \
	{ POST(path), WRITE, h_document_create, SHOP, writes, TABLE(name), ABOUT(member), LARGE }

#define TWINS(path, name, writes)                                                      \
	{ POST(path "/:uuid/merge"), WRITE, h_twin_merge, SHOP, writes, TABLE(name), SMALL }, \
	{ POST(path "/:uuid/unmerge"), WRITE, h_twin_unmerge, SHOP, writes, TABLE(name), EMPTY }

const struct route routes[] = {
	/* selling */
	{ POST("/api/invoices"),		WRITE, h_document_create, SHOP, PERM_SELL, TABLE("invoices"), LARGE },
	{ GET("/api/invoices"),			READ, h_invoice_list, SHOP, PERM_READ, TABLE("invoices"), LIST },
	{ GET("/api/invoices/:uuid"),		QUICK, h_invoice_get, SHOP, PERM_READ, TABLE("invoices") },
	RECORDS("/api/products", "products", PERM_READ, PERM_CATALOGUE),
	{ POST("/api/numbers"),			WRITE, h_number, SHOP, PERM_SELL, SMALL },
	RECORDS("/api/customers", "customers", PERM_READ, PERM_CUSTOMERS),
	RECORDS("/api/categories", "categories", PERM_READ, PERM_CATALOGUE),
	SIZED_RECORDS("/api/carts", "carts", PERM_SELL, PERM_SELL, LARGE),
	RECORDS("/api/tax-rates", "tax_rates", PERM_READ, PERM_CATALOGUE),

	/* what follows a sale */
	FOLLOWS("/api/invoices/:uuid/cancel", "cancellations", "invoice", PERM_VOID),
	FOLLOWS("/api/invoices/:uuid/return", "returns", "invoice", PERM_RETURN),
	FOLLOWS("/api/invoices/:uuid/payments", "customer_payments", "invoice", PERM_COLLECT),
	SHOWN("/api/cancellations", "cancellations", PERM_READ),
	DOCUMENTS("/api/returns", "returns", PERM_READ, PERM_RETURN),
	DOCUMENTS("/api/customer-payments", "customer_payments", PERM_READ, PERM_COLLECT),
	{ GET("/api/customers/:uuid/account"),	READ, h_account, SHOP, PERM_READ, TABLE("customers"), PAGES },

	/* drawers */
	{ GET("/api/shifts"),			READ, h_shift_list, SHOP, PERM_SHIFT, TABLE("shifts"), LIST },
	{ GET("/api/shifts/:uuid"),		READ, h_shift_get, SHOP, PERM_SHIFT, TABLE("shifts") },
	{ POST("/api/shifts"),			WRITE, h_document_create, SHOP, PERM_SHIFT, TABLE("shifts"), RECORD },
	FOLLOWS("/api/shifts/:uuid/movements", "shift_movements", "shift", PERM_SHIFT),
	FOLLOWS("/api/shifts/:uuid/close", "shift_closes", "shift", PERM_SHIFT),

	/* the stock and the books */
	{ POST("/api/purchases"),		WRITE, h_purchase_create, SHOP, PERM_STOCK, TABLE("purchases"), LARGE },
	SHOWN("/api/purchases", "purchases", PERM_READ_COST),
	FOLLOWS("/api/purchases/:uuid/void", "purchase_voids", "purchase", PERM_ADJUST),
	SHOWN("/api/purchase-voids", "purchase_voids", PERM_READ_COST),
	SIZED_RECORDS("/api/purchase-orders", "purchase_orders", PERM_READ_COST, PERM_STOCK, LARGE),
	{ POST("/api/purchase-orders/:uuid/receive"), WRITE, h_order_receive, SHOP, PERM_STOCK, TABLE("purchases"),
	  ABOUT("purchase_order"), .body = MAY_BODY },
	DOCUMENTS("/api/stock-adjustments", "stock_adjustments", PERM_READ_COST, PERM_ADJUST),
	DOCUMENTS("/api/supplier-payments", "supplier_payments", PERM_READ_COST, PERM_PAY_SUPPLIERS),
	{ GET("/api/suppliers/:uuid/account"),	READ, h_supplier_account, SHOP, PERM_READ_COST, TABLE("suppliers"), PAGES },
	RECORDS("/api/suppliers", "suppliers", PERM_READ, PERM_CATALOGUE),
	RECORDS("/api/accounts", "accounts", PERM_READ_COST, PERM_SETTINGS),
	{ GET("/api/inventory"),		READ, h_inventory, SHOP, PERM_READ_COST, TAKES(Q_STOCK) },
	{ GET("/api/inventory/:product/layers"),READ, h_layers, SHOP, PERM_READ_COST, TAKES(Q_SHEET_PAGE) },
	{ GET("/api/inventory/:product/moves"),	READ, h_moves, SHOP, PERM_READ_COST, TAKES(Q_PERIOD_PAGE) },
	{ GET("/api/journal-entries"),		READ, h_journal, SHOP, PERM_READ_COST, TAKES(Q_PERIOD_PAGE) },
	{ POST("/api/import/products"),		WRITE, h_import, SHOP, PERM_CATALOGUE, CSV },
	{ POST("/api/import/customers"),	WRITE, h_import, SHOP, PERM_CUSTOMERS, CSV },
	{ POST("/api/import/suppliers"),	WRITE, h_import, SHOP, PERM_CATALOGUE, CSV },
	{ POST("/api/import/opening-stock"),	WRITE, h_import, SHOP, PERM_ADJUST, CSV },
	{ GET("/api/numbers/gaps"),		READ, h_gaps, SHOP, PERM_REPORTS, AT_HUB },
	{ GET("/api/reports/trial-balance"),	READ, h_trial_balance, SHOP, PERM_READ_COST, TAKES(Q_PERIOD) },
	{ GET("/api/reports/valuation"),	READ, h_valuation, SHOP, PERM_READ_COST, TAKES(Q_AT) },
	{ GET("/api/reports/cash-flow"),	READ, h_cash_flow, SHOP, PERM_REPORTS, TAKES(Q_PERIOD) },
	{ GET("/api/reports/receivables"),	READ, h_receivables, SHOP, PERM_REPORTS, TAKES(Q_AT) },
	{ GET("/api/reports/daily-sales"),	READ, h_daily_sales, SHOP, PERM_REPORTS, TAKES(Q_PERIOD) },
	{ GET("/api/reports/sales-by-hour"),	READ, h_sales_by_hour, SHOP, PERM_REPORTS, TAKES(Q_PERIOD) },
	{ GET("/api/reports/sales-by-product"),	READ, h_sales_by_product, SHOP, PERM_REPORTS, TAKES(Q_PERIOD_PAGE) },
	{ GET("/api/reports/low-stock"),	READ, h_low_stock, SHOP, PERM_READ, TAKES(Q_SHEET_PAGE) },
	{ GET("/api/reports/oversold"),		READ, h_oversold, SHOP, PERM_REPORTS, TAKES(Q_FORMAT) },

	/* people and the shop: at the cloud with a sign-in there */
	{ POST("/api/session"),			QUICK, h_sign_in, ANYONE, PERM_NONE, SMALL, NO_SHOP },
	{ GET("/api/session"),			QUICK, h_session_get, SHOP, PERM_NONE },
	{ DELETE("/api/session"),		WRITE, h_sign_out, SIGNED_IN, PERM_NONE, NO_SHOP },
	{ GET("/api/session/cloud-token"),	QUICK, h_cloud_token, USER, PERM_NONE, AT_TILL },
	{ GET("/api/site"),			QUICK, h_site, ANYONE, PERM_NONE, NO_SHOP },
	{ POST("/api/setup"),			LOOP, h_setup, ANYONE, PERM_NONE, SMALL, AT_TILL },
	{ GET("/api/users"),			READ, h_record_list, USER, PERM_READ, TABLE("users"), LIST },
	{ GET("/api/users/:uuid"),		QUICK, h_record_get, USER, PERM_READ, TABLE("users") },
	{ POST("/api/users"),			LOOP, h_user_create, USER, PERM_USERS, TABLE("users"), SMALL },
	{ PATCH("/api/users/:uuid"),		LOOP, h_user_change, USER, PERM_USERS, TABLE("users"), SMALL },
	{ DELETE("/api/users/:uuid"),		WRITE, h_user_delete, USER, PERM_USERS, TABLE("users") },
	{ GET("/api/roles"),			READ, h_record_list, USER, PERM_USERS, TABLE("roles"), LIST },
	{ GET("/api/roles/:uuid"),		QUICK, h_record_get, USER, PERM_USERS, TABLE("roles") },
	{ POST("/api/roles"),			WRITE, h_role_create, USER, PERM_USERS, TABLE("roles"), RECORD },
	{ PATCH("/api/roles/:uuid"),		WRITE, h_role_change, USER, PERM_USERS, TABLE("roles"), RECORD },
	{ DELETE("/api/roles/:uuid"),		WRITE, h_role_delete, USER, PERM_USERS, TABLE("roles") },
	{ GET("/api/settings"),			READ, h_setting_list, USER, PERM_READ, TABLE("settings"), TAKES(Q_SETTINGS) },
	{ PUT("/api/settings/:key"),		WRITE, h_setting_put, USER, PERM_NONE, TABLE("settings"), RECORD },	/* one's own; else it asks */

	/* one thing made twice */
	TWINS("/api/products", "products", PERM_CATALOGUE),
	TWINS("/api/customers", "customers", PERM_CUSTOMERS),
	TWINS("/api/suppliers", "suppliers", PERM_CATALOGUE),

	/* what happened between devices */
	{ GET("/api/conflicts"),		READ, h_conflict_list, USER, PERM_CONFLICTS, PAGES },
	{ GET("/api/conflicts/:uuid"),		READ, h_conflict_get, USER, PERM_CONFLICTS },
	{ POST("/api/conflicts/:uuid/restore"),	WRITE, h_conflict_restore, USER, PERM_CONFLICTS, EMPTY, TAKES(Q_RESTORE) },
	{ GET("/api/reviews"),			READ, h_record_list, USER, PERM_CONFLICTS, TABLE("reviews"), PAGES },
	{ GET("/api/reviews/:uuid"),		READ, h_review_get, USER, PERM_CONFLICTS, TABLE("reviews") },
	{ PATCH("/api/reviews/:uuid"),		WRITE, h_record_change, USER, PERM_CONFLICTS, TABLE("reviews"), RECORD },

	/* a till's sync, as its people see it */
	{ GET("/api/sync/status"),		QUICK, h_sync_status, USER, PERM_NONE, AT_TILL },
	{ GET("/api/pending"),			READ, h_pending, USER, PERM_NONE, PAGES, AT_TILL },
	{ POST("/api/sync/run"),		QUICK, h_sync_run, USER, PERM_SYNC, EMPTY, AT_TILL },
	{ POST("/api/sync/seen"),		WRITE, h_seen, USER, PERM_NONE, LARGE, AT_TILL },
	{ PUT("/api/sync/pairing"),		WRITE, h_pairing_put, USER, PERM_PAIR, SMALL, AT_TILL },
	{ DELETE("/api/sync/pairing"),		WRITE, h_pairing_end, USER, PERM_PAIR, AT_TILL },

	/* what tills ask their hub; its health is for everybody */
	{ GET("/api/sync/health"),		LOOP, h_health, GUEST, PERM_NONE, TAKES(Q_HEALTH), NO_SHOP },
	{ GET("/api/sync/pull"),		READ, h_pull, DEVICE, PERM_NONE, TAKES(Q_PULL), AT_HUB },
	{ POST("/api/sync/push"),		SLICES, h_push, DEVICE, PERM_NONE, LARGE, AT_HUB },
	{ GET("/api/sync/snapshot"),		READ, h_snapshot, DEVICE, PERM_NONE, TAKES(Q_SNAPSHOT), AT_HUB },
	{ POST("/api/sync/digest"),		READ, h_digest, DEVICE, PERM_NONE, LARGE, AT_HUB },
	{ GET("/api/sync/rows"),		READ, h_rows, DEVICE, PERM_NONE, TAKES(Q_ROWS), AT_HUB },
	{ GET("/api/sync/rows/:uuid"),		READ, h_life, DEVICE, PERM_NONE, AT_HUB },
	{ POST("/api/sync/credentials"),	LOOP, h_credentials, ANYONE, PERM_NONE, SMALL, AT_HUB, NO_SHOP },

	/* backups; at a hub its operator's */
	{ GET("/api/backups"),			READ, h_backup_list, USER, PERM_BACKUP, ANY_SHOP },
	{ POST("/api/backups"),			WORK, h_backup_create, USER, PERM_BACKUP, EMPTY, ANY_SHOP },
	{ POST("/api/backups/:name/verify"),	WORK, h_backup_verify, USER, PERM_BACKUP, EMPTY, ANY_SHOP },
	{ DELETE("/api/backups/:name"),		WORK, h_backup_delete, USER, PERM_BACKUP, ANY_SHOP },
	{ GET("/api/doctor"),			WORK, h_doctor, USER, PERM_BACKUP },
	{ POST("/api/doctor/fix"),		WRITE, h_doctor_fix, USER, PERM_BACKUP, EMPTY },
	{ POST("/api/restore"),			WORK, h_restore, USER, PERM_BACKUP, SMALL, ANY_SHOP },

	/* the contract */
	{ GET("/openapi.json"),			READ, h_openapi, ANYONE, PERM_NONE, NO_SHOP },

	/* live updates */
	{ GET("/ws"),				LOOP, h_ws, LISTENER, PERM_NONE, TAKES(Q_WS) },

	/* the roster of tills */
	{ GET("/api/devices"),			READ, h_device_list, USER, PERM_DEVICES, AT_HUB, ANY_SHOP },
	{ PATCH("/api/devices/:uuid"),		QUICK, h_device_rename, USER, PERM_DEVICES, SMALL, AT_HUB, ANY_SHOP },
	{ POST("/api/devices/:uuid/approve"),	QUICK, h_device_approve, USER, PERM_DEVICES, EMPTY, AT_HUB, ANY_SHOP },
	{ POST("/api/devices/:uuid/resync"),	QUICK, h_device_resync, USER, PERM_DEVICES, EMPTY, AT_HUB, ANY_SHOP },
	{ POST("/api/devices/:uuid/revoke"),	QUICK, h_device_revoke, USER, PERM_DEVICES, EMPTY, AT_HUB, ANY_SHOP },

	/* the platform */
	{ POST("/api/admin/session"),		WRITE, h_admin_sign_in, ANYONE, PERM_NONE, SMALL, AT_HUB, NO_SHOP },
	{ GET("/api/admin/tenants"),		READ, h_tenant_list, ADMIN, PERM_NONE, AT_HUB, NO_SHOP },
	{ POST("/api/admin/tenants"),		LOOP, h_tenant_create, ADMIN, PERM_NONE, SMALL, AT_HUB, NO_SHOP },
	{ GET("/api/admin/health"),		LOOP, h_admin_health, ADMIN, PERM_NONE, AT_HUB, NO_SHOP },

	/* between the daemons of this machine: on our Unix socket only */
	{ POST("/internal/sync/state"),		WRITE, h_state, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/sync/apply"),		SLICES, h_apply, OPERATOR, PERM_NONE, LARGE, TAKES(Q_APPLY), AT_TILL },
	{ POST("/internal/sync/confirm"),	SLICES, h_confirm, OPERATOR, PERM_NONE, LARGE, TAKES(Q_LIFE), AT_TILL },
	{ POST("/internal/sync/done"),		LOOP, h_done, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/sync/registered"),	WRITE, h_registered, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/sync/restored"),	WRITE, h_restored, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/sync/restamp"),	WRITE, h_restamp, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/sync/pause"),		WRITE, h_pause, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/sync/verified"),	WRITE, h_verified, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/sync/repair"),	SLICES, h_repair, OPERATOR, PERM_NONE, LARGE, TAKES(Q_LIFE), AT_TILL },
	{ POST("/internal/sync/repaired"),	WRITE, h_repaired, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/kick"),		LOOP, h_kick, OPERATOR, PERM_NONE, EMPTY, NO_SHOP },
	{ GET("/internal/quarantine"),		READ, h_quarantine_list, OPERATOR, PERM_NONE, PAGES, AT_TILL },
	{ GET("/internal/quarantine/:uuid"),	READ, h_quarantine_show, OPERATOR, PERM_NONE, AT_TILL },
	{ POST("/internal/quarantine/retry"),	WRITE, h_quarantine_retry, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ POST("/internal/quarantine/drop"),	WRITE, h_quarantine_drop, OPERATOR, PERM_NONE, SMALL, AT_TILL },
	{ GET("/internal/tenant"),		READ, h_tenant_show, OPERATOR, PERM_NONE },
	{ POST("/internal/tenant/export"),	WORK, h_tenant_export, OPERATOR, PERM_NONE, EMPTY },
	{ GET("/internal/rows/:uuid"),		READ, h_life, OPERATOR, PERM_NONE },
	{ GET("/internal/db"),			READ, h_db_info, OPERATOR, PERM_NONE, NO_SHOP },
	{ GET("/internal/db/check"),		WORK, h_db_check, OPERATOR, PERM_NONE, NO_SHOP },
	{ POST("/internal/db/vacuum"),		WORK, h_db_vacuum, OPERATOR, PERM_NONE, EMPTY, NO_SHOP },
	{ POST("/internal/users/:uuid/unlock"),	WRITE, h_unlock, OPERATOR, PERM_NONE, EMPTY, TABLE("users") },
	{ POST("/internal/setup-code"),		QUICK, h_setup_code, OPERATOR, PERM_NONE, EMPTY, AT_TILL },
	{ { HTTP_GET, NULL } },
};

/* "tenant" stands first: it is for the operator, others skip it. */
static const char *const queries[][7] = {
	[Q_NONE] = { "tenant" },
	[Q_LIST] = { "tenant", "limit", "after", "q" },
	[Q_PAGE] = { "tenant", "limit", "after" },
	[Q_HEALTH] = { "tenant", "pending", "cursor", "epoch" },
	[Q_PULL] = { "tenant", "since", "limit", "own", "away" },
	[Q_SNAPSHOT] = { "tenant", "after", "limit" },
	[Q_ROWS] = { "tenant", "table", "uuids" },
	[Q_APPLY] = { "tenant", "load", "incarnation" },
	[Q_LIFE] = { "tenant", "incarnation" },
	[Q_IMPORT] = { "tenant", "dry_run", "skip_errors" },
	[Q_WS] = { "tenant", "since", "epoch" },
	[Q_AT] = { "tenant", "at", "format" },
	[Q_PERIOD] = { "tenant", "from", "to", "format" },
	[Q_PERIOD_PAGE] = { "tenant", "from", "to", "limit", "after", "format" },
	[Q_STOCK] = { "tenant", "limit", "after", "q", "level", "format" },
	[Q_SHEET_PAGE] = { "tenant", "limit", "after", "format" },
	[Q_FORMAT] = { "tenant", "format" },
	[Q_RESTORE] = { "tenant", "force" },
	[Q_SETTINGS] = { "tenant", "limit", "after", "scope" },
};

const char *const *route_query(const struct route *r, bool operator)
{
	return queries[r->query] + !operator;
}

static bool is_under(const char *path, const char *folder)
{
	return strncmp(path, folder, strlen(folder)) == 0;
}

void routes_check(void)
{
	for (const struct route *r = routes; r->key.pattern; r++) {
		const char *path = r->key.pattern;

		if (r->who == NOBODY || !r->handler)
			panic("%s: nobody may ask, or nobody answers", path);
		if ((r->who == OPERATOR) != is_under(path, "/internal/"))
			panic("%s: what is internal is under /internal/, and nothing else is", path);
		if (r->table && !schema_table(r->table))
			panic("%s: there is no table %s", path, r->table);
	}
}
