/* Merging column by column: the same comes out whoever meets whom first. */
#include "base/base.h"
#include "sync/sync.h"
#include "unit.h"

#include <stdlib.h>

#define ROUNDS 20000

static struct pool *pool;
static unsigned dice;

static int roll(int n)
{
	dice = dice * 1103515245u + 12345u;
	return (int)(dice >> 16) % n;
}

static const struct table *products(void)
{
	return schema_table("products");
}

static struct val some_value(const struct column *c)
{
	static const char *const texts[] = { "a", "b", "bb" };

	if (roll(4) == 0)
		return v_null();
	return c->type == COL_TEXT ? v_text(texts[roll(3)]) : v_int(roll(3));
}

/* Times and values are few, so that they meet; a tombstone is as young as its row. */
static struct row some_version(void)
{
	struct row r = { .table = products(), .uuid = { { 7 } }, .updated_at = 1 + roll(5), .origin = { { (uint8_t)roll(3) } } };
	struct buf stamps = { 0 };

	for (int i = 0; r.table->columns[i].name; i++)
		r.v[i] = some_value(&r.table->columns[i]);
	if (roll(4) == 0)
		r.extra = roll(2) ? "{\"shelf\":1}" : "{\"shelf\":2}";
	if (roll(3)) {
		jw_open(&stamps, '{');
		for (int i = 0; r.table->columns[i].name; i++)
			jw_put_int(&stamps, r.table->columns[i].name, roll((int)r.updated_at + 1));
		if (r.extra)
			jw_put_int(&stamps, "shelf", roll((int)r.updated_at + 1));
		jw_close(&stamps, '}');
		r.stamps = pool_strdup(pool, stamps.data);
		buf_release(&stamps);
	}
	if (roll(4) == 0)
		r.deleted_at = r.updated_at;
	return r;
}

static struct row merged(const struct row *a, const struct row *b)
{
	struct row m;

	merge_columns(pool, a, b, &m);
	return m;
}

static void must_be_same(const struct row *a, const struct row *b, int round)
{
	if (!merge_same(pool, a, b))
		fail_msg("round %d: %s deleted %lld, and %s deleted %lld", round, a->stamps, (long long)a->deleted_at, b->stamps,
			 (long long)b->deleted_at);
	if (version_cmp(a->updated_at, a->origin, b->updated_at, b->origin) != 0)
		fail_msg("round %d: two versions", round);
}

static void any_order_of_versions_ends_alike(void **state UNUSED)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct row a, b, c, ab, ba, bc, left, right, twice;

		dice = (unsigned)i;
		pool = pool_new();
		a = some_version();
		b = some_version();
		c = some_version();
		ab = merged(&a, &b);
		ba = merged(&b, &a);
		must_be_same(&ab, &ba, i);
		bc = merged(&b, &c);
		left = merged(&ab, &c);
		right = merged(&a, &bc);
		must_be_same(&left, &right, i);
		twice = merged(&ab, &b);
		must_be_same(&ab, &twice, i);
		twice = merged(&left, &left);
		must_be_same(&left, &twice, i);
		pool_free(&pool);
	}
}

/* What a column says after all versions have met is what was said last. */
static void each_column_keeps_what_was_written_last(void **state UNUSED)
{
	struct row price = { .table = products(), .updated_at = 20, .stamps = "{\"name\":5,\"price\":20,\"sku\":5}" };
	struct row name = { .table = products(), .updated_at = 10, .stamps = "{\"name\":10,\"price\":5,\"sku\":5}" };
	struct row m;

	pool = pool_new();
	row_set(&price, "name", v_text("Tea"));
	row_set(&price, "price", v_int(300));
	row_set(&name, "name", v_text("Green tea"));
	row_set(&name, "price", v_int(250));
	m = merged(&price, &name);
	assert_string_equal(row_text(&m, "name"), "Green tea");
	assert_int_equal(row_int(&m, "price"), 300);
	pool_free(&pool);
}

static void a_tombstone_competes_as_the_row_does(void **state UNUSED)
{
	static const struct {
		int64_t edited, deleted;
		bool gone;
	} cases[] = { { 10, 20, true }, { 20, 10, false }, { 10, 10, true } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct row edit = { .table = products(), .updated_at = cases[i].edited, .stamps = "{\"price\":99}" };
		struct row grave = { .table = products(), .updated_at = cases[i].deleted, .deleted_at = cases[i].deleted,
				     .stamps = "{\"price\":5}" };
		struct row m;

		pool = pool_new();
		m = merged(&edit, &grave);
		assert_int_equal(m.deleted_at != 0, cases[i].gone);
		pool_free(&pool);
	}
}

static void a_row_without_stamps_is_as_old_as_it_says(void **state UNUSED)
{
	struct row made = { .table = products(), .updated_at = 10 }, old = { .table = products(), .updated_at = 9 };
	struct row m;

	pool = pool_new();
	row_set(&made, "name", v_text("new"));
	row_set(&old, "name", v_text("old"));
	m = merged(&old, &made);
	assert_string_equal(row_text(&m, "name"), "new");
	pool_free(&pool);
}

UNIT_MAIN(cmocka_unit_test(any_order_of_versions_ends_alike), cmocka_unit_test(each_column_keeps_what_was_written_last),
	  cmocka_unit_test(a_tombstone_competes_as_the_row_does), cmocka_unit_test(a_row_without_stamps_is_as_old_as_it_says))
