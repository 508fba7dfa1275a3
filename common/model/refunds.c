/* How money goes back to a customer, for cancellations and returns alike.
 *
 * An invoice is taken back once.  What two tills gave back of one while they
 * were apart is beyond what it was worth: money that left the drawer all the
 * same, and is booked as a loss for people to look at. */
#include "base/base.h"
#include "model/owed.h"

/* Cash stands last: what no other way takes back goes out of the drawer. */
static const char *const ways[] = { "card", "bank", "mobile", "store_credit", "cash" };
#define WAYS ((int)ARRAY_LEN(ways))
#define CASH (WAYS - 1)

static int way_of(const char *method)
{
	for (int i = 0; i < WAYS; i++)
		if (strcmp(ways[i], method) == 0)
			return i;
	return -1;	/* off an account: no way that money goes */
}

/* --- what is left --- */

int worth_left(struct write *w, const struct row *invoice, struct worth *left, struct err *err)
{
	static const char sql[] =
		"SELECT CAST(COALESCE(sum(CASE WHEN l.account = $3 THEN l.debit - l.credit ELSE 0 END), 0) AS bigint), "
		"CAST(COALESCE(sum(CASE WHEN l.account = $4 THEN l.debit - l.credit ELSE 0 END), 0) AS bigint) FROM "
		"(SELECT uuid FROM cancellations WHERE tenant = $1 AND invoice = $2 "
		"UNION ALL SELECT uuid FROM returns WHERE tenant = $1 AND invoice = $2) x "
		"CROSS JOIN journal_lines l WHERE l.tenant = $1 AND l.doc = x.uuid AND l.account IN ($3, $4)";
	struct val undone[2];

	if (db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), v_uuid(invoice->uuid), v_uuid(seed_uuid("account", "4020")),
						   v_uuid(seed_uuid("account", "2020"))), undone, 2, err) < 0)
		return -1;
	left->net = MAX(row_int(invoice, "total") - row_int(invoice, "tax") - undone[0].i, 0);
	left->tax = MAX(row_int(invoice, "tax") - undone[1].i, 0);
	return 0;
}

/* --- taken, or filled in --- */

int refunds_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	enum json_type type = json_type(json_member(body, "refunds"));

	if (type == JSON_MISSING || type == JSON_NULL)
		return 0;
	return document_take_lines(w, body, "refunds", 0, d, err) < 0 ? -1 : 1;
}

int64_t refunds_sum(const struct doc *d)
{
	const struct part_rows *refunds = doc_part((struct doc *)d, "refunds");
	int64_t sum = 0;

	for (int i = 0; i < refunds->n; i++)
		sum += part_int(refunds, i, "amount");
	return sum;
}

int refunds_need_customer(const struct doc *d, struct uuid customer, struct err *err)
{
	const struct part_rows *refunds = doc_part((struct doc *)d, "refunds");

	for (int i = 0; uuid_is_zero(customer) && i < refunds->n; i++) {
		const char *method = part_get(refunds, i, "method").s;

		if (strcmp(method, "store_credit") == 0 || strcmp(method, "account") == 0)
			return err_field(err, "/customer", "customer_required", "refunds: %s needs a customer whose it is", method);
	}
	return 0;
}

/* What was paid at the sale by each way, the change taken off. */
static void paid_by(const struct doc *invoice, int64_t by[WAYS])
{
	const struct part_rows *payments = doc_part((struct doc *)invoice, "payments");

	for (int i = 0; i < payments->n; i++)
		by[way_of(part_get(payments, i, "method").s)] += part_int(payments, i, "amount");
	by[CASH] -= row_int(&invoice->head, "change_given");
}

/* Less what went back by it, with other documents. */
static int less_refunded(struct write *w, const struct doc *d, struct uuid invoice, int64_t by[WAYS], struct err *err)
{
	static const char sql[] =
		"SELECT f.method, CAST(sum(f.amount) AS bigint) FROM "
		"(SELECT uuid FROM cancellations WHERE tenant = $1 AND invoice = $2 AND uuid <> $3 "
		"UNION ALL SELECT uuid FROM returns WHERE tenant = $1 AND invoice = $2 AND uuid <> $3) x "
		"CROSS JOIN refunds f WHERE f.tenant = $1 AND f.doc = x.uuid GROUP BY f.method";
	struct rows rs;
	int n;

	if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(invoice), v_uuid(d->head.uuid)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		int way = way_of(rows_text(&rs, 0, w->t->pool));

		if (way >= 0)
			by[way] = MAX(by[way] - rows_int(&rs, 1), 0);
	}
	rows_end(&rs);
	return n;
}

static void put_refund(struct part_rows *refunds, const char *method, int64_t amount)
{
	if (amount == 0)
		return;
	part_set(refunds, refunds->n, "method", v_text(method));
	part_set(refunds, refunds->n, "amount", v_int(amount));
	refunds->n++;
}

int refunds_fill(struct write *w, struct doc *d, const struct doc *invoice, int64_t on_account, int64_t amount, struct err *err)
{
	struct part_rows *refunds = doc_part(d, "refunds");
	int64_t by[WAYS] = { 0 }, part = MIN(on_account, amount);

	if (invoice) {
		paid_by(invoice, by);
		if (less_refunded(w, d, invoice->head.uuid, by, err) < 0)
			return -1;
	}
	part_make(w->t->pool, refunds, WAYS + 1);
	refunds->n = 0;
	put_refund(refunds, "account", part);
	amount -= part;
	for (int i = 0; i < WAYS; i++) {
		part = i == CASH ? amount : MIN(by[i], amount);
		put_refund(refunds, ways[i], part);
		amount -= part;
	}
	row_set(&d->head, "filled", v_int(row_int(&d->head, "filled") | FILL_REFUND));
	return 0;
}

/* --- booked --- */

int refunds_book(struct write *w, struct entry *e, const struct doc *d, struct uuid customer, struct worth worth, struct err *err)
{
	const struct part_rows *refunds = doc_part((struct doc *)d, "refunds");
	int64_t rest = worth.net + worth.tax, relief = 0;

	entry_debit(e, "4020", worth.net);
	entry_debit(e, "2020", worth.tax);
	for (int i = 0; i < refunds->n; i++) {
		const char *method = part_get(refunds, i, "method").s;
		int64_t amount = part_int(refunds, i, "amount");

		rest -= amount;
		if (strcmp(method, "account") == 0)
			relief += amount;
		else
			entry_credit(e, ledger_account(method), amount);
	}
	/* What was never paid is not owed any more; without anybody who owes it, and
	 * where more went back than it was worth, the difference is the shop's. */
	if (rest > 0 && !uuid_is_zero(customer))
		relief += rest;
	else
		entry_credit(e, "7010", rest);
	return account_relieve(w, e, customer, relief, err);
}
