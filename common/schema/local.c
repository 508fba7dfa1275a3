/* This server's own affairs, never synced; and caches of sums. */
#include "base/base.h"
#include "schema/columns.h"

const struct column server_columns[] = {
	{ "one", COUNT, .flags = REQ },			/* the only row: 1 */
	{ "uuid", .type = COL_UUID, .flags = REQ },	/* _origin of what is stored here */
	{ "device", .type = COL_UUID, .flags = REQ },	/* this installation; stays over incarnations */
	{ "incarnation", COUNT, .flags = REQ },
	{ "role", .type = COL_TEXT, .flags = REQ },
	{ "clock_last", TIME, .flags = REQ },		/* the newest stamp given, so that a restart does not go back */
	{ NULL }
};

const struct column tenants_columns[] = {
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "name", NAME, .flags = REQ },
	{ "status", .type = COL_TEXT, .flags = REQ },	/* local | active */
	{ "license_hash", .type = COL_BLOB },
	{ "seq", COUNT, .flags = REQ },			/* the last change number given */
	{ "epoch", .type = COL_UUID, .flags = REQ },	/* of the numbering; on a till its hub's, once it knows one */
	{ "created_at", TIME, .flags = REQ },
	{ "purged", COUNT },				/* tombstones up to this _seq need not be here; on a till as its hub says */
	{ NULL }
};

const struct column devices_columns[] = {
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

const struct column device_stats_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "device", .type = COL_UUID, .flags = REQ },
	{ "hour", COUNT, .flags = REQ },		/* since 1970 */
	{ "pushed", COUNT, .flags = REQ },
	{ "pulled", COUNT, .flags = REQ },
	{ "conflicts", COUNT, .flags = REQ },
	{ NULL }
};

/* A till's side of pairing and of its sync. */
const struct column pairing_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "url", .type = COL_TEXT, .flags = REQ },
	{ "name", NAME, .flags = REQ },
	{ "status", .type = COL_TEXT, .flags = REQ },	/* moving | registering | pending | approved | revoked | refused */
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
	{ "away", COUNT },				/* deletions up to here may have been missed; null: none, or it is repaired */
	{ NULL }
};

/* Rows that lie here under a tenant who is not the shop: on their way to be its, or to go. */
const struct column moving_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "source", .type = COL_UUID },			/* whose rows are copied; null: these here go */
	{ "clean", .type = COL_BOOL, .flags = REQ },	/* nothing of an earlier try is left */
	{ "tbl", .type = COL_TEXT },			/* in hand; null: none yet … */
	{ "key1", .type = COL_BLOB },			/* … and behind which of its rows it goes on: */
	{ "key2", .type = COL_BLOB },			/* values as they stand there */
	{ "key3", .type = COL_BLOB },
	{ "done", COUNT, .flags = REQ },		/* rows gone through … */
	{ "total", COUNT, .flags = REQ },		/* … of so many; 0: not counted yet */
	{ NULL }
};

const struct column sessions_columns[] = {
	{ "token_hash", .type = COL_BLOB, .flags = REQ },
	{ "tenant", .type = COL_UUID },
	{ "user_uuid", .type = COL_UUID },		/* null: the platform's admin */
	{ "created_at", TIME, .flags = REQ },
	{ "expires_at", TIME, .flags = REQ },
	{ NULL }
};

const struct column lockouts_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "subject", .type = COL_TEXT, .flags = REQ },	/* a user's uuid, or "license" */
	{ "misses", COUNT, .flags = REQ },
	{ "until", TIME, .flags = REQ },
	{ NULL }
};

const struct column outbox_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "tbl", COUNT, .flags = REQ },			/* rank of the table: parents go first */
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
const struct column parked_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "tbl", COUNT, .flags = REQ },
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "needs", .type = COL_UUID, .flags = REQ },
	{ "seq", COUNT, .flags = REQ },
	{ "body", .type = COL_TEXT, .flags = REQ },
	{ "reason", .type = COL_TEXT, .flags = REQ },
	{ NULL }
};

const struct column conflicts_columns[] = {
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "tbl", .type = COL_TEXT, .flags = REQ },
	{ "row", .type = COL_UUID, .flags = REQ },
	{ "at", TIME, .flags = REQ },
	{ "rule", .type = COL_TEXT, .flags = REQ },	/* newest_wins | merged | document_differs | gone | restored | last_owner */
	{ "winner", .type = COL_TEXT, .flags = REQ },	/* sync form */
	{ "loser", .type = COL_TEXT, .flags = REQ },
	{ "winner_origin", .type = COL_UUID, .flags = REQ },
	{ "loser_origin", .type = COL_UUID, .flags = REQ },
	{ "winner_device", .type = COL_TEXT },		/* its name, where it is known: at the hub */
	{ "loser_device", .type = COL_TEXT },
	{ "seq", COUNT, .flags = REQ },			/* the winner's: a pull takes the losers home with it */
	{ "restored_at", TIME },
	{ "restored_by", .type = COL_UUID },
	{ NULL }
};

/* How far each series has got at the hub, and what is missing below that. */
const struct column series_seen_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "series", .type = COL_TEXT, .flags = REQ },	/* T1-P */
	{ "last", COUNT, .flags = REQ },
	{ NULL }
};

const struct column gaps_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "series", .type = COL_TEXT, .flags = REQ },
	{ "first", COUNT, .flags = REQ },
	{ "last", COUNT, .flags = REQ },
	{ "since", TIME, .flags = REQ },
	{ NULL }
};

/* The searched words of records (model/search.c); rebuildable. */
const struct column words_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "tbl", COUNT, .flags = REQ },			/* rank of the table */
	{ "word", .type = COL_BLOB, .flags = REQ },
	{ "uuid", .type = COL_UUID, .flags = REQ },
	{ NULL }
};

const struct column series_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "kind", .type = COL_TEXT, .flags = REQ },
	{ "prefix", .type = COL_TEXT, .flags = REQ },
	{ "last", COUNT, .flags = REQ },
	{ NULL }
};

const struct column numbers_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "uuid", .type = COL_UUID, .flags = REQ },	/* of the document */
	{ "kind", .type = COL_TEXT, .flags = REQ },
	{ "number", .type = COL_TEXT, .flags = REQ },
	{ "reserved_at", TIME, .flags = REQ },		/* the row goes when the document is here */
	{ NULL }
};

/* Caches of sums over stock_moves (P4): never synced, rebuilt by doctor. */
const struct column stock_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "product", .type = COL_UUID, .flags = REQ },
	{ "on_hand", SIGNED_QTY, .flags = REQ },
	{ "value", SIGNED_MONEY, .flags = REQ },
	{ NULL }
};

const struct column layers_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "uuid", .type = COL_UUID, .flags = REQ },	/* of the move in */
	{ "product", .type = COL_UUID, .flags = REQ },
	{ "doc", .type = COL_UUID, .flags = REQ },
	{ "pos", COUNT, .flags = REQ },			/* FIFO: the hub's _seq, or behind all of those … */
	{ "line", COUNT, .flags = REQ },		/* … then by document, then by line */
	{ "qty_left", SIGNED_QTY, .flags = REQ },
	{ "value_left", SIGNED_MONEY, .flags = REQ },
	{ "open", .type = COL_BOOL, .flags = REQ },	/* qty_left > 0, for an index that a sale need not touch */
	{ NULL }
};

/* Units that no layer had when they went; a later purchase costs them. */
const struct column oversold_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "product", .type = COL_UUID, .flags = REQ },
	{ "doc", .type = COL_UUID, .flags = REQ },	/* whose line they are */
	{ "line", COUNT, .flags = REQ },
	{ "pos", COUNT, .flags = REQ },			/* as in layers */
	{ "qty", SIGNED_QTY, .flags = REQ },
	{ NULL }
};

/* Caches of what customers owe (P4, schema/sums.h): never synced, rebuilt by doctor.
 * Whose they were when they were made: one who turned out to be another is added up
 * by whoever asks. */
const struct column debts_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "customer", .type = COL_UUID, .flags = REQ },
	{ "invoice", .type = COL_UUID, .flags = REQ },
	{ "at", TIME, .flags = REQ },			/* the invoice's; 0: it left nothing on account itself */
	{ "owed", SIGNED_MONEY, .flags = REQ },		/* less what named it; negative: more than it was */
	{ NULL }
};

const struct column balances_columns[] = {
	{ "tenant", .type = COL_UUID, .flags = REQ },
	{ "customer", .type = COL_UUID, .flags = REQ },
	{ "owed", SIGNED_MONEY, .flags = REQ },		/* of all invoices, and less what named none */
	{ "credit", SIGNED_MONEY, .flags = REQ },
	{ NULL }
};
