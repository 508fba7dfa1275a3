/* Bodies: so many bytes, or chunks (RFC 9112, section 7.1).  Pure, and fed in
 * pieces of any size: a line that is not whole yet is left for the next call.
 *
 * Chunk extensions and trailers are checked and dropped: nobody here needs
 * them, and a trailer that looks like a header must not become one. */
#include "base/base.h"
#include "http/internal.h"

#define SIZE_DIGITS_MAX 15
#define SIZE_LINE_MAX 256		/* with its extensions */
#define TRAILERS_MAX 8192		/* all lines together */

static int broken(struct err *err, const char *what)
{
	return err_set(err, ERR_SYNTAX, "chunk", "the chunked body is broken: %s", what);
}

static int too_large(const struct body *b, struct err *err)
{
	return err_set(err, ERR_TOO_LARGE, "body_too_large",
		       "the body is longer than the %lld bytes that are taken here",
		       (long long)b->max);
}

int body_begin(struct body *b, const struct head *h, int64_t max, struct err *err)
{
	*b = (struct body){ .max = max, .left = h->length };
	if (h->length > max)
		return too_large(b, err);
	if (h->chunked)
		b->state = BODY_CHUNK_SIZE;
	else
		b->state = h->length > 0 ? BODY_DATA : BODY_WHOLE;
	return 0;
}

/* Each step takes bytes off text: 1 go on, 0 more bytes are wanted, -1. */
static int take_data(struct body *b, struct slice *text, struct buf *out)
{
	size_t n = (size_t)MIN((int64_t)text->len, b->left);

	buf_add(out, text->p, n);
	text->p += n;
	text->len -= n;
	b->left -= (int64_t)n;
	return b->left == 0;
}

static int step_data(struct body *b, struct slice *text, struct buf *out, struct err *err UNUSED)
{
	int r = take_data(b, text, out);

	if (r == 1)
		b->state = BODY_WHOLE;
	return r;
}

static int step_chunk_data(struct body *b, struct slice *text, struct buf *out,
			   struct err *err UNUSED)
{
	int r = take_data(b, text, out);

	if (r == 1)
		b->state = BODY_CHUNK_END;
	return r;
}

static int step_chunk_end(struct body *b, struct slice *text, struct buf *out UNUSED,
			  struct err *err)
{
	if (memcmp(text->p, "\r\n", MIN(text->len, 2)) != 0)
		return broken(err, "a chunk is longer than its size says");
	if (text->len < 2)
		return 0;
	text->p += 2;
	text->len -= 2;
	b->state = BODY_CHUNK_SIZE;
	return 1;
}

/* The line at the front, CR LF included.  1, 0 not whole yet, -1. */
static int line_take(struct slice *text, size_t max, struct slice *line_r, struct err *err)
{
	const char *lf = memchr(text->p, '\n', MIN(text->len, max));

	if (lf == NULL)
		return text->len < max ? 0 : broken(err, "a line is too long");
	if (lf == text->p || lf[-1] != '\r')
		return broken(err, "a line ends with a lone LF");
	*line_r = (struct slice){ text->p, (size_t)(lf + 1 - text->p) };
	text->p += line_r->len;
	text->len -= line_r->len;
	return 1;
}

static const char *skip_token(const char *p)
{
	while (char_token[(uint8_t)*p])
		p++;
	return p;
}

/* Behind the closing quote, or NULL.  The line ends in CR, which is no text. */
static const char *skip_quoted(const char *p)
{
	for (p++; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if (!char_text[(uint8_t)*p])
			return NULL;
	}
	return p + 1;
}

/* *( ";" name [ "=" ( token / quoted ) ] ) and then nothing but CR LF. */
static bool valid_extensions(const char *p)
{
	while (*p == ';') {
		const char *name = p + 1;

		p = skip_token(name);
		if (p == name)
			return false;
		if (*p != '=')
			continue;
		name = p + 1;
		p = *name == '"' ? skip_quoted(name) : skip_token(name);
		if (p == NULL || p == name)
			return false;
	}
	return *p == '\r' && p[1] == '\n';
}

static int step_chunk_size(struct body *b, struct slice *text, struct buf *out UNUSED,
			   struct err *err)
{
	struct slice line;
	int64_t size = 0;
	int digits = 0, r = line_take(text, SIZE_LINE_MAX, &line, err);

	if (r <= 0)
		return r;
	for (; hex_digit(line.p[digits]) >= 0; digits++) {
		if (digits == SIZE_DIGITS_MAX)
			return broken(err, "a chunk's size has too many digits");
		size = size << 4 | hex_digit(line.p[digits]);
	}
	if (digits == 0)
		return broken(err, "a chunk's size is not a hexadecimal number");
	if (!valid_extensions(line.p + digits))
		return broken(err, "behind a chunk's size stands what is no extension");
	if (size > b->max - b->got)
		return too_large(b, err);
	b->got += size;
	b->left = size;
	b->state = size > 0 ? BODY_CHUNK_DATA : BODY_TRAILER;
	return 1;
}

static int step_trailer(struct body *b, struct slice *text, struct buf *out UNUSED, struct err *err)
{
	struct http_header dropped;
	struct slice line;
	int r = line_take(text, TRAILERS_MAX - b->trailer_bytes, &line, err);

	if (r <= 0)
		return r;
	b->trailer_bytes += line.len;
	if (line.len == 2) {
		b->state = BODY_WHOLE;
		return 1;
	}
	return head_line(&line, &dropped, err) < 0 ? -1 : 1;
}

static int (*const steps[])(struct body *, struct slice *, struct buf *, struct err *) = {
	[BODY_DATA] = step_data,
	[BODY_CHUNK_SIZE] = step_chunk_size,
	[BODY_CHUNK_DATA] = step_chunk_data,
	[BODY_CHUNK_END] = step_chunk_end,
	[BODY_TRAILER] = step_trailer,
};

int body_feed(struct body *b, const char *p, size_t len, size_t *used_r, struct buf *out,
	      struct err *err)
{
	struct slice text = { p, len };
	int r = 1;

	while (r == 1 && b->state != BODY_WHOLE)
		r = text.len > 0 ? steps[b->state](b, &text, out, err) : 0;
	*used_r = len - text.len;
	return r;
}
