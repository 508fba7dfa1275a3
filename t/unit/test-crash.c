/* What a process that is killed, a power cut, a disk that fails or is full leave
 * behind, at every single call to the disk of each write: all of it or nothing,
 * and what was acknowledged is all of it.  Doing it again ends at the same bytes. */
#include "base/base.h"
#include "crash.h"

#include "base/log.h"

#define CALLS_MAX 20000
/* At each call: what was not synced is lost in so many ways. */
#define POWER_CUTS 2
#define POWER_CUTS_LONG 12

static const struct {
	const char *name;
	enum disk_fault fault;
} faults[] = {
	{ "killed", DISK_KILL },
	{ "power cut", DISK_POWER },
	{ "a failing call", DISK_ANY },
	{ "a full disk", DISK_FULL },
};

struct expected {
	uint64_t before, after;
};

/* A connection that was in trouble is not asked what is stored: a new one is. */
static uint64_t look(struct server *s)
{
	server_close(s);
	disk_mend(s->disk);
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
	assert_true(e.before != e.after);
	return e;
}

static void check_after(struct crash *c, const struct scenario *sc, const struct expected *e, bool acknowledged, const char *what,
			int n)
{
	struct server *s = crash_server(c, sc);
	uint64_t now = look(s);

	if (now != e->before && now != e->after)
		fail_msg("%s, %s at call %d: half of it is stored", sc->name, what, n);
	if (acknowledged && now != e->after)
		fail_msg("%s, %s at call %d: it was acknowledged and is not stored", sc->name, what, n);
	if (server_write(c, sc) < 0)
		fail_msg("%s, %s at call %d: again it is refused: %s", sc->name, what, n, s->err.text);
	if (look(s) != e->after)
		fail_msg("%s, %s at call %d: done again, it is something else", sc->name, what, n);
}

/* From the opening to the checkpoint and the close; false when all of it was
 * done before the fault came. */
static bool run_once(struct crash *c, const struct scenario *sc, const struct expected *e, size_t f, int n, int way)
{
	struct server *s = crash_server(c, sc);
	struct dice dice = dice_of((uint64_t)n, (uint64_t)way);
	bool acknowledged = false, came;

	server_reset(s);
	disk_arm(s->disk, faults[f].fault, n);
	if (server_open(s) == 0) {
		acknowledged = server_write(c, sc) == 0;
		db_checkpoint(s->db);
	}
	server_close(s);
	came = disk_is_dead(s->disk) || !disk_is_armed(s->disk);
	if (disk_is_dead(s->disk))
		disk_revive(s->disk, &dice);
	check_after(c, sc, e, acknowledged, faults[f].name, n);
	return came;
}

static int run_all(struct crash *c, const struct scenario *sc, const struct expected *e, size_t f)
{
	int n = 1;

	int ways = faults[f].fault != DISK_POWER ? 1 : getenv("FEXL_LONG") ? POWER_CUTS_LONG : POWER_CUTS;

	for (bool came = true; came && n < CALLS_MAX; n++)
		for (int way = 0; came && way < ways; way++)
			came = run_once(c, sc, e, f, n, way);
	return n - 2;
}

static void at_every_call(const struct scenario *sc)
{
	struct crash c;
	struct expected e;

	crash_up(&c);
	e = undisturbed(&c, sc);
	for (size_t f = 0; f < ARRAY_LEN(faults); f++) {
		int calls = run_all(&c, sc, &e, f);

		assert_true(calls >= 5);
		print_message("# %s: %s at each of %d calls\n", sc->name, faults[f].name, calls);
	}
	crash_down(&c);
}

static void all_or_nothing_of_a_sale(void **state UNUSED)
{
	at_every_call(&scenarios[0]);
}

static void all_or_nothing_of_a_push(void **state UNUSED)
{
	at_every_call(&scenarios[1]);
}

static void all_or_nothing_of_verdicts(void **state UNUSED)
{
	at_every_call(&scenarios[2]);
}

static void all_or_nothing_of_a_page(void **state UNUSED)
{
	at_every_call(&scenarios[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_or_nothing_of_a_sale),
		cmocka_unit_test(all_or_nothing_of_a_push),
		cmocka_unit_test(all_or_nothing_of_verdicts),
		cmocka_unit_test(all_or_nothing_of_a_page),
	};

	log_init("test-crash", LOG_LEVEL_ERROR);
	disk_init();
	dice_seed_bytes(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
