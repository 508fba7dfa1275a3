/* One request and its answer. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "service/service.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMEOUT_MS 10000
#define CONNECT_MS 5000
#define REPLY_MAX ((size_t)64 << 20)
#define PAGES_MAX 10000		/* of one list: a cursor that goes in circles ends here */

/* --- where to --- */

static int find_run_dir(struct ctl *c)
{
	char *argv[] = { (char *)"fexlctl", NULL };
	struct err err = { 0 };
	struct conf *conf;

	if (c->run_dir != NULL)
		return 0;
	if (arg_given(c, ARG_RUN_DIR)) {
		c->run_dir = c->option[ARG_RUN_DIR];
		return 0;
	}
	if (conf_load(&conf, c->option[ARG_CONFIG], 1, argv, &err) < 0)
		return fail_err(c, "mend it, or name the folder: --run-dir DIR", &err);
	c->run_dir = pool_strdup(c->pool, conf_str(conf, "run_dir"));
	conf_free(&conf);
	return 0;
}

static int target_local(struct ctl *c, const char *daemon, struct target *t)
{
	int rc = find_run_dir(c);

	if (rc != 0)
		return rc;
	t->base = "http://localhost";
	t->socket = pool_printf(c->pool, "%s/%s.sock", c->run_dir, daemon);
	if (strlen(t->socket) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return fail(c, END_USAGE, "--run-dir with a shorter path", "the path of a socket has at most %zu bytes: %s",
			    sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1, t->socket);
	return 0;
}

static bool is_loopback(const char *url)
{
	static const char *const hosts[] = { "http://127.0.0.1", "http://localhost", "http://[::1]", NULL };

	for (int i = 0; hosts[i] != NULL; i++) {
		size_t len = strlen(hosts[i]);

		if (strncmp(url, hosts[i], len) == 0 && strchr(":/", url[len]) != NULL)	/* the NUL counts too */
			return true;
	}
	return false;
}

static int target_remote(struct ctl *c, struct target *t)
{
	const char *host = c->option[ARG_HOST], *token;
	size_t len = strlen(host);
	char header[SECRET_MAX + 32];
	int rc;

	if (strncmp(host, "https://", 8) != 0 && strncmp(host, "http://", 7) != 0)
		return fail(c, END_USAGE, NULL, "--host is an address like https://shop.example, not \"%s\"", host);
	while (len > 0 && host[len - 1] == '/')
		len--;
	t->base = pool_strndup(c->pool, host, len);
	if (!arg_given(c, ARG_TOKEN_FILE))
		return 0;
	if (strncmp(host, "http://", 7) == 0 && !is_loopback(host))
		return fail(c, END_USAGE, "--host https://…", "%s: a token would travel in the clear", host);
	if ((rc = secret_read(c, ARG_TOKEN_FILE, NULL, false, &token)) != 0)
		return rc;
	snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
	t->headers = curl_slist_append(t->headers, header);
	return 0;
}

int target_find(struct ctl *c, const struct call *call, struct target *t)
{
	int rc;

	*t = (struct target){ NULL };
	rc = arg_given(c, ARG_HOST) ? target_remote(c, t) : target_local(c, call->daemon, t);
	if (rc != 0) {
		target_release(t);
		return rc;
	}
	t->headers = curl_slist_append(t->headers, "Expect:");	/* no pause before a long body */
	/* Empty, it keeps curl from making up one for a body that is not there. */
	t->headers = curl_slist_append(t->headers, call->body.p != NULL ? "Content-Type: application/json" : "Content-Type:");
	if (arg_given(c, ARG_TENANT) && !(c->command->flags & OWN_TENANT))
		t->headers = curl_slist_append(t->headers, pool_printf(c->pool, "Fexl-Tenant: %s", c->option[ARG_TENANT]));
	return 0;
}

void target_release(struct target *t)
{
	curl_slist_free_all(t->headers);
	t->headers = NULL;
}

/* --- one request --- */

static int stop_when_interrupted(void *ctx UNUSED, curl_off_t a UNUSED, curl_off_t b UNUSED, curl_off_t d UNUSED,
				 curl_off_t e UNUSED)
{
	return interrupt_seen();
}

/* An empty body is sent as one: Content-Length: 0. */
void target_body(CURL *curl, struct slice body)
{
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p != NULL ? body.p : "");
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
}

void target_prepare(const struct target *t, const struct call *call, struct pool *pool, CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_URL, pool_printf(pool, "%s%s", t->base, call->path));
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, t->socket);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* A socket's answer is not to be had through a proxy of the environment. */
	if (t->socket != NULL)
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "fexlctl/" PACKAGE_VERSION);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, t->socket == NULL ? "" : NULL);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)MIN(CONNECT_MS, call->timeout_ms));
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop_when_interrupted);
	if (strcmp(call->method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else if (call->body.p != NULL || call->method[0] == 'P')	/* POST, PUT, PATCH: even an empty one has a length */
		target_body(curl, call->body);
}

const char *how_to_start(struct ctl *c, const char *daemon)
{
	if (!arg_given(c, ARG_RUN_DIR) && access(VENDORDIR "/cloud.conf", F_OK) == 0 && access(CLOUD_CONF, F_OK) != 0)
		return "fexlctl cloud init: this machine is to be a hub, and has no database yet";
	return pool_printf(c->pool, "systemctl start fexl-%s, or --run-dir DIR where it runs", daemon);
}

static int no_connection(struct ctl *c, const struct target *t, const struct call *call, CURL *curl)
{
	long os = 0;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os);
	if (t->socket == NULL)
		return fail(c, END_UNREACHABLE, NULL, "%s cannot be reached: %s", t->base, strerror((int)os));
	if (os == EACCES || os == EPERM)
		return fail(c, END_DENIED, "run it as root or as the daemon's own user", "%s: %s", t->socket, strerror((int)os));
	return fail(c, END_NOT_RUNNING, how_to_start(c, call->daemon),
		    "fexl-%s is not running: nobody answers at %s (%s)", call->daemon, t->socket, strerror((int)os));
}

int target_failed(struct ctl *c, const struct target *t, const struct call *call, CURL *curl, CURLcode code)
{
	const char *who = t->socket != NULL ? t->socket : t->base;

	switch (code) {
	case CURLE_COULDNT_CONNECT:
		return no_connection(c, t, call, curl);
	case CURLE_OPERATION_TIMEDOUT:
		return fail(c, END_TIMED_OUT, "fexlctl status, or a longer --timeout", "%s %s: no answer from %s within %lld s",
			    call->method, call->path, who, (long long)(call->timeout_ms + 999) / 1000);
	case CURLE_ABORTED_BY_CALLBACK:
		return END_INTERRUPTED;
	case CURLE_WRITE_ERROR:
		return fail(c, END_FAILED, NULL, "%s %s: the answer is longer than %zu MiB", call->method, call->path,
			    REPLY_MAX >> 20);
	default:
		return fail(c, t->socket != NULL ? END_FAILED : END_UNREACHABLE, "fexlctl status", "%s %s: %s: %s",
			    call->method, call->path, who, curl_easy_strerror(code));
	}
}

size_t target_take(char *p, size_t size, size_t n, void *ctx)
{
	struct buf *text = ctx;

	if (text->len + size * n > REPLY_MAX)
		return 0;	/* curl ends the transfer */
	buf_add(text, p, size * n);
	return size * n;
}

static void reply_read(struct ctl *c, CURL *curl, const struct buf *text, struct reply *r)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	r->status = (int)status;
	r->text = (struct slice){ pool_memdup(c->pool, text->len > 0 ? text->data : "", text->len), text->len };
	r->json = (struct json){ NULL, true };
	if (text->len > 0 && json_parse(c->pool, r->text.p, r->text.len, &r->json, NULL) < 0)
		r->json = (struct json){ NULL, true };
}

static CURLcode perform(struct ctl *c, const struct target *t, const struct call *call, CURL *curl, struct reply *r)
{
	struct buf text = { 0 };
	CURLcode code;

	target_prepare(t, call, c->pool, curl);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, target_take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		reply_read(c, curl, &text, r);
	buf_release(&text);
	return code;
}

static CURL *curl_new(void)
{
	CURL *curl = curl_easy_init();

	if (curl == NULL)
		panic("out of memory: no room for a request");
	return curl;
}

static struct call with_timeout(const struct ctl *c, const struct call *call)
{
	struct call timed = *call;

	if (timed.timeout_ms == 0)
		timed.timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : TIMEOUT_MS;
	return timed;
}

int call_any(struct ctl *c, const struct call *call, struct reply *r)
{
	struct call timed = with_timeout(c, call);
	struct target t;
	CURLcode code;
	CURL *curl;
	int rc = target_find(c, call, &t);

	if (rc != 0)
		return rc;
	curl = curl_new();
	code = perform(c, &t, &timed, curl, r);
	if (code != CURLE_OK)
		rc = target_failed(c, &t, &timed, curl, code);
	curl_easy_cleanup(curl);
	target_release(&t);
	return rc;
}

int call_try(struct ctl *c, const struct call *call, struct reply *r)
{
	struct call timed = with_timeout(c, call);
	struct target t;
	CURLcode code;
	CURL *curl;

	if (target_find(c, call, &t) != 0)
		return 0;
	curl = curl_new();
	code = perform(c, &t, &timed, curl, r);
	curl_easy_cleanup(curl);
	target_release(&t);
	return code == CURLE_OK;
}

/* --- what was answered --- */

int call_refused(struct ctl *c, const struct call *call, const struct reply *r)
{
	const char *detail = json_text(r->json, "detail"), *code = json_text(r->json, "code");
	const char *field = json_text(r->json, "field"), *next;
	enum ending end = ending_of(r->status, code, arg_given(c, ARG_HOST), &next);

	if (detail == NULL)
		return fail(c, end, next, "%s %s was answered with %d", call->method, call->path, r->status);
	return fail(c, end, next, "%s (%d%s%s%s%s)", detail, r->status, code != NULL ? " " : "", code != NULL ? code : "",
		    field != NULL ? ", field " : "", field != NULL ? field : "");
}

int call_ok(struct ctl *c, const struct call *call, struct reply *r)
{
	int rc = call_any(c, call, r);

	if (rc != 0)
		return rc;
	return r->status / 100 == 2 ? 0 : call_refused(c, call, r);
}

int ask(struct ctl *c, const char *daemon, const char *method, const char *path, const struct buf *body,
	struct reply *r)
{
	struct call call = { .daemon = daemon, .method = method, .path = path };

	if (body != NULL)
		call.body = (struct slice){ body->data, body->len };
	return call_ok(c, &call, r);
}

const char *path_with(struct ctl *c, const char *path, const char *name, const char *value)
{
	char *coded = curl_easy_escape(NULL, value, 0);
	const char *whole;

	if (coded == NULL)
		panic("out of memory: no room for %zu bytes of query", strlen(value));
	whole = pool_printf(c->pool, "%s%c%s=%s", path, strchr(path, '?') != NULL ? '&' : '?', name, coded);
	curl_free(coded);
	return whole;
}

int ask_list(struct ctl *c, const char *path, struct json *list_r)
{
	const char *next = NULL;
	struct buf all = { 0 };
	struct reply r;
	int rc = 0;

	jw_open(&all, '{');
	jw_name(&all, "items");
	jw_open(&all, '[');
	for (int page = 0; page < PAGES_MAX && rc == 0 && (page == 0 || next != NULL); page++) {
		rc = ask(c, "apid", "GET", next != NULL ? path_with(c, path, "after", next) : path, NULL, &r);
		for (size_t i = 0; rc == 0 && i < json_len(json_member(r.json, "items")); i++) {
			struct buf item = { 0 };

			json_print(json_at(json_member(r.json, "items"), i), &item);
			jw_raw(&all, item.data, item.len);
			buf_release(&item);
		}
		next = rc == 0 ? json_text(r.json, "next") : NULL;
	}
	jw_close(&all, ']');
	jw_put_null(&all, "next");
	jw_close(&all, '}');
	*list_r = json_made(c, &all);
	return rc;
}
