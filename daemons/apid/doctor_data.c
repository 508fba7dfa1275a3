/* The doctor looks at the database and at what is in it. */
#include "base/base.h"
#include "apid/doctor.h"

#include "base/clock.h"
#include "schema/schema.h"

#include <sys/stat.h>

/* --- the engine --- */

static int look_pages(struct call *c, struct finding *f, struct err *err)
{
	struct val v;
	int n = db_one(c->db, c->pool, "PRAGMA quick_check(1)", NO_ARGS, &v, 1, err);
	bool is_text = n > 0 && v.type == VAL_TEXT;

	if (n < 0)
		return -1;
	f->text = "SQLite: every page can be read";
	if (is_text && strcmp(v.s, "ok") == 0)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "the database is damaged: %s", is_text ? v.s : "it cannot be read");
	f->next = "fexlctl restore NAME, of fexlctl backup list";
	return FOUND_FAIL;
}

static int look_server(struct call *c, struct finding *f, struct err *err)
{
	static const char sql[] = "SELECT current_setting('server_version'), pg_is_in_recovery()::int::bigint";
	int64_t began = clock_boot();
	struct val v[2];
	int n = db_one(c->db, c->pool, sql, NO_ARGS, v, 2, err);

	if (n <= 0)
		return n < 0 ? -1 : err_set(err, ERR_INTERNAL, "no_answer", "PostgreSQL has said nothing");
	f->text = pool_printf(c->pool, "PostgreSQL %s answers within %lld ms", v[0].s, (long long)(clock_boot() - began) / 1000 + 1);
	if (v[1].i == 0)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "PostgreSQL %s is a standby: it takes no writes", v[0].s);
	f->next = "promote it, or name the primary in database_url: fexl.conf(5)";
	return FOUND_FAIL;
}

int look_database(struct call *c, struct finding *f, struct err *err)
{
	return db_engine(c->db) == ENGINE_SQLITE ? look_pages(c, f, err) : look_server(c, f, err);
}

int look_schema(struct call *c, struct finding *f, struct err *err)
{
	int version;

	if (db_schema_version(c->db, &version, err) < 0)
		return -1;
	f->text = pool_printf(c->pool, "version %d, as this program makes it", version);
	if (version == SCHEMA_VERSION)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "the database has version %d, this program is for %d", version, SCHEMA_VERSION);
	f->next = "systemctl restart fexl-apid, which brings it up to date";
	return FOUND_FAIL;
}

int look_log(struct call *c, struct finding *f, struct err *err UNUSED)
{
	const char *log = pool_printf(c->pool, "%s-wal", conf_str(c->apid->conf, "database_url"));
	int64_t most = 2 * conf_int(c->apid->conf, "wal_pinned_bytes");
	struct stat st;

	f->text = "PostgreSQL looks after its log itself";
	if (db_engine(c->db) != ENGINE_SQLITE)
		return FOUND_SKIP;
	f->text = "it is empty";
	if (stat(log, &st) < 0)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "%lld KiB", (long long)st.st_size >> 10);
	if (st.st_size <= most)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "%s has grown to %lld MiB: somebody holds on to an old state", log, (long long)st.st_size >> 20);
	f->next = "end who reads the database from outside, else systemctl restart fexl-apid";
	return FOUND_WARN;
}

int look_wall(struct call *c, struct finding *f, struct err *err UNUSED)
{
	static const char *const said[] = {
		[WALL_NONE] = "statements keep shops apart: this database has no second wall",
		[WALL_STANDS] = "statements keep shops apart, and so does the database",
		[WALL_OWNED] = "the role of database_url owns the tables and could take the wall between shops down",
		[WALL_BYPASSED] = "the role of database_url is exempt from row security: only statements keep shops apart",
	};
	enum wall wall = store_wall(c->apid->store);

	f->text = said[wall];
	f->next = "a role that owns nothing, then fexlctl cloud migrate: see fexl-security(7)";
	return wall == WALL_OWNED || wall == WALL_BYPASSED ? FOUND_WARN : FOUND_OK;
}

/* --- the shop --- */

int look_books(struct call *c, struct finding *f, struct err *err)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM (SELECT doc FROM journal_lines WHERE tenant = $1 "
				  "GROUP BY doc HAVING sum(debit) <> sum(credit)) AS wrong";
	int64_t n;

	if (db_int(c->db, sql, ARGS(v_uuid(c->tenant)), &n, err) < 0)
		return -1;
	f->text = "every journal entry balances";
	if (n == 0)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "%lld journal entries do not balance", (long long)n);
	f->next = "fexlctl backup create, and show it to who supports you";
	return FOUND_FAIL;
}

int look_stock(struct call *c, struct finding *f, struct err *err)
{
	struct buf out = { 0 };
	int64_t value = 0, booked = 0;
	struct json j;
	int n, rc = stock_check(c->db, c->tenant, &out, &n, err);

	if (rc == 0)
		rc = json_parse(c->pool, out.data, out.len, &j, err);
	if (rc == 0 && (json_get_int(j, "value", INT64_MIN, INT64_MAX, &value, err) < 0 ||
			json_get_int(j, "booked", INT64_MIN, INT64_MAX, &booked, err) < 0))
		rc = -1;
	buf_release(&out);
	if (rc < 0)
		return -1;
	f->text = "stock and layers are what the moves say, and worth what account 1200 says";
	f->next = "fexlctl doctor --fix";
	if (n > 0)
		f->text = pool_printf(c->pool, "%d sums of stock are not what the moves say", n);
	else if (value != booked)
		f->text = pool_printf(c->pool, "the stock is worth %lld and account 1200 says %lld", (long long)value, (long long)booked);
	return n == 0 && value == booked ? FOUND_OK : FOUND_FAIL;
}

int look_accounts(struct call *c, struct finding *f, struct err *err)
{
	int64_t wrong;

	if (owed_check(c->db, c->tenant, &wrong, err) < 0)
		return -1;
	f->text = "what customers owe is what the books say";
	if (wrong == 0)
		return FOUND_OK;
	f->text = pool_printf(c->pool, "%lld sums of what customers owe are not what the books say", (long long)wrong);
	f->next = "fexlctl doctor --fix";
	return FOUND_FAIL;
}
