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

size_t upto(struct slice s, char c)
{
	const char *at = s.len > 0 ? memchr(s.p, c, s.len) : NULL;

	return at != NULL ? (size_t)(at - s.p) : s.len;
}

bool list_next(struct slice *list, struct slice *member_r)
{
	size_t n;

	if (list->p == NULL)
		return false;
	n = upto(*list, ',');
	*member_r = trimmed((struct slice){ list->p, n });
	*list = n < list->len ? from(*list, n + 1) : (struct slice){ NULL, 0 };
	return true;
}
