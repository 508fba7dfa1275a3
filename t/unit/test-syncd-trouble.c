/* fexl-syncd when something is wrong: with the cloud, the line, apid, the
 * database, or with one row.  There is always a next try, and a word about it. */
#include "base/base.h"
#include "world.h"

#include "base/clock.h"

#include <event2/event.h>

#define QUICK "FEXL_SYNC_INTERVAL_S", "1", "FEXL_BACKOFF_MIN_MS", "20", "FEXL_BACKOFF_MAX_MS", "100"
#define PATIENT "FEXL_SYNC_INTERVAL_S", "3600", "FEXL_BACKOFF_MIN_MS", "3600000", "FEXL_BACKOFF_MAX_MS", "3600000"

static bool is_done(struct world *w, const void *times)
{
	return w->done >= *(const int *)times;
}

static const int once = 1, twice = 2;

static bool fails(struct world *w, const void *arg UNUSED)
{
	struct json s = world_status(w);

	return int_of(s, "failures") > 0 && strcmp(text_of(s, "doing"), "wait") == 0;
}

static bool says(struct world *w, const void *text)
{
	return strcmp(w->text, text) == 0;
}

static bool is_unreachable(struct json status)
{
	bool yes = false;

	assert_int_equal(json_get_bool(status, "unreachable", &yes, NULL), 1);
	return yes;
}

/* Said between two attempts, not while one is under way. */
static bool cannot_reach(struct world *w, const void *arg UNUSED)
{
	return is_unreachable(world_status(w));
}

/* --- the cloud --- */

static void an_absent_cloud_costs_nothing_but_time(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 3);
	world_cloud_gone(w);
	world_start(w, QUICK, NULL);
	until(w, has_state, "offline");
	until(w, cannot_reach, NULL);
	assert_non_null(strstr(w->text, "Cloud unreachable for "));
	assert_non_null(strstr(w->text, ", 3 rows kept here"));
	world_cloud_back(w);
	until(w, is_done, &once);
	until(w, has_state, "synced");
	assert_int_equal(w->confirmed, 3);
	assert_true(log_has(w, "the cloud answers again"));
}

static void retry_after_is_obeyed_by_all_but_people(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_quirk(w, (struct quirk){ "/api/sync/health", 503, .header = "Retry-After", .value = "1000", .times = 1 });
	world_start(w, QUICK, NULL);
	until(w, fails, NULL);
	assert_true(int_of(world_status(w), "next_in_ms") > 990000);
	assert_int_equal(int_of(world_status(w), "last_status"), 503);
	world_forget(w);
	world_customers(w, 1);
	world_changed(w, false);
	world_run(w, 300);
	assert_int_equal(w->n_seen, 0);
	assert_int_equal(world_ask(w, "POST", "/sync/now").status, 202);
	until(w, is_done, &once);
	assert_int_equal(w->confirmed, 1);
}

static void whatever_the_cloud_answers_the_row_gets_through(void **state)
{
	static const int statuses[] = { 301, 401, 403, 404, 408, 410, 421, 426, 429, 500, 502, 503, 504 };
	static const char *const paths[] = { "/api/sync/health", "/api/sync/push", "/api/sync/pull" };
	struct world *w = *state;
	int wanted = 1;

	world_approved(w);
	world_start(w, QUICK, NULL);
	for (size_t i = 0; i < ARRAY_LEN(statuses) * ARRAY_LEN(paths); i++) {
		until(w, is_done, &wanted);
		wanted = w->done + 1;
		w->n_quirks = 0;
		world_quirk(w, (struct quirk){ paths[i % 3], statuses[i / 3], .times = 1 });
		world_customers(w, 1);
		world_changed(w, false);
		until(w, is_done, &wanted);
		if (w->confirmed != (int)i + 1 || !w->quirk[0].off)
			fail_msg("%d to %s", statuses[i / 3], paths[i % 3]);
		wanted = w->done;
	}
}

static void nonsense_is_not_believed(void **state)
{
	static const struct quirk nonsense[] = {
		{ "/api/sync/health", 200, "text/html", "<html>Welcome to our hotel</html>", .times = 2 },
		{ "/api/sync/health", 200, .body = "{\"status\":\"ok\"}", .times = 1 },
		{ "/api/sync/health", 200, .body = "{\"status\":\"ill\",\"server_time\":\"2026-01-01T00:00:00Z\"}", .times = 1 },
		{ "/api/sync/pull", 200, .body = "{\"rows\":[", .times = 1 },
		{ "/api/sync/pull", 200, .body = "{\"rows\":[],\"next\":null,\"more\":true}", .times = 1 },
		{ "/api/sync/push", 200, .body = "[]", .times = 1 },
		{ "/api/sync/pull", 200, "application/octet-stream", "{", .zeros = (size_t)64 << 20, .times = 1 },
	};
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 1);
	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++)
		world_quirk(w, nonsense[i]);
	world_start(w, QUICK, NULL);
	until(w, is_done, &once);
	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++)
		assert_true(w->quirk[i].off);
	assert_int_equal(w->applied, 0);
	assert_int_equal(w->confirmed, 1);
}

static void nobody_is_sent_elsewhere(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_quirk(w, (struct quirk){ "/api/sync/health", 302, .header = "Location", .value = "/elsewhere", .times = 3 });
	world_start(w, QUICK, NULL);
	until(w, is_done, &once);
	assert_int_equal(count_seen(w, "GET /elsewhere"), 0);
}

static void a_proxy_for_the_world_is_not_for_this_machine(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_start(w, QUICK, "http_proxy", "http://127.0.0.1:1", "all_proxy", "http://127.0.0.1:1", NULL);
	until(w, is_done, &once);
}

static void a_newer_protocol_is_told_apart(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_quirk(w, (struct quirk){ "/api/sync/health?", 200, .body = "{\"status\":\"ok\",\"server_time\":"
				     "\"2026-11-23T00:00:00Z\",\"protocol\":{\"min\":2,\"max\":3},\"device\":"
				     "{\"status\":\"approved\"}}" });
	world_start(w, PATIENT, NULL);
	until(w, has_state, "attention");
	assert_int_equal(int_of(world_status(w), "last_status"), 426);
	assert_non_null(strstr(w->text, "the cloud speaks sync protocol 2 to 3, this till 1"));
	assert_int_equal(count_seen(w, "POST /api/sync/push"), 0);
}

static void a_revoked_till_keeps_its_rows_and_comes_back(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 2);
	w->device = "revoked";
	world_start(w, QUICK, NULL);
	until(w, has_state, "revoked");
	assert_string_equal(w->text, "The cloud has revoked this till: it goes on alone, 2 rows kept here");
	assert_string_equal(text_of(world_ask(w, "POST", "/sync/now").body, "code"), "revoked");
	w->device = "approved";
	until(w, is_done, &once);
	assert_int_equal(w->confirmed, 2);
}

/* --- the line, and single rows --- */

static void a_call_that_hangs_ends_and_goes_again_smaller(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 10);
	world_quirk(w, (struct quirk){ "/api/sync/push", -1, .times = 2 });
	world_start(w, QUICK, "FEXL_SYNC_TIMEOUT_MS", "200", "FEXL_PUSH_ROWS", "8", NULL);
	until(w, is_done, &once);
	assert_int_equal(w->confirmed, 10);
	/* 8 rows, 4 rows; then 2, 4, and the rest */
	assert_int_equal(count_seen(w, "POST /api/sync/push"), 5);
}

static void one_bad_row_is_refused_by_itself(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 3);
	/* three times until a row is alone, and then for two of them */
	world_quirk(w, (struct quirk){ "/api/sync/push", 413, .body = "{\"detail\":\"too much\"}", .times = 5 });
	world_start(w, QUICK, NULL);
	until(w, is_done, &once);
	assert_int_equal(w->confirmed, 1);
	until(w, says, "The cloud refused 2 rows: see fexlctl pending; 0 more pending");
	assert_non_null(strstr(last_seen(w, "POST /internal/sync/confirm")->body, "\"status\":201"));
}

/* --- this machine --- */

static void without_apid_it_waits_and_goes_on_when_it_is_back(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 2);
	world_apid_gone(w);
	world_start(w, PATIENT, NULL);
	until(w, fails, NULL);
	assert_false(is_unreachable(world_status(w)));
	assert_non_null(strstr(text_of(world_status(w), "trouble"), "no answer from fexl-apid"));
	world_apid_back(w);
	until(w, is_done, &once);	/* although the next try was an hour away */
	assert_int_equal(w->confirmed, 2);
	until(w, has_state, "synced");
}

static void an_apid_that_refuses_does_not_lose_the_answer(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 2);
	world_quirk(w, (struct quirk){ "/internal/sync/confirm", 503, .times = 2 });
	world_quirk(w, (struct quirk){ "/internal/sync/done", 500, .times = 1 });
	world_start(w, QUICK, NULL);
	until(w, is_done, &once);
	assert_int_equal(w->confirmed, 2);
	assert_int_equal(count_seen(w, "POST /api/sync/push"), 3);
}

static void make_database(struct world *w, const char *path)
{
	static const char sql[] = "INSERT INTO server (one, uuid, device, incarnation, role, clock_last) "
				  "VALUES (1, $1, $2, 1, 'desktop', 0)";
	struct db_config config = { .engine = ENGINE_SQLITE, .url = path, .journal_size_bytes = 1 << 20 };
	struct fixture *f = w->f;
	struct db *db;

	must(f, db_open(&db, &config, DB_WRITE, &f->err));
	must(f, db_migrate(db, &f->err));
	must(f, db_run(db, sql, ARGS(v_uuid(uuid_v7()), v_uuid(uuid_v7())), &f->err));
	until(w, has_state, "off");
	db_close(&db);
}

static void a_database_that_is_not_there_yet_is_waited_for(void **state)
{
	struct world *w = *state;
	char path[100];

	snprintf(path, sizeof path, "%s/later.db", w->f->dir);
	world_start(w, QUICK, "DATABASE_URL", path, NULL);
	until(w, has_state, "attention");
	assert_non_null(strstr(w->text, "Waiting for fexl-apid: the database is not there yet"));
	assert_int_equal(world_ask(w, "POST", "/sync/now").status, 503);
	make_database(w, path);
	assert_int_equal(w->n_seen, 0);
}

static void remove_file(struct world *w, const char *name)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", w->f->dir, name);
	assert_int_equal(unlink(path), 0);
}

static void a_lost_licence_or_key_is_named(void **state)
{
	struct world *w = *state;

	world_pair(w);
	remove_file(w, "license");
	world_start(w, QUICK, NULL);
	until(w, has_state, "attention");
	assert_non_null(strstr(w->text, "/license): pair again"));
	assert_int_equal(count_seen(w, "POST /api/sync/credentials"), 0);
	world_stop(w);

	world_approved(w);
	remove_file(w, "device.key");
	w->state[0] = '\0';
	world_start(w, QUICK, NULL);
	until(w, has_state, "attention");
	assert_non_null(strstr(w->text, "/device.key"));
}

static void strangers_and_slips_are_turned_away(void **state)
{
	struct world *w = *state;

	world_start(w, QUICK, NULL);
	assert_int_equal(world_ask(w, "GET", "/sync/now").status, 405);
	assert_int_equal(world_ask(w, "POST", "/sync/never").status, 404);
	assert_int_equal(world_ask(w, "POST", "/sync/verify").status, 409);
}

/* --- the end --- */

static void terminate(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct world *w = arg;

	kill(w->syncd, SIGTERM);
}

static void it_stops_at_once_whatever_it_waits_for(void **state)
{
	static const struct timeval soon = { 0, 200000 };
	struct world *w = *state;
	int64_t began = clock_boot();
	struct reply r;

	world_pair(w);
	must(w->f, pairing_status(&w->f->w, "pending", "KTRV-7QX2", NULL, w->hub, w->epoch, NULL, &w->f->err));
	fixture_commit(w->f);
	world_quirk(w, (struct quirk){ "/api/sync/health", -1 });
	world_start(w, QUICK, NULL);
	until(w, has_seen, "GET /api/sync/health");
	event_base_once(w->base, -1, EV_TIMEOUT, terminate, w, &soon);
	r = world_ask(w, "POST", "/sync/now");
	assert_int_equal(r.status, 503);
	assert_string_equal(text_of(r.body, "code"), "stopping");
	assert_int_equal(world_wait(w), 0);
	assert_true(clock_boot() - began < 4 * SECOND_US);
}

static void a_killed_one_is_followed_by_one_that_goes_on(void **state)
{
	struct world *w = *state;

	world_approved(w);
	world_customers(w, 30);
	world_quirk(w, (struct quirk){ "/internal/sync/confirm", -1, .times = 1 });
	world_start(w, QUICK, NULL);
	until(w, has_seen, "POST /internal/sync/confirm");
	kill(w->syncd, SIGKILL);
	assert_int_equal(world_wait(w), -1);
	world_start(w, QUICK, NULL);
	until(w, is_done, &twice);
	assert_int_equal(w->confirmed, 30);
}

UNIT_MAIN(
	WORLD(an_absent_cloud_costs_nothing_but_time),
	WORLD(retry_after_is_obeyed_by_all_but_people),
	WORLD(whatever_the_cloud_answers_the_row_gets_through),
	WORLD(nonsense_is_not_believed),
	WORLD(nobody_is_sent_elsewhere),
	WORLD(a_proxy_for_the_world_is_not_for_this_machine),
	WORLD(a_newer_protocol_is_told_apart),
	WORLD(a_revoked_till_keeps_its_rows_and_comes_back),
	WORLD(a_call_that_hangs_ends_and_goes_again_smaller),
	WORLD(one_bad_row_is_refused_by_itself),
	WORLD(without_apid_it_waits_and_goes_on_when_it_is_back),
	WORLD(an_apid_that_refuses_does_not_lose_the_answer),
	WORLD(a_database_that_is_not_there_yet_is_waited_for),
	WORLD(a_lost_licence_or_key_is_named),
	WORLD(strangers_and_slips_are_turned_away),
	WORLD(it_stops_at_once_whatever_it_waits_for),
	WORLD(a_killed_one_is_followed_by_one_that_goes_on),
)
