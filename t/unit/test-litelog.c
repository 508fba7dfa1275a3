/* What is written to the log of SQLite goes there together, at the sync or before. */
#include "base/base.h"
#include "db.h"

#include <limits.h>
#include <sqlite3.h>

/* The system's files, of which those of the log are counted and may fail. */
static sqlite3_vfs counting;
static const sqlite3_vfs *system_vfs;
static sqlite3_io_methods log_methods;
static const sqlite3_io_methods *system_methods;
static int writes, longest, failing;

static int on_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	writes++;
	longest = MAX(longest, n);
	return failing > 0 && failing-- ? SQLITE_FULL : system_methods->xWrite(file, p, n, at);
}

static int on_open(sqlite3_vfs *vfs UNUSED, const char *path, sqlite3_file *file, int flags, int *flags_r)
{
	int rc = system_vfs->xOpen((sqlite3_vfs *)system_vfs, path, file, flags, flags_r);

	if (rc != SQLITE_OK || !(flags & SQLITE_OPEN_WAL))
		return rc;
	system_methods = file->pMethods;
	log_methods = *system_methods;
	log_methods.xWrite = on_write;
	file->pMethods = &log_methods;
	return rc;
}

static int count_writes(void **state UNUSED)
{
	system_vfs = sqlite3_vfs_find(NULL);
	counting = *system_vfs;
	counting.zName = "counting";
	counting.xOpen = on_open;
	return sqlite3_vfs_register(&counting, 1);
}

static void forget(void)
{
	writes = longest = failing = 0;
}

static int up(void **state)
{
	struct world *w = x_alloc(sizeof *w);
	struct buf url = { 0 };

	*state = w;
	snprintf(w->dir, sizeof w->dir, "/tmp/fexl-test-log-XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	buf_printf(&url, "%s/fexl.db", w->dir);
	w->url = url.data;
	w->db = open_at(w->url, ENGINE_SQLITE, DB_WRITE);
	must_run(w->db, "CREATE TABLE t (a bigint PRIMARY KEY, b text)", NO_ARGS);
	forget();
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;
	char command[100];
	int rc;

	db_close(&w->db);
	snprintf(command, sizeof command, "rm -r %s", w->dir);
	rc = system(command);
	free(w->url);
	free(w);
	return rc;
}

/* Rows of a kilobyte, more than one page. */
static int put(struct world *w, int rows, struct err *err)
{
	char text[1024];

	memset(text, 'x', sizeof text);
	if (db_begin(w->db, err) < 0)
		return -1;
	for (int i = 0; i < rows; i++)
		if (db_run(w->db, "INSERT INTO t VALUES ((SELECT COALESCE(max(a), 0) + 1 FROM t), $1)",
			   ARGS(v_text_n(text, sizeof text)), err) < 0)
			return -1;
	return db_commit(w->db, err) == COMMIT_DONE ? 0 : -1;
}

static void must_store(struct world *w, int rows)
{
	struct err err = { 0 };

	if (put(w, rows, &err) < 0)
		fail_msg("%s", err.text);
}

/* What another connection finds in the file and its log. */
static int64_t rows_for_others(struct world *w)
{
	struct db *other = open_at(w->url, ENGINE_SQLITE, DB_READ);
	int64_t n = must_int(other, "SELECT CAST(count(*) AS bigint) FROM t", NO_ARGS);

	db_close(&other);
	return n;
}

static void the_pages_of_a_commit_are_one_write(void **state)
{
	struct world *w = *state;

	must_store(w, 40);
	assert_int_equal(writes, 1);
	assert_true(longest > 10 * 4096);
	assert_int_equal(rows_for_others(w), 40);
}

static void a_commit_larger_than_what_is_gathered_is_whole(void **state)
{
	struct world *w = *state;

	must_store(w, 2000);
	assert_in_range(writes, 16, 40);
	assert_in_range(longest, 1, 131071);	/* what SQLite's unix file takes at once */
	assert_int_equal(rows_for_others(w), 2000);
}

/* More than the cache has room for: its pages go to the log before the commit, and are read from there. */
static void what_is_read_back_before_the_commit_is_what_was_written(void **state)
{
	struct world *w = *state;

	must_run(w->db, "PRAGMA cache_size=20", NO_ARGS);
	must_store(w, 3000);
	assert_int_equal(must_int(w->db, "SELECT CAST(sum(length(b)) AS bigint) FROM t", NO_ARGS), 3000 * 1024);
	assert_int_equal(rows_for_others(w), 3000);
}

static void what_the_disk_refuses_is_no_commit_and_does_no_harm_later(void **state)
{
	struct world *w = *state;
	struct err err = { 0 };

	must_store(w, 10);
	failing = INT_MAX;
	for (int i = 1; i < 4; i++) {
		assert_int_equal(put(w, 20 * i, &err), -1);
		assert_string_equal(err.code, "disk_full");
		db_rollback(w->db);
		assert_int_equal(rows_for_others(w), 10);
	}
	failing = 0;
	must_store(w, 5);
	assert_int_equal(rows_for_others(w), 15);
	assert_int_equal(must_int(w->db, "SELECT CAST(count(*) AS bigint) FROM pragma_integrity_check() WHERE integrity_check = 'ok'", NO_ARGS), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_pages_of_a_commit_are_one_write, up, down),
		cmocka_unit_test_setup_teardown(a_commit_larger_than_what_is_gathered_is_whole, up, down),
		cmocka_unit_test_setup_teardown(what_is_read_back_before_the_commit_is_what_was_written, up, down),
		cmocka_unit_test_setup_teardown(what_the_disk_refuses_is_no_commit_and_does_no_harm_later, up, down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, count_writes, NULL);
}
