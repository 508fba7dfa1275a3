/* WebSocket (RFC 6455) as bytes, both roles: no socket, no loop, no clock.
 *
 *	frame.c		writing: heads, whole frames, close frames
 *	reader.c	reading: frames into messages, and what violates the RFC
 *	hello.c		the opening handshake, asked and answered
 *
 * No extension is spoken.  Memory grows with the bytes that came, never with
 * what a frame claims; a reader at rest holds none. */
#ifndef WS_WS_H
#define WS_WS_H

#include "base/buf.h"
#include "base/err.h"

enum ws_op {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

/* RFC 6455, section 7.4.1. */
enum ws_code {
	WS_NORMAL = 1000,
	WS_GOING_AWAY = 1001,
	WS_PROTOCOL_ERROR = 1002,
	WS_UNSUPPORTED = 1003,
	WS_NO_CODE = 1005,		/* never on the wire: a close frame without one */
	WS_INVALID_TEXT = 1007,
	WS_POLICY = 1008,
	WS_TOO_LARGE = 1009,
	WS_INTERNAL = 1011,
};

/* --- writing --- */

#define WS_HEAD_MAX 14
#define WS_CONTROL_MAX 125

/* A server's frames are bare, a client's masked with a fresh random key. */
enum ws_role { WS_SERVER, WS_CLIENT };

/* The head of an unfragmented frame of a server; gives its length. */
size_t ws_head(uint8_t out[WS_HEAD_MAX], enum ws_op op, size_t len);
void ws_add(struct buf *out, enum ws_role role, enum ws_op op, const void *p, size_t len);
/* why is cut to what a control frame holds. */
void ws_add_close(struct buf *out, enum ws_role role, unsigned code, const char *why);

/* --- reading --- */

struct ws_limits {
	size_t message_bytes;	/* of one message, however it is cut: 1009 */
};

/* What came to its end. */
struct ws_event {
	enum ws_op op;		/* never WS_CONTINUATION */
	const char *data;	/* of the message, the ping or pong; of a close its reason */
	size_t len;
	unsigned code;		/* WS_CLOSE: what the other side gave, or WS_NO_CODE.  After a
				   violation: the code to close with */
	const char *why;	/* after a violation: a literal */
};

struct ws_reader {
	enum ws_role role;		/* ours */
	const struct ws_limits *limits;
	uint8_t head[WS_HEAD_MAX];
	uint8_t head_len;		/* bytes of it that came */
	uint8_t op, message_op;		/* of the frame in hand; of the message under way, or 0 */
	bool fin, in_payload, ended;
	uint8_t mask[4];
	uint64_t left, mask_at;		/* of the payload in hand: bytes to come, bytes seen */
	size_t checked;			/* so much of the message is UTF-8 */
	struct buf message, control;
};

void ws_reader_init(struct ws_reader *r, enum ws_role role, const struct ws_limits *limits);
void ws_reader_release(struct ws_reader *r);
/* Takes *used_r bytes.  1 and an event whose bytes live until the next call;
 * 0: all bytes are used, more are needed; -1: the RFC is violated, close with
 * ev->code.  After a close frame or a violation nothing is read any more. */
int ws_read(struct ws_reader *r, const char *p, size_t len, size_t *used_r, struct ws_event *ev) MUST_CHECK;

/* --- the opening handshake --- */

#define WS_KEY_LEN 24		/* base64 of 16 bytes */
#define WS_ACCEPT_LEN 28	/* base64 of a SHA-1 */

/* A server looks at what was asked.  p is NULL where a header is absent. */
struct ws_asked {
	struct slice upgrade, connection, version, key;
};
/* -1 with err: ERR_UPGRADE (answer with Sec-WebSocket-Version: 13), or ERR_SYNTAX. */
int ws_check_asked(const struct ws_asked *a, struct err *err) MUST_CHECK;
void ws_accept(struct slice key, char accept[WS_ACCEPT_LEN + 1]);
/* The whole 101; protocol may be NULL. */
void ws_add_answer(struct buf *out, struct slice key, const char *protocol);

/* A client asks, and looks at what was answered. */
void ws_key_new(char key[WS_KEY_LEN + 1]);
/* headers: whole lines, or "". */
void ws_add_asking(struct buf *out, const char *host, const char *target, const char *key, const char *headers);
/* 0 until the head is whole; else its length, with *status_r.  -1 with err: no
 * HTTP, a head above `max` bytes, or a 101 that does not belong to the key. */
ssize_t ws_read_answer(const char *p, size_t len, size_t max, const char *key, int *status_r, struct err *err) MUST_CHECK;

/* The members of a header's comma-separated list, without blanks around. */
bool ws_list_next(struct slice *rest, struct slice *member);
/* Is this word among them?  Without case. */
bool ws_list_has(struct slice list, const char *word);

#endif
