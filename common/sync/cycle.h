/* What a till's sync does next.  Pure: no sockets, no threads, no clock, no
 * randomness inside; whoever runs it hands in times, dice and outcomes, and
 * does what it is told.  fexl-syncd runs it over libcurl; the simulation over
 * nothing at all.
 *
 *	health -> [register] -> [first load …] -> push … -> pull … -> done -> wait
 *
 * Invariant (P8): whatever happens, there is always a next attempt. */
#ifndef SYNC_CYCLE_H
#define SYNC_CYCLE_H

#include "base/base.h"

enum cycle_do {
	DO_WAIT,	/* nothing before cycle.wake_at (boot time), unless kicked */
	DO_HEALTH,	/* GET  cloud /api/sync/health */
	DO_REGISTER,	/* POST cloud /api/sync/credentials */
	DO_STATE,	/* POST apid  /internal/sync/state: what health said (status, clock, epoch, prefix) */
	DO_LOAD,	/* GET  cloud /api/sync/snapshot, then DO_APPLY_LOAD */
	DO_APPLY_LOAD,	/* POST apid  /internal/sync/apply?load=1 */
	DO_PUSH,	/* read a batch; POST cloud /api/sync/push, then DO_CONFIRM */
	DO_CONFIRM,	/* POST apid  /internal/sync/confirm */
	DO_RESTAMP,	/* POST apid  /internal/sync/restamp: the hub refused our clock */
	DO_PULL,	/* GET  cloud /api/sync/pull, then DO_APPLY */
	DO_APPLY,	/* POST apid  /internal/sync/apply */
	DO_DONE,	/* POST apid  /internal/sync/done; then wait */
};

enum cycle_phase { PHASE_OFF, PHASE_REGISTERING, PHASE_PENDING, PHASE_LOADING, PHASE_ON, PHASE_REVOKED, PHASE_REFUSED };

/* How the last action ended. */
struct cycle_outcome {
	int status;		/* HTTP; 0: no answer at all */
	int retry_after_s;	/* as sent, 0 if not */
	bool more;		/* load, pull: the page said so; push: the batch was full */
	bool empty;		/* push: there was nothing to send, no request was made; confirm: it
				   changed nothing here; pull: no rows, and the cursor stands still */
	bool clock;		/* push: some rows were answered 422 clock */
	bool ours;		/* the answer came from our own apid, not from the cloud */
};

struct cycle_config {
	int64_t interval_us, backoff_min_us, backoff_max_us;
};

struct cycle {
	struct cycle_config config;
	enum cycle_phase phase;		/* as the database has it; set by cycle_know() */
	bool paused, loaded;		/* the first load is complete */
	enum cycle_do doing;
	bool kicked;			/* something is new: run as soon as allowed */
	bool heard;			/* … and that was after this cycle had asked for health */
	bool demanded;			/* a person asked: run now, whatever the back-off says */
	int failures;			/* in a row */
	bool registered;		/* in this cycle: it ends with that */
	bool more, clock;		/* what the batch or page in hand said */
	int restamps;			/* in this cycle: at most one */
	int64_t wake_at;		/* boot time of the next attempt */
	int64_t began_at, ended_at;	/* of the last cycle; boot time */
	int64_t started;		/* the number of the one begun last … */
	int64_t cycles;			/* … and of the last complete one: `sync now --wait` waits
					   until it has reached started + 1, as it was when asked */
	bool unreachable;		/* the last attempt did not reach the cloud */
	bool away;			/* … and ended at its first question */
	int last_status;		/* of what ended the last attempt */
	int pushed, pulled;		/* batches and pages in this cycle, bounded */
};

void cycle_init(struct cycle *c, const struct cycle_config *config);
/* The pairing as it stands now; call before each cycle_next(). */
void cycle_know(struct cycle *c, enum cycle_phase phase, bool paused, bool loaded);
/* What to do.  dice: a fresh random number, for the jitter. */
enum cycle_do cycle_next(struct cycle *c, int64_t now, uint64_t dice);
/* The action is over. */
void cycle_did(struct cycle *c, const struct cycle_outcome *o, int64_t now, uint64_t dice);
/* Is what health said of the hub still all that this till knows of it?  Then a pull
 * behind the hub's own number would bring nothing, and need not be asked. */
bool cycle_is_quiet(const struct cycle *c);
/* A local write, or an event from the cloud: soon, but it does not shorten a back-off. */
void cycle_kick(struct cycle *c, int64_t now);
/* `sync now`: at once. */
void cycle_demand(struct cycle *c, int64_t now);

#endif
