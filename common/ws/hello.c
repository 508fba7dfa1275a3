/* The opening handshake (RFC 6455, section 4), asked and answered. */
#include "base/base.h"
#include "ws/ws.h"

#include "base/crypto.h"

#include <strings.h>

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

#define NONCE_LEN 16

/* --- base64 with its own two characters and padding --- */

static void to_base64(struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		text->data[i] = text->data[i] == '-' ? '+' : text->data[i] == '_' ? '/' : text->data[i];
	while (text->len % 4)
		buf_char(text, '=');
}

static void base64_put(char *out, const void *p, size_t len)
{
	struct buf text = { 0 };

	base64url_add(&text, p, len);
	to_base64(&text);
	memcpy(out, text.data, text.len + 1);
	buf_release(&text);
}

static bool is_key(struct slice key)
{
	uint8_t nonce[NONCE_LEN];
	char text[WS_KEY_LEN];

	if (key.len != WS_KEY_LEN || memcmp(key.p + WS_KEY_LEN - 2, "==", 2) != 0)
		return false;
	for (size_t i = 0; i < WS_KEY_LEN - 2; i++) {
		if (key.p[i] == '-' || key.p[i] == '_')
			return false;
		text[i] = key.p[i] == '+' ? '-' : key.p[i] == '/' ? '_' : key.p[i];
	}
	return base64url_decode(text, WS_KEY_LEN - 2, nonce, sizeof nonce) == NONCE_LEN;
}

/* --- lists --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice trimmed(struct slice s)
{
	while (s.len && is_blank(*s.p))
		s = (struct slice){ s.p + 1, s.len - 1 };
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool is_word(struct slice s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0;
}

bool ws_list_next(struct slice *rest, struct slice *member)
{
	const char *comma;
	size_t n;

	if (rest->len == 0)
		return false;
	comma = memchr(rest->p, ',', rest->len);
	n = comma ? (size_t)(comma - rest->p) : rest->len;
	*member = trimmed((struct slice){ rest->p, n });
	n = MIN(n + 1, rest->len);
	*rest = (struct slice){ rest->p + n, rest->len - n };
	return true;
}

bool ws_list_has(struct slice list, const char *word)
{
	struct slice member;

	while (ws_list_next(&list, &member))
		if (is_word(member, word))
			return true;
	return false;
}

/* --- the server's side --- */

int ws_check_asked(const struct ws_asked *a, struct err *err)
{
	if (!a->upgrade.p || !ws_list_has(a->upgrade, "websocket") || !a->connection.p ||
	    !ws_list_has(a->connection, "upgrade"))
		return err_set(err, ERR_UPGRADE, "websocket",
			       "this is a WebSocket: ask with Connection: Upgrade, Upgrade: websocket");
	if (!a->version.p || !slice_is(a->version, "13"))
		return err_set(err, ERR_UPGRADE, "websocket_version", "Sec-WebSocket-Version must be 13");
	if (!a->key.p || !is_key(a->key))
		return err_set(err, ERR_SYNTAX, "websocket_key",
			       "Sec-WebSocket-Key must be 16 bytes in base64");
	return 0;
}

void ws_accept(struct slice key, char accept[WS_ACCEPT_LEN + 1])
{
	struct buf text = { 0 };
	uint8_t hash[20];

	buf_add(&text, key.p, key.len);
	buf_str(&text, guid);
	sha1(text.data, text.len, hash);
	buf_release(&text);
	base64_put(accept, hash, sizeof hash);
}

void ws_add_answer(struct buf *out, struct slice key, const char *protocol)
{
	char accept[WS_ACCEPT_LEN + 1];

	ws_accept(key, accept);
	buf_printf(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			"Sec-WebSocket-Accept: %s\r\n", accept);
	if (protocol)
		buf_printf(out, "Sec-WebSocket-Protocol: %s\r\n", protocol);
	buf_str(out, "\r\n");
}

/* --- the client's side --- */

void ws_key_new(char key[WS_KEY_LEN + 1])
{
	uint8_t nonce[NONCE_LEN];

	random_bytes(nonce, sizeof nonce);
	base64_put(key, nonce, sizeof nonce);
}

void ws_add_asking(struct buf *out, const char *host, const char *target, const char *key, const char *headers)
{
	buf_printf(out, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", target, host, key);
	/* Not printf's: a token among them may be longer than it likes to format. */
	buf_str(out, headers);
	buf_str(out, "\r\n");
}

/* The headers of an answer that matter; each may stand once. */
struct answered {
	struct slice upgrade, connection, accept, protocol, extensions;
};

static struct slice *place_of(struct answered *a, struct slice name)
{
	struct {
		const char *name;
		struct slice *place;
	} places[] = {
		{ "Upgrade", &a->upgrade },
		{ "Connection", &a->connection },
		{ "Sec-WebSocket-Accept", &a->accept },
		{ "Sec-WebSocket-Protocol", &a->protocol },
		{ "Sec-WebSocket-Extensions", &a->extensions },
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (is_word(name, places[i].name))
			return places[i].place;
	return NULL;
}

static int take_line(struct answered *a, struct slice line, struct err *err)
{
	const char *colon = memchr(line.p, ':', line.len);
	struct slice *place;
	size_t n = colon ? (size_t)(colon - line.p) : 0;

	if (n == 0 || is_blank(line.p[0]) || is_blank(line.p[n - 1]))
		return err_set(err, ERR_SYNTAX, "handshake", "the answer has a line that is no header");
	place = place_of(a, (struct slice){ line.p, n });
	if (!place)
		return 0;
	if (place->p)
		return err_set(err, ERR_SYNTAX, "handshake", "the answer says %.*s twice", (int)n, line.p);
	*place = trimmed((struct slice){ line.p + n + 1, line.len - n - 1 });
	return 0;
}

static int take_lines(struct answered *a, const char *p, const char *end, struct err *err)
{
	while (p < end) {
		const char *crlf = memmem(p, (size_t)(end - p), "\r\n", 2);

		if (take_line(a, (struct slice){ p, (size_t)(crlf - p) }, err) < 0)
			return -1;
		p = crlf + 2;
	}
	return 0;
}

/* "HTTP/1.1 101 …": 101, or -1. */
static int status_of(const char *p, size_t len)
{
	int status = 0;

	if (len < 12 || strncmp(p, "HTTP/1.1 ", 9) != 0 || (len > 12 && p[12] != ' '))
		return -1;
	for (int i = 9; i < 12; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		status = status * 10 + p[i] - '0';
	}
	return status;
}

/* Section 4.1: what a client must insist on.  We offer neither protocol nor
 * extension, so none may be chosen. */
static int check_switch(const struct answered *a, const char *key, struct err *err)
{
	char accept[WS_ACCEPT_LEN + 1];

	ws_accept(slice_of(key), accept);
	if (!a->upgrade.p || !is_word(a->upgrade, "websocket") || !a->connection.p ||
	    !ws_list_has(a->connection, "upgrade"))
		return err_set(err, ERR_SYNTAX, "handshake", "the answer switches to something else");
	if (!a->accept.p || !slice_is(a->accept, accept))
		return err_set(err, ERR_SYNTAX, "handshake", "the answer does not belong to our key");
	if (a->protocol.p || a->extensions.p)
		return err_set(err, ERR_SYNTAX, "handshake", "the answer agrees to what was not offered");
	return 0;
}

ssize_t ws_read_answer(const char *p, size_t len, size_t max, const char *key, int *status_r, struct err *err)
{
	const char *end = memmem(p, MIN(len, max), "\r\n\r\n", 4), *line;
	struct answered a = { 0 };

	if (!end && len >= max)
		return err_set(err, ERR_HEAD_TOO_LARGE, "handshake", "the answer's head has more than %zu bytes", max);
	if (!end)
		return 0;
	line = memmem(p, (size_t)(end + 2 - p), "\r\n", 2);
	*status_r = status_of(p, (size_t)(line - p));
	if (*status_r < 0)
		return err_set(err, ERR_SYNTAX, "handshake", "the answer is no HTTP/1.1");
	if (take_lines(&a, line + 2, end + 2, err) < 0)
		return -1;
	if (*status_r == 101 && check_switch(&a, key, err) < 0)
		return -1;
	return end + 4 - p;
}
