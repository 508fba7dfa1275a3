/* A till and its hub that differ become the same again, and only what differs
 * moves; the hub on both engines. */
#include "base/base.h"
#include "net.h"

#include "base/clock.h"

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

#define COUNT(table) "SELECT CAST(count(*) AS bigint) FROM " table " WHERE tenant = $1"

/* Behind everybody's back. */
static void damage(struct fixture *f, const char *sql, struct uuid row)
{
	must(f, txn_run(&f->t, sql, ARGS(v_uuid(row)), &f->err));
	fixture_commit(f);
}

static void all_identical(struct net *net)
{
	net_cycle(net);
	for (int i = 0; i < net->tills; i++) {
		assert_int_equal(dirty_of(net->till[i]), 0);
		assert_true(net_identical(net, i));
	}
}

static void what_a_till_lost_is_fetched(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid ali = make_customer(net->hub, "0770"), tea = make_product(net->hub, "Tea", 250);
	struct repaired r;

	sell(net->hub, tea, 1, 250);
	net_cycle(net);
	damage(net->till[0], "DELETE FROM customers WHERE uuid = $1", ali);
	assert_false(net_identical(net, 0));
	r = net_repair(net, 0);
	assert_int_equal(r.fetched, 1);
	assert_int_equal(r.sent + r.gone + r.conflicts, 0);
	all_identical(net);
	net_free(net);
}

static void a_sale_that_the_hub_lost_goes_up_again(void **state)
{
	static const char *const parts[] = { "DELETE FROM invoice_lines WHERE doc = $1", "DELETE FROM invoice_payments WHERE doc = $1",
					     "DELETE FROM stock_moves WHERE doc = $1", "DELETE FROM journal_lines WHERE doc = $1",
					     "DELETE FROM journal_entries WHERE doc = $1", "DELETE FROM oversold WHERE doc = $1",
					     "DELETE FROM invoices WHERE uuid = $1" };
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 250), sale;
	struct repaired r;

	sale = sell(net->till[0], tea, 3, 250);
	net_cycle(net);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		damage(net->hub, parts[i], sale);
	r = net_repair(net, 1);
	assert_int_equal(r.sent, 1);
	assert_int_equal(r.fetched, 0);
	all_identical(net);
	assert_int_equal(count_of(net->hub, COUNT("invoices")), 1);
	assert_int_equal(count_of(net->hub, COUNT("conflicts")), 0);
	/* It stands where the hub has put it now. */
	assert_int_equal(count_of(net->till[1], COUNT("oversold") " AND pos = (SELECT _seq FROM invoices)"), 1);
	net_free(net);
}

static void one_version_with_two_contents_keeps_the_hubs_and_shows_the_other(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct repaired r;

	net_cycle(net);
	damage(net->till[0], "UPDATE customers SET name = 'Eve' WHERE uuid = $1", ali);
	r = net_repair(net, 0);
	assert_int_equal(r.fetched, 1);
	assert_int_equal(r.conflicts, 1);
	assert_null(column_of_row(net->till[0], "customers", ali, "name"));
	assert_int_equal(count_of(net->till[0], COUNT("conflicts") " AND rule = 'repaired' AND loser LIKE '%Eve%'"), 1);
	all_identical(net);
	net_free(net);
}

static void a_later_version_here_goes_up_and_the_hubs_is_kept(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid ali = make_customer(net->hub, "0770");
	struct repaired r;

	net_cycle(net);
	change_customer(net->till[0], ali, "name", "Ali");
	net_cycle(net);
	/* The hub falls back to an older version that another server made. */
	damage(net->hub, "UPDATE customers SET name = 'Old', updated_at = updated_at - 1000000, _origin = uuid WHERE uuid = $1", ali);
	r = net_repair(net, 0);
	assert_int_equal(r.conflicts, 0);
	assert_int_equal(dirty_of(net->till[0]), 1);
	all_identical(net);
	assert_string_equal(column_of_row(net->hub, "customers", ali, "name"), "Ali");
	assert_int_equal(count_of(net->hub, COUNT("conflicts") " AND loser LIKE '%Old%'"), 1);
	net_free(net);
}

static void a_change_that_was_missed_is_no_conflict(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct fixture *hub = net->hub, *till = net->till[0];
	struct repaired r;

	net_cycle(net);
	change_customer(hub, ali, "name", "Ali");
	/* As if the page with it had been stored without it. */
	must(till, txn_run(&till->t, "UPDATE pairing SET cursor = $1", ARGS(v_int(fixture_int(hub, "SELECT seq FROM tenants", NO_ARGS))), &till->err));
	fixture_commit(till);
	r = net_repair(net, 0);
	assert_int_equal(r.fetched, 1);
	assert_int_equal(r.conflicts, 0);
	assert_string_equal(column_of_row(till, "customers", ali, "name"), "Ali");
	all_identical(net);
	net_free(net);
}

/* In one commit; the last one's uuid. */
static struct uuid many_customers(struct fixture *f, int from, int n)
{
	struct row r = { 0 };

	f->t.stamp = clock_now();
	for (int i = from; i < from + n; i++)
		must(f, record_create(&f->w, schema_table("customers"), fixture_json(f, pool_printf(f->pool, "{'phone':'07%06d'}", i)), &r, &f->err));
	fixture_commit(f);
	return r.uuid;
}

static void of_thousands_only_those_that_differ_move(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub, *till = net->till[0];
	struct uuid lost[3];
	struct repaired r;

	for (int i = 0; i < 3; i++)
		lost[i] = many_customers(i % 2 ? till : hub, i * 300, 300);
	net_cycle(net);
	damage(till, "DELETE FROM customers WHERE uuid = $1", lost[0]);
	damage(hub, "DELETE FROM customers WHERE uuid = $1", lost[1]);
	damage(till, "UPDATE customers SET name = 'Eve' WHERE uuid = $1", lost[2]);
	r = net_repair(net, 0);
	assert_int_equal(r.fetched, 2);
	assert_int_equal(r.sent, 1);
	print_message("# 3 of 900 differ: %d questions, %d ranges\n", r.questions, r.compared);
	assert_true(r.compared < 200);
	all_identical(net);
	assert_int_equal(count_of(till, COUNT("customers")), count_of(hub, COUNT("customers")));
	net_free(net);
}

static void what_only_one_side_has_is_no_matter_how_much(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub, *till = net->till[0];
	struct repaired r;

	many_customers(till, 0, 1500);
	net_cycle(net);
	must(hub, txn_run(&hub->t, "DELETE FROM customers WHERE phone LIKE '07%'", NO_ARGS, &hub->err));
	fixture_commit(hub);
	r = net_repair(net, 0);
	assert_int_equal(r.sent, 1500);
	all_identical(net);
	assert_int_equal(count_of(hub, COUNT("customers") " AND phone LIKE '07%'"), 1500);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(what_a_till_lost_is_fetched),
	     cmocka_unit_test(a_sale_that_the_hub_lost_goes_up_again),
	     cmocka_unit_test(one_version_with_two_contents_keeps_the_hubs_and_shows_the_other),
	     cmocka_unit_test(a_later_version_here_goes_up_and_the_hubs_is_kept),
	     cmocka_unit_test(a_change_that_was_missed_is_no_conflict),
	     cmocka_unit_test(of_thousands_only_those_that_differ_move),
	     cmocka_unit_test(what_only_one_side_has_is_no_matter_how_much))
