/* Sums people read.  Everything is computed from documents, moves and journal
 * lines, or from a cache of sums over them; nothing is stored.
 *
 *	report.c	what is asked; cursors
 *	report_stock.c	what is on the shelf and what is missing there
 *	report_books.c	journal, trial balance, cash
 *	report_sales.c	what was sold: by day, by hour, by product
 *	ageing.c	who owes what since when
 *	sheet.c		how it is answered */
#ifndef MODEL_REPORT_H
#define MODEL_REPORT_H

#include "model/model.h"
#include "model/sheet.h"

#define FOREVER INT64_MAX

struct report {
	struct db *db;
	struct pool *pool;
	struct uuid tenant;
	int64_t from, until;	/* of when: from <= at < until; 0 and FOREVER where nobody asks */
	int64_t offset_us;	/* of the shop's days and hours from UTC */
	struct page page;
	struct uuid product;	/* whose moves and layers */
	const char *level;	/* of the stock: only what is at it, or NULL */
	struct sheet sheet;
};

/* Who the shop is, and how far its clocks are from UTC (setting utc_offset_min). */
int report_begin(struct report *r, struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err) MUST_CHECK;
/* A day of the shop (2026-01-31, the whole of it) or an instant (RFC 3339: from
 * it on, up to it).  NULL: no limit. */
int report_from(struct report *r, const char *name, const char *text, struct err *err) MUST_CHECK;
int report_until(struct report *r, const char *name, const char *text, struct err *err) MUST_CHECK;
/* How things stood then: at the end of a day, or at an instant with what happened in it. */
int report_as_of(struct report *r, const char *name, const char *text, struct err *err) MUST_CHECK;

/* One of in, low, out and oversold; NULL: any. */
int report_level(struct report *r, const char *level, struct err *err) MUST_CHECK;

typedef int report_fn(struct report *r, struct err *err);
report_fn report_inventory, report_moves, report_layers, report_low_stock, report_oversold;
report_fn report_valuation;	/* as of until */
report_fn report_journal, report_trial_balance, report_cash_flow;
report_fn report_daily_sales, report_sales_by_hour, report_sales_by_product;
report_fn report_receivables;	/* as of until */

/* --- for reports --- */

/* A cursor is the bytes of what the last row stands at. */
int report_cursor(const struct report *r, void *at, size_t size, struct err *err) MUST_CHECK;	/* 1 read, 0 none, -1 */
const char *report_cursor_text(struct pool *pool, const void *at, size_t size);
int report_add(int64_t *sum, int64_t amount, struct err *err) MUST_CHECK;
/* All rows of a statement are items, its columns those of the shape. */
int report_rows(struct report *r, const struct sheet_shape *shape, const char *sql, struct args args, struct err *err) MUST_CHECK;

#endif
