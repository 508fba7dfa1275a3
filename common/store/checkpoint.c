/* Moves the WAL into the database file, on a connection of its own: passive,
 * so that neither the writer nor a reader ever waits for it.
 *
 * A reader that stands still (a stopped fexl-syncd) holds the WAL back, and it
 * would grow for ever.  Then whoever opened the store is told, until it ends. */
#include "base/base.h"
#include "store/lane.h"

#include "base/clock.h"

#include <time.h>

#define LOOK_AGAIN_MS 500	/* while something is held back */

void checkpointer_want(struct checkpointer *c)
{
	if (!c->running)
		return;
	pthread_mutex_lock(&c->lock);
	c->wanted = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
}

static void wait_ms(struct checkpointer *c, int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&c->wake, &c->lock, &until);
}

/* False: stop. */
static bool wait_for_work(struct checkpointer *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->pinned_bytes && !c->stop)
		wait_ms(c, LOOK_AGAIN_MS);
	while (!c->wanted && !c->stop && !c->pinned_bytes)
		pthread_cond_wait(&c->wake, &c->lock);
	c->wanted = false;
	pthread_mutex_unlock(&c->lock);
	return !c->stop;
}

void *checkpointer_main(void *arg)
{
	struct checkpointer *c = arg;
	const struct store_config *config = &c->store->config;
	int64_t since = 0;

	while (wait_for_work(c)) {
		int64_t bytes = db_checkpoint(c->db);

		c->caught_up = bytes == 0;
		/* What the writer adds meanwhile is no sign of a reader that hangs. */
		c->pinned_bytes = bytes > config->pinned_bytes ? bytes : 0;
		if (!c->pinned_bytes)
			since = 0;
		else if (!since)
			since = clock_boot();
		else if (clock_boot() - since > (int64_t)config->pinned_ms * 1000 && config->on_pinned)
			config->on_pinned(bytes, config->ctx);
	}
	return NULL;
}
