/* One call, tried at each of its statements: the first fails, then the second, …,
 * and each time what was done is undone.  The test ends where a failure is not
 * answered with an error, or leaves a result open. */
#ifndef UNIT_TRIAL_H
#define UNIT_TRIAL_H

#include "fixture.h"

struct trial {
	const char *what, *of;		/* the call, and of which table; NULL: of none */
	struct db *db;
	struct txn *t;			/* NULL: it only reads, in a transaction of its own or in none */
	struct site *site;
	struct buf *out[2];		/* what it adds to; NULL: none */
	void *state;			/* what else it changes */
	size_t state_size;
	/* trial.c's */
	bool mine, over;
	int n;
	struct txn txn;
	struct counters counters;
	struct site was_site;
	size_t out_len[2];
	char was_state[512];
};

/* True while there is another statement to fail.  False at once where another
 * trial is under way, or this call was tried often enough. */
bool trial_next(struct trial *x);
void trial_over(struct trial *x, int rc, struct err *err);
/* It may do its work now; what it calls is not tried. */
void trial_end(struct trial *x);

struct trials {
	int calls, kinds, statements;
};
/* Each kind of call so many times; at each of its statements, or at fewer and fewer. */
void trials_begin(int times, bool each);
struct trials trials_so_far(void);

/* The whole body of a function that stands in for another. */
#define TRY(x, call)                                                                               \
	struct trial *x_ = &(x);                                                                   \
	int rc_;                                                                                   \
                                                                                                   \
	while (trial_next(x_))                                                                     \
		trial_over(x_, call, err);                                                         \
	rc_ = call;                                                                                \
	trial_end(x_);                                                                             \
	return rc_

#endif
