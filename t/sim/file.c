#include "base/base.h"
#include "file.h"

#include <stdlib.h>

#define SECTOR 512

/* What was done to a file since its last sync: enough to undo and to redo it. */
struct change {
	struct change *older;
	int64_t at, old_size, new_size;
	size_t len, old_len;
	uint8_t *fresh, *old;
};

static void resize(struct file *f, size_t size)
{
	if (size > f->room) {
		f->room = MAX(size, 2 * f->room);
		f->data = x_realloc(f->data, f->room);
	}
	if (size > f->size)
		memset(f->data + f->size, 0, size - f->size);
	f->size = size;
}

struct file *file_new(const char *name)
{
	struct file *f = x_alloc(sizeof *f);

	snprintf(f->name, sizeof f->name, "%s", name);
	return f;
}

struct file *file_copy(const struct file *f)
{
	struct file *copy = file_new(f->name);

	resize(copy, f->size);
	if (f->size)
		memcpy(copy->data, f->data, f->size);
	return copy;
}

static void change_free(struct change *c)
{
	free(c->fresh);
	free(c->old);
	free(c);
}

void file_synced(struct file *f)
{
	while (f->unsynced) {
		struct change *c = f->unsynced;

		f->unsynced = c->older;
		change_free(c);
	}
}

void file_shm_free(struct file *f)
{
	for (int i = 0; i < SHM_MAX; i++) {
		free(f->shm[i]);
		f->shm[i] = NULL;
	}
}

void file_free(struct file *f)
{
	file_synced(f);
	file_shm_free(f);
	free(f->data);
	free(f);
}

static void *copy_of(const void *p, size_t len)
{
	return len ? memcpy(x_alloc(len), p, len) : NULL;
}

void file_change(struct file *f, const void *p, size_t len, int64_t at)
{
	struct change *c = x_alloc(sizeof *c);
	size_t from = (size_t)at, end = p ? from + len : f->size;

	c->at = at;
	c->old_size = (int64_t)f->size;
	c->len = p ? len : 0;
	c->fresh = copy_of(p, c->len);
	c->old_len = from < f->size ? MIN(end, f->size) - from : 0;
	c->old = copy_of(f->data + from, c->old_len);
	resize(f, p ? MAX(end, f->size) : from);
	c->new_size = (int64_t)f->size;
	if (p)
		memcpy(f->data + from, p, len);
	c->older = f->unsynced;
	f->unsynced = c;
}

/* --- the power fails --- */

static void undo(struct file *f, const struct change *c)
{
	resize(f, (size_t)c->old_size);
	if (c->old_len)
		memcpy(f->data + c->at, c->old, c->old_len);
}

/* Some sectors reached the plate, others did not. */
static void redo_torn(struct file *f, const struct change *c, struct dice *dice)
{
	for (size_t from = 0; from < c->len; from += SECTOR) {
		size_t len = MIN(SECTOR, c->len - from), at = (size_t)c->at + from;

		if (dice_one_in(dice, 2))
			continue;
		resize(f, MAX(f->size, at + len));
		memcpy(f->data + at, c->fresh + from, len);
	}
}

static void redo(struct file *f, const struct change *c)
{
	if (!c->fresh) {
		resize(f, (size_t)c->new_size);
		return;
	}
	resize(f, MAX(f->size, (size_t)c->at + c->len));
	memcpy(f->data + c->at, c->fresh, c->len);
}

static void redo_some(struct file *f, struct change *c, int how, struct dice *dice)
{
	if (!c)
		return;
	redo_some(f, c->older, how, dice);
	if (how == 0 || (how == 1 && dice_one_in(dice, 2)))
		return;
	if (c->fresh && dice_one_in(dice, 3))
		redo_torn(f, c, dice);
	else
		redo(f, c);
}

void file_lose(struct file *f, struct dice *dice)
{
	for (const struct change *c = f->unsynced; c; c = c->older)
		undo(f, c);
	redo_some(f, f->unsynced, (int)dice_below(dice, 3), dice);
	file_synced(f);
}

