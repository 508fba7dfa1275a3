#include "base/base.h"
#include "base/clock.h"
#include "base/log.h"
#include "unit.h"

#include <sys/stat.h>

#define MUCH 100000

/* What a child writes to its stderr while it runs fn.  Returns its wait status.
 * An empty journal_stream: this stderr is the journal; NULL: there is none. */
static int listen_to(void (*fn)(void), const char *journal_stream, char heard[MUCH])
{
	int fds[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		struct stat st;
		char stream[64];

		fstat(fds[1], &st);
		snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		unsetenv("JOURNAL_STREAM");
		if (journal_stream != NULL)
			setenv("JOURNAL_STREAM", *journal_stream != '\0' ? journal_stream : stream, 1);
		fn();
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], heard + len, MUCH - 1 - len)) > 0)
		len += (size_t)n;
	heard[len] = '\0';
	close(fds[0]);
	waitpid(child, &status, 0);
	return status;
}

static void all_levels(void)
{
	clock_set(1795442709112233, 0);
	log_init("fexl-test", LOG_LEVEL_INFO);
	log_error("e %d", 1);
	log_warn("w");
	log_info("i");
	log_debug("d");
	log_init("fexl-test", LOG_LEVEL_ERROR);
	log_warn("w");
	log_init("fexl-test", LOG_LEVEL_DEBUG);
	log_debug("d");
}

static void a_file_gets_times(void **state UNUSED)
{
	char heard[MUCH];

	listen_to(all_levels, NULL, heard);
	assert_string_equal(heard, "2026-11-23T14:05:09.112233Z fexl-test: error: e 1\n"
				   "2026-11-23T14:05:09.112233Z fexl-test: warning: w\n"
				   "2026-11-23T14:05:09.112233Z fexl-test: i\n"
				   "2026-11-23T14:05:09.112233Z fexl-test: debug: d\n");
}

static void the_journal_gets_levels(void **state UNUSED)
{
	char heard[MUCH];

	listen_to(all_levels, "", heard);
	assert_string_equal(heard, "<3>fexl-test: error: e 1\n<4>fexl-test: warning: w\n<6>fexl-test: i\n"
				   "<7>fexl-test: debug: d\n");
}

static void another_stream_is_not_the_journal(void **state UNUSED)
{
	static const char *const streams[] = { "1:2", "nonsense", "1", ":" };
	char heard[MUCH];

	for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
		listen_to(all_levels, streams[i], heard);
		assert_memory_equal(heard, "2026-11-23T", 11);
	}
}

static void hostile(void)
{
	log_init("t", LOG_LEVEL_INFO);
	log_info("%s", "a\nb\r\t\x1b[31m\x7f\xc2\x9b \xc3\xa4 \xff\xe2\x82");
	log_info("100%% %s", "%s%n");
}

static void nobody_can_forge_a_line(void **state UNUSED)
{
	char heard[MUCH];

	listen_to(hostile, "", heard);
	assert_string_equal(heard, "<6>t: a\\x0ab\\x0d\\x09\\x1b[31m\\x7f\\xc2\\x9b \xc3\xa4 \\xff\\xe2\\x82\n"
				   "<6>t: 100% %s%n\n");
}

static void endless(void)
{
	static char text[50000];

	memset(text, '\x01', sizeof(text) - 1);
	log_init("t", LOG_LEVEL_INFO);
	log_info("%s", text);
	memset(text, 'x', sizeof(text) - 1);
	log_info("%s", text);
}

static void a_line_has_an_end(void **state UNUSED)
{
	char heard[MUCH], *second;

	listen_to(endless, "", heard);
	second = strchr(heard, '\n') + 1;
	assert_true(second - heard > 8000 && second - heard < 9000);
	assert_memory_equal(second - 7, " [cut]\n", 7);
	assert_true(strlen(second) > 2000 && strlen(second) < 2200);
	assert_string_equal(second + strlen(second) - 8, "x [cut]\n");
}

static void before_log_init(void)
{
	log_info("early");
	log_debug("unheard");
}

static void it_speaks_before_it_is_named(void **state UNUSED)
{
	char heard[MUCH];

	listen_to(before_log_init, NULL, heard);
	assert_string_equal(heard + TIME_TEXT_LEN, " early\n");
}

static void be_fatal(void)
{
	log_init("t", LOG_LEVEL_ERROR);
	fatal("%s: cannot listen", "socket");
}

static void be_panicked(void)
{
	log_init("t", LOG_LEVEL_ERROR);
	panic("seq went back from %d to %d", 7, 5);
}

static void last_words_are_heard(void **state UNUSED)
{
	char heard[MUCH];
	int status = listen_to(be_fatal, "", heard);

	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_string_equal(heard, "<2>t: fatal: socket: cannot listen\n");
	status = listen_to(be_panicked, "", heard);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_string_equal(heard, "<2>t: panic: seq went back from 7 to 5\n");
}

UNIT_MAIN(
	cmocka_unit_test(a_file_gets_times),
	cmocka_unit_test(the_journal_gets_levels),
	cmocka_unit_test(another_stream_is_not_the_journal),
	cmocka_unit_test(nobody_can_forge_a_line),
	cmocka_unit_test(a_line_has_an_end),
	cmocka_unit_test(it_speaks_before_it_is_named),
	cmocka_unit_test(last_words_are_heard),
)
