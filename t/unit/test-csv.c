#include "base/base.h"
#include "base/buf.h"
#include "base/csv.h"
#include "unit.h"

/* The records of a text as "line:field|field;…", or "!" and the error. */
static const char *read_all(struct pool *pool, const char *text, size_t len)
{
	struct err err = { 0 };
	struct csv_record r;
	struct buf out = { 0 };
	const char *kept;
	struct csv csv;
	int n;

	csv_open(&csv, text, len);
	while ((n = csv_next(&csv, pool, &r, &err)) > 0) {
		buf_printf(&out, "%zu:", r.line);
		for (int i = 0; i < r.n; i++)
			buf_printf(&out, "%s%.*s", i > 0 ? "|" : "", (int)r.field[i].len, r.field[i].p);
		buf_char(&out, ';');
	}
	if (n < 0)
		buf_printf(&out, "!%s", err.text);
	kept = pool_strdup(pool, out.data != NULL ? out.data : "");
	buf_release(&out);
	return kept;
}

static const struct {
	const char *text, *records;
} cases[] = {
	{ "", "" },
	{ "a,b\n", "1:a|b;" },
	{ "a,b", "1:a|b;" },
	{ "a\r\nb\r\n", "1:a;2:b;" },
	{ "a,\n,b\n,\n", "1:a|;2:|b;3:|;" },
	{ "a\n\n\r\nb\n", "1:a;4:b;" },				/* empty lines are counted, not read */
	{ "\"a\"\n", "1:a;" },
	{ "\"\"\n", "1:;" },
	{ "\"a,b\",c\n", "1:a,b|c;" },
	{ "\"say \"\"hi\"\"\"\n", "1:say \"hi\";" },
	{ "\"\"\"\"\n", "1:\";" },
	{ "\"two\nlines\",x\ny\n", "1:two\nlines|x;3:y;" },
	{ "\"a\r\nb\"\n", "1:a\r\nb;" },
	{ "12\" RULER,1\n", "1:12\" RULER|1;" },		/* a quote inside is a character */
	{ "a\rb\n", "1:a\rb;" },				/* a lone CR ends nothing */
	{ "\xef\xbb\xbf" "a,b\n", "1:a|b;" },			/* byte order mark */
	{ "x\n\"open\n", "1:x;!line 2: a quote is opened and never closed" },
	{ "\"a\"b\n", "!line 1: behind a closing quote stands neither a comma nor the end of the line" },
	{ "\"a\nb\"c\n", "!line 2: behind a closing quote stands neither a comma nor the end of the line" },
};

static void records_are_as_rfc_4180_says(void **state UNUSED)
{
	struct pool *pool = pool_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(read_all(pool, cases[i].text, strlen(cases[i].text)), cases[i].records);
	pool_free(&pool);
}

/* Every cut of a text is read to its end or refused, inside its bounds. */
static void no_cut_is_read_beyond(void **state UNUSED)
{
	static const char text[] = "\"a\"\"b\",c\r\n\"x\ny\",\"\"\n";

	for (size_t len = 0; len < sizeof(text); len++) {
		struct pool *pool = pool_new();
		char *exact = malloc(len > 0 ? len : 1);	/* so that a sanitizer sees one byte more */

		memcpy(exact, text, len);
		assert_non_null(read_all(pool, exact, len));
		free(exact);
		pool_free(&pool);
	}
}

static void too_many_fields_are_refused(void **state UNUSED)
{
	struct pool *pool = pool_new();
	char text[CSV_FIELDS_MAX + 1];

	memset(text, ',', sizeof(text));
	assert_int_equal(strncmp(read_all(pool, text, CSV_FIELDS_MAX - 1), "1:|", 3), 0);
	assert_string_equal(read_all(pool, text, CSV_FIELDS_MAX), "!line 1: more than 64 fields");
	pool_free(&pool);
}

static void what_is_written_is_read_again(void **state UNUSED)
{
	static const char *const fields[] = { "\xef\xbb\xbf" "mark", "", "plain", "a,b", "say \"hi\"", "two\nlines", "\r", "12\" RULER" };
	struct pool *pool = pool_new();
	struct csv_record r;
	struct buf out = { 0 };
	struct csv csv;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (i > 0)
			buf_char(&out, ',');
		csv_add(&out, slice_of(fields[i]));
	}
	csv_open(&csv, out.data, out.len);
	assert_int_equal(csv_next(&csv, pool, &r, NULL), 1);
	assert_int_equal(r.n, ARRAY_LEN(fields));
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		assert_true(slice_is(r.field[i], fields[i]));
	buf_release(&out);
	pool_free(&pool);
}

UNIT_MAIN(cmocka_unit_test(records_are_as_rfc_4180_says), cmocka_unit_test(no_cut_is_read_beyond),
	  cmocka_unit_test(too_many_fields_are_refused), cmocka_unit_test(what_is_written_is_read_again))
