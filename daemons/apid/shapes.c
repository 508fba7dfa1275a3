/* Bodies that are no table's as JSON Schema, and examples of all. */
#include "base/base.h"
#include "apid/openapi.h"

static const struct {
	const char *name, *type, *format, *example;
} member_types[] = {
	{ "string", "string", NULL, "\"text\"" },
	{ "integer", "integer", "int64", "1" },
	{ "boolean", "boolean", NULL, "true" },
	{ "uuid", "string", "uuid", "\"" EXAMPLE_UUID "\"" },
	{ "time", "string", "date-time", "\"" EXAMPLE_TIME "\"" },
	{ "object", "object", NULL, "{}" },
	{ "array", "array", NULL, "[]" },
	{ "strings", "array", NULL, "[]" },
	{ "any", NULL, NULL, "null" },
	{ NULL }
};

static void put_member(const struct member *m, bool taken, struct buf *out)
{
	jw_name(out, m->name);
	jw_open(out, '{');
	for (size_t i = 0; member_types[i].name; i++) {
		if (strcmp(member_types[i].name, m->type) != 0)
			continue;
		schema_type(member_types[i].type, !m->required && !taken, out);
		if (member_types[i].format)
			jw_put_str(out, "format", member_types[i].format);
		jw_name(out, "example");
		json_put(out, m->example ? m->example : member_types[i].example);
		jw_close(out, '}');
		return;
	}
	schema_ref(schema_table(m->type)->entity, "", out);
	jw_close(out, '}');
}

static void put_members(const struct member *m, bool taken, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "type", "object");
	jw_name(out, "properties");
	jw_open(out, '{');
	for (const struct member *one = m; one && one->name; one++)
		put_member(one, taken, out);
	jw_close(out, '}');
	jw_name(out, "required");
	jw_open(out, '[');
	for (const struct member *one = m; one && one->name; one++)
		if (one->required)
			jw_str(out, one->name, strlen(one->name));
	jw_close(out, ']');
	if (taken)
		jw_put_bool(out, "additionalProperties", false);
	jw_close(out, '}');
}

static void put_list(const struct route *r, const struct member *m, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "type", "object");
	jw_name(out, "properties");
	jw_open(out, '{');
	jw_name(out, "items");
	jw_open(out, '{');
	jw_put_str(out, "type", "array");
	jw_name(out, "items");
	if (m) {
		put_members(m, false, out);
	} else {
		jw_open(out, '{');
		schema_ref(schema_table(r->table)->entity, "", out);
		jw_close(out, '}');
	}
	jw_close(out, '}');
	jw_name(out, "next");
	json_put(out, "{\"type\":[\"string\",\"null\"],\"description\":\"cursor of the next page: ?after=\"}");
	jw_close(out, '}');
	jw_name(out, "required");
	json_put(out, "[\"items\"]");
	jw_close(out, '}');
}

void schema_of_shape(const struct route *r, enum shape shape, const struct member *m, bool taken, struct buf *out)
{
	const struct table *t = r->table ? schema_table(r->table) : NULL;

	if (shape == OBJECT) {
		put_members(m, taken, out);
	} else if (shape == LIST_OF || shape == LIST_OF_ROWS) {
		put_list(r, m, out);
	} else if (shape == CSV_FILE) {
		json_put(out, "{\"type\":\"string\"}");
	} else if (taken && r->about) {
		schema_row(t, NEW, r->about, out);
	} else {
		jw_open(out, '{');
		schema_ref(t->entity, !taken ? "" : shape == CHANGES ? "Change" : "New", out);
		jw_close(out, '}');
	}
}

/* --- examples --- */

static void example_row(const struct table *t, const char *about, struct buf *out)
{
	jw_open(out, '{');
	for (const struct column *c = t->columns; c->name; c++) {
		enum column_use use = column_use(t, about, c);

		if (use == COLUMN_NOT || (use == COLUMN_MAY && !(c->example && column_is_in(c, NEW))))
			continue;
		jw_name(out, c->name);
		column_example(c, out);
	}
	for (int i = 0; table_part(t, i); i++) {
		const struct table *part = table_part(t, i);

		if (part->rule != PART || strcmp(part->member, "lines") != 0)
			continue;
		jw_name(out, part->member);
		jw_open(out, '[');
		example_row(part, about, out);
		jw_close(out, ']');
	}
	jw_close(out, '}');
}

static void example_members(const struct member *m, struct buf *out)
{
	jw_open(out, '{');
	for (; m && m->name; m++) {
		if (!m->required && !m->example)
			continue;
		jw_name(out, m->name);
		for (size_t i = 0; member_types[i].name; i++)
			if (strcmp(member_types[i].name, m->type) == 0)
				json_put(out, m->example ? m->example : member_types[i].example);
	}
	jw_close(out, '}');
}

static void example_change(const struct table *t, struct buf *out)
{
	jw_open(out, '{');
	for (const struct column *c = t->columns; c->name; c++)
		if (column_is_in(c, CHANGED) && (c->type == COL_TEXT || c->type == COL_WORD)) {
			jw_name(out, c->name);
			column_example(c, out);
			break;
		}
	jw_close(out, '}');
}

void example_of_shape(const struct route *r, enum shape shape, const struct member *m, struct buf *out)
{
	if (shape == OBJECT)
		example_members(m, out);
	else if (shape == CHANGES)
		example_change(schema_table(r->table), out);
	else
		example_row(schema_table(r->table), r->about, out);
}
