#include "base/base.h"
#include "base/pool.h"
#include "unit.h"

#include <stdalign.h>

static void pieces_are_zeroed_aligned_and_apart(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct {
		char *p;
		size_t size;
	} pieces[600];
	size_t total = 0;

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		size_t size = i * i % 1999 + (i % 97 == 0 ? 70000 : 0);

		pieces[i].p = pool_alloc(pool, size);
		pieces[i].size = size;
		total += size;
		assert_int_equal((uintptr_t)pieces[i].p % alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(pieces[i].p[k], 0);
		memset(pieces[i].p, (int)(i & 0x7f), size);
	}
	assert_int_equal(pool_used(pool), total);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		for (size_t k = 0; k < pieces[i].size; k++)
			assert_int_equal(pieces[i].p[k], i & 0x7f);
	pool_free(&pool);
	assert_null(pool);
	pool_free(&pool);
}

static void a_cleared_pool_gives_zeroes_again(void **state UNUSED)
{
	struct pool *pool = pool_new();

	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 50; i++) {
			char *p = pool_alloc(pool, 333);

			for (int k = 0; k < 333; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xff, 333);
		}
		assert_int_equal(pool_used(pool), 50 * 333);
		pool_clear(pool);
		assert_int_equal(pool_used(pool), 0);
	}
	pool_free(&pool);
}

static void copies_are_terminated(void **state UNUSED)
{
	struct pool *pool = pool_new();
	char *copy = pool_memdup(pool, "a\0b", 3);

	assert_memory_equal(copy, "a\0b", 4);
	assert_string_equal(pool_memdup(pool, NULL, 0), "");
	assert_string_equal(pool_strdup(pool, "till"), "till");
	assert_string_equal(pool_strndup(pool, "till", 2), "ti");
	assert_string_equal(pool_strndup(pool, "till", 9), "till");
	pool_free(&pool);
}

static void printed_text_of_any_length_fits(void **state UNUSED)
{
	struct pool *pool = pool_new();

	for (int len = 0; len < 9000; len = len * 3 / 2 + 1) {
		char *text = pool_printf(pool, "%*s|%d", len, "", len);

		assert_int_equal(text[len], '|');
		assert_int_equal(atoi(text + len + 1), len);
	}
	pool_free(&pool);
}

struct diary {
	char text[16];
	size_t len;
	struct pool *pool;
};

struct entry {
	struct diary *diary;
	char letter;
};

static void note(void *arg)
{
	struct entry *e = arg;

	e->diary->text[e->diary->len++] = e->letter;
}

/* A clean-up that uses the dying pool. */
static void note_later(void *arg)
{
	struct diary *diary = arg;
	struct entry *e = pool_alloc(diary->pool, sizeof(*e));

	*e = (struct entry){ diary, 'z' };
	pool_on_free(diary->pool, note, e);
}

static void clean_ups_run_newest_first_and_once(void **state UNUSED)
{
	struct diary diary = { .pool = pool_new() };
	struct entry a = { &diary, 'a' }, b = { &diary, 'b' }, c = { &diary, 'c' };

	pool_on_free(diary.pool, note, &a);
	pool_on_free(diary.pool, note_later, &diary);
	pool_on_free(diary.pool, note, &b);
	pool_clear(diary.pool);
	assert_string_equal(diary.text, "bza");
	pool_on_free(diary.pool, note, &c);
	pool_free(&diary.pool);
	assert_string_equal(diary.text, "bzac");
}

static void a_size_that_nobody_means_panics(void **state UNUSED)
{
	struct pool *pool = pool_new();

	assert_panics(pool_alloc(pool, SIZE_MAX - 8));
	assert_panics(pool_alloc(pool, PTRDIFF_MAX));
	pool_free(&pool);
}

UNIT_MAIN(
	cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
	cmocka_unit_test(a_cleared_pool_gives_zeroes_again),
	cmocka_unit_test(copies_are_terminated),
	cmocka_unit_test(printed_text_of_any_length_fits),
	cmocka_unit_test(clean_ups_run_newest_first_and_once),
	cmocka_unit_test(a_size_that_nobody_means_panics),
)
