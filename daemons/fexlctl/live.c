/* A WebSocket to fexl-apid: libcurl connects, common/ws reads. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/live.h"
#include "base/clock.h"
#include "ws/ws.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define ANSWER_MAX 16384
#define CONNECT_MS 10000
#define AGAIN_S 1
#define SILENT_MS 90000		/* the other side pings every ws_ping_s */

static const struct ws_limits limits = { .message_bytes = 1 << 20 };
static const struct call call = { "apid", "GET", "/ws", .timeout_ms = CONNECT_MS };

struct live {
	struct ctl *c;
	const struct live_listener *to;
	struct target target;
	CURL *curl;
	curl_socket_t fd;
	struct ws_reader reader;
	struct buf in, out;
	char key[WS_KEY_LEN + 1];
	char epoch[64];			/* of the last event; empty: none yet */
	int64_t seq;
	int64_t until, next_tick;	/* boot time; until 0: for ever */
	bool open, lost;
};

static int64_t ms_until(int64_t at, int64_t now)
{
	return MAX((at - now + 999) / 1000, 0);
}

static bool is_over(const struct live *l)
{
	return l->until != 0 && clock_boot() >= l->until;
}

/* --- bytes --- */

static void put(struct live *l)
{
	while (l->out.len > 0) {
		struct pollfd p = { .fd = l->fd, .events = POLLOUT };
		size_t n = 0;
		CURLcode code = curl_easy_send(l->curl, l->out.data, l->out.len, &n);

		if (code == CURLE_AGAIN && poll(&p, 1, CONNECT_MS) > 0)
			continue;
		if (code != CURLE_OK) {
			l->lost = true;
			return;
		}
		buf_drop(&l->out, n);
	}
}

/* 1: some came, 0: none within ms; with l->lost no more will. */
static int get(struct live *l, int64_t ms)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	CURLcode code = CURLE_AGAIN;
	size_t n = 0;

	for (int tries = 0; tries < 2 && code == CURLE_AGAIN; tries++) {
		/* TLS may hold more than the socket shows: first we ask it. */
		if (tries == 1 && poll(&p, 1, (int)MIN(ms, INT32_MAX)) <= 0)
			return 0;
		code = curl_easy_recv(l->curl, buf_room(&l->in, 16384), 16384, &n);
	}
	if (code == CURLE_AGAIN)
		return 0;
	l->lost = code != CURLE_OK || n == 0;
	buf_used(&l->in, n);
	return !l->lost;
}

/* --- events --- */

static void heard(struct live *l, const char *text, size_t len)
{
	struct ctl *c = l->c;
	struct pool *kept = c->pool;
	struct json event;
	const char *epoch;

	c->pool = pool_new();
	if (json_parse(c->pool, text, len, &event, NULL) == 0) {
		epoch = json_text(event, "epoch");
		l->seq = json_number(event, "seq", 0);
		snprintf(l->epoch, sizeof(l->epoch), "%s", epoch != NULL ? epoch : "");
		l->to->heard(c, event, l->to->ctx);
	}
	pool_free(&c->pool);
	c->pool = kept;
}

static void read_frames(struct live *l)
{
	struct ws_event ev;
	size_t used, at = 0;
	int rc;

	while ((rc = ws_read(&l->reader, l->in.data + at, l->in.len - at, &used, &ev)) > 0) {
		at += used;
		if (ev.op == WS_PING)
			ws_add(&l->out, WS_CLIENT, WS_PONG, ev.data, ev.len);
		else if (ev.op == WS_TEXT)
			heard(l, ev.data, ev.len);
		else if (ev.op == WS_CLOSE)
			l->lost = true;
	}
	l->lost |= rc < 0;
	buf_clear(&l->in);
	put(l);
}

/* --- the line --- */

static void hang_up(struct live *l)
{
	curl_easy_cleanup(l->curl);
	l->curl = NULL;
	ws_reader_release(&l->reader);
	buf_release(&l->in);
	buf_release(&l->out);
	l->lost = l->open = false;
}

static void add_request(struct live *l)
{
	const char *host = strstr(l->target.base, "://") + 3;
	struct buf headers = { 0 }, target = { 0 };

	/* An empty one is only for libcurl. */
	for (const struct curl_slist *h = l->target.headers; h != NULL; h = h->next)
		if (h->data[strlen(h->data) - 1] != ':')
			buf_printf(&headers, "%s\r\n", h->data);
	buf_str(&target, "/ws");
	if (l->epoch[0] != '\0')
		buf_printf(&target, "?since=%lld&epoch=%s", (long long)l->seq, l->epoch);
	ws_key_new(l->key);
	ws_add_asking(&l->out, pool_strndup(l->c->pool, host, strcspn(host, "/")), target.data, l->key,
		      headers.len > 0 ? headers.data : "");
	buf_release(&headers);
	buf_release(&target);
}

/* What stood in the way, in the server's own words. */
static int refused(struct live *l, int status, size_t head)
{
	struct reply r = { .status = status };

	while (!l->lost && get(l, 200) > 0)
		;
	r.text = (struct slice){ pool_strndup(l->c->pool, l->in.data + head, l->in.len - head), l->in.len - head };
	if (json_parse(l->c->pool, r.text.p, r.text.len, &r.json, NULL) < 0)
		r.json = (struct json){ NULL, true };
	return call_refused(l->c, &call, &r);
}

static int read_answer(struct live *l)
{
	int64_t until = clock_boot() + CONNECT_MS * 1000;
	struct err err = { 0 };
	int status = 0;
	ssize_t n = 0;

	while (n == 0 && !l->lost && clock_boot() < until) {
		if (get(l, ms_until(until, clock_boot())) > 0)
			n = ws_read_answer(l->in.data, l->in.len, ANSWER_MAX, l->key, &status, &err);
	}
	if (n < 0)
		return fail_err(l->c, NULL, &err);
	if (n == 0)
		return fail(l->c, END_TIMED_OUT, "fexlctl status", "no answer to the WebSocket's handshake");
	if (status != 101)
		return refused(l, status, (size_t)n);
	buf_drop(&l->in, (size_t)n);
	l->open = true;
	return 0;
}

/* 0, or an ending that was said. */
static int dial(struct live *l)
{
	CURLcode code;
	int rc = target_find(l->c, &call, &l->target);

	if (rc != 0)
		return rc;
	l->curl = curl_easy_init();
	ws_reader_init(&l->reader, WS_CLIENT, &limits);
	target_prepare(&l->target, &call, l->c->pool, l->curl);
	curl_easy_setopt(l->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(l->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	code = curl_easy_perform(l->curl);
	if (code != CURLE_OK) {
		rc = target_failed(l->c, &l->target, &call, l->curl, code);
	} else {
		curl_easy_getinfo(l->curl, CURLINFO_ACTIVESOCKET, &l->fd);
		add_request(l);
		put(l);
		rc = read_answer(l);
	}
	target_release(&l->target);
	if (rc != 0)
		hang_up(l);
	return rc;
}

static void tick(struct live *l)
{
	if (l->to->tick == NULL || clock_boot() < l->next_tick)
		return;
	l->to->tick(l->c, l->to->ctx);
	l->next_tick = clock_boot() + l->to->tick_ms * (int64_t)1000;
}

/* Until it is over, or the line is lost. */
static void listen_on(struct live *l)
{
	int64_t silent_since = clock_boot();

	read_frames(l);
	while (!l->lost && !is_over(l)) {
		int64_t now = clock_boot(), wait = SILENT_MS;

		if (l->until != 0)
			wait = MIN(wait, ms_until(l->until, now));
		if (l->to->tick != NULL)
			wait = MIN(wait, ms_until(l->next_tick, now));
		if (get(l, wait) > 0) {
			silent_since = clock_boot();
			read_frames(l);
		}
		tick(l);
		l->lost |= clock_boot() - silent_since > SILENT_MS * (int64_t)1000;
	}
}

int live_listen(struct ctl *c, const struct live_listener *to)
{
	struct live l = { .c = c, .to = to, .until = c->timeout_ms > 0 ? clock_boot() + c->timeout_ms * 1000 : 0 };
	int rc = dial(&l);

	while (rc == 0) {
		listen_on(&l);
		hang_up(&l);
		if (is_over(&l))
			break;
		say(c, "the line is broken, it is made again");
		do
			nanosleep(&(struct timespec){ .tv_sec = AGAIN_S }, NULL);
		while ((rc = dial(&l)) != 0 && rc != END_DENIED && rc != END_USAGE && !is_over(&l));
	}
	return rc;
}
