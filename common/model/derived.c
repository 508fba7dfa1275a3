/* What another server derived from a document, looked at by one who does not
 * derive it again: a till that takes its cloud's word.  What follows from the
 * document alone must be so; what only the history before it tells, which layer
 * gave the goods and what they had cost, is believed. */
#include "base/base.h"
#include "model/kinds.h"

#include <stdlib.h>

/* --- rows that name their document --- */

static int check_origin(const struct doc *d, const char *member, const char *kind, struct err *err)
{
	const struct part_rows *p = doc_part((struct doc *)d, member);
	int64_t at = row_int(&d->head, "at");

	for (int i = 0; i < p->n; i++)
		if (!uuid_eq(part_uuid(p, i, "uuid"), uuid_derived(d->head.uuid, kind, (unsigned)i)) ||
		    strcmp(part_get(p, i, "source").s, d->head.table->entity) != 0 || part_int(p, i, "at") != at)
			return err_field(err, "/row", "derived", "%s/%d of %s %s is not that document's", member, i,
					 d->head.table->entity, uuid_text(d->head.uuid).s);
	return 0;
}

/* Its lines belong to the one entry, and there is none without lines. */
static int check_entry(const struct doc *d, struct err *err)
{
	int heads = doc_part((struct doc *)d, "entry")->n, lines = doc_part((struct doc *)d, "entry_lines")->n;

	if (heads != (lines > 0))
		return err_field(err, "/row/entry", "derived", "%s %s has %d journal entries with %d lines in all",
				 d->head.table->entity, uuid_text(d->head.uuid).s, heads, lines);
	return check_origin(d, "entry", "entry", err) < 0 ? -1 : ledger_check(d, err);
}

/* --- goods --- */

/* What the lines say of some goods, and what was moved of them. */
struct goods {
	struct uuid product;
	int64_t line;		/* where moves keep to the lines one by one; else 0 */
	int64_t said, moved;
	int lines, moves;
};

static bool as_said(const struct goods *g) { return g->lines > 0 && g->moved == g->said; }
static bool at_most_as_said(const struct goods *g) { return g->lines > 0 && g->moved >= 0 && g->moved <= g->said; }
static bool came_back(const struct goods *g) { return g->moved >= 0; }
static bool went(const struct goods *g) { return g->moved < 0; }
static bool stayed(const struct goods *g) { return g->moved == 0; }

/* A kind that is not here moves nothing. */
static const struct goods_rule {
	const char *table;
	int sign;		/* of what its lines say; 0: they do not say what moves */
	bool by_line;
	bool (*fits)(const struct goods *g);
} rules[] = {
	{ "invoices", -1, true, as_said },
	{ "purchases", 1, true, as_said },
	{ "stock_adjustments", 1, true, as_said },
	{ "returns", 1, false, at_most_as_said },	/* another till may have taken some of it back */
	{ "cancellations", 0, false, came_back },
	{ "purchase_voids", 0, false, went },
	{ "cost_corrections", 0, false, stayed },	/* from layer to layer */
};

static const struct goods_rule *rule_of(const struct table *t)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (strcmp(rules[i].table, t->name) == 0)
			return &rules[i];
	return NULL;
}

static int goods_cmp(const void *va, const void *vb)
{
	const struct goods *a = va, *b = vb;
	int by_product = uuid_cmp(a->product, b->product);

	return by_product ? by_product : (a->line > b->line) - (a->line < b->line);
}

/* Lines and moves side by side; n of them. */
static struct goods *goods_of(struct pool *pool, const struct doc *d, const struct goods_rule *rule, int *n)
{
	const struct part_rows *moves = doc_part((struct doc *)d, "moves"), *lines = doc_part_if((struct doc *)d, "lines");
	int said = rule->sign ? lines->n : 0;
	struct goods *g = pool_alloc(pool, sizeof *g * (size_t)(said + moves->n + 1));

	*n = said + moves->n;
	for (int i = 0; i < said; i++)
		g[i] = (struct goods){ .product = part_uuid(lines, i, "product"), .line = rule->by_line ? i : 0,
				       .said = rule->sign * part_int(lines, i, "qty"), .lines = 1 };
	for (int i = 0; i < moves->n; i++)
		g[said + i] = (struct goods){ .product = part_uuid(moves, i, "product"),
					      .line = rule->by_line ? part_int(moves, i, "line") : 0,
					      .moved = part_int(moves, i, "qty"), .moves = 1 };
	return g;
}

/* Those of the same product become one; how many are left. */
static int goods_fold(struct goods *g, int n)
{
	int kept = 0;

	qsort(g, (size_t)n, sizeof *g, goods_cmp);
	for (int i = 0; i < n; i++) {
		if (kept == 0 || goods_cmp(&g[kept - 1], &g[i]) != 0) {
			g[kept++] = g[i];
			continue;
		}
		g[kept - 1].said += g[i].said;
		g[kept - 1].moved += g[i].moved;
		g[kept - 1].lines += g[i].lines;
		g[kept - 1].moves += g[i].moves;
	}
	return kept;
}

/* What is not kept in stock is not moved at all. */
static int check_goods(struct pool *pool, const struct doc *d, struct err *err)
{
	const struct goods_rule *rule = rule_of(d->head.table);
	struct goods *g;
	int n;

	if (!rule)
		return err_field(err, "/row/moves", "derived", "a %s moves nothing", d->head.table->entity);
	g = goods_of(pool, d, rule, &n);
	n = goods_fold(g, n);
	for (int i = 0; i < n; i++)
		if (g[i].moves > 0 && !rule->fits(&g[i]))
			return err_field(err, "/row/moves", "derived", "%s %s moves %lld thousandths of %s, its lines say %lld",
					 d->head.table->entity, uuid_text(d->head.uuid).s, (long long)g[i].moved,
					 uuid_text(g[i].product).s, (long long)g[i].said);
	return 0;
}

/* --- what goods cost --- */

static int64_t booked_in_stock(const struct doc *d)
{
	const struct part_rows *lines = doc_part((struct doc *)d, "entry_lines");
	const struct uuid stock = seed_uuid("account", "1200");
	int64_t sum = 0;

	for (int i = 0; i < lines->n; i++)
		if (uuid_eq(part_uuid(lines, i, "account"), stock))
			sum += part_int(lines, i, "debit") - part_int(lines, i, "credit");
	return sum;
}

/* What no layer had cost nothing; the rest is what the entry says. */
static int check_cost(const struct doc *d, const struct part_rows *moves, struct err *err)
{
	int64_t cost = 0, booked = booked_in_stock(d);

	for (int i = 0; moves && i < moves->n; i++) {
		bool opens = part_get(moves, i, "for_doc").type == VAL_NULL && part_int(moves, i, "qty") > 0;

		cost += part_int(moves, i, "cost");
		if (part_int(moves, i, "cost") != 0 && part_get(moves, i, "layer").type == VAL_NULL && !opens)
			return err_field(err, "/row/moves", "derived", "moves/%d of %s %s has a cost and no layer", i,
					 d->head.table->entity, uuid_text(d->head.uuid).s);
	}
	if (cost == booked)
		return 0;
	return err_field(err, "/row/entry_lines", "unbalanced", "%s %s moves goods worth %lld, and %lld of them are booked",
			 d->head.table->entity, uuid_text(d->head.uuid).s, (long long)cost, (long long)booked);
}

int derived_check(struct pool *pool, const struct doc *d, struct err *err)
{
	const struct part_rows *moves = doc_part_if((struct doc *)d, "moves");

	if (moves && (check_origin(d, "moves", "move", err) < 0 || check_goods(pool, d, err) < 0))
		return -1;
	if (!doc_part_if((struct doc *)d, "entry"))
		return 0;
	return check_entry(d, err) < 0 ? -1 : check_cost(d, moves, err);
}
