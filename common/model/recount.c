/* The caches of sums over moves, counted anew: what the moves say is one
 * statement a cache, for those who make it again and those who compare. */
#include "base/base.h"
#include "model/kinds.h"

#include "model/lists.h"

#define SAID_MAX 100	/* differences that are named; all are counted */

#define IS_OPENING "layer IS NULL AND for_doc IS NULL AND qty > 0"
#define IS_MISSING "layer IS NULL AND (for_doc IS NOT NULL OR qty < 0)"

/* product, qty, value */
#define STOCK_BY_MOVES                                                                                                 \
	"SELECT product, CAST(sum(qty) AS bigint) AS qty, CAST(sum(cost) AS bigint) AS value FROM stock_moves "       \
	"WHERE tenant = $1 GROUP BY product"

/* uuid, product, doc, pos, line, qty, value: as they were opened, which also tells where they stand. */
#define LAYERS_OPENED                                                                                                  \
	"SELECT uuid, product, doc, " DOC_POS("o.doc") " AS pos, pos AS line, qty, cost AS value FROM stock_moves o "   \
	"WHERE tenant = $1 AND " IS_OPENING
/* The same of what went from them and came back.  One that was used before it came has no place yet: 0. */
#define LAYERS_USED                                                                                                    \
	"SELECT layer AS uuid, product, layer AS doc, 0 AS pos, 0 AS line, CAST(sum(qty) AS bigint) AS qty, "          \
	"CAST(sum(cost) AS bigint) AS value FROM stock_moves WHERE tenant = $1 AND layer IS NOT NULL GROUP BY layer, product"
/* uuid, product, pos, qty, value: several rows a layer, to be added up. */
#define LAYERS_BY_MOVES                                                                                                \
	"SELECT uuid, product, pos, qty, value FROM (" LAYERS_OPENED ") a "                                             \
	"UNION ALL SELECT uuid, product, pos, qty, value FROM (" LAYERS_USED ") b"

/* product, doc, line, pos, qty */
#define OVERSOLD_BY_MOVES                                                                                              \
	"SELECT m.product, m.doc, m.line, " DOC_POS("m.doc") " AS pos, m.qty FROM "                                    \
	"(SELECT product, COALESCE(for_doc, doc) AS doc, line, CAST(-sum(qty) AS bigint) AS qty FROM stock_moves "     \
	"WHERE tenant = $1 AND " IS_MISSING " GROUP BY product, COALESCE(for_doc, doc), line HAVING sum(qty) <> 0) m"

/* --- made again --- */

int stock_rebuild(struct txn *t, struct uuid tenant, struct err *err)
{
	static const char *const steps[] = {
		"DELETE FROM stock WHERE tenant = $1",
		"DELETE FROM layers WHERE tenant = $1",
		"DELETE FROM oversold WHERE tenant = $1",
		"INSERT INTO stock (tenant, product, on_hand, value) SELECT $1, s.* FROM (" STOCK_BY_MOVES ") s",
		"INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left, open) "
		"SELECT $1, s.*, 0 FROM (" LAYERS_OPENED ") s",
		"INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left, open) "
		"SELECT $1, s.*, 0 FROM (" LAYERS_USED ") s WHERE 1 = 1 ON CONFLICT (tenant, uuid) DO UPDATE SET "
		"qty_left = layers.qty_left + excluded.qty_left, value_left = layers.value_left + excluded.value_left",
		"UPDATE layers SET open = 1 WHERE tenant = $1 AND qty_left > 0",
		"INSERT INTO oversold (tenant, product, doc, line, pos, qty) SELECT $1, s.* FROM (" OVERSOLD_BY_MOVES ") s",
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (txn_run(t, steps[i], ARGS(v_uuid(tenant)), err) < 0)
			return -1;
	return 0;
}

/* --- compared --- */

/* uuid, product, then what is and what should be: qty, value, place in the order.  Both sides in
 * one heap, grouped: an outer join of both would compare each with each on SQLite. */
#define BIG_SUM(what) "CAST(sum(" what ") AS bigint)"
#define COMPARE(key, cache, by_moves, group)                                                                           \
	"SELECT " key ", product, " BIG_SUM("cq") ", " BIG_SUM("mq") ", " BIG_SUM("cv") ", " BIG_SUM("mv") ", "        \
	BIG_SUM("cp") ", " BIG_SUM("mp") " FROM (SELECT " group ", qty AS cq, 0 AS mq, value AS cv, 0 AS mv, "          \
	"pos AS cp, 0 AS mp FROM (" cache ") c UNION ALL SELECT " group ", 0, qty, 0, value, 0, pos FROM (" by_moves ") m) h " \
	"GROUP BY " group " HAVING sum(cq) <> sum(mq) OR sum(cv) <> sum(mv) OR (sum(cq) <> 0 AND sum(cp) <> sum(mp)) " \
	"ORDER BY 1, 2"

static const struct {
	const char *name, *sql;
} caches[] = {
	{ "stock",
	  COMPARE("product", "SELECT product, on_hand AS qty, value, 0 AS pos FROM stock WHERE tenant = $1",
		  "SELECT s.*, 0 AS pos FROM (" STOCK_BY_MOVES ") s", "product") },
	{ "layers",
	  COMPARE("uuid", "SELECT uuid, product, qty_left AS qty, value_left AS value, pos FROM layers WHERE tenant = $1",
		  LAYERS_BY_MOVES, "uuid, product") },
	/* What is marked as closed is not sold from. */
	{ "open_layers",
	  COMPARE("uuid", "SELECT uuid, product, open AS qty, 0 AS value, pos FROM layers WHERE tenant = $1",
		  "SELECT uuid, product, CASE WHEN qty_left > 0 THEN 1 ELSE 0 END AS qty, 0 AS value, pos FROM layers "
		  "WHERE tenant = $1", "uuid, product") },
	{ "oversold",
	  COMPARE("doc", "SELECT product, doc, line, pos, qty, 0 AS value FROM oversold WHERE tenant = $1",
		  "SELECT o.*, 0 AS value FROM (" OVERSOLD_BY_MOVES ") o", "doc, line, product") },
};

static void put_difference(const char *cache, const struct rows *rs, struct buf *out)
{
	static const char *const figures[] = { "qty", "qty_by_moves", "value", "value_by_moves", "pos", "pos_by_moves" };

	jw_open(out, '{');
	jw_put_str(out, "cache", cache);
	jw_put_uuid(out, "uuid", rows_uuid(rs, 0));
	jw_put_uuid(out, "product", rows_uuid(rs, 1));
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		jw_put_int(out, figures[i], rows_int(rs, 2 + (int)i));
	jw_close(out, '}');
}

static int compare(struct db *db, struct uuid tenant, size_t cache, struct buf *out, int *n_r, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, caches[cache].sql, ARGS(v_uuid(tenant)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		if (++*n_r <= SAID_MAX)
			put_difference(caches[cache].name, &rs, out);
	rows_end(&rs);
	return n;
}

static int put_worth(struct db *db, struct uuid tenant, struct buf *out, struct err *err)
{
	static const char worth[] = "SELECT CAST(COALESCE(sum(cost), 0) AS bigint) FROM stock_moves WHERE tenant = $1";
	static const char booked[] = "SELECT CAST(COALESCE(sum(debit - credit), 0) AS bigint) FROM journal_lines "
				     "WHERE tenant = $1 AND account = $2";
	int64_t goods, account;

	if (db_int(db, worth, ARGS(v_uuid(tenant)), &goods, err) < 0 ||
	    db_int(db, booked, ARGS(v_uuid(tenant), v_uuid(seed_uuid("account", "1200"))), &account, err) < 0)
		return -1;
	jw_put_int(out, "value", goods);
	jw_put_int(out, "booked", account);
	return 0;
}

int stock_check(struct db *db, struct uuid tenant, struct buf *out, int *n_r, struct err *err)
{
	*n_r = 0;
	list_open(out);
	for (size_t i = 0; i < ARRAY_LEN(caches); i++)
		if (compare(db, tenant, i, out, n_r, err) < 0)
			return -1;
	jw_close(out, ']');
	jw_put_int(out, "total", *n_r);
	if (put_worth(db, tenant, out, err) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}
