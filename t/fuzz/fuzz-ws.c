/* Any bytes as frames and as an answer to a handshake.  The first byte says in
 * which role and pieces; what comes out must not depend on the pieces. */
#include "base/base.h"
#include "base/utf8.h"
#include "ws/ws.h"

#include <stdlib.h>

static const struct ws_limits limits = { .message_bytes = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
	if (!holds)
		abort();
}

static void note(struct buf *log, const struct ws_event *ev)
{
	insist(ev->op != WS_CONTINUATION && ev->len <= limits.message_bytes);
	insist(ev->op < WS_CLOSE || ev->len <= WS_CONTROL_MAX);
	if (ev->op == WS_TEXT || ev->op == WS_CLOSE)
		insist(utf8_valid(ev->data, ev->len));
	buf_printf(log, "%d:%u:%zu:", (int)ev->op, ev->code, ev->len);
	buf_add(log, ev->data, ev->len);
}

/* Each piece in memory of its own, so that a byte read too far is seen. */
static int feed(struct ws_reader *r, const uint8_t *p, size_t n, struct buf *log)
{
	char *piece = malloc(n ? n : 1);
	size_t at = 0, used;
	struct ws_event ev;
	int rc;

	memcpy(piece, p, n);
	while ((rc = ws_read(r, piece + at, n - at, &used, &ev)) > 0) {
		at += used;
		insist(at <= n);
		note(log, &ev);
	}
	insist(rc < 0 || at + used == n);
	if (rc < 0) {
		insist(ev.code >= 1000 && ev.code <= 1011 && ev.why != NULL);
		buf_printf(log, "!%u", ev.code);
	}
	/* What came, at most doubled by its growing, and not what was claimed. */
	insist(r->message.len <= limits.message_bytes && r->control.len <= WS_CONTROL_MAX);
	free(piece);
	return rc;
}

static void read_all(enum ws_role role, const uint8_t *p, size_t len, size_t step, struct buf *log)
{
	struct ws_reader r;

	ws_reader_init(&r, role, &limits);
	for (size_t at = 0; at < len; at += step)
		if (feed(&r, p + at, MIN(step, len - at), log) < 0)
			break;
	ws_reader_release(&r);
}

static void try_answer(const uint8_t *p, size_t len)
{
	struct err err = { 0 };
	int status = 0;
	char *text = malloc(len ? len : 1);
	ssize_t n;

	memcpy(text, p, len);
	n = ws_read_answer(text, len, 512, "dGhlIHNhbXBsZSBub25jZQ==", &status, &err);
	insist(n <= (ssize_t)len && (n <= 0 || (status >= 0 && status <= 999)));
	insist(n >= 0 || err.text[0] != '\0');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, pieces = { 0 };
	enum ws_role role;

	if (size < 1)
		return 0;
	role = data[0] & 1 ? WS_CLIENT : WS_SERVER;
	read_all(role, data + 1, size - 1, size, &whole);
	read_all(role, data + 1, size - 1, (data[0] >> 1 & 7) + 1, &pieces);
	insist(whole.len == pieces.len && (whole.len == 0 || memcmp(whole.data, pieces.data, whole.len) == 0));
	if (data[0] >= 0xf0)
		try_answer(data + 1, size - 1);
	buf_release(&whole);
	buf_release(&pieces);
	return 0;
}
