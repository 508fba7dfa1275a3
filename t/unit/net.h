/* A hub and its tills in one process: real stores, real merge, no network.
 * What fexl-syncd carries over HTTP is handed over here as the same bytes. */
#ifndef UNIT_NET_H
#define UNIT_NET_H

#include "fixture.h"
#include "sync/sync.h"

#define NET_TILLS 3

struct net {
	struct fixture *hub, *till[NET_TILLS];
	struct actor device[NET_TILLS];		/* each till as the hub sees it */
	int tills;
	int64_t push_until_us;		/* see struct ingest */
};

/* A hub on this engine and n tills on SQLite; not paired yet. */
struct net *net_new(enum engine engine, int n);
void net_free(struct net *net);
void net_pair(struct net *net, int till);	/* registered and approved; first load taken */

/* One push: what was sent stays in the buffers, so that it can be sent again. */
struct flight {
	struct buf body, sent, answer;
	int rows;
};
void net_pack(struct net *net, int till, struct flight *f);	/* read what is dirty */
void net_ingest(struct net *net, int till, struct flight *f);	/* the hub takes it */
void net_confirm(struct net *net, int till, struct flight *f);	/* the verdicts come home */
void flight_release(struct flight *f);

int net_push(struct net *net, int till);	/* until nothing is ready; rows sent */
int net_pull_page(struct net *net, int till, bool *more);	/* a few rows */
int net_pull(struct net *net, int till);	/* until nothing is new; rows applied */
void net_load(struct net *net, int till);
void net_cycle(struct net *net);		/* every till: push, pull; until quiet */
bool net_identical(struct net *net, int till);

/* What a repair moved: rows that differed, by where they went. */
struct repaired {
	int questions, compared, fetched, sent, gone, conflicts;
};
/* What differs is found and exchanged, but not pushed. */
struct repaired net_repair(struct net *net, int till);

/* --- a day in a shop --- */
struct uuid make_product(struct fixture *f, const char *name, int64_t price);
struct uuid make_customer(struct fixture *f, const char *phone);
void change_customer(struct fixture *f, struct uuid customer, const char *member, const char *value);
struct uuid buy(struct fixture *f, struct uuid product, int64_t units, int64_t unit_cost);
void buy_as(struct fixture *f, struct uuid purchase, struct uuid product, int64_t units, int64_t unit_cost);
struct uuid sell(struct fixture *f, struct uuid product, int64_t units, int64_t price);
void sell_as(struct fixture *f, struct uuid invoice, struct uuid product, int64_t units, int64_t price);

int64_t count_of(struct fixture *f, const char *sql);		/* $1 is the tenant */
int64_t dirty_of(struct fixture *f);
const char *column_of_row(struct fixture *f, const char *table, struct uuid uuid, const char *column);

#endif
