/* One thing made twice: merged, summed as one, and taken apart again. */
#include "base/base.h"
#include "net.h"

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

static int merge(struct fixture *f, const char *table, struct uuid a, struct uuid into)
{
	struct row r;

	f->t.stamp++;
	return twin_merge(&f->w, schema_table(table), a, NULL, into, &r, &f->err);
}

static int unmerge(struct fixture *f, const char *table, struct uuid a)
{
	struct row r;

	f->t.stamp++;
	return twin_unmerge(&f->w, schema_table(table), a, NULL, &r, &f->err);
}

static void merge_products(struct fixture *f, struct uuid a, struct uuid into)
{
	must(f, merge(f, "products", a, into));
	fixture_commit(f);
}

static struct json inventory_of(struct fixture *f, const char *q)
{
	struct report r = fixture_report(f);

	r.page = (struct page){ .limit = 50, .q = q };
	return json_member(fixture_ask(f, report_inventory, &r), "items");
}

static void stands(struct fixture *f, struct uuid product, int64_t units, int64_t value)
{
	struct json items = inventory_of(f, NULL);

	for (size_t i = 0; i < json_len(items); i++)
		if (uuid_eq(uuid_of(json_at(items, i), "product"), product)) {
			assert_int_equal(int_of(json_at(items, i), "on_hand"), units * 1000);
			assert_int_equal(int_of(json_at(items, i), "value"), value);
			return;
		}
	fail_msg("%s is not in the inventory", uuid_text(product).s);
}

#define STOCK "SELECT CAST(sum(value) AS bigint) FROM stock WHERE tenant = $1"
#define BOOKED                                                                                     \
	"SELECT CAST(sum(debit - credit) AS bigint) FROM journal_lines l JOIN accounts a "         \
	"ON a.tenant = l.tenant AND a.uuid = l.account WHERE l.tenant = $1 AND a.code = '1200'"

static void all_agree(struct net *net, int64_t value)
{
	assert_int_equal(count_of(net->hub, STOCK), value);
	assert_int_equal(count_of(net->hub, BOOKED), value);
	for (int i = 0; i < net->tills; i++) {
		assert_int_equal(count_of(net->till[i], STOCK), value);
		assert_int_equal(dirty_of(net->till[i]), 0);
		assert_true(net_identical(net, i));
	}
}

static void the_stock_goes_over_at_what_it_had_cost(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 250), chai = make_product(till, "Chai", 250);

	buy(till, tea, 10, 100);
	buy(till, chai, 4, 70);
	buy(till, chai, 2, 90);
	merge_products(till, chai, tea);
	assert_int_equal(json_len(inventory_of(till, NULL)), 1);
	stands(till, tea, 16, 1000 + 280 + 180);
	sell(till, tea, 15, 250);
	stands(till, tea, 1, 90);
	net_cycle(net);
	stands(net->hub, tea, 1, 90);
	all_agree(net, 90);
	net_free(net);
}

static void what_is_still_there_goes_back(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 250), chai = make_product(till, "Chai", 250);

	buy(till, tea, 2, 100);
	buy(till, chai, 4, 70);
	merge_products(till, chai, tea);
	sell(till, tea, 3, 250);
	must(till, unmerge(till, "products", chai));
	fixture_commit(till);
	stands(till, tea, 0, 0);
	stands(till, chai, 3, 210);
	refused(till, "not_merged", unmerge(till, "products", chai));
	net_cycle(net);
	all_agree(net, 210);
	/* And once more: only what it has now goes over. */
	merge_products(till, chai, tea);
	stands(till, tea, 3, 210);
	net_cycle(net);
	all_agree(net, 210);
	net_free(net);
}

static struct json sold(struct fixture *f)
{
	struct report r = fixture_report(f);

	return json_member(fixture_ask(f, report_sales_by_product, &r), "items");
}

static void a_till_that_was_alone_sold_the_old_one(void **state)
{
	struct net *net = paired(state, 2);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 250), chai = make_product(till, "Chai", 250);

	buy(till, tea, 10, 100);
	buy(till, chai, 4, 70);
	net_cycle(net);
	merge_products(till, chai, tea);
	sell(net->till[1], chai, 1, 250);
	sell(net->till[1], tea, 2, 250);
	net_cycle(net);
	assert_int_equal(json_len(sold(net->hub)), 1);
	assert_true(uuid_eq(uuid_of(json_at(sold(net->hub), 0), "product"), tea));
	assert_int_equal(int_of(json_at(sold(net->hub), 0), "qty"), 3000);
	assert_int_equal(count_of(net->hub, "SELECT CAST(sum(on_hand) AS bigint) FROM stock WHERE tenant = $1"), 11000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(json_len(inventory_of(net->till[i], NULL)), 1);
		assert_int_equal(int_of(json_at(inventory_of(net->till[i], NULL), 0), "on_hand"), 11000);
	}
	all_agree(net, count_of(net->hub, STOCK));
	net_free(net);
}

static struct json found(struct fixture *f, const char *q)
{
	struct page page = { .limit = 10, .q = q };
	struct buf out = { 0 };
	struct json list;

	must(f, record_list(f->db, f->w.tenant, schema_table("products"), &page, &out, &f->err));
	list = json_member(fixture_read(f, &out), "items");
	return list;
}

static struct uuid product(struct fixture *f, const char *body)
{
	struct row r;

	f->t.stamp++;
	must(f, record_create(&f->w, schema_table("products"), fixture_json(f, body), &r, &f->err));
	fixture_commit(f);
	return r.uuid;
}

static void the_old_barcode_finds_the_product(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = product(f, "{'name':'Tea green','price':250,'barcode':'4001'}");
	struct uuid chai = product(f, "{'name':'Green chai','price':250,'barcode':'4002'}");

	merge_products(f, chai, tea);
	assert_int_equal(json_len(found(f, "4002")), 1);
	assert_true(uuid_eq(uuid_of(json_at(found(f, "4002"), 0), "uuid"), tea));
	assert_int_equal(json_len(found(f, "green")), 1);	/* both are meant, one is shown */
	must(f, unmerge(f, "products", chai));
	assert_true(uuid_eq(uuid_of(json_at(found(f, "4002"), 0), "uuid"), chai));
	assert_int_equal(json_len(found(f, "green")), 2);
}

static void nobody_has_to_follow_two_steps(void **state)
{
	struct fixture *f = *state;
	struct uuid a = make_product(f, "A", 1), b = make_product(f, "B", 1), c = make_product(f, "C", 1);
	struct row r;

	merge_products(f, a, b);
	refused(f, "merged", merge(f, "products", c, a));
	refused(f, "merged", merge(f, "products", a, c));
	refused(f, "itself", merge(f, "products", c, c));
	refused(f, "unknown", merge(f, "products", c, uuid_v7()));
	refused(f, "not_found", merge(f, "products", uuid_v7(), c));
	merge_products(f, b, c);
	merge_products(f, b, c);
	assert_int_equal(row_load(f->db, f->pool, f->w.tenant, schema_table("products"), a, &r, &f->err), 1);
	assert_true(uuid_eq(row_uuid(&r, "merged_into"), c));
}

/* One connection sees merges of all these tables: each finds its own. */
static void who_became_another_follows_it(void **state)
{
	static const char *const tables[] = { "products", "customers", "suppliers" };
	struct fixture *f = *state;
	struct row r, of[3];

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		const struct table *t = schema_table(tables[i]);

		for (int k = 0; k < 3; k++) {
			const char *body = pool_printf(f->pool, "{'name':'%d'%s}", k, i == 0 ? ",'price':1" : "");

			must(f, record_create(&f->w, t, fixture_json(f, body), &of[k], &f->err));
		}
		must(f, merge(f, t->name, of[0].uuid, of[1].uuid));
		must(f, merge(f, t->name, of[1].uuid, of[2].uuid));
		assert_int_equal(row_load(f->db, f->pool, f->w.tenant, t, of[0].uuid, &r, &f->err), 1);
		assert_true(uuid_eq(row_uuid(&r, "merged_into"), of[2].uuid));
	}
}

static void a_review_of_twins_is_done_with_it(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid first = make_customer(net->till[0], "0770"), second = make_customer(net->till[1], "0770");

	net_cycle(net);
	must(net->hub, merge(net->hub, "customers", second, first));
	fixture_commit(net->hub);
	net_cycle(net);
	assert_int_equal(count_of(net->till[0], "SELECT CAST(count(*) AS bigint) FROM reviews WHERE tenant = $1 AND state = 'done'"), 1);
	/* The name is free again for a third. */
	change_customer(net->hub, first, "phone", "0771");
	make_customer(net->hub, "0770");
	net_cycle(net);
	for (int i = 0; i < 2; i++)
		assert_true(net_identical(net, i));
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(the_stock_goes_over_at_what_it_had_cost), cmocka_unit_test(what_is_still_there_goes_back),
	     cmocka_unit_test(a_till_that_was_alone_sold_the_old_one), HUB(the_old_barcode_finds_the_product), HUB(who_became_another_follows_it),
	     TILL(nobody_has_to_follow_two_steps), cmocka_unit_test(a_review_of_twins_is_done_with_it))
