/* What was sold.  Amounts are the books' own, so that a day's profit is what its
 * entries say: total - tax - refunds - cost. */
#include "base/base.h"
#include "model/report.h"

#include "base/clock.h"

#define DAY_US "86400000000"
#define HOUR_US "3600000000"
#define WHEN(head) head ".tenant = $1 AND " head ".at >= $2 AND " head ".at < $3"

/* --- by day --- */

enum { DATE, INVOICES, TOTAL, TAX, DISCOUNTS, REFUNDS, COST, PROFIT, CELLS };

/* $4 offset, $5 … $9 accounts.  What people book by hand on these accounts is no sale. */
#define NET "l.debit - l.credit"
static const char daily_sql[] =
	"SELECT day, CAST(sum(invoices) AS bigint), CAST(sum(total) AS bigint), CAST(sum(tax) AS bigint), "
	"CAST(sum(discounts) AS bigint), CAST(sum(refunds) AS bigint), CAST(sum(cost) AS bigint) FROM ("
	"SELECT (i.at + $4) / " DAY_US " AS day, 1 AS invoices, 0 AS total, 0 AS tax, 0 AS discounts, 0 AS refunds, 0 AS cost "
	"FROM invoices i WHERE " WHEN("i") " UNION ALL SELECT (e.at + $4) / " DAY_US ", 0, "
	"CASE WHEN e.source = 'invoice' AND l.account IN ($5, $7, $8) THEN -(" NET ") ELSE 0 END, "
	"CASE WHEN l.account = $8 THEN -(" NET ") ELSE 0 END, "
	"CASE WHEN l.account = $7 THEN " NET " ELSE 0 END, "
	"CASE WHEN e.source <> 'invoice' AND l.account IN ($6, $8) THEN " NET " ELSE 0 END, "
	"CASE WHEN l.account = $9 THEN " NET " ELSE 0 END "
	"FROM journal_entries e JOIN journal_lines l ON l.tenant = $1 AND l.doc = e.doc AND l.account IN ($5, $6, $7, $8, $9)"
	" WHERE " WHEN("e") " AND e.source IN ('invoice', 'cancellation', 'return', 'cost_correction')) x GROUP BY day ORDER BY day";

static struct val date_of(struct pool *pool, int64_t day)
{
	char text[TIME_TEXT_LEN + 1];

	time_format(day * 86400 * SECOND_US, text);
	return v_text(pool_strndup(pool, text, sizeof "2026-01-31" - 1));
}

static int put_day(struct report *r, const struct rows *rs, struct val total[CELLS], struct err *err)
{
	struct val cells[CELLS] = { date_of(r->pool, rows_int(rs, 0)) };

	for (int i = INVOICES; i < PROFIT; i++)
		cells[i] = v_int(rows_int(rs, i));
	cells[PROFIT] = v_int(cells[TOTAL].i - cells[TAX].i - cells[REFUNDS].i - cells[COST].i);
	for (int i = INVOICES; i < CELLS; i++)
		if (report_add(&total[i].i, cells[i].i, err) < 0)
			return -1;
	sheet_item(&r->sheet, cells);
	return 0;
}

#define ACCOUNT(code) v_uuid(seed_uuid("account", code))

static const struct sheet_shape daily_sales_shape = { "daily-sales", (const struct column[]){
	{ "date", COL_TEXT }, { "invoices", COL_INT }, { "total", COL_MONEY }, { "tax", COL_MONEY }, { "discounts", COL_MONEY },
	{ "refunds", COL_MONEY }, { "cost", COL_MONEY }, { "profit", COL_MONEY }, { NULL } } };

int report_daily_sales(struct report *r, struct err *err)
{
	struct val total[CELLS] = { v_null() };
	struct rows rs;
	int n;

	for (int i = INVOICES; i < CELLS; i++)
		total[i] = v_int(0);
	if (db_rows(r->db, daily_sql, ARGS(v_uuid(r->tenant), v_int(r->from), v_int(r->until), v_int(r->offset_us), ACCOUNT("4010"),
					   ACCOUNT("4020"), ACCOUNT("4030"), ACCOUNT("2020"), ACCOUNT("5010")), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &daily_sales_shape);
	while ((n = rows_next(&rs, err)) > 0)
		if ((n = put_day(r, &rs, total, err)) < 0)
			break;
	rows_end(&rs);
	sheet_end(&r->sheet);
	sheet_totals(&r->sheet, "total", total);
	return n;
}

/* --- by hour: when there should be two at the counter --- */

static const struct sheet_shape sales_by_hour_shape = { "sales-by-hour", (const struct column[]){
	{ "weekday", COL_INT }, { "hour", COL_INT }, { "invoices", COL_INT }, { "total", COL_MONEY }, { NULL } } };

/* 1 is Monday: 1970 began on a Thursday. */
int report_sales_by_hour(struct report *r, struct err *err)
{
	static const char sql[] =
		"SELECT weekday, hour, CAST(count(*) AS bigint), CAST(sum(total) AS bigint) FROM (SELECT "
		"((i.at + $4) / " DAY_US " + 3) % 7 + 1 AS weekday, (i.at + $4) / " HOUR_US " % 24 AS hour, i.total FROM invoices i "
		"WHERE " WHEN("i") ") x GROUP BY weekday, hour ORDER BY weekday, hour";

	return report_rows(r, &sales_by_hour_shape, sql, ARGS(v_uuid(r->tenant), v_int(r->from), v_int(r->until), v_int(r->offset_us)), err);
}

/* --- by product: what brought most stands first --- */

#define WORTH(line) "CASE WHEN i.tax_included = 1 THEN " line ".amount - " line ".tax ELSE " line ".amount END"

/* Lines of invoices, and their goods. */
#define SOLD \
	"SELECT l.product, l.qty, 0 AS returned, " WORTH("l") " AS amount, 0 AS cost FROM invoices i " \
	"JOIN invoice_lines l ON l.tenant = $1 AND l.doc = i.uuid WHERE " WHEN("i") \
	" UNION ALL SELECT m.product, 0, 0, 0, -m.cost FROM invoices i " \
	"JOIN stock_moves m ON m.tenant = $1 AND m.doc = i.uuid WHERE " WHEN("i")
/* What came back: that it went out again as defect is a loss, not a cost of sales. */
#define CAME_BACK(documents) \
	"SELECT m.product, 0, 0, 0, -m.cost FROM " documents " i " \
	"JOIN stock_moves m ON m.tenant = $1 AND m.doc = i.uuid AND m.qty > 0 WHERE " WHEN("i")
#define RETURNED \
	"SELECT l.product, 0, l.qty, -(" WORTH("l") "), 0 FROM returns i " \
	"JOIN return_lines l ON l.tenant = $1 AND l.doc = i.uuid WHERE " WHEN("i") " UNION ALL " CAME_BACK("returns")
/* A sale is cancelled once, and only what was not returned. */
#define CANCELLED \
	"SELECT l.product, 0, l.qty - COALESCE(b.qty, 0), -(" WORTH("l") " - COALESCE(b.amount, 0)), 0 FROM cancellations c " \
	"JOIN invoices i ON i.tenant = $1 AND i.uuid = c.invoice JOIN invoice_lines l ON l.tenant = $1 AND l.doc = i.uuid " \
	"LEFT JOIN (SELECT i.invoice, l.line, CAST(sum(l.qty) AS bigint) AS qty, CAST(sum(" WORTH("l") ") AS bigint) AS amount " \
	"FROM returns i JOIN return_lines l ON l.tenant = $1 AND l.doc = i.uuid WHERE i.tenant = $1 AND i.invoice IS NOT NULL " \
	"GROUP BY i.invoice, l.line) b ON b.invoice = c.invoice AND b.line = l.pos WHERE " WHEN("c") \
	" AND NOT EXISTS (SELECT 1 FROM cancellations f WHERE f.tenant = $1 AND f.invoice = c.invoice AND f.uuid < c.uuid)" \
	" UNION ALL " CAME_BACK("cancellations")
/* What sales turned out to have cost. */
#define CORRECTED \
	"SELECT m.product, 0, 0, 0, -m.cost FROM cost_corrections k JOIN stock_moves m ON m.tenant = $1 AND m.doc = k.uuid " \
	"JOIN invoices i ON i.tenant = $1 AND i.uuid = m.for_doc WHERE " WHEN("k")

static const char by_product_sql[] =
	"SELECT s.product, p.name, s.qty, s.returned, s.amount, s.cost, s.amount - s.cost FROM "
	"(SELECT COALESCE(m.merged_into, x.product) AS product, "
	"CAST(sum(qty) AS bigint) AS qty, CAST(sum(returned) AS bigint) AS returned, CAST(sum(amount) AS bigint) AS amount, "
	"CAST(sum(cost) AS bigint) AS cost FROM (" SOLD " UNION ALL " RETURNED " UNION ALL " CANCELLED " UNION ALL " CORRECTED
	") x LEFT JOIN products m ON m.tenant = $1 AND m.uuid = x.product GROUP BY COALESCE(m.merged_into, x.product)) s LEFT JOIN products p ON p.tenant = $1 AND p.uuid = s.product "
	"WHERE (s.amount, s.product) < ($4, $5) ORDER BY s.amount DESC, s.product DESC LIMIT $6";

struct rank {
	int64_t amount;
	struct uuid product;
};

static const struct sheet_shape sales_by_product_shape = { "sales-by-product", (const struct column[]){
	{ "product", COL_UUID }, { "name", COL_TEXT }, { "qty", COL_QTY }, { "returned", COL_QTY }, { "amount", COL_MONEY },
	{ "cost", COL_MONEY }, { "profit", COL_MONEY }, { NULL } } };

int report_sales_by_product(struct report *r, struct err *err)
{
	struct rank last = { INT64_MAX, { { [0 ... 15] = 0xff } } };
	struct rows rs;
	int n, found = 0;

	if (report_cursor(r, &last, sizeof last, err) < 0 ||
	    db_rows(r->db, by_product_sql, ARGS(v_uuid(r->tenant), v_int(r->from), v_int(r->until), v_int(last.amount),
						v_uuid(last.product), v_int(r->page.limit + 1)), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &sales_by_product_shape);
	while ((n = rows_next(&rs, err)) > 0 && found < r->page.limit) {
		sheet_item_of(&r->sheet, &rs, 0);
		last = (struct rank){ rows_int(&rs, 4), rows_uuid(&rs, 0) };
		found++;
	}
	rows_end(&rs);
	sheet_end(&r->sheet);
	sheet_next(&r->sheet, n > 0 ? report_cursor_text(r->pool, &last, sizeof last) : NULL);
	return MIN(n, 0);
}
