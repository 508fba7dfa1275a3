/* Who this server is.  A restored or re-paired installation gets a new
 * incarnation, and with it a new origin, so that nothing it stores now can be
 * mistaken for what it stored before. */
#include "base/base.h"
#include "model/model.h"

#include "base/clock.h"
#include "base/crypto.h"

/* Name space of our own, for version 5. */
static const struct uuid origin_space = { { 0x6f, 0x1d, 0x3c, 0x52, 0x88, 0x0e, 0x5b, 0x71, 0x9a, 0x40, 0xfe, 0x21, 0x0c,
					    0x77, 0x31, 0x05 } };

struct uuid site_origin(struct uuid device, int64_t incarnation)
{
	struct uuid own = uuid_v5(origin_space, device.b, sizeof device.b);

	return uuid_derived(own, "incarnation", (unsigned)incarnation);
}

int site_load(struct db *db, struct pool *pool, struct site *site, struct err *err)
{
	static const char sql[] = "SELECT uuid, device, incarnation, role, clock_last FROM server WHERE one = 1";
	struct val v[5];
	int n = db_one(db, pool, sql, NO_ARGS, v, 5, err);

	if (n <= 0)
		return n;
	*site = (struct site){ .uuid = v[0].u, .device = v[1].u, .incarnation = v[2].i,
			       .hub = strcmp(v[3].s, "cloud") == 0 };
	clock_seen(v[4].i);
	return 1;
}

static int site_make(struct txn *t, bool hub, struct site *site, struct err *err)
{
	static const char sql[] = "INSERT INTO server (one, uuid, device, incarnation, role, clock_last) "
				  "VALUES (1, $1, $2, $3, $4, $5)";

	site->device = uuid_v7();
	site->incarnation = 1;
	site->uuid = site_origin(site->device, site->incarnation);
	site->hub = hub;
	return txn_send(t, sql,
			ARGS(v_uuid(site->uuid), v_uuid(site->device), v_int(site->incarnation),
			     v_text(hub ? "cloud" : "desktop"), v_int(t->stamp)), err);
}

static int local_tenant(struct txn *t, struct site *site, struct err *err)
{
	static const char sql[] = "INSERT INTO tenants (uuid, name, status, seq, epoch, created_at) "
				  "VALUES ($1, 'This shop', 'local', 0, $2, $3)";
	struct uuid tenant = uuid_v7();

	if (txn_send(t, sql, ARGS(v_uuid(tenant), v_uuid(uuid_v7()), v_int(t->stamp)), err) < 0)
		return -1;
	return seed_tenant(t, site, tenant, err);
}

/* A shop of before there were words has none: even the seeds have some. */
static int words_are_there(struct txn *t, struct uuid tenant, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM (SELECT 1 AS one FROM words WHERE tenant = $1 LIMIT 1) AS few";
	int64_t n;

	if (db_int(t->db, sql, ARGS(v_uuid(tenant)), &n, err) < 0)
		return -1;
	return n > 0;
}

static int seed_again(struct txn *t, struct site *site, struct uuid tenant, struct err *err)
{
	int indexed;

	db_enter(t->db, tenant);
	indexed = words_are_there(t, tenant, err);
	if (indexed < 0 || seed_tenant(t, site, tenant, err) < 0)
		return -1;
	return indexed ? 0 : search_rebuild(t, tenant, err);
}

/* What a newer version knows besides. */
static int seed_all(struct txn *t, struct site *site, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(t->db, db_door(t->db, DOOR_SHOPS), NO_ARGS, &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		if ((n = seed_again(t, site, rows_uuid(&rs, 0), err)) < 0)
			break;
	rows_end(&rs);
	return n;
}

int site_open(struct txn *t, bool hub, struct site *site, struct err *err)
{
	int n = site_load(t->db, t->pool, site, err);

	if (n < 0)
		return -1;
	if (n > 0 && site->hub != hub)
		return err_set(err, ERR_CONFLICT, "role_changed",
			       "this database belongs to a %s: set role = %s, or use another database_url",
			       site->hub ? "cloud" : "till", site->hub ? "cloud" : "desktop");
	if (n > 0)
		return seed_all(t, site, err);
	if (site_make(t, hub, site, err) < 0)
		return -1;
	return hub ? 0 : local_tenant(t, site, err);
}

/* Two copies that are told at one moment must not choose the same: the later one
 * keeps the name. */
int64_t site_chance(void)
{
	uint16_t leap;

	random_bytes(&leap, sizeof leap);
	return leap;
}

int site_leap(struct txn *t, struct site *site, struct err *err)
{
	site->incarnation += site_chance();
	return site_new_incarnation(t, site, err);
}

int site_new_incarnation(struct txn *t, struct site *site, struct err *err)
{
	site->incarnation++;
	site->uuid = site_origin(site->device, site->incarnation);
	return txn_send(t, "UPDATE server SET uuid = $1, incarnation = $2 WHERE one = 1",
			ARGS(v_uuid(site->uuid), v_int(site->incarnation)), err);
}

/* The hub knows a later incarnation under this name: somebody else has it. */
int site_new_device(struct txn *t, struct site *site, struct err *err)
{
	site->device = uuid_v7();
	site->incarnation++;	/* what was said to the one before is not meant for us */
	site->uuid = site_origin(site->device, site->incarnation);
	return txn_send(t, "UPDATE server SET uuid = $1, device = $2, incarnation = $3 WHERE one = 1",
			ARGS(v_uuid(site->uuid), v_uuid(site->device), v_int(site->incarnation)), err);
}

int site_save_clock(struct txn *t, struct err *err)
{
	return txn_send(t, "UPDATE server SET clock_last = $1 WHERE one = 1", ARGS(v_int(clock_now())), err);
}
