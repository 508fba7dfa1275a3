/* base64url and hex, both ways, in their one canonical form: two texts that
 * decode to the same bytes are the same text. */
#include "base/base.h"
#include "base/crypto.h"

static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_add(struct buf *out, const void *p, size_t len)
{
	const uint8_t *b = p;
	char *room = buf_room(out, len / 3 * 4 + 4), *to = room;
	uint32_t bits = 0;
	int n_bits = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | b[i];
		for (n_bits += 8; n_bits >= 6; n_bits -= 6)
			*to++ = signs[bits >> (n_bits - 6) & 63];
	}
	if (n_bits > 0)
		*to++ = signs[bits << (6 - n_bits) & 63];
	buf_used(out, (size_t)(to - room));
}

/* 0 to 63, or -1. */
static int sign_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

ssize_t base64url_decode(const char *text, size_t len, uint8_t *out, size_t room)
{
	uint32_t bits = 0;
	int n_bits = 0;
	size_t n = 0;

	if (len % 4 == 1 || len / 4 * 3 + (len % 4 > 0 ? len % 4 - 1 : 0) > room)
		return -1;
	for (size_t i = 0; i < len; i++) {
		int value = sign_value(text[i]);

		if (value < 0)
			return -1;
		bits = bits << 6 | (uint32_t)value;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[n++] = (uint8_t)(bits >> n_bits);
		}
	}
	if ((bits & ((1u << n_bits) - 1)) != 0)	/* left-over bits that say nothing must be 0 */
		return -1;
	return (ssize_t)n;
}

void hex_add(struct buf *out, const void *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = p;
	char *to = buf_room(out, len * 2);

	for (size_t i = 0; i < len; i++) {
		*to++ = digits[b[i] >> 4];
		*to++ = digits[b[i] & 15];
	}
	buf_used(out, len * 2);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

ssize_t hex_decode(const char *text, size_t len, uint8_t *out, size_t room)
{
	if (len % 2 != 0 || len / 2 > room)
		return -1;
	for (size_t i = 0; i < len / 2; i++) {
		int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return (ssize_t)(len / 2);
}
