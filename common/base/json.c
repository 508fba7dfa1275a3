/* Reading: the scanner refuses, the tree is made of what it has passed, and the
 * getters here never coerce. */
#include "base/base.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/jsonscan.h"
#include "base/jsontree.h"
#include "base/log.h"
#include "base/utf8.h"

#include <limits.h>
#include <stdarg.h>

/* --- parsing --- */

static const struct json missing = { NULL, true };

static struct json_node *node_of(struct json j)
{
	return j.node;
}

static struct json json_of(struct json_node *n)
{
	return n->type == JSON_NULL ? (struct json){ NULL, false } : (struct json){ n, false };
}

int json_parse(struct pool *pool, const char *text, size_t len, struct json *root, struct err *err)
{
	struct json_longs longs = { pool, NULL, NULL };
	struct json_scan scan = { .longs = len >= JSON_LONG_TEXT ? &longs : NULL };
	char *copy;

	if (len > INT_MAX / 2)	/* jsontwin.c counts bytes in an int */
		return err_set(err, ERR_SYNTAX, "too_long", "%zu bytes of JSON are too many", len);
	copy = pool_memdup(pool, text, len);	/* its strings are ours to end */
	if (json_scan(copy, len, &scan, err) < 0 ||
	    (scan.suspect && json_check_twins(copy, len, &scan, err) < 0))
		return -1;
	*root = json_of(json_tree(pool, copy, longs.first));
	return 0;
}

/* --- moving about --- */

static struct json_long *long_of(struct json array)
{
	struct json_node *n = array.node;

	return n != NULL && n->type == JSON_ARRAY && n->is_long ? n->elements : NULL;
}

void json_drop(struct json array, size_t i)
{
	struct json_long *l = long_of(array);

	if (l != NULL)
		json_long_drop(l, i);
}

enum json_type json_type(struct json j)
{
	if (j.node == NULL)
		return j.missing ? JSON_MISSING : JSON_NULL;
	return node_of(j)->type;
}

static bool is_called(const struct json_node *n, const char *name, size_t len)
{
	return n->name_len == len && memcmp(n->name, name, len) == 0;
}

/* Members are asked for in the order in which they were written, more often than not. */
struct json json_member(struct json object, const char *name)
{
	struct json_node *in = object.node, *n;
	size_t len = strlen(name);

	if (json_type(object) != JSON_OBJECT)
		return missing;
	n = in->near;
	for (uint32_t i = 0; i < in->len; i++) {
		struct json_node *next = n->next != NULL ? n->next : in->first;

		if (is_called(n, name, len)) {
			in->near = next;
			return json_of(n);
		}
		n = next;
	}
	return missing;
}

struct json json_at(struct json array, size_t i)
{
	struct json_long *l = long_of(array);
	struct json_node *in = array.node, *n;

	if (l != NULL)
		return (n = json_long_at(l, i)) != NULL ? json_of(n) : missing;
	if (in == NULL || in->type != JSON_ARRAY || i >= in->len)
		return missing;
	if (i < in->place) {
		in->place = 0;
		in->near = in->first;
	}
	for (; in->place < i; in->place++)
		in->near = in->near->next;
	return json_of(in->near);
}

size_t json_len(struct json j)
{
	const struct json_long *l = long_of(j);
	const struct json_node *n = j.node;

	if (l != NULL)
		return l->n;
	return n != NULL && (n->type == JSON_ARRAY || n->type == JSON_OBJECT) ? n->len : 0;
}

struct json_iter json_iter(struct json object)
{
	struct json_iter it = { NULL, NULL, missing };

	if (json_type(object) == JSON_OBJECT)
		it.at = node_of(object)->first;
	return it;
}

bool json_next(struct json_iter *it)
{
	struct json_node *n = it->at;

	if (n == NULL)
		return false;
	it->name = n->name;
	it->value = json_of(n);
	it->at = n->next;
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
	if (json_type(j) != JSON_INT)
		return refuse(err, label, "type", "must be an integer");
	n = node_of(j)->number;
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
	if (json_type(j) != JSON_BOOL)
		return refuse(err, label, "type", "must be true or false");
	*out = node_of(j)->yes;
	return 1;
}

static int read_str(struct json j, struct label label, size_t max, const char **out,
		    struct err *err)
{
	const char *s;
	size_t len;

	if (j.node == NULL)
		return 0;
	if (json_type(j) != JSON_STRING)
		return refuse(err, label, "type", "must be a string");
	s = node_of(j)->text;
	len = node_of(j)->len;
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
	if (json_type(j) != JSON_STRING ||
	    uuid_parse(out, node_of(j)->text, node_of(j)->len) < 0)
		return refuse(err, label, "type", "must be a UUID in its form of 36 characters");
	return 1;
}

static int read_time(struct json j, struct label label, int64_t *out, struct err *err)
{
	if (j.node == NULL)
		return 0;
	if (json_type(j) != JSON_STRING ||
	    time_parse(out, node_of(j)->text, node_of(j)->len) < 0)
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
	if (json_type(j) != JSON_ARRAY)
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
	if (json_type(j) != JSON_OBJECT)
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

void json_print(struct json j, struct buf *out)
{
	const struct json_node *n = j.node;

	if (n == NULL) {
		jw_null(out);
		return;
	}
	switch (n->type) {
	case JSON_MISSING:
	case JSON_NULL:
		jw_null(out);
		break;
	case JSON_BOOL:
		jw_bool(out, n->yes);
		break;
	case JSON_INT:
		jw_int(out, n->number);
		break;
	case JSON_REAL:
		/* As it was written: printing the number would round it. */
		jw_raw(out, n->text, n->len);
		break;
	case JSON_STRING:
		jw_str(out, n->text, n->len);
		break;
	case JSON_ARRAY:
		print_array(j, out);
		break;
	case JSON_OBJECT:
		print_object(j, out);
		break;
	}
}
