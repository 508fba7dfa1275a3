/* The second wall between shops, tried with statements that have a hole: they name
 * no tenant, or the other's.  The first wall is that ours have none. */
#include "base/base.h"
#include "store/driver.h"
#include "failing.h"
#include "unit.h"

#include "base/clock.h"
#include "base/log.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROWS "SELECT CAST(count(*) AS bigint) FROM lockouts"
#define PATIENCE_US (30 * SECOND_US)

struct town {
	char name[40];			/* of its database */
	struct buf app, owner, all;	/* as whom one connects */
	struct store *store;
	struct pool *pool;
	struct uuid north, south;
};

static struct err err;

/* --- a database of its own, with roles --- */

static struct db *open_as(const char *url, bool walled)
{
	struct db_config config = { .engine = ENGINE_POSTGRES, .url = url, .statement_timeout_ms = 10000,
				    .connect_timeout_s = 5, .walled = walled };
	struct db *db;

	if (db_open(&db, &config, DB_WRITE, &err) < 0)
		fail_msg("%s", err.text);
	return db;
}

static void script(const char *url, const char *sql)
{
	struct db *db = open_as(url, false);

	if (db->driver->script(db, sql, &err) < 0)
		fail_msg("%s: %s", sql, err.text);
	db_close(&db);
}

static void open_store(struct town *t, const char *url, const char *owner_url)
{
	struct store_config config = {
		.db = { .engine = ENGINE_POSTGRES, .url = url, .owner_url = owner_url, .walled = true,
			.statement_timeout_ms = 10000, .connect_timeout_s = 5 },
		.lanes = 1, .readers = 1, .queue_max = 1000, .slice_ms = 5, .numbered = true,
	};

	if (store_open(&t->store, &config, &err) < 0)
		fail_msg("%s", err.text);
}

static int up(void **state)
{
	struct town *t = x_alloc(sizeof *t);
	const char *all = getenv("FEXL_TEST_PG");
	char sql[120];

	*state = t;
	t->pool = pool_new();
	t->north = uuid_v7();
	t->south = uuid_v7();
	snprintf(t->name, sizeof t->name, "fexl_wall_%d", (int)getpid());
	script(all, "DO $$ BEGIN CREATE ROLE fexl_owner LOGIN; CREATE ROLE fexl_app LOGIN; "
		    "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
	snprintf(sql, sizeof sql, "CREATE DATABASE %s OWNER fexl_owner", t->name);
	script(all, sql);
	/* Of words that come twice the later counts. */
	buf_printf(&t->all, "%s dbname=%s", all, t->name);
	buf_printf(&t->app, "%s user=fexl_app", t->all.data);
	buf_printf(&t->owner, "%s user=fexl_owner", t->all.data);
	open_store(t, t->app.data, t->owner.data);
	return 0;
}

static int empty(void **state)
{
	struct town *t = *state;

	script(t->all.data, "TRUNCATE lockouts, tenants");
	return 0;
}

static int down(void **state)
{
	struct town *t = *state;
	char sql[120];

	store_close(&t->store);
	snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", t->name);
	script(getenv("FEXL_TEST_PG"), sql);
	buf_release(&t->app);
	buf_release(&t->owner);
	buf_release(&t->all);
	pool_free(&t->pool);
	free(t);
	return 0;
}

/* --- statements, as the jobs of somebody --- */

struct work {
	struct job job;
	const char *sql;
	struct uuid about;	/* $1, where the statement has one */
	bool has_about, over;
	int64_t n;		/* what a read found, or how many rows a write changed */
	enum job_end end;
	int64_t before;		/* a write: what it sees before its own statement */
};

static struct args args_of(const struct work *w, struct val *v)
{
	*v = v_uuid(w->about);
	return (struct args){ v, w->has_about };
}

static int read_it(struct db *db, void *ctx, struct err *e)
{
	struct work *w = ctx;
	struct val v;

	return db_int(db, w->sql, args_of(w, &v), &w->n, e);
}

static int write_it(struct txn *t, void *ctx, struct err *e)
{
	struct work *w = ctx;
	struct val v;

	if (db_int(t->db, ROWS, NO_ARGS, &w->before, e) < 0)
		return -1;
	w->n = txn_run(t, w->sql, args_of(w, &v), e);
	return (int)MIN(w->n, 0);
}

static void over(struct job *job, enum job_end end)
{
	struct work *w = job->ctx;

	w->end = end;
	w->over = true;
}

static void start(struct town *t, struct work *w, struct uuid shop, bool writes)
{
	w->job = (struct job){ .write = write_it, .read = read_it, .done = over, .ctx = w, .pool = t->pool, .tenant = shop };
	if ((writes ? store_write : store_read)(t->store, &w->job, &err) < 0)
		fail_msg("%s", err.text);
}

static void finish(struct town *t, const struct work *w)
{
	struct pollfd p = { .fd = store_wake_fd(t->store), .events = POLLIN };
	int64_t until = clock_boot() + PATIENCE_US;

	while (!w->over && clock_boot() < until)
		if (poll(&p, 1, 1000) > 0)
			store_deliver(t->store);
	assert_true(w->over);
}

static int64_t seen(struct town *t, struct uuid shop, const char *sql)
{
	struct work w = { .sql = sql };

	start(t, &w, shop, false);
	finish(t, &w);
	if (w.end != JOB_DONE)
		fail_msg("%s: %s", sql, w.job.err.text);
	return w.n;
}

/* Rows changed, or -1 when it was refused. */
static int64_t changed(struct town *t, struct uuid shop, const char *sql, struct uuid about)
{
	struct work w = { .sql = sql, .about = about, .has_about = strchr(sql, '$') != NULL };

	start(t, &w, shop, true);
	finish(t, &w);
	return w.end == JOB_DONE ? w.n : -1;
}

static const char insert[] = "INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, 'x', 1, 0)";

static void settle_both(struct town *t)
{
	assert_int_equal(changed(t, t->north, insert, t->north), 1);
	assert_int_equal(changed(t, t->south, insert, t->south), 1);
	assert_int_equal(changed(t, t->north, "INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, 'y', 1, 0)", t->north), 1);
}

/* --- the tests --- */

static void the_role_is_held_up(void **state)
{
	struct town *t = *state;

	assert_int_equal(store_wall(t->store), WALL_STANDS);
}

static void a_read_that_forgot_its_tenant_sees_one_shop(void **state)
{
	struct town *t = *state;

	settle_both(t);
	assert_int_equal(seen(t, t->north, ROWS), 2);
	assert_int_equal(seen(t, t->south, ROWS), 1);
	assert_int_equal(seen(t, uuid_v7(), ROWS), 0);
	assert_int_equal(seen(t, (struct uuid){ { 0 } }, ROWS), 0);
}

static void a_read_that_names_the_other_shop_sees_nothing(void **state)
{
	static const char sql[] = "SELECT CAST(count(*) AS bigint) FROM lockouts WHERE tenant = $1";
	struct town *t = *state;
	struct work w = { .sql = sql, .about = t->north, .has_about = true };

	settle_both(t);
	start(t, &w, t->south, false);
	finish(t, &w);
	assert_int_equal(w.end, JOB_DONE);
	assert_int_equal(w.n, 0);
}

static void a_write_that_forgot_its_tenant_changes_one_shop(void **state)
{
	struct town *t = *state;

	settle_both(t);
	assert_int_equal(changed(t, t->south, "UPDATE lockouts SET misses = 9", t->south), 1);
	assert_int_equal(changed(t, t->south, "DELETE FROM lockouts", t->south), 1);
	assert_int_equal(seen(t, t->north, ROWS " WHERE misses = 1"), 2);
}

static void a_write_into_the_other_shop_is_refused(void **state)
{
	struct town *t = *state;

	settle_both(t);
	assert_int_equal(changed(t, t->south, "UPDATE lockouts SET misses = 9 WHERE tenant = $1", t->north), 0);
	assert_int_equal(changed(t, t->south, "UPDATE lockouts SET tenant = $1", t->north), -1);
	assert_int_equal(changed(t, t->south, "INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, 'z', 1, 0)", t->north), -1);
	assert_int_equal(seen(t, t->north, ROWS), 2);
	assert_int_equal(seen(t, t->south, ROWS), 1);
}

/* Jobs of several shops share a transaction: none sees what is the other's. */
static void a_group_of_two_shops_does_not_mix(void **state)
{
	struct town *t = *state;
	struct work w[40];

	settle_both(t);
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		w[i] = (struct work){ .sql = "UPDATE lockouts SET misses = misses + 1" };
		start(t, &w[i], i % 3 ? t->north : t->south, true);
	}
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		finish(t, &w[i]);
		assert_int_equal(w[i].end, JOB_DONE);
		assert_int_equal(w[i].n, i % 3 ? 2 : 1);
		assert_int_equal(w[i].before, w[i].n);
	}
}

/* --- on a connection --- */

static int64_t rows_at(struct db *db)
{
	int64_t n;

	if (db_int(db, ROWS, NO_ARGS, &n, &err) < 0)
		fail_msg("%s", err.text);
	return n;
}

static void must_do(struct db *db, const char *sql)
{
	if (db_run(db, sql, NO_ARGS, &err) < 0)
		fail_msg("%s: %s", sql, err.text);
}

static void what_was_entered_ends_with_the_transaction(void **state)
{
	struct town *t = *state;
	struct db *db = open_as(t->app.data, true), *plain;

	settle_both(t);
	assert_int_equal(rows_at(db), 0);
	db_enter(db, t->north);
	assert_int_equal(rows_at(db), 2);
	assert_int_equal(db_begin(db, &err), 0);
	assert_int_equal(rows_at(db), 2);
	db_enter(db, t->south);
	assert_int_equal(rows_at(db), 1);
	db_rollback(db);
	assert_int_equal(rows_at(db), 1);
	db_close(&db);
	plain = open_as(t->app.data, false);	/* nobody is entered there */
	assert_int_equal(rows_at(plain), 0);
	db_close(&plain);
}

static void a_part_undone_is_not_the_end_of_it(void **state)
{
	struct town *t = *state;
	struct db *db = open_as(t->app.data, true);

	settle_both(t);
	db_enter(db, t->north);
	assert_int_equal(db_begin(db, &err), 0);
	must_do(db, "SAVEPOINT part");
	db_enter(db, t->south);
	assert_int_equal(rows_at(db), 1);
	must_do(db, "ROLLBACK TO part");
	assert_int_equal(rows_at(db), 1);	/* as was entered last, not as it was said before the part */
	db_enter(db, t->north);
	assert_int_equal(rows_at(db), 2);
	assert_int_equal(db_run(db, "UPDATE lockouts SET tenant = NULL", NO_ARGS, &err), -1);
	must_do(db, "ROLLBACK TO part");
	assert_int_equal(rows_at(db), 2);
	db_rollback(db);
	db_close(&db);
}

static void the_role_cannot_take_it_down(void **state)
{
	static const char *const sql[] = {
		"ALTER TABLE lockouts NO FORCE ROW LEVEL SECURITY", "ALTER TABLE lockouts DISABLE ROW LEVEL SECURITY",
		"DROP POLICY shop ON lockouts", "CREATE POLICY all_of_it ON lockouts USING (true)", "DROP TABLE lockouts",
		"TRUNCATE lockouts", "CREATE TABLE mine (x bigint)", "SET ROLE fexl_owner",
	};
	struct town *t = *state;
	struct db *db = open_as(t->app.data, true);

	for (size_t i = 0; i < ARRAY_LEN(sql); i++)
		if (db_run(db, sql[i], NO_ARGS, &err) >= 0)
			fail_msg("it may: %s", sql[i]);
	db_close(&db);
}

/* A door's policy is for the owner: the word that opens it does nothing for us, nor
 * does a table of ours that has the name of theirs. */
static void the_word_of_a_door_opens_nothing(void **state)
{
	static const char shops[] = "SELECT CAST(count(*) AS bigint) FROM tenants";
	struct town *t = *state;
	struct db *db = open_as(t->app.data, true);
	int64_t n;

	script(t->all.data, "INSERT INTO tenants (uuid, name, status, seq, epoch, created_at) "
			    "VALUES (gen_random_uuid(), 'North', 'active', 0, gen_random_uuid(), 1)");
	assert_int_equal(db_begin(db, &err), 0);
	must_do(db, "SET LOCAL fexl.door = 'open'");
	assert_int_equal(db_int(db, shops, NO_ARGS, &n, &err), 0);
	assert_int_equal(n, 0);
	must_do(db, "CREATE TEMPORARY TABLE tenants (uuid uuid)");
	assert_int_equal(db_int(db, "SELECT CAST(count(*) AS bigint) FROM door_shops()", NO_ARGS, &n, &err), 0);
	assert_int_equal(n, 1);
	db_rollback(db);
	db_close(&db);
}

/* --- other roles --- */

static enum wall wall_as(struct town *t, const char *url, const char *owner_url)
{
	enum wall wall;

	store_close(&t->store);
	open_store(t, url, owner_url);
	wall = store_wall(t->store);
	return wall;
}

static void other_roles_are_told_apart(void **state)
{
	struct town *t = *state;

	settle_both(t);
	assert_int_equal(wall_as(t, t->app.data, NULL), WALL_STANDS);
	assert_int_equal(wall_as(t, t->all.data, NULL), WALL_BYPASSED);
	assert_int_equal(seen(t, t->south, ROWS), 3);
	assert_int_equal(wall_as(t, t->owner.data, NULL), WALL_OWNED);
	assert_int_equal(seen(t, t->south, ROWS), 1);
}

/* One open layer, and a customer who paid 9 that he did not owe. */
static void had_before(struct town *t, struct uuid shop)
{
	static const char layer[] = "INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left, open) "
				    "VALUES ($1, $1, $1, $1, 0, 0, 1000, 5, 0)";
	static const char paid[] = "INSERT INTO customer_payments (tenant, uuid, customer, at, method, amount, updated_at, _origin, _seq, "
				   "_isDirty, _rev) VALUES ($1, $1, $1, 1, 'cash', 9, 1, $1, 1, 0, 0)";
	static const char line[] = "INSERT INTO journal_lines (tenant, doc, pos, account, debit, credit) "
				   "VALUES ($1, $1, 0, 'f5416e97-88e0-5db0-99d3-62ff6dffb048', 0, 9)";	/* 2100 */
	struct db *db = open_as(t->all.data, false);

	if (db_run(db, layer, ARGS(v_uuid(shop)), &err) < 0 || db_run(db, paid, ARGS(v_uuid(shop)), &err) < 0 ||
	    db_run(db, line, ARGS(v_uuid(shop)), &err) < 0)
		fail_msg("%s", err.text);
	db_close(&db);
}

/* It holds up the owner too, who has to see every shop for it; and stands again afterwards. */
static void an_upgrade_behind_the_wall_reaches_every_shop(void **state)
{
	static const char older[] = "DROP TABLE debts, balances; UPDATE layers SET open = 0; UPDATE schema_version SET version = 2";
	struct town *t = *state;

	had_before(t, t->north);
	had_before(t, t->south);
	for (int by_owner = 0; by_owner < 2; by_owner++) {
		script(t->all.data, older);
		assert_int_equal(wall_as(t, by_owner ? t->owner.data : t->app.data, by_owner ? NULL : t->owner.data),
				 by_owner ? WALL_OWNED : WALL_STANDS);
		for (int i = 0; i < 2; i++) {
			struct uuid shop = i ? t->north : t->south;

			assert_int_equal(seen(t, shop, "SELECT CAST(sum(open) AS bigint) FROM layers"), 1);
			assert_int_equal(seen(t, shop, "SELECT CAST(sum(credit) AS bigint) FROM balances"), 9);
			assert_int_equal(seen(t, shop, "SELECT CAST(count(*) AS bigint) FROM customer_payments"), 1);
			assert_int_equal(seen(t, shop, "SELECT CAST(count(*) AS bigint) FROM journal_lines"), 1);
		}
	}
	script(t->all.data, "TRUNCATE layers, customer_payments, journal_lines, debts, balances");
}

static void a_role_that_may_make_nothing_says_what_to_do(void **state)
{
	struct town *t = *state;
	struct store_config config = {
		.db = { .engine = ENGINE_POSTGRES, .url = t->app.data, .walled = true, .statement_timeout_ms = 10000, .connect_timeout_s = 5 },
		.lanes = 1, .readers = 1, .queue_max = 10, .slice_ms = 5, .numbered = true,
	};

	store_close(&t->store);
	script(t->owner.data, "DROP TABLE schema_version");
	assert_int_equal(store_open(&t->store, &config, &err), -1);
	assert_string_equal(err.code, "database_unprepared");
	assert_non_null(strstr(err.text, "fexlctl cloud migrate"));
	script(t->owner.data, "CREATE TABLE schema_version (version bigint NOT NULL); INSERT INTO schema_version VALUES (1)");
	script(t->owner.data, "GRANT SELECT ON schema_version TO fexl_app");
	assert_int_equal(store_open(&t->store, &config, &err), -1);
	assert_string_equal(err.code, "database_unprepared");
}

/* --- a start that breaks --- */

int __real_db_open(struct db **db, const struct db_config *config, enum db_mode mode, struct err *e);
int __wrap_db_open(struct db **db, const struct db_config *config, enum db_mode mode, struct err *e);
int __wrap_db_open(struct db **db, const struct db_config *config, enum db_mode mode, struct err *e)
{
	int rc = __real_db_open(db, config, mode, e);

	if (rc == 0 && failing.due)
		failing_put_on(*db);
	return rc;
}

static int open_failing(struct town *t, enum failing_kind kind, int n, const char *url, const char *owner_url)
{
	struct store_config config = {
		.db = { .engine = ENGINE_POSTGRES, .url = url, .owner_url = owner_url, .walled = true, .statement_timeout_ms = 10000,
			.connect_timeout_s = 5 },
		.lanes = 1, .readers = 1, .queue_max = 10, .slice_ms = 5, .numbered = true,
	};

	failing.kind = kind;
	failing.due = n;
	store_close(&t->store);
	err_clear(&err);
	return store_open(&t->store, &config, &err);
}

/* The wall has a hole that is to be mended at the start, by whoever may. */
static int opened_at(struct town *t, enum failing_kind kind, bool by_owner)
{
	const char *url = by_owner ? t->app.data : t->owner.data;
	int n = 0, rc;

	do {
		store_close(&t->store);
		script(t->owner.data, "DROP POLICY IF EXISTS shop ON products");
		rc = open_failing(t, kind, ++n, url, by_owner ? t->owner.data : NULL);
		if (rc < 0)
			assert_string_equal(err.code, "disk_failed");
		else if (failing.due == 0)
			fail_msg("it failed at %d, and nobody said so", n);
	} while (rc < 0 && n < 50);
	failing.due = 0;
	assert_int_equal(rc, 0);
	return n - 1;
}

static void a_start_that_breaks_raises_no_half_wall(void **state)
{
	struct town *t = *state;

	for (int by_owner = 0; by_owner < 2; by_owner++) {
		assert_true(opened_at(t, FAIL_ROWS, by_owner) > 5);
		assert_int_equal(opened_at(t, FAIL_SCRIPT, by_owner), 1);
		assert_int_equal(opened_at(t, FAIL_COMMIT, by_owner), 1);
		assert_int_equal(store_wall(t->store), by_owner ? WALL_STANDS : WALL_OWNED);
	}
	script(t->owner.data, "REVOKE USAGE ON SCHEMA public FROM PUBLIC; REVOKE USAGE ON SCHEMA public FROM fexl_app");
	assert_int_equal(open_failing(t, FAIL_ROWS, 0, t->app.data, NULL), -1);
	assert_string_equal(err.code, "database_schema");
	script(t->owner.data, "GRANT USAGE ON SCHEMA public TO PUBLIC");
	assert_int_equal(open_failing(t, FAIL_ROWS, 0, t->app.data, NULL), 0);
}

/* --- the price --- */

#define TIMES 2000

static int64_t price_of(const char *url, bool walled, struct uuid shop)
{
	struct db *db = open_as(url, walled);
	int64_t began, took;

	db_enter(db, shop);
	for (int i = 0; i < 100; i++)
		rows_at(db);
	began = clock_boot();
	for (int i = 0; i < TIMES; i++)
		rows_at(db);
	took = clock_boot() - began;
	db_close(&db);
	return took;
}

/* A figure, not a bar. */
static void the_price_is_told(void **state)
{
	struct town *t = *state;
	int64_t with, without;

	settle_both(t);
	without = price_of(t->all.data, false, t->north);
	with = price_of(t->app.data, true, t->north);
	printf("# a small read of its own: %lld us without the wall, %lld us with it\n", (long long)without / TIMES,
	       (long long)with / TIMES);
	assert_true(with > 0);
}

static void not_run(void **state UNUSED)
{
}

#define TOWN(test) cmocka_unit_test_setup(test, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOWN(the_role_is_held_up),
		TOWN(a_read_that_forgot_its_tenant_sees_one_shop),
		TOWN(a_read_that_names_the_other_shop_sees_nothing),
		TOWN(a_write_that_forgot_its_tenant_changes_one_shop),
		TOWN(a_write_into_the_other_shop_is_refused),
		TOWN(a_group_of_two_shops_does_not_mix),
		TOWN(what_was_entered_ends_with_the_transaction),
		TOWN(a_part_undone_is_not_the_end_of_it),
		TOWN(the_role_cannot_take_it_down),
		TOWN(the_word_of_a_door_opens_nothing),
		TOWN(the_price_is_told),
		TOWN(other_roles_are_told_apart),
		TOWN(an_upgrade_behind_the_wall_reaches_every_shop),
		TOWN(a_start_that_breaks_raises_no_half_wall),
		TOWN(a_role_that_may_make_nothing_says_what_to_do),
	};
	static const struct CMUnitTest skipped[] = { { "the wall # SKIP FEXL_TEST_PG is not set", not_run, NULL, NULL, NULL } };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	log_init(NULL, LOG_LEVEL_INFO);
	if (!getenv("FEXL_TEST_PG"))
		return cmocka_run_group_tests(skipped, NULL, NULL);
	return cmocka_run_group_tests(tests, up, down);
}
