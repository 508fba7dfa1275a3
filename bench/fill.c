/* Fills the database of a stopped server through the model: products with
 * stock, and past sales.  Writes the requests that bench/load sends later.
 *
 *	fill FILE PRODUCTS SALES [SALE-TASKS GET-TASKS]
 *
 * PRODUCTS 0: more sales of those that are there. */
#include "base/base.h"
#include "shop.h"

#include <err.h>
#include <stdlib.h>

#define A_COMMIT 256		/* documents or products in one transaction */
#define A_CHECKPOINT (16 * A_COMMIT)
#define A_DELIVERY 100		/* products on one purchase */
#define LINES 3
#define TASKS 2000
#define FOUND_MAX 100000

static struct {
	struct uuid uuid;
	int price;
} *products;
static int n_products;

static unsigned chance(unsigned below)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state = state * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(state >> 33) % below;
}

static void make_products(struct shop *s)
{
	char text[300];

	shop_begin(s);
	for (int i = 0; i < n_products; i++) {
		products[i].price = 50 + (int)chance(2000);
		snprintf(text, sizeof text,
			 "{\"name\":\"Product number %d of the shelf\",\"sku\":\"SKU-%06d\",\"barcode\":\"40%011d\",\"price\":%d}",
			 i, i, i, products[i].price);
		products[i].uuid = shop_record(s, "products", text);
		if (i % A_COMMIT == A_COMMIT - 1) {
			shop_commit(s);
			shop_begin(s);
		}
	}
	shop_commit(s);
}

/* Enough of everything for every sale a benchmark can make. */
static void make_stock(struct shop *s)
{
	struct buf text = { 0 };

	for (int i = 0; i < n_products; i += A_DELIVERY) {
		buf_clear(&text);
		for (int j = i; j < MIN(i + A_DELIVERY, n_products); j++)
			buf_printf(&text, "%s{\"product\":\"%s\",\"qty\":100000000,\"unit_cost\":%d}",
				   j == i ? "{\"lines\":[" : ",", uuid_text(products[j].uuid).s, products[j].price / 2);
		buf_str(&text, "]}");
		shop_begin(s);
		shop_document(s, "purchases", text.data, text.len);
		shop_commit(s);
	}
	buf_release(&text);
}

static void find_products(struct shop *s)
{
	static const char sql[] = "SELECT uuid, price FROM products WHERE tenant = $1 LIMIT $2";
	struct rows rs;

	shop_begin(s);
	shop_must(s, db_rows(s->db, sql, ARGS(v_uuid(s->w.tenant), v_int(FOUND_MAX)), &rs, &s->err));
	products = x_alloc(sizeof *products * FOUND_MAX);
	while (rows_next(&rs, &s->err) > 0) {
		products[n_products].uuid = rows_uuid(&rs, 0);
		products[n_products++].price = (int)rows_int(&rs, 1);
	}
	rows_end(&rs);
	shop_commit(s);
	if (n_products == 0)
		errx(1, "there are no products yet");
}

static int add_sale(struct buf *text, const char *uuid)
{
	int total = 0;

	buf_printf(text, "{\"uuid\":\"%s\",\"lines\":[", uuid);
	for (int i = 0; i < LINES; i++) {
		unsigned p = chance((unsigned)n_products);

		buf_printf(text, "%s{\"product\":\"%s\",\"qty\":1000,\"unit_price\":%d,\"tax_rate\":0}", i ? "," : "",
			   uuid_text(products[p].uuid).s, products[p].price);
		total += products[p].price;
	}
	buf_printf(text, "],\"payments\":[{\"method\":\"cash\",\"amount\":%d}]}", total);
	return total;
}

static void make_sales(struct shop *s, int n)
{
	struct buf text = { 0 };

	shop_begin(s);
	for (int i = 0; i < n; i++) {
		buf_clear(&text);
		add_sale(&text, uuid_text(uuid_v7()).s);
		shop_document(s, "invoices", text.data, text.len);
		if (i % A_COMMIT != A_COMMIT - 1)
			continue;
		shop_commit(s);
		/* A WAL that nobody brings home grows to many times the database. */
		if (i % A_CHECKPOINT == A_CHECKPOINT - 1)
			db_checkpoint(s->db);
		shop_begin(s);
	}
	shop_commit(s);
	buf_release(&text);
}

static FILE *open_tasks(const char *file)
{
	FILE *f = fopen(file, "w");

	if (!f)
		err(1, "%s", file);
	return f;
}

static void write_sale_tasks(const char *file)
{
	struct buf text = { 0 };
	FILE *f = open_tasks(file);

	for (int i = 0; i < TASKS; i++) {
		int total;

		buf_clear(&text);
		total = add_sale(&text, "%u");
		fprintf(f, "POST\t/api/invoices\t\"total\":%d,\t%s\n", total, text.data);
	}
	fclose(f);
	buf_release(&text);
}

static void write_get_tasks(const char *file)
{
	FILE *f = open_tasks(file);

	for (int i = 0; i < MIN(TASKS, n_products); i++) {
		const char *uuid = uuid_text(products[i].uuid).s;

		fprintf(f, "GET\t/api/products/%s\t{\"uuid\":\"%s\",\n", uuid, uuid);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	struct shop s;

	if (argc != 4 && argc != 6)
		errx(2, "usage: fill FILE PRODUCTS SALES [SALE-TASKS GET-TASKS]");
	n_products = atoi(argv[2]);
	shop_open(&s, argv[1]);
	if (n_products > 0) {
		products = x_alloc(sizeof *products * (size_t)n_products);
		make_products(&s);
		make_stock(&s);
	} else {
		find_products(&s);
	}
	make_sales(&s, atoi(argv[3]));
	shop_close(&s);
	if (argc == 6) {
		write_sale_tasks(argv[4]);
		write_get_tasks(argv[5]);
	}
	free(products);
	return 0;
}
