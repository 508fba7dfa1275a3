/* "Online Retail" (Chen, UCI Machine Learning Repository, 2015): one record a
 * line of an invoice, with the customer's number and no time.  The lines of an
 * invoice carry its number; one that begins with C took goods back. */
#include "base/base.h"
#include "fexlctl/import.h"
#include "base/clock.h"
#include "base/money.h"
#include "base/utf8.h"

#include <strings.h>

/* 5f0f1c3e-7f0a-5d5b-9a86-3b7a1d94c2e1: all uuids of this map follow from it.
 * Never change it: a second run would make everything again. */
static const struct uuid space = { { 0x5f, 0x0f, 0x1c, 0x3e, 0x7f, 0x0a, 0x5d, 0x5b, 0x9a, 0x86, 0x3b, 0x7a, 0x1d, 0x94,
				     0xc2, 0xe1 } };

/* The order of the invoices is the order of time; this is where it begins. */
#define FIRST_SALE_AT INT64_C(1291190400000000)		/* 2010-12-01T08:00:00Z */
#define OPENING_AT INT64_C(1291161600000000)		/* 2010-12-01T00:00:00Z */
#define MINUTE_US (60 * SECOND_US)

#define CODE_MAX 64		/* of a product's sku */
#define NAME_MAX_CHARS 200	/* of its name; what is longer is no name */

enum { INVOICE, CODE, DESCRIPTION, QUANTITY, PRICE, CUSTOMER, COUNTRY, COLUMNS };

static const char *const header[COLUMNS + 1] = {
	"InvoiceNo", "StockCode", "Description", "Quantity", "UnitPrice", "CustomerID", "Country", NULL
};

/* Codes that no shelf holds.  They are sold as lines, but not kept in stock. */
static const struct {
	const char *code;
	bool is_prefix;
} not_goods[] = {
	{ "POST" },		/* postage */
	{ "DOT" },		/* postage of the web shop */
	{ "C2" },		/* carriage */
	{ "D" },		/* discount */
	{ "M" },		/* entered by hand */
	{ "B" },		/* bad debt */
	{ "S" },		/* samples */
	{ "BANK CHARGES" },
	{ "AMAZONFEE" },
	{ "CRUK" },		/* commission of a charity */
	{ "PADS" },
	{ "gift_", true },	/* vouchers */
};

bool online_retail_is_goods(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(not_goods); i++) {
		size_t len = strlen(not_goods[i].code);

		if (strncasecmp(code, not_goods[i].code, len) == 0 && (not_goods[i].is_prefix || code[len] == '\0'))
			return false;
	}
	return true;
}

/* --- numbers --- */

/* "-12" -> -12.  Nothing but digits. */
static bool read_quantity(const char *text, int64_t *units)
{
	bool negative = *text == '-';
	int64_t n = 0;

	text += negative;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || n > QTY_MAX / QTY_ONE)
			return false;
		n = n * 10 + (*text - '0');
	}
	*units = negative ? -n : n;
	return n <= QTY_MAX / QTY_ONE;
}

/* "2.5" -> 250, "-3" -> -300.  At most two decimals. */
static bool read_price(const char *text, int64_t *minor)
{
	bool negative = *text == '-';
	const char *point;
	int64_t n = 0;
	int decimals;

	text += negative;
	point = strchrnul(text, '.');
	decimals = *point == '.' ? (int)strlen(point + 1) : 0;
	if (point == text || decimals > 2 || (*point == '.' && decimals == 0))
		return false;
	for (; *text != '\0'; text++) {
		if (text == point)
			continue;
		if (*text < '0' || *text > '9' || n > MONEY_MAX)
			return false;
		n = n * 10 + (*text - '0');
	}
	for (; decimals < 2; decimals++)
		n *= 10;
	*minor = negative ? -n : n;
	return n <= MONEY_MAX;
}

/* --- what a code is mostly called, and mostly costs --- */

struct tally {
	struct plan_product *product;
	const char *name;	/* either this … */
	int64_t price;		/* … or this */
	size_t n;
};

struct tallies {
	struct map by_key;
	struct tally *list;	/* in the order of the file: the first wins a tie */
	size_t n;
};

static void tally_add(struct tallies *t, const struct tally *what, const char *key)
{
	struct tally *seen = map_get(&t->by_key, key, strlen(key));

	if (seen == NULL) {
		seen = &t->list[t->n++];
		*seen = *what;
		map_put(&t->by_key, key, strlen(key), seen);
	}
	seen->n++;
}

/* For each product the tally with the largest count. */
static const struct tally **tallies_best(const struct tallies *t, const struct plan *p)
{
	const struct tally **best = pool_alloc(p->pool, (p->n_products + 1) * sizeof(*best));

	for (size_t i = 0; i < t->n; i++) {
		const struct tally **b = &best[t->list[i].product - p->products];

		if (*b == NULL || t->list[i].n > (*b)->n)
			*b = &t->list[i];
	}
	return best;
}

/* --- a record --- */

struct reading {
	struct plan *plan;
	struct tallies names, prices;
	const char *text[COLUMNS];	/* of the record in hand */
};

static const char *read_texts(struct reading *rd, const struct csv_record *r)
{
	if (r->n != COLUMNS)
		return "columns: the line has not as many fields as the first one";
	for (int i = 0; i < COLUMNS; i++) {
		rd->text[i] = input_text(rd->plan->pool, r->field[i], &rd->plan->converted);
		if (rd->text[i] == NULL)
			return "encoding: the text is neither UTF-8 nor Latin-1";
	}
	return *rd->text[INVOICE] == '\0' ? "no_invoice: the line names no invoice" : NULL;
}

static void read_product(struct reading *rd, struct plan_line *l)
{
	const char *code = rd->text[CODE], *name = rd->text[DESCRIPTION];
	struct pool *pool = rd->plan->pool;

	l->product = plan_product(rd->plan, code);
	if (*name != '\0' && utf8_count(name, strlen(name)) <= NAME_MAX_CHARS)
		tally_add(&rd->names, &(struct tally){ l->product, .name = name }, pool_printf(pool, "%s\n%s", code, name));
	if (l->price > 0)
		tally_add(&rd->prices, &(struct tally){ l->product, .price = l->price },
			  pool_printf(pool, "%s\n%lld", code, (long long)l->price));
}

static const char *read_goods(struct reading *rd, struct plan_line *l)
{
	int64_t units;

	if (*rd->text[CODE] == '\0' || strlen(rd->text[CODE]) > CODE_MAX)
		return "no_code: the line names no product, or one of more than 64 characters";
	if (!read_quantity(rd->text[QUANTITY], &units))
		return "quantity: is not a whole number";
	if (!read_price(rd->text[PRICE], &l->price))
		return "price: is not an amount with at most two decimals";
	l->qty = units * QTY_ONE;
	read_product(rd, l);
	return NULL;
}

/* The customer of an invoice stands on each of its lines. */
static const char *read_customer(struct reading *rd, struct plan_line *l)
{
	const struct plan_customer *customer = NULL;

	if (*rd->text[CUSTOMER] != '\0')
		customer = plan_customer(rd->plan, rd->text[CUSTOMER]);
	if (l->sale->customer == NULL)
		l->sale->customer = customer;
	return customer == NULL || customer == l->sale->customer ? NULL :
	       "customer: the invoice is another customer's by its first lines";
}

/* Goods that come back are counted as less than none. */
static const char *why_not_moved(const struct plan_line *l)
{
	if (l->qty == 0)
		return "zero_quantity: nothing was sold";
	if (l->qty < 0)
		return l->sale->is_return ? "positive_quantity: a return gives no goods out" :
		       "negative_quantity: a sale takes no goods in; this is a stock adjustment";
	if (l->price < 0)
		return "negative_price: a sale pays nobody";
	if (l->price > MONEY_MAX / (l->qty / QTY_ONE))
		return "amount: the line is worth more than an amount can say";
	return NULL;
}

/* Why the line is neither sold nor returned, or NULL.  What it says about products and customers
 * is learnt either way. */
static const char *read_line(struct reading *rd, struct plan_line *l, const struct csv_record *r)
{
	const char *reason = read_texts(rd, r), *whose;

	if (reason != NULL)
		return reason;
	l->sale = plan_sale(rd->plan, rd->text[INVOICE]);
	l->sale->is_return = *rd->text[INVOICE] == 'C' || *rd->text[INVOICE] == 'c';
	whose = read_customer(rd, l);
	reason = read_goods(rd, l);
	if (l->sale->is_return)
		l->qty = -l->qty;
	if (reason == NULL)
		reason = why_not_moved(l);
	return reason != NULL ? reason : whose;
}

/* --- the file --- */

static int read_header(struct csv *csv, struct pool *pool, struct err *err)
{
	struct csv_record r;
	int n = csv_next(csv, pool, &r, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_INPUT, "empty", "the file is empty");
	for (int i = 0; i < COLUMNS; i++)
		if (i >= r.n || !slice_is(r.field[i], header[i]))
			return err_set(err, ERR_INPUT, "header", "column %d is \"%.*s\", it must be %s", i + 1,
				       i < r.n ? (int)MIN(r.field[i].len, 40) : 0, i < r.n ? r.field[i].p : "", header[i]);
	if (r.n > COLUMNS)
		return err_set(err, ERR_INPUT, "header", "column %d, \"%.*s\", is not known to this map: leave it out",
			       COLUMNS + 1, (int)MIN(r.field[COLUMNS].len, 40), r.field[COLUMNS].p);
	return 0;
}

static int read_lines(struct reading *rd, struct csv *csv, struct err *err)
{
	struct plan *p = rd->plan;
	struct csv_record r;
	int n;

	while ((n = csv_next(csv, p->pool, &r, err)) > 0) {
		struct plan_line *l = plan_line(p, &r);

		l->reason = read_line(rd, l, &r);
		if (l->reason == NULL)
			plan_sell(p, l);
	}
	return n;
}

static void settle_products(struct reading *rd)
{
	struct plan *p = rd->plan;
	const struct tally **name = tallies_best(&rd->names, p), **price = tallies_best(&rd->prices, p);

	for (size_t i = 0; i < p->n_products; i++) {
		if (name[i] != NULL)
			p->products[i].name = name[i]->name;
		if (price[i] != NULL)
			p->products[i].price = price[i]->price;
		p->products[i].tracked = online_retail_is_goods(p->products[i].sku);
	}
}

static int read_file(struct reading *rd, struct csv *csv, struct err *err)
{
	struct plan *p = rd->plan;

	if (read_header(csv, p->pool, err) < 0 || read_lines(rd, csv, err) < 0)
		return -1;
	settle_products(rd);
	for (size_t i = 0; i < p->n_sales; i++)
		p->sales[i].at = FIRST_SALE_AT + (int64_t)i * MINUTE_US;
	plan_finish(p);
	return 0;
}

int map_online_retail(struct plan *p, struct csv *csv, size_t lines, struct err *err)
{
	struct reading rd = { .plan = p };
	int rc;

	p->space = space;
	p->columns = header;
	p->exponent = 2;
	p->number_prefix = "OR";
	p->opening_at = OPENING_AT;
	rd.names.list = pool_alloc(p->pool, lines * sizeof(*rd.names.list));
	rd.prices.list = pool_alloc(p->pool, lines * sizeof(*rd.prices.list));
	rc = read_file(&rd, csv, err);
	map_release(&rd.names.by_key);
	map_release(&rd.prices.by_key);
	return rc;
}
