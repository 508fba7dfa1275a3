/* Fan-out: N WebSockets, one publisher, and how long until everybody has it.
 *
 *	fan realtimed RUN_DIR PID N MODE SECONDS	we play fexl-apid
 *	fan peer PORT PID N MODE SECONDS		a server that sends every message on to all others
 *
 * MODE: inflight=2, inflight=16 (so many publishes are under way at once),
 * paced=20 (a second: for the latency), idle.  PID is the server's, for its CPU
 * and memory.  Prints one line of KEY=VALUE. */
#include "base/base.h"
#include "base/clock.h"
#include "base/log.h"
#include "wire/wire.h"
#include "ws/ws.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define HEAD_MAX 1024
#define SAMPLES_MAX 4000000
#define FLIGHTS 1024			/* more than are ever under way */
#define PAYLOAD 190			/* as long as an event of ours */

struct fan {
	int n, pid;
	int *fd;
	int64_t *bytes;			/* each client has got */
	int64_t heads;			/* clients whose handshake is over */
	int epoll;
	int64_t frame;			/* bytes of one message */
	int64_t total;			/* bytes of all */
	int64_t published, complete;	/* messages; complete: everybody has it */
	int64_t sent_at[FLIGHTS];
	uint32_t *latency;		/* microseconds, one a delivery */
	size_t n_latency;
	bool timing;
	/* ours */
	struct event_base *base;
	struct wire_hub *hub;
	struct wire_peer *realtimed;
	struct uuid tenant;
	/* a peer's */
	int publisher, port;
};

static void give_up(const char *what)
{
	fprintf(stderr, "fan: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- the server, from outside --- */

static int64_t cpu_us(int pid)
{
	char path[64], line[1024] = "";
	long user = 0, system = 0;
	const char *p;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f || !fgets(line, sizeof line, f) || !(p = strrchr(line, ')')) ||
	    sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2)
		give_up(path);
	fclose(f);
	return (int64_t)(user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

static int64_t rss_kb(int pid)
{
	char path[64], line[256];
	long kb = -1;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && kb < 0 && fgets(line, sizeof line, f))
		if (sscanf(line, "RssAnon: %ld", &kb) != 1)
			kb = -1;
	if (!f || kb < 0)
		give_up(path);
	fclose(f);
	return kb;
}

/* --- clients --- */

/* One port of one address is not enough for 50,000. */
static struct sockaddr_in address(int i, int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(i / 20000)) };
}

static int dial(int i, int port)
{
	struct sockaddr_in to = address(i, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		give_up("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	return fd;
}

static void watch(struct fan *f, int i, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u32 = (uint32_t)i };

	f->fd[i] = fd;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		give_up("epoll_ctl");
}

/* Byte by byte, so that nothing behind the head is taken. */
static void read_head(int fd)
{
	char head[HEAD_MAX] = "";
	size_t n = 0;

	while (n < 4 || memcmp(head + n - 4, "\r\n\r\n", 4) != 0)
		if (n == HEAD_MAX || recv(fd, head + n++, 1, 0) != 1)
			give_up("no head");
	if (!strstr(head, " 101 "))
		give_up(head);
}

static void ask(int fd)
{
	struct buf out = { 0 };

	ws_add_asking(&out, "localhost", "/", KEY, "");
	if (send(fd, out.data, out.len, 0) != (ssize_t)out.len)
		give_up("send");
	buf_release(&out);
	read_head(fd);
}

/* Each message that one has now got whole. */
static void note(struct fan *f, int i, int64_t more)
{
	int64_t before = f->bytes[i] / f->frame, now = clock_boot();

	f->bytes[i] += more;
	f->total += more;
	for (int64_t k = before; f->timing && k < f->bytes[i] / f->frame && f->n_latency < SAMPLES_MAX; k++)
		f->latency[f->n_latency++] = (uint32_t)(now - f->sent_at[k % FLIGHTS]);
}

static void read_some(struct fan *f, int wait_ms)
{
	static char data[1 << 16];
	struct epoll_event e[512];
	int n = epoll_wait(f->epoll, e, (int)ARRAY_LEN(e), wait_ms);

	for (int k = 0; k < n; k++) {
		int i = (int)e[k].data.u32;
		ssize_t got = recv(f->fd[i], data, sizeof data, 0);

		if (got <= 0)
			give_up("a client was closed");
		note(f, i, got);
	}
	f->complete = f->total / f->frame / f->n;	/* on the average; exact when all is read */
}

/* --- ours --- */

static void on_up(struct wire_peer *peer, const char *name UNUSED, pid_t pid UNUSED, void *ctx)
{
	((struct fan *)ctx)->realtimed = peer;
}

static void on_down(struct wire_peer *peer UNUSED, const char *why, void *ctx UNUSED)
{
	errno = 0;
	give_up(why);
}

static void hand_over(struct fan *f, int fd)
{
	struct wire_msg m = { .type = WIRE_SOCKET };

	m.v[SOCKET_KEY] = (struct wire_value){ .set = true, .s = KEY };
	m.v[SOCKET_TENANT] = (struct wire_value){ .set = true, .u = f->tenant };
	m.v[SOCKET_BROWSER] = (struct wire_value){ .set = true, .b = false };
	if (!wire_send_fd(f->realtimed, &m, fd))
		give_up("hand-over");
	close(fd);
}

static int listen_on(int i, int *port)
{
	struct sockaddr_in at = address(i, *port);
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 1024) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		give_up("listen");
	*port = ntohs(at.sin_port);
	return fd;
}

static void open_ours(struct fan *f, const char *run_dir)
{
	struct wire_events ev = { .up = on_up, .down = on_down, .ctx = f };
	struct err err = { 0 };
	char path[256];

	snprintf(path, sizeof path, "%s/apid.wire", run_dir);
	f->base = event_base_new();
	f->tenant = uuid_v7();
	f->hub = wire_hub_new(f->base, "fexl-apid", path, ev, &err);
	if (!f->hub)
		give_up(err.text);
	while (!f->realtimed)
		event_base_loop(f->base, EVLOOP_ONCE);
	for (int i = 0, door = -1, port = 0; i < f->n; i++) {
		int fd;

		if (i % 20000 == 0)
			door = (port = 0, listen_on(i, &port));
		fd = dial(i, port);
		hand_over(f, accept4(door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
		event_base_loop(f->base, EVLOOP_NONBLOCK);
		read_head(fd);
		watch(f, i, fd);
	}
}

static void publish_ours(struct fan *f)
{
	struct wire_msg m = { .type = WIRE_EVENTS };
	char list[256];

	snprintf(list, sizeof list, "[{\"event\":\"invoice:created\",\"uuid\":\"%s\",\"at\":%lld}]", uuid_text(f->tenant).s,
		 (long long)clock_wall());
	m.v[EVENTS_TENANT] = (struct wire_value){ .set = true, .u = f->tenant };
	m.v[EVENTS_LIST] = (struct wire_value){ .set = true, .s = list };
	wire_send(f->realtimed, &m);
	event_base_loop(f->base, EVLOOP_NONBLOCK);
}

/* --- a peer's --- */

static void open_peer(struct fan *f, int port)
{
	f->port = port;
	for (int i = 0; i < f->n; i++) {
		int fd = dial(0, port);

		ask(fd);
		watch(f, i, fd);
	}
	f->publisher = dial(0, port);
	ask(f->publisher);
}

static void publish_peer(struct fan *f)
{
	struct buf out = { 0 };
	char text[PAYLOAD];

	memset(text, 'x', sizeof text);
	ws_add(&out, WS_CLIENT, WS_TEXT, text, sizeof text);
	if (send(f->publisher, out.data, out.len, 0) != (ssize_t)out.len)
		give_up("publish");
	buf_release(&out);
}

/* --- measuring --- */

static void publish(struct fan *f)
{
	f->sent_at[f->published++ % FLIGHTS] = clock_boot();
	(f->hub ? publish_ours : publish_peer)(f);
}

/* The first message tells how long they are. */
static void first(struct fan *f)
{
	int64_t end = clock_boot() + 30 * SECOND_US;
	int quiet = 0;

	f->frame = INT64_MAX;
	publish(f);
	while ((quiet < 5 || f->total % f->n != 0) && clock_boot() < end) {
		int64_t before = f->total;

		read_some(f, 50);
		quiet = f->total > 0 && f->total == before ? quiet + 1 : 0;
	}
	f->frame = f->total / f->n;
	if (f->total != f->frame * f->n)
		give_up("not everybody has the first message");
	f->complete = 1;
}

static void run_inflight(struct fan *f, int inflight, int64_t until)
{
	while (clock_boot() < until) {
		while (f->published - f->complete < inflight)
			publish(f);
		read_some(f, 1000);
	}
}

static void run_paced(struct fan *f, int a_second, int64_t until)
{
	int64_t next = clock_boot();

	f->timing = true;
	while (clock_boot() < until) {
		int64_t now = clock_boot();

		if (now >= next) {
			publish(f);
			next += SECOND_US / a_second;
		}
		read_some(f, (int)MAX((next - clock_boot()) / 1000, 0));
	}
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double percentile(struct fan *f, double p)
{
	if (f->n_latency == 0)
		return 0;
	return f->latency[(size_t)((double)(f->n_latency - 1) * p)] / 1000.0;
}

static void measure(struct fan *f, const char *mode, int seconds)
{
	int64_t cpu = cpu_us(f->pid), began = clock_boot(), had = f->total, until = began + seconds * SECOND_US;
	double deliveries, took;

	if (strncmp(mode, "inflight=", 9) == 0)
		run_inflight(f, atoi(mode + 9), until);
	else
		run_paced(f, atoi(mode + 6), until);
	took = (double)(clock_boot() - began) / 1e6;
	deliveries = (double)(f->total - had) / (double)f->frame;
	qsort(f->latency, f->n_latency, sizeof *f->latency, by_size);
	printf("clients=%d bytes=%lld deliveries_s=%.0f cpu_us=%.3f p50_ms=%.2f p95_ms=%.2f p99_ms=%.2f\n", f->n,
	       (long long)f->frame, deliveries / took, (double)(cpu_us(f->pid) - cpu) / deliveries, percentile(f, 0.5),
	       percentile(f, 0.95), percentile(f, 0.99));
}

/* A ping or two go by meanwhile; who did not answer would be dropped. */
static void rest(struct fan *f, int64_t rss_before, int seconds)
{
	int64_t cpu = cpu_us(f->pid), rss = rss_kb(f->pid);

	sleep((unsigned)seconds);
	printf("clients=%d rss_kb=%lld kb_each=%.3f cpu_ms_s=%.2f\n", f->n, (long long)rss,
	       (double)(rss - rss_before) / f->n, (double)(cpu_us(f->pid) - cpu) / 1000.0 / seconds);
}

int main(int argc, char **argv)
{
	struct fan f = { .epoll = epoll_create1(EPOLL_CLOEXEC) };
	struct rlimit files;
	int64_t rss;

	if (argc != 7)
		give_up("realtimed RUN_DIR PID N MODE SECONDS, or peer PORT PID N MODE SECONDS");
	log_init("fan", LOG_LEVEL_ERROR);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	f.pid = atoi(argv[3]);
	f.n = atoi(argv[4]);
	f.fd = x_alloc(sizeof *f.fd * (size_t)f.n);
	f.bytes = x_alloc(sizeof *f.bytes * (size_t)f.n);
	f.latency = x_alloc(sizeof *f.latency * SAMPLES_MAX);
	rss = rss_kb(f.pid);
	if (strcmp(argv[1], "realtimed") == 0)
		open_ours(&f, argv[2]);
	else
		open_peer(&f, atoi(argv[2]));
	if (strcmp(argv[5], "idle") == 0) {
		rest(&f, rss, atoi(argv[6]));
		return 0;
	}
	first(&f);
	measure(&f, argv[5], atoi(argv[6]));
	return 0;
}
