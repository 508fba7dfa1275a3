/* A customer pays what he owes: one invoice, or the oldest debt first.  Which
 * debt it met is never stored (account.c). */
#include "base/base.h"
#include "model/owed.h"

/* --- taking it from a person --- */

static int must_be_whose(struct write *w, const struct row *invoice, struct json body, struct err *err)
{
	struct uuid customer = row_uuid(invoice, "customer"), named;
	int n = json_get_uuid(body, "customer", &named, err);

	if (n < 0)
		return -1;
	if (uuid_is_zero(customer)) {
		err_field(err, "/invoice", "overpaid", "%s %s was nobody's and is paid: nothing is owed", invoice->table->entity,
			  uuid_text(invoice->uuid).s);
		return err_most(err, 0);
	}
	if (n > 0 && (n = account_is(w, named, customer, err)) == 0)
		return err_field(err, "/customer", "differs", "customer: the invoice is customer %s's", uuid_text(customer).s);
	return MIN(n, 0);
}

/* An invoice says whose it is. */
static int take_invoice(struct write *w, struct json body, struct doc *d, struct err *err)
{
	struct uuid uuid;
	struct row invoice;
	int n = json_get_uuid(body, "invoice", &uuid, err);

	if (n <= 0)
		return n;
	n = row_load(w->t->db, w->t->pool, w->tenant, schema_table("invoices"), uuid, &invoice, err);
	if (n < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/invoice", "unknown", "invoice: there is no invoice %s", uuid_text(uuid).s);
	if (must_be_whose(w, &invoice, body, err) < 0)
		return -1;
	row_set(&d->head, "customer", row_get(&invoice, "customer"));
	return 0;
}

int payment_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "shift", "customer", "invoice", "method", "amount", "note", NULL };

	if (json_only(body, members, err) < 0 || take_invoice(w, body, d, err) < 0)
		return -1;
	return document_take_head(w, body, d, err);
}

/* --- what goes with what is stored --- */

static bool is_credit(const struct doc *d)
{
	return strcmp(row_text(&d->head, "method"), "store_credit") == 0;
}

int payment_permit(struct write *w, const struct doc *d, struct err *err)
{
	struct uuid customer = row_uuid(&d->head, "customer"), invoice = row_uuid(&d->head, "invoice");
	int64_t amount = row_int(&d->head, "amount"), most;
	struct balance b;
	struct debt of;

	if (is_credit(d) && account_spend(w, customer, amount, "/amount", err) < 0)
		return -1;
	if (balance_of(w->t->db, w->t->pool, w->tenant, customer, &b, err) < 0 ||
	    debt_of(w->t->db, w->t->pool, w->tenant, customer, invoice, &of, err) < 0)
		return -1;
	most = uuid_is_zero(invoice) ? MAX(b.owed, 0) : of.open;
	if (amount <= most)
		return 0;
	err_field(err, "/amount", "overpaid", "amount: %lld is paid, %lld is owed: at most that", (long long)amount, (long long)most);
	return err_most(err, most);
}

int payment_derive(struct write *w, struct doc *d, struct err *err)
{
	int64_t amount = row_int(&d->head, "amount");
	struct entry e;

	entry_begin(&e, w->t->pool, d);
	entry_debit(&e, ledger_account(row_text(&d->head, "method")), amount);
	if (account_relieve(w, &e, row_uuid(&d->head, "customer"), amount, err) < 0)
		return -1;
	entry_end(&e);
	return 0;
}

/* --- on the hub --- */

/* What stood when this one came: the last payment beside it, else what it was for. */
struct beside {
	const char *table;
	struct uuid uuid;
};

static int payment_beside(struct write *w, const struct doc *d, struct beside *b, struct err *err)
{
	static const char sql[] = "SELECT uuid FROM customer_payments WHERE tenant = $1 AND customer = $2 AND uuid <> $3 "
				  "AND (invoice = $4 OR $4 IS NULL) ORDER BY uuid DESC LIMIT 1";
	struct val invoice = row_get(&d->head, "invoice"), v[1];
	int n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), row_get(&d->head, "customer"), v_uuid(d->head.uuid),
						       invoice), v, 1, err);

	if (n > 0)
		*b = (struct beside){ "customer_payments", v[0].u };
	else if (invoice.type != VAL_NULL)
		*b = (struct beside){ "invoices", invoice.u };
	else
		*b = (struct beside){ "customers", row_uuid(&d->head, "customer") };
	return MIN(n, 0);
}

/* How much of it met no debt: of this invoice, or of any. */
static int beyond_debt(struct write *w, const struct doc *d, int64_t *beyond, struct err *err)
{
	const struct part_rows *lines = doc_part((struct doc *)d, "entry_lines");
	struct uuid receivables = seed_uuid("account", "1100"), invoice = row_uuid(&d->head, "invoice");
	struct debt of;

	*beyond = row_int(&d->head, "amount");
	for (int i = 0; i < lines->n; i++)
		if (uuid_eq(part_uuid(lines, i, "account"), receivables))
			*beyond -= part_int(lines, i, "credit");
	if (uuid_is_zero(invoice))
		return 0;
	if (debt_of(w->t->db, w->t->pool, w->tenant, row_uuid(&d->head, "customer"), invoice, &of, err) < 0)
		return -1;
	*beyond = MAX(*beyond, -of.owed);
	return 0;
}

int payment_judge(struct write *w, const struct doc *d, struct err *err)
{
	struct beside beside;
	int64_t beyond;
	char detail[40];

	if (is_credit(d) && account_judge(w, d, row_uuid(&d->head, "customer"), err) < 0)
		return -1;
	if (beyond_debt(w, d, &beyond, err) < 0)
		return -1;
	if (beyond <= 0)
		return 0;
	if (payment_beside(w, d, &beside, err) < 0)
		return -1;
	snprintf(detail, sizeof detail, "\"beyond\":%lld", (long long)beyond);
	return review_open(w, "overpaid", beside.table, beside.uuid, "customer_payments", d->head.uuid, detail, err);
}
