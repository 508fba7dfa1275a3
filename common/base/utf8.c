#include "base/base.h"
#include "base/utf8.h"

/* The table of RFC 3629, section 4: only the second byte has bounds that
 * depend on the first.  Commonest first. */
static const struct lead {
	uint8_t first, last;
	uint8_t len;
	uint8_t low, high;	/* of the second byte */
} leads[] = {
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },	/* below: overlong */
	{ 0xed, 0xed, 3, 0x80, 0x9f },	/* above: surrogates */
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const struct lead *lead_find(uint8_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(leads); i++)
		if (c >= leads[i].first && c <= leads[i].last)
			return &leads[i];
	return NULL;
}

size_t utf8_next(const char *s, size_t len)
{
	const uint8_t *b = (const uint8_t *)s;
	const struct lead *lead;

	if (len == 0)
		return 0;
	if (b[0] < 0x80)
		return 1;
	lead = lead_find(b[0]);
	if (lead == NULL || len < lead->len || b[1] < lead->low || b[1] > lead->high)
		return 0;
	for (size_t i = 2; i < lead->len; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	return lead->len;
}

/* How much of s is plain ASCII, in steps of eight bytes. */
static size_t ascii_run(const char *s, size_t len)
{
	size_t i = 0;

	for (uint64_t eight; i + 8 <= len; i += 8) {
		memcpy(&eight, s + i, 8);
		if (eight & 0x8080808080808080)
			break;
	}
	return i;
}

size_t utf8_run(const char *s, size_t len)
{
	size_t i = ascii_run(s, len);

	while (i < len) {
		size_t n = utf8_next(s + i, len - i);

		if (n == 0)
			break;
		i += n;
		if (n == 1)
			i += ascii_run(s + i, len - i);
	}
	return i;
}

bool utf8_valid(const char *s, size_t len)
{
	return utf8_run(s, len) == len;
}

bool utf8_torn(const char *s, size_t len)
{
	const uint8_t *b = (const uint8_t *)s;
	const struct lead *lead = len > 0 ? lead_find(b[0]) : NULL;

	if (lead == NULL || len >= lead->len)
		return false;
	return len == 1 || (b[1] >= lead->low && b[1] <= lead->high && (len == 2 || (b[2] & 0xc0) == 0x80));
}

size_t utf8_count(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (s[i] & 0xc0) != 0x80;
	return n;
}
