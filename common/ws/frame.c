/* Writing frames.  Nothing is ever fragmented by us. */
#include "base/base.h"
#include "ws/ws.h"

#include "base/crypto.h"
#include "base/utf8.h"

#define FIN 0x80
#define MASKED 0x80
#define LEN_16 126	/* two bytes of length follow */
#define LEN_64 127	/* eight do */

static size_t length_put(uint8_t *out, uint64_t len)
{
	int bytes = len < LEN_16 ? 0 : len <= UINT16_MAX ? 2 : 8;

	out[0] = (uint8_t)(bytes == 0 ? len : bytes == 2 ? LEN_16 : LEN_64);
	for (int i = 0; i < bytes; i++)
		out[1 + i] = (uint8_t)(len >> (8 * (bytes - 1 - i)));
	return 1 + (size_t)bytes;
}

size_t ws_head(uint8_t out[WS_HEAD_MAX], enum ws_op op, size_t len)
{
	out[0] = (uint8_t)(FIN | op);
	return 1 + length_put(out + 1, len);
}

/* The key is new for each frame, so that nobody who chooses the payload can
 * choose the bytes on the line (section 10.3). */
static void add_masked(struct buf *out, const uint8_t *p, size_t len)
{
	uint8_t mask[4];
	char *to;

	random_bytes(mask, sizeof mask);
	buf_add(out, mask, sizeof mask);
	to = buf_room(out, len);
	for (size_t i = 0; i < len; i++)
		to[i] = (char)(p[i] ^ mask[i & 3]);
	buf_used(out, len);
}

void ws_add(struct buf *out, enum ws_role role, enum ws_op op, const void *p, size_t len)
{
	uint8_t head[WS_HEAD_MAX];
	size_t n = ws_head(head, op, len);

	if (role == WS_CLIENT)
		head[1] |= MASKED;
	buf_add(out, head, n);
	if (role == WS_CLIENT)
		add_masked(out, p, len);
	else
		buf_add(out, p, len);
}

void ws_add_close(struct buf *out, enum ws_role role, unsigned code, const char *why)
{
	uint8_t body[WS_CONTROL_MAX] = { (uint8_t)(code >> 8), (uint8_t)code };
	size_t len = MIN(strlen(why), sizeof body - 2);

	while (!utf8_valid(why, len))
		len--;
	memcpy(body + 2, why, len);
	ws_add(out, role, WS_CLOSE, body, 2 + len);
}
