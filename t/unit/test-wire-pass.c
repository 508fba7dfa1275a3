/* Descriptors that travel with a message: they arrive, in order, once; nobody
 * fills our table with others. */
#include "base/base.h"
#include "wire/wire.h"
#include "base/clock.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#define HELLO "{\"type\":\"hello\",\"from\":\"raw\",\"version\":1}"
#define SOCKET "{\"type\":\"socket\",\"key\":\"k\",\"tenant\":\"0192f3c4-6b7a-7d2e-9a1b-2c3d4e5f6071\",\"browser\":true}"
#define PATIENCE_US (4 * SECOND_US)
#define MANY 100

static struct event_base *base;
static struct wire_hub *hub;
static struct wire_link *wire_link;
static struct wire_peer *to;		/* the hub's view of who listens */
static char dir[64], path[96];
static int got[MANY], n_got, downs;
static bool takes = true;

static void hub_up(struct wire_peer *peer, const char *name UNUSED, pid_t pid UNUSED, void *ctx UNUSED)
{
	to = peer;
}

static void gone(struct wire_peer *peer UNUSED, const char *why UNUSED, void *ctx UNUSED)
{
	downs++;
}

static void on_message(struct wire_peer *peer, const struct wire_msg *m, void *ctx UNUSED)
{
	assert_int_equal(m->type, WIRE_SOCKET);
	assert_true(n_got < MANY);
	got[n_got++] = takes ? wire_take_fd(peer) : -1;
}

static bool turn_until(const int *n, int want)
{
	for (int64_t end = clock_boot() + PATIENCE_US; *n < want && clock_boot() < end; usleep(200))
		event_base_loop(base, EVLOOP_NONBLOCK);
	return *n == want;
}

static bool turn_until_there(void)
{
	for (int64_t end = clock_boot() + PATIENCE_US; !to && clock_boot() < end; usleep(200))
		event_base_loop(base, EVLOOP_NONBLOCK);
	return to != NULL;
}

static int set_up(void **state UNUSED)
{
	struct wire_events at_hub = { .up = hub_up, .down = gone }, at_link = { .message = on_message, .down = gone };
	struct err err = { 0 };

	snprintf(dir, sizeof dir, "/tmp/fexl-pass-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/apid.wire", dir);
	alarm(30);
	base = event_base_new();
	to = NULL;
	n_got = downs = 0;
	takes = true;
	hub = wire_hub_new(base, "fexl-apid", path, at_hub, &err);
	wire_link = wire_link_new(base, "fexl-realtimed", path, 20, at_link);
	return hub ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
	wire_link_free(&wire_link);
	wire_hub_free(&hub);
	event_base_free(base);
	return rmdir(dir);
}

static struct wire_msg a_socket(void)
{
	struct wire_msg m = { .type = WIRE_SOCKET };

	m.v[SOCKET_KEY] = (struct wire_value){ .set = true, .s = "k" };
	m.v[SOCKET_TENANT] = (struct wire_value){ .set = true };
	m.v[SOCKET_BROWSER] = (struct wire_value){ .set = true };
	return m;
}

/* A pipe whose other end tells which one it is. */
static void send_pipe(char mark)
{
	struct wire_msg m = a_socket();
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], &mark, 1), 1);
	assert_true(wire_send_fd(to, &m, ends[0]));
	close(ends[0]);
	close(ends[1]);
}

static int open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void they_arrive_in_order_however_many_wait(void **state UNUSED)
{
	char mark;

	assert_true(turn_until_there());
	for (int i = 0; i < MANY; i++)
		send_pipe((char)i);
	assert_true(turn_until(&n_got, MANY));
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(read(got[i], &mark, 1), 1);
		assert_int_equal(mark, i);
		assert_true(fcntl(got[i], F_GETFD) & FD_CLOEXEC);
		close(got[i]);
	}
}

static void what_nobody_takes_is_closed(void **state UNUSED)
{
	int before;

	assert_true(turn_until_there());
	takes = false;
	before = open_descriptors();
	for (int i = 0; i < 10; i++)
		send_pipe('x');
	assert_true(turn_until(&n_got, 10));
	assert_true(open_descriptors() <= before + 1);
}

static void what_waits_for_somebody_who_goes_is_closed(void **state UNUSED)
{
	int before;

	assert_true(turn_until_there());
	before = open_descriptors();
	for (int i = 0; i < MANY; i++)
		send_pipe('x');
	wire_link_free(&wire_link);
	assert_true(turn_until(&downs, 1));
	assert_true(open_descriptors() < before);
}

/* --- who sends what he should not --- */

static int raw_connect(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_true(send(fd, HELLO, sizeof HELLO - 1, 0) > 0);
	return fd;
}

static void raw_send(int fd, const char *text, int n)
{
	struct iovec part = { (char *)text, strlen(text) };
	char control[CMSG_SPACE(3 * sizeof(int))] = { 0 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = CMSG_SPACE((size_t)n * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
	for (int i = 0; i < n; i++)
		memcpy(CMSG_DATA(c) + (size_t)i * sizeof(int), &fd, sizeof fd);
	assert_true(sendmsg(fd, &m, 0) > 0);
}

static void a_descriptor_where_none_belongs_ends_the_friendship(void **state UNUSED)
{
	static const struct {
		const char *text;
		int descriptors;
	} wrong[] = {
		{ "{\"type\":\"kick\",\"why\":\"x\"}", 1 },
		{ "{\"type\":\"kick\",\"why\":\"x\"}", 3 },
		{ SOCKET, 2 },
		{ "no JSON", 1 },
	};

	assert_true(turn_until_there());
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		int before = open_descriptors(), peers = downs, fd = raw_connect();

		raw_send(fd, wrong[i].text, wrong[i].descriptors);
		/* Three to a kick are closed at once; the kick itself is in order. */
		if (wrong[i].descriptors != 3)
			assert_true(turn_until(&downs, peers + 1));
		close(fd);
		assert_true(turn_until(&downs, peers + 1));
		assert_int_equal(open_descriptors(), before);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

UNIT_MAIN(
	TEST(they_arrive_in_order_however_many_wait),
	TEST(what_nobody_takes_is_closed),
	TEST(what_waits_for_somebody_who_goes_is_closed),
	TEST(a_descriptor_where_none_belongs_ends_the_friendship),
)
