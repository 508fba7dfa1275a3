/* Query parameters: name=value&…, percent-coded, '+' for a blank as URLSearchParams writes it. */
#include "base/base.h"
#include "base/utf8.h"
#include "http/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

struct slice http_header(const struct http_request *rq, const char *name)
{
	for (size_t i = 0; i < rq->n_headers; i++)
		if (word_is(rq->headers[i].name, name))
			return rq->headers[i].value;
	return (struct slice){ NULL, 0 };
}

/* The next "name=value"; false at the end.  Empty pairs ("a=1&&b=2") are passed over. */
static bool pair_next(struct slice *rest, struct slice *name_r, struct slice *value_r)
{
	while (rest->len > 0) {
		struct slice pair = { rest->p, upto(*rest, '&') };
		size_t n = upto(pair, '=');

		*rest = from(*rest, MIN(pair.len + 1, rest->len));
		if (pair.len == 0)
			continue;
		*name_r = (struct slice){ pair.p, n };
		*value_r = from(pair, MIN(n + 1, pair.len));
		return true;
	}
	return false;
}

/* Into the pool; NULL when it is no text. */
static const char *decode(struct pool *pool, struct slice coded)
{
	char *text = pool_alloc(pool, coded.len + 1);
	ssize_t len = percent_decode(coded, true, text);

	if (len < 0 || strlen(text) != (size_t)len || !utf8_valid(text, (size_t)len))
		return NULL;
	return text;
}

static int complain(struct err *err, const char *name, const char *code, const char *why)
{
	char field[80];

	snprintf(field, sizeof(field), "/%s", name);
	return err_field(err, field, code, "query parameter %s %s", name, why);
}

static bool name_is(struct pool *pool, struct slice coded, const char *name)
{
	const char *text;

	if (upto(coded, '%') == coded.len && upto(coded, '+') == coded.len)
		return slice_is(coded, name);
	text = decode(pool, coded);
	return text != NULL && strcmp(text, name) == 0;
}

int http_query(const struct http_request *rq, const char *name, const char **value, struct err *err)
{
	struct slice rest = rq->query, key, coded, found = { NULL, 0 };

	*value = NULL;
	while (pair_next(&rest, &key, &coded)) {
		if (!name_is(rq->pool, key, name))
			continue;
		if (found.p != NULL)
			return complain(err, name, "query_repeated",
					"is given twice: give it once");
		found = coded;
	}
	if (found.p == NULL)
		return 0;
	*value = decode(rq->pool, found);
	if (*value == NULL)
		return complain(err, name, "query_not_text",
				"is not percent-coded UTF-8 without NUL");
	return 1;
}

int http_query_int(const struct http_request *rq, const char *name, int64_t min, int64_t max,
		   int64_t *value, struct err *err)
{
	const char *text, *digits;
	char why[96], *end;
	long long n;
	int r = http_query(rq, name, &text, err);

	if (r <= 0)
		return r;
	digits = text + (*text == '-');
	errno = 0;
	n = strtoll(text, &end, 10);
	if (*digits >= '0' && *digits <= '9' && *end == '\0' && errno == 0 && n >= min &&
	    n <= max) {
		*value = n;
		return 1;
	}
	snprintf(why, sizeof(why), "is not a whole number from %lld to %lld", (long long)min,
		 (long long)max);
	return complain(err, name, "query_not_a_number", why);
}

static bool is_listed(struct pool *pool, struct slice key, const char *const *names)
{
	for (; *names != NULL; names++)
		if (name_is(pool, key, *names))
			return true;
	return false;
}

int http_query_only(const struct http_request *rq, const char *const *names, struct err *err)
{
	struct slice rest = rq->query, key, value;
	char name[64];

	while (pair_next(&rest, &key, &value)) {
		if (is_listed(rq->pool, key, names))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)MIN(key.len, 40), key.p);
		return complain(err, name, "query_unknown", "is not known here: leave it out");
	}
	return 0;
}
