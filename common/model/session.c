/* Who is signed in.  Only the hash of a token is stored: who reads the database
 * cannot sign in with what is there. */
#include "base/base.h"
#include "model/model.h"

#include "base/clock.h"
#include "base/crypto.h"

static struct val hash_of(const char *token, uint8_t hash[SHA256_LEN])
{
	sha256(token, strlen(token), hash);
	return v_blob(hash, SHA256_LEN);
}

/* Those of this tenant: a lane may lock rows of its own tenants only. */
static int forget_expired(struct txn *t, struct uuid tenant, struct err *err)
{
	return txn_send(t, "DELETE FROM sessions WHERE tenant IS NOT DISTINCT FROM $1 AND expires_at <= $2",
			ARGS(v_uuid_or_null(tenant), v_int(clock_wall())), err);
}

int session_create(struct txn *t, struct uuid tenant, struct uuid user, int64_t lives_us, char token[TOKEN_MAX],
		   int64_t *expires_at, struct err *err)
{
	static const char sql[] = "INSERT INTO sessions (token_hash, tenant, user_uuid, created_at, expires_at) "
				  "VALUES ($1, $2, $3, $4, $5)";
	uint8_t hash[SHA256_LEN];
	int64_t now = clock_wall();

	if (forget_expired(t, tenant, err) < 0)
		return -1;
	token_new("fxs_", token);
	*expires_at = now + lives_us;
	return txn_send(t, sql,
			ARGS(hash_of(token, hash), v_uuid_or_null(tenant), v_uuid_or_null(user), v_int(now),
			     v_int(*expires_at)), err);
}

/* What its user may do now, in the shop that the token belongs to. */
static int read_user(struct db *db, struct actor *who, struct err *err)
{
	static const char sql[] =
		"SELECT u.role, r.permissions FROM users u "
		"LEFT JOIN roles r ON r.tenant = u.tenant AND r.code = u.role AND r.deleted_at IS NULL "
		"WHERE u.tenant = $1 AND u.uuid = $2 AND u.active = 1 AND u.deleted_at IS NULL";
	struct pool *pool;
	struct rows rs;
	int n;

	db_enter(db, who->tenant);
	if (db_rows(db, sql, ARGS(v_uuid(who->tenant), v_uuid(who->user)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0) {
		pool = pool_new();
		snprintf(who->role, sizeof who->role, "%s", rows_text(&rs, 0, pool));
		who->may = role_perms(who->role, rows_text(&rs, 1, pool));
		pool_free(&pool);
	}
	rows_end(&rs);
	return n;
}

/* A session without tenant and user is the platform admin's. */
int session_find_hash(struct db *db, const uint8_t hash[SHA256_LEN], struct actor *who, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, db_door(db, DOOR_SESSION), ARGS(v_blob(hash, SHA256_LEN)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		*who = (struct actor){ .kind = ACTOR_ADMIN, .tenant = rows_uuid(&rs, 0), .user = rows_uuid(&rs, 1),
				       .expires_at = rows_int(&rs, 2) };
	rows_end(&rs);
	if (n <= 0 || who->expires_at <= clock_wall())
		return MIN(n, 0);
	if (uuid_is_zero(who->tenant) && uuid_is_zero(who->user))
		return 1;
	who->kind = ACTOR_USER;
	return read_user(db, who, err);
}

int session_find(struct db *db, const char *token, struct actor *who, struct err *err)
{
	uint8_t hash[SHA256_LEN];

	sha256(token, strlen(token), hash);
	return session_find_hash(db, hash, who, err);
}

int session_end(struct txn *t, const char *token, struct err *err)
{
	uint8_t hash[SHA256_LEN];

	return txn_send(t, "DELETE FROM sessions WHERE token_hash = $1", ARGS(hash_of(token, hash)), err);
}
