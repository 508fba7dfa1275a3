/* The shape of every list: {"items":[…],"next":cursor or null}. */
#ifndef MODEL_LISTS_H
#define MODEL_LISTS_H

#include "model/model.h"

/* Rows read at a time while a filter looks for more, and how many are looked
 * at for one page: a page may end early, its cursor goes on from there. */
#define LIST_CHUNK 1000
#define LIST_SCAN_MAX 200000

void list_open(struct buf *out);
void list_close(struct buf *out, const char *next);	/* NULL: this was the last page */
/* A cursor that is a uuid; untouched when there is none. */
int list_cursor_uuid(const struct page *page, struct uuid *after, struct err *err) MUST_CHECK;

#endif
