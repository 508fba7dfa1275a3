/* The tree is json-c's; what it would let pass, the scanner has refused before. */
#include "base/base.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/jsonlong.h"
#include "base/jsonscan.h"
#include "base/log.h"
#include "base/utf8.h"

#define json_type json_c_type	/* both have one, meaning their own */
#include <json-c/json.h>
#undef json_type
#include <limits.h>
#include <stdarg.h>

/* --- parsing --- */

static void free_tree(void *node)
{
	json_object_put(node);
}

static enum json_tokener_error build_tree(struct slice value, struct json_object **node_r)
{
	/* One more than the scanner allows: a scalar counts as a level here. */
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	enum json_tokener_error result;

	if (tok == NULL)
		panic("out of memory: no room for a JSON tokener");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	*node_r = json_tokener_parse_ex(tok, value.p, (int)value.len);
	result = json_tokener_get_error(tok);
	if (result == json_tokener_continue) {	/* a lone number might go on: it does not */
		*node_r = json_tokener_parse_ex(tok, "", 1);
		result = json_tokener_get_error(tok);
	}
	json_tokener_free(tok);
	return result;
}

static size_t count_members(struct json_object *node)
{
	size_t n = 0;

	if (json_object_is_type(node, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(node); i++)
			n += count_members(json_object_array_get_idx(node, i));
	} else if (json_object_is_type(node, json_type_object)) {
		n = (size_t)json_object_object_length(node);
		for (struct lh_entry *e = json_object_get_object(node)->head; e != NULL;
		     e = lh_entry_next(e))
			n += count_members(lh_entry_v(e));
	}
	return n;
}

/* As one tree, whose members are counted where two may have one name. */
static int parse_whole(struct pool *pool, struct slice text, const struct json_scan *scan, struct json *root, struct err *err)
{
	struct json_object *node;
	enum json_tokener_error result = build_tree(scan->value, &node);

	if (result != json_tokener_success)
		return err_set(err, ERR_SYNTAX, "json_syntax", "%s", json_tokener_error_desc(result));
	pool_on_free(pool, free_tree, node);
	if (scan->suspect && count_members(node) != scan->members)
		return json_refuse_twin(text.p, text.len, scan->members, err);
	*root = (struct json){ node, false };
	return 0;
}

static int parse_around(struct pool *pool, const struct json_scan *scan, struct json *root, struct err *err)
{
	struct buf rest = { NULL, 0, 0 };
	struct json_object *node;
	enum json_tokener_error result;

	json_long_cut(scan->longs, scan->value, &rest);
	result = build_tree((struct slice){ rest.data, rest.len }, &node);
	buf_release(&rest);
	if (result != json_tokener_success)
		return err_set(err, ERR_SYNTAX, "json_syntax", "%s", json_tokener_error_desc(result));
	json_long_attach(scan->longs, node);
	pool_on_free(pool, free_tree, node);
	*root = (struct json){ node, false };
	return 0;
}

int json_parse(struct pool *pool, const char *text, size_t len, struct json *root, struct err *err)
{
	struct json_longs longs = { pool, NULL, NULL, 0 };
	struct json_scan scan = { 0 };

	if (len > INT_MAX / 2)	/* json-c counts bytes in an int */
		return err_set(err, ERR_SYNTAX, "too_long", "%zu bytes of JSON are too many", len);
	if (len >= JSON_LONG_TEXT) {
		text = pool_memdup(pool, text, len);	/* it is read again, element by element */
		scan.longs = &longs;
	}
	if (json_scan(text, len, &scan, err) < 0)
		return -1;
	if (longs.first == NULL || scan.suspect)
		return parse_whole(pool, (struct slice){ text, len }, &scan, root, err);
	return parse_around(pool, &scan, root, err);
}

void json_drop(struct json array, size_t i)
{
	struct json_long *l = json_long_of(array.node);

	if (l == NULL || i >= l->n)
		return;
	json_object_put(l->tree[i]);
	l->tree[i] = NULL;
}

/* --- moving about --- */

static const struct json missing = { NULL, true };

enum json_type json_type(struct json j)
{
	static const enum json_type types[] = {
		[json_type_null] = JSON_NULL,	  [json_type_boolean] = JSON_BOOL,
		[json_type_double] = JSON_REAL,	  [json_type_int] = JSON_INT,
		[json_type_object] = JSON_OBJECT, [json_type_array] = JSON_ARRAY,
		[json_type_string] = JSON_STRING,
	};

	return j.missing ? JSON_MISSING : types[json_object_get_type(j.node)];
}

struct json json_member(struct json object, const char *name)
{
	struct json_object *node;

	if (!json_object_is_type(object.node, json_type_object) ||
	    !json_object_object_get_ex(object.node, name, &node))
		return missing;
	return (struct json){ node, false };
}

static struct json element(struct json_long *l, size_t i)
{
	if (i >= l->n)
		return missing;
	if (l->tree[i] == NULL && build_tree(l->element[i], &l->tree[i]) != json_tokener_success)
		return missing;
	return (struct json){ l->tree[i], false };
}

struct json json_at(struct json array, size_t i)
{
	struct json_long *l = json_long_of(array.node);

	if (l != NULL)
		return element(l, i);
	if (!json_object_is_type(array.node, json_type_array) ||
	    i >= json_object_array_length(array.node))
		return missing;
	return (struct json){ json_object_array_get_idx(array.node, i), false };
}

size_t json_len(struct json j)
{
	const struct json_long *l = json_long_of(j.node);

	if (l != NULL)
		return l->n;
	if (json_object_is_type(j.node, json_type_array))
		return json_object_array_length(j.node);
	if (json_object_is_type(j.node, json_type_object))
		return (size_t)json_object_object_length(j.node);
	return 0;
}

struct json_iter json_iter(struct json object)
{
	struct json_iter it = { NULL, NULL, missing };

	if (json_object_is_type(object.node, json_type_object))
		it.at = json_object_get_object(object.node)->head;
	return it;
}

bool json_next(struct json_iter *it)
{
	struct lh_entry *e = it->at;

	if (e == NULL)
		return false;
	it->name = lh_entry_k(e);
	it->value = (struct json){ lh_entry_v(e), false };
	it->at = lh_entry_next(e);
	return true;
}

/* --- typed reading --- */

/* How a value is called in an error: a member by its name behind a "/", a value
 * in hand by the pointer that its reader gave.  Put together only when needed. */
struct label {
	const char *slash, *name;
};
#define MEMBER(name) ((struct label){ "/", name })
#define IN_HAND(what) ((struct label){ "", what })

static PRINTF(4, 5) int refuse(struct err *err, struct label label, const char *code,
			       const char *fmt, ...)
{
	char field[sizeof(err->field)], text[sizeof(err->text)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(field, sizeof(field), "%s%s", label.slash, label.name);
	return err_field(err, field, code, "%s %s", field[0] == '/' ? field + 1 : "the value",
			 text);
}

static int read_int(struct json j, struct label label, int64_t min, int64_t max, int64_t *out,
		    struct err *err)
{
	int64_t n;

	if (j.node == NULL)
		return 0;
	if (!json_object_is_type(j.node, json_type_int))
		return refuse(err, label, "type", "must be an integer");
	n = json_object_get_int64(j.node);
	if (n < min || n > max)
		return refuse(err, label, "range", "must be between %lld and %lld", (long long)min,
			      (long long)max);
	*out = n;
	return 1;
}

static int read_bool(struct json j, struct label label, bool *out, struct err *err)
{
	if (j.node == NULL)
		return 0;
	if (!json_object_is_type(j.node, json_type_boolean))
		return refuse(err, label, "type", "must be true or false");
	*out = json_object_get_boolean(j.node);
	return 1;
}

static int read_str(struct json j, struct label label, size_t max, const char **out,
		    struct err *err)
{
	const char *s;
	size_t len;

	if (j.node == NULL)
		return 0;
	if (!json_object_is_type(j.node, json_type_string))
		return refuse(err, label, "type", "must be a string");
	s = json_object_get_string(j.node);
	len = (size_t)json_object_get_string_len(j.node);
	if (memchr(s, '\0', len) != NULL)
		return refuse(err, label, "nul", "must not have a NUL in it");
	if (len > max && utf8_count(s, len) > max)
		return refuse(err, label, "too_long", "must have at most %zu characters", max);
	*out = s;
	return 1;
}

static int read_uuid(struct json j, struct label label, struct uuid *out, struct err *err)
{
	if (j.node == NULL)
		return 0;
	if (!json_object_is_type(j.node, json_type_string) ||
	    uuid_parse(out, json_object_get_string(j.node),
		       (size_t)json_object_get_string_len(j.node)) < 0)
		return refuse(err, label, "type", "must be a UUID in its form of 36 characters");
	return 1;
}

static int read_time(struct json j, struct label label, int64_t *out, struct err *err)
{
	if (j.node == NULL)
		return 0;
	if (!json_object_is_type(j.node, json_type_string) ||
	    time_parse(out, json_object_get_string(j.node),
		       (size_t)json_object_get_string_len(j.node)) < 0)
		return refuse(err, label, "type",
			      "must be a time like \"2026-11-23T14:05:09.112233Z\"");
	return 1;
}

int json_get_int(struct json o, const char *name, int64_t min, int64_t max, int64_t *out,
		 struct err *err)
{
	return read_int(json_member(o, name), MEMBER(name), min, max, out, err);
}

int json_to_int(struct json j, const char *what, int64_t min, int64_t max, int64_t *out,
		struct err *err)
{
	return read_int(j, IN_HAND(what), min, max, out, err);
}

int json_get_str(struct json o, const char *name, size_t max, const char **out, struct err *err)
{
	return read_str(json_member(o, name), MEMBER(name), max, out, err);
}

int json_to_str(struct json j, const char *what, size_t max, const char **out, struct err *err)
{
	return read_str(j, IN_HAND(what), max, out, err);
}

int json_get_uuid(struct json o, const char *name, struct uuid *out, struct err *err)
{
	return read_uuid(json_member(o, name), MEMBER(name), out, err);
}

int json_to_uuid(struct json j, const char *what, struct uuid *out, struct err *err)
{
	return read_uuid(j, IN_HAND(what), out, err);
}

int json_get_time(struct json o, const char *name, int64_t *out, struct err *err)
{
	return read_time(json_member(o, name), MEMBER(name), out, err);
}

int json_to_time(struct json j, const char *what, int64_t *out, struct err *err)
{
	return read_time(j, IN_HAND(what), out, err);
}

int json_get_bool(struct json o, const char *name, bool *out, struct err *err)
{
	return read_bool(json_member(o, name), MEMBER(name), out, err);
}

int json_to_bool(struct json j, const char *what, bool *out, struct err *err)
{
	return read_bool(j, IN_HAND(what), out, err);
}

int json_get_array(struct json o, const char *name, size_t max, struct json *out, struct err *err)
{
	struct json j = json_member(o, name);

	if (j.node == NULL)
		return 0;
	if (!json_object_is_type(j.node, json_type_array))
		return refuse(err, MEMBER(name), "type", "must be an array");
	if (json_len(j) > max)
		return refuse(err, MEMBER(name), "too_long", "must have at most %zu elements", max);
	*out = j;
	return 1;
}

int json_get_object(struct json o, const char *name, struct json *out, struct err *err)
{
	struct json j = json_member(o, name);

	if (j.node == NULL)
		return 0;
	if (!json_object_is_type(j.node, json_type_object))
		return refuse(err, MEMBER(name), "type", "must be an object");
	*out = j;
	return 1;
}

/* --- refusing what nobody asked for --- */

static bool is_listed(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static int refuse_unknown(const char *name, const char *const *names, struct err *err)
{
	struct buf field = { NULL, 0, 0 }, known = { NULL, 0, 0 };

	json_pointer_add(&field, slice_of(name));
	for (; *names != NULL; names++)
		buf_printf(&known, "%s%s", known.len > 0 ? ", " : "", *names);
	err_field(err, field.data, "unknown_field", "%.64s is not known here; what is: %s", name,
		  known.len > 0 ? known.data : "nothing");
	buf_release(&field);
	buf_release(&known);
	return -1;
}

int json_only(struct json object, const char *const *names, struct err *err)
{
	struct json_iter it = json_iter(object);

	if (json_type(object) != JSON_OBJECT)
		return err_field(err, "", "type", "the value must be an object");
	while (json_next(&it))
		if (!is_listed(names, it.name))
			return refuse_unknown(it.name, names, err);
	return 0;
}

/* --- back to text --- */

static void print_object(struct json j, struct buf *out)
{
	struct json_iter it = json_iter(j);

	jw_open(out, '{');
	while (json_next(&it)) {
		jw_str(out, it.name, strlen(it.name));
		buf_char(out, ':');
		json_print(it.value, out);
	}
	jw_close(out, '}');
}

static void print_array(struct json j, struct buf *out)
{
	size_t len = json_len(j);

	jw_open(out, '[');
	for (size_t i = 0; i < len; i++)
		json_print(json_at(j, i), out);
	jw_close(out, ']');
}

/* json-c keeps the text of a real number beside it.  Printing the number itself
 * would round it and, in some locales, put a comma into it. */
static void print_real(struct json j, struct buf *out)
{
	const char *text = json_object_get_userdata(j.node);

	if (text == NULL)
		panic("json-c keeps no text of a real number");
	jw_raw(out, text, strlen(text));
}

void json_print(struct json j, struct buf *out)
{
	switch (json_type(j)) {
	case JSON_MISSING:
	case JSON_NULL:
		jw_null(out);
		break;
	case JSON_BOOL:
		jw_bool(out, json_object_get_boolean(j.node));
		break;
	case JSON_INT:
		jw_int(out, json_object_get_int64(j.node));
		break;
	case JSON_REAL:
		print_real(j, out);
		break;
	case JSON_STRING:
		jw_str(out, json_object_get_string(j.node),
		       (size_t)json_object_get_string_len(j.node));
		break;
	case JSON_ARRAY:
		print_array(j, out);
		break;
	case JSON_OBJECT:
		print_object(j, out);
		break;
	}
}
