/* First in, first out, in the order of the hub's numbers: all goods are moved
 * once more, by a replay of what people entered, and what each line came to
 * cost must be what is booked for it. */
#include "base/base.h"
#include "sim.h"

#define HEX 33

struct layer {
	struct layer *next;
	char product[HEX];
	int64_t left, value;
};

struct held {			/* what a line has of a layer; NULL: of none */
	struct held *next;
	struct layer *of;
	int64_t qty, cost;
};

struct line {
	struct line *next;
	char doc[HEX], product[HEX];
	int number;
	struct held *held;	/* the last taken first */
};

struct replay {
	struct layer *layers, **last_layer;
	struct line *lines, **last_line;
	char doc[HEX];		/* in hand */
	bool brings;		/* it brought goods */
};

static int64_t rounded(__int128 value, int64_t of)
{
	__int128 twice = 2 * value + (value < 0 ? -of : of);

	return (int64_t)(twice / (2 * of));
}

static int64_t share(int64_t value, int64_t some, int64_t all)
{
	return some == all ? value : rounded((__int128)value * some, all);
}

static void open_layer(struct sim *s, struct replay *r, const char *product, int64_t qty, int64_t value)
{
	struct layer *l = pool_alloc(s->pool, sizeof *l);

	snprintf(l->product, HEX, "%s", product);
	l->left = qty;
	l->value = value;
	*r->last_layer = l;
	r->last_layer = &l->next;
}

static void hold(struct sim *s, struct line *line, struct layer *of, int64_t qty, int64_t cost)
{
	struct held *h = pool_alloc(s->pool, sizeof *h);

	*h = (struct held){ line->held, of, qty, cost };
	line->held = h;
}

/* What is found of so many, from the oldest layer on. */
static int64_t take(struct sim *s, struct replay *r, struct line *line, int64_t qty)
{
	int64_t wanted = qty;

	for (struct layer *l = r->layers; l && wanted > 0; l = l->next) {
		int64_t some = MIN(wanted, l->left), cost;

		if (some <= 0 || strcmp(l->product, line->product) != 0)
			continue;
		cost = share(l->value, some, l->left);
		l->left -= some;
		l->value -= cost;
		wanted -= some;
		hold(s, line, l, some, cost);
	}
	return qty - wanted;
}

/* Whoever holds of none, in the order in which they came, looks for a layer. */
static void settle(struct sim *s, struct replay *r)
{
	for (struct line *line = r->lines; line; line = line->next)
		for (struct held *h = line->held; h; h = h->next)
			if (!h->of && h->qty > 0)
				h->qty -= take(s, r, line, h->qty);
}

static void go_out(struct sim *s, struct replay *r, const char *doc, int number, const char *product, int64_t qty)
{
	struct line *line = pool_alloc(s->pool, sizeof *line);
	int64_t rest;

	snprintf(line->doc, HEX, "%s", doc);
	snprintf(line->product, HEX, "%s", product);
	line->number = number;
	*r->last_line = line;
	r->last_line = &line->next;
	if ((rest = qty - take(s, r, line, qty)) > 0)
		hold(s, line, NULL, rest, 0);
}

static void next_document(struct sim *s, struct replay *r, const char *doc)
{
	if (strcmp(r->doc, doc) == 0)
		return;
	if (r->brings)
		settle(s, r);
	r->brings = false;
	snprintf(r->doc, HEX, "%s", doc);
}

static void replay_line(struct sim *s, const char *text, void *replay)
{
	struct replay *r = replay;
	char product[HEX], doc[HEX];
	long long qty, price;
	int number;

	if (sscanf(text, "%32s %d %32s %lld %lld", doc, &number, product, &qty, &price) != 5)
		sim_fail(s, "no line: %s", text);
	next_document(s, r, doc);
	if (qty > 0)
		open_layer(s, r, product, qty, rounded((__int128)qty * price, 1000));
	else
		go_out(s, r, doc, number, product, -qty);
	r->brings |= qty > 0;
}

/* --- what is booked --- */

static struct line *line_find(const struct replay *r, const char *doc, int number, const char *product)
{
	struct line *line = r->lines;

	while (line && !(line->number == number && strcmp(line->doc, doc) == 0 && strcmp(line->product, product) == 0))
		line = line->next;
	return line;
}

static void compare_line(struct sim *s, const char *text, void *replay)
{
	char product[HEX], doc[HEX];
	long long qty, cost;
	int64_t held = 0, worth = 0;
	struct line *line;
	int number;

	if (sscanf(text, "%32s %d %32s %lld %lld", doc, &number, product, &qty, &cost) != 5)
		sim_fail(s, "no line: %s", text);
	line = line_find(replay, doc, number, product);
	for (struct held *h = line ? line->held : NULL; h; h = h->next) {
		held += h->qty;
		worth += h->cost;
	}
	if (held != -qty || worth != -cost)
		sim_fail(s, "P5: line %d of %s is booked as %lld of %s for %lld; first in, first out says %lld for %lld", number,
			 doc, -qty, product, -cost, (long long)held, (long long)worth);
}

void check_fifo(struct sim *s)
{
	static const char entered[] =
		"SELECT hex(doc) || ' ' || pos || ' ' || hex(product) || ' ' || qty || ' ' || price FROM ("
		"SELECT _seq, doc, pos, product, qty, unit_cost AS price FROM purchase_lines JOIN purchases ON uuid = doc "
		"UNION ALL SELECT _seq, doc, pos, product, -qty, 0 FROM invoice_lines JOIN invoices ON uuid = doc"
		") ORDER BY _seq, pos";
	static const char booked[] =
		"SELECT hex(coalesce(for_doc, doc)) || ' ' || line || ' ' || hex(product) || ' ' || sum(qty) || ' ' || sum(cost) "
		"FROM stock_moves WHERE (layer IS NOT NULL OR qty < 0 OR for_doc IS NOT NULL) AND product NOT IN (SELECT product "
		"FROM stock_moves WHERE source NOT IN ('invoice', 'purchase', 'cost_correction')) "
		"GROUP BY coalesce(for_doc, doc), line, product";
	struct replay r = { 0 };

	r.last_layer = &r.layers;
	r.last_line = &r.lines;
	sql_each(s, &s->node[HUB], entered, replay_line, &r);
	next_document(s, &r, "");
	sql_each(s, &s->node[HUB], booked, compare_line, &r);
}
