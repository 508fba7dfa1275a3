/* What a report yields: columns and rows.  JSON and CSV are two products of it.
 *
 *	sheet_begin(s, &shape);
 *	while (…)
 *		sheet_item(s, cells);		sheet_line(s, cells);
 *	sheet_end(s);
 *	sheet_total(s, "total", n);
 *	sheet_close(s);
 *
 * JSON is {"items":[{…}], "total":…}; an item whose shape has lines holds them
 * as a list.  CSV (RFC 4180) has a header and a row an item, or a line with its
 * item's cells in front; it has no totals, so that a column holds one thing. */
#ifndef MODEL_SHEET_H
#define MODEL_SHEET_H

#include "schema/schema.h"
#include "store/store.h"

#define SHEET_COLUMNS_MAX 12

struct sheet_shape {
	const char *name;		/* of a file: "daily-sales" */
	const struct column *columns;	/* name and type; ends with a NULL name */
	const char *list;		/* NULL, or the member that holds an item's lines … */
	const struct column *lines;	/* … and their columns */
};

struct sheet {
	struct buf *out;
	struct pool *pool;
	bool csv;
	const struct sheet_shape *shape;
	const char *next;		/* CSV: the cursor of what did not fit, or NULL */
	struct buf head;		/* CSV: the open item's cells */
	bool item_open, line_written;
};

void sheet_begin(struct sheet *s, const struct sheet_shape *shape);
/* A cell for each column, in their order. */
void sheet_item(struct sheet *s, const struct val *cells);
void sheet_line(struct sheet *s, const struct val *cells);
/* The same from columns `first` and on of a result, which stand as the sheet's do. */
void sheet_item_of(struct sheet *s, const struct rows *rs, int first);
void sheet_line_of(struct sheet *s, const struct rows *rs, int first);
void sheet_end(struct sheet *s);

/* Behind the items. */
void sheet_total(struct sheet *s, const char *name, int64_t n);
void sheet_totals(struct sheet *s, const char *name, const struct val *cells);	/* an object of those that are not null */
void sheet_next(struct sheet *s, const char *cursor);	/* NULL: this was the last page */
void sheet_close(struct sheet *s);
/* In the place of sheet_close() when the report cannot be finished. */
void sheet_drop(struct sheet *s);

#endif
