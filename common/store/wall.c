/* The second wall between shops: PostgreSQL's own.
 *
 * Every statement names its tenant.  If one ever did not, or named the wrong one,
 * row security would still show it the rows of the shop that was entered and no
 * others.  That holds for a role that is neither superuser nor exempt; a role that
 * owns the tables is held up too (FORCE), but could take the wall down, so the
 * tables are better made by another: owner_url. */
#include "base/base.h"
#include "store/lane.h"

#include "base/log.h"
#include "store/pgwire.h"

static const char *const words[] = {
	[WALL_NONE] = "none", [WALL_STANDS] = "stands", [WALL_OWNED] = "owned", [WALL_BYPASSED] = "bypassed",
};

const char *wall_word(enum wall wall)
{
	return words[wall];
}

/* --- looking --- */

/* 1 all of it is there and lets this role work, 0, -1. */
static int is_raised(struct db *db, const char *role, struct err *err)
{
	static const char sql[] =
		"SELECT CAST((SELECT count(*) FROM pg_class c WHERE c.relnamespace = CAST(current_schema() AS regnamespace) "
		"AND c.relrowsecurity AND c.relforcerowsecurity "
		"AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'shop') "
		"AND has_table_privilege(CAST($1 AS name), c.oid, 'INSERT') "
		"AND c.relname = ANY (string_to_array(CAST($2 AS text), ','))) + "
		"(SELECT count(*) FROM pg_proc f WHERE f.pronamespace = CAST(current_schema() AS regnamespace) "
		"AND f.prosecdef AND has_function_privilege(CAST($1 AS name), f.oid, 'EXECUTE') "
		"AND f.proname = ANY (string_to_array(CAST($3 AS text), ','))) AS bigint)";
	struct buf tables = { 0 }, functions = { 0 };
	int must = wall_names(&tables, &functions), rc;
	int64_t n = 0;

	rc = db_int(db, sql, ARGS(v_text(role), v_text(tables.data), v_text(functions.data)), &n, err);
	buf_release(&tables);
	buf_release(&functions);
	return rc < 0 ? -1 : n == must;
}

struct self {
	const char *role, *in_schema;
	bool bypasses, owns, may_make;
};

/* owns: there is a table of ours that this role could alter. */
static int look_at_self(struct db *db, struct pool *pool, struct self *self, struct err *err)
{
	static const char sql[] =
		"SELECT CAST(current_user AS text), CAST(current_schema() AS text), "
		"CAST(CASE WHEN r.rolsuper OR r.rolbypassrls THEN 1 ELSE 0 END AS bigint), "
		"CAST((SELECT count(*) FROM pg_class c WHERE c.relnamespace = CAST(current_schema() AS regnamespace) "
		"AND c.relname = 'tenants' AND pg_has_role(current_user, c.relowner, 'USAGE')) AS bigint), "
		"CAST(CASE WHEN has_schema_privilege(current_schema(), 'CREATE') THEN 1 ELSE 0 END AS bigint) "
		"FROM pg_roles r WHERE r.rolname = current_user";
	struct val v[5];
	int n = db_one(db, pool, sql, NO_ARGS, v, ARRAY_LEN(v), err);

	if (n > 0 && v[1].type == VAL_NULL)
		return err_set(err, ERR_INTERNAL, "database_schema", "the database has no schema that role %s may look into: "
			       "fexlctl cloud migrate lets it in", v[0].s);
	if (n <= 0)
		return -1;
	*self = (struct self){ v[0].s, v[1].s, v[2].i != 0, v[3].i != 0, v[4].i != 0 };
	return 0;
}

/* --- raising --- */

/* Every table is locked for it: only where something is missing.  Of two hosts
 * that start together the second waits for the first. */
static int raise(struct db *db, const char *in_schema, const char *role, struct err *err)
{
	struct buf sql = { 0 };
	int rc;

	if ((rc = is_raised(db, role, err)) != 0)
		return MIN(rc, 0);
	log_info("database: raising the wall between shops, for role %s", role);
	buf_str(&sql, "SELECT pg_advisory_xact_lock(hashtext('fexl wall'));\n");
	ddl_wall(in_schema, role, &sql);
	rc = db_script(db, sql.data, err);
	buf_release(&sql);
	return rc;
}

int db_migrate_as_owner(const struct db_config *config, struct err *err)
{
	struct db_config owner = *config;
	struct pool *pool = pool_new();
	const char *role = pgconn_role(config->url, pool);
	struct self self = { 0 };
	struct db *db;
	int rc;

	owner.url = config->owner_url;
	owner.walled = false;
	if ((rc = db_open(&db, &owner, DB_WRITE, err)) == 0) {
		if (db_migrate(db, err) < 0 || look_at_self(db, pool, &self, err) < 0 || raise(db, self.in_schema, role, err) < 0)
			rc = -1;
		db_close(&db);
	}
	pool_free(&pool);
	return rc;
}

/* --- at the start --- */

static int not_prepared(const struct self *self, struct err *err)
{
	return err_set(err, ERR_INTERNAL, "database_unprepared",
		       "the database is not prepared for this version, and role %s may not do that: run fexlctl cloud migrate, "
		       "or set database_owner_url", self->role);
}

/* One role for everything, as on a developer's machine. */
static int prepare_alone(struct db *db, const struct self *self, struct err *err)
{
	int version;

	if (db_schema_version(db, &version, err) < 0)
		return -1;
	if (version < SCHEMA_VERSION && !(version ? self->owns : self->may_make))
		return not_prepared(self, err);
	if (db_migrate(db, err) < 0)
		return -1;
	return version == 0 || self->owns ? raise(db, self->in_schema, self->role, err) : 0;
}

static int judge(struct db *db, const struct self *self, enum wall *wall, struct err *err)
{
	int raised = is_raised(db, self->role, err);

	if (raised < 0)
		return -1;
	if (!raised)
		return not_prepared(self, err);
	*wall = self->bypasses ? WALL_BYPASSED : self->owns ? WALL_OWNED : WALL_STANDS;
	return 0;
}

static int prepare_walled(struct store *s, struct db *db, struct pool *pool, struct err *err)
{
	struct self self;

	if (s->config.db.owner_url && db_migrate_as_owner(&s->config.db, err) < 0)
		return -1;
	if (look_at_self(db, pool, &self, err) < 0 || prepare_alone(db, &self, err) < 0)
		return -1;
	if (look_at_self(db, pool, &self, err) < 0)
		return -1;
	return judge(db, &self, &s->wall, err);
}

int store_prepare(struct store *s, struct db *db, struct err *err)
{
	struct pool *pool;
	int rc;

	if (!s->config.db.walled)
		return db_migrate(db, err);
	pool = pool_new();
	rc = prepare_walled(s, db, pool, err);
	pool_free(&pool);
	return rc;
}
