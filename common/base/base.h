/* What every file of the suite includes first: the configuration, the headers
 * of the standard library that all use, and a handful of macros. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
/* Each side is evaluated once: a clock that is read, or a call that can fail, is common
 * in there.  Not for sizes of arrays. */
#define MIN(a, b) PICK(a, <, b, __COUNTER__)
#define MAX(a, b) PICK(a, >, b, __COUNTER__)
#define PICK(a, op, b, n) PICK_NAMED(a, op, b, n)
#define PICK_NAMED(a, op, b, n) \
	__extension__({ \
		__typeof__(0 ? (a) : (b)) a_##n = (a), b_##n = (b); \
		a_##n op b_##n ? a_##n : b_##n; \
	})

#define UNUSED __attribute__((unused))
#define NORETURN __attribute__((noreturn))
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Bytes that somebody else owns: a view, not a copy.  Not terminated. */
struct slice {
	const char *p;
	size_t len;
};

static inline struct slice slice_of(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

static inline bool slice_is(struct slice s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

/* malloc, realloc and strdup that succeed or end the process: a daemon that
 * cannot get a few bytes cannot keep a promise either, and systemd restarts
 * it with its database intact. */
void *x_alloc(size_t size);		/* zeroed */
void *x_realloc(void *p, size_t size);
char *x_strdup(const char *s);

#endif
