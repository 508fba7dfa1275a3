/* Who may do what. */
#include "base/base.h"
#include "model/model.h"
#include "unit.h"

/* One line a permission: owner, manager, cashier, agent. */
static const struct {
	enum perm perm;
	const char *name;
	bool owner, manager, cashier, agent;
} cases[PERMS] = {
	{ PERM_NONE, "none", true, true, true, true },
	{ PERM_SELL, "invoices:create", true, true, true, true },
	{ PERM_VOID, "invoices:void", true, true, false, false },
	{ PERM_RETURN, "returns:create", true, true, true, true },
	{ PERM_COLLECT, "customers:take_payments", true, true, true, false },
	{ PERM_SHIFT, "shifts:operate", true, true, true, false },
	{ PERM_READ, "products:read", true, true, true, true },
	{ PERM_READ_COST, "costs:read", true, true, false, false },
	{ PERM_REPORTS, "analytics:view", true, true, false, false },
	{ PERM_CATALOGUE, "products:write", true, true, false, false },
	{ PERM_CUSTOMERS, "customers:write", true, true, true, true },
	{ PERM_STOCK, "inventory:write", true, true, false, false },
	{ PERM_ADJUST, "inventory:adjust", true, true, false, false },
	{ PERM_PAY_SUPPLIERS, "suppliers:manage_payments", true, true, false, false },
	{ PERM_SETTINGS, "settings:write", true, true, false, false },
	{ PERM_USERS, "settings:manage_users", true, false, false, false },
	{ PERM_DEVICES, "devices:manage", true, false, false, false },
	{ PERM_CONFLICTS, "conflicts:restore", true, true, false, false },
	{ PERM_SYNC, "sync:run", true, true, false, false },
	{ PERM_PAIR, "sync:pair", true, false, false, false },
	{ PERM_BACKUP, "backup:manage", true, true, false, false },
};

/* As it is planted in a new shop, and read again. */
static uint64_t perms_of(const char *code)
{
	struct buf text = { 0 };
	uint64_t perms;

	for (const struct seed_role *r = seed_roles; r->code; r++)
		if (strcmp(r->code, code) == 0)
			perms_json(r->may, &text);
	perms = role_perms(code, text.data);
	buf_release(&text);
	return perms;
}

static bool may(const char *code, enum perm perm)
{
	return perms_of(code) & PERM_BIT(perm);
}

static void each_role_may_what_the_table_says(void **state UNUSED)
{
	for (int i = 0; i < PERMS; i++) {
		assert_int_equal(cases[i].perm, i);
		assert_string_equal(perm_name(cases[i].perm), cases[i].name);
		assert_int_equal(may("owner", cases[i].perm), cases[i].owner);
		assert_int_equal(may("manager", cases[i].perm), cases[i].manager);
		assert_int_equal(may("cashier", cases[i].perm), cases[i].cashier);
		assert_int_equal(may("agent", cases[i].perm), cases[i].agent);
	}
}

static void a_role_nobody_knows_may_nothing(void **state UNUSED)
{
	static const char *const strange[] = { "", "Owner", "owner ", "admin", "own" };

	for (size_t r = 0; r < ARRAY_LEN(strange); r++)
		for (int i = PERM_NONE + 1; i < PERMS; i++)
			assert_false(may(strange[r], (enum perm)i));
}

static void only_users_and_the_operator_have_a_say_in_the_shop(void **state UNUSED)
{
	static const enum actor_kind kinds[] = { ACTOR_NOBODY, ACTOR_DEVICE, ACTOR_ADMIN };

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (int i = 0; i < PERMS; i++) {
			/* Permissions left in the struct by mistake change nothing. */
			struct actor who = { .kind = kinds[k], .role = OWNER, .may = PERMS_ALL };

			assert_false(actor_may(&who, (enum perm)i));
		}
	for (int i = 0; i < PERMS; i++) {
		struct actor operator = { .kind = ACTOR_OPERATOR }, cashier = { .kind = ACTOR_USER, .role = "cashier", .may = perms_of("cashier") };

		assert_true(actor_may(&operator, (enum perm)i));
		assert_int_equal(actor_may(&cashier, (enum perm)i), cases[i].cashier);
	}
}

UNIT_MAIN(cmocka_unit_test(each_role_may_what_the_table_says),
	  cmocka_unit_test(a_role_nobody_knows_may_nothing),
	  cmocka_unit_test(only_users_and_the_operator_have_a_say_in_the_shop))
