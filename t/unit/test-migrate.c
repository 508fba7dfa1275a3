/* A database of an older version becomes the present one: the same tables,
 * columns and indexes as a new one, and nothing that was in it is lost.
 *
 * schema-1-*.sql is what version 1 made, kept as it was. */
#include "db.h"
#include "failing.h"

#include <stdio.h>
#include <stdlib.h>

static char *read_file(struct pool *pool, const char *name)
{
	const char *src = getenv("FEXL_SRC");
	char path[400];
	char *text = pool_alloc(pool, 65536);
	FILE *f;

	snprintf(path, sizeof path, "%s/t/unit/%s", src ? src : ".", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s: cannot be read", path);
	text[fread(text, 1, 65535, f)] = 0;
	fclose(f);
	return text;
}

static void must_script(struct world *w, const char *sql)
{
	struct err err = { 0 };

	if (w->db->driver->script(w->db, sql, &err) < 0)
		fail_msg("%s", err.text);
}

static void empty(struct world *w)
{
	if (w->engine == ENGINE_POSTGRES) {
		must_script(w, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
		return;
	}
	db_close(&w->db);
	if (unlink(strstr(w->url, "/")) < 0)
		fail_msg("%s stays", w->url);
	w->db = open_more(w, DB_WRITE);
}

static void must_migrate(struct world *w)
{
	struct err err = { 0 };

	if (db_migrate(w->db, &err) < 0)
		fail_msg("%s", err.text);
}

static void make_version_1(struct world *w)
{
	bool lite = w->engine == ENGINE_SQLITE;

	empty(w);
	must_script(w, read_file(w->pool, lite ? "schema-1-sqlite.sql" : "schema-1-postgres.sql"));
}

/* Every column and every index, a line each, in an order of its own. */
static const char *catalogue(struct world *w)
{
	static const char *const sql[] = {
		[ENGINE_SQLITE] =
			"SELECT m.name || '.' || p.name || ' ' || p.type || ' ' || p.\"notnull\" || ' ' || p.pk "
			"FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' "
			"UNION ALL SELECT name || ': ' || sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1",
		[ENGINE_POSTGRES] =
			"SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable FROM "
			"information_schema.columns WHERE table_schema = current_schema() "
			"UNION ALL SELECT indexname || ': ' || indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1",
	};
	struct buf all = { 0 };
	struct err err = { 0 };
	struct rows rs;
	const char *text;

	if (db_rows(w->db, sql[w->engine], NO_ARGS, &rs, &err) < 0)
		fail_msg("%s", err.text);
	while (rows_next(&rs, &err) > 0)
		buf_printf(&all, "%s\n", rows_text(&rs, 0, w->pool));
	rows_end(&rs);
	text = all.data ? pool_strdup(w->pool, all.data) : "";
	buf_release(&all);
	return text;
}

static void an_older_database_becomes_what_a_new_one_is(void **state)
{
	struct world *w = world_of(state);
	const char *upgraded;

	make_version_1(w);
	must_migrate(w);
	upgraded = catalogue(w);
	empty(w);
	must_migrate(w);
	assert_string_equal(upgraded, catalogue(w));
}

static void what_waits_to_be_sent_still_waits_under_its_table(void **state)
{
	static const char put[] = "INSERT INTO outbox (tenant, tbl, uuid, since, tries, state) VALUES ($1, $2, $3, 1, 0, 'ready')";
	static const char *const names[] = { "settings", "users", "accounts", "tax_rates", "categories", "products", "customers",
					     "suppliers", "purchases", "invoices" };
	struct world *w = world_of(state);
	struct uuid tenant = uuid_v7();

	make_version_1(w);
	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		must_run(w->db, put, ARGS(v_uuid(tenant), v_int(i), v_uuid(uuid_derived(tenant, "row", (unsigned)i))));
	must_migrate(w);
	for (int i = 0; i < (int)ARRAY_LEN(names); i++) {
		int64_t rank = must_int(w->db, "SELECT tbl FROM outbox WHERE uuid = $1",
					ARGS(v_uuid(uuid_derived(tenant, "row", (unsigned)i))));

		assert_non_null(schema_ranked(rank));
		assert_string_equal(schema_ranked(rank)->name, names[i]);
	}
}

static void layers_that_hold_something_are_open(void **state)
{
	static const char put[] = "INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left) "
				  "VALUES ($1, $1, $2, $2, 0, 0, $3, 0)";
	static const int64_t left[] = { 0, 1, 5000, -2000 };
	struct world *w = world_of(state);

	make_version_1(w);
	for (size_t i = 0; i < ARRAY_LEN(left); i++)
		must_run(w->db, put, ARGS(v_uuid(uuid_v7()), v_uuid(uuid_v7()), v_int(left[i])));
	must_migrate(w);
	assert_int_equal(must_int(w->db, "SELECT CAST(sum(open) AS bigint) FROM layers WHERE qty_left > 0", NO_ARGS), 2);
	assert_int_equal(must_int(w->db, "SELECT CAST(sum(open) AS bigint) FROM layers", NO_ARGS), 2);
}

static void an_upgrade_that_was_done_is_not_done_again(void **state)
{
	struct world *w = world_of(state);
	const char *once;

	make_version_1(w);
	must_migrate(w);
	once = catalogue(w);
	must_migrate(w);
	assert_string_equal(once, catalogue(w));
	assert_int_equal(must_int(w->db, "SELECT version FROM schema_version", NO_ARGS), SCHEMA_VERSION);
}

/* From nothing, and from version 1; what it was, it still is. */
static void fails_whole(struct world *w, bool from_1, enum failing_kind kind, int n)
{
	struct err err = { 0 };
	const char *before;

	(from_1 ? make_version_1 : empty)(w);
	before = catalogue(w);
	failing_put_on(w->db);
	failing.kind = kind;
	failing.due = n;
	assert_int_equal(db_migrate(w->db, &err), -1);
	assert_int_equal(failing.due, 0);
	assert_string_equal(err.code, "disk_failed");
	w->db->driver = failing.real;
	assert_false(w->db->in_txn);
	assert_string_equal(catalogue(w), before);
}

static void a_migration_that_breaks_is_none(void **state)
{
	static const int questions[] = { 1, 2, 3, 4, 5, 20, 80 };
	struct world *w = world_of(state);

	log_listen(w);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		fails_whole(w, true, FAIL_ROWS, questions[i]);
	for (enum failing_kind kind = FAIL_BEGIN; kind < FAIL_KINDS; kind++) {
		fails_whole(w, true, kind, 1);
		fails_whole(w, false, kind, 1);
	}
	fails_whole(w, false, FAIL_ROWS, 1);
	log_unheard(w);
	must_migrate(w);
	assert_int_equal(must_int(w->db, "SELECT version FROM schema_version", NO_ARGS), SCHEMA_VERSION);
}

static void a_newer_database_is_refused_and_left_as_it_is(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	empty(w);
	must_migrate(w);
	must_run(w->db, "UPDATE schema_version SET version = version + 1", NO_ARGS);
	assert_int_equal(db_migrate(w->db, &err), -1);
	assert_string_equal(err.code, "schema_newer");
	assert_int_equal(must_int(w->db, "SELECT version FROM schema_version", NO_ARGS), SCHEMA_VERSION + 1);
	empty(w);	/* the next test may find the same PostgreSQL */
}

DB_MAIN(ON_BOTH(an_older_database_becomes_what_a_new_one_is),
	ON_BOTH(what_waits_to_be_sent_still_waits_under_its_table),
	ON_BOTH(layers_that_hold_something_are_open),
	ON_BOTH(an_upgrade_that_was_done_is_not_done_again),
	ON_BOTH(a_migration_that_breaks_is_none),
	ON_BOTH(a_newer_database_is_refused_and_left_as_it_is))
