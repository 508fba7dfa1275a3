/* The last events of a shop: each is made once and sent to many. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include <stdlib.h>

#define SIZE_FIRST 16u

struct frame *frame_new(int64_t seq, const char *text, size_t len)
{
	uint8_t head[WS_HEAD_MAX];
	size_t n = ws_head(head, WS_TEXT, len);
	struct frame *f = x_alloc(sizeof *f + n + len);

	f->refs = 1;
	f->seq = seq;
	f->len = (uint32_t)(n + len);
	memcpy(f->data, head, n);
	memcpy(f->data + n, text, len);
	return f;
}

struct frame *frame_ref(struct frame *f)
{
	f->refs++;
	return f;
}

void frame_unref(struct frame **fp)
{
	if (*fp && --(*fp)->refs == 0)
		free(*fp);
	*fp = NULL;
}

void ring_init(struct ring *r, unsigned max, int64_t seq)
{
	*r = (struct ring){ .max = max, .forgotten = seq };
}

struct frame *ring_at(const struct ring *r, uint64_t place)
{
	return r->slot[place & (r->size - 1)];
}

void ring_batch(struct ring *r)
{
	r->served = MAX(r->served, r->first);
	if (r->next - r->served < 2)
		return;
	for (uint64_t i = r->served; i < r->next; i++)
		buf_add(&r->batch, ring_at(r, i)->data, ring_at(r, i)->len);
}

void ring_batch_end(struct ring *r)
{
	buf_release(&r->batch);
	r->served = r->next;
}

void ring_clear(struct ring *r, int64_t seq)
{
	for (; r->first < r->next; r->first++)
		frame_unref(&r->slot[r->first & (r->size - 1)]);
	r->forgotten = seq;
}

void ring_release(struct ring *r)
{
	ring_clear(r, 0);
	free(r->slot);
	r->slot = NULL;
	r->size = 0;
}

static void grow(struct ring *r)
{
	unsigned size = r->size ? 2 * r->size : MIN(SIZE_FIRST, r->max);
	struct frame **slot = x_alloc(size * sizeof *slot);

	for (uint64_t i = r->first; i < r->next; i++)
		slot[i & (size - 1)] = ring_at(r, i);
	free(r->slot);
	r->slot = slot;
	r->size = size;
}

static void forget_oldest(struct ring *r)
{
	struct frame **oldest = &r->slot[r->first & (r->size - 1)];

	r->forgotten = (*oldest)->seq;
	frame_unref(oldest);
	r->first++;
}

void ring_add(struct ring *r, struct frame *f)
{
	if (r->next - r->first == r->size && r->size < r->max)
		grow(r);
	if (r->next - r->first == r->size)
		forget_oldest(r);
	r->slot[r->next & (r->size - 1)] = f;
	r->next++;
}

bool ring_find(const struct ring *r, int64_t since, uint64_t *place_r)
{
	uint64_t low = r->first, high = r->next;

	if (since < r->forgotten)
		return false;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (ring_at(r, middle)->seq > since)
			high = middle;
		else
			low = middle + 1;
	}
	*place_r = low;
	return true;
}
