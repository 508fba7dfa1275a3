/* What was decided for people and can be undone, and what only people can decide. */
#ifndef MODEL_REVIEW_H
#define MODEL_REVIEW_H

#include "model/site.h"

/* Something for people to judge, once: kind is a word of the table reviews; a is
 * what stood, b what does not go with it (tables by name; b NULL and zero: none);
 * detail: members of a JSON object, may be NULL. */
int review_open(struct write *w, const char *kind, const char *a_table, struct uuid a, const char *b_table, struct uuid b,
		const char *detail, struct err *err) MUST_CHECK;
/* On the hub: did its till have goods (moves as it sent them) that are not there (as they are)? */
int sale_judge_shelf(struct write *w, const struct doc *sent, const struct doc *d, struct err *err) MUST_CHECK;
/* A version that came from a till, and what stood before it or NULL: a review for
 * each natural key that a living other row has too. */
int review_twins(struct write *w, const struct row *r, const struct row *before, struct err *err) MUST_CHECK;
/* Somebody has seen to it. */
int review_close(struct write *w, const char *kind, struct uuid a, struct uuid b, struct err *err) MUST_CHECK;

/* Made twice: from now on this row is that one.  *r becomes the row, or with
 * ERR_STALE what stands; the same again changes nothing. */
int twin_merge(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct uuid into,
	       struct row *r, struct err *err) MUST_CHECK;
/* It was another one after all; of a product's stock what is still there comes back. */
int twin_unmerge(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct row *r,
		 struct err *err) MUST_CHECK;
/* A whole object, with the heads of both sides: a_head, b_head. */
int review_json(struct db *db, struct pool *pool, struct uuid tenant, const struct row *r, struct buf *out, struct err *err) MUST_CHECK;

/* Names of devices by the origins under which they store. */
struct origins {
	struct pool *pool;
	struct origin {
		struct uuid uuid;
		const char *name;
	} *o;
	int n, room;
};
int origins_load(struct db *db, struct pool *pool, struct uuid tenant, struct origins *o, struct err *err) MUST_CHECK;
const char *origin_name(const struct origins *o, struct uuid origin);	/* NULL: not known here */

/* Keeps the loser with the winner: both in sync form.  1, 0 it was kept before, -1. */
int conflict_keep(struct txn *t, struct uuid tenant, const struct doc *winner, const struct doc *loser, const char *rule, struct err *err) MUST_CHECK;
int conflict_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err) MUST_CHECK;
int conflict_json(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err) MUST_CHECK;
int conflict_count(struct db *db, struct uuid tenant, int64_t since, int64_t *n, struct err *err) MUST_CHECK;
/* The loser becomes a new version, and what it takes the place of a loser.  -1
 * with ERR_CONFLICT "changed" and *now what stands, where that is not the winner
 * any more; force: all the same. */
int conflict_restore(struct write *w, struct uuid uuid, bool force, struct row *now, struct err *err) MUST_CHECK;

/* What tills must hear of their losers.  Hub: [{uuid, table, …}] of versions that
 * `loser` stored, for winners numbered (*since, *until]; *until comes nearer when
 * they are too many for one page. */
int conflict_lost(struct db *db, struct uuid tenant, struct uuid loser, int64_t since, int64_t *until, struct buf *out, struct err *err) MUST_CHECK;
int conflict_take(struct txn *t, struct uuid tenant, struct json lost, struct err *err) MUST_CHECK;

#endif
