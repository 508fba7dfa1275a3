/* What customers owe now, and what they have to their credit: caches of sums over
 * the books (P4), kept in the same transaction, never synced, rebuildable.
 *
 * debts: what is left of each invoice when what names it is taken off.  balances:
 * all that is a customer's.  Which debts are met by what named none is found from
 * the newest debt on: so much of it is open as the balance reaches beyond those
 * that are newer.  Nobody has to look at what was met long ago. */
#include "base/base.h"
#include "model/owed.h"

#include "schema/sums.h"

/* --- kept --- */

/* What a document changes. */
struct effect {
	struct uuid customer, invoice;	/* zero: nobody's; of none */
	int64_t at;			/* of the invoice, with what it leaves on account itself */
	int64_t owed, credit;
};

static void add_lines(const struct part_rows *lines, struct effect *e)
{
	const struct uuid receivables = seed_uuid("account", "1100"), credit = seed_uuid("account", "2100");

	for (int i = 0; i < lines->n; i++) {
		struct uuid account = part_uuid(lines, i, "account");
		int64_t debit = part_int(lines, i, "debit") - part_int(lines, i, "credit");

		if (uuid_eq(account, receivables))
			e->owed += debit;
		else if (uuid_eq(account, credit))
			e->credit -= debit;
	}
}

static int of_sale(struct write *w UNUSED, const struct row *head, struct effect *e, struct err *err UNUSED)
{
	e->customer = row_uuid(head, "customer");
	e->invoice = head->uuid;
	e->at = row_int(head, "total") > row_int(head, "paid") ? row_int(head, "at") : 0;
	return 0;
}

static int of_payment(struct write *w UNUSED, const struct row *head, struct effect *e, struct err *err UNUSED)
{
	e->customer = row_uuid(head, "customer");
	e->invoice = row_uuid(head, "invoice");
	return 0;
}

/* What undoes an invoice is its customer's. */
static int of_undoing(struct write *w, const struct row *head, struct effect *e, struct err *err)
{
	static const char sql[] = "SELECT customer FROM invoices WHERE tenant = $1 AND uuid = $2 AND customer IS NOT NULL";
	struct uuid invoice = row_uuid(head, "invoice");
	struct val v[1];
	int n;

	if (uuid_is_zero(invoice))
		return 0;
	if ((n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), v_uuid(invoice)), v, 1, err)) <= 0)
		return n;
	e->customer = v[0].u;
	e->invoice = invoice;
	return 0;
}

/* Goods that nobody's invoice or none names are whose the return says. */
static int of_return(struct write *w, const struct row *head, struct effect *e, struct err *err)
{
	if (of_undoing(w, head, e, err) < 0)
		return -1;
	if (uuid_is_zero(e->customer))
		e->customer = row_uuid(head, "customer");
	return 0;
}

/* Of other kinds nothing is a customer's. */
static const struct kind_owed {
	const char *table;
	int (*whose)(struct write *w, const struct row *head, struct effect *e, struct err *err);
	bool names_him;		/* where it names no customer, it is nobody's */
} kinds[] = {
	{ "invoices", of_sale, true },
	{ "cancellations", of_undoing, false },
	{ "returns", of_return, false },
	{ "customer_payments", of_payment, true },
};

/* NULL: it changes nothing. */
static const struct kind_owed *kind_of(const struct row *head)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].table, head->table->name) == 0)
			return kinds[i].names_him && uuid_is_zero(row_uuid(head, "customer")) ? NULL : &kinds[i];
	return NULL;
}

/* customer stays zero where it changes nothing. */
static int effect_of(struct write *w, const struct doc *d, struct effect *e, struct err *err)
{
	const struct kind_owed *k = kind_of(&d->head);

	*e = (struct effect){ 0 };
	if (!k)
		return 0;
	add_lines(doc_part((struct doc *)d, "entry_lines"), e);
	return e->owed || e->credit ? k->whose(w, &d->head, e, err) : 0;
}

int owed_count(struct write *w, const struct doc *d, int sign, struct err *err)
{
	static const char debt[] =
		"INSERT INTO debts (tenant, customer, invoice, at, owed) VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (tenant, customer, invoice) DO UPDATE SET at = debts.at + excluded.at, owed = debts.owed + excluded.owed";
	static const char balance[] =
		"INSERT INTO balances (tenant, customer, owed, credit) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, customer) "
		"DO UPDATE SET owed = balances.owed + excluded.owed, credit = balances.credit + excluded.credit";
	struct effect e;

	if (effect_of(w, d, &e, err) < 0)
		return -1;
	if (uuid_is_zero(e.customer))
		return 0;
	if (e.owed && !uuid_is_zero(e.invoice) &&
	    txn_send(w->t, debt, ARGS(v_uuid(w->tenant), v_uuid(e.customer), v_uuid(e.invoice), v_int(sign * e.at),
				      v_int(sign * e.owed)), err) < 0)
		return -1;
	return txn_send(w->t, balance, ARGS(v_uuid(w->tenant), v_uuid(e.customer), v_int(sign * e.owed), v_int(sign * e.credit)), err);
}

/* --- replaced --- */

/* What undid an invoice goes with it. */
static int undoings_count(struct write *w, const char *sql, const char *table, struct uuid invoice, int sign, struct err *err)
{
	struct rows rs;
	struct doc d;
	int n;

	if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(invoice)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		if ((n = doc_load(w->t->db, w->t->pool, w->tenant, schema_table(table), rows_uuid(&rs, 0), &d, err)) < 0 ||
		    (n = owed_count(w, &d, sign, err)) < 0)
			break;
	rows_end(&rs);
	return n;
}

int owed_recount(struct write *w, const struct doc *d, const struct doc *other, int sign, struct err *err)
{
	if (owed_count(w, d, sign, err) < 0)
		return -1;
	if (strcmp(d->head.table->name, "invoices") != 0 || uuid_eq(row_uuid(&d->head, "customer"), row_uuid(&other->head, "customer")))
		return 0;
	if (undoings_count(w, "SELECT uuid FROM cancellations WHERE tenant = $1 AND invoice = $2", "cancellations", d->head.uuid, sign,
			   err) < 0)
		return -1;
	return undoings_count(w, "SELECT uuid FROM returns WHERE tenant = $1 AND invoice = $2", "returns", d->head.uuid, sign, err);
}

/* --- asked --- */

int customer_now(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct uuid *now, struct err *err)
{
	static const char sql[] = "SELECT merged_into FROM customers WHERE tenant = $1 AND uuid = $2 AND merged_into IS NOT NULL";
	struct val v[1];
	int n = db_one(db, pool, sql, ARGS(v_uuid(tenant), v_uuid(customer)), v, 1, err);

	*now = n > 0 ? v[0].u : customer;
	return MIN(n, 0);
}

int balance_of(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct balance *b, struct err *err)
{
	static const char sql[] = "SELECT CAST(COALESCE(sum(owed), 0) AS bigint), CAST(COALESCE(sum(credit), 0) AS bigint) "
				  "FROM balances WHERE tenant = $1 AND customer " THEIRS("$2");
	struct val v[2];

	*b = (struct balance){ 0 };
	if (uuid_is_zero(customer))
		return 0;
	if (customer_now(db, pool, tenant, customer, &customer, err) < 0 ||
	    db_one(db, pool, sql, ARGS(v_uuid(tenant), v_uuid(customer)), v, 2, err) < 0)
		return -1;
	*b = (struct balance){ v[0].i, v[1].i };
	return 0;
}

/* What newer debts leave of the balance. */
static int left_for(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, int64_t at, struct uuid invoice,
		    int64_t *left, struct err *err)
{
	static const char sql[] = "SELECT CAST(COALESCE(sum(owed), 0) AS bigint) FROM debts WHERE tenant = $1 AND customer " THEIRS("$2")
				  "AND owed > 0 AND (at, invoice) > ($3, $4)";
	struct balance b;
	int64_t newer;

	if (balance_of(db, pool, tenant, customer, &b, err) < 0)
		return -1;
	*left = 0;
	if (b.owed <= 0)
		return 0;
	if (db_int(db, sql, ARGS(v_uuid(tenant), v_uuid(customer), v_int(at), v_uuid(invoice)), &newer, err) < 0)
		return -1;
	*left = MAX(b.owed - newer, 0);
	return 0;
}

int debt_of(struct db *db, struct pool *pool, struct uuid tenant, struct uuid customer, struct uuid invoice, struct debt *d,
	    struct err *err)
{
	static const char sql[] = "SELECT CAST(COALESCE(sum(owed), 0) AS bigint), CAST(COALESCE(max(at), 0) AS bigint) FROM debts "
				  "WHERE tenant = $1 AND customer " THEIRS("$2") "AND invoice = $3";
	struct val v[2];
	int64_t left;

	*d = (struct debt){ 0 };
	if (uuid_is_zero(customer))
		return 0;
	if (customer_now(db, pool, tenant, customer, &customer, err) < 0 ||
	    db_one(db, pool, sql, ARGS(v_uuid(tenant), v_uuid(customer), v_uuid(invoice)), v, 2, err) < 0)
		return -1;
	d->owed = v[0].i;
	if (d->owed <= 0)
		return 0;
	if (left_for(db, pool, tenant, customer, v[1].i, invoice, &left, err) < 0)
		return -1;
	d->open = MIN(d->owed, left);
	return 0;
}

/* --- made again, and compared --- */

#define OF_SHOP(x) " AND " x ".tenant = $1"
#define BY_BOOKS OWED_BY_BOOKS("$2", "$3", OF_SHOP)
#define WITH_BOOKS ARGS(v_uuid(tenant), v_uuid(seed_uuid("account", "1100")), v_uuid(seed_uuid("account", "2100")))

int owed_rebuild(struct txn *t, struct uuid tenant, struct err *err)
{
	if (txn_run(t, "DELETE FROM debts WHERE tenant = $1", ARGS(v_uuid(tenant)), err) < 0 ||
	    txn_run(t, "DELETE FROM balances WHERE tenant = $1", ARGS(v_uuid(tenant)), err) < 0)
		return -1;
	if (txn_run(t, "INSERT INTO debts (tenant, customer, invoice, at, owed) " DEBTS_OF(BY_BOOKS), WITH_BOOKS, err) < 0)
		return -1;
	return txn_run(t, "INSERT INTO balances (tenant, customer, owed, credit) " BALANCES_OF(BY_BOOKS), WITH_BOOKS, err);
}

/* Both sides in one heap, grouped, as recount.c does.  A debt of nothing has no place. */
#define WRONG(key, cache, by_books)                                                                                    \
	"SELECT " key " FROM (SELECT " key ", at AS ka, owed AS ko, credit AS kc, 0 AS ba, 0 AS bo, 0 AS bc FROM (" cache \
	") k UNION ALL SELECT " key ", 0, 0, 0, at, owed, credit FROM (" by_books ") b) h GROUP BY " key                  \
	" HAVING sum(ko) <> sum(bo) OR sum(kc) <> sum(bc) OR (sum(bo) <> 0 AND sum(ka) <> sum(ba))"

int owed_check(struct db *db, struct uuid tenant, int64_t *wrong, struct err *err)
{
	static const char sql[] =
		"SELECT CAST((SELECT count(*) FROM (" WRONG("customer, invoice", "SELECT *, 0 AS credit FROM debts WHERE tenant = $1",
		"SELECT *, 0 AS credit FROM (" DEBTS_OF(BY_BOOKS) ") q") ") w) + (SELECT count(*) FROM ("
		WRONG("customer", "SELECT *, 0 AS at FROM balances WHERE tenant = $1",
		"SELECT *, 0 AS at FROM (" BALANCES_OF(BY_BOOKS) ") q") ") w) AS bigint)";

	return db_int(db, sql, WITH_BOOKS, wrong, err);
}
