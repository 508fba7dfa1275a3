/* One row a key. */
#include "base/base.h"
#include "fixture.h"

static const struct uuid nobody = { { 0 } };

static int put(struct fixture *f, const char *scope, struct uuid owner, const char *key, const char *value, struct row *r)
{
	return setting_put(&f->w, scope, owner, key, fixture_json(f, value), r, &f->err);
}

static struct row must_put(struct fixture *f, const char *scope, struct uuid owner, const char *key, const char *value)
{
	struct row r;

	must(f, put(f, scope, owner, key, value, &r));
	return r;
}

static struct row load(struct fixture *f, struct uuid uuid)
{
	struct row r;

	assert_int_equal(row_load(f->db, f->pool, f->w.tenant, schema_table("settings"), uuid, &r, &f->err), 1);
	return r;
}

static int64_t number(struct fixture *f, const char *key, int64_t def)
{
	int64_t n;

	must(f, setting_int(f->db, f->w.tenant, key, def, &n, &f->err));
	return n;
}

static void the_same_key_is_the_same_row_everywhere(void **state)
{
	struct fixture *f = *state;
	struct uuid owner = uuid_v7();
	struct row r = must_put(f, "tenant", nobody, "shop_name", "'Corner'");

	/* Fixed for ever: two tills that never met must agree. */
	assert_string_equal(uuid_text(setting_uuid("tenant", nobody, "shop_name")).s, uuid_text(r.uuid).s);
	assert_string_equal(uuid_text(setting_uuid("tenant", nobody, "currency")).s, "bbb9b381-f201-555a-aad3-82af115833fa");
	assert_false(uuid_eq(setting_uuid("user", owner, "k"), setting_uuid("tenant", nobody, "k")));
	assert_false(uuid_eq(setting_uuid("user", owner, "k"), setting_uuid("user", uuid_v7(), "k")));
	assert_false(uuid_eq(setting_uuid("tenant", nobody, "k"), setting_uuid("tenant", nobody, "l")));
}

static void a_key_is_made_then_changed(void **state)
{
	struct fixture *f = *state;
	struct row first = must_put(f, "tenant", nobody, "receipt", "{'lines':[1,2.50,'ä']}"), r;

	assert_string_equal(row_text(&first, "value"), "{\"lines\":[1,2.50,\"ä\"]}");
	fixture_commit(f);
	r = must_put(f, "tenant", nobody, "receipt", "null");
	assert_true(uuid_eq(r.uuid, first.uuid));
	r = load(f, first.uuid);
	assert_string_equal(row_text(&r, "value"), "null");
	assert_true(r.updated_at > first.updated_at);
	assert_int_equal(r.rev, first.rev + 1);
	assert_int_equal(fixture_int(f, "SELECT CAST(count(*) AS bigint) FROM settings WHERE tenant = $1",
				     ARGS(v_uuid(f->w.tenant))), 1);
}

static void the_same_value_again_is_no_change(void **state)
{
	struct fixture *f = *state;
	struct row first = must_put(f, "tenant", nobody, "receipt", "'a'"), r;

	fixture_commit(f);
	r = must_put(f, "tenant", nobody, "receipt", "'a'");
	assert_false(f->t.wrote);
	assert_int_equal(r.updated_at, first.updated_at);
}

static void a_deleted_key_comes_back(void **state)
{
	struct fixture *f = *state;
	struct row r = must_put(f, "tenant", nobody, "currency_exponent", "2");

	must(f, record_delete(&f->w, r.table, r.uuid, NULL, &f->err));
	assert_int_equal(number(f, "currency_exponent", 7), 7);
	must_put(f, "tenant", nobody, "currency_exponent", "2");
	assert_int_equal(number(f, "currency_exponent", 7), 2);
	assert_int_equal(load(f, r.uuid).deleted_at, 0);
}

static void a_shops_and_a_users_keys_go_to_the_cloud(void **state)
{
	struct fixture *f = *state;
	struct row r = must_put(f, "tenant", nobody, "receipt", "'a'");

	assert_true(r.dirty);
	assert_int_equal(fixture_outbox(f), 1);
	r = must_put(f, "user", uuid_v7(), "theme", "'dark'");
	assert_true(r.dirty);
	assert_int_equal(fixture_outbox(f), 2);
}

static void a_devices_keys_stay_here(void **state)
{
	struct fixture *f = *state;
	struct row r = must_put(f, "device", nobody, "printer", "'/dev/usb/lp0'"), again;

	assert_true(uuid_eq(row_uuid(&r, "owner"), f->site.device));
	r = load(f, r.uuid);
	assert_false(r.dirty);
	assert_int_equal(r.seq, 0);
	fixture_commit(f);
	again = must_put(f, "device", uuid_v7(), "printer", "'/dev/usb/lp1'");	/* there is but one device here */
	assert_true(uuid_eq(again.uuid, r.uuid));
	again = load(f, r.uuid);
	assert_string_equal(row_text(&again, "value"), "\"/dev/usb/lp1\"");
	assert_true(again.updated_at > r.updated_at);
	assert_false(again.dirty);
	assert_int_equal(again.seq, 0);
	assert_int_equal(fixture_outbox(f), 0);
}

static void a_hub_numbers_all_but_its_own(void **state)
{
	struct fixture *f = *state;
	struct row r = must_put(f, "tenant", nobody, "receipt", "'a'");

	assert_true(r.seq > 0);
	assert_int_equal(load(f, r.uuid).seq, r.seq);
	r = must_put(f, "device", nobody, "printer", "'lp'");
	assert_int_equal(load(f, r.uuid).seq, 0);
}

static void what_servers_read_must_be_what_they_understand(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *key, *value, *code; } cases[] = {
		{ "prices_include_tax", "true", NULL }, { "prices_include_tax", "0", NULL },
		{ "prices_include_tax", "2", "range" }, { "prices_include_tax", "'yes'", "type" },
		{ "currency_exponent", "0", NULL }, { "currency_exponent", "4", NULL },
		{ "currency_exponent", "5", "range" }, { "currency_exponent", "true", "type" },
		{ "currency_exponent", "2.0", "type" }, { "currency_exponent", "null", "required" },
		{ "conflict_policy", "'row'", NULL }, { "conflict_policy", "'column'", NULL },
		{ "conflict_policy", "'mine'", "not_a_choice" }, { "conflict_policy", "1", "type" },
		{ "conflict_policy", "null", "required" },
		{ "anything_else", "[true,null,{'a':1.5}]", NULL },
	};
	struct row r;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!cases[i].code) {
			must(f, put(f, "tenant", nobody, cases[i].key, cases[i].value, &r));
			continue;
		}
		refused(f, cases[i].code, put(f, "tenant", nobody, cases[i].key, cases[i].value, &r));
		assert_string_equal(f->err.field, "/value");
	}
	/* Only the shop's: a user may call a key what he likes. */
	must(f, put(f, "user", uuid_v7(), "currency_exponent", "'mine'", &r));
}

static void what_cannot_be_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	char long_key[102];
	struct row r;

	memset(long_key, 'k', 101);
	long_key[101] = '\0';
	refused(f, "not_a_choice", put(f, "galaxy", nobody, "k", "1", &r));
	assert_string_equal(f->err.field, "/scope");
	refused(f, "owner", put(f, "tenant", uuid_v7(), "k", "1", &r));
	refused(f, "required", put(f, "user", nobody, "k", "1", &r));
	assert_string_equal(f->err.field, "/owner");
	refused(f, "too_short", put(f, "tenant", nobody, "", "1", &r));
	assert_string_equal(f->err.field, "/key");
	refused(f, "too_long", put(f, "tenant", nobody, long_key, "1", &r));
	refused(f, "required",
		setting_put(&f->w, "tenant", nobody, "k", json_member(fixture_json(f, "{}"), "value"), &r, &f->err));
	assert_false(f->t.wrote);
}

static void a_number_is_read_or_the_default(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *value; int64_t read; } cases[] = {
		{ "0", 0 }, { "-3", -3 }, { "9223372036854775807", INT64_MAX }, { "true", 1 }, { "false", 0 },
		{ "'5'", 42 }, { "1.5", 42 }, { "null", 42 }, { "[1]", 42 }, { "1e2", 42 },
		{ "'a text that is longer than any number can be'", 42 },
	};

	assert_int_equal(number(f, "some_number", 42), 42);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		must_put(f, "tenant", nobody, "some_number", cases[i].value);
		assert_int_equal(number(f, "some_number", 42), cases[i].read);
	}
	must_put(f, "device", nobody, "other_number", "1");
	assert_int_equal(number(f, "other_number", 42), 42);	/* the shop's only */
}

static struct json listed(struct fixture *f, struct setting_view view, int limit, const char *after)
{
	const struct page page = { .limit = limit, .after = after };
	struct buf out = { 0 };
	struct json j;

	must(f, setting_list(f->db, f->w.tenant, &view, &page, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

static int shown(struct fixture *f, struct setting_view view)
{
	return (int)json_len(json_member(listed(f, view, 50, NULL), "items"));
}

static void everybody_sees_the_shops_keys_and_his_own(void **state)
{
	struct fixture *f = *state;
	struct uuid amal = uuid_v7(), yusuf = uuid_v7();
	struct row gone = must_put(f, "tenant", nobody, "gone", "1");

	must_put(f, "tenant", nobody, "shop_name", "'Corner'");
	must_put(f, "user", amal, "theme", "'dark'");
	must_put(f, "user", amal, "size", "2");
	must_put(f, "user", yusuf, "theme", "'light'");
	must_put(f, "device", nobody, "printer", "'usb'");
	must(f, record_delete(&f->w, gone.table, gone.uuid, NULL, &f->err));
	assert_int_equal(shown(f, (struct setting_view){ .user = amal }), 3);
	assert_int_equal(shown(f, (struct setting_view){ .user = yusuf, .device = f->site.device }), 3);
	assert_int_equal(shown(f, (struct setting_view){ .scope = "user", .user = yusuf }), 1);
	assert_int_equal(shown(f, (struct setting_view){ .scope = "tenant", .user = amal }), 1);
	assert_int_equal(shown(f, (struct setting_view){ .scope = "device", .device = uuid_v7() }), 0);
}

static void settings_come_page_by_page(void **state)
{
	const struct setting_view all = { .scope = "tenant" };
	const struct page wrong = { .limit = 1, .after = "x" };
	struct fixture *f = *state;
	const char *after = NULL;
	struct buf out = { 0 };
	int n = 0;

	for (int i = 0; i < 5; i++)
		must_put(f, "tenant", nobody, pool_printf(f->pool, "k%d", i), "1");
	do {
		struct json page = listed(f, all, 2, after);

		n += (int)json_len(json_member(page, "items"));
		after = text_of(page, "next");
	} while (after && n < 10);
	assert_int_equal(n, 5);
	refused(f, "cursor", setting_list(f->db, f->w.tenant, &all, &wrong, &out, &f->err));
	buf_release(&out);
}

static void a_word_is_the_shops_while_it_stands(void **state)
{
	struct fixture *f = *state;
	struct row r = must_put(f, "tenant", nobody, "conflict_policy", "'column'");

	assert_int_equal(setting_is(f->db, f->w.tenant, "conflict_policy", "column", &f->err), 1);
	assert_int_equal(setting_is(f->db, f->w.tenant, "conflict_policy", "row", &f->err), 0);
	must(f, record_delete(&f->w, r.table, r.uuid, NULL, &f->err));
	assert_int_equal(setting_is(f->db, f->w.tenant, "conflict_policy", "column", &f->err), 0);
}

FIXTURE_MAIN(TILL(the_same_key_is_the_same_row_everywhere),
	     TILL(a_key_is_made_then_changed),
	     TILL(the_same_value_again_is_no_change),
	     TILL(a_deleted_key_comes_back),
	     TILL(a_shops_and_a_users_keys_go_to_the_cloud),
	     TILL(a_devices_keys_stay_here),
	     HUB(a_hub_numbers_all_but_its_own),
	     HUB(what_servers_read_must_be_what_they_understand),
	     TILL(what_cannot_be_is_refused_by_name), TILL(everybody_sees_the_shops_keys_and_his_own),
	     TILL(settings_come_page_by_page), TILL(a_word_is_the_shops_while_it_stands),
	     TILL(a_number_is_read_or_the_default))
