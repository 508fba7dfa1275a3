/* Query parameters and headers, as a handler asks for them. */
#include "base/base.h"
#include "http/http.h"
#include "unit.h"

static struct http_request request(const char *query)
{
	return (struct http_request){ .pool = pool_new(), .query = slice_of(query) };
}

static void a_parameter_is_found_and_decoded(void **state UNUSED)
{
	static const struct {
		const char *query, *value; /* of "q"; NULL: absent */
	} cases[] = {
		{ "", NULL },
		{ "a=1", NULL },
		{ "q=1", "1" },
		{ "a=2&q=1&b=3", "1" },
		{ "q", "" },
		{ "q=", "" },
		{ "&&q=1&&", "1" },
		{ "q=a=b", "a=b" },
		{ "q=a+b%20c", "a b c" },
		{ "q=%2B", "+" },
		{ "%71=1", "1" },
		{ "qq=1", NULL },
		{ "Q=1", NULL },
		{ "q=%C3%A9", "\xc3\xa9" },
		{ "=q", NULL },
		{ "q=a%26b", "a&b" },
		{ "+q=1", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_request rq = request(cases[i].query);
		const char *value = "untouched";
		struct err err;

		assert_int_equal(http_query(&rq, "q", &value, &err), cases[i].value != NULL);
		if (cases[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, cases[i].value);
		pool_free(&rq.pool);
	}
}

static void a_parameter_with_two_readings_is_refused(void **state UNUSED)
{
	static const struct {
		const char *query, *code;
	} cases[] = {
		{ "q=1&q=1", "query_repeated" },     { "q&a&%71=2", "query_repeated" },
		{ "q=%00", "query_not_text" },       { "q=a%00b", "query_not_text" },
		{ "q=%ff", "query_not_text" },       { "q=%c0%af", "query_not_text" },
		{ "q=%ed%a0%80", "query_not_text" }, { "q=%4", "query_not_text" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_request rq = request(cases[i].query);
		const char *value;
		struct err err;

		assert_int_equal(http_query(&rq, "q", &value, &err), -1);
		assert_string_equal(err.code, cases[i].code);
		assert_string_equal(err.field, "/q");
		assert_int_equal(err.kind, ERR_INPUT);
		pool_free(&rq.pool);
	}
}

static void a_number_is_whole_and_within_its_bounds(void **state UNUSED)
{
	static const struct {
		const char *query;
		int result;
		int64_t value;
	} cases[] = {
		{ "n=0", 1, 0 },        { "n=-5", 1, -5 },     { "n=100", 1, 100 },
		{ "n=007", 1, 7 },      { "m=1", 0, 42 },      { "n=101", -1, 42 },
		{ "n=-6", -1, 42 },     { "n=", -1, 42 },      { "n=1.0", -1, 42 },
		{ "n=+1", -1, 42 },     { "n=%201", -1, 42 },  { "n=1+", -1, 42 },
		{ "n=0x1", -1, 42 },    { "n=1e1", -1, 42 },   { "n=-", -1, 42 },
		{ "n=--1", -1, 42 },    { "n=1&n=1", -1, 42 }, { "n=99999999999999999999", -1, 42 },
		{ "n=%D9%A5", -1, 42 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_request rq = request(cases[i].query);
		int64_t n = 42;
		struct err err;

		assert_int_equal(http_query_int(&rq, "n", -5, 100, &n, &err), cases[i].result);
		assert_int_equal(n, cases[i].value);
		pool_free(&rq.pool);
	}
}

static void what_nobody_asked_for_is_named(void **state UNUSED)
{
	static const char *const names[] = { "limit", "after", NULL };
	struct http_request rq = request("after=x&&limit=5&%6cimit=6");
	struct err err;

	assert_int_equal(http_query_only(&rq, names, &err), 0);
	rq.query = slice_of("limit=5&evil=1");
	assert_int_equal(http_query_only(&rq, names, &err), -1);
	assert_string_equal(err.code, "query_unknown");
	assert_string_equal(err.field, "/evil");
	pool_free(&rq.pool);
}

static void a_header_is_found_whatever_its_case(void **state UNUSED)
{
	const struct http_header headers[] = {
		{ { "Content-Type", 12 }, { "a/b", 3 } },
		{ { "Empty", 5 }, { "", 0 } },
	};
	struct http_request rq = { .headers = headers, .n_headers = ARRAY_LEN(headers) };

	assert_true(slice_is(http_header(&rq, "content-TYPE"), "a/b"));
	assert_null(http_header(&rq, "Content-Typ").p);
	assert_null(http_header(&rq, "Content-Types").p);
	assert_non_null(http_header(&rq, "empty").p);
}

UNIT_MAIN(cmocka_unit_test(a_parameter_is_found_and_decoded),
	  cmocka_unit_test(a_parameter_with_two_readings_is_refused),
	  cmocka_unit_test(a_number_is_whole_and_within_its_bounds),
	  cmocka_unit_test(what_nobody_asked_for_is_named),
	  cmocka_unit_test(a_header_is_found_whatever_its_case))
