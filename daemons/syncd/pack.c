/* gzip for what goes up.  The fastest level: rows are repetitive, and a till's
 * processor has people to serve. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "base/log.h"

#include <zlib.h>

#define LEVEL 1
#define GZIP_WINDOW (15 + 16)	/* zlib's way to say gzip */

void pack(struct buf *body)
{
	struct buf packed = { 0 };
	z_stream z = { 0 };
	size_t room;

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		panic("no memory to pack %zu bytes", body->len);
	room = deflateBound(&z, body->len);
	z.next_in = (unsigned char *)body->data;
	z.avail_in = (unsigned)body->len;
	z.next_out = (unsigned char *)buf_room(&packed, room);
	z.avail_out = (unsigned)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		panic("%zu bytes do not pack into %zu", body->len, room);
	buf_used(&packed, z.total_out);
	deflateEnd(&z);
	buf_release(body);
	*body = packed;
}
