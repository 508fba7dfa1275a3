/* A purchase brings goods in: each tracked line opens a cost layer. */
#include "base/base.h"
#include "model/kinds.h"

#include "base/money.h"

int purchase_take(struct write *w, struct json body, struct doc *d, struct err *err)
{
	static const char *const members[] = { "uuid", "number", "at", "purchase_order", "supplier", "status", "note", "lines", NULL };

	if (json_only(body, members, err) < 0 || document_take_head(w, body, d, err) < 0)
		return -1;
	if (document_take_lines(w, body, "lines", 1, d, err) < 0)
		return -1;
	return document_check_lines(w, "lines", d, err);
}

int purchase_settle(struct doc *d, struct err *err)
{
	const struct part_rows *lines = doc_part(d, "lines");
	int64_t total = 0;

	for (int i = 0; i < lines->n; i++) {
		int64_t cost = part_int(lines, i, "unit_cost"), qty = part_int(lines, i, "qty");
		bool fits = money_fits(cost, qty);

		total += fits ? money_times(cost, qty) : 0;
		if (!fits || total > MONEY_MAX)
			return err_field(err, "/lines", "range", "the purchase is worth more than %lld", (long long)MONEY_MAX);
	}
	return 0;
}

int purchase_derive(struct write *w, struct doc *d, struct err *err)
{
	const struct part_rows *lines = doc_part(d, "lines");
	struct moves m;
	struct entry e;

	moves_begin(&m, w->t->pool, d);
	entry_begin(&e, w->t->pool, d);
	for (int i = 0; i < lines->n; i++) {
		struct uuid product = part_uuid(lines, i, "product");
		int64_t qty = part_int(lines, i, "qty");
		int64_t cost = money_times(part_int(lines, i, "unit_cost"), qty);
		int tracked = document_is_tracked(w, product, err);

		if (tracked < 0)
			return -1;
		if (tracked)
			moves_in(&m, i, product, qty, cost);
		/* What is not kept in stock is used up at once. */
		entry_debit(&e, tracked ? "1200" : "6010", cost);
		entry_credit(&e, "2010", cost);
	}
	entry_end(&e);
	return 0;
}
