/* Long arrays, read element by element.  Private to base/json*.c.
 *
 * A page of sync is an object with one array of a thousand rows.  As one tree it
 * needs thirty times the text's memory; so the tree has an empty array in its
 * place, and an element's own tree is made when somebody asks for it. */
#ifndef BASE_JSONLONG_H
#define BASE_JSONLONG_H

#include "base/base.h"
#include "base/pool.h"

#define JSON_LONG_TEXT 65536	/* bytes: a shorter text is one tree */
#define JSON_LONG_ARRAY 16384	/* bytes between its brackets */
#define JSON_LONG_DEPTH 2	/* objects around it, and nothing else */

struct json_object;

struct json_long {
	struct json_long *next;
	size_t ordinal;		/* among all arrays that have objects only around them, JSON_LONG_DEPTH at most */
	struct slice inside;	/* of the brackets */
	size_t n, room;
	struct slice *element;
	struct json_object **tree;	/* of those that were asked for */
};

struct json_longs {
	struct pool *pool;
	struct json_long *first, *last;
	size_t arrays;		/* seen so far, long or not */
};

/* What the scanner sees: an array, each of its elements, and its end. */
struct json_long *json_long_begin(struct json_longs *all, const char *inside);
void json_long_element(struct json_longs *all, struct json_long *l, struct slice element);
void json_long_end(struct json_longs *all, struct json_long *l, const char *end);

/* The text without the insides of long arrays; and these, put into its tree. */
void json_long_cut(const struct json_longs *all, struct slice text, struct buf *rest);
void json_long_attach(const struct json_longs *all, struct json_object *root);

/* NULL: the node is no long array. */
struct json_long *json_long_of(struct json_object *node);

#endif
