/* People.  Their secrets come as hashes, made off the lane; what a request says
 * about PIN or password is the handler's and is left out here.  A shop always
 * keeps an owner who can sign in: nobody may lock everybody out. */
#include "base/base.h"
#include "model/model.h"

static const struct table *users(void)
{
	return schema_table("users");
}

/* --- what every version must keep --- */

bool user_is_owner(const struct row *r)
{
	return !r->deleted_at && row_int(r, "active") && strcmp(row_text(r, "role"), OWNER) == 0;
}

int user_other_owners(struct db *db, struct uuid tenant, struct uuid but, int64_t *n, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM users WHERE tenant = $1 AND uuid <> $2 "
				  "AND role = 'owner' AND active = 1 AND deleted_at IS NULL";

	return db_int(db, sql, ARGS(v_uuid(tenant), v_uuid(but)), n, err);
}

static int check_owner_left(struct write *w, const struct row *before, const struct row *after, struct err *err)
{
	int64_t others;

	if (!before || !user_is_owner(before) || user_is_owner(after))
		return 0;
	if (user_other_owners(w->t->db, w->tenant, before->uuid, &others, err) < 0)
		return -1;
	if (others > 0)
		return 0;
	return err_set(err, ERR_CONFLICT, "last_owner", "%s is the only owner: make somebody else an owner first",
		       row_text(before, "name"));
}

static int check_role(struct write *w, const struct row *after, struct err *err)
{
	const char *code = row_text(after, "role");
	int n = row_exists(w->t->db, w->tenant, schema_table("roles"), seed_uuid("role", code), err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/role", "not_a_choice", "role: there is no role %s", code);
	return 0;
}

static int check_reach(struct write *w, const char *code, struct err *err)
{
	uint64_t may;

	return role_look(w->t->db, w->tenant, code, &may, err) < 0 ? -1 : role_check_reach(w->who, may, err);
}

int user_check(struct write *w, const struct row *before, struct row *after, struct err *err)
{
	bool other_role = !before || strcmp(row_text(before, "role"), row_text(after, "role")) != 0;

	if (other_role && !after->deleted_at && check_role(w, after, err) < 0)
		return -1;
	/* Whoever gives somebody a PIN may sign in as them. */
	if ((before && check_reach(w, row_text(before, "role"), err) < 0) || check_reach(w, row_text(after, "role"), err) < 0)
		return -1;
	return check_owner_left(w, before, after, err);
}

/* --- taking from a request --- */

/* The body without what was hashed. */
static int without_secrets(struct pool *pool, struct json body, struct json *rest, struct err *err)
{
	struct buf text = { 0 };
	int rc;

	*rest = body;
	if (json_type(body) != JSON_OBJECT)
		return 0;	/* row_from_rest() has the words for it */
	jw_open(&text, '{');
	for (struct json_iter it = json_iter(body); json_next(&it);) {
		if (strcmp(it.name, "pin") == 0 || strcmp(it.name, "password") == 0)
			continue;
		jw_str(&text, it.name, strlen(it.name));
		buf_char(&text, ':');
		json_print(it.value, &text);
	}
	jw_close(&text, '}');
	rc = json_parse(pool, text.data, text.len, rest, err);
	buf_release(&text);
	return rc;
}

static void put_hash(struct row *r, const char *column, const char *hash, uint32_t *changed)
{
	if (!hash)
		return;
	row_set(r, column, v_text(hash));
	*changed |= 1u << table_column(r->table, column);
}

static int take(struct write *w, struct json body, bool creating, const char *pin_hash, const char *password_hash,
		struct row *r, uint32_t *changed, struct err *err)
{
	struct json rest;

	if (without_secrets(w->t->pool, body, &rest, err) < 0 ||
	    row_from_rest(w->t->pool, r->table, rest, creating, r, changed, err) < 0)
		return -1;
	put_hash(r, "pin_hash", pin_hash, changed);
	put_hash(r, "password_hash", password_hash, changed);
	return 0;
}

/* --- creating --- */

static int take_uuid(struct json body, struct uuid *uuid, struct err *err)
{
	int n = json_get_uuid(body, "uuid", uuid, err);

	if (n == 0)
		*uuid = uuid_v7();
	return MIN(n, 0);
}

int user_create(struct write *w, struct json body, const char *pin_hash, const char *password_hash, struct row *r,
		struct err *err)
{
	struct row there;
	uint32_t sent;
	int n;

	*r = (struct row){ .table = users() };
	if (take(w, body, true, pin_hash, password_hash, r, &sent, err) < 0 || take_uuid(body, &r->uuid, err) < 0)
		return -1;
	if ((n = row_load(w->t->db, w->t->pool, w->tenant, r->table, r->uuid, &there, err)) < 0)
		return -1;
	if (n > 0) {
		*r = there;
		return err_set(err, ERR_CONFLICT, "duplicate", "user %s is already here", uuid_text(there.uuid).s);
	}
	if (user_check(w, NULL, r, err) < 0 || record_check_natural(w, r, UINT32_MAX, err) < 0)
		return -1;
	return record_write(w, r, NULL, UINT32_MAX, err);
}

/* --- changing --- */

static int load(struct write *w, struct uuid uuid, const char *if_match, struct row *r, struct err *err)
{
	int n = row_load(w->t->db, w->t->pool, w->tenant, users(), uuid, r, err);
	char etag[40];

	if (n < 0)
		return -1;
	if (n == 0 || r->deleted_at)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no user %s", uuid_text(uuid).s);
	record_etag(r, etag);
	if (!if_match || strcmp(if_match, "*") == 0 || strcmp(if_match, etag) == 0)
		return 0;
	return err_set(err, ERR_STALE, "changed",
		       "this user was changed by somebody else meanwhile: look at it and try again");
}

/* Only what really differs counts as changed. */
static uint32_t differing(const struct row *a, const struct row *b, uint32_t among)
{
	for (int i = 0; a->table->columns[i].name; i++)
		if (val_eq(a->v[i], b->v[i]))
			among &= ~(1u << i);
	return among;
}

int user_change(struct write *w, struct uuid uuid, const char *if_match, struct json body, const char *pin_hash,
		const char *password_hash, struct row *r, struct err *err)
{
	struct row before;
	uint32_t changed;

	if (load(w, uuid, if_match, r, err) < 0)
		return -1;
	before = *r;
	if (take(w, body, false, pin_hash, password_hash, r, &changed, err) < 0)
		return -1;
	if (!(changed = differing(r, &before, changed)))
		return 0;
	if (user_check(w, &before, r, err) < 0 || record_check_natural(w, r, changed, err) < 0)
		return -1;
	return record_write(w, r, &before, changed, err);
}

/* --- finding --- */

int user_count(struct db *db, struct uuid tenant, int64_t *n, struct err *err)
{
	return db_int(db, "SELECT CAST(count(*) AS bigint) FROM users WHERE tenant = $1 AND deleted_at IS NULL",
		      ARGS(v_uuid(tenant)), n, err);
}

/* Two people may have the same name when it was given on two tills: then the
 * one who was there first is meant, and the other signs in by uuid. */
static int find_by_name(struct db *db, struct uuid tenant, const char *name, struct uuid *uuid, struct err *err)
{
	static const char sql[] = "SELECT uuid FROM users WHERE tenant = $1 AND name = $2 AND active = 1 "
				  "AND deleted_at IS NULL ORDER BY uuid LIMIT 1";
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(tenant), v_text(name)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		*uuid = rows_uuid(&rs, 0);
	rows_end(&rs);
	return n;
}

int user_find(struct db *db, struct pool *pool, struct uuid tenant, const char *who, struct row *r, struct err *err)
{
	struct uuid uuid;
	int n = 1;

	if (uuid_parse(&uuid, who, strlen(who)) < 0)
		n = find_by_name(db, tenant, who, &uuid, err);
	if (n <= 0)
		return n;
	if ((n = row_load(db, pool, tenant, users(), uuid, r, err)) <= 0)
		return n;
	return !r->deleted_at && row_int(r, "active");
}
