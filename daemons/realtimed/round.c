/* May they still listen?  We cannot look it up, so apid is asked whenever it
 * says that somebody may have lost his right, and after every time that it was
 * away: what it would have told us then, it tells us now. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/log.h"

#define AGAIN_US (2 * SECOND_US)	/* without an answer */

void round_init(struct round *r)
{
	TAILQ_INIT(&r->waiting);
}

static void name(struct buf *out, const struct client *c)
{
	static const uint8_t none[32];
	const struct listener *w = &c->who;

	jw_open(out, '{');
	jw_put_uuid(out, "tenant", c->shop->tenant);
	if (!uuid_is_zero(w->device))
		jw_put_uuid(out, "device", w->device);
	if (!uuid_is_zero(w->user))
		jw_put_uuid(out, "user", w->user);
	if (memcmp(w->session, none, sizeof none) != 0) {
		struct buf hex = { 0 };

		hex_add(&hex, w->session, sizeof w->session);
		jw_put_str(out, "session", hex.data);
		buf_release(&hex);
	}
	jw_close(out, '}');
}

static void ask(struct realtimed *rt)
{
	struct round *r = &rt->round;
	struct wire_msg m = { .type = WIRE_HOLDERS };
	struct buf list = { 0 };
	struct client *c;

	if (!rt->apid || r->n_named > 0 || TAILQ_EMPTY(&r->waiting))
		return;
	jw_open(&list, '[');
	while (r->n_named < ROUND_MAX && (c = TAILQ_FIRST(&r->waiting))) {
		TAILQ_REMOVE(&r->waiting, c, in_round);
		c->unsure = false;
		r->named[r->n_named++] = c;
		name(&list, c);
	}
	jw_close(&list, ']');
	r->asked_at = clock_boot();
	m.v[HOLDERS_ROUND] = (struct wire_value){ .set = true, .i = ++r->number };
	m.v[HOLDERS_LIST] = (struct wire_value){ .set = true, .s = list.data };
	wire_send(rt->apid, &m);
	buf_release(&list);
}

static void want_one(struct round *r, struct client *c)
{
	if (c->unsure || c->closing)
		return;
	c->unsure = true;
	TAILQ_INSERT_TAIL(&r->waiting, c, in_round);
}

static void want_shop(struct round *r, struct shop *s)
{
	struct client *c;

	TAILQ_FOREACH(c, &s->clients, in_shop)
		want_one(r, c);
}

void round_want(struct realtimed *rt, const struct uuid *tenant)
{
	struct shop *s;

	if (tenant && (s = shop_find(rt, *tenant)))
		want_shop(&rt->round, s);
	if (!tenant)
		TAILQ_FOREACH(s, &rt->shops, in_all)
			want_shop(&rt->round, s);
	ask(rt);
}

void round_remove(struct realtimed *rt, struct client *c)
{
	struct round *r = &rt->round;

	if (c->unsure)
		TAILQ_REMOVE(&r->waiting, c, in_round);
	c->unsure = false;
	for (int i = 0; i < r->n_named; i++)
		if (r->named[i] == c)
			r->named[i] = NULL;
}

static void deny(struct realtimed *rt, struct json list)
{
	struct round *r = &rt->round;

	for (size_t i = 0; i < json_len(list); i++) {
		int64_t place;

		if (json_to_int(json_at(list, i), "/list", 0, r->n_named - 1, &place, NULL) < 0 || !r->named[place])
			continue;
		rt->counted.denied++;
		client_close(r->named[place], CLOSE_DENIED, "revoked or signed out");
	}
}

void round_answer(struct realtimed *rt, const struct wire_msg *m)
{
	struct pool *pool = pool_new();
	const char *text = m->v[STANDING_LIST].s;
	struct json list;

	if (m->v[STANDING_ROUND].i == rt->round.number && json_parse(pool, text, strlen(text), &list, NULL) == 0) {
		deny(rt, list);
		rt->round.n_named = 0;
		ask(rt);
	}
	pool_free(&pool);
}

/* Those whom nobody has answered for are asked after once more. */
static void again(struct realtimed *rt)
{
	struct round *r = &rt->round;
	int n = r->n_named;

	r->n_named = 0;
	for (int i = 0; i < n; i++)
		if (r->named[i])
			want_one(r, r->named[i]);
	ask(rt);
}

void round_tick(struct realtimed *rt, int64_t now)
{
	if (rt->round.n_named > 0 && now - rt->round.asked_at >= AGAIN_US)
		again(rt);
}
