/* fexl-syncd from pairing to the quiet life, between a real database and an
 * apid and a cloud that the test plays. */
#include "base/base.h"
#include "world.h"

#include "base/clock.h"

#define QUICK "FEXL_SYNC_INTERVAL_S", "1", "FEXL_BACKOFF_MIN_MS", "20", "FEXL_BACKOFF_MAX_MS", "200"
#define CALM "FEXL_SYNC_INTERVAL_S", "3600", "FEXL_BACKOFF_MIN_MS", "20", "FEXL_BACKOFF_MAX_MS", "200"

static bool is_done(struct world *w, const void *times)
{
	return w->done >= *(const int *)times;
}

static const int once = 1, twice = 2;

static bool is_through(struct world *w, const void *cycle)
{
	return int_of(world_status(w), "cycles") >= *(const int64_t *)cycle;
}

static void a_till_without_pairing_asks_nobody(void **state)
{
	struct world *w = *state;
	struct json status;

	world_start(w, QUICK, NULL);
	until(w, has_state, "off");
	world_changed(w, false);
	world_run(w, 1500);
	assert_int_equal(w->n_seen, 0);
	status = world_status(w);
	assert_string_equal(text_of(status, "phase"), "off");
	assert_string_equal(text_of(status, "state"), "off");
	assert_int_equal(world_ask(w, "POST", "/sync/now").status, 409);
	assert_string_equal(text_of(world_ask(w, "POST", "/sync/now").body, "code"), "off");
	assert_int_equal(world_stop(w), 0);
}

static void a_till_registers_waits_for_the_owner_and_loads(void **state)
{
	static const char *const order[] = {
		"GET /api/sync/health", "POST /api/sync/credentials", "POST /internal/sync/registered",
		"GET /api/sync/health?pending=2&cursor=0", "POST /internal/sync/state",
	};
	struct world *w = *state;
	struct json body;

	world_pair(w);
	world_customers(w, 2);
	world_start(w, QUICK, NULL);
	until(w, has_state, "pending");
	until(w, has_seen, "POST /internal/sync/state");
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_string_equal(w->seen[i].what, order[i]);
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_int_equal(w->seen[i].token, i == 3);	/* our name is said where it is known, and only there */
	assert_string_equal(w->text, "Waiting for the owner's approval, code KTRV-7QX2; 2 rows kept here");
	body = world_ask(w, "POST", "/sync/now").body;
	assert_string_equal(text_of(body, "code"), "pending");

	world_forget(w);
	w->device = "approved";
	w->pages = 3;
	until(w, is_done, &once);
	assert_int_equal(count_seen(w, "GET /api/sync/snapshot"), 3);
	assert_int_equal(count_seen(w, "POST /internal/sync/apply?load=1"), 3);
	assert_string_equal(last_seen(w, "GET /api/sync/snapshot")->what, "GET /api/sync/snapshot?limit=2000&after=2");
	assert_int_equal(w->confirmed, 2);
	until(w, has_state, "synced");
	assert_int_equal(w->unauthorized, 0);
	assert_int_equal(world_stop(w), 0);
}

static void sync_now_hears_of_an_approval_a_moment_old(void **state)
{
	struct world *w = *state;
	struct reply r;
	int64_t cycle;

	world_pair(w);
	world_start(w, "FEXL_SYNC_INTERVAL_S", "3600", NULL);
	until(w, has_state, "pending");
	w->device = "approved";
	r = world_ask(w, "POST", "/sync/now");
	assert_int_equal(r.status, 202);
	cycle = int_of(r.body, "cycle");
	until(w, is_through, &cycle);
}

static void a_wrong_licence_is_refused_once(void **state)
{
	struct world *w = *state;
	struct pairing p;
	char path[100];
	FILE *f;

	world_pair(w);
	snprintf(path, sizeof path, "%s/license", w->f->dir);
	f = fopen(path, "w");
	fputs("FEXL-2222-3333-4444-5555\n", f);
	fclose(f);
	world_start(w, QUICK, NULL);
	until(w, has_state, "refused");
	world_run(w, 1500);
	assert_int_equal(count_seen(w, "POST /api/sync/credentials"), 1);
	assert_int_equal(pairing_load(w->f->db, w->f->pool, &p, &w->f->err), 1);
	assert_string_equal(p.trouble, "licence key or shop are wrong");
	assert_string_equal(w->text, "The cloud refused this till: licence key or shop are wrong");
	assert_false(log_has(w, "FEXL-2222"));
	assert_int_equal(world_ask(w, "POST", "/sync/now").status, 409);
}

static void a_first_load_goes_on_where_it_stopped(void **state)
{
	struct world *w = *state;

	world_approved(w);
	must(w->f, pairing_load_progress(&w->f->w, "4", 4000, 6000, &w->f->err));
	fixture_commit(w->f);
	w->pages = 6;
	world_start(w, CALM, NULL);
	until(w, is_done, &once);
	assert_int_equal(count_seen(w, "GET /api/sync/snapshot"), 2);
	assert_int_equal(count_seen(w, "GET /api/sync/snapshot?limit=2000&after=4"), 1);
}

static void what_is_written_goes_up_at_once(void **state)
{
	struct world *w = *state;
	const struct heard *push;
	struct json rows;
	int64_t began;

	world_approved(w);
	world_start(w, CALM, NULL);
	until(w, is_done, &once);
	world_forget(w);
	world_customers(w, 20);
	began = clock_boot();
	world_changed(w, false);
	until(w, is_done, &twice);
	assert_true(clock_boot() - began < 2 * SECOND_US);
	push = last_seen(w, "POST /api/sync/push");
	assert_true(push->packed);	/* 20 rows are more than 1 KiB */
	rows = json_member(fixture_json(w->f, push->body), "rows");
	assert_int_equal(json_len(rows), 20);
	assert_int_equal(w->confirmed, 20);
	assert_int_equal(count_seen(w, "POST /api/sync/push"), 1);

	/* what came by sync is no reason to begin */
	world_forget(w);
	world_changed(w, true);
	world_run(w, 300);
	assert_int_equal(w->n_seen, 0);
}

static void a_quiet_cycle_writes_next_to_nothing(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_start(w, QUICK, NULL);
	until(w, is_done, &once);
	world_forget(w);
	until(w, is_done, &twice);
	assert_int_equal(count_seen(w, "GET /api/sync/health"), 1);
	assert_int_equal(count_seen(w, "POST /internal/sync/done"), 1);
	assert_int_equal(w->n_seen, 2);
	assert_int_equal(http_server_counters(w->cloud)->accepted, 1);	/* one connection for all of it */
}

static void what_the_hub_has_numbered_since_is_pulled(void **state)
{
	struct world *w = *state;

	world_approved(w);
	w->seq = 8;
	world_start(w, CALM, NULL);
	until(w, is_done, &once);
	assert_int_equal(count_seen(w, "GET /api/sync/pull"), 1);
}

static void many_rows_go_up_in_batches(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 50);
	world_start(w, CALM, "FEXL_PUSH_ROWS", "8", NULL);
	until(w, is_done, &once);
	assert_int_equal(w->confirmed, 50);
	assert_int_equal(count_seen(w, "POST /api/sync/push"), 7);
}

static void a_wrong_clock_is_put_right_and_the_rows_go_again(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 3);
	w->wrong_clock = true;
	world_start(w, CALM, NULL);
	until(w, is_done, &once);
	assert_int_equal(w->restamped, 1);
	assert_int_equal(w->confirmed, 3);
	assert_int_equal(count_seen(w, "POST /api/sync/push"), 2);
}

static void the_cloud_s_clock_is_what_tokens_are_made_by(void **state)
{
	struct world *w = *state;

	world_approved(w);
	w->clock_ahead = -86400 * SECOND_US;
	world_start(w, CALM, NULL);
	until(w, is_done, &once);
	assert_int_equal(w->unauthorized, 0);
	/* and the cloud's clock may be put right while we run */
	w->clock_ahead = 0;
	world_customers(w, 1);
	world_changed(w, false);
	until(w, is_done, &twice);
	assert_int_equal(w->unauthorized, 1);
}

static void pause_holds_until_resume(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_start(w, CALM, NULL);
	until(w, is_done, &once);
	assert_int_equal(world_ask(w, "POST", "/sync/pause").status, 200);
	until(w, has_state, "paused");
	assert_string_equal(text_of(world_ask(w, "POST", "/sync/now").body, "code"), "paused");
	world_forget(w);
	world_customers(w, 1);
	world_changed(w, false);
	world_run(w, 300);
	assert_int_equal(w->n_seen, 0);
	assert_int_equal(world_ask(w, "POST", "/sync/resume").status, 200);
	until(w, is_done, &twice);
	assert_int_equal(w->confirmed, 1);
}

static void verify_compares_both_sides(void **state)
{
	struct world *w = *state;
	struct reply r;

	world_approved(w);
	world_customers(w, 2);
	world_start(w, CALM, NULL);
	until(w, is_done, &once);
	r = world_ask(w, "POST", "/sync/verify");
	assert_int_equal(r.status, 200);
	assert_int_equal(json_type(json_member(r.body, "identical")), JSON_BOOL);
	assert_int_equal(int_of(r.body, "seq"), 7);
	assert_non_null(strstr(last_seen(w, "POST /internal/sync/verified")->body, "\"identical\":true"));
	world_quirk(w, (struct quirk){ "/api/sync/digest", 200, NULL, "{\"seq\":7,\"changed\":[],\"tables\":[]}" });
	r = world_ask(w, "POST", "/sync/verify");
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(last_seen(w, "POST /internal/sync/verified")->body, "\"identical\":false"));
	world_cloud_gone(w);
	assert_int_equal(world_ask(w, "POST", "/sync/verify").status, 503);
}

static void status_tells_the_story(void **state)
{
	struct world *w = *state;
	struct json status, last, steps;

	world_approved(w);
	world_customers(w, 4);
	world_start(w, CALM, NULL);
	until(w, is_done, &once);
	until(w, has_state, "synced");
	status = world_status(w);
	assert_string_equal(text_of(status, "phase"), "on");
	assert_string_equal(text_of(status, "doing"), "wait");
	assert_int_equal(int_of(status, "pending"), 0);
	assert_int_equal(int_of(status, "last_status"), 200);
	assert_int_equal(int_of(status, "cycles"), int_of(status, "begun"));
	last = json_member(status, "last_cycle");
	assert_int_equal(int_of(last, "pushed"), 4);
	steps = json_member(last, "steps");
	assert_string_equal(text_of(json_at(steps, 0), "step"), "health");
	assert_int_equal(json_len(json_member(status, "history")), 1);
	for (int i = 0; i < 25; i++) {
		int64_t cycle = int_of(world_ask(w, "POST", "/sync/now").body, "cycle");

		until(w, is_through, &cycle);
	}
	assert_int_equal(json_len(json_member(world_status(w), "history")), 20);
}

static void a_hub_needs_none_and_says_so(void **state)
{
	struct world *w = *state;

	world_start(w, "FEXL_ROLE", "cloud", NULL);
	assert_int_equal(world_wait(w), 0);
	assert_true(log_has(w, "a hub has nobody to sync with"));
}

UNIT_MAIN(
	WORLD(a_till_without_pairing_asks_nobody),
	WORLD(a_till_registers_waits_for_the_owner_and_loads),
	WORLD(sync_now_hears_of_an_approval_a_moment_old),
	WORLD(a_wrong_licence_is_refused_once),
	WORLD(a_first_load_goes_on_where_it_stopped),
	WORLD(what_is_written_goes_up_at_once),
	WORLD(a_quiet_cycle_writes_next_to_nothing),
	WORLD(what_the_hub_has_numbered_since_is_pulled),
	WORLD(many_rows_go_up_in_batches),
	WORLD(a_wrong_clock_is_put_right_and_the_rows_go_again),
	WORLD(the_cloud_s_clock_is_what_tokens_are_made_by),
	WORLD(pause_holds_until_resume),
	WORLD(verify_compares_both_sides),
	WORLD(status_tells_the_story),
	WORLD(a_hub_needs_none_and_says_so),
)
