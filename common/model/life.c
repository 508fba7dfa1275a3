/* The life of one row as this server knows it: who stored it, whether it went up,
 * what it met, who has it.  For people who ask "where is my invoice?". */
#include "base/base.h"
#include "model/life.h"

#include <stdarg.h>

#define CONFLICTS_MAX 50
#define DEVICES_MAX 1000

struct life {
	struct db *db;
	struct pool *pool;
	struct uuid tenant, uuid;
	const struct table *table;
	struct row row;
	struct site site;
	struct origins origins;
	struct buf *out;
};

/* --- one thing that happened --- */

/* at 0: it is not known when. */
static PRINTF(4, 5) void tell(struct life *l, int64_t at, const char *where, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	jw_open(l->out, '{');
	if (at)
		jw_put_time(l->out, "at", at);
	else
		jw_put_null(l->out, "at");
	jw_put_str(l->out, "where", where);
	jw_put_str(l->out, "text", text);
	jw_close(l->out, '}');
}

static const char *place(const struct life *l, struct uuid origin)
{
	const char *name = origin_name(&l->origins, origin);

	if (name)
		return name;
	return !uuid_eq(origin, l->site.uuid) ? "elsewhere" : l->site.hub ? "cloud" : "here";
}

static int who(struct life *l, const char **name, struct err *err)
{
	struct row user;
	int n;

	*name = "a server";
	if (uuid_is_zero(l->row.by))
		return 0;
	n = row_load(l->db, l->pool, l->tenant, schema_table("users"), l->row.by, &user, err);
	*name = n > 0 ? row_text(&user, "name") : "somebody who is not known here";
	return MIN(n, 0);
}

/* --- what is known of it --- */

static int tell_stored(struct life *l, struct err *err)
{
	const struct row *r = &l->row;
	const char *name;

	if (who(l, &name, err) < 0)
		return -1;
	tell(l, r->updated_at, place(l, r->origin), "%s by %s",
	     r->deleted_at ? "deleted" : l->table->rule == INSERT_ONCE ? "stored" : "this version was stored", name);
	if (r->synced_at && !l->site.hub)
		tell(l, r->synced_at, "here", "agreed upon with the cloud");
	if (r->seq)
		tell(l, 0, "cloud", "numbered as change %lld", (long long)r->seq);
	if (r->dirty && r->base_at)
		tell(l, r->base_at, place(l, r->base_origin), "the version that this one was made from");
	return 0;
}

static int tell_outbox(struct life *l, struct err *err)
{
	static const char sql[] = "SELECT since, tries, state, reason FROM outbox WHERE tenant = $1 AND tbl = $2 AND uuid = $3";
	struct val v[4];
	int n = db_one(l->db, l->pool, sql, ARGS(v_uuid(l->tenant), v_int(l->table->rank), v_uuid(l->uuid)), v, 4, err);

	if (n <= 0)
		return n;
	tell(l, v[0].i, "here", "not in the cloud yet: %s, tried %lld times%s%s", v[2].s, (long long)v[1].i,
	     v[3].type == VAL_TEXT ? ": " : "", v[3].type == VAL_TEXT ? v[3].s : "");
	return 0;
}

static int tell_parked(struct life *l, struct err *err)
{
	static const char sql[] = "SELECT reason FROM parked WHERE tenant = $1 AND tbl = $2 AND uuid = $3";
	struct val v;
	int n = db_one(l->db, l->pool, sql, ARGS(v_uuid(l->tenant), v_int(l->table->rank), v_uuid(l->uuid)), &v, 1, err);

	if (n > 0)
		tell(l, 0, "here", "a version of the cloud's waits aside: %s", v.s);
	return MIN(n, 0);
}

static int tell_conflicts(struct life *l, struct err *err)
{
	static const char sql[] = "SELECT uuid, at, rule, winner_origin, loser_origin FROM conflicts WHERE tenant = $1 AND row = $2 "
				  "ORDER BY at LIMIT $3";
	struct rows rs;
	int n;

	if (db_rows(l->db, sql, ARGS(v_uuid(l->tenant), v_uuid(l->uuid), v_int(CONFLICTS_MAX)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		tell(l, rows_int(&rs, 1), place(l, rows_uuid(&rs, 4)), "a version lost against one of %s (%s): conflict %s",
		     place(l, rows_uuid(&rs, 3)), rows_text(&rs, 2, l->pool), uuid_text(rows_uuid(&rs, 0)).s);
	rows_end(&rs);
	return n;
}

/* A hub knows how far each till has pulled. */
static int tell_devices(struct life *l, struct err *err)
{
	static const char sql[] = "SELECT name, cursor FROM devices WHERE tenant = $1 AND status = 'approved' AND server <> $2 "
				  "ORDER BY name LIMIT $3";
	struct rows rs;
	int n;

	if (!l->site.hub)
		return 0;
	if (db_rows(l->db, sql, ARGS(v_uuid(l->tenant), v_uuid(l->row.origin), v_int(DEVICES_MAX)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		tell(l, 0, rows_text(&rs, 0, l->pool), "%s", rows_int(&rs, 1) >= l->row.seq ? "has it" : "has not pulled it yet");
	rows_end(&rs);
	return n;
}

/* --- finding it --- */

/* 1 and its table, 0, -1. */
static int find(struct life *l, struct err *err)
{
	for (const struct table *t = schema; t->name; t++) {
		int n = table_is_synced(t) ? row_load(l->db, l->pool, l->tenant, t, l->uuid, &l->row, err) : 0;

		if (n == 0)
			continue;
		l->table = t;
		return n;
	}
	return 0;
}

static void put_head(struct life *l)
{
	const struct row *r = &l->row;

	jw_put_uuid(l->out, "uuid", l->uuid);
	jw_put_str(l->out, "table", l->table->name);
	jw_put_str(l->out, "number", table_column(l->table, "number") >= 0 ? row_text(r, "number") : NULL);
	jw_put_time(l->out, "updated_at", r->updated_at);
	jw_put_int(l->out, "seq", r->seq);
	jw_put_bool(l->out, "pending", r->dirty);
	jw_put_bool(l->out, "deleted", r->deleted_at != 0);
	jw_name(l->out, "row");
	jw_open(l->out, '{');
	row_json(r, FORM_REST, l->out);
	jw_close(l->out, '}');
}

static int put_life(struct life *l, struct err *err)
{
	jw_name(l->out, "items");
	jw_open(l->out, '[');
	if (tell_stored(l, err) < 0 || tell_conflicts(l, err) < 0 || tell_outbox(l, err) < 0 || tell_parked(l, err) < 0 ||
	    tell_devices(l, err) < 0)
		return -1;
	jw_close(l->out, ']');
	return 0;
}

int row_life(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err)
{
	struct life l = { .db = db, .pool = pool, .tenant = tenant, .uuid = uuid, .out = out };
	int n;

	if (site_load(db, pool, &l.site, err) < 0 || origins_load(db, pool, tenant, &l.origins, err) < 0 || (n = find(&l, err)) < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "no record and no document here is %s", uuid_text(uuid).s);
	jw_open(out, '{');
	put_head(&l);
	if (put_life(&l, err) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}
