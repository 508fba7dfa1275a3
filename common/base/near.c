/* Levenshtein's distance, one row of his table at a time. */
#include "base/base.h"
#include "base/near.h"

static bool is_same(char a, char b, char (*fold)(char c))
{
	return fold ? fold(a) == fold(b) : a == b;
}

size_t near_distance(const char *a, const char *b, char (*fold)(char c))
{
	size_t row[NEAR_MAX + 1], len = strlen(b), above, corner;

	if (len > NEAR_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (; *a != '\0'; a++) {
		corner = row[0]++;
		for (size_t j = 1; j <= len; j++) {
			above = row[j];
			row[j] = MIN(MIN(row[j - 1], above) + 1, corner + !is_same(*a, b[j - 1], fold));
			corner = above;
		}
	}
	return row[len];
}
