/* What every shop begins with: the same rows with the same UUIDs and the same
 * stamps on every server, so that two tills that were never connected make one
 * chart of accounts when they meet. */
#include "base/base.h"
#include "model/model.h"

/* Older than any edit: whatever a person writes, wins. */
#define SEED_STAMP ((int64_t)1)

static const struct uuid seed_space = { { 0x2c, 0x9f, 0x41, 0x0a, 0x53, 0x6d, 0x5e, 0x18, 0xb7, 0x24, 0x90, 0xc3, 0x5f,
					  0x11, 0x6a, 0xe2 } };

static const struct {
	const char *code, *name, *kind;
} chart[] = {
	{ "1010", "Cash", "asset" },
	{ "1020", "Bank and cards", "asset" },
	{ "1030", "Mobile money", "asset" },
	{ "1100", "Receivables", "asset" },
	{ "1200", "Inventory", "asset" },
	{ "1300", "Prepaid expenses", "asset" },
	{ "2010", "Payables", "liability" },
	{ "2020", "Tax", "liability" },
	{ "2030", "Commission payable", "liability" },
	{ "2040", "Deferred revenue", "liability" },
	{ "2100", "Customer credit", "liability" },
	{ "3010", "Owner's equity", "equity" },
	{ "4010", "Sales", "income" },
	{ "4020", "Refunds", "income" },
	{ "4030", "Discounts", "income" },
	{ "5010", "Cost of goods sold", "expense" },
	{ "5020", "Cost of bonus items", "expense" },
	{ "5040", "Commission", "expense" },
	{ "6010", "Operating expenses", "expense" },
	{ "6020", "Stock losses", "expense" },
	{ "7010", "Other income and expense", "expense" },
};

struct uuid seed_uuid(const char *kind, const char *code)
{
	char name[64];

	snprintf(name, sizeof name, "%s:%s", kind, code);
	return uuid_v5_of(seed_space, name);
}

static struct row seed_row(const char *table, const char *kind, const char *code)
{
	struct row r = { .table = schema_table(table), .uuid = seed_uuid(kind, code), .updated_at = SEED_STAMP };

	for (int i = 0; r.table->columns[i].name; i++)
		if (r.table->columns[i].type == COL_BOOL)
			r.v[i] = v_int(0);
	return r;
}

/* Everybody has the row: it is not dirty anywhere, and its origin is nobody's. */
static int plant(struct txn *t, struct site *site, struct uuid tenant, struct row *r, struct err *err)
{
	int n = row_is_there(t->db, tenant, r->table, r->uuid, err);

	if (n != 0)
		return MIN(n, 0);
	if (site->hub && txn_seq(t, tenant, &r->seq, err) < 0)
		return -1;
	return row_insert(t, tenant, r, err) < 0 ? -1 : search_put(t, tenant, r, NULL, err);
}

static int plant_roles(struct txn *t, struct site *site, struct uuid tenant, struct err *err)
{
	int rc = 0;

	for (const struct seed_role *s = seed_roles; rc == 0 && s->code; s++) {
		struct row r = seed_row("roles", "role", s->code);
		struct buf permissions = { 0 };

		perms_json(s->may, &permissions);
		row_set(&r, "code", v_text(s->code));
		row_set(&r, "name", v_text(s->name));
		row_set(&r, "permissions", v_text_n(permissions.data, permissions.len));
		rc = plant(t, site, tenant, &r, err);
		buf_release(&permissions);
	}
	return rc;
}

int seed_tenant(struct txn *t, struct site *site, struct uuid tenant, struct err *err)
{
	struct row r;

	if (plant_roles(t, site, tenant, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(chart); i++) {
		r = seed_row("accounts", "account", chart[i].code);
		row_set(&r, "code", v_text(chart[i].code));
		row_set(&r, "name", v_text(chart[i].name));
		row_set(&r, "kind", v_text(chart[i].kind));
		if (plant(t, site, tenant, &r, err) < 0)
			return -1;
	}
	r = seed_row("tax_rates", "tax_rate", "default");
	row_set(&r, "name", v_text("No tax"));
	row_set(&r, "rate", v_int(0));
	if (plant(t, site, tenant, &r, err) < 0)
		return -1;
	r = seed_row("customers", "customer", "walk-in");
	row_set(&r, "name", v_text("Walk-in customer"));
	return plant(t, site, tenant, &r, err);
}
