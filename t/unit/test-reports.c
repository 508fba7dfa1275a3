/* What was sold, what is missing, where cash went: each figure against the books
 * it comes from, in days of the shop, as JSON and as CSV. */
#include "base/base.h"
#include "fixture.h"

#include "base/clock.h"

#define TEA "01900000-0000-7000-8000-000000000001"	/* 100, 25 % inside */
#define JAM "01900000-0000-7000-8000-000000000002"	/* 500, no tax */
#define FEE "01900000-0000-7000-8000-000000000003"	/* not kept in stock */
#define ALI "01900000-0000-7000-8000-000000000004"
#define SALE1 "01900000-0000-7000-8000-000000000011"
#define SALE2 "01900000-0000-7000-8000-000000000012"
#define SALE3 "01900000-0000-7000-8000-000000000013"
#define SHIFT "01900000-0000-7000-8000-000000000021"

static int post(struct fixture *f, const char *table, const char *body)
{
	bool identical;
	struct doc d;

	return document_create(&f->w, schema_table(table), fixture_json(f, body), &d, &identical, &f->err);
}

static void make(struct fixture *f, const char *table, const char *body)
{
	struct row r;

	must(f, record_create(&f->w, schema_table(table), fixture_json(f, body), &r, &f->err));
}

static void set(struct fixture *f, const char *key, const char *value)
{
	struct row r;
	struct json body = fixture_json(f, value);

	must(f, setting_put(&f->w, "tenant", (struct uuid){ { 0 } }, key, json_member(body, "v"), &r, &f->err));
}

#define BUY(at, lines) "{'at':'2026-01-" at "Z','lines':[" lines "]}"
#define IN(product, units, cost) "{'product':'" product "','qty':" #units "000,'unit_cost':" #cost "}"
#define SELL(uuid, at, lines, paid) \
	"{'uuid':'" uuid "','at':'2026-01-" at "Z','customer':'" ALI "','lines':[" lines "],'payments':[{'method':'cash','amount':" #paid "}]}"
#define OUT(product, units, more) "{'product':'" product "','qty':" #units "000" more "}"

/* Bought on the 1st; sold on the 5th (a Monday) at 23:30 and on the 6th; 2 of 10 tea came back on
 * the 6th, one of them broken; the third sale is cancelled on the 7th. */
static void a_week(struct fixture *f)
{
	make(f, "products", "{'uuid':'" TEA "','name':'Tea','price':100,'tax_rate':2500}");
	make(f, "products", "{'uuid':'" JAM "','name':'Jam','price':500,'tax_rate':0}");
	make(f, "products", "{'uuid':'" FEE "','name':'Delivery','price':70,'tax_rate':0,'tracked':false}");
	make(f, "customers", "{'uuid':'" ALI "','name':'Ali'}");
	must(f, post(f, "purchases", BUY("01T08:00:00", IN(TEA, 20, 30) "," IN(JAM, 5, 333))));
	must(f, post(f, "invoices", SELL(SALE1, "05T23:30:00", OUT(TEA, 10, ",'discount':50"), 950)));
	must(f, post(f, "invoices", SELL(SALE2, "06T09:10:00", OUT(JAM, 2, "") "," OUT(FEE, 1, ""), 1000)));
	must(f, post(f, "invoices", SELL(SALE3, "06T09:50:00", OUT(JAM, 1, ""), 500)));
	must(f, post(f, "returns", "{'invoice':'" SALE1 "','at':'2026-01-06T12:00:00Z','lines':[{'line':0,'qty':1000},"
				   "{'line':0,'qty':1000,'condition':'dispose'}]}"));
	must(f, post(f, "cancellations", "{'invoice':'" SALE3 "','at':'2026-01-07T10:00:00Z','reason':'no'}"));
}

static struct json item(struct json list, size_t i)
{
	return json_at(json_member(list, "items"), i);
}

static size_t items(struct json list)
{
	return json_len(json_member(list, "items"));
}

static struct json between(struct fixture *f, report_fn *fn, const char *from, const char *to)
{
	struct report r = fixture_report(f);

	must(f, report_from(&r, "from", from, &f->err));
	must(f, report_until(&r, "to", to, &f->err));
	return fixture_ask(f, fn, &r);
}

static struct json ask(struct fixture *f, report_fn *fn)
{
	return between(f, fn, NULL, NULL);
}

/* Debit less credit of an account in all the books. */
static int64_t balance(struct fixture *f, const char *account)
{
	return fixture_int(f, "SELECT CAST(COALESCE(sum(debit - credit), 0) AS bigint) FROM journal_lines WHERE tenant = $1 AND account = $2",
			   ARGS(v_uuid(f->w.tenant), v_uuid(seed_uuid("account", account))));
}

/* --- days --- */

struct day {
	const char *date;
	int64_t invoices, total, tax, discounts, refunds, cost, profit;
};

static void is_day(struct json j, const struct day *d)
{
	if (d->date)
		assert_string_equal(text_of(j, "date"), d->date);
	assert_int_equal(int_of(j, "invoices"), d->invoices);
	assert_int_equal(int_of(j, "total"), d->total);
	assert_int_equal(int_of(j, "tax"), d->tax);
	assert_int_equal(int_of(j, "discounts"), d->discounts);
	assert_int_equal(int_of(j, "refunds"), d->refunds);
	assert_int_equal(int_of(j, "cost"), d->cost);
	assert_int_equal(int_of(j, "profit"), d->profit);
}

/* 950 with 190 tax inside; 2 of 10 back are 190 with 38; what was disposed of is a loss, not a cost of sales. */
static const struct day week[] = {
	{ "2026-01-05", 1, 950, 190, 40, 0, 300, 460 },
	{ "2026-01-06", 2, 1570, -38, 0, 190, 999 - 60, 1570 + 38 - 190 - 939 },
	{ "2026-01-07", 0, 0, 0, 0, 500, -333, -500 + 333 },
};

static void a_day_is_what_its_entries_say(void **state)
{
	struct fixture *f = *state;
	struct json j, total;

	assert_int_equal(items(ask(f, report_daily_sales)), 0);
	a_week(f);
	j = ask(f, report_daily_sales);
	assert_int_equal(items(j), ARRAY_LEN(week));
	for (size_t i = 0; i < ARRAY_LEN(week); i++)
		is_day(item(j, i), &week[i]);
	total = json_member(j, "total");
	assert_int_equal(int_of(total, "invoices"), 3);
	assert_int_equal(int_of(total, "tax"), -balance(f, "2020"));
	assert_int_equal(int_of(total, "discounts"), balance(f, "4030"));
	assert_int_equal(int_of(total, "cost"), balance(f, "5010"));
	assert_int_equal(int_of(total, "profit"), -balance(f, "4010") - balance(f, "4020") - balance(f, "4030") - balance(f, "5010"));
	assert_int_equal(balance(f, "6020"), 30);
}

static void a_day_begins_when_the_shop_says(void **state)
{
	struct fixture *f = *state;
	struct json j;

	a_week(f);
	set(f, "utc_offset_min", "{'v':60}");		/* 23:30 is 0:30 of the day after */
	j = ask(f, report_daily_sales);
	assert_int_equal(items(j), 2);
	assert_string_equal(text_of(item(j, 0), "date"), "2026-01-06");
	assert_int_equal(int_of(item(j, 0), "invoices"), 3);
	j = between(f, report_daily_sales, "2026-01-06", "2026-01-06");
	assert_int_equal(int_of(json_member(j, "total"), "invoices"), 3);
	j = between(f, report_sales_by_hour, NULL, NULL);
	assert_int_equal(items(j), 2);
	assert_int_equal(int_of(item(j, 0), "weekday"), 2);
	assert_int_equal(int_of(item(j, 0), "hour"), 0);
	assert_int_equal(int_of(item(j, 1), "hour"), 10);
	set(f, "utc_offset_min", "{'v':-600}");
	assert_int_equal(int_of(json_member(between(f, report_daily_sales, NULL, "2026-01-05"), "total"), "invoices"), 3);
	refused(f, "range", setting_put(&f->w, "tenant", (struct uuid){ { 0 } }, "utc_offset_min",
					json_member(fixture_json(f, "{'v':900}"), "v"), &(struct row){ 0 }, &f->err));
}

static void a_period_is_from_its_first_day_to_its_last(void **state)
{
	struct fixture *f = *state;
	struct report r = fixture_report(f);

	a_week(f);
	assert_int_equal(items(between(f, report_daily_sales, "2026-01-06", NULL)), 2);
	assert_int_equal(items(between(f, report_daily_sales, NULL, "2026-01-06")), 2);
	assert_int_equal(items(between(f, report_daily_sales, "2026-01-06", "2026-01-06")), 1);
	assert_int_equal(items(between(f, report_daily_sales, "2026-01-08", "2026-01-05")), 0);
	assert_int_equal(items(between(f, report_daily_sales, "2026-01-05T23:30:00Z", "2026-01-05T23:30:00.000001Z")), 1);
	assert_int_equal(items(between(f, report_daily_sales, NULL, "2026-01-05T23:30:00Z")), 0);
	assert_int_equal(items(between(f, report_daily_sales, "2026-01-06T00:30:00+01:00", "2026-01-05")), 1);
	refused(f, "type", report_from(&r, "from", "2026-02-30", &f->err));
	assert_string_equal(f->err.field, "/from");
	refused(f, "type", report_until(&r, "to", "yesterday", &f->err));
	refused(f, "type", report_until(&r, "to", "", &f->err));
}

static void hours_are_of_the_week(void **state)
{
	struct fixture *f = *state;
	struct json j;

	a_week(f);
	j = ask(f, report_sales_by_hour);
	assert_int_equal(items(j), 2);
	assert_int_equal(int_of(item(j, 0), "weekday"), 1);	/* Monday */
	assert_int_equal(int_of(item(j, 0), "hour"), 23);
	assert_int_equal(int_of(item(j, 0), "invoices"), 1);
	assert_int_equal(int_of(item(j, 0), "total"), 950);
	assert_int_equal(int_of(item(j, 1), "weekday"), 2);
	assert_int_equal(int_of(item(j, 1), "hour"), 9);
	assert_int_equal(int_of(item(j, 1), "invoices"), 2);
	assert_int_equal(int_of(item(j, 1), "total"), 1570);
}

/* --- products --- */

static void is_product(struct json j, const char *name, int64_t qty, int64_t returned, int64_t amount, int64_t cost)
{
	assert_string_equal(text_of(j, "name"), name);
	assert_int_equal(int_of(j, "qty"), qty);
	assert_int_equal(int_of(j, "returned"), returned);
	assert_int_equal(int_of(j, "amount"), amount);
	assert_int_equal(int_of(j, "cost"), cost);
	assert_int_equal(int_of(j, "profit"), amount - cost);
}

static void products_add_up_to_the_days(void **state)
{
	struct fixture *f = *state;
	struct json j;
	int64_t profit = 0;

	a_week(f);
	j = ask(f, report_sales_by_product);
	assert_int_equal(items(j), 3);
	is_product(item(j, 0), "Jam", 3000, 1000, 1000, 666);
	is_product(item(j, 1), "Tea", 10000, 2000, 760 - 152, 240);
	is_product(item(j, 2), "Delivery", 1000, 0, 70, 0);
	for (size_t i = 0; i < items(j); i++)
		profit += int_of(item(j, i), "profit");
	assert_int_equal(profit, int_of(json_member(ask(f, report_daily_sales), "total"), "profit"));
	j = between(f, report_sales_by_product, "2026-01-07", NULL);	/* what came back in a period may be all */
	assert_int_equal(items(j), 1);
	is_product(item(j, 0), "Jam", 0, 1000, -500, -333);
}

static void what_a_sale_turned_out_to_have_cost_is_its_products(void **state)
{
	struct fixture *f = *state;
	struct json j;

	make(f, "products", "{'uuid':'" JAM "','name':'Jam','price':500,'tax_rate':0}");
	make(f, "customers", "{'uuid':'" ALI "','name':'Ali'}");
	must(f, post(f, "invoices", SELL(SALE2, "06T09:10:00", OUT(JAM, 2, ""), 1000)));
	j = ask(f, report_oversold);
	assert_int_equal(items(j), 1);
	assert_int_equal(int_of(item(j, 0), "qty"), 2000);
	assert_int_equal(int_of(item(j, 0), "on_hand"), -2000);
	j = json_at(json_member(item(j, 0), "lines"), 0);
	assert_string_equal(text_of(j, "source"), "invoice");
	assert_int_equal(int_of(j, "qty"), 2000);
	must(f, post(f, "purchases", BUY("08T08:00:00", IN(JAM, 5, 333))));
	assert_int_equal(items(ask(f, report_oversold)), 0);
	j = ask(f, report_sales_by_product);
	is_product(item(j, 0), "Jam", 2000, 0, 1000, 666);
	assert_int_equal(int_of(json_member(ask(f, report_daily_sales), "total"), "profit"), 334);
}

static void products_page_without_gap_or_repeat(void **state)
{
	struct fixture *f = *state;
	struct report r = fixture_report(f);
	const char *after = NULL;
	struct json j;
	int seen = 0;

	a_week(f);
	do {
		r.page = (struct page){ .limit = 1, .after = after };
		r.sheet = (struct sheet){ .pool = f->pool };
		j = fixture_ask(f, report_sales_by_product, &r);
		seen += (int)items(j);
		after = text_of(j, "next");
	} while (after && seen < 10);
	assert_int_equal(seen, 3);
}

/* --- the books --- */

static struct json line_of(struct json lines, const char *member, const char *name)
{
	for (size_t i = 0; i < json_len(lines); i++)
		if (strcmp(text_of(json_at(lines, i), member), name) == 0)
			return json_at(lines, i);
	fail_msg("there is no %s %s", member, name);
	return lines;
}

static void cash_is_followed_from_opening_to_closing(void **state)
{
	struct fixture *f = *state;
	struct json j, cash;

	a_week(f);
	must(f, post(f, "shifts", "{'uuid':'" SHIFT "','opening':0}"));
	must(f, post(f, "shift_movements", "{'shift':'" SHIFT "','at':'2026-01-06T20:00:00Z','kind':'expense','amount':7,'reason':'bread'}"));
	j = between(f, report_cash_flow, "2026-01-06", "2026-01-06");
	assert_int_equal(items(j), 3);
	cash = item(j, 0);
	assert_string_equal(text_of(cash, "code"), "1010");
	assert_int_equal(int_of(cash, "opening"), 950);
	assert_int_equal(int_of(cash, "in"), 1500);
	assert_int_equal(int_of(cash, "out"), 190 + 7);
	assert_int_equal(int_of(cash, "closing"), 950 + 1500 - 197);
	assert_int_equal(json_len(json_member(cash, "sources")), 3);
	assert_int_equal(int_of(line_of(json_member(cash, "sources"), "source", "return"), "out"), 190);
	assert_int_equal(int_of(line_of(json_member(cash, "sources"), "source", "invoice"), "in"), 1500);
	assert_int_equal(int_of(item(j, 2), "closing"), 0);
	assert_int_equal(int_of(item(ask(f, report_cash_flow), 0), "closing"), balance(f, "1010"));
}

static int64_t net_of(struct json balances, const char *code)
{
	struct json j = line_of(json_member(balances, "items"), "code", code);

	return int_of(j, "debit") - int_of(j, "credit");
}

static void the_valuation_of_a_day_is_the_stock_account_of_that_day(void **state)
{
	static const char *const days[] = { "2026-01-01", "2026-01-05", "2026-01-06", "2026-01-07", NULL };
	struct fixture *f = *state;

	a_week(f);
	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		assert_int_equal(int_of(between(f, report_valuation, NULL, days[i]), "total"),
				 net_of(between(f, report_trial_balance, NULL, days[i]), "1200"));
	assert_int_equal(int_of(between(f, report_valuation, NULL, "2026-01-01"), "total"), 600 + 1665);
	assert_int_equal(items(between(f, report_valuation, NULL, "2025-12-31")), 0);
	assert_int_equal(net_of(between(f, report_trial_balance, "2026-01-07", "2026-01-07"), "1200"), 333);
}

/* --- what is missing --- */

static void low_is_what_the_product_says_or_else_the_shop(void **state)
{
	struct fixture *f = *state;
	struct json j;

	a_week(f);					/* 11 tea, 3 jam */
	j = ask(f, report_low_stock);
	assert_int_equal(items(j), 1);
	assert_string_equal(text_of(item(j, 0), "name"), "Jam");
	assert_int_equal(int_of(item(j, 0), "on_hand"), 3000);
	assert_int_equal(int_of(item(j, 0), "low_stock"), 10000);
	set(f, "low_stock", "{'v':11000}");		/* at it is low */
	assert_int_equal(items(ask(f, report_low_stock)), 2);
	make(f, "products", "{'name':'Salt','price':1,'low_stock':0}");
	make(f, "products", "{'name':'Old','price':1,'low_stock':0,'archived':true}");
	j = ask(f, report_low_stock);
	assert_int_equal(items(j), 3);
	assert_string_equal(text_of(item(j, 2), "name"), "Salt");
	set(f, "low_stock", "{'v':0}");
	assert_int_equal(items(ask(f, report_low_stock)), 1);
}

/* --- CSV --- */

static void is_csv(struct fixture *f, report_fn *fn, struct report *r, const char *text)
{
	struct buf out = { 0 };

	r->sheet.out = &out;
	r->sheet.csv = true;
	must(f, fn(r, &f->err));
	sheet_close(&r->sheet);
	assert_string_equal(out.data, text);
	buf_release(&out);
}

static void a_sheet_is_rows_for_a_program_that_calculates(void **state)
{
	struct fixture *f = *state;
	struct report r = fixture_report(f);

	a_week(f);
	is_csv(f, report_daily_sales, &r,
	       "date,invoices,total,tax,discounts,refunds,cost,profit\r\n"
	       "2026-01-05,1,950,190,40,0,300,460\r\n"
	       "2026-01-06,2,1570,-38,0,190,939,479\r\n"
	       "2026-01-07,0,0,0,0,500,-333,-167\r\n");
	assert_null(r.sheet.next);
}

static void a_text_is_never_a_formula(void **state)
{
	struct fixture *f = *state;
	struct report r = fixture_report(f);

	make(f, "products", "{'uuid':'" TEA "','name':'=1+1','price':1}");
	make(f, "products", "{'uuid':'" JAM "','name':'-a, \\\"b\\\"','price':1}");
	make(f, "products", "{'uuid':'" FEE "','name':'@чай\\nzwei','price':1,'sku':'+4'}");
	is_csv(f, report_inventory, &r,
	       "product,name,sku,barcode,price,on_hand,value,low_stock,level\r\n"
	       TEA ",'=1+1,,,1,0,0,10000,out\r\n"
	       JAM ",\"'-a, \"\"b\"\"\",,,1,0,0,10000,out\r\n"
	       FEE ",\"'@чай\nzwei\",'+4,,1,0,0,10000,out\r\n");
}

static void a_line_stands_behind_its_item(void **state)
{
	struct fixture *f = *state;
	struct report r = fixture_report(f);

	a_week(f);
	must(f, report_from(&r, "from", "2026-01-06", &f->err));
	is_csv(f, report_cash_flow, &r,
	       "code,name,opening,in,out,closing,source,sources_in,sources_out\r\n"
	       "1010,Cash,950,1500,690,1760,cancellation,0,500\r\n"
	       "1010,Cash,950,1500,690,1760,invoice,1500,0\r\n"
	       "1010,Cash,950,1500,690,1760,return,0,190\r\n"
	       "1020,Bank and cards,0,0,0,0,,,\r\n"
	       "1030,Mobile money,0,0,0,0,,,\r\n");
}

static void a_page_says_where_the_rest_is(void **state)
{
	struct fixture *f = *state;
	struct report r = fixture_report(f);

	a_week(f);
	r.page.limit = 1;
	is_csv(f, report_low_stock, &r, "product,name,on_hand,low_stock\r\n" JAM ",Jam,3000,10000\r\n");
	assert_null(r.sheet.next);
	set(f, "low_stock", "{'v':11000}");
	is_csv(f, report_low_stock, &r, "product,name,on_hand,low_stock\r\n" TEA ",Tea,11000,11000\r\n");
	assert_string_equal(r.sheet.next, TEA);
}

FIXTURE_MAIN(TILL(a_day_is_what_its_entries_say), HUB(a_day_is_what_its_entries_say),
	     TILL(a_day_begins_when_the_shop_says),
	     TILL(a_period_is_from_its_first_day_to_its_last),
	     TILL(hours_are_of_the_week),
	     TILL(products_add_up_to_the_days),
	     HUB(what_a_sale_turned_out_to_have_cost_is_its_products),
	     TILL(products_page_without_gap_or_repeat),
	     TILL(cash_is_followed_from_opening_to_closing),
	     TILL(the_valuation_of_a_day_is_the_stock_account_of_that_day),
	     TILL(low_is_what_the_product_says_or_else_the_shop),
	     TILL(a_sheet_is_rows_for_a_program_that_calculates),
	     TILL(a_text_is_never_a_formula),
	     TILL(a_line_stands_behind_its_item),
	     TILL(a_page_says_where_the_rest_is))
