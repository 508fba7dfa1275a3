/* The merge between a hub and its tills, story by story; the hub on both engines. */
#include "base/base.h"
#include "net.h"

#include "base/clock.h"

static struct net *open_net(void **state, int tills)
{
	return net_new(*(const enum engine *)*state, tills);
}

static struct net *paired(void **state, int tills)
{
	struct net *net = open_net(state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

#define INVOICES "SELECT CAST(count(*) AS bigint) FROM invoices WHERE tenant = $1"
#define CONFLICTS "SELECT CAST(count(*) AS bigint) FROM conflicts WHERE tenant = $1"
#define ACCOUNTS "SELECT CAST(count(*) AS bigint) FROM accounts WHERE tenant = $1"
#define STOCK_VALUE "SELECT CAST(sum(value) AS bigint) FROM stock WHERE tenant = $1"
#define ON_HAND "SELECT CAST(sum(on_hand) AS bigint) FROM stock WHERE tenant = $1"
#define BOOKED_STOCK                                                                               \
	"SELECT CAST(sum(debit - credit) AS bigint) FROM journal_lines l JOIN accounts a "         \
	"ON a.tenant = l.tenant AND a.uuid = l.account WHERE l.tenant = $1 AND a.code = '1200'"

static void everywhere(struct net *net, const char *sql, int64_t wanted)
{
	assert_int_equal(count_of(net->hub, sql), wanted);
	for (int i = 0; i < net->tills; i++)
		assert_int_equal(count_of(net->till[i], sql), wanted);
}

static void all_identical(struct net *net)
{
	for (int i = 0; i < net->tills; i++) {
		assert_int_equal(dirty_of(net->till[i]), 0);
		assert_true(net_identical(net, i));
	}
}

static void kept_a_sale_reaches_every_till(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 250);

	buy(net->till[0], tea, 10, 100);
	sell(net->till[0], tea, 3, 250);
	net_cycle(net);
	everywhere(net, INVOICES, 1);
	everywhere(net, STOCK_VALUE, 700);
	everywhere(net, BOOKED_STOCK, 700);
	all_identical(net);
	net_free(net);
}

static void once_a_push_repeated_changes_nothing(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid tea = make_product(net->till[0], "Tea", 250);
	struct flight f = { 0 };

	sell(net->till[0], tea, 1, 250);
	net_pack(net, 0, &f);
	net_ingest(net, 0, &f);		/* its answer is lost */
	net_ingest(net, 0, &f);
	net_confirm(net, 0, &f);
	net_cycle(net);
	everywhere(net, INVOICES, 1);
	everywhere(net, CONFLICTS, 0);
	all_identical(net);
	flight_release(&f);
	net_free(net);
}

static void once_a_sale_stored_on_both_sides_is_one_sale_with_one_number(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 250), invoice = uuid_v7();

	net_cycle(net);
	sell_as(net->hub, invoice, tea, 2, 250);
	sell_as(net->till[0], invoice, tea, 2, 250);
	net_cycle(net);
	everywhere(net, INVOICES, 1);
	assert_string_equal(column_of_row(net->hub, "invoices", invoice, "number"),
			    column_of_row(net->till[0], "invoices", invoice, "number"));
	everywhere(net, CONFLICTS, 0);
	all_identical(net);
	net_free(net);
}

static void kept_the_same_uuid_with_other_content_becomes_two_documents(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 250), invoice = uuid_v7();

	net_cycle(net);
	sell_as(net->hub, invoice, tea, 2, 250);
	sell_as(net->till[0], invoice, tea, 5, 250);
	net_cycle(net);
	everywhere(net, INVOICES, 2);
	everywhere(net, ON_HAND, -7000);
	assert_true(count_of(net->hub, CONFLICTS) >= 1);
	all_identical(net);
	net_free(net);
}

static void kept_an_edit_made_while_its_push_is_in_flight_stays_dirty(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct flight f = { 0 };

	net_pack(net, 0, &f);
	net_ingest(net, 0, &f);
	change_customer(net->till[0], ali, "name", "Ali");
	net_confirm(net, 0, &f);
	assert_int_equal(dirty_of(net->till[0]), 1);
	net_cycle(net);
	assert_string_equal(column_of_row(net->till[1], "customers", ali, "name"), "Ali");
	everywhere(net, CONFLICTS, 0);
	all_identical(net);
	flight_release(&f);
	net_free(net);
}

static void undo_two_edits_of_one_customer_the_later_wins_and_the_loser_is_kept(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");

	net_cycle(net);
	change_customer(net->till[1], ali, "phone", "0771");
	change_customer(net->till[0], ali, "phone", "0772");
	net_push(net, 0);
	net_cycle(net);
	assert_string_equal(column_of_row(net->hub, "customers", ali, "phone"), "0772");
	assert_string_equal(column_of_row(net->till[1], "customers", ali, "phone"), "0772");
	assert_int_equal(count_of(net->hub, CONFLICTS), 1);
	assert_int_equal(count_of(net->till[1], CONFLICTS), 1);
	assert_int_equal(count_of(net->till[0], CONFLICTS), 0);
	all_identical(net);
	net_free(net);
}

static void undo_the_later_edit_wins_though_it_is_pushed_second(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");

	net_cycle(net);
	change_customer(net->till[1], ali, "phone", "0771");
	change_customer(net->till[0], ali, "phone", "0772");
	net_push(net, 1);
	net_cycle(net);
	everywhere(net, "SELECT CAST(count(*) AS bigint) FROM customers WHERE tenant = $1 AND phone = '0772'", 1);
	assert_int_equal(count_of(net->hub, CONFLICTS), 1);
	all_identical(net);
	net_free(net);
}

static void a_deleted_customer_stays_deleted_everywhere(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");

	net_cycle(net);
	must(net->till[1], record_delete(&net->till[1]->w, schema_table("customers"), ali, NULL, &net->till[1]->err));
	fixture_commit(net->till[1]);
	net_cycle(net);
	everywhere(net, "SELECT CAST(count(*) AS bigint) FROM customers WHERE tenant = $1 AND deleted_at IS NOT NULL", 1);
	all_identical(net);
	net_free(net);
}

static void moving_one_malformed_row_among_500_is_refused_alone(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct flight f = { 0 };
	char *price;

	for (int i = 0; i < 500; i++)
		make_product(till, i == 250 ? "Broken" : "Tea", i == 250 ? 7654321 : 250);
	net_pack(net, 0, &f);
	assert_int_equal(f.rows, 500);
	assert_non_null(price = strstr(f.body.data, "7654321"));
	memcpy(price, "-654321", 7);
	net_ingest(net, 0, &f);
	net_confirm(net, 0, &f);
	assert_int_equal(dirty_of(till), 1);
	assert_int_equal(count_of(till, "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1 AND state = 'refused'"), 1);
	assert_int_equal(count_of(net->hub, "SELECT CAST(count(*) AS bigint) FROM products WHERE tenant = $1"), 499);
	assert_int_equal(net_push(net, 0), 0);
	flight_release(&f);
	net_free(net);
}

static void moving_a_sale_worth_more_than_money_can_be_is_refused(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid tea = make_product(net->till[0], "Tea", 250);
	struct flight f = { 0 };
	struct buf body = { 0 };
	char *qty;

	sell(net->till[0], tea, 1, 250);
	net_pack(net, 0, &f);
	assert_non_null(qty = strstr(f.body.data, "\"qty\":1000,"));
	buf_add(&body, f.body.data, (size_t)(qty - f.body.data));
	buf_str(&body, "\"qty\":1000000000000,\"unit_price\":1000000000000000,\"was\":");
	buf_str(&body, strchr(qty + 12, ':') + 1);
	buf_release(&f.body);
	f.body = body;
	net_ingest(net, 0, &f);
	net_confirm(net, 0, &f);
	assert_int_equal(count_of(net->hub, INVOICES), 0);
	assert_int_equal(count_of(net->till[0], "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1 AND state = 'refused'"), 1);
	flight_release(&f);
	net_free(net);
}

static void moving_a_child_before_its_parent_waits_and_arrives(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 250);
	struct flight f = { 0 };

	sell(till, tea, 1, 250);
	/* The product is held back once. */
	must(till, outbox_mark(&till->t, till->w.tenant, schema_table("products"), tea, OUTBOX_REFUSED, (struct uuid){ { 0 } },
			       &(struct err){ .code = "held" }, &till->err));
	net_pack(net, 0, &f);
	assert_int_equal(f.rows, 1);
	net_ingest(net, 0, &f);
	net_confirm(net, 0, &f);
	assert_int_equal(count_of(till, "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1 AND state = 'waiting'"), 1);
	assert_int_equal(net_push(net, 0), 0);
	must(till, outbox_put(&till->t, till->w.tenant, schema_table("products"), tea, &till->err));
	net_cycle(net);
	everywhere(net, INVOICES, 1);
	all_identical(net);
	flight_release(&f);
	net_free(net);
}

static void moving_a_parent_that_the_hub_lost_goes_along_as_a_copy(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub;
	struct uuid tea = make_product(net->till[0], "Tea", 250);

	net_cycle(net);
	must(hub, txn_run(&hub->t, "DELETE FROM products WHERE uuid = $1", ARGS(v_uuid(tea)), &hub->err));
	fixture_commit(hub);
	sell(net->till[0], tea, 1, 250);
	net_cycle(net);
	everywhere(net, INVOICES, 1);
	assert_int_equal(dirty_of(net->till[0]), 0);
	net_free(net);
}

static void moving_a_pulled_child_before_its_parent_is_parked_and_finds_it(void **state)
{
	struct net *net = paired(state, 2);
	struct fixture *hub = net->hub;
	struct uuid tea = make_product(net->till[0], "Tea", 250);

	sell(net->till[0], tea, 1, 250);
	net_push(net, 0);
	/* The parent gets a number behind its child: it is changed at the hub. */
	must(hub, record_change(&hub->w, schema_table("products"), tea, NULL, fixture_json(hub, "{'price':300}"),
				&(struct row){ 0 }, &hub->err));
	fixture_commit(hub);
	net_cycle(net);
	everywhere(net, INVOICES, 1);
	assert_int_equal(count_of(net->till[1], "SELECT CAST(count(*) AS bigint) FROM parked WHERE tenant = $1"), 0);
	all_identical(net);
	net_free(net);
}

static void a_clock_one_day_ahead_does_not_win_for_a_day(void **state)
{
	const int64_t day = 86400 * SECOND_US, start = 1800000000 * SECOND_US;
	struct net *net;
	struct uuid ali;
	int moved;

	clock_set(start, 1000);
	net = paired(state, 2);
	ali = make_customer(net->till[0], "0770");
	net_cycle(net);
	clock_set(start + day, 2000);
	change_customer(net->till[1], ali, "phone", "0799");
	clock_set(start + 10 * SECOND_US, 2000);
	clock_reset(start);
	net_push(net, 1);
	assert_int_equal(dirty_of(net->till[1]), 1);	/* refused for its clock, and still here */
	assert_string_equal(column_of_row(net->hub, "customers", ali, "phone"), "0770");

	clock_set(start + day + 10 * SECOND_US, 2000);	/* what the till's machine says */
	must(net->till[1], clock_restamp(&net->till[1]->w, start + 10 * SECOND_US, 2000, &moved, &net->till[1]->err));
	fixture_commit(net->till[1]);
	assert_int_equal(moved, 1);
	clock_unfollow();
	clock_set(start + 20 * SECOND_US, 3000);
	clock_reset(start + 20 * SECOND_US);
	net_cycle(net);
	assert_string_equal(column_of_row(net->hub, "customers", ali, "phone"), "0799");
	change_customer(net->till[0], ali, "phone", "0700");
	net_cycle(net);
	assert_string_equal(column_of_row(net->till[1], "customers", ali, "phone"), "0700");
	all_identical(net);
	net_free(net);
	clock_real();
	clock_reset(0);
}

static void a_clock_put_right_since_leaves_nothing_in_the_future(void **state)
{
	const int64_t day = 86400 * SECOND_US, start = 1800000000 * SECOND_US;
	struct net *net;
	struct uuid ali;
	int moved;

	clock_set(start, 1000);
	net = paired(state, 1);
	clock_set(start + day, 2000);
	ali = make_customer(net->till[0], "0770");
	clock_set(start + 10 * SECOND_US, 3000);	/* somebody set the machine's clock */
	clock_reset(start);
	must(net->till[0], clock_restamp(&net->till[0]->w, start + 10 * SECOND_US, 3000, &moved, &net->till[0]->err));
	fixture_commit(net->till[0]);
	clock_unfollow();
	assert_int_equal(moved, 1);
	net_cycle(net);
	assert_string_equal(column_of_row(net->hub, "customers", ali, "phone"), "0770");
	all_identical(net);
	net_free(net);
	clock_real();
	clock_reset(0);
}

static void sums_deliveries_reach_the_hub_in_the_order_they_came(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 900);

	/* The later delivery has the lower uuid, as those that imports make may have. */
	buy_as(till, (struct uuid){ { 9 } }, tea, 10, 500);
	sell(till, tea, 5, 900);
	buy_as(till, (struct uuid){ { 1 } }, tea, 10, 700);
	net_cycle(net);
	everywhere(net, STOCK_VALUE, 5 * 500 + 10 * 700);
	all_identical(net);
	net_free(net);
}

static void sums_two_tills_that_sold_before_they_were_paired_make_one_shop(void **state)
{
	struct net *net = open_net(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 250), jam = make_product(net->till[1], "Jam", 500);

	buy(net->till[0], tea, 10, 100);
	sell(net->till[0], tea, 4, 250);
	buy(net->till[1], jam, 10, 200);
	sell(net->till[1], jam, 1, 500);
	net_pair(net, 0);
	net_pair(net, 1);
	net_cycle(net);
	everywhere(net, INVOICES, 2);
	everywhere(net, ACCOUNTS, count_of(net->hub, ACCOUNTS));
	assert_int_equal(count_of(net->hub, "SELECT CAST(count(DISTINCT code) AS bigint) FROM accounts WHERE tenant = $1"),
			 count_of(net->hub, ACCOUNTS));
	everywhere(net, STOCK_VALUE, 600 + 1800);
	everywhere(net, BOOKED_STOCK, 600 + 1800);
	all_identical(net);
	net_free(net);
}

static void sums_two_tills_drain_one_layer_offline(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 900);

	buy(net->till[0], tea, 10, 500);
	buy(net->till[0], tea, 10, 700);
	net_cycle(net);
	sell(net->till[0], tea, 7, 900);
	sell(net->till[1], tea, 6, 900);
	net_cycle(net);
	everywhere(net, ON_HAND, 7000);
	everywhere(net, STOCK_VALUE, 4900);	/* 13 units had cost 7,100 */
	everywhere(net, BOOKED_STOCK, 4900);
	everywhere(net, "SELECT CAST(count(*) AS bigint) FROM layers WHERE tenant = $1 AND qty_left > 0", 1);
	all_identical(net);
	net_free(net);
}

static void moving_another_epoch_starts_over_and_loses_nothing(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 250), epoch = uuid_v7();
	struct fixture *hub = net->hub;

	sell(net->till[0], tea, 2, 250);
	net_cycle(net);
	must(hub, txn_run(&hub->t, "UPDATE tenants SET epoch = $1", ARGS(v_uuid(epoch)), &hub->err));
	/* The hub came back from a backup that lacks the sale. */
	for (const struct table *t = schema; t->name; t++)
		if (strcmp(t->name, "invoices") == 0 || strcmp(t->name, "invoice_lines") == 0 ||
		    strcmp(t->name, "invoice_payments") == 0 || strcmp(t->name, "stock_moves") == 0 ||
		    strcmp(t->name, "journal_entries") == 0 || strcmp(t->name, "journal_lines") == 0 ||
		    strcmp(t->name, "stock") == 0 || strcmp(t->name, "layers") == 0) {
			char *sql = pool_printf(hub->pool, "DELETE FROM %s", t->name);

			must(hub, txn_run(&hub->t, sql, NO_ARGS, &hub->err));
		}
	fixture_commit(hub);
	for (int i = 0; i < 2; i++) {
		must(net->till[i], sync_start_over(&net->till[i]->w, epoch, &net->till[i]->err));
		fixture_commit(net->till[i]);
		net_load(net, i);
	}
	net_cycle(net);
	everywhere(net, INVOICES, 1);
	everywhere(net, ON_HAND, -2000);
	all_identical(net);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(kept_a_sale_reaches_every_till),
	     cmocka_unit_test(once_a_push_repeated_changes_nothing),
	     cmocka_unit_test(once_a_sale_stored_on_both_sides_is_one_sale_with_one_number),
	     cmocka_unit_test(kept_the_same_uuid_with_other_content_becomes_two_documents),
	     cmocka_unit_test(kept_an_edit_made_while_its_push_is_in_flight_stays_dirty),
	     cmocka_unit_test(undo_two_edits_of_one_customer_the_later_wins_and_the_loser_is_kept),
	     cmocka_unit_test(undo_the_later_edit_wins_though_it_is_pushed_second),
	     cmocka_unit_test(a_deleted_customer_stays_deleted_everywhere),
	     cmocka_unit_test(moving_one_malformed_row_among_500_is_refused_alone),
	     cmocka_unit_test(moving_a_sale_worth_more_than_money_can_be_is_refused),
	     cmocka_unit_test(moving_a_child_before_its_parent_waits_and_arrives),
	     cmocka_unit_test(moving_a_parent_that_the_hub_lost_goes_along_as_a_copy),
	     cmocka_unit_test(moving_a_pulled_child_before_its_parent_is_parked_and_finds_it),
	     cmocka_unit_test(a_clock_one_day_ahead_does_not_win_for_a_day),
	     cmocka_unit_test(a_clock_put_right_since_leaves_nothing_in_the_future),
	     cmocka_unit_test(sums_deliveries_reach_the_hub_in_the_order_they_came),
	     cmocka_unit_test(sums_two_tills_that_sold_before_they_were_paired_make_one_shop),
	     cmocka_unit_test(sums_two_tills_drain_one_layer_offline),
	     cmocka_unit_test(moving_another_epoch_starts_over_and_loses_nothing))
