/* Routes: a table of the caller's, looked up by method and path. */
#include "base/base.h"
#include "http/http.h"
#include "unit.h"

struct row {
	struct route_key key;
	const char *name;
};

static const struct row table[] = {
	{ { HTTP_GET, "/" }, "root" },
	{ { HTTP_GET, "/api/products" }, "list" },
	{ { HTTP_POST, "/api/products" }, "add" },
	{ { HTTP_GET, "/api/products/export" }, "export" },
	{ { HTTP_GET, "/api/products/:uuid" }, "one" },
	{ { HTTP_DELETE, "/api/products/:uuid" }, "remove" },
	{ { HTTP_POST, "/api/invoices/:uuid/lines/:n" }, "line" },
	{ { HTTP_OPTIONS, "/:a/:b/:c/:d" }, "four" },
	{ { HTTP_GET, NULL }, NULL },
};

static struct route_match find(struct pool *pool, enum http_method method, const char *path)
{
	struct http_request rq = { .pool = pool,
				   .method = method,
				   .path = pool_strdup(pool, path) };
	struct route_match m;

	route_find(table, sizeof(table[0]), &rq, &m);
	return m;
}

static void each_path_leads_to_its_row(void **state UNUSED)
{
	static const struct {
		enum http_method method;
		const char *path, *name; /* NULL: nowhere */
		bool known;
	} cases[] = {
		{ HTTP_GET, "/", "root", true },
		{ HTTP_HEAD, "/", "root", true },
		{ HTTP_GET, "/api/products", "list", true },
		{ HTTP_POST, "/api/products", "add", true },
		{ HTTP_PUT, "/api/products", NULL, true },
		{ HTTP_GET, "/api/products/export", "export", true },
		{ HTTP_DELETE, "/api/products/export", "remove", true },
		{ HTTP_GET, "/api/products/x", "one", true },
		{ HTTP_HEAD, "/api/products/x", "one", true },
		{ HTTP_GET, "/api/products/", NULL, false },
		{ HTTP_GET, "/api/products/x/", NULL, false },
		{ HTTP_GET, "/api/product", NULL, false },
		{ HTTP_GET, "/api/productsx", NULL, false },
		{ HTTP_GET, "/API/products", NULL, false },
		{ HTTP_GET, "//api/products", NULL, false },
		{ HTTP_POST, "/api/invoices/x/lines/3", "line", true },
		{ HTTP_POST, "/api/invoices//lines/3", NULL, false },
		{ HTTP_HEAD, "/api/invoices/x/lines/3", NULL, true },
		{ HTTP_OPTIONS, "/1/2/3/4", "four", true },
		{ HTTP_OPTIONS, "*", NULL, false },
		{ HTTP_GET, "", NULL, false },
	};
	struct pool *pool = pool_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct route_match m = find(pool, cases[i].method, cases[i].path);

		assert_int_equal(m.path_known, cases[i].known);
		assert_int_equal(m.route >= 0, cases[i].name != NULL);
		if (cases[i].name != NULL)
			assert_string_equal(table[m.route].name, cases[i].name);
	}
	pool_free(&pool);
}

static void parameters_come_in_the_order_of_the_pattern(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct route_match m = find(pool, HTTP_POST, "/api/invoices/a b/lines/3");

	assert_string_equal(m.param[0], "a b");
	assert_string_equal(m.param[1], "3");
	assert_null(m.param[2]);
	m = find(pool, HTTP_OPTIONS, "/1/2/3/4");
	assert_string_equal(m.param[3], "4");
	m = find(pool, HTTP_GET, "/api/products");
	assert_null(m.param[0]);
	pool_free(&pool);
}

static void all_methods_of_a_path_are_told_to_who_asks_by_another(void **state UNUSED)
{
	struct pool *pool = pool_new();

	assert_int_equal(find(pool, HTTP_PUT, "/api/products").allowed,
			 1 << HTTP_GET | 1 << HTTP_HEAD | 1 << HTTP_POST);
	assert_int_equal(find(pool, HTTP_PUT, "/api/products/x").allowed,
			 1 << HTTP_GET | 1 << HTTP_HEAD | 1 << HTTP_DELETE);
	assert_int_equal(find(pool, HTTP_GET, "/nowhere").allowed, 0);
	pool_free(&pool);
}

UNIT_MAIN(cmocka_unit_test(each_path_leads_to_its_row),
	  cmocka_unit_test(parameters_come_in_the_order_of_the_pattern),
	  cmocka_unit_test(all_methods_of_a_path_are_told_to_who_asks_by_another))
