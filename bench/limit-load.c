/* The limit of a first load: the same rows from the hub's database straight into
 * a new till's file, with its tables and indexes, in a loop: no JSON, no HTTP, no
 * checks, no sums of stock, no words to search by.
 *
 *	limit-load FILE|CONNINFO NEW-FILE
 *
 * A table is one transaction, synchronous=FULL, brought home by a checkpoint. */
#include "base/base.h"
#include "shop.h"

#include "base/clock.h"
#include "store/backup.h"

#include <err.h>
#include <time.h>

static int64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

static int64_t count_rows(struct shop *to, struct pool *texts, const struct table *t)
{
	const char *sql = pool_printf(texts, "SELECT CAST(count(*) AS bigint) FROM %s", t->name);
	int64_t n;

	shop_must(to, db_int(to->db, sql, NO_ARGS, &n, &to->err));
	return n;
}

static void carry(struct shop *from, struct shop *to, const struct table *t)
{
	shop_must(to, db_begin(to->db, &to->err));
	shop_must(to, copy_table(from->db, to->db, t, from->who.tenant, &to->err));
	shop_must(to, db_commit(to->db, &to->err) == COMMIT_DONE ? 0 : -1);
	db_checkpoint(to->db);
}

int main(int argc, char **argv)
{
	struct shop from, to = { 0 };
	struct pool *texts = pool_new();
	struct db_config config;
	int64_t began, cpu, took, rows = 0;

	if (argc != 3)
		errx(2, "usage: limit-load FILE|CONNINFO NEW-FILE");
	shop_open(&from, argv[1]);
	config = shop_where(argv[2]);
	shop_must(&to, db_open(&to.db, &config, DB_WRITE, &to.err));
	shop_must(&to, db_migrate(to.db, &to.err));
	began = clock_boot();
	cpu = cpu_us();
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) || table_is_part(t))
			carry(&from, &to, t);
	took = MAX(clock_boot() - began, 1);
	cpu = cpu_us() - cpu;
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) || table_is_part(t))
			rows += count_rows(&to, texts, t);
	printf("rows=%lld per_s=%lld cpu_us=%.2f\n", (long long)rows, (long long)(rows * SECOND_US / took), (double)cpu / (double)MAX(rows, 1));
	db_close(&to.db);
	pool_free(&texts);
	shop_close(&from);
	return 0;
}
