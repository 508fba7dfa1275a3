/* A bump allocator.  The pool lives in its own first block, so that a request
 * that needs little costs one malloc and one free; what is too large for a
 * block gets one of its own and the current one stays in use.
 *
 * In a build with sanitizers what is not handed out is poisoned, and a gap is
 * left behind each piece: writing past one is found as it would be in malloc's. */
#include "base/base.h"
#include "base/log.h"
#include "base/pool.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdlib.h>

#ifdef WITH_SANITIZERS
#include <sanitizer/asan_interface.h>
#define GAP 16
#else
#define ASAN_POISON_MEMORY_REGION(p, len) ((void)(p), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(p, len) ((void)(p), (void)(len))
#define GAP 0
#endif

#define FIRST_SIZE 4080		/* with malloc's own 16 bytes a page */
#define LATER_MIN 8176
#define LATER_MAX 65520		/* far from malloc's mmap threshold */
#define ALIGNED(n) (((n) + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1))

struct block {
	struct block *next;
	alignas(max_align_t) char data[];
};

struct cleanup {
	struct cleanup *older;
	void (*fn)(void *arg);
	void *arg;
};

struct pool {
	struct block *blocks;	/* newest first; the first of all is not among them */
	struct cleanup *newest;
	char *at, *end;		/* what is left of the block in use */
	size_t next_size;
	size_t used;
	alignas(max_align_t) char data[];
};

static void use_first_block(struct pool *pool)
{
	pool->at = pool->data;
	pool->end = (char *)pool + FIRST_SIZE;
	pool->next_size = LATER_MIN;
	pool->used = 0;
	ASAN_POISON_MEMORY_REGION(pool->at, (size_t)(pool->end - pool->at));
}

struct pool *pool_new(void)
{
	struct pool *pool = malloc(FIRST_SIZE);

	if (pool == NULL)
		panic("out of memory: no room for a pool");
	pool->blocks = NULL;
	pool->newest = NULL;
	use_first_block(pool);
	return pool;
}

/* A clean-up may itself use the pool, and even ask for another clean-up. */
static void run_cleanups(struct pool *pool)
{
	while (pool->newest != NULL) {
		struct cleanup *c = pool->newest;

		pool->newest = c->older;
		c->fn(c->arg);
	}
}

static void free_blocks(struct pool *pool)
{
	while (pool->blocks != NULL) {
		struct block *b = pool->blocks;

		pool->blocks = b->next;
		free(b);
	}
}

void pool_free(struct pool **poolp)
{
	struct pool *pool = *poolp;

	if (pool == NULL)
		return;
	*poolp = NULL;
	run_cleanups(pool);
	free_blocks(pool);
	ASAN_UNPOISON_MEMORY_REGION(pool, FIRST_SIZE);
	free(pool);
}

void pool_clear(struct pool *pool)
{
	run_cleanups(pool);
	free_blocks(pool);
	use_first_block(pool);
}

size_t pool_used(const struct pool *pool)
{
	return pool->used;
}

static struct block *block_new(struct pool *pool, size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		panic("out of memory: %zu bytes wanted, the pool has handed out %zu", size,
		      pool->used);
	b->next = pool->blocks;
	pool->blocks = b;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

static char *take_from_new_block(struct pool *pool, size_t size)
{
	struct block *b;

	if (size > pool->next_size / 4)
		return block_new(pool, size)->data;
	b = block_new(pool, pool->next_size);
	pool->at = b->data + size;
	pool->end = b->data + pool->next_size;
	pool->next_size = MIN(pool->next_size * 2, LATER_MAX);
	return b->data;
}

/* size bytes with anything in them. */
static inline char *take(struct pool *pool, size_t size)
{
	size_t room = ALIGNED(size + GAP);
	char *p;

	if (size > PTRDIFF_MAX / 2)
		panic("pool: %zu bytes cannot be meant", size);
	pool->used += size;
	if (room <= (size_t)(pool->end - pool->at)) {
		p = pool->at;
		pool->at += room;
	} else {
		p = take_from_new_block(pool, room);
	}
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

void *pool_alloc(struct pool *pool, size_t size)
{
	return memset(take(pool, size), 0, size);
}

void *pool_memdup(struct pool *pool, const void *p, size_t len)
{
	char *copy = take(pool, len + 1);

	if (len > 0)
		memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

char *pool_strdup(struct pool *pool, const char *s)
{
	return pool_memdup(pool, s, strlen(s));
}

char *pool_strndup(struct pool *pool, const char *s, size_t len)
{
	return pool_memdup(pool, s, strnlen(s, len));
}

char *pool_printf(struct pool *pool, const char *fmt, ...)
{
	char small[256], *text = small;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (len < 0)
		panic("cannot format \"%s\"", fmt);
	if ((size_t)len < sizeof(small))
		return pool_memdup(pool, small, (size_t)len);
	text = take(pool, (size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return text;
}

void pool_on_free(struct pool *pool, void (*fn)(void *arg), void *arg)
{
	struct cleanup *c = pool_alloc(pool, sizeof(*c));

	*c = (struct cleanup){ pool->newest, fn, arg };
	pool->newest = c;
}
