/* Goods that come back: to which layers, at what cost, and what the caches say
 * meanwhile.  The documents that give back are made by hand here; what kinds of
 * them there are is told by their own tests. */
#include "base/base.h"
#include "fixture.h"

#define TEA "01900000-0000-7000-8000-000000000001"

static struct uuid tea(void)
{
	struct uuid u;

	assert_int_equal(uuid_parse(&u, TEA, UUID_TEXT_LEN), 0);
	return u;
}

static struct uuid post(struct fixture *f, const char *table, const char *body)
{
	bool identical;
	struct doc d;

	must(f, document_create(&f->w, schema_table(table), fixture_json(f, body), &d, &identical, &f->err));
	return d.head.uuid;
}

static void open_shop(struct fixture *f)
{
	struct row r;

	must(f, record_create(&f->w, schema_table("products"),
			      fixture_json(f, "{'uuid':'" TEA "','name':'Tea','price':9,'tax_rate':0}"), &r, &f->err));
}

static void buy(struct fixture *f, int64_t qty, int64_t unit_cost)
{
	struct buf b = { 0 };

	buf_printf(&b, "{'lines':[{'product':'" TEA "','qty':%lld,'unit_cost':%lld}]}", (long long)qty, (long long)unit_cost);
	post(f, "purchases", b.data);
	buf_release(&b);
}

/* Sold for nothing: the till's side is not looked at here. */
static struct uuid sell(struct fixture *f, int64_t qty)
{
	struct buf b = { 0 };
	struct uuid u;

	buf_printf(&b, "{'lines':[{'product':'" TEA "','qty':%lld,'unit_price':0}]}", (long long)qty);
	u = post(f, "invoices", b.data);
	buf_release(&b);
	return u;
}

/* A document that gives back; `parts` times so much of the same line. */
static struct doc give_back(struct fixture *f, struct uuid sale, int64_t qty, int parts, bool for_good, int64_t *cost)
{
	struct doc d;
	struct moves m;
	int64_t got, part_cost;

	doc_init(&d, schema_table("cancellations"));
	d.head.uuid = uuid_v7();
	row_set(&d.head, "invoice", v_uuid(sale));
	row_set(&d.head, "reason", v_text("broken"));
	row_set(&d.head, "at", v_int(f->t.stamp));
	d.head.updated_at = f->t.stamp;
	d.head.origin = f->site.uuid;
	if (f->site.hub)
		must(f, txn_seq(&f->t, f->w.tenant, &d.head.seq, &f->err));
	moves_begin(&m, f->pool, &d);
	*cost = 0;
	for (int i = 0; i < parts; i++) {
		int from = m.rows->n;

		must(f, moves_back(&m, &f->w, sale, 0, tea(), qty, &got, &part_cost, &f->err));
		*cost += part_cost;
		if (for_good)
			moves_discard(&m, from, 0);
	}
	must(f, document_store(&f->w, &d, &f->err));
	return d;
}

static int64_t in_stock(struct fixture *f, const char *column)
{
	struct buf sql = { 0 };
	const char *text;

	buf_printf(&sql, "SELECT %s FROM stock WHERE tenant = $1", column);
	text = pool_strdup(f->pool, sql.data);
	buf_release(&sql);
	return fixture_int(f, text, ARGS(v_uuid(f->w.tenant)));
}

struct giving {
	const char *what;
	int64_t in[2], unit_cost[2], sold, back[3], cost[3];
	const char *shelf;
	int64_t on_hand, value;
};

static const struct giving givings[] = {
	{ "all of it", { 10000, 10000 }, { 5, 7 }, 12000, { 12000 }, { 64 }, "10000:50 10000:70 oversold 0", 20000, 120 },
	{ "the last taken first", { 10000, 10000 }, { 5, 7 }, 12000, { 1000 }, { 7 }, "9000:63 oversold 0", 9000, 63 },
	{ "then from the layer before", { 10000, 10000 }, { 5, 7 }, 12000, { 3000 }, { 19 }, "1000:5 10000:70 oversold 0", 11000, 75 },
	{ "piece by piece", { 10000, 10000 }, { 5, 7 }, 12000, { 1000, 1000, 10000 }, { 7, 7, 50 },
	  "10000:50 10000:70 oversold 0", 20000, 120 },
	{ "not more than was taken", { 10000, 10000 }, { 5, 7 }, 2000, { 1000, 5000 }, { 5, 5 }, "10000:50 10000:70 oversold 0", 20000, 120 },
	{ "first what no layer had", { 4000, 0 }, { 5, 0 }, 6000, { 1000 }, { 0 }, "oversold 1000", -1000, 0 },
	{ "then what one had", { 4000, 0 }, { 5, 0 }, 6000, { 1000, 2000 }, { 0, 5 }, "1000:5 oversold 0", 1000, 5 },
	{ "thirds leave nothing behind", { 3000, 0 }, { 3, 0 }, 1000, { 333, 333, 334 }, { 1, 1, 1 }, "3000:9 oversold 0", 3000, 9 },
	{ "the last part takes the rest", { 7, 0 }, { 1000, 0 }, 7, { 3, 3, 1 }, { 3, 3, 1 }, "7:7 oversold 0", 7, 7 },
	{ "a hundredth of a penny each", { 1000, 0 }, { 5, 0 }, 1000, { 100, 100, 800 }, { 1, 0, 4 }, "1000:5 oversold 0", 1000, 5 },
};

static void gives(struct fixture *f, const struct giving *c)
{
	struct uuid sale;
	int64_t cost;

	for (int i = 0; i < 2; i++)
		if (c->in[i])
			buy(f, c->in[i], c->unit_cost[i]);
	sale = sell(f, c->sold);
	for (int i = 0; i < 3 && c->back[i]; i++) {
		give_back(f, sale, c->back[i], 1, false, &cost);
		if (cost != c->cost[i])
			fail_msg("%s: part %d cost %lld, not %lld", c->what, i, (long long)cost, (long long)c->cost[i]);
	}
	if (strcmp(fixture_shelf(f), c->shelf) != 0)
		fail_msg("%s: %s, not %s", c->what, fixture_shelf(f), c->shelf);
	if (in_stock(f, "on_hand") != c->on_hand || in_stock(f, "value") != c->value)
		fail_msg("%s: %lld worth %lld, not %lld worth %lld", c->what, (long long)in_stock(f, "on_hand"),
			 (long long)in_stock(f, "value"), (long long)c->on_hand, (long long)c->value);
}

static void test_what_comes_back_goes_where_it_came_from(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(givings); i++) {
		open_shop(f);
		gives(f, &givings[i]);
		fixture_rollback(f);
	}
}

static void test_one_document_gives_the_same_line_back_twice(void **state)
{
	struct fixture *f = *state;
	int64_t cost;

	open_shop(f);
	buy(f, 10000, 5);
	buy(f, 10000, 7);
	give_back(f, sell(f, 12000), 3000, 3, false, &cost);
	assert_int_equal(cost, 14 + 5 + 15 + 15);
	assert_string_equal(fixture_shelf(f), "7000:35 10000:70 oversold 0");
}

static void test_what_is_broken_comes_back_and_goes_for_good(void **state)
{
	struct fixture *f = *state;
	struct uuid sale;
	struct doc back;
	int64_t cost;

	open_shop(f);
	buy(f, 10000, 5);
	sale = sell(f, 12000);
	back = give_back(f, sale, 5000, 1, true, &cost);
	assert_int_equal(cost, 15);
	assert_string_equal(fixture_shelf(f), "oversold 2000");
	assert_int_equal(in_stock(f, "on_hand"), -2000);
	/* The sale holds none of it any more: the document that took it back does. */
	assert_int_equal(fixture_int(f, "SELECT qty FROM oversold WHERE doc = $1", ARGS(v_uuid(back.head.uuid))), 2000);
	give_back(f, sale, 12000, 1, false, &cost);
	assert_int_equal(cost, 35);
	assert_string_equal(fixture_shelf(f), "5000:25 oversold 0");	/* and what was broken has its cost */
}

static void test_a_document_taken_back_leaves_the_caches_as_they_were(void **state)
{
	struct fixture *f = *state;
	struct uuid sale;
	struct doc back;
	int64_t cost;

	open_shop(f);
	buy(f, 10000, 5);
	sale = sell(f, 12000);
	back = give_back(f, sale, 5000, 1, true, &cost);
	must(f, stock_count(&f->w, &back, -1, &f->err));
	assert_string_equal(fixture_shelf(f), "oversold 2000");
	must(f, stock_count(&f->w, &back, 1, &f->err));
	fixture_rollback(f);
	open_shop(f);
	buy(f, 10000, 5);
	back = give_back(f, sell(f, 8000), 1000, 1, false, &cost);
	assert_string_equal(fixture_shelf(f), "3000:15 oversold 0");
	must(f, stock_count(&f->w, &back, -1, &f->err));
	assert_string_equal(fixture_shelf(f), "2000:10 oversold 0");
}

static void test_what_is_oversold_stands_in_the_hubs_order(void **state)
{
	struct fixture *f = *state;
	struct uuid sale;
	struct doc d;

	open_shop(f);
	sale = sell(f, 2000);
	assert_int_equal(doc_load(f->db, f->pool, f->w.tenant, schema_table("invoices"), sale, &d, &f->err), 1);
	if (!f->site.hub) {
		d.head.seq = 77;
		must(f, stock_number(&f->w, &d, &f->err));
	}
	assert_int_equal(fixture_int(f, "SELECT pos FROM oversold WHERE doc = $1", ARGS(v_uuid(sale))), d.head.seq);
}

/* --- many lines --- */

#define GOODS 10

/* Twelve lines, more than one statement takes; three are of the first product, at these amounts. */
static const char *many_lines(struct fixture *f, const int64_t first[3], const char *more)
{
	struct buf b = { 0 };
	const char *text;

	buf_str(&b, "{'lines':[");
	for (int i = 0; i < GOODS + 2; i++)
		buf_printf(&b, "%s{'product':'01900000-0000-7000-8000-0000000001%02d','qty':%lld,%s}", i ? "," : "", i % 5 || i > 10 ? i : 0,
			   i % 5 || i > 10 ? 1000LL : (long long)first[i / 5], more);
	buf_str(&b, "]}");
	text = pool_strdup(f->pool, b.data);
	buf_release(&b);
	return text;
}

static void open_wide_shop(struct fixture *f)
{
	struct row r;

	for (int i = 0; i < GOODS + 2; i++) {
		struct buf b = { 0 };

		buf_printf(&b, "{'uuid':'01900000-0000-7000-8000-0000000001%02d','name':'Goods %d','price':9,'tax_rate':0}", i, i);
		must(f, record_create(&f->w, schema_table("products"), fixture_json(f, b.data), &r, &f->err));
		buf_release(&b);
	}
}

/* The caches are what the moves say, and this many layers are open. */
static void assert_counted(struct fixture *f, int64_t open)
{
	struct buf b = { 0 };
	int differences;

	must(f, stock_check(f->db, f->w.tenant, &b, &differences, &f->err));
	if (differences)
		fail_msg("%s", b.data);
	buf_release(&b);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM layers WHERE tenant = $1 AND open = 1",
				     ARGS(v_uuid(f->w.tenant))), open);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM layers WHERE tenant = $1 AND "
				     "open <> CASE WHEN qty_left > 0 THEN 1 ELSE 0 END", ARGS(v_uuid(f->w.tenant))), 0);
}

static void test_many_lines_count_as_each_alone(void **state)
{
	struct fixture *f = *state;
	struct doc sale;
	struct uuid uuid;

	open_wide_shop(f);
	post(f, "purchases", many_lines(f, (const int64_t[]){ 1000, 1000, 1000 }, "'unit_cost':6"));
	assert_counted(f, 12);
	/* The first layer is emptied by one line, the second by all three, the third is left half full. */
	uuid = post(f, "invoices", many_lines(f, (const int64_t[]){ 1500, 400, 600 }, "'unit_price':0"));
	assert_counted(f, 1);
	assert_string_equal(fixture_shelf(f), "500:3 oversold 0");
	assert_int_equal(doc_load(f->db, f->pool, f->w.tenant, schema_table("invoices"), uuid, &sale, &f->err), 1);
	must(f, stock_count(&f->w, &sale, -1, &f->err));
	assert_int_equal(fixture_int(f, "SELECT CAST(sum(open) AS bigint) FROM layers WHERE tenant = $1", ARGS(v_uuid(f->w.tenant))), 12);
	must(f, stock_count(&f->w, &sale, 1, &f->err));
	assert_counted(f, 1);
}

FIXTURE_MAIN(
	TILL(test_many_lines_count_as_each_alone),
	HUB(test_many_lines_count_as_each_alone),
	TILL(test_what_comes_back_goes_where_it_came_from),
	HUB(test_what_comes_back_goes_where_it_came_from),
	TILL(test_one_document_gives_the_same_line_back_twice),
	TILL(test_what_is_broken_comes_back_and_goes_for_good),
	TILL(test_a_document_taken_back_leaves_the_caches_as_they_were),
	TILL(test_what_is_oversold_stands_in_the_hubs_order),
	HUB(test_what_is_oversold_stands_in_the_hubs_order))
