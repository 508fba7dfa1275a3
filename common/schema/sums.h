/* What customers owe, as the books say it: one statement for those who keep the
 * sums (debts, balances), make them again, compare them, and for a database that
 * is older than they are. */
#ifndef SCHEMA_SUMS_H
#define SCHEMA_SUMS_H

/* A journal line l: what it adds to the receivables, or to the customers' credit. */
#define OWED_IN(receivables) "CASE WHEN l.account = " receivables " THEN l.debit - l.credit ELSE 0 END"
#define CREDIT_IN(credit) "CASE WHEN l.account = " credit " THEN l.credit - l.debit ELSE 0 END"

/* tenant, customer, invoice (NULL: of none), at, owed, credit: a row for each line of an
 * entry on one of the two accounts.  What undid an invoice is its customer's.  at is the
 * invoice's, with what it left on account itself.  of("x"): " AND …" about a table x, whose shop's. */
#define OWED_BY_BOOKS(receivables, credit_of, of)                                                                      \
	"SELECT d.tenant, d.customer, d.invoice, CASE WHEN l.account = " receivables " THEN d.at ELSE 0 END AS at, "   \
	OWED_IN(receivables) " AS owed, " CREDIT_IN(credit_of) " AS credit FROM ("                                      \
	"SELECT i.tenant, i.uuid, i.customer, i.uuid AS invoice, CASE WHEN i.total > i.paid THEN i.at ELSE 0 END AS at " \
	"FROM invoices i WHERE i.customer IS NOT NULL" of("i")                                                          \
	" UNION ALL SELECT x.tenant, x.uuid, i.customer, i.uuid, 0 FROM cancellations x "                               \
	"JOIN invoices i ON i.tenant = x.tenant AND i.uuid = x.invoice WHERE i.customer IS NOT NULL" of("x")            \
	" UNION ALL SELECT x.tenant, x.uuid, COALESCE(i.customer, x.customer), "                                        \
	"CASE WHEN i.customer IS NOT NULL THEN i.uuid END, 0 FROM returns x "                                           \
	"LEFT JOIN invoices i ON i.tenant = x.tenant AND i.uuid = x.invoice "                                           \
	"WHERE (i.customer IS NOT NULL OR x.customer IS NOT NULL)" of("x")                                              \
	" UNION ALL SELECT x.tenant, x.uuid, x.customer, x.invoice, 0 FROM customer_payments x WHERE 1 = 1" of("x")      \
	") d CROSS JOIN journal_lines l WHERE l.tenant = d.tenant AND l.doc = d.uuid "                                  \
	"AND l.account IN (" receivables ", " credit_of ")"

/* From rows of that: what stands in the two caches. */
#define DEBTS_OF(rows)                                                                                                 \
	"SELECT tenant, customer, invoice, CAST(sum(at) AS bigint) AS at, CAST(sum(owed) AS bigint) AS owed FROM (" rows \
	") b WHERE invoice IS NOT NULL GROUP BY tenant, customer, invoice"
#define BALANCES_OF(rows)                                                                                              \
	"SELECT tenant, customer, CAST(sum(owed) AS bigint) AS owed, CAST(sum(credit) AS bigint) AS credit FROM (" rows \
	") b GROUP BY tenant, customer"

#endif
