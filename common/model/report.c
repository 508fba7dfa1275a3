/* Sums people read.  Everything here is computed from moves and journal lines,
 * or from the cache of sums over moves; nothing is stored. */
#include "base/base.h"
#include "model/lists.h"

#include "base/crypto.h"

/* --- cursors of lists that go back in time --- */

/* Behind all that is newer than this. */
struct place {
	int64_t at;
	struct uuid doc;
	int64_t pos;
};

static const struct place newest = {
	INT64_MAX, { { [0 ... 15] = 0xff } }, INT64_MAX,
};

static int place_read(const struct page *page, struct place *p, struct err *err)
{
	*p = newest;
	if (!page->after)
		return 0;
	if (base64url_decode(page->after, strlen(page->after), (uint8_t *)p, sizeof *p) == (ssize_t)sizeof *p)
		return 0;
	return err_field(err, "/after", "cursor", "after is no cursor of this list: take `next` of the page before");
}

static const char *place_text(struct pool *pool, const struct place *p)
{
	struct buf b = { 0 };
	const char *text;

	base64url_add(&b, p, sizeof *p);
	text = pool_strdup(pool, b.data);
	buf_release(&b);
	return text;
}

/* --- sums --- */

static int add(int64_t *sum, int64_t amount, struct err *err)
{
	if (__builtin_add_overflow(*sum, amount, sum))
		return err_set(err, ERR_INTERNAL, "sum", "the total does not fit a whole number of 64 bits");
	return 0;
}

/* --- stock --- */

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

static void put_stock(const struct rows *rs, struct pool *pool, bool with_sku, struct buf *out)
{
	jw_open(out, '{');
	jw_put_uuid(out, "product", rows_uuid(rs, 0));
	jw_put_str(out, "name", rows_text(rs, 1, pool));
	if (with_sku)
		jw_put_str(out, "sku", rows_text(rs, 4, pool));
	jw_put_int(out, "on_hand", rows_int(rs, 2));
	jw_put_int(out, "value", rows_int(rs, 3));
	jw_close(out, '}');
}

int report_inventory(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page,
		     struct buf *out, struct err *err)
{
	static const char sql[] =
		"SELECT p.uuid, p.name, s.on_hand, s.value, p.sku FROM products p "
		"LEFT JOIN stock s ON s.tenant = p.tenant AND s.product = p.uuid "
		"WHERE p.tenant = $1 AND p.uuid > $2 AND p.tracked = 1 AND p.deleted_at IS NULL "
		"AND (lower(p.name) LIKE lower(CAST($3 AS text)) ESCAPE '!' "
		"OR lower(p.sku) LIKE lower(CAST($3 AS text)) ESCAPE '!' "
		"OR lower(p.barcode) LIKE lower(CAST($3 AS text)) ESCAPE '!') ORDER BY p.uuid LIMIT $4";
	struct uuid last = { { 0 } };
	struct rows rs;
	int n, found = 0;

	if (list_cursor_uuid(page, &last, err) < 0 ||
	    db_rows(db, sql, ARGS(v_uuid(tenant), v_uuid(last), v_text(pattern_of(pool, page->q)),
				  v_int(page->limit + 1)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0 && found < page->limit) {
		put_stock(&rs, pool, true, out);
		last = rows_uuid(&rs, 0);
		found++;
	}
	rows_end(&rs);
	list_close(out, n > 0 ? uuid_text(last).s : NULL);
	return MIN(n, 0);
}

int report_valuation(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err)
{
	/* Deleted products too: what is on the shelf is worth something still. */
	static const char sql[] =
		"SELECT s.product, p.name, s.on_hand, s.value FROM stock s "
		"LEFT JOIN products p ON p.tenant = s.tenant AND p.uuid = s.product "
		"WHERE s.tenant = $1 AND (s.on_hand <> 0 OR s.value <> 0) ORDER BY p.name, s.product";
	int64_t total = 0;
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(tenant)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0) {
		put_stock(&rs, pool, false, out);
		if ((n = add(&total, rows_int(&rs, 3), err)) < 0)
			break;
	}
	rows_end(&rs);
	jw_close(out, ']');
	jw_put_int(out, "total", total);
	jw_close(out, '}');
	return n;
}

static void put_move(const struct rows *rs, struct pool *pool, struct buf *out)
{
	jw_open(out, '{');
	jw_put_uuid(out, "uuid", rows_uuid(rs, 3));
	jw_put_uuid(out, "doc", rows_uuid(rs, 1));
	jw_put_str(out, "source", rows_text(rs, 4, pool));
	jw_put_int(out, "line", rows_int(rs, 5));
	jw_put_time(out, "at", rows_int(rs, 0));
	jw_put_int(out, "qty", rows_int(rs, 6));
	jw_put_int(out, "cost", rows_int(rs, 7));
	if (rows_null(rs, 8))
		jw_put_null(out, "layer");
	else
		jw_put_uuid(out, "layer", rows_uuid(rs, 8));
	jw_close(out, '}');
}

int report_moves(struct db *db, struct pool *pool, struct uuid tenant, struct uuid product,
		 const struct page *page, struct buf *out, struct err *err)
{
	static const char sql[] =
		"SELECT at, doc, pos, uuid, source, line, qty, cost, layer FROM stock_moves "
		"WHERE tenant = $1 AND product = $2 AND (at, doc, pos) < ($3, $4, $5) "
		"ORDER BY at DESC, doc DESC, pos DESC LIMIT $6";
	struct place p;
	struct rows rs;
	int n, found = 0;

	if (place_read(page, &p, err) < 0 ||
	    db_rows(db, sql, ARGS(v_uuid(tenant), v_uuid(product), v_int(p.at), v_uuid(p.doc), v_int(p.pos),
				  v_int(page->limit + 1)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0 && found < page->limit) {
		put_move(&rs, pool, out);
		p = (struct place){ rows_int(&rs, 0), rows_uuid(&rs, 1), rows_int(&rs, 2) };
		found++;
	}
	rows_end(&rs);
	list_close(out, n > 0 ? place_text(pool, &p) : NULL);
	return MIN(n, 0);
}

/* --- the books --- */

static void put_line(const struct rows *rs, int at, int64_t debit, int64_t credit, struct pool *pool, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "code", rows_text(rs, at, pool));
	jw_put_str(out, "name", rows_text(rs, at + 1, pool));
	jw_put_int(out, "debit", debit);
	jw_put_int(out, "credit", credit);
	jw_close(out, '}');
}

/* One entry after the other, each row a line of one. */
struct journal {
	struct pool *pool;
	struct buf *out;
	struct place p;		/* of the entry that is open */
	int found;
};

static void entry_open(struct journal *j, const struct rows *rs)
{
	j->p = (struct place){ .at = rows_int(rs, 0), .doc = rows_uuid(rs, 1) };
	j->found++;
	jw_open(j->out, '{');
	jw_put_uuid(j->out, "uuid", rows_uuid(rs, 2));
	jw_put_uuid(j->out, "doc", j->p.doc);
	jw_put_str(j->out, "source", rows_text(rs, 3, j->pool));
	jw_put_time(j->out, "at", j->p.at);
	jw_name(j->out, "lines");
	jw_open(j->out, '[');
}

static void entry_close(struct journal *j)
{
	if (!j->found)
		return;
	jw_close(j->out, ']');
	jw_close(j->out, '}');
}

/* False: the page is full and this row begins the next one. */
static bool put_journal_row(struct journal *j, const struct rows *rs, int limit)
{
	if (!j->found || !uuid_eq(j->p.doc, rows_uuid(rs, 1))) {
		if (j->found == limit)
			return false;
		entry_close(j);
		entry_open(j, rs);
	}
	if (!rows_null(rs, 6))
		put_line(rs, 4, rows_int(rs, 6), rows_int(rs, 7), j->pool, j->out);
	return true;
}

int report_journal(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page,
		   struct buf *out, struct err *err)
{
	static const char sql[] =
		"SELECT e.at, e.doc, e.uuid, e.source, a.code, a.name, l.debit, l.credit FROM "
		"(SELECT at, doc, uuid, source FROM journal_entries WHERE tenant = $1 AND pos = 0 "
		"AND (at, doc) < ($2, $3) ORDER BY at DESC, doc DESC LIMIT $4) e "
		"LEFT JOIN journal_lines l ON l.tenant = $1 AND l.doc = e.doc "
		"LEFT JOIN accounts a ON a.tenant = $1 AND a.uuid = l.account "
		"ORDER BY e.at DESC, e.doc DESC, l.pos";
	struct journal j = { .pool = pool, .out = out };
	struct place p;
	struct rows rs;
	int n;

	if (place_read(page, &p, err) < 0 ||
	    db_rows(db, sql, ARGS(v_uuid(tenant), v_int(p.at), v_uuid(p.doc), v_int(page->limit + 1)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0)
		if (!put_journal_row(&j, &rs, page->limit))
			break;
	rows_end(&rs);
	entry_close(&j);
	list_close(out, n > 0 ? place_text(pool, &j.p) : NULL);
	return MIN(n, 0);
}

/* Each account's balance on the side where it stands. */
static int put_balance(const struct rows *rs, struct pool *pool, int64_t *debit, int64_t *credit, struct buf *out,
		       struct err *err)
{
	int64_t net = rows_int(rs, 2);

	put_line(rs, 0, MAX(net, 0), MAX(-net, 0), pool, out);
	return add(debit, MAX(net, 0), err) < 0 ? -1 : add(credit, MAX(-net, 0), err);
}

int report_trial_balance(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err)
{
	static const char sql[] =
		"SELECT a.code, a.name, s.net FROM (SELECT account, CAST(sum(debit - credit) AS bigint) AS net "
		"FROM journal_lines WHERE tenant = $1 GROUP BY account) s "
		"LEFT JOIN accounts a ON a.tenant = $1 AND a.uuid = s.account ORDER BY a.code, s.account";
	int64_t debit = 0, credit = 0;
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(tenant)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0)
		if ((n = put_balance(&rs, pool, &debit, &credit, out, err)) < 0)
			break;
	rows_end(&rs);
	jw_close(out, ']');
	jw_put_int(out, "debit", debit);
	jw_put_int(out, "credit", credit);
	jw_close(out, '}');
	return n;
}
