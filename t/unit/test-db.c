/* What transactions and failures promise, on both engines. */
#include "base/base.h"
#include "db.h"

/* --- transactions --- */

static void a_commit_is_seen_by_others_and_a_rollback_is_not(void **state)
{
	struct world *w = world_of(state);
	struct db *reader = open_more(w, DB_READ);

	must_begin(w->db);
	must_put(w->db, 1);
	assert_int_equal(items(reader), 0);
	must_commit(w->db);
	assert_int_equal(items(reader), 1);
	must_begin(w->db);
	must_put(w->db, 2);
	db_rollback(w->db);
	assert_int_equal(items(reader), 1);
	db_close(&reader);
}

/* Not only when its connection is used again. */
static void a_rollback_lets_go_at_once(void **state)
{
	struct world *w = world_of(state);
	struct db *other = open_more(w, DB_WRITE);

	must_begin(w->db);
	must_put(w->db, 1);
	db_rollback(w->db);
	must_put(other, 1);
	db_close(&other);
}

static void an_empty_transaction_is_fine(void **state)
{
	struct world *w = world_of(state);

	for (int i = 0; i < 3; i++) {
		must_begin(w->db);
		must_commit(w->db);
		must_begin(w->db);
		db_rollback(w->db);
		db_rollback(w->db);
	}
	must_put(w->db, 1);
}

static void what_was_sent_is_seen_by_the_next_read(void **state)
{
	struct world *w = world_of(state);

	must_begin(w->db);
	for (int i = 1; i <= 5; i++) {
		must_send(w->db, i);
		assert_int_equal(items(w->db), i);
	}
	must_commit(w->db);
	assert_int_equal(items(w->db), 5);
}

/* Far beyond what any queue holds. */
static void much_may_be_sent(void **state)
{
	struct world *w = world_of(state);
	size_t len = 300000;
	char *text = pool_alloc(w->pool, len);
	struct err err = { 0 };

	memset(text, 'x', len);
	must_begin(w->db);
	for (int i = 0; i < 1500; i++)
		must_send(w->db, i);
	for (int i = 1500; i < 1520; i++)
		assert_int_equal(db_send(w->db, insert, ARGS(v_int(i), v_null(), v_null(), v_text_n(text, len),
							     v_blob(text, len)), &err), 0);
	must_commit(w->db);
	assert_int_equal(items(w->db), 1520);
	assert_int_equal(must_int(w->db, "SELECT CAST(sum(length(name)) AS bigint) FROM item", NO_ARGS), 20 * 300000);
}

/* At once, at the next statement, or at the commit: but it shows. */
static void a_failure_of_what_was_sent_shows(void **state)
{
	struct world *w = world_of(state);

	for (int later = 0; later < 2; later++) {
		struct err err = { 0 };
		int64_t n;
		int rc;

		must_begin(w->db);
		must_send(w->db, 1);
		rc = send_item(w->db, 1, &err);
		if (rc == 0)
			rc = send_item(w->db, 2, &err);
		if (rc == 0 && later)
			rc = db_int(w->db, "SELECT n FROM item", NO_ARGS, &n, &err);
		if (rc == 0)
			assert_int_equal(db_commit(w->db, &err), COMMIT_REFUSED);
		else
			db_rollback(w->db);
		assert_int_equal(err.kind, ERR_CONFLICT);
		assert_string_equal(err.code, "constraint");
		assert_int_equal(items(w->db), 0);
	}
	must_put(w->db, 1);
}

static void outside_a_transaction_each_stands_alone(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	must_send(w->db, 1);
	assert_int_equal(send_item(w->db, 1, &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	must_send(w->db, 2);
	assert_int_equal(items(w->db), 2);
}

/* How the failing statement of the part is issued, and how the way back. */
static void a_part_is_undone_alone(void **state)
{
	struct world *w = world_of(state);

	for (int how = 0; how < 8; how++) {
		struct err err = { 0 }, undo = { 0 };
		int rc;

		must_run(w->db, "DELETE FROM item", NO_ARGS);
		must_begin(w->db);
		must_send(w->db, 1);
		assert_true((how & 1 ? db_send : db_run)(w->db, "SAVEPOINT part", NO_ARGS, &err) >= 0);
		must_send(w->db, 2);
		rc = (how & 2 ? send_item : put_item)(w->db, 1, &err);
		assert_true(rc < 0 || how & 2);
		if (rc == 0)
			must_send(w->db, 3);
		assert_true((how & 4 ? db_send : db_run)(w->db, "ROLLBACK TO part", NO_ARGS, &undo) >= 0);
		assert_true((how & 4 ? db_send : db_run)(w->db, "RELEASE part", NO_ARGS, &undo) >= 0);
		must_send(w->db, 4);
		must_commit(w->db);
		assert_int_equal(must_int(w->db, "SELECT CAST(sum(id * id) AS bigint) FROM item", NO_ARGS), 1 + 16);
		assert_int_equal(undo.kind, ERR_NONE);
	}
}

static void a_part_that_is_kept_stays(void **state)
{
	struct world *w = world_of(state);

	must_begin(w->db);
	must_put(w->db, 1);
	must_run(w->db, "SAVEPOINT part", NO_ARGS);
	must_put(w->db, 2);
	must_run(w->db, "RELEASE part", NO_ARGS);
	must_commit(w->db);
	assert_int_equal(items(w->db), 2);
}

/* Undoing a part must not hide what failed before the part began. */
static void a_failure_before_the_part_is_not_undone_with_it(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };
	int rc;

	must_begin(w->db);
	must_send(w->db, 1);
	rc = send_item(w->db, 1, &err);
	if (rc == 0)
		rc = db_send(w->db, "SAVEPOINT part", NO_ARGS, &err);
	if (rc == 0)
		rc = send_item(w->db, 2, &err);
	if (rc == 0)
		rc = db_run(w->db, "ROLLBACK TO part", NO_ARGS, &err);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	db_rollback(w->db);
	assert_int_equal(items(w->db), 0);
}

static void a_read_sees_one_state(void **state)
{
	struct world *w = world_of(state);
	struct db *reader = open_more(w, DB_READ);
	struct err err = { 0 };

	for (int i = 0; i < 3; i++) {
		assert_int_equal(db_read_begin(reader, &err), 0);
		assert_int_equal(items(reader), i);
		must_put(w->db, i);
		assert_int_equal(items(reader), i);
		db_read_end(reader);
		assert_int_equal(items(reader), i + 1);
	}
	db_close(&reader);
}

static void a_reader_cannot_write(void **state)
{
	struct world *w = world_of(state);
	struct db *reader = open_more(w, DB_READ);
	struct err err = { 0 };

	log_listen(w);
	assert_int_equal(put_item(reader, 1, &err), -1);
	log_heard(w);
	assert_int_not_equal(err.kind, ERR_NONE);
	assert_int_equal(items(w->db), 0);
	assert_int_equal(items(reader), 0);
	db_close(&reader);
}

/* --- failures --- */

static void a_broken_statement_is_our_fault_and_no_more(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	log_listen(w);
	assert_int_equal(db_run(w->db, "SELEKT 1", NO_ARGS, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_string_equal(err.code, "database");
	assert_int_equal(db_run(w->db, "UPDATE nothing SET n = $1", ARGS(v_int(5551234)), &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	must_put(w->db, 1);
	/* Each is in the log, with its text and without its values. */
	const char *heard = log_heard(w);
	assert_int_equal(times_in(heard, "SELEKT 1"), 1);
	assert_int_equal(times_in(heard, "UPDATE nothing"), 1);
	assert_int_equal(times_in(heard, "5551234"), 0);
}

static void a_constraint_is_a_conflict(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	must_run(w->db, "INSERT INTO other VALUES ($1)", ARGS(v_int(5551234)));
	log_listen(w);
	assert_int_equal(db_run(w->db, "INSERT INTO other VALUES ($1)", ARGS(v_int(5551234)), &err), -1);
	assert_string_equal(log_heard(w), "");
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_string_equal(err.code, "constraint");
	assert_null(strstr(err.text, "5551234"));
	assert_int_equal(db_run(w->db, "INSERT INTO other VALUES ($1)", ARGS(v_null()), &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
}

static void scripts_run_whole_or_not_at_all(void **state)
{
	struct world *w = world_of(state);
	struct err err = { 0 };

	log_listen(w);
	must_begin(w->db);
	must_send(w->db, 1);
	assert_int_equal(w->db->driver->script(w->db, "CREATE TABLE a (id bigint);\nINSERT INTO a VALUES (1);\n"
						      "INSERT INTO nothing VALUES (1);\n", &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	db_rollback(w->db);
	log_heard(w);
	assert_int_equal(items(w->db), 0);

	must_begin(w->db);
	must_send(w->db, 1);
	assert_int_equal(w->db->driver->script(w->db, "CREATE TABLE a (id bigint);\nINSERT INTO a VALUES (7);\n", &err), 0);
	must_send(w->db, 2);
	must_commit(w->db);
	assert_int_equal(items(w->db), 2);
	assert_int_equal(must_int(w->db, "SELECT id FROM a", NO_ARGS), 7);
}

/* Not by where its text stands: another one may stand there by now. */
static void a_statement_is_known_by_its_text(void **state)
{
	struct world *w = world_of(state);
	char sql[40];

	for (int64_t i = 1; i <= 3; i++) {
		snprintf(sql, sizeof sql, "SELECT CAST(%d AS bigint)", (int)i);
		assert_int_equal(must_int(w->db, sql, NO_ARGS), i);
	}
}

DB_MAIN(
	ON_BOTH(a_commit_is_seen_by_others_and_a_rollback_is_not),
	ON_BOTH(a_rollback_lets_go_at_once),
	ON_BOTH(an_empty_transaction_is_fine),
	ON_BOTH(what_was_sent_is_seen_by_the_next_read),
	ON_BOTH(much_may_be_sent),
	ON_BOTH(a_failure_of_what_was_sent_shows),
	ON_BOTH(outside_a_transaction_each_stands_alone),
	ON_BOTH(a_part_is_undone_alone),
	ON_BOTH(a_part_that_is_kept_stays),
	ON_BOTH(a_failure_before_the_part_is_not_undone_with_it),
	ON_BOTH(a_read_sees_one_state),
	ON_BOTH(a_reader_cannot_write),
	ON_BOTH(a_broken_statement_is_our_fault_and_no_more),
	ON_BOTH(a_constraint_is_a_conflict),
	ON_BOTH(scripts_run_whole_or_not_at_all),
	ON_BOTH(a_statement_is_known_by_its_text),
)
