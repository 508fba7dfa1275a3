/* Any bytes are either refused with a reason, or one message: printed again
 * and parsed again it is the same. */
#include "base/base.h"
#include "wire/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_and_parse_again(struct pool *pool, const struct wire_msg *m)
{
	struct buf first = { 0 }, second = { 0 };
	struct wire_msg again;
	struct err err = { 0 };

	wire_print(m, &first);
	/* Escapes may make it longer than a packet; then it would not be sent. */
	if (first.len <= WIRE_PACKET_MAX) {
		if (wire_parse(pool, first.data, first.len, &again, &err) < 0)
			abort();
		wire_print(&again, &second);
		if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
			abort();
	}
	buf_release(&first);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct err err = { 0 };
	struct wire_msg m;

	if (wire_parse(pool, (const char *)data, size, &m, &err) == 0)
		print_and_parse_again(pool, &m);
	else if (err.kind == ERR_NONE || err.text[0] == '\0')
		abort();
	pool_free(&pool);
	return 0;
}
