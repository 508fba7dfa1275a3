/* Any text as a CSV file.  What is read, written again and read again is the same;
 * then it is imported (the first byte says as what), and every row is counted
 * once: made, changed, left alone or refused. */
#include "base/base.h"
#include "shop.h"

#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROWS 50

static const char *const kinds[] = { "products", "customers", "suppliers", "opening-stock" };

static void write_again(const struct csv_record *r, size_t len, struct buf *again)
{
	insist(r->n > 0 && r->n <= CSV_FIELDS_MAX && r->line > 0);
	if (r->n == 1 && r->field[0].len == 0)
		buf_str(again, "\"\"");
	for (int i = 0; i < r->n; i++) {
		insist(r->field[i].len <= len);
		if (i > 0)
			buf_char(again, ',');
		csv_add(again, r->field[i]);
	}
	buf_char(again, '\n');
}

/* 1 all of it was read, -1 not. */
static int read_all(struct pool *pool, const char *text, size_t len, struct buf *again)
{
	struct csv_record r;
	struct err err = { .kind = ERR_NONE };
	struct csv csv;
	int n;

	csv_open(&csv, text, len);
	while ((n = csv_next(&csv, pool, &r, &err)) > 0)
		write_again(&r, len, again);
	return insist_told(n, &err) < 0 ? -1 : 1;
}

static void try_again(struct pool *pool, const char *text, size_t len)
{
	struct buf once = { 0 }, twice = { 0 };

	if (read_all(pool, text, len, &once) > 0 && once.len > 0) {
		insist(read_all(pool, once.data, once.len, &twice) > 0);
		insist(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
	}
	buf_release(&once);
	buf_release(&twice);
}

static void try_import(struct shop *s, const char *kind, struct slice text)
{
	struct import_report r = { 0 };

	if (insist_told(import_csv(&s->w, kind, text, ROWS, &r, &s->err), &s->err) == 0) {
		insist(r.rows <= ROWS && r.created + r.changed + r.unchanged + r.refused == r.rows);
		shop_insist_sound(s);
	}
	buf_release(&r.errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct shop *s;
	struct slice text = { (const char *)data + 1, size - 1 };

	if (size < 1)
		return 0;
	if (!s)
		s = shop_open(false);
	shop_begin(s);
	try_again(s->pool, text.p, text.len);
	try_import(s, kinds[data[0] % ARRAY_LEN(kinds)], text);
	shop_undo(s);
	return 0;
}
