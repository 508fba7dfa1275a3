/* A simulated file and its disk from inside.  Private to disk.c, file.c and vfs.c. */
#ifndef SIM_FILE_H
#define SIM_FILE_H

#include "disk.h"

#define FILE_NAME_LEN 64
#define SHM_MAX 16

struct file {
	struct file *next;
	char name[FILE_NAME_LEN];
	uint8_t *data;
	size_t size, room;
	struct change *unsynced;	/* newest first */
	void *shm[SHM_MAX];
	bool is_open;
};

struct file *file_new(const char *name);
void file_free(struct file *f);
/* p NULL: cut to `at`. */
void file_change(struct file *f, const void *p, size_t len, int64_t at);
void file_synced(struct file *f);
/* The power failed: of what was not synced none stays, some, or nearly all. */
void file_lose(struct file *f, struct dice *dice);
void file_shm_free(struct file *f);
struct file *file_copy(const struct file *f);

struct disk {
	struct disk *next;
	char name[FILE_NAME_LEN];
	struct file *files;
	enum disk_fault fault;
	int64_t due;			/* calls until it comes */
	bool dead, power_lost, full;
};

/* 0 when the call may do its work, else what SQLite is told: the disk is full, or it failed. */
enum disk_answer { DISK_OK, DISK_NO_ROOM, DISK_FAILED };
enum disk_answer disk_writes(struct disk *d, bool grows);
bool disk_fails(struct disk *d);	/* a call that only reads */
struct disk *disk_of(const char *path);
struct file *disk_file(const struct disk *d, const char *path);

#endif
