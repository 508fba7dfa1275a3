/* The promises of the design, looked up in the tables after a quiet cycle: each
 * by queries of its own, none by what the model says about itself. */
#include "base/base.h"
#include "shop.h"

#define SUM(what) "SELECT CAST(COALESCE(sum(" what "), 0) AS bigint)"
#define COUNT "SELECT CAST(count(*) AS bigint)"

/* The cloud, then the tills. */
static struct fixture *node(struct shop *s, int i)
{
	return i == 0 ? s->net->hub : s->net->till[i - 1];
}

#define EACH_NODE(i) for (int i = 0; i <= SHOP_TILLS; i++)

static const char *name_of(int i)
{
	static const char *const names[] = { "the cloud", "till 1", "till 2", "till 3" };

	return names[i];
}

/* --- P1 kept, P2 once, P3 immutable --- */

static void audit_kept(struct shop *s)
{
	for (int n = 0; n < s->n_said; n++)
		EACH_NODE(i) {
			const struct said *d = &s->said[n];
			char *now = entered_text(node(s, i), d->table, d->uuid);

			if (strcmp(now, d->entered) != 0)
				fail_msg("%s: what was entered:\n%sis now:\n%s", name_of(i), d->entered, now);
			free(now);
		}
}

static int64_t said_in(const struct shop *s, const struct table *t)
{
	int64_t n = 0;

	for (int i = 0; i < s->n_said; i++)
		n += s->said[i].table == t;
	return n;
}

static bool is_made_by_servers(const struct table *t)
{
	return strcmp(t->name, "cost_corrections") == 0 || strcmp(t->name, "number_voids") == 0;
}

/* Lives as long as the connections that prepare it. */
static const char *count_sql(const struct table *t)
{
	static char *made[128];
	struct buf sql = { 0 };
	int i = schema_index(t);

	if (!made[i]) {
		buf_printf(&sql, COUNT " FROM %s WHERE tenant = $1", t->name);
		made[i] = sql.data;
	}
	return made[i];
}

static void audit_once(struct shop *s)
{
	for (const struct table *t = schema; t->name; t++) {
		if (t->rule != INSERT_ONCE || is_made_by_servers(t))
			continue;
		EACH_NODE(i)
			if (count_of(node(s, i), count_sql(t)) != said_in(s, t))
				fail_msg("%s: %s: %lld were made, %lld are there", name_of(i), t->name, (long long)said_in(s, t),
					 (long long)count_of(node(s, i), count_sql(t)));
	}
}

/* --- what must be nought --- */

/* Line by line of the entries on the two accounts, with whose they are: all but the drawers'. */
#define OF_CUSTOMERS                                                                                                   \
	"SELECT COALESCE(i.customer, p.customer, v.customer, r.customer) AS customer, "                                \
	"CASE WHEN i.customer IS NULL THEN p.invoice ELSE i.uuid END AS invoice, "                                     \
	"CASE WHEN a.code = '1100' THEN l.debit - l.credit ELSE 0 END AS owed, "                                       \
	"CASE WHEN a.code = '2100' THEN l.credit - l.debit ELSE 0 END AS credit FROM journal_lines l "                 \
	"JOIN accounts a ON a.tenant = l.tenant AND a.uuid = l.account AND a.code IN ('1100', '2100') "                \
	"LEFT JOIN customer_payments p ON p.tenant = l.tenant AND p.uuid = l.doc "                                     \
	"LEFT JOIN returns r ON r.tenant = l.tenant AND r.uuid = l.doc "                                               \
	"LEFT JOIN cancellations x ON x.tenant = l.tenant AND x.uuid = l.doc "                                         \
	"LEFT JOIN invoices v ON v.tenant = l.tenant AND v.uuid = l.doc "                                              \
	"LEFT JOIN invoices i ON i.tenant = l.tenant AND i.uuid = COALESCE(r.invoice, x.invoice, v.uuid) "             \
	"WHERE l.tenant = $1 AND COALESCE(i.customer, p.customer, v.customer, r.customer) IS NOT NULL"

static const struct {
	const char *promise, *sql;
} noughts[] = {
	{ "P4: on hand is the sum of the moves",
	  COUNT " FROM (SELECT tenant, product, sum(qty) AS q, sum(cost) AS c FROM stock_moves GROUP BY tenant, product) m "
	  "FULL JOIN stock s ON s.tenant = m.tenant AND s.product = m.product "
	  "WHERE COALESCE(m.tenant, s.tenant) = $1 AND (COALESCE(q, 0) <> COALESCE(on_hand, 0) OR COALESCE(c, 0) <> COALESCE(value, 0))" },
	{ "P4: a layer is what came less what went",
	  COUNT " FROM (SELECT tenant, COALESCE(layer, uuid) AS l, sum(qty) AS q, sum(cost) AS c FROM stock_moves "
	  "WHERE layer IS NOT NULL OR (qty > 0 AND for_doc IS NULL) GROUP BY tenant, COALESCE(layer, uuid)) m "
	  "FULL JOIN layers s ON s.tenant = m.tenant AND s.uuid = m.l "
	  "WHERE COALESCE(m.tenant, s.tenant) = $1 AND (COALESCE(q, 0) <> COALESCE(qty_left, 0) OR COALESCE(c, 0) <> COALESCE(value_left, 0))" },
	{ "P4: what is oversold is a sum",
	  COUNT " FROM (SELECT tenant, product, line, COALESCE(for_doc, doc) AS d, -sum(qty) AS q FROM stock_moves "
	  "WHERE layer IS NULL AND (qty < 0 OR for_doc IS NOT NULL) GROUP BY tenant, product, line, COALESCE(for_doc, doc)) m "
	  "FULL JOIN oversold s ON s.tenant = m.tenant AND s.product = m.product AND s.line = m.line AND s.doc = m.d "
	  "WHERE COALESCE(m.tenant, s.tenant) = $1 AND COALESCE(q, 0) <> COALESCE(s.qty, 0)" },
	{ "P4: no layer is below nothing", COUNT " FROM layers WHERE tenant = $1 AND (qty_left < 0 OR value_left < 0)" },
	{ "P4: a layer is open while something is left of it",
	  COUNT " FROM layers WHERE tenant = $1 AND open <> CASE WHEN qty_left > 0 THEN 1 ELSE 0 END" },
	{ "P4: nothing is worth something", COUNT " FROM layers WHERE tenant = $1 AND qty_left = 0 AND value_left <> 0" },
	{ "P4: no unit lies on the shelf while another has no cost",
	  COUNT " FROM layers l JOIN oversold o ON o.tenant = l.tenant AND o.product = l.product "
	  "WHERE l.tenant = $1 AND l.qty_left > 0 AND o.qty > 0" },
	{ "P4: nobody gave back what he never had", COUNT " FROM oversold WHERE tenant = $1 AND qty < 0" },
	{ "P4: a layer stands where the cloud put its delivery",
	  COUNT " FROM layers l JOIN purchases p ON p.tenant = l.tenant AND p.uuid = l.doc WHERE l.tenant = $1 AND l.pos <> p._seq" },
	{ "P4: what is oversold stands where the cloud put its sale",
	  COUNT " FROM oversold o JOIN invoices i ON i.tenant = o.tenant AND i.uuid = o.doc "
	  "WHERE o.tenant = $1 AND o.qty <> 0 AND o.pos <> i._seq" },
	{ "P4: what a customer owes and has is what the entries of his documents say",
	  COUNT " FROM (SELECT customer, sum(owed) AS o, sum(credit) AS c FROM (" OF_CUSTOMERS ") e GROUP BY customer) b "
	  "FULL JOIN (SELECT * FROM balances WHERE tenant = $1) k ON k.customer = b.customer "
	  "WHERE COALESCE(o, 0) <> COALESCE(k.owed, 0) OR COALESCE(c, 0) <> COALESCE(k.credit, 0)" },
	{ "P4: a debt is what its invoice left less what names it",
	  COUNT " FROM (SELECT customer, invoice, sum(owed) AS o FROM (" OF_CUSTOMERS ") e WHERE invoice IS NOT NULL "
	  "GROUP BY customer, invoice) b FULL JOIN (SELECT * FROM debts WHERE tenant = $1) k "
	  "ON k.customer = b.customer AND k.invoice = b.invoice WHERE COALESCE(o, 0) <> COALESCE(k.owed, 0)" },
	{ "P4: a debt is as old as its invoice",
	  COUNT " FROM debts k JOIN invoices i ON i.tenant = k.tenant AND i.uuid = k.invoice "
	  "WHERE k.tenant = $1 AND k.owed > 0 AND k.at <> i.at" },
	{ "P5: every entry balances",
	  COUNT " FROM (SELECT doc FROM journal_lines WHERE tenant = $1 GROUP BY doc HAVING sum(debit) <> sum(credit)) e" },
	{ "P5: an account stands in an entry once",
	  COUNT " FROM (SELECT doc FROM journal_lines WHERE tenant = $1 GROUP BY doc, account HAVING count(*) > 1) e" },
	{ "P5: no lines without their entry",
	  COUNT " FROM journal_lines l WHERE tenant = $1 AND NOT EXISTS "
	  "(SELECT 1 FROM journal_entries e WHERE e.tenant = l.tenant AND e.doc = l.doc)" },
	{ "P5: one entry a document",
	  COUNT " FROM (SELECT doc FROM journal_entries WHERE tenant = $1 GROUP BY doc HAVING count(*) > 1) e" },
	{ "P5: what moved in the books moved on the shelf",
	  COUNT " FROM (SELECT doc, sum(cost) AS c FROM stock_moves WHERE tenant = $1 GROUP BY doc) m FULL JOIN "
	  "(SELECT l.doc, sum(debit - credit) AS b FROM journal_lines l JOIN accounts a ON a.tenant = l.tenant AND a.uuid = l.account "
	  "WHERE l.tenant = $1 AND a.code = '1200' GROUP BY l.doc) e ON e.doc = m.doc WHERE COALESCE(c, 0) <> COALESCE(b, 0)" },
	{ "P8: nothing waits to go up", COUNT " FROM outbox WHERE tenant = $1" },
	{ "P8: nothing waits aside", COUNT " FROM parked WHERE tenant = $1" },
	{ "no number is given twice",
	  COUNT " FROM (SELECT number FROM invoices WHERE tenant = $1 GROUP BY number HAVING count(*) > 1) n" },
};

static void audit_noughts(struct shop *s)
{
	for (size_t n = 0; n < ARRAY_LEN(noughts); n++)
		EACH_NODE(i)
			if (count_of(node(s, i), noughts[n].sql) != 0)
				fail_msg("%s: %s: not so for %lld", name_of(i), noughts[n].promise,
					 (long long)count_of(node(s, i), noughts[n].sql));
}

/* --- what must be equal --- */

#define BOOKED(code)                                                                                                   \
	SUM("debit - credit") " FROM journal_lines l JOIN accounts a ON a.tenant = l.tenant AND a.uuid = l.account "   \
	"WHERE l.tenant = $1 AND a.code = '" code "'"
/* What is put in and taken out by hand, and what was not as counted: by the first close of each shift. */
#define DRAWERS(ways)                                                                                                  \
	"UNION ALL SELECT CASE WHEN kind = 'cash_in' THEN amount ELSE -amount END FROM shift_movements "               \
	"WHERE tenant = $1 AND 'cash' IN (" ways ") "                                                                  \
	"UNION ALL SELECT difference FROM shift_closes c WHERE tenant = $1 AND 'cash' IN (" ways ") AND NOT EXISTS "   \
	"(SELECT 1 FROM shift_closes b WHERE b.tenant = $1 AND b.shift = c.shift AND b._seq < c._seq) "
/* What payments by these ways brought, of every kind of document. */
#define PAID_BY(ways)                                                                                                  \
	SUM("x") " FROM (SELECT amount AS x FROM invoice_payments WHERE tenant = $1 AND method IN (" ways ") "         \
	"UNION ALL SELECT amount FROM customer_payments WHERE tenant = $1 AND method IN (" ways ") "                   \
	"UNION ALL SELECT -amount FROM supplier_payments WHERE tenant = $1 AND method IN (" ways ") "                  \
	"UNION ALL SELECT -amount FROM refunds WHERE tenant = $1 AND method IN (" ways ") "                            \
	DRAWERS(ways)                                                                                                  \
	"UNION ALL SELECT CASE WHEN 'cash' IN (" ways ") THEN -change_given ELSE 0 END FROM invoices WHERE tenant = $1) p"

static const struct {
	const char *promise, *a, *b;
} equals[] = {
	{ "P5: the shelf is worth what account 1200 says", BOOKED("1200"), SUM("value_left") " FROM layers WHERE tenant = $1" },
	{ "P5: the drawers hold what account 1010 says", BOOKED("1010"), PAID_BY("'cash'") },
	{ "P5: the bank holds what account 1020 says", BOOKED("1020"), PAID_BY("'card', 'bank'") },
	{ "P5: the telephones hold what account 1030 says", BOOKED("1030"), PAID_BY("'mobile'") },
	{ "P5: sales less discounts and their tax are the invoices",
	  SUM("credit - debit") " FROM journal_lines l JOIN accounts a ON a.tenant = l.tenant AND a.uuid = l.account "
	  "JOIN invoices i ON i.tenant = l.tenant AND i.uuid = l.doc WHERE l.tenant = $1 AND a.code IN ('4010', '4030', '2020')",
	  SUM("total") " FROM invoices WHERE tenant = $1" },
	{ "P5: what is left of the books is nothing", SUM("debit - credit") " FROM journal_lines WHERE tenant = $1", "SELECT CAST(0 AS bigint)" },
};

static void audit_equals(struct shop *s)
{
	for (size_t n = 0; n < ARRAY_LEN(equals); n++)
		EACH_NODE(i) {
			struct fixture *f = node(s, i);
			int64_t a = count_of(f, equals[n].a), b = fixture_int(f, equals[n].b, strchr(equals[n].b, '$') ? ARGS(v_uuid(f->w.tenant)) : NO_ARGS);

			if (a != b)
				fail_msg("%s: %s: %lld and %lld", name_of(i), equals[n].promise, (long long)a, (long long)b);
		}
}

/* --- P6 same --- */

static bool is_synced_column(const struct column *c)
{
	return strncmp(c->name, "_is", 3) != 0 && strcmp(c->name, "_rev") != 0 && strcmp(c->name, "_base_at") != 0 &&
	       strcmp(c->name, "_base_origin") != 0 && strcmp(c->name, "_lastSyncedAt") != 0 && strcmp(c->name, "_cloudId") != 0;
}

static const char *same_sql(const struct table *t, int *columns)
{
	static char *made[128];
	static int n[128];
	struct buf sql = { 0 };
	int i = schema_index(t);
	bool part = table_is_part(t);

	*columns = n[i];
	if (made[i])
		return made[i];
	buf_printf(&sql, "SELECT %s", part ? "doc, pos" : "uuid");
	n[i] = 1 + part;
	for (const struct column *c = t->columns; c->name; c++, n[i]++)
		buf_printf(&sql, ", %s", c->name);
	for (const struct column *c = sync_columns; !part && c->name; c++)
		if (is_synced_column(c)) {
			buf_printf(&sql, ", %s", c->name);
			n[i]++;
		}
	buf_printf(&sql, " FROM %s WHERE tenant = $1 ORDER BY %s", t->name, part ? "doc, pos" : "uuid");
	*columns = n[i];
	return made[i] = sql.data;
}

static bool val_same(struct val a, struct val b)
{
	if (a.type == VAL_INT || a.type == VAL_NULL || b.type == VAL_INT || b.type == VAL_NULL)
		return a.type == b.type && (a.type == VAL_NULL || a.i == b.i);
	if (a.type == VAL_TEXT)
		return b.type == VAL_TEXT && a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
	/* An engine without uuids has 16 bytes. */
	return memcmp(a.type == VAL_UUID ? (const char *)a.u.b : a.s, b.type == VAL_UUID ? (const char *)b.u.b : b.s, 16) == 0;
}

static char *shown(struct val v)
{
	struct buf b = { 0 };

	if (v.type == VAL_INT)
		buf_printf(&b, "%lld", (long long)v.i);
	else if (v.type == VAL_TEXT)
		buf_printf(&b, "%.*s", (int)v.len, v.s);
	else
		buf_printf(&b, "%s", v.type == VAL_NULL ? "null" : "a uuid");
	return b.data;	/* the test ends here */
}

static void compare_rows(const struct table *t, int i, struct rows *a, struct rows *b, int columns)
{
	for (int col = 0; col < columns; col++)
		if (!val_same(rows_val(a, col), rows_val(b, col)))
			fail_msg("P6: %s: %s: %s differs in column %d: %s and %s", name_of(i), t->name, uuid_text(rows_uuid(a, 0)).s, col,
				 shown(rows_val(a, col)), shown(rows_val(b, col)));
}

static void compare_table(struct shop *s, const struct table *t, int i)
{
	struct fixture *hub = node(s, 0), *till = node(s, i);
	int columns, n;
	const char *sql = same_sql(t, &columns);
	struct rows a, b;

	must(hub, db_rows(hub->db, sql, ARGS(v_uuid(hub->w.tenant)), &a, &hub->err));
	must(till, db_rows(till->db, sql, ARGS(v_uuid(till->w.tenant)), &b, &till->err));
	while ((n = rows_next(&a, &hub->err)) > 0) {
		if (rows_next(&b, &till->err) <= 0)
			fail_msg("P6: %s: %s: %s is missing", name_of(i), t->name, uuid_text(rows_uuid(&a, 0)).s);
		compare_rows(t, i, &a, &b, columns);
	}
	if (rows_next(&b, &till->err) > 0)
		fail_msg("P6: %s: %s: there is more than at the cloud", name_of(i), t->name);
	rows_end(&a);
	rows_end(&b);
}

/* Row by row, and by the digests that tills themselves compare. */
static void audit_same(struct shop *s)
{
	for (int i = 1; i <= SHOP_TILLS; i++) {
		for (const struct table *t = schema; t->name; t++)
			if (t->rule != LOCAL)
				compare_table(s, t, i);
		if (!net_identical(s->net, i - 1))
			fail_msg("P6: %s: the digests differ", name_of(i));
	}
}

/* --- P8 moving, P9 undo --- */

static void audit_quiet(struct shop *s)
{
	for (int i = 0; i < SHOP_TILLS; i++) {
		int64_t moved = net_push(s->net, i) + net_pull(s->net, i);

		if (moved)
			fail_msg("P8: %s: not quiet: %lld rows moved", name_of(i + 1), (long long)moved);
	}
}

static bool is_in_a_journal(struct shop *s, int n)
{
	static const char sql[] = COUNT " FROM conflicts WHERE tenant = $1 AND loser LIKE $2";
	char like[40];

	snprintf(like, sizeof like, "%%\"name\":\"n%d\"%%", n);
	EACH_NODE(i)
		if (fixture_int(node(s, i), sql, ARGS(v_uuid(node(s, i)->w.tenant), v_text(like))) > 0)
			return true;
	return false;
}

/* A name that nobody saw and replaced stands, or is kept as a loser. */
static void audit_undo(struct shop *s)
{
	for (int n = 0; n < s->n_named; n++) {
		const struct named *k = &s->named[n];
		const char *name = column_of_row(s->net->hub, k->table->name, k->row, "name");

		if (!k->superseded && atoi(name + 1) != k->n && !is_in_a_journal(s, k->n))
			fail_msg("P9: %s %s: the name n%d is lost, it is %s now", k->table->entity, uuid_text(k->row).s, k->n, name);
	}
}

void shop_audit(struct shop *s)
{
	audit_quiet(s);
	audit_kept(s);
	audit_once(s);
	audit_noughts(s);
	audit_equals(s);
	audit_same(s);
	audit_undo(s);
}
