/* Disks that exist in memory only, for SQLite, and fail on demand: a VFS that
 * knows for each byte whether it was synced.
 *
 * A file belongs to the disk that is the first part of its path: "/till1/fexl.db".
 * The process that writes may be killed at any call (what it wrote stays), the
 * power may fail at any call (what it did not sync is lost, kept, or torn), a
 * call may fail, the disk may be full.  One connection a file. */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "dice.h"

struct disk;
struct disk_image;

enum disk_fault {
	DISK_FINE,
	DISK_KILL,	/* the process ends in this call */
	DISK_POWER,	/* the machine does */
	DISK_ERROR,	/* this call fails, and no other */
	DISK_FULL,	/* no file grows any more, until disk_mend() */
	DISK_ANY,	/* as DISK_ERROR, but calls that read, lock, map and open count as well */
};

/* Makes it SQLite's only file system. */
void disk_init(void);
struct disk *disk_new(const char *name);
void disk_free(struct disk **disk);

/* The fault happens in the n-th call from now on (1: the next); calls that only
 * read do not count, but for DISK_ANY. */
void disk_arm(struct disk *d, enum disk_fault fault, int64_t n);
void disk_mend(struct disk *d);
/* What the process that uses it notices: nothing works any more. */
bool disk_is_dead(const struct disk *d);
bool disk_power_is_gone(const struct disk *d);
/* After its death, with no connection left: a new process may open it. */
void disk_revive(struct disk *d, struct dice *dice);
/* As if the process, or the machine, ended now. */
void disk_kill(struct disk *d, enum disk_fault how);
bool disk_is_armed(const struct disk *d);	/* the fault has not come yet */

/* The process is gone with all it had open; a new one finds the files as they are. */
void disk_abandon(struct disk *d);

/* A copy as a backup makes it: between transactions. */
struct disk_image *disk_save(const struct disk *d);
void disk_load(struct disk *d, const struct disk_image *image);
void disk_image_free(struct disk_image **image);

#endif
