/* The cost run between a hub and its tills: the hub has the last word, says it
 * once, and everybody's books are the same afterwards. */
#include "base/base.h"
#include "net.h"

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

#define CORRECTIONS "SELECT CAST(count(*) AS bigint) FROM cost_corrections WHERE tenant = $1"
#define ON_HAND "SELECT CAST(sum(on_hand) AS bigint) FROM stock WHERE tenant = $1"
#define WORTH "SELECT CAST(sum(value) AS bigint) FROM stock WHERE tenant = $1"
#define OVERSOLD "SELECT CAST(COALESCE(sum(qty), 0) AS bigint) FROM oversold WHERE tenant = $1"
#define OPEN_LAYERS "SELECT CAST(COALESCE(sum(qty_left), 0) AS bigint) FROM layers WHERE tenant = $1 AND qty_left > 0"
#define BOOKED(code)                                                                               \
	"SELECT CAST(COALESCE(sum(debit - credit), 0) AS bigint) FROM journal_lines l JOIN accounts a " \
	"ON a.tenant = l.tenant AND a.uuid = l.account WHERE l.tenant = $1 AND a.code = '" code "'"

static void everywhere(struct net *net, const char *sql, int64_t wanted)
{
	assert_int_equal(count_of(net->hub, sql), wanted);
	for (int i = 0; i < net->tills; i++)
		assert_int_equal(count_of(net->till[i], sql), wanted);
}

/* P4: what the caches say is what the moves say. */
static void is_counted(struct fixture *f)
{
	struct buf b = { 0 };
	int n;

	must(f, stock_check(f->db, f->w.tenant, &b, &n, &f->err));
	if (n)
		fail_msg("the caches differ from the moves: %s", b.data);
	buf_release(&b);
}

static void all_agree(struct net *net, int64_t on_hand, int64_t worth, int64_t cost)
{
	net_cycle(net);
	everywhere(net, ON_HAND, on_hand);
	everywhere(net, WORTH, worth);
	everywhere(net, BOOKED("1200"), worth);
	everywhere(net, BOOKED("5010"), cost);
	is_counted(net->hub);
	for (int i = 0; i < net->tills; i++) {
		is_counted(net->till[i]);
		assert_int_equal(dirty_of(net->till[i]), 0);
		assert_true(net_identical(net, i));
	}
}

#define REVIEWS "SELECT CAST(count(*) AS bigint) FROM reviews WHERE tenant = $1 AND kind = 'oversold'"

static void undo_the_last_unit_sold_twice_is_listed_with_both_sales(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 9), jam = make_product(net->till[0], "Jam", 9), first, second;
	struct val v[2];

	buy(net->till[0], tea, 1, 5);
	net_cycle(net);
	first = sell(net->till[0], tea, 1, 9);
	second = sell(net->till[1], tea, 1, 9);
	sell(net->till[1], jam, 1, 9);	/* it never had any: that is no news */
	all_agree(net, -2000, 0, 5);
	everywhere(net, REVIEWS, 1);
	assert_int_equal(db_one(net->till[1]->db, net->till[1]->pool, "SELECT a, b FROM reviews", NO_ARGS, v, 2, &net->till[1]->err), 1);
	assert_memory_equal(v[0].type == VAL_UUID ? (const char *)v[0].u.b : v[0].s, first.b, 16);
	assert_memory_equal(v[1].type == VAL_UUID ? (const char *)v[1].u.b : v[1].s, second.b, 16);
	buy(net->till[1], tea, 5, 6);	/* the cost comes right; the customer still has none */
	all_agree(net, 3000, 24, 11);
	everywhere(net, REVIEWS, 1);
	net_free(net);
}

/* The issue's own example. */
static void sums_7_and_6_units_from_two_layers_cost_71_everywhere(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 9);

	buy(net->till[0], tea, 10, 5);
	buy(net->till[0], tea, 10, 7);
	net_cycle(net);
	sell(net->till[0], tea, 7, 9);
	sell(net->till[1], tea, 6, 9);
	all_agree(net, 7000, 49, 71);
	everywhere(net, "SELECT qty_left FROM layers WHERE tenant = $1 ORDER BY pos LIMIT 1", 0);
	everywhere(net, "SELECT qty_left FROM layers WHERE tenant = $1 ORDER BY pos DESC LIMIT 1", 7000);
	net_free(net);
}

static void once_a_delivery_elsewhere_costs_what_was_sold_before(void **state)
{
	struct net *net = paired(state, 3);
	struct uuid tea = make_product(net->till[0], "Tea", 9);

	net_cycle(net);
	sell(net->till[0], tea, 5, 9);
	sell(net->till[1], tea, 2, 9);
	buy(net->till[2], tea, 10, 7);
	all_agree(net, 3000, 21, 49);
	everywhere(net, OVERSOLD, 0);
	/* The first two pushed before the delivery arrived. */
	everywhere(net, CORRECTIONS, 1);
	net_free(net);
}

static void once_though_the_push_is_repeated(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid tea = make_product(net->till[0], "Tea", 9);
	struct flight f = { 0 };

	sell(net->till[0], tea, 5, 9);
	net_cycle(net);
	buy(net->till[0], tea, 10, 7);
	net_pack(net, 0, &f);
	net_ingest(net, 0, &f);		/* its answer is lost */
	net_ingest(net, 0, &f);
	assert_int_equal(count_of(net->hub, CORRECTIONS), 1);
	net_confirm(net, 0, &f);
	all_agree(net, 5000, 35, 35);
	everywhere(net, CORRECTIONS, 1);
	flight_release(&f);
	net_free(net);
}

/* The transaction that stored the delivery never came to its commit. */
static void once_though_the_hub_was_killed_in_between(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub;
	struct uuid tea = make_product(hub, "Tea", 9), first, second, delivery = uuid_v7();
	struct val v;

	sell(hub, tea, 5, 9);
	net_cycle(net);
	for (int i = 0; i < 2; i++) {
		struct buf body = { 0 };
		struct doc d;
		bool same;

		buf_printf(&body, "{'uuid':'%s','lines':[{'product':'%s','qty':10000,'unit_cost':7}]}", uuid_text(delivery).s,
			   uuid_text(tea).s);
		must(hub, document_create(&hub->w, schema_table("purchases"), fixture_json(hub, body.data), &d, &same, &hub->err));
		buf_release(&body);
		assert_int_equal(db_one(hub->db, hub->pool, "SELECT uuid FROM cost_corrections", NO_ARGS, &v, 1, &hub->err), 1);
		*(i ? &second : &first) = v.u;
		if (i == 0)
			fixture_rollback(hub);
	}
	assert_true(uuid_eq(first, second));
	fixture_commit(hub);
	all_agree(net, 5000, 35, 35);
	everywhere(net, CORRECTIONS, 1);
	net_free(net);
}

static void a_till_alone_is_its_own_hub_until_it_is_paired(void **state)
{
	struct net *net = net_new(*(const enum engine *)*state, 2);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 9), corrected;
	struct val v;

	sell(till, tea, 5, 9);
	buy(till, tea, 10, 7);
	assert_int_equal(count_of(till, CORRECTIONS), 1);
	assert_int_equal(count_of(till, BOOKED("5010")), 35);
	assert_int_equal(count_of(till, BOOKED("1200")), 35);
	assert_int_equal(db_one(till->db, till->pool, "SELECT origin FROM (SELECT _origin AS origin FROM cost_corrections) c", NO_ARGS,
				&v, 1, &till->err), 1);
	corrected = v.u;
	sell(till, tea, 2, 9);
	net_pair(net, 0);
	/* Nothing of its own run is left; what is there has come from the hub. */
	assert_int_equal(count_of(till, CORRECTIONS), 0);
	assert_int_equal(count_of(till, BOOKED("1200")), count_of(till, WORTH));
	is_counted(till);
	net_pair(net, 1);
	all_agree(net, 3000, 21, 49);
	everywhere(net, CORRECTIONS, 1);
	assert_int_equal(db_one(till->db, till->pool, "SELECT origin FROM (SELECT _origin AS origin FROM cost_corrections) c", NO_ARGS,
				&v, 1, &till->err), 1);
	assert_false(uuid_eq(v.u, corrected));
	net_free(net);
}

static void a_paired_till_waits_for_the_hub(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 9);

	sell(till, tea, 5, 9);
	buy(till, tea, 10, 7);
	assert_int_equal(count_of(till, CORRECTIONS), 0);
	assert_int_equal(count_of(till, WORTH), 70);
	assert_int_equal(count_of(till, BOOKED("1200")), 70);
	all_agree(net, 5000, 35, 35);
	everywhere(net, CORRECTIONS, 1);
	net_free(net);
}

static void nobody_sends_a_correction(void **state)
{
	struct net *net = paired(state, 2);
	struct fixture *hub = net->hub, *till = net->till[1];
	struct uuid tea = make_product(net->till[0], "Tea", 9);
	struct flight f = { 0 };

	sell(net->till[0], tea, 5, 9);
	buy(net->till[0], tea, 10, 7);
	net_cycle(net);
	must(till, txn_run(&till->t, "UPDATE cost_corrections SET uuid = $1, _isDirty = 1, _rev = 1", ARGS(v_uuid(uuid_v7())), &till->err));
	must(till, txn_run(&till->t, "INSERT INTO outbox (tenant, tbl, uuid, since, tries, state) "
				     "SELECT tenant, 410, uuid, 1, 0, 'ready' FROM cost_corrections", NO_ARGS, &till->err));
	net_pack(net, 1, &f);
	assert_int_equal(f.rows, 1);
	net_ingest(net, 1, &f);
	assert_non_null(strstr(f.answer.data, "\"code\":\"made_by_hub\""));
	assert_non_null(strstr(f.answer.data, "\"status\":422"));
	assert_int_equal(count_of(hub, CORRECTIONS), 1);
	flight_release(&f);
	net_free(net);
}

static void moving_another_epoch_brings_the_corrections_back(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid tea = make_product(net->till[0], "Tea", 9), epoch = uuid_v7();
	struct fixture *hub = net->hub;

	sell(net->till[0], tea, 5, 9);
	buy(net->till[0], tea, 10, 7);
	net_cycle(net);
	must(hub, txn_run(&hub->t, "UPDATE tenants SET epoch = $1", ARGS(v_uuid(epoch)), &hub->err));
	fixture_commit(hub);
	for (int i = 0; i < 2; i++) {
		must(net->till[i], sync_start_over(&net->till[i]->w, epoch, &net->till[i]->err));
		fixture_commit(net->till[i]);
		assert_int_equal(count_of(net->till[i], CORRECTIONS), 0);
		is_counted(net->till[i]);
		net_load(net, i);
	}
	all_agree(net, 5000, 35, 35);
	everywhere(net, CORRECTIONS, 1);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(undo_the_last_unit_sold_twice_is_listed_with_both_sales),
	     cmocka_unit_test(sums_7_and_6_units_from_two_layers_cost_71_everywhere),
	     cmocka_unit_test(once_a_delivery_elsewhere_costs_what_was_sold_before),
	     cmocka_unit_test(once_though_the_push_is_repeated),
	     cmocka_unit_test(once_though_the_hub_was_killed_in_between),
	     cmocka_unit_test(a_till_alone_is_its_own_hub_until_it_is_paired),
	     cmocka_unit_test(a_paired_till_waits_for_the_hub),
	     cmocka_unit_test(nobody_sends_a_correction),
	     cmocka_unit_test(moving_another_epoch_brings_the_corrections_back))
