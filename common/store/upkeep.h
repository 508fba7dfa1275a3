/* What a database needs beside its rows: how large it is, are its pages well,
 * room given back. */
#ifndef STORE_UPKEEP_H
#define STORE_UPKEEP_H

#include "store/store.h"

struct upkeep {
	int version;		/* of the schema */
	int64_t bytes;		/* of all pages */
	int64_t unused_bytes;	/* SQLite: of pages that hold nothing; PostgreSQL: 0, its own affair */
	int64_t log_bytes;	/* SQLite: of the WAL; url is its file */
};
int upkeep_look(struct db *db, const char *url, struct upkeep *u, struct err *err) MUST_CHECK;

/* SQLite: every page, index and row is looked at; a line for each fault goes to
 * out, an array of texts.  1 well, 0 not, -1.  PostgreSQL looks after itself: 1. */
int upkeep_check(struct db *db, struct pool *pool, struct buf *out, struct err *err) MUST_CHECK;

/* On a connection of its own.  Nobody can write to SQLite meanwhile. */
int upkeep_vacuum(const struct db_config *living, struct err *err) MUST_CHECK;

#endif
