/* gzip in and out (RFC 1952).  zlib's state is 270 KB to pack and 40 KB to
 * unpack: each is made at its first use and kept. */
#include "base/base.h"
#include "base/log.h"
#include "http/internal.h"

#include <stdlib.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16)	/* 32 KB, with gzip's header and sum */
#define PACK_LEVEL 1		/* level 6 takes 3 times as long for some 10 % on JSON lists */
#define PIECE 16384

struct gzip {
	z_stream pack, unpack;
	bool can_pack, can_unpack;
};

void gzip_free(struct gzip **gp)
{
	struct gzip *g = *gp;

	if (g == NULL)
		return;
	*gp = NULL;
	if (g->can_pack)
		deflateEnd(&g->pack);
	if (g->can_unpack)
		inflateEnd(&g->unpack);
	free(g);
}

static struct gzip *gzip_get(struct gzip **gp)
{
	if (*gp == NULL)
		*gp = x_alloc(sizeof(**gp));
	return *gp;
}

static z_stream *unpacker(struct gzip **gp)
{
	struct gzip *g = gzip_get(gp);
	int r = g->can_unpack ? inflateReset(&g->unpack) : inflateInit2(&g->unpack, GZIP_WINDOW);

	if (r != Z_OK)
		panic("zlib cannot begin to unpack: %d", r);
	g->can_unpack = true;
	return &g->unpack;
}

static z_stream *packer(struct gzip **gp)
{
	struct gzip *g = gzip_get(gp);
	int r = g->can_pack ? deflateReset(&g->pack)
			    : deflateInit2(&g->pack, PACK_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
					   Z_DEFAULT_STRATEGY);

	if (r != Z_OK)
		panic("zlib cannot begin to pack: %d", r);
	g->can_pack = true;
	return &g->pack;
}

static int inflate_piece(z_stream *z, struct buf *out)
{
	int r;

	z->next_out = (Bytef *)buf_room(out, PIECE);
	z->avail_out = PIECE;
	r = inflate(z, Z_NO_FLUSH);
	buf_used(out, PIECE - z->avail_out);
	return r;
}

int gzip_unpack(struct gzip **gp, const char *p, size_t len, int64_t max, struct buf *out,
		struct err *err)
{
	z_stream *z = unpacker(gp);
	int r;

	z->next_in = (Bytef *)(uintptr_t)p;
	z->avail_in = (uInt)len;
	while ((r = inflate_piece(z, out)) == Z_OK)
		if ((int64_t)out->len > max)
			break;
	if ((int64_t)out->len > max)
		return err_set(err, ERR_TOO_LARGE, "body_too_large",
			       "the body unpacks to more than the %lld bytes that are taken here",
			       (long long)max);
	if (r != Z_STREAM_END)
		return err_set(err, ERR_SYNTAX, "gzip_broken",
			       "the body is not gzip, or damaged, or not whole");
	if (z->avail_in > 0)
		return err_set(err, ERR_SYNTAX, "gzip_broken",
			       "%u bytes stand behind the end of the gzip body", z->avail_in);
	return 0;
}

void gzip_pack(struct gzip **gp, const char *p, size_t len, struct buf *out)
{
	z_stream *z = packer(gp);
	size_t room = deflateBound(z, len);
	int r;

	z->next_in = (Bytef *)(uintptr_t)p;
	z->avail_in = (uInt)len;
	z->next_out = (Bytef *)buf_room(out, room);
	z->avail_out = (uInt)room;
	r = deflate(z, Z_FINISH);
	if (r != Z_STREAM_END)
		panic("zlib cannot pack %zu bytes: %d", len, r);
	buf_used(out, room - z->avail_out);
}
