/* What people write down and change: products, customers, how the shop is run. */
#include "base/base.h"
#include "shop.h"

/* --- what there is --- */

struct uuid any_product(struct shop *s, struct fixture *f)
{
	return any_of(s, f, ANY("products"));
}

struct uuid any_customer(struct shop *s, struct fixture *f)
{
	/* Not the one whose name is nobody's. */
	return any_of(s, f, "SELECT uuid FROM customers WHERE tenant = $1 AND deleted_at IS NULL AND name LIKE 'n%' ORDER BY uuid");
}

int64_t any_amount(struct shop *s)
{
	return one_in(s, 4) ? chance(s, 10) : 1 + chance(s, 3000);
}

/* --- made and changed --- */

static void make_named(struct shop *s, struct fixture *f, const char *table, const char *members)
{
	struct buf b = { 0 };
	struct row r;
	int n = s->n_named + 1;

	buf_printf(&b, "{'uuid':'%s','name':'n%d'%s}", uuid_text(shop_uuid(s)).s, n, members);
	shop_now(f);
	must(f, record_create(&f->w, schema_table(table), fixture_json(f, b.data), &r, &f->err));
	buf_release(&b);
	fixture_commit(f);
	shop_names(s, f, r.table, r.uuid, n);
}

static void makes_a_product(struct shop *s, struct fixture *f)
{
	static const char *const rates[] = { "0", "700", "1900" };
	struct buf b = { 0 };

	buf_printf(&b, ",'price':%lld,'tax_rate':%s,'tracked':%s", (long long)any_amount(s), rates[chance(s, 3)],
		   one_in(s, 6) ? "false" : "true");
	make_named(s, f, "products", b.data);
	buf_release(&b);
}

static void makes_a_customer(struct shop *s, struct fixture *f)
{
	make_named(s, f, "customers", "");
}

static void prices_a_product(struct shop *s, struct fixture *f)
{
	struct uuid product = any_product(s, f);
	struct buf b = { 0 };
	struct row r;

	if (uuid_is_zero(product))
		return;
	buf_printf(&b, "{'price':%lld}", (long long)any_amount(s));
	shop_now(f);
	must(f, record_change(&f->w, schema_table("products"), product, NULL, fixture_json(f, b.data), &r, &f->err));
	buf_release(&b);
	fixture_commit(f);
}

/* How edits that meet are merged; at any time, whoever is away. */
static void changes_the_policy(struct shop *s, struct fixture *f UNUSED)
{
	struct fixture *hub = s->net->hub;
	struct row r;

	shop_now(hub);
	must(hub, setting_put(&hub->w, "tenant", (struct uuid){ { 0 } }, "conflict_policy",
			      fixture_json(hub, one_in(s, 2) ? "'row'" : "'column'"), &r, &hub->err));
	fixture_commit(hub);
}

static void makes_a_supplier(struct shop *s, struct fixture *f)
{
	make_named(s, f, "suppliers", "");
}

void names_anew(struct shop *s, struct fixture *f, const char *table, struct uuid row)
{
	struct buf b = { 0 };
	struct row r;
	int n = s->n_named + 1;

	if (uuid_is_zero(row))
		return;
	shop_supersedes(s, f, schema_table(table), row);
	buf_printf(&b, "{'name':'n%d'}", n);
	shop_now(f);
	must(f, record_change(&f->w, schema_table(table), row, NULL, fixture_json(f, b.data), &r, &f->err));
	buf_release(&b);
	fixture_commit(f);
	shop_names(s, f, r.table, row, n);
}

static void names_a_product(struct shop *s, struct fixture *f)
{
	names_anew(s, f, "products", any_product(s, f));
}

static void names_a_customer(struct shop *s, struct fixture *f)
{
	names_anew(s, f, "customers", any_customer(s, f));
}

static void deletes_a_customer(struct shop *s, struct fixture *f)
{
	struct uuid row = any_customer(s, f);

	if (uuid_is_zero(row))
		return;
	shop_supersedes(s, f, schema_table("customers"), row);
	shop_now(f);
	must(f, record_delete(&f->w, schema_table("customers"), row, NULL, &f->err));
	fixture_commit(f);
}

void records_begin(struct shop *s, struct fixture *f)
{
	makes_a_customer(s, f);
	makes_a_supplier(s, f);
	for (int i = 0; i < 3; i++)
		makes_a_product(s, f);
}

const struct act record_acts[] = {
	{ "makes a product", 2, makes_a_product, NULL },
	{ "makes a customer", 2, makes_a_customer, NULL },
	{ "makes a supplier", 1, makes_a_supplier, NULL },
	{ "names a product", 4, names_a_product, NULL },
	{ "prices a product", 3, prices_a_product, NULL },
	{ "changes the policy", 1, changes_the_policy, NULL },
	{ "names a customer", 3, names_a_customer, NULL },
	{ "deletes a customer", 1, deletes_a_customer, NULL },
	{ NULL, 0, NULL, NULL }
};
