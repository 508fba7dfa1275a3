/* Edits that met: who hears of it, what can be put back, and what no stamp can judge. */
#include "base/base.h"
#include "net.h"

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

#define CONFLICTS "SELECT CAST(count(*) AS bigint) FROM conflicts WHERE tenant = $1"
#define REVIEWS "SELECT CAST(count(*) AS bigint) FROM reviews WHERE tenant = $1"

static void all_identical(struct net *net)
{
	for (int i = 0; i < net->tills; i++) {
		assert_int_equal(dirty_of(net->till[i]), 0);
		assert_true(net_identical(net, i));
	}
}

static const char *phone_of(struct fixture *f, struct uuid customer)
{
	return column_of_row(f, "customers", customer, "phone");
}

static struct json conflicts_of(struct fixture *f)
{
	struct page page = { .limit = 50 };
	struct buf out = { 0 };
	struct json list;

	must(f, conflict_list(f->db, f->pool, f->w.tenant, &page, &out, &f->err));
	list = json_member(fixture_read(f, &out), "items");
	return list;
}

/* The one conflict there is. */
static struct json the_conflict(struct fixture *f)
{
	struct json list = conflicts_of(f);

	assert_int_equal(json_len(list), 1);
	return json_at(list, 0);
}

static int64_t conflicts_24h(struct net *net, int till)
{
	return fixture_int(net->hub, "SELECT CAST(sum(conflicts) AS bigint) FROM device_stats WHERE tenant = $1 AND device = $2",
			   ARGS(v_uuid(net->hub->w.tenant), v_uuid(net->device[till].device)));
}

/* Till 1 edits first, till 0 later; whose push comes first is the case. */
static struct uuid two_edits(struct net *net, int first)
{
	struct uuid ali = make_customer(net->till[0], "0770");

	net_cycle(net);
	change_customer(net->till[1], ali, "phone", "0771");
	change_customer(net->till[0], ali, "phone", "0772");
	net_push(net, first);
	net_cycle(net);
	return ali;
}

static void undo_the_losing_till_hears_of_it_whoever_pushed_first(void **state)
{
	for (int first = 0; first < 2; first++) {
		struct net *net = paired(state, 2);
		struct uuid ali = two_edits(net, first);
		struct fixture *sides[] = { net->hub, net->till[1] };

		assert_int_equal(count_of(net->till[0], CONFLICTS), 0);
		for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
			struct json c = the_conflict(sides[i]);

			assert_string_equal(text_of(c, "table"), "customers");
			assert_true(uuid_eq(uuid_of(c, "row"), ali));
			assert_string_equal(text_of(c, "rule"), "newest_wins");
			assert_string_equal(text_of(json_member(c, "winner"), "phone"), "0772");
			assert_string_equal(text_of(json_member(c, "loser"), "phone"), "0771");
			assert_string_equal(text_of(c, "winner_device"), "Till");
			assert_string_equal(text_of(c, "loser_device"), "Till");
		}
		assert_int_equal(conflicts_24h(net, 0), 1);
		assert_int_equal(conflicts_24h(net, 1), 1);
		all_identical(net);
		net_free(net);
	}
}

static void undo_an_edit_met_by_a_pull_is_judged_by_the_hub(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");

	net_cycle(net);
	change_customer(net->till[1], ali, "phone", "0771");
	change_customer(net->till[0], ali, "phone", "0772");
	net_push(net, 0);
	net_pull(net, 1);	/* before its own push */
	assert_string_equal(phone_of(net->till[1], ali), "0771");
	net_cycle(net);
	assert_string_equal(phone_of(net->till[1], ali), "0772");
	assert_int_equal(count_of(net->hub, CONFLICTS), 1);
	assert_int_equal(count_of(net->till[1], CONFLICTS), 1);
	all_identical(net);
	net_free(net);
}

static void undo_who_made_each_version_is_told(void **state)
{
	struct net *net = paired(state, 2);
	struct fixture *t[] = { net->till[0], net->till[1] };
	const char *const people[] = { "{'name':'Amal','role':'owner'}", "{'name':'Yusuf'}" };
	struct row user;

	for (int i = 0; i < 2; i++) {
		must(t[i], user_create(&t[i]->w, fixture_json(t[i], people[i]), NULL, NULL, &user, &t[i]->err));
		fixture_commit(t[i]);
		t[i]->who.user = user.uuid;
	}
	two_edits(net, 0);
	assert_string_equal(text_of(the_conflict(net->hub), "winner_user"), "Amal");
	assert_string_equal(text_of(the_conflict(net->hub), "loser_user"), "Yusuf");
	assert_string_equal(text_of(the_conflict(t[1]), "winner_user"), "Amal");
	net_free(net);
}

static void restore(struct fixture *f, struct json conflict, bool force)
{
	struct row now;

	f->t.stamp++;
	must(f, conflict_restore(&f->w, uuid_of(conflict, "uuid"), force, &now, &f->err));
	fixture_commit(f);
}

static void undo_the_loser_is_put_back_and_that_is_undone(void **state)
{
	for (int at_till = 0; at_till < 2; at_till++) {
		struct net *net = paired(state, 2);
		struct uuid ali = two_edits(net, 0);
		struct fixture *f = at_till ? net->till[1] : net->hub;
		struct json undo;

		restore(f, the_conflict(f), false);
		net_cycle(net);
		assert_string_equal(phone_of(net->hub, ali), "0771");
		assert_string_equal(phone_of(net->till[0], ali), "0771");
		assert_string_equal(phone_of(net->till[1], ali), "0771");
		all_identical(net);

		assert_int_equal(json_len(conflicts_of(f)), 2);
		undo = json_at(conflicts_of(f), 0);
		assert_string_equal(text_of(undo, "rule"), "restored");
		assert_non_null(text_of(json_at(conflicts_of(f), 1), "restored_at"));
		restore(f, undo, false);
		net_cycle(net);
		assert_string_equal(phone_of(net->till[0], ali), "0772");
		all_identical(net);
		net_free(net);
	}
}

static void undo_what_was_changed_since_is_not_overwritten_unasked(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = two_edits(net, 0);
	struct json c = the_conflict(net->hub);
	struct row now;

	change_customer(net->hub, ali, "phone", "0773");
	refused(net->hub, "changed", conflict_restore(&net->hub->w, uuid_of(c, "uuid"), false, &now, &net->hub->err));
	assert_string_equal(row_text(&now, "phone"), "0773");
	restore(net->hub, c, true);
	assert_string_equal(phone_of(net->hub, ali), "0771");
	net_free(net);
}

static void undo_a_deletion_that_won_is_undone(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct fixture *till = net->till[0];

	net_cycle(net);
	change_customer(net->till[1], ali, "phone", "0771");
	till->t.stamp = net->till[1]->t.stamp + 10;
	must(till, record_delete(&till->w, schema_table("customers"), ali, NULL, &till->err));
	fixture_commit(till);
	net_cycle(net);
	restore(net->hub, the_conflict(net->hub), false);
	net_cycle(net);
	assert_string_equal(phone_of(till, ali), "0771");
	assert_int_equal(count_of(till, "SELECT CAST(count(*) AS bigint) FROM customers WHERE tenant = $1 AND phone = '0771' "
				  "AND deleted_at IS NULL"), 1);
	all_identical(net);
	net_free(net);
}

static void twins_are_listed_once(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid first = make_customer(net->till[0], "0770"), second = make_customer(net->till[1], "0770");
	struct buf out = { 0 };
	struct json review;
	struct val uuid;
	struct row r;

	net_cycle(net);
	change_customer(net->till[1], second, "name", "Ali");
	net_cycle(net);
	for (int i = 0; i < 2; i++)
		assert_int_equal(count_of(net->till[i], REVIEWS), 1);
	assert_int_equal(count_of(net->hub, REVIEWS " AND kind = 'twin' AND state = 'open'"), 1);
	all_identical(net);

	assert_int_equal(db_one(net->hub->db, net->hub->pool, "SELECT uuid FROM reviews", NO_ARGS, &uuid, 1, &net->hub->err), 1);
	assert_int_equal(row_load(net->hub->db, net->hub->pool, net->hub->w.tenant, schema_table("reviews"), uuid.u, &r,
				  &net->hub->err), 1);
	must(net->hub, review_json(net->hub->db, net->hub->pool, net->hub->w.tenant, &r, &out, &net->hub->err));
	review = fixture_read(net->hub, &out);
	assert_true(uuid_eq(uuid_of(json_member(review, "a_head"), "uuid"), first));
	assert_true(uuid_eq(uuid_of(json_member(review, "b_head"), "uuid"), second));
	assert_string_equal(text_of(json_member(review, "detail"), "field"), "phone");
	buf_release(&out);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(undo_the_losing_till_hears_of_it_whoever_pushed_first),
	     cmocka_unit_test(undo_an_edit_met_by_a_pull_is_judged_by_the_hub),
	     cmocka_unit_test(undo_who_made_each_version_is_told),
	     cmocka_unit_test(undo_the_loser_is_put_back_and_that_is_undone),
	     cmocka_unit_test(undo_what_was_changed_since_is_not_overwritten_unasked),
	     cmocka_unit_test(undo_a_deletion_that_won_is_undone),
	     cmocka_unit_test(twins_are_listed_once))
