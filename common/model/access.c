/* Permissions, and the roles that every shop begins with.  What a role permits
 * stands in its row; an owner may do everything, whatever a row says. */
#include "base/base.h"
#include "model/model.h"

#define MAY(perm) PERM_BIT(perm)
#define ALL PERMS_ALL
/* PERM_NONE asks only that one is signed in. */
#define COUNTER                                                                           \
	(MAY(PERM_NONE) | MAY(PERM_SELL) | MAY(PERM_RETURN) | MAY(PERM_COLLECT) | MAY(PERM_SHIFT) | \
	 MAY(PERM_READ) | MAY(PERM_CUSTOMERS))

const struct seed_role seed_roles[] = {
	{ OWNER, "Owner", ALL },
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

int perms_read(struct json list, uint64_t *may, struct err *err)
{
	*may = MAY(PERM_NONE);
	if (json_type(list) != JSON_ARRAY)
		return err_field(err, "/permissions", "type", "permissions must be a list of names");
	for (size_t i = 0; i < json_len(list); i++) {
		const char *name;
		int p = PERM_NONE + 1;

		if (json_to_str(json_at(list, i), "/permissions", 100, &name, err) < 0)
			return -1;
		while (p < PERMS && strcmp(names[p], name) != 0)
			p++;
		if (p == PERMS)
			return err_field(err, "/permissions", "unknown_permission", "there is no permission %s", name);
		*may |= MAY(p);
	}
	return 0;
}

/* Of a row: what this version does not know permits nothing here. */
static uint64_t perms_known(struct json list)
{
	uint64_t may = MAY(PERM_NONE);

	for (size_t i = 0; i < json_len(list); i++) {
		const char *name;

		if (json_to_str(json_at(list, i), "", 100, &name, NULL) < 0)
			continue;
		for (int p = PERM_NONE + 1; p < PERMS; p++)
			if (strcmp(names[p], name) == 0)
				may |= MAY(p);
	}
	return may;
}

uint64_t role_perms(const char *code, const char *permissions)
{
	uint64_t may = MAY(PERM_NONE);
	struct pool *pool;
	struct json list;

	if (strcmp(code, OWNER) == 0)
		return ALL;
	if (!permissions)
		return may;
	pool = pool_new();
	if (json_parse(pool, permissions, strlen(permissions), &list, NULL) == 0)
		may = perms_known(list);
	pool_free(&pool);
	return may;
}

/* Devices and the platform's admin have routes of their own and no say in the
 * shop. */
bool actor_may(const struct actor *who, enum perm perm)
{
	if (who->kind == ACTOR_OPERATOR)
		return true;
	return who->kind == ACTOR_USER && who->may & MAY(perm);
}

const char *perm_name(enum perm perm)
{
	return names[perm];
}
