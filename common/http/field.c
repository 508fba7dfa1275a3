/* Headers that mean something to the protocol itself: where the message ends,
 * whom it is for, whether the connection goes on.  And those that may stand
 * once only: of two, somebody would read the first and somebody the last. */
#include "base/base.h"
#include "http/internal.h"

#include <strings.h>

#define LENGTH_DIGITS_MAX 18

static int quote_len(struct slice s)
{
	return (int)MIN(s.len, 40);
}

bool port_is_valid(struct slice s)
{
	long port = 0;

	if (s.len == 0 || s.len > 5)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		port = port * 10 + s.p[i] - '0';
	}
	return port <= 65535;
}

/* Length of the name or "[v6]" at the front; 0 when there is none. */
static size_t host_name_len(struct slice s)
{
	size_t n = 0;

	if (s.len == 0 || s.p[0] != '[') {
		while (n < s.len && char_host[(uint8_t)s.p[n]])
			n++;
		return n;
	}
	for (n = 1; n < s.len && (hex_digit(s.p[n]) >= 0 || s.p[n] == ':' || s.p[n] == '.'); n++)
		;
	return n > 2 && n < s.len && s.p[n] == ']' ? n + 1 : 0;
}

static bool host_is_valid(struct slice s)
{
	size_t n = host_name_len(s);

	if (n == 0 || n == s.len)
		return n > 0;
	return s.p[n] == ':' && port_is_valid(from(s, n + 1));
}

static int read_host(struct head *h, struct slice v, struct err *err)
{
	if (!host_is_valid(v))
		return err_set(err, ERR_SYNTAX, "host",
			       "Host \"%.*s\" is not a name or address with an optional port",
			       quote_len(v), v.p);
	h->host = v;
	return 0;
}

static int read_length(struct head *h, struct slice v, struct err *err)
{
	int64_t n = 0;

	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9' || i == LENGTH_DIGITS_MAX)
			return err_set(err, ERR_SYNTAX, "content_length",
				       "Content-Length \"%.*s\" is not a number of 1 to %d digits",
				       quote_len(v), v.p, LENGTH_DIGITS_MAX);
		n = n * 10 + v.p[i] - '0';
	}
	if (v.len == 0)
		return err_set(err, ERR_SYNTAX, "content_length", "Content-Length is empty");
	h->has_length = true;
	h->length = n;
	return 0;
}

static int read_transfer(struct head *h, struct slice v, struct err *err)
{
	if (!word_is(v, "chunked"))
		return err_set(err, ERR_UNSUPPORTED, "transfer_encoding",
			       "Transfer-Encoding \"%.*s\": only chunked is taken", quote_len(v),
			       v.p);
	h->chunked = true;
	return 0;
}

static int read_connection(struct head *h, struct slice v, struct err *err UNUSED)
{
	struct slice member;

	while (list_next(&v, &member)) {
		h->close |= word_is(member, "close");
		h->keep_alive |= word_is(member, "keep-alive");
	}
	return 0;
}

static int read_expect(struct head *h, struct slice v, struct err *err)
{
	if (h->minor == 0)
		return 0;	/* RFC 9110, section 10.1.1 */
	if (!word_is(v, "100-continue"))
		return err_set(err, ERR_UNSUPPORTED, "expectation",
			       "Expect \"%.*s\": only 100-continue can be met", quote_len(v), v.p);
	h->expects_continue = true;
	return 0;
}

static int read_coding(struct head *h, struct slice v, struct err *err)
{
	h->body_gzip = word_is(v, "gzip") || word_is(v, "x-gzip");
	if (!h->body_gzip && !word_is(v, "identity"))
		return err_set(err, ERR_MEDIA, "content_encoding",
			       "Content-Encoding \"%.*s\": only gzip is taken", quote_len(v), v.p);
	return 0;
}

/* ";q=0" in all its spellings is 0, anything else is 1; nonsense refuses. */
static int weight(struct slice params)
{
	params = trimmed(params);
	if (params.len < 3 || strncasecmp(params.p, "q=", 2) != 0)
		return 0;
	for (size_t i = 2; i < params.len; i++)
		if (params.p[i] >= '1' && params.p[i] <= '9')
			return 1;
	return 0;
}

static int read_accept_coding(struct head *h, struct slice v, struct err *err UNUSED)
{
	struct slice member;

	while (list_next(&v, &member)) {
		size_t n = upto(member, ';');
		struct slice name = trimmed((struct slice){ member.p, n });
		int q = n < member.len ? weight(from(member, n + 1)) : 1;

		if (word_is(name, "gzip") || word_is(name, "x-gzip"))
			h->gzip_q = q;
		else if (word_is(name, "*"))
			h->any_q = q;
	}
	return 0;
}

bool field_takes_gzip(const struct head *h)
{
	return h->gzip_q == 1 || (h->gzip_q < 0 && h->any_q == 1);
}

static int read_id(struct head *h, struct slice v, struct err *err UNUSED)
{
	bool good = v.len >= 1 && v.len <= HTTP_ID_MAX;

	for (size_t i = 0; good && i < v.len; i++)
		good = char_host[(uint8_t)v.p[i]] && v.p[i] != '~';
	if (good)
		h->id = v;
	return 0;
}

#define NAME(text) { text, sizeof(text) - 1 }

/* once: a second one is refused, even if it says the same. */
static const struct field {
	struct slice name;
	bool once;
	int (*read)(struct head *h, struct slice value, struct err *err);
} fields[] = {
	{ NAME("Host"), true, read_host },
	{ NAME("Content-Length"), true, read_length },
	{ NAME("Transfer-Encoding"), true, read_transfer },
	{ NAME("Connection"), false, read_connection },
	{ NAME("Expect"), true, read_expect },
	{ NAME("Content-Encoding"), true, read_coding },
	{ NAME("Accept-Encoding"), false, read_accept_coding },
	{ NAME("X-Request-Id"), false, read_id },
	{ NAME("Authorization"), true, NULL },
	{ NAME("Content-Range"), true, NULL },
	{ NAME("Content-Type"), true, NULL },
	{ NAME("Cookie"), true, NULL },
	{ NAME("Date"), true, NULL },
	{ NAME("Fexl-Protocol"), true, NULL },
	{ NAME("Fexl-Schema"), true, NULL },
	{ NAME("Idempotency-Key"), true, NULL },
	{ NAME("If-Match"), true, NULL },
	{ NAME("If-Modified-Since"), true, NULL },
	{ NAME("If-None-Match"), true, NULL },
	{ NAME("If-Range"), true, NULL },
	{ NAME("If-Unmodified-Since"), true, NULL },
	{ NAME("Origin"), true, NULL },
	{ NAME("Proxy-Authorization"), true, NULL },
	{ NAME("Range"), true, NULL },
	{ NAME("Referer"), true, NULL },
	{ NAME("Sec-Fetch-Mode"), true, NULL },
	{ NAME("Sec-Fetch-Site"), true, NULL },
	{ NAME("Sec-WebSocket-Key"), true, NULL },
	{ NAME("Sec-WebSocket-Version"), true, NULL },
	{ NAME("User-Agent"), true, NULL },
};
_Static_assert(ARRAY_LEN(fields) <= 64, "head.seen has a bit for each");

static bool same_word(struct slice a, struct slice b)
{
	return a.len == b.len && strncasecmp(a.p, b.p, a.len) == 0;
}

int field_read(struct head *h, const struct http_header *line, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct field *f = &fields[i];

		if (!same_word(line->name, f->name))
			continue;
		if (f->once && h->seen & (uint64_t)1 << i)
			return err_set(err, ERR_SYNTAX, "header_repeated",
				       "%s is there twice: send one", f->name.p);
		h->seen |= (uint64_t)1 << i;
		return f->read != NULL ? f->read(h, line->value, err) : 0;
	}
	return 0;
}

int field_check_all(const struct head *h, struct err *err)
{
	if (h->host.p == NULL && (h->minor == 1 || h->authority.p != NULL))
		return err_set(err, ERR_SYNTAX, "host", "Host is missing");
	if (h->authority.p != NULL && !same_word(h->authority, h->host))
		return err_set(err, ERR_SYNTAX, "host",
			       "the target names another host than Host does");
	if (h->chunked && h->has_length)
		return err_set(err, ERR_SYNTAX, "framing",
			       "Content-Length and Transfer-Encoding exclude each other");
	if (h->chunked && h->minor == 0)
		return err_set(err, ERR_SYNTAX, "framing",
			       "HTTP/1.0 has no Transfer-Encoding: send Content-Length");
	return 0;
}
