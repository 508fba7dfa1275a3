#include "base/base.h"
#include "fexlctl/ctl.h"
#include "unit.h"

/* --- the table of commands --- */

static const struct {
	const char *line;	/* words by blanks */
	const char *command;	/* NULL: none */
	int used;
} lookups[] = {
	{ "status", "status", 1 },
	{ "devices", "devices list", 1 },
	{ "devices list", "devices list", 2 },
	{ "devices approve KTRV-7QX2", "devices approve", 2 },
	{ "sync now", "sync now", 2 },
	{ "sync", NULL, 0 },
	{ "sync nwo", NULL, 0 },
	{ "statu", NULL, 0 },
	{ "statuses", NULL, 0 },
	{ "pending invoices", "pending", 1 },
	{ "now sync", NULL, 0 },
};

static void a_command_is_found_by_its_whole_name(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		char line[64], *rest = line;
		const char *words[8];
		const struct command *cmd;
		int n = 0, used;

		strcpy(line, lookups[i].line);
		while (rest != NULL)
			words[n++] = strsep(&rest, " ");
		cmd = command_find(words, n, &used);
		if (lookups[i].command == NULL)
			assert_null(cmd);
		else
			assert_string_equal(cmd->name, lookups[i].command);
		assert_int_equal(used, lookups[i].used);
	}
}

static void every_command_is_whole(void **state UNUSED)
{
	struct command_walk w, v;

	for (command_first(&w); w.command != NULL; command_next(&w)) {
		const struct command *cmd = w.command;

		assert_non_null(cmd->summary);
		assert_non_null(cmd->run);
		assert_true(cmd->args_min <= cmd->args_max);
		assert_int_equal(cmd->args_max > 0, cmd->usage != NULL);
		assert_int_equal(cmd->takes & TAKES_COMMON, 0);
		for (command_first(&v); v.command != NULL; command_next(&v))
			assert_true(v.command == cmd || strcmp(v.command->name, cmd->name) != 0);
	}
}

static void every_option_is_whole_and_has_one_meaning(void **state UNUSED)
{
	uint64_t taken = TAKES_COMMON;
	struct command_walk w;

	for (command_first(&w); w.command != NULL; command_next(&w))
		taken |= w.command->takes;
	assert_int_equal(taken, TAKES(ARG_COUNT) - 1);	/* none that no command takes */
	for (int i = 0; i < ARG_COUNT; i++) {
		assert_non_null(arg_table[i].name);
		assert_non_null(arg_table[i].help);
		for (int k = 0; k < i; k++) {
			assert_string_not_equal(arg_table[i].name, arg_table[k].name);
			assert_true(arg_table[i].letter == 0 || arg_table[i].letter != arg_table[k].letter);
		}
	}
}

static void what_was_meant_is_guessed_but_not_at_any_price(void **state UNUSED)
{
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{ "stauts", "status" }, { "devcies", "devices" }, { "x", NULL }, { "", NULL }, { "unpiar", "unpair" },
		{ "elephant", NULL },
	};
	static const char *const names[] = { "status", "devices", "pair", "unpair", "api" };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct guess g = guess_begin(cases[i].typed);

		for (size_t n = 0; n < ARRAY_LEN(names); n++)
			guess_try(&g, names[n]);
		if (cases[i].meant == NULL)
			assert_null(g.found);
		else
			assert_string_equal(g.found, cases[i].meant);
	}
}

/* --- what answers mean --- */

static void an_answer_has_an_exit_status(void **state UNUSED)
{
	static const struct {
		int status;
		const char *code;
		enum ending end;
	} cases[] = {
		{ 200, NULL, END_OK },		     { 202, NULL, END_OK },	   { 401, "sign_in", END_DENIED },
		{ 403, NULL, END_DENIED },	     { 404, NULL, END_NOT_FOUND }, { 408, NULL, END_TIMED_OUT },
		{ 409, "taken", END_REFUSED },	     { 412, NULL, END_REFUSED },   { 422, "required", END_REFUSED },
		{ 422, "tenant_required", END_USAGE }, { 429, NULL, END_REFUSED }, { 400, NULL, END_FAILED },
		{ 500, NULL, END_FAILED },	     { 503, NULL, END_FAILED },	   { 503, "unreachable", END_UNREACHABLE },
		{ 502, NULL, END_UNREACHABLE },	     { 504, NULL, END_TIMED_OUT }, { 302, NULL, END_FAILED },
	};
	const char *next;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(ending_of(cases[i].status, cases[i].code, false, &next), cases[i].end);
}

/* --- values in words --- */

static void counts_have_thousands(void **state UNUSED)
{
	static const struct {
		int64_t n;
		const char *text;
	} cases[] = {
		{ 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { -1000, "-1,000" }, { -100, "-100" }, { 1234567, "1,234,567" },
		{ INT64_MIN, "-9,223,372,036,854,775,808" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out = { 0 };

		count_add(&out, cases[i].n);
		assert_string_equal(out.data, cases[i].text);
		buf_release(&out);
	}
}

static const struct {
	const char *json;
	enum show show;
	const char *people, *programs;
} cells[] = {
	{ "\"Till 1\"", SHOW_TEXT, "Till 1", "Till 1" },
	{ "\"a\\tb\\u001b[2J\"", SHOW_TEXT, "a\\x09b\\x1b[2J", "a\\x09b\\x1b[2J" },	/* nothing of it may act */
	{ "\"\\u0085\"", SHOW_TEXT, "\\xc2\\x85", "\\xc2\\x85" },
	{ "null", SHOW_TEXT, "-", "" },
	{ "true", SHOW_YES, "yes", "yes" },
	{ "false", SHOW_YES, "no", "no" },
	{ "18331", SHOW_COUNT, "18,331", "18331" },
	{ "95607071", SHOW_HUNDREDTHS, "956,070.71", "95607071" },
	{ "-5", SHOW_HUNDREDTHS, "-0.05", "-5" },
	{ "187200", SHOW_SECONDS, "2 d 4 h", "187200" },
	{ "59", SHOW_SECONDS, "59 s", "59" },
	{ "3600", SHOW_SECONDS, "1 h", "3600" },
	{ "38", SHOW_MS, "38 ms", "38" },
	{ "9318", SHOW_KB, "9.0 MB", "9318" },
	{ "\"approved\"", SHOW_STATE, "* approved", "approved" },
	{ "\"revoked\"", SHOW_STATE, "x revoked", "revoked" },
	{ "[\"a\",\"b\"]", SHOW_WORDS, "a, b", "a, b" },
	{ "{\"a\":1}", SHOW_TEXT, "{\"a\":1}", "{\"a\":1}" },
	/* not on a terminal: as it stands */
	{ "\"2026-11-23T14:05:09.112233Z\"", SHOW_TIME, "2026-11-23T14:05:09.112233Z", "2026-11-23T14:05:09.112233Z" },
};

static void a_value_is_shown_to_its_reader(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		struct ctl c = { .pool = pool_new(), .out = &out_table };
		struct json value;

		assert_int_equal(json_parse(c.pool, cells[i].json, strlen(cells[i].json), &value, NULL), 0);
		assert_string_equal(cell_text(&c, value, cells[i].show, true), cells[i].people);
		assert_string_equal(cell_text(&c, value, cells[i].show, false), cells[i].programs);
		pool_free(&c.pool);
	}
}

static void a_path_leads_into_a_reply(void **state UNUSED)
{
	static const char text[] = "{\"a\":{\"b\":{\"c\":7,\"t\":\"x\"}},\"n\":null}";
	struct pool *pool = pool_new();
	struct json j;

	assert_int_equal(json_parse(pool, text, strlen(text), &j, NULL), 0);
	assert_int_equal(json_number(j, "a.b.c", -1), 7);
	assert_int_equal(json_number(j, "a.x.c", -1), -1);
	assert_int_equal(json_number(j, "a.b.t", -1), -1);
	assert_string_equal(json_text(j, "a.b.t"), "x");
	assert_null(json_text(j, "n"));
	assert_null(json_text(j, "n.m"));
	pool_free(&pool);
}

UNIT_MAIN(cmocka_unit_test(a_command_is_found_by_its_whole_name), cmocka_unit_test(every_command_is_whole),
	  cmocka_unit_test(every_option_is_whole_and_has_one_meaning),
	  cmocka_unit_test(what_was_meant_is_guessed_but_not_at_any_price), cmocka_unit_test(an_answer_has_an_exit_status),
	  cmocka_unit_test(counts_have_thousands), cmocka_unit_test(a_value_is_shown_to_its_reader),
	  cmocka_unit_test(a_path_leads_into_a_reply))
