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

/* Statements are known by their address: text made for each row would fill the
 * connection, and be taken for another table's when its memory is used again. */
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
	     TILL(a_thousand_rows_take_the_statements_of_one))
