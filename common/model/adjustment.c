/* Goods counted, found, lost, there from the beginning, or another product's
 * from now on.  What differs is what is stored: a count on one till and a sale on
 * another add up. */
#include "base/base.h"
#include "model/kinds.h"

#include "base/money.h"

static bool is_kind(const struct doc *d, const char *kind)
{
	return strcmp(row_get(&d->head, "kind").s, kind) == 0;
}

/* --- taking it from a person --- */

static int on_hand(struct write *w, struct uuid product, int64_t *qty, struct err *err)
{
	return db_int(w->t->db, "SELECT on_hand FROM stock WHERE tenant = $1 AND product = $2",
		      ARGS(v_uuid(w->tenant), v_uuid(product)), qty, err);
}

static bool is_named_before(const struct part_rows *lines, int i)
{
	for (int k = 0; k < i; k++)
		if (uuid_eq(part_uuid(lines, k, "product"), part_uuid(lines, i, "product")))
			return true;
	return false;
}

static int take_counted(struct write *w, struct part_rows *lines, int i, struct err *err)
{
	int64_t expected, qty;

	if (part_get(lines, i, "counted").type == VAL_NULL)
		return err_field(err, "/counted", "required", "counted is missing");
	if (part_get(lines, i, "qty").type != VAL_NULL)
		return err_field(err, "/qty", "unknown_field", "qty follows from what was counted: leave it out");
	if (is_named_before(lines, i))
		return err_field(err, "/product", "twice", "product: it is counted twice in this list: add both up");
	if (on_hand(w, part_uuid(lines, i, "product"), &expected, err) < 0)
		return -1;
	qty = part_int(lines, i, "counted") - expected;
	if (qty < -QTY_MAX || qty > QTY_MAX)
		return err_field(err, "/counted", "range", "counted differs by more than %lld from what is on hand", (long long)QTY_MAX);
	part_set(lines, i, "expected", v_int(expected));
	part_set(lines, i, "qty", v_int(qty));
	return 0;
}

static int take_moved(const struct doc *d, const struct part_rows *lines, int i, struct err *err)
{
	int64_t qty = part_int(lines, i, "qty");

	if (part_get(lines, i, "counted").type != VAL_NULL)
		return err_field(err, "/counted", "unknown_field", "counted is for kind count: send qty, what goes in or out");
	if (part_get(lines, i, "qty").type == VAL_NULL)
		return err_field(err, "/qty", "required", "qty is missing");
	if (qty == 0 || (qty < 0 && is_kind(d, "opening")))
		return err_field(err, "/qty", "range", "qty: %s", qty ? "an opening stock is above 0" : "0 changes nothing");
	if (qty < 0 && part_get(lines, i, "unit_cost").type != VAL_NULL)
		return err_field(err, "/unit_cost", "unknown_field", "goods leave at what they had cost: leave unit_cost out");
	return 0;
}

static int take_line(struct write *w, const struct doc *d, struct part_rows *lines, int i, struct err *err)
{
	int tracked = document_is_tracked(w, part_uuid(lines, i, "product"), err);

	if (tracked < 0)
		return -1;
	if (!tracked)
		return err_field(err, "/product", "not_tracked", "product: %s is not kept in stock",
				 uuid_text(part_uuid(lines, i, "product")).s);
	return is_kind(d, "count") ? take_counted(w, lines, i, err) : take_moved(d, lines, i, err);
}

int adjustment_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "kind", "reason", "lines", NULL };
	struct part_rows *lines = doc_part(d, "lines");

	if (json_only(body, members, err) < 0 || document_take_head(w, body, d, err) < 0)
		return -1;
	if (is_kind(d, "merge"))
		return err_field(err, "/kind", "not_a_choice", "kind: stock is merged together with its products");
	if (document_take_lines(w, body, "lines", 1, d, err) < 0 || document_check_lines(w, "lines", d, err) < 0)
		return -1;
	for (int i = 0; i < lines->n; i++)
		if (take_line(w, d, lines, i, err) < 0)
			return err_under(err, "/lines/%d", i);
	row_set(&d->head, "filled", v_int(is_kind(d, "count") ? FILL_QTY : 0));
	return 0;
}

/* --- what must be so, wherever it comes from --- */

/* Lines of a merge are pairs: what one product loses the other gets. */
static int settle_merge(const struct part_rows *lines, struct err *err)
{
	for (int i = 0; i < lines->n; i += 2)
		if (i + 1 == lines->n || part_int(lines, i, "qty") != -part_int(lines, i + 1, "qty"))
			return err_field(err, "/lines", "unbalanced", "lines: what one product loses the other must get");
	return 0;
}

int adjustment_settle(struct doc *d, struct err *err)
{
	const struct part_rows *lines = doc_part(d, "lines");
	int64_t total = 0;

	for (int i = 0; i < lines->n; i++) {
		int64_t qty = part_int(lines, i, "qty"), cost = part_int(lines, i, "unit_cost");
		bool fits = qty <= 0 || money_fits(cost, qty);

		if (part_get(lines, i, "qty").type == VAL_NULL)
			return err_field(err, "/lines", "required", "qty must be fixed");
		total += qty > 0 && fits ? money_times(cost, qty) : 0;
		if (!fits || total > MONEY_MAX)
			return err_field(err, "/lines", "range", "the goods are worth more than %lld", (long long)MONEY_MAX);
	}
	return is_kind(d, "merge") ? settle_merge(lines, err) : 0;
}

/* --- what follows from it --- */

/* *value: what the stock gained. */
static int derive_line(struct moves *m, struct write *w, const struct part_rows *lines, int i, int64_t *value, struct err *err)
{
	struct uuid product = part_uuid(lines, i, "product");
	int64_t qty = part_int(lines, i, "qty"), cost = 0;
	int rc = 0;

	if (qty < 0) {
		rc = moves_out(m, w, i, product, -qty, &cost, err);
		cost = -cost;
	} else if (qty > 0 && part_get(lines, i, "unit_cost").type == VAL_NULL) {
		rc = moves_in_as_last(m, w, i, product, qty, &cost, err);
	} else if (qty > 0) {
		cost = money_times(part_int(lines, i, "unit_cost"), qty);
		moves_in(m, i, product, qty, cost);
	}
	*value += cost;
	return rc;
}

/* Layer by layer, so that each stays worth what it was. */
static int derive_pair(struct moves *m, struct write *w, const struct part_rows *lines, int i, struct err *err)
{
	int out = part_int(lines, i, "qty") < 0 ? i : i + 1, in = 2 * i + 1 - out, from = m->rows->n;
	int64_t cost;

	if (moves_out(m, w, out, part_uuid(lines, out, "product"), -part_int(lines, out, "qty"), &cost, err) < 0)
		return -1;
	for (int k = from, n = m->rows->n; k < n; k++)
		moves_in(m, in, part_uuid(lines, in, "product"), -part_int(m->rows, k, "qty"), -part_int(m->rows, k, "cost"));
	return 0;
}

static int derive_lines(struct moves *m, struct write *w, const struct doc *d, const struct part_rows *lines, int64_t *value,
			struct err *err)
{
	bool merge = is_kind(d, "merge");

	for (int i = 0; i < lines->n; i += 1 + merge) {
		int tracked = document_is_tracked(w, part_uuid(lines, i, "product"), err);

		if (tracked < 0)
			return -1;
		if (tracked && (merge ? derive_pair(m, w, lines, i, err) : derive_line(m, w, lines, i, value, err)) < 0)
			return err_under(err, "/lines/%d", i);
	}
	return 0;
}

int adjustment_derive(struct write *w, struct doc *d, struct err *err)
{
	const struct part_rows *lines = doc_part(d, "lines");
	int64_t value = 0;
	struct moves m;
	struct entry e;

	moves_begin(&m, w->t->pool, d);
	if (derive_lines(&m, w, d, lines, &value, err) < 0)
		return -1;
	if (value > MONEY_MAX || value < -MONEY_MAX)
		return err_field(err, "/lines", "range", "the goods are worth more than %lld", (long long)MONEY_MAX);
	entry_begin(&e, w->t->pool, d);
	entry_debit(&e, "1200", value);
	entry_credit(&e, is_kind(d, "opening") ? "3010" : "6020", value);
	entry_end(&e);
	return 0;
}

/* --- one product instead of two --- */

static void merge_line(struct part_rows *lines, int i, struct uuid product, int64_t qty)
{
	part_set(lines, i, "product", v_uuid(product));
	part_set(lines, i, "qty", v_int(qty));
}

int adjustment_move(struct write *w, struct uuid from, struct uuid into, int64_t qty, const char *reason, struct doc *d,
		    struct err *err)
{
	struct part_rows *lines;

	doc_init(d, schema_table("stock_adjustments"));
	d->head.uuid = uuid_v7();
	row_set(&d->head, "kind", v_text("merge"));
	row_set(&d->head, "reason", v_text(reason));
	lines = doc_part(d, "lines");
	part_make(w->t->pool, lines, 2);
	merge_line(lines, 0, from, -qty);
	merge_line(lines, 1, into, qty);
	return document_post(w, d, err);
}

int adjustment_merge(struct write *w, struct uuid from, struct uuid into, const char *reason, struct doc *d, struct err *err)
{
	int64_t qty;

	if (on_hand(w, from, &qty, err) < 0)
		return -1;
	return qty ? adjustment_move(w, from, into, qty, reason, d, err) : 1;
}
