/* An invoice as it stands today: paid, owed, returned, cancelled.  Nothing of it
 * is stored; a page of them costs two questions, not two for each. */
#include "base/base.h"
#include "model/owed.h"

#include "model/lists.h"

/* What became of one invoice, beside money. */
struct fate {
	struct uuid invoice;
	bool cancelled, returned, all_returned;
};

struct fates {
	struct fate *list;
	int n;
};

/* Which invoices from $2 to $3 were cancelled, and of which some or all lines
 * came back. */
static const char fates_sql[] =
	"SELECT invoice, CAST(max(cancelled) AS bigint), CAST(sum(whole) AS bigint), CAST(sum(n) AS bigint) FROM ("
	"SELECT x.invoice, 1 AS cancelled, 0 AS whole, 0 AS n FROM cancellations x "
	"WHERE x.tenant = $1 AND x.invoice BETWEEN $2 AND $3 UNION ALL "
	"SELECT b.invoice, 0, CASE WHEN COALESCE(b.qty, 0) >= l.qty THEN 1 ELSE 0 END, 1 FROM ("
	"SELECT r.invoice, r.line, sum(r.qty) AS qty FROM (SELECT h.invoice, k.line, k.qty FROM returns h "
	"CROSS JOIN return_lines k WHERE k.tenant = $1 AND k.doc = h.uuid AND h.tenant = $1 AND h.invoice BETWEEN $2 AND $3 "
	"UNION ALL SELECT k.doc, k.pos, 0 FROM invoice_lines k WHERE k.tenant = $1 AND k.doc IN "
	"(SELECT invoice FROM returns WHERE tenant = $1 AND invoice BETWEEN $2 AND $3)) r GROUP BY r.invoice, r.line) b "
	"CROSS JOIN invoice_lines l WHERE l.tenant = $1 AND l.doc = b.invoice AND l.pos = b.line) f GROUP BY invoice";

static int fates_load(struct db *db, struct pool *pool, struct uuid tenant, struct uuid from, struct uuid to, int most,
		      struct fates *f, struct err *err)
{
	struct rows rs;
	int n;

	*f = (struct fates){ .list = pool_alloc(pool, sizeof *f->list * (size_t)most) };
	if (db_rows(db, fates_sql, ARGS(v_uuid(tenant), v_uuid(from), v_uuid(to)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0 && f->n < most)
		f->list[f->n++] = (struct fate){
			.invoice = rows_uuid(&rs, 0), .cancelled = rows_int(&rs, 1) > 0, .returned = rows_int(&rs, 3) > 0,
			.all_returned = rows_int(&rs, 3) > 0 && rows_int(&rs, 2) == rows_int(&rs, 3),
		};
	rows_end(&rs);
	return MIN(n, 0);
}

static struct fate fate_of(const struct fates *f, struct uuid invoice)
{
	for (int i = 0; i < f->n; i++)
		if (uuid_eq(f->list[i].invoice, invoice))
			return f->list[i];
	return (struct fate){ 0 };
}

static const char *status_of(const struct fate *f, int64_t total, int64_t open)
{
	if (f->cancelled)
		return "cancelled";
	if (f->returned)
		return f->all_returned ? "returned" : "partly_returned";
	if (open == 0)
		return "paid";
	return open < total ? "partial" : "unpaid";
}

static void put_computed(const struct row *head, const struct fates *fates, const struct owings *owings, struct buf *out)
{
	struct fate f = fate_of(fates, head->uuid);
	int64_t open = owings_open(owings, head->uuid);

	jw_put_str(out, "status", status_of(&f, row_int(head, "total"), open));
	jw_put_int(out, "owed", open);
}

/* --- a page of them --- */

/* From the last to the first of them, as the list goes: in time. */
static int load_computed(struct db *db, struct pool *pool, struct uuid tenant, const struct row *heads, int n,
			 struct fates *fates, struct owings *owings, struct err *err)
{
	struct uuid from = heads[n - 1].uuid, to = heads[0].uuid;
	int64_t owed = 0;

	*owings = (struct owings){ 0 };
	/* A filter left out some of the chunk between the two: their fates are read too. */
	if (fates_load(db, pool, tenant, from, to, LIST_CHUNK + n, fates, err) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		owed |= row_int(&heads[i], "total") - row_int(&heads[i], "paid");
	return owed ? owings_of_page(db, pool, tenant, from, to, owings, err) : 0;
}

int invoice_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err)
{
	struct heads heads;
	struct owings owings;
	struct fates fates;

	if (document_heads(db, pool, tenant, schema_table("invoices"), page, &heads, err) < 0)
		return -1;
	if (heads.n && load_computed(db, pool, tenant, heads.list, heads.n, &fates, &owings, err) < 0)
		return -1;
	list_open(out);
	for (int i = 0; i < heads.n; i++) {
		jw_open(out, '{');
		row_json(&heads.list[i], FORM_REST, out);
		put_computed(&heads.list[i], &fates, &owings, out);
		jw_close(out, '}');
	}
	list_close(out, heads.next);
	return 0;
}

/* --- one --- */

#define FOLLOWERS_MAX 200	/* documents of one kind shown with an invoice */

static const struct follower {
	const char *member, *table, *sql;
	bool many;
} followers[] = {
	{ "cancellation", "cancellations", "SELECT uuid FROM cancellations WHERE tenant = $1 AND invoice = $2 ORDER BY uuid LIMIT $3" },
	{ "returns", "returns", "SELECT uuid FROM returns WHERE tenant = $1 AND invoice = $2 ORDER BY uuid LIMIT $3", true },
	{ "payments_later", "customer_payments",
	  "SELECT uuid FROM customer_payments WHERE tenant = $1 AND invoice = $2 ORDER BY uuid LIMIT $3", true },
};

static int put_head(struct db *db, struct pool *pool, struct uuid tenant, const char *table, struct uuid uuid, struct buf *out,
		    struct err *err)
{
	struct row head;
	int n = row_load(db, pool, tenant, schema_table(table), uuid, &head, err);

	if (n <= 0)
		return n;
	jw_open(out, '{');
	row_json(&head, FORM_REST, out);
	jw_close(out, '}');
	return 0;
}

static int put_followers(struct db *db, struct pool *pool, struct uuid tenant, const struct follower *f, struct uuid invoice,
			 struct buf *out, struct err *err)
{
	struct uuid uuid[FOLLOWERS_MAX];
	int n, found = 0, rc = 0;
	struct rows rs;

	if (db_rows(db, f->sql, ARGS(v_uuid(tenant), v_uuid(invoice), v_int(f->many ? FOLLOWERS_MAX : 1)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0 && found < FOLLOWERS_MAX)
		uuid[found++] = rows_uuid(&rs, 0);
	rows_end(&rs);
	jw_name(out, f->member);
	if (f->many)
		jw_open(out, '[');
	else if (found == 0)
		jw_null(out);
	for (int i = 0; i < found && n >= 0 && rc == 0; i++)
		rc = put_head(db, pool, tenant, f->table, uuid[i], out, err);
	if (f->many)
		jw_close(out, ']');
	return MIN(n, rc);
}

int invoice_more(struct db *db, struct pool *pool, struct uuid tenant, const struct row *head, struct buf *out, struct err *err)
{
	struct owings owings;
	struct fates fates;

	if (load_computed(db, pool, tenant, head, 1, &fates, &owings, err) < 0)
		return -1;
	put_computed(head, &fates, &owings, out);
	for (size_t i = 0; i < ARRAY_LEN(followers); i++)
		if (put_followers(db, pool, tenant, &followers[i], head->uuid, out, err) < 0)
			return -1;
	return 0;
}
