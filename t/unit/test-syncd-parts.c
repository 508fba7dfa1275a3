/* The parts of fexl-syncd that are pure, or nearly so. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "base/jwt.h"
#include "unit.h"

#include <fcntl.h>
#include <zlib.h>

/* --- pages --- */

static void a_page_is_read_without_being_parsed(void **state UNUSED)
{
	static const struct {
		const char *text;
		bool good, empty, more;
		const char *next;
	} cases[] = {
		{ "{\"rows\":[],\"next\":\"a.7\",\"more\":false}", true, true, false, "a.7" },
		{ "{\"rows\":[{\"a\":1}],\"next\":\"a.7\",\"more\":true}", true, false, true, "a.7" },
		{ " { \"more\" : true , \"next\" : null , \"rows\" : [ ] } ", true, true, true, NULL },
		{ "{\"rows\":[{\"s\":\"]}\\\"\\\\\"}],\"more\":false,\"next\":null}", true, false, false, NULL },
		{ "{\"rows\":[{\"more\":true,\"next\":\"x\"}],\"more\":false,\"next\":\"y\"}", true, false, false, "y" },
		{ "{\"epoch\":\"e\",\"seq\":7,\"rows\":[[]],\"next\":\"\",\"more\":false}", true, false, false, "" },
		{ "", false },
		{ "<html>", false },
		{ "{}", false },
		{ "[]", false },
		{ "{\"rows\":[],\"next\":\"a\"}", false },
		{ "{\"rows\":{},\"next\":\"a\",\"more\":false}", false },
		{ "{\"rows\":[],\"next\":5,\"more\":false}", false },
		{ "{\"rows\":[],\"next\":\"a\",\"more\":0}", false },
		{ "{\"rows\":[],\"next\":\"a\\u0062\",\"more\":true}", false },
		{ "{\"rows\":[,\"next\":\"a\",\"more\":true}", false },
		{ "{\"rows\":[\"", false },
		{ "{\"rows\":[\"\\", false },
		{ "{\"rows\":[],\"next\":\"a\",\"more\":true", false },
		{ "{\"rows\" [],\"next\":\"a\",\"more\":true}", false },
		{ "{\"rows\":,\"next\":\"a\",\"more\":true}", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].text);
		char *exact = malloc(len + 1);	/* a byte too far is seen */
		struct page_facts f;
		struct err err = { 0 };
		int rc;

		memcpy(exact, cases[i].text, len);
		rc = page_read(exact, len, &f, &err);
		if ((rc == 0) != cases[i].good)
			fail_msg("%s", cases[i].text);
		if (rc == 0) {
			assert_int_equal(f.empty, cases[i].empty);
			assert_int_equal(f.more, cases[i].more);
			assert_int_equal(f.next.p != NULL, cases[i].next != NULL);
			assert_true(f.next.p == NULL || slice_is(f.next, cases[i].next));
		}
		free(exact);
	}
}

static void every_beginning_of_a_page_is_none(void **state UNUSED)
{
	static const char page[] = "{\"rows\":[{\"s\":\"\\\"]\"},[1,{}]],\"next\":\"a.7\",\"more\":false,\"x\":-1e5}";
	struct page_facts f;

	assert_int_equal(page_read(page, sizeof page - 1, &f, NULL), 0);
	for (size_t len = 0; len < sizeof page - 1; len++) {
		char *exact = malloc(len + 1);

		memcpy(exact, page, len);
		assert_int_equal(page_read(exact, len, &f, NULL), -1);
		free(exact);
	}
}

/* --- words --- */

static void people_are_told_in_one_sentence(void **state UNUSED)
{
	static const struct {
		struct outlook o;
		const char *state, *text;
	} cases[] = {
		{ { .phase = PHASE_OFF }, "off", "Sync is off: this till keeps everything to itself" },
		{ { .phase = PHASE_ON, .synced_ago_us = 12 * SECOND_US }, "synced", "Synced 12 s ago, 0 pending" },
		{ { .phase = PHASE_ON, .synced_ago_us = 5400 * SECOND_US }, "synced", "Synced 90 min ago, 0 pending" },
		{ { .phase = PHASE_ON, .synced_ago_us = -1 }, "synced", "Connected, first cycle under way" },
		{ { .phase = PHASE_ON, .unreachable = true, .failures = 9, .lost_for_us = 41 * 60 * SECOND_US, .pending = 126,
		    .next_in_us = 24 * SECOND_US },
		  "offline", "Cloud unreachable for 41 min, 126 rows kept here, next try in 24 s" },
		{ { .phase = PHASE_ON, .unreachable = true, .failures = 9, .lost_for_us = 200 * 3600 * SECOND_US, .pending = 1 },
		  "offline", "Cloud unreachable for 8 days, 1 row kept here, trying now" },
		{ { .phase = PHASE_LOADING, .load_done = 12000, .load_total = 61204 }, "loading",
		  "First load: 12,000 of 61,204 rows" },
		{ { .phase = PHASE_LOADING }, "loading", "First load: asking the cloud what there is" },
		{ { .phase = PHASE_LOADING, .load_done = 1000005, .load_total = 2000000 }, "loading",
		  "First load: 1,000,005 of 2,000,000 rows" },
		{ { .phase = PHASE_PENDING, .code = "KTRV-7QX2", .pending = 1200 }, "pending",
		  "Waiting for the owner's approval, code KTRV-7QX2; 1,200 rows kept here" },
		{ { .phase = PHASE_REGISTERING }, "registering", "Asking the cloud to take this till in" },
		{ { .phase = PHASE_REFUSED, .trouble = "the key is wrong" }, "refused",
		  "The cloud refused this till: the key is wrong" },
		{ { .phase = PHASE_REVOKED, .pending = 2, .unreachable = true }, "revoked",
		  "The cloud has revoked this till: it goes on alone, 2 rows kept here" },
		{ { .phase = PHASE_ON, .paused = true, .pending = 3 }, "paused", "Sync is paused, 3 rows kept here" },
		{ { .phase = PHASE_ON, .failures = 2, .trouble = "the cloud answered 500 to push", .pending = 5,
		    .next_in_us = SECOND_US / 2 },
		  "attention", "Sync stands still: the cloud answered 500 to push; 5 rows kept here, next try in 1 s" },
		{ { .phase = PHASE_ON, .pending = 7, .refused = 2 }, "attention",
		  "The cloud refused 2 rows: see fexlctl pending; 5 more pending" },
		{ { .phase = PHASE_ON, .pending = 7 }, "sending", "Sending, 7 rows pending" },
		{ { .waiting_for_apid = true, .phase = PHASE_ON, .trouble = "no database" }, "attention",
		  "Waiting for fexl-apid: no database" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text = { 0 };

		outlook_text(&cases[i].o, &text);
		assert_string_equal(text.data, cases[i].text);
		assert_string_equal(outlook_state(&cases[i].o), cases[i].state);
		buf_release(&text);
	}
}

/* --- history --- */

static void the_last_twenty_cycles_are_remembered_newest_first(void **state UNUSED)
{
	struct history h = { 0 };

	assert_null(history_at(&h, 0));
	for (int i = 1; i <= 53; i++) {
		history_begin(&h, i, 0);
		for (int k = 0; k < MIN(i, HISTORY_MAX); k++)
			assert_int_equal(history_at(&h, k)->number, i - k);
		assert_null(history_at(&h, MIN(i, HISTORY_MAX)));
	}
}

static void steps_of_one_kind_are_added_up(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct cycle_record r = { .number = 3, .us = 41500 };
	struct buf text = { 0 };
	struct json root, steps;
	int64_t n = 0;

	record_step(&r, DO_HEALTH, 200, 1000, 0);
	record_step(&r, DO_PUSH, 200, 20000, 1000);
	record_step(&r, DO_PUSH, 503, 5000, 400);
	record_json(&r, &text);
	assert_int_equal(json_parse(pool, text.data, text.len, &root, NULL), 0);
	steps = json_member(root, "steps");
	assert_int_equal(json_len(steps), 2);
	assert_int_equal(json_get_int(json_at(steps, 1), "rows", 0, 9999, &n, NULL), 1);
	assert_int_equal(n, 1400);
	assert_int_equal(json_get_int(json_at(steps, 1), "status", 0, 9999, &n, NULL), 1);
	assert_int_equal(n, 503);
	assert_int_equal(json_get_int(root, "ms", 0, 9999, &n, NULL), 1);
	assert_int_equal(n, 41);
	buf_release(&text);
	pool_free(&pool);
}

/* --- pace --- */

static void a_batch_shrinks_to_one_row_and_grows_again(void **state UNUSED)
{
	struct pace p = { 0 };
	int tries = 0;

	assert_int_equal(pace_of(&p, 1000), 1000);
	pace_slower(&p, 1);
	assert_int_equal(pace_of(&p, 1000), 500);
	for (; pace_of(&p, 10000) > 1; tries++)
		pace_slower(&p, 3);
	assert_in_range(tries, 1, 5);
	pace_slower(&p, 1000);
	assert_int_equal(pace_of(&p, 10000), 1);
	for (tries = 0; pace_of(&p, 1000) < 1000; tries++)
		pace_faster(&p);
	assert_in_range(tries, 1, 20);
	pace_faster(&p);
	assert_int_equal(pace_of(&p, 1000), 1000);
}

/* --- gzip --- */

static void what_was_packed_unpacks(void **state UNUSED)
{
	static char plain[200000], back[sizeof plain + 1];
	struct buf b = { 0 };
	z_stream z = { 0 };

	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (char)(i * i >> 7);
	buf_add(&b, plain, sizeof plain);
	pack(&b);
	assert_true(b.len < sizeof plain);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (unsigned char *)b.data;
	z.avail_in = (unsigned)b.len;
	z.next_out = (unsigned char *)back;
	z.avail_out = sizeof back;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, sizeof plain);
	assert_memory_equal(back, plain, sizeof plain);
	inflateEnd(&z);
	buf_release(&b);
}

/* --- tokens --- */

struct keyed {
	struct token token;
	char path[40];
	uint8_t pub[ED25519_KEY_LEN];
	struct site site;
	struct uuid tenant;
};

static void write_key(const char *path, size_t len, uint8_t pub[ED25519_KEY_LEN])
{
	uint8_t key[ED25519_KEY_LEN + 1] = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ed25519_new(key, pub);
	assert_int_equal(write(fd, key, len), len);
	close(fd);
}

static int keyed_up(void **state)
{
	struct keyed *k = x_alloc(sizeof *k);
	int fd;

	strcpy(k->path, "/tmp/fexl-key-XXXXXX");
	fd = mkstemp(k->path);
	close(fd);
	write_key(k->path, ED25519_KEY_LEN, k->pub);
	k->token.key_file = x_strdup(k->path);
	k->site.device = uuid_v7();
	k->site.incarnation = 4;
	k->tenant = uuid_v7();
	*state = k;
	clock_set(1000000 * SECOND_US, 500 * SECOND_US);
	return 0;
}

static int keyed_down(void **state)
{
	struct keyed *k = *state;

	clock_unfollow();
	clock_real();
	token_release(&k->token);
	unlink(k->path);
	free(k);
	return 0;
}

static struct jwt read_token(struct keyed *k)
{
	struct err err = { 0 };
	const char *text = token_get(&k->token, k->tenant, &k->site, &err);
	struct jwt t = { 0 };

	assert_non_null(text);
	assert_int_equal(jwt_read(text, strlen(text), &t, &err), 0);
	assert_int_equal(jwt_verify(text, strlen(text), &t, k->pub, t.issued_s, 0, &err), 0);
	return t;
}

static void a_token_says_who_we_are_by_the_cloud_s_clock(void **state)
{
	struct keyed *k = *state;
	struct jwt t;

	token_clock(&k->token, 2000000 * SECOND_US, 499 * SECOND_US);
	t = read_token(k);
	assert_int_equal(t.use, JWT_DEVICE);
	assert_true(uuid_eq(t.tenant, k->tenant));
	assert_true(uuid_eq(t.device, k->site.device));
	assert_int_equal(t.incarnation, 4);
	assert_int_equal(t.issued_s, 2000001);
	assert_int_equal(t.expires_s, 2000301);
}

static void a_token_is_renewed_in_time(void **state)
{
	struct keyed *k = *state;

	token_clock(&k->token, 2000000 * SECOND_US, 500 * SECOND_US);
	assert_int_equal(read_token(k).issued_s, 2000000);
	clock_set(1000000 * SECOND_US, 739 * SECOND_US);
	assert_int_equal(read_token(k).issued_s, 2000000);
	clock_set(1000000 * SECOND_US, 740 * SECOND_US);
	assert_int_equal(read_token(k).issued_s, 2000240);
	/* the wall clock is stepped: nothing of it is seen */
	clock_set(9000000 * SECOND_US, 741 * SECOND_US);
	assert_int_equal(read_token(k).issued_s, 2000240);
	/* the cloud's clock is */
	token_clock(&k->token, 3000000 * SECOND_US, 741 * SECOND_US);
	assert_int_equal(read_token(k).issued_s, 3000000);
	k->site.incarnation = 5;
	assert_int_equal(read_token(k).incarnation, 5);
	token_forget(&k->token);
	assert_false(k->token.clock_known);
}

static void a_key_of_another_length_is_none(void **state)
{
	static const size_t lengths[] = { 0, 31, 33 };
	struct keyed *k = *state;
	uint8_t pub[ED25519_KEY_LEN];

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct err err = { 0 };

		write_key(k->path, lengths[i], pub);
		assert_null(token_get(&k->token, k->tenant, &k->site, &err));
		assert_non_null(strstr(err.text, k->path));
	}
}

UNIT_MAIN(
	cmocka_unit_test(a_page_is_read_without_being_parsed),
	cmocka_unit_test(every_beginning_of_a_page_is_none),
	cmocka_unit_test(people_are_told_in_one_sentence),
	cmocka_unit_test(the_last_twenty_cycles_are_remembered_newest_first),
	cmocka_unit_test(steps_of_one_kind_are_added_up),
	cmocka_unit_test(a_batch_shrinks_to_one_row_and_grows_again),
	cmocka_unit_test(what_was_packed_unpacks),
	cmocka_unit_test_setup_teardown(a_token_says_who_we_are_by_the_cloud_s_clock, keyed_up, keyed_down),
	cmocka_unit_test_setup_teardown(a_token_is_renewed_in_time, keyed_up, keyed_down),
	cmocka_unit_test_setup_teardown(a_key_of_another_length_is_none, keyed_up, keyed_down),
)
