/* String keys to pointers.  Keys are copied and never NULL.  Not thread safe. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"

struct map {
	struct map_slot *slots;
	size_t size, used;
};

void *map_get(const struct map *m, const void *key, size_t len);	/* NULL if absent */
void map_put(struct map *m, const void *key, size_t len, void *value);	/* replaces; value not NULL */
void *map_remove(struct map *m, const void *key, size_t len);		/* what was there, or NULL */
void map_each(const struct map *m, void (*fn)(void *value, void *ctx), void *ctx);
void map_release(struct map *m);

#endif
