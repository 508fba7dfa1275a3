/* Shops and their licence keys. */
#include "base/base.h"
#include "model/lists.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"

static void license_hash(const char *key, uint8_t hash[SHA256_LEN])
{
	sha256(key, strlen(key), hash);
}

int tenant_create(struct txn *t, struct site *site, const char *name, struct uuid *tenant, char key[LICENSE_LEN + 1],
		  struct err *err)
{
	static const char sql[] = "INSERT INTO tenants (uuid, name, status, license_hash, seq, epoch, created_at) "
				  "VALUES ($1, $2, 'active', $3, 0, $4, $5)";
	uint8_t hash[SHA256_LEN];
	size_t chars = utf8_count(name, strlen(name));

	if (chars < 1 || chars > TENANT_NAME_MAX)
		return err_field(err, "/name", "too_long", "name must have 1 to %d characters", TENANT_NAME_MAX);
	license_new(key);
	license_hash(key, hash);
	*tenant = uuid_v7();
	db_enter(t->db, *tenant);
	if (txn_send(t, sql, ARGS(v_uuid(*tenant), v_text(name), v_blob(hash, sizeof hash), v_uuid(uuid_v7()),
				  v_int(t->stamp)), err) < 0)
		return -1;
	return seed_tenant(t, site, *tenant, err);
}

int tenant_new_license(struct txn *t, struct uuid tenant, char key[LICENSE_LEN + 1], struct err *err)
{
	uint8_t hash[SHA256_LEN];

	license_new(key);
	license_hash(key, hash);
	return txn_send(t, "UPDATE tenants SET license_hash = $2 WHERE uuid = $1", ARGS(v_uuid(tenant), v_blob(hash, sizeof hash)), err);
}

#define TENANT_COLUMNS "SELECT uuid, name, status, seq, epoch, created_at, COALESCE(purged, 0) FROM tenants "

static void tenant_from(const struct val *v, struct tenant *out)
{
	*out = (struct tenant){ .uuid = v[0].u, .name = v[1].s, .status = v[2].s, .seq = v[3].i,
				.epoch = v[4].u, .created_at = v[5].i, .purged = v[6].i };
}

int tenant_load(struct db *db, struct pool *pool, struct uuid uuid, struct tenant *out, struct err *err)
{
	struct val v[7];
	int n = db_one(db, pool, TENANT_COLUMNS "WHERE uuid = $1", ARGS(v_uuid(uuid)), v, 7, err);

	if (n > 0)
		tenant_from(v, out);
	return n;
}

int tenant_need(struct db *db, struct pool *pool, struct uuid uuid, struct tenant *out, struct err *err)
{
	int n = tenant_load(db, pool, uuid, out, err);

	if (n != 0)
		return MIN(n, 0);
	return err_set(err, ERR_NOT_FOUND, "no_tenant", "there is no such tenant");
}

int tenant_of_till(struct db *db, struct pool *pool, struct tenant *out, struct err *err)
{
	struct val v[7];
	int n = db_one(db, pool, TENANT_COLUMNS "LIMIT 1", NO_ARGS, v, 7, err);

	if (n > 0)
		tenant_from(v, out);
	return n;
}

int tenant_list(struct db *db, struct pool *pool, struct buf *items, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, db_door(db, DOOR_TENANTS), NO_ARGS, &rs, err) < 0)
		return -1;
	list_open(items);
	while ((n = rows_next(&rs, err)) > 0) {
		jw_open(items, '{');
		jw_put_uuid(items, "uuid", rows_uuid(&rs, 0));
		jw_put_str(items, "name", rows_text(&rs, 1, pool));
		jw_put_str(items, "status", rows_text(&rs, 2, pool));
		jw_put_int(items, "seq", rows_int(&rs, 3));
		jw_put_time(items, "created_at", rows_int(&rs, 4));
		jw_close(items, '}');
	}
	list_close(items, NULL);
	rows_end(&rs);
	return n;
}

int tenant_license_ok(struct db *db, struct uuid tenant, const char *key, struct err *err)
{
	uint8_t hash[SHA256_LEN];
	struct rows rs;
	struct val stored;
	int n;

	license_hash(key, hash);
	if (db_rows(db, "SELECT license_hash FROM tenants WHERE uuid = $1", ARGS(v_uuid(tenant)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0) {
		stored = rows_val(&rs, 0);
		n = stored.type == VAL_BLOB && stored.len == sizeof hash && same_bytes(stored.s, hash, sizeof hash);
	}
	rows_end(&rs);
	return n;
}

int tenant_rename(struct txn *t, struct uuid from, struct uuid to, struct err *err)
{
	for (const struct table *table = schema; table->name; table++) {
		const char *sql = table_sql(table)->rename_tenant;

		if (sql && txn_send(t, sql, ARGS(v_uuid(from), v_uuid(to)), err) < 0)
			return -1;
	}
	return txn_send(t, "UPDATE tenants SET uuid = $2 WHERE uuid = $1", ARGS(v_uuid(from), v_uuid(to)), err);
}
