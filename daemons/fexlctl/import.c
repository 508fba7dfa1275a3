/* A plan into the shop: products and customers, the opening stock, the sales,
 * then the returns; each kind as a batch of requests, since the next one refers to it. */
#include "base/base.h"
#include "fexlctl/import.h"
#include "fexlctl/batch.h"
#include "fexlctl/call.h"
#include "base/clock.h"
#include "base/money.h"

#define MINUTE_US (60 * SECOND_US)
#define PROGRESS_US (SECOND_US / 5)

/* --- bodies --- */

static void product_body(const struct import *im, size_t i, struct buf *out)
{
	const struct plan_product *p = &im->plan->products[i];

	jw_put_uuid(out, "uuid", p->uuid);
	jw_put_str(out, "name", p->name);
	jw_put_str(out, "sku", p->sku);
	jw_put_int(out, "price", p->price);
	jw_put_bool(out, "tracked", p->tracked);
}

static void customer_body(const struct import *im, size_t i, struct buf *out)
{
	const struct plan_customer *c = &im->plan->customers[i];

	jw_put_uuid(out, "uuid", c->uuid);
	jw_put_str(out, "name", c->name);
}

static void purchase_line(const struct import *im, const struct plan_product *p, struct buf *out)
{
	jw_open(out, '{');
	jw_put_uuid(out, "product", p->uuid);
	jw_put_int(out, "qty", p->sold);
	jw_put_int(out, "unit_cost", mul_div(p->price, im->cost_percent, 100));
	jw_close(out, '}');
}

/* Named after the first invoice of the file: the stock for another part of the
 * history is another purchase, and that for this one is made once. */
static void purchase_body(const struct import *im, size_t i, struct buf *out)
{
	struct plan *plan = im->plan;
	const char *name = pool_printf(plan->pool, "%s-%zu", plan->sales[0].number, i + 1);
	size_t from = i * DOCUMENT_LINES_MAX, to = MIN(from + DOCUMENT_LINES_MAX, im->n_stock);

	jw_put_uuid(out, "uuid", plan_uuid(plan, "opening", name));
	jw_put_str(out, "number", pool_printf(plan->pool, "%s-STOCK-%s", plan->number_prefix, name));
	jw_put_time(out, "at", plan->opening_at + (int64_t)i * MINUTE_US);
	jw_put_str(out, "note", "opening stock of an import");
	jw_name(out, "lines");
	jw_open(out, '[');
	for (size_t n = from; n < to; n++)
		purchase_line(im, im->stock[n], out);
	jw_close(out, ']');
}

/* The file knows no tax: price and tax are fixed here, whatever the shop's default is. */
static void sale_line(const struct plan_line *l, struct buf *out)
{
	jw_open(out, '{');
	jw_put_uuid(out, "product", l->product->uuid);
	jw_put_int(out, "qty", l->qty);
	jw_put_int(out, "unit_price", l->price);
	jw_put_int(out, "tax_rate", 0);
	jw_close(out, '}');
}

static void cash(const char *member, const struct plan_sale *s, struct buf *out)
{
	jw_name(out, member);
	jw_open(out, '[');
	if (s->total > 0) {
		jw_open(out, '{');
		jw_put_str(out, "method", "cash");
		jw_put_int(out, "amount", s->total);
		jw_close(out, '}');
	}
	jw_close(out, ']');
}

static void head_and_lines(struct plan *plan, const struct plan_sale *s, struct buf *out)
{

	jw_put_uuid(out, "uuid", s->uuid);
	jw_put_str(out, "number", pool_printf(plan->pool, "%s-%s", plan->number_prefix, s->number));
	jw_put_time(out, "at", s->at);
	if (s->customer != NULL)
		jw_put_uuid(out, "customer", s->customer->uuid);
	jw_name(out, "lines");
	jw_open(out, '[');
	for (size_t n = s->first; n != NO_LINE; n = plan->lines[n].next)
		sale_line(&plan->lines[n], out);
	jw_close(out, ']');
}

static void sale_body(const struct import *im, size_t i, struct buf *out)
{
	head_and_lines(im->plan, im->sales[i], out);
	cash("payments", im->sales[i], out);
}

/* The file does not say of which sale: without a receipt, at the price it says. */
static void return_body(const struct import *im, size_t i, struct buf *out)
{
	head_and_lines(im->plan, im->returns[i], out);
	cash("refunds", im->returns[i], out);
}

/* --- what the server did not take --- */

static const char *product_name(const struct import *im, size_t i)
{
	return pool_printf(im->plan->pool, "product %s", im->plan->products[i].sku);
}

static const char *customer_name(const struct import *im, size_t i)
{
	return im->plan->customers[i].name;
}

static const char *purchase_name(const struct import *im, size_t i)
{
	return pool_printf(im->plan->pool, "opening stock, part %zu", i + 1);
}

/* --- a phase --- */

struct phase {
	const char *what;
	const char *path;
	size_t count_at;	/* of its struct import_count in struct import */
	void (*body)(const struct import *im, size_t i, struct buf *out);
	const char *(*name)(const struct import *im, size_t i);	/* NULL: it has lines to blame */
	struct plan_sale *(*sale)(const struct import *im, size_t i);	/* whose lines */
	bool is_document;	/* never changes: what is there already must be the same */
};

static struct plan_sale *the_sale(const struct import *im, size_t i)
{
	return im->sales[i];
}

static struct plan_sale *the_return(const struct import *im, size_t i)
{
	return im->returns[i];
}

static const struct phase phases[] = {
	{ "products", "/api/products", offsetof(struct import, products), product_body, product_name },
	{ "customers", "/api/customers", offsetof(struct import, customers), customer_body, customer_name },
	{ "opening stock", "/api/purchases", offsetof(struct import, purchases), purchase_body, purchase_name,
	  .is_document = true },
	{ "invoices", "/api/invoices", offsetof(struct import, invoices), sale_body, .sale = the_sale,
	  .is_document = true },
	{ "returns", "/api/returns", offsetof(struct import, returned), return_body, .sale = the_return, .is_document = true },
};

struct progress {
	struct import *im;
	const struct phase *phase;
	struct batch batch;
	size_t done;
	int64_t began, shown;
};

static struct import_count *count_of(const struct progress *pg)
{
	return (struct import_count *)((char *)pg->im + pg->phase->count_at);
}

static void show(struct progress *pg)
{
	int64_t now = clock_boot(), took = MAX(now - pg->began, 1);

	if (pg->done < pg->batch.count && now - pg->shown < PROGRESS_US)
		return;
	pg->shown = now;
	say_progress(pg->im->c, "%s: %zu/%zu, %lld/s", pg->phase->what, pg->done, pg->batch.count,
		     (long long)((int64_t)pg->done * SECOND_US / took));
}

static void write_body(void *ctx, size_t i, struct buf *out)
{
	const struct progress *pg = ctx;

	jw_open(out, '{');
	pg->phase->body(pg->im, i, out);
	jw_close(out, '}');
}

/* "server_taken: …": by code, so that the same trouble is counted together. */
static void refused(struct progress *pg, size_t i, int status, struct json reply)
{
	struct import *im = pg->im;
	struct pool *pool = im->plan->pool;
	const char *code = json_text(reply, "code"), *detail = json_text(reply, "detail"), *reason;

	count_of(pg)->refused++;
	reason = pool_printf(pool, "server_%s: the server answered %d", code != NULL ? code : "refused", status);
	detail = pool_strdup(pool, detail != NULL ? detail : "");
	if (pg->phase->name == NULL) {
		plan_refuse(im->plan, pg->phase->sale(im, i), reason, detail);
		return;
	}
	buf_char(&im->trouble, ',');
	csv_add(&im->trouble, slice_of(reason));
	buf_char(&im->trouble, ',');
	csv_add(&im->trouble, slice_of(pool_printf(pool, "%s: %s", pg->phase->name(im, i), detail)));
	buf_char(&im->trouble, '\n');
	say(im->c, "%s was refused: %s", pg->phase->name(im, i), detail);
}

/* Answers that are about us or the server, not about this one request. */
static bool ends_all(int status)
{
	return status == 401 || status == 403 || status == 404 || status == 405 || status >= 500;
}

static bool is_here_already(const struct progress *pg, int status, struct json reply)
{
	const char *code = json_text(reply, "code");

	if (status != 409 || code == NULL || strcmp(code, "duplicate") != 0)
		return false;
	return !pg->phase->is_document || json_yes(reply, "identical");
}

static int answered(void *ctx, size_t i, int status, struct json reply)
{
	struct progress *pg = ctx;
	struct call call = { "apid", "POST", pg->phase->path };
	struct reply r = { .status = status, .json = reply };

	if (ends_all(status))
		return call_refused(pg->im->c, &call, &r);
	if (status / 100 == 2)
		count_of(pg)->posted++;
	else if (is_here_already(pg, status, reply))
		count_of(pg)->duplicate++;
	else
		refused(pg, i, status, reply);
	pg->done++;
	show(pg);
	return 0;
}

static int run_phase(struct import *im, const struct phase *phase, size_t count)
{
	struct progress pg = { .im = im, .phase = phase, .began = clock_boot() };
	int rc;

	if (count == 0)
		return 0;
	pg.batch = (struct batch){ phase->path, count, write_body, answered, &pg };
	rc = batch_run(im->c, &pg.batch);
	if (rc == 0)
		say_progress_end(im->c);
	return rc;
}

/* --- all of it --- */

/* Prices of 2 decimals in a shop that counts 3 would be wrong by a factor of ten. */
static int check_currency(struct import *im)
{
	struct json list;
	int rc = ask_list(im->c, "/api/settings", &list);

	for (size_t i = 0; rc == 0 && i < json_len(json_member(list, "items")); i++) {
		struct json setting = json_at(json_member(list, "items"), i);
		const char *key = json_text(setting, "key");
		int64_t exponent = json_number(setting, "value", im->plan->exponent);

		if (key != NULL && strcmp(key, "currency_exponent") == 0 && exponent != im->plan->exponent)
			rc = fail(im->c, END_REFUSED, NULL, "import: the file's prices have %d decimals, the shop's currency has %lld",
				  im->plan->exponent, (long long)exponent);
	}
	return rc;
}

static void prepare(struct import *im)
{
	struct plan *p = im->plan;

	im->stock = pool_alloc(p->pool, (p->n_products + 1) * sizeof(*im->stock));
	im->sales = pool_alloc(p->pool, (p->n_sales + 1) * sizeof(*im->sales));
	for (size_t i = 0; i < p->n_products; i++)
		if (p->products[i].tracked && p->products[i].sold > 0)
			im->stock[im->n_stock++] = &p->products[i];
	im->returns = pool_alloc(p->pool, (p->n_sales + 1) * sizeof(*im->returns));
	for (size_t i = 0; i < p->n_sales; i++) {
		if (p->sales[i].n_lines > 0 && p->sales[i].is_return)
			im->returns[im->n_returns++] = &p->sales[i];
		else if (p->sales[i].n_lines > 0)
			im->sales[im->n_sales++] = &p->sales[i];
	}
}

int import_run(struct import *im)
{
	size_t counts[ARRAY_LEN(phases)];
	int rc;

	prepare(im);
	counts[0] = im->plan->n_products;
	counts[1] = im->plan->n_customers;
	counts[2] = (im->n_stock + DOCUMENT_LINES_MAX - 1) / DOCUMENT_LINES_MAX;
	counts[3] = im->n_sales;
	counts[4] = im->n_returns;
	if (im->dry_run)
		return 0;
	rc = check_currency(im);
	interrupt_gently(true);
	for (size_t i = 0; i < ARRAY_LEN(phases) && rc == 0; i++)
		rc = run_phase(im, &phases[i], counts[i]);
	interrupt_gently(false);
	return rc;
}
