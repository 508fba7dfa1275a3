/* The hub's roster of tills. */
#include "base/base.h"
#include "fixture.h"

#include "base/clock.h"

#define NOON ((int64_t)1764158400000000)
#define HOUR_US (3600 * SECOND_US)

/* The same number is the same till: its UUID and its key. */
static struct device till(struct fixture *f, uint8_t n)
{
	struct device d = { .tenant = f->w.tenant, .uuid = { { 1, n } }, .incarnation = 1, .name = "Till", .os = "Debian 12",
			    .version = "0.1.0" };

	memset(d.public_key, n, sizeof d.public_key);
	return d;
}

static struct device ask(struct fixture *f, struct device asks)
{
	struct device d;

	assert_int_equal(device_register(&f->t, &asks, &d, &f->err), 1);
	return d;
}

static struct device load(struct fixture *f, struct device which)
{
	struct device d;

	assert_int_equal(device_load(f->db, f->pool, which.tenant, which.uuid, &d, &f->err), 1);
	return d;
}

static struct device approve(struct fixture *f, struct device which)
{
	must(f, device_approve(&f->t, which.tenant, which.uuid, &f->err));
	return load(f, which);
}

static struct json roster(struct fixture *f, struct uuid tenant)
{
	struct buf out = { 0 };
	struct json j;

	must(f, device_list(f->db, f->pool, tenant, &out, &f->err));
	j = fixture_read(f, &out);
	assert_int_equal(json_type(json_member(j, "next")), JSON_NULL);
	return json_member(j, "items");
}

static int64_t count(struct fixture *f)
{
	return fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM devices", NO_ARGS);
}

/* --- asking --- */

static void a_new_till_waits_with_a_code(void **state)
{
	struct fixture *f = *state;
	struct device d = ask(f, till(f, 1)), stored = load(f, d);

	assert_string_equal(d.status, "pending");
	assert_int_equal(strlen(d.code), SHORT_CODE_LEN);
	assert_null(d.prefix);
	assert_true(uuid_eq(d.server, site_origin(d.uuid, 1)));
	assert_string_equal(stored.code, d.code);
	assert_string_equal(stored.status, "pending");
	assert_true(uuid_eq(stored.server, d.server));
	assert_memory_equal(stored.public_key, d.public_key, 32);
	assert_string_equal(stored.os, "Debian 12");
}

static void asking_again_is_the_same_row(void **state)
{
	struct fixture *f = *state;
	struct device asks = till(f, 1), first = ask(f, asks), again;

	asks.name = "Front till";
	asks.version = "0.2.0";
	asks.os = NULL;
	again = ask(f, asks);
	assert_string_equal(again.code, first.code);
	assert_string_equal(again.status, "pending");
	assert_int_equal(count(f), 1);
	again = load(f, asks);
	assert_string_equal(again.name, "Front till");
	assert_string_equal(again.version, "0.2.0");
	assert_null(again.os);
}

static void another_key_is_an_alarm_and_changes_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct device asks = till(f, 1), before, after, d;

	ask(f, asks);
	before = approve(f, asks);
	asks.public_key[31] ^= 1;
	asks.name = "Thief";
	assert_int_equal(device_register(&f->t, &asks, &d, &f->err), 0);
	assert_string_equal(f->err.code, "device_key_differs");
	assert_int_equal(f->err.kind, ERR_CONFLICT);
	after = load(f, asks);
	assert_string_equal(after.name, before.name);
	assert_string_equal(after.status, "approved");
	assert_memory_equal(after.public_key, before.public_key, 32);
	assert_non_null(strstr(text_of(json_at(roster(f, f->w.tenant), 0), "alarm"), "another key"));
	approve(f, asks);
	assert_null(text_of(json_at(roster(f, f->w.tenant), 0), "alarm"));
}

static void a_later_life_of_an_approved_till_stays_approved_with_other_numbers(void **state)
{
	struct fixture *f = *state;
	struct device asks = till(f, 1), first, second;

	ask(f, asks);
	first = approve(f, asks);
	must(f, device_seen(&f->t, asks.tenant, asks.uuid, 3, 50, &f->err));
	asks.incarnation = 2;
	second = ask(f, asks);
	assert_string_equal(second.status, "approved");
	assert_true(uuid_eq(second.server, site_origin(asks.uuid, 2)));
	assert_false(uuid_eq(second.server, first.server));
	assert_string_equal(first.prefix, "T1");
	assert_string_equal(second.prefix, "T2");
	second = load(f, asks);
	assert_int_equal(second.incarnation, 2);
	assert_string_equal(second.prefix, "T2");
	assert_int_equal(fixture_int(f, "SELECT cursor FROM devices", NO_ARGS), 0);	/* it may have been set back */
	asks.incarnation = 1;
	refused(f, "incarnation_old", device_register(&f->t, &asks, &second, &f->err));
	assert_int_equal(load(f, asks).incarnation, 2);
}

static void a_revoked_till_comes_back_as_pending(void **state)
{
	struct fixture *f = *state;
	struct device asks = till(f, 1), first, back;

	ask(f, asks);
	first = approve(f, asks);
	must(f, device_revoke(&f->t, asks.tenant, asks.uuid, &f->err));
	assert_string_equal(load(f, asks).status, "revoked");
	asks.incarnation = 2;
	back = ask(f, asks);
	assert_string_equal(back.status, "pending");
	assert_string_not_equal(back.code, first.code);
	assert_int_equal(load(f, asks).incarnation, 2);
	assert_null(load(f, asks).prefix);
	assert_string_equal(approve(f, asks).prefix, "T2");
}

static void only_so_many_wait_at_once(void **state)
{
	struct fixture *f = *state;
	struct device asks, d;

	for (uint8_t i = 1; i <= 20; i++)
		ask(f, till(f, i));
	asks = till(f, 21);
	refused(f, "too_many_pending", device_register(&f->t, &asks, &d, &f->err));
	assert_int_equal(f->err.kind, ERR_RATE);
	ask(f, till(f, 20));		/* who waits may ask again */
	asks.tenant = uuid_v7();
	ask(f, asks);			/* another shop's list */
	approve(f, till(f, 1));
	must(f, device_revoke(&f->t, f->w.tenant, till(f, 2).uuid, &f->err));
	ask(f, till(f, 21));
	ask(f, till(f, 22));
	asks = till(f, 2);
	refused(f, "too_many_pending", device_register(&f->t, &asks, &d, &f->err));
	assert_string_equal(load(f, till(f, 2)).status, "revoked");
}

static void what_cannot_be_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	struct device asks = till(f, 1), d;
	char long_name[202];

	memset(long_name, 'n', 201);
	long_name[201] = '\0';
	asks.name = "";
	refused(f, "too_short", device_register(&f->t, &asks, &d, &f->err));
	assert_string_equal(f->err.field, "/name");
	asks.name = long_name;
	refused(f, "too_long", device_register(&f->t, &asks, &d, &f->err));
	asks = till(f, 1);
	asks.os = long_name;
	refused(f, "too_long", device_register(&f->t, &asks, &d, &f->err));
	assert_string_equal(f->err.field, "/os");
	asks = till(f, 1);
	asks.incarnation = 0;
	refused(f, "range", device_register(&f->t, &asks, &d, &f->err));
	assert_false(f->t.wrote);
}

/* --- approving --- */

static void prefixes_are_never_given_twice(void **state)
{
	struct fixture *f = *state;

	for (uint8_t i = 1; i <= 3; i++)
		ask(f, till(f, i));
	assert_string_equal(approve(f, till(f, 1)).prefix, "T1");
	must(f, device_revoke(&f->t, f->w.tenant, till(f, 1).uuid, &f->err));
	assert_string_equal(approve(f, till(f, 2)).prefix, "T2");
	assert_string_equal(approve(f, till(f, 2)).prefix, "T2");
	assert_string_equal(approve(f, till(f, 1)).prefix, "T1");	/* the same life keeps its own */
	assert_string_equal(approve(f, till(f, 3)).prefix, "T3");
}

static void approving_again_keeps_the_day(void **state)
{
	struct fixture *f = *state;
	static const char sql[] = "SELECT approved_at FROM devices";
	int64_t first;

	ask(f, till(f, 1));
	approve(f, till(f, 1));
	first = fixture_int(f, sql, NO_ARGS);
	assert_int_equal(first, f->t.stamp);
	fixture_commit(f);
	approve(f, till(f, 1));
	assert_int_equal(fixture_int(f, sql, NO_ARGS), first);
}

static void an_unknown_till_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct uuid nowhere = uuid_v7(), uuid = till(f, 1).uuid;
	struct device d;

	ask(f, till(f, 1));
	fixture_commit(f);
	refused(f, "not_found", device_approve(&f->t, nowhere, uuid, &f->err));
	refused(f, "not_found", device_revoke(&f->t, nowhere, uuid, &f->err));
	refused(f, "not_found", device_rename(&f->t, nowhere, uuid, "X", &f->err));
	assert_int_equal(device_load(f->db, f->pool, nowhere, uuid, &d, &f->err), 0);
	assert_false(f->t.wrote);
}

static void a_till_is_renamed(void **state)
{
	struct fixture *f = *state;

	ask(f, till(f, 1));
	must(f, device_rename(&f->t, f->w.tenant, till(f, 1).uuid, "Bazaar, left", &f->err));
	assert_string_equal(load(f, till(f, 1)).name, "Bazaar, left");
	refused(f, "too_short", device_rename(&f->t, f->w.tenant, till(f, 1).uuid, "", &f->err));
}

/* --- the roster --- */

static void the_roster_shows_first_who_waits(void **state)
{
	struct fixture *f = *state;
	static const uint8_t order[] = { 5, 4, 3, 2, 1 };
	struct json items;

	clock_set(NOON, 0);
	for (uint8_t i = 1; i <= 5; i++) {
		ask(f, till(f, i));
		if (i <= 4)
			approve(f, till(f, i));
		clock_set(NOON + i * SECOND_US, 0);
		must(f, device_seen(&f->t, f->w.tenant, till(f, i).uuid, i, 10 * i, &f->err));
	}
	must(f, device_revoke(&f->t, f->w.tenant, till(f, 1).uuid, &f->err));
	items = roster(f, f->w.tenant);
	assert_int_equal(json_len(items), 5);
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_true(uuid_eq(uuid_of(json_at(items, i), "uuid"), till(f, order[i]).uuid));
	assert_string_equal(text_of(json_at(items, 0), "status"), "pending");
	assert_non_null(text_of(json_at(items, 0), "code"));
	assert_null(text_of(json_at(items, 1), "code"));
	assert_string_equal(text_of(json_at(items, 1), "prefix"), "T4");
	assert_string_equal(text_of(json_at(items, 1), "last_seen"), "2025-11-26T12:00:04.000000Z");
	assert_int_equal(int_of(json_at(items, 1), "pending"), 4);
	assert_string_equal(text_of(json_at(items, 4), "status"), "revoked");
}

static void the_roster_is_one_shops_or_all(void **state)
{
	struct fixture *f = *state;
	struct device other = till(f, 2);
	struct json items;

	other.tenant = uuid_v7();
	ask(f, till(f, 1));
	ask(f, other);
	items = roster(f, f->w.tenant);
	assert_int_equal(json_len(items), 1);
	assert_true(uuid_eq(uuid_of(json_at(items, 0), "tenant"), f->w.tenant));
	assert_int_equal(json_type(json_member(json_at(items, 0), "last_seen")), JSON_NULL);
	assert_int_equal(json_type(json_member(json_at(items, 0), "pending")), JSON_NULL);
	assert_int_equal(json_len(roster(f, (struct uuid){ { 0 } })), 2);
	assert_int_equal(json_len(roster(f, uuid_v7())), 0);
}

static void a_till_that_says_nothing_new_keeps_what_it_said(void **state)
{
	struct fixture *f = *state;
	struct uuid uuid = till(f, 1).uuid;

	ask(f, till(f, 1));
	must(f, device_seen(&f->t, f->w.tenant, uuid, 7, 99, &f->err));
	must(f, device_seen(&f->t, f->w.tenant, uuid, -1, -1, &f->err));
	assert_int_equal(int_of(json_at(roster(f, f->w.tenant), 0), "pending"), 7);
	assert_int_equal(fixture_int(f, "SELECT cursor FROM devices", NO_ARGS), 99);
	must(f, device_seen(&f->t, f->w.tenant, uuid, 0, 100, &f->err));
	assert_int_equal(int_of(json_at(roster(f, f->w.tenant), 0), "pending"), 0);
}

static void counts_are_of_the_last_day_and_end_after_two(void **state)
{
	struct fixture *f = *state;
	struct uuid uuid = till(f, 1).uuid;
	struct json item;

	ask(f, till(f, 1));
	for (int hour = 0; hour <= 60; hour += 12) {
		clock_set(NOON + hour * HOUR_US, 0);
		must(f, device_count(&f->t, f->w.tenant, uuid, 1, 10, 0, &f->err));
		must(f, device_count(&f->t, f->w.tenant, uuid, 2, 20, 1, &f->err));
	}
	item = json_at(roster(f, f->w.tenant), 0);	/* hours 48 and 60: 36 is a day ago */
	assert_int_equal(int_of(item, "pushed_24h"), 6);
	assert_int_equal(int_of(item, "pulled_24h"), 60);
	assert_int_equal(int_of(item, "conflicts_24h"), 2);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM device_stats", NO_ARGS), 5);	/* 12 to 60 */
	clock_set(NOON + 200 * HOUR_US, 0);
	item = json_at(roster(f, f->w.tenant), 0);
	assert_int_equal(int_of(item, "pushed_24h"), 0);
}

static void a_till_loads_again_until_it_begins(void **state)
{
	struct fixture *f = *state;
	struct device asks = till(f, 1);

	ask(f, asks);
	assert_int_equal(device_load_again(&f->t, asks.tenant, asks.uuid, &f->err), -1);
	assert_string_equal(f->err.code, "not_approved");
	approve(f, asks);
	must(f, device_seen(&f->t, asks.tenant, asks.uuid, 0, 50, &f->err));
	must(f, device_load_again(&f->t, asks.tenant, asks.uuid, &f->err));
	must(f, device_seen(&f->t, asks.tenant, asks.uuid, 0, 60, &f->err));
	assert_int_equal(load(f, asks).cursor, DEVICE_LOADS);
	must(f, device_seen(&f->t, asks.tenant, asks.uuid, -1, 0, &f->err));
	must(f, device_seen(&f->t, asks.tenant, asks.uuid, 0, 70, &f->err));
	assert_int_equal(load(f, asks).cursor, 70);
}

static void an_operator_finds_a_tills_shop(void **state)
{
	struct fixture *f = *state;
	struct device moved = till(f, 1);
	struct uuid tenant;

	assert_int_equal(device_tenant(f->db, moved.uuid, &tenant, &f->err), 0);
	moved.tenant = uuid_v7();
	ask(f, till(f, 1));
	fixture_commit(f);
	ask(f, moved);
	assert_int_equal(device_tenant(f->db, moved.uuid, &tenant, &f->err), 1);
	assert_true(uuid_eq(tenant, moved.tenant));	/* where it asked last … */
	must(f, device_revoke(&f->t, moved.tenant, moved.uuid, &f->err));
	assert_int_equal(device_tenant(f->db, moved.uuid, &tenant, &f->err), 1);
	assert_true(uuid_eq(tenant, f->w.tenant));	/* … and was not turned away */
}

/* --- a till that shows no licence but its own key --- */

static struct device copy_of(struct fixture *f, struct device of, uint8_t n)
{
	struct device copy = till(f, n);

	memcpy(copy.public_key, of.public_key, sizeof copy.public_key);
	return copy;
}

static void a_key_that_let_nobody_in_lets_nobody_in(void **state)
{
	struct fixture *f = *state;
	struct device known = till(f, 1), d, nameless;

	refused(f, "credentials_refused", device_register_by_key(&f->t, &known, &d, &f->err));
	ask(f, known);
	approve(f, known);
	must(f, device_revoke(&f->t, f->w.tenant, known.uuid, &f->err));
	refused(f, "device_revoked", device_register_by_key(&f->t, &known, &d, &f->err));
	nameless = till(f, 2);
	nameless.name = "";
	refused(f, "too_short", device_register_by_key(&f->t, &nameless, &d, &f->err));
}

static void a_known_key_is_the_till_it_was(void **state)
{
	struct fixture *f = *state;
	struct device known = till(f, 1), other = till(f, 2), d;

	ask(f, known);
	approve(f, known);
	known.incarnation = 2;
	assert_int_equal(device_register_by_key(&f->t, &known, &d, &f->err), 1);
	assert_string_equal(d.status, "approved");
	assert_int_equal(d.incarnation, 2);
	assert_int_equal(count(f), 1);
	/* Under the name of another till it is an alarm. */
	ask(f, other);
	other = copy_of(f, known, 2);
	assert_int_equal(device_register_by_key(&f->t, &other, &d, &f->err), 0);
	assert_string_equal(f->err.code, "device_key_differs");
}

static void a_copy_stays_in_as_a_device_of_its_own_and_people_hear_of_it(void **state)
{
	static const char *const statuses[] = { "pending", "approved" };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct device first = till(f, (uint8_t)(10 * i + 1)), copy = copy_of(f, first, (uint8_t)(10 * i + 2)), d;
		struct json items;
		int alarms = 0;

		ask(f, first);
		if (i == 1)
			approve(f, first);
		assert_int_equal(device_register_by_key(&f->t, &copy, &d, &f->err), 1);
		assert_string_equal(load(f, copy).status, statuses[i]);
		assert_false(uuid_eq(d.server, load(f, first).server));
		if (i == 1)
			assert_string_not_equal(d.prefix, load(f, first).prefix);
		items = roster(f, f->w.tenant);
		for (size_t k = 0; k < json_len(items); k++)
			alarms += text_of(json_at(items, k), "alarm") != NULL;
		assert_int_equal(alarms, (int)i + 1);
	}
}

FIXTURE_MAIN(HUB(a_new_till_waits_with_a_code),
	     HUB(asking_again_is_the_same_row),
	     HUB(another_key_is_an_alarm_and_changes_nothing_else),
	     HUB(a_later_life_of_an_approved_till_stays_approved_with_other_numbers),
	     HUB(a_revoked_till_comes_back_as_pending),
	     HUB(only_so_many_wait_at_once),
	     HUB(what_cannot_be_is_refused_by_name),
	     HUB(prefixes_are_never_given_twice),
	     HUB(approving_again_keeps_the_day),
	     HUB(an_unknown_till_is_not_found),
	     HUB(a_till_is_renamed),
	     HUB(the_roster_shows_first_who_waits),
	     HUB(the_roster_is_one_shops_or_all),
	     HUB(a_till_that_says_nothing_new_keeps_what_it_said),
	     HUB(counts_are_of_the_last_day_and_end_after_two),
	     HUB(a_till_loads_again_until_it_begins),
	     HUB(an_operator_finds_a_tills_shop),
	     HUB(a_key_that_let_nobody_in_lets_nobody_in),
	     HUB(a_known_key_is_the_till_it_was),
	     HUB(a_copy_stays_in_as_a_device_of_its_own_and_people_hear_of_it))
