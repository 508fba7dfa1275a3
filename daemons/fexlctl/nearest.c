/* What was probably meant: Levenshtein's distance, one row of his table at a time. */
#include "base/base.h"
#include "fexlctl/ctl.h"

#define WORD_MAX 64

static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], len = strlen(b), above, corner;

	if (len > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (; *a != '\0'; a++) {
		corner = row[0]++;
		for (size_t j = 1; j <= len; j++) {
			above = row[j];
			row[j] = MIN(MIN(row[j - 1], above) + 1, corner + (*a != b[j - 1]));
			corner = above;
		}
	}
	return row[len];
}

/* A third of the letters may be wrong, and two always. */
struct guess guess_begin(const char *typed)
{
	size_t len = MIN(strlen(typed), WORD_MAX);

	return (struct guess){ .typed = len < WORD_MAX ? typed : "", .best = MAX(len / 3, 2) + 1 };
}

void guess_try(struct guess *g, const char *candidate)
{
	size_t d = distance(g->typed, candidate);

	if (d >= g->best || d >= strlen(candidate))	/* not one letter right: no guess */
		return;
	g->best = d;
	g->found = candidate;
}
