#include "base/base.h"
#include "runs.h"

#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_MAX_S 120
#define BATCH 1000		/* seeds between two looks at the clock */
#define SHRUNK_MAX 3		/* so many failures are looked into */

struct result *run_result;

struct slot {
	pid_t pid;
	struct plan plan;
	struct result *result;	/* shared with the child */
	uint64_t first_trace;
	bool again;		/* the second time */
};

struct sum {
	uint64_t runs, failed, events, acks;
	double began;
};

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* --- one run --- */

void sim_fail(struct sim *s, const char *fmt, ...)
{
	char text[WORDS_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (run_result) {
		run_result->failed = true;
		snprintf(run_result->words, sizeof run_result->words, "%s", text);
	} else {
		printf("seed %llu: %s\n", (unsigned long long)s->plan.seed, text);
	}
	fflush(stdout);
	_exit(1);
}

static void be_child(const struct plan *plan, struct node *nodes, struct result *result)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	alarm(RUN_MAX_S);
	run_result = result;
	sim_run(plan, nodes, &result->tally);
	_exit(0);
}

static pid_t start(const struct plan *plan, struct node *nodes, struct result *result)
{
	pid_t pid;

	*result = (struct result){ 0 };
	fflush(stdout);
	if ((pid = fork()) == 0)
		be_child(plan, nodes, result);
	if (pid < 0)
		fatal("cannot fork");
	return pid;
}

static void ended(struct result *result, int status)
{
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || result->failed))
		return;
	result->failed = true;
	if (WIFSIGNALED(status))
		snprintf(result->words, sizeof result->words, "died of signal %d%s", WTERMSIG(status),
			 WTERMSIG(status) == SIGALRM ? ": it never ends" : WTERMSIG(status) == SIGABRT ? ": a panic" : "");
	else
		snprintf(result->words, sizeof result->words, "ended with %d", WEXITSTATUS(status));
}

static struct result *shared(int n)
{
	void *p = mmap(NULL, (size_t)n * sizeof(struct result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fatal("no memory to share");
	return p;
}

void run_apart(const struct plan *plan, struct node *nodes, struct result *out)
{
	static struct result *result;
	int status;
	pid_t pid;

	if (!result)
		result = shared(1);
	pid = start(plan, nodes, result);
	if (waitpid(pid, &status, 0) != pid)
		fatal("a child is lost");
	ended(result, status);
	*out = *result;
}

/* --- many --- */

static struct slot *wait_one(struct slot *slots, int n)
{
	int status;
	pid_t pid = wait(&status);

	for (int i = 0; i < n; i++)
		if (slots[i].pid == pid) {
			slots[i].pid = 0;
			ended(slots[i].result, status);
			return &slots[i];
		}
	fatal("a child is lost");
}

static void take(const struct runs *r, struct slot *slot, struct sum *sum)
{
	struct result *result = slot->result;

	if (slot->again && !result->failed && result->tally.trace != slot->first_trace) {
		result->failed = true;
		snprintf(result->words, sizeof result->words, "the same seed gave another run");
	}
	if (!result->failed && r->twice && !slot->again) {
		slot->again = true;
		slot->first_trace = result->tally.trace;
		slot->pid = start(&slot->plan, r->nodes, result);
		return;
	}
	sum->runs++;
	sum->events += result->tally.events;
	sum->acks += result->tally.acks;
	if (!result->failed)
		return;
	sum->failed++;
	printf("seed %llu: %s\n", (unsigned long long)slot->plan.seed, result->words);
	if (sum->failed <= SHRUNK_MAX && !r->first)
		shrink(&slot->plan, r->nodes, result);
}

static struct slot *idle(struct slot *slots, int n)
{
	for (int i = 0; i < n; i++)
		if (slots[i].pid == 0)
			return &slots[i];
	return NULL;
}

static void run_range(const struct runs *r, uint64_t from, uint64_t to, struct sum *sum)
{
	struct slot slots[JOBS_MAX] = { 0 }, *slot;
	struct result *results = shared(r->jobs);
	int busy = 0;

	for (int i = 0; i < r->jobs; i++)
		slots[i].result = &results[i];
	for (uint64_t seed = from; seed <= to || busy > 0;) {
		if (r->first && sum->failed > 0)
			to = 0;
		if (seed <= to && (slot = idle(slots, r->jobs))) {
			slot->plan = r->plan;
			slot->plan.seed = seed++;
			slot->again = false;
			slot->pid = start(&slot->plan, r->nodes, slot->result);
			busy++;
			continue;
		}
		slot = wait_one(slots, r->jobs);
		take(r, slot, sum);
		busy -= slot->pid == 0;
	}
	munmap(results, (size_t)r->jobs * sizeof *results);
}

/* --- the record --- */

/* Lines "A..B"; others are words for people.  The highest seed, and how many in all. */
static uint64_t record_read(const char *file, uint64_t *total)
{
	uint64_t highest = 0;
	char line[200];
	FILE *f = fopen(file, "re");

	*total = 0;
	while (f && fgets(line, sizeof line, f)) {
		unsigned long long a, b;

		if (sscanf(line, "%llu..%llu", &a, &b) != 2)
			continue;
		*total += b - a + 1;
		highest = MAX(highest, b);
	}
	if (f)
		fclose(f);
	return highest;
}

static void record_add(const char *file, uint64_t from, uint64_t to, double per_s)
{
	FILE *f = fopen(file, "ae");
	uint64_t total;

	if (!f || fprintf(f, "%llu..%llu  %.0f runs/s\n", (unsigned long long)from, (unsigned long long)to, per_s) < 0 ||
	    fclose(f) != 0)
		fatal("%s cannot be written", file);
	record_read(file, &total);
	printf("%s: %llu seeds in all\n", file, (unsigned long long)total);
}

static void run_minutes(const struct runs *r, struct sum *sum, uint64_t *from, uint64_t *to)
{
	uint64_t total;

	*from = (r->record ? record_read(r->record, &total) : 0) + 1;
	*to = *from - 1;
	while (seconds() - sum->began < r->minutes * 60.0) {
		run_range(r, *to + 1, *to + BATCH, sum);
		*to += BATCH;
	}
}

int runs(const struct runs *r)
{
	struct sum sum = { .began = seconds() };
	uint64_t from = r->from, to = r->to;
	double took;

	if (r->minutes)
		run_minutes(r, &sum, &from, &to);
	else
		run_range(r, from, to, &sum);
	took = seconds() - sum.began;
	printf("seeds %llu..%llu: %llu runs, %llu failed, %.1f runs/s, %llu acknowledged, %llu events\n",
	       (unsigned long long)from, (unsigned long long)to, (unsigned long long)sum.runs, (unsigned long long)sum.failed,
	       (double)sum.runs / took, (unsigned long long)sum.acks, (unsigned long long)sum.events);
	if (r->record && sum.failed == 0)
		record_add(r->record, from, to, (double)sum.runs / took);
	return sum.failed > 0;
}
