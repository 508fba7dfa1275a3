/* Opens a store: migrates, starts lanes, readers and the checkpointer, and
 * brings their answers back to the loop. */
#include "base/base.h"
#include "store/lane.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A job that takes longer is not work but a hang. */
#define STUCK_US (60 * SECOND_US)

/* --- mail --- */

void store_post(struct store *s, struct job *job, enum job_end end)
{
	uint64_t one = 1;
	bool first;

	job->end = end;
	job->next = NULL;
	s->jobs++;
	pthread_mutex_lock(&s->mail_lock);
	first = !s->mail;
	*s->mail_end = job;
	s->mail_end = &job->next;
	pthread_mutex_unlock(&s->mail_lock);
	if (first && write(s->wake_fd, &one, sizeof one) < 0)
		panic("cannot wake the loop");
}

int store_wake_fd(const struct store *s)
{
	return s->wake_fd;
}

void store_deliver(struct store *s)
{
	uint64_t n;
	struct job *job, *next;

	if (read(s->wake_fd, &n, sizeof n) < 0)
		return;
	store_loop_turned(s);	/* whoever hears that something is stored finds it */
	pthread_mutex_lock(&s->mail_lock);
	job = s->mail;
	s->mail = NULL;
	s->mail_end = &s->mail;
	pthread_mutex_unlock(&s->mail_lock);
	for (; job; job = next) {
		next = job->next;
		job->done(job, job->end);
	}
}

/* --- jobs --- */

static struct lane *lane_of(struct store *s, struct uuid tenant)
{
	uint32_t h = 0;

	for (int i = 0; i < 16; i++)
		h = h * 31 + tenant.b[i];
	return &s->lane[h % (uint32_t)s->n_lanes];
}

int store_write(struct store *s, struct job *job, struct err *err)
{
	return queue_put(&lane_of(s, job->tenant)->queue, job, err);
}

int store_read(struct store *s, struct job *job, struct err *err)
{
	job->of_people = true;
	return queue_put(&s->reads, job, err);
}

struct db *store_loop_db(struct store *s)
{
	if (s->loop_db)
		s->loop_db->driver->hold(s->loop_db);
	return s->loop_db;
}

void store_loop_turned(struct store *s)
{
	if (s->loop_db)
		s->loop_db->driver->let_go(s->loop_db);
}

bool store_unchanged(const struct store *s, const struct seen *seen)
{
	return marks_stand(s->config.db.marks, seen->tables, seen->as_of);
}

enum wall store_wall(const struct store *s)
{
	return s->wall;
}

int store_slice_ms(const struct store *s)
{
	return s->config.slice_ms;
}

/* --- opening and closing --- */

static int start(pthread_t *thread, void *(*fn)(void *), void *arg, bool *running, struct err *err)
{
	if (pthread_create(thread, NULL, fn, arg) != 0)
		return err_set(err, ERR_INTERNAL, "thread", "cannot start a thread");
	*running = true;
	return 0;
}

static int open_lanes(struct store *s, struct err *err)
{
	int n = s->config.db.engine == ENGINE_SQLITE ? 1 : s->config.lanes;

	s->lane = x_alloc(sizeof *s->lane * (size_t)n);
	for (; s->n_lanes < n; s->n_lanes++) {
		struct lane *l = &s->lane[s->n_lanes];

		l->store = s;
		queue_init(&l->queue, s->config.queue_max);
		if (db_open(&l->db, &s->config.db, DB_WRITE, err) < 0)
			return -1;
		if (s->n_lanes == 0 && store_prepare(s, l->db, err) < 0)
			return -1;
	}
	for (int i = 0; i < n; i++)
		if (start(&s->lane[i].thread, lane_main, &s->lane[i], &s->lane[i].running, err) < 0)
			return -1;
	return 0;
}

static int open_readers(struct store *s, struct err *err)
{
	queue_init(&s->reads, s->config.queue_max);
	s->reader = x_alloc(sizeof *s->reader * (size_t)s->config.readers);
	for (int i = 0; i < s->config.readers; i++) {
		struct reader *r = &s->reader[i];

		r->store = s;
		if (db_open(&r->db, &s->config.db, DB_READ, err) < 0)
			return -1;
		if (start(&r->thread, reader_main, r, &r->running, err) < 0)
			return -1;
	}
	return 0;
}

static int open_checkpointer(struct store *s, struct err *err)
{
	struct checkpointer *c = &s->checkpointer;
	pthread_condattr_t attr;

	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->wake, &attr);
	pthread_condattr_destroy(&attr);
	c->store = s;
	if (db_open(&c->db, &s->config.db, DB_WRITE, err) < 0)
		return -1;
	return start(&c->thread, checkpointer_main, c, &c->running, err);
}

int store_open(struct store **sp, const struct store_config *config, struct err *err)
{
	struct store *s = x_alloc(sizeof *s);

	s->config = *config;
	s->config.db.marks = config->db.engine == ENGINE_SQLITE ? &s->marks : NULL;
	s->mail_end = &s->mail;
	pthread_mutex_init(&s->mail_lock, NULL);
	s->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	*sp = s;
	if (open_lanes(s, err) < 0 || open_readers(s, err) < 0)
		goto fail;
	if (config->db.engine == ENGINE_SQLITE &&
	    (open_checkpointer(s, err) < 0 || db_open(&s->loop_db, &s->config.db, DB_READ, err) < 0))
		goto fail;
	return 0;
fail:
	store_close(sp);
	return -1;
}

static void close_lanes(struct store *s)
{
	for (int i = 0; s->lane && i < MAX(s->n_lanes, 1); i++) {
		struct lane *l = &s->lane[i];

		if (l->running) {
			queue_close(&l->queue);
			pthread_join(l->thread, NULL);
		}
		db_close(&l->db);
		queue_release(&l->queue);
	}
	free(s->lane);
}

static void close_readers(struct store *s)
{
	if (!s->reader)
		return;
	queue_close(&s->reads);
	for (int i = 0; i < s->config.readers; i++) {
		if (s->reader[i].running)
			pthread_join(s->reader[i].thread, NULL);
		db_close(&s->reader[i].db);
	}
	queue_release(&s->reads);
	free(s->reader);
}

static void close_checkpointer(struct checkpointer *c)
{
	if (c->running) {
		pthread_mutex_lock(&c->lock);
		c->stop = true;
		pthread_cond_signal(&c->wake);
		pthread_mutex_unlock(&c->lock);
		pthread_join(c->thread, NULL);
	}
	db_close(&c->db);
}

void store_close(struct store **sp)
{
	struct store *s = *sp;

	if (!s)
		return;
	*sp = NULL;
	close_readers(s);
	close_checkpointer(&s->checkpointer);
	db_close(&s->loop_db);
	close_lanes(s);		/* the last writer folds the WAL into the file */
	if (s->mail)
		store_deliver(s);
	close(s->wake_fd);
	pthread_mutex_destroy(&s->mail_lock);
	free(s);
}

/* --- being looked at --- */

static int queued(struct queue *q, int64_t *busy_since)
{
	int n;

	pthread_mutex_lock(&q->lock);
	n = q->n;
	*busy_since = q->busy_since;
	pthread_mutex_unlock(&q->lock);
	return n;
}

void store_count(struct store *s, struct store_counters *c)
{
	int64_t since;

	*c = (struct store_counters){ .commits = s->commits, .jobs = s->jobs, .reruns = s->reruns,
				      .failed = s->failed, .pinned_bytes = s->checkpointer.pinned_bytes };
	for (int i = 0; i < s->n_lanes; i++)
		c->queued += queued(&s->lane[i].queue, &since);
	c->queued += queued(&s->reads, &since);
}

bool store_moving(struct store *s)
{
	int64_t since;

	for (int i = 0; i < s->n_lanes; i++) {
		queued(&s->lane[i].queue, &since);
		if (since && clock_boot() - since > STUCK_US)
			return false;
	}
	return true;
}
