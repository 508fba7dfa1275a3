/* Jobs on their way to a thread.  Requests of people come first; one slice of
 * sync is taken only when nobody waits. */
#include "base/base.h"
#include "store/lane.h"

#include "base/clock.h"

void queue_init(struct queue *q, int max)
{
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->filled, NULL);
	q->people_end = &q->people;
	q->sync_end = &q->sync;
	q->max = max;
}

void queue_release(struct queue *q)
{
	if (!q->people_end)
		return;
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->filled);
}

static void append(struct queue *q, struct job *job)
{
	struct job ***end = job->of_people ? &q->people_end : &q->sync_end;

	job->next = NULL;
	**end = job;
	*end = &job->next;
	q->n++;
	pthread_cond_signal(&q->filled);
}

int queue_put(struct queue *q, struct job *job, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&q->lock);
	if (q->closed)
		rc = err_set(err, ERR_BUSY, "stopping", "the server is stopping: send the same request again");
	else if (q->n >= q->max)
		rc = err_set(err, ERR_BUSY, "overloaded", "too many requests wait (%d): send the same request again", q->n);
	else
		append(q, job);
	pthread_mutex_unlock(&q->lock);
	return rc;
}

void queue_again(struct queue *q, struct job *job)
{
	pthread_mutex_lock(&q->lock);
	append(q, job);
	pthread_mutex_unlock(&q->lock);
}

static struct job *take(struct job **head, struct job ***end, int max, int *n)
{
	struct job *first = *head, *last = NULL;

	for (struct job *j = first; j && *n < max; j = j->next) {
		last = j;
		++*n;
	}
	*head = last ? last->next : NULL;
	if (!*head)
		*end = head;
	if (last)
		last->next = NULL;
	return first;
}

struct job *queue_take(struct queue *q, int max)
{
	struct job *jobs;
	int n = 0;

	pthread_mutex_lock(&q->lock);
	q->busy_since = 0;
	while (!q->people && !q->sync && !q->closed)
		pthread_cond_wait(&q->filled, &q->lock);
	if (q->people)
		jobs = take(&q->people, &q->people_end, max, &n);
	else
		jobs = q->sync ? take(&q->sync, &q->sync_end, 1, &n) : NULL;
	q->n -= n;
	if (jobs)
		q->busy_since = clock_boot();
	pthread_mutex_unlock(&q->lock);
	return jobs;
}

bool queue_people_wait(struct queue *q)
{
	bool wait;

	pthread_mutex_lock(&q->lock);
	wait = q->people != NULL || q->closed;
	pthread_mutex_unlock(&q->lock);
	return wait;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->lock);
}
