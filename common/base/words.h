/* A text as the words that people look for: runs of letters and digits in lower
 * case, without marks.  "Crème-brûlée 1/2" is creme, brulee, 1, 2. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/base.h"

#define WORD_MAX 32	/* bytes; what is longer is cut, at the end of a character */

struct word {
	char s[WORD_MAX + 1];
	size_t len;
};

/* Appends the words of `text` (UTF-8; NULL: none) that are not among the n in w
 * yet, at most `max` in all.  How many there are now. */
int words_add(struct word *w, int n, int max, const char *text);

bool word_is_among(const struct word *w, int n, const struct word *one);

#endif
