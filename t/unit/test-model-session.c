/* Who is signed in, and who guessed too often. */
#include "base/base.h"
#include "fixture.h"

#include "base/clock.h"

#define MINUTE_US (60 * SECOND_US)
#define NOON ((int64_t)1764158400000000)

static struct uuid make_user(struct fixture *f, const char *body)
{
	struct row r;

	must(f, user_create(&f->w, fixture_json(f, body), NULL, NULL, &r, &f->err));
	return r.uuid;
}

static void sign_in(struct fixture *f, struct uuid user, int64_t lives_us, char token[TOKEN_MAX])
{
	int64_t until, before = clock_wall();

	must(f, session_create(&f->t, f->w.tenant, user, lives_us, token, &until, &f->err));
	assert_in_range(until, before + lives_us, clock_wall() + lives_us);
}

static int find(struct fixture *f, const char *token, struct actor *who)
{
	int n = session_find(f->db, token, who, &f->err);

	must(f, n);
	return n;
}

static int64_t sessions(struct fixture *f)
{
	return fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM sessions", NO_ARGS);
}

/* --- sessions --- */

static void a_token_finds_its_user_and_role(void **state)
{
	struct fixture *f = *state;
	struct uuid user = make_user(f, "{'name':'Aziz','role':'manager'}");
	char token[TOKEN_MAX];
	struct actor who;

	sign_in(f, user, MINUTE_US, token);
	assert_memory_equal(token, "fxs_", 4);
	assert_int_equal(find(f, token, &who), 1);
	assert_int_equal(who.kind, ACTOR_USER);
	assert_true(uuid_eq(who.user, user));
	assert_true(uuid_eq(who.tenant, f->w.tenant));
	assert_string_equal(who.role, "manager");
	assert_true(who.expires_at > clock_wall());
	token[10] ^= 1;
	assert_int_equal(find(f, token, &who), 0);
	assert_int_equal(find(f, "", &who), 0);
}

static void the_token_itself_is_not_stored(void **state)
{
	struct fixture *f = *state;
	uint8_t hash[SHA256_LEN];
	char token[TOKEN_MAX];

	sign_in(f, make_user(f, "{'name':'Aziz'}"), MINUTE_US, token);
	sha256(token, strlen(token), hash);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM sessions WHERE token_hash = $1",
				     ARGS(v_blob(hash, sizeof hash))), 1);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM sessions WHERE token_hash = $1",
				     ARGS(v_blob(token, strlen(token)))), 0);
}

static void a_session_ends_at_its_time_and_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct uuid user = make_user(f, "{'name':'Aziz'}");
	char token[TOKEN_MAX], other[TOKEN_MAX];
	struct actor who;

	clock_set(NOON, 0);
	sign_in(f, user, MINUTE_US, token);
	clock_set(NOON + MINUTE_US - 1, 0);
	assert_int_equal(find(f, token, &who), 1);
	clock_set(NOON + MINUTE_US, 0);
	assert_int_equal(find(f, token, &who), 0);
	assert_int_equal(sessions(f), 1);
	sign_in(f, user, MINUTE_US, other);
	assert_int_equal(sessions(f), 1);	/* the old one is gone */
	assert_int_equal(find(f, other, &who), 1);
}

static void signing_out_ends_only_this_session(void **state)
{
	struct fixture *f = *state;
	struct uuid user = make_user(f, "{'name':'Aziz'}");
	char here[TOKEN_MAX], there[TOKEN_MAX];
	struct actor who;

	sign_in(f, user, MINUTE_US, here);
	sign_in(f, user, MINUTE_US, there);
	must(f, session_end(&f->t, here, &f->err));
	must(f, session_end(&f->t, here, &f->err));	/* twice is harmless */
	assert_int_equal(find(f, here, &who), 0);
	assert_int_equal(find(f, there, &who), 1);
}

static void a_role_that_changes_counts_at_once(void **state)
{
	struct fixture *f = *state;
	struct uuid user = make_user(f, "{'name':'Aziz','role':'manager'}");
	char token[TOKEN_MAX];
	struct actor who;
	struct row r;

	sign_in(f, user, MINUTE_US, token);
	must(f, user_change(&f->w, user, NULL, fixture_json(f, "{'role':'cashier'}"), NULL, NULL, &r, &f->err));
	assert_int_equal(find(f, token, &who), 1);
	assert_string_equal(who.role, "cashier");
	must(f, user_change(&f->w, user, NULL, fixture_json(f, "{'active':false}"), NULL, NULL, &r, &f->err));
	assert_int_equal(find(f, token, &who), 0);
	must(f, user_change(&f->w, user, NULL, fixture_json(f, "{'active':true}"), NULL, NULL, &r, &f->err));
	assert_int_equal(find(f, token, &who), 1);
	must(f, record_delete(&f->w, schema_table("users"), user, NULL, &f->err));
	assert_int_equal(find(f, token, &who), 0);
}

static void a_session_of_nobody_opens_nothing(void **state)
{
	struct fixture *f = *state;
	char token[TOKEN_MAX];
	struct uuid user;
	struct actor who;

	sign_in(f, uuid_v7(), MINUTE_US, token);	/* no such user */
	assert_int_equal(find(f, token, &who), 0);
	sign_in(f, (struct uuid){ { 0 } }, MINUTE_US, token);	/* a tenant, but no user */
	assert_int_equal(find(f, token, &who), 0);
	user = make_user(f, "{'name':'Aziz'}");
	f->w.tenant = uuid_v7();			/* a user, but of another shop */
	sign_in(f, user, MINUTE_US, token);
	assert_int_equal(find(f, token, &who), 0);
}

static void the_platform_admin_has_neither_shop_nor_role(void **state)
{
	struct fixture *f = *state;
	struct uuid none = { { 0 } };
	char token[TOKEN_MAX];
	struct actor who;
	int64_t until;

	must(f, session_create(&f->t, none, none, MINUTE_US, token, &until, &f->err));
	assert_int_equal(find(f, token, &who), 1);
	assert_int_equal(who.kind, ACTOR_ADMIN);
	assert_true(uuid_is_zero(who.tenant) && uuid_is_zero(who.user));
	assert_string_equal(who.role, "");
	assert_false(actor_may(&who, PERM_READ));
}

static void a_sign_in_forgets_only_what_expired_in_its_own_shop(void **state)
{
	struct fixture *f = *state;
	struct uuid none = { { 0 } }, elsewhere = uuid_v7();
	char token[TOKEN_MAX];
	int64_t until;

	clock_set(NOON, 0);
	must(f, session_create(&f->t, none, none, MINUTE_US, token, &until, &f->err));
	must(f, session_create(&f->t, elsewhere, uuid_v7(), MINUTE_US, token, &until, &f->err));
	clock_set(NOON + 2 * MINUTE_US, 0);
	sign_in(f, uuid_v7(), MINUTE_US, token);
	assert_int_equal(sessions(f), 3);
	must(f, session_create(&f->t, none, none, MINUTE_US, token, &until, &f->err));
	assert_int_equal(sessions(f), 3);	/* the admin's old one went */
}

/* --- lockouts --- */

static struct attempt attempt_at(struct fixture *f, const char *address)
{
	return (struct attempt){ .tenant = f->w.tenant, .account = "aziz", .address = address };
}

static void miss(struct fixture *f, const char *address, int times)
{
	struct attempt a = attempt_at(f, address);

	for (int i = 0; i < times; i++)
		must(f, lockout_miss(&f->t, &a, &f->err));
}

static bool may_try(struct fixture *f, const char *address)
{
	struct attempt a = attempt_at(f, address);

	if (lockout_check(f->db, &a, &f->err) == 0)
		return true;
	assert_string_equal(f->err.code, "locked_out");
	assert_int_equal(f->err.kind, ERR_RATE);
	return false;
}

static void passes(struct fixture *f, const char *address)
{
	struct attempt a = attempt_at(f, address);

	must(f, lockout_passed(&f->t, &a, &f->err));
}

#define HERE "192.0.2.1"
#define THERE "198.51.100.7"

static void misses_lock_out_longer_each_time(void **state)
{
	struct fixture *f = *state;
	static const struct { int misses; int64_t minutes; } cases[] = {
		{ 1, 0 }, { 4, 0 }, { 5, 5 }, { 6, 0 }, { 9, 0 }, { 10, 30 }, { 11, 0 }, { 14, 0 }, { 15, 1440 },
		{ 16, 0 }, { 20, 1440 }, { 25, 1440 },
	};
	int64_t now = NOON;
	int misses = 0;

	clock_set(now, 0);
	passes(f, HERE);	/* the steps alone: no stranger */
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		clock_set(now, 0);
		for (; misses < cases[i].misses; misses++) {
			assert_true(may_try(f, HERE));
			miss(f, HERE, 1);
		}
		if (!cases[i].minutes) {
			assert_true(may_try(f, HERE));
			continue;
		}
		assert_false(may_try(f, HERE));
		assert_int_equal(f->err.retry_after_s, cases[i].minutes * 60);
		now += cases[i].minutes * MINUTE_US;
		clock_set(now - 1, 0);
		assert_false(may_try(f, HERE));
		assert_int_equal(f->err.retry_after_s, 1);
		assert_non_null(strstr(f->err.text, "1 minute,"));
	}
}

static void a_lockout_is_one_accounts_in_one_shop(void **state)
{
	struct fixture *f = *state;
	struct attempt other = attempt_at(f, HERE), elsewhere = attempt_at(f, HERE);

	other.account = "azizah";
	elsewhere.tenant = uuid_v7();
	miss(f, HERE, 5);
	assert_false(may_try(f, HERE));
	must(f, lockout_check(f->db, &other, &f->err));
	must(f, lockout_check(f->db, &elsewhere, &f->err));
}

static void a_success_clears_the_misses(void **state)
{
	struct fixture *f = *state;

	miss(f, HERE, 4);
	passes(f, HERE);
	miss(f, HERE, 4);
	assert_true(may_try(f, HERE));
	miss(f, HERE, 1);
	assert_false(may_try(f, HERE));
	passes(f, HERE);
	assert_true(may_try(f, HERE));
}

static void who_guesses_locks_out_himself(void **state)
{
	struct fixture *f = *state;

	miss(f, THERE, 5);
	assert_false(may_try(f, THERE));
	assert_true(may_try(f, HERE));
}

static void guess_from_many(struct fixture *f, int n)
{
	char address[40];

	for (int i = 0; i < n; i++) {
		snprintf(address, sizeof address, "203.0.113.%d", i);
		miss(f, address, 1);
	}
}

static void many_addresses_lock_out_strangers_only(void **state)
{
	struct fixture *f = *state;

	clock_set(NOON, 0);
	passes(f, HERE);
	guess_from_many(f, 19);
	assert_true(may_try(f, THERE));
	miss(f, THERE, 1);
	assert_false(may_try(f, THERE));
	assert_false(may_try(f, "192.0.2.99"));
	assert_true(may_try(f, HERE));
	miss(f, HERE, 1);		/* counted before it is looked at … */
	assert_true(may_try(f, HERE));
	passes(f, HERE);		/* … and right */
	assert_false(may_try(f, THERE));	/* which does not open the door for strangers */
	clock_set(NOON + 1441 * MINUTE_US, 0);
	assert_true(may_try(f, THERE));
}

static void a_day_without_a_miss_and_strangers_begin_anew(void **state)
{
	struct fixture *f = *state;

	clock_set(NOON, 0);
	guess_from_many(f, 19);
	clock_set(NOON + 1441 * MINUTE_US, 0);
	miss(f, THERE, 1);
	assert_true(may_try(f, "192.0.2.99"));
	/* And nobody keeps a row for each address that was ever tried from. */
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM lockouts WHERE subject LIKE '% at %'", NO_ARGS), 1);
}

static void sixteen_addresses_are_known_the_newest(void **state)
{
	struct fixture *f = *state;
	char address[40];

	for (int i = 0; i < 20; i++) {
		clock_set(NOON + i * MINUTE_US, 0);
		snprintf(address, sizeof address, "192.0.2.%d", i);
		passes(f, address);
	}
	guess_from_many(f, 20);
	assert_false(may_try(f, "192.0.2.3"));
	assert_true(may_try(f, "192.0.2.4"));
	assert_true(may_try(f, "192.0.2.19"));
}

static void who_is_forgiven_waits_nowhere(void **state)
{
	struct fixture *f = *state;

	guess_from_many(f, 20);
	miss(f, HERE, 5);
	assert_false(may_try(f, HERE) || may_try(f, THERE));
	assert_int_equal(lockout_forgive(&f->t, f->w.tenant, "aziz", &f->err), 1);
	assert_int_equal(lockout_forgive(&f->t, f->w.tenant, "aziz", &f->err), 0);
	assert_true(may_try(f, HERE) && may_try(f, THERE));
}

static void a_long_secret_has_no_limit_over_addresses(void **state)
{
	struct fixture *f = *state;
	struct attempt key = attempt_at(f, HERE);
	char address[40];

	key.long_secret = true;
	for (int i = 0; i < 50; i++) {
		snprintf(address, sizeof address, "203.0.113.%d", i);
		key.address = address;
		must(f, lockout_miss(&f->t, &key, &f->err));
	}
	key.address = HERE;
	must(f, lockout_check(f->db, &key, &f->err));
}

FIXTURE_MAIN(TILL(a_token_finds_its_user_and_role),
	     TILL(the_token_itself_is_not_stored),
	     TILL(a_session_ends_at_its_time_and_is_forgotten),
	     TILL(signing_out_ends_only_this_session),
	     TILL(a_role_that_changes_counts_at_once),
	     TILL(a_session_of_nobody_opens_nothing),
	     HUB(the_platform_admin_has_neither_shop_nor_role),
	     HUB(a_sign_in_forgets_only_what_expired_in_its_own_shop),
	     TILL(misses_lock_out_longer_each_time),
	     TILL(a_lockout_is_one_accounts_in_one_shop),
	     TILL(a_success_clears_the_misses),
	     TILL(who_guesses_locks_out_himself),
	     TILL(many_addresses_lock_out_strangers_only),
	     TILL(a_day_without_a_miss_and_strangers_begin_anew),
	     TILL(sixteen_addresses_are_known_the_newest),
	     TILL(who_is_forgiven_waits_nowhere),
	     TILL(a_long_secret_has_no_limit_over_addresses))
