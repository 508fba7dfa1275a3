#include "base/base.h"
#include "base/words.h"

#include <ctype.h>
#include <locale.h>
#include <pthread.h>
#include <wctype.h>

#include "base/log.h"
#include "base/utf8.h"

/* What people write in more than one way.  Latin letters lose their marks, the
 * forms of alef and their like become one. */
static const struct {
	uint32_t first, last;
	const char *to;
} folds[] = {
	{ 0x00e0, 0x00e5, "a" }, { 0x00e7, 0x00e7, "c" }, { 0x00e8, 0x00eb, "e" }, { 0x00ec, 0x00ef, "i" },
	{ 0x00f1, 0x00f1, "n" }, { 0x00f2, 0x00f6, "o" }, { 0x00f9, 0x00fc, "u" }, { 0x00fd, 0x00fd, "y" },
	{ 0x0300, 0x036f, "" },			/* combining marks */
	{ 0x0622, 0x0623, "\xd8\xa7" },		/* alef with madda, with hamza above */
	{ 0x0625, 0x0625, "\xd8\xa7" },		/* … below */
	{ 0x0629, 0x0629, "\xd9\x87" },		/* teh marbuta as heh */
	{ 0x0649, 0x0649, "\xd9\x8a" },		/* alef maksura as yeh */
	{ 0x0640, 0x0640, "" },			/* tatweel */
	{ 0x064b, 0x065f, "" },			/* vowel signs */
	{ 0x0670, 0x0670, "" },
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t unicode;

/* The characters' classes must not depend on whoever started the program. */
static void open_unicode(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
	if (!unicode)
		panic("the C library has no C.UTF-8");
}

static uint32_t code_point(const char *s, size_t len)
{
	static const uint8_t lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (uint8_t)s[0] & lead[len];

	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((uint8_t)s[i] & 0x3f);
	return c;
}

static int encode(uint32_t c, char out[4])
{
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (int i = len - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[len] | c);
	return len;
}

/* The folded character's bytes; -1 when it parts words. */
static int fold(uint32_t c, char out[4])
{
	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (c < 0x80)
		return isalnum((int)c) ? encode(c, out) : -1;
	c = (uint32_t)towlower_l((wint_t)c, unicode);
	for (size_t i = 0; i < ARRAY_LEN(folds); i++)
		if (c >= folds[i].first && c <= folds[i].last) {
			memcpy(out, folds[i].to, strlen(folds[i].to));
			return (int)strlen(folds[i].to);
		}
	return iswalnum_l((wint_t)c, unicode) ? encode(c, out) : -1;
}

bool word_is_among(const struct word *w, int n, const struct word *one)
{
	for (int i = 0; i < n; i++)
		if (w[i].len == one->len && memcmp(w[i].s, one->s, one->len) == 0)
			return true;
	return false;
}

static int keep(struct word *w, int n, int max, struct word *one)
{
	if (one->len && n < max && !word_is_among(w, n, one))
		w[n++] = *one;
	*one = (struct word){ .len = 0 };
	return n;
}

int words_add(struct word *w, int n, int max, const char *text)
{
	struct word one = { .len = 0 };
	bool cut = false;
	char bytes[4];
	size_t len;

	pthread_once(&once, open_unicode);
	for (; text && *text; text += len) {
		int some;

		len = MAX(utf8_next(text, strnlen(text, 4)), 1);
		some = fold(code_point(text, len), bytes);
		if (some < 0) {
			n = keep(w, n, max, &one);
			cut = false;
		} else if (!cut && one.len + (size_t)some <= WORD_MAX) {
			memcpy(one.s + one.len, bytes, (size_t)some);
			one.len += (size_t)some;
		} else {
			cut = true;
		}
	}
	return keep(w, n, max, &one);
}
