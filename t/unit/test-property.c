/* Whatever people do on three tills and in the cloud, and wherever the link is
 * cut: when it is quiet, every promise holds.  One case a seed.
 *
 *	FEXL_SEEDS=17-17 t/unit/test-property	the same once more
 *	FEXL_TRACE=1				and what was posted
 *	FEXL_LONG=1				three times as many seeds
 */
#include "base/base.h"
#include "shop.h"

#define ACTS 150
/* What CI has time for, with a cloud on SQLite and on PostgreSQL. */
#define SEEDS_SQLITE 100
#define SEEDS_POSTGRES 16

struct plan {
	enum engine engine;
	uint64_t seed;
	char name[48];
};

static void promises_hold(void **state)
{
	const struct plan *p = *state;
	struct shop *s = shop_new(p->engine, p->seed);

	shop_opens(s, ACTS);
	shop_audit(s);
	shop_replay(s);
	shop_free(s);
}

static int plan_seeds(struct CMUnitTest *tests, struct plan *plans, enum engine engine, uint64_t from, uint64_t to)
{
	int n = 0;

	for (uint64_t seed = from; seed <= to; seed++, n++) {
		plans[n] = (struct plan){ engine, seed, "" };
		snprintf(plans[n].name, sizeof plans[n].name, "seed %llu on %s", (unsigned long long)seed,
			 engine == ENGINE_SQLITE ? "SQLite" : "PostgreSQL");
		tests[n] = (struct CMUnitTest){ plans[n].name, promises_hold, NULL, NULL, &plans[n] };
	}
	return n;
}

int main(void)
{
	const char *range = getenv("FEXL_SEEDS");
	const unsigned long times = getenv("FEXL_LONG") ? 3 : 1, sqlite = times * SEEDS_SQLITE, postgres = times * SEEDS_POSTGRES;
	unsigned long from = 1, to = 0;
	struct CMUnitTest *tests;
	struct plan *plans;
	int n;

	if (range && (sscanf(range, "%lu-%lu", &from, &to) != 2 || to < from || to - from > 100000)) {
		fprintf(stderr, "FEXL_SEEDS is two numbers, as in 1-200\n");
		return 2;
	}
	tests = x_alloc((2 * (to - from + 1) + sqlite + postgres) * sizeof *tests);
	plans = x_alloc((2 * (to - from + 1) + sqlite + postgres) * sizeof *plans);
	n = plan_seeds(tests, plans, ENGINE_SQLITE, from, range ? to : sqlite);
	if (getenv("FEXL_TEST_PG"))
		n += plan_seeds(tests + n, plans + n, ENGINE_POSTGRES, from, range ? to : postgres);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("promises", tests, (size_t)n, NULL, NULL);
}
