/* Any bytes as a body.  The first byte says how: chunked or with a length, and
 * in which pieces it comes; what comes out must not depend on the pieces.
 * Then the same bytes as gzip. */
#include "base/base.h"
#include "base/utf8.h"
#include "http/internal.h"

#include <stdlib.h>

#define BODY_BYTES 5000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
	if (!holds)
		abort();
}

static void insist_fit(const struct err *err)
{
	insist(err->kind == ERR_SYNTAX || err->kind == ERR_TOO_LARGE);
	insist(err->code[0] != '\0' && err->text[0] != '\0' &&
	       utf8_valid(err->text, strlen(err->text)));
}

/* As a connection feeds: what was not used comes again with more behind it.
 * Each time in memory of its own, so that a byte read too far is seen. */
static int feed(const struct head *h, const char *text, size_t len, size_t step, struct buf *out,
		size_t *used_r)
{
	struct err err = { .kind = ERR_NONE };
	size_t at = 0, have = 0, used;
	struct body b;
	int r = body_begin(&b, h, BODY_BYTES, &err);

	while (r == 0 && have < len) {
		char *piece;

		have = MIN(have + step, len);
		piece = malloc(have - at);
		memcpy(piece, text + at, have - at);
		r = body_feed(&b, piece, have - at, &used, out, &err);
		insist(used <= have - at && (r != 0 || have - at - used < 8192));
		free(piece);
		at += used;
	}
	if (r < 0)
		insist_fit(&err);
	*used_r = at;
	return r;
}

static void insist_same_in_pieces(const struct head *h, const char *text, size_t len, size_t step)
{
	struct buf whole = { NULL, 0, 0 }, pieces = { NULL, 0, 0 };
	size_t whole_used, pieces_used;
	int r = feed(h, text, len, MAX(len, 1), &whole, &whole_used);

	insist(feed(h, text, len, step, &pieces, &pieces_used) == r);
	insist(whole.len <= BODY_BYTES && pieces.len <= BODY_BYTES);
	if (r >= 0)
		insist(whole_used == pieces_used && whole.len == pieces.len &&
		       (whole.len == 0 || memcmp(whole.data, pieces.data, whole.len) == 0));
	if (!h->chunked && r == 1)
		insist((int64_t)whole.len == h->length && whole_used == whole.len);
	buf_release(&whole);
	buf_release(&pieces);
}

static void try_gzip(const char *p, size_t len)
{
	struct buf out = { NULL, 0, 0 }, packed = { NULL, 0, 0 }, again = { NULL, 0, 0 };
	struct err err = { .kind = ERR_NONE };
	struct gzip *g = NULL;

	if (gzip_unpack(&g, p, len, BODY_BYTES, &out, &err) < 0)
		insist_fit(&err);
	else
		insist(out.len <= BODY_BYTES);
	gzip_pack(&g, p, len, &packed);
	insist(gzip_unpack(&g, packed.data, packed.len, (int64_t)len, &again, &err) == 0);
	insist(again.len == len && (len == 0 || memcmp(again.data, p, len) == 0));
	buf_release(&out);
	buf_release(&packed);
	buf_release(&again);
	gzip_free(&g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct head h = { .minor = 1 };
	const char *text = (const char *)data + 1;

	if (size < 1)
		return 0;
	size--;
	h.chunked = data[0] & 1;
	h.has_length = !h.chunked;
	h.length = h.chunked ? 0 : (int64_t)(data[0] >> 1) * 41;
	insist_same_in_pieces(&h, text, size, (data[0] >> 4) + 1);
	insist_same_in_pieces(&h, text, size, 1);
	if (data[0] >> 6 == 3)
		try_gzip(text, size);
	return 0;
}
