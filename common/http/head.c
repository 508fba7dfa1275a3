/* The bytes of a head: a request line and header lines, read by the grammar of
 * RFC 9112 and nothing beside it.  No lone CR or LF, no folded lines, no blank
 * before a colon, no second blank: where two readers could see two messages,
 * we see none.  Pure: no socket, no clock. */
#include "base/base.h"
#include "http/internal.h"

static const char *const method_names[HTTP_METHODS] = {
	[HTTP_GET] = "GET",	[HTTP_HEAD] = "HEAD",	    [HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT",	[HTTP_PATCH] = "PATCH",	    [HTTP_DELETE] = "DELETE",
	[HTTP_OPTIONS] = "OPTIONS",
};

const char *http_method_name(enum http_method m)
{
	return method_names[m];
}

static int head_too_large(const char *p, size_t max, struct err *err)
{
	if (memchr(p, '\n', max) == NULL)
		return err_set(err, ERR_HEAD_TOO_LARGE, "target_too_long",
			       "the request line is longer than %zu bytes: move data into the body",
			       max);
	return err_set(
		err, ERR_HEAD_TOO_LARGE, "head_too_large",
		"request line and headers are longer than %zu bytes: send fewer or shorter headers",
		max);
}

ssize_t head_length(const char *p, size_t len, size_t max, size_t *seen, struct err *err)
{
	const char *at = p + *seen, *lf;

	if (len > 0 && !char_token[(uint8_t)p[0]])
		return err_set(err, ERR_SYNTAX, "request_line",
			       "a request begins with its method, not with byte 0x%02x",
			       (uint8_t)p[0]);
	while ((lf = memchr(at, '\n', (size_t)(p + len - at))) != NULL) {
		if (lf[-1] != '\r')
			return err_set(err, ERR_SYNTAX, "line_end",
				       "a line ends with a lone LF: send CR LF");
		at = lf + 1;
		if (lf[-2] == '\n')
			break;
	}
	*seen = (size_t)(at - p);
	if (lf == NULL)
		return len > max ? head_too_large(p, max, err) : 0;
	return *seen > max ? head_too_large(p, max, err) : (ssize_t)*seen;
}

/* Takes n bytes off the front. */
static struct slice cut(struct slice *text, size_t n)
{
	struct slice front = { text->p, n };

	text->p += n;
	text->len -= n;
	return front;
}

static size_t run_of(struct slice text, const bool set[256])
{
	size_t n = 0;

	while (n < text.len && set[(uint8_t)text.p[n]])
		n++;
	return n;
}

static bool skip(struct slice *text, const char *expected)
{
	size_t len = strlen(expected);

	if (text->len < len || memcmp(text->p, expected, len) != 0)
		return false;
	cut(text, len);
	return true;
}

static int method_read(struct slice *text, enum http_method *method_r, struct err *err)
{
	struct slice name = cut(text, run_of(*text, char_token));

	if (name.len == 0 || !skip(text, " "))
		return err_set(err, ERR_SYNTAX, "request_line",
			       "a request begins with a method and one blank");
	for (int m = 0; m < HTTP_METHODS; m++) {
		if (slice_is(name, method_names[m])) {
			*method_r = m;
			return 0;
		}
	}
	return err_set(err, ERR_UNSUPPORTED, "method_unknown", "method %.*s is not known here",
		       (int)MIN(name.len, 40), name.p);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Speaks HTTP, but an HTTP that we do not. */
static bool is_other_version(struct slice text)
{
	return text.len >= 10 && memcmp(text.p, "HTTP/", 5) == 0 && is_digit(text.p[5]) &&
	       text.p[6] == '.' && is_digit(text.p[7]) && memcmp(text.p + 8, "\r\n", 2) == 0;
}

static int version_read(struct slice *text, int *minor_r, struct err *err)
{
	if (skip(text, "HTTP/1.1\r\n")) {
		*minor_r = 1;
		return 0;
	}
	if (skip(text, "HTTP/1.0\r\n")) {
		*minor_r = 0;
		return 0;
	}
	if (is_other_version(*text))
		return err_set(err, ERR_UNSUPPORTED, "http_version",
			       "%.8s is not spoken here: use HTTP/1.1", text->p);
	return err_set(err, ERR_SYNTAX, "request_line",
		       "after the target come one blank, HTTP/1.1 and the end of the line");
}

static int request_line(struct pool *pool, struct slice *text, struct head *h, struct err *err)
{
	if (method_read(text, &h->method, err) < 0)
		return -1;
	h->target = cut(text, run_of(*text, char_target));
	if (h->target.len == 0 || !skip(text, " "))
		return err_set(err, ERR_SYNTAX, "request_line",
			       "the target is one word of visible ASCII without '#': escape the "
			       "rest with %%");
	if (version_read(text, &h->minor, err) < 0)
		return -1;
	return target_parse(pool, h, err);
}

static int bad_name(struct slice name, char next, struct err *err)
{
	int len = (int)MIN(name.len, 40);

	if (name.len == 0)
		return err_set(err, ERR_SYNTAX, "header",
			       "a header line begins with its name: no folding, no empty name");
	if (next == ' ' || next == '\t')
		return err_set(err, ERR_SYNTAX, "header", "header %.*s: no blank before the colon",
			       len, name.p);
	return err_set(err, ERR_SYNTAX, "header",
		       "header %.*s: byte 0x%02x in its name, or no colon", len, name.p,
		       (uint8_t)next);
}

int head_line(struct slice *text, struct http_header *line, struct err *err)
{
	line->name = cut(text, run_of(*text, char_token));
	if (line->name.len == 0 || !skip(text, ":"))
		return bad_name(line->name, text->len > 0 ? text->p[0] : 0, err);
	line->value = trimmed(cut(text, run_of(*text, char_text)));
	if (!skip(text, "\r\n"))
		return err_set(err, ERR_SYNTAX, "header",
			       "header %.*s: byte 0x%02x cannot be in a value",
			       (int)MIN(line->name.len, 40), line->name.p,
			       text->len > 0 ? (uint8_t)text->p[0] : 0);
	return 0;
}

static size_t count_lines(struct slice text)
{
	const char *end = text.p + text.len, *at = text.p;
	size_t n = 0;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		n++;
	}
	return n;
}

/* text: header lines and the empty one behind them. */
static int header_lines(struct pool *pool, struct slice text, struct head *h, struct err *err)
{
	size_t n = count_lines(text) - 1;
	struct http_header *lines;

	if (n > HEAD_LINES_MAX)
		return err_set(err, ERR_HEAD_TOO_LARGE, "head_too_large",
			       "%zu headers: at most %d are taken", n, HEAD_LINES_MAX);
	lines = pool_alloc(pool, n * sizeof(*lines));
	for (size_t i = 0; i < n; i++)
		if (head_line(&text, &lines[i], err) < 0)
			return -1;
	for (size_t i = 0; i < n; i++)
		if (field_read(h, &lines[i], err) < 0)
			return -1;
	h->headers = lines;
	h->n_headers = n;
	return 0;
}

int head_parse(struct pool *pool, const char *p, size_t len, struct head *h, struct err *err)
{
	struct slice text = { p, len };

	*h = (struct head){ .minor = 1, .gzip_q = -1, .any_q = -1 };
	if (request_line(pool, &text, h, err) == 0 && header_lines(pool, text, h, err) == 0 &&
	    field_check_all(h, err) == 0)
		return 0;
	h->n_headers = 0;
	return -1;
}
