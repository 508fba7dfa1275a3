/* Stock is a sum over moves (P4).  `stock`, `layers` and `oversold` are caches
 * of such sums: kept in the same transaction, never synced, rebuildable. */
#include "base/base.h"
#include "model/kinds.h"

#include "store/many.h"

static struct many_sql stock_sql = {
	"INSERT INTO stock (tenant, product, on_hand, value) VALUES ", "($1, ?, ?, ?)",
	" ON CONFLICT (tenant, product) DO UPDATE SET on_hand = stock.on_hand + excluded.on_hand, "
	"value = stock.value + excluded.value",
	.sums = 2,
};

/* It may be there with what others took from it already: then the sums meet. */
static struct many_sql opened_sql = {
	"INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left, open) VALUES ", "($1, ?, ?, ?, ?, ?, ?, ?, 1)",
	" ON CONFLICT (tenant, uuid) DO UPDATE SET doc = excluded.doc, pos = excluded.pos, line = excluded.line, "
	"qty_left = layers.qty_left + excluded.qty_left, value_left = layers.value_left + excluded.value_left",
	.sums = 2,
};

/* A move may come before the purchase whose layer it used: both are sums. */
static struct many_sql used_sql = {
	"INSERT INTO layers (tenant, uuid, product, doc, pos, line, qty_left, value_left, open) VALUES ", "($1, ?, ?, ?, 0, 0, ?, ?, 0)",
	" ON CONFLICT (tenant, uuid) DO UPDATE SET "
	"qty_left = layers.qty_left + excluded.qty_left, value_left = layers.value_left + excluded.value_left",
	.sums = 2,
};

/* Layers that a move emptied, or put something into again.  A sale empties few, and
 * what is not in an UPDATE's list needs no index written. */
static struct many_sql marked_sql = {
	"UPDATE layers SET open = 1 - open WHERE tenant = $1 AND uuid IN (", "?",
	") AND open <> CASE WHEN qty_left > 0 THEN 1 ELSE 0 END",
};

/* What one document does to the caches. */
struct count {
	struct write *w;
	const struct doc *d;
	const struct part_rows *moves;
	int sign;
	struct many opened, used;
};

static struct val signed_val(const struct count *c, int i, const char *name)
{
	return v_int(c->sign * part_int(c->moves, i, name));
}

static int count_stock(const struct count *c, struct err *err)
{
	struct many stock;

	many_begin(&stock, c->w->t, &stock_sql, c->w->tenant);
	for (int i = 0; i < c->moves->n; i++)
		if (many_add(&stock, ARGS(part_get(c->moves, i, "product"), signed_val(c, i, "qty"), signed_val(c, i, "cost")), err) < 0)
			return -1;
	return many_end(&stock, err);
}

static int open_layer(struct count *c, int i, struct err *err)
{
	int64_t pos = c->d->head.seq ? c->d->head.seq : POS_LOCAL;

	return many_add(&c->opened,
			ARGS(part_get(c->moves, i, "uuid"), part_get(c->moves, i, "product"), v_uuid(c->d->head.uuid), v_int(pos),
			     v_int(i), part_get(c->moves, i, "qty"), part_get(c->moves, i, "cost")), err);
}

static int use_layer(struct count *c, int i, struct err *err)
{
	return many_add(&c->used,
			ARGS(part_get(c->moves, i, "layer"), part_get(c->moves, i, "product"), v_uuid(c->d->head.uuid),
			     signed_val(c, i, "qty"), signed_val(c, i, "cost")), err);
}

static int close_layer(const struct count *c, int i, struct err *err)
{
	static const char sql[] = "UPDATE layers SET qty_left = qty_left - $3, value_left = value_left - $4 "
				  "WHERE tenant = $1 AND uuid = $2";

	return txn_send(c->w->t, sql,
			ARGS(v_uuid(c->w->tenant), part_get(c->moves, i, "uuid"), part_get(c->moves, i, "qty"),
			     part_get(c->moves, i, "cost")), err);
}

/* Units of a line that no layer had, and what was given back of them or found a
 * layer since.  Their place is that of the document whose line it is. */
static int count_oversold(const struct count *c, int i, struct err *err)
{
	static const char sql[] =
		"INSERT INTO oversold (tenant, product, doc, line, pos, qty) VALUES ($1, $2, $3, $4, COALESCE($5, " DOC_POS("$3") "), $6) "
		"ON CONFLICT (tenant, doc, line, product) DO UPDATE SET pos = excluded.pos, qty = oversold.qty + excluded.qty";
	struct val for_doc = part_get(c->moves, i, "for_doc");
	bool other = for_doc.type != VAL_NULL;
	int64_t pos = c->d->head.seq ? c->d->head.seq : POS_LOCAL;

	return txn_send(c->w->t, sql,
			ARGS(v_uuid(c->w->tenant), part_get(c->moves, i, "product"), other ? for_doc : v_uuid(c->d->head.uuid),
			     part_get(c->moves, i, "line"), other ? v_null() : v_int(pos), v_int(-c->sign * part_int(c->moves, i, "qty"))),
			err);
}

static bool has_layer(const struct count *c, int i)
{
	return part_get(c->moves, i, "layer").type != VAL_NULL;
}

static bool is_oversold(const struct count *c, int i)
{
	return !has_layer(c, i) && (part_get(c->moves, i, "for_doc").type != VAL_NULL || part_int(c->moves, i, "qty") < 0);
}

static int count_layer(struct count *c, int i, struct err *err)
{
	if (has_layer(c, i))
		return use_layer(c, i, err);
	if (is_oversold(c, i))
		return count_oversold(c, i, err);
	return c->sign > 0 ? open_layer(c, i, err) : close_layer(c, i, err);
}

static int count_layers(struct count *c, struct err *err)
{
	many_begin(&c->opened, c->w->t, &opened_sql, c->w->tenant);
	many_begin(&c->used, c->w->t, &used_sql, c->w->tenant);
	for (int i = 0; i < c->moves->n; i++)
		if (count_layer(c, i, err) < 0)
			return -1;
	return many_end(&c->opened, err) < 0 ? -1 : many_end(&c->used, err);
}

static int mark_layers(const struct count *c, struct err *err)
{
	struct many marked;

	many_begin(&marked, c->w->t, &marked_sql, c->w->tenant);
	for (int i = 0; i < c->moves->n; i++)
		if (!is_oversold(c, i) && many_add(&marked, ARGS(part_get(c->moves, i, has_layer(c, i) ? "layer" : "uuid")), err) < 0)
			return -1;
	return many_end(&marked, err);
}

int stock_count(struct write *w, const struct doc *d, int sign, struct err *err)
{
	struct count c = { .w = w, .d = d, .moves = doc_part_if((struct doc *)d, "moves"), .sign = sign };

	if (!c.moves || !c.moves->n)
		return 0;
	return count_stock(&c, err) < 0 || count_layers(&c, err) < 0 || mark_layers(&c, err) < 0 ? -1 : 0;
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
