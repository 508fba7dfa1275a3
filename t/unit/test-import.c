/* CSV in: what is in the file is in the shop, and nothing else. */
#include "fixture.h"

static struct import_report taken(struct fixture *f, const char *kind, const char *csv)
{
	struct import_report r = { 0 };

	must(f, import_csv(&f->w, kind, slice_of(csv), 100, &r, &f->err));
	return r;
}

static int64_t count(struct fixture *f, const char *sql)
{
	return fixture_int(f, sql, NO_ARGS);
}

static void rows_become_products_with_their_category(void **state)
{
	struct fixture *f = *state;
	struct import_report r = taken(f, "products", "Name,SKU,Price,Tax Rate,Category,Low Stock,Tracked\r\n"
				       "\"Rice, basmati\",R-1,12.50,15%,Grains,2.5,yes\r\n"
				       "Lentils,L-1,\"3,25\",,Grains,,no\r\n");

	assert_int_equal(r.created, 2);
	assert_int_equal(r.refused, 0);
	assert_int_equal(count(f, "SELECT price FROM products WHERE name = 'Rice, basmati'"), 1250);
	assert_int_equal(count(f, "SELECT tax_rate FROM products WHERE sku = 'R-1'"), 1500);
	assert_int_equal(count(f, "SELECT low_stock FROM products WHERE sku = 'R-1'"), 2500);
	assert_int_equal(count(f, "SELECT price FROM products WHERE sku = 'L-1'"), 325);
	assert_int_equal(count(f, "SELECT tracked FROM products WHERE sku = 'L-1'"), 0);
	assert_int_equal(count(f, "SELECT CAST(count(*) AS bigint) FROM categories"), 1);
	assert_int_equal(count(f, "SELECT CAST(count(DISTINCT category) AS bigint) FROM products"), 1);
}

static void the_same_file_again_changes_nothing(void **state)
{
	static const char csv[] = "sku,name,price\nA,Tea,1\nB,Coffee,2\n";
	struct fixture *f = *state;
	struct import_report r;

	taken(f, "products", csv);
	fixture_commit(f);
	r = taken(f, "products", csv);
	assert_int_equal(r.created + r.changed, 0);
	assert_int_equal(r.unchanged, 2);
	r = taken(f, "products", "sku,name,price\nA,,9\n");
	assert_int_equal(r.changed, 1);
	assert_int_equal(count(f, "SELECT price FROM products WHERE sku = 'A' AND name = 'Tea'"), 900);
}

static void a_row_that_is_wrong_is_named_with_line_and_column(void **state)
{
	struct fixture *f = *state;
	struct import_report r = taken(f, "products", "sku,name,price\nA,Tea,1.234\nB,,2\nC,Milk,3\nD,Oil,4,5\n");
	struct buf all = { 0 };
	struct json errors;

	assert_int_equal(r.rows, 4);
	assert_int_equal(r.created, 1);
	assert_int_equal(r.refused, 3);
	jw_open(&all, '[');
	jw_raw(&all, r.errors.data, r.errors.len);
	jw_close(&all, ']');
	errors = fixture_read(f, &all);
	assert_int_equal(int_of(json_at(errors, 0), "line"), 2);
	assert_string_equal(text_of(json_at(errors, 0), "field"), "price");
	assert_string_equal(text_of(json_at(errors, 1), "field"), "name");
	assert_int_equal(int_of(json_at(errors, 2), "line"), 5);
	buf_release(&all);
	buf_release(&r.errors);
}

static void refuses(struct fixture *f, const char *code, const char *kind, const char *csv)
{
	struct import_report r = { 0 };

	assert_int_equal(import_csv(&f->w, kind, slice_of(csv), 2, &r, &f->err), -1);
	assert_string_equal(f->err.code, code);
	buf_release(&r.errors);
}

static void a_file_that_is_no_such_list_is_refused_whole(void **state)
{
	struct fixture *f = *state;

	refuses(f, "empty", "products", "");
	refuses(f, "unknown_column", "products", "name,colour\n");
	refuses(f, "not_found", "users", "name\n");
}

static void more_rows_than_the_shop_can_wait_for_are_refused(void **state)
{
	struct fixture *f = *state;

	refuses(f, "too_many_rows", "customers", "name\na\nb\nc\n");
	refuses(f, "twice", "customers", "name,Name\n");
	refuses(f, "csv_quote", "customers", "name\n\"a\n");
}

static void what_a_cell_says_is_understood_or_named(void **state)
{
	static const struct {
		const char *kind, *csv;
		int created;
		const char *field;		/* of the first refusal */
	} cases[] = {
		{ "products", "name,price,tracked\na,1,TRUE\nb,1,0\nc,1,no\n", 3, NULL },
		{ "products", "name,price,tracked\na,1,perhaps\n", 0, "tracked" },
		{ "products", "name,price,tax_rate\na,1,7.125%\n", 0, "tax_rate" },
		{ "products", "name,price,low_stock\na,1,0.0001\n", 0, "low_stock" },
		{ "products", "Name ,PRICE\na,1\n\nb,2\n", 2, NULL },
		{ "customers", "name,phone,email\nAmal,0770,\n,0771,\nYusuf,,y@example.org\n", 3, NULL },
		{ "suppliers", "name,phone\nMill,1\n,2\n", 1, "name" },
		{ "opening-stock", "name,qty,unit_cost\nTea,2.5,1.10\nTea,1,\n", 2, NULL },
		{ "opening-stock", "name,qty\nCoffee,1\n", 0, "sku" },
		{ "opening-stock", "name,qty,unit_cost\nTea,,1\n", 0, "qty" },
		{ "opening-stock", "name,qty,unit_cost\nTea,two,1\n", 0, "qty" },
		{ "opening-stock", "name,qty,unit_cost\nTea,2,1.111\n", 0, "unit_cost" },
	};
	struct fixture *f = *state;

	taken(f, "products", "name,price\nTea,1\n");
	fixture_commit(f);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct import_report r = taken(f, cases[i].kind, cases[i].csv);
		struct json error;

		if (r.created != cases[i].created || (r.refused > 0) != (cases[i].field != NULL))
			fail_msg("%s: %d created, %d refused: %s", cases[i].csv, r.created, r.refused, r.errors.data ? r.errors.data : "");
		if (cases[i].field) {
			must(f, json_parse(f->pool, r.errors.data, r.errors.len, &error, &f->err));
			assert_string_equal(text_of(error, "field"), cases[i].field);
		}
		buf_release(&r.errors);
		fixture_rollback(f);
	}
}

static void opening_stock_is_worth_what_it_had_cost(void **state)
{
	struct fixture *f = *state;
	struct import_report r;

	taken(f, "products", "name,sku,price\nTea,T-1,1\nRice,R-1,2\n");
	r = taken(f, "opening-stock", "sku,qty,unit_cost\nT-1,10,0.50\nR-1,4,2.25\n");
	assert_int_equal(r.created, 2);
	assert_int_equal(count(f, "SELECT CAST(sum(value) AS bigint) FROM stock"), 10 * 50 + 4 * 225);
	assert_int_equal(count(f, "SELECT CAST(count(*) AS bigint) FROM stock_adjustments"), 1);
}

static void of_many_refusals_the_first_hundred_are_told(void **state)
{
	struct fixture *f = *state;
	struct import_report r = { 0 };
	struct buf csv = { 0 }, all = { 0 };

	buf_str(&csv, "name,price\n");
	for (int i = 0; i < 103; i++)
		buf_str(&csv, "a,x\n");
	must(f, import_csv(&f->w, "products", (struct slice){ csv.data, csv.len }, 1000, &r, &f->err));
	assert_int_equal(r.refused, 103);
	jw_open(&all, '[');
	jw_raw(&all, r.errors.data, r.errors.len);
	jw_close(&all, ']');
	assert_int_equal(json_len(fixture_read(f, &all)), 100);
	buf_release(&csv);
	buf_release(&r.errors);
}

/* Each text that differs stays prepared on the connection: none is made of a row's values. */
static void a_thousand_rows_take_the_statements_of_one(void **state)
{
	static const char products[] = "name,price,category\nTea,1,Drinks\nTea,2,Hot drinks\n";
	static const char customers[] = "name,email\nAmal,amal@example.org\nYusuf,\n";
	struct fixture *f = *state;
	size_t of_one = 0;

	for (int i = 0; i < 100; i++) {
		taken(f, "products", products);
		taken(f, "customers", customers);
		if (i == 1)
			of_one = f->db->prepared.used;
	}
	assert_int_equal(f->db->prepared.used, of_one);
}

FIXTURE_MAIN(TILL(rows_become_products_with_their_category),
	     TILL(the_same_file_again_changes_nothing),
	     TILL(a_row_that_is_wrong_is_named_with_line_and_column),
	     TILL(a_file_that_is_no_such_list_is_refused_whole),
	     TILL(more_rows_than_the_shop_can_wait_for_are_refused),
	     TILL(a_thousand_rows_take_the_statements_of_one), TILL(what_a_cell_says_is_understood_or_named),
	     TILL(opening_stock_is_worth_what_it_had_cost), TILL(of_many_refusals_the_first_hundred_are_told))
