/* Chance that can be had again: all of it follows from the seed. */
#ifndef SIM_DICE_H
#define SIM_DICE_H

#include "base/base.h"

struct dice {
	uint64_t s;
};

uint64_t dice_roll(struct dice *d);
int64_t dice_below(struct dice *d, int64_t n);		/* 0 … n - 1 */
bool dice_one_in(struct dice *d, int n);
int64_t dice_between(struct dice *d, int64_t least, int64_t most);	/* small ones more often */
/* Its own stream for each name: what is left out of a run moves nobody else's luck. */
struct dice dice_of(uint64_t seed, uint64_t name);

/* The process's randomness: random_bytes() of the suite and SQLite's take it. */
void dice_bytes(void *p, size_t len);
void dice_seed_bytes(uint64_t seed);

#endif
