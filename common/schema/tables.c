/* The one description of what is stored.  A new synced column is one line in
 * records.c or documents.c, and a new number of SCHEMA_VERSION: the database is
 * brought to the description (store/migrate.c).
 *
 * Parents stand above their children, so array order is apply order, and also
 * the order of a first load: what a till needs to sell comes first.  A table's
 * rank is that order as a number that stays: rows wait under it in the outbox. */
#include "base/base.h"
#include "schema/columns.h"

#define INDEXES(...) .indexes = (const char *const[]){ __VA_ARGS__, NULL }
#define PARTS(...) .parts = (const char *const[]){ __VA_ARGS__, NULL }
#define TWINS "(tenant, merged_into) WHERE merged_into IS NOT NULL"
#define MOVES "stock_moves"
/* People ask for a document by the number on its paper. */
#define BY_NUMBER "(tenant, number)"
#define BOOKS "journal_entries", "journal_lines"
#define BY_SHIFT "(tenant, shift) WHERE shift IS NOT NULL"	/* what was in whose drawer */

const struct table schema[] = {
	{ "settings", "setting", NULL, NEWEST_WINS, settings_columns, .rank = 100, .first = true },
	{ "roles", "role", NULL, NEWEST_WINS, roles_columns, .rank = 110, .first = true },
	{ "users", "user", NULL, NEWEST_WINS, users_columns,
	  INDEXES("(tenant, name)"), .rank = 120, .first = true },
	{ "accounts", "account", NULL, NEWEST_WINS, accounts_columns,
	  INDEXES("(tenant, code)"), .rank = 130, .first = true },
	{ "tax_rates", "tax_rate", NULL, NEWEST_WINS, tax_rates_columns, .rank = 140, .first = true },
	{ "categories", "category", NULL, NEWEST_WINS, categories_columns, .rank = 150, .first = true },
	{ "products", "product", NULL, NEWEST_WINS, products_columns,
	  INDEXES("(tenant, sku)", "(tenant, barcode)", "(tenant, name)", TWINS), .rank = 160, .first = true },
	{ "customers", "customer", NULL, NEWEST_WINS, customers_columns,
	  INDEXES("(tenant, phone)", TWINS), .rank = 170, .first = true },
	{ "suppliers", "supplier", NULL, NEWEST_WINS, suppliers_columns,
	  INDEXES(TWINS), .rank = 180, .first = true },
	{ "carts", "cart", NULL, NEWEST_WINS, carts_columns, .rank = 190, .first = true },
	{ "purchase_orders", "purchase_order", NULL, NEWEST_WINS, purchase_orders_columns, .rank = 200 },
	{ "reviews", "review", NULL, NEWEST_WINS, reviews_columns, .rank = 210 },

	{ "purchases", "purchase", NULL, INSERT_ONCE, purchases_columns, .rank = 300,
	  INDEXES(BY_NUMBER, "(tenant, supplier) WHERE supplier IS NOT NULL",
		  "(tenant, purchase_order) WHERE purchase_order IS NOT NULL"),
	  PARTS("purchase_lines", MOVES, BOOKS) },
	{ "purchase_voids", "purchase_void", NULL, INSERT_ONCE, purchase_voids_columns, .rank = 310,
	  INDEXES("(tenant, purchase)", BY_NUMBER),
	  PARTS(MOVES, BOOKS) },
	{ "invoices", "invoice", NULL, INSERT_ONCE, invoices_columns, .rank = 320,
	  INDEXES("(tenant, customer) WHERE customer IS NOT NULL", BY_NUMBER, BY_SHIFT, "(tenant, at)"),
	  PARTS("invoice_lines", "invoice_payments", MOVES, BOOKS) },
	{ "cancellations", "cancellation", NULL, INSERT_ONCE, cancellations_columns, .rank = 330,
	  INDEXES("(tenant, invoice)", BY_NUMBER, BY_SHIFT),
	  PARTS("cancellation_lines", "refunds", MOVES, BOOKS) },
	{ "returns", "return", NULL, INSERT_ONCE, returns_columns, .rank = 340,
	  INDEXES("(tenant, invoice) WHERE invoice IS NOT NULL", "(tenant, customer) WHERE customer IS NOT NULL", BY_NUMBER, BY_SHIFT),
	  PARTS("return_lines", "refunds", MOVES, BOOKS) },
	{ "customer_payments", "customer_payment", NULL, INSERT_ONCE, customer_payments_columns, .rank = 350,
	  INDEXES("(tenant, customer)", "(tenant, invoice) WHERE invoice IS NOT NULL", BY_NUMBER, BY_SHIFT),
	  PARTS(BOOKS) },
	{ "supplier_payments", "supplier_payment", NULL, INSERT_ONCE, supplier_payments_columns, .rank = 360,
	  INDEXES("(tenant, supplier)", BY_NUMBER, BY_SHIFT),
	  PARTS(BOOKS) },
	{ "stock_adjustments", "stock_adjustment", NULL, INSERT_ONCE, stock_adjustments_columns, .rank = 370,
	  INDEXES(BY_NUMBER),
	  PARTS("stock_adjustment_lines", MOVES, BOOKS) },
	{ "shifts", "shift", NULL, INSERT_ONCE, shifts_columns, .rank = 380,
	  INDEXES(BY_NUMBER) },
	{ "shift_movements", "shift_movement", NULL, INSERT_ONCE, shift_movements_columns, .rank = 390,
	  INDEXES("(tenant, shift)", BY_NUMBER),
	  PARTS(BOOKS) },
	{ "shift_closes", "shift_close", NULL, INSERT_ONCE, shift_closes_columns, .rank = 400,
	  INDEXES("(tenant, shift)", BY_NUMBER),
	  PARTS(BOOKS) },
	{ "cost_corrections", "cost_correction", NULL, INSERT_ONCE, cost_corrections_columns, .rank = 410,
	  INDEXES("(tenant, product)"),
	  PARTS(MOVES, BOOKS) },
	{ "number_voids", "number_void", NULL, INSERT_ONCE, number_voids_columns, .rank = 420,
	  INDEXES(BY_NUMBER) },

	{ "purchase_lines", NULL, "lines", PART, purchase_lines_columns },
	{ "invoice_lines", NULL, "lines", PART, invoice_lines_columns },
	{ "invoice_payments", NULL, "payments", PART, invoice_payments_columns },
	{ "cancellation_lines", NULL, "lines", PART, cancellation_lines_columns },
	{ "return_lines", NULL, "lines", PART, return_lines_columns },
	{ "refunds", NULL, "refunds", PART, refunds_columns },
	{ "stock_adjustment_lines", NULL, "lines", PART, stock_adjustment_lines_columns },
	{ "stock_moves", NULL, "moves", DERIVED_PART, stock_moves_columns, INDEXES("(tenant, product, at)", "(tenant, for_doc) WHERE for_doc IS NOT NULL") },
	{ "journal_entries", NULL, "entry", DERIVED_PART, journal_entries_columns, INDEXES("(tenant, at)") },
	{ "journal_lines", NULL, "entry_lines", DERIVED_PART, journal_lines_columns },

	{ "server", .rule = LOCAL, .columns = server_columns, .key = "one" },
	{ "tenants", .rule = LOCAL, .columns = tenants_columns, .key = "uuid" },
	{ "devices", .rule = LOCAL, .columns = devices_columns, .key = "tenant, uuid" },
	{ "device_stats", .rule = LOCAL, .columns = device_stats_columns, .key = "tenant, device, hour" },
	{ "pairing", .rule = LOCAL, .columns = pairing_columns, .key = "tenant" },
	{ "moving", .rule = LOCAL, .columns = moving_columns, .key = "tenant" },
	{ "sessions", .rule = LOCAL, .columns = sessions_columns, .key = "token_hash" },
	{ "lockouts", .rule = LOCAL, .columns = lockouts_columns, .key = "tenant, subject" },
	/* Each row that is confirmed asks who waited for it; a push asks what is next. */
	{ "outbox", .rule = LOCAL, .columns = outbox_columns, .key = "tenant, tbl, uuid",
	  INDEXES("(tenant, root) WHERE root IS NOT NULL", "(tenant, " RANK_STAGE ", since, uuid) WHERE state = 'ready'") },
	{ "parked", .rule = LOCAL, .columns = parked_columns, .key = "tenant, tbl, uuid", INDEXES("(tenant, needs)") },
	{ "conflicts", .rule = LOCAL, .columns = conflicts_columns, .key = "tenant, uuid",
	  INDEXES("(tenant, at, uuid)", "(tenant, loser_origin, seq)") },
	{ "words", .rule = LOCAL, .columns = words_columns, .key = "tenant, tbl, word, uuid",
	  INDEXES("(tenant, tbl, uuid, word)") },
	{ "series", .rule = LOCAL, .columns = series_columns, .key = "tenant, kind, prefix" },
	{ "series_seen", .rule = LOCAL, .columns = series_seen_columns, .key = "tenant, series" },
	{ "gaps", .rule = LOCAL, .columns = gaps_columns, .key = "tenant, series, first" },
	{ "numbers", .rule = LOCAL, .columns = numbers_columns, .key = "tenant, uuid" },
	{ "stock", .rule = LOCAL, .columns = stock_columns, .key = "tenant, product" },
	{ "layers", .rule = LOCAL, .columns = layers_columns, .key = "tenant, uuid",
	  INDEXES("(tenant, product, pos, doc, line) WHERE open = 1", "(tenant, doc)") },
	{ "oversold", .rule = LOCAL, .columns = oversold_columns, .key = "tenant, doc, line, product",
	  INDEXES("(tenant, product, pos, doc, line) WHERE qty > 0") },
	/* What is left of a debt is asked from the newest on: as many rows as are open. */
	{ "debts", .rule = LOCAL, .columns = debts_columns, .key = "tenant, customer, invoice",
	  INDEXES("(tenant, customer, at, invoice, owed) WHERE owed > 0") },
	{ "balances", .rule = LOCAL, .columns = balances_columns, .key = "tenant, customer" },
	{ NULL }
};

const struct column sync_columns[] = {
	{ "updated_at", TIME, .flags = REQ },
	{ "_origin", .type = COL_UUID, .flags = REQ },
	{ "_stamps", .type = COL_TEXT },
	{ "_extra", .type = COL_TEXT },
	{ "deleted_at", TIME },
	{ "_seq", COUNT, .flags = REQ },
	{ "_isDirty", .type = COL_BOOL, .flags = REQ },
	{ "_rev", COUNT, .flags = REQ },
	{ "_base_at", TIME },
	{ "_base_origin", .type = COL_UUID },
	{ "_lastSyncedAt", TIME },
	{ "_cloudId", COUNT },
	{ "_by", .type = COL_UUID },		/* who made this version; null: a server */
	{ NULL }
};
