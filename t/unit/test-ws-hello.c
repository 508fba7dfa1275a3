/* The opening handshake: what is asked, what is answered, what neither takes. */
#include "base/base.h"
#include "ws/ws.h"
#include "unit.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="	/* RFC 6455, section 1.3 */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

static void the_accept_is_the_rfcs_own(void **state UNUSED)
{
	char accept[WS_ACCEPT_LEN + 1];

	ws_accept(slice_of(KEY), accept);
	assert_string_equal(accept, ACCEPT);
}

static struct slice maybe(const char *text)
{
	return text ? slice_of(text) : (struct slice){ NULL, 0 };
}

static const struct asked_case {
	const char *upgrade, *connection, *version, *key;
	const char *code;	/* NULL: good */
} asked_cases[] = {
	{ "websocket", "Upgrade", "13", KEY, NULL },
	{ "WebSocket", "keep-alive, Upgrade", "13", KEY, NULL },
	{ "h2c, websocket", "upgrade", "13", KEY, NULL },
	{ NULL, "Upgrade", "13", KEY, "websocket" },
	{ "websocket", NULL, "13", KEY, "websocket" },
	{ "websocket", "keep-alive", "13", KEY, "websocket" },
	{ "websockets", "Upgrade", "13", KEY, "websocket" },
	{ "websocket", "Upgrade", NULL, KEY, "websocket_version" },
	{ "websocket", "Upgrade", "8", KEY, "websocket_version" },
	{ "websocket", "Upgrade", "13, 8", KEY, "websocket_version" },
	{ "websocket", "Upgrade", "13", NULL, "websocket_key" },
	{ "websocket", "Upgrade", "13", "", "websocket_key" },
	{ "websocket", "Upgrade", "13", "dGhlIHNhbXBsZSBub25jZQ", "websocket_key" },
	{ "websocket", "Upgrade", "13", "dGhlIHNhbXBsZSBub25jZ===", "websocket_key" },
	{ "websocket", "Upgrade", "13", "dGhlIHNhbXBsZS__b25jZQ==", "websocket_key" },
	{ "websocket", "Upgrade", "13", "dGhlIHNhbXBsZ!Bub25jZQ==", "websocket_key" },
	{ "websocket", "Upgrade", "13", "dGhlIHNhbXBsZSBub25jZQAA", "websocket_key" },
};

static void what_is_no_websocket_is_told_so(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(asked_cases); i++) {
		const struct asked_case *c = &asked_cases[i];
		struct ws_asked a = { maybe(c->upgrade), maybe(c->connection), maybe(c->version), maybe(c->key) };
		struct err err = { 0 };

		assert_int_equal(ws_check_asked(&a, &err), c->code ? -1 : 0);
		assert_string_equal(err.code, c->code ? c->code : "");
	}
}

static void a_new_key_is_a_key(void **state UNUSED)
{
	char a[WS_KEY_LEN + 1], b[WS_KEY_LEN + 1];
	struct err err = { 0 };

	for (int i = 0; i < 100; i++) {
		struct ws_asked asked = { slice_of("websocket"), slice_of("Upgrade"), slice_of("13"), { a, WS_KEY_LEN } };

		ws_key_new(a);
		ws_key_new(b);
		assert_string_not_equal(a, b);
		assert_int_equal(ws_check_asked(&asked, &err), 0);
	}
}

static void the_answer_belongs_to_the_question(void **state UNUSED)
{
	struct buf answer = { 0 };
	struct err err = { 0 };
	int status = 0;

	ws_add_answer(&answer, slice_of(KEY), NULL);
	buf_str(&answer, "\x89");	/* a frame may follow at once */
	for (size_t len = 0; len < answer.len - 1; len++)
		assert_int_equal(ws_read_answer(answer.data, len, 4096, KEY, &status, &err), 0);
	assert_int_equal(ws_read_answer(answer.data, answer.len, 4096, KEY, &status, &err), answer.len - 1);
	assert_int_equal(status, 101);
	assert_int_equal(ws_read_answer(answer.data, answer.len, 4096, "AAAAAAAAAAAAAAAAAAAAAA==", &status, &err), -1);
	buf_release(&answer);
}

#define HEAD "HTTP/1.1 101 Switching Protocols\r\n"
#define GOOD "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n"

static const struct answer_case {
	const char *text;
	int status;	/* 0: refused */
} answer_cases[] = {
	{ HEAD GOOD "\r\n", 101 },
	{ HEAD "UPGRADE:WebSocket\r\nconnection: x, upgrade\r\nsec-websocket-accept:\t" ACCEPT " \r\n\r\n", 101 },
	{ "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n", 503 },
	{ "HTTP/1.1 401 \r\n\r\n", 401 },
	{ "HTTP/1.1 302 Found\r\nLocation: ws://elsewhere/\r\n\r\n", 302 },
	{ "HTTP/1.0 101 Switching Protocols\r\n" GOOD "\r\n", 0 },
	{ "HTTP/1.1 1x1 Switching\r\n\r\n", 0 },
	{ "SSH-2.0-OpenSSH\r\n\r\n", 0 },
	{ HEAD "\r\n", 0 },
	{ HEAD "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 0 },
	{ HEAD GOOD "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n", 0 },
	{ HEAD "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n", 0 },
	{ HEAD "Upgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n", 0 },
	{ HEAD GOOD "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", 0 },
	{ HEAD GOOD "Sec-WebSocket-Protocol: chat\r\n\r\n", 0 },
	{ HEAD GOOD " folded\r\n\r\n", 0 },
	{ HEAD GOOD "no colon\r\n\r\n", 0 },
	{ HEAD GOOD "Blank : here\r\n\r\n", 0 },
};

static void a_client_is_hard_to_please(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(answer_cases); i++) {
		const struct answer_case *c = &answer_cases[i];
		struct err err = { 0 };
		int status = 0;
		ssize_t n = ws_read_answer(c->text, strlen(c->text), 4096, KEY, &status, &err);

		assert_int_equal(n, c->status ? (ssize_t)strlen(c->text) : -1);
		if (c->status)
			assert_int_equal(status, c->status);
	}
}

static void a_head_without_end_has_an_end(void **state UNUSED)
{
	struct buf text = { 0 };
	struct err err = { 0 };
	int status;

	buf_str(&text, HEAD);
	while (text.len < 4096)
		buf_str(&text, "X: y\r\n");
	assert_int_equal(ws_read_answer(text.data, text.len, 4096, KEY, &status, &err), -1);
	assert_int_equal(err.kind, ERR_HEAD_TOO_LARGE);
	buf_release(&text);
}

static void what_is_asked_is_whole(void **state UNUSED)
{
	struct buf out = { 0 };

	ws_add_asking(&out, "shop.example:8088", "/ws?since=5", KEY, "Authorization: Bearer abc\r\n");
	assert_string_equal(out.data, "GET /ws?since=5 HTTP/1.1\r\nHost: shop.example:8088\r\nUpgrade: websocket\r\n"
				      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY
				      "\r\nAuthorization: Bearer abc\r\n\r\n");
	buf_release(&out);
}

UNIT_MAIN(cmocka_unit_test(the_accept_is_the_rfcs_own),
	  cmocka_unit_test(what_is_no_websocket_is_told_so),
	  cmocka_unit_test(a_new_key_is_a_key),
	  cmocka_unit_test(the_answer_belongs_to_the_question),
	  cmocka_unit_test(a_client_is_hard_to_please),
	  cmocka_unit_test(a_head_without_end_has_an_end),
	  cmocka_unit_test(what_is_asked_is_whole))
