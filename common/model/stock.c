/* Stock is a sum over moves (P4).  A move in opens a cost layer; moves out
 * take from the open layers, oldest first.  `stock` and `layers` are caches of
 * those sums: kept in the same transaction, never synced, rebuildable.
 *
 * A layer is worth its cost less the cost of its moves, never units times
 * price; the move that empties it takes the rest.  No fraction is ever lost. */
#include "base/base.h"
#include "model/model.h"

#include "base/money.h"

/* Behind every number of the hub: what the hub has not numbered yet is newer. */
#define POS_LOCAL ((int64_t)1 << 62)

/* --- moves --- */

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

static void add(struct moves *m, int line, struct uuid product, int64_t qty, int64_t cost, struct val layer)
{
	int i = m->rows->n;

	if (i == m->room)
		grow(m);
	m->rows->n++;
	part_set(m->rows, i, "uuid", v_uuid(uuid_derived(m->doc->head.uuid, "move", (unsigned)i)));
	part_set(m->rows, i, "source", v_text(m->source));
	part_set(m->rows, i, "at", v_int(m->at));
	part_set(m->rows, i, "line", v_int(line));
	part_set(m->rows, i, "product", v_uuid(product));
	part_set(m->rows, i, "qty", v_int(qty));
	part_set(m->rows, i, "cost", v_int(cost));
	part_set(m->rows, i, "layer", layer);
}

void moves_in(struct moves *m, int line, struct uuid product, int64_t qty, int64_t cost)
{
	add(m, line, product, qty, cost, v_null());
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
	add(m, line, product, -qty, -part, v_uuid(layer));
	*wanted -= qty;
	*cost += part;
}

int moves_out(struct moves *m, struct write *w, int line, struct uuid product, int64_t qty, int64_t *cost, struct err *err)
{
	static const char sql[] = "SELECT uuid, qty_left, value_left FROM layers "
				  "WHERE tenant = $1 AND product = $2 AND qty_left > 0 ORDER BY pos, doc, line";
	struct rows rs;
	int n = 1;

	*cost = 0;
	if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(product)), &rs, err) < 0)
		return -1;
	while (qty > 0 && (n = rows_next(&rs, err)) > 0)
		take_from_layer(m, line, product, &rs, &qty, cost);
	rows_end(&rs);
	if (n < 0)
		return -1;
	if (qty > 0)
		add(m, line, product, -qty, 0, v_null());	/* oversold: a sale is never refused for want of stock */
	return 0;
}

/* --- caches --- */

static int count_stock(struct write *w, const struct part_rows *moves, int i, int sign, struct err *err)
{
	static const char sql[] =
		"INSERT INTO stock (tenant, product, on_hand, value) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (tenant, product) DO UPDATE SET on_hand = stock.on_hand + excluded.on_hand, "
		"value = stock.value + excluded.value";

	return txn_send(w->t, sql,
			ARGS(v_uuid(w->tenant), part_get(moves, i, "product"), v_int(sign * part_int(moves, i, "qty")),
			     v_int(sign * part_int(moves, i, "cost"))), err);
}

static int open_layer(struct write *w, const struct doc *d, const struct part_rows *moves, int i, struct err *err)
{
	/* It may be there with what others took from it already: then the sums meet. */
	static const char sql[] =
		"INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, uuid) DO UPDATE SET doc = excluded.doc, "
		"pos = excluded.pos, line = excluded.line, qty_left = layers.qty_left + excluded.qty_left, "
		"value_left = layers.value_left + excluded.value_left";
	int64_t pos = d->head.seq ? d->head.seq : POS_LOCAL;

	return txn_send(w->t, sql,
			ARGS(v_uuid(w->tenant), part_get(moves, i, "uuid"), part_get(moves, i, "product"),
			     v_uuid(d->head.uuid), v_int(pos), v_int(i), part_get(moves, i, "qty"), part_get(moves, i, "cost")), err);
}

static int use_layer(struct write *w, const struct doc *d, const struct part_rows *moves, int i, int sign, struct err *err)
{
	/* A move may come before the purchase whose layer it used: both are sums. */
	static const char sql[] =
		"INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left) "
		"VALUES ($1, $2, $3, $4, 0, 0, $5, $6) ON CONFLICT (tenant, uuid) DO UPDATE SET "
		"qty_left = layers.qty_left + excluded.qty_left, value_left = layers.value_left + excluded.value_left";

	return txn_send(w->t, sql,
			ARGS(v_uuid(w->tenant), part_get(moves, i, "layer"), part_get(moves, i, "product"),
			     v_uuid(d->head.uuid), v_int(sign * part_int(moves, i, "qty")),
			     v_int(sign * part_int(moves, i, "cost"))), err);
}

static int close_layer(struct write *w, const struct part_rows *moves, int i, struct err *err)
{
	static const char sql[] = "UPDATE layers SET qty_left = qty_left - $3, value_left = value_left - $4 "
				  "WHERE tenant = $1 AND uuid = $2";

	return txn_send(w->t, sql,
			ARGS(v_uuid(w->tenant), part_get(moves, i, "uuid"), part_get(moves, i, "qty"),
			     part_get(moves, i, "cost")), err);
}

static int count_layer(struct write *w, const struct doc *d, const struct part_rows *moves, int i, int sign, struct err *err)
{
	if (part_get(moves, i, "layer").type != VAL_NULL)
		return use_layer(w, d, moves, i, sign, err);
	if (part_int(moves, i, "qty") < 0)
		return 0;	/* oversold: no layer */
	return sign > 0 ? open_layer(w, d, moves, i, err) : close_layer(w, moves, i, err);
}

int stock_count(struct write *w, const struct doc *d, int sign, struct err *err)
{
	const struct part_rows *moves = doc_part_if((struct doc *)d, "moves");

	for (int i = 0; moves && i < moves->n; i++)
		if (count_stock(w, moves, i, sign, err) < 0 || count_layer(w, d, moves, i, sign, err) < 0)
			return -1;
	return 0;
}

int stock_number(struct write *w, const struct doc *d, struct err *err)
{
	return txn_send(w->t, "UPDATE layers SET pos = $3 WHERE tenant = $1 AND doc = $2 AND pos >= $4",
			ARGS(v_uuid(w->tenant), v_uuid(d->head.uuid), v_int(d->head.seq), v_int(POS_LOCAL)), err);
}
