/* What a restored database becomes before anybody uses it: another incarnation
 * of the server that it is restored on, in one transaction, still beside the
 * living database. */
#include "base/base.h"
#include "sync/restored.h"

#include "base/crypto.h"
#include "base/secret.h"
#include "model/move.h"
#include "store/backup.h"

/* --- who it is --- */

static int take_site(struct restoring *r, struct txn *t, struct site *site, struct err *err)
{
	static const char sql[] = "UPDATE server SET uuid = $1, device = $2, incarnation = $3, role = $4 WHERE one = 1";
	int n = site_load(t->db, t->pool, site, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_CONFLICT, "not_a_backup", "the backup does not say whose it is");
	if (site->hub != r->site.hub)
		return err_set(err, ERR_CONFLICT, "role_changed", "this is the backup of a %s, and this server is a %s: use another backup",
			       site->hub ? "cloud" : "till", r->site.hub ? "cloud" : "till");
	/* The device's key stays with this machine, and so does the device.  Of two restores
	 * that do not know of each other none may store under the other's origin. */
	site->incarnation = MAX(uuid_eq(site->device, r->site.device) ? site->incarnation : 0, r->site.incarnation) + 1 + site_chance();
	site->device = r->site.device;
	site->uuid = site_origin(site->device, site->incarnation);
	if (txn_run(t, sql, ARGS(v_uuid(site->uuid), v_uuid(site->device), v_int(site->incarnation),
				 v_text(site->hub ? "cloud" : "desktop")), err) < 0)
		return -1;
	return site_save_clock(t, err);
}

/* --- a till --- */

static bool is_active(const struct tenant *t)
{
	return strcmp(t->status, "active") == 0;
}

static int paired_in(struct db *db, struct pool *pool, const struct tenant *t, bool *paired, struct err *err)
{
	struct pairing p;
	int n = pairing_load(db, pool, &p, err);

	*paired = n > 0 || is_active(t);
	return MIN(n, 0);
}

static int unsent_in(struct db *db, int64_t *n, struct err *err)
{
	return db_int(db, "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant IN (SELECT uuid FROM tenants)", NO_ARGS, n, err);
}

static int load_shops(struct restoring *r, struct db *db, struct pool *pool, struct tenant *was, struct err *err)
{
	struct tenant none = { .status = "local", .name = "" };

	*was = r->mine = none;
	if (tenant_of_till(r->living, pool, &r->mine, err) < 0 || tenant_of_till(db, pool, was, err) < 0)
		return -1;
	if (!is_active(&r->mine) || !is_active(was) || uuid_eq(r->mine.uuid, was->uuid))
		return 0;
	return err_set(err, ERR_CONFLICT, "other_shop", "the backup is of the shop %s (%s), this till belongs to %s (%s)", was->name,
		       uuid_text(was->uuid).s, r->mine.name, uuid_text(r->mine.uuid).s);
}

static int need_choice(const struct restoring *r, struct err *err)
{
	if (!r->paired || r->how != RESTORE_PLAIN)
		return 0;
	return err_set(err, ERR_CONFLICT, "choice_needed",
		       "this till is paired, so say how: discard_local (--discard-local) forgets what is here and loads everything from "
		       "the cloud, %lld unsent rows stay in the safety copy only; as_new (--as-new) sends what the backup holds, the "
		       "newest version of each row stands", (long long)(r->unsent_here + r->unsent_there));
}

int restored_look(struct restoring *r, struct db *backup, struct pool *pool, struct err *err)
{
	bool here = false, there = false;
	struct tenant was;

	if (r->site.hub)
		return 0;
	if (load_shops(r, backup, pool, &was, err) < 0 || paired_in(r->living, pool, &r->mine, &here, err) < 0 ||
	    paired_in(backup, pool, &was, &there, err) < 0 || unsent_in(r->living, &r->unsent_here, err) < 0 ||
	    unsent_in(backup, &r->unsent_there, err) < 0)
		return -1;
	r->paired = here || there;
	return need_choice(r, err);
}

/* Whose shop it is now stands in the living database; without its key nobody
 * but this device could speak for the backup's pairing. */
static int take_pairing(struct restoring *r, struct txn *t, struct err *err)
{
	static const char again[] = "UPDATE pairing SET status = 'registering', code = NULL, trouble = NULL, prefix = NULL, paused = 0";
	static const char active[] = "UPDATE tenants SET status = 'active', name = $2, epoch = $3 WHERE uuid = $1";

	if (txn_run(t, "DELETE FROM pairing", NO_ARGS, err) < 0)
		return -1;
	if (!is_active(&r->mine))
		return 0;
	if (txn_run(t, active, ARGS(v_uuid(r->mine.uuid), v_text(r->mine.name), v_uuid(r->mine.epoch)), err) < 0 ||
	    copy_table(r->living, t->db, schema_table("pairing"), r->mine.uuid, err) < 0)
		return -1;
	return txn_run(t, again, NO_ARGS, err);
}

static int forget_rows(struct txn *t, struct uuid tenant, struct err *err)
{
	static const char *const keep[] = { "server", "tenants", "pairing", "series", "sessions", "lockouts", NULL };

	for (const struct table *table = schema; table->name; table++) {
		bool kept = false;

		for (const char *const *k = keep; *k; k++)
			kept |= strcmp(*k, table->name) == 0;
		if (!kept && txn_run(t, table_sql(table)->copy_forget, ARGS(v_uuid(tenant)), err) < 0)
			return -1;
	}
	return txn_run(t, "UPDATE pairing SET cursor = 0, load = NULL, load_done = 0, load_total = 0, loaded_at = NULL, away = NULL", NO_ARGS, err);
}

static int restore_till(struct restoring *r, struct txn *t, struct site *site, struct err *err)
{
	struct write w = { .t = t, .site = site };
	struct tenant was;

	/* Nobody waits for this copy: what a move has left goes, and the rest is renamed, both at once. */
	if (move_clear(t, err) < 0 || load_shops(r, t->db, t->pool, &was, err) < 0)
		return -1;
	if (is_active(&r->mine) && !uuid_eq(was.uuid, r->mine.uuid) && tenant_rename(t, was.uuid, r->mine.uuid, err) < 0)
		return -1;
	w.tenant = is_active(&r->mine) ? r->mine.uuid : was.uuid;
	/* Numbers that were reserved may be on paper by now: they are nobody's to void. */
	if (take_pairing(r, t, err) < 0 || txn_run(t, "DELETE FROM numbers", NO_ARGS, err) < 0)
		return -1;
	if (r->how == RESTORE_DISCARD)
		return forget_rows(t, w.tenant, err);
	return r->how == RESTORE_AS_NEW ? sync_start_over(&w, r->mine.epoch, err) : 0;
}

/* --- a hub --- */

/* Who may come in is as of now: a till that was revoked since stays outside. */
static int take_standing(struct restoring *r, struct txn *t, struct uuid tenant, struct err *err)
{
	const struct table *devices = schema_table("devices");
	struct val hash;
	int n = db_one(r->living, t->pool, "SELECT license_hash FROM tenants WHERE uuid = $1", ARGS(v_uuid(tenant)), &hash, 1, err);

	if (n <= 0)
		return n;
	if (txn_run(t, "UPDATE tenants SET license_hash = $2 WHERE uuid = $1", ARGS(v_uuid(tenant), hash), err) < 0 ||
	    txn_run(t, table_sql(devices)->copy_forget, ARGS(v_uuid(tenant)), err) < 0 ||
	    copy_table(r->living, t->db, devices, tenant, err) < 0)
		return -1;
	return 0;
}

/* A shop that nobody had here comes without its licence key. */
static int give_license(struct restoring *r, struct txn *t, struct uuid tenant, struct err *err)
{
	char key[LICENSE_LEN + 1];
	struct val name;
	int n = db_one(t->db, t->pool, "SELECT name FROM tenants WHERE uuid = $1 AND license_hash IS NULL", ARGS(v_uuid(tenant)), &name, 1, err);

	if (n <= 0)
		return n;
	if (tenant_new_license(t, tenant, key, err) < 0)
		return -1;
	jw_open(&r->licenses, '{');
	jw_put_uuid(&r->licenses, "tenant_uuid", tenant);
	jw_put_str(&r->licenses, "name", name.s);
	jw_put_str(&r->licenses, "license_key", key);
	jw_close(&r->licenses, '}');
	wipe(key, sizeof key);
	return 0;
}

/* What was numbered after the backup is not here any more: tills must not take
 * the numbers that come now for those. */
static int begin_anew(struct txn *t, struct uuid tenant, struct err *err)
{
	static const char start[] = "UPDATE devices SET cursor = 0, pending = NULL WHERE tenant = $1";

	if (txn_run(t, "UPDATE tenants SET epoch = $2 WHERE uuid = $1", ARGS(v_uuid(tenant), v_uuid(uuid_v7())), err) < 0)
		return -1;
	return txn_run(t, start, ARGS(v_uuid(tenant)), err);
}

int restored_tenant(struct restoring *r, struct txn *t, struct uuid tenant, struct err *err)
{
	if (take_standing(r, t, tenant, err) < 0 || give_license(r, t, tenant, err) < 0)
		return -1;
	return begin_anew(t, tenant, err);
}

/* A shop that was made after the backup stays as it is. */
static int keep_shop(struct restoring *r, struct txn *t, struct uuid tenant, struct err *err)
{
	for (const struct table *table = schema; table->name; table++)
		if (copy_is_of_shop(table) && copy_table(r->living, t->db, table, tenant, err) < 0)
			return -1;
	return 0;
}

static int each_shop(struct db *db, const char *sql, struct restoring *r, struct txn *t,
		     int (*fn)(struct restoring *r, struct txn *t, struct uuid tenant, struct err *err), struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, sql, NO_ARGS, &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		if ((n = fn(r, t, rows_uuid(&rs, 0), err)) < 0)
			break;
	rows_end(&rs);
	return n;
}

static int keep_unknown(struct restoring *r, struct txn *t, struct uuid tenant, struct err *err)
{
	struct tenant here;
	int n = tenant_load(t->db, t->pool, tenant, &here, err);

	return n == 0 ? keep_shop(r, t, tenant, err) : MIN(n, 0);
}

static int restore_hub(struct restoring *r, struct txn *t, struct err *err)
{
	if (each_shop(t->db, "SELECT uuid FROM tenants ORDER BY uuid", r, t, restored_tenant, err) < 0)
		return -1;
	return each_shop(r->living, "SELECT uuid FROM tenants ORDER BY uuid", r, t, keep_unknown, err);
}

int restored_become(struct txn *t, void *restoring, struct err *err)
{
	struct restoring *r = restoring;
	struct site site;

	buf_clear(&r->licenses);
	if (take_site(r, t, &site, err) < 0)
		return -1;
	return site.hub ? restore_hub(r, t, err) : restore_till(r, t, &site, err);
}

/* --- a till that was told --- */

int restored_noticed(struct write *w, bool twin, struct err *err)
{
	static const char again[] = "UPDATE pairing SET status = 'registering', code = NULL, trouble = NULL, prefix = NULL";
	struct pairing p;
	int n = pairing_load(w->t->db, w->t->pool, &p, err);

	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_paired", "this till is not paired");
	if (n < 0 || (twin ? site_new_device : site_leap)(w->t, w->site, err) < 0 || txn_run(w->t, again, NO_ARGS, err) < 0)
		return -1;
	return sync_start_over(w, p.epoch, err);
}

/* --- one shop of PostgreSQL --- */

/* Who may come in, and what was counted of it, is as of now. */
static bool is_of_backup(const struct table *t, bool is_here)
{
	return copy_is_of_shop(t) && !(is_here && (strcmp(t->name, "tenants") == 0 || strcmp(t->name, "devices") == 0));
}

static int copy_shop_rows(struct txn *t, struct db *backup, struct uuid tenant, bool is_here, struct err *err)
{
	for (const struct table *table = schema; table->name; table++)
		if (is_of_backup(table, is_here) &&
		    (txn_run(t, table_sql(table)->copy_forget, ARGS(v_uuid(tenant)), err) < 0 || copy_table(backup, t->db, table, tenant, err) < 0))
			return -1;
	return 0;
}

int restored_shop(struct restoring *r, struct txn *t, struct db *backup, struct uuid tenant, struct site *site, struct err *err)
{
	struct tenant here;
	int n = tenant_load(t->db, t->pool, tenant, &here, err);

	buf_clear(&r->licenses);
	if (n < 0 || copy_shop_rows(t, backup, tenant, n > 0, err) < 0 || give_license(r, t, tenant, err) < 0 ||
	    begin_anew(t, tenant, err) < 0 || site_leap(t, site, err) < 0)
		return -1;
	return txn_run(t, "DELETE FROM sessions WHERE tenant = $1", ARGS(v_uuid(tenant)), err);
}
