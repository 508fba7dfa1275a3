/* The threads behind struct store.  Private to this folder. */
#ifndef STORE_LANE_H
#define STORE_LANE_H

#include "store/driver.h"

#include <pthread.h>
#include <stdatomic.h>

#define GROUP_MAX 256		/* jobs in one transaction */
#define COUNTERS_MAX GROUP_MAX	/* each may be of another shop */

struct counter {
	struct uuid tenant;
	int64_t seq;
	bool drawn;
};

struct counters {
	struct counter c[COUNTERS_MAX];
	int n;
};

/* Reads and locks a tenant's counter row; a tenant that is not there is no
 * error until a number is drawn. */
int counters_lock(struct counters *all, struct db *db, struct uuid tenant, struct err *err) MUST_CHECK;
int counters_store(struct counters *all, struct db *db, struct err *err) MUST_CHECK;

/* A queue of jobs between the loop and a thread. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct job *people, **people_end;	/* requests of people, and reads */
	struct job *sync, **sync_end;		/* slices of sync */
	int n, max;
	bool closed;
	int64_t busy_since;			/* clock_boot() when the thread took work; 0: idle */
};

void queue_init(struct queue *q, int max);
int queue_put(struct queue *q, struct job *job, struct err *err) MUST_CHECK;
void queue_again(struct queue *q, struct job *job);	/* a slice that is not done: never refused */
/* Waits.  Takes up to `max` jobs of people, or else one slice of sync.  NULL
 * once the queue is closed and empty. */
struct job *queue_take(struct queue *q, int max);
bool queue_people_wait(struct queue *q);
void queue_close(struct queue *q);
void queue_release(struct queue *q);

struct lane {
	struct store *store;
	struct db *db;
	struct queue queue;
	int asked_at;		/* pages of the WAL when a checkpoint was last asked for */
	pthread_t thread;
	bool running;
};

struct reader {
	struct store *store;
	struct db *db;
	pthread_t thread;
	bool running;
};

struct checkpointer {
	struct store *store;
	struct db *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool wanted, stop, running;
	_Atomic bool caught_up;	/* with what was there when it began: the rest is the writer's to end */
	_Atomic int64_t pinned_bytes;
};

struct store {
	struct store_config config;
	struct lane *lane;
	int n_lanes;
	struct reader *reader;
	struct queue reads;		/* shared by all readers */
	struct checkpointer checkpointer;
	struct db *loop_db;
	struct marks marks;
	enum wall wall;

	pthread_mutex_t mail_lock;
	struct job *mail, **mail_end;
	int wake_fd;

	_Atomic int64_t commits, jobs, reruns, failed;
};

/* Brings the database up to date, and tells how far it keeps shops apart. */
int store_prepare(struct store *s, struct db *db, struct err *err) MUST_CHECK;
void *lane_main(void *lane);
void *reader_main(void *reader);
void *checkpointer_main(void *checkpointer);
void checkpointer_want(struct checkpointer *c);		/* some WAL has gathered */
void store_post(struct store *s, struct job *job, enum job_end end);	/* to the loop, with its answer */

#endif
