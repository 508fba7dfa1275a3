/* The columns of every table, by what the table holds.  Private to this folder:
 * everybody else asks the description, schema[] in tables.c. */
#ifndef SCHEMA_COLUMNS_H
#define SCHEMA_COLUMNS_H

#include "schema/schema.h"

#include "base/money.h"

#define NAME_MAX_CHARS 200
#define TEXT_MAX_CHARS 2000
#define ROLE_MAX_CHARS 40
#define LINES_MAX_CHARS 200000		/* what is not posted yet keeps its lines as JSON */
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define REQ COL_REQUIRED
#define SRV COL_SERVER

#define NAME .type = COL_TEXT, .min = 1, .max = NAME_MAX_CHARS
#define NOTE .type = COL_TEXT, .max = TEXT_MAX_CHARS
#define REASON .type = COL_TEXT, .min = 1, .max = TEXT_MAX_CHARS
#define MONEY .type = COL_MONEY, .max = MONEY_MAX
#define PAID .type = COL_MONEY, .min = 1, .max = MONEY_MAX
#define SIGNED_MONEY .type = COL_MONEY, .min = -MONEY_MAX, .max = MONEY_MAX
#define QTY .type = COL_QTY, .max = QTY_MAX
#define SOME_QTY .type = COL_QTY, .min = 1, .max = QTY_MAX
#define SIGNED_QTY .type = COL_QTY, .min = -QTY_MAX, .max = QTY_MAX
#define RATE .type = COL_RATE, .max = RATE_MAX
#define COUNT .type = COL_INT, .max = INT64_MAX
#define TIME .type = COL_TIME, .max = INT64_MAX
#define BOOL(value) .type = COL_BOOL, .max = 1, .flags = REQ, .def = value
#define REF(table) .type = COL_REF, .parent = table
#define JSON(chars) .type = COL_JSON, .max = chars

/* records.c */
extern const struct column settings_columns[], roles_columns[], users_columns[], accounts_columns[],
	tax_rates_columns[], categories_columns[], products_columns[], customers_columns[],
	suppliers_columns[], carts_columns[], purchase_orders_columns[], reviews_columns[];
/* documents.c */
extern const struct column purchases_columns[], purchase_lines_columns[], purchase_voids_columns[],
	invoices_columns[], invoice_lines_columns[], invoice_payments_columns[],
	cancellations_columns[], cancellation_lines_columns[], returns_columns[],
	return_lines_columns[], refunds_columns[], customer_payments_columns[],
	supplier_payments_columns[], stock_adjustments_columns[],
	stock_adjustment_lines_columns[], shifts_columns[], shift_movements_columns[],
	shift_closes_columns[], cost_corrections_columns[], number_voids_columns[],
	stock_moves_columns[], journal_entries_columns[], journal_lines_columns[];
/* local.c */
extern const struct column server_columns[], tenants_columns[], devices_columns[], device_stats_columns[],
	pairing_columns[], moving_columns[], sessions_columns[], lockouts_columns[], outbox_columns[],
	parked_columns[], conflicts_columns[], series_columns[], words_columns[], series_seen_columns[], gaps_columns[], numbers_columns[],
	stock_columns[], layers_columns[], oversold_columns[], debts_columns[], balances_columns[];

#endif
