/* The last unit sold twice: a till sold goods that its own books had, and the hub
 * has not any more.  Both sales stand; which customer goes without is for people.
 * What a till sold without having it is no news to anybody: the cost run waits for
 * its delivery. */
#include "base/base.h"
#include "model/model.h"

/* What these moves took of a product: from layers, or where there was none. */
static int64_t taken(const struct part_rows *moves, struct uuid product, bool from_layers)
{
	int64_t qty = 0;

	for (int i = 0; i < moves->n; i++)
		if (uuid_eq(part_uuid(moves, i, "product"), product) &&
		    (part_get(moves, i, "layer").type != VAL_NULL) == from_layers)
			qty -= part_int(moves, i, "qty");
	return qty;
}

/* What the till had and this server has not. */
static int64_t gone(const struct part_rows *here, const struct part_rows *there, struct uuid product)
{
	return MIN(taken(there, product, true), taken(here, product, false) - taken(there, product, false));
}

static bool is_first_of(const struct part_rows *moves, int i)
{
	for (int n = 0; n < i; n++)
		if (uuid_eq(part_uuid(moves, n, "product"), part_uuid(moves, i, "product")))
			return false;
	return true;
}

/* Who had the last one.  1, 0 nobody did, -1. */
static int last_seller(struct write *w, struct uuid product, struct uuid not_this, struct uuid *sale, struct err *err)
{
	static const char sql[] =
		"SELECT m.doc FROM stock_moves m WHERE m.tenant = $1 AND m.product = $2 AND m.source = 'invoice' "
		"AND m.layer IS NOT NULL AND m.doc <> $3 ORDER BY m.at DESC, m.doc DESC LIMIT 1";
	struct val v;
	int n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), v_uuid(product), v_uuid(not_this)), &v, 1, err);

	if (n > 0)
		*sale = v.u;
	return n;
}

static int open_oversold(struct write *w, const struct doc *d, struct uuid product, int64_t missing, struct err *err)
{
	const char *table = d->head.table->name;
	struct buf detail = { 0 };
	struct uuid sale;
	int n = last_seller(w, product, d->head.uuid, &sale, err);

	if (n <= 0)
		return n;
	jw_put_uuid(&detail, "product", product);
	jw_put_int(&detail, "qty", missing);
	n = review_open(w, "oversold", table, sale, table, d->head.uuid, detail.data, err);
	buf_release(&detail);
	return n;
}

/* The till sold of a purchase that was voided meanwhile: had the sale come first, the
 * void would have opened this very review (void.c).  1, 0 it is not so, -1. */
static int open_voided(struct write *w, const struct part_rows *there, struct uuid product, int64_t missing, struct err *err)
{
	static const char sql[] = "SELECT v.purchase, v.uuid FROM layers l JOIN purchase_voids v ON v.tenant = l.tenant "
				  "AND v.purchase = l.doc WHERE l.tenant = $1 AND l.uuid = $2 ORDER BY v.at, v.uuid LIMIT 1";
	struct val v[2];
	int n = 0;

	for (int i = 0; n == 0 && i < there->n; i++)
		if (uuid_eq(part_uuid(there, i, "product"), product) && part_get(there, i, "layer").type != VAL_NULL)
			n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), part_get(there, i, "layer")), v, 2, err);
	if (n <= 0)
		return n;
	return review_open(w, "void_after_sale", "purchases", v[0].u, "purchase_voids", v[1].u,
			   pool_printf(w->t->pool, "\"gone\":[{\"product\":\"%s\",\"qty\":%lld}]", uuid_text(product).s,
				       (long long)missing), err) < 0 ? -1 : 1;
}

static int judge_product(struct write *w, const struct doc *d, const struct part_rows *there, struct uuid product,
			 int64_t missing, struct err *err)
{
	int n = open_voided(w, there, product, missing, err);

	return n == 0 ? open_oversold(w, d, product, missing, err) : MIN(n, 0);
}

int sale_judge_shelf(struct write *w, const struct doc *sent, const struct doc *d, struct err *err)
{
	const struct part_rows *here = doc_part((struct doc *)d, "moves"), *there = doc_part((struct doc *)sent, "moves");

	for (int i = 0; i < here->n; i++) {
		struct uuid product = part_uuid(here, i, "product");
		int64_t missing = is_first_of(here, i) ? gone(here, there, product) : 0;

		if (missing > 0 && judge_product(w, d, there, product, missing, err) < 0)
			return -1;
	}
	return 0;
}
