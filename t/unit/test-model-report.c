/* Sums people read: stock, moves, valuation, journal, trial balance. */
#include "base/base.h"
#include "fixture.h"

#include "base/clock.h"

#define DAY_US ((int64_t)86400 * 1000000)
#define NOON ((int64_t)1764158400000000)

static struct uuid make_product(struct fixture *f, const char *body)
{
	struct row r;

	must(f, record_create(&f->w, schema_table("products"), fixture_json(f, body), &r, &f->err));
	return r.uuid;
}

static struct uuid make_doc(struct fixture *f, const char *table, const char *fmt, ...) PRINTF(3, 4);

static struct uuid make_doc(struct fixture *f, const char *table, const char *fmt, ...)
{
	char body[1000];
	bool identical;
	struct doc d;
	va_list args;

	va_start(args, fmt);
	vsnprintf(body, sizeof body, fmt, args);
	va_end(args);
	must(f, document_create(&f->w, schema_table(table), fixture_json(f, body), &d, &identical, &f->err));
	return d.head.uuid;
}

static const char *day(int n)
{
	static char text[TIME_TEXT_LEN + 1];

	time_format(NOON + n * DAY_US, text);
	return text;
}

static struct uuid buy(struct fixture *f, struct uuid product, int qty, int unit_cost, int on_day)
{
	return make_doc(f, "purchases", "{'at':'%s','lines':[{'product':'%s','qty':%d,'unit_cost':%d}]}", day(on_day),
			uuid_text(product).s, qty * 1000, unit_cost);
}

static struct uuid sell(struct fixture *f, struct uuid product, int qty, int price, int on_day)
{
	return make_doc(f, "invoices", "{'at':'%s','lines':[{'product':'%s','qty':%d,'unit_price':%d}],"
			"'payments':[{'method':'cash','amount':%d}]}", day(on_day), uuid_text(product).s, qty * 1000, price,
			qty * price);
}

/* --- what a report wrote --- */

static struct json inventory(struct fixture *f, int limit, const char *after, const char *q)
{
	struct report r = fixture_report(f);

	r.page = (struct page){ .limit = limit, .after = after, .q = q };
	return fixture_ask(f, report_inventory, &r);
}

static struct json moves(struct fixture *f, struct uuid product, int limit, const char *after)
{
	struct report r = fixture_report(f);

	r.product = product;
	r.page = (struct page){ .limit = limit, .after = after };
	return fixture_ask(f, report_moves, &r);
}

static struct json journal(struct fixture *f, int limit, const char *after)
{
	struct report r = fixture_report(f);

	r.page = (struct page){ .limit = limit, .after = after };
	return fixture_ask(f, report_journal, &r);
}

static struct json valuation(struct fixture *f)
{
	struct report r = fixture_report(f);

	return fixture_ask(f, report_valuation, &r);
}

static struct json trial_balance(struct fixture *f)
{
	struct report r = fixture_report(f);

	return fixture_ask(f, report_trial_balance, &r);
}

static struct json item(struct json list, size_t i)
{
	return json_at(json_member(list, "items"), i);
}

static size_t items(struct json list)
{
	return json_len(json_member(list, "items"));
}

/* debit - credit of an account in a list of lines; fails where it is not. */
static int64_t balance_of(struct json lines, const char *code)
{
	for (size_t i = 0; i < json_len(lines); i++) {
		struct json line = json_at(lines, i);

		if (strcmp(text_of(line, "code"), code) == 0)
			return int_of(line, "debit") - int_of(line, "credit");
	}
	fail_msg("there is no account %s", code);
	return 0;
}

/* --- stock --- */

static void the_shelf_is_worth_what_fifo_says(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = make_product(f, "{'name':'Tea','sku':'T-1','price':900}");
	struct json j;

	buy(f, tea, 10, 500, 1);
	buy(f, tea, 10, 700, 2);
	sell(f, tea, 12, 900, 3);
	j = inventory(f, 50, NULL, NULL);
	assert_int_equal(items(j), 1);
	assert_true(uuid_eq(uuid_of(item(j, 0), "product"), tea));
	assert_string_equal(text_of(item(j, 0), "name"), "Tea");
	assert_string_equal(text_of(item(j, 0), "sku"), "T-1");
	assert_int_equal(int_of(item(j, 0), "on_hand"), 8000);
	assert_int_equal(int_of(item(j, 0), "value"), 5600);
	assert_null(text_of(j, "next"));
}

static void what_is_left_of_each_purchase_is_told_in_the_order_it_is_sold(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = make_product(f, "{'name':'Tea','price':900}");
	struct report r = fixture_report(f);
	struct uuid second;
	struct json j;

	buy(f, tea, 10, 500, 1);
	second = buy(f, tea, 10, 700, 2);
	buy(f, tea, 1, 800, 3);
	sell(f, tea, 12, 900, 4);
	r.product = tea;
	r.page.limit = 1;
	j = fixture_ask(f, report_layers, &r);
	assert_int_equal(items(j), 1);
	assert_true(uuid_eq(uuid_of(item(j, 0), "doc"), second));
	assert_string_equal(text_of(item(j, 0), "source"), "purchase");
	assert_int_equal(int_of(item(j, 0), "qty_left"), 8000);
	assert_int_equal(int_of(item(j, 0), "value_left"), 5600);
	r = fixture_report(f);
	r.product = tea;
	r.page.after = text_of(j, "next");
	j = fixture_ask(f, report_layers, &r);
	assert_int_equal(items(j), 1);
	assert_int_equal(int_of(item(j, 0), "value_left"), 800);
	assert_null(text_of(j, "next"));
}

static void the_inventory_lists_what_is_tracked_and_alive(void **state)
{
	struct fixture *f = *state;
	struct uuid never = make_product(f, "{'name':'Never bought','price':1}"), gone;

	make_product(f, "{'name':'Service','price':1,'tracked':false}");
	gone = make_product(f, "{'name':'Gone','price':1}");
	must(f, record_delete(&f->w, schema_table("products"), gone, NULL, &f->err));
	assert_int_equal(items(inventory(f, 50, NULL, NULL)), 1);
	assert_true(uuid_eq(uuid_of(item(inventory(f, 50, NULL, NULL), 0), "product"), never));
	assert_int_equal(int_of(item(inventory(f, 50, NULL, NULL), 0), "on_hand"), 0);
	assert_int_equal(int_of(item(inventory(f, 50, NULL, NULL), 0), "value"), 0);
	f->w.tenant = uuid_v7();
	assert_int_equal(items(inventory(f, 50, NULL, NULL)), 0);
}

static void the_inventory_pages_without_gap_or_repeat(void **state)
{
	struct fixture *f = *state;
	const char *after = NULL;
	struct uuid made[7];
	struct json j;
	int seen = 0;

	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		made[i] = make_product(f, "{'name':'P','price':1}");
	do {
		j = inventory(f, 3, after, NULL);
		for (size_t i = 0; i < items(j); i++, seen++)
			assert_true(uuid_eq(uuid_of(item(j, i), "product"), made[seen]));
		after = text_of(j, "next");
		assert_int_equal(items(j), after ? 3 : 1);
	} while (after);
	assert_int_equal(seen, 7);
	assert_null(text_of(inventory(f, 7, NULL, NULL), "next"));	/* a full last page is the last */
}

/* What a page of products shows, the same page of the inventory has, whatever is looked for. */
static void the_inventory_is_searched_as_products_are(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *q; size_t found; } cases[] = {
		{ "", 4 }, { "tea", 3 }, { "TE", 3 }, { "tea gre", 1 }, { "t-2", 1 }, { "4870", 1 }, { "ea", 0 }, { "%", 0 }, { "чай", 1 },
	};
	const char *after = NULL;
	struct json j;
	int seen = 0;

	make_product(f, "{'name':'Green Tea','sku':'T-1','barcode':'4870001','price':1}");
	make_product(f, "{'name':'Tea towel','sku':'T-2','price':2}");
	make_product(f, "{'name':'Teapot','price':3}");
	make_product(f, "{'name':'Tea tasting','price':4,'tracked':false}");
	make_product(f, "{'name':'Чай','price':5}");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(items(inventory(f, 50, NULL, cases[i].q)), cases[i].found);
	do {
		j = inventory(f, 1, after, "tea");
		seen += (int)items(j);
		after = text_of(j, "next");
	} while (after);
	assert_int_equal(seen, 3);
	j = item(inventory(f, 50, NULL, "4870001"), 0);
	assert_string_equal(text_of(j, "barcode"), "4870001");
	assert_int_equal(int_of(j, "price"), 1);
	assert_int_equal(int_of(j, "on_hand"), 0);
}

static const char *names_at(struct fixture *f, const char *level, const char *q)
{
	struct report r = fixture_report(f);
	struct buf names = { 0 };
	const char *text;
	struct json j;

	r.page.q = q;
	must(f, report_level(&r, level, &f->err));
	j = fixture_ask(f, report_inventory, &r);
	for (size_t i = 0; i < items(j); i++) {
		assert_string_equal(text_of(item(j, i), "level"), level);
		buf_printf(&names, "%s%s", i ? " " : "", text_of(item(j, i), "name"));
	}
	text = names.len ? pool_strdup(f->pool, names.data) : "";
	buf_release(&names);
	return text;
}

static void what_runs_low_is_asked_for_by_its_level(void **state)
{
	struct fixture *f = *state;
	struct uuid plenty = make_product(f, "{'name':'Plenty','price':1}"), little = make_product(f, "{'name':'Little','price':1}"),
		    own = make_product(f, "{'name':'Own','price':1,'low_stock':20000}"), minus = make_product(f, "{'name':'Minus','price':1}");
	struct report r = fixture_report(f);
	struct row low;

	make_product(f, "{'name':'None','price':1}");
	make_product(f, "{'name':'Old','price':1,'archived':true}");
	make_product(f, "{'name':'Service','price':1,'tracked':false}");
	buy(f, plenty, 11, 1, 1), buy(f, little, 10, 1, 1), buy(f, own, 20, 1, 1);
	sell(f, minus, 1, 1, 2);
	assert_string_equal(names_at(f, "in", NULL), "Plenty");
	assert_string_equal(names_at(f, "low", NULL), "Little Own");
	assert_string_equal(names_at(f, "out", NULL), "None");
	assert_string_equal(names_at(f, "oversold", NULL), "Minus");
	assert_string_equal(names_at(f, "low", "li"), "Little");
	assert_string_equal(names_at(f, "low", "plenty"), "");
	must(f, setting_put(&f->w, "tenant", (struct uuid){ { 0 } }, "low_stock", json_member(fixture_json(f, "{'v':11000}"), "v"), &low, &f->err));
	assert_string_equal(names_at(f, "low", NULL), "Plenty Little Own");
	refused(f, "not_a_choice", report_level(&r, "some", &f->err));
}

static void a_cursor_of_another_list_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const strange[] = { "x", "", "AAAA", "01890000-0000-7000-8000-00000000000g" };
	static report_fn *const paged[] = { report_inventory, report_journal, report_moves, report_layers, report_low_stock, report_sales_by_product };
	struct report r = fixture_report(f);
	struct buf out = { 0 };

	r.sheet.out = &out;
	for (size_t i = 0; i < ARRAY_LEN(strange); i++)
		for (size_t k = 0; k < ARRAY_LEN(paged); k++) {
			r.page = (struct page){ .limit = 5, .after = strange[i] };
			refused(f, "cursor", paged[k](&r, &f->err));
		}
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void moves_are_listed_newest_first(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = make_product(f, "{'name':'Tea','price':900}"), first, sale;
	struct json j;

	first = buy(f, tea, 10, 500, 1);
	buy(f, tea, 10, 700, 2);
	sale = sell(f, tea, 25, 900, 3);	/* two layers, and 5 that were not there */
	buy(f, make_product(f, "{'name':'Other','price':1}"), 1, 1, 4);
	j = moves(f, tea, 50, NULL);
	assert_int_equal(items(j), 5);
	for (size_t i = 0; i < 3; i++) {
		assert_true(uuid_eq(uuid_of(item(j, i), "doc"), sale));
		assert_string_equal(text_of(item(j, i), "source"), "invoice");
		assert_int_equal(int_of(item(j, i), "line"), 0);
	}
	assert_int_equal(int_of(item(j, 0), "qty"), -5000);
	assert_int_equal(int_of(item(j, 0), "cost"), 0);
	assert_null(text_of(item(j, 0), "layer"));
	assert_int_equal(int_of(item(j, 1), "cost"), -7000);
	assert_int_equal(int_of(item(j, 2), "cost"), -5000);
	assert_true(uuid_eq(uuid_of(item(j, 4), "doc"), first));
	assert_true(uuid_eq(uuid_of(item(j, 2), "layer"), uuid_of(item(j, 4), "uuid")));
	assert_string_equal(text_of(item(j, 4), "at"), day(1));
	assert_string_equal(text_of(item(j, 4), "source"), "purchase");
}

static void moves_page_without_gap_or_repeat(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = make_product(f, "{'name':'Tea','price':900}");
	struct json all, j;
	const char *after = NULL;
	size_t seen = 0;

	for (int i = 0; i < 4; i++)
		buy(f, tea, 1, 500, 1);		/* at the same instant */
	sell(f, tea, 6, 900, 1);
	all = moves(f, tea, 50, NULL);
	assert_int_equal(items(all), 9);
	do {
		j = moves(f, tea, 2, after);
		for (size_t i = 0; i < items(j); i++, seen++)
			assert_true(uuid_eq(uuid_of(item(j, i), "uuid"), uuid_of(item(all, seen), "uuid")));
		after = text_of(j, "next");
	} while (after);
	assert_int_equal(seen, 9);
}

static void the_valuation_is_the_stock_account(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = make_product(f, "{'name':'Tea','price':900}"), cup = make_product(f, "{'name':'Cup','price':2000}");
	struct json j;

	make_product(f, "{'name':'Never bought','price':1}");
	buy(f, tea, 3, 333, 1);
	buy(f, cup, 2, 1000, 1);
	sell(f, tea, 1, 900, 2);
	must(f, record_delete(&f->w, schema_table("products"), cup, NULL, &f->err));
	j = valuation(f);
	assert_int_equal(items(j), 2);	/* what was deleted is on the shelf still */
	assert_string_equal(text_of(item(j, 0), "name"), "Cup");
	assert_int_equal(int_of(item(j, 0), "value"), 2000);
	assert_int_equal(int_of(item(j, 1), "on_hand"), 2000);
	assert_int_equal(int_of(item(j, 1), "value"), 666);
	assert_int_equal(int_of(j, "total"), 2666);
	assert_int_equal(balance_of(json_member(trial_balance(f), "items"), "1200"), 2666);
}

/* --- the books --- */

static void the_trial_balance_balances(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = make_product(f, "{'name':'Tea','price':900}");
	struct json j = trial_balance(f), lines;

	assert_int_equal(items(j), 0);		/* no movement, no line */
	assert_int_equal(int_of(j, "debit"), 0);
	buy(f, tea, 10, 500, 1);
	buy(f, tea, 10, 700, 2);
	sell(f, tea, 12, 900, 3);
	j = trial_balance(f);
	lines = json_member(j, "items");
	assert_int_equal(balance_of(lines, "1010"), 10800);
	assert_int_equal(balance_of(lines, "1200"), 5600);
	assert_int_equal(balance_of(lines, "2010"), -12000);
	assert_int_equal(balance_of(lines, "4010"), -10800);
	assert_int_equal(balance_of(lines, "5010"), 6400);
	assert_int_equal(int_of(j, "debit"), 22800);
	assert_int_equal(int_of(j, "credit"), 22800);
	assert_int_equal(json_len(lines), 5);
	for (size_t i = 1; i < 5; i++)
		assert_true(strcmp(text_of(json_at(lines, i - 1), "code"), text_of(json_at(lines, i), "code")) < 0);
	assert_string_equal(text_of(json_at(lines, 0), "name"), "Cash");
	assert_int_equal(int_of(json_at(lines, 2), "debit"), 0);	/* on one side only */
}

static void an_entry_is_listed_with_its_lines(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = make_product(f, "{'name':'Tea','price':900}"), sale;
	struct json j, lines;
	int64_t debit = 0, credit = 0;

	buy(f, tea, 1, 500, 1);
	sale = sell(f, tea, 1, 900, 2);
	j = journal(f, 50, NULL);
	assert_int_equal(items(j), 2);
	assert_true(uuid_eq(uuid_of(item(j, 0), "doc"), sale));
	assert_string_equal(text_of(item(j, 0), "source"), "invoice");
	assert_string_equal(text_of(item(j, 0), "at"), day(2));
	lines = json_member(item(j, 0), "lines");
	assert_int_equal(balance_of(lines, "1010"), 900);
	assert_int_equal(balance_of(lines, "4010"), -900);
	assert_int_equal(balance_of(lines, "5010"), 500);
	for (size_t i = 0; i < json_len(lines); i++) {
		debit += int_of(json_at(lines, i), "debit");
		credit += int_of(json_at(lines, i), "credit");
	}
	assert_int_equal(debit, credit);
	lines = json_member(item(j, 1), "lines");
	assert_int_equal(json_len(lines), 2);
	assert_string_equal(text_of(json_at(lines, 0), "code"), "1200");	/* as they were booked */
	assert_string_equal(text_of(json_at(lines, 1), "code"), "2010");
	assert_null(text_of(j, "next"));
}

static void the_journal_pages_without_gap_or_repeat(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = make_product(f, "{'name':'Tea','price':900}");
	const char *after = NULL;
	struct json all, j;
	size_t seen = 0;

	assert_int_equal(items(journal(f, 2, NULL)), 0);
	for (int i = 0; i < 6; i++)
		buy(f, tea, 1, 500, 1 + i / 3);		/* three at each instant */
	all = journal(f, 50, NULL);
	assert_int_equal(items(all), 6);
	do {
		j = journal(f, 2, after);
		assert_int_equal(items(j), 2);
		for (size_t i = 0; i < items(j); i++, seen++) {
			assert_true(uuid_eq(uuid_of(item(j, i), "doc"), uuid_of(item(all, seen), "doc")));
			assert_int_equal(json_len(json_member(item(j, i), "lines")), 2);
		}
		after = text_of(j, "next");
	} while (after);
	assert_int_equal(seen, 6);
}

FIXTURE_MAIN(TILL(the_shelf_is_worth_what_fifo_says),
	     TILL(what_is_left_of_each_purchase_is_told_in_the_order_it_is_sold),
	     HUB(the_inventory_lists_what_is_tracked_and_alive),
	     TILL(the_inventory_pages_without_gap_or_repeat),
	     HUB(the_inventory_is_searched_as_products_are),
	     HUB(what_runs_low_is_asked_for_by_its_level),
	     TILL(a_cursor_of_another_list_is_refused),
	     TILL(moves_are_listed_newest_first),
	     TILL(moves_page_without_gap_or_repeat),
	     HUB(the_valuation_is_the_stock_account),
	     HUB(the_trial_balance_balances),
	     TILL(an_entry_is_listed_with_its_lines),
	     TILL(the_journal_pages_without_gap_or_repeat))
