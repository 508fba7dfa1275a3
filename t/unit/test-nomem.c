/* Memory that runs out, at every allocation of each write.  SQLite must tell,
 * and what it tells is answered; we ourselves end the process by design
 * (base/alloc.c), which must leave behind what a kill leaves: all or nothing. */
#include "base/base.h"
#include "crash.h"

#include "base/log.h"

#include <sqlite3.h>

#define ALLOCATIONS_MAX 100000

/* Each allocation at first, then fewer and fewer: their number is what the
 * statements of a write take to be made, and that is much the same everywhere. */
static int next(int n)
{
	return n + 1 + n / (getenv("FEXL_LONG") ? 500 : 8);
}

/* --- memory that fails --- */

static sqlite3_mem_methods real;
static int sqlite_due, own_due;		/* allocations until one fails; 0: none will */
static bool for_good;			/* all behind it fail as well */

static bool fails(int *due)
{
	if (*due == 0)
		return false;
	if (*due > 1) {
		--*due;
		return false;
	}
	if (!for_good)
		*due = 0;
	return true;
}

static void *sqlite_malloc(int n)
{
	return fails(&sqlite_due) ? NULL : real.xMalloc(n);
}

static void *sqlite_realloc(void *p, int n)
{
	return fails(&sqlite_due) ? NULL : real.xRealloc(p, n);
}

static void fail_sqlite(void)
{
	sqlite3_mem_methods mine;

	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
	mine = real;
	mine.xMalloc = sqlite_malloc;
	mine.xRealloc = sqlite_realloc;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &mine) != SQLITE_OK)
		fail_msg("SQLite has begun already");
}

/* The linker puts these where base/alloc.c calls them, and abort() where panic() does. */
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_abort(void) __attribute__((noreturn));
static sigjmp_buf *panicked;

void *__wrap_calloc(size_t n, size_t size)
{
	return fails(&own_due) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails(&own_due) ? NULL : __real_realloc(p, size);
}

void __wrap_abort(void)
{
	if (!panicked)
		_exit(99);
	siglongjmp(*panicked, 1);
}

/* --- what is left --- */

struct expected {
	uint64_t before, after;
};

static uint64_t look(struct server *s)
{
	server_close(s);
	if (server_open(s) < 0)
		fail_msg("the %s does not open any more: %s", s->name, s->err.text);
	return server_state(s);
}

static struct expected undisturbed(struct crash *c, const struct scenario *sc)
{
	struct server *s = crash_server(c, sc);
	struct expected e;

	server_reset(s);
	e.before = look(s);
	assert_int_equal(server_write(c, sc), 0);
	e.after = look(s);
	return e;
}

/* 0, or what is wrong. */
static const char *wrong_after(struct crash *c, const struct scenario *sc, const struct expected *e, bool acknowledged)
{
	struct server *s = crash_server(c, sc);
	uint64_t now = look(s);

	if (now != e->before && now != e->after)
		return "half of it is stored";
	if (acknowledged && now != e->after)
		return "it was acknowledged and is not stored";
	if (server_write(c, sc) < 0)
		return "again it is refused";
	return look(s) == e->after ? NULL : "done again, it is something else";
}

/* --- SQLite --- */

static int sqlite_at_each(struct crash *c, const struct scenario *sc, const struct expected *e)
{
	struct server *s = crash_server(c, sc);
	bool came = true;
	int n, tried = 0;

	for (n = 1; came && n < ALLOCATIONS_MAX; n = next(n), tried++) {
		const char *wrong;
		bool acknowledged;

		server_reset(s);
		assert_int_equal(server_open(s), 0);
		sqlite_due = n;
		acknowledged = server_write(c, sc) == 0;
		came = sqlite_due == for_good;	/* it stays at 1 once it has come */
		sqlite_due = 0;
		if (!acknowledged && s->err.kind != ERR_BUSY)
			fail_msg("%s, without memory at %d: %s: %s", sc->name, n, s->err.code, s->err.text);
		if ((wrong = wrong_after(c, sc, e, acknowledged)))
			fail_msg("%s, without memory at %d: %s", sc->name, n, wrong);
	}
	return tried;
}

/* --- our own --- */

/* In a process of its own, for what a panic leaves in memory is lost. */
static void die_at(struct crash *c, const struct scenario *sc, const struct expected *e, int n)
{
	struct server *s = crash_server(c, sc);
	sigjmp_buf here;
	const char *wrong;
	volatile bool acknowledged = false;
	bool came = true;

	close(STDERR_FILENO);
	server_reset(s);
	if (server_open(s) < 0)
		_exit(3);
	panicked = &here;
	if (sigsetjmp(here, 0) == 0) {
		own_due = n;
		acknowledged = server_write(c, sc) == 0;
		came = own_due == 0;
	} else {
		s->db = NULL;	/* with the process */
		s->pool = pool_new();
		disk_abandon(s->disk);
	}
	panicked = NULL;
	own_due = 0;
	wrong = wrong_after(c, sc, e, acknowledged);
	if (wrong)
		print_message("# %s\n", wrong);
	_exit(wrong ? 2 : came ? 0 : 1);
}

static int own_at_each(struct crash *c, const struct scenario *sc, const struct expected *e)
{
	int tried = 0, status = 0;

	for (int n = 1; status == 0 && n < ALLOCATIONS_MAX; n = next(n), tried++) {
		pid_t child = fork();

		if (child == 0)
			die_at(c, sc, e, n);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
			fail_msg("%s, our allocation %d: the process ended with %x", sc->name, n, status);
	}
	return tried;
}

/* --- the tests --- */

static void all_or_nothing(void **state)
{
	const struct scenario *sc = *state;
	struct crash c;
	struct expected e;
	int once, good, own;

	crash_up(&c);
	e = undisturbed(&c, sc);
	for_good = false;
	once = sqlite_at_each(&c, sc, &e);
	for_good = true;
	good = sqlite_at_each(&c, sc, &e);
	for_good = false;
	own = own_at_each(&c, sc, &e);
	assert_true(once > 20 && good > 20 && own > 20);
	print_message("# %s: SQLite's fail at %d places, from %d places on, ours at %d\n", sc->name, once, good, own);
	crash_down(&c);
}

int main(void)
{
	struct CMUnitTest tests[8];
	int n = scenarios_count();

	for (int i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ scenarios[i].name, all_or_nothing, NULL, NULL, (void *)&scenarios[i] };
	log_init("test-nomem", LOG_LEVEL_ERROR);
	fail_sqlite();
	disk_init();
	dice_seed_bytes(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("no memory", tests, (size_t)n, NULL, NULL);
}
