/* Partners on a socket: they find each other, again and again; whoever is
 * foreign, slow, rude or dead is dropped, and nobody waits for him. */
#include "base/base.h"
#include "wire/wire.h"
#include "base/clock.h"
#include "unit.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#define HELLO "{\"type\":\"hello\",\"from\":\"raw\",\"version\":1}"
#define RETRY_MS 20
#define PATIENCE_MS 4000
#define NOBODY 65534

/* What one side has seen. */
struct seen {
	struct wire_peer *peer;		/* the last that came up */
	char name[64];
	pid_t pid;
	int ups, downs, kicks;
	char why[128];
	char text[128];			/* of the last kick */
	void (*at_kick)(void);		/* called from within the callback */
	void (*at_down)(void);
};

static struct event_base *base;
static struct wire_hub *hub;
static struct wire_link *wire_link;
static struct seen at_hub, at_link;
static char dir[64], path[96];

static void on_up(struct wire_peer *peer, const char *name, pid_t pid, void *ctx)
{
	struct seen *s = ctx;

	s->peer = peer;
	s->pid = pid;
	s->ups++;
	snprintf(s->name, sizeof(s->name), "%s", name);
}

static void on_message(struct wire_peer *peer UNUSED, const struct wire_msg *m, void *ctx)
{
	struct seen *s = ctx;

	assert_int_equal(m->type, WIRE_KICK);
	s->kicks++;
	snprintf(s->text, sizeof(s->text), "%s", m->v[KICK_WHY].s);
	if (s->at_kick != NULL)
		s->at_kick();
}

static void on_down(struct wire_peer *peer UNUSED, const char *why, void *ctx)
{
	struct seen *s = ctx;

	s->downs++;
	s->peer = NULL;
	snprintf(s->why, sizeof(s->why), "%s", why);
	if (s->at_down != NULL)
		s->at_down();
}

static struct wire_events events_to(struct seen *s)
{
	return (struct wire_events){ on_up, on_message, on_down, s };
}

static struct wire_msg kick(const char *why)
{
	struct wire_msg m = { .type = WIRE_KICK };

	m.v[KICK_WHY] = (struct wire_value){ .set = true, .s = why };
	return m;
}

/* Turns the loop until *n is `want`, at most PATIENCE_MS. */
static bool turns_to(const int *n, int want)
{
	int64_t end = clock_boot() + PATIENCE_MS * 1000;

	while (*n < want && clock_boot() < end) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		usleep(500);
	}
	return *n == want;
}

static void turn_some(int ms)
{
	int64_t end = clock_boot() + ms * 1000;

	while (clock_boot() < end) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		usleep(500);
	}
}

/* --- a client and a hub made by hand --- */

static int raw_listen(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static int raw_connect(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct timeval patience = { 2, 0 };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void raw_send(int fd, const char *packet, size_t len)
{
	assert_int_equal(send(fd, packet, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* After what was sent, the hub closes; it has sent us its hello before. */
static void assert_dropped(int fd)
{
	char packet[512];
	int64_t end = clock_boot() + PATIENCE_MS * 1000;
	ssize_t n = -1;

	while (clock_boot() < end && n != 0) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			n = 0;
	}
	assert_int_equal(n, 0);
	close(fd);
}

/* --- set-up --- */

static void hub_open(void)
{
	struct err err = { 0 };

	hub = wire_hub_new(base, "fexl-apid", path, events_to(&at_hub), &err);
	if (hub == NULL)
		fail_msg("%s", err.text);
}

static void link_open(void)
{
	wire_link = wire_link_new(base, "fexl-syncd", path, RETRY_MS, events_to(&at_link));
}

static void hub_close(void)
{
	wire_hub_free(&hub);
}

static void link_close(void)
{
	wire_link_free(&wire_link);
}

static int set_up(void **state UNUSED)
{
	snprintf(dir, sizeof(dir), "/tmp/fexl-wire-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/apid.wire", dir);
	alarm(30);	/* nothing here waits longer */
	base = event_base_new();
	at_hub = at_link = (struct seen){ 0 };
	return 0;
}

static int tear_down(void **state UNUSED)
{
	link_close();
	hub_close();
	event_base_free(base);
	unlink(path);
	return rmdir(dir);
}

static void both_open(void)
{
	hub_open();
	link_open();
	assert_true(turns_to(&at_hub.ups, 1));
	assert_true(turns_to(&at_link.ups, 1));
}

/* --- partners --- */

static void test_partners_know_each_other(void **state UNUSED)
{
	both_open();
	assert_string_equal(at_hub.name, "fexl-syncd");
	assert_string_equal(at_link.name, "fexl-apid");
	assert_int_equal(at_hub.pid, getpid());
	assert_int_equal(wire_peer_pid(at_link.peer), getpid());
	assert_int_equal(wire_hub_peers(hub), 1);
}

static void test_signals_go_both_ways(void **state UNUSED)
{
	struct wire_msg there = kick("there"), back = kick("back");

	both_open();
	wire_hub_send(hub, &there);
	wire_send(at_link.peer, &back);
	assert_true(turns_to(&at_link.kicks, 1));
	assert_true(turns_to(&at_hub.kicks, 1));
	assert_string_equal(at_link.text, "there");
	assert_string_equal(at_hub.text, "back");
}

static void test_the_link_waits_for_a_hub_that_is_not_there(void **state UNUSED)
{
	link_open();
	turn_some(3 * RETRY_MS);
	assert_int_equal(at_link.ups, 0);
	hub_open();
	assert_true(turns_to(&at_link.ups, 1));
}

static void test_the_link_finds_a_restarted_hub(void **state UNUSED)
{
	struct wire_msg m = kick("again");

	both_open();
	for (int n = 1; n <= 3; n++) {
		hub_close();
		assert_true(turns_to(&at_link.downs, n));
		hub_open();
		assert_true(turns_to(&at_link.ups, n + 1));
		assert_true(turns_to(&at_hub.ups, n + 1));
	}
	wire_hub_send(hub, &m);
	assert_true(turns_to(&at_link.kicks, 1));
}

static void test_a_peer_that_goes_is_told_of(void **state UNUSED)
{
	both_open();
	link_close();
	assert_true(turns_to(&at_hub.downs, 1));
	assert_int_equal(wire_hub_peers(hub), 0);
	assert_string_equal(at_hub.why, "has gone");
}

static void test_callbacks_may_end_everything(void **state UNUSED)
{
	struct wire_msg m = kick("end");

	both_open();
	at_link.at_kick = link_close;
	wire_hub_send(hub, &m);
	wire_hub_send(hub, &m);
	at_hub.at_down = hub_close;
	assert_true(turns_to(&at_link.kicks, 1));
	assert_true(turns_to(&at_hub.downs, 1));
	assert_null(wire_link);
	assert_null(hub);
	turn_some(10);
	assert_int_equal(at_link.kicks, 1);
}

/* --- the socket file --- */

static void test_only_we_may_connect(void **state UNUSED)
{
	struct stat st;
	mode_t old = umask(0);

	hub_open();
	umask(old);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	hub_close();
	assert_int_equal(stat(path, &st), -1);
}

static void test_a_stale_socket_is_removed(void **state UNUSED)
{
	close(raw_listen());
	assert_int_equal(access(path, F_OK), 0);
	both_open();
}

static void test_a_living_hub_is_not_pushed_aside(void **state UNUSED)
{
	struct err err = { 0 };

	both_open();
	assert_null(wire_hub_new(base, "fexl-apid", path, events_to(&at_hub), &err));
	assert_string_equal(err.code, "in_use");
	assert_non_null(strstr(err.text, path));
	turn_some(10);
	assert_int_equal(wire_hub_peers(hub), 1);
}

static void test_a_file_that_is_no_socket_stays(void **state UNUSED)
{
	struct err err = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	close(fd);
	assert_null(wire_hub_new(base, "fexl-apid", path, events_to(&at_hub), &err));
	assert_string_equal(err.code, "not_a_socket");
	assert_int_equal(access(path, F_OK), 0);
}

static void test_a_path_that_is_too_long_is_said(void **state UNUSED)
{
	struct err err = { 0 };
	char much[300];

	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	assert_null(wire_hub_new(base, "fexl-apid", much, events_to(&at_hub), &err));
	assert_string_equal(err.code, "path_too_long");
}

/* --- who is dropped --- */

static const struct rude {
	const char *first, *second;
} rude[] = {
	{ "{\"type\":\"hello\",\"from\":\"raw\",\"version\":2}", NULL },
	{ "{\"type\":\"hello\",\"from\":\"raw\",\"version\":0}", NULL },
	{ "{\"type\":\"kick\",\"why\":\"too early\"}", NULL },
	{ "GET / HTTP/1.1\r\n\r\n", NULL },
	{ HELLO, HELLO },
	{ HELLO, "{\"type\":\"kick\"}" },
	{ HELLO, "{\"type\":\"kick\",\"why\":7}" },
	{ HELLO, "not JSON" },
};

static void test_who_is_rude_is_dropped(void **state UNUSED)
{
	both_open();
	for (size_t i = 0; i < ARRAY_LEN(rude); i++) {
		int fd = raw_connect();

		raw_send(fd, rude[i].first, strlen(rude[i].first));
		if (rude[i].second != NULL)
			raw_send(fd, rude[i].second, strlen(rude[i].second));
		assert_dropped(fd);
	}
	turn_some(5);
	/* those that had come up went down, and our friend is still there */
	assert_int_equal(at_hub.ups - at_hub.downs, 1);
	assert_int_equal(wire_hub_peers(hub), 1);
	assert_int_equal(at_hub.kicks, 0);
}

/* It would be the same at every try, and a line in the log each time. */
static void test_a_hub_of_another_version_is_not_pestered(void **state UNUSED)
{
	static const char hello[] = "{\"type\":\"hello\",\"from\":\"fexl-apid\",\"version\":99}";
	int listener = raw_listen(), fd;

	link_open();
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	raw_send(fd, hello, strlen(hello));
	turn_some(10 * RETRY_MS);
	assert_int_equal(accept(listener, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(at_link.ups, 0);
	close(fd);
	close(listener);
}

static void test_an_oversized_packet_drops_its_sender(void **state UNUSED)
{
	char *much = x_alloc(WIRE_PACKET_MAX + 1);
	int fd;

	hub_open();
	fd = raw_connect();
	memset(much, ' ', WIRE_PACKET_MAX + 1);
	memcpy(much, HELLO, strlen(HELLO));
	raw_send(fd, much, WIRE_PACKET_MAX + 1);
	assert_dropped(fd);
	assert_int_equal(at_hub.ups, 0);
	/* one byte less is a hello with blanks behind it */
	fd = raw_connect();
	raw_send(fd, much, WIRE_PACKET_MAX);
	assert_true(turns_to(&at_hub.ups, 1));
	close(fd);
	free(much);
}

static void test_who_does_not_read_is_dropped_and_others_are_served(void **state UNUSED)
{
	struct wire_msg m = kick("wake up");
	int64_t longest = 0;
	int fd, sent;

	both_open();
	fd = raw_connect();
	raw_send(fd, HELLO, strlen(HELLO));
	assert_true(turns_to(&at_hub.ups, 2));
	for (sent = 0; sent < 20000 && at_hub.downs == 0; sent++) {
		int64_t began = clock_boot();

		wire_hub_send(hub, &m);
		longest = MAX(longest, clock_boot() - began);
		event_base_loop(base, EVLOOP_NONBLOCK);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_int_equal(at_hub.downs, 1);
	assert_non_null(strstr(at_hub.why, "does not read"));
	assert_true(sent > WIRE_QUEUE_MAX);
	assert_true(longest < SECOND_US);
	assert_true(turns_to(&at_link.kicks, sent));
	assert_int_equal(wire_hub_peers(hub), 1);
	close(fd);
}

static void kicks_send(int from, int to)
{
	char text[32];

	for (; from < to; from++) {
		struct wire_msg m;

		snprintf(text, sizeof(text), "%d", from);
		m = kick(text);
		wire_hub_send(hub, &m);
	}
}

static void kicks_expect(int fd, int from, int to)
{
	char packet[256], want[128];
	ssize_t n;

	for (; from < to; from++) {
		n = recv(fd, packet, sizeof(packet) - 1, 0);
		assert_true(n > 0);
		packet[n] = '\0';
		snprintf(want, sizeof(want), "{\"type\":\"kick\",\"why\":\"%d\"}", from);
		assert_string_equal(packet, want);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
}

static void test_what_waited_arrives_in_order(void **state UNUSED)
{
	/* more than the kernel takes, less than the hub's patience */
	const int many = WIRE_QUEUE_MAX + 100;
	char packet[256];
	int fd;

	hub_open();
	fd = raw_connect();
	raw_send(fd, HELLO, strlen(HELLO));
	assert_true(turns_to(&at_hub.ups, 1));
	assert_true(recv(fd, packet, sizeof(packet), 0) > 0);	/* its hello */
	for (int round = 0; round < 2; round++) {
		kicks_send(0, many);
		/* now the kernel would take one more, but others wait */
		assert_true(recv(fd, packet, sizeof(packet), 0) > 0);
		kicks_send(many, many + 1);
		kicks_expect(fd, 1, many + 1);
	}
	assert_int_equal(at_hub.downs, 0);
	close(fd);
}

static void test_a_stranger_hears_nothing_but_hello(void **state UNUSED)
{
	struct wire_msg m = kick("secret");
	char packet[256];
	int fd;

	hub_open();
	fd = raw_connect();
	turn_some(20);
	wire_hub_send(hub, &m);
	turn_some(20);
	assert_true(recv(fd, packet, sizeof(packet), MSG_DONTWAIT) > 0);
	assert_int_equal(recv(fd, packet, sizeof(packet), MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	close(fd);
}

static void test_a_message_that_fits_no_packet_is_not_sent(void **state UNUSED)
{
	char *much = x_alloc(WIRE_PACKET_MAX + 1);
	struct wire_msg large, small = kick("small");

	memset(much, 'x', WIRE_PACKET_MAX);
	large = kick(much);
	both_open();
	wire_hub_send(hub, &large);
	wire_hub_send(hub, &small);
	assert_true(turns_to(&at_link.kicks, 1));
	assert_string_equal(at_link.text, "small");
	assert_int_equal(at_link.downs, 0);
	free(much);
}

static void test_peers_are_counted(void **state UNUSED)
{
	int fds[WIRE_PEERS_MAX], late;

	hub_open();
	for (int i = 0; i < WIRE_PEERS_MAX; i++) {
		fds[i] = raw_connect();
		raw_send(fds[i], HELLO, strlen(HELLO));
		assert_true(turns_to(&at_hub.ups, i + 1));
	}
	late = raw_connect();
	assert_dropped(late);
	assert_int_equal(wire_hub_peers(hub), WIRE_PEERS_MAX);
	for (int i = 0; i < WIRE_PEERS_MAX; i++)
		close(fds[i]);
	assert_true(turns_to(&at_hub.downs, WIRE_PEERS_MAX));
	fds[0] = raw_connect();
	raw_send(fds[0], HELLO, strlen(HELLO));
	assert_true(turns_to(&at_hub.ups, WIRE_PEERS_MAX + 1));
	close(fds[0]);
}

static void test_silence_is_dropped(void **state UNUSED)
{
	int64_t began = clock_boot();
	char packet[256];
	ssize_t n;
	int fd;

	both_open();
	fd = raw_connect();
	do {
		event_base_loop(base, EVLOOP_NONBLOCK);
		usleep(1000);
		n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
	} while (n != 0 && clock_boot() - began < 8 * SECOND_US);
	assert_int_equal(n, 0);
	assert_true(clock_boot() - began > 4 * SECOND_US);
	close(fd);
	/* who has said hello may be silent */
	turn_some(200);
	assert_int_equal(at_hub.downs, 0);
}

/* Even where the file would let him in. */
static void test_another_user_is_dropped(void **state UNUSED)
{
	int status = 0;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	hub_open();
	assert_int_equal(chmod(dir, 0755) | chmod(path, 0666), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		char packet[64];
		int fd = setuid(NOBODY) == 0 ? raw_connect() : -1;

		send(fd, HELLO, strlen(HELLO), MSG_NOSIGNAL);
		_exit(fd >= 0 && recv(fd, packet, sizeof(packet), 0) <= 0 && errno != EAGAIN ? 0
											     : 1);
	}
	while (waitpid(pid, &status, WNOHANG) == 0)
		turn_some(5);
	assert_int_equal(status, 0);
	assert_int_equal(at_hub.ups, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

UNIT_MAIN(
	TEST(test_partners_know_each_other),
	TEST(test_signals_go_both_ways),
	TEST(test_the_link_waits_for_a_hub_that_is_not_there),
	TEST(test_the_link_finds_a_restarted_hub),
	TEST(test_a_peer_that_goes_is_told_of),
	TEST(test_callbacks_may_end_everything),
	TEST(test_only_we_may_connect),
	TEST(test_a_stale_socket_is_removed),
	TEST(test_a_living_hub_is_not_pushed_aside),
	TEST(test_a_file_that_is_no_socket_stays),
	TEST(test_a_path_that_is_too_long_is_said),
	TEST(test_who_is_rude_is_dropped),
	TEST(test_a_hub_of_another_version_is_not_pestered),
	TEST(test_an_oversized_packet_drops_its_sender),
	TEST(test_who_does_not_read_is_dropped_and_others_are_served),
	TEST(test_what_waited_arrives_in_order),
	TEST(test_a_stranger_hears_nothing_but_hello),
	TEST(test_a_message_that_fits_no_packet_is_not_sent),
	TEST(test_peers_are_counted),
	TEST(test_silence_is_dropped),
	TEST(test_another_user_is_dropped),
)
