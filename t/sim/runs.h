/* Many runs, each in its own process, side by side. */
#ifndef SIM_RUNS_H
#define SIM_RUNS_H

#include "sim.h"

#define JOBS_MAX 64
#define WORDS_MAX 1200

struct result {
	bool failed;
	struct tally tally;
	char words[WORDS_MAX];		/* what is wrong */
};

struct runs {
	uint64_t from, to;
	int jobs, minutes;
	bool twice;			/* the same seed must be the same run */
	bool first;			/* the first failure is enough, as it is */
	const char *record;		/* a file of ranges that were run */
	struct plan plan;
	struct node *nodes;
};

int runs(const struct runs *r);		/* the exit status */
void run_apart(const struct plan *plan, struct node *nodes, struct result *out);
/* Leaves out what is not needed for it to fail alike, and prints how to see it again. */
void shrink(const struct plan *plan, struct node *nodes, const struct result *first);
/* "1,4-9" as a flag an act; NULL for NULL. */
const bool *skip_read(const char *list, int acts);

extern struct result *run_result;	/* where a run puts what came of it; NULL: it prints */

#endif
