/* The limit of Complete Sale: the same transactions by the same model code on
 * the same tables, in a loop, without HTTP, threads or sign-in.
 *
 *	limit-sale [--bare] FILE|CONNINFO SALE-TASKS GROUP SECONDS
 *
 * GROUP sales share one commit.  With --bare the sale is worked out once, and
 * then its rows alone are put, under new keys: no JSON, no checks, no reads.
 * Checkpoints are made beside it, as the server does. */
#include "base/base.h"
#include "shop.h"
#include "tasks.h"

#include "base/clock.h"

#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#define CHECKPOINT_COMMITS 64	/* as the store's lanes */
#define COMMITS_MAX 1000000

struct limit {
	struct shop shop;
	struct tasks tasks;
	int group;
	bool bare;
	struct doc bare_doc;
	struct pool *bare_pool;
	struct db *checkpoint_db;
	sem_t checkpoint;
	bool stop, caught_up;
	int sales, commits;
	int64_t *took_us;
};

/* --- checkpoints --- */

static void *checkpoints(void *arg)
{
	struct limit *l = arg;

	while (sem_wait(&l->checkpoint) == 0 && !__atomic_load_n(&l->stop, __ATOMIC_ACQUIRE))
		__atomic_store_n(&l->caught_up, db_checkpoint(l->checkpoint_db) == 0, __ATOMIC_RELEASE);
	return NULL;
}

static void start_checkpoints(struct limit *l, const char *file, pthread_t *thread)
{
	struct db_config config = shop_where(file);

	shop_must(&l->shop, db_open(&l->checkpoint_db, &config, DB_WRITE, &l->shop.err));
	sem_init(&l->checkpoint, 0, 0);
	if (pthread_create(thread, NULL, checkpoints, l) != 0)
		die("no thread for the checkpoints");
}

static void stop_checkpoints(struct limit *l, pthread_t thread)
{
	__atomic_store_n(&l->stop, true, __ATOMIC_RELEASE);
	sem_post(&l->checkpoint);
	pthread_join(thread, NULL);
	db_close(&l->checkpoint_db);
}

/* --- sales --- */

static void sell(struct limit *l)
{
	struct task *t = &l->tasks.task[l->sales % l->tasks.n];

	memcpy(t->uuid, uuid_text(uuid_v7()).s, UUID_TEXT_LEN);
	shop_document(&l->shop, "invoices", t->body, t->body_len);
}

/* The document that is put again and again. */
static void prepare_bare(struct limit *l)
{
	struct shop *s = &l->shop;
	struct task *t = &l->tasks.task[0];
	struct uuid uuid = uuid_v7();

	l->bare_pool = pool_new();
	shop_begin(s);
	memcpy(t->uuid, uuid_text(uuid).s, UUID_TEXT_LEN);
	shop_document(s, "invoices", t->body, t->body_len);
	if (doc_load(s->db, l->bare_pool, s->w.tenant, schema_table("invoices"), uuid, &l->bare_doc, &s->err) != 1)
		die("the sale is not there: %s", s->err.text);
	shop_commit(s);
}

static void put_bare(struct limit *l)
{
	struct shop *s = &l->shop;
	struct doc *d = &l->bare_doc;

	d->head.uuid = uuid_v7();
	d->head.updated_at = clock_now();
	shop_must(s, document_store(&s->w, d, &s->err));
	shop_must(s, outbox_put(&s->t, s->w.tenant, d->head.table, d->head.uuid, &s->err));
}

static void one_group(struct limit *l)
{
	int64_t began = clock_boot();

	shop_begin(&l->shop);
	for (int i = 0; i < l->group; i++, l->sales++)
		(l->bare ? put_bare : sell)(l);
	shop_commit(&l->shop);
	l->took_us[l->commits++] = clock_boot() - began;
	if (__atomic_exchange_n(&l->caught_up, false, __ATOMIC_ACQ_REL))
		db_checkpoint(l->shop.db);
	if (l->commits % CHECKPOINT_COMMITS == 0)
		sem_post(&l->checkpoint);
}

/* --- figures --- */

/* Bytes that this thread has written: to the WAL, as checkpoints are another's. */
static long long wal_bytes(void)
{
	FILE *f = fopen("/proc/thread-self/io", "r");
	long long bytes = 0;

	if (!f || fscanf(f, "rchar: %*d wchar: %lld", &bytes) != 1)
		die("/proc/thread-self/io: not understood");
	fclose(f);
	return bytes;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

static void report(struct limit *l, int64_t took_us, int64_t used_us, long long written)
{
	qsort(l->took_us, (size_t)l->commits, sizeof *l->took_us, by_size);
	printf("per_s=%.0f p50_us=%lld p99_us=%lld cpu_us=%.1f wal_b=%.0f count=%d\n", l->sales * 1e6 / (double)took_us,
	       (long long)l->took_us[l->commits / 2], (long long)l->took_us[l->commits * 99 / 100],
	       (double)used_us / l->sales, (double)written / l->sales, l->sales);
}

int main(int argc, char **argv)
{
	struct limit l = { .bare = argc > 1 && strcmp(argv[1], "--bare") == 0 };
	int64_t began, used, seconds;
	long long written;
	pthread_t thread;

	argv += l.bare;
	if (argc - l.bare != 5)
		die("usage: limit-sale [--bare] FILE SALE-TASKS GROUP SECONDS");
	tasks_read(&l.tasks, argv[2]);
	l.group = MAX(1, atoi(argv[3]));
	seconds = MAX(1, atoi(argv[4]));
	l.took_us = x_alloc(COMMITS_MAX * sizeof *l.took_us);
	shop_open(&l.shop, argv[1]);
	start_checkpoints(&l, argv[1], &thread);
	if (l.bare)
		prepare_bare(&l);
	used = cpu_us();
	written = wal_bytes();
	for (began = clock_boot(); clock_boot() - began < seconds * SECOND_US && l.commits < COMMITS_MAX; )
		one_group(&l);
	report(&l, clock_boot() - began, cpu_us() - used, wal_bytes() - written);
	stop_checkpoints(&l, thread);
	shop_close(&l.shop);
	return 0;
}
