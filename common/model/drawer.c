/* What should be in a drawer: what was counted at its opening, and all cash since
 * of documents that name the shift.  Nothing of it is stored. */
#include "base/base.h"
#include "model/kinds.h"

#include "model/lists.h"

static const char *const kind_names[DRAWER_KINDS] = {
	[DRAWER_SALES] = "sales",
	[DRAWER_COLLECTED] = "customer_payments",
	[DRAWER_REFUNDS] = "refunds",
	[DRAWER_SUPPLIERS] = "supplier_payments",
	[DRAWER_CASH_IN] = "cash_in",
	[DRAWER_CASH_OUT] = "cash_out",
	[DRAWER_EXPENSE] = "expense",
};

/* In the order of enum drawer_kind; each as it changes the drawer. */
#define SUM(of) "CAST(COALESCE(" of ", 0) AS bigint)"
#define CASH_OF(documents) \
	"(SELECT sum(r.amount) FROM " documents " x JOIN refunds r ON r.tenant = x.tenant AND r.doc = x.uuid " \
	"WHERE x.tenant = $1 AND x.shift = $2 AND r.method = 'cash')"
#define MOVED(kind) "(SELECT sum(amount) FROM shift_movements WHERE tenant = $1 AND shift = $2 AND kind = '" kind "')"
#define PAID(table) "(SELECT sum(amount) FROM " table " WHERE tenant = $1 AND shift = $2 AND method = 'cash')"

static const char sums_sql[] =
	"SELECT " SUM("(SELECT opening FROM shifts WHERE tenant = $1 AND uuid = $2)") ", "
	SUM("(SELECT sum(p.amount) FROM invoices i JOIN invoice_payments p ON p.tenant = i.tenant AND p.doc = i.uuid "
	    "WHERE i.tenant = $1 AND i.shift = $2 AND p.method = 'cash')") " - "
	SUM("(SELECT sum(change_given) FROM invoices WHERE tenant = $1 AND shift = $2)") ", "
	SUM(PAID("customer_payments")) ", "
	"-" SUM(CASH_OF("cancellations")) " - " SUM(CASH_OF("returns")) ", "
	"-" SUM(PAID("supplier_payments")) ", "
	SUM(MOVED("cash_in")) ", -" SUM(MOVED("cash_out")) ", -" SUM(MOVED("expense"));

int drawer_load(struct db *db, struct uuid tenant, struct uuid shift, struct drawer *d, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, sums_sql, ARGS(v_uuid(tenant), v_uuid(shift)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0) {
		d->opening = rows_int(&rs, 0);
		for (int k = 0; k < DRAWER_KINDS; k++)
			d->sum[k] = rows_int(&rs, 1 + k);
	}
	rows_end(&rs);
	return MIN(n, 0);
}

int64_t drawer_expected(const struct drawer *d)
{
	int64_t expected = d->opening;

	for (int k = 0; k < DRAWER_KINDS; k++)
		expected += d->sum[k];
	return expected;
}

/* --- whatever it was paid with --- */

static const char *const way_members[] = { "sales", "customer_payments", "refunds", "supplier_payments", NULL };

/* Of one way of paying: sales less change, debts paid, what was given back, what suppliers got. */
#define REFUNDED(documents) \
	"SELECT r.method, 0, 0, -r.amount, 0 FROM " documents " x JOIN refunds r ON r.tenant = x.tenant AND r.doc = x.uuid " \
	"WHERE x.tenant = $1 AND x.shift = $2 "
static const char ways_sql[] =
	"SELECT method, CAST(sum(sales) AS bigint), CAST(sum(collected) AS bigint), CAST(sum(refunded) AS bigint), "
	"CAST(sum(suppliers) AS bigint) FROM ("
	"SELECT p.method AS method, p.amount AS sales, 0 AS collected, 0 AS refunded, 0 AS suppliers FROM invoices i "
	"JOIN invoice_payments p ON p.tenant = i.tenant AND p.doc = i.uuid WHERE i.tenant = $1 AND i.shift = $2 "
	"UNION ALL SELECT 'cash', -change_given, 0, 0, 0 FROM invoices WHERE tenant = $1 AND shift = $2 AND change_given > 0 "
	"UNION ALL SELECT method, 0, amount, 0, 0 FROM customer_payments WHERE tenant = $1 AND shift = $2 "
	"UNION ALL " REFUNDED("cancellations") "UNION ALL " REFUNDED("returns")
	"UNION ALL SELECT method, 0, 0, 0, -amount FROM supplier_payments WHERE tenant = $1 AND shift = $2) w "
	"GROUP BY method ORDER BY method";

/* "methods":[{method, sales, …, total}] */
static int put_ways(struct db *db, struct uuid tenant, struct uuid shift, int64_t *paid_r, struct buf *out, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, ways_sql, ARGS(v_uuid(tenant), v_uuid(shift)), &rs, err) < 0)
		return -1;
	jw_name(out, "methods");
	jw_open(out, '[');
	while ((n = rows_next(&rs, err)) > 0) {
		struct val method = rows_val(&rs, 0);
		int64_t total = 0;

		jw_open(out, '{');
		jw_name(out, "method");
		jw_str(out, method.s, method.len);
		for (int i = 0; way_members[i]; i++) {
			jw_put_int(out, way_members[i], rows_int(&rs, 1 + i));
			total += rows_int(&rs, 1 + i);
		}
		jw_put_int(out, "total", total);
		jw_close(out, '}');
		*paid_r += rows_int(&rs, 1);
	}
	rows_end(&rs);
	jw_close(out, ']');
	return n;
}

/* "sold":{invoices, total, tax, on_account}: what nobody paid at once somebody owes. */
static int put_sold(struct db *db, struct uuid tenant, struct uuid shift, int64_t paid, struct buf *out, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint), " SUM("sum(total)") ", " SUM("sum(tax)")
				  " FROM invoices WHERE tenant = $1 AND shift = $2";
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(tenant), v_uuid(shift)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0) {
		jw_name(out, "sold");
		jw_open(out, '{');
		jw_put_int(out, "invoices", rows_int(&rs, 0));
		jw_put_int(out, "total", rows_int(&rs, 1));
		jw_put_int(out, "tax", rows_int(&rs, 2));
		jw_put_int(out, "on_account", rows_int(&rs, 1) - paid);
		jw_close(out, '}');
	}
	rows_end(&rs);
	return MIN(n, 0);
}

/* --- a shift as it stands now --- */

/* The first close counts; a second was made by somebody who did not know of it. */
static const char counted_sql[] = "SELECT counted FROM shift_closes WHERE tenant = $1 AND shift = $2 ORDER BY at, uuid LIMIT 1";
/* Who had the drawer before, as it was left. */
static const char before_sql[] =
	"SELECT c.counted FROM shifts s JOIN shift_closes c ON c.tenant = s.tenant AND c.shift = s.uuid "
	"WHERE s.tenant = $1 AND s.device = $2 AND s.uuid <> $3 AND c.at <= $4 ORDER BY c.at DESC, c.uuid DESC LIMIT 1";

/* 1 and the number, 0 there is none, -1. */
static int number_of(struct db *db, const char *sql, struct args args, int64_t *n_r, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, sql, args, &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		*n_r = rows_int(&rs, 0);
	rows_end(&rs);
	return n;
}

static void put_or_null(struct buf *out, const char *name, bool known, int64_t n)
{
	if (known)
		jw_put_int(out, name, n);
	else
		jw_put_null(out, name);
}

static int put_state(struct db *db, struct uuid tenant, const struct row *shift, const struct drawer *d, struct buf *out, struct err *err)
{
	int64_t expected = drawer_expected(d), counted = 0, before = 0;
	int closed = number_of(db, counted_sql, ARGS(v_uuid(tenant), v_uuid(shift->uuid)), &counted, err), known;

	if (closed < 0)
		return -1;
	known = number_of(db, before_sql, ARGS(v_uuid(tenant), row_get(shift, "device"), v_uuid(shift->uuid), row_get(shift, "at")),
			  &before, err);
	if (known < 0)
		return -1;
	jw_put_str(out, "status", closed ? "closed" : "open");
	jw_put_int(out, "expected", expected);
	put_or_null(out, "counted", closed, counted);
	put_or_null(out, "difference", closed, counted - expected);
	put_or_null(out, "gap", known, row_int(shift, "opening") - before);
	return 0;
}

int shift_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err)
{
	struct heads heads;
	struct drawer d;

	if (document_heads(db, pool, tenant, schema_table("shifts"), page, &heads, err) < 0)
		return -1;
	list_open(out);
	for (int i = 0; i < heads.n; i++) {
		jw_open(out, '{');
		row_json(&heads.list[i], FORM_REST, out);
		if (drawer_load(db, tenant, heads.list[i].uuid, &d, err) < 0 ||
		    put_state(db, tenant, &heads.list[i], &d, out, err) < 0)
			return -1;
		jw_close(out, '}');
	}
	list_close(out, heads.next);
	return 0;
}

/* --- one --- */

static int put_followers(struct db *db, struct pool *pool, struct uuid tenant, struct uuid shift, const char *member,
			 const char *table, const char *sql, struct buf *out, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(tenant), v_uuid(shift)), &rs, err) < 0)
		return -1;
	jw_name(out, member);
	jw_open(out, '[');
	while ((n = rows_next(&rs, err)) > 0) {
		struct row head = { 0 };

		if ((n = row_load(db, pool, tenant, schema_table(table), rows_uuid(&rs, 0), &head, err)) < 0)
			break;
		jw_open(out, '{');
		row_json(&head, FORM_REST, out);
		jw_close(out, '}');
	}
	rows_end(&rs);
	jw_close(out, ']');
	return n;
}

int shift_more(struct db *db, struct pool *pool, struct uuid tenant, const struct row *head, struct buf *out, struct err *err)
{
	static const char movements[] = "SELECT uuid FROM shift_movements WHERE tenant = $1 AND shift = $2 ORDER BY at, uuid";
	static const char closes[] = "SELECT uuid FROM shift_closes WHERE tenant = $1 AND shift = $2 ORDER BY at, uuid";
	struct drawer d;
	int64_t paid = 0;

	if (drawer_load(db, tenant, head->uuid, &d, err) < 0 || put_state(db, tenant, head, &d, out, err) < 0 ||
	    put_ways(db, tenant, head->uuid, &paid, out, err) < 0 || put_sold(db, tenant, head->uuid, paid, out, err) < 0)
		return -1;
	jw_name(out, "totals");
	jw_open(out, '{');
	for (int k = 0; k < DRAWER_KINDS; k++)
		jw_put_int(out, kind_names[k], d.sum[k]);
	jw_close(out, '}');
	if (put_followers(db, pool, tenant, head->uuid, "movements", "shift_movements", movements, out, err) < 0)
		return -1;
	return put_followers(db, pool, tenant, head->uuid, "closes", "shift_closes", closes, out, err);
}
