#include "base/base.h"
#include "base/json.h"
#include "unit.h"

static struct buf out;

static int begin(void **state UNUSED)
{
	buf_clear(&out);
	return 0;
}

static int end(void **state UNUSED)
{
	buf_release(&out);
	return 0;
}

static void commas_stand_between_values_only(void **state UNUSED)
{
	jw_open(&out, '{');
	jw_name(&out, "a");
	jw_open(&out, '[');
	jw_int(&out, 1);
	jw_int(&out, -2);
	jw_bool(&out, true);
	jw_bool(&out, false);
	jw_null(&out);
	jw_str(&out, "x", 1);
	jw_open(&out, '[');
	jw_close(&out, ']');
	jw_open(&out, '{');
	jw_close(&out, '}');
	jw_raw(&out, "{\"r\":1}", 7);
	jw_raw(&out, "2.5", 3);
	jw_close(&out, ']');
	jw_name(&out, "b");
	jw_null(&out);
	jw_name(&out, "c");
	jw_open(&out, '{');
	jw_put_int(&out, "d", 10);
	jw_put_int(&out, "e", 20);
	jw_close(&out, '}');
	jw_close(&out, '}');
	assert_string_equal(out.data, "{\"a\":[1,-2,true,false,null,\"x\",[],{},{\"r\":1},2.5],"
				      "\"b\":null,\"c\":{\"d\":10,\"e\":20}}");
}

static void a_new_line_begins_without_a_comma(void **state UNUSED)
{
	for (int i = 0; i < 2; i++) {
		jw_open(&out, '{');
		jw_put_int(&out, "seq", i);
		jw_close(&out, '}');
		buf_char(&out, '\n');
	}
	assert_string_equal(out.data, "{\"seq\":0}\n{\"seq\":1}\n");
}

static void members_are_written_at_once(void **state UNUSED)
{
	struct uuid u;

	assert_int_equal(uuid_parse(&u, "2ed6657d-e927-568b-95e1-2665a8aea6a2", 36), 0);
	jw_open(&out, '{');
	jw_put_int(&out, "i", INT64_MIN);
	jw_put_bool(&out, "b", false);
	jw_put_str(&out, "s", "t\"ill");
	jw_put_str(&out, "none", NULL);
	jw_put_str(&out, "empty", "");
	jw_put_uuid(&out, "u", u);
	jw_put_time(&out, "t", 1000001);
	jw_put_null(&out, "n");
	jw_close(&out, '}');
	assert_string_equal(out.data,
			    "{\"i\":-9223372036854775808,\"b\":false,\"s\":\"t\\\"ill\","
			    "\"none\":null,\"empty\":\"\",\"u\":\"2ed6657d-e927-568b-95e1-2665a8aea6a2\","
			    "\"t\":\"1970-01-01T00:00:01.000001Z\",\"n\":null}");
}

static void an_empty_slice_may_point_nowhere(void **state UNUSED)
{
	jw_str(&out, NULL, 0);
	assert_string_equal(out.data, "\"\"");
}

static void control_characters_quotes_and_backslashes_are_escaped(void **state UNUSED)
{
	jw_str(&out, "a\"b\\c/d\b\f\n\r\t\x01\x1f\x7f\xc3\xa4\0e", 19);
	assert_string_equal(out.data, "\"a\\\"b\\\\c/d\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa4\\u0000e\"");
}

/* Whatever the string, wherever what must be escaped stands in it. */
static void strings_survive_the_way_out_and_in(void **state UNUSED)
{
	char text[600];
	uint32_t chance = 7;

	for (int round = 0; round < 400; round++) {
		struct pool *pool = pool_new();
		size_t len = (size_t)round % 40 * 15;
		struct json root;
		const char *again;

		for (size_t i = 0; i < len; i++) {
			chance = chance * 1664525 + 1013904223;
			text[i] = (char)(chance >> 25);
			if (text[i] == '\0' || round % 3 == 0)
				text[i] = 'x';
		}
		text[len] = '\0';
		if (round % 3 == 0 && len > 0)
			text[chance % len] = '"';
		buf_clear(&out);
		jw_str(&out, text, len);
		assert_int_equal(json_parse(pool, out.data, out.len, &root, NULL), 0);
		assert_int_equal(json_to_str(root, "", len, &again, NULL), 1);
		assert_string_equal(again, text);
		pool_free(&pool);
	}
}

#define written(test) cmocka_unit_test_setup_teardown(test, begin, end)

UNIT_MAIN(
	written(commas_stand_between_values_only),
	written(a_new_line_begins_without_a_comma),
	written(members_are_written_at_once),
	written(an_empty_slice_may_point_nowhere),
	written(control_characters_quotes_and_backslashes_are_escaped),
	written(strings_survive_the_way_out_and_in),
)
