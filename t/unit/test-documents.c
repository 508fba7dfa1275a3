/* What all documents have in common: lists of them, and the uuid that makes each once. */
#include "base/base.h"
#include "fixture.h"

static struct uuid product(struct fixture *f)
{
	struct row r;

	must(f, record_create(&f->w, schema_table("products"), fixture_json(f, "{'name':'Tea','price':100}"), &r, &f->err));
	return r.uuid;
}

static int buy(struct fixture *f, const char *uuid, struct uuid tea, int units, struct doc *d, bool *identical)
{
	const char *body = pool_printf(f->pool, "{'uuid':'%s','lines':[{'product':'%s','qty':%d,'unit_cost':50}]}", uuid,
				       uuid_text(tea).s, units * 1000);

	return document_create(&f->w, schema_table("purchases"), fixture_json(f, body), d, identical, &f->err);
}

static struct doc bought(struct fixture *f, struct uuid tea)
{
	struct doc d;
	bool identical;

	must(f, buy(f, uuid_text(uuid_v7()).s, tea, 1, &d, &identical));
	return d;
}

static struct json listed(struct fixture *f, int limit, const char *after, const char *q)
{
	const struct page page = { .limit = limit, .after = after, .q = q };
	struct buf out = { 0 };
	struct json j;

	must(f, document_list(f->db, f->pool, f->w.tenant, schema_table("purchases"), &page, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

/* --- lists --- */

static void the_newest_stands_first_page_by_page(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = product(f), made[5];
	const char *after = NULL;
	int n = 0;

	for (int i = 0; i < 5; i++)
		made[i] = bought(f, tea).head.uuid;
	do {
		struct json page = listed(f, 2, after, NULL), items = json_member(page, "items");

		for (size_t i = 0; i < json_len(items) && n < 5; i++)
			assert_true(uuid_eq(uuid_of(json_at(items, i), "uuid"), made[4 - n++]));
		after = text_of(page, "next");
	} while (after);
	assert_int_equal(n, 5);
}

static void a_number_or_a_part_of_it_finds_its_document(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = product(f);
	struct doc first = bought(f, tea), second = bought(f, tea);
	const char *number = row_text(&first.head, "number"), *tail = number + strlen(number) - 2;
	struct json items = json_member(listed(f, 10, NULL, number), "items");

	assert_int_equal(json_len(items), 1);
	assert_true(uuid_eq(uuid_of(json_at(items, 0), "uuid"), first.head.uuid));
	items = json_member(listed(f, 10, NULL, tail), "items");
	assert_int_equal(json_len(items), 1);
	assert_int_equal(json_len(json_member(listed(f, 10, NULL, "no such number"), "items")), 0);
	assert_int_equal(json_len(json_member(listed(f, 10, NULL, ""), "items")), 2);
	items = json_member(listed(f, 10, uuid_text(second.head.uuid).s, number), "items");
	assert_int_equal(json_len(items), 1);
}

static void a_cursor_of_another_list_is_refused(void **state)
{
	const struct page page = { .limit = 2, .after = "3.x" };
	struct fixture *f = *state;
	struct buf out = { 0 };

	refused(f, "cursor", document_list(f->db, f->pool, f->w.tenant, schema_table("purchases"), &page, &out, &f->err));
	buf_release(&out);
}

/* --- once --- */

static void the_same_again_is_the_document_that_stands(void **state)
{
	struct fixture *f = *state;
	const char *uuid = pool_strdup(f->pool, uuid_text(uuid_v7()).s);
	struct uuid tea = product(f);
	bool identical;
	struct doc d;

	must(f, buy(f, uuid, tea, 1, &d, &identical));
	refused(f, "duplicate", buy(f, uuid, tea, 1, &d, &identical));
	assert_true(identical);
	refused(f, "duplicate", buy(f, uuid, tea, 2, &d, &identical));
	assert_false(identical);
	assert_int_equal(part_int(doc_part(&d, "lines"), 0, "qty"), 1000);
	/* What names goods that are not there any more cannot be told to be the same. */
	refused(f, "duplicate", buy(f, uuid, uuid_v7(), 1, &d, &identical));
	assert_false(identical);
}

static void a_uuid_of_another_kind_is_taken(void **state)
{
	struct fixture *f = *state;
	struct uuid tea = product(f);
	struct doc d = bought(f, tea);
	const char *body = pool_printf(f->pool, "{'uuid':'%s','kind':'opening','reason':'counted',"
				       "'lines':[{'product':'%s','qty':1000,'unit_cost':5}]}",
				       uuid_text(d.head.uuid).s, uuid_text(tea).s);
	bool identical;

	refused(f, "uuid_taken", document_create(&f->w, schema_table("stock_adjustments"), fixture_json(f, body), &d, &identical, &f->err));
}

static void a_body_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *body, *code, *field;
	} cases[] = {
		{ "[]", "type", "" },
		{ "{'uuid':1}", "type", "/uuid" },
		{ "{}", "required", "/lines" },
		{ "{'lines':[]}", "required", "/lines" },
		{ "{'lines':1}", "type", "/lines" },
	};
	struct fixture *f = *state;
	bool identical;
	struct doc d;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		refused(f, cases[i].code, document_create(&f->w, schema_table("purchases"), fixture_json(f, cases[i].body), &d, &identical,
							  &f->err));
		assert_string_equal(f->err.field, cases[i].field);
	}
}

FIXTURE_MAIN(TILL(the_newest_stands_first_page_by_page), TILL(a_number_or_a_part_of_it_finds_its_document),
	     TILL(a_cursor_of_another_list_is_refused), TILL(the_same_again_is_the_document_that_stands),
	     HUB(a_uuid_of_another_kind_is_taken), TILL(a_body_that_is_none_is_refused))
