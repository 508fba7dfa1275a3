/* The loser of a conflict is kept, whole, beside the winner. */
#include "base/base.h"
#include "fixture.h"

static struct doc product(struct fixture *f, const char *name, int64_t price, struct uuid origin)
{
	struct doc d;

	doc_init(&d, schema_table("products"));
	d.head.uuid = (struct uuid){ { 7 } };
	d.head.origin = origin;
	d.head.updated_at = f->t.stamp + price;
	row_set(&d.head, "name", v_text(name));
	row_set(&d.head, "price", v_int(price));
	row_set(&d.head, "tracked", v_int(1));
	row_set(&d.head, "archived", v_int(0));
	return d;
}

static struct doc read_back(struct fixture *f, const char *sql)
{
	struct json j = { 0 };
	struct val v[1];
	struct doc d;

	assert_int_equal(db_one(f->db, f->pool, sql, NO_ARGS, v, 1, &f->err), 1);
	must(f, json_parse(f->pool, v[0].s, v[0].len, &j, &f->err));
	doc_init(&d, schema_table("products"));
	must(f, doc_from_sync(f->pool, j, &d, &f->err));
	return d;
}

static void both_versions_can_be_put_back(void **state)
{
	struct fixture *f = *state;
	struct doc ours = product(f, "Tea \"green\"", 1200, uuid_v7()), theirs = product(f, "Чай", 1300, uuid_v7()), d;
	struct val v[6];

	must(f, conflict_keep(&f->t, f->w.tenant, &theirs, &ours, "newest_wins", &f->err));
	assert_int_equal(db_one(f->db, f->pool, "SELECT tbl, row, at, rule, winner_origin, loser_origin FROM conflicts "
				"WHERE tenant = $1", ARGS(v_uuid(f->w.tenant)), v, 6, &f->err), 1);
	assert_string_equal(v[0].s, "products");
	assert_true(uuid_eq(v[1].u, ours.head.uuid));
	assert_int_equal(v[2].i, f->t.stamp);
	assert_string_equal(v[3].s, "newest_wins");
	assert_true(uuid_eq(v[4].u, theirs.head.origin));
	assert_true(uuid_eq(v[5].u, ours.head.origin));
	d = read_back(f, "SELECT loser FROM conflicts");
	assert_true(doc_same_entered(&d, &ours));
	assert_string_equal(row_text(&d.head, "name"), "Tea \"green\"");
	assert_int_equal(d.head.updated_at, ours.head.updated_at);
	d = read_back(f, "SELECT winner FROM conflicts");
	assert_true(doc_same_entered(&d, &theirs));
	assert_true(uuid_eq(d.head.origin, theirs.head.origin));
}

static void each_loser_of_a_row_is_kept_once(void **state)
{
	struct fixture *f = *state;
	struct doc winner = product(f, "Tea", 3, uuid_v7()), loser = product(f, "Teh", 1, uuid_v7());
	struct doc another = loser;

	another.head.updated_at = 2;
	must(f, conflict_keep(&f->t, f->w.tenant, &winner, &loser, "newest_wins", &f->err));
	must(f, conflict_keep(&f->t, f->w.tenant, &winner, &another, "newest_wins", &f->err));
	must(f, conflict_keep(&f->t, f->w.tenant, &winner, &loser, "newest_wins", &f->err));
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM conflicts", NO_ARGS), 2);
}

/* --- reading the journal --- */

static struct json one(struct fixture *f, struct uuid uuid)
{
	struct buf out = { 0 };
	struct json j;

	must(f, conflict_json(f->db, f->pool, f->w.tenant, uuid, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

static struct json journal(struct fixture *f, int limit, const char *after)
{
	const struct page page = { .limit = limit, .after = after };
	struct buf out = { 0 };
	struct json j;

	must(f, conflict_list(f->db, f->pool, f->w.tenant, &page, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

static void an_entry_shows_both_versions_and_who_made_them(void **state)
{
	struct fixture *f = *state;
	struct doc winner = product(f, "Tea", 3, f->site.uuid), loser = product(f, "Teh", 1, uuid_v7());
	struct json entry, listed;
	struct buf out = { 0 };
	struct row amal;

	must(f, user_create(&f->w, fixture_json(f, "{'name':'Amal','role':'manager'}"), NULL, NULL, &amal, &f->err));
	winner.head.by = amal.uuid;
	loser.head.deleted_at = 5;
	must(f, conflict_keep(&f->t, f->w.tenant, &winner, &loser, "newest_wins", &f->err));
	listed = json_at(json_member(journal(f, 5, NULL), "items"), 0);
	entry = one(f, uuid_of(listed, "uuid"));
	assert_string_equal(text_of(json_member(entry, "winner"), "name"), "Tea");
	assert_string_equal(text_of(json_member(entry, "loser"), "name"), "Teh");
	assert_int_equal(json_type(json_member(json_member(entry, "loser"), "deleted")), JSON_BOOL);
	assert_string_equal(text_of(entry, "winner_user"), "Amal");
	assert_null(text_of(entry, "loser_user"));
	refused(f, "not_found", conflict_json(f->db, f->pool, f->w.tenant, uuid_v7(), &out, &f->err));
	buf_release(&out);
}

static void a_version_of_a_table_that_is_not_known_here_is_not_shown(void **state)
{
	struct fixture *f = *state;
	struct doc winner = product(f, "Tea", 3, uuid_v7()), loser = product(f, "Teh", 1, uuid_v7());
	struct json entry;

	must(f, conflict_keep(&f->t, f->w.tenant, &winner, &loser, "newest_wins", &f->err));
	must(f, txn_run(&f->t, "UPDATE conflicts SET tbl = 'gift_cards'", NO_ARGS, &f->err));
	entry = json_at(json_member(journal(f, 5, NULL), "items"), 0);
	assert_string_equal(text_of(entry, "table"), "gift_cards");
	assert_int_equal(json_type(json_member(entry, "winner")), JSON_NULL);
}

static void the_journal_comes_page_by_page(void **state)
{
	static const char *const wrong[] = { "", "7", "7.x", "x.0190a000-0000-7000-8000-000000000000" };
	struct fixture *f = *state;
	const char *after = NULL;
	struct buf out = { 0 };
	int n = 0;

	for (int i = 1; i <= 5; i++) {
		struct doc winner = product(f, "Tea", 100, uuid_v7()), loser = product(f, "Teh", i, uuid_v7());

		must(f, conflict_keep(&f->t, f->w.tenant, &winner, &loser, "newest_wins", &f->err));
	}
	do {
		struct json page = journal(f, 2, after);

		n += (int)json_len(json_member(page, "items"));
		after = text_of(page, "next");
	} while (after && n < 10);
	assert_int_equal(n, 5);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const struct page page = { .limit = 2, .after = wrong[i] };

		refused(f, "cursor", conflict_list(f->db, f->pool, f->w.tenant, &page, &out, &f->err));
		buf_clear(&out);
	}
	buf_release(&out);
}

/* --- what a hub says that a till has lost --- */

static void what_the_hub_says_of_a_loser_must_be_whole(void **state)
{
	static const char *const wrong[] = {
		"{}", "{'uuid':1}", "{'uuid':'0190a000-0000-7000-8000-000000000001'}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':1}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':'products','row':1}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':'products','at':'noon'}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':'products','rule':2}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':'products','rule':'r'}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':'products','rule':'r','winner':3}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':'products','rule':'r','winner':{'a':1}}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':'products','rule':'r','winner':{'a':1},'loser':3}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','table':'products','winner':{'a':1},'loser':{'a':2}}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','winner_origin':1}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','loser_origin':1}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','winner_device':1}",
		"{'uuid':'0190a000-0000-7000-8000-000000000001','loser_device':1}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(conflict_take(&f->t, f->w.tenant, fixture_json(f, wrong[i]), &f->err), -1);
		assert_int_equal(f->err.kind, ERR_INPUT);
	}
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM conflicts", NO_ARGS), 0);
}

FIXTURE_MAIN(HUB(both_versions_can_be_put_back), TILL(each_loser_of_a_row_is_kept_once),
	     HUB(an_entry_shows_both_versions_and_who_made_them), HUB(a_version_of_a_table_that_is_not_known_here_is_not_shown),
	     HUB(the_journal_comes_page_by_page), TILL(what_the_hub_says_of_a_loser_must_be_whole))
