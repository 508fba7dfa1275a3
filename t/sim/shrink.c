/* Which troubles, tills and acts does a failing run need?  Whatever may go
 * without the failure going too, goes. */
#include "base/base.h"
#include "runs.h"

#include <stdlib.h>

struct shrinking {
	struct plan plan;
	struct node *nodes;
	bool *skip;
	struct result first, last;
};

const bool *skip_read(const char *list, int acts)
{
	bool *skip = x_alloc((size_t)acts * sizeof *skip);

	while (list && *list) {
		char *end;
		long a = strtol(list, &end, 10), b = *end == '-' ? strtol(end + 1, &end, 10) : a;

		for (long i = a; i <= b && i >= 0 && i < acts; i++)
			skip[i] = true;
		list = *end ? end + 1 : NULL;
	}
	return skip;
}

/* The same promise broken, or again a panic. */
static bool still_fails(struct shrinking *k)
{
	struct result r;

	run_apart(&k->plan, k->nodes, &r);
	if (!r.failed || strncmp(r.words, k->first.words, 2) != 0)
		return false;
	k->last = r;
	return true;
}

static void without_troubles(struct shrinking *k)
{
	for (unsigned t = 1; t < TROUBLE_ALL; t <<= 1) {
		unsigned was = k->plan.without;

		k->plan.without |= t;
		if (!still_fails(k))
			k->plan.without = was;
	}
}

/* Leaves out n acts at a time, then half as many, then one by one. */
static void without_acts(struct shrinking *k)
{
	bool *was = x_alloc((size_t)k->plan.acts * sizeof *was);

	for (int n = k->plan.acts; n >= 1; n /= 2)
		for (int from = 0; from < k->plan.acts; from += n) {
			bool any = false;

			memcpy(was, k->skip, (size_t)k->plan.acts * sizeof *was);
			for (int i = from; i < from + n && i < k->plan.acts; i++) {
				any |= !k->skip[i];
				k->skip[i] = true;
			}
			if (any && !still_fails(k))
				memcpy(k->skip, was, (size_t)k->plan.acts * sizeof *was);
		}
	free(was);
}

static void print_skipped(const bool *skip, int n)
{
	const char *before = " --skip ";

	for (int i = 0; i < n; i++) {
		int from = i;

		if (!skip[i])
			continue;
		while (i + 1 < n && skip[i + 1])
			i++;
		printf("%s%d", before, from);
		if (i > from)
			printf("-%d", i);
		before = ",";
	}
}

void shrink(const struct plan *plan, struct node *nodes, const struct result *first)
{
	struct shrinking k = { .plan = *plan, .nodes = nodes, .first = *first, .last = *first };

	k.skip = x_alloc((size_t)plan->acts * sizeof *k.skip);
	k.plan.skip = k.skip;
	without_troubles(&k);
	without_acts(&k);
	printf("  again: t/sim/sim --seed %llu --acts %d", (unsigned long long)plan->seed, plan->acts);
	if (plan->tills)
		printf(" --tills %d", plan->tills);
	if (k.plan.without)
		printf(" --without %u", k.plan.without);
	print_skipped(k.skip, plan->acts);
	printf(" --verbose\n  it says: %s\n", k.last.words);
	free(k.skip);
}
