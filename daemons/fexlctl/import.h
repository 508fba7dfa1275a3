/* Bringing a shop's history in from a file.
 *
 *	cmd_import.c	the command
 *	input.c		the file's bytes; Latin-1 to UTF-8
 *	map_*.c		what the columns of one kind of file mean: records -> plan
 *	plan.c		products, customers, purchases and sales to be made, and what became of every line
 *	import.c	the plan into the shop, by the API
 *	summary.c	what was done and what was refused
 *
 * All uuids follow from what the file says, so that a second run makes nothing new. */
#ifndef FEXLCTL_IMPORT_H
#define FEXLCTL_IMPORT_H

#include "base/buf.h"
#include "base/map.h"
#include "base/pool.h"
#include "base/uuid.h"
#include "base/csv.h"
#include "fexlctl/ctl.h"

#define DOCUMENT_LINES_MAX 2000		/* what the API takes in one document */
#define NO_LINE SIZE_MAX

/* --- input.c --- */

/* The whole file, unpacked when it is gzip; "-" is stdin. */
int input_load(const char *path, struct buf *out, struct err *err) MUST_CHECK;
/* The field as UTF-8 without control characters; NULL when it cannot be that.
 * Latin-1 is converted and *converted raised. */
const char *input_text(struct pool *pool, struct slice field, size_t *converted);

/* --- the plan --- */

struct plan_product {
	struct uuid uuid;
	const char *sku, *name;
	int64_t price;		/* minor units */
	bool tracked;		/* kept in stock */
	int64_t sold;		/* thousandths, of all sales: what the opening stock must cover */
};

struct plan_customer {
	struct uuid uuid;
	const char *name;
};

struct plan_sale {		/* any invoice of the file, also those that cannot be one */
	struct uuid uuid;
	const char *number;
	bool is_return;				/* takes goods back */
	int64_t at;
	const struct plan_customer *customer;	/* NULL: nobody's */
	size_t first, last, n_lines;		/* its good lines; NO_LINE, 0 when there are none */
	int64_t total;
};

struct plan_line {
	size_t line;			/* in the file, from 1 */
	int n_fields;
	const struct slice *fields;	/* as they stand there */
	const char *reason;		/* "code: why it is neither sold nor returned"; NULL: it is */
	const char *detail;		/* what the server said; NULL */
	struct plan_sale *sale;		/* NULL: none could be told */
	struct plan_product *product;
	int64_t qty, price;		/* thousandths, minor units */
	size_t next;			/* the sale's next line */
};

struct plan {
	struct pool *pool;
	struct uuid space;		/* of all uuids */
	const char *const *columns;	/* the file's header, NULL-terminated */
	int exponent;			/* of its currency */
	struct plan_product *products;
	struct plan_customer *customers;
	struct plan_sale *sales;
	struct plan_line *lines;
	size_t n_products, n_customers, n_sales, n_lines;
	size_t converted;		/* fields that were Latin-1 */
	int64_t opening_at;		/* of the first purchase, in microseconds */
	const char *number_prefix;	/* "OR" */
	struct map by_sku, by_customer, by_number;
};

/* Room for as many of each as the file has lines. */
void plan_init(struct plan *p, struct pool *pool, size_t lines);
void plan_release(struct plan *p);
struct uuid plan_uuid(const struct plan *p, const char *kind, const char *name);

/* The one with that key, made when it is new. */
struct plan_product *plan_product(struct plan *p, const char *sku);
struct plan_customer *plan_customer(struct plan *p, const char *key);
struct plan_sale *plan_sale(struct plan *p, const char *number);
struct plan_line *plan_line(struct plan *p, const struct csv_record *r);

/* The line is sold: it goes behind the others of its sale. */
void plan_sell(struct plan *p, struct plan_line *l);
/* When all lines are there: sales that are too long are refused as a whole,
 * and what the others sell is counted. */
void plan_finish(struct plan *p);
/* None of its lines is sold. */
void plan_refuse(struct plan *p, struct plan_sale *s, const char *reason, const char *detail);

/* --- the maps --- */

/* -1 with err: the file is not what the map reads.  lines: at least as many as it has. */
typedef int (*map_fn)(struct plan *p, struct csv *csv, size_t lines, struct err *err);
int map_online_retail(struct plan *p, struct csv *csv, size_t lines, struct err *err) MUST_CHECK;
bool online_retail_is_goods(const char *code);

/* --- import.c, summary.c --- */

struct import_count {
	size_t posted, duplicate, refused;
};

struct import {
	struct ctl *c;
	struct plan *plan;
	int cost_percent;
	bool dry_run;
	struct import_count products, customers, purchases, invoices, returned;
	const struct plan_product **stock;	/* what the purchases bring, in order */
	size_t n_stock;
	struct plan_sale **sales, **returns;	/* those with a good line */
	size_t n_sales, n_returns;
	struct buf trouble;			/* CSV lines for the report: refused by the server, not a line of the file */
};

int import_run(struct import *im);	/* 0 or an ending */
/* The summary to stdout; the report to its file. */
int import_summary(struct import *im);
int import_report(struct import *im, const char *path);

#endif
