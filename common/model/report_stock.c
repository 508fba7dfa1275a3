/* What is on the shelf, what moved there, and what is missing. */
#include "base/base.h"
#include "model/report.h"

#include "base/money.h"
#include "model/lists.h"

#define LOW_STOCK_DEFAULT (10 * QTY_ONE)

/* --- what there is --- */

/* What contains q, with LIKE's own signs taken literally. */
static const char *pattern_of(struct pool *pool, const char *q)
{
	struct buf b = { 0 };
	const char *text;

	buf_char(&b, '%');
	for (; q && *q; q++) {
		if (strchr("%_!", *q))
			buf_char(&b, '!');
		buf_char(&b, *q);
	}
	if (b.len > 1)
		buf_char(&b, '%');
	text = pool_strdup(pool, b.data);
	buf_release(&b);
	return text;
}

/* A page of products, whose uuid stands first. */
static int products_page(struct report *r, const struct sheet_shape *shape, const char *sql, struct val what, struct err *err)
{
	struct uuid last = { { 0 } };
	struct rows rs;
	int n, found = 0;

	if (list_cursor_uuid(&r->page, &last, err) < 0 ||
	    db_rows(r->db, sql, ARGS(v_uuid(r->tenant), v_uuid(last), what, v_int(r->page.limit + 1)), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, shape);
	while ((n = rows_next(&rs, err)) > 0 && found < r->page.limit) {
		sheet_item_of(&r->sheet, &rs, 0);
		last = rows_uuid(&rs, 0);
		found++;
	}
	rows_end(&rs);
	sheet_end(&r->sheet);
	sheet_next(&r->sheet, n > 0 ? uuid_text(last).s : NULL);
	return MIN(n, 0);
}

static const struct sheet_shape inventory_shape = { "inventory", (const struct column[]){
	{ "product", COL_UUID }, { "name", COL_TEXT }, { "sku", COL_TEXT }, { "on_hand", COL_QTY }, { "value", COL_MONEY }, { NULL } } };

/* What became p counts as p: tills that were alone went on selling it. */
#define STOCK_OF_P                                                                                          \
	"LEFT JOIN stock s ON s.tenant = p.tenant AND s.product = p.uuid "                                  \
	"LEFT JOIN (SELECT m.merged_into, CAST(sum(x.on_hand) AS bigint) AS on_hand, "                      \
	"CAST(sum(x.value) AS bigint) AS value FROM products m JOIN stock x ON x.tenant = m.tenant "        \
	"AND x.product = m.uuid WHERE m.tenant = $1 AND m.merged_into IS NOT NULL GROUP BY m.merged_into) t " \
	"ON t.merged_into = p.uuid "
#define ON_HAND "COALESCE(s.on_hand, 0) + COALESCE(t.on_hand, 0)"

int report_inventory(struct report *r, struct err *err)
{
	static const char sql[] =
		"SELECT p.uuid, p.name, p.sku, " ON_HAND ", COALESCE(s.value, 0) + COALESCE(t.value, 0) FROM products p " STOCK_OF_P
		"WHERE p.tenant = $1 AND p.uuid > $2 AND p.tracked = 1 AND p.deleted_at IS NULL AND p.merged_into IS NULL "
		"AND (lower(p.name) LIKE lower(CAST($3 AS text)) ESCAPE '!' "
		"OR lower(p.sku) LIKE lower(CAST($3 AS text)) ESCAPE '!' "
		"OR lower(p.barcode) LIKE lower(CAST($3 AS text)) ESCAPE '!') ORDER BY p.uuid LIMIT $4";

	return products_page(r, &inventory_shape, sql, v_text(pattern_of(r->pool, r->page.q)), err);
}

/* --- what it is worth --- */

static const struct column valuation_columns[] = {
	{ "product", COL_UUID }, { "name", COL_TEXT }, { "on_hand", COL_QTY }, { "value", COL_MONEY }, { NULL }
};

/* Deleted products too: what is on the shelf is worth something still. */
#define VALUATION(stock) \
	"SELECT COALESCE(p.uuid, s.product), p.name, CAST(sum(s.on_hand) AS bigint), CAST(sum(s.value) AS bigint) FROM " stock " s " \
	"LEFT JOIN products m ON m.tenant = $1 AND m.uuid = s.product " \
	"LEFT JOIN products p ON p.tenant = $1 AND p.uuid = COALESCE(m.merged_into, m.uuid) " \
	"WHERE s.tenant = $1 AND (s.on_hand <> 0 OR s.value <> 0) GROUP BY COALESCE(p.uuid, s.product), p.name " \
	"ORDER BY p.name, COALESCE(p.uuid, s.product)"

static const struct sheet_shape valuation_shape = { "valuation", valuation_columns };

int report_valuation(struct report *r, struct err *err)
{
	static const char now[] = VALUATION("stock");
	static const char then[] = VALUATION("(SELECT tenant, product, CAST(sum(qty) AS bigint) AS on_hand, CAST(sum(cost) AS bigint) "
					     "AS value FROM stock_moves WHERE tenant = $1 AND at < $2 GROUP BY tenant, product)");
	bool of_now = r->until == FOREVER;
	int64_t total = 0;
	struct rows rs;
	int n;

	if (db_rows(r->db, of_now ? now : then, of_now ? ARGS(v_uuid(r->tenant)) : ARGS(v_uuid(r->tenant), v_int(r->until)), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &valuation_shape);
	while ((n = rows_next(&rs, err)) > 0) {
		sheet_item_of(&r->sheet, &rs, 0);
		if ((n = report_add(&total, rows_int(&rs, 3), err)) < 0)
			break;
	}
	rows_end(&rs);
	sheet_end(&r->sheet);
	sheet_total(&r->sheet, "total", total);
	return n;
}

/* --- what moved --- */

/* Behind all that is newer than this. */
struct place {
	int64_t at;
	struct uuid doc;
	int64_t pos;
};

static const struct sheet_shape moves_shape = { "moves", (const struct column[]){
	{ "uuid", COL_UUID }, { "doc", COL_UUID }, { "source", COL_TEXT }, { "line", COL_INT }, { "at", COL_TIME },
	{ "qty", COL_QTY }, { "cost", COL_MONEY }, { "layer", COL_UUID }, { "for_doc", COL_UUID }, { NULL } } };

int report_moves(struct report *r, struct err *err)
{
	static const char sql[] =
		"SELECT pos, uuid, doc, source, line, at, qty, cost, layer, for_doc FROM stock_moves "
		"WHERE tenant = $1 AND product = $2 AND at >= $7 AND at < $8 AND (at, doc, pos) < ($3, $4, $5) "
		"ORDER BY at DESC, doc DESC, pos DESC LIMIT $6";
	struct place p = { INT64_MAX, { { [0 ... 15] = 0xff } }, INT64_MAX };
	struct rows rs;
	int n, found = 0;

	if (report_cursor(r, &p, sizeof p, err) < 0 ||
	    db_rows(r->db, sql, ARGS(v_uuid(r->tenant), v_uuid(r->product), v_int(p.at), v_uuid(p.doc), v_int(p.pos),
				     v_int(r->page.limit + 1), v_int(r->from), v_int(r->until)), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &moves_shape);
	while ((n = rows_next(&rs, err)) > 0 && found < r->page.limit) {
		sheet_item_of(&r->sheet, &rs, 1);
		p = (struct place){ rows_int(&rs, 5), rows_uuid(&rs, 2), rows_int(&rs, 0) };
		found++;
	}
	rows_end(&rs);
	sheet_end(&r->sheet);
	sheet_next(&r->sheet, n > 0 ? report_cursor_text(r->pool, &p, sizeof p) : NULL);
	return MIN(n, 0);
}

/* --- what is missing --- */

static const struct sheet_shape low_stock_shape = { "low-stock", (const struct column[]){
	{ "product", COL_UUID }, { "name", COL_TEXT }, { "on_hand", COL_QTY }, { "low_stock", COL_QTY }, { NULL } } };

/* At the product's own threshold, else at the shop's, or below. */
int report_low_stock(struct report *r, struct err *err)
{
	static const char sql[] =
		"SELECT p.uuid, p.name, " ON_HAND ", COALESCE(p.low_stock, $3) FROM products p " STOCK_OF_P
		"WHERE p.tenant = $1 AND p.uuid > $2 AND p.tracked = 1 AND p.archived = 0 AND p.merged_into IS NULL "
		"AND p.deleted_at IS NULL AND " ON_HAND " <= COALESCE(p.low_stock, $3) ORDER BY p.uuid LIMIT $4";
	int64_t low;

	if (setting_int(r->db, r->tenant, "low_stock", LOW_STOCK_DEFAULT, &low, err) < 0)
		return -1;
	return products_page(r, &low_stock_shape, sql, v_int(low), err);
}

static const struct sheet_shape oversold_shape = { "oversold",
	(const struct column[]){ { "product", COL_UUID }, { "name", COL_TEXT }, { "on_hand", COL_QTY }, { "qty", COL_QTY }, { NULL } },
	"lines", (const struct column[]){ { "source", COL_TEXT }, { "doc", COL_UUID }, { "line", COL_INT }, { "at", COL_TIME },
					  { "qty", COL_QTY }, { NULL } } };

/* Each product, with the lines whose goods had no layer: what they cost is not known yet. */
int report_oversold(struct report *r, struct err *err)
{
#define OF_DOC(column) "(SELECT m." column " FROM stock_moves m WHERE m.tenant = $1 AND m.doc = o.doc ORDER BY m.pos LIMIT 1)"
	static const char sql[] =
		"SELECT o.product, p.name, COALESCE(s.on_hand, 0), CAST(sum(o.qty) OVER (PARTITION BY o.product) AS bigint), "
		OF_DOC("source") ", o.doc, o.line, " OF_DOC("at") ", o.qty FROM oversold o "
		"LEFT JOIN products p ON p.tenant = $1 AND p.uuid = o.product "
		"LEFT JOIN stock s ON s.tenant = $1 AND s.product = o.product "
		"WHERE o.tenant = $1 AND o.qty > 0 ORDER BY p.name, o.product, o.pos, o.doc, o.line";
	struct uuid product = { { 0 } };
	struct rows rs;
	int n;

	if (db_rows(r->db, sql, ARGS(v_uuid(r->tenant)), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &oversold_shape);
	while ((n = rows_next(&rs, err)) > 0) {
		if (!uuid_eq(product, rows_uuid(&rs, 0)))
			sheet_item_of(&r->sheet, &rs, 0);
		product = rows_uuid(&rs, 0);
		sheet_line_of(&r->sheet, &rs, 4);
	}
	rows_end(&rs);
	sheet_end(&r->sheet);
	return n;
}
