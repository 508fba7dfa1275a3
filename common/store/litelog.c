/* What is written to the log of SQLite, gathered.  SQLite writes each page of a
 * commit in two pieces; a sale has 57 of them, and each was a call of its own.
 * Here they become one, before anybody could see a difference: at the sync that
 * ends a commit, or when the log is read, measured or cut.
 *
 * The trap: without synchronous=FULL a commit ends without a sync, and others
 * would be sent to frames that are not in the file.  See settings() in litefile.c. */
#include "base/base.h"
#include "store/lite.h"

#include "base/log.h"

#include <pthread.h>
#include <stdlib.h>

/* Bytes; a commit of one sale has 115 KB.  SQLite's own unix file masks a write's length
 * with 17 bits: 131072 would be nothing, and nothing written is a full disk to it. */
#define GATHER_MAX 131071

struct gathered {
	sqlite3_file base;
	sqlite3_file *file;	/* the system's, behind this in memory */
	char *data;
	int len;
	sqlite3_int64 at;	/* where data belongs */
};

static sqlite3_vfs gathering;
static sqlite3_vfs *under;	/* the default when the first connection was opened */

/* What the disk did not take stays, and is tried again before anything else is written. */
static int write_out(struct gathered *g)
{
	int rc = g->len > 0 ? g->file->pMethods->xWrite(g->file, g->data, g->len, g->at) : SQLITE_OK;

	if (rc == SQLITE_OK)
		g->len = 0;
	return rc;
}

static int on_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	struct gathered *g = (struct gathered *)file;
	bool follows = g->len > 0 && at == g->at + g->len && n <= GATHER_MAX - g->len;
	int rc;

	if (!follows && (rc = write_out(g)) != SQLITE_OK)
		return rc;
	if (n > GATHER_MAX)
		return g->file->pMethods->xWrite(g->file, p, n, at);
	if (g->len == 0)
		g->at = at;
	memcpy(g->data + g->len, p, (size_t)n);
	g->len += n;
	return SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	struct gathered *g = (struct gathered *)file;
	int rc = write_out(g);

	return rc == SQLITE_OK ? g->file->pMethods->xRead(g->file, p, n, at) : rc;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct gathered *g = (struct gathered *)file;
	int rc = write_out(g);

	return rc == SQLITE_OK ? g->file->pMethods->xTruncate(g->file, size) : rc;
}

static int on_sync(sqlite3_file *file, int flags)
{
	struct gathered *g = (struct gathered *)file;
	int rc = write_out(g);

	return rc == SQLITE_OK ? g->file->pMethods->xSync(g->file, flags) : rc;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct gathered *g = (struct gathered *)file;
	int rc = write_out(g);

	return rc == SQLITE_OK ? g->file->pMethods->xFileSize(g->file, size) : rc;
}

/* What was not synced was not committed: nobody misses it. */
static int on_close(sqlite3_file *file)
{
	struct gathered *g = (struct gathered *)file;

	free(g->data);
	return g->file->pMethods->xClose(g->file);
}

static int on_control(sqlite3_file *file, int op, void *arg)
{
	sqlite3_file *real = ((struct gathered *)file)->file;

	return real->pMethods->xFileControl(real, op, arg);
}

static int on_sector_size(sqlite3_file *file)
{
	sqlite3_file *real = ((struct gathered *)file)->file;

	return real->pMethods->xSectorSize(real);
}

static int on_characteristics(sqlite3_file *file)
{
	sqlite3_file *real = ((struct gathered *)file)->file;

	return real->pMethods->xDeviceCharacteristics(real);
}

/* The log is never locked and never shared memory: version 1 without locks. */
static const sqlite3_io_methods methods = {
	.iVersion = 1, .xClose = on_close, .xRead = on_read, .xWrite = on_write, .xTruncate = on_truncate, .xSync = on_sync,
	.xFileSize = on_size, .xFileControl = on_control, .xSectorSize = on_sector_size,
	.xDeviceCharacteristics = on_characteristics,
};

static int on_open(sqlite3_vfs *vfs UNUSED, const char *path, sqlite3_file *file, int flags, int *flags_r)
{
	struct gathered *g = (struct gathered *)file;
	int rc;

	if (!(flags & SQLITE_OPEN_WAL))
		return under->xOpen(under, path, file, flags, flags_r);
	*g = (struct gathered){ .file = (sqlite3_file *)(g + 1) };
	rc = under->xOpen(under, path, g->file, flags, flags_r);
	if (rc != SQLITE_OK)
		return rc;
	g->data = x_alloc(GATHER_MAX);
	g->base.pMethods = &methods;
	return SQLITE_OK;
}

static void gather_make(void)
{
	under = sqlite3_vfs_find(NULL);
	gathering = *under;
	gathering.zName = "gathering";
	gathering.szOsFile = (int)sizeof(struct gathered) + under->szOsFile;
	gathering.xOpen = on_open;
	if (sqlite3_vfs_register(&gathering, 0) != SQLITE_OK)
		panic("SQLite takes no file system");
}

const char *lite_gathering(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, gather_make);
	return gathering.zName;
}
