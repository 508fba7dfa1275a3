/* One call, tried at its statements: one of them fails, what was done is undone, and
 * so on with another, until none is left that is to fail; then its work stands.  The
 * test ends where a failure is not answered with an error, or leaves a result open.
 *
 * The first calls of a kind fail at each of their statements.  In all others a
 * statement fails where it is asked for from a place that has not seen it fail yet:
 * so in the end each call on each way to the database has failed once. */
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
	bool counts, careful, over;
	int n, depth;
	struct txn txn;
	struct counters counters;
	struct site was_site;
	size_t out_len[2];
	char was_state[8192];
};

/* False where another trial is under way: what it calls is not tried by itself. */
bool trial_begin(struct trial *x);
/* True: again.  False: it has done its work. */
bool trial_again(struct trial *x, int rc, struct err *err);

struct trials {
	int calls, kinds, statements, places;
};
/* Each kind of call so many times at each of its statements, or at fewer and fewer. */
void trials_begin(int times, bool each);
struct trials trials_so_far(void);

/* The whole body of a function that stands in for another. */
#define TRY(x, call)                                                                               \
	struct trial *x_ = &(x);                                                                   \
	int rc_;                                                                                   \
                                                                                                   \
	if (!trial_begin(x_))                                                                      \
		return call;                                                                       \
	do                                                                                         \
		rc_ = call;                                                                        \
	while (trial_again(x_, rc_, err));                                                         \
	return rc_

/* What is tried as it comes: the linker puts it in the place of what a test calls
 * (--wrap), so that any test of scenes is one of their failures as well. */
#define STANDS_IN(name, params, args, ...)                                                         \
	int __real_##name params;                                                                  \
	int __wrap_##name params;                                                                  \
	int __wrap_##name params                                                                   \
	{                                                                                          \
		struct trial x = { .what = #name, __VA_ARGS__ };                                   \
                                                                                                   \
		TRY(x, __real_##name args);                                                        \
	}
#define OF_WRITE .db = w->t->db, .t = w->t, .site = w->site
#define OF_TXN .db = t->db, .t = t
#define STATE(p) .state = p, .state_size = sizeof *p

#endif
