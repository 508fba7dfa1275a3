/* What each handler does, what it takes and what it gives, for those who have only
 * the contract.  Tables speak for themselves; other bodies stand here. */
#include "base/base.h"
#include "apid/openapi.h"

#define MEMBERS(...) ((const struct member[]){ __VA_ARGS__, { NULL } })
#define MUST(name, type) { name, type, true, NULL }
#define MAY(name, type) { name, type, false, NULL }
#define SUCH(name, type, example) { name, type, true, example }

#define TAKE_ROW .takes = ROW
#define TAKE_CHANGES .takes = CHANGES
#define TAKE(...) .takes = OBJECT, .takes_members = MEMBERS(__VA_ARGS__)
#define TAKE_CSV .takes = CSV_FILE
#define GIVE_ROW(code) .status = code, .gives = ROW
#define GIVE_ROWS .status = 200, .gives = LIST_OF_ROWS
#define GIVE_LIST(...) .status = 200, .gives = LIST_OF, .gives_members = MEMBERS(__VA_ARGS__)
#define GIVE(code, ...) .status = code, .gives = OBJECT, .gives_members = MEMBERS(__VA_ARGS__)
#define GIVE_NOTHING .status = 204

#define DONE GIVE(200, MAY("status", "string"))
#define SESSION GIVE(200, MUST("token", "string"), MUST("user", "object"), MUST("expires_at", "time"))
#define BACKUP(code) \
	GIVE(code, MUST("name", "string"), MUST("bytes", "integer"), MUST("sha256", "string"), MUST("at", "time"), \
	     MUST("tables", "array"))

const struct operation operations[] = {
	/* records and documents */
	{ h_record_list, "list each %s", GIVE_ROWS },
	{ h_record_get, "one %s", GIVE_ROW(200) },
	{ h_record_create, "make a %s; uuid is optional, and the same again is answered 409 with what is here", TAKE_ROW, GIVE_ROW(201) },
	{ h_record_change, "change some members of a %s", TAKE_CHANGES, GIVE_ROW(200) },
	{ h_record_delete, "delete a %s", GIVE_NOTHING },
	{ h_document_create, "post a %s; the same uuid again is answered 409 with what is here", TAKE_ROW, GIVE_ROW(201) },
	{ h_document_list, "list each %s, newest first", GIVE_ROWS },
	{ h_document_get, "one %s with its lines", GIVE_ROW(200) },
	{ h_invoice_list, "list each %s, newest first, with what is owed", GIVE_ROWS },
	{ h_invoice_get, "one %s with its lines and what followed it", GIVE_ROW(200) },
	{ h_purchase_create, "goods that came in; a draft or an order becomes a purchase order", TAKE_ROW, GIVE_ROW(201) },
	{ h_order_receive, "the goods of an order came in", TAKE_ROW, GIVE_ROW(201) },
	{ h_number, "reserve the number of a document before the first attempt to post it",
	  TAKE(MUST("uuid", "uuid"), SUCH("kind", "string", "\"invoice\"")),
	  GIVE(200, MUST("uuid", "uuid"), MUST("kind", "string"), MUST("number", "string")) },
	{ h_gaps, "numbers the cloud misses, and whether they may still come",
	  GIVE_LIST(MUST("series", "string"), MUST("first", "integer"), MUST("last", "integer"), MUST("missing", "integer"),
		    MUST("since", "time"), MAY("device", "string"), MUST("state", "string"), MUST("text", "string")) },
	{ h_import, "a CSV file; all of it or nothing, unless skip_errors", TAKE_CSV,
	  GIVE(200, MUST("rows", "integer"), MUST("created", "integer"), MUST("changed", "integer"), MUST("unchanged", "integer"),
	       MUST("refused", "integer"), MUST("stored", "boolean"), MUST("errors", "array")) },

	{ h_shift_list, "list each %s, newest first, with what its drawer should hold", GIVE_ROWS },
	{ h_shift_get, "one %s with its movements and sums", GIVE_ROW(200) },

	/* sums */
	{ h_account, "what a customer owes and has to their credit, and from what",
	  GIVE(200, MUST("customer", "uuid"), MUST("owed", "integer"), MUST("credit", "integer"), MUST("items", "array")) },
	{ h_supplier_account, "what is owed to a supplier, and from what",
	  GIVE(200, MUST("supplier", "uuid"), MUST("owed", "integer"), MUST("items", "array")) },
	{ h_receivables, "what customers owe, by age; equal to account 1100",
	  GIVE(200, MUST("items", "array"), MUST("total", "object")) },
	{ h_inventory, "what is on hand, what it is worth, and whether that is enough: level is in, low, out or oversold",
	  GIVE_LIST(MUST("product", "uuid"), MUST("name", "string"), MAY("sku", "string"), MAY("barcode", "string"), MUST("price", "integer"),
		    MUST("on_hand", "integer"), MUST("value", "integer"), MUST("low_stock", "integer"), MUST("level", "string")) },
	{ h_moves, "the movements of a product",
	  GIVE_LIST(MUST("uuid", "uuid"), MUST("doc", "uuid"), MUST("source", "string"), MUST("line", "integer"),
		    MUST("at", "time"), MUST("qty", "integer"), MUST("cost", "integer"), MAY("layer", "uuid")) },
	{ h_layers, "what is left of what came in of a product, and what that had cost: the first is sold next",
	  GIVE_LIST(MUST("uuid", "uuid"), MUST("doc", "uuid"), MAY("source", "string"), MAY("at", "time"), MUST("qty_left", "integer"),
		    MUST("value_left", "integer")) },
	{ h_journal, "journal entries, newest first",
	  GIVE_LIST(MUST("uuid", "uuid"), MUST("doc", "uuid"), MUST("source", "string"), MUST("at", "time"), MUST("lines", "array")) },
	{ h_trial_balance, "every account's balance",
	  GIVE(200, MUST("items", "array"), MUST("debit", "integer"), MUST("credit", "integer")) },
	{ h_valuation, "what the stock is worth; equal to account 1200", GIVE(200, MUST("items", "array"), MUST("total", "integer")) },
	{ h_cash_flow, "where cash came from and went: opening, by source, closing", GIVE(200, MUST("items", "array")) },
	{ h_daily_sales, "sales by day: total - tax - refunds - cost is profit",
	  GIVE(200, MUST("items", "array"), MUST("total", "object")) },
	{ h_sales_by_hour, "sales by weekday (1 is Monday) and hour", GIVE(200, MUST("items", "array")) },
	{ h_sales_by_product, "sales by product, what brought most first",
	  GIVE_LIST(MUST("product", "uuid"), MAY("name", "string"), MUST("qty", "integer"), MUST("returned", "integer"),
		    MUST("amount", "integer"), MUST("cost", "integer"), MUST("profit", "integer")) },
	{ h_low_stock, "products at or below their threshold",
	  GIVE_LIST(MUST("product", "uuid"), MUST("name", "string"), MUST("on_hand", "integer"), MUST("low_stock", "integer")) },
	{ h_oversold, "what was sold before it was here, and by which lines", GIVE(200, MUST("items", "array")) },

	/* people */
	{ h_site, "till or cloud, and are its people here already", GIVE(200, MUST("role", "string")) },
	{ h_sign_in, "sign in: at a till with a PIN, at the cloud with tenant and password",
	  TAKE(SUCH("user", "string", "\"Amal\""), MAY("pin", "string"), MAY("tenant", "uuid"), MAY("password", "string")), SESSION },
	{ h_sign_out, "sign out", GIVE_NOTHING },
	{ h_cloud_token, "five minutes at the cloud, by this till's word", GIVE(200, MUST("token", "string"), MUST("expires_at", "time")) },
	{ h_setup, "the first owner of a new till",
	  TAKE(SUCH("name", "string", "\"Corner shop\""), SUCH("owner", "string", "\"Amal\""), SUCH("pin", "string", "\"1234\""),
	       SUCH("code", "string", "\"00000000\"")),
	  .status = 201, .gives = OBJECT, .gives_members = MEMBERS(MUST("token", "string"), MUST("user", "object"), MUST("expires_at", "time")) },
	{ h_user_create, "somebody who may sign in",
	  TAKE(SUCH("name", "string", "\"Yusuf\""), SUCH("role", "string", "\"cashier\""), SUCH("pin", "string", "\"2222\""),
	       MAY("password", "string"), MAY("uuid", "uuid"), MAY("active", "boolean")), GIVE_ROW(201) },
	{ h_user_change, "change who may sign in, and how",
	  TAKE(MAY("name", "string"), MAY("role", "string"), MAY("pin", "string"), MAY("password", "string"), { "active", "boolean", false, "true" }),
	  GIVE_ROW(200) },
	{ h_user_delete, "nobody signs in by this name any more", GIVE_NOTHING },
	{ h_session_get, "who is signed in, and what they may do",
	  GIVE(200, MUST("user", "object"), MUST("permissions", "strings"), MUST("tenant", "uuid"), MUST("expires_at", "time")) },
	{ h_role_create, "a role of the shop's own",
	  TAKE(SUCH("code", "string", "\"stocker\""), SUCH("name", "string", "\"Stocker\""),
	       SUCH("permissions", "strings", "[\"products:read\",\"inventory:write\"]"), MAY("uuid", "uuid")), GIVE_ROW(201) },
	{ h_role_change, "change what a role permits: the owner's stays whole",
	  TAKE(MAY("name", "string"), { "permissions", "strings", false, "[\"products:read\"]" }), GIVE_ROW(200) },
	{ h_role_delete, "delete a role that nobody has", GIVE_NOTHING },
	{ h_setting_list, "the shop's settings, one's own and this device's", GIVE_ROWS },
	{ h_setting_put, "one setting: a key has one value",
	  TAKE({ "value", "any", true, "\"text\"" }, { "scope", "string", false, "\"tenant\"" }), GIVE_ROW(200) },

	/* one thing made twice */
	{ h_twin_merge, "this %s is that one from now on: sums count both", TAKE(MUST("into", "uuid")), GIVE_ROW(200) },
	{ h_twin_unmerge, "this %s is one of its own again", GIVE_ROW(200) },

	/* what happened between devices */
	{ h_conflict_list, "versions that lost, newest first",
	  GIVE_LIST(MUST("uuid", "uuid"), MUST("table", "string"), MUST("row", "uuid"), MUST("at", "time"), MUST("rule", "string")) },
	{ h_conflict_get, "one of them, both sides", GIVE(200, MUST("uuid", "uuid"), MUST("winner", "object"), MUST("loser", "object")) },
	{ h_conflict_restore, "put the loser back as a new version", GIVE(200, MUST("uuid", "uuid")) },
	{ h_review_get, "what no timestamp can judge, with both documents", GIVE_ROW(200) },

	/* sync, as people see it */
	{ h_sync_status, "how is sync, in a state and a sentence", GIVE(200, MUST("state", "string"), MUST("text", "string"), MUST("pending", "object")) },
	{ h_pending, "what is not in the cloud yet",
	  GIVE(200, MUST("total", "integer"), MUST("tables", "array"), MUST("items", "array")) },
	{ h_seen, "what the cloud has just accepted, so that it shows here before the next pull",
	  TAKE(SUCH("table", "string", "\"invoices\""), MUST("row", "object"), MAY("updated_at", "time")), GIVE(200, MAY("status", "string")) },
	{ h_sync_run, "sync now", GIVE(202, MAY("cycle", "integer")) },
	{ h_pairing_put, "pair this till with a cloud",
	  TAKE(SUCH("url", "string", "\"https://shop.example\""), MUST("tenant_uuid", "uuid"),
	       SUCH("license_key", "string", "\"FEXL-AAAA-BBBB-CCCC-DDDD\""), SUCH("name", "string", "\"Till 2\"")),
	  GIVE(202, MUST("device_uuid", "uuid"), MUST("status", "string")) },
	{ h_pairing_end, "turn sync off; what is here stays", DONE },

	/* sync, as tills speak it: fexl-sync(7) has the bodies */
	{ h_health, "is the cloud well, and what does it think of this till", GIVE(200, MUST("status", "string"), MUST("server_time", "time")) },
	{ h_credentials, "a till asks to be let in",
	  TAKE(MUST("device_uuid", "uuid"), MUST("incarnation", "integer"), SUCH("name", "string", "\"Till 2\""),
	       { "license_key", "string", false, "\"FEXL-AAAA-BBBB-CCCC-DDDD\"" }, MUST("tenant_uuid", "uuid"), MUST("public_key", "string"),
	       MAY("os", "string"), MAY("version", "string")),
	  GIVE(202, MUST("status", "string"), MAY("code", "string")) },
	{ h_push, "rows that changed at the till; a verdict for each", TAKE(MUST("rows", "array")),
	  GIVE(200, MUST("results", "array"), MUST("seq", "integer")) },
	{ h_pull, "rows that changed since a cursor",
	  GIVE(200, MUST("rows", "array"), MUST("next", "string"), MUST("more", "boolean"), MUST("epoch", "uuid"), MUST("seq", "integer")) },
	{ h_snapshot, "everything, page by page, for a first load",
	  GIVE(200, MUST("rows", "array"), MAY("next", "string"), MUST("more", "boolean"), MUST("epoch", "uuid"), MUST("as_of", "integer"),
	       MUST("done", "integer"), MUST("total", "integer")) },
	{ h_digest, "sums of all rows by table, or by ranges of keys, to compare",
	  TAKE(MUST("seq", "integer"), MUST("without", "strings"), MAY("ranges", "array")),
	  GIVE(200, MUST("seq", "integer"), MUST("purged", "integer"), MUST("changed", "strings"), MAY("tables", "array"), MAY("ranges", "array")) },
	{ h_rows, "rows by their keys, for a till that repairs what differs",
	  GIVE(200, MUST("rows", "array"), MUST("missing", "strings"), MUST("taken", "integer"), MUST("epoch", "uuid"), MUST("seq", "integer")) },
	{ h_life, "what became of one row at the cloud, for people at a till who look for it",
	  GIVE(200, MUST("uuid", "uuid"), MUST("table", "string"), MUST("updated_at", "time"), MUST("seq", "integer"),
	       MUST("pending", "boolean"), MUST("deleted", "boolean"), MUST("row", "object"), MUST("items", "array")) },
	{ h_ws, "events as they happen (WebSocket)", .status = 101 },

	/* tills of a shop, shops of a cloud */
	{ h_device_list, "the roster: who waits for approval first",
	  GIVE_LIST(MUST("uuid", "uuid"), MUST("name", "string"), MUST("status", "string")) },
	{ h_device_rename, "give a till another name", TAKE(SUCH("name", "string", "\"Counter\"")), DONE },
	{ h_device_approve, "let a till in: compare its code first", DONE },
	{ h_device_resync, "tell a till to load everything again", DONE },
	{ h_device_revoke, "shut a till out at once", DONE },
	{ h_admin_sign_in, "the platform's administrator signs in", TAKE(MUST("password", "string")),
	  GIVE(200, MUST("token", "string"), MUST("expires_at", "time")) },
	{ h_tenant_list, "all shops", GIVE_LIST(MUST("uuid", "uuid"), MUST("name", "string")) },
	{ h_tenant_create, "a new shop and its licence key, shown once; with an owner, who can let the first till in",
	  TAKE(SUCH("name", "string", "\"Corner shop\""), MAY("owner", "string"), MAY("pin", "string")),
	  GIVE(201, MUST("tenant_uuid", "uuid"), MUST("license_key", "string"), MUST("link", "string")) },
	{ h_admin_health, "how is this cloud", GIVE(200, MUST("status", "string")) },
	{ h_backup_list, "the backups of this server, newest first",
	  GIVE_LIST(MUST("name", "string"), MUST("bytes", "integer"), MAY("sha256", "string"), MUST("at", "time")) },
	{ h_backup_create, "make a backup while selling goes on", BACKUP(201) },
	{ h_backup_verify, "is this backup whole: its sum, pages, version and books", BACKUP(200) },
	{ h_backup_delete, "delete a backup", GIVE_NOTHING },
	{ h_doctor, "is this server well, and what to do where it is not",
	  GIVE(200, MUST("items", "array"), MUST("failures", "integer"), MUST("warnings", "integer"), MUST("well", "boolean")) },
	{ h_doctor_fix, "make again what is derived: sums of stock, the index of words",
	  GIVE(200, MUST("status", "string"), MUST("files_closed", "integer")) },
	{ h_restore, "a backup takes the place of the database, for an owner at the till itself; a paired till wants to know how: discard_local or as_new",
	  TAKE(SUCH("name", "string", "\"fexl-20261123-093000.db\""), MAY("how", "string")),
	  GIVE(202, MUST("status", "string"), MAY("safety", "string"), MUST("unsent", "integer"), MUST("licenses", "array")) },
	{ h_openapi, "this document", GIVE(200, MUST("openapi", "string"), MUST("paths", "object"), MUST("components", "object")) },
	{ NULL }
};
