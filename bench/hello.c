/* The limit of GET by id: one epoll loop that answers every request with the
 * same bytes, without a parser, a route, a sign-in or a database.
 *
 *	hello FILE	the body of every answer; prints its port, runs until SIGTERM */
#include "base/base.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX 65536

static char answer[ANSWER_MAX];
static size_t answer_len;

static void make_answer(const char *file)
{
	static char body[ANSWER_MAX - 200];
	FILE *f = fopen(file, "r");
	size_t len;

	if (!f)
		err(1, "%s", file);
	len = fread(body, 1, sizeof body - 1, f);
	fclose(f);
	answer_len = (size_t)snprintf(answer, sizeof answer,
				      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
				      len, body);
}

static int listen_anywhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		err(1, "listen");
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

static void take(int epoll, int listener)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) };
	int on = 1;

	if (ev.data.fd < 0)
		return;
	setsockopt(ev.data.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, ev.data.fd, &ev) < 0)
		err(1, "epoll_ctl");
}

/* The load generator sends a request at once, and the next only after the answer. */
static void serve(int fd)
{
	char request[16384];
	ssize_t n = read(fd, request, sizeof request);

	if (n <= 0 || write(fd, answer, answer_len) != (ssize_t)answer_len)
		close(fd);
}

int main(int argc, char **argv)
{
	struct epoll_event ev[64];
	int listener, epoll = epoll_create1(EPOLL_CLOEXEC);

	if (argc != 2)
		errx(2, "usage: hello FILE");
	make_answer(argv[1]);
	listener = listen_anywhere();
	ev[0] = (struct epoll_event){ .events = EPOLLIN, .data.fd = listener };
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &ev[0]) < 0)
		err(1, "epoll");
	for (;;) {
		int n = epoll_wait(epoll, ev, ARRAY_LEN(ev), -1);

		for (int i = 0; i < n; i++)
			if (ev[i].data.fd == listener)
				take(epoll, listener);
			else
				serve(ev[i].data.fd);
	}
}
