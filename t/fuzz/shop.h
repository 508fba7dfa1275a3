/* What harnesses near the database stand on: a shop in memory, made once, in
 * which each input acts within a transaction that is undone, so that no input
 * knows of those before it.  The clocks stand still. */
#ifndef FUZZ_SHOP_H
#define FUZZ_SHOP_H

#include "model/model.h"
#include "store/lane.h"

struct shop {
	struct db *db;
	struct pool *pool;		/* of one input */
	struct site site;
	struct actor who;		/* an owner */
	struct uuid tenant;
	struct actor till;		/* a hub's: approved */
	struct uuid other;		/* a hub's: another shop, which nobody may touch */
	struct counters counters;
	struct txn t;
	struct write w;
	struct err err;
};

struct shop *shop_open(bool hub);
void shop_begin(struct shop *s);
void shop_undo(struct shop *s);

/* The call of the harness's own must succeed, whatever the input was. */
void insist(bool holds);
/* -1 or more, and -1 with an error that may be sent. */
int insist_told(int rc, const struct err *err);
/* The first column of the first row; $1 is the tenant. */
int64_t shop_int(struct shop *s, const char *sql, struct uuid tenant);
/* Books balance, stock is the sum of its moves, and the other shop is as it was. */
void shop_insist_sound(struct shop *s);

#endif
