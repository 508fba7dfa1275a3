/* What shall be made of a file: pure, no server is asked. */
#include "base/base.h"
#include "fexlctl/import.h"
#include "base/log.h"
#include "base/money.h"

/* Nothing of what a file says is more numerous than its lines. */
void plan_init(struct plan *p, struct pool *pool, size_t lines)
{
	*p = (struct plan){ .pool = pool };
	p->products = pool_alloc(pool, lines * sizeof(*p->products));
	p->customers = pool_alloc(pool, lines * sizeof(*p->customers));
	p->sales = pool_alloc(pool, lines * sizeof(*p->sales));
	p->lines = pool_alloc(pool, lines * sizeof(*p->lines));
}

void plan_release(struct plan *p)
{
	map_release(&p->by_sku);
	map_release(&p->by_customer);
	map_release(&p->by_number);
}

struct uuid plan_uuid(const struct plan *p, const char *kind, const char *name)
{
	const char *whole = pool_printf(p->pool, "%s:%s", kind, name);

	return uuid_v5(p->space, whole, strlen(whole));
}

struct plan_product *plan_product(struct plan *p, const char *sku)
{
	struct plan_product *product = map_get(&p->by_sku, sku, strlen(sku));

	if (product != NULL)
		return product;
	product = &p->products[p->n_products++];
	*product = (struct plan_product){ .uuid = plan_uuid(p, "product", sku), .sku = sku, .name = sku };
	map_put(&p->by_sku, sku, strlen(sku), product);
	return product;
}

struct plan_customer *plan_customer(struct plan *p, const char *key)
{
	struct plan_customer *customer = map_get(&p->by_customer, key, strlen(key));

	if (customer != NULL)
		return customer;
	customer = &p->customers[p->n_customers++];
	*customer = (struct plan_customer){ plan_uuid(p, "customer", key), pool_printf(p->pool, "Customer %s", key) };
	map_put(&p->by_customer, key, strlen(key), customer);
	return customer;
}

struct plan_sale *plan_sale(struct plan *p, const char *number)
{
	struct plan_sale *sale = map_get(&p->by_number, number, strlen(number));

	if (sale != NULL)
		return sale;
	sale = &p->sales[p->n_sales++];
	*sale = (struct plan_sale){ .uuid = plan_uuid(p, "invoice", number), .number = number, .first = NO_LINE, .last = NO_LINE };
	map_put(&p->by_number, number, strlen(number), sale);
	return sale;
}

struct plan_line *plan_line(struct plan *p, const struct csv_record *r)
{
	struct plan_line *l = &p->lines[p->n_lines++];

	*l = (struct plan_line){ .line = r->line, .n_fields = r->n, .next = NO_LINE };
	l->fields = pool_memdup(p->pool, r->field, (size_t)r->n * sizeof(*r->field));
	return l;
}

void plan_sell(struct plan *p, struct plan_line *l)
{
	struct plan_sale *s = l->sale;
	size_t at = (size_t)(l - p->lines);

	if (s->last == NO_LINE)
		s->first = at;
	else
		p->lines[s->last].next = at;
	s->last = at;
	s->n_lines++;
	s->total = MIN(s->total + money_times(l->price, l->qty), MONEY_MAX + 1);	/* no sum of the absurd wraps */
}

void plan_refuse(struct plan *p, struct plan_sale *s, const char *reason, const char *detail)
{
	for (size_t i = s->first; i != NO_LINE; i = p->lines[i].next) {
		p->lines[i].reason = reason;
		p->lines[i].detail = detail;
	}
	s->first = s->last = NO_LINE;
	s->n_lines = 0;
	s->total = 0;
}

void plan_finish(struct plan *p)
{
	for (size_t i = 0; i < p->n_sales; i++) {
		if (p->sales[i].n_lines > DOCUMENT_LINES_MAX)
			plan_refuse(p, &p->sales[i], "too_long: an invoice has at most 2000 lines", NULL);
		else if (p->sales[i].total > MONEY_MAX)
			plan_refuse(p, &p->sales[i], "too_much: the invoice is worth more than an amount can say", NULL);
	}
	for (size_t i = 0; i < p->n_lines; i++)
		if (p->lines[i].reason == NULL && !p->lines[i].sale->is_return)
			p->lines[i].product->sold += p->lines[i].qty;
}
