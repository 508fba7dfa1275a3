/* Documents: written once.  What people entered stands before what servers
 * set; what servers derive stands in parts of its own, below. */
#include "base/base.h"
#include "schema/columns.h"

#define NUMBERED                                                                        \
	{ "number", .type = COL_TEXT, .max = 40, .fill = FILL_NUMBER },                 \
	{ "at", TIME, .fill = FILL_AT }

/* Who, and what was left to the server; then: at which till (or server), and how far its clock was off. */
#define MADE_BY                                                                         \
	{ "entered_by", .type = COL_UUID, .flags = SRV },                               \
	{ "filled", COUNT, .flags = SRV },                                              \
	{ "device", .type = COL_UUID, .flags = SRV },                                   \
	{ "clock_offset", .type = COL_INT, .min = INT64_MIN, .max = INT64_MAX, .flags = SRV }

const struct column purchases_columns[] = {
	NUMBERED,
	{ "purchase_order", REF("purchase_orders") },
	{ "supplier", REF("suppliers") },
	{ "status", .type = COL_WORD, .words = WORDS("received"), .flags = REQ, .def = "received" },
	{ "note", NOTE },
	MADE_BY,
	{ NULL }
};

const struct column purchase_lines_columns[] = {
	{ "product", REF("products"), .flags = REQ },
	{ "qty", SOME_QTY, .flags = REQ },
	{ "unit_cost", MONEY, .flags = REQ },
	{ NULL }
};

/* Only while every unit is still here; what another till sold meanwhile is for people. */
const struct column purchase_voids_columns[] = {
	NUMBERED,
	{ "purchase", REF("purchases"), .flags = REQ },
	{ "reason", REASON, .flags = REQ },
	MADE_BY,
	{ NULL }
};

const struct column invoices_columns[] = {
	NUMBERED,
	{ "shift", .type = COL_UUID },
	{ "customer", REF("customers"), .example = "\"" EXAMPLE_UUID "\"" },
	{ "note", NOTE },
	{ "tax_included", .type = COL_BOOL, .max = 1, .flags = SRV },
	{ "total", MONEY, .flags = SRV },
	{ "tax", MONEY, .flags = SRV },
	{ "paid", MONEY, .flags = SRV },	/* without the change given back */
	{ "change_given", MONEY, .flags = SRV },
	MADE_BY,
	{ NULL }
};

const struct column invoice_lines_columns[] = {
	{ "product", REF("products"), .flags = REQ },
	{ "name", .type = COL_TEXT, .max = NAME_MAX_CHARS, .flags = SRV },	/* as it was called then */
	{ "qty", SOME_QTY, .flags = REQ },
	{ "unit_price", MONEY, .fill = FILL_PRICE },
	{ "tax_rate", RATE, .fill = FILL_PRICE },
	{ "discount", MONEY, .def = "0" },
	{ "amount", MONEY, .flags = SRV },	/* qty * unit_price - discount, tax included or not as the head says */
	{ "tax", MONEY, .flags = SRV },
	{ NULL }
};

const struct column invoice_payments_columns[] = {
	{ "method", .type = COL_WORD, .words = WORDS("cash", "card", "bank", "mobile", "store_credit"), .flags = REQ },
	{ "amount", PAID, .flags = REQ },
	{ NULL }
};

/* Undoes a whole invoice: lines name only those whose goods do not go back to stock. */
const struct column cancellations_columns[] = {
	NUMBERED,
	{ "shift", .type = COL_UUID },
	{ "invoice", REF("invoices"), .flags = REQ },
	{ "reason", REASON, .flags = REQ },
	{ "total", MONEY, .flags = SRV },	/* of the invoice */
	{ "tax", MONEY, .flags = SRV },
	MADE_BY,
	{ NULL }
};

const struct column cancellation_lines_columns[] = {
	{ "line", COUNT, .flags = REQ },	/* of the invoice, from 0 */
	{ "goods", .type = COL_WORD, .words = WORDS("stock", "defect"), .flags = REQ },
	{ NULL }
};

const struct column returns_columns[] = {
	NUMBERED,
	{ "shift", .type = COL_UUID },
	{ "invoice", REF("invoices") },		/* null: without a receipt */
	{ "customer", REF("customers") },
	{ "reason", NOTE },
	{ "tax_included", .type = COL_BOOL, .max = 1, .flags = SRV },
	{ "total", MONEY, .flags = SRV },
	{ "tax", MONEY, .flags = SRV },
	MADE_BY,
	{ NULL }
};

const struct column return_lines_columns[] = {
	{ "line", COUNT },			/* of the invoice, from 0 */
	{ "product", REF("products"), .flags = REQ },
	{ "name", .type = COL_TEXT, .max = NAME_MAX_CHARS, .flags = SRV },
	{ "qty", SOME_QTY, .flags = REQ },
	{ "unit_price", MONEY, .fill = FILL_PRICE },
	{ "tax_rate", RATE, .fill = FILL_PRICE },
	{ "discount", MONEY, .fill = FILL_PRICE },
	{ "condition", .type = COL_WORD, .words = WORDS("resaleable", "defect", "dispose"), .flags = REQ, .def = "resaleable" },
	{ "amount", MONEY, .flags = SRV },
	{ "tax", MONEY, .flags = SRV },
	{ NULL }
};

/* Of a cancellation or a return; "account" takes it off what the customer owes. */
const struct column refunds_columns[] = {
	{ "method", .type = COL_WORD, .words = WORDS("cash", "card", "bank", "mobile", "store_credit", "account"),
	  .flags = REQ, .fill = FILL_REFUND },
	{ "amount", PAID, .flags = REQ, .fill = FILL_REFUND },
	{ NULL }
};

const struct column customer_payments_columns[] = {
	NUMBERED,
	{ "shift", .type = COL_UUID },
	{ "customer", REF("customers"), .flags = REQ },
	{ "invoice", REF("invoices") },		/* null: the oldest debt first */
	{ "method", .type = COL_WORD, .words = WORDS("cash", "card", "bank", "mobile", "store_credit"), .flags = REQ },
	{ "amount", PAID, .flags = REQ },
	{ "note", NOTE },
	MADE_BY,
	{ NULL }
};

const struct column supplier_payments_columns[] = {
	NUMBERED,
	{ "shift", .type = COL_UUID },
	{ "supplier", REF("suppliers"), .flags = REQ },
	{ "purchase", REF("purchases") },		/* null: the oldest debt first */
	{ "method", .type = COL_WORD, .words = WORDS("cash", "card", "bank", "mobile"), .flags = REQ },
	{ "amount", PAID, .flags = REQ },
	{ "note", NOTE },
	MADE_BY,
	{ NULL }
};

const struct column stock_adjustments_columns[] = {
	NUMBERED,
	{ "kind", .type = COL_WORD, .words = WORDS("adjust", "count", "opening", "merge"), .flags = REQ, .def = "adjust" },
	{ "reason", REASON, .flags = REQ },
	MADE_BY,
	{ NULL }
};

const struct column stock_adjustment_lines_columns[] = {
	{ "product", REF("products"), .flags = REQ },
	{ "qty", SIGNED_QTY, .fill = FILL_QTY, .example = "1000" },		/* in is positive */
	{ "counted", QTY },				/* of a count: qty is what it differs by */
	{ "expected", SIGNED_QTY, .flags = SRV },	/* on hand where it was counted */
	{ "unit_cost", MONEY },				/* of what comes in; null: as it cost last */
	{ NULL }
};

/* A cashier at a drawer: the drawer is its device's. */
const struct column shifts_columns[] = {
	NUMBERED,
	{ "opening", MONEY, .flags = REQ },	/* counted in the drawer */
	{ "note", NOTE },
	MADE_BY,
	{ NULL }
};

const struct column shift_movements_columns[] = {
	NUMBERED,
	{ "shift", REF("shifts"), .flags = REQ },
	{ "kind", .type = COL_WORD, .words = WORDS("cash_in", "cash_out", "expense"), .flags = REQ },
	{ "amount", PAID, .flags = REQ },
	{ "account", REF("accounts") },		/* where it comes from or goes to; null: by kind */
	{ "reason", REASON, .flags = REQ },
	MADE_BY,
	{ NULL }
};

const struct column shift_closes_columns[] = {
	NUMBERED,
	{ "shift", REF("shifts"), .flags = REQ },
	{ "counted", MONEY, .flags = REQ },
	{ "note", NOTE },
	{ "expected", SIGNED_MONEY, .flags = SRV },	/* by this server's books then: opening and all cash since */
	{ "difference", SIGNED_MONEY, .flags = SRV },
	MADE_BY,
	{ NULL }
};

/* What the cost of earlier documents turned out to be when another arrived.
 * Made by the hub only; uuid: v5 of (product, cause). */
const struct column cost_corrections_columns[] = {
	{ "at", TIME, .flags = SRV },
	{ "product", REF("products"), .flags = REQ | SRV },
	{ "cause", .type = COL_UUID, .flags = REQ | SRV },	/* the document */
	{ NULL }
};

/* A number that was given and never used.  uuid: v5 of the document's. */
const struct column number_voids_columns[] = {
	{ "number", .type = COL_TEXT, .max = 40, .flags = REQ | SRV },
	{ "at", TIME, .flags = SRV },
	{ "kind", .type = COL_TEXT, .max = 40, .flags = REQ | SRV },
	{ "document", .type = COL_UUID, .flags = REQ | SRV },		/* the document that was to have it */
	{ NULL }
};

/* --- what servers derive from a document --- */

/* By entity. */
static const char *const sources[] = {
	"invoice", "purchase", "purchase_void", "cancellation", "return", "customer_payment", "supplier_payment",
	"stock_adjustment", "shift_movement", "shift_close", "cost_correction", NULL
};

const struct column stock_moves_columns[] = {
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "source", .type = COL_WORD, .words = sources, .flags = REQ },
	{ "at", TIME, .flags = REQ },
	{ "line", COUNT, .flags = REQ },	/* of the document, from 0 */
	{ "product", REF("products"), .flags = REQ },
	{ "qty", SIGNED_QTY, .flags = REQ },	/* in is positive */
	{ "cost", SIGNED_MONEY, .flags = REQ },	/* of the whole move, same sign */
	{ "layer", .type = COL_UUID },		/* the move in that opened it; null: opens one, or has none (oversold) */
	{ "for_doc", .type = COL_UUID },	/* gives back or costs anew what `line` of this document took */
	{ NULL }
};

const struct column journal_entries_columns[] = {
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "source", .type = COL_WORD, .words = sources, .flags = REQ },
	{ "at", TIME, .flags = REQ },
	{ NULL }
};

const struct column journal_lines_columns[] = {
	{ "account", REF("accounts"), .flags = REQ },
	{ "debit", MONEY, .flags = REQ },
	{ "credit", MONEY, .flags = REQ },
	{ NULL }
};
