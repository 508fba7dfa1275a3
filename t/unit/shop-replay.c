/* First in, first out, worked out once more: the cloud's documents in the order of
 * their numbers, from what was entered in them.  What then lies in each layer and
 * what each line cost must be what the moves of all nodes say, to the penny. */
#include "base/base.h"
#include "shop.h"

#define NO_LAYER (-1)
#define PIECES_MAX 200	/* layers one line may have goods of */

struct layer {
	struct uuid doc, product;
	int line;
	int64_t came, worth;		/* as it was opened */
	int64_t left, value;
	bool void_now;
};

/* What a line has of a layer. */
struct piece {
	int layer;
	int64_t qty, cost;
};

/* A line that took goods and what it has of them, in the order it got them. */
struct holder {
	struct uuid doc, product;
	int line;
	bool sold;			/* else lost */
	struct piece *piece;
	int n, room;
};

struct replay {
	struct fixture *hub;
	struct layer *layer;
	struct holder *holder;
	int n_layers, room_layers, n_holders, room_holders;
	int64_t other_sold, other_lost;	/* booked as a cost or a loss without a line that holds goods */
};

static void *grown(void *list, int n, int *room, size_t size)
{
	if (n < *room)
		return list;
	*room = MAX(16, 2 * *room);
	list = realloc(list, size * (size_t)*room);
	assert_non_null(list);
	return list;
}

/* Half away from zero; both at least nought. */
static int64_t part_of(int64_t value, int64_t qty, int64_t of)
{
	return qty == of ? value : (int64_t)((2 * (__int128)value * qty + of) / (2 * (__int128)of));
}

/* --- goods --- */

static void in(struct replay *r, struct uuid doc, int line, struct uuid product, int64_t qty, int64_t worth)
{
	r->layer = grown(r->layer, r->n_layers, &r->room_layers, sizeof *r->layer);
	r->layer[r->n_layers++] = (struct layer){ doc, product, line, qty, worth, qty, worth, false };
}

static struct holder *holder_new(struct replay *r, struct uuid doc, int line, struct uuid product, bool sold)
{
	r->holder = grown(r->holder, r->n_holders, &r->room_holders, sizeof *r->holder);
	r->holder[r->n_holders] = (struct holder){ .doc = doc, .product = product, .line = line, .sold = sold };
	return &r->holder[r->n_holders++];
}

static struct holder *holder_of(struct replay *r, struct uuid doc, int line)
{
	for (int i = 0; i < r->n_holders; i++)
		if (uuid_eq(r->holder[i].doc, doc) && r->holder[i].line == line)
			return &r->holder[i];
	return NULL;
}

static void hold(struct holder *h, int layer, int64_t qty, int64_t cost)
{
	for (int i = 0; i < h->n; i++)
		if (h->piece[i].layer == layer) {
			h->piece[i].qty += qty;
			h->piece[i].cost += cost;
			return;
		}
	h->piece = grown(h->piece, h->n, &h->room, sizeof *h->piece);
	h->piece[h->n++] = (struct piece){ layer, qty, cost };
}

/* From the open layers, the oldest first; what is found of so many. */
static int64_t take(struct replay *r, struct holder *h, int64_t qty)
{
	int64_t wanted = qty;

	for (int i = 0; i < r->n_layers && wanted > 0; i++) {
		struct layer *l = &r->layer[i];
		int64_t some = MIN(wanted, l->left), cost;

		if (some <= 0 || !uuid_eq(l->product, h->product))
			continue;
		cost = part_of(l->value, some, l->left);
		l->left -= some;
		l->value -= cost;
		wanted -= some;
		hold(h, i, some, cost);
	}
	return qty - wanted;
}

static void out(struct replay *r, struct uuid doc, int line, struct uuid product, int64_t qty, bool sold)
{
	struct holder *h = holder_new(r, doc, line, product, sold);
	int64_t found = take(r, h, qty);

	if (found < qty)
		hold(h, NO_LAYER, qty - found, 0);
}

/* The next to give back: what has no layer, then of the newest layer. */
static struct piece *last_taken(struct holder *h)
{
	struct piece *last = NULL;

	for (int i = 0; i < h->n; i++)
		if (h->piece[i].qty > 0 && (!last || h->piece[i].layer == NO_LAYER ||
					    (last->layer != NO_LAYER && h->piece[i].layer > last->layer)))
			last = &h->piece[i];
	return last;
}

static int give(struct holder *h, int64_t qty, struct piece *given)
{
	struct piece *p;
	int n = 0;

	while (qty > 0 && n < PIECES_MAX && (p = last_taken(h))) {
		int64_t some = MIN(qty, p->qty), cost = part_of(p->cost, some, p->qty);

		given[n++] = (struct piece){ p->layer, some, cost };
		p->qty -= some;
		p->cost -= cost;
		qty -= some;
	}
	return n;
}

/* for_good: what comes back is lost at once, by this line of that document. */
static void back(struct replay *r, struct uuid from, int from_line, int64_t qty, bool for_good, struct uuid doc, int line)
{
	struct holder *h = holder_of(r, from, from_line);
	struct piece given[PIECES_MAX];
	int n = h ? give(h, qty, given) : 0;

	if (n && for_good)
		h = holder_new(r, doc, line, h->product, false);
	for (int i = 0; i < n; i++) {
		if (for_good) {
			hold(h, given[i].layer, given[i].qty, given[i].cost);
		} else if (given[i].layer != NO_LAYER) {
			r->layer[given[i].layer].left += given[i].qty;
			r->layer[given[i].layer].value += given[i].cost;
		}
	}
}

/* The layer takes back what it gave to anybody, and holds nothing. */
static void declare_void(struct replay *r, int layer)
{
	struct layer *l = &r->layer[layer];

	if (l->void_now)
		return;
	l->void_now = true;
	l->left -= l->came;
	l->value -= l->worth;
	for (int i = 0; i < r->n_holders; i++)
		for (int k = 0; k < r->holder[i].n; k++) {
			struct piece *p = &r->holder[i].piece[k];

			if (p->layer != layer || p->qty == 0)
				continue;
			l->left += p->qty;
			l->value += p->cost;
			*p = (struct piece){ NO_LAYER, p->qty, 0 };
		}
	assert_int_equal(l->left, 0);
	assert_int_equal(l->value, 0);
}

/* --- who has no layer takes from what lies open, the oldest line first --- */

static void find_layers(struct replay *r, struct holder *h)
{
	int64_t qty = 0, found;

	for (int i = 0; i < h->n; i++)
		if (h->piece[i].layer == NO_LAYER) {
			qty += h->piece[i].qty;
			h->piece[i].qty = 0;
		}
	found = take(r, h, qty);
	if (qty > found)
		hold(h, NO_LAYER, qty - found, 0);
}

static void settle(struct replay *r)
{
	for (int i = 0; i < r->n_holders; i++)
		find_layers(r, &r->holder[i]);
}

/* --- documents --- */

static int64_t number(struct replay *r, const char *sql, struct uuid doc, int64_t n)
{
	return fixture_int(r->hub, sql, ARGS(v_uuid(r->hub->w.tenant), v_uuid(doc), v_int(n)));
}

#define TRACKED(line) " JOIN products p ON p.tenant = " line ".tenant AND p.uuid = " line ".product WHERE " line ".tenant = $1 AND p.tracked = 1 "
/* Of goods that came at a cost nobody entered. */
#define OPENED "SELECT CAST(COALESCE(sum(cost), 0) AS bigint) FROM stock_moves WHERE tenant = $1 AND doc = $2 AND line = $3 " \
	"AND layer IS NULL AND for_doc IS NULL AND qty > 0"
#define LOST_BY "SELECT CAST(COALESCE(sum(j.debit - j.credit), 0) AS bigint) FROM journal_lines j JOIN accounts a " \
	"ON a.tenant = j.tenant AND a.uuid = j.account WHERE j.tenant = $1 AND j.doc = $2 AND a.code = '6020' AND $3 = $3"

static void bought(struct replay *r, struct uuid doc, const struct rows *rs)
{
	int64_t qty = rows_int(rs, 2);

	in(r, doc, (int)rows_int(rs, 0), rows_uuid(rs, 1), qty, part_of(rows_int(rs, 3) * qty, 1, 1000));
}

static void sold(struct replay *r, struct uuid doc, const struct rows *rs)
{
	out(r, doc, (int)rows_int(rs, 0), rows_uuid(rs, 1), rows_int(rs, 2), true);
}

static void cancelled(struct replay *r, struct uuid doc, const struct rows *rs)
{
	back(r, rows_uuid(rs, 1), (int)rows_int(rs, 0), rows_int(rs, 2), rows_int(rs, 3), doc, (int)rows_int(rs, 0));
}

static void returned(struct replay *r, struct uuid doc, const struct rows *rs)
{
	int line = (int)rows_int(rs, 0);
	int64_t qty = rows_int(rs, 2), cost;
	bool for_good = rows_int(rs, 3);

	if (!rows_null(rs, 4)) {
		back(r, rows_uuid(rs, 4), (int)rows_int(rs, 5), qty, for_good, doc, line);
		return;
	}
	cost = number(r, for_good ? LOST_BY : OPENED, doc, line);
	if (!for_good)
		in(r, doc, line, rows_uuid(rs, 1), qty, cost);
	r->other_sold -= cost;
	r->other_lost += for_good ? cost : 0;
}

enum { ADJUSTED, OPENED_WITH, MERGED };

/* What one product lost the other gets, layer by layer. */
static void merged_into(struct replay *r, struct uuid doc, int line, struct uuid product)
{
	const struct holder *h = &r->holder[r->n_holders - 1];

	for (int i = 0; i < h->n; i++) {
		in(r, doc, line, product, h->piece[i].qty, h->piece[i].cost);
		r->other_lost -= h->piece[i].cost;
	}
}

static void adjusted(struct replay *r, struct uuid doc, const struct rows *rs)
{
	int line = (int)rows_int(rs, 0), kind = (int)rows_int(rs, 4);
	int64_t qty = rows_int(rs, 2), worth;

	if (qty < 0)
		out(r, doc, line, rows_uuid(rs, 1), -qty, false);
	if (qty <= 0)
		return;
	if (kind == MERGED) {
		merged_into(r, doc, line, rows_uuid(rs, 1));
		return;
	}
	worth = rows_null(rs, 3) ? number(r, OPENED, doc, line) : part_of(rows_int(rs, 3) * qty, 1, 1000);
	in(r, doc, line, rows_uuid(rs, 1), qty, worth);
	r->other_lost -= kind == OPENED_WITH ? 0 : worth;
}

static void voided(struct replay *r, struct uuid doc UNUSED, const struct rows *rs)
{
	for (int i = 0; i < r->n_layers; i++)
		if (uuid_eq(r->layer[i].doc, rows_uuid(rs, 1)))
			declare_void(r, i);
}

/* What of a document moves goods: line, product (or what it is about), quantity, and what each kind needs. */
static const struct {
	const char *table, *lines;
	void (*moves)(struct replay *r, struct uuid doc, const struct rows *rs);
} kinds[] = {
	{ "purchases", "SELECT l.pos, l.product, l.qty, l.unit_cost FROM purchase_lines l" TRACKED("l") "AND l.doc = $2 ORDER BY l.pos", bought },
	{ "invoices", "SELECT l.pos, l.product, l.qty FROM invoice_lines l" TRACKED("l") "AND l.doc = $2 ORDER BY l.pos", sold },
	{ "cancellations",
	  "SELECT l.pos, l.doc, l.qty, CASE WHEN g.goods = 'defect' THEN 1 ELSE 0 END FROM cancellations c "
	  "JOIN invoice_lines l ON l.tenant = c.tenant AND l.doc = c.invoice "
	  "LEFT JOIN cancellation_lines g ON g.tenant = c.tenant AND g.doc = c.uuid AND g.line = l.pos "
	  "WHERE c.tenant = $1 AND c.uuid = $2 ORDER BY l.pos", cancelled },
	{ "returns",
	  "SELECT l.pos, l.product, l.qty, CASE WHEN l.condition = 'resaleable' THEN 0 ELSE 1 END, c.invoice, l.line "
	  "FROM returns c JOIN return_lines l ON l.tenant = c.tenant AND l.doc = c.uuid" TRACKED("l") "AND c.uuid = $2 ORDER BY l.pos", returned },
	{ "stock_adjustments",
	  "SELECT l.pos, l.product, l.qty, l.unit_cost, CASE c.kind WHEN 'opening' THEN 1 WHEN 'merge' THEN 2 ELSE 0 END "
	  "FROM stock_adjustments c JOIN stock_adjustment_lines l ON l.tenant = c.tenant AND l.doc = c.uuid" TRACKED("l")
	  "AND c.uuid = $2 ORDER BY CASE WHEN c.kind = 'merge' THEN l.qty ELSE 0 END, l.pos", adjusted },
	{ "purchase_voids", "SELECT 0, purchase FROM purchase_voids WHERE tenant = $1 AND uuid = $2", voided },
};

static void play(struct replay *r, size_t kind, struct uuid doc)
{
	struct fixture *f = r->hub;
	struct rows rs;

	must(f, db_rows(f->db, kinds[kind].lines, ARGS(v_uuid(f->w.tenant), v_uuid(doc)), &rs, &f->err));
	while (rows_next(&rs, &f->err) > 0)
		kinds[kind].moves(r, doc, &rs);
	rows_end(&rs);
	settle(r);
}

static void play_all(struct replay *r)
{
	struct fixture *f = r->hub;
	struct buf b = { 0 };
	static char *sql;
	struct rows rs;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		buf_printf(&b, "%sSELECT _seq, %d, uuid FROM %s WHERE tenant = $1", i ? " UNION ALL " : "", (int)i, kinds[i].table);
	buf_printf(&b, " ORDER BY 1");
	if (!sql)
		sql = b.data;	/* statements live as long as the connections */
	else
		buf_release(&b);
	must(f, db_rows(f->db, sql, ARGS(v_uuid(f->w.tenant)), &rs, &f->err));
	while (rows_next(&rs, &f->err) > 0)
		play(r, (size_t)rows_int(&rs, 1), rows_uuid(&rs, 2));
	rows_end(&rs);
}

/* --- and compared --- */

static void must_be(const char *node, const char *what, struct uuid doc, int line, int64_t is, int64_t should)
{
	if (is != should)
		fail_msg("FIFO: %s: %s of line %d of %s is %lld, not %lld", node, what, line, uuid_text(doc).s, (long long)is,
			 (long long)should);
}

#define LEFT(what)                                                                                                     \
	"SELECT CAST(COALESCE(sum(" what "), 0) AS bigint) FROM stock_moves m JOIN layers l ON l.tenant = m.tenant "   \
	"AND l.uuid = m.uuid WHERE m.tenant = $1 AND m.doc = $2 AND m.line = $3 AND m.qty > 0 AND m.layer IS NULL "    \
	"AND m.for_doc IS NULL"
#define HELD(what)                                                                                                     \
	"SELECT CAST(COALESCE(-sum(" what "), 0) AS bigint) FROM stock_moves WHERE tenant = $1 AND line = $3 AND "     \
	"((doc = $2 AND for_doc IS NULL AND (layer IS NOT NULL OR qty < 0)) OR for_doc = $2)"

/* A line may have opened several. */
static void compare_layers(const struct replay *r, struct fixture *f, const char *node)
{
	for (int i = 0; i < r->n_layers; i++) {
		const struct layer *l = &r->layer[i];
		struct args args = ARGS(v_uuid(f->w.tenant), v_uuid(l->doc), v_int(l->line));
		int64_t left = 0, value = 0;

		for (int k = 0; k < r->n_layers; k++)
			if (uuid_eq(r->layer[k].doc, l->doc) && r->layer[k].line == l->line) {
				left += r->layer[k].left;
				value += r->layer[k].value;
			}
		must_be(node, "what is left", l->doc, l->line, fixture_int(f, LEFT("l.qty_left"), args), left);
		must_be(node, "what is left in money", l->doc, l->line, fixture_int(f, LEFT("l.value_left"), args), value);
	}
}

/* What it all cost is the sum of what the lines hold. */
static void compare_holders(const struct replay *r, struct fixture *f, const char *node, int64_t *sold_r, int64_t *lost_r)
{
	*sold_r = r->other_sold;
	*lost_r = r->other_lost;
	for (int i = 0; i < r->n_holders; i++) {
		const struct holder *h = &r->holder[i];
		struct args args = ARGS(v_uuid(f->w.tenant), v_uuid(h->doc), v_int(h->line));
		int64_t qty = 0, cost = 0;

		for (int k = 0; k < h->n; k++) {
			qty += h->piece[k].qty;
			cost += h->piece[k].cost;
		}
		must_be(node, "what is out", h->doc, h->line, fixture_int(f, HELD("qty"), args), qty);
		must_be(node, "the cost", h->doc, h->line, fixture_int(f, HELD("cost"), args), cost);
		*(h->sold ? sold_r : lost_r) += cost;
	}
}

#define BOOKED(code)                                                                                                   \
	"SELECT CAST(COALESCE(sum(j.debit - j.credit), 0) AS bigint) FROM journal_lines j JOIN accounts a "            \
	"ON a.tenant = j.tenant AND a.uuid = j.account WHERE j.tenant = $1 AND a.code = '" code "'"

static void compare(const struct replay *r, struct fixture *f, const char *node)
{
	int64_t cost_of_sold, cost_of_lost;

	compare_layers(r, f, node);
	compare_holders(r, f, node, &cost_of_sold, &cost_of_lost);
	if (count_of(f, BOOKED("5010")) != cost_of_sold)
		fail_msg("FIFO: %s: account 5010 is %lld, not %lld", node, (long long)count_of(f, BOOKED("5010")), (long long)cost_of_sold);
	if (count_of(f, BOOKED("6020")) != cost_of_lost)
		fail_msg("FIFO: %s: account 6020 is %lld, not %lld", node, (long long)count_of(f, BOOKED("6020")), (long long)cost_of_lost);
}

void shop_replay(struct shop *s)
{
	struct replay r = { .hub = s->net->hub };

	play_all(&r);
	compare(&r, s->net->hub, "the cloud");
	for (int i = 0; i < SHOP_TILLS; i++)
		compare(&r, s->net->till[i], "a till");
	for (int i = 0; i < r.n_holders; i++)
		free(r.holder[i].piece);
	free(r.holder);
	free(r.layer);
}
