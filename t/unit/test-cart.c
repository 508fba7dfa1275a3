/* Carts put aside: what their lines must be, and whose they are. */
#include "base/base.h"
#include "fixture.h"

#include "model/kinds.h"

static int put_aside(struct fixture *f, const char *lines, struct row *r)
{
	return record_create(&f->w, schema_table("carts"), fixture_json(f, pool_printf(f->pool, "{'name':'Blue coat','lines':%s}", lines)),
			     r, &f->err);
}

static const char *line_of(struct fixture *f, const char *qty)
{
	struct row tea;

	must(f, record_create(&f->w, schema_table("products"), fixture_json(f, "{'name':'Tea','price':100}"), &tea, &f->err));
	return pool_printf(f->pool, "{'product':'%s','qty':%s}", uuid_text(tea.uuid).s, qty);
}

static void a_cart_is_held_by_whoever_put_it_aside(void **state)
{
	struct fixture *f = *state;
	const char *line = line_of(f, "2000");
	struct row cart, changed;

	must(f, put_aside(f, pool_printf(f->pool, "[%s]", line), &cart));
	assert_true(uuid_eq(row_uuid(&cart, "held_by"), f->who.user));
	assert_true(uuid_eq(row_uuid(&cart, "device"), f->site.device));
	f->who.user = uuid_v7();
	must(f, record_change(&f->w, cart.table, cart.uuid, NULL, fixture_json(f, pool_printf(f->pool, "{'lines':[%s,%s]}", line, line)),
			      &changed, &f->err));
	assert_true(uuid_eq(row_uuid(&changed, "held_by"), row_uuid(&cart, "held_by")));
}

static void only_one_picks_it_up(void **state)
{
	struct fixture *f = *state;
	struct row cart;

	must(f, put_aside(f, pool_printf(f->pool, "[%s]", line_of(f, "2000")), &cart));
	must(f, record_delete(&f->w, cart.table, cart.uuid, NULL, &f->err));
	refused(f, "not_found", record_delete(&f->w, cart.table, cart.uuid, NULL, &f->err));
}

static void lines_that_no_sale_could_have_are_refused(void **state)
{
	static const struct {
		const char *lines, *code, *field;
	} cases[] = {
		{ "{}", "type", "/lines" },
		{ "[]", "required", "/lines" },
		{ "[{'qty':1000}]", "required", "/lines/0/product" },
		{ "[{'product':'0190a000-0000-7000-8000-000000000000','qty':1000}]", "unknown", "/lines/0/product" },
		{ "[{'product':'tea','qty':1000}]", "type", "/lines/0/product" },
	};
	struct fixture *f = *state;
	struct buf many = { 0 };
	struct row r;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		refused(f, cases[i].code, put_aside(f, cases[i].lines, &r));
		assert_string_equal(f->err.field, cases[i].field);
	}
	for (int i = 0; i <= LINES_MAX; i++)
		buf_printf(&many, "%s1", i ? "," : "[");
	buf_str(&many, "]");
	refused(f, "too_long", put_aside(f, many.data, &r));
	buf_release(&many);
}

FIXTURE_MAIN(TILL(a_cart_is_held_by_whoever_put_it_aside), TILL(only_one_picks_it_up), TILL(lines_that_no_sale_could_have_are_refused))
