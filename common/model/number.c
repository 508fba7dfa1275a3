/* Numbers for people.  A series counts without gaps and belongs to one server,
 * so that two that are not connected never give the same number; the key of the
 * document is what a number is remembered by, so that asking again is harmless. */
#include "base/base.h"
#include "model/model.h"

static const struct {
	const char *name, *infix;	/* T1-000123, T1-P000123 */
} kinds[] = {
	{ "invoice", "" },
	{ "purchase", "P" },
	{ "purchase_void", "PV" },
	{ "cancellation", "X" },
	{ "return", "R" },
	{ "customer_payment", "CP" },
	{ "supplier_payment", "SP" },
	{ "stock_adjustment", "A" },
	{ "shift", "S" },
	{ "shift_movement", "M" },
	{ "shift_close", "Z" },
};

static const char *infix_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].infix;
	return NULL;
}

int series_next(struct txn *t, struct uuid tenant, const char *kind, const char *prefix, int64_t *n_r,
		struct err *err)
{
	static const char count[] = "INSERT INTO series (tenant, kind, prefix, last) VALUES ($1, $2, $3, 1) "
				    "ON CONFLICT (tenant, kind, prefix) DO UPDATE SET last = series.last + 1";
	static const char last[] = "SELECT last FROM series WHERE tenant = $1 AND kind = $2 AND prefix = $3";
	struct args which = ARGS(v_uuid(tenant), v_text(kind), v_text(prefix));

	/* Not RETURNING, for which SQLite makes a table of its own each time; and PostgreSQL
	 * sends the two together. */
	return txn_send(t, count, which, err) < 0 ? -1 : db_int(t->db, last, which, n_r, err);
}

/* L and four letters: until a hub gives a prefix.  A restored till is another
 * incarnation and takes other letters: what its twin counted is not known here. */
static const char *own_prefix(struct pool *pool, const struct site *site)
{
	struct uuid u = uuid_derived(site->device, "series", (unsigned)site->incarnation);
	char letters[5] = "";

	for (int i = 0; i < 4; i++)
		letters[i] = (char)('A' + (u.b[2 * i] << 8 | u.b[2 * i + 1]) % 26);
	return pool_printf(pool, "L%s", letters);
}

static const char *hub_prefix(struct pool *pool, const struct site *site)
{
	return site->incarnation == 1 ? "C" : pool_printf(pool, "C%lld", (long long)site->incarnation);
}

static int prefix_of(struct write *w, const char **prefix, struct err *err)
{
	static const char sql[] = "SELECT prefix FROM pairing WHERE prefix IS NOT NULL LIMIT 1";
	struct val v[1];
	int n;

	*prefix = hub_prefix(w->t->pool, w->site);
	if (w->site->hub)
		return 0;
	n = db_one(w->t->db, w->t->pool, sql, NO_ARGS, v, 1, err);
	*prefix = n > 0 ? v[0].s : own_prefix(w->t->pool, w->site);
	return n < 0 ? -1 : 0;
}

/* 1 and its number when the document has one, 0, -1. */
static int reserved(struct write *w, struct uuid uuid, const char *kind, const char **number, struct err *err)
{
	static const char sql[] = "SELECT number, kind FROM numbers WHERE tenant = $1 AND uuid = $2";
	struct val v[2];
	int n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), v_uuid(uuid)), v, 2, err);

	if (n <= 0)
		return n;
	if (strcmp(v[1].s, kind) != 0)
		return err_field(err, "/kind", "kind_differs",
				 "%s has a number already, as %s: a new document needs a new uuid",
				 uuid_text(uuid).s, v[1].s);
	*number = v[0].s;
	return 1;
}

/* The next one, which nobody else will get. */
static int draw(struct write *w, const char *kind, const char **number, struct err *err)
{
	const char *prefix;
	int64_t n;

	if (prefix_of(w, &prefix, err) < 0 || series_next(w->t, w->tenant, kind, prefix, &n, err) < 0)
		return -1;
	*number = pool_printf(w->t->pool, "%s-%s%06lld", prefix, infix_of(kind), (long long)n);
	return 0;
}

/* The number of a document that is here already. */
static int of_document(struct write *w, struct uuid uuid, const char *kind, const char **number, struct err *err)
{
	struct row r;
	int n = row_load(w->t->db, w->t->pool, w->tenant, document_table(kind), uuid, &r, err);

	if (n > 0)
		*number = row_text(&r, "number");
	return n;
}

int number_reserve(struct write *w, struct uuid uuid, const char *kind, const char **number, struct err *err)
{
	static const char sql[] = "INSERT INTO numbers (tenant, uuid, kind, number, reserved_at) "
				  "VALUES ($1, $2, $3, $4, $5)";
	int n;

	if (!infix_of(kind))
		return err_field(err, "/kind", "not_a_choice", "kind: documents of kind %s have no numbers", kind);
	if ((n = reserved(w, uuid, kind, number, err)) != 0 || (n = of_document(w, uuid, kind, number, err)) != 0)
		return MIN(n, 0);
	if (draw(w, kind, number, err) < 0)
		return -1;
	return txn_send(w->t, sql,
			ARGS(v_uuid(w->tenant), v_uuid(uuid), v_text(kind), v_text(*number), v_int(w->t->stamp)), err);
}

int number_take(struct write *w, struct uuid uuid, const char *kind, const char **number, struct err *err)
{
	int n = reserved(w, uuid, kind, number, err);

	if (n == 0)
		return draw(w, kind, number, err);
	return n < 0 ? -1 : number_settled(w, uuid, err);
}

int number_settled(struct write *w, struct uuid document, struct err *err)
{
	return txn_send(w->t, "DELETE FROM numbers WHERE tenant = $1 AND uuid = $2",
			ARGS(v_uuid(w->tenant), v_uuid(document)), err);
}
