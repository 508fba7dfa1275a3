/* The last events of a shop: who asks for what is there gets it, who asks for
 * more is told that it is gone; nothing is kept that nobody needs. */
#include "base/base.h"
#include "realtimed/realtimed.h"
#include "unit.h"

static void add(struct ring *r, int64_t seq)
{
	char text[32];

	snprintf(text, sizeof text, "event %lld", (long long)seq);
	ring_add(r, frame_new(seq, text, strlen(text)));
}

/* The number of the event behind `since`; 0: nothing is behind it, -1: forgotten. */
static int64_t behind(const struct ring *r, int64_t since)
{
	uint64_t place;

	if (!ring_find(r, since, &place))
		return -1;
	return place == r->next ? 0 : ring_at(r, place)->seq;
}

static void what_is_kept_is_found(void **state UNUSED)
{
	struct ring r;

	ring_init(&r, 16, 100);
	assert_int_equal(behind(&r, 99), -1);
	assert_int_equal(behind(&r, 100), 0);
	for (int64_t seq = 101; seq <= 110; seq++)
		add(&r, seq);
	for (int64_t since = 100; since < 110; since++)
		assert_int_equal(behind(&r, since), since + 1);
	assert_int_equal(behind(&r, 110), 0);
	assert_int_equal(behind(&r, 99), -1);
	ring_release(&r);
}

static void the_oldest_is_forgotten_and_known_to_be(void **state UNUSED)
{
	struct ring r;

	ring_init(&r, 64, 0);
	for (int64_t seq = 1; seq <= 1000; seq++) {
		add(&r, seq);
		assert_true(r.next - r.first <= 64 && r.size <= 64);
		assert_int_equal(behind(&r, seq - 1), seq);
	}
	assert_int_equal(r.forgotten, 1000 - 64);
	assert_int_equal(behind(&r, 1000 - 64), 1000 - 63);
	assert_int_equal(behind(&r, 1000 - 65), -1);
	ring_release(&r);
}

/* A digest's event stands for several: it is behind each of them but the last. */
static void numbers_may_have_gaps(void **state UNUSED)
{
	struct ring r;

	ring_init(&r, 16, 0);
	add(&r, 1);
	add(&r, 50);
	add(&r, 60);
	assert_int_equal(behind(&r, 1), 50);
	assert_int_equal(behind(&r, 49), 50);
	assert_int_equal(behind(&r, 50), 60);
	assert_int_equal(behind(&r, 59), 60);
	ring_release(&r);
}

static void a_frame_lives_as_long_as_somebody_sends_it(void **state UNUSED)
{
	struct frame *f = frame_new(1, "x", 1), *held = frame_ref(f);
	struct ring r;

	ring_init(&r, 16, 0);
	ring_add(&r, f);
	ring_clear(&r, 5);
	assert_int_equal(held->refs, 1);
	assert_int_equal(held->len, 3);
	assert_memory_equal(held->data, "\x81\x01x", 3);
	assert_int_equal(behind(&r, 4), -1);
	assert_int_equal(behind(&r, 5), 0);
	frame_unref(&held);
	assert_null(held);
	ring_release(&r);
}

static void what_is_new_goes_out_in_one_piece(void **state UNUSED)
{
	struct ring r;

	ring_init(&r, 16, 0);
	add(&r, 1);
	ring_batch(&r);
	assert_int_equal(r.batch.len, 0);	/* one needs none */
	ring_batch_end(&r);
	add(&r, 2);
	add(&r, 3);
	ring_batch(&r);
	assert_int_equal(r.served, 1);
	assert_int_equal(r.batch.len, ring_at(&r, 1)->len + ring_at(&r, 2)->len);
	ring_batch_end(&r);
	assert_int_equal(r.served, r.next);
	ring_clear(&r, 3);
	add(&r, 4);
	add(&r, 5);
	ring_batch(&r);
	assert_int_equal(r.batch.len, ring_at(&r, 3)->len + ring_at(&r, 4)->len);
	ring_batch_end(&r);
	ring_release(&r);
}

UNIT_MAIN(cmocka_unit_test(what_is_kept_is_found),
	  cmocka_unit_test(the_oldest_is_forgotten_and_known_to_be),
	  cmocka_unit_test(numbers_may_have_gaps),
	  cmocka_unit_test(a_frame_lives_as_long_as_somebody_sends_it),
	  cmocka_unit_test(what_is_new_goes_out_in_one_piece))
