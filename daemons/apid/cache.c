/* Who is behind a token, remembered for a second: long enough to spare most
 * requests a look-up, short enough that a revoke on another host bites.
 *
 * A slot a token, found by the token's hash; another token with the same slot
 * takes its place.  So it never grows and has nothing to clean up. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/clock.h"
#include "base/crypto.h"

#include <stdlib.h>

#define SLOTS 4096
#define LIVES_US SECOND_US

struct slot {
	uint8_t hash[SHA256_LEN];
	int64_t until;		/* clock_boot() */
	unsigned age;		/* of the cache when it was filled */
	struct caller who;
};

struct cache {
	unsigned age;		/* raised to forget all */
	struct slot slot[SLOTS];
};

struct cache *cache_new(void)
{
	struct cache *c = x_alloc(sizeof *c);

	c->age = 1;
	return c;
}

void cache_free(struct cache **cp)
{
	free(*cp);
	*cp = NULL;
}

static size_t slot_of(const uint8_t hash[32])
{
	return ((size_t)hash[0] << 8 | hash[1]) % SLOTS;
}

bool cache_get(const struct cache *c, const uint8_t hash[32], struct caller *who)
{
	const struct slot *s = &c->slot[slot_of(hash)];

	if (s->age != c->age || s->until <= clock_boot() || !same_bytes(s->hash, hash, SHA256_LEN))
		return false;
	*who = s->who;
	return true;
}

void cache_put(struct cache *c, const uint8_t hash[32], const struct caller *who)
{
	struct slot *s = &c->slot[slot_of(hash)];

	memcpy(s->hash, hash, SHA256_LEN);
	s->until = clock_boot() + LIVES_US;
	s->age = c->age;
	s->who = *who;
}

void cache_clear(struct cache *c)
{
	c->age++;
}
