/* Deadlines of all clients: a slot a second, looked at when it has come.  To
 * put somebody elsewhere costs two pointers, so a ping of 50,000 does as well. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include "base/clock.h"

static struct clients *slot_of(struct wheel *w, int64_t due)
{
	return &w->slot[(uint64_t)(due / SECOND_US) % WHEEL_SLOTS];
}

void wheel_remove(struct client *c)
{
	if (c->due)
		TAILQ_REMOVE(slot_of(&c->shop->rt->wheel, c->due), c, in_slot);
	c->due = 0;
}

/* An expiry before `due` is never slept through. */
void wheel_put(struct client *c, int64_t due)
{
	struct wheel *w = &c->shop->rt->wheel;

	wheel_remove(c);
	if (c->who.expires && !c->closing)
		due = MIN(due, c->who.expires);
	/* The second is over when it is looked at; never one that was. */
	c->due = MAX(due, (w->second + 1) * SECOND_US);
	TAILQ_INSERT_TAIL(slot_of(w, c->due), c, in_slot);
}

static void slot_look(struct realtimed *rt, int64_t second, int64_t now)
{
	struct clients *slot = &rt->wheel.slot[(uint64_t)second % WHEEL_SLOTS];
	struct client *c, *next;

	for (c = TAILQ_FIRST(slot); c; c = next) {
		next = TAILQ_NEXT(c, in_slot);
		if (c->due <= now)
			client_due(c, now);
	}
}

void wheel_turn(struct realtimed *rt, int64_t now)
{
	struct wheel *w = &rt->wheel;
	int64_t last = now / SECOND_US - 1;

	/* After a sleep of the machine once around is enough. */
	if (last - w->second > WHEEL_SLOTS)
		w->second = last - WHEEL_SLOTS;
	while (w->second < last)
		slot_look(rt, ++w->second, now);
}

void wheel_init(struct wheel *w)
{
	for (int i = 0; i < WHEEL_SLOTS; i++)
		TAILQ_INIT(&w->slot[i]);
	w->second = clock_boot() / SECOND_US - 1;
}
