#include "base/base.h"
#include "base/buf.h"
#include "base/log.h"

#include <stdarg.h>
#include <stdlib.h>

#define SIZE_MIN 128

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ NULL, 0, 0 };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

static void grow(struct buf *b, size_t len)
{
	size_t size = MAX(b->size, SIZE_MIN / 2) * 2;

	if (len > PTRDIFF_MAX / 4 || b->len > PTRDIFF_MAX / 4)
		panic("buf: %zu bytes behind %zu cannot be meant", len, b->len);
	b->size = MAX(size, b->len + len + 1);
	b->data = x_realloc(b->data, b->size);
	b->data[b->len] = '\0';
}

char *buf_room(struct buf *b, size_t len)
{
	if (len >= b->size - b->len)	/* one byte is kept for the NUL */
		grow(b, len);
	return b->data + b->len;
}

void buf_used(struct buf *b, size_t len)
{
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_drop(struct buf *b, size_t len)
{
	if (len == 0)
		return;
	if (len > b->len)
		panic("buf: %zu bytes dropped of %zu", len, b->len);
	b->len -= len;
	memmove(b->data, b->data + len, b->len + 1);
}

void buf_add(struct buf *b, const void *p, size_t len)
{
	char *room = buf_room(b, len);

	if (len > 0)
		memcpy(room, p, len);
	buf_used(b, len);
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	buf_used(b, 1);
}

/* "00" to "99": two digits a division. */
static const char pairs[] =
	"00010203040506070809" "10111213141516171819" "20212223242526272829"
	"30313233343536373839" "40414243444546474849" "50515253545556575859"
	"60616263646566676869" "70717273747576777879" "80818283848586878889"
	"90919293949596979899";

void buf_int(struct buf *b, int64_t n)
{
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
	char text[20], *p = text + sizeof(text);

	for (; left >= 100; left /= 100)
		memcpy(p -= 2, pairs + left % 100 * 2, 2);
	if (left >= 10)
		memcpy(p -= 2, pairs + left * 2, 2);
	else
		*--p = (char)('0' + left);
	if (n < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room = 128;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf_room(b, room), room + 1, fmt, args);
	va_end(args);
	if (len < 0)
		panic("cannot format \"%s\"", fmt);
	if ((size_t)len > room) {
		room = (size_t)len;
		va_start(args, fmt);
		vsnprintf(buf_room(b, room), room + 1, fmt, args);
		va_end(args);
	}
	buf_used(b, (size_t)len);
}

void buf_move(struct buf *to, struct buf *from)
{
	if (to->len > 0) {
		buf_add(to, from->data, from->len);
		buf_release(from);
		return;
	}
	free(to->data);
	*to = *from;
	*from = (struct buf){ NULL, 0, 0 };
}
