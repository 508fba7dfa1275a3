#include "base/base.h"
#include "dice.h"

static struct dice world;

/* splitmix64: any seed is a good one. */
uint64_t dice_roll(struct dice *d)
{
	uint64_t z = d->s += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

int64_t dice_below(struct dice *d, int64_t n)
{
	return (int64_t)(dice_roll(d) % (uint64_t)n);
}

bool dice_one_in(struct dice *d, int n)
{
	return dice_below(d, n) == 0;
}

int64_t dice_between(struct dice *d, int64_t least, int64_t most)
{
	int64_t span = most - least + 1;

	return least + MIN(dice_below(d, span), dice_below(d, span));
}

struct dice dice_of(uint64_t seed, uint64_t name)
{
	struct dice d = { seed ^ name * 0xd1342543de82ef95u };

	dice_roll(&d);
	return d;
}

void dice_seed_bytes(uint64_t seed)
{
	world = dice_of(seed, 0xb17e5);
}

void dice_bytes(void *p, size_t len)
{
	uint8_t *to = p;

	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)dice_roll(&world);
}

/* The linker puts it in the place of base/crypto.c's (--wrap=random_bytes). */
void __wrap_random_bytes(void *p, size_t len);
void __wrap_random_bytes(void *p, size_t len)
{
	dice_bytes(p, len);
}
