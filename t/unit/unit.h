/* What a unit test includes after base/base.h: cmocka, its answers as TAP, and a
 * way to see a panic from outside. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* UNIT_MAIN(cmocka_unit_test(name), …) */
#define UNIT_MAIN(...)                                                                             \
	int main(void)                                                                             \
	{                                                                                          \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };                                 \
                                                                                                   \
		cmocka_set_message_output(CM_OUTPUT_TAP);                                          \
		return cmocka_run_group_tests(tests, NULL, NULL);                                  \
	}

/* The statement must end the process with SIGABRT; its last words are not shown. */
#define assert_panics(statement)                                                                   \
	do {                                                                                       \
		int status_;                                                                       \
		pid_t child_ = fork();                                                             \
                                                                                                   \
		if (child_ == 0) {                                                                 \
			signal(SIGABRT, SIG_DFL);                                                  \
			close(STDERR_FILENO);                                                      \
			statement;                                                                 \
			_exit(0);                                                                  \
		}                                                                                  \
		assert_int_equal(waitpid(child_, &status_, 0), child_);                            \
		assert_true(WIFSIGNALED(status_) && WTERMSIG(status_) == SIGABRT);                 \
	} while (0)

#endif
