/* Complete Sale and purchase, one case a line: what is refused and why, what it
 * comes to, what it had cost, what is booked where. */
#include "base/base.h"
#include "fixture.h"

#define TEA "01900000-0000-7000-8000-000000000001"	/* 9.00, no tax */
#define JAM "01900000-0000-7000-8000-000000000002"	/* 5.10 with 19 % */
#define FEE "01900000-0000-7000-8000-000000000003"	/* 5.00, not kept in stock */
#define ALI "01900000-0000-7000-8000-000000000004"

static void make(struct fixture *f, const char *table, const char *body)
{
	struct row r;

	must(f, record_create(&f->w, schema_table(table), fixture_json(f, body), &r, &f->err));
}

static void open_shop(struct fixture *f)
{
	make(f, "products", "{'uuid':'" TEA "','name':'Tea','price':9,'tax_rate':0}");
	make(f, "products", "{'uuid':'" JAM "','name':'Jam','price':510,'tax_rate':1900}");
	make(f, "products", "{'uuid':'" FEE "','name':'Delivery','price':500,'tax_rate':0,'tracked':false}");
	make(f, "customers", "{'uuid':'" ALI "','name':'Ali'}");
}

static int post(struct fixture *f, const char *table, const char *body, struct doc *d)
{
	bool identical;

	return document_create(&f->w, schema_table(table), fixture_json(f, body), d, &identical, &f->err);
}

static void buy(struct fixture *f, const char *lines)
{
	struct buf body = { 0 };
	struct doc d;

	buf_printf(&body, "{'lines':[%s]}", lines);
	must(f, post(f, "purchases", body.data, &d));
	buf_release(&body);
}

/* 'P qty at price; …' would be a language of its own: plain JSON it is. */
#define LINE(product, qty, price) "{'product':'" product "','qty':" #qty ",'unit_price':" #price "}"
#define IN(product, qty, cost) "{'product':'" product "','qty':" #qty ",'unit_cost':" #cost "}"
#define CASH(amount) "{'method':'cash','amount':" #amount "}"
#define CARD(amount) "{'method':'card','amount':" #amount "}"

/* --- the entry --- */

/* Debit less credit on an account in this document's entry. */
static int64_t booked(const struct doc *d, const char *account)
{
	const struct part_rows *lines = doc_part((struct doc *)d, "entry_lines");
	struct uuid uuid = seed_uuid("account", account);
	int64_t sum = 0;

	for (int i = 0; i < lines->n; i++)
		if (uuid_eq(part_uuid(lines, i, "account"), uuid))
			sum += part_int(lines, i, "debit") - part_int(lines, i, "credit");
	return sum;
}

static void assert_balanced(const struct doc *d, const char *what)
{
	const struct part_rows *lines = doc_part((struct doc *)d, "entry_lines");
	int64_t debit = 0, credit = 0;

	for (int i = 0; i < lines->n; i++) {
		debit += part_int(lines, i, "debit");
		credit += part_int(lines, i, "credit");
	}
	if (debit != credit)
		fail_msg("%s: %lld debit, %lld credit", what, (long long)debit, (long long)credit);
}

/* Cost of goods of a sale, by its moves; the entry must say the same. */
static int64_t cost_of(const struct doc *d, const char *what)
{
	const struct part_rows *moves = doc_part((struct doc *)d, "moves");
	int64_t cost = 0;

	for (int i = 0; i < moves->n; i++)
		cost -= part_int(moves, i, "cost");
	if (booked(d, "5010") != cost || booked(d, "1200") != -cost)
		fail_msg("%s: the moves cost %lld, the entry says %lld and %lld", what, (long long)cost,
			 (long long)booked(d, "5010"), (long long)booked(d, "1200"));
	return cost;
}

static void assert_is(const char *what, const char *figure, int64_t is, int64_t should)
{
	if (is != should)
		fail_msg("%s: %s is %lld, not %lld", what, figure, (long long)is, (long long)should);
}

/* --- what it comes to --- */

struct amounts {
	const char *what;
	bool included;
	const char *lines, *payments;
	int64_t total, tax, paid, change;
	int64_t cash, card, owed, sales, discounts, tax_due;	/* debit less credit */
};

static const struct amounts amounts[] = {
	/* what				tax in	lines, payments
	 *					total tax paid change	cash card owed sales discounts tax_due */
	{ "paid exactly",		true, LINE(TEA, 2000, 9), CASH(18), 18, 0, 18, 0, 18, 0, 0, -18, 0, 0 },
	{ "change is given",		true, LINE(TEA, 2000, 9), CASH(50), 18, 0, 18, 32, 18, 0, 0, -18, 0, 0 },
	{ "paid by card and in cash",	true, LINE(TEA, 2000, 9), CARD(10) "," CASH(8), 18, 0, 18, 0, 8, 10, 0, -18, 0, 0 },
	{ "card, and too much cash",	true, LINE(TEA, 2000, 9), CARD(10) "," CASH(20), 18, 0, 18, 12, 8, 10, 0, -18, 0, 0 },
	{ "all by card, cash too",	true, LINE(TEA, 2000, 9), CARD(18) "," CASH(5), 18, 0, 18, 5, 0, 18, 0, -18, 0, 0 },
	{ "bank is booked like card",	true, LINE(TEA, 2000, 9), "{'method':'bank','amount':18}", 18, 0, 18, 0, 0, 18, 0, -18, 0, 0 },
	{ "nothing to pay",		true, LINE(TEA, 1000, 0), "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ "tax inside",			true, LINE(JAM, 1000, 510), CASH(510), 510, 81, 510, 0, 510, 0, 0, -429, 0, -81 },
	{ "tax on top",			false, LINE(JAM, 1000, 510), CASH(607), 607, 97, 607, 0, 607, 0, 0, -510, 0, -97 },
	{ "tax of each line is rounded by itself", false, LINE(JAM, 1000, 3) "," LINE(JAM, 1000, 3), CASH(8),
	  8, 2, 8, 0, 8, 0, 0, -6, 0, -2 },
	{ "half a minor unit of tax goes away from zero", false, "{'product':'" TEA "','qty':1000,'unit_price':5,'tax_rate':1000}",
	  CASH(6), 6, 1, 6, 0, 6, 0, 0, -5, 0, -1 },
	{ "half a unit of goods as well", true, LINE(TEA, 500, 9), CASH(5), 5, 0, 5, 0, 5, 0, 0, -5, 0, 0 },
	{ "a third of one",		true, LINE(TEA, 333, 10), CASH(3), 3, 0, 3, 0, 3, 0, 0, -3, 0, 0 },
	{ "a discount",			true, "{'product':'" TEA "','qty':2000,'unit_price':9,'discount':3}", CASH(15),
	  15, 0, 15, 0, 15, 0, 0, -18, 3, 0 },
	{ "a discount with tax inside",	true, "{'product':'" JAM "','qty':1000,'unit_price':510,'discount':119}", CASH(391),
	  391, 62, 391, 0, 391, 0, 0, -429, 100, -62 },
	{ "a discount with tax on top",	false, "{'product':'" JAM "','qty':1000,'unit_price':510,'discount':110}", CASH(476),
	  476, 76, 476, 0, 476, 0, 0, -510, 110, -76 },
	{ "a discount of everything",	true, "{'product':'" TEA "','qty':2000,'unit_price':9,'discount':18}", "",
	  0, 0, 0, 0, 0, 0, 0, -18, 18, 0 },
	{ "the price of the product",	true, "{'product':'" JAM "','qty':2000}", CASH(1020), 1020, 163, 1020, 0, 1020, 0, 0, -857, 0, -163 },
};

static void comes_to(struct fixture *f, const struct amounts *c)
{
	struct buf body = { 0 };
	struct doc d;
	struct row r;

	must(f, setting_put(&f->w, "tenant", (struct uuid){ { 0 } }, "prices_include_tax",
			    fixture_json(f, c->included ? "true" : "false"), &r, &f->err));
	buf_printf(&body, "{'lines':[%s],'payments':[%s]}", c->lines, c->payments);
	must(f, post(f, "invoices", body.data, &d));
	buf_release(&body);
	assert_is(c->what, "total", row_int(&d.head, "total"), c->total);
	assert_is(c->what, "tax", row_int(&d.head, "tax"), c->tax);
	assert_is(c->what, "paid", row_int(&d.head, "paid"), c->paid);
	assert_is(c->what, "change", row_int(&d.head, "change_given"), c->change);
	assert_is(c->what, "cash", booked(&d, "1010"), c->cash);
	assert_is(c->what, "card", booked(&d, "1020"), c->card);
	assert_is(c->what, "owed", booked(&d, "1100"), c->owed);
	assert_is(c->what, "sales", booked(&d, "4010"), c->sales);
	assert_is(c->what, "discounts", booked(&d, "4030"), c->discounts);
	assert_is(c->what, "tax due", booked(&d, "2020"), c->tax_due);
	assert_balanced(&d, c->what);
}

static void test_a_sale_comes_to_what_its_lines_say(void **state)
{
	struct fixture *f = *state;

	open_shop(f);
	for (size_t i = 0; i < ARRAY_LEN(amounts); i++)
		comes_to(f, &amounts[i]);
}

static void test_what_is_not_paid_is_owed(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	must(f, post(f, "invoices", "{'customer':'" ALI "','lines':[" LINE(TEA, 2000, 9) "],'payments':[" CASH(5) "]}", &d));
	assert_int_equal(row_int(&d.head, "paid"), 5);
	assert_int_equal(booked(&d, "1100"), 13);
	assert_int_equal(booked(&d, "1010"), 5);
	assert_balanced(&d, "on account");
}

/* --- what is refused --- */

struct refusal {
	const char *what, *table, *body, *code, *field;
};

static const struct refusal refusals[] = {
	{ "underpaid, by nobody", "invoices", "{'lines':[" LINE(TEA, 2000, 9) "],'payments':[" CASH(17) "]}", "customer_required", "/customer" },
	{ "not paid, by nobody", "invoices", "{'lines':[" LINE(TEA, 2000, 9) "]}", "customer_required", "/customer" },
	{ "overpaid by card", "invoices", "{'lines':[" LINE(TEA, 2000, 9) "],'payments':[" CARD(19) "]}", "overpaid", "/payments" },
	{ "overpaid by two cards", "invoices", "{'lines':[" LINE(TEA, 2000, 9) "],'payments':[" CARD(9) "," CARD(10) "]}", "overpaid", "/payments" },
	{ "overpaid, with a customer", "invoices", "{'customer':'" ALI "','lines':[" LINE(TEA, 2000, 9) "],'payments':[" CARD(19) "]}",
	  "overpaid", "/payments" },
	{ "a discount above the line", "invoices", "{'lines':[{'product':'" TEA "','qty':2000,'unit_price':9,'discount':19}]}", "range",
	  "/lines/0/discount" },
	{ "no line", "invoices", "{'lines':[]}", "required", "/lines" },
	{ "nothing of something", "invoices", "{'lines':[" LINE(TEA, 0, 9) "]}", "range", "/lines/0/qty" },
	{ "less than nothing", "invoices", "{'lines':[" LINE(TEA, -1000, 9) "]}", "range", "/lines/0/qty" },
	{ "a price below zero", "invoices", "{'lines':[" LINE(TEA, 1000, -9) "]}", "range", "/lines/0/unit_price" },
	{ "the second line is meant", "invoices", "{'lines':[" LINE(TEA, 1000, 9) "," LINE(ALI, 1000, 9) "]}", "unknown", "/lines/1/product" },
	{ "an unknown way to pay", "invoices", "{'lines':[" LINE(TEA, 1000, 9) "],'payments':[{'method':'shells','amount':9}]}",
	  "not_a_choice", "/payments/0/method" },
	{ "more than money can say", "invoices", "{'lines':[" LINE(TEA, 1000000000000, 1000000000) "]}", "range", "/lines/0/qty" },
	{ "a purchase of nothing", "purchases", "{'lines':[]}", "required", "/lines" },
	{ "a purchase of what is unknown", "purchases", "{'lines':[" IN(ALI, 1000, 9) "]}", "unknown", "/lines/0/product" },
	{ "a purchase at less than nothing", "purchases", "{'lines':[" IN(TEA, 1000, -1) "]}", "range", "/lines/0/unit_cost" },
	{ "a purchase worth too much", "purchases", "{'lines':[" IN(TEA, 1000000000000, 1000000000) "]}", "range", "/lines" },
};

static void test_what_cannot_be_is_refused_by_its_field(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *c = &refusals[i];

		err_clear(&f->err);
		if (post(f, c->table, c->body, &d) == 0)
			fail_msg("%s: was not refused", c->what);
		if (strcmp(f->err.code, c->code) != 0 || strcmp(f->err.field, c->field) != 0)
			fail_msg("%s: refused by %s %s, not by %s %s: %s", c->what, f->err.code, f->err.field, c->code,
				 c->field, f->err.text);
		assert_int_equal(f->err.kind, ERR_INPUT);	/* 422 */
	}
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM invoices", NO_ARGS), 0);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM stock_moves", NO_ARGS), 0);
}

/* --- what it had cost --- */

struct costing {
	const char *what, *in[3], *out[3];
	int64_t cost[3], on_hand, value;	/* of tea: cost of each sale, then what is left */
};

static const struct costing costings[] = {
	{ "two prices in one purchase", { IN(TEA, 10000, 5) "," IN(TEA, 10000, 7) }, { LINE(TEA, 12000, 9) }, { 64 }, 8000, 56 },
	{ "two prices in two purchases", { IN(TEA, 10000, 5), IN(TEA, 10000, 7) }, { LINE(TEA, 12000, 9) }, { 64 }, 8000, 56 },
	{ "twice in one sale", { IN(TEA, 10000, 5), IN(TEA, 10000, 7) }, { LINE(TEA, 5000, 9) "," LINE(TEA, 7000, 9) }, { 64 }, 8000, 56 },
	{ "in three sales", { IN(TEA, 10000, 5), IN(TEA, 10000, 7) }, { LINE(TEA, 9000, 9), LINE(TEA, 2000, 9), LINE(TEA, 9000, 9) },
	  { 45, 12, 63 }, 0, 0 },
	{ "the last layer to its end", { IN(TEA, 10000, 5), IN(TEA, 10000, 7) }, { LINE(TEA, 20000, 9) }, { 120 }, 0, 0 },
	{ "thirds leave no residue", { IN(TEA, 1000, 100) }, { LINE(TEA, 333, 9), LINE(TEA, 333, 9), LINE(TEA, 334, 9) }, { 33, 33, 34 }, 0, 0 },
	{ "nor do sevenths in one sale", { IN(TEA, 7000, 1) }, { LINE(TEA, 3500, 9) "," LINE(TEA, 3500, 9) }, { 7 }, 0, 0 },
	{ "a weight at a price", { IN(TEA, 3333, 107) }, { LINE(TEA, 1111, 9), LINE(TEA, 2222, 9) }, { 119, 238 }, 0, 0 },
	{ "goods that were free", { IN(TEA, 2000, 0), IN(TEA, 2000, 6) }, { LINE(TEA, 3000, 9) }, { 6 }, 1000, 6 },
	{ "more than there is", { IN(TEA, 2000, 5) }, { LINE(TEA, 3000, 9) }, { 10 }, -1000, 0 },
	{ "when there is none", { NULL }, { LINE(TEA, 3000, 9) }, { 0 }, -3000, 0 },
	{ "the other goods do not matter", { IN(JAM, 9000, 3), IN(TEA, 2000, 5) }, { LINE(TEA, 1000, 9) }, { 5 }, 1000, 5 },
	{ "what is not kept in stock costs nothing", { IN(TEA, 1000, 5) }, { LINE(FEE, 1000, 500) }, { 0 }, 1000, 5 },
};

static int64_t of_tea(struct fixture *f, const char *sql)
{
	struct uuid tea;

	assert_int_equal(uuid_parse(&tea, TEA, UUID_TEXT_LEN), 0);
	return fixture_int(f, sql, ARGS(v_uuid(f->w.tenant), v_uuid(tea)));
}

static void assert_left(struct fixture *f, const struct costing *c)
{
	/* The cache, and the moves that it is a sum of. */
	assert_is(c->what, "on hand", of_tea(f, "SELECT CAST(COALESCE(sum(on_hand), 0) AS bigint) FROM stock "
						"WHERE tenant = $1 AND product = $2"), c->on_hand);
	assert_is(c->what, "value", of_tea(f, "SELECT CAST(COALESCE(sum(value), 0) AS bigint) FROM stock "
					      "WHERE tenant = $1 AND product = $2"), c->value);
	assert_is(c->what, "the sum of moves", of_tea(f, "SELECT CAST(COALESCE(sum(qty), 0) AS bigint) FROM stock_moves "
							 "WHERE tenant = $1 AND product = $2"), c->on_hand);
	assert_is(c->what, "their worth", of_tea(f, "SELECT CAST(COALESCE(sum(cost), 0) AS bigint) FROM stock_moves "
						    "WHERE tenant = $1 AND product = $2"), c->value);
	assert_is(c->what, "in layers", of_tea(f, "SELECT CAST(COALESCE(sum(value_left), 0) AS bigint) FROM layers "
						  "WHERE tenant = $1 AND product = $2"), c->value);
}

static void sell(struct fixture *f, const char *what, const char *lines, int64_t cost)
{
	struct buf body = { 0 };
	struct doc d;

	buf_printf(&body, "{'customer':'" ALI "','lines':[%s]}", lines);
	must(f, post(f, "invoices", body.data, &d));
	buf_release(&body);
	assert_is(what, "cost", cost_of(&d, what), cost);
	assert_balanced(&d, what);
}

static void costs(struct fixture *f, const struct costing *c)
{
	open_shop(f);
	for (size_t i = 0; i < ARRAY_LEN(c->in) && c->in[i]; i++)
		buy(f, c->in[i]);
	for (size_t i = 0; i < ARRAY_LEN(c->out) && c->out[i]; i++)
		sell(f, c->what, c->out[i], c->cost[i]);
	assert_left(f, c);
	fixture_rollback(f);
}

static void test_goods_leave_in_the_order_they_came(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(costings); i++)
		costs(*state, &costings[i]);
}

/* --- purchases --- */

static void test_a_purchase_is_stock_and_a_debt(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	must(f, post(f, "purchases", "{'lines':[" IN(TEA, 10000, 5) "," IN(JAM, 3333, 107) "," IN(FEE, 1000, 40) "]}", &d));
	assert_int_equal(booked(&d, "1200"), 50 + 357);
	assert_int_equal(booked(&d, "6010"), 40);	/* not kept in stock: used up at once */
	assert_int_equal(booked(&d, "2010"), -(50 + 357 + 40));
	assert_int_equal(doc_part(&d, "moves")->n, 2);
	assert_balanced(&d, "purchase");
}

FIXTURE_MAIN(TILL(test_a_sale_comes_to_what_its_lines_say), TILL(test_what_is_not_paid_is_owed),
	     TILL(test_what_cannot_be_is_refused_by_its_field), TILL(test_goods_leave_in_the_order_they_came),
	     HUB(test_goods_leave_in_the_order_they_came), TILL(test_a_purchase_is_stock_and_a_debt))
