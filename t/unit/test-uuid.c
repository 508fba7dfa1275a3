#include "base/base.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/uuid.h"
#include "unit.h"

#include <pthread.h>

static struct uuid uuid_of(const char *text)
{
	struct uuid u;

	assert_int_equal(uuid_parse(&u, text, strlen(text)), 0);
	return u;
}

static void version_5_is_that_of_the_rfc(void **state UNUSED)
{
	static const struct {
		const char *space, *name, *want;
	} cases[] = {
		/* RFC 9562, appendix A.4 */
		{ "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2" },
		/* Python's uuid.uuid5() */
		{ "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d" },
		{ "6ba7b811-9dad-11d1-80b4-00c04fd430c8", "", "1b4db7eb-4057-5ddf-91e0-36dec72071f5" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct uuid u = uuid_v5(uuid_of(cases[i].space), cases[i].name, strlen(cases[i].name));

		assert_string_equal(uuid_text(u).s, cases[i].want);
	}
}

/* Short names are hashed on the stack, long ones are not. */
static void version_5_does_not_care_how_long_the_name_is(void **state UNUSED)
{
	struct uuid space = uuid_of("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
	char name[2000];
	uint8_t joined[16 + sizeof(name)], hash[20];

	memset(name, 'x', sizeof(name));
	memcpy(joined, space.b, 16);
	memcpy(joined + 16, name, sizeof(name));
	for (size_t len = 500; len <= sizeof(name); len += 4) {
		struct uuid u = uuid_v5(space, name, len);

		sha1(joined, 16 + len, hash);
		assert_memory_equal(u.b, hash, 6);
		assert_memory_equal(u.b + 9, hash + 9, 7);
	}
}

static void derived_rows_are_the_same_everywhere(void **state UNUSED)
{
	struct uuid sale = uuid_of("018f2b9e-7c3a-7000-8000-0123456789ab");

	assert_true(uuid_eq(uuid_derived(sale, "move", 12), uuid_v5(sale, "move:12", 7)));
	assert_false(uuid_eq(uuid_derived(sale, "move", 1), uuid_derived(sale, "move", 2)));
	assert_false(uuid_eq(uuid_derived(sale, "move", 1), uuid_derived(sale, "line", 1)));
}

static void only_the_form_of_36_characters_is_read(void **state UNUSED)
{
	static const char *const good[] = {
		"00000000-0000-0000-0000-000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
		"2ed6657d-e927-568b-95e1-2665a8aea6a2",
	};
	static const char *const bad[] = {
		"",
		"2ed6657d-e927-568b-95e1-2665a8aea6a",
		"2ed6657d-e927-568b-95e1-2665a8aea6a22",
		"2ed6657de927568b95e12665a8aea6a2",
		"{2ed6657d-e927-568b-95e1-2665a8aea6a2}",
		"2ed6657d-e927-568b-95e1-2665a8aea6ag",
		"2ed6657d-e927-568b-95e1-2665a8aea6a ",
		"2ed6657d+e927-568b-95e1-2665a8aea6a2",
		"2ed6657-de927-568b-95e1-2665a8aea6a2",
		"2ed6657d-e927-568b-95e1--665a8aea6a2",
		"2ed6657d-e927-568b-95e1-2665a8aea6\xd0\xb0",
	};
	struct uuid u = uuid_of(good[2]), before = u;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_string_equal(uuid_text(uuid_of(good[i])).s, good[i]);
	assert_true(uuid_eq(uuid_of("2ED6657D-E927-568B-95E1-2665A8AEA6A2"), u));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(uuid_parse(&u, bad[i], strlen(bad[i])), -1);
	assert_true(uuid_eq(u, before));
	assert_true(uuid_is_zero(uuid_of(good[0])));
	assert_false(uuid_is_zero(uuid_of(good[1])));
	assert_true(uuid_cmp(uuid_of(good[0]), uuid_of(good[1])) < 0);
}

static int64_t time_in_ms(struct uuid u)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | u.b[i];
	return ms;
}

static void version_7_rises_and_says_when(void **state UNUSED)
{
	int64_t before = clock_wall() / 1000;
	struct uuid last = uuid_v7();

	assert_in_range(time_in_ms(last), before, before + 5000);
	for (int i = 0; i < 100000; i++) {
		struct uuid u = uuid_v7();

		assert_int_equal(u.b[6] >> 4, 7);
		assert_int_equal(u.b[8] >> 6, 2);
		assert_true(uuid_cmp(last, u) < 0);
		last = u;
	}
}

static void version_7_rises_when_the_clock_goes_back(void **state UNUSED)
{
	struct uuid a = uuid_v7(), b, c;

	clock_set(1000, 0);
	b = uuid_v7();
	clock_set(-5, 0);
	c = uuid_v7();
	clock_real();
	assert_true(uuid_cmp(a, b) < 0 && uuid_cmp(b, c) < 0);
}

#define THREADS 4
#define EACH 20000

static void *make_many(void *arg)
{
	struct uuid *made = arg;

	for (int i = 0; i < EACH; i++)
		made[i] = uuid_v7();
	return NULL;
}

static int by_value(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

static void threads_never_make_the_same_one(void **state UNUSED)
{
	struct uuid *made = x_alloc(THREADS * EACH * sizeof(*made));
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_many, made + i * EACH), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	qsort(made, THREADS * EACH, sizeof(*made), by_value);
	for (int i = 1; i < THREADS * EACH; i++)
		assert_true(uuid_cmp(made[i - 1], made[i]) < 0);
	free(made);
}

static void parent_and_child_do_not_share_their_chance(void **state UNUSED)
{
	struct uuid ours, theirs;
	int fds[2], status;
	pid_t child;

	uuid_v7();
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		theirs = uuid_v7();
		_exit(write(fds[1], theirs.b, 16) == 16 ? 0 : 1);
	}
	ours = uuid_v7();
	assert_int_equal(read(fds[0], theirs.b, 16), 16);
	waitpid(child, &status, 0);
	assert_memory_not_equal(ours.b + 9, theirs.b + 9, 7);
	close(fds[0]);
	close(fds[1]);
}

UNIT_MAIN(
	cmocka_unit_test(version_5_is_that_of_the_rfc),
	cmocka_unit_test(version_5_does_not_care_how_long_the_name_is),
	cmocka_unit_test(derived_rows_are_the_same_everywhere),
	cmocka_unit_test(only_the_form_of_36_characters_is_read),
	cmocka_unit_test(version_7_rises_and_says_when),
	cmocka_unit_test(version_7_rises_when_the_clock_goes_back),
	cmocka_unit_test(threads_never_make_the_same_one),
	cmocka_unit_test(parent_and_child_do_not_share_their_chance),
)
