/* A till's rows become another tenant's while it sells.
 *
 *	small store: renamed at once, by pairing_begin()
 *	others:      clean -> costs -> copied, table by table -> the flip -> the old rows go
 *
 * Each step is a slice between two sales, and leaves all that the next one, perhaps in
 * another life of the process, must know in the row of `moving`.  Until the flip the shop
 * is who it was, and what it writes is in the copies as well (store/mirror.h); from
 * then on it is the new tenant, and the rows of the old one go, slice by slice.  A move that
 * is given up ends the same way: what goes are the copies.  PostgreSQL renames at once. */
#ifndef MODEL_MOVE_H
#define MODEL_MOVE_H

#include "model/model.h"

#define MOVE_AT_ONCE_ROWS 3000	/* renamed in one go: about 0.1 s */
#define MOVE_CHUNK_ROWS 100	/* between two looks at the clock */

/* The lane: rows of `from` become rows of `to`.  0 they are, 1 move_slice() does it. */
int move_begin(struct txn *t, struct uuid from, struct uuid to, struct err *err) MUST_CHECK;
/* The move that is under way is none any more; its copies go later. */
int move_give_up(struct txn *t, struct err *err) MUST_CHECK;
/* The start of a process, before anything is written: this program's tables are mirrored. */
int move_open(struct txn *t, struct err *err) MUST_CHECK;
/* All at once, where nobody waits: no move, and no rows but the shop's. */
int move_clear(struct txn *t, struct err *err) MUST_CHECK;

/* Beside the writer: 1 there is something to move, 0 not, -1.  rows_r: how many it will be
 * in all, where that is not known yet; else 0. */
int move_look(struct db *db, int64_t *rows_r, struct err *err) MUST_CHECK;

enum move_end {
	MOVE_NONE,	/* nothing is left to do */
	MOVE_MORE,	/* another slice */
	MOVE_FLIPPED,	/* the shop is the new tenant; another slice */
};

struct move_slice {
	struct write w;		/* its tenant is set */
	int slice_ms, chunk;	/* rows */
	int64_t rows;		/* move_look()'s */
	enum move_end end;
};
int move_slice(struct move_slice *s, struct err *err) MUST_CHECK;

#endif
