/* What is PostgreSQL's alone: its failures, its types, its addresses. */
#include "base/base.h"
#include "db.h"
#include "store/pgwire.h"

/* --- failures with a name --- */

static void a_slow_statement_is_stopped(void **state)
{
	struct world *w = world_of(state);
	struct db_config config = config_of(w->url, ENGINE_POSTGRES);
	struct err err = { 0 };
	struct db *db;

	config.statement_timeout_ms = 100;
	assert_int_equal(db_open(&db, &config, DB_WRITE, &err), 0);
	must_begin(db);
	assert_int_equal(db_run(db, "SELECT pg_sleep(5)", NO_ARGS, &err), -1);
	assert_int_equal(err.kind, ERR_BUSY);
	assert_string_equal(err.code, "statement_timeout");
	db_rollback(db);
	/* A migration's script takes its time. */
	must_begin(db);
	assert_int_equal(db->driver->script(db, "SELECT pg_sleep(2.5);\nINSERT INTO item VALUES (1)", &err), 0);
	must_commit(db);
	assert_int_equal(items(db), 1);
	db_close(&db);
}

static void who_comes_second_may_try_again(void **state)
{
	struct world *w = world_of(state);
	struct db *other = open_more(w, DB_WRITE);
	struct err err = { 0 };

	must_put(w->db, 1);
	must_begin(w->db);
	must_run(w->db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", NO_ARGS);
	assert_int_equal(items(w->db), 1);
	must_run(other, "UPDATE item SET n = 1", NO_ARGS);
	assert_int_equal(db_run(w->db, "UPDATE item SET n = 2", NO_ARGS, &err), -1);
	assert_int_equal(err.kind, ERR_BUSY);
	assert_string_equal(err.code, "retry");
	db_rollback(w->db);
	db_close(&other);
}

static void sending_does_not_wait(void **state)
{
	struct world *w = world_of(state);
	int64_t begun = clock_boot();
	struct err err = { 0 };

	must_begin(w->db);
	assert_int_equal(db_send(w->db, "SELECT pg_sleep(1)", NO_ARGS, &err), 0);
	must_send(w->db, 1);
	assert_true(clock_boot() - begun < SECOND_US / 2);
	assert_int_equal(items(w->db), 1);
	assert_true(clock_boot() - begun >= SECOND_US);
	must_commit(w->db);
}

/* Nothing is gathered without limit: what failed shows while more is sent. */
static void the_queue_has_an_end(void **state)
{
	struct world *w = world_of(state);
	size_t sizes[] = { 1, 1000000 };
	int most[] = { 1000, 10 };
	char *text = pool_alloc(w->pool, 1000000);

	memset(text, 'x', 1000000);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct val name = v_text_n(text, sizes[i]);
		struct err err = { 0 };
		int n = 0;

		must_begin(w->db);
		while (n < most[i] && db_send(w->db, insert, ARGS(v_int(1), v_null(), v_null(), name, v_null()), &err) == 0)
			n++;
		assert_in_range(n, 2, most[i] - 1);
		assert_int_equal(err.kind, ERR_CONFLICT);
		db_rollback(w->db);
	}
}

/* --- arguments and columns --- */

static void a_narrow_argument_gets_its_width(void **state)
{
	struct world *w = world_of(state);
	static const char sql[] = "SELECT length(substr('abcdef', $1))";
	static const int64_t beyond[] = { (int64_t)INT32_MAX + 1, (int64_t)INT32_MIN - 1 };
	struct err err = { 0 };
	int64_t n;

	assert_int_equal(must_int(w->db, sql, ARGS(v_null())), 0);
	assert_int_equal(must_int(w->db, sql, ARGS(v_int(3))), 4);
	log_listen(w);
	for (size_t i = 0; i < ARRAY_LEN(beyond); i++) {
		assert_int_equal(db_int(w->db, sql, ARGS(v_int(beyond[i])), &n, &err), -1);
		assert_int_equal(err.kind, ERR_INTERNAL);
	}
	log_heard(w);
}

static void a_truth_is_0_or_1(void **state)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM (VALUES (true), (true), (false)) AS v (yes) WHERE yes = $1";
	struct world *w = world_of(state);
	struct err err = { 0 };
	int64_t n;

	assert_int_equal(must_int(w->db, sql, ARGS(v_null())), 0);
	assert_int_equal(must_int(w->db, sql, ARGS(v_int(1))), 2);
	assert_int_equal(must_int(w->db, sql, ARGS(v_int(0))), 1);
	log_listen(w);
	assert_int_equal(db_int(w->db, sql, ARGS(v_int(2)), &n, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	log_heard(w);
}

static void what_is_empty_is_not_null(void **state)
{
	static const struct val empty[] = { { .type = VAL_TEXT }, { .type = VAL_BLOB } };
	struct world *w = world_of(state);

	must_run(w->db, insert, ARGS(v_int(1), v_null(), v_null(), empty[0], empty[1]));
	assert_int_equal(must_int(w->db, "SELECT CAST(count(*) AS bigint) FROM item WHERE name = '' AND length(data) = 0", NO_ARGS), 1);
}

static void nothing_at_all_is_null(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	struct val v;

	assert_int_equal(db_one(w->db, w->pool, "SELECT pg_notify('nobody', 'x')", NO_ARGS, &v, 1, &err), 1);
	assert_int_equal(v.type, VAL_NULL);
}

static void libpqs_words_are_one_line(void **state UNUSED)
{
	static const struct {
		const char *text, *line;
	} words[] = {
		{ "", "" }, { "gone", "gone" }, { "gone\n", "gone" }, { "gone\n\tagain \n", "gone again" }, { "\n\n gone", " gone" },
		{ "0123456789 0123456789", "0123456789 01234" }, { "0123456789 0123\n\n", "0123456789 0123" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char line[17];

		assert_string_equal(pg_one_line(line, sizeof line, words[i].text), words[i].line);
	}
}

static void the_role_is_who_the_address_names(void **state UNUSED)
{
	struct pool *pool = pool_new();

	assert_int_equal(setenv("PGUSER", "ann", 1), 0);
	assert_string_equal(pgconn_role("host=h user=bob dbname=d", pool), "bob");
	assert_string_equal(pgconn_role("postgresql://eve@h/d", pool), "eve");
	assert_string_equal(pgconn_role("host=h", pool), "ann");
	assert_string_equal(pgconn_role("host=h user=''", pool), "ann");
	assert_string_equal(pgconn_role("no = address = at all", pool), "ann");
	assert_int_equal(unsetenv("PGUSER"), 0);
	pool_free(&pool);
}

static void an_argument_of_another_kind_is_found(void **state)
{
	struct world *w = world_of(state);
	static const char sql[] = "SELECT n FROM item WHERE id = $1 AND n = $2";
	const struct args wrong[] = {
		ARGS(v_int(1), v_text("5551234\0")),
		ARGS(v_uuid(uuid_v7()), v_int(1)),
		ARGS(v_int(1)),
		ARGS(v_int(1), v_int(1), v_int(1)),
		NO_ARGS,
	};
	const char *heard;

	assert_int_equal(must_int(w->db, sql, ARGS(v_int(1), v_null())), 0);
	log_listen(w);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err err = { 0 };
		int64_t n;

		assert_int_equal(db_int(w->db, sql, wrong[i], &n, &err), -1);
		assert_int_equal(err.kind, ERR_INTERNAL);
	}
	assert_int_equal(must_int(w->db, sql, ARGS(v_int(1), v_int(1))), 0);
	heard = log_heard(w);
	assert_int_equal(times_in(heard, "FROM item"), (int)ARRAY_LEN(wrong));
	assert_int_equal(times_in(heard, "5551234"), 0);
}

static void too_few_arguments_do_not_end_the_connection(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	int64_t n, pid = pid_of(w->db);

	log_listen(w);
	assert_int_equal(db_int(w->db, "SELECT id FROM item WHERE id = $1", NO_ARGS, &n, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	log_heard(w);
	assert_int_equal(pid_of(w->db), pid);
}

/* Not for want of a table, and not for a failure in front of it. */
static void what_could_not_be_prepared_is_prepared_later(void **state)
{
	static const char early[] = "SELECT id FROM late", behind[] = "SELECT n FROM item";
	struct world *w = world_of(state);
	struct err err = { 0 };
	int64_t n, pid = pid_of(w->db);

	log_listen(w);
	assert_int_equal(db_int(w->db, early, NO_ARGS, &n, &err), -1);
	must_run(w->db, "CREATE TABLE late (id bigint)", NO_ARGS);
	assert_int_equal(must_int(w->db, early, NO_ARGS), 0);
	must_begin(w->db);
	must_send(w->db, 1);
	must_send(w->db, 1);
	assert_int_equal(db_int(w->db, behind, NO_ARGS, &n, &err), -1);
	db_rollback(w->db);
	assert_int_equal(must_int(w->db, behind, NO_ARGS), 0);
	assert_int_equal(pid_of(w->db), pid);
	log_heard(w);
}

static void a_column_that_cannot_be_read_is_found(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	int64_t n;

	must_put(w->db, 1);
	log_listen(w);
	assert_int_equal(db_int(w->db, "SELECT sum(id) FROM item", NO_ARGS, &n, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_int_equal(times_in(log_heard(w), "column 1 (sum) has type 1700"), 1);
}

/* "value … is out of range" and "invalid input syntax" show what was typed. */
static void values_are_not_in_the_log(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	const char *heard;

	log_listen(w);
	assert_int_equal(db_run(w->db, "SELECT CAST($1 AS bigint)", ARGS(v_text("no 5551234")), &err), -1);
	assert_int_equal(db_run(w->db, "SELECT CAST(CAST($1 AS text) AS uuid)", ARGS(v_text("no 5551234")), &err), -1);
	heard = log_heard(w);
	assert_int_equal(times_in(heard, "error"), 2);
	assert_int_equal(times_in(heard, "5551234"), 0);
	assert_null(strstr(err.text, "5551234"));
}

/* --- opening --- */

static void an_address_is_never_shown(void **state UNUSED)
{
	static const char *const urls[] = {
		"postgresql://fexl:hunter2@x@127.0.0.1:1/db",
		"postgresql://fexl:hunter2/x@127.0.0.1:1/db",
		"postgresql://fexl:hunter2%zz@127.0.0.1:1/db",
		"postgresql://fexl:x%40@hunter2:1/a@b",
		"postgresql://fexl:hunter2@127.0.0.1:1/db",
		"host=127.0.0.1 port=1 password=x hunter2",
		"host=127.0.0.1 port=1 hunter2=x",
		"host=127.0.0.1 port=1 user=fexl password=hunter2",
		"hunter2",
	};
	struct world *w = world_of(state);

	log_init(NULL, LOG_LEVEL_DEBUG);
	log_listen(w);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct db_config config = config_of(urls[i], ENGINE_POSTGRES);
		struct err err = { 0 };
		struct db *db;

		assert_int_equal(db_open(&db, &config, DB_WRITE, &err), -1);
		assert_int_equal(err.kind, ERR_UNREACHABLE);
		assert_null(strstr(err.text, "hunter2"));
	}
	assert_string_equal(log_heard(w), "");
}

static void the_host_that_answers_is_taken(void **state)
{
	struct world *w = world_of(state);
	const char *host = strstr(w->url, "host='") + 6;
	struct buf url = { 0 };
	struct db *db;

	buf_printf(&url, "%s host='/nonexistent,%.*s,127.0.0.1' port=5432,5432,1", w->url, (int)strcspn(host, "'"), host);
	db = open_at(url.data, ENGINE_POSTGRES, DB_WRITE);
	must_put(db, 1);
	db_close(&db);
	buf_release(&url);
}

/* As after a change of roles: the host is up, but not for writing. */
static void a_writer_wants_a_host_that_takes_writes(void **state)
{
	struct world *w = world_of(state);
	struct buf url = { 0 };
	struct err err = { 0 };
	struct db_config config;
	struct db *db;

	must_run(w->db, "DROP ROLE IF EXISTS guest", NO_ARGS);
	must_run(w->db, "CREATE ROLE guest LOGIN", NO_ARGS);
	must_run(w->db, "ALTER ROLE guest SET default_transaction_read_only = on", NO_ARGS);
	buf_printf(&url, "%s user=guest", w->url);
	config = config_of(url.data, ENGINE_POSTGRES);
	assert_int_equal(db_open(&db, &config, DB_WRITE, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	db = open_at(url.data, ENGINE_POSTGRES, DB_READ);
	db_close(&db);
	buf_str(&url, " target_session_attrs=any");
	db = open_at(url.data, ENGINE_POSTGRES, DB_WRITE);
	db_close(&db);
	must_run(w->db, "DROP ROLE guest", NO_ARGS);
	buf_release(&url);
}

static void a_session_has_its_settings(void **state)
{
	struct world *w = world_of(state);
	static const char sql[] = "SELECT current_setting($1)";
	const struct { const char *name, *want; } cases[] = {
		{ "application_name", "fexl-apid" },
		{ "client_encoding", "UTF8" },
		{ "statement_timeout", "10s" },
		{ "idle_in_transaction_session_timeout", "30s" },
		{ "synchronous_commit", "on" },
		{ "timezone", "UTC" },
		{ "standard_conforming_strings", "on" },
		{ "default_transaction_read_only", "off" },
	};
	struct err err = { 0 };
	struct val v;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(db_one(w->db, w->pool, sql, ARGS(v_text(cases[i].name)), &v, 1, &err), 1);
		assert_true(val_eq(v, v_text(cases[i].want)));
	}
}

static void notices_stay_out_of_the_log(void **state)
{
	struct world *w = world_of(state);

	log_listen(w);
	must_run(w->db, "DROP TABLE IF EXISTS nothing", NO_ARGS);
	assert_string_equal(log_heard(w), "");
}

/* --- plans --- */

static int64_t one_number(struct db *db, const char *sql, struct args args)
{
	struct err err = { 0 };
	int64_t n;

	if (db_int(db, sql, args, &n, &err) < 0)
		fail_msg("%s", err.text);
	return n;
}

/* How many rows were looked at to find the one. */
static int64_t rows_for_one(struct db *db)
{
	static const char looked_at[] = "SELECT COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0) "
					"FROM pg_stat_xact_user_tables WHERE relname = 'planned'";
	int64_t before, rows;

	must_begin(db);
	before = one_number(db, looked_at, NO_ARGS);
	one_number(db, "SELECT count(note) FROM planned WHERE shop = $1 AND id = $2", ARGS(v_int(1), v_int(1)));
	rows = one_number(db, looked_at, NO_ARGS) - before;
	must_commit(db);
	return rows;
}

/* Nobody has counted the wide table: next to nothing is found by either index, and the plan for
 * that is kept.  (The server never analyzes this one.) */
static void a_plan_for_an_empty_table_is_not_kept(void **state)
{
	struct world *w = world_of(state);

	must_run(w->db, "CREATE TABLE planned (shop bigint, id bigint, note char(900), PRIMARY KEY (shop, id)) WITH (autovacuum_enabled = off)",
		 NO_ARGS);
	must_run(w->db, "CREATE INDEX planned_0 ON planned (shop)", NO_ARGS);
	for (int i = 0; i < 10; i++)
		assert_int_equal(rows_for_one(w->db), 0);
	must_run(w->db, "INSERT INTO planned SELECT 1, g, 'x' FROM generate_series(1, 5000) g", NO_ARGS);
	assert_in_range(rows_for_one(w->db), 1000, 10000);
	for (int i = 0; i < REPLAN_FIRST / 4; i++)
		rows_for_one(w->db);
	assert_int_equal(rows_for_one(w->db), 1);
}

DB_MAIN(
	ON_POSTGRES(a_plan_for_an_empty_table_is_not_kept),
	ON_POSTGRES(a_slow_statement_is_stopped),
	ON_POSTGRES(who_comes_second_may_try_again),
	ON_POSTGRES(sending_does_not_wait),
	ON_POSTGRES(the_queue_has_an_end),
	ON_POSTGRES(a_truth_is_0_or_1), ON_POSTGRES(what_is_empty_is_not_null), ON_POSTGRES(nothing_at_all_is_null),
	ON_POSTGRES(libpqs_words_are_one_line), ON_POSTGRES(the_role_is_who_the_address_names),
	ON_POSTGRES(a_narrow_argument_gets_its_width),
	ON_POSTGRES(an_argument_of_another_kind_is_found),
	ON_POSTGRES(too_few_arguments_do_not_end_the_connection),
	ON_POSTGRES(what_could_not_be_prepared_is_prepared_later),
	ON_POSTGRES(a_column_that_cannot_be_read_is_found),
	ON_POSTGRES(values_are_not_in_the_log),
	ON_POSTGRES(an_address_is_never_shown),
	ON_POSTGRES(the_host_that_answers_is_taken),
	ON_POSTGRES(a_writer_wants_a_host_that_takes_writes),
	ON_POSTGRES(a_session_has_its_settings),
	ON_POSTGRES(notices_stay_out_of_the_log),
)
