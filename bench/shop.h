/* A shop without a server: the model over a database file, for what is
 * measured beside the daemons.  Any failure ends the program. */
#ifndef BENCH_SHOP_H
#define BENCH_SHOP_H

#include "model/model.h"
#include "store/lane.h"

struct shop {
	struct db *db;
	struct pool *pool;	/* of the open transaction */
	struct site site;
	struct actor who;
	struct counters counters;
	struct txn t;
	struct write w;
	struct err err;
};

/* The file of a stopped server, or a new till's, or a conninfo of libpq.  The tenant is the
 * only one, or the one that BENCH_TENANT names. */
struct db_config shop_where(const char *where);
void shop_open(struct shop *s, const char *where);
void shop_close(struct shop *s);

void shop_begin(struct shop *s);
void shop_commit(struct shop *s);	/* what was made in this transaction's pool is gone */

/* text stays where it is and as it is; returns what is stored. */
struct uuid shop_record(struct shop *s, const char *table, const char *text);
struct uuid shop_document(struct shop *s, const char *table, const char *text, size_t len);
void shop_must(struct shop *s, int rc);

#endif
