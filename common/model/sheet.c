/* Rows as JSON or CSV. */
#include "base/base.h"
#include "model/sheet.h"

#include "base/clock.h"
#include "base/csv.h"

/* --- JSON --- */

static void json_cell(struct buf *out, const struct column *c, struct val v)
{
	jw_name(out, c->name);
	if (v.type == VAL_NULL)
		jw_null(out);
	else if (v.type == VAL_UUID)
		jw_uuid(out, v.u);
	else if (v.type == VAL_TEXT)
		jw_str(out, v.s, v.len);
	else if (c->type == COL_TIME)
		jw_time(out, v.i);
	else
		jw_int(out, v.i);
}

static void json_cells(struct buf *out, const struct column *c, const struct val *cells)
{
	for (int i = 0; c[i].name; i++)
		json_cell(out, &c[i], cells[i]);
}

static void json_end_item(struct sheet *s)
{
	if (!s->item_open)
		return;
	if (s->shape->list)
		jw_close(s->out, ']');
	jw_close(s->out, '}');
}

static void json_item(struct sheet *s, const struct val *cells)
{
	json_end_item(s);
	jw_open(s->out, '{');
	json_cells(s->out, s->shape->columns, cells);
	if (s->shape->list) {
		jw_name(s->out, s->shape->list);
		jw_open(s->out, '[');
	}
}

/* --- CSV --- */

/* A program that calculates would take such a text for a formula. */
static bool looks_like_formula(const char *text, size_t len)
{
	return len > 0 && strchr("=+-@\t\r", text[0]) != NULL;
}

static void csv_text(struct sheet *s, struct buf *out, const char *text, size_t len)
{
	if (looks_like_formula(text, len)) {
		text = pool_printf(s->pool, "'%.*s", (int)len, text);
		len++;
	}
	csv_add(out, (struct slice){ text, len });
}

static void csv_cell(struct sheet *s, struct buf *out, const struct column *c, struct val v)
{
	char time[TIME_TEXT_LEN + 1];

	if (v.type == VAL_TEXT)
		csv_text(s, out, v.s, v.len);
	else if (v.type == VAL_UUID)
		buf_str(out, uuid_text(v.u).s);
	else if (v.type == VAL_INT && c->type == COL_TIME)
		time_format(v.i, time), buf_str(out, time);
	else if (v.type == VAL_INT)
		buf_int(out, v.i);
}

/* Behind what stands in the row already; cells NULL: all empty. */
static void csv_cells(struct sheet *s, struct buf *out, const struct column *c, const struct val *cells, bool first)
{
	for (int i = 0; c[i].name; i++) {
		if (i > 0 || !first)
			buf_char(out, ',');
		if (cells)
			csv_cell(s, out, &c[i], cells[i]);
	}
}

static bool is_named(const struct column *c, const char *name)
{
	while (c->name && strcmp(c->name, name) != 0)
		c++;
	return c->name != NULL;
}

/* A line's column that is called as one of its item is called by its list too: sources_in. */
static void csv_header(struct sheet *s)
{
	const struct sheet_shape *h = s->shape;

	for (const struct column *c = h->columns; c->name; c++)
		buf_printf(s->out, "%s%s", c == h->columns ? "" : ",", c->name);
	for (const struct column *c = h->lines; h->list && c->name; c++)
		if (is_named(h->columns, c->name))
			buf_printf(s->out, ",%s_%s", h->list, c->name);
		else
			buf_printf(s->out, ",%s", c->name);
	buf_str(s->out, "\r\n");
}

static void csv_row(struct sheet *s, const struct val *line)
{
	buf_add(s->out, s->head.data, s->head.len);
	if (s->shape->list)
		csv_cells(s, s->out, s->shape->lines, line, false);
	buf_str(s->out, "\r\n");
	s->line_written = true;
}

static void csv_end_item(struct sheet *s)
{
	if (s->item_open && !s->line_written)
		csv_row(s, NULL);
}

static void csv_item(struct sheet *s, const struct val *cells)
{
	csv_end_item(s);
	buf_clear(&s->head);
	csv_cells(s, &s->head, s->shape->columns, cells, true);
	s->line_written = false;
}

/* --- both --- */

void sheet_begin(struct sheet *s, const struct sheet_shape *shape)
{
	s->shape = shape;
	if (s->csv) {
		csv_header(s);
		return;
	}
	jw_open(s->out, '{');
	jw_name(s->out, "items");
	jw_open(s->out, '[');
}

void sheet_item(struct sheet *s, const struct val *cells)
{
	(s->csv ? csv_item : json_item)(s, cells);
	s->item_open = true;
}

void sheet_line(struct sheet *s, const struct val *cells)
{
	if (s->csv) {
		csv_row(s, cells);
		return;
	}
	jw_open(s->out, '{');
	json_cells(s->out, s->shape->lines, cells);
	jw_close(s->out, '}');
}

static void cells_of(const struct rows *rs, int first, const struct column *c, struct val cells[SHEET_COLUMNS_MAX])
{
	for (int i = 0; c[i].name; i++) {
		if (rows_null(rs, first + i))
			cells[i] = v_null();
		else if (c[i].type == COL_UUID)
			cells[i] = v_uuid(rows_uuid(rs, first + i));
		else if (c[i].type == COL_TEXT)
			cells[i] = rows_val(rs, first + i);
		else
			cells[i] = v_int(rows_int(rs, first + i));
	}
}

void sheet_item_of(struct sheet *s, const struct rows *rs, int first)
{
	struct val cells[SHEET_COLUMNS_MAX];

	cells_of(rs, first, s->shape->columns, cells);
	sheet_item(s, cells);
}

void sheet_line_of(struct sheet *s, const struct rows *rs, int first)
{
	struct val cells[SHEET_COLUMNS_MAX];

	cells_of(rs, first, s->shape->lines, cells);
	sheet_line(s, cells);
}

void sheet_end(struct sheet *s)
{
	if (s->csv) {
		csv_end_item(s);
		return;
	}
	json_end_item(s);
	jw_close(s->out, ']');
}

void sheet_total(struct sheet *s, const char *name, int64_t n)
{
	if (!s->csv)
		jw_put_int(s->out, name, n);
}

void sheet_totals(struct sheet *s, const char *name, const struct val *cells)
{
	const struct column *c = s->shape->columns;

	if (s->csv)
		return;
	jw_name(s->out, name);
	jw_open(s->out, '{');
	for (int i = 0; c[i].name; i++)
		if (cells[i].type != VAL_NULL)
			json_cell(s->out, &c[i], cells[i]);
	jw_close(s->out, '}');
}

void sheet_next(struct sheet *s, const char *cursor)
{
	if (s->csv)
		s->next = cursor ? pool_strdup(s->pool, cursor) : NULL;
	else
		jw_put_str(s->out, "next", cursor);
}

void sheet_close(struct sheet *s)
{
	if (!s->csv)
		jw_close(s->out, '}');
	sheet_drop(s);
}

void sheet_drop(struct sheet *s)
{
	buf_release(&s->head);
}
