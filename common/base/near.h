/* How many slips lie between two words: for "did you mean". */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/base.h"

#define NEAR_MAX 64	/* letters of b; a longer word is near to nothing */

/* Levenshtein's distance in bytes.  fold tells which letters count as the same
 * (upper and lower case, say); NULL: only equal ones.  SIZE_MAX if b is too long. */
size_t near_distance(const char *a, const char *b, char (*fold)(char c));

#endif
