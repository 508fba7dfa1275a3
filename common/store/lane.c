/* A lane: one thread, one writing connection, one transaction at a time.
 *
 * It takes all that waits, runs it in one transaction, commits once, and only
 * then answers each: group commit, the one thing that beats the cost of fsync.
 * A group runs without savepoints.  A job that fails before it wrote anything
 * leaves no trace and the group goes on; one that fails later takes the group
 * with it, which is then run again one by one: nobody was answered yet. */
#include "base/base.h"
#include "store/lane.h"

#include "base/clock.h"
#include "base/log.h"

/* Pages of the WAL from one checkpoint to the next: 4 MiB. */
#define CHECKPOINT_PAGES 1000

struct group {
	struct lane *lane;
	struct counters counters;
	struct job *jobs;
	bool careful;
};

static void job_fail(struct job *job, const struct err *err)
{
	if (err)
		job->err = *err;
	job->end = JOB_FAILED;
	job->n_changes = 0;
}

/* Tenants' counters are locked before any other row, in one order on every
 * host, so that two hosts cannot wait for each other. */
static int lock_counters(struct group *g, struct err *err)
{
	struct uuid tenant[GROUP_MAX];
	int n = 0;

	for (struct job *j = g->jobs; j; j = j->next) {
		int at = n;

		if (uuid_is_zero(j->tenant))
			continue;
		while (at > 0 && uuid_cmp(tenant[at - 1], j->tenant) > 0)
			at--;
		if (at > 0 && uuid_eq(tenant[at - 1], j->tenant))
			continue;
		memmove(tenant + at + 1, tenant + at, sizeof *tenant * (size_t)(n - at));
		tenant[at] = j->tenant;
		n++;
	}
	for (int i = 0; i < n; i++)
		if (counters_lock(&g->counters, g->lane->db, tenant[i], err) < 0)
			return -1;
	return 0;
}

/* 0 whether the job succeeded or failed cleanly; -1 when the transaction is
 * spoilt and must be rolled back. */
static int job_run(struct group *g, struct job *job)
{
	struct txn t = { .db = g->lane->db, .pool = job->pool, .careful = g->careful,
			 .stamp = clock_now(), .resume = job->resume, .counters = &g->counters,
			 .queue = &g->lane->queue };
	int rc;

	err_clear(&job->err);
	db_enter(t.db, job->tenant);
	rc = job->write(&t, job->ctx, &job->err);
	job->changes = t.changes;
	job->n_changes = t.n_changes;
	job->progress = t.progress;
	if (rc >= 0) {
		job->end = JOB_DONE;
		job->more = rc == JOB_MORE;
		return 0;
	}
	job_fail(job, NULL);
	return t.wrote ? -1 : 0;
}

static int run_all(struct group *g, struct err *err)
{
	if (g->lane->store->config.numbered && lock_counters(g, err) < 0)
		return -1;
	for (struct job *j = g->jobs; j; j = j->next)
		if (job_run(g, j) < 0) {
			*err = j->err;
			return -1;
		}
	return counters_store(&g->counters, g->lane->db, err);
}

/* What became of the whole group.  On COMMIT_REFUSED nothing is stored. */
static enum commit_end group_run(struct group *g, struct err *err)
{
	struct db *db = g->lane->db;

	g->counters.n = 0;
	if (db_begin(db, err) < 0)
		return COMMIT_REFUSED;
	if (run_all(g, err) < 0) {
		db_rollback(db);
		return COMMIT_REFUSED;
	}
	return db_commit(db, err);
}

static void group_fail(struct group *g, const struct err *err)
{
	for (struct job *j = g->jobs; j; j = j->next)
		job_fail(j, j->end == JOB_FAILED && j->err.kind ? NULL : err);
}

static void group_uncertain(struct group *g, const struct err *err)
{
	for (struct job *j = g->jobs; j; j = j->next) {
		if (j->end == JOB_FAILED)
			continue;
		j->err = *err;
		j->end = JOB_UNCERTAIN;
		j->n_changes = 0;
	}
}

static void answer(struct lane *lane, struct job *jobs)
{
	struct store *s = lane->store;
	struct job *next;

	for (struct job *j = jobs; j; j = next) {
		next = j->next;
		if (j->n_changes && s->config.on_commit)
			s->config.on_commit(j->changes, j->n_changes, s->config.ctx);
		if (j->end == JOB_DONE && j->more) {
			j->resume = j->progress;
			queue_again(&lane->queue, j);
			continue;
		}
		s->failed += j->end == JOB_FAILED;
		store_post(s, j, j->end);
	}
}

static void run_singly(struct lane *lane, struct job *jobs);

static void run_group(struct lane *lane, struct job *jobs, bool careful)
{
	struct group g = { .lane = lane, .jobs = jobs, .careful = careful };
	struct err err = { 0 };

	for (struct job *j = jobs; j; j = j->next)
		j->end = JOB_DONE;
	switch (group_run(&g, &err)) {
	case COMMIT_DONE:
		lane->store->commits++;
		break;
	case COMMIT_UNKNOWN:
		group_uncertain(&g, &err);
		break;
	case COMMIT_REFUSED:
		if (!careful)
			return run_singly(lane, jobs);
		group_fail(&g, &err);
	}
	answer(lane, jobs);
}

/* A job alone in its transaction may guard its parts with savepoints. */
static void run_singly(struct lane *lane, struct job *jobs)
{
	struct job *next;

	lane->store->reruns++;
	for (struct job *j = jobs; j; j = next) {
		next = j->next;
		j->next = NULL;
		run_group(lane, j, true);
	}
}

/* While commits follow each other, a checkpoint beside them never gets to the
 * last one, and the WAL begins anew only from there: it would grow and grow.
 * What is left is little, and afterwards its pages are written over in place. */
static void end_checkpoint(struct lane *lane)
{
	if (atomic_exchange(&lane->store->checkpointer.caught_up, false))
		db_checkpoint(lane->db);
}

/* What a life before has left in the WAL counts as well: one that is killed again and
 * again would never come to a checkpoint of its own. */
static void want_checkpoint(struct lane *lane)
{
	int pages = lane->db->log_pages;

	if (pages < lane->asked_at)
		lane->asked_at = 0;	/* it began anew */
	if (pages - lane->asked_at < CHECKPOINT_PAGES)
		return;
	lane->asked_at = pages;
	checkpointer_want(&lane->store->checkpointer);
}

void *lane_main(void *arg)
{
	struct lane *lane = arg;
	struct job *jobs;

	while ((jobs = queue_take(&lane->queue, GROUP_MAX))) {
		run_group(lane, jobs, false);
		end_checkpoint(lane);
		want_checkpoint(lane);
	}
	return NULL;
}
