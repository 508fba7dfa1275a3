/* Roles: a name for what people may do.  The owner's is everything, for good. */
#include "base/base.h"
#include "model/model.h"

static struct uuid uuid_of(const char *code)
{
	return seed_uuid("role", code);
}

int role_look(struct db *db, struct uuid tenant, const char *code, uint64_t *may, struct err *err)
{
	struct pool *pool = pool_new();
	struct row r;
	int n = row_load(db, pool, tenant, schema_table("roles"), uuid_of(code), &r, err);

	*may = role_perms(code, n > 0 && !r.deleted_at ? row_text(&r, "permissions") : NULL);
	pool_free(&pool);
	return MIN(n, 0);
}

int role_check_reach(const struct actor *who, uint64_t may, struct err *err)
{
	if (who->kind != ACTOR_USER || !(may & ~who->may))
		return 0;
	for (int p = 0; p < PERMS; p++)
		if (may & ~who->may & PERM_BIT(p))
			return err_set(err, ERR_DENIED, "beyond_you", "this takes the permission %s, which the role %s has not",
				       perm_name(p), who->role);
	return 0;
}

/* --- what must be so --- */

static int check_reach_of(struct write *w, const struct row *role, struct err *err)
{
	return role_check_reach(w->who, role_perms(row_text(role, "code"), row_text(role, "permissions")), err);
}

static int check_permissions(struct write *w, const struct row *before, struct row *after, struct err *err)
{
	const char *text = row_text(after, "permissions");
	struct buf clean = { 0 };
	struct json list;
	uint64_t may;

	if (before && !before->deleted_at && val_eq(row_get(before, "permissions"), row_get(after, "permissions")))
		return 0;
	if (before && strcmp(row_text(after, "code"), OWNER) == 0)
		return err_set(err, ERR_CONFLICT, "owner_role", "an owner may do everything: make another role for less");
	if (json_parse(w->t->pool, text, strlen(text), &list, err) < 0 || perms_read(list, &may, err) < 0)
		return -1;
	if (may == PERM_BIT(PERM_NONE))
		return err_field(err, "/permissions", "required", "permissions: a role must permit something");
	if (role_check_reach(w->who, may, err) < 0 || (before && check_reach_of(w, before, err) < 0))
		return -1;
	perms_json(may, &clean);
	row_set(after, "permissions", v_text_n(pool_memdup(w->t->pool, clean.data, clean.len + 1), clean.len));
	buf_release(&clean);
	return 0;
}

static int check_unused(struct write *w, const struct row *role, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM users WHERE tenant = $1 AND role = $2 AND deleted_at IS NULL";
	const char *code = row_text(role, "code");
	int64_t n;

	if (strcmp(code, OWNER) == 0)
		return err_set(err, ERR_CONFLICT, "owner_role", "a shop always has owners: their role stays");
	if (db_int(w->t->db, sql, ARGS(v_uuid(w->tenant), v_text(code)), &n, err) < 0)
		return -1;
	if (n == 0)
		return check_reach_of(w, role, err);
	return err_set(err, ERR_CONFLICT, "in_use", "%lld people have the role %s: give them another one first", (long long)n, code);
}

int role_check(struct write *w, const struct row *before, struct row *after, struct err *err)
{
	return after->deleted_at ? check_unused(w, after, err) : check_permissions(w, before, after, err);
}

/* --- making one --- */

static int check_code(const char *code, struct err *err)
{
	size_t len = strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	if (!code[len] && len <= ROLE_LEN_MAX)
		return 0;
	return err_field(err, "/code", "pattern", "code: small letters, digits, _ and -, at most %d", ROLE_LEN_MAX);
}

/* One that was deleted comes back under its old uuid. */
static int store_new(struct write *w, struct row *r, struct err *err)
{
	struct row there;
	int n = row_load(w->t->db, w->t->pool, w->tenant, r->table, r->uuid, &there, err);

	if (n < 0)
		return -1;
	if (n > 0 && !there.deleted_at) {
		*r = there;
		return err_set(err, ERR_CONFLICT, "duplicate", "the role %s is already here", row_text(r, "code"));
	}
	if (record_check_rules(w, NULL, r, err) < 0)
		return -1;
	if (n == 0)
		return record_write(w, r, NULL, UINT32_MAX, err);
	memcpy(there.v, r->v, sizeof there.v);
	*r = there;
	r->deleted_at = 0;
	return record_write(w, r, &there, UINT32_MAX, err);
}

int role_create(struct write *w, struct json body, struct row *r, struct err *err)
{
	struct uuid sent;
	uint32_t seen;
	int n;

	*r = (struct row){ .table = schema_table("roles") };
	if (row_from_rest(w->t->pool, r->table, body, true, r, &seen, err) < 0 || check_code(row_text(r, "code"), err) < 0)
		return -1;
	r->uuid = sent = uuid_of(row_text(r, "code"));
	if ((n = json_get_uuid(body, "uuid", &sent, err)) < 0)
		return -1;
	if (n > 0 && !uuid_eq(sent, r->uuid))
		return err_field(err, "/uuid", "read_only", "uuid: a role's follows from its code, leave it out");
	return store_new(w, r, err);
}
