/* UTF-8 of RFC 3629. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/base.h"

bool utf8_valid(const char *s, size_t len);
size_t utf8_count(const char *s, size_t len);	/* code points of valid text */

/* Bytes of the character that s begins with, 1 to 4; 0 when it is none: torn,
 * overlong, a surrogate or above U+10FFFF. */
size_t utf8_next(const char *s, size_t len);

/* How many bytes at the beginning of s are whole characters. */
size_t utf8_run(const char *s, size_t len);
/* Is all of s the beginning of one character, whose rest is still to come? */
bool utf8_torn(const char *s, size_t len);

#endif
