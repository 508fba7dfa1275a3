/* A cycle with time, chance and outcomes in the test's hand. */
#ifndef UNIT_CYCLE_H
#define UNIT_CYCLE_H

#include "base/base.h"
#include "base/clock.h"
#include "sync/cycle.h"
#include "unit.h"

#define S SECOND_US
#define INTERVAL (30 * S)
#define BACKOFF_MIN (1 * S)
#define BACKOFF_MAX (60 * S)

static const char *const names[] = {
	[DO_WAIT] = "wait", [DO_HEALTH] = "health", [DO_REGISTER] = "register", [DO_STATE] = "state",
	[DO_LOAD] = "load", [DO_APPLY_LOAD] = "apply_load", [DO_PUSH] = "push", [DO_CONFIRM] = "confirm",
	[DO_RESTAMP] = "restamp", [DO_PULL] = "pull", [DO_APPLY] = "apply", [DO_DONE] = "done",
};

static inline void start(struct cycle *c, enum cycle_phase phase)
{
	static const struct cycle_config config = { INTERVAL, BACKOFF_MIN, BACKOFF_MAX };

	cycle_init(c, &config);
	cycle_know(c, phase, false, phase == PHASE_ON);
}

static inline void did(struct cycle *c, struct cycle_outcome o, int64_t now)
{
	cycle_did(c, &o, now, 0);
}

static inline void ok(struct cycle *c, int64_t now)
{
	did(c, (struct cycle_outcome){ .status = 200 }, now);
}

/* Goes on with good answers until `what` is to be done. */
static inline void reach(struct cycle *c, enum cycle_do what, int64_t now)
{
	for (int i = 0; i < 20; i++) {
		if (cycle_next(c, now, 0) == what)
			return;
		if (c->doing != DO_WAIT)
			did(c, (struct cycle_outcome){ .status = 200, .empty = c->doing == DO_PUSH && what != DO_CONFIRM },
			    now);
	}
	fail_msg("%s is never reached, we are at %s", names[what], names[c->doing]);
}

#endif
