/* A screen that is told of a thousand sales a second shows none of them sooner.
 * So many events a second go through as they are; what is more waits a moment
 * and is told as one of each name, with a count and without a uuid.  Tills hear
 * everything. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include "base/clock.h"

#include <stdlib.h>

static const struct timeval pause_until_told = { 0, 200000 };

void digest_drop(struct digest *d)
{
	for (int i = 0; i < d->n; i++)
		frame_unref(&d->bundle[i].last);
	d->n = 0;
	free(d->bundle);
	d->bundle = NULL;
}

static void put(struct shop *s, struct frame *f)
{
	ring_add(&s->told, f);
	shop_changed(s);
}

/* One event of its name is told as it was. */
static struct frame *frame_of(const struct shop *s, const struct bundle *b)
{
	struct happening h = { .name = b->name, .at = b->at, .count = b->count };
	struct buf text = { 0 };
	struct frame *f;

	if (b->count == 1)
		return frame_ref(b->last);
	event_text(s, b->seq, &h, &text);
	f = frame_new(b->seq, text.data, text.len);
	buf_release(&text);
	return f;
}

/* By number: who comes back says the last that he has heard. */
static int by_seq(const void *a, const void *b)
{
	int64_t x = ((const struct bundle *)a)->seq, y = ((const struct bundle *)b)->seq;

	return (x > y) - (x < y);
}

void digest_flush(struct shop *s)
{
	struct digest *d = &s->digest;

	if (d->n == 0)
		return;
	qsort(d->bundle, (size_t)d->n, sizeof *d->bundle, by_seq);
	for (int i = 0; i < d->n; i++)
		put(s, frame_of(s, &d->bundle[i]));
	digest_drop(d);
}

static struct bundle *bundle_for(struct shop *s, const char *name)
{
	struct digest *d = &s->digest;
	struct bundle *b;

	for (int i = 0; i < d->n; i++)
		if (strcmp(d->bundle[i].name, name) == 0)
			return &d->bundle[i];
	if (d->n == BUNDLES_MAX)
		digest_flush(s);
	if (!d->bundle)
		d->bundle = x_alloc(BUNDLES_MAX * sizeof *d->bundle);
	if (d->n == 0)
		event_add(s->digest_due, &pause_until_told);
	b = &d->bundle[d->n++];
	*b = (struct bundle){ .count = 0 };
	snprintf(b->name, sizeof b->name, "%s", name);
	return b;
}

/* Nothing may overtake what waits. */
static bool goes_through(struct shop *s)
{
	struct digest *d = &s->digest;
	int64_t now = clock_boot();

	if (now - d->second_began >= SECOND_US) {
		d->second_began = now;
		d->in_second = 0;
	}
	return d->n == 0 && d->in_second++ < s->rt->screen_events_s;
}

void digest_add(struct shop *s, const struct happening *h, struct frame *f)
{
	struct bundle *b;

	if (goes_through(s)) {
		put(s, frame_ref(f));
		return;
	}
	b = bundle_for(s, h->name);
	b->count += MAX(h->count, 1);
	b->seq = f->seq;
	b->at = h->at;
	frame_unref(&b->last);
	b->last = frame_ref(f);
}
