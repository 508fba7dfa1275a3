/* The guard before the tree: reads a JSON text strictly, builds nothing.
 * Private to base/json*.c. */
#ifndef BASE_JSONSCAN_H
#define BASE_JSONSCAN_H

#include "base/base.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/jsonlong.h"

/* The name of a member as it stands between its quotes, escapes and all. */
struct json_name {
	size_t object;		/* objects are numbered as they begin */
	struct slice text;
};

struct json_scan {
	/* What to do besides; zero for a plain check. */
	struct json_name *names;	/* note them all: room for as many as an earlier scan counted */
	const char *twin;		/* the name that begins here is a duplicate: refuse it */
	struct json_longs *longs;	/* note long arrays */

	/* What was found. */
	struct slice value;	/* the text without the blanks around it */
	size_t members;		/* of all objects together, duplicates included */
	bool suspect;		/* a name may stand twice in its object: the tree tells */
};

/* 0, or -1 with ERR_SYNTAX that names the byte and the JSON pointer. */
int json_scan(const char *text, size_t len, struct json_scan *scan, struct err *err) MUST_CHECK;

/* Of a text that json_scan() took and calls suspect.  0, or -1: the first member that its
 * object already had is refused. */
int json_check_twins(const char *text, size_t len, const struct json_scan *scan, struct err *err);

/* "/" and the name, escaped as RFC 6901 wants it. */
void json_pointer_add(struct buf *pointer, struct slice name);

#endif
