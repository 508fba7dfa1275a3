/* What a web page may do.  A page of another site reaches us through its
 * visitor's browser; three things keep it out: the Host it came by must be one
 * of ours (a foreign name that points here is an attack), it may not write, and
 * without CORS it cannot read.  The cloud opens CORS for the consoles of tills,
 * which are pages of a loopback address: with a Bearer token only, no cookies. */
#include "base/base.h"
#include "apid/apid.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>

struct browser {
	bool hub;
	bool any_address;	/* we listen on all: every address of this machine is ours */
	struct pool *pool;
	const char *const *hosts;
	const char *const *origins;
};

/* --- the lists --- */

/* "a, b" -> { "a", "b", NULL } */
static const char *const *list_split(struct pool *pool, const char *list)
{
	const char **names;
	size_t n = 1, i = 0;

	for (const char *p = list; *p; p++)
		n += *p == ',';
	names = pool_alloc(pool, (n + 1) * sizeof *names);
	for (const char *p = list; *p;) {
		size_t len;

		p += strspn(p, ", \t");
		len = strcspn(p, ", \t");
		if (len > 0)
			names[i++] = pool_strndup(pool, p, len);
		p += len;
	}
	return names;
}

struct browser *browser_new(const struct conf *conf, bool hub)
{
	struct browser *b = x_alloc(sizeof *b);
	struct buf hosts = { 0 };

	b->hub = hub;
	b->pool = pool_new();
	buf_printf(&hosts, "%s,%s", conf_str(conf, "public_hosts"), conf_str(conf, "listen"));
	b->hosts = list_split(b->pool, hosts.data);
	b->origins = list_split(b->pool, conf_str(conf, "allowed_origins"));
	for (const char *const *h = b->hosts; *h; h++)
		if (strncmp(*h, "0.0.0.0:", 8) == 0 || strncmp(*h, "[::]:", 5) == 0)
			b->any_address = true;
	buf_release(&hosts);
	return b;
}

void browser_free(struct browser **bp)
{
	if (!*bp)
		return;
	pool_free(&(*bp)->pool);
	free(*bp);
	*bp = NULL;
}

/* --- our names --- */

/* "name:80" or "[::1]:80" without the port. */
static struct slice without_port(struct slice host)
{
	bool v6 = host.len > 0 && host.p[0] == '[';
	const char *end = memchr(host.p, v6 ? ']' : ':', host.len);

	if (!end)
		return host;
	return (struct slice){ host.p, (size_t)(end - host.p) + v6 };
}

static bool same_name(struct slice a, struct slice b)
{
	return a.len == b.len && strncasecmp(a.p, b.p, a.len) == 0;
}

/* An address as it stands in a Host: no name, so nobody can point it elsewhere. */
static bool is_address(struct slice name, struct in_addr *v4)
{
	char text[INET6_ADDRSTRLEN + 2];
	struct in6_addr v6;

	v4->s_addr = 0;
	if (name.len == 0 || name.len >= sizeof text)
		return false;
	memcpy(text, name.p, name.len);
	text[name.len] = '\0';
	if (text[0] != '[')
		return inet_pton(AF_INET, text, v4) == 1;
	text[name.len - 1] = '\0';
	return inet_pton(AF_INET6, text + 1, &v6) == 1;
}

static bool is_loopback(struct slice name)
{
	struct in_addr v4;

	if (same_name(name, slice_of("localhost")) || same_name(name, slice_of("[::1]")))
		return true;
	return is_address(name, &v4) && ntohl(v4.s_addr) >> 24 == 127;
}

/* With a port in the list that port is meant, without one all are. */
static bool is_listed(const char *const *hosts, struct slice host, struct slice name)
{
	for (; *hosts; hosts++) {
		struct slice known = slice_of(*hosts);
		bool any_port = without_port(known).len == known.len;

		if (same_name(known, any_port ? name : host))
			return true;
	}
	return false;
}

static bool is_ours(const struct browser *b, struct slice host)
{
	struct slice name = without_port(host);
	struct in_addr v4;

	if (host.len == 0)
		return false;
	if (is_loopback(name) || is_listed(b->hosts, host, name))
		return true;
	return b->any_address && is_address(name, &v4);
}

bool address_is_loopback(const char *address)
{
	static const char *const begins[] = { "127.", "[::1]:", "[::ffff:127.", "localhost:" };

	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (strncmp(address, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* --- origins --- */

static struct slice behind_scheme(struct slice origin)
{
	const char *colon = memmem(origin.p, origin.len, "://", 3);

	if (!colon)
		return (struct slice){ "", 0 };	/* "null", as a sandboxed page has it */
	return (struct slice){ colon + 3, origin.len - (size_t)(colon + 3 - origin.p) };
}

/* The cloud's own choice; a till is asked by its own pages only. */
static bool may_cross(const struct browser *b, struct slice origin)
{
	struct slice name;

	if (!b->hub || !origin.p)
		return false;
	name = without_port(behind_scheme(origin));
	if (origin.len > 7 && strncmp(origin.p, "http://", 7) == 0 &&
	    (same_name(name, slice_of("127.0.0.1")) || same_name(name, slice_of("localhost"))))
		return true;
	for (const char *const *o = b->origins; *o; o++)
		if (same_name(slice_of(*o), origin))
			return true;
	return false;
}

static bool is_own_page(struct slice origin, struct slice host)
{
	struct slice from = behind_scheme(origin);

	return from.len > 0 && same_name(from, host);
}

/* Old browsers send no Origin with some writes, newer ones say it in another way. */
static bool is_foreign_write(const struct browser *b, const struct http_request *rq, struct slice host)
{
	struct slice origin = http_header(rq, "Origin"), site = http_header(rq, "Sec-Fetch-Site");

	if (rq->method == HTTP_GET || rq->method == HTTP_HEAD || rq->method == HTTP_OPTIONS)
		return false;
	if (origin.p)
		return !is_own_page(origin, host) && !may_cross(b, origin);
	return site.p && !slice_is(site, "same-origin") && !slice_is(site, "none");
}

int browser_check(const struct browser *b, const struct http_request *rq, struct err *err)
{
	struct slice host = http_header(rq, "Host");

	if (!is_ours(b, host))
		return err_set(err, ERR_MISDIRECTED, "host",
			       "%.*s is no name of this server: if it should be, add it to public_hosts",
			       (int)MIN(host.len, 80), host.p ? host.p : "");
	if (is_foreign_write(b, rq, host))
		return err_set(err, ERR_DENIED, "cross_site", "a page of another site may not write here");
	return 0;
}

int browser_may_listen(const struct browser *b, const struct http_request *rq, struct err *err)
{
	struct slice origin = http_header(rq, "Origin");

	if (!origin.p || is_own_page(origin, http_header(rq, "Host")) || may_cross(b, origin))
		return 0;
	return err_set(err, ERR_DENIED, "cross_site", "a page of another site may not listen here");
}

/* --- CORS --- */

bool browser_is_preflight(const struct browser *b, const struct http_request *rq)
{
	return b->hub && rq->method == HTTP_OPTIONS && may_cross(b, http_header(rq, "Origin")) &&
	       http_header(rq, "Access-Control-Request-Method").p;
}

void browser_answer_preflight(struct http_request *rq)
{
	http_extra(rq, "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
	http_extra(rq, "Access-Control-Allow-Headers",
		   "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id");
	http_extra(rq, "Access-Control-Max-Age", "600");
	http_reply(rq, 204, NULL, NULL);
}

void browser_headers(const struct browser *b, struct http_request *rq, struct buf *out)
{
	struct slice origin = http_header(rq, "Origin");

	if (!b->hub)
		return;
	buf_str(out, "Vary: Origin\r\n");
	if (!may_cross(b, origin))
		return;
	buf_printf(out, "Access-Control-Allow-Origin: %.*s\r\n", (int)origin.len, origin.p);
	buf_str(out, "Access-Control-Expose-Headers: ETag, Location, Retry-After, X-Request-Id\r\n");
}
