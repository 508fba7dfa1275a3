/* Moves of goods as a document makes them.  A move in opens a cost layer; moves
 * out take from the open layers, oldest first; what comes back goes to the
 * layers it came from.
 *
 * What a line still holds of each layer is one sum: what its own document
 * moved, and all that was moved for it since (for_doc).
 *
 * A layer is worth its cost less the cost of its moves, never units times
 * price; the move that empties it takes the rest.  No fraction is ever lost. */
#include "base/base.h"
#include "model/kinds.h"

#include "base/money.h"

void moves_begin(struct moves *m, struct pool *pool, struct doc *doc)
{
	*m = (struct moves){ .pool = pool, .doc = doc, .source = doc->head.table->entity, .at = row_int(&doc->head, "at"),
			     .rows = doc_part(doc, "moves") };
	*m->rows = (struct part_rows){ .table = m->rows->table };
}

static void grow(struct moves *m)
{
	struct part_rows old = *m->rows;
	size_t bytes = sizeof *old.v * (size_t)(old.n * table_columns(old.table));

	m->room = MAX(8, 2 * m->room);
	part_make(m->pool, m->rows, m->room);
	if (old.n)
		memcpy(m->rows->v, old.v, bytes);
	m->rows->n = old.n;
}

void moves_add(struct moves *m, struct move v)
{
	int i = m->rows->n;

	if (i == m->room)
		grow(m);
	m->rows->n++;
	part_set(m->rows, i, "uuid", v_uuid(uuid_derived(m->doc->head.uuid, "move", (unsigned)i)));
	part_set(m->rows, i, "source", v_text(m->source));
	part_set(m->rows, i, "at", v_int(m->at));
	part_set(m->rows, i, "line", v_int(v.line));
	part_set(m->rows, i, "product", v_uuid(v.product));
	part_set(m->rows, i, "qty", v_int(v.qty));
	part_set(m->rows, i, "cost", v_int(v.cost));
	part_set(m->rows, i, "layer", v_uuid_or_null(v.layer));
	part_set(m->rows, i, "for_doc", v_uuid_or_null(v.for_doc));
}

/* --- in and out --- */

void moves_in(struct moves *m, int line, struct uuid product, int64_t qty, int64_t cost)
{
	moves_add(m, (struct move){ .line = line, .product = product, .qty = qty, .cost = cost });
}

int moves_cost_as_last(struct write *w, struct uuid product, int64_t qty, int64_t *cost, struct err *err)
{
	static const char sql[] = "SELECT qty, cost FROM stock_moves WHERE tenant = $1 AND product = $2 AND qty > 0 "
				  "AND layer IS NULL AND for_doc IS NULL ORDER BY at DESC, doc DESC, pos DESC LIMIT 1";
	struct val last[2] = { v_int(QTY_ONE), v_int(0) };	/* never bought: it cost nothing */

	if (db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), v_uuid(product)), last, 2, err) < 0)
		return -1;
	if ((__int128)last[1].i * qty / last[0].i > MONEY_MAX)
		return err_field(err, "/qty", "range", "at what it cost last this is worth more than %lld", (long long)MONEY_MAX);
	*cost = mul_div(last[1].i, qty, last[0].i);
	return 0;
}

int moves_in_as_last(struct moves *m, struct write *w, int line, struct uuid product, int64_t qty, int64_t *cost, struct err *err)
{
	if (moves_cost_as_last(w, product, qty, cost, err) < 0)
		return -1;
	moves_in(m, line, product, qty, *cost);
	return 0;
}

/* What this document already took from a layer with earlier lines. */
static void already_taken(const struct moves *m, struct uuid layer, int64_t *qty, int64_t *value)
{
	for (int i = 0; i < m->rows->n; i++)
		if (uuid_eq(part_uuid(m->rows, i, "layer"), layer)) {
			*qty += part_int(m->rows, i, "qty");
			*value += part_int(m->rows, i, "cost");
		}
}

static void take_from_layer(struct moves *m, int line, struct uuid product, const struct rows *rs,
			    int64_t *wanted, int64_t *cost)
{
	struct uuid layer = rows_uuid(rs, 0);
	int64_t left = rows_int(rs, 1), value = rows_int(rs, 2), qty, part;

	already_taken(m, layer, &left, &value);
	if (left <= 0)
		return;
	qty = MIN(left, *wanted);
	part = qty == left ? value : mul_div(value, qty, left);
	moves_add(m, (struct move){ .line = line, .product = product, .qty = -qty, .cost = -part, .layer = layer });
	*wanted -= qty;
	*cost += part;
}

int moves_out(struct moves *m, struct write *w, int line, struct uuid product, int64_t qty, int64_t *cost, struct err *err)
{
	/* A product that has no open layer is one row all the same. */
	static const char sql[] = "SELECT l.uuid, l.qty_left, l.value_left, p.tracked FROM products p "
				  "LEFT JOIN layers l ON l.tenant = p.tenant AND l.product = p.uuid AND l.open = 1 "
				  "WHERE p.tenant = $1 AND p.uuid = $2 ORDER BY l.pos, l.doc, l.line";
	bool tracked = false;
	struct rows rs;
	int n = 1;

	*cost = 0;
	if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(product)), &rs, err) < 0)
		return -1;
	while (qty > 0 && (n = rows_next(&rs, err)) > 0)
		if ((tracked = rows_int(&rs, 3) != 0))
			take_from_layer(m, line, product, &rs, &qty, cost);
	rows_end(&rs);
	if (n < 0)
		return -1;
	if (tracked && qty > 0)
		/* Oversold: a sale is never refused for want of stock. */
		moves_add(m, (struct move){ .line = line, .product = product, .qty = -qty });
	return 0;
}

/* --- back --- */

/* What this document already gave back of what a line holds. */
static void already_back(const struct moves *m, struct move *held)
{
	for (int i = 0; i < m->rows->n; i++)
		if (uuid_eq(part_uuid(m->rows, i, "for_doc"), held->for_doc) && part_int(m->rows, i, "line") == held->line &&
		    uuid_eq(part_uuid(m->rows, i, "product"), held->product) &&
		    uuid_eq(part_uuid(m->rows, i, "layer"), held->layer)) {
			held->qty -= part_int(m->rows, i, "qty");
			held->cost -= part_int(m->rows, i, "cost");
		}
}

static void give_back(struct moves *m, struct move held, int64_t *wanted, int64_t *cost)
{
	struct move back = held;

	already_back(m, &held);
	if (held.qty <= 0)
		return;
	back.qty = MIN(held.qty, *wanted);
	back.cost = back.qty == held.qty ? held.cost : mul_div(held.cost, back.qty, held.qty);
	moves_add(m, back);
	*wanted -= back.qty;
	*cost += back.cost;
}

int moves_back(struct moves *m, struct write *w, struct uuid for_doc, int line, struct uuid product, int64_t qty,
	       int64_t *qty_r, int64_t *cost, struct err *err)
{
	/* The last taken first: what no layer had, then the newest layer. */
	static const char sql[] =
		"SELECT m.layer, CAST(-sum(m.qty) AS bigint), CAST(-sum(m.cost) AS bigint) FROM "
		"(SELECT layer, qty, cost, line, product FROM stock_moves "
		"WHERE tenant = $1 AND doc = $2 AND for_doc IS NULL AND (layer IS NOT NULL OR qty < 0) "
		"UNION ALL SELECT layer, qty, cost, line, product FROM stock_moves WHERE tenant = $1 AND for_doc = $2) m "
		"LEFT JOIN layers l ON l.tenant = $1 AND l.uuid = m.layer WHERE m.line = $3 AND m.product = $4 "
		"GROUP BY m.layer, l.pos, l.doc, l.line HAVING sum(m.qty) < 0 "
		"ORDER BY CASE WHEN m.layer IS NULL THEN 0 ELSE 1 END, l.pos DESC, l.doc DESC, l.line DESC";
	int64_t wanted = qty;
	struct rows rs;
	int n = 1;

	*cost = 0;
	if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(for_doc), v_int(line), v_uuid(product)), &rs, err) < 0)
		return -1;
	while (wanted > 0 && (n = rows_next(&rs, err)) > 0)
		give_back(m, (struct move){ .line = line, .product = product, .layer = rows_uuid(&rs, 0), .qty = rows_int(&rs, 1),
					    .cost = rows_int(&rs, 2), .for_doc = for_doc }, &wanted, cost);
	rows_end(&rs);
	*qty_r = qty - wanted;
	return n < 0 ? -1 : 0;
}

void moves_discard(struct moves *m, int from, int line)
{
	for (int i = from, n = m->rows->n; i < n; i++)
		moves_add(m, (struct move){ .line = line, .product = part_uuid(m->rows, i, "product"),
					    .qty = -part_int(m->rows, i, "qty"), .cost = -part_int(m->rows, i, "cost"),
					    .layer = part_uuid(m->rows, i, "layer") });
}
