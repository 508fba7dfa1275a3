/* A reply for its reader: JSON as it came, a table, or lines with tabs. */
#include "base/base.h"
#include "fexlctl/ctl.h"
#include "base/log.h"

#include <libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>

/* --- looking into a reply --- */

struct json json_path(struct json j, const char *path)
{
	char name[64];
	size_t len;

	for (; *path != '\0'; path += len + (path[len] == '.')) {
		len = strcspn(path, ".");
		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		j = json_member(j, name);
	}
	return j;
}

const char *json_text(struct json j, const char *path)
{
	const char *text;

	return json_to_str(json_path(j, path), "", SIZE_MAX, &text, NULL) > 0 ? text : NULL;
}

int64_t json_number(struct json j, const char *path, int64_t def)
{
	int64_t n;

	return json_to_int(json_path(j, path), "", INT64_MIN, INT64_MAX, &n, NULL) > 0 ? n : def;
}

bool json_yes(struct json j, const char *path)
{
	bool yes = false;

	return json_to_bool(json_path(j, path), "", &yes, NULL) > 0 && yes;
}

struct json json_made(struct ctl *c, struct buf *text)
{
	const char *kept = pool_memdup(c->pool, text->data, text->len);
	struct err err = { 0 };
	struct json made;

	if (json_parse(c->pool, kept, text->len, &made, &err) < 0)
		panic("made JSON that is none: %s", err.text);
	buf_release(text);
	return made;
}

void print(struct ctl *c, const char *fmt, ...)
{
	struct buf clean = { 0 };
	va_list args;
	char *text;
	int len;

	if (c->out->json)
		return;
	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	clean_add(&clean, text, (size_t)len);
	printf("%s\n", clean.len > 0 ? clean.data : "");
	buf_release(&clean);
	free(text);
}

/* --- JSON --- */

static void print_json(struct json j)
{
	struct buf text = { 0 };

	json_print(j, &text);
	printf("%s\n", text.data);
	buf_release(&text);
}

static void json_list(struct ctl *c UNUSED, const struct column *columns UNUSED, struct json reply,
		      struct json items UNUSED)
{
	print_json(reply);
}

static void json_record(struct ctl *c UNUSED, const struct column *fields UNUSED, struct json reply)
{
	print_json(reply);
}

/* --- lines with tabs --- */

static void plain_header(struct ctl *c, const struct column *columns)
{
	if (arg_given(c, ARG_NO_HEADER))
		return;
	for (const struct column *col = columns; col->title != NULL; col++)
		printf("%s%s", col == columns ? "" : "\t", col->title);
	putchar('\n');
}

static void plain_line(struct ctl *c, const struct column *columns, struct json item)
{
	for (const struct column *col = columns; col->title != NULL; col++)
		printf("%s%s", col == columns ? "" : "\t", cell_text(c, json_path(item, col->member), col->show, false));
	putchar('\n');
}

static void plain_list(struct ctl *c, const struct column *columns, struct json reply UNUSED, struct json items)
{
	plain_header(c, columns);
	for (size_t i = 0; i < json_len(items); i++)
		plain_line(c, columns, json_at(items, i));
}

static void plain_record(struct ctl *c, const struct column *fields, struct json reply)
{
	plain_header(c, fields);
	plain_line(c, fields, reply);
}

/* --- a table --- */

static bool is_given(const struct column *col, struct json items)
{
	for (size_t i = 0; i < json_len(items); i++)
		if (json_path(json_at(items, i), col->member).node != NULL)
			return true;
	return false;
}

/* The columns that this table has, ended like the others. */
static const struct column *columns_shown(struct ctl *c, const struct column *columns, struct json items)
{
	struct column *shown;
	size_t n = 0;

	while (columns[n].title != NULL)
		n++;
	shown = pool_alloc(c->pool, (n + 1) * sizeof(*shown));
	n = 0;
	for (const struct column *col = columns; col->title != NULL; col++)
		if ((!col->wide || arg_given(c, ARG_VERBOSE)) && (!col->rare || is_given(col, items)))
			shown[n++] = *col;
	return shown;
}

static bool is_number(enum show show)
{
	return show == SHOW_COUNT || show == SHOW_MS || show == SHOW_KB;
}

static struct libscols_table *table_new(struct ctl *c, const struct column *columns)
{
	struct libscols_table *tb = scols_new_table();

	if (tb == NULL)
		panic("out of memory: no room for a table");
	scols_table_enable_noheadings(tb, arg_given(c, ARG_NO_HEADER));
	scols_table_enable_colors(tb, c->colour);
	scols_table_enable_ascii(tb, !c->utf8);
	scols_table_enable_noencoding(tb, 1);	/* cells are clean; it would escape the escapes */
	scols_table_set_column_separator(tb, "  ");
	for (const struct column *col = columns; col->title != NULL; col++)
		if (scols_table_new_column(tb, col->title, 0, is_number(col->show) ? SCOLS_FL_RIGHT : 0) == NULL)
			panic("out of memory: no room for a column");
	return tb;
}

static void table_line(struct ctl *c, struct libscols_table *tb, const struct column *columns, struct json item)
{
	struct libscols_line *line = scols_table_new_line(tb, NULL);

	for (size_t n = 0; columns[n].title != NULL; n++) {
		struct json value = json_path(item, columns[n].member);

		if (line == NULL || scols_line_set_data(line, n, cell_text(c, value, columns[n].show, true)) < 0)
			panic("out of memory: no room for a cell");
		if (c->colour && columns[n].show == SHOW_STATE && json_type(value) == JSON_STRING)
			scols_cell_set_color(scols_line_get_cell(line, n), cell_colour(json_text(value, "")));
	}
}

static void table_list(struct ctl *c, const struct column *columns, struct json reply UNUSED, struct json items)
{
	const struct column *shown = columns_shown(c, columns, items);
	struct libscols_table *tb = table_new(c, shown);

	for (size_t i = 0; i < json_len(items); i++)
		table_line(c, tb, shown, json_at(items, i));
	scols_print_table(tb);
	scols_unref_table(tb);
}

static void table_record(struct ctl *c, const struct column *fields, struct json reply)
{
	int width = 0;

	for (const struct column *f = fields; f->title != NULL; f++)
		width = MAX(width, (int)strlen(f->title));
	for (const struct column *f = fields; f->title != NULL; f++) {
		struct json value = json_path(reply, f->member);

		if (value.node != NULL)
			printf("%-*s  %s\n", width, f->title, cell_text(c, value, f->show, true));
	}
}

const struct output out_table = { table_list, table_record, false };
const struct output out_plain = { plain_list, plain_record, false };
const struct output out_json = { json_list, json_record, true };
