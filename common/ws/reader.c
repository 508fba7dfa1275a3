/* Reading frames, in whatever pieces they come.
 *
 * A head is judged by its first two bytes, a length when it is there, a text
 * byte by byte: who violates the RFC hears of it at once, and nothing is kept
 * waiting for the rest of what will be refused anyway. */
#include "base/base.h"
#include "ws/ws.h"

#include "base/utf8.h"

#define FIN 0x80
#define RESERVED 0x70
#define OP 0x0f
#define MASKED 0x80
#define LEN 0x7f
#define LEN_16 126
#define LEN_64 127

void ws_reader_init(struct ws_reader *r, enum ws_role role, const struct ws_limits *limits)
{
	*r = (struct ws_reader){ .role = role, .limits = limits };
}

void ws_reader_release(struct ws_reader *r)
{
	buf_release(&r->message);
	buf_release(&r->control);
}

static int violation(struct ws_reader *r, struct ws_event *ev, unsigned code, const char *why)
{
	r->ended = true;
	*ev = (struct ws_event){ .op = WS_CLOSE, .code = code, .why = why };
	return -1;
}

static bool is_control(unsigned op)
{
	return (op & 8) != 0;
}

static struct buf *target(struct ws_reader *r)
{
	return is_control(r->op) ? &r->control : &r->message;
}

/* --- heads --- */

static bool is_known(unsigned op)
{
	return op <= WS_BINARY || (op >= WS_CLOSE && op <= WS_PONG);
}

static const char *wrong_control(const uint8_t *h)
{
	if (!(h[0] & FIN))
		return "a control frame in fragments";
	return (h[1] & LEN) > WS_CONTROL_MAX ? "a control frame above 125 bytes" : NULL;
}

static const char *wrong_data(const struct ws_reader *r, unsigned op)
{
	if (op == WS_CONTINUATION && r->message_op == 0)
		return "a continuation of nothing";
	return op != WS_CONTINUATION && r->message_op != 0 ? "a message inside another" : NULL;
}

/* What two bytes tell. */
static const char *wrong_head(const struct ws_reader *r, const uint8_t *h)
{
	unsigned op = h[0] & OP;

	if (h[0] & RESERVED)
		return "a reserved bit: no extension was agreed on";
	if (!is_known(op))
		return "a reserved opcode";
	if (!(h[1] & MASKED) != (r->role == WS_CLIENT))
		return r->role == WS_SERVER ? "a frame without a mask" : "a masked frame from a server";
	return is_control(op) ? wrong_control(h) : wrong_data(r, op);
}

static size_t length_bytes(const uint8_t *h)
{
	unsigned len = h[1] & LEN;

	return len == LEN_16 ? 2 : len == LEN_64 ? 8 : 0;
}

static size_t head_length(const uint8_t *h)
{
	return 2 + length_bytes(h) + (h[1] & MASKED ? 4 : 0);
}

static uint64_t payload_length(const uint8_t *h)
{
	size_t bytes = length_bytes(h);
	uint64_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | h[2 + i];
	return bytes ? n : h[1] & LEN;
}

/* Section 5.2: the shortest form that fits, and no sign. */
static bool is_odd_length(const uint8_t *h, uint64_t n)
{
	size_t bytes = length_bytes(h);

	return (bytes == 2 && n < LEN_16) || (bytes == 8 && (n <= UINT16_MAX || n >> 63));
}

static int begin_payload(struct ws_reader *r, struct ws_event *ev)
{
	uint64_t n = payload_length(r->head);

	if (is_odd_length(r->head, n))
		return violation(r, ev, WS_PROTOCOL_ERROR, "a length not in its shortest form");
	r->op = r->head[0] & OP;
	if (!is_control(r->op) && n > r->limits->message_bytes - r->message.len)
		return violation(r, ev, WS_TOO_LARGE, "a message larger than is taken here");
	r->fin = r->head[0] & FIN;
	r->left = n;
	r->mask_at = 0;
	memset(r->mask, 0, sizeof r->mask);
	if (r->head[1] & MASKED)
		memcpy(r->mask, r->head + r->head_len - 4, 4);
	if (!is_control(r->op) && r->op != WS_CONTINUATION)
		r->message_op = r->op;
	r->in_payload = true;
	r->head_len = 0;
	return 0;
}

/* 1: the head is whole, 0: it is not, -1. */
static int take_head(struct ws_reader *r, const char *p, size_t len, size_t *used, struct ws_event *ev)
{
	const char *wrong;

	while (*used < len && (r->head_len < 2 || r->head_len < head_length(r->head))) {
		r->head[r->head_len++] = (uint8_t)p[(*used)++];
		if (r->head_len == 2 && (wrong = wrong_head(r, r->head)) != NULL)
			return violation(r, ev, WS_PROTOCOL_ERROR, wrong);
	}
	if (r->head_len < 2 || r->head_len < head_length(r->head))
		return 0;
	return begin_payload(r, ev) < 0 ? -1 : 1;
}

/* --- payloads --- */

static void unmask(char *to, const char *from, size_t len, const uint8_t mask[4], uint64_t at)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (char)((uint8_t)from[i] ^ mask[(at + i) & 3]);
}

/* The message so far must be text, but for a character that is still to come. */
static bool is_text_so_far(struct ws_reader *r)
{
	size_t len = r->message.len - r->checked, good;
	const char *p;

	if (r->message_op != WS_TEXT || len == 0)
		return true;
	p = r->message.data + r->checked;
	good = utf8_run(p, len);
	r->checked += good;
	return good == len || utf8_torn(p + good, len - good);
}

static int take_payload(struct ws_reader *r, const char *p, size_t len, size_t *used, struct ws_event *ev)
{
	size_t n = (size_t)MIN(r->left, (uint64_t)(len - *used));

	if (n > 0) {
		unmask(buf_room(target(r), n), p + *used, n, r->mask, r->mask_at);
		buf_used(target(r), n);
		r->mask_at += n;
		r->left -= n;
		*used += n;
	}
	if (!is_control(r->op) && !is_text_so_far(r))
		return violation(r, ev, WS_INVALID_TEXT, "text that is not UTF-8");
	return r->left == 0;
}

/* --- ends --- */

static bool is_code(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static int end_close(struct ws_reader *r, struct ws_event *ev)
{
	const uint8_t *b = (const uint8_t *)r->control.data;

	*ev = (struct ws_event){ .op = WS_CLOSE, .data = "", .code = WS_NO_CODE };
	if (r->control.len >= 2) {
		ev->code = (unsigned)b[0] << 8 | b[1];
		ev->data = r->control.data + 2;
		ev->len = r->control.len - 2;
	}
	if (r->control.len == 1 || (ev->code != WS_NO_CODE && !is_code(ev->code)) ||
	    (r->control.len >= 2 && ev->code == WS_NO_CODE))
		return violation(r, ev, WS_PROTOCOL_ERROR, "a close code that nobody may send");
	if (!utf8_valid(ev->data, ev->len))
		return violation(r, ev, WS_INVALID_TEXT, "a reason that is not UTF-8");
	r->ended = true;
	return 1;
}

static int end_message(struct ws_reader *r, struct ws_event *ev)
{
	if (r->message_op == WS_TEXT && r->checked != r->message.len)
		return violation(r, ev, WS_INVALID_TEXT, "text that ends inside a character");
	*ev = (struct ws_event){ .op = r->message_op, .data = r->message.len ? r->message.data : "",
				 .len = r->message.len };
	r->message_op = 0;
	return 1;
}

/* 1: something has come to its end, 0: a fragment has, -1. */
static int end_frame(struct ws_reader *r, struct ws_event *ev)
{
	r->in_payload = false;
	if (r->op == WS_CLOSE)
		return end_close(r, ev);
	if (!is_control(r->op))
		return r->fin ? end_message(r, ev) : 0;
	*ev = (struct ws_event){ .op = r->op, .data = r->control.len ? r->control.data : "", .len = r->control.len };
	return 1;
}

/* What the last event showed is not needed any more. */
static void forget_shown(struct ws_reader *r)
{
	if (r->message_op == 0) {
		buf_release(&r->message);
		r->checked = 0;
	}
	if (!r->in_payload)
		buf_release(&r->control);
}

int ws_read(struct ws_reader *r, const char *p, size_t len, size_t *used_r, struct ws_event *ev)
{
	int rc = 0;

	*used_r = 0;
	forget_shown(r);
	if (r->ended) {
		*used_r = len;
		return 0;
	}
	while (rc == 0) {
		if (!r->in_payload && (rc = take_head(r, p, len, used_r, ev)) <= 0)
			return rc;
		if ((rc = take_payload(r, p, len, used_r, ev)) <= 0)
			return rc;
		rc = end_frame(r, ev);
	}
	return rc;
}
