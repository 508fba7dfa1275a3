/* What a request costs does not grow with the shop: of all statements that a busy
 * shop's days are made of, none goes through a whole table that grows, as SQLite
 * plans them.  (PostgreSQL plans by what it counted.) */
#include "base/base.h"
#include "shop.h"
#include "unit.h"

#include <sqlite3.h>

#define ACTS 250
#define SEEDS 4
#define STATEMENTS_MAX 4000
#define SUBQUERIES_MAX 16

/* They have as many rows as a shop has people, tills, rates and days, or are a list
 * of what is not done yet. */
static const char *const small[] = { "accounts", "users", "roles", "settings", "tax_rates", "categories", "suppliers", "devices",
				     "tenants", "server", "pairing", "moving", "series", "series_seen", "gaps", "numbers", "outbox", "parked", NULL };

/* Said by the whole shop because that is what was asked for, or once in a till's life. */
static const struct {
	const char *part, *why;
} whole[] = {
	{ "SET tenant = ?2", "a till is paired: its rows become the shop's" },
	{ "CAST(count(*) AS bigint) FROM", "a first load tells how much there is" },
	{ "INTO sqlite_stat1", "the database is made" },
	{ "FROM cost_corrections WHERE tenant = ?1 AND _seq <= ?2", "a till has another hub now" },
	{ "supplier IN (SELECT uuid FROM suppliers", "a supplier's account: his own purchases, then their voids" },
	{ "FROM stock_moves m CROSS JOIN stock_moves s", "a till's void of a purchase is judged" },
	{ "COALESCE(s.entered_by, ?4)", "is a drawer open?  Shifts are few" },
	{ "AND deleted_at IS NULL ORDER BY uuid", "this test chooses" },
	{ "name LIKE 'n%'", "this test chooses" },
	{ "tracked = 1 ORDER BY uuid", "this test chooses" },
	{ "FROM shifts s WHERE tenant = ?1 AND NOT EXISTS", "this test chooses" },
};

static struct {
	char *sql[STATEMENTS_MAX];
	int n;
	sqlite3 *last;		/* the connection that was opened last */
} seen;

static int on_statement(unsigned type, void *ctx, void *statement, void *text)
{
	const char *sql = sqlite3_sql(statement);

	(void)type, (void)ctx, (void)text;
	if (!sql || !strstr(sql, "tenant"))
		return 0;
	for (int i = 0; i < seen.n; i++)
		if (strcmp(seen.sql[i], sql) == 0)
			return 0;
	assert_true(seen.n < STATEMENTS_MAX);
	seen.sql[seen.n++] = x_strdup(sql);
	return 0;
}

static int on_open(sqlite3 *db, const char **why, const struct sqlite3_api_routines *api)
{
	(void)why, (void)api;
	seen.last = db;
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, NULL);
}

/* --- how it would be done --- */

struct plan {
	char subquery[SUBQUERIES_MAX][64];
	int n;
};

static bool is_small(const char *name)
{
	for (int i = 0; small[i]; i++)
		if (strcmp(small[i], name) == 0)
			return true;
	return false;
}

static bool is_subquery(const struct plan *p, const char *name)
{
	for (int i = 0; i < p->n; i++)
		if (strcmp(p->subquery[i], name) == 0)
			return true;
	return false;
}

/* The table that an alias stands for: what stands before it in the statement. */
static void table_of(const char *sql, const char *alias, char table[64])
{
	static const char *const before[] = { "FROM ", "JOIN ", ", " };

	snprintf(table, 64, "%s", alias);
	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		for (const char *at = sql; (at = strstr(at, before[i])); at++) {
			char name[64], as[64];

			if (sscanf(at + strlen(before[i]), "%63[a-z_] %63[a-z_0-9]", name, as) == 2 && strcmp(as, alias) == 0)
				snprintf(table, 64, "%s", name);
		}
}

/* A line of the plan: does it go through all of a tenant's rows in a table that grows? */
static bool goes_through(struct plan *p, const char *sql, const char *line)
{
	char name[64], table[64];
	size_t len = strlen(line);

	if (sscanf(line, "MATERIALIZE %63s", name) == 1 || sscanf(line, "CO-ROUTINE %63s", name) == 1) {
		if (p->n < SUBQUERIES_MAX)
			strcpy(p->subquery[p->n++], name);
		return false;
	}
	if (sscanf(line, "SCAN %63s", name) != 1 && (sscanf(line, "SEARCH %63s", name) != 1 || len < 10 || strcmp(line + len - 10, "(tenant=?)") != 0))
		return false;
	if (name[0] == '(' || strstr(line, "CONSTANT ROW") || is_subquery(p, name))
		return false;
	table_of(sql, name, table);
	return !is_small(table);
}

static bool is_whole(const char *sql)
{
	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (strstr(sql, whole[i].part))
			return true;
	return false;
}

static int explain(sqlite3 *db, const char *sql)
{
	struct plan p = { .n = 0 };
	char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *st;
	int wrong = 0;

	if (sqlite3_prepare_v2(db, text, -1, &st, NULL) == SQLITE_OK) {
		while (!wrong && sqlite3_step(st) == SQLITE_ROW) {
			const char *line = (const char *)sqlite3_column_text(st, 3);

			if (goes_through(&p, sql, line) && ++wrong)
				print_message("# %s: %s\n", line, sql);
		}
		sqlite3_finalize(st);
	}
	sqlite3_free(text);
	return wrong;
}

static void a_request_does_not_cost_more_in_a_larger_shop(void **state)
{
	sqlite3 *db = seen.last;
	int wrong = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct shop *s = shop_new(ENGINE_SQLITE, seed);

		shop_opens(s, ACTS);
		shop_free(s);
	}
	(void)state;
	assert_true(seen.n > 300);
	for (int i = 0; i < seen.n; i++)
		if (!is_whole(seen.sql[i]))
			wrong += explain(db, seen.sql[i]);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { HUB(a_request_does_not_cost_more_in_a_larger_shop) };

	unsetenv("FEXL_TEST_PG");
	sqlite3_auto_extension((void (*)(void))on_open);
	return fixture_run(tests, ARRAY_LEN(tests));
}
