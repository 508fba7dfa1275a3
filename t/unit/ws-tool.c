/* common/ws with a socket, for 4110-frames.t and 4120-ws-peers.t, which judge it
 * against raw bytes and against another implementation:
 *
 *	ws-tool serve		echoes every message; prints its port
 *	ws-tool talk PORT	asks a server there, sends messages of many sizes,
 *				and says what came back and how it ended
 *
 * Blocking, and a process a connection: it is a tool for tests. */
#include "base/base.h"
#include "ws/ws.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_MAX 8192
#define MESSAGE_MAX ((size_t)16 << 20)

static const struct ws_limits limits = { .message_bytes = MESSAGE_MAX };

static void give_up(const char *why)
{
	fprintf(stderr, "ws-tool: %s\n", why);
	exit(1);
}

static void put(int fd, struct buf *out)
{
	size_t at = 0;

	while (at < out->len) {
		ssize_t n = send(fd, out->data + at, out->len - at, MSG_NOSIGNAL);

		if (n < 0)
			exit(0);
		at += (size_t)n;
	}
	buf_clear(out);
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Reads until the empty line; what came behind it stays in `in`. */
static size_t head_read(int fd, struct buf *in)
{
	const char *end;

	while (in->len == 0 || !(end = memmem(in->data, in->len, "\r\n\r\n", 4))) {
		ssize_t n = recv(fd, buf_room(in, 4096), 4096, 0);

		if (n <= 0 || in->len > HEAD_MAX)
			give_up("no whole head came");
		buf_used(in, (size_t)n);
	}
	return (size_t)(end + 4 - in->data);
}

/* Feeds what came and what comes to fn until it says that it is over. */
static void pump(int fd, struct ws_reader *r, struct buf *in, struct buf *out,
		 bool (*fn)(struct ws_reader *r, const struct ws_event *ev, int rc, struct buf *out))
{
	char data[65536];
	struct ws_event ev;
	size_t used;
	int rc;

	for (;;) {
		while ((rc = ws_read(r, in->data ? in->data : "", in->len, &used, &ev)) != 0) {
			bool over = fn(r, &ev, rc, out);

			put(fd, out);
			if (over)
				return;
			buf_drop(in, used);
		}
		buf_clear(in);
		ssize_t n = recv(fd, data, sizeof data, 0);

		if (n <= 0)
			return;
		buf_add(in, data, (size_t)n);
	}
}

/* --- serve --- */

static bool echo(struct ws_reader *r UNUSED, const struct ws_event *ev, int rc, struct buf *out)
{
	if (rc < 0)
		ws_add_close(out, WS_SERVER, ev->code, ev->why);
	else if (ev->op == WS_CLOSE && ev->code == WS_NO_CODE)
		ws_add(out, WS_SERVER, WS_CLOSE, "", 0);
	else if (ev->op == WS_CLOSE)
		ws_add_close(out, WS_SERVER, ev->code, "");
	else if (ev->op == WS_PING)
		ws_add(out, WS_SERVER, WS_PONG, ev->data, ev->len);
	else if (ev->op != WS_PONG)
		ws_add(out, WS_SERVER, ev->op, ev->data, ev->len);
	return rc < 0 || ev->op == WS_CLOSE;
}

static struct slice key_of(const char *head, size_t len)
{
	static const char name[] = "\r\nSec-WebSocket-Key: ";
	const char *p = memmem(head, len, name, sizeof name - 1);

	if (!p)
		give_up("no key");
	p += sizeof name - 1;
	return (struct slice){ p, (size_t)((char *)memchr(p, '\r', len) - p) };
}

static void serve_one(int fd)
{
	struct buf in = { 0 }, out = { 0 };
	struct ws_reader r;
	size_t n = head_read(fd, &in);

	ws_add_answer(&out, key_of(in.data, n), NULL);
	put(fd, &out);
	buf_drop(&in, n);
	ws_reader_init(&r, WS_SERVER, &limits);
	pump(fd, &r, &in, &out, echo);
	shutdown(fd, SHUT_WR);
	while (recv(fd, out.data ? out.data : buf_room(&out, 4096), 4096, 0) > 0)
		;
	ws_reader_release(&r);
	buf_release(&in);
	buf_release(&out);
	close(fd);
}

static void serve(void)
{
	struct sockaddr_in at = loopback(0);
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		give_up("cannot listen");
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int client = accept(fd, NULL, NULL);

		if (client >= 0 && fork() == 0) {
			serve_one(client);
			exit(0);
		}
		close(client);
	}
}

/* --- talk --- */

static const size_t sizes[] = { 0, 1, 125, 126, 127, 65535, 65536, 1000000 };
static size_t asked;

static void say_next(struct buf *out)
{
	char *text;

	if (asked == ARRAY_LEN(sizes)) {
		ws_add_close(out, WS_CLIENT, WS_NORMAL, "thanks");
		return;
	}
	text = x_alloc(sizes[asked] + 1);
	memset(text, 'a' + (int)asked, sizes[asked]);
	ws_add(out, WS_CLIENT, asked % 2 ? WS_TEXT : WS_BINARY, text, sizes[asked]);
	free(text);
}

/* One line for everything heard. */
static bool hear(struct ws_reader *r UNUSED, const struct ws_event *ev, int rc, struct buf *out)
{
	if (rc < 0) {
		printf("violation %u %s\n", ev->code, ev->why);
		ws_add_close(out, WS_CLIENT, ev->code, "");
		return true;
	}
	printf("%d %zu %.*s", (int)ev->op, ev->len, (int)MIN(ev->len, 20), ev->data);
	printf(ev->op == WS_CLOSE ? " %u\n" : "\n", ev->code);
	if (ev->op == WS_PING)
		ws_add(out, WS_CLIENT, WS_PONG, ev->data, ev->len);
	if (ev->op == WS_TEXT || ev->op == WS_BINARY) {
		asked++;
		say_next(out);
	}
	return ev->op == WS_CLOSE;
}

static void talk(int port)
{
	struct sockaddr_in to = loopback(port);
	struct buf in = { 0 }, out = { 0 };
	char key[WS_KEY_LEN + 1];
	struct err err = { 0 };
	struct ws_reader r;
	int fd = socket(AF_INET, SOCK_STREAM, 0), status = 0;
	ssize_t n;

	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		give_up("cannot connect");
	ws_key_new(key);
	ws_add_asking(&out, "localhost", "/", key, "");
	put(fd, &out);
	head_read(fd, &in);
	n = ws_read_answer(in.data, in.len, HEAD_MAX, key, &status, &err);
	if (n < 0 || status != 101) {
		printf("refused %d %s\n", status, err.text);
		exit(0);
	}
	buf_drop(&in, (size_t)n);
	ws_reader_init(&r, WS_CLIENT, &limits);
	say_next(&out);
	put(fd, &out);
	pump(fd, &r, &in, &out, hear);
	printf("end\n");
	ws_reader_release(&r);
	buf_release(&in);
	buf_release(&out);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "serve") == 0)
		serve();
	else if (argc == 3 && strcmp(argv[1], "talk") == 0)
		talk(atoi(argv[2]));
	else
		give_up("serve, or talk PORT");
	return 0;
}
