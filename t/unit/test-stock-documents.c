/* Goods counted, ordered, bought by mistake, and paid for: what is refused, what
 * is booked, what is left. */
#include "base/base.h"
#include "fixture.h"

#define TEA "01900000-0000-7000-8000-000000000001"
#define JAM "01900000-0000-7000-8000-000000000002"
#define FEE "01900000-0000-7000-8000-000000000003"	/* not kept in stock */
#define ALI "01900000-0000-7000-8000-000000000004"
#define MILL "01900000-0000-7000-8000-000000000005"	/* suppliers */
#define FARM "01900000-0000-7000-8000-000000000006"
#define BUY1 "01900000-0000-7000-8000-000000000011"
#define BUY2 "01900000-0000-7000-8000-000000000012"
#define ORDER "01900000-0000-7000-8000-000000000013"
#define VOID1 "01900000-0000-7000-8000-000000000014"

static struct uuid id(const char *text)
{
	struct uuid u;

	assert_int_equal(uuid_parse(&u, text, UUID_TEXT_LEN), 0);
	return u;
}

static void make(struct fixture *f, const char *table, const char *body)
{
	struct row r;

	must(f, record_create(&f->w, schema_table(table), fixture_json(f, body), &r, &f->err));
}

static int post(struct fixture *f, const char *table, const char *body, struct doc *d)
{
	bool identical;

	return document_create(&f->w, schema_table(table), fixture_json(f, body), d, &identical, &f->err);
}

static void done(struct fixture *f, const char *table, const char *body)
{
	struct doc d;

	must(f, post(f, table, body, &d));
}

static void open_shop(struct fixture *f)
{
	make(f, "products", "{'uuid':'" TEA "','name':'Tea','price':9,'tax_rate':0}");
	make(f, "products", "{'uuid':'" JAM "','name':'Jam','price':510}");
	make(f, "products", "{'uuid':'" FEE "','name':'Delivery','price':500,'tracked':false}");
	make(f, "customers", "{'uuid':'" ALI "','name':'Ali'}");
	make(f, "suppliers", "{'uuid':'" MILL "','name':'Mill'}");
	make(f, "suppliers", "{'uuid':'" FARM "','name':'Farm'}");
}

#define IN(product, qty, cost) "{'product':'" product "','qty':" #qty ",'unit_cost':" #cost "}"
#define OUT(product, qty) "{'product':'" product "','qty':" #qty "}"
#define COUNTED(product, n) "{'product':'" product "','counted':" #n "}"
#define ADJUST(kind, lines) "{'kind':'" kind "','reason':'why not','lines':[" lines "]}"
#define BUY(uuid, supplier, at, lines) \
	"{'uuid':'" uuid "','supplier':'" supplier "','at':'2026-01-0" at "T00:00:00Z','lines':[" lines "]}"
#define SELL(product, qty) "{'customer':'" ALI "','lines':[{'product':'" product "','qty':" #qty ",'unit_price':9}]}"
#define PAY(supplier, amount) "{'supplier':'" supplier "','method':'cash','amount':" #amount "}"
#define PAY_FOR(purchase, amount) "{'supplier':'" MILL "','purchase':'" purchase "','method':'bank','amount':" #amount "}"
#define VOID(uuid, purchase) "{'uuid':'" uuid "','purchase':'" purchase "','reason':'typed twice'}"

/* --- figures --- */

static int64_t sum(struct fixture *f, const char *sql, const char *product)
{
	return fixture_int(f, sql, ARGS(v_uuid(f->w.tenant), v_uuid(id(product))));
}

static void assert_stock(struct fixture *f, const char *product, int64_t on_hand, int64_t value)
{
	assert_int_equal(sum(f, "SELECT on_hand FROM stock WHERE tenant = $1 AND product = $2", product), on_hand);
	assert_int_equal(sum(f, "SELECT value FROM stock WHERE tenant = $1 AND product = $2", product), value);
	assert_int_equal(sum(f, "SELECT CAST(sum(qty) AS bigint) FROM stock_moves WHERE tenant = $1 AND product = $2", product), on_hand);
	assert_int_equal(sum(f, "SELECT CAST(sum(value_left) AS bigint) FROM layers WHERE tenant = $1 AND product = $2", product), value);
}

/* Debit less credit of an account in all the books. */
static int64_t balance(struct fixture *f, const char *account)
{
	return fixture_int(f, "SELECT CAST(sum(debit - credit) AS bigint) FROM journal_lines WHERE tenant = $1 AND account = $2",
			   ARGS(v_uuid(f->w.tenant), v_uuid(seed_uuid("account", account))));
}

static void assert_books(struct fixture *f)
{
	assert_int_equal(fixture_int(f, "SELECT CAST(sum(debit - credit) AS bigint) FROM journal_lines WHERE tenant = $1",
				     ARGS(v_uuid(f->w.tenant))), 0);
	assert_int_equal(balance(f, "1200"), fixture_int(f, "SELECT CAST(sum(value) AS bigint) FROM stock WHERE tenant = $1",
							 ARGS(v_uuid(f->w.tenant))));
}

/* --- adjustments --- */

static void goods_found_and_lost_are_booked_at_their_cost(void **state)
{
	struct fixture *f = *state;

	open_shop(f);
	done(f, "stock_adjustments", ADJUST("opening", IN(TEA, 10000, 5) "," IN(JAM, 3333, 107)));
	assert_stock(f, TEA, 10000, 50);
	assert_int_equal(balance(f, "3010"), -(50 + 357));
	done(f, "stock_adjustments", ADJUST("adjust", OUT(TEA, -4000)));
	assert_stock(f, TEA, 6000, 30);
	assert_int_equal(balance(f, "6020"), 20);
	done(f, "stock_adjustments", ADJUST("adjust", OUT(TEA, 2000)));	/* as it cost last */
	assert_stock(f, TEA, 8000, 40);
	done(f, "stock_adjustments", ADJUST("adjust", IN(TEA, 1000, 7) "," OUT(JAM, -3333)));
	assert_stock(f, TEA, 9000, 47);
	assert_stock(f, JAM, 0, 0);
	assert_int_equal(balance(f, "6020"), 20 - 10 - 7 + 357);
	assert_books(f);
}

static void more_may_be_lost_than_there_is(void **state)
{
	struct fixture *f = *state;

	open_shop(f);
	done(f, "stock_adjustments", ADJUST("opening", IN(TEA, 1000, 5)));
	done(f, "stock_adjustments", ADJUST("adjust", OUT(TEA, -3000)));
	assert_stock(f, TEA, -2000, 0);
	assert_int_equal(balance(f, "6020"), 5);
	assert_books(f);
}

static void a_count_is_what_it_differs_by(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	done(f, "stock_adjustments", ADJUST("opening", IN(TEA, 10000, 5) "," IN(JAM, 2000, 100)));
	must(f, post(f, "stock_adjustments", ADJUST("count", COUNTED(TEA, 7000) "," COUNTED(JAM, 5000)), &d));
	assert_int_equal(part_int(doc_part(&d, "lines"), 0, "expected"), 10000);
	assert_int_equal(part_int(doc_part(&d, "lines"), 0, "qty"), -3000);
	assert_int_equal(part_int(doc_part(&d, "lines"), 1, "qty"), 3000);
	assert_stock(f, TEA, 7000, 35);
	assert_stock(f, JAM, 5000, 500);
	assert_int_equal(balance(f, "6020"), 15 - 300);
	done(f, "invoices", SELL(TEA, 1000));
	must(f, post(f, "stock_adjustments", ADJUST("count", COUNTED(TEA, 6000)), &d));
	assert_int_equal(doc_part(&d, "moves")->n, 0);	/* it was right */
	assert_int_equal(doc_part(&d, "entry")->n, 0);
	assert_books(f);
}

/* The difference was fixed when it was counted: asking again is the same count. */
static void a_count_sent_again_is_here_already(void **state)
{
	static const char body[] = "{'uuid':'" VOID1 "','kind':'count','reason':'May','lines':[" COUNTED(TEA, 7000) "]}";
	struct fixture *f = *state;
	bool identical;
	struct doc d;

	open_shop(f);
	done(f, "stock_adjustments", ADJUST("opening", IN(TEA, 10000, 5)));
	done(f, "stock_adjustments", body);
	refused(f, "duplicate", document_create(&f->w, schema_table("stock_adjustments"), fixture_json(f, body), &d, &identical, &f->err));
	assert_true(identical);
	assert_stock(f, TEA, 7000, 35);
}

static void a_product_gets_the_layers_of_its_twin(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	done(f, "stock_adjustments", ADJUST("opening", IN(TEA, 10000, 5) "," IN(TEA, 10000, 7) "," IN(JAM, 1000, 1)));
	must(f, adjustment_merge(&f->w, id(TEA), id(JAM), "twin", &d, &f->err));
	assert_stock(f, TEA, 0, 0);
	assert_stock(f, JAM, 21000, 121);
	assert_int_equal(doc_part(&d, "entry")->n, 0);
	done(f, "invoices", SELL(JAM, 12000));
	assert_int_equal(balance(f, "5010"), 1 + 50 + 7);
	assert_int_equal(adjustment_merge(&f->w, id(TEA), id(JAM), "twin", &d, &f->err), 1);
	done(f, "invoices", SELL(TEA, 2000));		/* what is owed moves too */
	must(f, adjustment_merge(&f->w, id(TEA), id(JAM), "twin", &d, &f->err));
	assert_stock(f, TEA, 0, 0);			/* and costs what the other's units had cost */
	assert_stock(f, JAM, 7000, 49);
	assert_int_equal(balance(f, "5010"), 1 + 50 + 7 + 14);
	assert_books(f);
}

struct refusal {
	const char *what, *table, *body, *code, *field;
};

static const struct refusal refusals[] = {
	{ "no reason", "stock_adjustments", "{'lines':[" OUT(TEA, 1) "]}", "required", "/reason" },
	{ "no line", "stock_adjustments", ADJUST("adjust", ""), "required", "/lines" },
	{ "nothing moved", "stock_adjustments", ADJUST("adjust", OUT(TEA, 0)), "range", "/lines/0/qty" },
	{ "no quantity", "stock_adjustments", ADJUST("adjust", "{'product':'" TEA "'}"), "required", "/lines/0/qty" },
	{ "counted while adjusting", "stock_adjustments", ADJUST("adjust", COUNTED(TEA, 1)), "unknown_field", "/lines/0/counted" },
	{ "an opening below zero", "stock_adjustments", ADJUST("opening", OUT(TEA, -1)), "range", "/lines/0/qty" },
	{ "a price of what is lost", "stock_adjustments", ADJUST("adjust", IN(TEA, -1, 1)), "unknown_field", "/lines/0/unit_cost" },
	{ "not counted", "stock_adjustments", ADJUST("count", OUT(TEA, 1)), "required", "/lines/0/counted" },
	{ "counted twice", "stock_adjustments", ADJUST("count", COUNTED(TEA, 1) "," COUNTED(TEA, 2)), "twice", "/lines/1/product" },
	{ "not kept in stock", "stock_adjustments", ADJUST("count", COUNTED(FEE, 1)), "not_tracked", "/lines/0/product" },
	{ "unknown", "stock_adjustments", ADJUST("count", COUNTED(ALI, 1)), "unknown", "/lines/0/product" },
	{ "worth too much", "stock_adjustments", ADJUST("opening", IN(TEA, 1000000000000, 1000000000)), "range", "/lines" },
	{ "merged by hand", "stock_adjustments", ADJUST("merge", OUT(TEA, 1) "," OUT(JAM, -1)), "not_a_choice", "/kind" },
	{ "an order without goods", "purchase_orders", "{'status':'ordered','lines':[]}", "required", "/lines" },
	{ "an order of strange goods", "purchase_orders", "{'lines':[" IN(ALI, 1, 1) "]}", "unknown", "/lines/0/product" },
	{ "an order of nothing", "purchase_orders", "{'lines':[" IN(TEA, 0, 1) "]}", "range", "/lines/0/qty" },
	{ "an order without a cost", "purchase_orders", "{'lines':[" OUT(TEA, 1) "]}", "required", "/lines/0/unit_cost" },
	{ "an order that is no list", "purchase_orders", "{'lines':{}}", "type", "/lines" },
	{ "an order with a colour", "purchase_orders", "{'lines':[{'product':'" TEA "','qty':1,'unit_cost':1,'colour':'red'}]}",
	  "unknown_field", "/lines/0/colour" },
	{ "an order received by hand", "purchase_orders", "{'status':'received','lines':[" IN(TEA, 1, 1) "]}", "not_a_choice", "/status" },
};

static int try(struct fixture *f, const struct refusal *c)
{
	struct row r;
	struct doc d;

	if (schema_table(c->table)->rule == INSERT_ONCE)
		return post(f, c->table, c->body, &d);
	return record_create(&f->w, schema_table(c->table), fixture_json(f, c->body), &r, &f->err);
}

static void what_cannot_be_is_refused_by_its_field(void **state)
{
	struct fixture *f = *state;

	open_shop(f);
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *c = &refusals[i];

		err_clear(&f->err);
		if (try(f, c) == 0)
			fail_msg("%s: was not refused", c->what);
		if (strcmp(f->err.code, c->code) != 0 || strcmp(f->err.field, c->field) != 0)
			fail_msg("%s: refused by %s %s, not by %s %s: %s", c->what, f->err.code, f->err.field, c->code,
				 c->field, f->err.text);
	}
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM stock_moves", NO_ARGS), 0);
}

/* --- orders --- */

static const char *status_of_order(struct fixture *f)
{
	struct row r;

	assert_int_equal(row_load(f->db, f->pool, f->w.tenant, schema_table("purchase_orders"), id(ORDER), &r, &f->err), 1);
	return row_text(&r, "status");
}

static int change_order(struct fixture *f, const char *body)
{
	struct row r;

	return record_change(&f->w, schema_table("purchase_orders"), id(ORDER), NULL, fixture_json(f, body), &r, &f->err);
}

static int receive(struct fixture *f, const char *body, struct doc *d)
{
	bool identical;

	return order_receive(&f->w, id(ORDER), fixture_json(f, body), d, &identical, &f->err);
}

static void what_was_ordered_is_received_once(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	make(f, "purchase_orders", "{'uuid':'" ORDER "','supplier':'" MILL "','lines':[" IN(TEA, 10000, 5) "]}");
	assert_string_equal(status_of_order(f), "draft");
	must(f, change_order(f, "{'status':'ordered','lines':[" IN(TEA, 20000, 6) "]}"));
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM stock_moves", NO_ARGS), 0);
	refused(f, "not_a_choice", change_order(f, "{'status':'received'}"));
	must(f, receive(f, "{'uuid':'" BUY1 "'}", &d));
	assert_string_equal(status_of_order(f), "received");
	assert_true(uuid_eq(row_uuid(&d.head, "purchase_order"), id(ORDER)));
	assert_true(uuid_eq(row_uuid(&d.head, "supplier"), id(MILL)));
	assert_stock(f, TEA, 20000, 120);
	refused(f, "duplicate", receive(f, "{'uuid':'" BUY1 "'}", &d));
	refused(f, "received", receive(f, "{}", &d));
	refused(f, "received", change_order(f, "{'note':'late'}"));
	refused(f, "received", record_delete(&f->w, schema_table("purchase_orders"), id(ORDER), NULL, &f->err));
	assert_stock(f, TEA, 20000, 120);
}

static void other_goods_may_come_than_were_ordered(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	make(f, "purchase_orders", "{'uuid':'" ORDER "','status':'ordered','supplier':'" MILL "','lines':[" IN(TEA, 10000, 5) "]}");
	must(f, receive(f, "{'supplier':'" FARM "','lines':[" IN(JAM, 1000, 9) "]}", &d));
	assert_true(uuid_eq(row_uuid(&d.head, "supplier"), id(FARM)));
	assert_stock(f, JAM, 1000, 9);
	assert_string_equal(status_of_order(f), "received");
}

static void nothing_comes_from_a_cancelled_order(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	make(f, "purchase_orders", "{'uuid':'" ORDER "','lines':[" IN(TEA, 10000, 5) "]}");
	must(f, change_order(f, "{'status':'cancelled'}"));
	refused(f, "cancelled", receive(f, "{}", &d));
	must(f, change_order(f, "{'status':'draft','lines':[]}"));
	refused(f, "required", receive(f, "{}", &d));
	assert_string_equal(status_of_order(f), "draft");
}

/* --- voids --- */

static void a_purchase_is_voided_while_all_of_it_is_here(void **state)
{
	struct fixture *f = *state;
	struct doc d;

	open_shop(f);
	done(f, "purchases", BUY(BUY1, MILL, "1", IN(TEA, 10000, 5) "," IN(FEE, 1000, 40)));
	done(f, "purchases", BUY(BUY2, MILL, "2", IN(TEA, 10000, 7)));
	must(f, post(f, "purchase_voids", VOID(VOID1, BUY1), &d));
	assert_stock(f, TEA, 10000, 70);
	assert_int_equal(balance(f, "2010"), -70);
	assert_int_equal(balance(f, "6010"), 0);
	assert_books(f);
	refused(f, "duplicate", post(f, "purchase_voids", VOID(VOID1, BUY1), &d));
	refused(f, "voided", post(f, "purchase_voids", "{'purchase':'" BUY1 "','reason':'again'}", &d));
	done(f, "invoices", SELL(TEA, 2500));
	refused(f, "in_use", post(f, "purchase_voids", "{'purchase':'" BUY2 "','reason':'late'}", &d));
	assert_non_null(strstr(f->err.text, "Tea: 2.500"));
	refused(f, "required", post(f, "purchase_voids", "{'purchase':'" BUY2 "'}", &d));
	refused(f, "unknown", post(f, "purchase_voids", "{'purchase':'" VOID1 "','reason':'x'}", &d));
	assert_stock(f, TEA, 7500, 52);
}

/* --- what a till did while it was alone --- */

/* As the hub stores what a till made: nobody asks whether it is possible. */
static void ingest(struct fixture *f, const char *table, const char *uuid, const char *const members[][2])
{
	static const struct actor till = { .kind = ACTOR_DEVICE };
	struct actor *owner = (struct actor *)f->w.who;
	struct doc d;

	doc_init(&d, schema_table(table));
	d.head.uuid = id(uuid);
	d.head.origin = uuid_v7();
	d.head.updated_at = f->t.stamp;
	row_set(&d.head, "at", v_int(f->t.stamp));
	for (int i = 0; members[i][0]; i++) {
		struct uuid u;
		bool is_uuid = uuid_parse(&u, members[i][1], strlen(members[i][1])) == 0;

		row_set(&d.head, members[i][0], is_uuid ? v_uuid(u) : v_text(members[i][1]));
	}
	if (strcmp(table, "supplier_payments") == 0)
		row_set(&d.head, "amount", v_int(60));
	f->w.who = &till;
	must(f, document_settle(&d, &f->err));
	must(f, txn_seq(&f->t, f->w.tenant, &d.head.seq, &f->err));
	must(f, document_derive(&f->w, &d, &f->err));
	must(f, document_store(&f->w, &d, &f->err));
	f->w.who = owner;
}

static int64_t reviews(struct fixture *f, const char *kind, const char *a, const char *b)
{
	return fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM reviews WHERE tenant = $1 AND kind = $2 AND a = $3 AND b = $4 "
			      "AND state = 'open'", ARGS(v_uuid(f->w.tenant), v_text(kind), v_uuid(id(a)), v_uuid(id(b))));
}

static void a_purchase_voided_after_a_sale_elsewhere_is_for_people(void **state)
{
	static const char *const first[][2] = { { "purchase", BUY1 }, { "reason", "alone" }, { NULL } };
	struct fixture *f = *state;

	open_shop(f);
	done(f, "purchases", BUY(BUY1, MILL, "1", IN(TEA, 10000, 5)));
	done(f, "invoices", SELL(TEA, 3000));
	ingest(f, "purchase_voids", VOID1, first);
	assert_int_equal(sum(f, "SELECT on_hand FROM stock WHERE tenant = $1 AND product = $2", TEA), -3000);
	assert_int_equal(balance(f, "2010"), 0);
	assert_int_equal(reviews(f, "void_after_sale", BUY1, VOID1), 1);
	assert_books(f);
}

static void a_purchase_voided_twice_is_undone_once(void **state)
{
	static const char *const again[][2] = { { "purchase", BUY1 }, { "reason", "alone" }, { NULL } };
	struct fixture *f = *state;

	open_shop(f);
	done(f, "purchases", BUY(BUY1, MILL, "1", IN(TEA, 10000, 5)));
	done(f, "purchase_voids", VOID(VOID1, BUY1));
	ingest(f, "purchase_voids", BUY2, again);
	assert_stock(f, TEA, 0, 0);
	assert_int_equal(balance(f, "2010"), 0);
	assert_int_equal(reviews(f, "cancelled_twice", VOID1, BUY2), 1);
}

static void a_debt_paid_on_two_tills_is_for_people(void **state)
{
	static const char *const too[][2] = { { "supplier", MILL }, { "method", "cash" }, { NULL } };
	struct fixture *f = *state;

	open_shop(f);
	done(f, "purchases", BUY(BUY1, MILL, "1", IN(TEA, 10000, 10)));
	done(f, "supplier_payments", "{'uuid':'" ORDER "','supplier':'" MILL "','method':'cash','amount':60}");
	ingest(f, "supplier_payments", VOID1, too);
	assert_int_equal(balance(f, "2010"), 20);
	assert_int_equal(reviews(f, "overpaid", ORDER, VOID1), 1);
}

/* --- paying --- */

static struct json account_page(struct fixture *f, const char *supplier, struct page page)
{
	struct buf out = { 0 };
	struct json j;

	must(f, supplier_account(f->db, f->pool, f->w.tenant, id(supplier), &page, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

static struct json account(struct fixture *f, const char *supplier)
{
	return account_page(f, supplier, (struct page){ .limit = 50 });
}

/* What is left to pay of a purchase; fails where it is not listed. */
static int64_t open_of(struct json account, const char *purchase)
{
	struct json items = json_member(account, "items");

	for (size_t i = 0; i < json_len(items); i++)
		if (uuid_eq(uuid_of(json_at(items, i), "uuid"), id(purchase)))
			return int_of(json_at(items, i), "open");
	fail_msg("there is no %s", purchase);
	return 0;
}

static void a_debt_is_paid_oldest_first(void **state)
{
	struct fixture *f = *state;
	struct doc d;
	struct json j;

	open_shop(f);
	done(f, "purchases", BUY(BUY2, MILL, "2", IN(TEA, 10000, 7)));
	done(f, "purchases", BUY(BUY1, MILL, "1", IN(TEA, 10000, 5)));
	done(f, "purchases", BUY(ORDER, FARM, "1", IN(TEA, 1000, 1000)));
	done(f, "supplier_payments", PAY(MILL, 30));
	j = account(f, MILL);
	assert_int_equal(int_of(j, "owed"), 90);
	assert_int_equal(int_of(j, "credit"), 0);
	assert_int_equal(json_len(json_member(j, "items")), 3);
	assert_string_equal(text_of(json_at(json_member(j, "items"), 0), "kind"), "supplier_payment");
	assert_int_equal(int_of(json_at(json_member(j, "items"), 0), "amount"), -30);
	assert_int_equal(open_of(j, BUY1), 20);
	assert_int_equal(open_of(j, BUY2), 70);
	refused(f, "overpaid", post(f, "supplier_payments", PAY(MILL, 91), &d));
	assert_int_equal(f->err.max, 90);
	refused(f, "overpaid", post(f, "supplier_payments", PAY_FOR(BUY1, 21), &d));
	assert_int_equal(f->err.max, 20);
	done(f, "supplier_payments", PAY_FOR(BUY2, 70));
	assert_int_equal(open_of(account(f, MILL), BUY1), 20);
	refused(f, "overpaid", post(f, "supplier_payments", PAY_FOR(BUY2, 1), &d));
	assert_int_equal(f->err.max, 0);
	done(f, "supplier_payments", PAY(MILL, 20));
	assert_int_equal(int_of(account(f, MILL), "owed"), 0);
	refused(f, "other_supplier", post(f, "supplier_payments", PAY_FOR(ORDER, 1), &d));
	assert_int_equal(balance(f, "1010"), -50);
	assert_int_equal(balance(f, "1020"), -70);
	assert_int_equal(balance(f, "2010"), -1000);
}

static void an_account_pages_without_gap_or_repeat(void **state)
{
	struct fixture *f = *state;
	const char *after = NULL;
	struct json all, j;
	size_t seen = 0;

	open_shop(f);
	done(f, "purchases", BUY(BUY1, MILL, "1", IN(TEA, 10000, 5)));
	done(f, "purchases", BUY(BUY2, MILL, "1", IN(TEA, 10000, 7)));	/* at the same instant */
	done(f, "supplier_payments", PAY(MILL, 30));
	all = account(f, MILL);
	assert_null(text_of(all, "next"));
	do {
		j = account_page(f, MILL, (struct page){ .limit = 1, .after = after });
		assert_int_equal(int_of(j, "owed"), 90);
		assert_int_equal(json_len(json_member(j, "items")), 1);
		assert_true(uuid_eq(uuid_of(json_at(json_member(j, "items"), 0), "uuid"),
				    uuid_of(json_at(json_member(all, "items"), seen), "uuid")));
		after = text_of(j, "next");
		seen++;
	} while (after && seen < 10);
	assert_int_equal(seen, 3);
}

static void what_was_paid_for_a_voided_purchase_is_a_credit(void **state)
{
	struct fixture *f = *state;
	struct json j;

	open_shop(f);
	done(f, "purchases", BUY(BUY1, MILL, "1", IN(TEA, 10000, 5)));
	done(f, "supplier_payments", PAY_FOR(BUY1, 40));
	done(f, "purchase_voids", VOID(VOID1, BUY1));
	j = account(f, MILL);
	assert_int_equal(int_of(j, "owed"), 0);
	assert_int_equal(int_of(j, "credit"), 40);
	done(f, "purchases", BUY(BUY2, MILL, "2", IN(TEA, 10000, 7)));	/* pays for the next */
	j = account(f, MILL);
	assert_int_equal(int_of(j, "owed"), 30);
	assert_int_equal(int_of(j, "credit"), 0);
	assert_int_equal(open_of(j, BUY1), 0);
	assert_int_equal(open_of(j, BUY2), 30);
	assert_int_equal(balance(f, "2010"), -30);
}

FIXTURE_MAIN(TILL(goods_found_and_lost_are_booked_at_their_cost),
	     HUB(goods_found_and_lost_are_booked_at_their_cost),
	     TILL(more_may_be_lost_than_there_is),
	     TILL(a_count_is_what_it_differs_by),
	     TILL(a_count_sent_again_is_here_already),
	     TILL(a_product_gets_the_layers_of_its_twin),
	     TILL(what_cannot_be_is_refused_by_its_field),
	     TILL(what_was_ordered_is_received_once),
	     HUB(what_was_ordered_is_received_once),
	     TILL(other_goods_may_come_than_were_ordered),
	     TILL(nothing_comes_from_a_cancelled_order),
	     HUB(a_purchase_is_voided_while_all_of_it_is_here),
	     HUB(a_purchase_voided_after_a_sale_elsewhere_is_for_people),
	     HUB(a_purchase_voided_twice_is_undone_once),
	     HUB(a_debt_paid_on_two_tills_is_for_people),
	     TILL(a_debt_is_paid_oldest_first),
	     TILL(an_account_pages_without_gap_or_repeat),
	     TILL(what_was_paid_for_a_voided_purchase_is_a_credit))
