/* Records and opening stock from a CSV file.  A row finds the record that has its
 * key already, so that the same file again changes nothing; every row goes the way
 * of a person's request and is checked like one.
 *
 * All rows are one write: it is for the caller to keep it or to undo it. */
#include "base/base.h"
#include "model/model.h"

#include <ctype.h>

#include "base/csv.h"
#include "base/log.h"
#include "base/money.h"

#define ERRORS_SHOWN 100
#define OPENING_LINES 1000	/* of one document */

static const struct import_kind {
	const char *name, *table;
	const char *keys[4];		/* columns that tell which record is meant, the first that has a value */
} kinds[] = {
	{ "products", "products", { "sku", "barcode", "name" } },
	{ "customers", "customers", { "phone", "email", "name" } },
	{ "suppliers", "suppliers", { "name" } },
	{ "opening-stock", "products", { "sku", "barcode", "name" } },
};

struct importing {
	struct write *w;
	const struct import_kind *kind;
	const struct table *table;
	struct import_report *report;
	int exponent;				/* of the currency */
	int n;					/* columns of the file */
	const char *name[CSV_FIELDS_MAX];
	struct buf lines;			/* opening stock: what the next document holds */
	int n_lines;
};

static bool is_stock(const struct importing *im)
{
	return strcmp(im->kind->name, "opening-stock") == 0;
}

/* --- what is not right is told, row by row --- */

static void refuse(struct importing *im, size_t line, const struct err *why)
{
	struct import_report *r = im->report;

	r->refused++;
	if (r->refused > ERRORS_SHOWN)
		return;
	jw_open(&r->errors, '{');
	jw_put_int(&r->errors, "line", (int64_t)line);
	jw_put_str(&r->errors, "field", why->field[0] == '/' ? why->field + 1 : why->field);
	jw_put_str(&r->errors, "code", why->code);
	jw_put_str(&r->errors, "reason", why->text);
	jw_close(&r->errors, '}');
}

/* --- the header --- */

/* "Unit Cost" is unit_cost. */
static const char *column_name(struct pool *pool, struct slice cell)
{
	char *name = pool_strndup(pool, cell.p, cell.len);
	size_t len = strlen(name);

	while (len > 0 && name[len - 1] == ' ')
		name[--len] = '\0';
	for (char *c = name; *c; c++)
		*c = *c == ' ' || *c == '-' ? '_' : (char)tolower((unsigned char)*c);
	return name;
}

static const struct column stock_columns[] = {
	{ "qty", .type = COL_QTY }, { "unit_cost", .type = COL_MONEY }, { NULL }
};

/* What a cell of this column means; NULL: there is no such column. */
static const struct column *column_of(const struct importing *im, const char *name)
{
	int i = table_column(im->table, name);

	for (const struct column *c = stock_columns; is_stock(im) && c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	if (i < 0 || im->table->columns[i].flags & (COL_SERVER | COL_SECRET))
		return NULL;
	return &im->table->columns[i];
}

static int refuse_column(struct importing *im, const char *name, struct err *err)
{
	struct buf known = { 0 };

	for (const struct column *c = im->table->columns; c->name; c++)
		if (column_of(im, c->name))
			buf_printf(&known, "%s%s", known.len ? ", " : "", c->name);
	if (is_stock(im))
		buf_str(&known, ", qty, unit_cost");
	err_field(err, "/line/1", "unknown_column", "line 1: there is no column \"%.60s\"; known are %s", name, known.data);
	buf_release(&known);
	return -1;
}

static int read_header(struct importing *im, const struct csv_record *r, struct err *err)
{
	im->n = r->n;
	for (int i = 0; i < r->n; i++) {
		im->name[i] = column_name(im->w->t->pool, r->field[i]);
		if (!column_of(im, im->name[i]))
			return refuse_column(im, im->name[i], err);
		for (int j = 0; j < i; j++)
			if (strcmp(im->name[i], im->name[j]) == 0)
				return err_field(err, "/line/1", "twice", "line 1: the column %s stands there twice", im->name[i]);
	}
	return 0;
}

/* --- cells --- */

static struct slice cell(const struct importing *im, const struct csv_record *r, const char *name)
{
	for (int i = 0; i < MIN(im->n, r->n); i++)
		if (strcmp(im->name[i], name) == 0)
			return r->field[i];
	return (struct slice){ "", 0 };
}

static int put_decimal(const char *name, struct slice text, int places, struct buf *out, struct err *err)
{
	char field[POINTER_MAX];
	int64_t n;

	member_pointer(field, name);
	if (decimal_parse(text, places, &n) < 0)
		return err_field(err, field, "number", "%s: \"%.*s\" is no number with at most %d decimals (1234.5)", name,
				 (int)MIN(text.len, 40u), text.p, places);
	jw_put_int(out, name, n);
	return 0;
}

static int put_rate(const char *name, struct slice text, struct buf *out, struct err *err)
{
	if (text.len > 0 && text.p[text.len - 1] == '%')
		text.len--;
	return put_decimal(name, text, 2, out, err);	/* percent: hundredths of it are basis points */
}

static int put_bool(const char *name, struct slice text, struct buf *out, struct err *err)
{
	static const char *const words[][2] = { { "no", "yes" }, { "false", "true" }, { "0", "1" } };
	char field[POINTER_MAX];

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		for (int yes = 0; yes < 2; yes++)
			if (text.len == strlen(words[i][yes]) && strncasecmp(text.p, words[i][yes], text.len) == 0) {
				jw_put_bool(out, name, yes);
				return 0;
			}
	member_pointer(field, name);
	return err_field(err, field, "not_a_choice", "%s: \"%.*s\" is neither yes nor no", name, (int)MIN(text.len, 40u), text.p);
}

/* A natural key is looked up as its twin would be. */
static const char *find_sql(struct importing *im, const struct table *table, const char *column)
{
	const char *twin = table_sql(table)->twin[table_column(table, column)];

	return twin ? twin : pool_printf(im->w->t->pool, "SELECT uuid FROM %s WHERE tenant = $1 AND %s = $2 AND uuid <> $3 "
					 "AND deleted_at IS NULL ORDER BY uuid LIMIT 1", table->name, column);
}

/* 1 and the living record that has this value, 0, -1. */
static int find_by(struct importing *im, const struct table *table, const char *column, struct slice text, struct uuid *uuid,
		   struct err *err)
{
	static const struct uuid nobody = { { 0 } };
	struct args args = ARGS(v_uuid(im->w->tenant), v_text_n(text.p, text.len), v_uuid(nobody));
	struct val v;
	int n = db_one(im->w->t->db, im->w->t->pool, find_sql(im, table, column), args, &v, 1, err);

	if (n > 0)
		*uuid = v.u;
	return n;
}

/* A reference is given by name; a category that is not there yet is made. */
static int put_reference(struct importing *im, const struct column *c, struct slice text, struct buf *out, struct err *err)
{
	const struct table *parent = schema_table(c->parent);
	struct buf body = { 0 };
	struct uuid uuid;
	struct json j;
	struct row r;
	int n = find_by(im, parent, "name", text, &uuid, err);

	if (n == 0) {
		jw_open(&body, '{');
		jw_put_str(&body, "name", pool_strndup(im->w->t->pool, text.p, text.len));
		jw_close(&body, '}');
		n = json_parse(im->w->t->pool, body.data, body.len, &j, err);
		if (n == 0)
			n = record_create(im->w, parent, j, &r, err);
		uuid = r.uuid;
		buf_release(&body);
	}
	if (n < 0)
		return -1;
	jw_put_uuid(out, c->name, uuid);
	return 0;
}

static int put_cell(struct importing *im, const char *name, struct slice text, struct buf *out, struct err *err)
{
	const struct column *c = column_of(im, name);

	if (!c)
		panic("import: nobody looked at the column %s", name);
	switch (c->type) {
	case COL_MONEY:
		return put_decimal(name, text, im->exponent, out, err);
	case COL_QTY:
		return put_decimal(name, text, 3, out, err);
	case COL_RATE:
		return put_rate(name, text, out, err);
	case COL_INT:
		return put_decimal(name, text, 0, out, err);
	case COL_BOOL:
		return put_bool(name, text, out, err);
	case COL_REF:
		return put_reference(im, c, text, out, err);
	default:
		jw_put_str(out, name, pool_strndup(im->w->t->pool, text.p, text.len));
		return 0;
	}
}

/* An empty cell says nothing: what is there stays. */
static int row_body(struct importing *im, const struct csv_record *r, struct json *body, struct err *err)
{
	struct buf text = { 0 };
	int rc = 0;

	jw_open(&text, '{');
	for (int i = 0; rc == 0 && i < im->n; i++)
		if (i < r->n && r->field[i].len > 0)
			rc = put_cell(im, im->name[i], r->field[i], &text, err);
	jw_close(&text, '}');
	if (rc == 0)
		rc = json_parse(im->w->t->pool, text.data, text.len, body, err);
	buf_release(&text);
	return rc;
}

/* Which record a row means: 1, 0 (a new one), -1. */
static int find_record(struct importing *im, const struct csv_record *r, struct uuid *uuid, struct err *err)
{
	for (int i = 0; im->kind->keys[i]; i++) {
		struct slice value = cell(im, r, im->kind->keys[i]);

		if (value.len > 0)
			return find_by(im, im->table, im->kind->keys[i], value, uuid, err);
	}
	return 0;
}

/* --- rows --- */

static int take_record(struct importing *im, const struct csv_record *r, struct err *err)
{
	struct row now, then;
	struct uuid uuid;
	struct json body;
	int n;

	if (row_body(im, r, &body, err) < 0 || (n = find_record(im, r, &uuid, err)) < 0)
		return -1;
	if (n == 0) {
		if (record_create(im->w, im->table, body, &now, err) < 0)
			return -1;
		im->report->created++;
		return 0;
	}
	if (row_load(im->w->t->db, im->w->t->pool, im->w->tenant, im->table, uuid, &then, err) < 0 ||
	    record_change(im->w, im->table, uuid, NULL, body, &now, err) < 0)
		return -1;
	++*(now.updated_at == then.updated_at ? &im->report->unchanged : &im->report->changed);
	return 0;
}

static int store_opening(struct importing *im, struct err *err)
{
	struct buf text = { 0 };
	bool identical;
	struct json body;
	struct doc d;
	int rc;

	if (im->n_lines == 0)
		return 0;
	jw_open(&text, '{');
	jw_put_str(&text, "kind", "opening");
	jw_put_str(&text, "reason", "Opening stock, imported");
	jw_name(&text, "lines");
	jw_open(&text, '[');
	jw_raw(&text, im->lines.data, im->lines.len);
	jw_close(&text, ']');
	jw_close(&text, '}');
	rc = json_parse(im->w->t->pool, text.data, text.len, &body, err);
	if (rc == 0)
		rc = document_create(im->w, schema_table("stock_adjustments"), body, &d, &identical, err);
	buf_release(&text);
	buf_clear(&im->lines);
	im->n_lines = 0;
	return rc;
}

static int put_stock_line(struct importing *im, const struct csv_record *r, struct uuid product, struct err *err)
{
	static const char *const needed[] = { "qty", "unit_cost" };
	struct buf line = { 0 };
	int rc = 0;

	jw_open(&line, '{');
	jw_put_uuid(&line, "product", product);
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(needed); i++) {
		struct slice text = cell(im, r, needed[i]);

		if (text.len == 0 && i == 0)
			rc = err_field(err, "/qty", "required", "qty is missing");
		else if (text.len > 0)
			rc = put_cell(im, needed[i], text, &line, err);
	}
	jw_close(&line, '}');
	if (rc == 0)
		jw_raw(&im->lines, line.data, line.len);
	buf_release(&line);
	return rc;
}

static int take_stock(struct importing *im, const struct csv_record *r, struct err *err)
{
	struct uuid product;
	int n = find_record(im, r, &product, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/sku", "unknown", "there is no product with this sku, barcode or name: import the products first");
	if (put_stock_line(im, r, product, err) < 0)
		return -1;
	im->report->created++;
	return ++im->n_lines < OPENING_LINES ? 0 : store_opening(im, err);
}

/* A row that is refused has written nothing: requests are checked before their
 * first statement. */
static int take_row(struct importing *im, const struct csv_record *r, struct err *err)
{
	struct err why = { 0 };
	int rc;

	if (r->n > im->n)
		rc = err_field(&why, "", "fields", "the line has %d fields, the header %d", r->n, im->n);
	else
		rc = is_stock(im) ? take_stock(im, r, &why) : take_record(im, r, &why);
	if (rc == 0)
		return 0;
	if (err_is_ours(&why)) {
		*err = why;
		return -1;
	}
	refuse(im, r->line, &why);
	return 0;
}

static int take_rows(struct importing *im, struct csv *csv, int rows_max, struct err *err)
{
	struct csv_record r;
	int n;

	while ((n = csv_next(csv, im->w->t->pool, &r, err)) > 0) {
		if (im->report->rows == rows_max)
			return err_field(err, "", "too_many_rows", "the file has more than %d rows: split it", rows_max);
		im->report->rows++;
		if (take_row(im, &r, err) < 0)
			return -1;
	}
	return n < 0 ? -1 : store_opening(im, err);
}

static const struct import_kind *kind_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

int import_csv(struct write *w, const char *kind, struct slice text, int rows_max, struct import_report *report, struct err *err)
{
	struct importing im = { .w = w, .kind = kind_named(kind), .report = report };
	struct csv_record header;
	int64_t exponent;
	struct csv csv;
	int n;

	if (!im.kind)
		return err_set(err, ERR_NOT_FOUND, "not_found", "%s cannot be imported: products, customers, suppliers and "
			       "opening-stock can", kind);
	im.table = schema_table(im.kind->table);
	if (setting_int(w->t->db, w->tenant, "currency_exponent", 2, &exponent, err) < 0)
		return -1;
	im.exponent = (int)exponent;
	csv_open(&csv, text.p, text.len);
	if ((n = csv_next(&csv, w->t->pool, &header, err)) <= 0)
		return n < 0 ? -1 : err_field(err, "", "empty", "the file is empty: its first line names the columns");
	n = read_header(&im, &header, err);
	if (n == 0)
		n = take_rows(&im, &csv, rows_max, err);
	buf_release(&im.lines);
	return n;
}
