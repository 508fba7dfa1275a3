/* Signs and words of the grammar (RFC 9110, section 5.6). */
#include "base/base.h"
#include "http/internal.h"

#include <strings.h>

const bool char_token[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true,
	['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true, ['^'] = true, ['_'] = true,
	['`'] = true, ['|'] = true, ['~'] = true,
};

const bool char_text[256] = { ['\t'] = true, [' ' ... '~'] = true, [0x80 ... 0xff] = true };

const bool char_target[256] = { ['!' ... '"'] = true, ['$' ... '~'] = true };

const bool char_host[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	['-'] = true, ['.'] = true, ['_'] = true, ['~'] = true,
};

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool word_is(struct slice s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct slice trimmed(struct slice s)
{
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	while (s.len > 0 && is_blank(s.p[0])) {
		s.p++;
		s.len--;
	}
	return s;
}

bool list_next(struct slice *list, struct slice *member_r)
{
	const char *comma;

	if (list->p == NULL)
		return false;
	comma = memchr(list->p, ',', list->len);
	if (comma == NULL) {
		*member_r = trimmed(*list);
		list->p = NULL;
		return true;
	}
	*member_r = trimmed((struct slice){ list->p, (size_t)(comma - list->p) });
	list->len -= (size_t)(comma + 1 - list->p);
	list->p = comma + 1;
	return true;
}
