/* What customers owe, and what they have to their credit: sums over the books, as
 * they were on a day or as they are kept (owed.c).  No payment is tied to a debt for good: one that
 * names an invoice goes there, the rest goes to the oldest debt by (at, uuid).
 *
 * A customer's part of 1100 (receivables) is what is owed, his part of 2100
 * (customer credit) what he may spend; the entry of a document is its customer's. */
#include "base/base.h"
#include "model/owed.h"

#include "model/lists.h"
#include "schema/sums.h"

/* --- as the books say it, until a day --- */

/* What of 1100 and 2100 is whose: $1 tenant, $2 and $3 the accounts, $4 until.
 * A sale's debt is in its head; what follows it is in the books, because how much
 * of a payment met a debt was found out when it was stored. */
/* From the few to the many: CROSS JOIN keeps SQLite, which knows no figures of the
 * tables, from walking through the whole ledger instead. */
#define LINES "CROSS JOIN journal_lines l "
#define OF_DOC(doc) "l.tenant = $1 AND l.doc = " doc ".uuid AND l.account IN ($2, $3) "
#define TO_OWED OWED_IN("$2")
#define TO_CREDIT CREDIT_IN("$3")
#define SALES \
	"SELECT i.customer, i.uuid AS invoice, i.total - i.paid AS owed, 0 AS credit FROM invoices i " \
	"WHERE i.tenant = $1 AND i.at <= $4 AND i.total > i.paid AND i.customer IS NOT NULL "
#define SALES_ON_CREDIT \
	"SELECT i.customer, i.uuid, 0, -p.amount FROM invoices i " \
	"CROSS JOIN invoice_payments p WHERE p.tenant = $1 AND p.doc = i.uuid AND p.method = 'store_credit' " \
	"AND i.tenant = $1 AND i.at <= $4 AND i.customer IS NOT NULL "
#define UNDONE(table) \
	"SELECT i.customer, i.uuid, " TO_OWED ", " TO_CREDIT " FROM invoices i " \
	"CROSS JOIN " table " x " LINES "WHERE x.tenant = $1 AND x.invoice = i.uuid AND x.at <= $4 AND " OF_DOC("x") \
	"AND i.tenant = $1 AND i.customer IS NOT NULL "
/* Goods that nobody's invoice or none names. */
#define RETURNED \
	"SELECT x.customer, NULL, " TO_OWED ", " TO_CREDIT " FROM returns x " LINES \
	"LEFT JOIN invoices i ON i.tenant = $1 AND i.uuid = x.invoice " \
	"WHERE " OF_DOC("x") "AND x.tenant = $1 AND x.at <= $4 AND i.customer IS NULL "
/* Payments; and money that a drawer took from or gave to an account which is nobody's. */
#define MOVED(table, whose) \
	"SELECT " whose ", " TO_OWED ", " TO_CREDIT " FROM " table " x " LINES \
	"WHERE " OF_DOC("x") "AND x.tenant = $1 AND x.at <= $4 "
#define UNION " UNION ALL "
#define WHOSE "COALESCE(c.merged_into, o.customer)"
#define SUMS(rows, at, join) \
	"SELECT " WHOSE ", o.invoice, " at ", CAST(sum(o.owed) AS bigint), CAST(sum(o.credit) AS bigint) FROM (" rows ") o " \
	"LEFT JOIN customers c ON c.tenant = $1 AND c.uuid = o.customer " join "GROUP BY " WHOSE ", o.invoice, " at \
	" HAVING sum(o.owed) <> 0 OR sum(o.credit) <> 0 " \
	"ORDER BY CASE WHEN " WHOSE " IS NULL THEN 1 ELSE 0 END, " WHOSE ", " at ", o.invoice"

static const char sums_of_all[] =
	SUMS(SALES UNION SALES_ON_CREDIT UNION UNDONE("cancellations") UNION UNDONE("returns") UNION RETURNED UNION
	     MOVED("customer_payments", "x.customer, x.invoice") UNION MOVED("shift_movements", "NULL, NULL"), "t.at",
	     "LEFT JOIN invoices t ON t.tenant = $1 AND t.uuid = o.invoice ");

/* --- as it stands now --- */

/* $1 tenant.  What no debt is left of is not looked at: it stands in the balance,
 * with what named no invoice, as one row that is no invoice's. */
#define DEBTS(customer, what) "SELECT d.customer, " what ", 0 AS credit FROM debts d WHERE d.tenant = $1 AND d.owed > 0 AND d.customer " customer
#define KEPT(customer) \
	DEBTS(customer, "d.invoice, d.at, d.owed") UNION DEBTS(customer, "NULL, 0, -d.owed") UNION \
	"SELECT b.customer, NULL, 0, b.owed, b.credit FROM balances b WHERE b.tenant = $1 AND b.customer " customer

static const char sums_of_one[] = SUMS(KEPT(THEIRS("$2")), "o.at", "");

/* Of those who owe one of the invoices from $2 to $3. */
#define OWING \
	"(SELECT COALESCE(c.merged_into, c.uuid) FROM invoices p JOIN customers c ON c.tenant = $1 AND c.uuid = p.customer " \
	"WHERE p.tenant = $1 AND p.uuid BETWEEN $2 AND $3 AND p.total > p.paid)"
#define SOME \
	"IN (SELECT uuid FROM customers WHERE tenant = $1 AND uuid IN " OWING " " \
	"UNION ALL SELECT uuid FROM customers WHERE tenant = $1 AND merged_into IN " OWING ") "
static const char sums_of_page[] = SUMS(KEPT(SOME), "o.at", "");

#define FOREVER INT64_MAX
#define ACCOUNTS v_uuid(seed_uuid("account", "1100")), v_uuid(seed_uuid("account", "2100"))

/* --- which debt a payment meets --- */

/* One customer's: list[0 .. n). */
static void settle_oldest_first(struct owing *list, int n)
{
	int64_t pool = 0;

	for (int i = 0; i < n; i++)
		pool -= MIN(list[i].owed, 0);
	for (int i = 0; i < n; i++) {
		int64_t met = MIN(pool, MAX(list[i].owed, 0));

		list[i].open = MAX(list[i].owed, 0) - met;
		pool -= met;
	}
}

int owings_of_next(const struct owings *all, int from)
{
	int i = from;

	while (i < all->n && uuid_eq(all->list[i].customer, all->list[from].customer))
		i++;
	return i;
}

static void settle_all(struct owings *all)
{
	for (int from = 0, to; from < all->n; from = to) {
		to = owings_of_next(all, from);
		settle_oldest_first(all->list + from, to - from);
	}
}

static struct owing *room_for_one(struct pool *pool, struct owings *all, int *room)
{
	struct owing *old = all->list;

	if (all->n == *room) {
		*room = MAX(16, 2 * *room);
		all->list = pool_alloc(pool, sizeof *old * (size_t)*room);
		if (all->n)
			memcpy(all->list, old, sizeof *old * (size_t)all->n);
	}
	return &all->list[all->n++];
}

static int owings_read(struct db *db, struct pool *pool, const char *sql, struct args args, struct owings *all, struct err *err)
{
	struct rows rs;
	int n, room = 0;

	*all = (struct owings){ 0 };
	if (db_rows(db, sql, args, &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		*room_for_one(pool, all, &room) = (struct owing){
			.customer = rows_uuid(&rs, 0), .invoice = rows_uuid(&rs, 1), .at = rows_int(&rs, 2),
			.owed = rows_int(&rs, 3), .credit = rows_int(&rs, 4),
		};
	rows_end(&rs);
	if (n == 0)
		settle_all(all);
	return n;
}

int owings_of_all(struct db *db, struct pool *pool, struct uuid tenant, int64_t until, struct owings *all, struct err *err)
{
	return owings_read(db, pool, sums_of_all, ARGS(v_uuid(tenant), ACCOUNTS, v_int(until)), all, err);
}

int owings_of_page(struct db *db, struct pool *pool, struct uuid tenant, struct uuid from, struct uuid to, struct owings *all,
		   struct err *err)
{
	return owings_read(db, pool, sums_of_page, ARGS(v_uuid(tenant), v_uuid(from), v_uuid(to)), all, err);
}

int account_is(struct write *w, struct uuid a, struct uuid b, struct err *err)
{
	if (customer_now(w->t->db, w->t->pool, w->tenant, a, &a, err) < 0 || customer_now(w->t->db, w->t->pool, w->tenant, b, &b, err) < 0)
		return -1;
	return uuid_eq(a, b);
}

int owings_of_one(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct owings *all, struct err *err)
{
	if (customer_now(db, pool, tenant, customer, &customer, err) < 0)
		return -1;
	return owings_read(db, pool, sums_of_one, ARGS(v_uuid(tenant), v_uuid(customer)), all, err);
}

int64_t owings_total(const struct owings *all, int from, int to)
{
	int64_t owed = 0;

	for (int i = from; i < to; i++)
		owed += all->list[i].owed;
	return owed;
}

int64_t owings_credit(const struct owings *all, int from, int to)
{
	int64_t credit = 0;

	for (int i = from; i < to; i++)
		credit += all->list[i].credit;
	return credit;
}

int64_t owings_open(const struct owings *all, struct uuid invoice)
{
	for (int i = 0; i < all->n; i++)
		if (uuid_eq(all->list[i].invoice, invoice))
			return all->list[i].open;
	return 0;
}

/* --- a customer's account --- */

/* $4 customer, $5 before, $6 limit.  Found by whose they are, not by the uuid: the
 * CASE hides that from SQLite, which would walk through everybody's. */
#define ITEMS(kind, table, join, where) \
	"SELECT '" kind "' AS kind, x.uuid, x.number, x.at FROM " table " x " join "WHERE x.tenant = $1 " \
	"AND CASE WHEN x.uuid < $5 THEN 1 ELSE 0 END = 1 " where
#define THEIR_INVOICES "SELECT uuid FROM invoices WHERE tenant = $1 AND customer " THEIRS("$4")
#define OF_NOBODYS "LEFT JOIN invoices i ON i.tenant = $1 AND i.uuid = x.invoice "

static const char items_sql[] =
	"SELECT d.kind, d.uuid, d.number, d.at, CAST(sum(" TO_OWED ") AS bigint), CAST(sum(" TO_CREDIT ") AS bigint) FROM ("
	ITEMS("invoice", "invoices", "", "AND x.customer " THEIRS("$4")) UNION
	ITEMS("cancellation", "cancellations", "", "AND x.invoice IN (" THEIR_INVOICES ")") UNION
	ITEMS("return", "returns", "", "AND x.invoice IN (" THEIR_INVOICES ")") UNION
	ITEMS("return", "returns", OF_NOBODYS, "AND x.customer " THEIRS("$4") " AND i.customer IS NULL") UNION
	ITEMS("customer_payment", "customer_payments", "", "AND x.customer " THEIRS("$4"))
	") d " LINES "WHERE " OF_DOC("d") "GROUP BY d.kind, d.uuid, d.number, d.at ORDER BY d.uuid DESC LIMIT $6";

static void put_item(const struct rows *rs, struct pool *pool, const struct owings *all, struct buf *out)
{
	const char *kind = rows_text(rs, 0, pool);

	jw_open(out, '{');
	jw_put_time(out, "at", rows_int(rs, 3));
	jw_put_str(out, "kind", kind);
	jw_put_uuid(out, "uuid", rows_uuid(rs, 1));
	jw_put_str(out, "number", rows_text(rs, 2, pool));
	jw_put_int(out, "amount", rows_int(rs, 4));
	jw_put_int(out, "credit", rows_int(rs, 5));
	if (strcmp(kind, "invoice") == 0)
		jw_put_int(out, "open", owings_open(all, rows_uuid(rs, 1)));
	jw_close(out, '}');
}

static int put_items(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, const struct page *page,
		     const struct owings *all, struct buf *out, struct err *err)
{
	struct uuid last = { { [0 ... 15] = 0xff } };
	struct rows rs;
	int n, found = 0;

	if (list_cursor_uuid(page, &last, err) < 0 ||
	    db_rows(db, items_sql, ARGS(v_uuid(tenant), ACCOUNTS, v_uuid(customer), v_uuid(last), v_int(page->limit + 1)),
		    &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0 && found < page->limit) {
		put_item(&rs, pool, all, out);
		last = rows_uuid(&rs, 1);
		found++;
	}
	rows_end(&rs);
	jw_close(out, ']');
	jw_put_str(out, "next", n > 0 ? uuid_text(last).s : NULL);
	return MIN(n, 0);
}

int account_json(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, const struct page *page,
		 struct buf *out, struct err *err)
{
	struct owings all;

	if (customer_now(db, pool, tenant, customer, &customer, err) < 0 || owings_of_one(db, pool, tenant, customer, &all, err) < 0)
		return -1;
	jw_open(out, '{');
	jw_put_uuid(out, "customer", customer);
	jw_put_int(out, "owed", owings_total(&all, 0, all.n));
	jw_put_int(out, "credit", owings_credit(&all, 0, all.n));
	jw_name(out, "items");
	jw_open(out, '[');
	if (put_items(db, pool, tenant, customer, page, &all, out, err) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}

/* --- for documents --- */

int account_relieve(struct write *w, struct entry *e, struct uuid customer, int64_t amount, struct err *err)
{
	struct balance b;
	int64_t met;

	if (amount == 0)
		return 0;
	if (balance_of(w->t->db, w->t->pool, w->tenant, customer, &b, err) < 0)
		return -1;
	met = MIN(amount, MAX(b.owed, 0));
	entry_credit(e, "1100", met);
	entry_credit(e, "2100", amount - met);
	return 0;
}

int account_spend(struct write *w, struct uuid customer, int64_t amount, const char *field, struct err *err)
{
	struct balance b;

	if (amount == 0)
		return 0;
	if (balance_of(w->t->db, w->t->pool, w->tenant, customer, &b, err) < 0)
		return -1;
	if (amount <= b.credit)
		return 0;
	err_field(err, field, "credit", "store credit: %lld is asked for, the customer has %lld", (long long)amount,
		  (long long)b.credit);
	return err_most(err, MAX(b.credit, 0));
}

int64_t credit_spent(const struct part_rows *payments)
{
	int64_t spent = 0;

	for (int i = 0; i < payments->n; i++)
		if (strcmp(part_get(payments, i, "method").s, "store_credit") == 0)
			spent += part_int(payments, i, "amount");
	return spent;
}

int account_judge(struct write *w, const struct doc *d, struct uuid customer, struct err *err)
{
	struct balance b;
	char detail[40];

	if (balance_of(w->t->db, w->t->pool, w->tenant, customer, &b, err) < 0)
		return -1;
	if (b.credit >= 0)
		return 0;
	snprintf(detail, sizeof detail, "\"credit\":%lld", (long long)b.credit);
	return review_open(w, "credit_overdrawn", "customers", customer, d->head.table->name, d->head.uuid, detail, err);
}
