/* A purchase undone: its layers are taken back and its entry turned round.  Only
 * while every unit is still here; what a till sold meanwhile is for people, and
 * the cost run gives those units another layer. */
#include "base/base.h"
#include "model/kinds.h"

#include "base/money.h"

int purchase_void_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "purchase", "reason", NULL };

	return json_only(body, members, err) < 0 ? -1 : document_take_head(w, body, d, err);
}

/* Another void of the same purchase that is stored.  1 and its uuid, 0, -1. */
static int other_void(struct write *w, const struct doc *d, struct uuid *other, struct err *err)
{
	static const char sql[] = "SELECT uuid FROM purchase_voids WHERE tenant = $1 AND purchase = $2 AND uuid <> $3 "
				  "ORDER BY at, uuid LIMIT 1";
	struct val v[1];
	int n = db_one(w->t->db, w->t->pool, sql,
		       ARGS(v_uuid(w->tenant), row_get(&d->head, "purchase"), v_uuid(d->head.uuid)), v, 1, err);

	if (n > 0)
		*other = v[0].u;
	return n;
}

static int in_use(const char *product, int64_t gone, struct err *err)
{
	return err_set(err, ERR_CONFLICT, "in_use",
		       "%.100s: %lld.%03lld of it are gone already (sold, or taken out): a purchase is voided only while all of it is here",
		       product, (long long)(gone / QTY_ONE), (long long)(gone % QTY_ONE));
}

int purchase_void_permit(struct write *w, const struct doc *d, struct err *err)
{
	static const char sql[] =
		"SELECT m.product, p.name, CAST(sum(m.qty - COALESCE(l.qty_left, 0)) AS bigint) FROM stock_moves m "
		"LEFT JOIN layers l ON l.tenant = m.tenant AND l.uuid = m.uuid "
		"LEFT JOIN products p ON p.tenant = m.tenant AND p.uuid = m.product "
		"WHERE m.tenant = $1 AND m.doc = $2 GROUP BY m.product, p.name "
		"HAVING sum(m.qty - COALESCE(l.qty_left, 0)) <> 0 ORDER BY p.name, m.product LIMIT 1";
	struct uuid other;
	struct val v[3];
	int n = other_void(w, d, &other, err);

	if (n < 0)
		return -1;
	if (n > 0)
		return err_set(err, ERR_CONFLICT, "voided", "the purchase was voided already, by %s", uuid_text(other).s);
	n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), row_get(&d->head, "purchase")), v, 3, err);
	if (n <= 0)
		return n;
	return in_use(v[1].type == VAL_TEXT ? v[1].s : uuid_text(v[0].u).s, v[2].i, err);
}

static void turn_round(struct write *w, struct doc *d, struct doc *purchase)
{
	const struct part_rows *in = doc_part(purchase, "moves"), *lines = doc_part(purchase, "entry_lines");
	struct moves m;
	struct entry e;

	moves_begin(&m, w->t->pool, d);
	for (int i = 0; i < in->n; i++)
		moves_add(&m, (struct move){ .line = (int)part_int(in, i, "line"), .product = part_uuid(in, i, "product"),
					     .qty = -part_int(in, i, "qty"), .cost = -part_int(in, i, "cost"),
					     .layer = part_uuid(in, i, "uuid") });
	entry_begin(&e, w->t->pool, d);
	for (int i = 0; i < lines->n; i++)
		entry_add(&e, part_uuid(lines, i, "account"), part_int(lines, i, "credit") - part_int(lines, i, "debit"));
	entry_end(&e);
}

int purchase_void_derive(struct write *w, struct doc *d, struct err *err)
{
	struct doc purchase;
	struct uuid other;
	int n = other_void(w, d, &other, err);

	if (n < 0)
		return -1;
	doc_init(&purchase, schema_table("purchases"));
	/* Voided on two tills at once: the second has nothing left to undo. */
	if (n == 0 && doc_load(w->t->db, w->t->pool, w->tenant, purchase.head.table, row_uuid(&d->head, "purchase"), &purchase, err) < 0)
		return -1;
	turn_round(w, d, &purchase);
	return 0;
}

/* --- judging --- */

/* What other documents took of its layers, by product; what the cost run did about this void itself aside. */
static const char gone_sql[] =
	"SELECT m.product, CAST(-sum(s.qty) AS bigint) FROM stock_moves m "
	"CROSS JOIN stock_moves s WHERE s.tenant = m.tenant AND s.product = m.product AND s.layer = m.uuid AND s.doc <> $3 "
	"AND m.tenant = $1 AND m.doc = $2 AND NOT EXISTS (SELECT 1 FROM cost_corrections c "
	"WHERE c.tenant = s.tenant AND c.uuid = s.doc AND c.cause = $3) "
	"GROUP BY m.product HAVING sum(s.qty) < 0 ORDER BY m.product";

static int list_gone(struct write *w, const struct doc *d, struct buf *detail, int *found, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(w->t->db, gone_sql, ARGS(v_uuid(w->tenant), row_get(&d->head, "purchase"), v_uuid(d->head.uuid)), &rs, err) < 0)
		return -1;
	jw_name(detail, "gone");
	jw_open(detail, '[');
	while ((n = rows_next(&rs, err)) > 0) {
		jw_open(detail, '{');
		jw_put_uuid(detail, "product", rows_uuid(&rs, 0));
		jw_put_int(detail, "qty", rows_int(&rs, 1));
		jw_close(detail, '}');
		++*found;
	}
	rows_end(&rs);
	jw_close(detail, ']');
	return n;
}

int purchase_void_judge(struct write *w, const struct doc *d, struct err *err)
{
	struct buf detail = { 0 };
	struct uuid other;
	int found = 0, n = other_void(w, d, &other, err);

	if (n < 0)
		return -1;
	if (n > 0)
		return review_open(w, "cancelled_twice", "purchase_voids", other, "purchase_voids", d->head.uuid, NULL, err);
	n = list_gone(w, d, &detail, &found, err);
	if (n == 0 && found)
		n = review_open(w, "void_after_sale", "purchases", row_uuid(&d->head, "purchase"), "purchase_voids",
				d->head.uuid, detail.data, err);
	buf_release(&detail);
	return n;
}
