/* Goods come back: of an invoice, at what they were sold for, or without a
 * receipt at the price that is said.  Resaleable goods go back to the layers they
 * came from; what is defect or disposed of goes back and out again at once, and
 * its cost is a loss. */
#include "base/base.h"
#include "model/owed.h"

#include "base/money.h"

/* --- lines of an invoice --- */

/* One line of the invoice, and what of it came back with other documents. */
struct sold_line {
	int line;
	int64_t qty, amount, tax;		/* as sold */
	int64_t back_qty, back_amount, back_tax;
};

static int load_back(struct write *w, const struct doc *d, struct sold_line *s, struct err *err)
{
	static const char sql[] =
		"SELECT CAST(COALESCE(sum(l.qty), 0) AS bigint), CAST(COALESCE(sum(l.amount), 0) AS bigint), "
		"CAST(COALESCE(sum(l.tax), 0) AS bigint) FROM returns r CROSS JOIN return_lines l "
		"WHERE l.tenant = $1 AND l.doc = r.uuid AND r.tenant = $1 AND r.invoice = $2 AND r.uuid <> $3 AND l.line = $4";
	struct val v[3];

	if (db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), row_get(&d->head, "invoice"), v_uuid(d->head.uuid),
						   v_int(s->line)), v, 3, err) < 0)
		return -1;
	s->back_qty = v[0].i;
	s->back_amount = v[1].i;
	s->back_tax = v[2].i;
	return 0;
}

/* And with the lines of this one before line i. */
static void add_earlier(struct doc *d, int i, struct sold_line *s)
{
	const struct part_rows *lines = doc_part(d, "lines");

	for (int n = 0; n < i; n++)
		if (part_int(lines, n, "line") == s->line) {
			s->back_qty += part_int(lines, n, "qty");
			s->back_amount += part_int(lines, n, "amount");
			s->back_tax += part_int(lines, n, "tax");
		}
}

static int sold_line_of(struct write *w, struct doc *d, int i, const struct doc *invoice, struct sold_line *s, struct err *err)
{
	const struct part_rows *sold = doc_part((struct doc *)invoice, "lines");

	s->line = (int)part_int(doc_part(d, "lines"), i, "line");
	s->qty = part_int(sold, s->line, "qty");
	s->amount = part_int(sold, s->line, "amount");
	s->tax = part_int(sold, s->line, "tax");
	if (load_back(w, d, s, err) < 0)
		return -1;
	add_earlier(d, i, s);
	return 0;
}

/* Its share of the line's worth; the return that leaves nothing takes the rest. */
static int64_t share(int64_t whole, int64_t back, int64_t qty, const struct sold_line *s)
{
	int64_t left = MAX(whole - back, 0);

	return s->back_qty + qty >= s->qty ? left : MIN(mul_div(whole, qty, s->qty), left);
}

static int fill_sold(struct write *w, struct doc *d, int i, const struct doc *invoice, struct err *err)
{
	static const char *const same[] = { "name", "unit_price", "tax_rate" };
	const struct part_rows *sold = doc_part((struct doc *)invoice, "lines");
	struct part_rows *lines = doc_part(d, "lines");
	int64_t qty = part_int(lines, i, "qty"), amount, gross;
	struct sold_line s;

	if (sold_line_of(w, d, i, invoice, &s, err) < 0)
		return -1;
	for (size_t c = 0; c < ARRAY_LEN(same); c++)
		part_set(lines, i, same[c], part_get(sold, s.line, same[c]));
	amount = share(s.amount, s.back_amount, qty, &s);
	gross = money_times(part_int(lines, i, "unit_price"), qty);
	part_set(lines, i, "discount", v_int(MAX(gross - amount, 0)));
	part_set(lines, i, "amount", v_int(amount));
	part_set(lines, i, "tax", v_int(share(s.tax, s.back_tax, qty, &s)));
	row_set(&d->head, "filled", v_int(row_int(&d->head, "filled") | FILL_PRICE));
	return 0;
}

/* {line, qty, condition?}: the rest is the invoice's. */
static int take_sold(struct write *w, struct json json, struct doc *d, int i, const struct doc *invoice, struct err *err)
{
	static const char *const members[] = { "line", "qty", "condition", NULL };
	const struct part_rows *sold = doc_part((struct doc *)invoice, "lines");
	struct part_rows *lines = doc_part(d, "lines");
	int64_t line, qty;
	int n;

	if (json_type(json) != JSON_OBJECT)
		return err_field(err, "", "type", "must be a JSON object");
	if (json_only(json, members, err) < 0 || (n = json_get_int(json, "line", 0, sold->n - 1, &line, err)) < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/line", "required", "line is missing: the number of the invoice's line, from 0");
	if ((n = json_get_int(json, "qty", 1, QTY_MAX, &qty, err)) < 0)
		return -1;
	part_set(lines, i, "product", part_get(sold, (int)line, "product"));
	if (part_from_rest(w->t->pool, lines->table, json, part_row(lines, i), err) < 0)
		return -1;
	return fill_sold(w, d, i, invoice, err);
}

static int take_sold_lines(struct write *w, struct json body, const struct doc *invoice, struct doc *d, struct err *err)
{
	struct json list = { 0 };

	if (json_get_array(body, "lines", LINES_MAX, &list, err) < 0)
		return -1;
	if (json_len(list) == 0)
		return err_field(err, "/lines", "required", "lines: at least 1 is needed");
	part_make(w->t->pool, doc_part(d, "lines"), (int)json_len(list));
	for (size_t i = 0; i < json_len(list); i++)
		if (take_sold(w, json_at(list, i), d, (int)i, invoice, err) < 0)
			return err_under(err, "/lines/%zu", i);
	row_set(&d->head, "tax_included", row_get(&invoice->head, "tax_included"));
	return 0;
}

/* --- without a receipt --- */

static int take_unsold_lines(struct write *w, struct json body, struct doc *d, struct err *err)
{
	struct part_rows *lines = doc_part(d, "lines");

	if (document_take_lines(w, body, "lines", 1, d, err) < 0)
		return -1;
	for (int i = 0; i < lines->n; i++) {
		if (part_get(lines, i, "line").type != VAL_NULL)
			return err_field(err, "/line", "no_invoice", "line: of which invoice?  Name it, or leave line out"),
			       err_under(err, "/lines/%d", i);
		part_set(lines, i, "discount", v_int(part_int(lines, i, "discount")));
	}
	return lines_fill(w, d, err);
}

/* --- taking it from a person --- */

static int take_customer(struct write *w, const struct doc *d, const struct doc *invoice, struct err *err)
{
	struct uuid named = row_uuid(&d->head, "customer"), whose = row_uuid(&invoice->head, "customer");
	int n;

	if (uuid_is_zero(named) || uuid_is_zero(whose) || (n = account_is(w, named, whose, err)) > 0)
		return 0;
	if (n < 0)
		return -1;
	return err_field(err, "/customer", "differs", "customer: the invoice is customer %s's", uuid_text(whose).s);
}

/* Whose return it is: 1 and the invoice, 0 without one, -1. */
static int load_invoice(struct write *w, const struct doc *d, struct doc *invoice, struct uuid *whose, struct err *err)
{
	struct uuid uuid = row_uuid(&d->head, "invoice");
	int n;

	*whose = row_uuid(&d->head, "customer");
	if (uuid_is_zero(uuid))
		return 0;
	n = doc_load(w->t->db, w->t->pool, w->tenant, schema_table("invoices"), uuid, invoice, err);
	if (n == 0)
		return err_field(err, "/invoice", "unknown", "invoice: there is no invoice %s", uuid_text(uuid).s);
	if (n > 0 && !uuid_is_zero(row_uuid(&invoice->head, "customer")))
		*whose = row_uuid(&invoice->head, "customer");
	return n;
}

static int take_refunds(struct write *w, struct json body, const struct doc *invoice, struct uuid whose, struct doc *d,
			struct err *err)
{
	struct debt of = { 0 };
	int n = refunds_take(w, body, d, err);

	if (n != 0)
		return n < 0 ? -1 : refunds_need_customer(d, whose, err);
	if (invoice && debt_of(w->t->db, w->t->pool, w->tenant, whose, invoice->head.uuid, &of, err) < 0)
		return -1;
	return refunds_fill(w, d, invoice, of.open, row_int(&d->head, "total"), err);
}

static int add_up(struct doc *d, struct err *err);

int return_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "shift", "invoice", "customer", "reason", "lines", "refunds", NULL };
	struct doc invoice;
	struct uuid whose;
	int n;

	if (json_only(body, members, err) < 0 || document_take_head(w, body, d, err) < 0 ||
	    (n = load_invoice(w, d, &invoice, &whose, err)) < 0)
		return -1;
	if (n > 0 && take_customer(w, d, &invoice, err) < 0)
		return -1;
	if ((n > 0 ? take_sold_lines(w, body, &invoice, d, err) : take_unsold_lines(w, body, d, err)) < 0)
		return -1;
	if (add_up(d, err) < 0)
		return -1;
	return take_refunds(w, body, n > 0 ? &invoice : NULL, whose, d, err);
}

/* --- what goes with what is stored --- */

static int permit_line(struct write *w, struct doc *d, int i, const struct doc *invoice, struct err *err)
{
	int64_t qty = part_int(doc_part(d, "lines"), i, "qty"), most;
	struct sold_line s;

	if (sold_line_of(w, d, i, invoice, &s, err) < 0)
		return -1;
	most = MAX(s.qty - s.back_qty, 0);
	if (qty <= most)
		return 0;
	err_field(err, "/qty", "returned", "qty: %lld thousandths come back, %lld of line %d are out: at most that",
		  (long long)qty, (long long)most, s.line);
	return err_most(err, most);
}

/* Of what the invoice still is, this much was paid.  Nobody is paid for goods that he owes. */
static int paid_of(struct write *w, const struct doc *d, const struct row *invoice, struct uuid whose, int64_t *paid, struct err *err)
{
	static const char sql[] = "SELECT CAST(COALESCE(sum(total), 0) AS bigint) FROM returns "
				  "WHERE tenant = $1 AND invoice = $2 AND uuid <> $3";
	struct debt of;
	int64_t back;

	if (db_int(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(invoice->uuid), v_uuid(d->head.uuid)), &back, err) < 0)
		return -1;
	if (debt_of(w->t->db, w->t->pool, w->tenant, whose, invoice->uuid, &of, err) < 0)
		return -1;
	*paid = MAX(row_int(invoice, "total") - back - of.open, 0);
	return 0;
}

static int permit_refunds(struct write *w, const struct doc *d, const struct row *invoice, struct uuid whose, struct err *err)
{
	const struct part_rows *refunds = doc_part((struct doc *)d, "refunds");
	int64_t money = refunds_sum(d), paid;

	for (int i = 0; i < refunds->n; i++)
		if (strcmp(part_get(refunds, i, "method").s, "account") == 0)
			money -= part_int(refunds, i, "amount");
	if (paid_of(w, d, invoice, whose, &paid, err) < 0)
		return -1;
	if (money <= paid)
		return 0;
	err_field(err, "/refunds", "not_paid", "refunds: %lld go out, %lld was paid: the rest comes off the account",
		  (long long)money, (long long)paid);
	return err_most(err, paid);
}

int return_permit(struct write *w, const struct doc *d, struct err *err)
{
	struct doc invoice;
	struct uuid whose, by;
	int n = load_invoice(w, d, &invoice, &whose, err);

	if (n <= 0)
		return n;
	if ((n = undone_by(w, d, "cancellations", &by, err)) != 0)
		return n < 0 ? -1 : err_set(err, ERR_CONFLICT, "cancelled", "the invoice is cancelled already, by %s", uuid_text(by).s);
	for (int i = 0; i < doc_part((struct doc *)d, "lines")->n; i++)
		if (permit_line(w, (struct doc *)d, i, &invoice, err) < 0)
			return err_under(err, "/lines/%d", i);
	return permit_refunds(w, d, &invoice.head, whose, err);
}

/* --- amounts --- */

/* A share of an invoice's line was found where the invoice was at hand. */
static int settle_sold(const struct part_rows *lines, int i, bool included, int64_t *total, int64_t *tax, struct err *err)
{
	int64_t amount = part_int(lines, i, "amount"), of_it = part_int(lines, i, "tax");

	if (part_get(lines, i, "line").type == VAL_NULL || part_int(lines, i, "line") >= LINES_MAX)
		return err_field(err, "/line", "required", "line: must be the number of the invoice's line, from 0");
	if (part_get(lines, i, "amount").type == VAL_NULL || amount > MONEY_MAX || of_it > MONEY_MAX || of_it < 0 || amount < 0 ||
	    (included && of_it > amount))
		return err_field(err, "/amount", "range", "amount and tax of a returned line must be a share of what was sold");
	*tax += of_it;
	*total += included ? amount : amount + of_it;
	return *total <= MONEY_MAX ? 0 : err_field(err, "/qty", "range", "the return is worth more than %lld", (long long)MONEY_MAX);
}

static int add_up(struct doc *d, struct err *err)
{
	struct part_rows *lines = doc_part(d, "lines");
	bool included = row_int(&d->head, "tax_included"), sold = row_get(&d->head, "invoice").type != VAL_NULL;
	int64_t total = 0, tax = 0;

	for (int i = 0; i < lines->n; i++)
		if ((sold ? settle_sold(lines, i, included, &total, &tax, err) :
			    line_settle(lines, i, included, &total, &tax, err)) < 0)
			return err_under(err, "/lines/%d", i);
	row_set(&d->head, "total", v_int(total));
	row_set(&d->head, "tax", v_int(tax));
	return 0;
}

int return_settle(struct doc *d, struct err *err)
{
	int64_t total;

	if (add_up(d, err) < 0)
		return -1;
	total = row_int(&d->head, "total");
	if (refunds_sum(d) == total)
		return 0;
	err_field(err, "/refunds", "refunds", "refunds: %lld go back, the goods were %lld: as much as that",
		  (long long)refunds_sum(d), (long long)total);
	return err_most(err, total);
}

/* --- what follows from it --- */

static bool is_resaleable(const struct part_rows *lines, int i)
{
	return strcmp(part_get(lines, i, "condition").s, "resaleable") == 0;
}

/* What is out still: another till may have taken it back. */
static int back_to_layers(struct moves *m, struct write *w, const struct doc *d, int i, int64_t *cost, struct err *err)
{
	const struct part_rows *lines = doc_part((struct doc *)d, "lines");
	int from = m->rows->n;
	int64_t back;

	if (moves_back(m, w, row_uuid(&d->head, "invoice"), (int)part_int(lines, i, "line"), part_uuid(lines, i, "product"),
		       part_int(lines, i, "qty"), &back, cost, err) < 0)
		return -1;
	if (!is_resaleable(lines, i))
		moves_discard(m, from, i);
	return 0;
}

/* Nobody knows which they were: they cost what such goods cost last. */
static int into_layer(struct moves *m, struct write *w, const struct doc *d, int i, int64_t *cost, struct err *err)
{
	const struct part_rows *lines = doc_part((struct doc *)d, "lines");
	struct uuid product = part_uuid(lines, i, "product");
	int64_t qty = part_int(lines, i, "qty");
	int tracked = document_is_tracked(w, product, err);

	*cost = 0;
	if (tracked <= 0)
		return tracked;
	if (moves_cost_as_last(w, product, qty, cost, err) < 0)
		return -1;
	if (is_resaleable(lines, i))
		moves_in(m, i, product, qty, *cost);
	return 0;
}

static int bring_back(struct write *w, struct doc *d, struct entry *e, struct err *err)
{
	bool sold = row_get(&d->head, "invoice").type != VAL_NULL;
	const struct part_rows *lines = doc_part(d, "lines");
	struct moves m;

	moves_begin(&m, w->t->pool, d);
	for (int i = 0; i < lines->n; i++) {
		int64_t cost;

		if ((sold ? back_to_layers : into_layer)(&m, w, d, i, &cost, err) < 0)
			return -1;
		entry_debit(e, is_resaleable(lines, i) ? "1200" : "6020", cost);
		entry_credit(e, "5010", cost);
	}
	return 0;
}

int return_derive(struct write *w, struct doc *d, struct err *err)
{
	struct worth worth = { row_int(&d->head, "total") - row_int(&d->head, "tax"), row_int(&d->head, "tax") }, left;
	struct doc invoice;
	struct uuid whose;
	struct entry e;
	int n = load_invoice(w, d, &invoice, &whose, err);

	if (n < 0 || (n > 0 && worth_left(w, &invoice.head, &left, err) < 0))
		return -1;
	if (n > 0) {
		worth.net = MIN(worth.net, left.net);
		worth.tax = MIN(worth.tax, left.tax);
	}
	entry_begin(&e, w->t->pool, d);
	if (refunds_book(w, &e, d, whose, worth, err) < 0 || bring_back(w, d, &e, err) < 0)
		return -1;
	entry_end(&e);
	return 0;
}

/* --- on the hub --- */

/* More came back of a line than was sold of it: 1, 0, -1. */
static int too_much_came_back(struct write *w, struct uuid invoice, struct err *err)
{
	static const char sql[] =
		"SELECT CAST(count(*) AS bigint) FROM (SELECT k.line, sum(k.qty) AS qty FROM returns r "
		"CROSS JOIN return_lines k WHERE k.tenant = $1 AND k.doc = r.uuid AND r.tenant = $1 AND r.invoice = $2 GROUP BY k.line) b "
		"LEFT JOIN invoice_lines l ON l.tenant = $1 AND l.doc = $2 AND l.pos = b.line WHERE b.qty > COALESCE(l.qty, 0)";
	int64_t lines;

	if (db_int(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(invoice)), &lines, err) < 0)
		return -1;
	return lines > 0;
}

int return_judge(struct write *w, const struct doc *d, struct err *err)
{
	struct uuid invoice = row_uuid(&d->head, "invoice"), by;
	int n;

	if (uuid_is_zero(invoice))
		return 0;
	if ((n = undone_by(w, d, "cancellations", &by, err)) != 0)
		return n < 0 ? -1 : review_open(w, "returned_twice", "cancellations", by, "returns", d->head.uuid, NULL, err);
	if ((n = too_much_came_back(w, invoice, err)) <= 0 || (n = undone_by(w, d, "returns", &by, err)) < 0)
		return n;
	return review_open(w, "returned_twice", n ? "returns" : "invoices", n ? by : invoice, "returns", d->head.uuid, NULL, err);
}
