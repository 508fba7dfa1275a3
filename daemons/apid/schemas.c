/* Tables as JSON Schema: what a column may hold follows from its description. */
#include "base/base.h"
#include "apid/openapi.h"

#include <ctype.h>

void schema_name(const char *entity, char name[64])
{
	size_t n = 0;
	bool up = true;

	for (; *entity && n < 63; entity++) {
		if (*entity == '_') {
			up = true;
			continue;
		}
		name[n++] = up ? (char)toupper((unsigned char)*entity) : *entity;
		up = false;
	}
	name[n] = '\0';
}

void schema_ref(const char *entity, const char *suffix, struct buf *out)
{
	char name[64], path[120];

	schema_name(entity, name);
	snprintf(path, sizeof path, "#/components/schemas/%s%s", name, suffix);
	jw_put_str(out, "$ref", path);
}

/* --- columns --- */

static const struct {
	const char *type, *format, *about, *example;
} types[] = {
	[COL_TEXT] = { "string", NULL, NULL, "\"text\"" },
	[COL_INT] = { "integer", "int64", NULL, "0" },
	[COL_MONEY] = { "integer", "int64", "money in minor units", "1250" },
	[COL_QTY] = { "integer", "int64", "quantity in thousandths", "2000" },
	[COL_RATE] = { "integer", "int64", "rate in basis points", "1500" },
	[COL_BOOL] = { "boolean", NULL, NULL, "true" },
	[COL_TIME] = { "string", "date-time", NULL, "\"" EXAMPLE_TIME "\"" },
	[COL_UUID] = { "string", "uuid", NULL, "\"" EXAMPLE_UUID "\"" },
	[COL_REF] = { "string", "uuid", NULL, "\"" EXAMPLE_UUID "\"" },
	[COL_WORD] = { "string", NULL, NULL, NULL },
	[COL_JSON] = { NULL, NULL, NULL, "null" },
	[COL_BLOB] = { "string", NULL, NULL, "\"\"" },
};

void schema_type(const char *type, bool nullable, struct buf *out)
{
	if (!type)
		return;
	if (!nullable) {
		jw_put_str(out, "type", type);
		return;
	}
	jw_name(out, "type");
	jw_open(out, '[');
	jw_str(out, type, strlen(type));
	jw_str(out, "null", 4);
	jw_close(out, ']');
}

static void put_words(const struct column *c, bool nullable, struct buf *out)
{
	jw_name(out, "enum");
	jw_open(out, '[');
	for (int i = 0; c->words[i]; i++)
		jw_str(out, c->words[i], strlen(c->words[i]));
	if (nullable)
		json_put(out, "null");
	jw_close(out, ']');
}

static void put_range(const struct column *c, struct buf *out)
{
	if (c->type == COL_TEXT) {
		if (c->min)
			jw_put_int(out, "minLength", c->min);
		jw_put_int(out, "maxLength", c->max);
	} else if (c->max && strcmp(types[c->type].type ? types[c->type].type : "", "integer") == 0) {
		jw_put_int(out, "minimum", c->min);
		jw_put_int(out, "maximum", c->max);
	}
}

void column_example(const struct column *c, struct buf *out)
{
	const char *example = c->example ? c->example : types[c->type].example;

	if (c->type == COL_WORD)
		jw_str(out, c->def ? c->def : c->words[0], strlen(c->def ? c->def : c->words[0]));
	else
		json_put(out, example);
}

/* What a creator must send is required; what is stored may be null unless it is. */
static void put_column(const struct column *c, struct buf *out)
{
	bool nullable = !(c->flags & COL_REQUIRED);

	jw_name(out, c->name);
	jw_open(out, '{');
	schema_type(types[c->type].type, nullable, out);
	if (types[c->type].format)
		jw_put_str(out, "format", types[c->type].format);
	if (types[c->type].about)
		jw_put_str(out, "description", types[c->type].about);
	if (c->type == COL_WORD)
		put_words(c, nullable, out);
	put_range(c, out);
	if (c->type == COL_REF)
		jw_put_str(out, "x-refers-to", c->parent);
	if (c->flags & COL_SERVER)
		jw_put_bool(out, "readOnly", true);
	jw_name(out, "example");
	column_example(c, out);
	jw_close(out, '}');
}

/* --- rows --- */

bool column_is_in(const struct column *c, enum view view)
{
	if (c->flags & COL_SECRET)
		return false;
	if (view == STORED)
		return true;
	return !(c->flags & COL_SERVER) && !(view == CHANGED && c->flags & COL_FIXED);
}

/* Where the path names the document that is followed, that says a part of it. */
static const struct {
	const char *table, *about, *column;
	enum column_use use;
} followed[] = {
	{ "customer_payments", "invoice", "customer", COLUMN_MAY },
	{ "return_lines", "invoice", "line", COLUMN_MUST },
	{ "return_lines", "invoice", "product", COLUMN_NOT },
	{ "return_lines", "invoice", "unit_price", COLUMN_NOT },
	{ "return_lines", "invoice", "tax_rate", COLUMN_NOT },
	{ "return_lines", "invoice", "discount", COLUMN_NOT },
};

enum column_use column_use(const struct table *t, const char *about, const struct column *c)
{
	if (about && strcmp(c->name, about) == 0)
		return COLUMN_NOT;
	for (size_t i = 0; about && i < ARRAY_LEN(followed); i++)
		if (strcmp(followed[i].table, t->name) == 0 && strcmp(followed[i].about, about) == 0 &&
		    strcmp(followed[i].column, c->name) == 0)
			return followed[i].use;
	return column_is_in(c, NEW) && c->flags & COL_REQUIRED && !c->def && !c->fill ? COLUMN_MUST : COLUMN_MAY;
}

static void put_required(const struct table *t, enum view view, const char *about, struct buf *out)
{
	jw_name(out, "required");
	jw_open(out, '[');
	if (view == STORED && !table_is_part(t)) {
		jw_str(out, "uuid", 4);
		jw_str(out, "updated_at", 10);
	}
	for (const struct column *c = t->columns; c->name; c++)
		if (view == STORED ? column_is_in(c, view) : column_use(t, about, c) == COLUMN_MUST)
			jw_str(out, c->name, strlen(c->name));
	jw_close(out, ']');
}

static void put_plain(const char *name, enum col_type type, struct buf *out)
{
	const struct column c = { .name = name, .type = type, .flags = COL_REQUIRED };

	put_column(&c, out);
}

static void put_part(const struct table *part, enum view view, const char *about, struct buf *out)
{
	if (view != STORED && part->rule == DERIVED_PART)
		return;
	jw_name(out, part->member);
	jw_open(out, '{');
	jw_put_str(out, "type", "array");
	jw_name(out, "items");
	schema_row(part, view, about, out);
	jw_close(out, '}');
}

void schema_row(const struct table *t, enum view view, const char *about, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "type", "object");
	jw_name(out, "properties");
	jw_open(out, '{');
	if (!table_is_part(t) && view != CHANGED)
		put_plain("uuid", COL_UUID, out);
	for (const struct column *c = t->columns; c->name; c++)
		if (column_is_in(c, view) && column_use(t, about, c) != COLUMN_NOT)
			put_column(c, out);
	for (int i = 0; view != CHANGED && table_part(t, i); i++)
		put_part(table_part(t, i), view, about, out);
	if (view == STORED && !table_is_part(t))
		put_plain("updated_at", COL_TIME, out);
	jw_close(out, '}');
	if (view != CHANGED)
		put_required(t, view, about, out);
	if (view != STORED)
		jw_put_bool(out, "additionalProperties", false);
	jw_close(out, '}');
}

static void put_view(const struct table *t, const char *suffix, enum view view, struct buf *out)
{
	char name[64], full[80];

	schema_name(t->entity, name);
	snprintf(full, sizeof full, "%s%s", name, suffix);
	jw_name(out, full);
	schema_row(t, view, NULL, out);
}

void schemas_of_tables(struct buf *out)
{
	for (const struct table *t = schema; t->name; t++) {
		if (!table_is_synced(t))
			continue;
		put_view(t, "", STORED, out);
		put_view(t, "New", NEW, out);
		if (t->rule == NEWEST_WINS)
			put_view(t, "Change", CHANGED, out);
	}
}
