/* What we owe suppliers: a sum over the books (their part of 2010).  Which
 * purchase a payment settles is computed, never stored: the one it names, else
 * the oldest that is open. */
#include "base/base.h"
#include "model/kinds.h"

#include "model/lists.h"

/* --- the account of one supplier --- */

struct item {
	const char *kind, *number;
	struct uuid uuid, purchase;	/* which one it is about; zero: none in particular */
	int64_t at, amount;		/* what it adds to our debt */
	int64_t open;			/* of a purchase: left to pay */
	bool is_purchase;
};

struct account {
	struct item *items;		/* oldest first */
	int n, room;
	int64_t owed, credit;		/* one of them is 0 */
};

/* Suppliers that turned out to be this one count with it. */
#define THEIRS "IN (SELECT uuid FROM suppliers WHERE tenant = $1 AND (uuid = $2 OR merged_into = $2))"

static const char items_sql[] =
	"SELECT d.kind, d.number, d.uuid, d.purchase, d.at, CAST(COALESCE(sum(l.credit - l.debit), 0) AS bigint) FROM ("
	"SELECT 'purchase' AS kind, number, uuid, uuid AS purchase, at FROM purchases WHERE tenant = $1 AND supplier " THEIRS
	" UNION ALL SELECT 'purchase_void' AS kind, v.number, v.uuid, v.purchase, v.at FROM purchases p "
	"JOIN purchase_voids v ON v.tenant = p.tenant AND v.purchase = p.uuid WHERE p.tenant = $1 AND p.supplier " THEIRS
	" UNION ALL SELECT 'supplier_payment' AS kind, number, uuid, purchase, at FROM supplier_payments "
	"WHERE tenant = $1 AND supplier " THEIRS ") d "
	"LEFT JOIN journal_lines l ON l.tenant = $1 AND l.doc = d.uuid AND l.account = $3 "
	"GROUP BY d.kind, d.number, d.uuid, d.purchase, d.at ORDER BY d.at, d.uuid";

static struct item *item_add(struct account *a, struct pool *pool)
{
	struct item *old = a->items;

	if (a->n == a->room) {
		a->room = MAX(64, 2 * a->room);
		a->items = pool_alloc(pool, sizeof *a->items * (size_t)a->room);
		if (a->n)
			memcpy(a->items, old, sizeof *old * (size_t)a->n);
	}
	return &a->items[a->n++];
}

static int account_load(struct db *db, struct pool *pool, struct uuid tenant, struct uuid supplier, struct account *a, struct err *err)
{
	struct uuid payables = seed_uuid("account", "2010");
	struct rows rs;
	int n;

	*a = (struct account){ 0 };
	if (db_rows(db, items_sql, ARGS(v_uuid(tenant), v_uuid(supplier), v_uuid(payables)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		const char *kind = rows_text(&rs, 0, pool);

		*item_add(a, pool) = (struct item){ kind, rows_text(&rs, 1, pool), rows_uuid(&rs, 2), rows_uuid(&rs, 3),
						    rows_int(&rs, 4), rows_int(&rs, 5),
						    .is_purchase = strcmp(kind, "purchase") == 0 };
	}
	rows_end(&rs);
	return n;
}

static struct item *purchase_of(const struct account *a, struct uuid purchase)
{
	for (int i = 0; i < a->n; i++)
		if (a->items[i].is_purchase && uuid_eq(a->items[i].uuid, purchase))
			return &a->items[i];
	return NULL;
}

static int64_t settle(struct item *purchase, int64_t money)
{
	int64_t part = MIN(purchase->open, money);

	purchase->open -= part;
	return money - part;
}

/* What names a purchase settles that one; what is left of it all, the oldest first. */
static void account_settle(struct account *a)
{
	int64_t rest = 0;

	for (int i = 0; i < a->n; i++)
		if (a->items[i].is_purchase)
			a->items[i].open = a->items[i].amount;
	for (int i = 0; i < a->n; i++) {
		struct item *it = &a->items[i], *about = it->is_purchase ? NULL : purchase_of(a, it->purchase);

		if (!it->is_purchase)
			rest += about ? settle(about, -it->amount) : -it->amount;
	}
	for (int i = 0; i < a->n; i++) {
		if (a->items[i].is_purchase)
			rest = settle(&a->items[i], rest);
		a->owed += a->items[i].open;
	}
	a->credit = rest;
}

static int account_of(struct db *db, struct pool *pool, struct uuid tenant, struct uuid supplier, struct account *a, struct err *err)
{
	if (account_load(db, pool, tenant, supplier, a, err) < 0)
		return -1;
	account_settle(a);
	return 0;
}

static void put_item(const struct item *it, struct buf *out)
{
	jw_open(out, '{');
	jw_put_time(out, "at", it->at);
	jw_put_str(out, "kind", it->kind);
	jw_put_uuid(out, "uuid", it->uuid);
	jw_put_str(out, "number", it->number);
	jw_put_int(out, "amount", it->amount);
	if (it->is_purchase)
		jw_put_int(out, "open", it->open);
	jw_close(out, '}');
}

/* Where the page begins: behind the item that the cursor names, newest first. */
static int first_of(const struct account *a, const struct page *page, int *i, struct err *err)
{
	struct uuid after = { { 0 } };

	*i = a->n - 1;
	if (list_cursor_uuid(page, &after, err) < 0)
		return -1;
	for (int k = 0; page->after && k < a->n; k++)
		if (uuid_eq(a->items[k].uuid, after))
			*i = k - 1;
	return 0;
}

int supplier_account(struct db *db, struct pool *pool, struct uuid tenant, struct uuid supplier, const struct page *page,
		     struct buf *out, struct err *err)
{
	struct account a;
	int i, found = 0;

	if (account_of(db, pool, tenant, supplier, &a, err) < 0 || first_of(&a, page, &i, err) < 0)
		return -1;
	jw_open(out, '{');
	jw_put_uuid(out, "supplier", supplier);
	jw_put_int(out, "owed", a.owed);
	jw_put_int(out, "credit", a.credit);
	jw_name(out, "items");
	jw_open(out, '[');
	for (; i >= 0 && found < page->limit; i--, found++)
		put_item(&a.items[i], out);
	list_close(out, i >= 0 && found ? uuid_text(a.items[i + 1].uuid).s : NULL);
	return 0;
}

/* --- paying them --- */

int supplier_payment_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "shift", "supplier", "purchase", "method", "amount", "note", NULL };

	return json_only(body, members, err) < 0 ? -1 : document_take_head(w, body, d, err);
}

int supplier_payment_permit(struct write *w, const struct doc *d, struct err *err)
{
	struct uuid purchase = row_uuid(&d->head, "purchase");
	const struct item *about = NULL;
	struct account a;
	int64_t most;

	if (account_of(w->t->db, w->t->pool, w->tenant, row_uuid(&d->head, "supplier"), &a, err) < 0)
		return -1;
	if (!uuid_is_zero(purchase) && !(about = purchase_of(&a, purchase)))
		return err_field(err, "/purchase", "other_supplier", "purchase: %s was not bought from this supplier",
				 uuid_text(purchase).s);
	most = about ? about->open : a.owed;
	if (row_int(&d->head, "amount") <= most)
		return 0;
	err_field(err, "/amount", "overpaid", "amount: %lld is more than the %lld that %s owed", (long long)row_int(&d->head, "amount"),
		  (long long)most, about ? "of this purchase is" : "is");
	return err_most(err, most);
}

int supplier_payment_derive(struct write *w, struct doc *d, struct err *err UNUSED)
{
	int64_t amount = row_int(&d->head, "amount");
	struct entry e;

	entry_begin(&e, w->t->pool, d);
	entry_debit(&e, "2010", amount);
	entry_credit(&e, ledger_account(row_get(&d->head, "method").s), amount);
	entry_end(&e);
	return 0;
}

/* The payment that stood when this one came: the newest other. */
static const struct item *payment_beside(const struct account *a, struct uuid this)
{
	for (int i = a->n - 1; i >= 0; i--)
		if (strcmp(a->items[i].kind, "supplier_payment") == 0 && !uuid_eq(a->items[i].uuid, this))
			return &a->items[i];
	return NULL;
}

int supplier_payment_judge(struct write *w, const struct doc *d, struct err *err)
{
	struct uuid supplier = row_uuid(&d->head, "supplier");
	const struct item *beside;
	struct account a;
	char detail[40];

	if (account_of(w->t->db, w->t->pool, w->tenant, supplier, &a, err) < 0)
		return -1;
	if (a.credit == 0)
		return 0;
	beside = payment_beside(&a, d->head.uuid);
	snprintf(detail, sizeof detail, "\"credit\":%lld", (long long)a.credit);
	return review_open(w, "overpaid", beside ? "supplier_payments" : "suppliers", beside ? beside->uuid : supplier,
			   "supplier_payments", d->head.uuid, detail, err);
}
