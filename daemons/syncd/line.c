/* A WebSocket to the cloud: libcurl connects (with its proxies and TLS), the
 * rest is common/ws.  It ends by itself only through down(). */
#include "base/base.h"
#include "syncd/syncd.h"
#include "syncd/multi.h"
#include "ws/ws.h"
#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>

#define ANSWER_MAX 8192			/* bytes of the answer's head */
#define MESSAGE_MAX 65536
#define READ_MAX 16384

static const struct ws_limits limits = { .message_bytes = MESSAGE_MAX };

struct line {
	struct ended ended;		/* first: libcurl's private pointer is ours */
	struct event_base *base;
	struct multi *multi;
	CURL *easy;
	struct event *io, *late;
	char why[CURL_ERROR_SIZE];
	char key[WS_KEY_LEN + 1];
	bool open;			/* the cloud has said 101 */
	struct buf in, out;		/* in: the answer so far */
	struct ws_reader reader;
	struct line_events ev;
};

void line_free(struct line **lp)
{
	struct line *l = *lp;

	if (l == NULL)
		return;
	*lp = NULL;
	if (l->io != NULL)
		event_free(l->io);
	event_free(l->late);
	multi_remove(l->multi, l->easy);
	curl_easy_cleanup(l->easy);
	multi_free(&l->multi);
	ws_reader_release(&l->reader);
	/* The token was in it. */
	if (l->out.data != NULL)
		wipe(l->out.data, l->out.size);
	buf_release(&l->out);
	buf_release(&l->in);
	free(l);
}

/* The last thing that anybody here does: the owner frees us. */
static void end(struct line *l, int code, const char *why)
{
	if (l->io != NULL)
		event_del(l->io);
	event_del(l->late);
	l->ev.down(code, why, l->ev.ctx);
}

/* --- sending --- */

static void watch(struct line *l, short what)
{
	if (event_get_events(l->io) == (what | EV_PERSIST))
		return;
	event_del(l->io);
	event_assign(l->io, l->base, event_get_fd(l->io), (short)(what | EV_PERSIST), event_get_callback(l->io), l);
	event_add(l->io, NULL);
}

/* False: it is broken. */
static bool send_out(struct line *l)
{
	while (l->out.len > 0) {
		size_t n = 0;
		CURLcode code = curl_easy_send(l->easy, l->out.data, l->out.len, &n);

		if (code == CURLE_AGAIN) {
			watch(l, EV_READ | EV_WRITE);
			return true;
		}
		if (code != CURLE_OK)
			return false;
		buf_drop(&l->out, n);
	}
	watch(l, EV_READ);
	return true;
}

void line_ping(struct line *l)
{
	if (!l->open || l->out.len > MESSAGE_MAX)
		return;
	ws_add(&l->out, WS_CLIENT, WS_PING, "", 0);
	send_out(l);	/* what is broken is also found when it is read */
}

/* --- hearing --- */

/* False: it has ended. */
static bool hear(struct line *l, const struct ws_event *ev)
{
	if (ev->op == WS_CLOSE) {
		ws_add_close(&l->out, WS_CLIENT, ev->code == WS_NO_CODE ? WS_NORMAL : ev->code, "");
		send_out(l);
		end(l, (int)ev->code, "the cloud has closed it");
		return false;
	}
	if (ev->op == WS_PING && l->out.len < MESSAGE_MAX)
		ws_add(&l->out, WS_CLIENT, WS_PONG, ev->data, ev->len);
	if (ev->op == WS_TEXT)
		l->ev.heard(ev->data, ev->len, l->ev.ctx);
	return true;
}

static bool read_frames(struct line *l, const char *p, size_t len)
{
	struct ws_event ev;
	size_t used;
	int rc;

	l->ev.alive(l->ev.ctx);
	while ((rc = ws_read(&l->reader, p, len, &used, &ev)) > 0) {
		p += used;
		len -= used;
		if (!hear(l, &ev))
			return false;
	}
	if (rc == 0)
		return true;
	ws_add_close(&l->out, WS_CLIENT, ev.code, ev.why);
	send_out(l);
	end(l, (int)ev.code, ev.why);
	return false;
}

static bool read_answer(struct line *l, const char *p, size_t len)
{
	struct err err = { 0 };
	int status = 0;
	ssize_t n;

	buf_add(&l->in, p, len);
	n = ws_read_answer(l->in.data, l->in.len, ANSWER_MAX, l->key, &status, &err);
	if (n == 0)
		return true;
	if (n < 0 || status != 101) {
		end(l, n < 0 ? 0 : status, n < 0 ? err.text : "the cloud does not switch to WebSocket");
		return false;
	}
	l->open = true;
	event_del(l->late);
	l->ev.up(l->ev.ctx);
	if (!read_frames(l, l->in.data + n, l->in.len - (size_t)n))
		return false;
	buf_release(&l->in);
	return true;
}

/* TLS may hold more than the socket shows: all of it is taken. */
static void read_in(struct line *l)
{
	char data[READ_MAX];
	CURLcode code;
	size_t n = 0;

	while ((code = curl_easy_recv(l->easy, data, sizeof(data), &n)) == CURLE_OK && n > 0)
		if (!(l->open ? read_frames : read_answer)(l, data, n))
			return;
	if (code == CURLE_AGAIN && send_out(l))
		return;
	end(l, 0, "the connection has broken");
}

static void on_io(evutil_socket_t fd UNUSED, short what, void *arg)
{
	struct line *l = arg;

	if (what & EV_WRITE && !send_out(l))
		end(l, 0, "the connection has broken");
	else if (what & EV_READ)
		read_in(l);
}

/* --- connecting --- */

static void on_connected(struct ended *e, CURLcode code)
{
	struct line *l = CONTAINER_OF(e, struct line, ended);
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (code == CURLE_OK)
		curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET, &fd);
	if (fd == CURL_SOCKET_BAD) {
		end(l, 0, l->why[0] != '\0' ? l->why : curl_easy_strerror(code));
		return;
	}
	l->io = event_new(l->base, fd, EV_READ | EV_PERSIST, on_io, l);
	if (l->io == NULL || event_add(l->io, NULL) < 0)
		panic("no event for descriptor %d", (int)fd);
	if (!send_out(l))
		end(l, 0, "the connection has broken");
}

static void on_late(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	end(arg, 0, "the cloud does not answer");
}

static char *part_of(CURLU *u, CURLUPart part)
{
	char *text = NULL;

	return curl_url_get(u, part, &text, 0) == CURLUE_OK ? text : NULL;
}

/* What a server knows itself by: host, and a port that is not its scheme's. */
static void add_host(struct buf *out, const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL, *port = NULL;

	if (u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK) {
		host = part_of(u, CURLUPART_HOST);
		port = part_of(u, CURLUPART_PORT);
	}
	buf_printf(out, "%s%s%s", host != NULL ? host : "localhost", port != NULL ? ":" : "", port != NULL ? port : "");
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
}

/* A cloud may live in a folder of its host: https://example/shop. */
static const char *path_of(const char *url)
{
	const char *host = strstr(url, "://"), *slash = host != NULL ? strchr(host + 3, '/') : NULL;

	return slash != NULL ? slash : "";
}

static void ask(struct line *l, const struct line_to *to)
{
	struct buf host = { 0 }, path = { 0 }, headers = { 0 };
	const char *folder = path_of(to->url);

	add_host(&host, to->url);
	buf_printf(&path, "%.*s%s", (int)remote_base_length(folder), folder, to->path);
	buf_str(&headers, "Authorization: Bearer ");
	buf_str(&headers, to->token);
	buf_str(&headers, "\r\n");
	ws_key_new(l->key);
	ws_add_asking(&l->out, host.data, path.data, l->key, headers.data);
	wipe(headers.data, headers.size);
	buf_release(&headers);
	buf_release(&host);
	buf_release(&path);
}

static void prepare(struct line *l, const struct line_to *to)
{
	remote_secure(l->easy, to->ca);
	remote_proxy(l->easy, to->url);
	curl_easy_setopt(l->easy, CURLOPT_URL, to->url);
	curl_easy_setopt(l->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(l->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(l->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)to->timeout_ms);
	curl_easy_setopt(l->easy, CURLOPT_ERRORBUFFER, l->why);
}

struct line *line_new(struct event_base *base, const struct line_to *to, struct line_events ev)
{
	/* Twice: to connect, and to be answered. */
	struct timeval late = { 2 * to->timeout_ms / 1000, 2 * to->timeout_ms % 1000 * 1000 };
	struct line *l = x_alloc(sizeof(*l));

	l->ended.fn = on_connected;
	l->base = base;
	l->ev = ev;
	l->multi = multi_new(base);
	l->easy = curl_easy_init();
	l->late = evtimer_new(base, on_late, l);
	if (l->easy == NULL || l->late == NULL)
		panic("no handle for a line");
	ws_reader_init(&l->reader, WS_CLIENT, &limits);
	ask(l, to);
	prepare(l, to);
	event_add(l->late, &late);
	multi_add(l->multi, l->easy, &l->ended);
	return l;
}
