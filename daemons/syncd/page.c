/* A page is handed on as it came: apid parses it, strictly, and once.  What the
 * pump must know stands at its top level; all else is stepped over by counting
 * brackets. */
#include "base/base.h"
#include "syncd/syncd.h"

struct scan {
	const char *p, *end;
};

static int no_page(struct err *err)
{
	return err_set(err, ERR_SYNTAX, "no_page", "the answer is no page of rows");
}

static void skip_blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

/* The next byte that counts, or 0 at the end. */
static char peek(struct scan *s)
{
	skip_blanks(s);
	return s->p < s->end ? *s->p : '\0';
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->p++;
	return true;
}

/* Behind the closing quote; s->p is behind the opening one. */
static bool skip_string(struct scan *s)
{
	for (; s->p < s->end; s->p++) {
		if (*s->p == '"') {
			s->p++;
			return true;
		}
		if (*s->p == '\\' && s->p + 1 < s->end)
			s->p++;
	}
	return false;
}

static bool skip_nested(struct scan *s)
{
	size_t depth = 0;

	while (s->p < s->end) {
		char c = *s->p++;

		if (c == '"' && !skip_string(s))
			return false;
		if (c == '{' || c == '[')
			depth++;
		if ((c == '}' || c == ']') && --depth == 0)
			return true;
	}
	return false;
}

static bool skip_word(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && strchr(",}] \t\r\n", *s->p) == NULL)
		s->p++;
	return s->p > from;
}

static bool take_value(struct scan *s, struct slice *value_r)
{
	char c = peek(s);
	bool whole;

	value_r->p = s->p;
	if (c == '"')
		s->p++;
	whole = c == '"' ? skip_string(s) : c == '{' || c == '[' ? skip_nested(s) : skip_word(s);
	value_r->len = (size_t)(s->p - value_r->p);
	return whole;
}

/* --- the members that matter --- */

static bool read_rows(struct slice value, struct page_facts *f)
{
	struct scan inside = { value.p + 1, value.p + value.len };

	f->empty = value.p[0] == '[' && peek(&inside) == ']';
	return value.p[0] == '[';
}

static bool read_more(struct slice value, struct page_facts *f)
{
	f->more = slice_is(value, "true");
	return f->more || slice_is(value, "false");
}

/* A cursor is plain ASCII: with an escape in it, it is none of ours. */
static bool read_next(struct slice value, struct page_facts *f)
{
	if (slice_is(value, "null"))
		return true;
	if (value.p[0] != '"' || memchr(value.p, '\\', value.len) != NULL)
		return false;
	f->next = (struct slice){ value.p + 1, value.len - 2 };
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct slice value, struct page_facts *f);
} members[] = {
	{ "\"rows\"", read_rows },
	{ "\"more\"", read_more },
	{ "\"next\"", read_next },
};
#define ALL_SEEN ((1u << ARRAY_LEN(members)) - 1)

static bool read_member(struct scan *s, struct page_facts *f, unsigned *seen)
{
	struct slice name, value;

	if (peek(s) != '"' || !take_value(s, &name) || !take(s, ':') || !take_value(s, &value))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (!slice_is(name, members[i].name))
			continue;
		if (!members[i].read(value, f))
			return false;
		*seen |= 1u << i;
	}
	return true;
}

int page_read(const char *text, size_t len, struct page_facts *f, struct err *err)
{
	struct scan s = { text, text + len };
	unsigned seen = 0;

	*f = (struct page_facts){ 0 };
	if (!take(&s, '{'))
		return no_page(err);
	do
		if (!read_member(&s, f, &seen))
			return no_page(err);
	while (take(&s, ','));
	return take(&s, '}') && seen == ALL_SEEN ? 0 : no_page(err);
}
