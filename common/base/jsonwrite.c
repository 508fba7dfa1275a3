/* The writer: every answer goes through here, so each call asks for its room once
 * and writes into it. */
#include "base/base.h"
#include "base/clock.h"
#include "base/json.h"

/* Behind these a value has just ended: a quote, a bracket, a digit, or the last
 * letter of true, false and null. */
static const bool ends_value[256] = {
	['"'] = true, ['}'] = true, [']'] = true, ['0' ... '9'] = true, ['e'] = true, ['l'] = true,
};

/* Room for len bytes, the comma already written. */
static inline char *begin(struct buf *b, size_t len)
{
	char *p = buf_room(b, len + 1);

	if (b->len > 0 && ends_value[(uint8_t)p[-1]])
		*p++ = ',';
	return p;
}

static inline void end(struct buf *b, const char *p)
{
	buf_used(b, (size_t)(p - (b->data + b->len)));
}

void jw_open(struct buf *b, char bracket)
{
	char *p = begin(b, 1);

	*p++ = bracket;
	end(b, p);
}

void jw_close(struct buf *b, char bracket)
{
	buf_char(b, bracket);
}

void jw_raw(struct buf *b, const char *json, size_t len)
{
	end(b, mempcpy(begin(b, len), json, len));
}

void jw_name(struct buf *b, const char *name)
{
	size_t len = strlen(name);
	char *p = begin(b, len + 3);

	*p++ = '"';
	p = mempcpy(p, name, len);
	*p++ = '"';
	*p++ = ':';
	end(b, p);
}

void jw_int(struct buf *b, int64_t n)
{
	end(b, begin(b, 20));
	buf_int(b, n);
}

void jw_bool(struct buf *b, bool yes)
{
	jw_raw(b, yes ? "true" : "false", yes ? 4 : 5);
}

void jw_null(struct buf *b)
{
	jw_raw(b, "null", 4);
}

/* The letter behind the backslash, 'u' for \u00XX; 0 where none is wanted. */
static const char escape_of[256] = {
	[0 ... 7] = 'u', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', [11] = 'u', ['\f'] = 'f',
	['\r'] = 'r', [14 ... 31] = 'u', ['"'] = '"', ['\\'] = '\\',
};

static size_t plain_run(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && escape_of[(uint8_t)s[i]] == 0)
		i++;
	return i;
}

static char *put_escape(char *p, uint8_t c)
{
	static const char hex[] = "0123456789abcdef";

	*p++ = '\\';
	*p++ = escape_of[c];
	if (escape_of[c] == 'u') {
		p = mempcpy(p, "00", 2);
		*p++ = hex[c >> 4];
		*p++ = hex[c & 15];
	}
	return p;
}

void jw_str(struct buf *b, const char *s, size_t len)
{
	char *p = begin(b, len + 2);

	if (len == 0)
		s = "";		/* an empty slice may point nowhere */
	*p++ = '"';
	for (size_t i = 0;;) {
		size_t run = plain_run(s + i, len - i);

		p = mempcpy(p, s + i, run);
		i += run;
		if (i == len)
			break;
		end(b, p);
		p = put_escape(buf_room(b, 6 + len - i), (uint8_t)s[i]);
		i++;
	}
	*p++ = '"';
	end(b, p);
}

void jw_uuid(struct buf *b, struct uuid u)
{
	char *p = begin(b, UUID_TEXT_LEN + 3);

	*p++ = '"';
	uuid_format(u, p);
	p += UUID_TEXT_LEN;
	*p++ = '"';
	end(b, p);
}

void jw_time(struct buf *b, int64_t at)
{
	char *p = begin(b, TIME_TEXT_LEN + 3);

	*p++ = '"';
	time_format(at, p);
	p += TIME_TEXT_LEN;
	*p++ = '"';
	end(b, p);
}

void jw_put_int(struct buf *b, const char *name, int64_t n)
{
	jw_name(b, name);
	jw_int(b, n);
}

void jw_put_bool(struct buf *b, const char *name, bool yes)
{
	jw_name(b, name);
	jw_bool(b, yes);
}

void jw_put_str(struct buf *b, const char *name, const char *s)
{
	jw_name(b, name);
	if (s != NULL)
		jw_str(b, s, strlen(s));
	else
		jw_null(b);
}

void jw_put_uuid(struct buf *b, const char *name, struct uuid u)
{
	jw_name(b, name);
	jw_uuid(b, u);
}

void jw_put_time(struct buf *b, const char *name, int64_t at)
{
	jw_name(b, name);
	jw_time(b, at);
}

void jw_put_null(struct buf *b, const char *name)
{
	jw_name(b, name);
	jw_null(b);
}
