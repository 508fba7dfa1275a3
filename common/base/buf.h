/* A growing byte string, always terminated by a NUL that is not counted. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/base.h"

struct buf {
	char *data;		/* NULL while empty and never written */
	size_t len;
	size_t size;
};

void buf_release(struct buf *b);		/* frees; b is empty again */
void buf_clear(struct buf *b);			/* empty, keeps the room */
char *buf_room(struct buf *b, size_t len);	/* at least len bytes at the end; then buf_used() */
void buf_used(struct buf *b, size_t len);
void buf_drop(struct buf *b, size_t len);	/* forgets the first len bytes */
void buf_add(struct buf *b, const void *p, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_int(struct buf *b, int64_t n);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* to takes the bytes behind its own, without a copy if it has none; from is empty. */
void buf_move(struct buf *to, struct buf *from);

#endif
