/* conflict_policy = column: edits of different columns both survive. */
#include "base/base.h"
#include "net.h"

#define CONFLICTS "SELECT CAST(count(*) AS bigint) FROM conflicts WHERE tenant = $1"

static void set_policy(struct fixture *f, const char *policy)
{
	struct row r;

	f->t.stamp++;
	must(f, setting_put(&f->w, "tenant", (struct uuid){ { 0 } }, "conflict_policy",
			    json_member(fixture_json(f, policy), "value"), &r, &f->err));
	fixture_commit(f);
}

static struct net *by_column(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	set_policy(net->hub, "{'value':'column'}");
	net_cycle(net);
	return net;
}

static void all_identical(struct net *net)
{
	for (int i = 0; i < net->tills; i++) {
		assert_int_equal(dirty_of(net->till[i]), 0);
		assert_true(net_identical(net, i));
	}
}

static void everywhere(struct net *net, struct uuid customer, const char *column, const char *wanted)
{
	assert_string_equal(column_of_row(net->hub, "customers", customer, column), wanted);
	for (int i = 0; i < net->tills; i++)
		assert_string_equal(column_of_row(net->till[i], "customers", customer, column), wanted);
}

static void edits_of_two_columns_both_survive(void **state)
{
	for (int first = 0; first < 2; first++) {
		struct net *net = by_column(state, 2);
		struct uuid ali = make_customer(net->till[0], "0770");

		net_cycle(net);
		change_customer(net->till[1], ali, "name", "Ali");
		change_customer(net->till[0], ali, "phone", "0772");
		net_push(net, first);
		net_cycle(net);
		everywhere(net, ali, "name", "Ali");
		everywhere(net, ali, "phone", "0772");
		/* Both that went into it are kept: at the hub, and each at its maker. */
		assert_int_equal(count_of(net->hub, CONFLICTS " AND rule = 'merged'"), 2);
		assert_int_equal(count_of(net->till[0], CONFLICTS " AND rule = 'merged'"), 1);
		assert_int_equal(count_of(net->till[1], CONFLICTS " AND rule = 'merged'"), 1);
		all_identical(net);
		net_free(net);
	}
}

static void of_one_column_the_later_edit_stands(void **state)
{
	for (int first = 0; first < 2; first++) {
		struct net *net = by_column(state, 2);
		struct uuid ali = make_customer(net->till[0], "0770");

		net_cycle(net);
		change_customer(net->till[0], ali, "phone", "0772");
		change_customer(net->till[1], ali, "phone", "0771");
		change_customer(net->till[0], ali, "name", "Ali");
		net_push(net, first);
		net_cycle(net);
		everywhere(net, ali, "phone", "0771");
		everywhere(net, ali, "name", "Ali");
		all_identical(net);
		net_free(net);
	}
}

static void an_edit_met_by_a_pull_survives_too(void **state)
{
	struct net *net = by_column(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");

	net_cycle(net);
	change_customer(net->till[1], ali, "name", "Ali");
	change_customer(net->till[0], ali, "phone", "0772");
	net_push(net, 0);
	net_pull(net, 1);
	net_cycle(net);
	everywhere(net, ali, "name", "Ali");
	everywhere(net, ali, "phone", "0772");
	all_identical(net);
	net_free(net);
}

static void an_edit_made_while_a_merge_is_in_flight_survives(void **state)
{
	struct net *net = by_column(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct flight f = { 0 };

	net_cycle(net);
	change_customer(net->till[1], ali, "name", "Ali");
	change_customer(net->till[0], ali, "phone", "0772");
	net_push(net, 0);
	net_pack(net, 1, &f);
	net_ingest(net, 1, &f);
	change_customer(net->till[1], ali, "note", "tall");
	net_confirm(net, 1, &f);
	assert_int_equal(dirty_of(net->till[1]), 1);
	net_cycle(net);
	everywhere(net, ali, "name", "Ali");
	everywhere(net, ali, "phone", "0772");
	everywhere(net, ali, "note", "tall");
	all_identical(net);
	flight_release(&f);
	net_free(net);
}

static void a_deletion_wins_against_older_edits_only(void **state)
{
	for (int edit_later = 0; edit_later < 2; edit_later++) {
		struct net *net = by_column(state, 2);
		struct fixture *till = net->till[0];
		struct uuid ali = make_customer(till, "0770");

		net_cycle(net);
		if (!edit_later)
			change_customer(net->till[1], ali, "name", "Ali");
		till->t.stamp = MAX(till->t.stamp, net->till[1]->t.stamp) + 1;
		must(till, record_delete(&till->w, schema_table("customers"), ali, NULL, &till->err));
		fixture_commit(till);
		if (edit_later)
			change_customer(net->till[1], ali, "name", "Ali");
		net_cycle(net);
		assert_int_equal(fixture_int(net->hub, "SELECT CAST(count(*) AS bigint) FROM customers WHERE uuid = $1 "
					     "AND deleted_at IS NULL", ARGS(v_uuid(ali))), edit_later);
		all_identical(net);
		net_free(net);
	}
}

/* --- any order --- */

static unsigned dice;

static int roll(int n)
{
	dice = dice * 1103515245u + 12345u;
	return (int)(dice >> 16) % n;
}

static const char *const columns[] = { "name", "phone", "note", "address" };

static void some_edit(struct net *net, struct uuid customer, int step, char last[ARRAY_LEN(columns)][32])
{
	int column = roll(ARRAY_LEN(columns)), till = roll(net->tills);

	snprintf(last[column], sizeof last[column], "%d by %d", step, till);
	change_customer(net->till[till], customer, columns[column], last[column]);
}

static void some_sync(struct net *net)
{
	int till = roll(net->tills);

	if (roll(2))
		net_push(net, till);
	if (roll(2))
		net_pull(net, till);
}

static void in_any_order_each_column_is_what_was_written_last(void **state)
{
	for (unsigned seed = 0; seed < 6; seed++) {
		char last[ARRAY_LEN(columns)][32] = { "", "0770", "", "" };
		struct net *net = by_column(state, 3);
		struct uuid ali = make_customer(net->till[0], "0770");

		dice = seed;
		net_cycle(net);
		for (int step = 0; step < 25; step++)
			roll(3) ? some_edit(net, ali, step, last) : some_sync(net);
		net_cycle(net);
		for (size_t i = 0; i < ARRAY_LEN(columns); i++)
			if (last[i][0])
				everywhere(net, ali, columns[i], last[i]);
		all_identical(net);
		net_free(net);
	}
}

static void replicas_agree_though_the_policy_is_switched_while_tills_are_away(void **state)
{
	static const char *const policies[] = { "{'value':'row'}", "{'value':'column'}" };

	for (unsigned seed = 0; seed < 4; seed++) {
		char last[ARRAY_LEN(columns)][32];
		struct net *net = by_column(state, 3);
		struct uuid ali = make_customer(net->till[0], "0770");

		dice = seed;
		net_cycle(net);
		for (int step = 0; step < 30; step++) {
			if (roll(5) == 0)
				set_policy(roll(2) ? net->hub : net->till[roll(3)], policies[roll(2)]);
			roll(3) ? some_edit(net, ali, step, last) : some_sync(net);
		}
		net_cycle(net);
		all_identical(net);
		net_free(net);
	}
}

FIXTURE_MAIN(cmocka_unit_test(edits_of_two_columns_both_survive), cmocka_unit_test(of_one_column_the_later_edit_stands),
	     cmocka_unit_test(an_edit_met_by_a_pull_survives_too),
	     cmocka_unit_test(an_edit_made_while_a_merge_is_in_flight_survives),
	     cmocka_unit_test(a_deletion_wins_against_older_edits_only),
	     cmocka_unit_test(in_any_order_each_column_is_what_was_written_last),
	     cmocka_unit_test(replicas_agree_though_the_policy_is_switched_while_tills_are_away))
