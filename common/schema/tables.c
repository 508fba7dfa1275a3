/* The one description of what is stored.  A new synced column is one line here
 * and one numbered step in store/migrate.c.
 *
 * Parents stand above their children, so array order is apply order, and also
 * the order of a first load: what a till needs to sell comes first. */
#include "base/base.h"
#include "schema/schema.h"

#include "base/money.h"

#define NAME_MAX_CHARS 200
#define TEXT_MAX_CHARS 2000
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define REQ COL_REQUIRED
#define SRV COL_SERVER

#define NAME .type = COL_TEXT, .min = 1, .max = NAME_MAX_CHARS
#define NOTE .type = COL_TEXT, .max = TEXT_MAX_CHARS
#define MONEY .type = COL_MONEY, .max = MONEY_MAX
#define SIGNED_MONEY .type = COL_MONEY, .min = -MONEY_MAX, .max = MONEY_MAX
#define QTY .type = COL_QTY, .max = QTY_MAX
#define SIGNED_QTY .type = COL_QTY, .min = -QTY_MAX, .max = QTY_MAX
#define RATE .type = COL_RATE, .max = RATE_MAX
#define COUNT .type = COL_INT, .max = INT64_MAX
#define TIME .type = COL_TIME, .max = INT64_MAX
#define REF(table) .type = COL_REF, .parent = table

/* --- records --- */

static const struct column settings[] = {
	{ "scope", .type = COL_WORD, .words = WORDS("tenant", "user", "device"), .flags = REQ | COL_FIXED, .def = "tenant" },
	{ "owner", .type = COL_UUID, .flags = COL_FIXED },
	{ "key", .type = COL_TEXT, .min = 1, .max = 100, .flags = REQ | COL_FIXED },
	{ "value", .type = COL_JSON, .max = TEXT_MAX_CHARS, .flags = REQ },
	{ NULL }
};

static const struct column users[] = {
	{ "name", NAME, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ "role", .type = COL_WORD, .words = WORDS("owner", "manager", "cashier", "agent"), .flags = REQ, .def = "cashier" },
	{ "pin_hash", .type = COL_TEXT, .max = 128, .flags = COL_SECRET | SRV },
	{ "password_hash", .type = COL_TEXT, .max = 128, .flags = COL_SECRET | SRV },
	{ "active", .type = COL_BOOL, .max = 1, .flags = REQ, .def = "1" },
	{ NULL }
};

static const struct column accounts[] = {
	{ "code", .type = COL_TEXT, .min = 1, .max = 20, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ "name", NAME, .flags = REQ | COL_SEARCH },
	{ "kind", .type = COL_WORD, .words = WORDS("asset", "liability", "equity", "income", "expense"), .flags = REQ },
	{ NULL }
};

static const struct column tax_rates[] = {
	{ "name", NAME, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ "rate", RATE, .flags = REQ },
	{ NULL }
};

static const struct column categories[] = {
	{ "name", NAME, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ NULL }
};

static const struct column products[] = {
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
	{ NULL }
};

static const struct column customers[] = {
	{ "name", NAME, .flags = COL_SEARCH },
	{ "phone", .type = COL_TEXT, .min = 1, .max = 40, .flags = COL_NATURAL | COL_SEARCH },
	{ "email", .type = COL_TEXT, .max = NAME_MAX_CHARS, .flags = COL_SEARCH },
	{ "address", NOTE },
	{ "note", NOTE },
	{ "archived", .type = COL_BOOL, .max = 1, .flags = REQ, .def = "0" },
	{ NULL }
};

static const struct column suppliers[] = {
	{ "name", NAME, .flags = REQ | COL_NATURAL | COL_SEARCH },
	{ "contact", NAME },
	{ "phone", .type = COL_TEXT, .max = 40, .flags = COL_SEARCH },
	{ "email", .type = COL_TEXT, .max = NAME_MAX_CHARS },
	{ "note", NOTE },
	{ "archived", .type = COL_BOOL, .max = 1, .flags = REQ, .def = "0" },
	{ NULL }
};

/* --- documents --- */

static const struct column purchases[] = {
	{ "number", .type = COL_TEXT, .max = 40, .fill = FILL_NUMBER },
	{ "at", TIME, .fill = FILL_AT },
	{ "supplier", REF("suppliers") },
	{ "status", .type = COL_WORD, .words = WORDS("received"), .flags = REQ, .def = "received" },
	{ "note", NOTE },
	{ "entered_by", .type = COL_UUID, .flags = SRV },
	{ "filled", COUNT, .flags = SRV },			/* FILL_… bits of what the person left out */
	{ "device", .type = COL_UUID, .flags = SRV },		/* the server that took it from a person */
	{ "clock_offset", .type = COL_INT, .min = INT64_MIN, .max = INT64_MAX, .flags = SRV }, /* of its clock then */
	{ NULL }
};

static const struct column purchase_lines[] = {
	{ "product", REF("products"), .flags = REQ },
	{ "qty", .type = COL_QTY, .min = 1, .max = QTY_MAX, .flags = REQ },
	{ "unit_cost", MONEY, .flags = REQ },
	{ NULL }
};

static const struct column invoices[] = {
	{ "number", .type = COL_TEXT, .max = 40, .fill = FILL_NUMBER },
	{ "at", TIME, .fill = FILL_AT },
	{ "shift", .type = COL_UUID },
	{ "customer", REF("customers") },
	{ "note", NOTE },
	{ "tax_included", .type = COL_BOOL, .max = 1, .flags = SRV },
	{ "total", MONEY, .flags = SRV },
	{ "tax", MONEY, .flags = SRV },
	{ "paid", MONEY, .flags = SRV },	/* without the change given back */
	{ "change_given", MONEY, .flags = SRV },
	{ "entered_by", .type = COL_UUID, .flags = SRV },
	{ "filled", COUNT, .flags = SRV },			/* FILL_… bits of what the person left out */
	{ "device", .type = COL_UUID, .flags = SRV },
	{ "clock_offset", .type = COL_INT, .min = INT64_MIN, .max = INT64_MAX, .flags = SRV },
	{ NULL }
};

static const struct column invoice_lines[] = {
	{ "product", REF("products"), .flags = REQ },
	{ "name", .type = COL_TEXT, .max = NAME_MAX_CHARS, .flags = SRV },	/* as it was called then */
	{ "qty", .type = COL_QTY, .min = 1, .max = QTY_MAX, .flags = REQ },
	{ "unit_price", MONEY, .fill = FILL_PRICE },
	{ "tax_rate", RATE, .fill = FILL_PRICE },
	{ "discount", MONEY, .def = "0" },
	{ "amount", MONEY, .flags = SRV },	/* qty * unit_price - discount, tax included or not as the head says */
	{ "tax", MONEY, .flags = SRV },
	{ NULL }
};

static const struct column invoice_payments[] = {
	{ "method", .type = COL_WORD, .words = WORDS("cash", "card", "bank", "mobile"), .flags = REQ },
	{ "amount", .type = COL_MONEY, .min = 1, .max = MONEY_MAX, .flags = REQ },
	{ NULL }
};

/* --- what servers derive from a document --- */

static const char *const sources[] = { "invoice", "purchase", NULL };

static const struct column stock_moves[] = {
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "source", .type = COL_WORD, .words = sources, .flags = REQ },
	{ "at", TIME, .flags = REQ },
	{ "line", COUNT, .flags = REQ },	/* of the document, from 0 */
	{ "product", REF("products"), .flags = REQ },
	{ "qty", SIGNED_QTY, .flags = REQ },	/* in is positive */
	{ "cost", SIGNED_MONEY, .flags = REQ },	/* of the whole move, same sign */
	{ "layer", .type = COL_UUID },		/* the move in that opened it; null: opens one, or was oversold */
	{ NULL }
};

static const struct column journal_entries[] = {
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "source", .type = COL_WORD, .words = sources, .flags = REQ },
	{ "at", TIME, .flags = REQ },
	{ NULL }
};

static const struct column journal_lines[] = {
	{ "account", REF("accounts"), .flags = REQ },
	{ "debit", MONEY, .flags = REQ },
	{ "credit", MONEY, .flags = REQ },
	{ NULL }
};

/* --- this server's own affairs --- */

static const struct column server[] = {
	{ "one", COUNT, .flags = REQ },			/* the only row: 1 */
	{ "uuid", .type = COL_UUID, .flags = REQ },	/* _origin of what is stored here */
	{ "device", .type = COL_UUID, .flags = REQ },	/* this installation; stays over incarnations */
	{ "incarnation", COUNT, .flags = REQ },
	{ "role", .type = COL_TEXT, .flags = REQ },
	{ "clock_last", TIME, .flags = REQ },		/* the newest stamp given, so that a restart does not go back */
	{ NULL }
};

static const struct column tenants[] = {
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "name", NAME, .flags = REQ },
	{ "status", .type = COL_TEXT, .flags = REQ },	/* local | active */
	{ "license_hash", .type = COL_BLOB },
	{ "seq", COUNT, .flags = REQ },			/* the last change number given */
	{ "epoch", .type = COL_UUID, .flags = REQ },	/* of the numbering */
	{ "created_at", TIME, .flags = REQ },
	{ NULL }
};

static const struct column devices[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "incarnation", COUNT, .flags = REQ },
	{ "server", .type = COL_UUID, .flags = REQ },	/* _origin of what this incarnation stores */
	{ "name", NAME, .flags = REQ },
	{ "public_key", .type = COL_BLOB, .flags = REQ },
	{ "os", .type = COL_TEXT },
	{ "version", .type = COL_TEXT },
	{ "status", .type = COL_TEXT, .flags = REQ },	/* pending | approved | revoked */
	{ "code", .type = COL_TEXT, .flags = REQ },	/* to compare on both screens */
	{ "prefix", .type = COL_TEXT },			/* of its numbers, given at approval: T1 */
	{ "asked_at", TIME, .flags = REQ },
	{ "approved_at", TIME },
	{ "revoked_at", TIME },
	{ "last_seen", TIME },
	{ "pending", COUNT },				/* rows it still holds, by its own word */
	{ "cursor", COUNT },				/* how far it has pulled */
	{ "alarm", .type = COL_TEXT },			/* what is wrong with it, for people */
	{ NULL }
};

static const struct column device_stats[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "device", .type = COL_UUID, .flags = REQ },
	{ "hour", COUNT, .flags = REQ },		/* since 1970 */
	{ "pushed", COUNT, .flags = REQ },
	{ "pulled", COUNT, .flags = REQ },
	{ "conflicts", COUNT, .flags = REQ },
	{ NULL }
};

/* A till's side of pairing and of its sync. */
static const struct column pairing[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "url", .type = COL_TEXT, .flags = REQ },
	{ "name", NAME, .flags = REQ },
	{ "status", .type = COL_TEXT, .flags = REQ },	/* registering | pending | approved | revoked | refused */
	{ "trouble", .type = COL_TEXT },		/* why it was refused */
	{ "code", .type = COL_TEXT },
	{ "prefix", .type = COL_TEXT },
	{ "paused", .type = COL_BOOL, .flags = REQ },
	{ "epoch", .type = COL_UUID },
	{ "hub", .type = COL_UUID },			/* the hub's server uuid */
	{ "cursor", COUNT, .flags = REQ },		/* pulled up to this _seq */
	{ "load", .type = COL_TEXT },			/* the first load's cursor while it runs */
	{ "load_done", COUNT, .flags = REQ },
	{ "load_total", COUNT, .flags = REQ },
	{ "loaded_at", TIME },				/* the first load is complete */
	{ "server_time", TIME },			/* the cloud's clock … */
	{ "server_boot", .type = COL_INT },		/* … when CLOCK_BOOTTIME read this … */
	{ "boot_id", .type = COL_TEXT },		/* … in this boot */
	{ "last_cycle", TIME },
	{ "verified_at", TIME },
	{ "verified_seq", COUNT },
	{ NULL }
};

static const struct column sessions[] = {
	{ "token_hash", .type = COL_BLOB, .flags = REQ },
	{ "tenant", .type = COL_UUID },
	{ "user_uuid", .type = COL_UUID },		/* null: the platform's admin */
	{ "created_at", TIME, .flags = REQ },
	{ "expires_at", TIME, .flags = REQ },
	{ NULL }
};

static const struct column lockouts[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "subject", .type = COL_TEXT, .flags = REQ },	/* a user's uuid, or "license" */
	{ "misses", COUNT, .flags = REQ },
	{ "until", TIME, .flags = REQ },
	{ NULL }
};

static const struct column outbox[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "tbl", COUNT, .flags = REQ },			/* place in schema[]: parents go first */
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "since", TIME, .flags = REQ },
	{ "tries", COUNT, .flags = REQ },
	{ "state", .type = COL_TEXT, .flags = REQ },	/* ready | waiting | refused */
	{ "root", .type = COL_UUID },			/* waiting: for this row */
	{ "code", .type = COL_TEXT },
	{ "field", .type = COL_TEXT },
	{ "reason", .type = COL_TEXT },
	{ NULL }
};

/* What was pulled before its parent. */
static const struct column parked[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "tbl", COUNT, .flags = REQ },
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "needs", .type = COL_UUID, .flags = REQ },
	{ "seq", COUNT, .flags = REQ },
	{ "body", .type = COL_TEXT, .flags = REQ },
	{ "reason", .type = COL_TEXT, .flags = REQ },
	{ NULL }
};

static const struct column conflicts[] = {
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "tbl", .type = COL_TEXT, .flags = REQ },
	{ "row", .type = COL_UUID, .flags = REQ },
	{ "at", TIME, .flags = REQ },
	{ "rule", .type = COL_TEXT, .flags = REQ },	/* newest_wins | document_differs | gone */
	{ "winner", .type = COL_TEXT, .flags = REQ },	/* sync form */
	{ "loser", .type = COL_TEXT, .flags = REQ },
	{ "winner_origin", .type = COL_UUID, .flags = REQ },
	{ "loser_origin", .type = COL_UUID, .flags = REQ },
	{ NULL }
};

static const struct column series[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "kind", .type = COL_TEXT, .flags = REQ },
	{ "prefix", .type = COL_TEXT, .flags = REQ },
	{ "last", COUNT, .flags = REQ },
	{ NULL }
};

static const struct column numbers[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "uuid", .type = COL_UUID, .flags = REQ },	/* of the document */
	{ "kind", .type = COL_TEXT, .flags = REQ },
	{ "number", .type = COL_TEXT, .flags = REQ },
	{ "reserved_at", TIME, .flags = REQ },
	{ NULL }
};

/* Caches of sums over stock_moves (P4): never synced, rebuilt by doctor. */
static const struct column stock[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "product", .type = COL_UUID, .flags = REQ },
	{ "on_hand", SIGNED_QTY, .flags = REQ },
	{ "value", SIGNED_MONEY, .flags = REQ },
	{ NULL }
};

static const struct column layers[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "uuid", .type = COL_UUID, .flags = REQ },	/* of the move in */
	{ "product", .type = COL_UUID, .flags = REQ },
	{ "doc", .type = COL_UUID, .flags = REQ },
	{ "pos", COUNT, .flags = REQ },			/* FIFO: the hub's _seq, or behind all of those … */
	{ "line", COUNT, .flags = REQ },		/* … then by document, then by line */
	{ "qty_left", SIGNED_QTY, .flags = REQ },
	{ "value_left", SIGNED_MONEY, .flags = REQ },
	{ NULL }
};

#define INDEXES(...) .indexes = (const char *const[]){ __VA_ARGS__, NULL }
#define PARTS(...) .parts = (const char *const[]){ __VA_ARGS__, NULL }

const struct table schema[] = {
	{ "settings", "setting", NULL, NEWEST_WINS, settings, .first = true },
	{ "users", "user", NULL, NEWEST_WINS, users, INDEXES("(tenant, name)"), .first = true },
	{ "accounts", "account", NULL, NEWEST_WINS, accounts, INDEXES("(tenant, code)"), .first = true },
	{ "tax_rates", "tax_rate", NULL, NEWEST_WINS, tax_rates, .first = true },
	{ "categories", "category", NULL, NEWEST_WINS, categories, .first = true },
	{ "products", "product", NULL, NEWEST_WINS, products,
	  INDEXES("(tenant, sku)", "(tenant, barcode)", "(tenant, name)"), .first = true },
	{ "customers", "customer", NULL, NEWEST_WINS, customers, INDEXES("(tenant, phone)"), .first = true },
	{ "suppliers", "supplier", NULL, NEWEST_WINS, suppliers, .first = true },

	{ "purchases", "purchase", NULL, INSERT_ONCE, purchases,
	  PARTS("purchase_lines", "stock_moves", "journal_entries", "journal_lines") },
	{ "invoices", "invoice", NULL, INSERT_ONCE, invoices,
	  INDEXES("(tenant, customer) WHERE customer IS NOT NULL"),
	  PARTS("invoice_lines", "invoice_payments", "stock_moves", "journal_entries", "journal_lines") },

	{ "purchase_lines", NULL, "lines", PART, purchase_lines },
	{ "invoice_lines", NULL, "lines", PART, invoice_lines },
	{ "invoice_payments", NULL, "payments", PART, invoice_payments },
	{ "stock_moves", NULL, "moves", DERIVED_PART, stock_moves, INDEXES("(tenant, product, at)") },
	{ "journal_entries", NULL, "entry", DERIVED_PART, journal_entries, INDEXES("(tenant, at)") },
	{ "journal_lines", NULL, "entry_lines", DERIVED_PART, journal_lines },

	{ "server", .rule = LOCAL, .columns = server, .key = "one" },
	{ "tenants", .rule = LOCAL, .columns = tenants, .key = "uuid" },
	{ "devices", .rule = LOCAL, .columns = devices, .key = "tenant, uuid" },
	{ "device_stats", .rule = LOCAL, .columns = device_stats, .key = "tenant, device, hour" },
	{ "pairing", .rule = LOCAL, .columns = pairing, .key = "tenant" },
	{ "sessions", .rule = LOCAL, .columns = sessions, .key = "token_hash" },
	{ "lockouts", .rule = LOCAL, .columns = lockouts, .key = "tenant, subject" },
	/* Each row that is confirmed asks who waited for it; a push asks what is next. */
	{ "outbox", .rule = LOCAL, .columns = outbox, .key = "tenant, tbl, uuid",
	  INDEXES("(tenant, root) WHERE root IS NOT NULL", "(tenant, tbl, since, uuid) WHERE state = 'ready'") },
	{ "parked", .rule = LOCAL, .columns = parked, .key = "tenant, tbl, uuid", INDEXES("(tenant, needs)") },
	{ "conflicts", .rule = LOCAL, .columns = conflicts, .key = "tenant, uuid" },
	{ "series", .rule = LOCAL, .columns = series, .key = "tenant, kind, prefix" },
	{ "numbers", .rule = LOCAL, .columns = numbers, .key = "tenant, uuid" },
	{ "stock", .rule = LOCAL, .columns = stock, .key = "tenant, product" },
	{ "layers", .rule = LOCAL, .columns = layers, .key = "tenant, uuid",
	  INDEXES("(tenant, product, pos, doc, line) WHERE qty_left > 0", "(tenant, doc)") },
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
	{ NULL }
};
