/* What is on the shelf, what moved there, and what is missing. */
#include "base/base.h"
#include "model/report.h"

#include "base/money.h"
#include "model/lists.h"
#include "model/record.h"

#define LOW_STOCK_DEFAULT (10 * QTY_ONE)

/* --- what there is --- */

/* A page of products, whose uuid stands first. */
static int products_page(struct report *r, const struct sheet_shape *shape, const char *sql, struct args args, struct err *err)
{
	struct uuid last;
	struct rows rs;
	int n, found = 0;

	if (db_rows(r->db, sql, args, &rs, err) < 0)
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

/* What became p counts as p: tills that were alone went on selling it. */
#define STOCK_OF_P                                                                                          \
	"LEFT JOIN stock s ON s.tenant = p.tenant AND s.product = p.uuid "                                  \
	"LEFT JOIN (SELECT m.merged_into, CAST(sum(x.on_hand) AS bigint) AS on_hand, "                      \
	"CAST(sum(x.value) AS bigint) AS value FROM products m JOIN stock x ON x.tenant = m.tenant "        \
	"AND x.product = m.uuid WHERE m.tenant = $1 AND m.merged_into IS NOT NULL GROUP BY m.merged_into) t " \
	"ON t.merged_into = p.uuid "
#define ON_HAND "COALESCE(s.on_hand, 0) + COALESCE(t.on_hand, 0)"

/* At the product's own threshold, else at the shop's ($3), or below. */
#define LOW "COALESCE(p.low_stock, $3)"
#define LEVEL "CASE WHEN " ON_HAND " < 0 THEN 'oversold' WHEN " ON_HAND " = 0 THEN 'out' WHEN " ON_HAND " <= " LOW " THEN 'low' ELSE 'in' END"

static int low_of_shop(struct report *r, int64_t *low, struct err *err)
{
	return setting_int(r->db, r->tenant, "low_stock", LOW_STOCK_DEFAULT, low, err);
}

int report_level(struct report *r, const char *level, struct err *err)
{
	static const char *const levels[] = { "in", "low", "out", "oversold" };

	r->level = level;
	for (size_t i = 0; level && i < ARRAY_LEN(levels); i++)
		if (strcmp(level, levels[i]) == 0)
			return 0;
	return level ? err_field(err, "/level", "not_a_choice", "level must be one of: in, low, out, oversold") : 0;
}

static const struct sheet_shape inventory_shape = { "inventory", (const struct column[]){
	{ "product", COL_UUID }, { "name", COL_TEXT }, { "sku", COL_TEXT }, { "barcode", COL_TEXT }, { "price", COL_MONEY },
	{ "on_hand", COL_QTY }, { "value", COL_MONEY }, { "low_stock", COL_QTY }, { "level", COL_TEXT }, { NULL } } };

/* What nobody sells any more is at no level: nobody orders it. */
#define INVENTORY(which)                                                                                         \
	"SELECT p.uuid, p.name, p.sku, p.barcode, p.price, " ON_HAND ", COALESCE(s.value, 0) + COALESCE(t.value, 0), " \
	LOW ", " LEVEL " FROM products p " STOCK_OF_P                                                            \
	"WHERE p.tenant = $1 AND " which " AND p.tracked = 1 AND p.deleted_at IS NULL AND p.merged_into IS NULL " \
	"AND (CAST($4 AS text) = '' OR (p.archived = 0 AND " LEVEL " = CAST($4 AS text))) ORDER BY p.uuid LIMIT $5"

struct shelf {
	struct report *report;
	int64_t low;
};

static struct val level_of(const struct report *r)
{
	return v_text(r->level ? r->level : "");
}

static int put_stock(void *ctx, const struct row *product, struct err *err)
{
	static const char sql[] = INVENTORY("p.uuid = $2");
	struct shelf *shelf = ctx;
	struct report *r = shelf->report;
	struct rows rs;
	int n;

	if (db_rows(r->db, sql, ARGS(v_uuid(r->tenant), v_uuid(product->uuid), v_int(shelf->low), level_of(r), v_int(1)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		sheet_item_of(&r->sheet, &rs, 0);
	rows_end(&rs);
	return MIN(n, 0);
}

/* By the order and the cursors of the products' own list: who has a page of the one finds it in the other. */
static int search_inventory(struct shelf *shelf, struct err *err)
{
	struct report *r = shelf->report;
	const char *next;
	int rc;

	sheet_begin(&r->sheet, &inventory_shape);
	rc = search_each(r->db, r->tenant, schema_table("products"), &r->page, r->pool, put_stock, shelf, &next, err);
	sheet_end(&r->sheet);
	sheet_next(&r->sheet, next);
	return rc;
}

int report_inventory(struct report *r, struct err *err)
{
	static const char sql[] = INVENTORY("p.uuid > $2");
	struct shelf shelf = { .report = r };
	struct uuid last = { { 0 } };

	if (low_of_shop(r, &shelf.low, err) < 0)
		return -1;
	if (r->page.q && *r->page.q)
		return search_inventory(&shelf, err);
	if (list_cursor_uuid(&r->page, &last, err) < 0)
		return -1;
	return products_page(r, &inventory_shape, sql, ARGS(v_uuid(r->tenant), v_uuid(last), v_int(shelf.low), level_of(r),
							     v_int(r->page.limit + 1)), err);
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

/* Where a page ended: moves at their time, layers at their position. */
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

/* --- what is left of what came in --- */

static const struct sheet_shape layers_shape = { "layers", (const struct column[]){
	{ "uuid", COL_UUID }, { "doc", COL_UUID }, { "source", COL_TEXT }, { "at", COL_TIME }, { "qty_left", COL_QTY },
	{ "value_left", COL_MONEY }, { NULL } } };

/* The next to be sold first. */
int report_layers(struct report *r, struct err *err)
{
	static const char sql[] =
		"SELECT l.pos, l.line, l.uuid, l.doc, m.source, m.at, l.qty_left, l.value_left FROM layers l "
		"LEFT JOIN stock_moves m ON m.tenant = l.tenant AND m.doc = l.doc AND m.uuid = l.uuid "
		"WHERE l.tenant = $1 AND l.product = $2 AND l.open = 1 AND (l.pos, l.doc, l.line) > ($3, $4, $5) "
		"ORDER BY l.pos, l.doc, l.line LIMIT $6";
	struct place p = { -1, { { 0 } }, -1 };
	struct rows rs;
	int n, found = 0;

	if (report_cursor(r, &p, sizeof p, err) < 0 ||
	    db_rows(r->db, sql, ARGS(v_uuid(r->tenant), v_uuid(r->product), v_int(p.at), v_uuid(p.doc), v_int(p.pos),
				     v_int(r->page.limit + 1)), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &layers_shape);
	while ((n = rows_next(&rs, err)) > 0 && found < r->page.limit) {
		sheet_item_of(&r->sheet, &rs, 2);
		p = (struct place){ rows_int(&rs, 0), rows_uuid(&rs, 3), rows_int(&rs, 1) };
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

int report_low_stock(struct report *r, struct err *err)
{
	static const char sql[] =
		"SELECT p.uuid, p.name, " ON_HAND ", " LOW " FROM products p " STOCK_OF_P
		"WHERE p.tenant = $1 AND p.uuid > $2 AND p.tracked = 1 AND p.archived = 0 AND p.merged_into IS NULL "
		"AND p.deleted_at IS NULL AND " ON_HAND " <= " LOW " ORDER BY p.uuid LIMIT $4";
	struct uuid last = { { 0 } };
	int64_t low;

	if (low_of_shop(r, &low, err) < 0 || list_cursor_uuid(&r->page, &last, err) < 0)
		return -1;
	return products_page(r, &low_stock_shape, sql, ARGS(v_uuid(r->tenant), v_uuid(last), v_int(low), v_int(r->page.limit + 1)), err);
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
