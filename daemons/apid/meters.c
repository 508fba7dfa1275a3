/* The figures of all daemons on one loopback address, for a collector that
 * cannot ask a Unix socket: /metrics is ours, those of the others are fetched
 * from their sockets and handed on as they are. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS 16
#define FETCH_S 5
#define FETCH_MAX ((size_t)1 << 20)

struct fetch {
	TAILQ_ENTRY(fetch) link;
	struct meters *meters;
	struct http_request *rq;
	const char *daemon;
	int fd;
	struct event *readable;		/* with its time-out */
	struct buf in;
};

struct meters {
	struct apid *apid;
	struct http_server *http;
	TAILQ_HEAD(, fetch) fetches;
};

/* --- the others --- */

static void fetch_free(struct fetch *f)
{
	TAILQ_REMOVE(&f->meters->fetches, f, link);
	event_free(f->readable);
	close(f->fd);
	buf_release(&f->in);
	free(f);
}

static void refuse(struct http_request *rq, const char *daemon, const char *why)
{
	struct err err = { 0 };

	err_set(&err, ERR_BUSY, "no_answer", "fexl-%s does not answer: %s", daemon, why);
	http_reply_problem(rq, &err);
}

static void fetched(struct fetch *f)
{
	static const char good[] = "HTTP/1.1 200 ", end[] = "\r\n\r\n";
	const char *body = f->in.len > 0 ? memmem(f->in.data, f->in.len, end, sizeof end - 1) : NULL;
	struct buf text = { 0 };

	if (!body || strncmp(f->in.data, good, sizeof good - 1) != 0) {
		refuse(f->rq, f->daemon, "what it said was no answer");
	} else {
		body += sizeof end - 1;
		buf_add(&text, body, f->in.len - (size_t)(body - f->in.data));
		http_reply(f->rq, 200, SERVICE_METRICS_TYPE, &text);
	}
	fetch_free(f);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *f = arg;
	char bytes[16384];
	ssize_t n = what & EV_READ ? recv(fd, bytes, sizeof bytes, 0) : -1;

	if (n < 0 && what & EV_READ && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 || f->in.len > FETCH_MAX) {
		refuse(f->rq, f->daemon, what & EV_TIMEOUT ? "it hangs" : "it broke off");
		fetch_free(f);
	} else if (n == 0) {
		fetched(f);
	} else {
		buf_add(&f->in, bytes, (size_t)n);
	}
}

static int ask(const char *path)
{
	static const char rq[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
	    send(fd, rq, sizeof rq - 1, MSG_NOSIGNAL) == (ssize_t)sizeof rq - 1)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void fetch(struct meters *m, struct http_request *rq, const char *daemon, const char *socket)
{
	static const struct timeval patience = { FETCH_S, 0 };
	int fd = ask(service_path(m->apid->svc, socket));
	struct fetch *f;

	if (fd < 0) {
		refuse(rq, daemon, "it does not run");
		return;
	}
	f = x_alloc(sizeof *f);
	f->meters = m;
	f->rq = rq;
	f->daemon = daemon;
	f->fd = fd;
	f->readable = event_new(m->apid->base, fd, EV_READ | EV_PERSIST, on_readable, f);
	if (!f->readable || event_add(f->readable, &patience) < 0)
		panic("no room for an event");
	TAILQ_INSERT_TAIL(&m->fetches, f, link);
}

/* --- who asks --- */

static const struct place {
	struct route_key key;
	const char *daemon, *socket;	/* NULL: ourselves */
} places[] = {
	{ { HTTP_GET, "/metrics" }, NULL, NULL },
	{ { HTTP_GET, "/metrics/syncd" }, "syncd", "syncd.sock" },
	{ { HTTP_GET, "/metrics/realtimed" }, "realtimed", "realtimed.sock" },
	{ { HTTP_GET, NULL }, NULL, NULL },
};

static void on_request(struct http_request *rq, void *ctx)
{
	struct meters *m = ctx;
	struct err err = { 0 };
	struct route_match match;

	if (browser_check(m->apid->browser, rq, &err) < 0) {
		http_reply_problem(rq, &err);
		return;
	}
	route_find(places, sizeof places[0], rq, &match);
	if (match.route < 0) {
		err_set(&err, ERR_NOT_FOUND, "not_found", "here are /metrics, /metrics/syncd and /metrics/realtimed");
		http_reply_problem(rq, &err);
	} else if (places[match.route].daemon) {
		fetch(m, rq, places[match.route].daemon, places[match.route].socket);
	} else {
		service_answer_metrics(rq, m->apid->svc);
	}
}

/* --- life --- */

int meters_open(struct apid *a, struct err *err)
{
	const char *address = conf_str(a->conf, "metrics_listen");
	struct http_limits limits = http_default_limits;
	struct http_handler handler = { .request = on_request };
	struct meters *m;
	char where[64];

	if (!*address)
		return 0;
	/* What a shop sells in a day is nobody's business on the network. */
	if (!address_is_loopback(address))
		return err_set(err, ERR_INPUT, "option_value",
			       "metrics_listen is \"%s\": only a loopback address will do, as 127.0.0.1:9639", address);
	m = a->meters = x_alloc(sizeof *m);
	m->apid = a;
	TAILQ_INIT(&m->fetches);
	limits.connections = CONNECTIONS;
	handler.ctx = m;
	m->http = http_server_new(a->base, &limits, handler);
	if (http_listen_tcp(m->http, address, where, err) < 0)
		return -1;
	log_info("figures on http://%s/metrics", where);
	return 0;
}

void meters_free(struct meters **mp)
{
	struct meters *m = *mp;

	if (!m)
		return;
	*mp = NULL;
	while (!TAILQ_EMPTY(&m->fetches))
		fetch_free(TAILQ_FIRST(&m->fetches));
	http_server_free(&m->http);
	free(m);
}
