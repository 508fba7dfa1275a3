/* JSON in and out.
 *
 * In: one guarded reader for every byte of JSON that enters the suite.  The
 * text is checked by a strict scanner (RFC 8259 and I-JSON, RFC 7493: UTF-8,
 * no duplicate names, no lone surrogates, integers within 64 bits, bounded
 * depth), then a tree is made of it where it stands.  A getter never coerces: what
 * is not of the asked type is an error that names the field.
 *
 * Out: straight into a buffer, no tree. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/uuid.h"

#define JSON_DEPTH_MAX 16

enum json_type { JSON_MISSING, JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* A place in a parsed text; cheap to copy; lives as long as the pool.  One thread at a time
 * reads a text: the tree remembers what was asked for last. */
struct json {
	void *node;		/* NULL: missing or null */
	bool missing;
};

/* 0 and the root; -1 with err (ERR_SYNTAX) that says what is wrong and at
 * which byte; err->field is the JSON pointer where there is one.  Codes:
 * json_syntax, json_utf8, json_depth, json_duplicate, range (a number too
 * large), nul (in a name), too_long. */
int json_parse(struct pool *pool, const char *text, size_t len, struct json *root, struct err *err) MUST_CHECK;

enum json_type json_type(struct json j);
struct json json_member(struct json object, const char *name);	/* missing if absent or not an object */
struct json json_at(struct json array, size_t i);
size_t json_len(struct json j);		/* elements of an array, members of an object, else 0 */
/* Nobody reads this element any more, nor any text in it.  In a long text a long array's
 * elements have trees of their own, made when they are asked for: dropped one after the
 * other they need little memory. */
void json_drop(struct json array, size_t i);

/* Walks an object in the order of the text:
 *	for (struct json_iter it = json_iter(obj); json_next(&it); ) … it.name, it.value */
struct json_iter {
	void *at;
	const char *name;
	struct json value;
};
struct json_iter json_iter(struct json object);
bool json_next(struct json_iter *it);

/* Typed reading of a member.  1 found, 0 missing or null (*out untouched), -1
 * with err naming "/name"; codes: type, range, too_long, nul, unknown_field.
 * Text is terminated, without NUL inside, at most max characters (code points). */
int json_get_int(struct json o, const char *name, int64_t min, int64_t max, int64_t *out, struct err *err) MUST_CHECK;
int json_get_bool(struct json o, const char *name, bool *out, struct err *err) MUST_CHECK;
int json_get_str(struct json o, const char *name, size_t max, const char **out, struct err *err) MUST_CHECK;
int json_get_uuid(struct json o, const char *name, struct uuid *out, struct err *err) MUST_CHECK;
int json_get_time(struct json o, const char *name, int64_t *out, struct err *err) MUST_CHECK;
int json_get_array(struct json o, const char *name, size_t max, struct json *out, struct err *err) MUST_CHECK;
int json_get_object(struct json o, const char *name, struct json *out, struct err *err) MUST_CHECK;

/* The same for a value in hand; `what` names it in the error ("/lines/0"). */
int json_to_int(struct json j, const char *what, int64_t min, int64_t max, int64_t *out, struct err *err) MUST_CHECK;
int json_to_bool(struct json j, const char *what, bool *out, struct err *err) MUST_CHECK;
int json_to_str(struct json j, const char *what, size_t max, const char **out, struct err *err) MUST_CHECK;
int json_to_uuid(struct json j, const char *what, struct uuid *out, struct err *err) MUST_CHECK;
int json_to_time(struct json j, const char *what, int64_t *out, struct err *err) MUST_CHECK;

/* Refuses members that are not in the NULL-terminated list: field and name. */
int json_only(struct json object, const char *const *names, struct err *err) MUST_CHECK;

/* The value as compact JSON text again. */
void json_print(struct json j, struct buf *out);

/* --- writing --- */

/* Commas are put where they belong: a writer knows only whether the last byte
 * wants one.  Names are literals of ours and are not escaped. */
void jw_open(struct buf *b, char bracket);		/* '{' or '[' */
void jw_close(struct buf *b, char bracket);		/* '}' or ']' */
void jw_name(struct buf *b, const char *name);
void jw_int(struct buf *b, int64_t n);
void jw_bool(struct buf *b, bool yes);
void jw_null(struct buf *b);
void jw_str(struct buf *b, const char *s, size_t len);	/* UTF-8, escaped */
void jw_uuid(struct buf *b, struct uuid u);
void jw_time(struct buf *b, int64_t at);
void jw_raw(struct buf *b, const char *json, size_t len);	/* already JSON */

/* name and value at once; a NULL string is null */
void jw_put_int(struct buf *b, const char *name, int64_t n);
void jw_put_bool(struct buf *b, const char *name, bool yes);
void jw_put_str(struct buf *b, const char *name, const char *s);
void jw_put_uuid(struct buf *b, const char *name, struct uuid u);
void jw_put_time(struct buf *b, const char *name, int64_t at);
void jw_put_null(struct buf *b, const char *name);

#endif
