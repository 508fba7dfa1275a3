/* Roles of a shop's own, and the owner who is always left. */
#include "base/base.h"
#include "net.h"

static struct row role(struct fixture *f, const char *body)
{
	struct row r;

	must(f, role_create(&f->w, fixture_json(f, body), &r, &f->err));
	fixture_commit(f);
	return r;
}

static struct row user(struct fixture *f, const char *body)
{
	struct row r;

	f->t.stamp++;
	must(f, user_create(&f->w, fixture_json(f, body), NULL, NULL, &r, &f->err));
	fixture_commit(f);
	return r;
}

static int change(struct fixture *f, const char *table, struct uuid uuid, const char *body)
{
	struct row r;

	f->t.stamp++;
	return record_change(&f->w, schema_table(table), uuid, NULL, fixture_json(f, body), &r, &f->err);
}

static uint64_t may(struct fixture *f, const char *code)
{
	uint64_t perms;

	must(f, role_look(f->db, f->w.tenant, code, &perms, &f->err));
	return perms;
}

static void a_role_may_what_its_row_says(void **state)
{
	struct fixture *f = *state;
	struct row r = role(f, "{'code':'stocker','name':'Stocker','permissions':['inventory:write','products:read','products:read']}");

	assert_true(uuid_eq(r.uuid, seed_uuid("role", "stocker")));
	assert_string_equal(row_text(&r, "permissions"), "[\"products:read\",\"inventory:write\"]");
	assert_int_equal(may(f, "stocker"), PERM_BIT(PERM_NONE) | PERM_BIT(PERM_READ) | PERM_BIT(PERM_STOCK));
	must(f, change(f, "roles", r.uuid, "{'permissions':['products:read']}"));
	assert_int_equal(may(f, "stocker"), PERM_BIT(PERM_NONE) | PERM_BIT(PERM_READ));
	assert_int_equal(may(f, "nobody"), PERM_BIT(PERM_NONE));
}

static void what_no_role_can_be_is_refused(void **state)
{
	static const struct {
		const char *body, *code;
	} cases[] = {
		{ "{'code':'x','name':'X','permissions':['invoices:cerate']}", "unknown_permission" },
		{ "{'code':'x','name':'X','permissions':['none']}", "unknown_permission" },
		{ "{'code':'x','name':'X','permissions':[]}", "required" },
		{ "{'code':'x','name':'X','permissions':'all'}", "type" },
		{ "{'code':'x','name':'X','permissions':[1]}", "type" },
		{ "{'code':'A role','name':'X','permissions':['products:read']}", "pattern" },
		{ "{'code':'cashier','name':'X','permissions':['products:read']}", "duplicate" },
	};
	struct fixture *f = *state;
	struct row r;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		refused(f, cases[i].code, role_create(&f->w, fixture_json(f, cases[i].body), &r, &f->err));
}

static void the_owner_role_stays_whole(void **state)
{
	struct fixture *f = *state;
	struct uuid owner = seed_uuid("role", OWNER);

	refused(f, "owner_role", change(f, "roles", owner, "{'permissions':['products:read']}"));
	refused(f, "owner_role", record_delete(&f->w, schema_table("roles"), owner, NULL, &f->err));
	must(f, change(f, "roles", owner, "{'name':'Boss'}"));
	assert_int_equal(may(f, OWNER), PERMS_ALL);
}

static void a_role_that_somebody_has_is_not_deleted(void **state)
{
	struct fixture *f = *state;
	struct row r = role(f, "{'code':'stocker','name':'Stocker','permissions':['products:read']}");
	struct row eve = user(f, "{'name':'Eve','role':'stocker'}");

	refused(f, "in_use", record_delete(&f->w, r.table, r.uuid, NULL, &f->err));
	must(f, change(f, "users", eve.uuid, "{'role':'cashier'}"));
	must(f, record_delete(&f->w, r.table, r.uuid, NULL, &f->err));
	refused(f, "not_a_choice", change(f, "users", eve.uuid, "{'role':'stocker'}"));
	r = role(f, "{'code':'stocker','name':'Again','permissions':['products:read']}");
	assert_true(uuid_eq(r.uuid, seed_uuid("role", "stocker")));
	must(f, change(f, "users", eve.uuid, "{'role':'stocker'}"));
}

static void nobody_gives_what_they_have_not(void **state)
{
	struct fixture *f = *state;
	struct row boss = user(f, "{'name':'Boss','role':'owner'}"), r;

	role(f, "{'code':'hr','name':'People','permissions':['settings:manage_users','products:read']}");
	f->who.may = may(f, "hr");
	refused(f, "beyond_you", user_create(&f->w, fixture_json(f, "{'name':'Me too','role':'owner'}"), NULL, NULL, &r, &f->err));
	refused(f, "beyond_you", user_change(&f->w, boss.uuid, NULL, fixture_json(f, "{}"), "$y$hash", NULL, &r, &f->err));
	refused(f, "beyond_you", role_create(&f->w, fixture_json(f, "{'code':'x','name':'X','permissions':['backup:manage']}"), &r,
					     &f->err));
	refused(f, "beyond_you", change(f, "roles", seed_uuid("role", "manager"), "{'permissions':['products:read']}"));
	must(f, role_create(&f->w, fixture_json(f, "{'code':'x','name':'X','permissions':['products:read']}"), &r, &f->err));
}

/* --- over sync --- */

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

#define OWNERS "SELECT CAST(count(*) AS bigint) FROM users WHERE tenant = $1 AND role = 'owner' AND active = 1 " \
	"AND deleted_at IS NULL"
#define OPEN "SELECT CAST(count(*) AS bigint) FROM reviews WHERE tenant = $1 AND kind = 'last_owner' AND state = 'open'"

/* Amal and Yusuf own the shop; each takes it from the other at a till of their own. */
static void two_owners_demote_each_other(void **state, const char *body)
{
	struct net *net = paired(state, 2);
	struct uuid amal = user(net->till[0], "{'name':'Amal','role':'owner'}").uuid;
	struct uuid yusuf = user(net->till[0], "{'name':'Yusuf','role':'owner'}").uuid;

	net_cycle(net);
	must(net->till[0], change(net->till[0], "users", yusuf, body));
	must(net->till[1], change(net->till[1], "users", amal, body));
	for (int i = 0; i < 2; i++)
		fixture_commit(net->till[i]);
	net_cycle(net);
	assert_int_equal(count_of(net->hub, OWNERS), 1);
	assert_int_equal(count_of(net->hub, OPEN), 1);
	assert_string_equal(column_of_row(net->hub, "users", amal, "role"), OWNER);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(count_of(net->till[i], OWNERS), 1);
		assert_int_equal(count_of(net->till[i], OPEN), 1);
		assert_int_equal(dirty_of(net->till[i]), 0);
		assert_true(net_identical(net, i));
	}
	net_free(net);
}

static void an_owner_is_left_though_two_demoted_each_other(void **state)
{
	two_owners_demote_each_other(state, "{'role':'cashier'}");
}

static void an_owner_is_left_though_two_shut_each_other_out(void **state)
{
	two_owners_demote_each_other(state, "{'active':false}");
}

static void the_same_role_made_twice_is_one(void **state)
{
	struct net *net = paired(state, 2);

	role(net->till[0], "{'code':'stocker','name':'Stocker','permissions':['products:read']}");
	role(net->till[1], "{'code':'stocker','name':'Stock keeper','permissions':['products:read','inventory:write']}");
	net_cycle(net);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(may(net->till[i], "stocker"), may(net->hub, "stocker"));
		assert_true(net_identical(net, i));
	}
	net_free(net);
}

FIXTURE_MAIN(HUB(a_role_may_what_its_row_says), TILL(what_no_role_can_be_is_refused), HUB(the_owner_role_stays_whole),
	     TILL(a_role_that_somebody_has_is_not_deleted), HUB(nobody_gives_what_they_have_not),
	     cmocka_unit_test(an_owner_is_left_though_two_demoted_each_other),
	     cmocka_unit_test(an_owner_is_left_though_two_shut_each_other_out),
	     cmocka_unit_test(the_same_role_made_twice_is_one))
