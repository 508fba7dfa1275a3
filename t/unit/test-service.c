/* The shell around every daemon.  This program is both sides: run as
 * `test-service daemon …` it is a small daemon, else it starts that and looks
 * at it from outside. */
#include "base/base.h"
#include "service/service.h"
#include "base/clock.h"
#include "base/json.h"
#include "unit.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#define PATIENCE_MS 10000

/* --- the daemon --- */

struct shop {
	struct service_ctx *svc;
	struct event *closing;
	bool stuck, stays;
};

static void shop_closed(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct shop *shop = arg;

	service_stopped(shop->svc);
}

static int shop_start(struct service_ctx *svc, void **state, struct err *err)
{
	struct shop *shop = x_alloc(sizeof(*shop));

	*state = shop;
	shop->svc = svc;
	shop->closing = evtimer_new(service_base(svc), shop_closed, shop);
	/* a file for everybody, were it not for the umask */
	close(open(service_path(svc, "file"), O_WRONLY | O_CREAT, 0666));
	if (getenv("SHOP_BURNS") != NULL)
		return err_set(err, ERR_INTERNAL, "fire", "the shop is on fire, call 112");
	service_say(svc, "Open\nfor all");
	return 0;
}

/* A short while after hours: what is in hand is finished. */
static void shop_stop(struct service_ctx *svc UNUSED, void *state)
{
	static const struct timeval while_ = { 0, 50000 };
	struct shop *shop = state;

	fprintf(stderr, "closing\n");
	if (!shop->stays)
		event_add(shop->closing, &while_);
}

static void shop_release(void *state)
{
	struct shop *shop = state;

	fprintf(stderr, "lights out\n");
	event_free(shop->closing);
	free(shop);
}

static void shop_status(void *state, struct buf *json)
{
	struct shop *shop = state;

	jw_put_int(json, "dumpable", prctl(PR_GET_DUMPABLE));
	jw_put_int(json, "fd_http", service_inherited("http"));
	jw_put_int(json, "fd_other", service_inherited("other"));
	jw_put_str(json, "path", service_path(shop->svc, "x.wire"));
	jw_put_bool(json, "same_path",
		    service_path(shop->svc, "x.wire") == service_path(shop->svc, "x.wire"));
}

static void shop_metrics(void *state UNUSED, struct buf *text)
{
	buf_str(text, "shop_customers 3\n");
}

static void shop_request(struct http_request *rq, void *state)
{
	struct shop *shop = state;
	struct buf json = { 0 };

	if (strcmp(rq->path, "/stick") == 0)
		shop->stuck = true;
	else if (strcmp(rq->path, "/stay") == 0)
		shop->stays = true;
	else if (strcmp(rq->path, "/nap") == 0)
		usleep(1300000);
	else if (strcmp(rq->path, "/pipe") == 0)
		raise(SIGPIPE);
	buf_str(&json, "{\"shop\":true}");
	http_reply_json(rq, 200, &json);
}

static bool shop_moving(void *state)
{
	struct shop *shop = state;

	return !shop->stuck;
}

static const struct service shop_service = {
	.name = "fexl-shop",
	.socket = "shop",
	.who = FOR_SYNCD,
	.start = shop_start,
	.stop = shop_stop,
	.release = shop_release,
	.status = shop_status,
	.metrics = shop_metrics,
	.local_request = shop_request,
	.moving = shop_moving,
};

/* --- the world around it --- */

static char dir[64], output[128];	/* output: a file, for what it says */
static int notify_fd;
static pid_t shop_pid;

static char *in_dir(const char *name)
{
	static char paths[8][128];
	static int n;
	char *p = paths[n++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return p;
}

static int unix_socket(int type, const char *path,
		       int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct timeval patience = { PATIENCE_MS / 1000, 0 };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(use(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static int set_up(void **state UNUSED)
{
	snprintf(dir, sizeof(dir), "/tmp/fexl-service-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(output, sizeof(output), "%s/output", dir);
	notify_fd = unix_socket(SOCK_DGRAM, in_dir("notify"), bind);
	setenv("NOTIFY_SOCKET", in_dir("notify"), 1);
	setenv("FEXL_RUN_DIR", in_dir("run"), 1);
	setenv("FEXL_DATA_DIR", in_dir("data"), 1);
	setenv("FEXL_STOP_TIMEOUT_S", "5", 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("SHOP_BURNS");
	shop_pid = 0;
	alarm(60);
	return 0;
}

static int tear_down(void **state UNUSED)
{
	char command[128];

	if (shop_pid > 0) {
		kill(shop_pid, SIGKILL);
		waitpid(shop_pid, NULL, 0);
	}
	close(notify_fd);
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command);
}

static pid_t spawn(const char *flag, const char *value)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
		char self[16];

		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		/* 3 and 4 are where systemd puts its own */
		dup2(fd, 3);
		dup2(fd, 4);
		snprintf(self, sizeof(self), "%d", (int)getpid());
		setenv("LISTEN_PID", self, 1);
		execl("/proc/self/exe", "fexl-shop", "daemon", flag, value, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static int ends_with(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (pid == shop_pid)
		shop_pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* What the daemon said so far; valid until the next call. */
static const char *said(void)
{
	static char text[65536];
	FILE *f = fopen(output, "r");
	size_t len;

	assert_non_null(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[len] = '\0';
	return text;
}

static void assert_said(const char *words)
{
	if (strstr(said(), words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, said());
}

/* The next notification that begins with `first`; valid until the next call. */
static const char *notified(const char *first)
{
	static char text[1024];
	ssize_t n;

	do {
		n = recv(notify_fd, text, sizeof(text) - 1, 0);
		if (n < 0)
			fail_msg("no %s: %s; it said: %s", first, strerror(errno), said());
		text[MAX(n, 0)] = '\0';
	} while (strncmp(text, first, strlen(first)) != 0);
	return text;
}

static void shop_open(void)
{
	shop_pid = spawn(NULL, NULL);
	notified("READY=1");
}

static const char *ask(const char *method, const char *path)
{
	static char answer[65536];
	char request[256];
	size_t len = 0;
	ssize_t n;
	int fd = unix_socket(SOCK_STREAM, in_dir("run/shop.sock"), connect);

	snprintf(request, sizeof(request),
		 "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
		 "0\r\n\r\n",
		 method, path);
	assert_int_equal(write(fd, request, strlen(request)), (ssize_t)strlen(request));
	while ((n = read(fd, answer + len, sizeof(answer) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	answer[len] = '\0';
	return answer;
}

static void assert_answers(const char *method, const char *path, const char *first,
			   const char *second)
{
	const char *answer = ask(method, path);

	if (strstr(answer, first) == NULL || strstr(answer, second) == NULL)
		fail_msg("%s %s: neither \"%s\" nor \"%s\" in: %s", method, path, first, second,
			 answer);
}

/* A member of /status. */
static int64_t status_int(const char *name)
{
	const char *body = strstr(ask("GET", "/status"), "\r\n\r\n");
	struct pool *pool = pool_new();
	struct err err = { 0 };
	struct json root;
	int64_t n = 0;

	assert_non_null(body);
	if (json_parse(pool, body + 4, strlen(body + 4), &root, &err) < 0 ||
	    json_get_int(root, name, INT64_MIN, INT64_MAX, &n, &err) != 1)
		fail_msg("%s: %s in %s", name, err.text, body);
	pool_free(&pool);
	return n;
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(in_dir(name), &st), 0);
	return st.st_mode & 07777;
}

/* --- flags that only print --- */

static void test_it_explains_itself(void **state UNUSED)
{
	struct buf want = { 0 };

	assert_int_equal(ends_with(spawn("--version", NULL)), 0);
	assert_string_equal(said(), "fexl-shop " PACKAGE_VERSION "\n");
	unlink(output);
	assert_int_equal(ends_with(spawn("--help", NULL)), 0);
	assert_said("--sync-interval-s N");
	assert_said("environment: FEXL_SYNC_INTERVAL_S");
	assert_null(strstr(said(), "--lanes"));		/* apid's */
	unlink(output);
	assert_int_equal(ends_with(spawn("--list-options", NULL)), 0);
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		if (o->who & FOR_SYNCD)
			buf_printf(&want, "%s\n", o->name);
	assert_string_equal(said(), want.data);
	buf_release(&want);
}

static void test_options_are_checked_without_starting(void **state UNUSED)
{
	assert_int_equal(ends_with(spawn("--check-config", NULL)), 0);
	assert_said("in order");
	assert_int_equal(access(in_dir("run"), F_OK), -1);
	setenv("DB_TYPE", "postgresql", 1);
	assert_int_equal(ends_with(spawn("--check-config", NULL)), 2);
	assert_int_equal(ends_with(spawn(NULL, NULL)), 2);
	unsetenv("DB_TYPE");
	assert_said("did you mean \"postgres\"?");
	setenv("FEXL_ROEL", "cloud", 1);
	assert_int_equal(ends_with(spawn("--check-config", NULL)), 0);
	unsetenv("FEXL_ROEL");
	assert_said("FEXL_ROEL is no option and has no effect; did you mean FEXL_ROLE?");
}

/* --- up --- */

static void test_it_says_when_it_is_ready_and_how_it_is(void **state UNUSED)
{
	shop_pid = spawn(NULL, NULL);
	/* a newline in a status would be an assignment */
	assert_string_equal(notified("READY=1"), "READY=1\nSTATUS=Open for all");
	assert_answers("GET", "/status", "HTTP/1.1 200",
		       "\"daemon\":\"fexl-shop\",\"version\":\"" PACKAGE_VERSION "\"");
	assert_answers("GET", "/status", "\"status_text\":\"Open",
		       "/run/x.wire\",\"same_path\":true}");
	assert_int_equal(status_int("pid"), shop_pid);
	assert_in_range(status_int("rss_kb"), 500, 1000000);
	assert_in_range(status_int("uptime_s"), 0, 60);
	assert_answers("GET", "/metrics", "text/plain; version=0.0.4",
		       "\nfexl_build_info{daemon=\"fexl-shop\",version=");
	assert_answers("GET", "/metrics", "\nprocess_resident_memory_bytes ",
		       "\nfexl_loop_lag_seconds ");
	assert_answers("GET", "/metrics", "\nfexl_local_http_answers_total{class=\"2xx\"} ",
		       "\nshop_customers 3\n");
	assert_answers("GET", "/shop", "HTTP/1.1 200", "{\"shop\":true}");
	assert_answers("POST", "/status", "HTTP/1.1 405", "application/problem+json");
}

static void test_its_places_are_its_own(void **state UNUSED)
{
	shop_open();
	assert_int_equal(mode_of("run"), 0750);
	assert_int_equal(mode_of("data"), 0700);
	assert_int_equal(mode_of("run/shop.sock"), 0660);
	assert_int_equal(mode_of("run/shop.lock"), 0600);
	assert_int_equal(mode_of("run/file"), 0600);
#ifndef WITH_SANITIZERS
	assert_int_equal(status_int("dumpable"), 0);
#endif
}

static void test_a_place_that_others_may_write_in_is_refused(void **state UNUSED)
{
	mkdir(in_dir("run"), 0700);
	chmod(in_dir("run"), 0777);
	assert_int_equal(ends_with(spawn(NULL, NULL)), 1);
	assert_said("/run: everybody may write there");
	chmod(in_dir("run"), 0700);
	setenv("FEXL_DATA_DIR", in_dir("no/such/data"), 1);
	assert_int_equal(ends_with(spawn(NULL, NULL)), 1);
	assert_said("/no/such/data: cannot make it, its parent is missing");
}

static void test_there_is_one_at_a_time(void **state UNUSED)
{
	char words[64];

	shop_open();
	assert_int_equal(ends_with(spawn(NULL, NULL)), 1);
	snprintf(words, sizeof(words), "fexl-shop runs here already as pid %d", (int)shop_pid);
	assert_said(words);
	assert_answers("GET", "/shop", "HTTP/1.1 200", "shop");
	/* a lock outlives nobody */
	kill(shop_pid, SIGKILL);
	ends_with(shop_pid);
	shop_open();
	assert_answers("GET", "/shop", "HTTP/1.1 200", "shop");
}

static void test_sockets_of_systemd_are_found_by_name(void **state UNUSED)
{
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", "realtime:http", 1);
	shop_open();
	unsetenv("LISTEN_FDS");
	assert_int_equal(status_int("fd_http"), 4);
	assert_int_equal(status_int("fd_other"), -1);
}

static void test_lateness_of_the_loop_is_seen(void **state UNUSED)
{
	shop_open();
	assert_true(status_int("loop_lag_ms") < 250);
	ask("POST", "/nap");
	assert_true(status_int("loop_lag_ms") >= 250);
}

static void test_a_broken_pipe_does_no_harm(void **state UNUSED)
{
	shop_open();
	assert_answers("POST", "/pipe", "HTTP/1.1 200", "shop");
}

/* --- watchdog and reload --- */

static void test_the_watchdog_is_fed_while_work_moves(void **state UNUSED)
{
	struct timeval wait = { 1, 0 };
	int64_t began;
	char text[64];

	setenv("WATCHDOG_USEC", "200000", 1);
	shop_open();
	began = clock_boot();
	for (int i = 0; i < 5; i++)
		notified("WATCHDOG=1");
	assert_in_range(clock_boot() - began, 300000, 1400000);	/* 5 halves */
	ask("POST", "/stick");
	setsockopt(notify_fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	while (recv(notify_fd, text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(recv(notify_fd, text, sizeof(text), 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_said("work stands still");
}

static void test_a_reload_is_answered(void **state UNUSED)
{
	shop_open();
	kill(shop_pid, SIGHUP);
	assert_non_null(strstr(notified("RELOADING=1"), "MONOTONIC_USEC="));
	notified("READY=1");
	assert_said("a change needs a restart");
	assert_answers("GET", "/shop", "HTTP/1.1 200", "shop");
}

/* --- down --- */

static void test_a_stop_is_orderly(void **state UNUSED)
{
	static const int signals[] = { SIGTERM, SIGINT };

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		unlink(output);
		shop_open();
		kill(shop_pid, signals[i]);
		notified("STOPPING=1");
		/* what is in hand is finished, and status still answers */
		assert_answers("GET", "/status", "HTTP/1.1 200", "\"status_text\":\"Stopping\"");
		assert_int_equal(ends_with(shop_pid), 0);
		assert_said("closing\nlights out\n");
		assert_int_equal(access(in_dir("run/shop.sock"), F_OK), -1);
	}
}

static void test_a_stop_has_an_end(void **state UNUSED)
{
	int64_t began;

	setenv("FEXL_STOP_TIMEOUT_S", "1", 1);
	shop_open();
	ask("POST", "/stay");
	began = clock_boot();
	kill(shop_pid, SIGTERM);
	assert_int_equal(ends_with(shop_pid), 1);
	assert_in_range(clock_boot() - began, SECOND_US - 100000, 4 * SECOND_US);
	assert_said("not stopped after 1 s");
}

static void test_a_failed_start_cleans_up(void **state UNUSED)
{
	setenv("SHOP_BURNS", "1", 1);
	assert_int_equal(ends_with(spawn(NULL, NULL)), 1);
	assert_said("cannot start: the shop is on fire, call 112");
	assert_said("closing\nlights out\n");
	assert_int_equal(access(in_dir("run/shop.sock"), F_OK), -1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_it_explains_itself),
		TEST(test_options_are_checked_without_starting),
		TEST(test_it_says_when_it_is_ready_and_how_it_is),
		TEST(test_its_places_are_its_own),
		TEST(test_a_place_that_others_may_write_in_is_refused),
		TEST(test_there_is_one_at_a_time),
		TEST(test_sockets_of_systemd_are_found_by_name),
		TEST(test_lateness_of_the_loop_is_seen),
		TEST(test_a_broken_pipe_does_no_harm),
		TEST(test_the_watchdog_is_fed_while_work_moves),
		TEST(test_a_reload_is_answered),
		TEST(test_a_stop_is_orderly),
		TEST(test_a_stop_has_an_end),
		TEST(test_a_failed_start_cleans_up),
	};

	if (argc > 1 && strcmp(argv[1], "daemon") == 0)
		return service_run(&shop_service, argc - 1, argv + 1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
