/* Any bytes as a head.  Besides not crashing: it ends in the same place however
 * it comes, a second reader (here, on purpose a naive one) sees the same
 * lines, the path is clean, and an error is fit to be sent. */
#include "base/base.h"
#include "base/utf8.h"
#include "http/internal.h"

#include <stdlib.h>

#define HEAD_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
	if (!holds)
		abort();
}

static void insist_fit(const struct err *err)
{
	insist(err->kind != ERR_NONE && err->code[0] != '\0' && err->text[0] != '\0');
	insist(utf8_valid(err->text, strlen(err->text)));
	insist(problem_status(err) >= 400);
}

/* Byte by byte must give what all at once gives: the same end, or an error no later. */
static void insist_same_in_pieces(const char *text, size_t size, ssize_t whole)
{
	size_t seen = 0;
	ssize_t n = 0;
	struct err err;

	for (size_t len = 1; len <= size && n == 0; len++)
		n = head_length(text, len, HEAD_BYTES, &seen, &err);
	insist(n == whole || (whole == 0 && n == 0) || (n < 0 && whole < 0));
}

static void insist_clean_path(const struct head *h)
{
	size_t len = strlen(h->path);

	insist(h->path[0] == '/' || (strcmp(h->path, "*") == 0 && h->method == HTTP_OPTIONS));
	insist(utf8_valid(h->path, len));
	insist(strstr(h->path, "/../") == NULL && strstr(h->path, "/./") == NULL);
	for (size_t i = 0; i < len; i++)
		insist((uint8_t)h->path[i] >= ' ' && h->path[i] != 0x7f);
}

static size_t count(const char *text, size_t len, const char *what)
{
	const char *at = text, *end = text + len;
	size_t n = 0;

	for (; (at = memmem(at, (size_t)(end - at), what, strlen(what))) != NULL; at++)
		n++;
	return n;
}

static void insist_one_reading(const char *text, size_t len, const struct head *h)
{
	insist(count(text, len, "\n") == count(text, len, "\r\n") &&
	       count(text, len, "\r") == count(text, len, "\n"));
	insist(h->n_headers + 2 == count(text, len, "\n"));
	insist(memchr(text, '\0', len) == NULL);
	insist(!(h->chunked && h->has_length));
	insist(h->length >= 0 && (h->has_length || h->length == 0));
	insist(h->minor == 0 || h->host.len > 0);
	for (size_t i = 0; i < h->n_headers; i++) {
		struct slice name = h->headers[i].name, value = h->headers[i].value;

		insist(name.len > 0 && name.p >= text && value.p >= name.p + name.len + 1 &&
		       value.p + value.len <= text + len);
		insist(memchr(value.p, '\n', value.len) == NULL &&
		       memchr(name.p, ' ', name.len) == NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct pool *pool = pool_new();
	struct err err = { .kind = ERR_NONE };
	size_t seen = 0;
	ssize_t len = size > 0 ? head_length(text, size, HEAD_BYTES, &seen, &err) : 0;
	struct head h;

	insist_same_in_pieces(text, size, len);
	if (len < 0) {
		insist_fit(&err);
	} else if (len > 0) {
		const char *copy = pool_memdup(pool, text, (size_t)len);

		insist((size_t)len <= size && len <= HEAD_BYTES);
		if (head_parse(pool, copy, (size_t)len, &h, &err) < 0) {
			insist_fit(&err);
			insist(h.n_headers == 0);
		} else {
			insist_clean_path(&h);
			insist_one_reading(copy, (size_t)len, &h);
		}
	}
	pool_free(&pool);
	return 0;
}
