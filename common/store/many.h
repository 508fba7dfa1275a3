/* Several rows in one statement, where each alone would be one: what PostgreSQL asks
 * of a statement is as much work as what it does to a row.
 *	struct many m;
 *	many_begin(&m, t, &sql, tenant);
 *	many_add(&m, ARGS(…), err) … many_end(&m, err)
 *
 * No row is in a statement twice, which ON CONFLICT would refuse: what is said of one
 * again is added up before. */
#ifndef STORE_MANY_H
#define STORE_MANY_H

#include "store/store.h"

#define MANY_AT_ONCE 8
#define MANY_WIDTH 8

/* Its text is before, row for each, after; $1 is the tenant, each ? a value of the row, the
 * first of them its key. */
struct many_sql {
	const char *before, *row, *after;
	int sums;				/* how many values at the end of a row can be added up */
	const char *_Atomic text[MANY_AT_ONCE];	/* for one row, two …; made at the first need */
};

struct many {
	struct txn *t;
	struct many_sql *sql;
	int n, width, most;
	struct val v[1 + MANY_AT_ONCE * MANY_WIDTH];
};

void many_begin(struct many *m, struct txn *t, struct many_sql *sql, struct uuid tenant);
/* Sends what is full. */
int many_add(struct many *m, struct args row, struct err *err) MUST_CHECK;
int many_end(struct many *m, struct err *err) MUST_CHECK;

#endif
