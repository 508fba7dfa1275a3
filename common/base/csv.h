/* CSV of RFC 4180: records of fields separated by commas, ended by LF or CRLF;
 * a field in quotes may hold commas, line ends, and quotes written twice.
 * What real files have besides is taken as it can only be meant: a quote
 * inside an unquoted field is a character, an empty line is no record, a byte
 * order mark at the beginning is none of the text. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/err.h"
#include "base/pool.h"

#define CSV_FIELDS_MAX 64

struct csv {
	const char *at, *end;
	size_t line;		/* the next one, from 1 */
};

struct csv_record {
	size_t line;		/* where it begins */
	int n;
	struct slice field[CSV_FIELDS_MAX];	/* in the text, or in the pool when a quote was undone */
};

void csv_open(struct csv *csv, const char *text, size_t len);	/* the text must outlive it */
/* 1 and the record, 0 at the end; -1 with err, which names the line: a quote
 * that is never closed, something behind a closed one, too many fields. */
int csv_next(struct csv *csv, struct pool *pool, struct csv_record *r, struct err *err) MUST_CHECK;

/* A field for the file that is written: in quotes where it needs them.  A record of
 * nothing but one empty field is the writer's own "": a line without any is no record. */
struct buf;
void csv_add(struct buf *out, struct slice field);

#endif
