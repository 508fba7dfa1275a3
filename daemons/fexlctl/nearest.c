/* What was probably meant. */
#include "base/base.h"
#include "fexlctl/ctl.h"

#include "base/near.h"

/* A third of the letters may be wrong, and two always. */
struct guess guess_begin(const char *typed)
{
	size_t len = MIN(strlen(typed), NEAR_MAX), wrong = MAX(len / 3, 2);

	return (struct guess){ .typed = len < NEAR_MAX ? typed : "", .best = wrong + 1 };
}

void guess_try(struct guess *g, const char *candidate)
{
	size_t d = near_distance(g->typed, candidate, NULL);

	if (d >= g->best || d >= strlen(candidate))	/* not one letter right: no guess */
		return;
	g->best = d;
	g->found = candidate;
}
