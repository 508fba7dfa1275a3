/* Rows and documents <-> JSON.
 *
 * Two forms.  REST is for people's programs: it never shows a secret and a
 * request may not carry what servers decide.  SYNC is for the other server: it
 * has every synced column, and whatever a newer version added is kept in
 * `extra` and sent on unchanged. */
#include "base/base.h"
#include "schema/schema.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <stdlib.h>

/* --- out --- */

static void put_value(const struct column *c, struct val v, struct buf *out)
{
	switch (v.type) {
	case VAL_NULL:
		jw_null(out);
		break;
	case VAL_UUID:
		jw_uuid(out, v.u);
		break;
	case VAL_INT:
		if (c->type == COL_BOOL)
			jw_bool(out, v.i != 0);
		else if (c->type == COL_TIME)
			jw_time(out, v.i);
		else
			jw_int(out, v.i);
		break;
	case VAL_TEXT:
		if (c->type == COL_JSON)
			jw_raw(out, v.s, v.len);
		else
			jw_str(out, v.s, v.len);
		break;
	case VAL_BLOB:
		jw_null(out);	/* bytes are local: schema_check() keeps them out of synced tables */
		break;
	}
}

static void put_columns(const struct table *t, const struct val *v, enum json_form form, struct buf *out)
{
	for (int i = 0; t->columns[i].name; i++) {
		if (form == FORM_REST && t->columns[i].flags & COL_SECRET)
			continue;
		jw_name(out, t->columns[i].name);
		put_value(&t->columns[i], v[i], out);
	}
}

void part_json(const struct table *t, const struct val *v, struct buf *out)
{
	put_columns(t, v, FORM_REST, out);
}

/* The members of an object that is text already, without its brackets. */
static void put_extra(const char *extra, struct buf *out)
{
	size_t len = extra ? strlen(extra) : 0;

	if (len > 2)
		jw_raw(out, extra + 1, len - 2);
}

void row_json(const struct row *r, enum json_form form, struct buf *out)
{
	jw_put_uuid(out, "uuid", r->uuid);
	put_columns(r->table, r->v, form, out);
	jw_put_time(out, "updated_at", r->updated_at);
}

static void put_parts(const struct doc *d, bool derived, struct buf *out)
{
	for (int p = 0; p < PARTS_MAX && d->part[p].table; p++) {
		if (d->part[p].table->rule == DERIVED_PART && !derived)
			continue;
		jw_name(out, d->part[p].table->member);
		jw_open(out, '[');
		for (int i = 0; i < d->part[p].n; i++) {
			jw_open(out, '{');
			part_json(d->part[p].table, part_row(&d->part[p], i), out);
			jw_close(out, '}');
		}
		jw_close(out, ']');
	}
}

void doc_json(const struct doc *d, enum json_form form, struct buf *out)
{
	row_json(&d->head, form, out);
	put_parts(d, true, out);
}

void doc_json_entered(const struct doc *d, struct buf *out)
{
	row_json(&d->head, FORM_REST, out);
	put_parts(d, false, out);
}

static void put_version(struct buf *out, const char *name, int64_t at, struct uuid origin)
{
	jw_name(out, name);
	jw_open(out, '{');
	jw_put_time(out, "at", at);
	jw_put_uuid(out, "origin", origin);
	jw_close(out, '}');
}

void doc_to_sync(const struct doc *d, struct buf *out)
{
	const struct row *r = &d->head;

	jw_open(out, '{');
	jw_put_str(out, "table", r->table->name);
	jw_put_uuid(out, "uuid", r->uuid);
	jw_put_int(out, "id", r->id);
	jw_put_time(out, "updated_at", r->updated_at);
	jw_put_uuid(out, "origin", r->origin);
	if (r->base_at)
		put_version(out, "base", r->base_at, r->base_origin);
	if (r->seq)
		jw_put_int(out, "seq", r->seq);
	if (r->deleted_at)
		jw_put_time(out, "deleted_at", r->deleted_at);
	if (!uuid_is_zero(r->by))
		jw_put_uuid(out, "by", r->by);
	if (r->stamps) {
		jw_name(out, "stamps");
		jw_raw(out, r->stamps, strlen(r->stamps));
	}
	jw_name(out, "row");
	jw_open(out, '{');
	put_columns(r->table, r->v, FORM_SYNC, out);
	put_extra(r->extra, out);
	put_parts(d, true, out);
	jw_close(out, '}');
	jw_close(out, '}');
}

/* --- in --- */

/* Made for each member that is read, though few are ever shown: no printf. */
void member_pointer(char what[POINTER_MAX], const char *name)
{
	what[0] = '/';
	if (!memccpy(what + 1, name, '\0', POINTER_MAX - 1))
		what[POINTER_MAX - 1] = '\0';
}

static bool is_word(const struct column *c, const char *text)
{
	for (int i = 0; c->words[i]; i++)
		if (strcmp(c->words[i], text) == 0)
			return true;
	return false;
}

static int bad_word(const struct column *c, const char *what, struct err *err)
{
	struct buf list = { 0 };

	for (int i = 0; c->words[i]; i++)
		buf_printf(&list, "%s%s", i ? ", " : "", c->words[i]);
	err_field(err, what, "not_a_choice", "%s must be one of: %s", c->name, list.data);
	buf_release(&list);
	return -1;
}

static int text_from_json(const struct column *c, struct json j, const char *what, struct val *v, struct err *err)
{
	const char *s;

	if (json_to_str(j, what, c->max ? (size_t)c->max : 4096, &s, err) < 0)
		return -1;
	if ((int64_t)utf8_count(s, strlen(s)) < c->min)
		return err_field(err, what, "too_short", "%s must not be empty", c->name);
	if (c->type == COL_WORD && !is_word(c, s))
		return bad_word(c, what, err);
	*v = v_text(s);
	return 0;
}

static int json_text_from(struct pool *pool, const struct column *c, struct json j, const char *what,
			  struct val *v, struct err *err)
{
	struct buf text = { 0 };
	bool fits;

	json_print(j, &text);
	fits = (int64_t)text.len <= c->max;
	if (fits)
		*v = v_text_n(pool_memdup(pool, text.data, text.len), text.len);
	buf_release(&text);
	return fits ? 0 : err_field(err, what, "too_long", "%s: at most %lld bytes of JSON", c->name, (long long)c->max);
}

static int bool_from_json(struct json j, const char *what, struct val *v, struct err *err)
{
	bool yes = false;

	if (json_to_bool(j, what, &yes, err) < 0)
		return -1;
	*v = v_int(yes);
	return 0;
}

static int value_from_json(struct pool *pool, const struct column *c, struct json j, const char *what,
			   struct val *v, struct err *err)
{
	struct uuid u;
	int64_t i;

	/* A JSON value that must be there may be null itself; of any other, null is none. */
	if (json_type(j) == JSON_NULL && (c->type != COL_JSON || !(c->flags & COL_REQUIRED))) {
		if (c->flags & COL_REQUIRED)
			return err_field(err, what, "required", "%s must not be null", c->name);
		*v = v_null();
		return 0;
	}
	switch (c->type) {
	case COL_TEXT:
	case COL_WORD:
		return text_from_json(c, j, what, v, err);
	case COL_JSON:
		return json_text_from(pool, c, j, what, v, err);
	case COL_BOOL:
		return bool_from_json(j, what, v, err);
	case COL_UUID:
	case COL_REF:
		if (json_to_uuid(j, what, &u, err) < 0)
			return -1;
		*v = v_uuid(u);
		return 0;
	case COL_TIME:
		if (json_to_time(j, what, &i, err) < 0)
			return -1;
		*v = v_int(i);
		return 0;
	default:
		if (json_to_int(j, what, c->min, c->max, &i, err) < 0)
			return -1;
		*v = v_int(i);
		return 0;
	}
}

static struct val default_of(const struct column *c)
{
	if (!c->def)
		return v_null();
	return c->type == COL_TEXT || c->type == COL_WORD ? v_text(c->def) : v_int(strtoll(c->def, NULL, 10));
}

int column_from_json(struct pool *pool, const struct column *c, struct json value, const char *what,
		     struct val *v, struct err *err)
{
	if (json_type(value) != JSON_MISSING)
		return value_from_json(pool, c, value, what, v, err);
	*v = default_of(c);
	if (v->type == VAL_NULL && c->flags & COL_REQUIRED)
		return err_field(err, what, "required", "%s is missing", c->name);
	return 0;
}

/* One member of a person's request.  -1 with err when it may not stand there. */
static int take_member(struct pool *pool, const struct table *t, const struct json_iter *it, bool creating,
		       struct val *v, uint32_t *seen, struct err *err)
{
	int i = table_column(t, it->name);
	char what[POINTER_MAX];

	member_pointer(what, it->name);
	if (i < 0)
		return err_field(err, what, "unknown_field", "there is no field %s here", it->name);
	if (t->columns[i].flags & COL_SERVER)
		return err_field(err, what, "read_only", "%s is set by the server", it->name);
	if (!creating && t->columns[i].flags & COL_FIXED)
		return err_field(err, what, "read_only", "%s cannot be changed", it->name);
	*seen |= 1u << i;
	return value_from_json(pool, &t->columns[i], it->value, what, &v[i], err);
}

static int fill_defaults(const struct table *t, uint32_t seen, struct val *v, struct err *err)
{
	char what[POINTER_MAX];

	for (int i = 0; t->columns[i].name; i++) {
		const struct column *c = &t->columns[i];

		if (seen & 1u << i || v[i].type != VAL_NULL)
			continue;	/* said, or known to the caller */
		v[i] = default_of(c);
		if (v[i].type != VAL_NULL || !(c->flags & COL_REQUIRED) || c->flags & COL_SERVER)
			continue;
		member_pointer(what, c->name);
		return err_field(err, what, "required", "%s is missing", c->name);
	}
	return 0;
}

int row_from_rest(struct pool *pool, const struct table *t, struct json body, bool creating,
		  struct row *r, uint32_t *changed_r, struct err *err)
{
	uint32_t seen = 0;

	if (json_type(body) != JSON_OBJECT)
		return err_field(err, "", "type", "the body must be a JSON object");
	for (struct json_iter it = json_iter(body); json_next(&it);) {
		if (strcmp(it.name, "uuid") == 0)
			continue;	/* the caller's: it is no column */
		if (take_member(pool, t, &it, creating, r->v, &seen, err) < 0)
			return -1;
	}
	*changed_r = seen;
	return creating ? fill_defaults(t, seen, r->v, err) : 0;
}

int part_from_rest(struct pool *pool, const struct table *t, struct json line, struct val *v, struct err *err)
{
	uint32_t seen = 0;

	if (json_type(line) != JSON_OBJECT)
		return err_field(err, "", "type", "must be a JSON object");
	for (struct json_iter it = json_iter(line); json_next(&it);)
		if (take_member(pool, t, &it, true, v, &seen, err) < 0)
			return -1;
	return fill_defaults(t, seen, v, err);
}

/* --- in, from another server --- */

static int columns_from_sync(struct pool *pool, const struct table *t, struct json j, struct val *v, struct err *err)
{
	char what[POINTER_MAX];

	for (int i = 0; t->columns[i].name; i++) {
		member_pointer(what, t->columns[i].name);
		if (column_from_json(pool, &t->columns[i], json_member(j, t->columns[i].name), what, &v[i], err) < 0)
			return -1;
	}
	return 0;
}

#define PART_ROWS_MAX 10000

static int part_from_sync(struct pool *pool, struct part_rows *p, struct json row, struct err *err)
{
	struct json list = { 0 };

	if (json_get_array(row, p->table->member, PART_ROWS_MAX, &list, err) < 0)
		return -1;
	part_make(pool, p, (int)json_len(list));
	for (int i = 0; i < p->n; i++)
		if (columns_from_sync(pool, p->table, json_at(list, (size_t)i), part_row(p, i), err) < 0)
			return err_under(err, "/%s/%d", p->table->member, i);
	return 0;
}

static bool is_known(const struct doc *d, const char *name)
{
	if (table_column(d->head.table, name) >= 0)
		return true;
	for (int p = 0; p < PARTS_MAX && d->part[p].table; p++)
		if (strcmp(d->part[p].table->member, name) == 0)
			return true;
	return false;
}

/* What a newer version added stays with the row, as text. */
static const char *extra_from_sync(struct pool *pool, const struct doc *d, struct json row)
{
	struct buf text = { 0 };
	const char *kept = NULL;

	for (struct json_iter it = json_iter(row); json_next(&it);) {
		if (is_known(d, it.name))
			continue;
		buf_char(&text, text.len ? ',' : '{');
		jw_str(&text, it.name, strlen(it.name));
		buf_char(&text, ':');
		json_print(it.value, &text);
	}
	if (text.len) {
		buf_char(&text, '}');
		kept = pool_strdup(pool, text.data);
	}
	buf_release(&text);
	return kept;
}

static int version_from_sync(struct json j, struct row *r, struct err *err)
{
	struct json base = { 0 };
	int n;

	if ((n = json_get_time(j, "updated_at", &r->updated_at, err)) < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/updated_at", "required", "updated_at is missing");
	if ((n = json_get_uuid(j, "origin", &r->origin, err)) < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/origin", "required", "origin is missing");
	if ((n = json_get_object(j, "base", &base, err)) < 0)
		return -1;
	if (n == 0)
		return 0;
	if (json_get_time(base, "at", &r->base_at, err) < 0 || json_get_uuid(base, "origin", &r->base_origin, err) < 0)
		return err_under(err, "/base");
	return 0;
}

static int stamps_from_sync(struct pool *pool, struct json j, struct row *r, struct err *err)
{
	struct json stamps = { 0 };
	struct buf text = { 0 };
	int n = json_get_object(j, "stamps", &stamps, err);

	if (n <= 0)
		return n;
	for (struct json_iter it = json_iter(stamps); json_next(&it);)
		if (json_type(it.value) != JSON_INT)
			return err_field(err, "/stamps", "type", "stamps: %s must be microseconds", it.name);
	json_print(stamps, &text);
	r->stamps = pool_strdup(pool, text.data);
	buf_release(&text);
	return 0;
}

int doc_from_sync(struct pool *pool, struct json j, struct doc *d, struct err *err)
{
	struct json row = { 0 };
	int n;

	if ((n = json_get_uuid(j, "uuid", &d->head.uuid, err)) < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/uuid", "required", "uuid is missing");
	if (version_from_sync(j, &d->head, err) < 0 || stamps_from_sync(pool, j, &d->head, err) < 0)
		return -1;
	if (json_get_time(j, "deleted_at", &d->head.deleted_at, err) < 0 ||
	    json_get_uuid(j, "by", &d->head.by, err) < 0 ||
	    json_get_int(j, "id", 0, INT64_MAX, &d->head.id, err) < 0 ||
	    json_get_int(j, "seq", 0, INT64_MAX, &d->head.seq, err) < 0)
		return -1;
	if ((n = json_get_object(j, "row", &row, err)) < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/row", "required", "row is missing");
	if (columns_from_sync(pool, d->head.table, row, d->head.v, err) < 0)
		return err_under(err, "/row");
	for (int p = 0; p < PARTS_MAX && d->part[p].table; p++)
		if (part_from_sync(pool, &d->part[p], row, err) < 0)
			return err_under(err, "/row");
	d->head.extra = extra_from_sync(pool, d, row);
	return 0;
}
