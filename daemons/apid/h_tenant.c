/* One shop, and one row of it, as the operator of this machine sees them; the row
 * also as a till of the shop sees it. */
#include "base/base.h"
#include "apid/call.h"

#include "model/life.h"
#include "store/backup.h"

#include <limits.h>

int h_life(struct call *c, struct err *err)
{
	struct uuid uuid;

	if (call_uuid(c, &uuid, err) < 0)
		return -1;
	return row_life(c->db, c->pool, c->tenant, uuid, &c->out, err) < 0 ? -1 : 200;
}

/* --- a shop --- */

static int put_rows(struct call *c, struct err *err)
{
	int64_t total = 0, n;

	jw_name(&c->out, "tables");
	jw_open(&c->out, '[');
	for (const struct table *t = schema; t->name; t++) {
		if (!table_is_synced(t))
			continue;
		if (db_int(c->db, table_sql(t)->count, ARGS(v_uuid(c->tenant)), &n, err) < 0)
			return -1;
		total += n;
		if (n == 0)
			continue;
		jw_open(&c->out, '{');
		jw_put_str(&c->out, "table", t->name);
		jw_put_int(&c->out, "rows", n);
		jw_close(&c->out, '}');
	}
	jw_close(&c->out, ']');
	jw_put_int(&c->out, "rows", total);
	return 0;
}

static int put_devices(struct call *c, struct err *err)
{
	static const char *const states[] = { "pending", "approved", "revoked" };
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM devices WHERE tenant = $1 AND status = $2";
	int64_t n;

	jw_name(&c->out, "devices");
	jw_open(&c->out, '{');
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (db_int(c->db, sql, ARGS(v_uuid(c->tenant), v_text(states[i])), &n, err) < 0)
			return -1;
		jw_put_int(&c->out, states[i], n);
	}
	jw_close(&c->out, '}');
	return 0;
}

int h_tenant_show(struct call *c, struct err *err)
{
	struct tenant t;
	int64_t users;

	if (tenant_need(c->db, c->pool, c->tenant, &t, err) < 0 || user_count(c->db, c->tenant, &users, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "uuid", t.uuid);
	jw_put_str(&c->out, "name", t.name);
	jw_put_str(&c->out, "status", t.status);
	jw_put_time(&c->out, "created_at", t.created_at);
	jw_put_uuid(&c->out, "epoch", t.epoch);
	jw_put_int(&c->out, "seq", t.seq);
	jw_put_int(&c->out, "users", users);
	if (put_devices(c, err) < 0 || put_rows(c, err) < 0)
		return -1;
	jw_close(&c->out, '}');
	return 200;
}

int h_tenant_export(struct call *c, struct err *err)
{
	struct db_config living = apid_db_config(c->apid->conf);
	char path[PATH_MAX];
	struct backup b;
	int rc;

	c->apid->copying++;
	rc = backup_shop(&living, conf_str(c->apid->conf, "data_dir"), c->tenant, &b, path, err);
	c->apid->copying--;
	if (rc < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "tenant", c->tenant);
	jw_put_str(&c->out, "path", path);
	jw_put_int(&c->out, "bytes", b.bytes);
	jw_put_str(&c->out, "sha256", b.sum);
	jw_close(&c->out, '}');
	return 201;
}
