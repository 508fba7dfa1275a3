/* UUIDs of RFC 9562: version 7 for what we make, version 5 for what must come
 * out the same on every machine. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/base.h"

#define UUID_TEXT_LEN 36

struct uuid {
	uint8_t b[16];
};

/* Time-ordered: 48 bits of Unix milliseconds, then a 12-bit counter that never
 * goes back within the process, then 62 random bits.  Thread safe. */
struct uuid uuid_v7(void);

/* SHA-1 of the name space and the name; the same input gives the same UUID. */
struct uuid uuid_v5(struct uuid space, const void *name, size_t len);

/* The same of one of the few names that are asked for again and again: each thread
 * remembers what it worked out last. */
struct uuid uuid_v5_of(struct uuid space, const char *name);

/* v5 of "kind:index" in the name space `of`: rows derived from a document. */
struct uuid uuid_derived(struct uuid of, const char *kind, unsigned index);

/* Exactly the 36-character form, either case.  0, or -1 and *u unchanged. */
int uuid_parse(struct uuid *u, const char *text, size_t len) MUST_CHECK;
void uuid_format(struct uuid u, char text[UUID_TEXT_LEN + 1]);	/* lower case */

int uuid_cmp(struct uuid a, struct uuid b);	/* memcmp: as PostgreSQL sorts them */
bool uuid_is_zero(struct uuid u);
static inline bool uuid_eq(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, 16) == 0;
}

/* Printing in one call: uuid_text(u).s lives until the end of the statement. */
struct uuid_text {
	char s[UUID_TEXT_LEN + 1];
};
struct uuid_text uuid_text(struct uuid u);

#endif
