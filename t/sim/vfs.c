/* What SQLite asks of a file system, answered by disk.c and file.c. */
#include "base/base.h"
#include "file.h"

#include "base/log.h"

#include <sqlite3.h>

/* --- what SQLite calls a file --- */

struct handle {
	sqlite3_file base;
	struct disk *disk;
	struct file *file;
};

static int on_close(sqlite3_file *file)
{
	((struct handle *)file)->file->is_open = false;
	return SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	struct handle *h = (struct handle *)file;
	size_t from = (size_t)at, len = from < h->file->size ? MIN((size_t)n, h->file->size - from) : 0;

	if (disk_fails(h->disk))
		return SQLITE_IOERR_READ;
	if (len)
		memcpy(p, h->file->data + from, len);
	if (len == (size_t)n)
		return SQLITE_OK;
	memset((uint8_t *)p + len, 0, (size_t)n - len);
	return SQLITE_IOERR_SHORT_READ;
}

static const int codes[] = { [DISK_OK] = SQLITE_OK, [DISK_NO_ROOM] = SQLITE_FULL, [DISK_FAILED] = SQLITE_IOERR_WRITE };

static int on_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	struct handle *h = (struct handle *)file;
	bool dead = h->disk->dead, grows = (size_t)at + (size_t)n > h->file->size;
	enum disk_answer answer = disk_writes(h->disk, grows);

	if (answer == DISK_OK)
		file_change(h->file, p, (size_t)n, at);
	else if (!dead && h->disk->dead && n > 1)
		file_change(h->file, p, (size_t)n / 2, at);	/* it died in the middle */
	return codes[answer];
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct handle *h = (struct handle *)file;

	if (disk_writes(h->disk, false) != DISK_OK)
		return SQLITE_IOERR_TRUNCATE;
	if ((size_t)size < h->file->size)
		file_change(h->file, NULL, 0, size);
	return SQLITE_OK;
}

static int on_sync(sqlite3_file *file, int flags UNUSED)
{
	struct handle *h = (struct handle *)file;

	if (disk_writes(h->disk, false) != DISK_OK)
		return SQLITE_IOERR_FSYNC;
	file_synced(h->file);
	return SQLITE_OK;
}

static int on_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct handle *h = (struct handle *)file;

	*size = (sqlite3_int64)h->file->size;
	return disk_fails(h->disk) ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int on_lock(sqlite3_file *file, int level UNUSED)
{
	return disk_fails(((struct handle *)file)->disk) ? SQLITE_IOERR_LOCK : SQLITE_OK;
}

static int on_unlock(sqlite3_file *file UNUSED, int level UNUSED)
{
	return SQLITE_OK;
}

static int on_check_lock(sqlite3_file *file UNUSED, int *out)
{
	*out = 0;
	return SQLITE_OK;
}

static int on_control(sqlite3_file *file UNUSED, int op UNUSED, void *arg UNUSED)
{
	return SQLITE_NOTFOUND;
}

static int on_sector_size(sqlite3_file *file UNUSED)
{
	return 4096;
}

static int on_characteristics(sqlite3_file *file UNUSED)
{
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int on_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **p)
{
	struct handle *h = (struct handle *)file;
	struct file *f = h->file;

	if (disk_fails(h->disk))
		return SQLITE_IOERR_SHMMAP;
	if (region >= SHM_MAX)
		panic("%s: the WAL grows beyond %d regions of its index", f->name, SHM_MAX);
	if (!f->shm[region] && extend)
		f->shm[region] = x_alloc((size_t)size);
	*p = f->shm[region];
	return SQLITE_OK;
}

static int on_shm_lock(sqlite3_file *file, int offset UNUSED, int n UNUSED, int flags)
{
	if (flags & SQLITE_SHM_UNLOCK)
		return SQLITE_OK;
	return disk_fails(((struct handle *)file)->disk) ? SQLITE_IOERR_SHMLOCK : SQLITE_OK;
}

static void on_shm_barrier(sqlite3_file *file UNUSED)
{
}

static int on_shm_unmap(sqlite3_file *file, int delete UNUSED)
{
	file_shm_free(((struct handle *)file)->file);
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, .xClose = on_close, .xRead = on_read, .xWrite = on_write, .xTruncate = on_truncate,
	.xSync = on_sync, .xFileSize = on_file_size, .xLock = on_lock, .xUnlock = on_unlock,
	.xCheckReservedLock = on_check_lock, .xFileControl = on_control, .xSectorSize = on_sector_size,
	.xDeviceCharacteristics = on_characteristics, .xShmMap = on_shm_map, .xShmLock = on_shm_lock,
	.xShmBarrier = on_shm_barrier, .xShmUnmap = on_shm_unmap,
};

/* --- the file system --- */

static struct file *file_make(struct disk *d, const char *path)
{
	struct file *f = file_new(path);

	f->next = d->files;
	d->files = f;
	return f;
}

static int on_open(sqlite3_vfs *vfs UNUSED, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	struct handle *h = (struct handle *)file;
	struct disk *d = disk_of(path);
	struct file *f = disk_file(d, path);

	h->base.pMethods = NULL;
	if (disk_fails(d) || (!f && !(flags & SQLITE_OPEN_CREATE)) || (!f && disk_writes(d, true) != DISK_OK))
		return SQLITE_CANTOPEN;
	if (!f)
		f = file_make(d, path);
	if (f->is_open)
		panic("%s is open already", path);
	f->is_open = true;
	*h = (struct handle){ .base = { &methods }, .disk = d, .file = f };
	if (out_flags)
		*out_flags = flags;
	return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs UNUSED, const char *path, int sync UNUSED)
{
	struct disk *d = disk_of(path);
	struct file **at = &d->files, *f;

	if (disk_writes(d, false) != DISK_OK)
		return SQLITE_IOERR_DELETE;
	while (*at && strcmp((*at)->name, path) != 0)
		at = &(*at)->next;
	if (!(f = *at))
		return SQLITE_IOERR_DELETE_NOENT;
	*at = f->next;
	file_free(f);
	return SQLITE_OK;
}

static int on_access(sqlite3_vfs *vfs UNUSED, const char *path, int flags UNUSED, int *there)
{
	struct disk *d = disk_of(path);
	const struct file *f = disk_file(d, path);

	*there = f && f->size > 0;
	return disk_fails(d) ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int on_full_path(sqlite3_vfs *vfs UNUSED, const char *path, int n, char *out)
{
	snprintf(out, (size_t)n, "%s", path);
	return SQLITE_OK;
}

static int on_randomness(sqlite3_vfs *vfs UNUSED, int n, char *p)
{
	dice_bytes(p, (size_t)n);
	return n;
}

static int on_sleep(sqlite3_vfs *vfs UNUSED, int us)
{
	return us;
}

static int on_current_time(sqlite3_vfs *vfs UNUSED, sqlite3_int64 *ms)
{
	*ms = 212000000000000;
	return SQLITE_OK;
}

static int on_last_error(sqlite3_vfs *vfs UNUSED, int n UNUSED, char *text UNUSED)
{
	return 0;
}

void disk_init(void)
{
	static sqlite3_vfs vfs = {
		.iVersion = 2, .szOsFile = sizeof(struct handle), .mxPathname = FILE_NAME_LEN, .zName = "sim",
		.xOpen = on_open, .xDelete = on_delete, .xAccess = on_access, .xFullPathname = on_full_path,
		.xRandomness = on_randomness, .xSleep = on_sleep, .xCurrentTimeInt64 = on_current_time,
		.xGetLastError = on_last_error,
	};

	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		panic("SQLite takes no file system");
}
