#include "base/base.h"
#include "base/clock.h"
#include "fexlctl/import.h"
#include "unit.h"

#define HEADER "InvoiceNo,StockCode,Description,Quantity,UnitPrice,CustomerID,Country\n"

struct reading {
	struct pool *pool;
	struct plan plan;
	struct err err;
	int rc;
};

static size_t lines_of(const char *text)
{
	size_t n = 1;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void read_text(struct reading *rd, const char *text)
{
	struct csv csv;

	*rd = (struct reading){ .pool = pool_new() };
	csv_open(&csv, text, strlen(text));
	plan_init(&rd->plan, rd->pool, lines_of(text));
	rd->rc = map_online_retail(&rd->plan, &csv, lines_of(text), &rd->err);
}

static void forget(struct reading *rd)
{
	plan_release(&rd->plan);
	pool_free(&rd->pool);
}

static const struct plan_product *product_of(const struct reading *rd, const char *sku)
{
	const struct plan_product *p = map_get(&rd->plan.by_sku, sku, strlen(sku));

	assert_non_null(p);
	return p;
}

/* --- what becomes of a line --- */

static const struct {
	const char *line, *reason;	/* up to the colon; NULL: it is sold */
} fates[] = {
	{ "1,A,LAMP,6,2.55,17850,UK", NULL },
	{ "1,A,LAMP,1,0,17850,UK", NULL },			/* given away */
	{ "1,A,LAMP,1,3,,UK", NULL },				/* nobody's */
	{ "1,A,,1,3.5,17850,UK", NULL },			/* without a description */
	{ "1,A,LAMP,-10,0,,UK", "negative_quantity" },
	{ "1,A,LAMP,0,1,,UK", "zero_quantity" },
	{ "1,A,LAMP,1,-1.00,,UK", "negative_price" },
	{ "C1,A,LAMP,-1,2.55,17850,UK", NULL },			/* taken back */
	{ "C1,D,Discount,-1,27.50,17850,UK", NULL },
	{ "C1,A,LAMP,1,2.55,17850,UK", "positive_quantity" },
	{ "C1,A,LAMP,0,2.55,17850,UK", "zero_quantity" },
	{ "C1,A,LAMP,-1,-2.55,17850,UK", "negative_price" },
	{ "C1,A,LAMP,-1000000000,9999999.99,17850,UK", "amount" },
	{ "1,,LAMP,1,2.55,17850,UK", "no_code" },
	{ ",A,LAMP,1,2.55,17850,UK", "no_invoice" },
	{ "1,A,LAMP,1.5,2.55,17850,UK", "quantity" },
	{ "1,A,LAMP,,2.55,17850,UK", "quantity" },
	{ "1,A,LAMP,+1,2.55,17850,UK", "quantity" },
	{ "1,A,LAMP,99999999999999999999,2.55,17850,UK", "quantity" },
	{ "1,A,LAMP,1,2.555,17850,UK", "price" },
	{ "1,A,LAMP,1,2.,17850,UK", "price" },
	{ "1,A,LAMP,1,.5,17850,UK", "price" },
	{ "1,A,LAMP,1,1.2.3,17850,UK", "price" },
	{ "1,A,LAMP,1,99999999999999999999,17850,UK", "price" },
	{ "1,A,LAMP,1000000000,9999999.99,17850,UK", "amount" },
	{ "1,A,LAMP,1,2.55,17850", "columns" },
	{ "1,A,LAMP,1,2.55,17850,UK,2010-12-01", "columns" },
	{ "1,A,LA\x1bMP,1,2.55,17850,UK", "encoding" },
	{ "1,A,LA\x85MP,1,2.55,17850,UK", "encoding" },
};

static void each_line_is_sold_or_refused_with_a_reason(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(fates); i++) {
		struct reading rd;
		char text[256];
		const char *reason;

		snprintf(text, sizeof(text), HEADER "%s\n", fates[i].line);
		read_text(&rd, text);
		assert_int_equal(rd.rc, 0);
		assert_int_equal(rd.plan.n_lines, 1);
		assert_int_equal(rd.plan.lines[0].line, 2);
		reason = rd.plan.lines[0].reason;
		if (fates[i].reason == NULL)
			assert_null(reason);
		else if (reason == NULL || strncmp(reason, fates[i].reason, strlen(fates[i].reason)) != 0 ||
			 reason[strlen(fates[i].reason)] != ':')
			fail_msg("%s: %s", fates[i].line, reason != NULL ? reason : "sold");
		forget(&rd);
	}
}

static void another_header_is_refused(void **state UNUSED)
{
	static const char *const texts[] = {
		"", "InvoiceNo,StockCode\n", "InvoiceNo,StockCode,Description,Quantity,UnitPrice,CustomerID,Country,InvoiceDate\n",
		"InvoiceNo,StockCode,Description,Quantity,Price,CustomerID,Country\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct reading rd;

		read_text(&rd, texts[i]);
		assert_int_equal(rd.rc, -1);
		assert_true(rd.err.text[0] != '\0');
		forget(&rd);
	}
}

/* --- what is learnt from all lines --- */

static void a_product_has_its_most_frequent_name_and_price(void **state UNUSED)
{
	struct reading rd;

	read_text(&rd, HEADER "1,A,damaged,1,2.00,,UK\n"
			      "1,A,LAMP,1,2.55,,UK\n"
			      "2,A,LAMP,1,2.00,,UK\n"
			      "2,A,,4,0,,UK\n"
			      "2,A,,4,0,,UK\n"
			      "C3,A,LAMP,-2,2.00,,UK\n"
			      "4,B,,1,0,,UK\n"
			      "5,X,first,1,2,,UK\n"
			      "5,X,second,1,1,,UK\n");
	assert_string_equal(product_of(&rd, "A")->name, "LAMP");
	assert_int_equal(product_of(&rd, "A")->price, 200);
	assert_string_equal(product_of(&rd, "B")->name, "B");	/* nobody ever said what it is */
	assert_int_equal(product_of(&rd, "B")->price, 0);
	assert_string_equal(product_of(&rd, "X")->name, "first");	/* a tie is the first one's */
	assert_int_equal(product_of(&rd, "X")->price, 200);
	forget(&rd);
}

static void stock_is_what_the_sales_take(void **state UNUSED)
{
	struct reading rd;

	read_text(&rd, HEADER "1,A,LAMP,6,2,,UK\n2,A,LAMP,4,2,,UK\nC3,A,LAMP,-3,2,,UK\n4,A,,-5,0,,UK\n"
			      "5,POST,POSTAGE,1,18,,UK\nC6,B,MUG,-1,1,,UK\n");
	assert_int_equal(product_of(&rd, "A")->sold, 10000);
	assert_true(product_of(&rd, "A")->tracked);
	assert_false(product_of(&rd, "POST")->tracked);
	assert_int_equal(product_of(&rd, "B")->sold, 0);	/* only returned: known, never bought */
	assert_true(rd.plan.sales[2].is_return);
	assert_int_equal(rd.plan.sales[2].total, 600);
	assert_int_equal(rd.plan.lines[2].qty, 3000);
	forget(&rd);
}

static void codes_that_no_shelf_holds(void **state UNUSED)
{
	static const char *const services[] = { "POST", "D", "DOT", "M", "m", "C2", "S", "BANK CHARGES", "AMAZONFEE", "CRUK",
						"gift_0001_20", "PADS" };
	static const char *const goods[] = { "85123A", "DCGS0076", "22423", "15056bl", "POSTER", "C22", "gif" };

	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		assert_false(online_retail_is_goods(services[i]));
	for (size_t i = 0; i < ARRAY_LEN(goods); i++)
		assert_true(online_retail_is_goods(goods[i]));
}

static void latin1_becomes_utf8(void **state UNUSED)
{
	struct reading rd;

	read_text(&rd, HEADER "1,A,VOUCHER \xa3" "40,1,2,,UK\n1,B,VOUCHER \xc2\xa3" "40,1,2,,UK\n");
	assert_string_equal(product_of(&rd, "A")->name, "VOUCHER \xc2\xa3" "40");
	assert_string_equal(product_of(&rd, "B")->name, "VOUCHER \xc2\xa3" "40");
	assert_int_equal(rd.plan.converted, 1);
	forget(&rd);
}

/* --- sales --- */

static void lines_of_an_invoice_become_one_sale_in_the_order_of_the_file(void **state UNUSED)
{
	const struct plan_sale *s;
	struct reading rd;

	read_text(&rd, HEADER "7,A,LAMP,2,2.50,17850,UK\n8,A,LAMP,1,9,,UK\n7,B,MUG,-1,1,17850,UK\n7,B,MUG,3,1,17850,UK\n");
	assert_int_equal(rd.plan.n_sales, 2);
	s = &rd.plan.sales[0];
	assert_string_equal(s->number, "7");
	assert_string_equal(s->customer->name, "Customer 17850");
	assert_int_equal(s->n_lines, 2);
	assert_int_equal(s->total, 800);
	assert_int_equal(s->first, 0);
	assert_int_equal(rd.plan.lines[0].next, 3);
	assert_int_equal(rd.plan.lines[3].next, NO_LINE);
	assert_null(rd.plan.sales[1].customer);
	assert_int_equal(rd.plan.sales[1].at - s->at, 60 * SECOND_US);
	forget(&rd);
}

static void an_invoice_has_one_customer(void **state UNUSED)
{
	struct reading rd;

	read_text(&rd, HEADER "7,A,LAMP,2,2.50,,UK\n7,A,LAMP,1,9,17850,UK\n7,A,LAMP,1,9,17851,UK\n");
	assert_string_equal(rd.plan.sales[0].customer->name, "Customer 17850");
	assert_null(rd.plan.lines[0].reason);
	assert_null(rd.plan.lines[1].reason);
	assert_int_equal(strncmp(rd.plan.lines[2].reason, "customer:", 9), 0);
	forget(&rd);
}

static void an_invoice_that_is_too_long_is_refused_as_a_whole(void **state UNUSED)
{
	struct buf text = { 0 };
	struct reading rd;

	buf_str(&text, HEADER);
	for (int i = 0; i <= DOCUMENT_LINES_MAX; i++)
		buf_str(&text, "7,A,LAMP,1,1,,UK\n");
	buf_str(&text, "8,A,LAMP,1,1,,UK\n");
	read_text(&rd, text.data);
	assert_int_equal(rd.plan.sales[0].n_lines, 0);
	assert_int_equal(strncmp(rd.plan.lines[DOCUMENT_LINES_MAX].reason, "too_long:", 9), 0);
	assert_int_equal(rd.plan.sales[1].n_lines, 1);
	assert_int_equal(product_of(&rd, "A")->sold, 1000);	/* and no stock is bought for it */
	buf_release(&text);
	forget(&rd);
}

/* These very uuids: a shop that was imported by another version must not get
 * everything a second time. */
static void uuids_never_change(void **state UNUSED)
{
	struct reading rd;

	read_text(&rd, HEADER "536365,85123A,LAMP,6,2.55,17850,UK\n");
	assert_string_equal(uuid_text(rd.plan.products[0].uuid).s, "8117c369-b10b-5e20-bac8-a7a11386d22b");
	assert_string_equal(uuid_text(rd.plan.customers[0].uuid).s, "fa7aaba8-5c77-5d93-8b80-35bd91a94b4e");
	assert_string_equal(uuid_text(rd.plan.sales[0].uuid).s, "0450c07e-97f0-53ea-a63c-39158b9b907a");
	assert_int_equal(rd.plan.sales[0].at, INT64_C(1291190400000000));	/* 2010-12-01T08:00:00Z */
	forget(&rd);
}

UNIT_MAIN(cmocka_unit_test(each_line_is_sold_or_refused_with_a_reason), cmocka_unit_test(another_header_is_refused),
	  cmocka_unit_test(a_product_has_its_most_frequent_name_and_price), cmocka_unit_test(stock_is_what_the_sales_take),
	  cmocka_unit_test(codes_that_no_shelf_holds), cmocka_unit_test(latin1_becomes_utf8),
	  cmocka_unit_test(lines_of_an_invoice_become_one_sale_in_the_order_of_the_file),
	  cmocka_unit_test(an_invoice_has_one_customer), cmocka_unit_test(an_invoice_that_is_too_long_is_refused_as_a_whole),
	  cmocka_unit_test(uuids_never_change))
