/* A tenant: who listens to it, and what it was that happened last.
 *
 * Its events are numbered here, from one to the next, within an epoch.  The
 * first number of an epoch is the time in microseconds: so a `since` of an
 * earlier epoch is below all that is kept, and is never taken for one of ours. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

#include <stdlib.h>

struct shop *shop_find(struct realtimed *rt, struct uuid tenant)
{
	return map_get(&rt->by_tenant, tenant.b, sizeof tenant.b);
}

static void on_digest_due(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	digest_flush(arg);
}

static void epoch_begin(struct shop *s)
{
	s->epoch = uuid_v7();
	s->seq = MAX(clock_wall(), s->seq);
}

struct shop *shop_get(struct realtimed *rt, struct uuid tenant)
{
	struct shop *s = shop_find(rt, tenant);

	if (s)
		return s;
	s = x_alloc(sizeof *s);
	s->rt = rt;
	s->tenant = tenant;
	TAILQ_INIT(&s->clients);
	epoch_begin(s);
	ring_init(&s->all, rt->events_kept, s->seq);
	ring_init(&s->told, rt->events_kept, s->seq);
	s->digest_due = evtimer_new(rt->base, on_digest_due, s);
	if (!s->digest_due)
		panic("no timer for a shop");
	s->empty_since = clock_boot();
	map_put(&rt->by_tenant, tenant.b, sizeof tenant.b, s);
	TAILQ_INSERT_TAIL(&rt->shops, s, in_all);
	rt->n_shops++;
	return s;
}

void shop_free(struct shop **sp)
{
	struct shop *s = *sp;
	struct client *c;

	*sp = NULL;
	while ((c = TAILQ_FIRST(&s->clients)))
		client_free(&c);
	if (s->dirty)
		TAILQ_REMOVE(&s->rt->dirty, s, in_dirty);
	TAILQ_REMOVE(&s->rt->shops, s, in_all);
	map_remove(&s->rt->by_tenant, s->tenant.b, sizeof s->tenant.b);
	s->rt->n_shops--;
	digest_drop(&s->digest);
	ring_release(&s->all);
	ring_release(&s->told);
	event_free(s->digest_due);
	free(s);
}

/* What happened lately is kept for those who come back soon. */
void shops_forget(struct realtimed *rt)
{
	int64_t before = clock_boot() - rt->memory_us;
	struct shop *s, *next;

	for (s = TAILQ_FIRST(&rt->shops); s; s = next) {
		next = TAILQ_NEXT(s, in_all);
		if (s->n_clients == 0 && s->empty_since < before)
			shop_free(&s);
	}
}

/* --- events --- */

void event_text(const struct shop *s, int64_t seq, const struct happening *h, struct buf *out)
{
	jw_open(out, '{');
	jw_put_uuid(out, "epoch", s->epoch);
	jw_put_int(out, "seq", seq);
	jw_put_str(out, "event", h->name);
	if (h->has_uuid)
		jw_put_uuid(out, "uuid", h->uuid);
	else
		jw_put_null(out, "uuid");
	jw_put_time(out, "at", h->at);
	if (!uuid_is_zero(h->device))
		jw_put_uuid(out, "device", h->device);
	if (h->count > 1)
		jw_put_int(out, "count", h->count);
	jw_close(out, '}');
}

void shop_changed(struct shop *s)
{
	if (!s->dirty)
		TAILQ_INSERT_TAIL(&s->rt->dirty, s, in_dirty);
	s->dirty = true;
	realtimed_flush_soon(s->rt);
}

void shop_tell(struct shop *s, const struct happening *h)
{
	struct buf text = { 0 };
	struct frame *f;

	event_text(s, ++s->seq, h, &text);
	f = frame_new(s->seq, text.data, text.len);
	buf_release(&text);
	s->rt->counted.events++;
	digest_add(s, h, f);
	ring_add(&s->all, f);
	shop_changed(s);
}

void shop_resync(struct shop *s)
{
	struct client *c;

	epoch_begin(s);
	event_del(s->digest_due);
	digest_drop(&s->digest);
	ring_clear(&s->all, s->seq);
	ring_clear(&s->told, s->seq);
	TAILQ_FOREACH(c, &s->clients, in_shop)
		client_resync(c);
	shop_changed(s);
}
