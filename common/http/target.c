/* The target of a request: "/path?query", "http://host/path?query", or "*".
 *
 * The path is decoded once, here, and nobody decodes it again.  What would
 * mean one thing before decoding and another thing after it (an escaped slash,
 * dot segments, control characters) is refused. */
#include "base/base.h"
#include "base/utf8.h"
#include "http/internal.h"

#include <strings.h>

#define SCHEME "http://"

ssize_t percent_decode(struct slice s, bool plus_is_blank, char *out)
{
	char *at = out;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (c == '%') {
			int high = i + 2 < s.len ? hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.len ? hex_digit(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -1;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_blank) {
			c = ' ';
		}
		*at++ = c;
	}
	*at = '\0';
	return at - out;
}

static bool escapes_are_whole(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == '%' &&
		    (i + 2 >= s.len || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0))
			return false;
	return true;
}

static bool has_control(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)p[i] < ' ' || p[i] == 0x7f)
			return true;
	return false;
}

static bool has_escaped_slash(struct slice raw)
{
	for (size_t i = 0; i + 2 < raw.len; i++)
		if (raw.p[i] == '%' && strncasecmp(raw.p + i, "%2f", 3) == 0)
			return true;
	return false;
}

static bool has_dot_segment(const char *path)
{
	for (const char *at = path; (at = strchr(at, '/')) != NULL;) {
		size_t dots = strspn(++at, ".");

		if ((dots == 1 || dots == 2) && (at[dots] == '/' || at[dots] == '\0'))
			return true;
	}
	return false;
}

static int path_decode(struct pool *pool, struct slice raw, char **path_r, struct err *err)
{
	char *path = pool_memdup(pool, raw.p, raw.len);
	ssize_t len = percent_decode(raw, false, path);

	if (len < 0)
		return err_set(err, ERR_SYNTAX, "target",
			       "a %% in the path is not followed by two hex digits");
	/* What came unescaped is visible ASCII. */
	if ((size_t)len < raw.len &&
	    (has_control(path, (size_t)len) || !utf8_valid(path, (size_t)len)))
		return err_set(err, ERR_SYNTAX, "target",
			       "the path holds control characters or is not UTF-8");
	if (has_dot_segment(path) || ((size_t)len < raw.len && has_escaped_slash(raw)))
		return err_set(
			err, ERR_SYNTAX, "target",
			"the path holds an escaped slash or a dot segment: send it resolved");
	*path_r = path;
	return 0;
}

static int split_query(struct pool *pool, struct slice rest, struct head *h, struct err *err)
{
	struct slice raw = { rest.p, upto(rest, '?') };

	if (raw.len < rest.len)
		h->query = from(rest, raw.len + 1);
	if (!escapes_are_whole(h->query))
		return err_set(err, ERR_SYNTAX, "target",
			       "a %% in the query is not followed by two hex digits");
	return path_decode(pool, raw.len > 0 ? raw : slice_of("/"), &h->path, err);
}

/* RFC 9112, section 3.2.2: a server takes it, though only proxies are sent it. */
static int absolute_form(struct pool *pool, struct head *h, struct err *err)
{
	struct slice rest = from(h->target, strlen(SCHEME));
	size_t n = MIN(upto(rest, '/'), upto(rest, '?'));

	h->authority = (struct slice){ rest.p, n };
	return split_query(pool, from(rest, n), h, err);
}

int target_parse(struct pool *pool, struct head *h, struct err *err)
{
	struct slice t = h->target;

	if (t.p[0] == '/')
		return split_query(pool, t, h, err);
	if (t.len > strlen(SCHEME) && strncasecmp(t.p, SCHEME, strlen(SCHEME)) == 0)
		return absolute_form(pool, h, err);
	if (slice_is(t, "*") && h->method == HTTP_OPTIONS) {
		h->path = pool_strdup(pool, "*");
		return 0;
	}
	return err_set(err, ERR_SYNTAX, "target", "the target is a path that begins with '/'");
}
