/* Roles and what they permit.  A role is a word in the users table; what it
 * means stands here and nowhere else. */
#include "base/base.h"
#include "model/model.h"

#define MAY(perm) (1u << (perm))
#define ALL UINT32_MAX
/* PERM_NONE asks only that one is signed in. */
#define COUNTER (MAY(PERM_NONE) | MAY(PERM_SELL) | MAY(PERM_READ) | MAY(PERM_CUSTOMERS))

static const struct {
	const char *name;
	uint32_t may;
} roles[] = {
	{ "owner", ALL },
	{ "manager", ALL & ~(MAY(PERM_USERS) | MAY(PERM_DEVICES) | MAY(PERM_PAIR)) },
	{ "cashier", COUNTER },
	{ "agent", COUNTER },
};

static const char *const names[] = {
	[PERM_NONE] = "none",
	[PERM_SELL] = "invoices:create",
	[PERM_READ] = "products:read",
	[PERM_READ_COST] = "costs:read",
	[PERM_CATALOGUE] = "products:write",
	[PERM_CUSTOMERS] = "customers:write",
	[PERM_STOCK] = "inventory:write",
	[PERM_SETTINGS] = "settings:write",
	[PERM_USERS] = "settings:manage_users",
	[PERM_DEVICES] = "devices:manage",
	[PERM_CONFLICTS] = "conflicts:restore",
	[PERM_SYNC] = "sync:run",
	[PERM_PAIR] = "sync:pair",
};

bool role_may(const char *role, enum perm perm)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (strcmp(roles[i].name, role) == 0)
			return roles[i].may & MAY(perm);
	return false;
}

/* Devices and the platform's admin have routes of their own and no say in the
 * shop. */
bool actor_may(const struct actor *who, enum perm perm)
{
	if (who->kind == ACTOR_OPERATOR)
		return true;
	return who->kind == ACTOR_USER && role_may(who->role, perm);
}

const char *perm_name(enum perm perm)
{
	return names[perm];
}
