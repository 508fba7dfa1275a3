/* A person with curl at syncd's socket; the world goes on meanwhile. */
#include "base/base.h"
#include "world.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

struct asking {
	int fd;
	struct buf in;
	bool ended;
};

static bool has_connected(struct world *w, const void *arg)
{
	struct asking *a = (struct asking *)arg;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	snprintf(sa.sun_path, sizeof sa.sun_path, "%.80s/syncd.sock", w->f->dir);
	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (connect(a->fd, (struct sockaddr *)&sa, sizeof sa) == 0)
		return true;
	close(a->fd);
	return false;
}

static bool has_answered(struct world *w UNUSED, const void *arg)
{
	struct asking *a = (struct asking *)arg;
	ssize_t n = recv(a->fd, buf_room(&a->in, 65536), 65536, 0);

	if (n > 0)
		buf_used(&a->in, (size_t)n);
	return n == 0 || (n < 0 && errno != EAGAIN);
}

struct reply world_ask(struct world *w, const char *method, const char *path)
{
	struct reply r = { 0 };
	struct asking a = { .fd = -1 };
	char request[200];
	const char *body;

	until(w, has_connected, &a);
	snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		 method, path);
	assert_int_equal(send(a.fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	until(w, has_answered, &a);
	close(a.fd);
	assert_int_equal(sscanf(a.in.data, "HTTP/1.1 %d", &r.status), 1);
	body = strstr(a.in.data, "\r\n\r\n");
	assert_non_null(body);
	must(w->f, json_parse(w->f->pool, body + 4, strlen(body + 4), &r.body, &w->f->err));
	buf_release(&a.in);
	return r;
}

struct json world_status(struct world *w)
{
	struct reply r = world_ask(w, "GET", "/status");

	assert_int_equal(r.status, 200);
	return r.body;
}
