#include "base/base.h"
#include "base/map.h"
#include "unit.h"

static void what_is_put_is_found_until_removed(void **state UNUSED)
{
	struct map m = { NULL, 0, 0 };
	int one = 1, two = 2;

	assert_null(map_get(&m, "a", 1));
	assert_null(map_remove(&m, "a", 1));
	map_put(&m, "a", 1, &one);
	map_put(&m, "a\0b", 3, &two);
	map_put(&m, "", 0, &two);
	assert_ptr_equal(map_get(&m, "a", 1), &one);
	assert_ptr_equal(map_get(&m, "a\0b", 3), &two);
	assert_ptr_equal(map_get(&m, "", 0), &two);
	assert_null(map_get(&m, "a\0", 2));
	map_put(&m, "a", 1, &two);
	assert_ptr_equal(map_get(&m, "a", 1), &two);
	assert_int_equal(m.used, 3);
	assert_ptr_equal(map_remove(&m, "a", 1), &two);
	assert_null(map_remove(&m, "a", 1));
	assert_null(map_get(&m, "a", 1));
	assert_int_equal(m.used, 2);
	map_release(&m);
	assert_int_equal(m.used, 0);
}

static void the_callers_key_may_go_away(void **state UNUSED)
{
	struct map m = { NULL, 0, 0 };
	char key[8] = "till-1";
	int value;

	map_put(&m, key, 6, &value);
	memset(key, 'x', sizeof(key));
	assert_ptr_equal(map_get(&m, "till-1", 6), &value);
	map_release(&m);
}

#define KEYS 2000

/* A long random life, checked against an array that cannot be wrong. */
static void it_agrees_with_a_plain_array(void **state UNUSED)
{
	struct map m = { NULL, 0, 0 };
	static int *want[KEYS], values[7];
	uint32_t chance = 1;
	size_t used = 0;

	for (int step = 0; step < 200000; step++) {
		uint32_t key, what;

		chance = chance * 1664525 + 1013904223;
		key = chance >> 8 & 0xffff;
		what = chance >> 28;
		key %= step % 20000 < 10000 ? KEYS : 20;	/* crowds, and quiet times */
		assert_ptr_equal(map_get(&m, &key, sizeof(key)), want[key]);
		if (what < 7) {
			used += want[key] == NULL;
			want[key] = &values[what];
			map_put(&m, &key, sizeof(key), want[key]);
		} else {
			used -= want[key] != NULL;
			assert_ptr_equal(map_remove(&m, &key, sizeof(key)), want[key]);
			want[key] = NULL;
		}
		assert_int_equal(m.used, used);
	}
	for (uint32_t key = 0; key < KEYS; key++)
		assert_ptr_equal(map_get(&m, &key, sizeof(key)), want[key]);
	map_release(&m);
}

static void add_up(void *value, void *ctx)
{
	*(int *)ctx += *(int *)value;
}

static void each_value_is_visited_once(void **state UNUSED)
{
	struct map m = { NULL, 0, 0 };
	int values[100], sum = 0;

	map_each(&m, add_up, &sum);
	assert_int_equal(sum, 0);
	for (int i = 0; i < 100; i++) {
		values[i] = i;
		map_put(&m, &i, sizeof(i), &values[i]);
	}
	map_each(&m, add_up, &sum);
	assert_int_equal(sum, 4950);
	map_release(&m);
}

static void no_value_is_our_bug(void **state UNUSED)
{
	struct map m = { NULL, 0, 0 };

	assert_panics(map_put(&m, "a", 1, NULL));
}

UNIT_MAIN(
	cmocka_unit_test(what_is_put_is_found_until_removed),
	cmocka_unit_test(the_callers_key_may_go_away),
	cmocka_unit_test(it_agrees_with_a_plain_array),
	cmocka_unit_test(each_value_is_visited_once),
	cmocka_unit_test(no_value_is_our_bug),
)
