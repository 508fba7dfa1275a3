/* Numbers for people: a series without gaps for each server. */
#include "base/base.h"
#include "fixture.h"

static const char *reserve(struct fixture *f, struct uuid uuid, const char *kind)
{
	const char *number = NULL;

	must(f, number_reserve(&f->w, uuid, kind, &number, &f->err));
	return number;
}

/* As the hub does at approval. */
static void give_prefix(struct fixture *f, const char *prefix)
{
	static const char sql[] = "INSERT INTO pairing (tenant, url, name, status, prefix, paused, cursor, load_done, load_total) "
				  "VALUES ($1, 'https://hub', 'Till', 'approved', $2, 0, 0, 0, 0) "
				  "ON CONFLICT (tenant) DO UPDATE SET prefix = excluded.prefix";

	must(f, txn_run(&f->t, sql, ARGS(v_uuid(f->w.tenant), v_text(prefix)), &f->err));
}

static void a_till_without_a_hub_counts_under_its_own_letters(void **state)
{
	struct fixture *f = *state;
	const char *first = reserve(f, uuid_v7(), "invoice");

	assert_int_equal(strlen(first), 12);
	assert_int_equal(first[0], 'L');
	for (int i = 1; i < 5; i++)
		assert_true(first[i] >= 'A' && first[i] <= 'Z');
	assert_string_equal(first + 5, "-000001");
	assert_string_equal(reserve(f, uuid_v7(), "invoice") + 5, "-000002");
	assert_memory_equal(reserve(f, uuid_v7(), "invoice"), first, 5);
}

static void a_restored_till_takes_other_letters(void **state)
{
	struct fixture *f = *state;
	const char *before = reserve(f, uuid_v7(), "invoice"), *after;

	must(f, site_new_incarnation(&f->t, &f->site, &f->err));
	after = reserve(f, uuid_v7(), "invoice");
	assert_memory_not_equal(before, after, 5);
	assert_string_equal(after + 5, "-000001");
}

static void a_paired_till_counts_under_the_hubs_prefix(void **state)
{
	struct fixture *f = *state;

	reserve(f, uuid_v7(), "invoice");
	give_prefix(f, "T1");
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T1-000001");
	give_prefix(f, NULL);		/* pairing again: not approved yet */
	assert_string_equal(reserve(f, uuid_v7(), "invoice") + 5, "-000002");
	give_prefix(f, "T1");
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T1-000002");
}

static void each_kind_of_document_has_a_series(void **state)
{
	struct fixture *f = *state;

	give_prefix(f, "T1");
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T1-000001");
	assert_string_equal(reserve(f, uuid_v7(), "purchase"), "T1-P000001");
	assert_string_equal(reserve(f, uuid_v7(), "purchase"), "T1-P000002");
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T1-000002");
}

static void the_same_document_gets_the_same_number(void **state)
{
	struct fixture *f = *state;
	struct uuid sale = uuid_v7();
	const char *number = reserve(f, sale, "invoice"), *other;

	fixture_commit(f);
	give_prefix(f, "T9");		/* printed is printed */
	assert_string_equal(reserve(f, sale, "invoice"), number);
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T9-000001");
	refused(f, "kind_differs", number_reserve(&f->w, sale, "purchase", &other, &f->err));
	refused(f, "not_a_choice", number_reserve(&f->w, sale, "letter", &other, &f->err));
	assert_string_equal(f->err.field, "/kind");
}

static void a_number_that_was_not_committed_is_given_again(void **state)
{
	struct fixture *f = *state;

	give_prefix(f, "T1");
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T1-000001");
	fixture_commit(f);
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T1-000002");
	assert_true(f->t.wrote);
	fixture_rollback(f);
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T1-000002");
}

static void a_series_counts_from_one_and_counts_as_a_write(void **state)
{
	struct fixture *f = *state;
	int64_t n;

	for (int i = 1; i <= 3; i++) {
		must(f, series_next(&f->t, f->w.tenant, "device", "T", &n, &f->err));
		assert_int_equal(n, i);
	}
	assert_true(f->t.wrote);	/* a job that fails behind it must be rolled back */
	must(f, series_next(&f->t, f->w.tenant, "device", "U", &n, &f->err));
	assert_int_equal(n, 1);
}

static void a_million_is_not_the_end(void **state)
{
	struct fixture *f = *state;

	give_prefix(f, "T1");
	must(f, txn_run(&f->t, "INSERT INTO series (tenant, kind, prefix, last) VALUES ($1, 'invoice', 'T1', 999999)",
			ARGS(v_uuid(f->w.tenant)), &f->err));
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "T1-1000000");
}

static void a_hub_counts_for_browsers_without_a_till(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "C-000001");
	assert_string_equal(reserve(f, uuid_v7(), "purchase"), "C-P000001");
	must(f, site_new_incarnation(&f->t, &f->site, &f->err));
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "C2-000001");	/* restored: never the old ones again */
}

static void shops_do_not_share_a_series(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "C-000001");
	f->w.tenant = uuid_v7();
	assert_string_equal(reserve(f, uuid_v7(), "invoice"), "C-000001");
}

FIXTURE_MAIN(TILL(a_till_without_a_hub_counts_under_its_own_letters),
	     TILL(a_restored_till_takes_other_letters),
	     TILL(a_paired_till_counts_under_the_hubs_prefix),
	     TILL(each_kind_of_document_has_a_series),
	     TILL(the_same_document_gets_the_same_number),
	     TILL(a_number_that_was_not_committed_is_given_again),
	     HUB(a_series_counts_from_one_and_counts_as_a_write),
	     TILL(a_million_is_not_the_end),
	     HUB(a_hub_counts_for_browsers_without_a_till),
	     HUB(shops_do_not_share_a_series))
