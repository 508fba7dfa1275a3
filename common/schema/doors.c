/* The doors, and the wall that they are in: row security of PostgreSQL. */
#include "base/base.h"
#include "schema/doors.h"

#define DOOR(name, takes, args, gives, statement) \
	{ "door_" name, takes, gives, statement, "SELECT * FROM door_" name "(" args ")" }

const struct door doors[DOORS] = {
	[DOOR_SESSION] = DOOR("session", "bytea", "$1", "tenant uuid, user_uuid uuid, expires_at bigint",
			      "SELECT tenant, user_uuid, expires_at FROM sessions WHERE token_hash = $1"),
	[DOOR_SHOPS] = DOOR("shops", "", "", "uuid uuid", "SELECT uuid FROM tenants ORDER BY uuid"),
	[DOOR_TENANTS] = DOOR("tenants", "", "", "uuid uuid, name text, status text, seq bigint, created_at bigint",
			      "SELECT uuid, name, status, seq, created_at FROM tenants ORDER BY name, uuid"),
	/* A till that changed shops is in two: the one where it may still do something is meant. */
	[DOOR_DEVICE] = DOOR("device", "uuid", "$1", "tenant uuid",
			     "SELECT tenant FROM devices WHERE uuid = $1 "
			     "ORDER BY CASE status WHEN 'revoked' THEN 1 ELSE 0 END, asked_at DESC LIMIT 1"),
	[DOOR_ROSTER] = DOOR("roster", "bigint", "$1",
			     "uuid uuid, tenant uuid, name text, os text, version text, last_seen bigint, status text, "
			     "code text, prefix text, pushed bigint, pulled bigint, conflicts bigint, pending bigint, alarm text, "
			     "pulled_to bigint",
			     ROSTER("")),
	[DOOR_NUMBERS] = DOOR("numbers", "bigint, bigint", "$1, $2", "tenant uuid",
			      "SELECT DISTINCT tenant FROM numbers WHERE reserved_at < $1 LIMIT $2"),
	[DOOR_NEXT_SHOP] = DOOR("next_shop", "uuid", "$1", "uuid uuid", "SELECT uuid FROM tenants WHERE uuid > $1 ORDER BY uuid LIMIT 1"),
};

/* The tables that they look into. */
static const char *const behind[] = { "sessions", "tenants", "devices", "device_stats", "numbers" };

static void add_quoted(const char *name, struct buf *out)
{
	buf_char(out, '"');
	for (; *name; name++) {
		if (*name == '"')
			buf_char(out, '"');
		buf_char(out, *name);
	}
	buf_char(out, '"');
}

/* --- the wall --- */

/* Without the setting there is no shop: null is like nothing.  The platform's own
 * rows (its administrator's sessions and misses) are those of the zero tenant. */
#define SHOP "CAST(NULLIF(current_setting('" SHOP_SETTING "', true), '') AS uuid)"
#define NOBODY "'00000000-0000-0000-0000-000000000000'"

static void add_policy(const struct table *t, const char *owner, struct buf *out)
{
	int i = t->rule == LOCAL ? table_column(t, owner) : -1;
	bool nullable = i >= 0 && !(t->columns[i].flags & COL_REQUIRED);

	buf_printf(out, "ALTER TABLE %s ENABLE ROW LEVEL SECURITY;\nALTER TABLE %s FORCE ROW LEVEL SECURITY;\n", t->name, t->name);
	buf_printf(out, "DROP POLICY IF EXISTS shop ON %s;\nCREATE POLICY shop ON %s USING (", t->name, t->name);
	buf_printf(out, nullable ? "COALESCE(%s, " NOBODY ")" : "%s", owner);
	buf_str(out, " = " SHOP ");\n");
}

static void add_grant(const struct table *t, const char *role, struct buf *out)
{
	buf_printf(out, "GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ", t->name);
	add_quoted(role, out);
	buf_str(out, ";\n");
}

/* Whoever runs this owns the tables, and is held up by the wall as well: but not
 * while one of the functions has opened a door. */
static void add_door_policy(const char *table, struct buf *out)
{
	buf_printf(out, "DROP POLICY IF EXISTS door ON %s;\nCREATE POLICY door ON %s FOR SELECT TO CURRENT_USER "
		   "USING (current_setting('fexl.door', true) = 'open');\n", table, table);
}

/* pg_temp stands last: a temporary table of the caller's is not taken for ours. */
static void add_door(const struct door *d, const char *in_schema, const char *role, struct buf *out)
{
	buf_printf(out, "CREATE OR REPLACE FUNCTION %s(%s) RETURNS TABLE (%s) LANGUAGE plpgsql SECURITY DEFINER SET search_path = ",
		   d->name, d->takes, d->gives);
	add_quoted(in_schema, out);
	buf_printf(out, ", pg_temp AS $door$\n#variable_conflict use_column\nBEGIN\n"
		   "\tPERFORM set_config('fexl.door', 'open', true);\n\tRETURN QUERY ");
	buf_str(out, d->plain);
	buf_printf(out, ";\n\tPERFORM set_config('fexl.door', '', true);\nEND $door$;\n"
		   "REVOKE ALL ON FUNCTION %s(%s) FROM PUBLIC;\nGRANT EXECUTE ON FUNCTION %s(%s) TO ", d->name, d->takes, d->name, d->takes);
	add_quoted(role, out);
	buf_str(out, ";\n");
}

void ddl_wall(const char *in_schema, const char *role, struct buf *out)
{
	buf_str(out, "GRANT USAGE ON SCHEMA ");
	add_quoted(in_schema, out);
	buf_str(out, " TO ");
	add_quoted(role, out);
	buf_str(out, ";\nGRANT SELECT ON schema_version TO ");
	add_quoted(role, out);
	buf_str(out, ";\n");
	for (const struct table *t = schema; t->name; t++) {
		const char *owner = table_owner(t);

		add_grant(t, role, out);
		if (owner)
			add_policy(t, owner, out);
	}
	for (size_t i = 0; i < ARRAY_LEN(behind); i++)
		add_door_policy(behind[i], out);
	for (int i = 0; i < DOORS; i++)
		add_door(&doors[i], in_schema, role, out);
}

int wall_names(struct buf *tables, struct buf *functions)
{
	int n = DOORS;

	for (const struct table *t = schema; t->name; t++) {
		if (!table_owner(t))
			continue;
		buf_printf(tables, "%s%s", tables->len ? "," : "", t->name);
		n++;
	}
	for (int i = 0; i < DOORS; i++)
		buf_printf(functions, "%s%s", i ? "," : "", doors[i].name);
	return n;
}
