/* Complete Sale: invoice, lines, payments, stock moves and journal entry in
 * one transaction.  What the person left out (price, tax, time) is filled in by
 * the first server that sees it and fixed from then on. */
#include "base/base.h"
#include "model/owed.h"

#include "base/money.h"

/* --- taking it from a person --- */

static int default_tax_rate(struct write *w, int64_t *rate, struct err *err)
{
	struct row r;
	int n = row_load(w->t->db, w->t->pool, w->tenant, schema_table("tax_rates"), seed_uuid("tax_rate", "default"), &r, err);

	*rate = n > 0 && !r.deleted_at ? row_int(&r, "rate") : 0;
	return n < 0 ? -1 : 0;
}

/* What a line needs of its product: a row has five times as much. */
struct goods {
	struct val name, price, tax_rate;
};

/* 1, 0 there is no such product, -1. */
static int goods_find(struct write *w, struct uuid product, struct goods *g, struct err *err)
{
	static const char sql[] = "SELECT name, price, tax_rate FROM products WHERE tenant = $1 AND uuid = $2 AND deleted_at IS NULL";
	struct val v[3];
	int n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), v_uuid(product)), v, 3, err);

	if (n > 0)
		*g = (struct goods){ v[0], v[1], v[2] };
	return n;
}

static int tax_of(struct write *w, const struct goods *g, int64_t *rate, struct err *err)
{
	if (g->tax_rate.type == VAL_NULL)
		return default_tax_rate(w, rate, err);
	*rate = g->tax_rate.i;
	return 0;
}

/* The product must exist; it fills in what the person left out. */
static int fill_line(struct write *w, struct doc *d, struct part_rows *lines, int i, struct err *err)
{
	struct uuid product = part_uuid(lines, i, "product");
	unsigned filled = (unsigned)row_int(&d->head, "filled");
	struct goods goods;
	int64_t tax;
	int n = goods_find(w, product, &goods, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/product", "unknown", "product: there is no product %s", uuid_text(product).s);
	part_set(lines, i, "name", goods.name);
	if (part_get(lines, i, "unit_price").type == VAL_NULL) {
		part_set(lines, i, "unit_price", goods.price);
		filled |= FILL_PRICE;
	}
	if (part_get(lines, i, "tax_rate").type == VAL_NULL) {
		if (tax_of(w, &goods, &tax, err) < 0)
			return -1;
		part_set(lines, i, "tax_rate", v_int(tax));
		filled |= FILL_PRICE;
	}
	row_set(&d->head, "filled", v_int(filled));
	return 0;
}

int lines_fill(struct write *w, struct doc *d, struct err *err)
{
	struct part_rows *lines = doc_part(d, "lines");
	int64_t included;

	if (setting_int(w->t->db, w->tenant, "prices_include_tax", 1, &included, err) < 0)
		return -1;
	row_set(&d->head, "tax_included", v_int(included != 0));
	for (int i = 0; i < lines->n; i++)
		if (fill_line(w, d, lines, i, err) < 0)
			return err_under(err, "/lines/%d", i);
	return 0;
}

int sale_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "shift", "customer", "note", "lines", "payments", NULL };

	if (json_only(body, members, err) < 0 || document_take_head(w, body, d, err) < 0)
		return -1;
	if (document_take_lines(w, body, "lines", 1, d, err) < 0 || document_take_lines(w, body, "payments", 0, d, err) < 0)
		return -1;
	return lines_fill(w, d, err);
}

/* --- amounts --- */

int line_settle(struct part_rows *lines, int i, bool included, int64_t *total, int64_t *tax, struct err *err)
{
	int64_t price = part_int(lines, i, "unit_price"), qty = part_int(lines, i, "qty"), rate = part_int(lines, i, "tax_rate");
	int64_t gross, amount, line_tax;

	if (part_get(lines, i, "unit_price").type == VAL_NULL || part_get(lines, i, "tax_rate").type == VAL_NULL)
		return err_field(err, "/unit_price", "required", "unit_price and tax_rate must be fixed");
	if (!money_fits(price, qty))
		return err_field(err, "/qty", "range", "the line is worth more than %lld", (long long)MONEY_MAX);
	gross = money_times(price, qty);
	amount = gross - part_int(lines, i, "discount");
	if (amount < 0)
		return err_field(err, "/discount", "range", "discount is more than the line's %lld", (long long)gross);
	line_tax = included ? tax_inside(amount, rate) : tax_on(amount, rate);
	part_set(lines, i, "amount", v_int(amount));
	part_set(lines, i, "tax", v_int(line_tax));
	*tax += line_tax;
	*total += included ? amount : amount + line_tax;
	return *total <= MONEY_MAX ? 0 : err_field(err, "/qty", "range", "the sale is worth more than %lld", (long long)MONEY_MAX);
}

/* Cash above the total gives change; anything else above it is a mistake. */
static int settle_payments(struct doc *d, int64_t total, struct err *err)
{
	const struct part_rows *payments = doc_part(d, "payments");
	int64_t cash = 0, other = 0, change;

	for (int i = 0; i < payments->n; i++) {
		bool is_cash = strcmp(part_get(payments, i, "method").s, "cash") == 0;

		*(is_cash ? &cash : &other) += part_int(payments, i, "amount");
		if (cash + other > MONEY_MAX)
			return err_field(err, "/payments", "range", "payments: more than %lld", (long long)MONEY_MAX);
	}
	if (other > total)
		return err_field(err, "/payments", "overpaid", "payments without cash are %lld, the total is %lld: at most the total",
				 (long long)other, (long long)total);
	if (credit_spent(payments) > 0 && row_get(&d->head, "customer").type == VAL_NULL)
		return err_field(err, "/customer", "customer_required", "payments: store credit is a customer's: whose?");
	change = MAX(cash + other - total, 0);
	row_set(&d->head, "paid", v_int(cash + other - change));
	row_set(&d->head, "change_given", v_int(change));
	if (cash + other < total && row_get(&d->head, "customer").type == VAL_NULL)
		return err_field(err, "/customer", "customer_required",
				 "%lld of %lld is paid: a sale on account needs a customer",
				 (long long)(cash + other), (long long)total);
	return 0;
}

int sale_settle(struct doc *d, struct err *err)
{
	struct part_rows *lines = doc_part(d, "lines");
	bool included = row_int(&d->head, "tax_included");
	int64_t total = 0, tax = 0;

	for (int i = 0; i < lines->n; i++)
		if (line_settle(lines, i, included, &total, &tax, err) < 0)
			return err_under(err, "/lines/%d", i);
	row_set(&d->head, "total", v_int(total));
	row_set(&d->head, "tax", v_int(tax));
	return settle_payments(d, total, err);
}

int sale_permit(struct write *w, const struct doc *d, struct err *err)
{
	return account_spend(w, row_uuid(&d->head, "customer"), credit_spent(doc_part((struct doc *)d, "payments")), "/payments", err);
}

int sale_judge(struct write *w, const struct doc *d, struct err *err)
{
	if (credit_spent(doc_part((struct doc *)d, "payments")) == 0)
		return 0;
	return account_judge(w, d, row_uuid(&d->head, "customer"), err);
}

/* --- what follows from it --- */

/* Money in, by method; the change leaves the cash drawer again. */
static void book_payments(struct entry *e, struct doc *d)
{
	const struct part_rows *payments = doc_part(d, "payments");

	for (int i = 0; i < payments->n; i++)
		entry_debit(e, ledger_account(part_get(payments, i, "method").s), part_int(payments, i, "amount"));
	entry_credit(e, "1010", row_int(&d->head, "change_given"));
	entry_debit(e, "1100", row_int(&d->head, "total") - row_int(&d->head, "paid"));
}

/* Sales are booked gross and discounts beside them, both without tax. */
static void book_income(struct entry *e, struct doc *d)
{
	const struct part_rows *lines = doc_part(d, "lines");
	bool included = row_int(&d->head, "tax_included");
	int64_t discounts = 0, tax = row_int(&d->head, "tax");

	for (int i = 0; i < lines->n; i++) {
		int64_t discount = part_int(lines, i, "discount");

		discounts += included ? discount - tax_inside(discount, part_int(lines, i, "tax_rate")) : discount;
	}
	entry_debit(e, "4030", discounts);
	entry_credit(e, "4010", row_int(&d->head, "total") - tax + discounts);
	entry_credit(e, "2020", tax);
}

int sale_derive(struct write *w, struct doc *d, struct err *err)
{
	const struct part_rows *lines = doc_part(d, "lines");
	int64_t cost = 0;
	struct moves m;
	struct entry e;

	moves_begin(&m, w->t->pool, d);
	for (int i = 0; i < lines->n; i++) {
		int64_t line_cost;

		if (moves_out(&m, w, i, part_uuid(lines, i, "product"), part_int(lines, i, "qty"), &line_cost, err) < 0)
			return -1;
		cost += line_cost;
	}
	entry_begin(&e, w->t->pool, d);
	book_payments(&e, d);
	book_income(&e, d);
	entry_debit(&e, "5010", cost);
	entry_credit(&e, "1200", cost);
	entry_end(&e);
	return 0;
}
