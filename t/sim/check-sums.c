/* P4 and P5: sums are sums, and books balance. */
#include "base/base.h"
#include "sim.h"

static const struct {
	const char *what, *sql;		/* finds the first that is wrong */
} sums[] = {
	{ "P4: the stock of a product is not the sum of its moves",
	  "SELECT hex(product) || ': ' || on_hand || ' worth ' || value || ', moves ' || qty || ' worth ' || cost FROM "
	  "(SELECT product, sum(on_hand) AS on_hand, sum(value) AS value, sum(qty) AS qty, sum(cost) AS cost FROM "
	  "(SELECT product, on_hand, value, 0 AS qty, 0 AS cost FROM stock "
	  "UNION ALL SELECT product, 0, 0, qty, cost FROM stock_moves) GROUP BY product) "
	  "WHERE on_hand <> qty OR value <> cost" },
	{ "P4: what is left of a layer is not what came less what went",
	  "SELECT hex(uuid) || ': ' || qty_left || ' worth ' || value_left || ', moves ' || qty || ' worth ' || cost FROM "
	  "(SELECT uuid, sum(qty_left) AS qty_left, sum(value_left) AS value_left, sum(qty) AS qty, sum(cost) AS cost FROM "
	  "(SELECT uuid, qty_left, value_left, 0 AS qty, 0 AS cost FROM layers "
	  "UNION ALL SELECT coalesce(layer, uuid), 0, 0, qty, cost FROM stock_moves WHERE layer IS NOT NULL OR (qty > 0 AND for_doc IS NULL)) "
	  "GROUP BY uuid) WHERE qty_left <> qty OR value_left <> cost" },
	{ "P4: a layer is marked as open and is empty, or the other way round",
	  "SELECT hex(uuid) || ': ' || qty_left || ', open ' || open FROM layers WHERE open <> (qty_left > 0)" },
	{ "P4: a layer is worth something and has nothing left",
	  "SELECT hex(uuid) || ': ' || value_left FROM layers WHERE qty_left = 0 AND value_left <> 0" },
	{ "P5: a journal entry does not balance",
	  "SELECT hex(doc) || ': ' || (sum(debit) - sum(credit)) FROM journal_lines GROUP BY doc HAVING sum(debit) <> sum(credit)" },
	{ "P5: the value of the stock is not the stock account",
	  "SELECT a || ' and ' || b FROM (SELECT (SELECT coalesce(sum(value), 0) FROM stock) AS a, (SELECT coalesce(sum(debit - "
	  "credit), 0) FROM journal_lines JOIN accounts ON accounts.uuid = account WHERE code = '1200') AS b) WHERE a <> b" },
	{ "P3: a line without its document",
	  "SELECT hex(doc) FROM invoice_lines WHERE doc NOT IN (SELECT uuid FROM invoices)" },
	{ "P3: an invoice without lines",
	  "SELECT hex(uuid) FROM invoices WHERE uuid NOT IN (SELECT doc FROM invoice_lines)" },
};

void check_sums(struct sim *s, struct node *n)
{
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		const char *wrong = sql_text(s, n, sums[i].sql, NULL);

		if (wrong)
			sim_fail(s, "%s at %s: %s", sums[i].what, n->name, wrong);
	}
}
