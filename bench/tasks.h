/* What is asked for, again and again: a file with a line a request,
 *	METHOD <tab> PATH <tab> EXPECTED <tab> BODY
 * EXPECTED must stand in the answer.  "%u" in the body is a fresh UUID v7 each
 * time, and must stand in the answer too.  EXPECTED and BODY may be empty. */
#ifndef BENCH_TASKS_H
#define BENCH_TASKS_H

#include "base/base.h"
#include "base/uuid.h"

#define TASKS_MAX 100000

struct task {
	char *method, *path, *expected;
	char *body;		/* room for the UUID is made, dashes in its place */
	size_t body_len;
	char *uuid;		/* where in body it goes; NULL: nowhere */
};

struct tasks {
	struct task *task;
	int n;
};

/* Ends the program when the file is no good. */
void tasks_read(struct tasks *t, const char *file);
void die(const char *fmt, ...) PRINTF(1, 2) NORETURN;

#endif
