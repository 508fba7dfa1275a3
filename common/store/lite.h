/* A connection to SQLite, between its file and its statements.  Private to this folder. */
#ifndef STORE_LITE_H
#define STORE_LITE_H

#include "store/driver.h"

#include <sqlite3.h>

static inline sqlite3 *lite(struct db *db)
{
	return db->handle;
}

/* As the driver's: see driver.h. */
int lite_open(struct db *db, struct err *err) MUST_CHECK;
int lite_script(struct db *db, const char *sql, struct err *err) MUST_CHECK;

/* The name of a file system for who writes: SQLite's default one (at the first call),
 * but pieces of the log that follow each other reach it together.  Needs synchronous=FULL. */
const char *lite_gathering(void);

#endif
