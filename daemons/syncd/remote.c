/* HTTP over libcurl.  Connections stay open between calls, for the cloud and
 * for apid alike; every call has an end, and every answer a size. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "syncd/multi.h"
#include "base/crypto.h"
#include "base/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/queue.h>

#define ANSWER_MAX ((size_t)64 << 20)
#define ID_LEN 24
#define PACK_MIN 1024			/* a body above this goes up packed */
#define SLOW_BYTES_S 10			/* less than this … */
#define SLOW_MIN_S 5			/* … for this long at least: nobody is there any more */
#define SPARE_MAX 4			/* handles kept for the next calls */
#define LIFE_MAX_S 110			/* of a resting connection: firewalls forget it */

struct call {
	struct ended ended;		/* first: libcurl's private pointer is ours */
	TAILQ_ENTRY(call) link;
	struct remote *remote;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	struct answer answer;
	char why[CURL_ERROR_SIZE];
	char id[ID_LEN + 1];		/* by which its lines are found, at the other side too */
	bool to_apid, too_large;
	answer_fn *done;
	void *ctx;
};

struct remote {
	struct multi *multi;
	char *apid_socket;
	const char *ca;
	int connect_ms;
	TAILQ_HEAD(, call) calls;
	CURL *spare[SPARE_MAX];
	int n_spare;
	int64_t progress_at;
};

/* --- the end of a call --- */

static void call_free(struct call *c)
{
	struct remote *r = c->remote;

	TAILQ_REMOVE(&r->calls, c, link);
	multi_remove(r->multi, c->easy);
	curl_slist_free_all(c->headers);
	/* It still points to what dies here, the token among it. */
	curl_easy_reset(c->easy);
	if (r->n_spare < SPARE_MAX)
		r->spare[r->n_spare++] = c->easy;
	else
		curl_easy_cleanup(c->easy);
	/* Once in a till's life it holds the licence key. */
	if (c->body.data != NULL)
		wipe(c->body.data, c->body.size);
	buf_release(&c->body);
	buf_release(&c->answer.body);
	free(c);
}

/* In its own words; but apid has no host and no port. */
static const char *why_not(const struct call *c, CURLcode code)
{
	if (c->to_apid && code == CURLE_COULDNT_CONNECT)
		return "it is not running";
	return c->why[0] != '\0' ? c->why : curl_easy_strerror(code);
}

static void answer_fill(struct call *c, CURLcode code)
{
	struct answer *a = &c->answer;
	curl_off_t retry_after = 0;
	long status = 0;

	a->came_at = clock_boot();
	if (c->too_large) {
		a->status = STATUS_SENSELESS;
		a->why = "its answer is larger than 64 MiB";
		return;
	}
	if (code != CURLE_OK) {
		a->why = why_not(c, code);
		return;
	}
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &retry_after);
	a->status = (int)status;
	a->retry_after_s = (int)MIN(retry_after, INT32_MAX);
}

static void call_ended(struct ended *e, CURLcode code)
{
	struct call *c = CONTAINER_OF(e, struct call, ended);

	answer_fill(c, code);
	log_about(c->id);
	c->done(&c->answer, c->ctx);
	log_about(NULL);
	call_free(c);
}

/* --- a call --- */

static size_t take_bytes(char *p, size_t one, size_t n, void *arg)
{
	struct call *c = arg;

	c->remote->progress_at = clock_boot();
	c->too_large = c->answer.body.len + one * n > ANSWER_MAX;
	if (c->too_large)
		return 0;
	buf_add(&c->answer.body, p, one * n);
	return one * n;
}

static void add_header(struct call *c, const char *fmt, ...) PRINTF(2, 3);
static void add_header(struct call *c, const char *fmt, ...)
{
	struct buf line = { 0 };
	struct curl_slist *more;
	va_list ap;

	buf_room(&line, 4096);
	va_start(ap, fmt);
	line.len = (size_t)vsnprintf(line.data, 4096, fmt, ap);
	va_end(ap);
	more = line.len < 4096 ? curl_slist_append(c->headers, line.data) : NULL;
	if (more == NULL)
		panic("a header of %zu bytes cannot be sent", line.len);
	c->headers = more;
	buf_release(&line);
}

static void id_make(char id[ID_LEN + 1])
{
	uint8_t bytes[ID_LEN / 2];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

static void set_headers(struct call *c, const struct ask *a, bool packed)
{
	add_header(c, "X-Request-Id: %s", c->id);
	add_header(c, "Fexl-Protocol: %d", PROTOCOL_VERSION);
	add_header(c, "Fexl-Schema: %d", SCHEMA_VERSION);
	if (a->token != NULL)
		add_header(c, "Authorization: Bearer %s", a->token);
	if (a->body != NULL)
		add_header(c, "Content-Type: application/json");
	if (packed)
		add_header(c, "Content-Encoding: gzip");
	/* No asking for leave before a large body: it costs a round trip. */
	add_header(c, "Expect:");
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
}

static void set_body(struct call *c, const struct ask *a)
{
	if (strcmp(a->method, "GET") == 0)
		return;
	curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.len);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, c->body.len > 0 ? c->body.data : "");
}

static void set_limits(struct call *c, const struct ask *a)
{
	CURL *easy = c->easy;
	int connect_ms = MIN(a->timeout_ms, c->remote->connect_ms);

	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)a->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_S);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)MAX(SLOW_MIN_S, a->timeout_ms / 2000));
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)ANSWER_MAX);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)LIFE_MAX_S);
	remote_secure(easy, c->remote->ca);
}

void remote_secure(CURL *easy, const char *ca)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A resolver that hangs must not hold up our end. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (*ca == '\0')
		return;
	/* Nobody else vouches for a cloud of one's own. */
	curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

/* A proxy in the environment is for the world: nobody means it for a hub on
 * this very machine. */
static bool is_loopback(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	bool yes;

	if (u == NULL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		host = NULL;
	yes = host != NULL && (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
			       strncmp(host, "127.", 4) == 0);
	curl_free(host);
	curl_url_cleanup(u);
	return yes;
}

void remote_proxy(CURL *easy, const char *url)
{
	if (is_loopback(url))
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

/* An address typed with a slash behind it is the same address. */
size_t remote_base_length(const char *base)
{
	size_t len = strlen(base);

	while (len > 0 && base[len - 1] == '/')
		len--;
	return len;
}

static void set_target(struct call *c, const struct ask *a)
{
	struct buf url = { 0 };

	if (a->base == NULL) {
		buf_printf(&url, "http://localhost%s", a->path);
		curl_easy_setopt(c->easy, CURLOPT_UNIX_SOCKET_PATH, c->remote->apid_socket);
	} else {
		buf_printf(&url, "%.*s%s", (int)remote_base_length(a->base), a->base, a->path);
		curl_easy_setopt(c->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	}
	curl_easy_setopt(c->easy, CURLOPT_URL, url.data);
	remote_proxy(c->easy, url.data);
	buf_release(&url);
}

static CURL *handle_get(struct remote *r)
{
	CURL *easy = r->n_spare > 0 ? r->spare[--r->n_spare] : curl_easy_init();

	if (easy == NULL)
		panic("no handle for a call");
	return easy;
}

void remote_ask(struct remote *r, const struct ask *a, answer_fn *done, void *ctx)
{
	struct call *c = x_alloc(sizeof(*c));
	bool packs;

	*c = (struct call){
		.ended = { call_ended }, .remote = r, .easy = handle_get(r), .to_apid = a->base == NULL, .done = done, .ctx = ctx,
	};
	id_make(c->id);
	TAILQ_INSERT_TAIL(&r->calls, c, link);
	if (a->body != NULL)
		buf_move(&c->body, a->body);
	packs = a->base != NULL && c->body.len > PACK_MIN;
	if (packs)
		pack(&c->body);
	set_target(c, a);
	set_limits(c, a);
	set_body(c, a);
	set_headers(c, a, packs);
	curl_easy_setopt(c->easy, CURLOPT_USERAGENT, SYNCD_NAME "/" PACKAGE_VERSION);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->why);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	c->answer.asked_at = r->progress_at = clock_boot();
	multi_add(r->multi, c->easy, &c->ended);
}

void query_add(struct buf *path, const char *name, const char *value)
{
	char *text = curl_easy_escape(NULL, value, 0);

	if (text == NULL)
		panic("no memory for a query");
	buf_printf(path, "%c%s=%s", strchr(path->data, '?') == NULL ? '?' : '&', name, text);
	curl_free(text);
}

/* --- life --- */

int64_t remote_progress_at(const struct remote *r)
{
	return r->progress_at;
}

struct remote *remote_new(struct event_base *base, const char *apid_socket, const char *ca, int connect_ms)
{
	struct remote *r = x_alloc(sizeof(*r));

	r->apid_socket = x_strdup(apid_socket);
	r->ca = ca;
	r->connect_ms = connect_ms;
	TAILQ_INIT(&r->calls);
	r->multi = multi_new(base);
	return r;
}

void remote_free(struct remote **rp)
{
	struct remote *r = *rp;
	struct call *c;

	if (r == NULL)
		return;
	*rp = NULL;
	while ((c = TAILQ_FIRST(&r->calls)) != NULL)
		call_free(c);
	while (r->n_spare > 0)
		curl_easy_cleanup(r->spare[--r->n_spare]);
	multi_free(&r->multi);
	free(r->apid_socket);
	free(r);
}
