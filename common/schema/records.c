/* Records: edited by people, the newest version stands. */
#include "base/base.h"
#include "schema/columns.h"

const struct column settings_columns[] = {
	{ "scope", .type = COL_WORD, .words = WORDS("tenant", "user", "device"), .flags = REQ | COL_FIXED, .def = "tenant" },
	{ "owner", .type = COL_UUID, .flags = COL_FIXED },
	{ "key", .type = COL_TEXT, .min = 1, .max = 100, .flags = REQ | COL_FIXED },
	{ "value", .type = COL_JSON, .max = TEXT_MAX_CHARS, .flags = REQ },
	{ NULL }
};

/* A role's uuid is v5 of its code: two tills that make the same make one row. */
const struct column roles_columns[] = {
	{ "code", .type = COL_TEXT, .min = 1, .max = ROLE_MAX_CHARS, .flags = REQ | COL_FIXED | COL_NATURAL | COL_SEARCH },
	{ "name", NAME, .flags = REQ | COL_SEARCH },
	{ "permissions", JSON(TEXT_MAX_CHARS), .flags = REQ, .example = "[\"invoices:create\"]" },	/* ["invoices:create", …] */
	{ NULL }
};

const struct column users_columns[] = {
	{ "name", NAME, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ "role", .type = COL_TEXT, .min = 1, .max = ROLE_MAX_CHARS, .flags = REQ, .def = "cashier" },	/* code of one of roles */
	{ "pin_hash", .type = COL_TEXT, .max = 128, .flags = COL_SECRET | SRV },
	{ "password_hash", .type = COL_TEXT, .max = 128, .flags = COL_SECRET | SRV },
	{ "active", .type = COL_BOOL, .max = 1, .flags = REQ, .def = "1" },
	{ NULL }
};

const struct column accounts_columns[] = {
	{ "code", .type = COL_TEXT, .min = 1, .max = 20, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ "name", NAME, .flags = REQ | COL_SEARCH },
	{ "kind", .type = COL_WORD, .words = WORDS("asset", "liability", "equity", "income", "expense"), .flags = REQ },
	{ NULL }
};

const struct column tax_rates_columns[] = {
	{ "name", NAME, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ "rate", RATE, .flags = REQ },
	{ NULL }
};

const struct column categories_columns[] = {
	{ "name", NAME, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ NULL }
};

const struct column products_columns[] = {
	{ "name", NAME, .flags = REQ | COL_SEARCH },
	{ "sku", .type = COL_TEXT, .min = 1, .max = 64, .flags = COL_NATURAL | COL_SEARCH },
	{ "barcode", .type = COL_TEXT, .min = 1, .max = 64, .flags = COL_NATURAL | COL_SEARCH },
	{ "price", MONEY, .flags = REQ },
	{ "tax_rate", RATE },
	{ "category", REF("categories") },
	{ "unit", .type = COL_TEXT, .max = 20 },
	{ "tracked", .type = COL_BOOL, .max = 1, .flags = REQ, .def = "1" },
	{ "low_stock", QTY },
	{ "archived", .type = COL_BOOL, .max = 1, .flags = REQ, .def = "0" },
	{ "note", NOTE },
	{ "merged_into", .type = COL_UUID, .flags = SRV },	/* the same product, made twice */
	{ NULL }
};

const struct column customers_columns[] = {
	{ "name", NAME, .flags = COL_SEARCH },
	{ "phone", .type = COL_TEXT, .min = 1, .max = 40, .flags = COL_NATURAL | COL_SEARCH },
	{ "email", .type = COL_TEXT, .max = NAME_MAX_CHARS, .flags = COL_SEARCH },
	{ "address", NOTE },
	{ "note", NOTE },
	{ "merged_into", .type = COL_UUID, .flags = SRV },
	{ "archived", .type = COL_BOOL, .max = 1, .flags = REQ, .def = "0" },
	{ NULL }
};

const struct column suppliers_columns[] = {
	{ "name", NAME, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ "contact", NAME },
	{ "phone", .type = COL_TEXT, .max = 40, .flags = COL_SEARCH },
	{ "email", .type = COL_TEXT, .max = NAME_MAX_CHARS },
	{ "note", NOTE },
	{ "merged_into", .type = COL_UUID, .flags = SRV },
	{ "archived", .type = COL_BOOL, .max = 1, .flags = REQ, .def = "0" },
	{ NULL }
};

/* A cart put aside; whoever picks it up deletes it. */
const struct column carts_columns[] = {
	{ "name", NAME, .flags = COL_SEARCH },
	{ "customer", REF("customers") },
	{ "lines", JSON(LINES_MAX_CHARS), .flags = REQ, .example = "[{\"product\":\"" EXAMPLE_UUID "\",\"qty\":2000}]" },
						/* unit_price?, tax_rate?, discount? as well */
	{ "note", NOTE },
	{ "held_by", .type = COL_UUID, .flags = SRV },
	{ "device", .type = COL_UUID, .flags = SRV },
	{ NULL }
};

/* What is not here yet posts nothing and may change: a record.  The purchase
 * that receives it is a document and names it. */
const struct column purchase_orders_columns[] = {
	{ "number", .type = COL_TEXT, .max = 40, .flags = COL_SEARCH },
	{ "supplier", REF("suppliers") },
	{ "status", .type = COL_WORD, .words = WORDS("draft", "ordered", "received", "cancelled"), .flags = REQ, .def = "draft" },
	{ "expected_at", TIME },
	{ "lines", JSON(LINES_MAX_CHARS), .flags = REQ,
	  .example = "[{\"product\":\"" EXAMPLE_UUID "\",\"qty\":2000,\"unit_cost\":500}]" },
	{ "note", NOTE },
	{ NULL }
};

/* What no timestamp can judge: for people, with both sides.  The hub makes them;
 * the uuid is v5 of kind and subject, so each is listed once. */
const struct column reviews_columns[] = {
	{ "kind", .type = COL_WORD,
	  .words = WORDS("oversold", "overpaid", "returned_twice", "cancelled_twice", "void_after_sale", "credit_overdrawn",
			 "twin", "last_owner", "received_twice"),
	  .flags = REQ | COL_FIXED },
	{ "state", .type = COL_WORD, .words = WORDS("open", "done"), .flags = REQ, .def = "open" },
	{ "a_table", .type = COL_TEXT, .max = 64, .flags = SRV },	/* what happened first, as the hub saw it … */
	{ "a", .type = COL_UUID, .flags = SRV },
	{ "b_table", .type = COL_TEXT, .max = 64, .flags = SRV },	/* … and what does not go with it */
	{ "b", .type = COL_UUID, .flags = SRV },
	{ "detail", JSON(TEXT_MAX_CHARS), .flags = SRV },
	{ "note", NOTE },
	{ NULL }
};
