/* Memory that ends together: one pool a request, one a batch, one a daemon.
 * Not thread safe; a pool belongs to whoever works on its request now. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/base.h"

struct pool;

/* The first bytes are taken from the same block as the pool itself. */
struct pool *pool_new(void);
void pool_free(struct pool **poolp);	/* runs the clean-ups, newest first */
void pool_clear(struct pool *pool);	/* the same, and it may be used again */
size_t pool_used(const struct pool *pool);	/* bytes handed out so far */

void *pool_alloc(struct pool *pool, size_t size);	/* zeroed, aligned for anything */
void *pool_memdup(struct pool *pool, const void *p, size_t len); /* one NUL behind */
char *pool_strdup(struct pool *pool, const char *s);
char *pool_strndup(struct pool *pool, const char *s, size_t len);
char *pool_printf(struct pool *pool, const char *fmt, ...) PRINTF(2, 3);

/* For what a library owns: fn(arg) is called when the pool ends. */
void pool_on_free(struct pool *pool, void (*fn)(void *arg), void *arg);

#endif
