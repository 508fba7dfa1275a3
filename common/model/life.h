/* What became of one row. */
#ifndef MODEL_LIFE_H
#define MODEL_LIFE_H

#include "model/model.h"

/* {uuid, table, number, updated_at, seq, pending, deleted, row, items:[{at, where, text}]}; ERR_NOT_FOUND. */
int row_life(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err) MUST_CHECK;

#endif
