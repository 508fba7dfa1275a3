#include "base/base.h"
#include "fixture.h"

#include "base/clock.h"

/* --- the database --- */

static void open_at(struct fixture *f, const char *url)
{
	struct db_config config = { .engine = f->engine, .url = url, .statement_timeout_ms = 10000,
				    .connect_timeout_s = 5, .journal_size_bytes = 1 << 20 };

	must(f, db_open(&f->db, &config, DB_WRITE, &f->err));
}

static void open_sqlite(struct fixture *f)
{
	char file[80];

	snprintf(f->dir, sizeof f->dir, "/tmp/fexl-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(file, sizeof file, "%s/fexl.db", f->dir);
	open_at(f, file);
}

static void open_postgres(struct fixture *f, const char *conninfo)
{
	static int n;
	char sql[200];

	open_at(f, conninfo);
	snprintf(f->schema, sizeof f->schema, "fexl_test_%d_%d", (int)getpid(), n++);
	snprintf(sql, sizeof sql, "CREATE SCHEMA %s; SET search_path = %s", f->schema, f->schema);
	must(f, f->db->driver->script(f->db, sql, &f->err));
}

static int remove_all(struct fixture *f)
{
	char command[160];

	if (f->schema[0]) {
		snprintf(command, sizeof command, "SET client_min_messages = error; DROP SCHEMA %s CASCADE", f->schema);
		must(f, f->db->driver->script(f->db, command, &f->err));
	}
	db_close(&f->db);
	snprintf(command, sizeof command, "rm -r %s", f->dir);
	return f->dir[0] ? system(command) : 0;
}

/* --- transactions --- */

static void begin(struct fixture *f)
{
	must(f, db_begin(f->db, &f->err));
	f->counters.n = 0;
	f->t = (struct txn){ .db = f->db, .pool = f->pool, .careful = true, .stamp = clock_now(),
			     .counters = &f->counters };
}

static void commit(struct fixture *f)
{
	must(f, counters_store(&f->counters, f->db, &f->err));
	if (db_commit(f->db, &f->err) != COMMIT_DONE)
		fail_msg("commit: %s", f->err.text);
}

void fixture_commit(struct fixture *f)
{
	commit(f);
	begin(f);
}

void fixture_rollback(struct fixture *f)
{
	db_rollback(f->db);
	begin(f);
}

const char *fixture_shelf(struct fixture *f)
{
	static const char sql[] = "SELECT qty_left, value_left FROM layers WHERE tenant = $1 AND qty_left <> 0 ORDER BY pos, doc, line";
	struct buf b = { 0 };
	struct rows rs;
	const char *text;

	must(f, db_rows(f->db, sql, ARGS(v_uuid(f->w.tenant)), &rs, &f->err));
	while (rows_next(&rs, &f->err) > 0)
		buf_printf(&b, "%lld:%lld ", (long long)rows_int(&rs, 0), (long long)rows_int(&rs, 1));
	rows_end(&rs);
	buf_printf(&b, "oversold %lld",
		   (long long)fixture_int(f, "SELECT CAST(COALESCE(sum(qty), 0) AS bigint) FROM oversold WHERE tenant = $1",
					  ARGS(v_uuid(f->w.tenant))));
	text = pool_strdup(f->pool, b.data);
	buf_release(&b);
	return text;
}

/* --- set-up and end --- */

static struct fixture *fixture_new(enum engine engine)
{
	struct fixture *f = x_alloc(sizeof *f);

	f->engine = engine;
	f->pool = pool_new();
	f->who = (struct actor){ .kind = ACTOR_USER, .user = uuid_v7(), .role = OWNER, .may = PERMS_ALL };
	if (engine == ENGINE_SQLITE)
		open_sqlite(f);
	else
		open_postgres(f, getenv("FEXL_TEST_PG"));
	must(f, db_migrate(f->db, &f->err));
	return f;
}

static void open_shop(struct fixture *f, bool hub)
{
	char key[LICENSE_LEN + 1];
	struct tenant mine;

	begin(f);
	must(f, site_open(&f->t, hub, &f->site, &f->err));
	f->w = (struct write){ .t = &f->t, .site = &f->site, .who = &f->who };
	if (hub) {
		must(f, tenant_create(&f->t, &f->site, "Corner shop", &f->w.tenant, key, &f->err));
	} else {
		assert_int_equal(tenant_of_till(f->db, f->pool, &mine, &f->err), 1);
		f->w.tenant = mine.uuid;
	}
	f->who.tenant = f->w.tenant;
	fixture_commit(f);
}

static int up(void **state, bool hub)
{
	struct fixture *f = fixture_new(*(const enum engine *)*state);

	*state = f;
	open_shop(f, hub);
	return 0;
}

int fixture_till(void **state)
{
	return up(state, false);
}

int fixture_hub(void **state)
{
	return up(state, true);
}

int fixture_down(void **state)
{
	struct fixture *f = *state;
	int rc;

	clock_unfollow();
	clock_real();
	db_rollback(f->db);
	rc = remove_all(f);
	pool_free(&f->pool);
	free(f);
	return rc;
}

/* --- running --- */

static void nothing(void **state UNUSED)
{
}

static char *join(const char *a, const char *b)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s %s", a, b);
	return text.data;
}

/* The tests once more, for this engine, at the end of all. */
static size_t add(struct CMUnitTest *all, size_t at, const struct CMUnitTest *tests, size_t n, enum engine *engine,
		  const char *on)
{
	for (size_t i = 0; i < n; i++) {
		all[at + i] = tests[i];
		all[at + i].name = join(tests[i].name, on);
		all[at + i].initial_state = engine;
	}
	return at + n;
}

int fixture_run(const struct CMUnitTest *tests, size_t n)
{
	static enum engine sqlite = ENGINE_SQLITE, postgres = ENGINE_POSTGRES;
	/* cmocka's own skip() says "not ok", which prove counts as a failure. */
	static const struct CMUnitTest skipped = { "PostgreSQL # SKIP", nothing, NULL, NULL, NULL };
	struct CMUnitTest *all = x_alloc((2 * n + 1) * sizeof *all);
	size_t total = add(all, 0, tests, n, &sqlite, "on SQLite");
	int failed;

	if (getenv("FEXL_TEST_PG"))
		total = add(all, total, tests, n, &postgres, "on PostgreSQL");
	else
		total = add(all, total, &skipped, 1, NULL, "FEXL_TEST_PG is not set");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("tests", all, total, NULL, NULL);
	for (size_t i = 0; i < total; i++)
		free((char *)all[i].name);
	free(all);
	return failed;
}

/* --- JSON --- */

struct json fixture_json(struct fixture *f, const char *text)
{
	char *copy = pool_strdup(f->pool, text);
	struct json j = { 0 };

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	must(f, json_parse(f->pool, copy, strlen(copy), &j, &f->err));
	return j;
}

struct json fixture_read(struct fixture *f, struct buf *b)
{
	struct json j = { 0 };

	must(f, json_parse(f->pool, b->data, b->len, &j, &f->err));
	buf_release(b);
	return j;
}

struct report fixture_report(struct fixture *f)
{
	struct report r;

	must(f, report_begin(&r, f->db, f->pool, f->w.tenant, NULL, &f->err));
	r.page.limit = PAGE_MAX;
	return r;
}

struct json fixture_ask(struct fixture *f, report_fn *fn, struct report *r)
{
	struct buf out = { 0 };
	struct json j;

	r->sheet.out = &out;
	must(f, fn(r, &f->err));
	sheet_close(&r->sheet);
	j = fixture_read(f, &out);
	return j;
}

int64_t fixture_int(struct fixture *f, const char *sql, struct args args)
{
	int64_t n = 0;

	must(f, db_int(f->db, sql, args, &n, &f->err));
	return n;
}

int64_t fixture_outbox(struct fixture *f)
{
	int64_t n = 0;

	must(f, outbox_count(f->db, f->w.tenant, &n, &f->err));
	return n;
}

int64_t int_of(struct json object, const char *name)
{
	int64_t n = 0;

	if (json_get_int(object, name, INT64_MIN, INT64_MAX, &n, NULL) != 1)
		fail_msg("there is no whole number %s", name);
	return n;
}

const char *text_of(struct json object, const char *name)
{
	const char *s = NULL;

	if (json_type(json_member(object, name)) == JSON_MISSING || json_get_str(object, name, 4096, &s, NULL) < 0)
		fail_msg("there is no text %s", name);
	return s;
}

struct uuid uuid_of(struct json object, const char *name)
{
	struct uuid u = { { 0 } };

	if (json_get_uuid(object, name, &u, NULL) != 1)
		fail_msg("there is no uuid %s", name);
	return u;
}
