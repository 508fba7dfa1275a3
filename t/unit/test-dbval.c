/* Values and rows: what goes in comes out the same, on both engines. */
#include "base/base.h"
#include "db.h"

static struct uuid some_uuid(uint8_t first)
{
	return (struct uuid){ { first, 1, 2, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff } };
}

/* --- values --- */

static struct val read_back(struct world *w, const char *sql, int64_t id)
{
	struct err err = { 0 };
	struct val v;

	if (db_one(w->db, w->pool, sql, ARGS(v_int(id)), &v, 1, &err) != 1)
		fail_msg("%s: %s", sql, err.text);
	return v;
}

static void values_come_back_as_sent(void **state)
{
	struct world *w = world_of(state);
	static const char bytes[] = { 0, 1, (char)0xff, 0, '\n', '\'' };
	const struct { int64_t n; const char *name; struct val data; } cases[] = {
		{ 0, "", v_blob("", 0) },
		{ 1, "x", v_blob(bytes, sizeof bytes) },
		{ -1, "it's; -- $1 ?1 \\ \"", v_blob("\0", 1) },
		{ INT64_MAX, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x9b\x92", v_null() },
		{ INT64_MIN, "line\nline\ttab", v_null() },
		{ 0x0102030405060708, "0", v_null() },
		{ INT32_MIN, "NULL", v_null() },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t id = (int64_t)i;
		struct val u = v_uuid(some_uuid((uint8_t)i));

		must_run(w->db, insert, ARGS(v_int(id), v_int(cases[i].n), u, v_text(cases[i].name), cases[i].data));
		assert_true(val_eq(read_back(w, "SELECT n FROM item WHERE id = $1", id), v_int(cases[i].n)));
		assert_true(val_eq(read_back(w, "SELECT u FROM item WHERE id = $1", id), u));
		assert_true(val_eq(read_back(w, "SELECT name FROM item WHERE id = $1", id), v_text(cases[i].name)));
		assert_true(val_eq(read_back(w, "SELECT data FROM item WHERE id = $1", id), cases[i].data));
	}
}

static void nulls_come_back_as_nulls(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	struct rows rs;

	must_put(w->db, 1);
	assert_int_equal(db_rows(w->db, "SELECT n, u, name, data FROM item", NO_ARGS, &rs, &err), 0);
	assert_int_equal(rows_next(&rs, &err), 1);
	for (int i = 0; i < 4; i++)
		assert_true(rows_null(&rs, i));
	assert_int_equal(rows_int(&rs, 0), 0);
	assert_true(uuid_is_zero(rows_uuid(&rs, 1)));
	assert_null(rows_text(&rs, 2, w->pool));
	rows_end(&rs);
}

/* The first call says nothing about the types of its nulls. */
static void a_null_at_first_takes_values_later(void **state)
{
	struct world *w = world_of(state);
	struct val u = v_uuid(some_uuid(7));

	must_put(w->db, 1);
	must_run(w->db, insert, ARGS(v_int(2), v_int(-5), u, v_text("abc"), v_blob("d", 1)));
	assert_true(val_eq(read_back(w, "SELECT n FROM item WHERE id = $1", 2), v_int(-5)));
	assert_true(val_eq(read_back(w, "SELECT u FROM item WHERE id = $1", 2), u));
	assert_true(val_eq(read_back(w, "SELECT name FROM item WHERE id = $1", 2), v_text("abc")));
	assert_true(val_eq(read_back(w, "SELECT data FROM item WHERE id = $1", 2), v_blob("d", 1)));
}

/* The same in one batch, where the server had no chance to say the types. */
static void a_null_queued_before_a_value_is_no_trap(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	must_begin(w->db);
	must_send(w->db, 1);
	assert_int_equal(db_send(w->db, insert, ARGS(v_int(2), v_int(9), v_null(), v_text("x"), v_null()), &err), 0);
	must_commit(w->db);
	assert_int_equal(must_int(w->db, "SELECT n FROM item WHERE id = 2", NO_ARGS), 9);
}

static void a_number_is_a_number_whatever_its_width(void **state)
{
	struct world *w = world_of(state);
	static const struct { const char *sql; int64_t want; } cases[] = {
		{ "SELECT 1", 1 },
		{ "SELECT -2", -2 },
		{ "SELECT length('four')", 4 },
		{ "SELECT EXISTS (SELECT 1 FROM item)", 0 },
		{ "SELECT NOT EXISTS (SELECT 1 FROM item)", 1 },
		{ "SELECT CAST(count(*) AS bigint) FROM item", 0 },
		{ "SELECT CAST(sum(n) AS bigint) FROM item", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(must_int(w->db, cases[i].sql, NO_ARGS), cases[i].want);
}

static void arguments_may_come_in_any_order(void **state)
{
	struct world *w = world_of(state);

	assert_int_equal(must_int(w->db, "SELECT $2 - $1 - $1", ARGS(v_int(1), v_int(10))), 8);
}

/* --- results --- */

static void run_says_how_many_rows_it_changed(void **state)
{
	struct world *w = world_of(state);

	for (int i = 0; i < 5; i++)
		must_put(w->db, i);
	assert_int_equal(must_run(w->db, "UPDATE item SET n = $1 WHERE id < $2", ARGS(v_int(1), v_int(3))), 3);
	assert_int_equal(must_run(w->db, "UPDATE item SET n = 2 WHERE id = 77", NO_ARGS), 0);
	assert_int_equal(must_run(w->db, "DELETE FROM item", NO_ARGS), 5);
	assert_int_equal(must_run(w->db, "INSERT INTO item (id) VALUES (1) ON CONFLICT DO NOTHING", NO_ARGS), 1);
	assert_int_equal(must_run(w->db, "INSERT INTO item (id) VALUES (1) ON CONFLICT DO NOTHING", NO_ARGS), 0);
}

static void no_row_is_no_error(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	struct val v;

	assert_int_equal(db_one(w->db, w->pool, "SELECT n FROM item", NO_ARGS, &v, 1, &err), 0);
	assert_int_equal(must_int(w->db, "SELECT n FROM item", NO_ARGS), 0);
	assert_int_equal(err.kind, ERR_NONE);
}

static void rows_come_in_their_order(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	struct rows rs;
	int n = 0;

	must_begin(w->db);
	for (int i = 0; i < 1000; i++)
		must_send(w->db, (i * 7) % 1000);
	must_commit(w->db);
	assert_int_equal(db_rows(w->db, "SELECT id FROM item ORDER BY id", NO_ARGS, &rs, &err), 0);
	while (rows_next(&rs, &err) > 0)
		assert_int_equal(rows_int(&rs, 0), n++);
	assert_int_equal(n, 1000);
	rows_end(&rs);
	rows_end(&rs);
}

/* The same statement twice, another one beside it, a write in between. */
static void several_results_may_be_open(void **state)
{
	struct world *w = world_of(state);
	static const char sql[] = "SELECT id FROM item WHERE id >= $1 ORDER BY id";
	struct err err = { 0 };
	struct rows a, b;

	for (int i = 0; i < 3; i++)
		must_put(w->db, i);
	assert_int_equal(db_rows(w->db, sql, ARGS(v_int(0)), &a, &err), 0);
	assert_int_equal(rows_next(&a, &err), 1);
	assert_int_equal(db_rows(w->db, sql, ARGS(v_int(2)), &b, &err), 0);
	assert_int_equal(rows_next(&b, &err), 1);
	must_run(w->db, "UPDATE item SET n = 1 WHERE id = 0", NO_ARGS);
	assert_int_equal(rows_next(&a, &err), 1);
	assert_int_equal(rows_int(&a, 0), 1);
	assert_int_equal(rows_int(&b, 0), 2);
	assert_int_equal(rows_next(&b, &err), 0);
	rows_end(&b);
	rows_end(&a);
}

static void returning_gives_rows(void **state)
{
	struct world *w = world_of(state);

	must_put(w->db, 4);
	must_run(w->db, "UPDATE item SET n = 41", NO_ARGS);
	assert_int_equal(must_int(w->db, "UPDATE item SET n = n + 1 RETURNING n", NO_ARGS), 42);
}

DB_MAIN(
	ON_BOTH(values_come_back_as_sent),
	ON_BOTH(nulls_come_back_as_nulls),
	ON_BOTH(a_null_at_first_takes_values_later),
	ON_BOTH(a_null_queued_before_a_value_is_no_trap),
	ON_BOTH(a_number_is_a_number_whatever_its_width),
	ON_BOTH(arguments_may_come_in_any_order),
	ON_BOTH(run_says_how_many_rows_it_changed),
	ON_BOTH(no_row_is_no_error),
	ON_BOTH(rows_come_in_their_order),
	ON_BOTH(several_results_may_be_open),
	ON_BOTH(returning_gives_rows),
)
