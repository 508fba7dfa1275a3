/* A small HTTP load generator: N connections that are kept, each sends its next
 * request when the answer before was right.  An answer is right when it has the
 * status wanted, its whole body, and in it what the task expects; a wrong one
 * ends the run.
 *
 *	load [option…] TASKS		(see tasks.h)
 *	-a ADDRESS:PORT		IPv4
 *	-c N			connections
 *	-s SECONDS		measured, after -w MS of warming up
 *	-e STATUS		wanted
 *	-H LINE			one more header, may be repeated
 *	-p PID			whose CPU time and memory are read as well
 *
 * Prints count, requests/s, percentiles of the time from sending to the last
 * byte, and microseconds of CPU that PID used for each. */
#include "base/base.h"
#include "tasks.h"

#include "base/buf.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS_MAX 1024
#define COUNT_MAX 8000000	/* a run ends at so many requests */
#define ANSWER_MAX 65536
#define SILENCE_MS 10000	/* no answer at all for so long: give up */

struct conn {
	int fd;
	const struct task *task;
	char uuid[UUID_TEXT_LEN + 1];
	int64_t sent_at;
	size_t len;
	char answer[ANSWER_MAX + 1];
};

static struct load {
	struct tasks tasks;
	int next_task;
	struct sockaddr_in at;
	int conns, seconds, warm_ms, pid;
	const char *status;
	struct buf headers;
	int epoll;
	int64_t from, until;	/* clock_boot(): what is counted */
	uint32_t *took_us;
	int count;
} load = { .conns = 1, .seconds = 2, .warm_ms = 300, .status = "200" };

/* --- the server's side, from /proc --- */

static int64_t cpu_us_of(int pid)
{
	char path[40], text[1024], *at;
	long long user, system;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	if (!pid || !(f = fopen(path, "r")))
		return 0;
	at = fgets(text, sizeof text, f) ? strrchr(text, ')') : NULL;
	fclose(f);
	if (!at || sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld", &user, &system) != 2)
		die("%s: not understood", path);
	return (user + system) * SECOND_US / sysconf(_SC_CLK_TCK);
}

static long rss_kb_of(int pid)
{
	char path[40], line[200];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	if (!pid || !(f = fopen(path, "r")))
		return 0;
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "VmRSS: %ld", &kb) == 1)
			break;
	fclose(f);
	return kb;
}

/* --- asking --- */

static void send_next(struct conn *c)
{
	static char request[ANSWER_MAX];
	const struct task *t = &load.tasks.task[load.next_task];
	int len;

	load.next_task = (load.next_task + 1) % load.tasks.n;
	if (t->uuid) {
		uuid_format(uuid_v7(), c->uuid);
		memcpy(t->uuid, c->uuid, UUID_TEXT_LEN);
	}
	len = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s", t->method, t->path, load.headers.data);
	len += snprintf(request + len, sizeof request - (size_t)len, t->body_len ?
			"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s" : "\r\n", t->body_len, t->body);
	if (len >= (int)sizeof request)
		die("%s: a request of this size is too large", t->path);
	c->task = t;
	c->len = 0;
	c->sent_at = clock_boot();
	if (write(c->fd, request, (size_t)len) != len)
		die("%s %s: not sent: %m", t->method, t->path);
}

static void conn_open(struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&load.at, sizeof load.at) < 0)
		die("cannot connect: %m");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &ev) < 0)
		die("epoll: %m");
	send_next(c);
}

/* --- judging --- */

static void wrong(const struct conn *c, const char *what)
{
	die("%s %s: %s: %.600s", c->task->method, c->task->path, what, c->answer);
}

static void check(const struct conn *c, const char *body)
{
	if (strncmp(c->answer, "HTTP/1.1 ", 9) != 0 || strncmp(c->answer + 9, load.status, 3) != 0)
		wrong(c, "another status was wanted");
	if (!strstr(body, c->task->expected))
		wrong(c, "the answer lacks what was expected");
	if (c->task->uuid && !strstr(body, c->uuid))
		wrong(c, "the answer is about something else");
}

/* The body if the answer is whole, else NULL. */
static const char *whole(const struct conn *c)
{
	const char *end = strstr(c->answer, "\r\n\r\n");
	const char *length = end ? strcasestr(c->answer, "\r\nContent-Length:") : NULL;
	size_t have, want;

	if (!end)
		return NULL;
	if (!length || length > end)
		wrong(c, "there is no Content-Length");
	have = c->len - (size_t)(end + 4 - c->answer);
	want = strtoul(length + 17, NULL, 10);
	if (have > want)
		wrong(c, "more came than was asked for");
	return have == want ? end + 4 : NULL;
}

static void count(const struct conn *c)
{
	int64_t now = clock_boot();

	if (now >= load.from && now < load.until && load.count < COUNT_MAX)
		load.took_us[load.count++] = (uint32_t)(now - c->sent_at);
}

static void heard(struct conn *c)
{
	ssize_t n = read(c->fd, c->answer + c->len, ANSWER_MAX - c->len);
	const char *body;

	if (n <= 0)
		die("%s %s: the server hung up", c->task->method, c->task->path);
	c->len += (size_t)n;
	c->answer[c->len] = '\0';
	if (!(body = whole(c)))
		return;
	check(c, body);
	count(c);
	send_next(c);
}

/* --- a run --- */

static void turn(void)
{
	struct epoll_event ev[128];
	int n = epoll_wait(load.epoll, ev, ARRAY_LEN(ev), SILENCE_MS);

	if (n == 0)
		die("no answer for %d ms", SILENCE_MS);
	if (n < 0 && errno != EINTR)
		die("epoll: %m");
	for (int i = 0; i < n; i++)
		heard(ev[i].data.ptr);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void report(int64_t used_us)
{
	uint32_t *t = load.took_us;
	size_t n = (size_t)load.count;

	if (n == 0)
		die("nothing was answered");
	qsort(t, n, sizeof *t, by_size);
	printf("per_s=%.0f p50_us=%u p95_us=%u p99_us=%u max_us=%u cpu_us=%.2f rss_kb=%ld count=%zu\n",
	       (double)n / load.seconds, t[n / 2], t[n * 95 / 100], t[n * 99 / 100], t[n - 1],
	       (double)used_us / (double)n, rss_kb_of(load.pid), n);
}

static void run(void)
{
	struct conn *conns = x_alloc(sizeof *conns * (size_t)load.conns);
	int64_t used;

	load.took_us = x_alloc(COUNT_MAX * sizeof *load.took_us);
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.from = INT64_MAX;
	for (int i = 0; i < load.conns; i++)
		conn_open(&conns[i]);
	for (int64_t warm = clock_boot() + load.warm_ms * 1000; clock_boot() < warm; )
		turn();
	used = cpu_us_of(load.pid);
	load.from = clock_boot();
	load.until = load.from + load.seconds * SECOND_US;
	while (clock_boot() < load.until && load.count < COUNT_MAX)
		turn();
	report(cpu_us_of(load.pid) - used);
}

/* --- the command line --- */

static void set_address(const char *text)
{
	char host[64];
	int port;

	load.at.sin_family = AF_INET;
	if (sscanf(text, "%63[^:]:%d", host, &port) != 2 || inet_pton(AF_INET, host, &load.at.sin_addr) != 1)
		die("-a %s: an IPv4 address and a port are wanted", text);
	load.at.sin_port = htons((uint16_t)port);
}

static void set_option(int option, const char *arg)
{
	switch (option) {
	case 'a':
		set_address(arg);
		break;
	case 'c':
		load.conns = MIN(MAX(atoi(arg), 1), CONNS_MAX);
		break;
	case 's':
		load.seconds = MAX(atoi(arg), 1);
		break;
	case 'w':
		load.warm_ms = atoi(arg);
		break;
	case 'e':
		load.status = arg;
		break;
	case 'p':
		load.pid = atoi(arg);
		break;
	case 'H':
		buf_printf(&load.headers, "%s\r\n", arg);
		break;
	default:
		die("usage: load -a ADDRESS:PORT [-c N] [-s SECONDS] [-w MS] [-e STATUS] [-H LINE] [-p PID] TASKS");
	}
}

int main(int argc, char **argv)
{
	int option;

	buf_str(&load.headers, "");
	while ((option = getopt(argc, argv, "a:c:s:w:e:H:p:")) != -1)
		set_option(option, optarg);
	if (optind != argc - 1 || !load.at.sin_port)
		set_option('?', NULL);
	tasks_read(&load.tasks, argv[optind]);
	run();
	return 0;
}
