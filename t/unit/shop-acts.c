/* What people do in a shop.  A new kind of document is one line of the table
 * below, and one function. */
#include "base/base.h"
#include "shop.h"

#define OPEN_SHIFTS "SELECT uuid FROM shifts s WHERE tenant = $1 AND NOT EXISTS (SELECT 1 FROM shift_closes c " \
	"WHERE c.tenant = s.tenant AND c.shift = s.uuid) ORDER BY uuid"

/* At a till or, as from a browser, at the cloud. */
static struct fixture *anywhere(struct shop *s)
{
	int i = (int)chance(s, SHOP_TILLS + 1);

	return i == SHOP_TILLS ? s->net->hub : s->net->till[i];
}

/* Whole pieces mostly, but cheese is sold by weight. */
static int64_t a_qty(struct shop *s)
{
	return one_in(s, 3) ? 1 + chance(s, 4000) : 1000 * (1 + chance(s, 8));
}

static void put_method(struct shop *s, struct buf *b, const char *more)
{
	static const char *const methods[] = { "cash", "cash", "card", "bank", "mobile" };

	buf_printf(b, "'method':'%s'%s", methods[chance(s, (int64_t)ARRAY_LEN(methods))], more);
}

/* Members for a document's head that name one row or are left out. */
static void put_ref(struct buf *b, const char *name, struct uuid u)
{
	if (!uuid_is_zero(u))
		buf_printf(b, "'%s':'%s',", name, uuid_text(u).s);
}

/* --- selling --- */

static bool put_lines(struct shop *s, struct fixture *f, const char *price, struct buf *b)
{
	int n = 1 + (int)chance(s, 3);

	buf_printf(b, "'lines':[");
	for (int i = 0; i < n; i++) {
		struct uuid product = any_product(s, f);

		if (uuid_is_zero(product))
			return false;
		buf_printf(b, "%s{'product':'%s','qty':%lld,'%s':%lld}", i ? "," : "", uuid_text(product).s, (long long)a_qty(s),
			   price, (long long)any_amount(s));
	}
	buf_printf(b, "]");
	return true;
}

/* Cash gives change; on account a part may be paid at once. */
static void put_payments(struct shop *s, struct fixture *f, struct buf *b)
{
	struct uuid customer = any_customer(s, f);

	if (uuid_is_zero(customer) || one_in(s, 2)) {
		buf_printf(b, ",'payments':[{'method':'cash','amount':1000000}]");
		return;
	}
	buf_printf(b, ",'customer':'%s','payments':[", uuid_text(customer).s);
	for (int i = 0, n = (int)chance(s, 3); i < n; i++) {
		buf_printf(b, "%s{", i ? "," : "");
		put_method(s, b, "");
		buf_printf(b, ",'amount':%lld}", (long long)(1 + chance(s, 2000)));
	}
	buf_printf(b, "]");
}

static void sells(struct shop *s, struct fixture *f)
{
	struct buf b = { 0 };

	if (!put_lines(s, f, "unit_price", &b)) {
		buf_release(&b);
		return;
	}
	put_payments(s, f, &b);
	buf_printf(&b, ",");
	put_ref(&b, "shift", any_of(s, f, OPEN_SHIFTS));
	buf_printf(&b, "'note':'as ever'");
	shop_post(s, f, "invoices", shop_uuid(s), &b);
}

/* The cloud took the sale, its answer was lost, and the till took it as well. */
static void sells_twice_over(struct shop *s, struct fixture *f UNUSED)
{
	struct fixture *till = s->net->till[chance(s, SHOP_TILLS)], *hub = s->net->hub;
	struct uuid product = any_product(s, till), uuid = shop_uuid(s);

	if (uuid_is_zero(product) || row_exists(hub->db, hub->w.tenant, schema_table("products"), product, &hub->err) <= 0)
		return;
	for (int i = 0, n = s->n_said; i < 2; i++) {
		struct buf b = { 0 };

		buf_printf(&b, "'number':'F-%06d','lines':[{'product':'%s','qty':1500,'unit_price':333}],"
			   "'payments':[{'method':'cash','amount':1000}]", n, uuid_text(product).s);
		shop_post(s, i ? till : hub, "invoices", uuid, &b);
	}
}

static void cancels(struct shop *s, struct fixture *f)
{
	struct uuid invoice = any_of(s, f, ANY("invoices"));
	struct buf b = { 0 };

	if (uuid_is_zero(invoice))
		return;
	buf_printf(&b, "'invoice':'%s','reason':'a mistake'", uuid_text(invoice).s);
	if (one_in(s, 3))
		buf_printf(&b, ",'lines':[{'line':0,'goods':'defect'}]");
	shop_post(s, f, "cancellations", shop_uuid(s), &b);
}

static const char *a_condition(struct shop *s)
{
	static const char *const conditions[] = { "resaleable", "resaleable", "defect", "dispose" };

	return conditions[chance(s, 4)];
}

static void takes_back(struct shop *s, struct fixture *f)
{
	struct uuid invoice = any_of(s, f, ANY("invoices"));
	struct buf b = { 0 };

	if (uuid_is_zero(invoice))
		return;
	buf_printf(&b, "'invoice':'%s','lines':[{'line':0,'qty':%lld,'condition':'%s'}]", uuid_text(invoice).s, (long long)a_qty(s),
		   a_condition(s));
	shop_post(s, f, "returns", shop_uuid(s), &b);
}

static void takes_back_without_a_receipt(struct shop *s, struct fixture *f)
{
	struct uuid product = any_product(s, f);
	struct buf b = { 0 };

	if (uuid_is_zero(product))
		return;
	buf_printf(&b, "'lines':[{'product':'%s','qty':%lld,'unit_price':%lld,'condition':'%s'}]", uuid_text(product).s,
		   (long long)a_qty(s), (long long)any_amount(s), a_condition(s));
	shop_post(s, f, "returns", shop_uuid(s), &b);
}

/* What is owed is mostly small change here: more is refused. */
static int64_t a_payment(struct shop *s)
{
	return 1 + chance(s, one_in(s, 2) ? 40 : 2000);
}

static void is_paid(struct shop *s, struct fixture *f)
{
	struct uuid customer = any_customer(s, f);
	struct buf b = { 0 };

	if (uuid_is_zero(customer))
		return;
	put_ref(&b, "customer", customer);
	put_method(s, &b, "");
	buf_printf(&b, ",'amount':%lld", (long long)a_payment(s));
	shop_post(s, f, "customer_payments", shop_uuid(s), &b);
}

/* --- goods --- */

static void buys(struct shop *s, struct fixture *f)
{
	struct buf b = { 0 };

	put_ref(&b, "supplier", any_of(s, f, ANY("suppliers")));
	if (!put_lines(s, f, "unit_cost", &b)) {
		buf_release(&b);
		return;
	}
	shop_post(s, f, "purchases", shop_uuid(s), &b);
}

static void voids(struct shop *s, struct fixture *f)
{
	struct uuid purchase = any_of(s, f, ANY("purchases"));
	struct buf b = { 0 };

	if (uuid_is_zero(purchase))
		return;
	buf_printf(&b, "'purchase':'%s','reason':'never ordered'", uuid_text(purchase).s);
	shop_post(s, f, "purchase_voids", shop_uuid(s), &b);
}

static void pays(struct shop *s, struct fixture *f)
{
	struct uuid supplier = any_of(s, f, ANY("suppliers"));
	struct buf b = { 0 };

	if (uuid_is_zero(supplier))
		return;
	put_ref(&b, "supplier", supplier);
	put_method(s, &b, "");
	buf_printf(&b, ",'amount':%lld", (long long)a_payment(s));
	shop_post(s, f, "supplier_payments", shop_uuid(s), &b);
}

static void adjusts(struct shop *s, struct fixture *f)
{
	struct uuid product = any_product(s, f);
	struct buf b = { 0 };

	if (uuid_is_zero(product))
		return;
	if (one_in(s, 3))
		buf_printf(&b, "'kind':'count','reason':'a count','lines':[{'product':'%s','counted':%lld}]", uuid_text(product).s,
			   (long long)a_qty(s));
	else if (one_in(s, 3))
		buf_printf(&b, "'kind':'opening','reason':'was there','lines':[{'product':'%s','qty':%lld,'unit_cost':%lld}]",
			   uuid_text(product).s, (long long)a_qty(s), (long long)any_amount(s));
	else
		buf_printf(&b, "'reason':'lost or found','lines':[{'product':'%s','qty':%s%lld}]", uuid_text(product).s,
			   one_in(s, 3) ? "" : "-", (long long)a_qty(s));
	shop_post(s, f, "stock_adjustments", shop_uuid(s), &b);
}

static void orders(struct shop *s, struct fixture *f)
{
	struct buf b = { 0 };
	struct row r;

	buf_printf(&b, "{'uuid':'%s','status':'ordered',", uuid_text(shop_uuid(s)).s);
	if (put_lines(s, f, "unit_cost", &b)) {
		buf_printf(&b, "}");
		shop_now(f);
		must(f, record_create(&f->w, schema_table("purchase_orders"), fixture_json(f, b.data), &r, &f->err));
		fixture_commit(f);
	}
	buf_release(&b);
}

static void receives(struct shop *s, struct fixture *f)
{
	struct uuid order = any_of(s, f, ANY("purchase_orders"));
	struct buf b = { 0 };
	bool identical;
	struct doc d;

	if (uuid_is_zero(order))
		return;
	buf_printf(&b, "{'uuid':'%s'}", uuid_text(shop_uuid(s)).s);
	err_clear(&f->err);
	shop_now(f);
	if (shop_may(s, f, order_receive(&f->w, order, fixture_json(f, b.data), &d, &identical, &f->err), b.data))
		shop_made(s, f, &d);
	buf_release(&b);
}

/* All that is there of one product is another's from now on. */
static void merges_the_stock(struct shop *s, struct fixture *f)
{
	static const char tracked[] = "SELECT uuid FROM products WHERE tenant = $1 AND tracked = 1 ORDER BY uuid";
	struct uuid from = any_of(s, f, tracked), into = any_of(s, f, tracked);
	struct doc d;
	int rc;

	if (uuid_is_zero(from) || uuid_eq(from, into))
		return;
	err_clear(&f->err);
	shop_now(f);
	rc = adjustment_merge(&f->w, from, into, "the same", &d, &f->err);
	if (shop_may(s, f, rc, "stock") && rc == 0)
		shop_made(s, f, &d);
}

/* --- drawers --- */

static void opens_a_shift(struct shop *s, struct fixture *f)
{
	struct buf b = { 0 };

	buf_printf(&b, "'opening':%lld", (long long)any_amount(s));
	shop_post(s, f, "shifts", shop_uuid(s), &b);
}

static void moves_cash(struct shop *s, struct fixture *f)
{
	static const char *const kinds[] = { "cash_in", "cash_out", "expense" };
	struct uuid shift = any_of(s, f, OPEN_SHIFTS);
	struct buf b = { 0 };

	if (uuid_is_zero(shift))
		return;
	put_ref(&b, "shift", shift);
	buf_printf(&b, "'kind':'%s','amount':%lld,'reason':'change'", kinds[chance(s, 3)], (long long)(1 + chance(s, 500)));
	shop_post(s, f, "shift_movements", shop_uuid(s), &b);
}

static void closes_a_shift(struct shop *s, struct fixture *f)
{
	struct uuid shift = any_of(s, f, OPEN_SHIFTS);
	struct buf b = { 0 };

	if (uuid_is_zero(shift))
		return;
	put_ref(&b, "shift", shift);
	buf_printf(&b, "'counted':%lld", (long long)any_amount(s));
	shop_post(s, f, "shift_closes", shop_uuid(s), &b);
}

/* --- chance decides --- */

static const struct act people_acts[] = {
	{ "sells", 24, sells, NULL },
	{ "sells twice over", 2, sells_twice_over, NULL },
	{ "cancels", 5, cancels, NULL },
	{ "takes back", 8, takes_back, NULL },
	{ "takes back without a receipt", 2, takes_back_without_a_receipt, NULL },
	{ "is paid", 5, is_paid, NULL },
	{ "buys", 12, buys, NULL },
	{ "voids a purchase", 5, voids, NULL },
	{ "pays", 3, pays, NULL },
	{ "adjusts the stock", 5, adjusts, NULL },
	{ "orders", 2, orders, NULL },
	{ "receives what was ordered", 2, receives, NULL },
	{ "merges the stock of two products", 1, merges_the_stock, NULL },
	{ "opens a shift", 2, opens_a_shift, NULL },
	{ "moves cash", 3, moves_cash, NULL },
	{ "closes a shift", 2, closes_a_shift, NULL },
	{ NULL, 0, NULL, NULL }
};

static const struct act *const kinds_of_acts[] = { people_acts, record_acts, link_acts };

/* Of all that may happen the n-th, when each counts as often as it is done. */
static const struct act *act_at(int64_t n)
{
	for (size_t k = 0; k < ARRAY_LEN(kinds_of_acts); k++)
		for (const struct act *a = kinds_of_acts[k]; a->name; a++)
			if ((n -= a->often) < 0)
				return a;
	return NULL;
}

static int64_t acts_total(void)
{
	int64_t total = 0;

	for (size_t k = 0; k < ARRAY_LEN(kinds_of_acts); k++)
		for (const struct act *a = kinds_of_acts[k]; a->name; a++)
			total += a->often;
	return total;
}

void shop_act(struct shop *s)
{
	const struct act *a = act_at(chance(s, acts_total()));

	s->act = a->name;
	if (a->at_a_node)
		a->at_a_node(s, anywhere(s));
	else
		a->on_a_link(s, (int)chance(s, SHOP_TILLS));
}
