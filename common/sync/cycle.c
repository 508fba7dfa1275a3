/* The order of a cycle, and when the next one begins.
 *
 * An action that went well names the one behind it; whether that one makes
 * sense is decided when it is asked for, by the phase of that moment: people
 * approve, revoke, pause and unpair at any time. */
#include "base/base.h"
#include "sync/cycle.h"

#include "base/clock.h"

#define ASK_US (5 * SECOND_US)	/* between two questions whether the owner has approved us */
#define PAGES_MAX 100		/* in one cycle, each way; then health is asked again */
#define RETRY_AFTER_MAX_S 3600	/* however long the cloud wishes to be left alone */

#define IN(phase) (1u << (phase))
#define ASKING (IN(PHASE_REGISTERING) | IN(PHASE_PENDING) | IN(PHASE_LOADING) | IN(PHASE_ON) | \
		IN(PHASE_REVOKED))

struct step {
	unsigned phases;	/* in which it makes sense */
	bool opens;		/* begins something new: not while paused */
	void (*good)(struct cycle *c, const struct cycle_outcome *o);	/* what comes behind it */
};

static void health_good(struct cycle *c, const struct cycle_outcome *o UNUSED)
{
	/* The last try did not even get here, and the cloud is back: whatever fails
	 * now is another matter.  A cloud that was well all the time and cannot take
	 * the push, a full disk say, proves nothing by being well again. */
	if (c->away)
		c->failures = 0;
	c->away = false;
	c->unreachable = false;
	c->doing = c->phase == PHASE_REGISTERING ? DO_REGISTER : DO_STATE;
}

static void register_good(struct cycle *c, const struct cycle_outcome *o UNUSED)
{
	c->registered = true;
	c->doing = DO_STATE;
}

/* Where the cloud takes us in at once, its epoch is not known yet: whatever
 * comes now begins with a health that is told who asks. */
static void state_good(struct cycle *c, const struct cycle_outcome *o UNUSED)
{
	c->doing = c->registered ? DO_WAIT : DO_PUSH;
}

static void load_good(struct cycle *c, const struct cycle_outcome *o)
{
	c->pulled++;
	c->more = o->more;
	c->doing = DO_APPLY_LOAD;
}

static void apply_load_good(struct cycle *c, const struct cycle_outcome *o UNUSED)
{
	c->doing = c->more ? DO_LOAD : DO_PUSH;
}

static void push_good(struct cycle *c, const struct cycle_outcome *o)
{
	if (o->empty) {
		c->doing = DO_PULL;
		return;
	}
	c->pushed++;
	c->more = o->more;
	c->clock = o->clock;
	c->doing = DO_CONFIRM;
}

static void confirm_good(struct cycle *c, const struct cycle_outcome *o)
{
	if (c->clock && c->restamps == 0)
		c->doing = DO_RESTAMP;
	else
		/* A batch that changed nothing here would go up again just as it was. */
		c->doing = c->more && !o->empty ? DO_PUSH : DO_PULL;
}

static void restamp_good(struct cycle *c, const struct cycle_outcome *o UNUSED)
{
	c->restamps++;
	c->doing = DO_PUSH;
}

static void pull_good(struct cycle *c, const struct cycle_outcome *o)
{
	if (o->empty) {
		c->doing = DO_DONE;
		return;
	}
	c->pulled++;
	c->more = o->more;
	c->doing = DO_APPLY;
}

static void apply_good(struct cycle *c, const struct cycle_outcome *o UNUSED)
{
	c->doing = c->more ? DO_PULL : DO_DONE;
}

static void done_good(struct cycle *c, const struct cycle_outcome *o UNUSED)
{
	c->cycles = c->started;
	c->doing = DO_WAIT;
}

static const struct step steps[] = {
	[DO_WAIT] = { 0, false, NULL },
	[DO_HEALTH] = { ASKING, true, health_good },
	[DO_REGISTER] = { IN(PHASE_REGISTERING), true, register_good },
	[DO_STATE] = { ASKING, false, state_good },
	[DO_LOAD] = { IN(PHASE_LOADING), true, load_good },
	[DO_APPLY_LOAD] = { IN(PHASE_LOADING), false, apply_load_good },
	[DO_PUSH] = { IN(PHASE_ON), true, push_good },
	[DO_CONFIRM] = { IN(PHASE_ON), false, confirm_good },
	[DO_RESTAMP] = { IN(PHASE_ON), false, restamp_good },
	[DO_PULL] = { IN(PHASE_ON), true, pull_good },
	[DO_APPLY] = { IN(PHASE_ON), false, apply_good },
	[DO_DONE] = { IN(PHASE_ON), false, done_good },
};

/* Where a cycle goes on when what was to come does not fit the phase any more. */
static const enum cycle_do detour[] = {
	[PHASE_OFF] = DO_WAIT,
	[PHASE_REGISTERING] = DO_WAIT,
	[PHASE_PENDING] = DO_WAIT,
	[PHASE_LOADING] = DO_LOAD,
	[PHASE_ON] = DO_PUSH,
	[PHASE_REVOKED] = DO_WAIT,
	[PHASE_REFUSED] = DO_WAIT,
};

static bool fits(const struct cycle *c, enum cycle_do what)
{
	return (steps[what].phases & IN(c->phase)) && !(c->paused && steps[what].opens);
}

/* --- waiting --- */

/* Full jitter: anything up to the limit, which doubles with each failure. */
static int64_t backoff_us(const struct cycle *c, uint64_t dice)
{
	int64_t most = c->config.backoff_min_us;

	for (int i = 1; i < c->failures && most < c->config.backoff_max_us; i++)
		most *= 2;
	most = MIN(most, c->config.backoff_max_us);
	/* Somebody has to install another version first: no hurry. */
	if (c->last_status == 426)
		most = c->config.backoff_max_us;
	return 1 + (int64_t)(dice % (uint64_t)most);
}

/* Not before the time it named, and not all tills at that very moment. */
static int64_t retry_after_us(const struct cycle *c, int retry_after_s, uint64_t dice)
{
	if (retry_after_s <= 0)
		return 0;
	return MIN(retry_after_s, RETRY_AFTER_MAX_S) * SECOND_US +
	       (int64_t)(dice % (uint64_t)c->config.backoff_min_us);
}

/* Tills that began together (the power came back) drift apart. */
static int64_t pause_us(const struct cycle *c, uint64_t dice)
{
	int64_t interval = c->config.interval_us;

	if (c->phase == PHASE_PENDING || c->phase == PHASE_REGISTERING)
		return MIN(interval, ASK_US);
	return interval - (int64_t)(dice % (uint64_t)(interval / 8 + 1));
}

static void stop_at(struct cycle *c, int status, int64_t now, int64_t wake_at)
{
	c->doing = DO_WAIT;
	c->last_status = status;
	c->ended_at = now;
	c->wake_at = wake_at;
}

/* It ended well, or there is nothing to do in this phase. */
static void rest(struct cycle *c, int64_t now, uint64_t dice)
{
	bool again = c->demanded || (c->kicked && c->phase == PHASE_ON);

	c->failures = 0;
	stop_at(c, 200, now, again ? now : now + pause_us(c, dice));
}

static void fail(struct cycle *c, const struct cycle_outcome *o, int64_t now, uint64_t dice)
{
	/* 502, 503, 504: somebody in front of it says that it is not there. */
	c->unreachable = !o->ours && (o->status == 0 || (o->status >= 502 && o->status <= 504));
	/* Who says when to come again is there. */
	c->away = c->unreachable && c->doing == DO_HEALTH && o->retry_after_s == 0;
	c->failures++;
	stop_at(c, o->status, now, now);
	c->wake_at += MAX(backoff_us(c, dice), retry_after_us(c, o->retry_after_s, dice));
}

/* --- going on --- */

static void begin(struct cycle *c, int64_t now)
{
	c->kicked = c->demanded = c->heard = false;
	c->more = c->clock = c->registered = false;
	c->restamps = c->pushed = c->pulled = 0;
	c->began_at = now;
	c->started++;
	c->doing = DO_HEALTH;
}

static bool may_begin(struct cycle *c, int64_t now, uint64_t dice)
{
	if (!c->demanded && now < c->wake_at)
		return false;
	if (fits(c, DO_HEALTH))
		return true;
	/* Off, refused or paused: look again later, people may have changed it. */
	c->demanded = false;
	c->wake_at = now + pause_us(c, dice);
	return false;
}

static bool is_full(const struct cycle *c)
{
	return c->pushed >= PAGES_MAX || c->pulled >= PAGES_MAX;
}

/* What was to come, or what the phase and the bounds make of it.  Pushing
 * without end must not keep this till from hearing the others. */
static enum cycle_do turn(const struct cycle *c)
{
	enum cycle_do what = c->doing;

	if (!(steps[what].phases & IN(c->phase)))
		what = detour[c->phase];
	if (what == DO_PUSH && c->pushed >= PAGES_MAX)
		what = DO_PULL;
	if ((what == DO_PULL || what == DO_LOAD) && c->pulled >= PAGES_MAX)
		return DO_DONE;
	return fits(c, what) ? what : DO_WAIT;
}

enum cycle_do cycle_next(struct cycle *c, int64_t now, uint64_t dice)
{
	if (c->doing == DO_WAIT) {
		if (!may_begin(c, now, dice))
			return DO_WAIT;
		begin(c, now);
	}
	c->doing = turn(c);
	if (c->doing == DO_DONE && is_full(c)) {
		/* Not all went through: no complete cycle, and another one at once. */
		rest(c, now, dice);
		c->wake_at = now;
	} else if (c->doing == DO_WAIT) {
		rest(c, now, dice);
	} else if (c->doing == DO_PUSH) {
		/* What was written here until now is read from now on; news of the
		 * hub's may be younger than its health. */
		c->heard |= c->kicked;
		c->kicked = false;
	}
	return c->doing;
}

/* An answer to credentials that will be the same next time. */
static bool is_refusal(int status)
{
	return status == 400 || status == 403 || status == 409 || status == 422;
}

static bool is_good(const struct cycle *c, const struct cycle_outcome *o)
{
	if (c->doing == DO_REGISTER && !o->ours && is_refusal(o->status))
		return true;
	return o->empty || (o->status >= 200 && o->status <= 299);
}

void cycle_did(struct cycle *c, const struct cycle_outcome *o, int64_t now, uint64_t dice)
{
	if (c->doing == DO_WAIT)
		return;
	if (!is_good(c, o)) {
		fail(c, o, now, dice);
		return;
	}
	steps[c->doing].good(c, o);
	if (c->doing == DO_WAIT)
		rest(c, now, dice);
}

/* --- from outside --- */

void cycle_init(struct cycle *c, const struct cycle_config *config)
{
	*c = (struct cycle){ .config = *config };
	c->config.interval_us = MAX(config->interval_us, 1);
	c->config.backoff_min_us = MAX(config->backoff_min_us, 1);
	c->config.backoff_max_us = MAX(config->backoff_max_us, c->config.backoff_min_us);
}

void cycle_know(struct cycle *c, enum cycle_phase phase, bool paused, bool loaded)
{
	if (phase == PHASE_LOADING || phase == PHASE_ON)
		phase = loaded ? PHASE_ON : PHASE_LOADING;
	if ((phase != c->phase || paused != c->paused) && c->doing == DO_WAIT) {
		c->failures = 0;
		c->wake_at = 0;
	}
	c->phase = phase;
	c->paused = paused;
	c->loaded = loaded;
}

void cycle_kick(struct cycle *c, int64_t now)
{
	c->kicked = true;
	if (c->doing == DO_WAIT && c->failures == 0 && fits(c, DO_PUSH))
		c->wake_at = MIN(c->wake_at, now);
}

bool cycle_is_quiet(const struct cycle *c)
{
	return !c->heard && !c->kicked && c->pushed == 0 && c->pulled == 0;
}

void cycle_demand(struct cycle *c, int64_t now)
{
	c->demanded = true;
	if (c->doing == DO_WAIT)
		c->wake_at = MIN(c->wake_at, now);
}
