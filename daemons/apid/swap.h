/* Another database takes the place of the living one, at a start.
 *
 *	restore/next.db		made beside it, complete and on the disk
 *	restore/ready		then this; it names the folder of the safety copy
 *
 * At the next start, before the database is opened, what was there moves to
 * backups/before-restore-…/ and next.db to its place.  Each step may be repeated
 * after a crash, and none is half. */
#ifndef APID_SWAP_H
#define APID_SWAP_H

#include "apid/apid.h"

#define SWAP_NAME_LEN 60

/* A copy of the file that nobody uses yet, brought to the present tables. */
int swap_prepare(const struct conf *conf, const char *from, struct db **next, struct err *err) MUST_CHECK;
/* next is closed; the swap comes with the next start.  safety: where the old one will be. */
int swap_arm(const struct conf *conf, char safety[SWAP_NAME_LEN], struct err *err) MUST_CHECK;
/* The start: 1 a swap was made, 0 there was none, -1. */
int swap_make(const struct conf *conf, struct err *err) MUST_CHECK;

#endif
