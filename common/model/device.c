/* The hub's roster of tills.  A till asks, a person compares the code on both
 * screens and approves; its key is what it is known by from then on.
 *
 * An incarnation is one life of a till's database: a restored copy or a till
 * that comes back after a revocation counts up, and stores under another
 * origin and in another series of numbers. */
#include "base/base.h"
#include "model/model.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "model/lists.h"

#define DEVICE_NAME_MAX 200
#define DEVICE_TEXT_MAX 100	/* os and version */
#define PENDING_MAX 20		/* a shop that knows its licence key has no more tills to set up at once */

#define HOUR_US (3600 * SECOND_US)
#define DAY_HOURS 24
#define KEPT_HOURS 48

static int64_t hour_now(void)
{
	return clock_wall() / HOUR_US;
}

/* --- reading --- */

static void read_device(const struct rows *rs, struct pool *pool, struct device *d)
{
	struct val key = rows_val(rs, 8);

	d->server = rows_uuid(rs, 0);
	d->incarnation = rows_int(rs, 1);
	d->name = rows_text(rs, 2, pool);
	d->status = rows_text(rs, 3, pool);
	d->code = rows_text(rs, 4, pool);
	d->prefix = rows_text(rs, 5, pool);
	d->os = rows_text(rs, 6, pool);
	d->version = rows_text(rs, 7, pool);
	d->cursor = rows_int(rs, 9);
	if (key.type == VAL_BLOB && key.len == sizeof d->public_key)
		memcpy(d->public_key, key.s, key.len);
}

int device_load(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct device *d,
		struct err *err)
{
	static const char sql[] = "SELECT server, incarnation, name, status, code, prefix, os, version, public_key, cursor "
				  "FROM devices WHERE tenant = $1 AND uuid = $2";
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(tenant), v_uuid(uuid)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0) {
		*d = (struct device){ .tenant = tenant, .uuid = uuid };
		read_device(&rs, pool, d);
	}
	rows_end(&rs);
	return n;
}

int device_tenant(struct db *db, struct uuid uuid, struct uuid *tenant, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, db_door(db, DOOR_DEVICE), ARGS(v_uuid(uuid)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		*tenant = rows_uuid(&rs, 0);
	rows_end(&rs);
	return n;
}

int device_of_origin(struct db *db, struct uuid tenant, struct uuid origin, struct uuid *device, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, "SELECT uuid FROM devices WHERE tenant = $1 AND server = $2", ARGS(v_uuid(tenant), v_uuid(origin)),
		    &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		*device = rows_uuid(&rs, 0);
	rows_end(&rs);
	return n;
}

/* --- asking --- */

static bool is(const char *status, const char *word)
{
	return strcmp(status, word) == 0;
}

static int check_text(const char *text, const char *name, size_t least, size_t most, struct err *err)
{
	size_t len = text ? strlen(text) : 0, chars = utf8_count(text ? text : "", len);
	char field[20];

	if (chars >= least && chars <= most && (!text || utf8_valid(text, len)))
		return 0;
	snprintf(field, sizeof field, "/%s", name);
	return err_field(err, field, chars < least ? "too_short" : "too_long",
			 "%s must have %zu to %zu characters", name, least, most);
}

static int check_asks(const struct device *asks, struct err *err)
{
	if (asks->incarnation < 1)
		return err_field(err, "/incarnation", "range", "incarnation must be 1 or more");
	if (check_text(asks->name, "name", 1, DEVICE_NAME_MAX, err) < 0)
		return -1;
	if (check_text(asks->os, "os", 0, DEVICE_TEXT_MAX, err) < 0)
		return -1;
	return check_text(asks->version, "version", 0, DEVICE_TEXT_MAX, err);
}

/* Who has the licence key can fill the owner's list, but not without end. */
static int check_room(struct txn *t, struct uuid tenant, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM devices "
				  "WHERE tenant = $1 AND status = 'pending'";
	int64_t n;

	if (db_int(t->db, sql, ARGS(v_uuid(tenant)), &n, err) < 0)
		return -1;
	if (n < PENDING_MAX)
		return 0;
	return err_set(err, ERR_RATE, "too_many_pending",
		       "%lld devices wait for approval already: approve or revoke some of them first", (long long)n);
}

/* T1, T2, …: never given twice, so that no two tills ever print one number. */
static int new_prefix(struct txn *t, struct uuid tenant, const char **prefix, struct err *err)
{
	int64_t n;

	if (series_next(t, tenant, "device", "T", &n, err) < 0)
		return -1;
	*prefix = pool_printf(t->pool, "T%lld", (long long)n);
	return 0;
}

static void wait_for_approval(struct txn *t, struct device *d)
{
	char code[SHORT_CODE_LEN + 1];

	short_code_new(code);
	d->code = pool_strdup(t->pool, code);
	d->status = "pending";
}

static int enroll(struct txn *t, const struct device *asks, struct device *d, struct err *err)
{
	static const char sql[] =
		"INSERT INTO devices (tenant, uuid, incarnation, server, name, public_key, os, version, "
		"status, code, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

	if (check_room(t, asks->tenant, err) < 0)
		return -1;
	*d = *asks;
	d->server = site_origin(d->uuid, d->incarnation);
	d->prefix = NULL;
	wait_for_approval(t, d);
	return txn_send(t, sql,
			ARGS(v_uuid(d->tenant), v_uuid(d->uuid), v_int(d->incarnation), v_uuid(d->server),
			     v_text(d->name), v_blob(d->public_key, sizeof d->public_key), v_text(d->os),
			     v_text(d->version), v_text(d->status), v_text(d->code), v_int(t->stamp)), err);
}

static int raise_alarm(struct txn *t, const struct device *known, struct err *err)
{
	static const char sql[] = "UPDATE devices SET alarm = $3 WHERE tenant = $1 AND uuid = $2";
	char at[TIME_TEXT_LEN + 1], alarm[200];

	time_format(clock_wall(), at);
	snprintf(alarm, sizeof alarm,
		 "at %s somebody asked as this device with another key: a copy, or an attack. "
		 "Approve again if you know who it was, else revoke.", at);
	err_set(err, ERR_CONFLICT, "device_key_differs",
		"device %s is known here by another key: its owner was told. Pair under a new device UUID",
		uuid_text(known->uuid).s);
	return txn_send(t, sql, ARGS(v_uuid(known->tenant), v_uuid(known->uuid), v_text(alarm)), err);
}

/* Another life of a known till: what it stores now, and its numbers, must not
 * be taken for those of the life before, and how far it has pulled is not known. */
static int renew(struct txn *t, struct device *d, struct err *err)
{
	static const char sql[] = "UPDATE devices SET incarnation = $3, server = $4, prefix = $5, cursor = 0, "
				  "pending = NULL WHERE tenant = $1 AND uuid = $2";

	d->server = site_origin(d->uuid, d->incarnation);
	d->prefix = NULL;
	if (is(d->status, "approved") && new_prefix(t, d->tenant, &d->prefix, err) < 0)
		return -1;
	return txn_send(t, sql,
			ARGS(v_uuid(d->tenant), v_uuid(d->uuid), v_int(d->incarnation), v_uuid(d->server),
			     v_text(d->prefix)), err);
}

static int ask_again(struct txn *t, const struct device *asks, const struct device *known, struct device *d,
		     struct err *err)
{
	static const char sql[] = "UPDATE devices SET name = $3, os = $4, version = $5, status = $6, code = $7 "
				  "WHERE tenant = $1 AND uuid = $2";

	if (asks->incarnation < known->incarnation)
		return err_set(err, ERR_CONFLICT, "incarnation_old",
			       "this is an old copy of the till: the hub knows incarnation %lld, "
			       "so come back as a later one",
			       (long long)known->incarnation);
	if (is(known->status, "revoked") && check_room(t, known->tenant, err) < 0)
		return -1;
	*d = *known;
	d->name = asks->name;
	d->os = asks->os;
	d->version = asks->version;
	d->incarnation = asks->incarnation;
	if (is(known->status, "revoked"))
		wait_for_approval(t, d);
	if (asks->incarnation > known->incarnation && renew(t, d, err) < 0)
		return -1;
	return txn_send(t, sql,
			ARGS(v_uuid(d->tenant), v_uuid(d->uuid), v_text(d->name), v_text(d->os),
			     v_text(d->version), v_text(d->status), v_text(d->code)), err);
}

int device_register(struct txn *t, const struct device *asks, struct device *d, struct err *err)
{
	struct device known;
	int n;

	if (check_asks(asks, err) < 0)
		return -1;
	if ((n = device_load(t->db, t->pool, asks->tenant, asks->uuid, &known, err)) < 0)
		return -1;
	if (n == 0)
		return enroll(t, asks, d, err) < 0 ? -1 : 1;
	if (!same_bytes(known.public_key, asks->public_key, sizeof known.public_key))
		return raise_alarm(t, &known, err);
	return ask_again(t, asks, &known, d, err) < 0 ? -1 : 1;
}

/* --- asking by one's own key --- */

/* The best that this key may: 1 and a status, 0 nobody has it, -1. */
static int key_standing(struct txn *t, const struct device *asks, const char **status, struct err *err)
{
	static const char sql[] = "SELECT status FROM devices WHERE tenant = $1 AND public_key = $2 "
				  "ORDER BY CASE status WHEN 'revoked' THEN 0 WHEN 'approved' THEN 1 ELSE 2 END LIMIT 1";
	struct val v;
	int n = db_one(t->db, t->pool, sql, ARGS(v_uuid(asks->tenant), v_blob(asks->public_key, sizeof asks->public_key)), &v, 1, err);

	if (n > 0)
		*status = v.s;
	return n;
}

/* Two with one key: the second is a device of its own, and people hear of it. */
static int enroll_copy(struct txn *t, const struct device *asks, struct device *d, const char *status, struct err *err)
{
	static const char sql[] = "UPDATE devices SET alarm = $3 WHERE tenant = $1 AND uuid = $2";
	char at[TIME_TEXT_LEN + 1], alarm[200];

	if (enroll(t, asks, d, err) < 0)
		return -1;
	if (is(status, "approved") && (device_approve(t, d->tenant, d->uuid, err) < 0 ||
				       device_load(t->db, t->pool, asks->tenant, asks->uuid, d, err) < 0))
		return -1;
	time_format(clock_wall(), at);
	snprintf(alarm, sizeof alarm,
		 "at %s this copy of another till came with that till's key. "
		 "Approve again if you have copied one, else revoke both.", at);
	return txn_send(t, sql, ARGS(v_uuid(d->tenant), v_uuid(d->uuid), v_text(alarm)), err);
}

int device_register_by_key(struct txn *t, const struct device *asks, struct device *d, struct err *err)
{
	struct device known;
	const char *status = "";
	int n;

	if (check_asks(asks, err) < 0 || (n = key_standing(t, asks, &status, err)) < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_DENIED, "credentials_refused", "this key let nobody in here: pair with the licence key");
	if (is(status, "revoked"))
		return err_set(err, ERR_DENIED, "device_revoked", "this device was revoked: pair it again");
	if ((n = device_load(t->db, t->pool, asks->tenant, asks->uuid, &known, err)) < 0)
		return -1;
	if (n == 0)
		return enroll_copy(t, asks, d, status, err) < 0 ? -1 : 1;
	if (!same_bytes(known.public_key, asks->public_key, sizeof known.public_key))
		return raise_alarm(t, &known, err);
	return ask_again(t, asks, &known, d, err) < 0 ? -1 : 1;
}

/* --- what the owner does --- */

static int load_known(struct txn *t, struct uuid tenant, struct uuid uuid, struct device *d, struct err *err)
{
	int n = device_load(t->db, t->pool, tenant, uuid, d, err);

	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no device %s", uuid_text(uuid).s);
	return MIN(n, 0);
}

int device_approve(struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err)
{
	/* Whoever approves has looked at it: the alarm ends. */
	static const char sql[] =
		"UPDATE devices SET status = 'approved', prefix = $3, alarm = NULL, revoked_at = NULL, "
		"approved_at = CASE WHEN status = 'approved' THEN approved_at ELSE CAST($4 AS bigint) END "
		"WHERE tenant = $1 AND uuid = $2";
	struct device d;

	if (load_known(t, tenant, uuid, &d, err) < 0)
		return -1;
	if (!d.prefix && new_prefix(t, tenant, &d.prefix, err) < 0)
		return -1;
	return txn_send(t, sql, ARGS(v_uuid(tenant), v_uuid(uuid), v_text(d.prefix), v_int(t->stamp)), err);
}

int device_revoke(struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err)
{
	static const char sql[] = "UPDATE devices SET status = 'revoked', alarm = NULL, revoked_at = $3 "
				  "WHERE tenant = $1 AND uuid = $2 AND status <> 'revoked'";
	struct device d;

	if (load_known(t, tenant, uuid, &d, err) < 0)
		return -1;
	return txn_send(t, sql, ARGS(v_uuid(tenant), v_uuid(uuid), v_int(t->stamp)), err);
}

int device_load_again(struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err)
{
	struct device d;

	if (load_known(t, tenant, uuid, &d, err) < 0)
		return -1;
	if (!is(d.status, "approved"))
		return err_set(err, ERR_CONFLICT, "not_approved", "%s is %s: only an approved device loads from here", d.name, d.status);
	return txn_send(t, "UPDATE devices SET cursor = $3 WHERE tenant = $1 AND uuid = $2",
			ARGS(v_uuid(tenant), v_uuid(uuid), v_int(DEVICE_LOADS)), err);
}

int device_rename(struct txn *t, struct uuid tenant, struct uuid uuid, const char *name, struct err *err)
{
	struct device d;

	if (check_text(name, "name", 1, DEVICE_NAME_MAX, err) < 0 || load_known(t, tenant, uuid, &d, err) < 0)
		return -1;
	return txn_send(t, "UPDATE devices SET name = $3 WHERE tenant = $1 AND uuid = $2",
			ARGS(v_uuid(tenant), v_uuid(uuid), v_text(name)), err);
}

/* --- what it does --- */

static struct val known_or_null(int64_t n)
{
	return n >= 0 ? v_int(n) : v_null();
}

int device_seen(struct txn *t, struct uuid tenant, struct uuid uuid, int64_t pending, int64_t cursor,
		struct err *err)
{
	static const char sql[] =
		"UPDATE devices SET last_seen = $3, pending = COALESCE(CAST($4 AS bigint), pending), "
		"cursor = CASE WHEN cursor < 0 AND CAST($5 AS bigint) <> 0 THEN cursor "
		"ELSE COALESCE(CAST($5 AS bigint), cursor) END WHERE tenant = $1 AND uuid = $2";

	return txn_send(t, sql,
			ARGS(v_uuid(tenant), v_uuid(uuid), v_int(clock_wall()), known_or_null(pending),
			     known_or_null(cursor)), err);
}

int device_count(struct txn *t, struct uuid tenant, struct uuid uuid, int pushed, int pulled, int conflicts,
		 struct err *err)
{
	static const char add[] =
		"INSERT INTO device_stats (tenant, device, hour, pushed, pulled, conflicts) "
		"VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, device, hour) DO UPDATE SET "
		"pushed = device_stats.pushed + excluded.pushed, pulled = device_stats.pulled + excluded.pulled, "
		"conflicts = device_stats.conflicts + excluded.conflicts";
	static const char forget[] = "DELETE FROM device_stats WHERE tenant = $1 AND device = $2 AND hour < $3";
	int64_t hour = hour_now();

	if (txn_send(t, add, ARGS(v_uuid(tenant), v_uuid(uuid), v_int(hour), v_int(pushed), v_int(pulled),
				  v_int(conflicts)), err) < 0)
		return -1;
	return txn_send(t, forget, ARGS(v_uuid(tenant), v_uuid(uuid), v_int(hour - KEPT_HOURS)), err);
}

/* --- the roster --- */

static void put_time_or_null(struct buf *out, const char *name, int64_t at)
{
	if (at)
		jw_put_time(out, name, at);
	else
		jw_put_null(out, name);
}

static void put_item(const struct rows *rs, struct pool *pool, struct buf *out)
{
	const char *status = rows_text(rs, 6, pool);

	jw_open(out, '{');
	jw_put_uuid(out, "uuid", rows_uuid(rs, 0));
	jw_put_uuid(out, "tenant", rows_uuid(rs, 1));
	jw_put_str(out, "name", rows_text(rs, 2, pool));
	jw_put_str(out, "os", rows_text(rs, 3, pool));
	jw_put_str(out, "version", rows_text(rs, 4, pool));
	put_time_or_null(out, "last_seen", rows_int(rs, 5));
	jw_put_str(out, "status", status);
	jw_put_str(out, "code", is(status, "pending") ? rows_text(rs, 7, pool) : NULL);
	jw_put_str(out, "prefix", rows_text(rs, 8, pool));
	jw_put_int(out, "pushed_24h", rows_int(rs, 9));
	jw_put_int(out, "pulled_24h", rows_int(rs, 10));
	jw_put_int(out, "conflicts_24h", rows_int(rs, 11));
	if (rows_null(rs, 12))
		jw_put_null(out, "pending");
	else
		jw_put_int(out, "pending", rows_int(rs, 12));
	jw_put_str(out, "alarm", rows_text(rs, 13, pool));
	jw_put_bool(out, "loads_again", rows_int(rs, 14) < 0);
	jw_close(out, '}');
}

int device_list(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err)
{
	static const char of_one[] = ROSTER("WHERE d.tenant = $2");
	bool all = uuid_is_zero(tenant);
	const char *sql = all ? db_door(db, DOOR_ROSTER) : of_one;
	const struct val v[] = { v_int(hour_now() - DAY_HOURS), v_uuid(tenant) };
	struct rows rs;
	int n;

	if (db_rows(db, sql, (struct args){ v, all ? 1 : 2 }, &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0)
		put_item(&rs, pool, out);
	rows_end(&rs);
	list_close(out, NULL);
	return n;
}
