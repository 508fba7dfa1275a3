/* Completeness of numbers: what a hub misses, and what a till never used. */
#include "fixture.h"

#include "base/clock.h"

static void see(struct fixture *f, const char *number)
{
	must(f, gaps_see(&f->t, f->w.tenant, number, &f->err));
}

static struct json gaps(struct fixture *f, int64_t now)
{
	struct buf out = { 0 };
	struct json items;

	must(f, gaps_list(f->db, f->pool, f->w.tenant, now, &out, &f->err));
	items = json_member(fixture_read(f, &out), "items");
	return items;
}

/* "T3-:2-4 T3-:6-6" */
static const char *missing(struct fixture *f)
{
	struct json items = gaps(f, 0);
	struct buf b = { 0 };
	const char *text = "";

	for (size_t i = 0; i < json_len(items); i++)
		buf_printf(&b, "%s%s:%lld-%lld", i ? " " : "", text_of(json_at(items, i), "series"),
			   (long long)int_of(json_at(items, i), "first"), (long long)int_of(json_at(items, i), "last"));
	if (b.len)
		text = pool_strdup(f->pool, b.data);
	buf_release(&b);
	return text;
}

static void a_number_that_is_missing_is_named_until_it_comes(void **state)
{
	struct fixture *f = *state;

	see(f, "T3-000001");
	see(f, "T3-000005");
	assert_string_equal(missing(f), "T3-:2-4");
	see(f, "T3-000003");
	assert_string_equal(missing(f), "T3-:2-2 T3-:4-4");
	see(f, "T3-000003");		/* again changes nothing */
	see(f, "T3-000004");
	see(f, "T3-000002");
	assert_string_equal(missing(f), "");
	see(f, "T3-000006");
	assert_string_equal(missing(f), "");
}

static void each_series_counts_for_itself(void **state)
{
	struct fixture *f = *state;

	see(f, "T3-000002");
	see(f, "T3-P000001");
	see(f, "T30-000001");
	assert_string_equal(missing(f), "T3-:1-1");
}

static void a_number_somebody_thought_of_is_no_series(void **state)
{
	static const char *const odd[] = { "12", "T1", "T1-12", "T1-", "T1-00000x", "-", "T1-0000000000000000000000000001", NULL };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		see(f, odd[i]);
	assert_string_equal(missing(f), "");
}

static void add_till(struct fixture *f, int64_t pending, int64_t last_seen)
{
	static const char sql[] = "INSERT INTO devices (tenant, uuid, incarnation, server, name, public_key, status, code, prefix, "
				  "asked_at, last_seen, pending) VALUES ($1, $2, 1, $2, 'Counter', $3, 'approved', 'X', 'T3', 0, $4, $5)";

	must(f, txn_run(&f->t, sql, ARGS(v_uuid(f->w.tenant), v_uuid(uuid_v7()), v_blob("k", 1), v_int(last_seen), v_int(pending)),
			&f->err));
}

static void a_delay_is_told_from_a_loss(void **state)
{
	static const struct {
		int64_t pending, minutes;	/* that the till was last heard of after the gap */
		const char *state;
	} cases[] = { { 1, 60, "delayed" }, { 0, 0, "delayed" }, { 0, 60, "lost" } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture *f = *state;
		struct json gap;

		add_till(f, cases[i].pending, f->t.stamp + cases[i].minutes * 60 * SECOND_US);
		see(f, "T3-000002");
		gap = json_at(gaps(f, f->t.stamp), 0);
		assert_string_equal(text_of(gap, "state"), cases[i].state);
		assert_string_equal(text_of(gap, "device"), "Counter");
		fixture_rollback(f);
	}
}

static struct uuid a_product(struct fixture *f)
{
	struct row r;

	must(f, record_create(&f->w, schema_table("products"), fixture_json(f, "{'name':'Tea','price':100}"), &r, &f->err));
	return r.uuid;
}

static void sell(struct fixture *f, struct uuid sale, const char *number)
{
	const char *body = pool_printf(f->pool, "{'uuid':'%s','number':'%s','lines':[{'product':'%s','qty':1000}],"
				       "'payments':[{'method':'cash','amount':100}]}", uuid_text(sale).s, number,
				       uuid_text(a_product(f)).s);
	bool identical;
	struct doc d;

	must(f, document_create(&f->w, schema_table("invoices"), fixture_json(f, body), &d, &identical, &f->err));
}

static int void_all(struct fixture *f)
{
	int voided;

	must(f, number_void_unused(&f->w, f->t.stamp + 1, &voided, &f->err));
	return voided;
}

static void a_number_nobody_used_is_voided_once_and_a_used_one_never(void **state)
{
	static const char count[] = "SELECT CAST(count(*) AS bigint) FROM number_voids";
	struct fixture *f = *state;
	struct uuid sold = uuid_v7(), lost = uuid_v7();
	const char *number, *unused;

	must(f, number_reserve(&f->w, sold, "invoice", &number, &f->err));
	must(f, number_reserve(&f->w, lost, "invoice", &unused, &f->err));
	sell(f, sold, number);
	assert_int_equal(void_all(f), 1);
	assert_int_equal(void_all(f), 0);
	assert_int_equal(fixture_int(f, count, NO_ARGS), 1);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM number_voids WHERE document = $1 AND number = $2",
				     ARGS(v_uuid(lost), v_text(unused))), 1);
	/* It comes all the same: it stands, with the number on its receipt. */
	sell(f, lost, unused);
	assert_int_equal(void_all(f), 0);
}

static void a_sale_that_has_its_number_keeps_it(void **state)
{
	struct fixture *f = *state;
	struct uuid sold = uuid_v7();
	const char *number, *again;

	must(f, number_reserve(&f->w, sold, "invoice", &number, &f->err));
	sell(f, sold, number);
	must(f, number_reserve(&f->w, sold, "invoice", &again, &f->err));
	assert_string_equal(number, again);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM numbers", NO_ARGS), 0);
}

FIXTURE_MAIN(HUB(a_number_that_is_missing_is_named_until_it_comes),
	     HUB(each_series_counts_for_itself),
	     HUB(a_number_somebody_thought_of_is_no_series),
	     HUB(a_delay_is_told_from_a_loss),
	     TILL(a_number_nobody_used_is_voided_once_and_a_used_one_never),
	     TILL(a_sale_that_has_its_number_keeps_it))
