/* A till's sync from inside.  Private to syncd.c and walk.c. */
#ifndef SIM_SYNCD_H
#define SIM_SYNCD_H

#include "sim.h"

#define WALK_ASKED 16
#define WALK_TODO 500

/* What was missed while away, range by range: as fexl-syncd's walk.c. */
struct walk {
	bool on;
	int64_t begun_after;	/* the last complete cycle when it began */
	struct key_range todo[WALK_TODO], asked[WALK_ASKED];
	int n, n_asked, fetched;
	const char *state, *request;	/* as it was when the hub was asked */
	struct differences diff;
};

struct syncd {
	bool up;
	int life, calls;
	int waits_for;		/* the call's id, or 0 */
	struct cycle cycle;
	struct word hello;
	struct word registered;	/* the answer to credentials, until apid knows it */
	bool has_registered;
	int64_t asked_as;	/* the incarnation that asked for either */
	const char *page;	/* pulled, or what was sent with what was answered */
	int64_t turn_at;	/* the next turn; others that were scheduled do not count */
	int64_t done_cycles;	/* as many when something was last to do */
	bool pulled;		/* since it was last asked: something came */
	struct walk walk;
	/* the till as it looks now */
	struct pairing pairing;
	struct site site;
	int64_t purged;
	bool paired;
};

struct call *syncd_call(struct sim *s, struct node *n, int what, bool ours);
void syncd_ask(struct sim *s, struct call *c);
void syncd_turn_at(struct sim *s, struct node *n, int64_t at);

/* Between two cycles: true when something was asked. */
bool walk_turn(struct sim *s, struct node *n);
void walk_answer(struct sim *s, struct call *c);
void walk_fails(struct sim *s, struct node *n, const char *why);

#endif
