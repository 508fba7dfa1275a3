/* A shop with three tills and a cloud on which anything may happen, all of it by
 * chance and all of it from one seed; and those who look at what came of it.
 *
 *	shop.c		the shop, chance, and posting
 *	shop-acts.c	what people do, one line an act; shop-records.c what they write down
 *	shop-link.c	what the link does
 *	shop-audit.c	the promises, by queries of their own
 *	shop-replay.c	first in, first out, worked out once more from what was entered
 */
#ifndef UNIT_SHOP_H
#define UNIT_SHOP_H

#include "net.h"

#define SHOP_TILLS NET_TILLS

/* A document that was answered: it must be everywhere, once, as it was. */
struct said {
	const struct table *table;
	struct uuid uuid;
	char *entered;
};

/* A name somebody gave to a record, and whether somebody who saw it gave another. */
struct named {
	const struct table *table;
	struct uuid row;
	int n;
	bool superseded;
};

struct shop {
	struct net *net;
	uint64_t rng;
	int64_t now;
	const char *act;		/* what is being done */
	struct said *said;
	int n_said, room_said;
	struct named *named;
	int n_named, room_named;
	bool paired[SHOP_TILLS];
	struct flight flight[SHOP_TILLS];
	bool in_flight[SHOP_TILLS];	/* the hub has answered, the till has not heard it yet */
	int refused;
};

struct shop *shop_new(enum engine engine, uint64_t seed);
void shop_free(struct shop *s);
/* So many acts, then everybody is paired and all is told until it is quiet. */
void shop_opens(struct shop *s, int acts);
void shop_audit(struct shop *s);
void shop_replay(struct shop *s);

/* --- for acts --- */

/* One that happens so often: somebody somewhere, or the link of a till. */
struct act {
	const char *name;
	int often;
	void (*at_a_node)(struct shop *s, struct fixture *f);
	void (*on_a_link)(struct shop *s, int till);
};
extern const struct act record_acts[], link_acts[];	/* end with a NULL name */

#define ANY(table) "SELECT uuid FROM " table " WHERE tenant = $1 AND deleted_at IS NULL ORDER BY uuid"
struct uuid any_product(struct shop *s, struct fixture *f);
struct uuid any_customer(struct shop *s, struct fixture *f);
int64_t any_amount(struct shop *s);
void names_anew(struct shop *s, struct fixture *f, const char *table, struct uuid row);

int64_t chance(struct shop *s, int64_t n);		/* 0 … n - 1 */
bool one_in(struct shop *s, int n);
struct uuid shop_uuid(struct shop *s);
/* Zero when there is none. */
struct uuid any_of(struct shop *s, struct fixture *f, const char *sql);
/* What was just made is answered. */
void shop_made(struct shop *s, struct fixture *f, const struct doc *d);
/* What is not allowed as things stand is refused, and that is that. */
bool shop_may(struct shop *s, struct fixture *f, int rc, const char *what);
bool shop_post(struct shop *s, struct fixture *f, const char *table, struct uuid uuid, struct buf *body);
void shop_names(struct shop *s, struct fixture *f, const struct table *t, struct uuid row, int n);
void shop_supersedes(struct shop *s, struct fixture *f, const struct table *t, struct uuid row);
void records_begin(struct shop *s, struct fixture *f);
void shop_act(struct shop *s);
/* The transaction has been open for a while: a person acts now. */
void shop_now(struct fixture *f);
/* Everything people entered into a document, as text. */
char *entered_text(struct fixture *f, const struct table *t, struct uuid uuid);

#endif
