/* Long arrays, read element by element.  Private to base/json*.c.
 *
 * A page of sync is an object with one array of a thousand rows.  As one tree it
 * needs several times the text's memory; so an element has a tree of its own, made
 * when somebody asks for it and ended when nobody reads it any more. */
#ifndef BASE_JSONLONG_H
#define BASE_JSONLONG_H

#include "base/base.h"
#include "base/pool.h"

#define JSON_LONG_TEXT 65536	/* bytes: a shorter text is one tree */
#define JSON_LONG_ARRAY 16384	/* bytes between its brackets */
#define JSON_LONG_DEPTH 2	/* objects around it, and nothing else */

struct json_node;

struct json_element {
	struct slice text;
	struct pool *pool;	/* of its tree; NULL: nobody asked for it */
	struct json_node *tree;
};

struct json_long {
	struct json_long *next;
	struct slice inside;	/* of the brackets */
	size_t n, room;
	struct json_element *element;
};

struct json_longs {
	struct pool *pool;
	struct json_long *first, *last;	/* in the order of the text */
};

/* What the scanner sees: an array, each of its elements, and its end. */
struct json_long *json_long_begin(struct json_longs *all, const char *inside);
void json_long_element(struct json_longs *all, struct json_long *l, struct slice element);
void json_long_end(struct json_longs *all, struct json_long *l, const char *end);

/* The tree of element i; NULL where there is none. */
struct json_node *json_long_at(struct json_long *l, size_t i);
void json_long_drop(struct json_long *l, size_t i);

#endif
