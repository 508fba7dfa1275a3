/* Which reads stand after which writes. */
#include "base/base.h"
#include "db.h"

#include "store/marks.h"

struct pair {
	struct world w;
	struct marks marks;
	struct db *writer, *reader;
};

static struct db *open_marked(struct pair *p, enum db_mode mode)
{
	struct db_config config = config_of(p->w.url, ENGINE_SQLITE);
	struct err err = { 0 };
	struct db *db;

	config.marks = &p->marks;
	if (db_open(&db, &config, mode, &err) < 0)
		fail_msg("%s", err.text);
	return db;
}

static int up(void **state)
{
	struct pair *p = x_alloc(sizeof *p);
	struct buf url = { 0 };
	struct err err = { 0 };

	*state = p;
	snprintf(p->w.dir, sizeof p->w.dir, "/tmp/fexl-test-marks-XXXXXX");
	if (!mkdtemp(p->w.dir))
		return -1;
	buf_printf(&url, "%s/fexl.db", p->w.dir);
	p->w.url = url.data;
	p->writer = open_marked(p, DB_WRITE);
	if (db_migrate(p->writer, &err) < 0)
		fail_msg("%s", err.text);
	p->reader = open_marked(p, DB_READ);
	return 0;
}

static int down(void **state)
{
	struct pair *p = *state;
	char command[100];
	int rc;

	db_close(&p->reader);
	db_close(&p->writer);
	snprintf(command, sizeof command, "rm -r %s", p->w.dir);
	rc = system(command);
	free(p->w.url);
	free(p);
	return rc;
}

static struct seen look(struct pair *p, const char *sql)
{
	db_watch(p->reader);
	must_int(p->reader, sql, NO_ARGS);
	return db_seen(p->reader);
}

static bool stands(const struct pair *p, struct seen seen)
{
	return marks_stand(&p->marks, seen.tables, seen.as_of);
}

static const struct {
	const char *read, *write;
	bool stands;
} cases[] = {
	{ "SELECT price FROM products", "UPDATE products SET price = 1", false },
	{ "SELECT price FROM products", "UPDATE customers SET name = 'x'", true },
	{ "SELECT count(*) FROM products", "DELETE FROM products", false },
	{ "SELECT 1 FROM products", "DELETE FROM products WHERE price = 3", false },
	{ "SELECT (SELECT count(*) FROM customers) FROM products", "UPDATE customers SET name = 'x'", false },
	{ "WITH c AS (SELECT uuid FROM customers) SELECT count(*) FROM products p JOIN c ON c.uuid = p.uuid", "DELETE FROM customers", false },
	{ "SELECT count(*) FROM products", "INSERT INTO lockouts (tenant, subject, misses, until) SELECT tenant, name, 1, 0 FROM products", true },
	{ "SELECT count(*) FROM lockouts", "INSERT INTO lockouts (tenant, subject, misses, until) SELECT tenant, name, 1, 0 FROM products", false },
	{ "SELECT count(*) FROM tenants", "UPDATE tenants SET seq = seq + 1 WHERE seq < 0 RETURNING seq", false },
	{ "SELECT count(*) FROM products", "SELECT count(*) FROM products", true },
	{ "SELECT count(*) FROM products", "CREATE INDEX one_more ON customers (name)", false },	/* any, to be sure */
};

static void a_read_stands_until_one_of_its_tables_is_written(void **state)
{
	struct pair *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seen seen = look(p, cases[i].read);

		if (!stands(p, seen))
			fail_msg("%s: gone before anything was written", cases[i].read);
		must_run(p->writer, cases[i].write, NO_ARGS);
		if (stands(p, seen) != cases[i].stands)
			fail_msg("%s, then %s: %s", cases[i].read, cases[i].write, cases[i].stands ? "gone" : "stands");
	}
}

static void a_transaction_counts_when_it_is_committed(void **state)
{
	struct pair *p = *state;
	struct seen seen = look(p, "SELECT count(*) FROM products");

	must_begin(p->writer);
	must_run(p->writer, "UPDATE products SET price = 2", NO_ARGS);
	must_run(p->writer, "UPDATE customers SET name = 'y'", NO_ARGS);
	assert_true(stands(p, seen));
	must_commit(p->writer);
	assert_false(stands(p, seen));

	seen = look(p, "SELECT count(*) FROM products");
	must_begin(p->writer);
	must_run(p->writer, "UPDATE products SET price = 3", NO_ARGS);
	db_rollback(p->writer);
	assert_true(stands(p, seen));
	must_begin(p->writer);
	must_run(p->writer, "UPDATE customers SET name = 'z'", NO_ARGS);
	must_commit(p->writer);
	assert_true(stands(p, seen));
}

static void rows_that_a_write_returns_count_as_well(void **state)
{
	struct pair *p = *state;
	struct seen seen = look(p, "SELECT count(*) FROM tenants"), during;
	struct err err = { 0 };
	struct rows rs;

	assert_int_equal(db_rows(p->writer, "UPDATE tenants SET seq = seq + 1 RETURNING seq", NO_ARGS, &rs, &err), 0);
	assert_false(stands(p, seen));
	during = look(p, "SELECT count(*) FROM tenants");
	assert_false(stands(p, during));	/* begun while a commit was under way: nobody can tell */
	assert_int_equal(rows_next(&rs, &err), 0);
	rows_end(&rs);
	assert_false(stands(p, seen));
	assert_false(stands(p, during));
	assert_true(stands(p, look(p, "SELECT count(*) FROM tenants")));
}

/* The loop reads one state for a while: what it reads late is as old as that. */
static void what_is_held_is_as_old_as_its_beginning(void **state)
{
	struct pair *p = *state;
	struct seen seen;

	p->reader->driver->hold(p->reader);
	must_run(p->writer, "UPDATE products SET price = 4", NO_ARGS);
	seen = look(p, "SELECT count(*) FROM products");
	assert_false(stands(p, seen));
	assert_true(stands(p, look(p, "SELECT count(*) FROM customers")));
	p->reader->driver->let_go(p->reader);
	assert_true(stands(p, look(p, "SELECT count(*) FROM products")));
}

static void a_read_of_nothing_is_not_taken_for_one(void **state)
{
	struct pair *p = *state;

	assert_false(marks_stand(&p->marks, 1, 0));
	assert_false(marks_stand(NULL, 1, 1));
	assert_int_equal(marks_now(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_read_stands_until_one_of_its_tables_is_written, up, down),
		cmocka_unit_test_setup_teardown(a_transaction_counts_when_it_is_committed, up, down),
		cmocka_unit_test_setup_teardown(rows_that_a_write_returns_count_as_well, up, down),
		cmocka_unit_test_setup_teardown(what_is_held_is_as_old_as_its_beginning, up, down),
		cmocka_unit_test_setup_teardown(a_read_of_nothing_is_not_taken_for_one, up, down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
