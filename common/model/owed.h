/* What customers owe, and how money goes back to them.  Private to this folder. */
#ifndef MODEL_OWED_H
#define MODEL_OWED_H

#include "model/kinds.h"

/* --- account.c --- */

/* What one invoice left on its customer's account, or (invoice zero) what no invoice did. */
struct owing {
	struct uuid customer;	/* zero: nobody's */
	struct uuid invoice;
	int64_t at;		/* of the invoice */
	int64_t owed;		/* on 1100: the debt less what was paid for it; negative: more was */
	int64_t credit;		/* on 2100 */
	int64_t open;		/* what is left of it when the oldest debts are met first */
};

/* Whatever is not zero, customer by customer, each one's oldest first. */
struct owings {
	struct owing *list;
	int n;
};
/* As they stand now; what debts were met by what named none is one row of no invoice. */
int owings_of_one(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct owings *all,
		  struct err *err) MUST_CHECK;
/* Of the customers who owe one of the invoices between two uuids. */
int owings_of_page(struct db *db, struct pool *pool, struct uuid tenant, struct uuid from, struct uuid to,
		   struct owings *all, struct err *err) MUST_CHECK;
/* As the books say it of that time. */
int owings_of_all(struct db *db, struct pool *pool, struct uuid tenant, int64_t until, struct owings *all,
		  struct err *err) MUST_CHECK;
int owings_of_next(const struct owings *all, int from);	/* where the next customer's begin */
int64_t owings_total(const struct owings *all, int from, int to);
int64_t owings_credit(const struct owings *all, int from, int to);
int64_t owings_open(const struct owings *all, struct uuid invoice);	/* 0: nothing of it */

/* Are they one customer, perhaps made twice?  1, 0, -1. */
int account_is(struct write *w, struct uuid a, struct uuid b, struct err *err) MUST_CHECK;
/* Takes an amount off what a customer owes; what is beyond that is to his credit. */
int account_relieve(struct write *w, struct entry *e, struct uuid customer, int64_t amount, struct err *err) MUST_CHECK;
/* Spends credit: refuses a person more than there is.  field: what asks for it. */
int account_spend(struct write *w, struct uuid customer, int64_t amount, const char *field, struct err *err) MUST_CHECK;
int64_t credit_spent(const struct part_rows *payments);
/* On the hub: with this document a customer has spent more credit than there was. */
int account_judge(struct write *w, const struct doc *d, struct uuid customer, struct err *err) MUST_CHECK;

/* --- owed.c: the sums that are kept --- */

/* One who turned out to be another counts with him: n is whom they all are now. */
#define THEIRS(n) \
	"IN (SELECT uuid FROM customers WHERE tenant = $1 AND uuid = " n " " \
	"UNION ALL SELECT uuid FROM customers WHERE tenant = $1 AND merged_into = " n ") "
/* Who he turned out to be; himself, mostly. */
int customer_now(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct uuid *now, struct err *err) MUST_CHECK;

/* The customer may be zero: he has and owes nothing. */
struct balance {
	int64_t owed, credit;
};
int balance_of(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct balance *b, struct err *err) MUST_CHECK;

/* What is left of one invoice on its customer's account. */
struct debt {
	int64_t owed;		/* less what named it; negative: more than it was */
	int64_t open;		/* when the oldest debts are met first by what named none */
};
int debt_of(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct uuid invoice, struct debt *d,
	    struct err *err) MUST_CHECK;

/* --- refunds.c: how money goes back --- */

/* What an invoice still is worth when all that undid it is taken off. */
struct worth {
	int64_t net, tax;
};
int worth_left(struct write *w, const struct row *invoice, struct worth *left, struct err *err) MUST_CHECK;

/* Reads the refunds of a request; 1 given, 0 left to the server. */
int refunds_take(struct write *w, struct json body, struct doc *d, struct err *err) MUST_CHECK;
/* Instead: what was paid, by the way it was paid, as far as it has not gone back yet,
 * up to `amount`; the rest in cash. */
int refunds_fill(struct write *w, struct doc *d, const struct doc *invoice, int64_t on_account, int64_t amount,
		 struct err *err) MUST_CHECK;
/* Another document of that table ("cancellations", "returns") about the same invoice: 1 and its uuid, 0, -1. */
int undone_by(struct write *w, const struct doc *d, const char *table, struct uuid *by, struct err *err) MUST_CHECK;
int64_t refunds_sum(const struct doc *d);
/* Refunds to credit or account need somebody whose they are. */
int refunds_need_customer(const struct doc *d, struct uuid customer, struct err *err) MUST_CHECK;
/* Books what goes back (worth) against the refunds; `rest` of it is taken off the account. */
int refunds_book(struct write *w, struct entry *e, const struct doc *d, struct uuid customer, struct worth worth,
		 struct err *err) MUST_CHECK;

#endif
