#include "base/base.h"
#include "file.h"

#include "base/log.h"

#include <stdlib.h>

struct disk_image {
	struct file *files;
};

static struct disk *disks;

static void files_free(struct file **list)
{
	while (*list) {
		struct file *f = *list;

		*list = f->next;
		file_free(f);
	}
}

static struct file *files_copy(const struct file *list)
{
	struct file *copies = NULL;

	for (const struct file *f = list; f; f = f->next) {
		struct file *copy = file_copy(f);

		copy->next = copies;
		copies = copy;
	}
	return copies;
}

/* --- faults --- */

static void die(struct disk *d, enum disk_fault how)
{
	d->dead = true;
	d->power_lost |= how == DISK_POWER;
}

static bool is_due(struct disk *d)
{
	return d->fault != DISK_FINE && --d->due == 0;
}

enum disk_answer disk_writes(struct disk *d, bool grows)
{
	enum disk_fault fault = d->fault;

	if (d->dead)
		return DISK_FAILED;
	if (!is_due(d))
		return d->full && grows ? DISK_NO_ROOM : DISK_OK;
	d->fault = DISK_FINE;
	switch (fault) {
	case DISK_KILL:
	case DISK_POWER:
		die(d, fault);
		return DISK_FAILED;
	case DISK_FULL:
		d->full = true;
		return grows ? DISK_NO_ROOM : DISK_OK;
	default:
		return DISK_FAILED;
	}
}

bool disk_fails(struct disk *d)
{
	if (d->dead)
		return true;
	if (d->fault != DISK_ANY || !is_due(d))
		return false;
	d->fault = DISK_FINE;
	return true;
}

void disk_arm(struct disk *d, enum disk_fault fault, int64_t n)
{
	d->fault = fault;
	d->due = n;
}

bool disk_is_armed(const struct disk *d)
{
	return d->fault != DISK_FINE;
}

void disk_mend(struct disk *d)
{
	d->fault = DISK_FINE;
	d->full = false;
}

bool disk_is_dead(const struct disk *d)
{
	return d->dead;
}

bool disk_power_is_gone(const struct disk *d)
{
	return d->power_lost;
}

void disk_kill(struct disk *d, enum disk_fault how)
{
	die(d, how);
}

void disk_revive(struct disk *d, struct dice *dice)
{
	for (struct file *f = d->files; f; f = f->next) {
		if (f->is_open)
			panic("%s is still open on a dead disk", f->name);
		file_shm_free(f);
		if (d->power_lost)
			file_lose(f, dice);
	}
	d->dead = d->power_lost = false;
	d->fault = DISK_FINE;
}

void disk_abandon(struct disk *d)
{
	for (struct file *f = d->files; f; f = f->next) {
		f->is_open = false;
		file_shm_free(f);
	}
	disk_mend(d);
}

/* --- disks --- */

struct disk *disk_new(const char *name)
{
	struct disk *d = x_alloc(sizeof *d);

	snprintf(d->name, sizeof d->name, "/%s/", name);
	d->next = disks;
	disks = d;
	return d;
}

void disk_free(struct disk **dp)
{
	struct disk **at = &disks;

	while (*at != *dp)
		at = &(*at)->next;
	*at = (*dp)->next;
	files_free(&(*dp)->files);
	free(*dp);
	*dp = NULL;
}

struct disk_image *disk_save(const struct disk *d)
{
	struct disk_image *image = x_alloc(sizeof *image);

	image->files = files_copy(d->files);
	return image;
}

void disk_load(struct disk *d, const struct disk_image *image)
{
	files_free(&d->files);
	d->files = files_copy(image->files);
}

void disk_image_free(struct disk_image **image)
{
	files_free(&(*image)->files);
	free(*image);
	*image = NULL;
}

struct disk *disk_of(const char *path)
{
	struct disk *d = disks;

	while (d && strncmp(path, d->name, strlen(d->name)) != 0)
		d = d->next;
	if (!d)
		panic("%s is on no disk", path);
	return d;
}

struct file *disk_file(const struct disk *d, const char *path)
{
	struct file *f = d->files;

	while (f && strcmp(f->name, path) != 0)
		f = f->next;
	return f;
}
