/* What happens in a run, one line a kind, and how often.
 *
 * A template is JSON with ' for " and these words in it:
 *	$tag		says which version this is, never used twice
 *	$n $q $m	a small number, a quantity, an amount of money
 *	$products …	the uuid of some living row of that table; without one nobody can do this
 *	$?products …	the same, or null
 *	$number $at	reserved and fixed before the first attempt */
#include "base/base.h"
#include "sim.h"

#define RECORD(often, name, tag_, made, changed)                                                          \
	{ name " +", often, 0, person_creates, name, made, tag_ },                                        \
	{ name " =", 2 * (often), 0, person_changes, name, changed, tag_ },                               \
	{ name " -", ((often) + 2) / 3, 0, person_deletes, name, NULL, tag_ }
#define DOCUMENT(often, name, body_) { name, often, 0, person_enters, name, body_ }
#define FAULT(often, name, trouble_, run_, arg_) { name, often, trouble_, run_, .arg = arg_ }

const struct kind kinds[] = {
	RECORD(4, "products", "note", "{'name':'Tea $n','price':$m,'category':$?categories,'sku':'s$n','note':'$tag'}",
	       "{'price':$m,'note':'$tag'}"),
	RECORD(4, "customers", "note", "{'name':'Ali $n','phone':'07$n','note':'$tag'}", "{'phone':'08$n','note':'$tag'}"),
	RECORD(1, "suppliers", "note", "{'name':'Sup $tag','note':'$tag'}", "{'contact':'C $n','note':'$tag'}"),
	RECORD(1, "categories", "name", "{'name':'$tag'}", "{'name':'$tag'}"),
	RECORD(1, "tax_rates", "name", "{'name':'$tag','rate':$n}", "{'name':'$tag','rate':$n}"),
	RECORD(1, "users", "name", "{'name':'$tag','role':'cashier'}", "{'name':'$tag'}"),
	RECORD(1, "accounts", "name", "{'code':'9$n','name':'$tag','kind':'expense'}", "{'name':'$tag'}"),
	RECORD(2, "carts", "note", "{'name':'C $n','customer':$?customers,'lines':[{'product':'$products','qty':$q}],'note':'$tag'}",
	       "{'name':'D $n','note':'$tag'}"),
	RECORD(1, "purchase_orders", "note", "{'supplier':$?suppliers,'lines':[{'product':'$products','qty':$q,'unit_cost':$m}],"
	       "'note':'$tag'}", "{'status':'ordered','note':'$tag'}"),
	{ "settings", 3, 0, person_sets, "settings", "'$tag'", "value" },
	{ "two change", 4, 0, two_change, "products", "{'price':$m,'note':'$tag'}", "note" },

	DOCUMENT(9, "invoices", "{'uuid':'$uuid','lines':[{'product':'$products','qty':$q,'unit_price':$m}],"
				"'payments':[{'method':'cash','amount':1000000000}]}"),
	DOCUMENT(4, "invoices", "{'uuid':'$uuid','lines':[{'product':'$products','qty':$q},{'product':'$products','qty':$q}],"
				"'customer':'$customers'}"),
	DOCUMENT(9, "purchases", "{'uuid':'$uuid','supplier':$?suppliers,'lines':[{'product':'$products','qty':$q,'unit_cost':$m},"
				 "{'product':'$products','qty':$q,'unit_cost':$m}]}"),
	DOCUMENT(2, "cancellations", "{'uuid':'$uuid','invoice':'$invoices','reason':'wrong'}"),
	DOCUMENT(3, "returns", "{'uuid':'$uuid','invoice':'$invoices','lines':[{'line':0,'qty':$q}]}"),
	DOCUMENT(1, "returns", "{'uuid':'$uuid','invoice':'$invoices','lines':[{'line':0,'qty':333,'condition':'defect'}]}"),
	DOCUMENT(1, "returns", "{'uuid':'$uuid','customer':'$customers','lines':[{'product':'$products','qty':$q,'unit_price':$m}],"
			       "'refunds':[{'method':'account','amount':$m}]}"),
	DOCUMENT(2, "customer_payments", "{'uuid':'$uuid','customer':'$customers','method':'cash','amount':$m}"),
	DOCUMENT(1, "customer_payments", "{'uuid':'$uuid','invoice':'$invoices','method':'card','amount':$m}"),
	DOCUMENT(1, "supplier_payments", "{'uuid':'$uuid','supplier':'$suppliers','method':'bank','amount':$m}"),
	DOCUMENT(1, "purchase_voids", "{'uuid':'$uuid','purchase':'$purchases','reason':'wrong'}"),
	DOCUMENT(2, "stock_adjustments", "{'uuid':'$uuid','reason':'found','lines':[{'product':'$products','qty':$q,'unit_cost':$m}]}"),
	DOCUMENT(2, "stock_adjustments", "{'uuid':'$uuid','reason':'lost','lines':[{'product':'$products','qty':-$q}]}"),
	DOCUMENT(2, "stock_adjustments", "{'uuid':'$uuid','kind':'count','reason':'counted','lines':[{'product':'$products','counted':$q}]}"),
	DOCUMENT(2, "shifts", "{'uuid':'$uuid','opening':$m}"),
	DOCUMENT(2, "shift_movements", "{'uuid':'$uuid','shift':'$shifts','kind':'expense','amount':$m,'reason':'tea'}"),
	DOCUMENT(1, "shift_closes", "{'uuid':'$uuid','shift':'$shifts','counted':$m}"),
	{ "fail-over", 5, 0, person_fails_over, "invoices",
	  "{'uuid':'$uuid','number':'$number','at':'$at','lines':[{'product':'$products','qty':$q,'unit_price':$m,'tax_rate':0}],"
	  "'payments':[{'method':'card','amount':1},{'method':'cash','amount':1000000000}]}" },

	FAULT(4, "kill", TROUBLE_KILL, mishap_disk, DISK_KILL),
	FAULT(2, "kill syncd", TROUBLE_KILL, mishap_syncd, 0),
	FAULT(3, "power cut", TROUBLE_POWER, mishap_disk, DISK_POWER),
	FAULT(3, "disk error", TROUBLE_DISK, mishap_disk, DISK_ERROR),
	FAULT(2, "disk full", TROUBLE_DISK, mishap_disk, DISK_FULL),
	FAULT(3, "clock", TROUBLE_CLOCK, mishap_clock, 0),
	FAULT(4, "busy lane", TROUBLE_SLOW, mishap_lane, 0),
	FAULT(3, "cable", TROUBLE_NET, mishap_cable, 0),
	FAULT(4, "away", TROUBLE_AWAY, mishap_away, 0),
	FAULT(2, "revoke", TROUBLE_ROSTER, owner_revokes, 0),
	FAULT(1, "unpair", TROUBLE_ROSTER, till_leaves, 0),
	FAULT(3, "pair", 0, till_pairs, 0),
	FAULT(3, "approve", 0, owner_approves, 0),
	FAULT(3, "backup", TROUBLE_RESTORE, mishap_backup, 0),
	FAULT(2, "restore", TROUBLE_RESTORE, mishap_restore, 0),
	{ NULL }
};

int kinds_count(void)
{
	return (int)ARRAY_LEN(kinds) - 1;
}

const struct kind *kind_of_table(const char *table)
{
	const struct kind *k = kinds;

	while (k->name && (!k->table || strcmp(k->table, table) != 0))
		k++;
	return k->name ? k : NULL;
}
