/* One pass over the text; only a field with doubled quotes is copied. */
#include "base/base.h"
#include "base/csv.h"
#include "base/buf.h"

static bool begins_with_mark(struct slice text)
{
	return text.len >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0;
}

void csv_open(struct csv *csv, const char *text, size_t len)
{
	size_t mark = begins_with_mark((struct slice){ text, len }) ? 3 : 0;

	*csv = (struct csv){ text + mark, text + len, 1 };
}

/* At "\n" or "\r\n": its length; else 0. */
static size_t line_end(const struct csv *csv)
{
	size_t left = (size_t)(csv->end - csv->at);

	if (left >= 1 && csv->at[0] == '\n')
		return 1;
	return left >= 2 && csv->at[0] == '\r' && csv->at[1] == '\n' ? 2 : 0;
}

static bool at_field_end(const struct csv *csv)
{
	return csv->at == csv->end || *csv->at == ',' || line_end(csv) > 0;
}

static struct slice plain_field(struct csv *csv)
{
	const char *from = csv->at;

	while (!at_field_end(csv))
		csv->at++;
	return (struct slice){ from, (size_t)(csv->at - from) };
}

/* Between the quotes; csv->at stands behind the closing one.  False: there is none. */
static bool quoted_span(struct csv *csv, struct slice *raw_r, size_t *twice_r)
{
	const char *from = ++csv->at;

	*twice_r = 0;
	for (; csv->at < csv->end; csv->at++) {
		if (*csv->at == '\n')
			csv->line++;
		if (*csv->at != '"')
			continue;
		if (csv->at + 1 == csv->end || csv->at[1] != '"')
			break;
		(*twice_r)++;
		csv->at++;
	}
	if (csv->at == csv->end)
		return false;
	*raw_r = (struct slice){ from, (size_t)(csv->at - from) };
	csv->at++;
	return true;
}

static struct slice undo_twice(struct pool *pool, struct slice raw, size_t twice)
{
	char *text = pool_alloc(pool, raw.len - twice + 1), *to = text;

	for (size_t i = 0; i < raw.len; i++) {
		*to++ = raw.p[i];
		i += raw.p[i] == '"';	/* the first stands for both */
	}
	return (struct slice){ text, raw.len - twice };
}

static int quoted_field(struct csv *csv, struct pool *pool, struct slice *field_r, struct err *err)
{
	size_t line = csv->line, twice;
	struct slice raw;

	if (!quoted_span(csv, &raw, &twice))
		return err_set(err, ERR_SYNTAX, "csv_quote", "line %zu: a quote is opened and never closed", line);
	if (!at_field_end(csv))
		return err_set(err, ERR_SYNTAX, "csv_quote",
			       "line %zu: behind a closing quote stands neither a comma nor the end of the line", csv->line);
	*field_r = twice > 0 ? undo_twice(pool, raw, twice) : raw;
	return 0;
}

int csv_next(struct csv *csv, struct pool *pool, struct csv_record *r, struct err *err)
{
	size_t n;

	for (; (n = line_end(csv)) > 0; csv->at += n)
		csv->line++;
	if (csv->at == csv->end)
		return 0;
	r->line = csv->line;
	r->n = 0;
	for (;;) {
		if (r->n == CSV_FIELDS_MAX)
			return err_set(err, ERR_SYNTAX, "csv_fields", "line %zu: more than %d fields", r->line, CSV_FIELDS_MAX);
		if (csv->at < csv->end && *csv->at == '"') {
			if (quoted_field(csv, pool, &r->field[r->n], err) < 0)
				return -1;
		} else {
			r->field[r->n] = plain_field(csv);
		}
		r->n++;
		if (csv->at == csv->end || *csv->at != ',')
			break;
		csv->at++;
	}
	n = line_end(csv);
	csv->at += n;
	csv->line += n > 0;
	return 1;
}

void csv_add(struct buf *out, struct slice field)
{
	bool quotes = begins_with_mark(field);	/* or the first field would lose it */

	for (size_t i = 0; i < field.len; i++)
		quotes |= strchr(",\"\r\n", field.p[i]) != NULL && field.p[i] != '\0';
	if (!quotes) {
		buf_add(out, field.p, field.len);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < field.len; i++) {
		if (field.p[i] == '"')
			buf_char(out, '"');
		buf_char(out, field.p[i]);
	}
	buf_char(out, '"');
}
