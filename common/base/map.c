/* Open addressing with linear probing, at most half full.  Keys come from
 * strangers (addresses, tokens, names), so they are hashed by SipHash-1-3 under
 * a key of this process: nobody outside can make them collide. */
#include "base/base.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>

#define SIZE_MIN 16	/* a power of two, as all sizes are */

struct map_slot {
	uint64_t hash;
	char *key;
	size_t len;
	void *value;	/* NULL: the slot is free */
};

static uint64_t sip_key[2];

static void sip_key_make(void)
{
	random_bytes(sip_key, sizeof(sip_key));
}

static inline uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static inline void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

static uint64_t hash_of(const void *key, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *p = key;
	uint64_t v[4], word;

	pthread_once(&once, sip_key_make);
	v[0] = sip_key[0] ^ 0x736f6d6570736575;
	v[1] = sip_key[1] ^ 0x646f72616e646f6d;
	v[2] = sip_key[0] ^ 0x6c7967656e657261;
	v[3] = sip_key[1] ^ 0x7465646279746573;
	for (size_t left = len; left >= 8; left -= 8, p += 8) {
		memcpy(&word, p, 8);
		sip_word(v, word);
	}
	word = 0;
	memcpy(&word, p, len & 7);
	sip_word(v, word | (uint64_t)len << 56);
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot that holds the key, or the free one where it belongs. */
static struct map_slot *slot_find(const struct map *m, uint64_t hash, const void *key, size_t len)
{
	size_t i = hash & (m->size - 1);

	while (m->slots[i].value != NULL) {
		const struct map_slot *s = &m->slots[i];

		if (s->hash == hash && s->len == len && memcmp(s->key, key, len) == 0)
			break;
		i = (i + 1) & (m->size - 1);
	}
	return &m->slots[i];
}

void *map_get(const struct map *m, const void *key, size_t len)
{
	if (m->used == 0)
		return NULL;
	return slot_find(m, hash_of(key, len), key, len)->value;
}

static void grow(struct map *m)
{
	struct map_slot *old = m->slots;
	size_t old_size = m->size;

	m->size = MAX(old_size * 2, SIZE_MIN);
	m->slots = x_alloc(m->size * sizeof(*m->slots));
	for (size_t i = 0; i < old_size; i++)
		if (old[i].value != NULL)
			*slot_find(m, old[i].hash, old[i].key, old[i].len) = old[i];
	free(old);
}

void map_put(struct map *m, const void *key, size_t len, void *value)
{
	uint64_t hash = hash_of(key, len);
	struct map_slot *s;

	if (value == NULL)
		panic("map: a key cannot be put with no value");
	if (m->used * 2 >= m->size)
		grow(m);
	s = slot_find(m, hash, key, len);
	if (s->value == NULL) {
		char *copy = x_alloc(len);

		memcpy(copy, key, len);
		*s = (struct map_slot){ hash, copy, len, NULL };
		m->used++;
	}
	s->value = value;
}

/* Moves up what stands behind a freed slot and was pushed on by it, so that no
 * mark of the dead has to stay. */
static void close_gap(struct map *m, size_t gap)
{
	size_t mask = m->size - 1;

	for (size_t i = (gap + 1) & mask; m->slots[i].value != NULL; i = (i + 1) & mask) {
		size_t home = m->slots[i].hash & mask;

		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		m->slots[gap] = m->slots[i];
		gap = i;
	}
	m->slots[gap] = (struct map_slot){ 0 };
}

void *map_remove(struct map *m, const void *key, size_t len)
{
	struct map_slot *s;
	void *value;

	if (m->used == 0)
		return NULL;
	s = slot_find(m, hash_of(key, len), key, len);
	value = s->value;
	if (value == NULL)
		return NULL;
	free(s->key);
	close_gap(m, (size_t)(s - m->slots));
	m->used--;
	return value;
}

void map_each(const struct map *m, void (*fn)(void *value, void *ctx), void *ctx)
{
	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].value != NULL)
			fn(m->slots[i].value, ctx);
}

void map_release(struct map *m)
{
	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].value != NULL)
			free(m->slots[i].key);
	free(m->slots);
	*m = (struct map){ NULL, 0, 0 };
}
