/* Where a request comes from, for whoever counts what one does there.  Behind a
 * proxy that is what the proxy says, if it is one of trusted_proxies: anybody can
 * send X-Forwarded-For. */
#include "base/base.h"
#include "apid/call.h"

#include <arpa/inet.h>
#include <strings.h>

#define NAME "X-Forwarded-For"
#define NETWORK_BYTES 8		/* of an IPv6 address: a household has that many to choose from */

/* "192.0.2.7:80" and "[::1]:80" without port and brackets. */
static struct slice bare(const char *address)
{
	const char *colon = strrchr(address, ':');
	size_t len = colon ? (size_t)(colon - address) : strlen(address);

	if (address[0] == '[' && len >= 2)
		return (struct slice){ address + 1, len - 2 };
	return (struct slice){ address, len };
}

static bool is_listed(const char *list, struct slice name)
{
	while (*list) {
		size_t len;

		list += strspn(list, ", \t");
		len = strcspn(list, ", \t");
		if (len > 0 && len == name.len && memcmp(list, name.p, len) == 0)
			return true;
		list += len;
	}
	return false;
}

/* The last header of that name, and in it the last address: what is before it a
 * client may have sent itself. */
static struct slice forwarded_for(const struct http_request *rq)
{
	struct slice last = { "", 0 };
	size_t from;

	for (size_t i = 0; i < rq->n_headers; i++) {
		struct slice name = rq->headers[i].name;

		if (name.len == sizeof NAME - 1 && strncasecmp(name.p, NAME, name.len) == 0)
			last = rq->headers[i].value;
	}
	from = last.len;
	while (from > 0 && last.p[from - 1] != ',' && last.p[from - 1] != ' ')
		from--;
	return (struct slice){ last.p + from, last.len - from };
}

/* One text for one caller, or for one network of IPv6. */
static const char *tidy(struct pool *pool, struct slice address)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	struct in_addr v4;

	if (address.len >= sizeof text)
		return NULL;
	memcpy(text, address.p, address.len);
	text[address.len] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1)
		return pool_strdup(pool, text);
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return NULL;
	if (IN6_IS_ADDR_V4MAPPED(&v6))
		return pool_strdup(pool, inet_ntop(AF_INET, v6.s6_addr + 12, text, sizeof text));
	memset(v6.s6_addr + NETWORK_BYTES, 0, sizeof v6.s6_addr - NETWORK_BYTES);
	return pool_printf(pool, "%s/64", inet_ntop(AF_INET6, &v6, text, sizeof text));
}

const char *call_source(const struct call *c)
{
	const struct http_request *rq = c->rq;
	struct slice peer = bare(rq->peer->address);
	const char *text = NULL;

	if (rq->peer->local)
		return "unix";
	if (is_listed(conf_str(c->apid->conf, "trusted_proxies"), peer))
		text = tidy(c->pool, forwarded_for(rq));
	if (!text)
		text = tidy(c->pool, peer);
	return text ? text : "unknown";
}
