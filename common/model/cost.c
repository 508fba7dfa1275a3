/* The cost run.  Goods may go before anybody knows what they cost: sold before
 * their delivery was entered, or out of a delivery that another till declared
 * void.  Where the books are final, such units take from the open layers as soon
 * as there are any, oldest first, and the difference to what was booked is one
 * correction document for each product and cause.
 *
 * It runs in the transaction that stores the cause and finds its work in the
 * sums, so a run repeated after a rollback makes the same document. */
#include "base/base.h"
#include "model/kinds.h"

#include "base/money.h"

#include <stdlib.h>

#define UNITS_MAX 1000	/* lines one document corrects; more go to the next */

/* Goods of one line that look for a layer. */
struct unit {
	struct uuid doc;
	int64_t pos, qty;
	int line;
	int64_t oversold;	/* so many of them had no layer before; a layer has just let go the rest */
	const char *account;	/* where the line's cost stands */
};

struct layer {
	struct uuid uuid;
	int64_t qty, value;	/* left */
};

struct run {
	struct write *w;
	struct uuid product;
	struct doc doc;		/* the correction */
	struct moves moves;
	struct entry entry;
	struct unit *unit;
	int n, room;
};

/* --- who has work --- */

/* 1, 0, -1. */
static int books_are_final(struct write *w, struct err *err)
{
	int64_t pairings;

	if (w->site->hub)
		return 1;
	if (db_int(w->t->db, "SELECT CAST(count(*) AS bigint) FROM pairing", NO_ARGS, &pairings, err) < 0)
		return -1;
	return pairings == 0;
}

/* Goods that only went took what there was: nothing is left to settle. */
static bool may_have_work(const struct doc *cause)
{
	const struct part_rows *moves = doc_part_if((struct doc *)cause, "moves");
	const char *entity = cause->head.table->entity;

	if (!moves || strcmp(entity, "cost_correction") == 0)
		return false;
	if (strcmp(entity, "purchase_void") == 0)
		return true;
	for (int i = 0; i < moves->n; i++)
		if (part_int(moves, i, "qty") > 0)
			return true;
	return false;
}

/* Products of the cause with units that look for a layer. */
static int products_of(struct write *w, const struct doc *cause, struct uuid **product_r, int *n_r, struct err *err)
{
	static const char sql[] =
		"SELECT DISTINCT product FROM stock_moves m WHERE m.tenant = $1 AND m.doc = $2 AND (EXISTS "
		"(SELECT 1 FROM oversold o WHERE o.tenant = m.tenant AND o.product = m.product AND o.qty > 0) OR EXISTS "
		"(SELECT 1 FROM layers l WHERE l.tenant = m.tenant AND l.uuid = m.layer AND l.qty_left < 0)) ORDER BY 1";
	struct rows rs;
	int n;

	*product_r = pool_alloc(w->t->pool, sizeof **product_r * (size_t)doc_part((struct doc *)cause, "moves")->n);
	*n_r = 0;
	if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(cause->head.uuid)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0)
		(*product_r)[(*n_r)++] = rows_uuid(&rs, 0);
	rows_end(&rs);
	return n;
}

/* --- the correction --- */

/* The same product, cause and part are the same document, whoever makes it. */
static struct uuid uuid_of(struct uuid product, struct uuid cause, unsigned part)
{
	struct uuid u = uuid_v5(product, cause.b, sizeof cause.b);

	return part ? uuid_derived(u, "part", part) : u;
}

static void run_begin(struct run *r, struct write *w, const struct doc *cause, struct uuid product, unsigned part)
{
	struct row *h = &r->doc.head;

	*r = (struct run){ .w = w, .product = product };
	doc_init(&r->doc, schema_table("cost_corrections"));
	h->uuid = uuid_of(product, cause->head.uuid, part);
	row_set(h, "at", row_get(&cause->head, "at"));
	row_set(h, "product", v_uuid(product));
	row_set(h, "cause", v_uuid(cause->head.uuid));
	h->updated_at = w->t->stamp;
	h->origin = w->site->uuid;
	moves_begin(&r->moves, w->t->pool, &r->doc);
	entry_begin(&r->entry, w->t->pool, &r->doc);
}

static void book(struct run *r, const struct unit *u, int64_t cost)
{
	entry_debit(&r->entry, u->account, cost);
	entry_credit(&r->entry, "1200", cost);
}

static int run_store(struct run *r, struct err *err)
{
	struct write *w = r->w;

	entry_end(&r->entry);
	/* A till without a hub keeps it to itself: a hub would make its own. */
	if (w->site->hub && txn_seq(w->t, w->tenant, &r->doc.head.seq, err) < 0)
		return -1;
	return document_store(w, &r->doc, err);
}

/* --- units --- */

/* At the columns doc, line, pos, qty, source. */
static struct unit *unit_add(struct run *r, const struct rows *rs)
{
	const char *source = rows_text(rs, 4, r->w->t->pool);

	if (r->n == r->room) {
		struct unit *more;

		r->room = MAX(16, 2 * r->room);
		more = pool_alloc(r->w->t->pool, sizeof *more * (size_t)r->room);
		if (r->n)
			memcpy(more, r->unit, sizeof *more * (size_t)r->n);
		r->unit = more;
	}
	r->unit[r->n] = (struct unit){ .doc = rows_uuid(rs, 0), .line = (int)rows_int(rs, 1), .pos = rows_int(rs, 2),
				       .qty = rows_int(rs, 3),
				       .account = source && strcmp(source, "invoice") == 0 ? "5010" : "6020" };
	return &r->unit[r->n++];
}

#define SOURCE_OF(doc) "(SELECT s.source FROM stock_moves s WHERE s.tenant = $1 AND s.doc = " doc " ORDER BY s.pos LIMIT 1)"

static int find_oversold(struct run *r, struct err *err)
{
	static const char sql[] = "SELECT o.doc, o.line, o.pos, o.qty, " SOURCE_OF("o.doc") " FROM oversold o "
				  "WHERE o.tenant = $1 AND o.product = $2 AND o.qty > 0 ORDER BY o.pos, o.doc, o.line LIMIT $3";
	struct rows rs;
	int n;

	if (db_rows(r->w->t->db, sql, ARGS(v_uuid(r->w->tenant), v_uuid(r->product), v_int(UNITS_MAX)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		struct unit *u = unit_add(r, &rs);

		u->oversold = u->qty;
	}
	rows_end(&rs);
	return n;
}

/* A layer below zero was declared void: whoever holds some of it lets go. */
static int release(struct run *r, struct uuid layer, struct err *err)
{
	static const char sql[] =
		"SELECT a.doc, a.line, " DOC_POS("a.doc") ", a.qty, " SOURCE_OF("a.doc") ", a.cost FROM "
		"(SELECT COALESCE(for_doc, doc) AS doc, line, CAST(-sum(qty) AS bigint) AS qty, CAST(-sum(cost) AS bigint) AS cost "
		"FROM stock_moves WHERE tenant = $1 AND product = $2 AND layer = $3 "
		"AND (for_doc IS NOT NULL OR source <> 'purchase_void') "
		"GROUP BY COALESCE(for_doc, doc), line HAVING sum(qty) < 0) a ORDER BY 3, 1, 2";
	struct rows rs;
	int n;

	if (db_rows(r->w->t->db, sql, ARGS(v_uuid(r->w->tenant), v_uuid(r->product), v_uuid(layer)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		const struct unit *u = unit_add(r, &rs);
		int64_t cost = rows_int(&rs, 5);

		moves_add(&r->moves, (struct move){ .line = u->line, .product = r->product, .qty = u->qty, .cost = cost,
						    .layer = layer, .for_doc = u->doc });
		book(r, u, -cost);
	}
	rows_end(&rs);
	return n;
}

static int find_released(struct run *r, const struct doc *cause, struct err *err)
{
	static const char sql[] =
		"SELECT DISTINCT l.uuid FROM stock_moves m JOIN layers l ON l.tenant = m.tenant AND l.uuid = m.layer "
		"AND l.qty_left < 0 WHERE m.tenant = $1 AND m.doc = $2 AND m.product = $3 ORDER BY 1";
	struct rows rs;
	int n;

	if (db_rows(r->w->t->db, sql, ARGS(v_uuid(r->w->tenant), v_uuid(cause->head.uuid), v_uuid(r->product)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0 && (n = release(r, rows_uuid(&rs, 0), err)) == 0)
		;
	rows_end(&rs);
	return n;
}

static int unit_cmp(const void *va, const void *vb)
{
	const struct unit *a = va, *b = vb;
	int by_doc = uuid_cmp(a->doc, b->doc);

	if (a->pos != b->pos)
		return a->pos < b->pos ? -1 : 1;
	return by_doc ? by_doc : a->line - b->line;
}

/* The oldest line first; goods of one line look together, whoever let them go. */
static void sort_units(struct run *r)
{
	int n = 0;

	qsort(r->unit, (size_t)r->n, sizeof *r->unit, unit_cmp);
	for (int i = 0; i < r->n; i++) {
		if (n == 0 || unit_cmp(&r->unit[n - 1], &r->unit[i]) != 0) {
			r->unit[n++] = r->unit[i];
			continue;
		}
		r->unit[n - 1].qty += r->unit[i].qty;
		r->unit[n - 1].oversold += r->unit[i].oversold;
	}
	r->n = n;
}

/* --- layers --- */

/* So many less; *oversold of them were without a layer before. */
static void unit_less(struct unit *u, int64_t qty, int64_t *oversold)
{
	*oversold = MAX(qty - (u->qty - u->oversold), 0);
	u->qty -= qty;
	u->oversold -= *oversold;
}

static void take(struct run *r, struct unit *u, struct layer *l)
{
	int64_t qty = MIN(u->qty, l->qty), oversold;
	int64_t cost = qty == l->qty ? l->value : mul_div(l->value, qty, l->qty);
	struct move found = { .line = u->line, .product = r->product, .for_doc = u->doc }, out = found;

	unit_less(u, qty, &oversold);
	found.qty = oversold;
	if (oversold)
		moves_add(&r->moves, found);
	out.qty = -qty;
	out.cost = -cost;
	out.layer = l->uuid;
	moves_add(&r->moves, out);
	book(r, u, cost);
	l->qty -= qty;
	l->value -= cost;
}

/* What no layer has after all. */
static void leave(struct run *r, const struct unit *u)
{
	if (u->qty > u->oversold)
		moves_add(&r->moves, (struct move){ .line = u->line, .product = r->product, .qty = u->oversold - u->qty,
						    .for_doc = u->doc });
}

static int next_layer(struct rows *rs, struct layer *l, struct err *err)
{
	int n = 1;

	while (l->qty <= 0 && (n = rows_next(rs, err)) > 0)
		*l = (struct layer){ rows_uuid(rs, 0), rows_int(rs, 1), rows_int(rs, 2) };
	return n;
}

static int find_layers(struct run *r, struct err *err)
{
	static const char sql[] = "SELECT uuid, qty_left, value_left FROM layers "
				  "WHERE tenant = $1 AND product = $2 AND open = 1 ORDER BY pos, doc, line";
	struct layer l = { 0 };
	struct rows rs;
	int n = 1;

	if (r->n == 0)
		return 0;
	sort_units(r);
	if (db_rows(r->w->t->db, sql, ARGS(v_uuid(r->w->tenant), v_uuid(r->product)), &rs, err) < 0)
		return -1;
	for (int i = 0; i < r->n && n >= 0; i++) {
		while (r->unit[i].qty > 0 && n > 0 && (n = next_layer(&rs, &l, err)) > 0)
			take(r, &r->unit[i], &l);
		leave(r, &r->unit[i]);
	}
	rows_end(&rs);
	return MIN(n, 0);
}

/* --- the run --- */

/* One correction.  1 stored, 0 nothing to correct, -1. */
static int correct(struct write *w, const struct doc *cause, struct uuid product, unsigned part, struct err *err)
{
	struct run r;

	run_begin(&r, w, cause, product, part);
	if (find_released(&r, cause, err) < 0 || find_oversold(&r, err) < 0 || find_layers(&r, err) < 0)
		return -1;
	if (r.moves.rows->n == 0)
		return 0;
	return run_store(&r, err) < 0 ? -1 : 1;
}

static int run_product(struct write *w, const struct doc *cause, struct uuid product, struct err *err)
{
	unsigned part = 0;
	int n;

	while ((n = correct(w, cause, product, part, err)) > 0)
		part++;
	return n;
}

int cost_run(struct write *w, const struct doc *cause, struct err *err)
{
	struct uuid *product;
	int n;

	if (!may_have_work(cause))
		return 0;
	if ((n = books_are_final(w, err)) <= 0)
		return n;
	if (products_of(w, cause, &product, &n, err) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (run_product(w, cause, product[i], err) < 0)
			return -1;
	return 0;
}

int cost_settle(struct doc *d, struct err *err)
{
	return err_field(err, "", "made_by_hub", "cost correction %s: only the hub makes them", uuid_text(d->head.uuid).s);
}

/* --- another hub --- */

int cost_forget_one(struct write *w, struct uuid uuid, struct err *err)
{
	struct change c = { .table = schema_table("cost_corrections"), .tenant = w->tenant, .uuid = uuid, .kind = CHANGE_DELETED };
	struct doc d;

	if (doc_load(w->t->db, w->t->pool, w->tenant, c.table, uuid, &d, err) < 0 || stock_count(w, &d, -1, err) < 0 ||
	    doc_delete_parts(w->t, w->tenant, &d, DERIVED_PART, err) < 0)
		return -1;
	txn_changed(w->t, &c);
	return txn_send(w->t, "DELETE FROM cost_corrections WHERE tenant = $1 AND uuid = $2", ARGS(v_uuid(w->tenant), v_uuid(uuid)), err);
}

int cost_forget(struct write *w, bool all, struct err *err)
{
	static const char sql[] = "SELECT uuid FROM cost_corrections WHERE tenant = $1 AND _seq <= $2 ORDER BY uuid LIMIT 1";
	struct val next;
	int n;

	while ((n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), v_int(all ? INT64_MAX : 0)), &next, 1, err)) > 0)
		if (cost_forget_one(w, next.u, err) < 0)
			return -1;
	return n;
}
