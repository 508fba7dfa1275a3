/* The books: entries, balances, and where cash came from and went. */
#include "base/base.h"
#include "model/report.h"

/* --- the journal --- */

/* Behind all that is newer than this. */
struct place {
	int64_t at;
	struct uuid doc;
};

/* Each row is a line of an entry; one without lines has one row of nulls.  False:
 * the page is full and this row begins the next one. */
static bool put_row(struct report *r, const struct rows *rs, struct place *open, int *found)
{
	if (!*found || !uuid_eq(open->doc, rows_uuid(rs, 1))) {
		if (*found == r->page.limit)
			return false;
		sheet_item_of(&r->sheet, rs, 0);
		*open = (struct place){ rows_int(rs, 3), rows_uuid(rs, 1) };
		++*found;
	}
	if (!rows_null(rs, 6))
		sheet_line_of(&r->sheet, rs, 4);
	return true;
}

static const struct sheet_shape journal_shape = { "journal",
	(const struct column[]){ { "uuid", COL_UUID }, { "doc", COL_UUID }, { "source", COL_TEXT }, { "at", COL_TIME }, { NULL } },
	"lines", (const struct column[]){ { "code", COL_TEXT }, { "name", COL_TEXT }, { "debit", COL_MONEY },
					  { "credit", COL_MONEY }, { NULL } } };

int report_journal(struct report *r, struct err *err)
{
	static const char sql[] =
		"SELECT e.uuid, e.doc, e.source, e.at, a.code, a.name, l.debit, l.credit FROM "
		"(SELECT at, doc, uuid, source FROM journal_entries WHERE tenant = $1 AND pos = 0 AND at >= $5 AND at < $6 "
		"AND (at, doc) < ($2, $3) ORDER BY at DESC, doc DESC LIMIT $4) e "
		"LEFT JOIN journal_lines l ON l.tenant = $1 AND l.doc = e.doc "
		"LEFT JOIN accounts a ON a.tenant = $1 AND a.uuid = l.account "
		"ORDER BY e.at DESC, e.doc DESC, l.pos";
	struct place p = { INT64_MAX, { { [0 ... 15] = 0xff } } };
	struct rows rs;
	int n, found = 0;

	if (report_cursor(r, &p, sizeof p, err) < 0 ||
	    db_rows(r->db, sql, ARGS(v_uuid(r->tenant), v_int(p.at), v_uuid(p.doc), v_int(r->page.limit + 1), v_int(r->from),
				     v_int(r->until)), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &journal_shape);
	while ((n = rows_next(&rs, err)) > 0 && put_row(r, &rs, &p, &found))
		;
	rows_end(&rs);
	sheet_end(&r->sheet);
	sheet_next(&r->sheet, n > 0 ? report_cursor_text(r->pool, &p, sizeof p) : NULL);
	return MIN(n, 0);
}

/* --- balances --- */

/* Each account stands on one side. */
static int put_balance(struct report *r, const struct rows *rs, int64_t *debit, int64_t *credit, struct err *err)
{
	int64_t net = rows_int(rs, 2), owes = MAX(net, 0), has = MAX(-net, 0);
	struct val cells[] = { rows_val(rs, 0), rows_val(rs, 1), v_int(owes), v_int(has) };

	sheet_item(&r->sheet, cells);
	return report_add(debit, owes, err) < 0 ? -1 : report_add(credit, has, err);
}

#define BALANCES(lines) \
	"SELECT a.code, a.name, s.net FROM (SELECT l.account, CAST(sum(l.debit - l.credit) AS bigint) AS net FROM " lines \
	" WHERE l.tenant = $1 GROUP BY l.account) s " \
	"LEFT JOIN accounts a ON a.tenant = $1 AND a.uuid = s.account ORDER BY a.code, s.account"

static const struct sheet_shape trial_balance_shape = { "trial-balance", (const struct column[]){
	{ "code", COL_TEXT }, { "name", COL_TEXT }, { "debit", COL_MONEY }, { "credit", COL_MONEY }, { NULL } } };

/* Of all times, or what a period added. */
int report_trial_balance(struct report *r, struct err *err)
{
	static const char always[] = BALANCES("journal_lines l");
	static const char period[] = BALANCES("journal_entries e JOIN journal_lines l ON l.tenant = $1 AND l.doc = e.doc "
					      "AND e.tenant = $1 AND e.at >= $2 AND e.at < $3");
	bool all = r->from == 0 && r->until == FOREVER;
	int64_t debit = 0, credit = 0;
	struct rows rs;
	int n;

	if (db_rows(r->db, all ? always : period,
		    all ? ARGS(v_uuid(r->tenant)) : ARGS(v_uuid(r->tenant), v_int(r->from), v_int(r->until)), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &trial_balance_shape);
	while ((n = rows_next(&rs, err)) > 0)
		if ((n = put_balance(r, &rs, &debit, &credit, err)) < 0)
			break;
	rows_end(&rs);
	sheet_end(&r->sheet);
	sheet_total(&r->sheet, "debit", debit);
	sheet_total(&r->sheet, "credit", credit);
	return n;
}

/* --- cash --- */

/* One account while its sources come in: its sums stand before them. */
struct cash {
	struct val code, name;
	int64_t opening, in, out;
	struct val line[16][3];		/* source, in, out: as many as sources of entries, and room */
	int n;
};

static void put_cash(struct report *r, const struct cash *c)
{
	struct val cells[] = { c->code, c->name, v_int(c->opening), v_int(c->in), v_int(c->out), v_int(c->opening + c->in - c->out) };

	if (c->code.type == VAL_NULL)
		return;
	sheet_item(&r->sheet, cells);
	for (int i = 0; i < c->n; i++)
		sheet_line(&r->sheet, c->line[i]);
}

static void cash_add(struct report *r, struct cash *c, const struct rows *rs)
{
	int64_t in = rows_int(rs, 4), out = rows_int(rs, 5);

	c->opening += rows_int(rs, 3);
	c->in += in;
	c->out += out;
	if ((in == 0 && out == 0) || c->n == (int)ARRAY_LEN(c->line))
		return;
	c->line[c->n][0] = val_keep(r->pool, rows_val(rs, 2));
	c->line[c->n][1] = v_int(in);
	c->line[c->n][2] = v_int(out);
	c->n++;
}

static const struct sheet_shape cash_flow_shape = { "cash-flow",
	(const struct column[]){ { "code", COL_TEXT }, { "name", COL_TEXT }, { "opening", COL_MONEY }, { "in", COL_MONEY },
				 { "out", COL_MONEY }, { "closing", COL_MONEY }, { NULL } },
	"sources", (const struct column[]){ { "source", COL_TEXT }, { "in", COL_MONEY }, { "out", COL_MONEY }, { NULL } } };

/* By the direct method: each entry says what it did to an account. */
int report_cash_flow(struct report *r, struct err *err)
{
#define SUM_WHEN(when, what) "CAST(sum(CASE WHEN " when " THEN " what " ELSE 0 END) AS bigint)"
	static const char sql[] =
		"SELECT a.code, a.name, s.source, COALESCE(s.before, 0), COALESCE(s.got, 0), COALESCE(s.gave, 0) FROM accounts a LEFT JOIN "
		"(SELECT l.account, e.source, " SUM_WHEN("e.at < $2", "l.debit - l.credit") " AS before, "
		SUM_WHEN("e.at >= $2", "l.debit") " AS got, " SUM_WHEN("e.at >= $2", "l.credit") " AS gave "
		"FROM journal_lines l JOIN journal_entries e ON e.tenant = $1 AND e.doc = l.doc "
		"WHERE l.tenant = $1 AND e.at < $3 AND l.account IN ($4, $5, $6) GROUP BY l.account, e.source) s ON s.account = a.uuid "
		"WHERE a.tenant = $1 AND a.uuid IN ($4, $5, $6) ORDER BY a.code, s.source";
	struct cash c = { .n = 0 };
	struct rows rs;
	int n;

	if (db_rows(r->db, sql, ARGS(v_uuid(r->tenant), v_int(r->from), v_int(r->until), v_uuid(seed_uuid("account", "1010")),
				     v_uuid(seed_uuid("account", "1020")), v_uuid(seed_uuid("account", "1030"))), &rs, err) < 0)
		return -1;
	sheet_begin(&r->sheet, &cash_flow_shape);
	while ((n = rows_next(&rs, err)) > 0) {
		if (!val_eq(c.code, rows_val(&rs, 0))) {
			put_cash(r, &c);
			c = (struct cash){ .code = val_keep(r->pool, rows_val(&rs, 0)), .name = val_keep(r->pool, rows_val(&rs, 1)) };
		}
		cash_add(r, &c, &rs);
	}
	rows_end(&rs);
	put_cash(r, &c);
	sheet_end(&r->sheet);
	return n;
}
