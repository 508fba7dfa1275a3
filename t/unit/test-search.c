/* ?q= finds records by the beginnings of their words: the same on both engines. */
#include "fixture.h"

static const struct table *products(void)
{
	return schema_table("products");
}

static struct uuid add(struct fixture *f, const char *body)
{
	struct row r;

	must(f, record_create(&f->w, products(), fixture_json(f, body), &r, &f->err));
	return r.uuid;
}

/* Names, in order, separated by |. */
static const char *found(struct fixture *f, const char *q, int limit)
{
	struct page page = { .limit = limit, .q = q };
	struct buf names = { 0 }, out = { 0 };
	const char *text;

	do {
		struct json answer, items;

		must(f, record_list(f->db, f->w.tenant, products(), &page, &out, &f->err));
		answer = fixture_read(f, &out);
		items = json_member(answer, "items");
		for (size_t i = 0; i < json_len(items); i++)
			buf_printf(&names, "%s%s", names.len ? "|" : "", text_of(json_at(items, i), "name"));
		page.after = text_of(answer, "next");
	} while (page.after);
	text = names.len ? pool_strdup(f->pool, names.data) : "";
	buf_release(&names);
	buf_release(&out);
	return text;
}

static void stock_up(struct fixture *f)
{
	add(f, "{'name':'Basmati rice 5kg','sku':'RB-5','barcode':'6291001','price':1}");
	add(f, "{'name':'Brown rice','sku':'RB-1','price':1}");
	add(f, "{'name':'Rice cracker','price':1}");
	add(f, "{'name':'Ricebowl rice','price':1}");
	add(f, "{'name':'Cr\xc3\xa8me','price':1}");
}

static void the_beginnings_of_words_find_in_any_order(void **state)
{
	struct fixture *f = *state;

	stock_up(f);
	assert_string_equal(found(f, "ric bas", 50), "Basmati rice 5kg");
	assert_string_equal(found(f, "BROWN", 50), "Brown rice");
	assert_string_equal(found(f, "creme", 50), "Cr\xc3\xa8me");
	assert_string_equal(found(f, "ice", 50), "");
	assert_string_equal(found(f, "!?", 50), "");
	assert_string_equal(found(f, "rice nothing", 50), "");
}

static void a_code_is_found_by_its_parts_and_whole(void **state)
{
	struct fixture *f = *state;

	stock_up(f);
	assert_string_equal(found(f, "rb-5", 50), "Basmati rice 5kg");
	assert_string_equal(found(f, "6291001", 50), "Basmati rice 5kg");
	assert_string_equal(found(f, "62", 50), "Basmati rice 5kg");
}

static void who_has_the_word_itself_comes_first_and_nobody_twice_over_pages(void **state)
{
	struct fixture *f = *state;

	stock_up(f);
	assert_string_equal(found(f, "rice", 50), "Basmati rice 5kg|Brown rice|Rice cracker|Ricebowl rice");
	assert_string_equal(found(f, "rice", 1), "Basmati rice 5kg|Brown rice|Rice cracker|Ricebowl rice");
	assert_string_equal(found(f, "ri", 2), "Basmati rice 5kg|Brown rice|Rice cracker|Ricebowl rice");
	assert_string_equal(found(f, "rice b", 1), "Basmati rice 5kg|Brown rice");
}

static void a_change_is_found_by_its_new_words_only_and_a_deletion_not_at_all(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = add(f, "{'name':'Green tea','price':1}");
	struct row r;

	must(f, record_change(&f->w, products(), tea, NULL, fixture_json(f, "{'name':'Black tea'}"), &r, &f->err));
	assert_string_equal(found(f, "green", 50), "");
	assert_string_equal(found(f, "black tea", 50), "Black tea");
	must(f, record_delete(&f->w, products(), tea, NULL, &f->err));
	assert_string_equal(found(f, "tea", 50), "");
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM words WHERE uuid = $1", ARGS(v_uuid(tea))), 0);
}

static void rebuilding_changes_nothing(void **state)
{
	static const char all[] = "SELECT CAST(count(*) AS bigint) FROM words";
	struct fixture *f = *state;
	int64_t before;

	stock_up(f);
	before = fixture_int(f, all, NO_ARGS);
	must(f, search_rebuild(&f->t, f->w.tenant, &f->err));
	assert_int_equal(fixture_int(f, all, NO_ARGS), before);
	assert_string_equal(found(f, "ric bas", 50), "Basmati rice 5kg");
}

static void a_cursor_of_another_question_is_refused(void **state)
{
	struct fixture *f = *state;
	struct page page = { .limit = 1, .q = "rice", .after = "dGVh.0191a2b3-0000-7000-8000-000000000000" };
	struct buf out = { 0 };

	assert_int_equal(record_list(f->db, f->w.tenant, products(), &page, &out, &f->err), -1);
	assert_string_equal(f->err.code, "cursor");
	buf_release(&out);
}

FIXTURE_MAIN(TILL(the_beginnings_of_words_find_in_any_order),
	     TILL(a_code_is_found_by_its_parts_and_whole),
	     TILL(who_has_the_word_itself_comes_first_and_nobody_twice_over_pages),
	     TILL(a_change_is_found_by_its_new_words_only_and_a_deletion_not_at_all),
	     TILL(rebuilding_changes_nothing),
	     TILL(a_cursor_of_another_question_is_refused))
