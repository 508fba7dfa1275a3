/* Roles and what they permit. */
#include "base/base.h"
#include "model/model.h"

#define MAY(perm) (UINT64_C(1) << (perm))
#define ALL (MAY(PERMS) - 1)
/* PERM_NONE asks only that one is signed in. */
#define COUNTER                                                                           \
	(MAY(PERM_NONE) | MAY(PERM_SELL) | MAY(PERM_RETURN) | MAY(PERM_COLLECT) | MAY(PERM_SHIFT) | \
	 MAY(PERM_READ) | MAY(PERM_CUSTOMERS))

const struct seed_role seed_roles[] = {
	{ "owner", "Owner", ALL },
	{ "manager", "Manager", ALL & ~(MAY(PERM_USERS) | MAY(PERM_DEVICES) | MAY(PERM_PAIR)) },
	{ "cashier", "Cashier", COUNTER },
	{ "agent", "Sales agent", COUNTER & ~(MAY(PERM_COLLECT) | MAY(PERM_SHIFT)) },
	{ NULL }
};

static const char *const names[PERMS] = {
	[PERM_NONE] = "none",
	[PERM_SELL] = "invoices:create",
	[PERM_VOID] = "invoices:void",
	[PERM_RETURN] = "returns:create",
	[PERM_COLLECT] = "customers:take_payments",
	[PERM_SHIFT] = "shifts:operate",
	[PERM_READ] = "products:read",
	[PERM_READ_COST] = "costs:read",
	[PERM_REPORTS] = "analytics:view",
	[PERM_CATALOGUE] = "products:write",
	[PERM_CUSTOMERS] = "customers:write",
	[PERM_STOCK] = "inventory:write",
	[PERM_ADJUST] = "inventory:adjust",
	[PERM_PAY_SUPPLIERS] = "suppliers:manage_payments",
	[PERM_SETTINGS] = "settings:write",
	[PERM_USERS] = "settings:manage_users",
	[PERM_DEVICES] = "devices:manage",
	[PERM_CONFLICTS] = "conflicts:restore",
	[PERM_SYNC] = "sync:run",
	[PERM_PAIR] = "sync:pair",
	[PERM_BACKUP] = "backup:manage",
};

void perms_json(uint64_t may, struct buf *out)
{
	jw_open(out, '[');
	for (int p = PERM_NONE + 1; p < PERMS; p++)
		if (may & MAY(p))
			jw_str(out, names[p], strlen(names[p]));
	jw_close(out, ']');
}

bool role_may(const char *role, enum perm perm)
{
	for (const struct seed_role *r = seed_roles; r->code; r++)
		if (strcmp(r->code, role) == 0)
			return r->may & MAY(perm);
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
