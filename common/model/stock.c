/* Stock is a sum over moves (P4).  `stock`, `layers` and `oversold` are caches
 * of such sums: kept in the same transaction, never synced, rebuildable. */
#include "base/base.h"
#include "model/kinds.h"

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
		"INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left, open) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT (tenant, uuid) DO UPDATE SET doc = excluded.doc, "
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
		"INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left, open) "
		"VALUES ($1, $2, $3, $4, 0, 0, $5, $6, 0) ON CONFLICT (tenant, uuid) DO UPDATE SET "
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

/* Units of a line that no layer had, and what was given back of them or found a
 * layer since.  Their place is that of the document whose line it is. */
static int count_oversold(struct write *w, const struct doc *d, const struct part_rows *moves, int i, int sign, struct err *err)
{
	static const char sql[] =
		"INSERT INTO oversold (tenant, product, doc, line, pos, qty) VALUES ($1, $2, $3, $4, COALESCE($5, " DOC_POS("$3") "), $6) "
		"ON CONFLICT (tenant, doc, line, product) DO UPDATE SET pos = excluded.pos, qty = oversold.qty + excluded.qty";
	struct val for_doc = part_get(moves, i, "for_doc");
	bool other = for_doc.type != VAL_NULL;
	int64_t pos = d->head.seq ? d->head.seq : POS_LOCAL;

	return txn_send(w->t, sql,
			ARGS(v_uuid(w->tenant), part_get(moves, i, "product"), other ? for_doc : v_uuid(d->head.uuid),
			     part_get(moves, i, "line"), other ? v_null() : v_int(pos), v_int(-sign * part_int(moves, i, "qty"))), err);
}

static int count_layer(struct write *w, const struct doc *d, const struct part_rows *moves, int i, int sign, struct err *err)
{
	if (part_get(moves, i, "layer").type != VAL_NULL)
		return use_layer(w, d, moves, i, sign, err);
	if (part_get(moves, i, "for_doc").type != VAL_NULL || part_int(moves, i, "qty") < 0)
		return count_oversold(w, d, moves, i, sign, err);
	return sign > 0 ? open_layer(w, d, moves, i, err) : close_layer(w, moves, i, err);
}

/* A layer that the move emptied, or put something into again.  A sale empties few, and
 * what is not in an UPDATE's list needs no index written. */
static int mark_layer(struct write *w, const struct part_rows *moves, int i, struct err *err)
{
	static const char sql[] = "UPDATE layers SET open = 1 - open WHERE tenant = $1 AND uuid = $2 "
				  "AND open <> CASE WHEN qty_left > 0 THEN 1 ELSE 0 END";
	struct val layer = part_get(moves, i, "layer");

	return txn_send(w->t, sql, ARGS(v_uuid(w->tenant), layer.type == VAL_NULL ? part_get(moves, i, "uuid") : layer), err);
}

int stock_count(struct write *w, const struct doc *d, int sign, struct err *err)
{
	const struct part_rows *moves = doc_part_if((struct doc *)d, "moves");

	for (int i = 0; moves && i < moves->n; i++)
		if (count_stock(w, moves, i, sign, err) < 0 || count_layer(w, d, moves, i, sign, err) < 0 ||
		    mark_layer(w, moves, i, err) < 0)
			return -1;
	return 0;
}

int stock_number(struct write *w, const struct doc *d, struct err *err)
{
	static const char *const places[] = {
		"UPDATE layers SET pos = $3 WHERE tenant = $1 AND doc = $2 AND pos >= $4",
		"UPDATE oversold SET pos = $3 WHERE tenant = $1 AND doc = $2 AND pos >= $4",
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (txn_send(w->t, places[i],
			     ARGS(v_uuid(w->tenant), v_uuid(d->head.uuid), v_int(d->head.seq), v_int(POS_LOCAL)), err) < 0)
			return -1;
	return 0;
}

int stock_unnumber_one(struct write *w, struct uuid doc, struct err *err)
{
	static const char *const places[] = {
		"UPDATE layers SET pos = $3 WHERE tenant = $1 AND doc = $2 AND pos > 0",
		"UPDATE oversold SET pos = $3 WHERE tenant = $1 AND doc = $2",
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (txn_send(w->t, places[i], ARGS(v_uuid(w->tenant), v_uuid(doc), v_int(POS_LOCAL)), err) < 0)
			return -1;
	return 0;
}

int stock_unnumber(struct write *w, struct err *err)
{
	static const char *const places[] = {
		"UPDATE layers SET pos = $2 WHERE tenant = $1 AND pos > 0",
		"UPDATE oversold SET pos = $2 WHERE tenant = $1",
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (txn_send(w->t, places[i], ARGS(v_uuid(w->tenant), v_int(POS_LOCAL)), err) < 0)
			return -1;
	return 0;
}
