/* A cancellation undoes a whole invoice: the goods go back to the layers they
 * came from, the money the way it came, what is owed is owed no more. */
#include "base/base.h"
#include "model/owed.h"

/* --- taking it from a person --- */

static int take_lines(struct write *w, struct json body, const struct doc *invoice, struct doc *d, struct err *err)
{
	const struct part_rows *sold = doc_part((struct doc *)invoice, "lines"), *lines = doc_part(d, "lines");

	if (document_take_lines(w, body, "lines", 0, d, err) < 0)
		return -1;
	for (int i = 0; i < lines->n; i++) {
		if (part_int(lines, i, "line") >= sold->n)
			return err_field(err, "/line", "range", "line: the invoice has lines 0 to %d", sold->n - 1),
			       err_under(err, "/lines/%d", i);
		for (int before = 0; before < i; before++)
			if (part_int(lines, before, "line") == part_int(lines, i, "line"))
				return err_field(err, "/line", "twice", "line: is named twice"), err_under(err, "/lines/%d", i);
	}
	return 0;
}

static int take_refunds(struct write *w, struct json body, const struct doc *invoice, struct doc *d, struct err *err)
{
	int64_t paid = row_int(&invoice->head, "paid");
	int n = refunds_take(w, body, d, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return refunds_fill(w, d, invoice, 0, paid, err);
	if (refunds_sum(d) != paid) {
		err_field(err, "/refunds", "refunds", "refunds: %lld go back, %lld was paid at the sale: as much as that",
			  (long long)refunds_sum(d), (long long)paid);
		return err_most(err, paid);
	}
	return refunds_need_customer(d, row_uuid(&invoice->head, "customer"), err);
}

static int load_invoice(struct write *w, const struct doc *d, struct doc *invoice, struct err *err)
{
	struct uuid uuid = row_uuid(&d->head, "invoice");
	int n = doc_load(w->t->db, w->t->pool, w->tenant, schema_table("invoices"), uuid, invoice, err);

	if (n != 0)
		return MIN(n, 0);
	return err_field(err, "/invoice", "unknown", "invoice: there is no invoice %s", uuid_text(uuid).s);
}

int cancellation_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "shift", "invoice", "reason", "lines", "refunds", NULL };
	struct doc invoice;

	if (json_only(body, members, err) < 0 || document_take_head(w, body, d, err) < 0 || load_invoice(w, d, &invoice, err) < 0)
		return -1;
	row_set(&d->head, "total", row_get(&invoice.head, "total"));
	row_set(&d->head, "tax", row_get(&invoice.head, "tax"));
	if (take_lines(w, body, &invoice, d, err) < 0)
		return -1;
	return take_refunds(w, body, &invoice, d, err);
}

/* --- what goes with what is stored --- */

int undone_by(struct write *w, const struct doc *d, const char *table, struct uuid *by, struct err *err)
{
	static const char *const sql[] = {
		"SELECT uuid FROM cancellations WHERE tenant = $1 AND invoice = $2 AND uuid <> $3 ORDER BY uuid LIMIT 1",
		"SELECT uuid FROM returns WHERE tenant = $1 AND invoice = $2 AND uuid <> $3 ORDER BY uuid LIMIT 1",
	};
	struct val v[1];
	int n = db_one(w->t->db, w->t->pool, sql[strcmp(table, "returns") == 0],
		       ARGS(v_uuid(w->tenant), row_get(&d->head, "invoice"), v_uuid(d->head.uuid)), v, 1, err);

	if (n > 0)
		*by = v[0].u;
	return n;
}

int cancellation_permit(struct write *w, const struct doc *d, struct err *err)
{
	struct uuid by;
	int n;

	if ((n = undone_by(w, d, "cancellations", &by, err)) != 0)
		return n < 0 ? -1 : err_set(err, ERR_CONFLICT, "cancelled", "the invoice is cancelled already, by %s", uuid_text(by).s);
	if ((n = undone_by(w, d, "returns", &by, err)) != 0)
		return n < 0 ? -1 : err_set(err, ERR_CONFLICT, "returned", "goods of the invoice came back with %s: "
					    "return the rest instead", uuid_text(by).s);
	return 0;
}

int cancellation_settle(struct doc *d, struct err *err)
{
	int64_t total = row_int(&d->head, "total");

	if (refunds_sum(d) <= total)
		return 0;
	return err_field(err, "/refunds", "refunds", "refunds: %lld go back of an invoice of %lld", (long long)refunds_sum(d),
			 (long long)total);
}

/* --- what follows from it --- */

static bool is_defect(struct doc *d, int line)
{
	const struct part_rows *lines = doc_part(d, "lines");

	for (int i = 0; i < lines->n; i++)
		if (part_int(lines, i, "line") == line)
			return strcmp(part_get(lines, i, "goods").s, "defect") == 0;
	return false;
}

/* What is out still: another till may have taken some back. */
static int bring_back(struct write *w, struct doc *d, const struct doc *invoice, struct entry *e, struct err *err)
{
	const struct part_rows *sold = doc_part((struct doc *)invoice, "lines");
	struct moves m;

	moves_begin(&m, w->t->pool, d);
	for (int i = 0; i < sold->n; i++) {
		int64_t back, cost;
		int from = m.rows->n;

		if (moves_back(&m, w, invoice->head.uuid, i, part_uuid(sold, i, "product"), part_int(sold, i, "qty"), &back,
			       &cost, err) < 0)
			return -1;
		if (is_defect(d, i))
			moves_discard(&m, from, i);
		entry_debit(e, is_defect(d, i) ? "6020" : "1200", cost);
		entry_credit(e, "5010", cost);
	}
	return 0;
}

int cancellation_derive(struct write *w, struct doc *d, struct err *err)
{
	struct doc invoice;
	struct worth left;
	struct entry e;

	if (load_invoice(w, d, &invoice, err) < 0 || worth_left(w, &invoice.head, &left, err) < 0)
		return -1;
	row_set(&d->head, "total", row_get(&invoice.head, "total"));
	row_set(&d->head, "tax", row_get(&invoice.head, "tax"));
	entry_begin(&e, w->t->pool, d);
	if (refunds_book(w, &e, d, row_uuid(&invoice.head, "customer"), left, err) < 0 ||
	    bring_back(w, d, &invoice, &e, err) < 0)
		return -1;
	entry_end(&e);
	return 0;
}

/* --- on the hub --- */

int cancellation_judge(struct write *w, const struct doc *d, struct err *err)
{
	struct uuid by;
	int n;

	if ((n = undone_by(w, d, "cancellations", &by, err)) != 0)
		return n < 0 ? -1 : review_open(w, "cancelled_twice", "cancellations", by, "cancellations", d->head.uuid, NULL, err);
	if ((n = undone_by(w, d, "returns", &by, err)) != 0)
		return n < 0 ? -1 : review_open(w, "returned_twice", "returns", by, "cancellations", d->head.uuid, NULL, err);
	return 0;
}
