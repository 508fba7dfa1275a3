/* A shop for a test of the model: an empty database with one tenant in it, and a
 * write inside an open transaction, so that a test reads like a handler.
 *
 * FIXTURE_MAIN runs each test on SQLite and, where FEXL_TEST_PG (a conninfo,
 * see t/pg.sh) is set, on PostgreSQL, in a schema of its own.  *state is the
 * struct fixture. */
#ifndef UNIT_FIXTURE_H
#define UNIT_FIXTURE_H

#include "base/base.h"
#include "model/model.h"
#include "model/report.h"
#include "store/lane.h"
#include "unit.h"

struct fixture {
	enum engine engine;
	char dir[64], schema[64];	/* SQLite's folder, PostgreSQL's schema */
	struct db *db;
	struct pool *pool;
	struct site site;
	struct actor who;		/* an owner */
	struct counters counters;
	struct txn t;			/* open between the set-up and the end */
	struct write w;
	struct err err;			/* what the last call said */
};

#define TILL(test) cmocka_unit_test_setup_teardown(test, fixture_till, fixture_down)
#define HUB(test) cmocka_unit_test_setup_teardown(test, fixture_hub, fixture_down)
#define FIXTURE_MAIN(...)                                                                          \
	int main(void)                                                                             \
	{                                                                                          \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };                                 \
                                                                                                   \
		return fixture_run(tests, ARRAY_LEN(tests));                                       \
	}
int fixture_run(const struct CMUnitTest *tests, size_t n);
int fixture_till(void **state);
int fixture_hub(void **state);
int fixture_down(void **state);

/* Commits and begins again: t->stamp is later then. */
void fixture_commit(struct fixture *f);
/* What was done since is undone. */
void fixture_rollback(struct fixture *f);

/* JSON with ' for ", which C would want escaped. */
struct json fixture_json(struct fixture *f, const char *text);
/* What a function wrote, parsed; b is released. */
struct json fixture_read(struct fixture *f, struct buf *b);
/* A report of this shop, of all times, before it is asked; and its answer. */
struct report fixture_report(struct fixture *f);
struct json fixture_ask(struct fixture *f, report_fn *fn, struct report *r);
int64_t fixture_int(struct fixture *f, const char *sql, struct args args);
/* Rows of this tenant in the outbox. */
int64_t fixture_outbox(struct fixture *f);

/* Open layers as "qty:value …" in their order, then what is oversold. */
const char *fixture_shelf(struct fixture *f);

/* Members of an object; the test fails where there is none. */
int64_t int_of(struct json object, const char *name);
const char *text_of(struct json object, const char *name);	/* NULL for null */
struct uuid uuid_of(struct json object, const char *name);

/* The call must succeed; it names &f->err. */
#define must(f, call)                                                                              \
	do {                                                                                       \
		if ((call) < 0)                                                                    \
			fail_msg("%s: %s: %s", #call, (f)->err.code, (f)->err.text);               \
	} while (0)

/* The call must fail with this code. */
#define refused(f, code_, call)                                                                    \
	do {                                                                                       \
		err_clear(&(f)->err);                                                              \
		if ((call) >= 0)                                                                   \
			fail_msg("%s: was not refused", #call);                                    \
		assert_string_equal((f)->err.code, code_);                                         \
	} while (0)

#endif
