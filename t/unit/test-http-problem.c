/* Problems: each kind of error has its status, each status its words. */
#include "base/base.h"
#include "base/json.h"
#include "http/internal.h"
#include "unit.h"

static void every_kind_has_a_status_with_a_name(void **state UNUSED)
{
	for (int kind = 0; kind < ERR_KINDS; kind++) {
		int status = http_status_of((enum err_kind)kind);

		assert_in_range(status, 400, 599);
		assert_string_not_equal(http_status_text(status), "Other");
	}
	assert_int_equal(http_status_of(ERR_KINDS), 500);
	assert_string_equal(http_status_text(299), "Other");
}

static void some_codes_have_a_status_of_their_own(void **state UNUSED)
{
	struct err err;

	err_set(&err, ERR_HEAD_TOO_LARGE, "head_too_large", "x");
	assert_int_equal(problem_status(&err), 431);
	err_set(&err, ERR_HEAD_TOO_LARGE, "target_too_long", "x");
	assert_int_equal(problem_status(&err), 414);
	err_set(&err, ERR_UNSUPPORTED, "http_version", "x");
	assert_int_equal(problem_status(&err), 505);
	err_set(&err, ERR_UNSUPPORTED, "expectation", "x");
	assert_int_equal(problem_status(&err), 417);
}

static void a_problem_is_json_whatever_is_in_it(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct http_request rq = { .id = "id-1" };
	struct buf out = { NULL, 0, 0 };
	const char *text = NULL;
	struct json root;
	struct err err;

	err_field(&err, "/a\"b", "bad", "\"quoted\"\n\x01 and cut \xc3");
	http_problem_open(&out, &rq, 422, &err);
	jw_put_int(&out, "more", 1);
	jw_close(&out, '}');
	assert_int_equal(json_parse(pool, out.data, out.len, &root, &err), 0);
	assert_int_equal(json_len(root), 8);
	assert_int_equal(json_get_str(root, "detail", 100, &text, &err), 1);
	assert_string_equal(text, "\"quoted\"\n\x01 and cut ?");
	assert_int_equal(json_get_str(root, "instance", 100, &text, &err), 1);
	assert_string_equal(text, "id-1");
	buf_release(&out);
	pool_free(&pool);
}

UNIT_MAIN(cmocka_unit_test(every_kind_has_a_status_with_a_name),
	  cmocka_unit_test(some_codes_have_a_status_of_their_own),
	  cmocka_unit_test(a_problem_is_json_whatever_is_in_it))
