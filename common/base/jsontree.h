/* The tree of a text that the scanner has passed.  Private to base/json*.c.
 *
 * The text is its own store: names and strings stay where they are, and end with
 * a NUL where their closing quote was.  What is built twice is built the same. */
#ifndef BASE_JSONTREE_H
#define BASE_JSONTREE_H

#include "base/json.h"
#include "base/jsonlong.h"

struct json_node {
	struct json_node *next;		/* in the same array or object */
	const char *name;		/* of a member */
	uint32_t name_len;
	enum json_type type;		/* never JSON_MISSING */
	uint32_t len;			/* members, elements, or bytes of a string or a real number */
	uint32_t place;			/* of near in an array */
	union {
		bool yes;
		int64_t number;
		const char *text;	/* a real number is kept as it was written, without an end */
		struct {
			struct json_node *first;
			struct json_node *near;	/* whoever asked last is likely to ask for this one next */
		};
		struct json_long *elements;	/* type JSON_ARRAY, and is_long */
	};
	bool is_long;
};

/* text is a copy of the pool's, with a NUL behind it: it is written to.  Where one of
 * `longs` begins the tree has it and nothing of what is inside. */
struct json_node *json_tree(struct pool *pool, char *text, struct json_long *longs);

#endif
