/* Who a server is, over its starts; shops and their licence keys. */
#include "base/base.h"
#include "fixture.h"

static struct site opened(struct fixture *f, bool hub)
{
	struct site s;

	must(f, site_open(&f->t, hub, &s, &f->err));
	return s;
}

static void a_start_finds_who_it_was(void **state)
{
	struct fixture *f = *state;
	struct site s = opened(f, false);

	assert_true(uuid_eq(s.uuid, f->site.uuid) && uuid_eq(s.device, f->site.device));
	assert_int_equal(s.incarnation, 1);
	refused(f, "role_changed", site_open(&f->t, true, &s, &f->err));
}

static void a_hub_does_not_become_a_till(void **state)
{
	struct fixture *f = *state;
	struct site s = opened(f, true);

	assert_true(s.hub);
	refused(f, "role_changed", site_open(&f->t, false, &s, &f->err));
}

static void a_shop_of_before_there_were_words_finds_its_records_again(void **state)
{
	static const struct page beans = { .limit = 10, .q = "beans" };
	struct fixture *f = *state;
	struct buf out = { 0 };
	struct row r;

	must(f, record_create(&f->w, schema_table("products"), fixture_json(f, "{'name':'Beans','price':1}"), &r, &f->err));
	must(f, txn_run(&f->t, "DELETE FROM words", NO_ARGS, &f->err));
	opened(f, true);
	must(f, record_list(f->db, f->w.tenant, schema_table("products"), &beans, &out, &f->err));
	assert_int_equal(json_len(json_member(fixture_read(f, &out), "items")), 1);
}

static void another_life_stores_under_another_origin(void **state)
{
	struct fixture *f = *state;
	struct site was = f->site, now;

	must(f, site_new_incarnation(&f->t, &f->site, &f->err));
	assert_int_equal(f->site.incarnation, was.incarnation + 1);
	assert_false(uuid_eq(f->site.uuid, was.uuid));
	must(f, site_leap(&f->t, &f->site, &f->err));
	assert_true(f->site.incarnation > was.incarnation + 1 && f->site.incarnation <= was.incarnation + 2 + UINT16_MAX);
	assert_true(uuid_eq(f->site.device, was.device));
	must(f, site_new_device(&f->t, &f->site, &f->err));
	assert_false(uuid_eq(f->site.device, was.device));
	assert_int_equal(site_load(f->db, f->pool, &now, &f->err), 1);
	assert_true(uuid_eq(now.uuid, f->site.uuid) && uuid_eq(now.device, f->site.device));
	assert_int_equal(now.incarnation, f->site.incarnation);
}

static void a_licence_key_is_its_shops_until_there_is_another(void **state)
{
	struct fixture *f = *state;
	char key[LICENSE_LEN + 1], other[LICENSE_LEN + 1];
	struct uuid shop, elsewhere;

	must(f, tenant_create(&f->t, &f->site, "One", &shop, key, &f->err));
	must(f, tenant_create(&f->t, &f->site, "Two", &elsewhere, other, &f->err));
	assert_int_equal(tenant_license_ok(f->db, shop, key, &f->err), 1);
	assert_int_equal(tenant_license_ok(f->db, elsewhere, key, &f->err), 0);
	assert_int_equal(tenant_license_ok(f->db, uuid_v7(), key, &f->err), 0);
	must(f, tenant_new_license(&f->t, shop, other, &f->err));
	assert_int_equal(tenant_license_ok(f->db, shop, key, &f->err), 0);
	assert_int_equal(tenant_license_ok(f->db, shop, other, &f->err), 1);
}

static void a_till_has_no_licence_that_opens_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tenant_license_ok(f->db, f->w.tenant, "", &f->err), 0);
}

static void shops_are_listed_and_need_a_name(void **state)
{
	struct fixture *f = *state;
	char key[LICENSE_LEN + 1], name[TENANT_NAME_MAX + 2];
	struct buf out = { 0 };
	struct tenant shop;
	struct uuid uuid;
	struct json items;

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	refused(f, "too_long", tenant_create(&f->t, &f->site, "", &uuid, key, &f->err));
	refused(f, "too_long", tenant_create(&f->t, &f->site, name, &uuid, key, &f->err));
	must(f, tenant_list(f->db, f->pool, &out, &f->err));
	items = json_member(fixture_read(f, &out), "items");
	assert_int_equal(json_len(items), 1);
	assert_string_equal(text_of(json_at(items, 0), "name"), "Corner shop");
	must(f, tenant_need(f->db, f->pool, f->w.tenant, &shop, &f->err));
	refused(f, "no_tenant", tenant_need(f->db, f->pool, uuid_v7(), &shop, &f->err));
	buf_release(&out);
}

FIXTURE_MAIN(TILL(a_start_finds_who_it_was), HUB(a_hub_does_not_become_a_till),
	     HUB(a_shop_of_before_there_were_words_finds_its_records_again), TILL(another_life_stores_under_another_origin),
	     HUB(a_licence_key_is_its_shops_until_there_is_another), TILL(a_till_has_no_licence_that_opens_it),
	     HUB(shops_are_listed_and_need_a_name))
