/* Calls between a till's sync and the two servers it talks to.  On the way to
 * the cloud a call may be lost, late, or arrive twice, and so may its answer;
 * one to the till's own server is only ever late. */
#include "base/base.h"
#include "sim.h"

#define LATE_US (90 * SECOND_US)	/* later than anybody waits */
#define USUAL_US (40 * MS)

int status_of(const struct err *err)
{
	static const int statuses[ERR_KINDS] = {
		[ERR_SYNTAX] = 400, [ERR_INPUT] = 422, [ERR_UNKNOWN_USER] = 401, [ERR_DENIED] = 403,
		[ERR_NOT_FOUND] = 404, [ERR_CONFLICT] = 409, [ERR_GONE] = 410, [ERR_STALE] = 412, [ERR_UPGRADE] = 426,
		[ERR_RATE] = 429, [ERR_BUSY] = 503, [ERR_UNCERTAIN] = 503, [ERR_UNREACHABLE] = 503, [ERR_INTERNAL] = 500,
	};

	return statuses[err->kind] ? statuses[err->kind] : 500;
}

/* --- fates --- */

static bool net_is_bad(const struct sim *s, const struct call *c)
{
	return !c->ours && sim_has(s, TROUBLE_NET);
}

static bool is_lost(struct sim *s, const struct call *c)
{
	if (!c->ours && c->till->cut && !s->quiet)
		return true;
	return net_is_bad(s, c) && dice_one_in(&s->dice, 14);
}

static int64_t delay_us(struct sim *s, const struct call *c)
{
	bool bad = c->ours ? sim_has(s, TROUBLE_SLOW) : net_is_bad(s, c);

	if (bad && dice_one_in(&s->dice, 12))
		return dice_between(&s->dice, SECOND_US, LATE_US);
	return s->coarse ? USUAL_US : 1 + dice_below(&s->dice, USUAL_US);
}

/* --- to and fro --- */

static void returns(struct sim *s, void *arg)
{
	syncd_answer(s, arg);
}

void call_answer(struct sim *s, struct call *c, int status)
{
	c->status = status;
	if (!is_lost(s, c))
		sim_at(s, s->now + delay_us(s, c), returns, c);
}

/* A till's token is good for minutes, a deletion is kept for days: nothing arrives that
 * was sent before one that the hub has forgotten. */
static bool is_expired(const struct sim *s, const struct call *c)
{
	return !c->ours && s->now - c->sent_at > s->keep_us;
}

static void arrives(struct sim *s, void *arg)
{
	struct call *c = arg;
	struct node *to = c->ours ? c->till : &s->node[HUB];

	if (!node_is_up(to))
		call_answer(s, c, 0);
	else if (is_expired(s, c))
		call_answer(s, c, 401);
	else if (c->ours)
		apid_take(s, c);
	else
		hub_take(s, c);
}

void call_send(struct sim *s, struct call *c)
{
	struct call *twin;

	c->sent_at = s->now;
	if (!is_lost(s, c))
		sim_at(s, s->now + delay_us(s, c), arrives, c);
	if (!net_is_bad(s, c) || !dice_one_in(&s->dice, 14))
		return;
	twin = pool_memdup(s->pool, c, sizeof *c);
	sim_at(s, s->now + delay_us(s, twin), arrives, twin);
}
