/* What is no message of ours is refused with the name of the member that is wrong; one
 * bad row in a good message is that row's affair. */
#include "base/base.h"
#include "net.h"

#include "base/clock.h"

#define U1 "01890000-0000-7000-8000-000000000001"
#define U2 "01890000-0000-7000-8000-000000000002"
#define AT "'updated_at':'2026-01-02T03:04:05.000006Z','origin':'" U2 "'"
#define SENT "'table':'customers','uuid':'" U1 "','rev':1," AT

static struct net *paired(void **state)
{
	struct net *net = net_new(*(const enum engine *)*state, 1);

	net_pair(net, 0);
	return net;
}

/* --- who reads what --- */

static int take_rows(struct net *net, struct json j, bool load)
{
	struct fixture *f = net->till[0];
	struct apply a = { .site = &f->site, .tenant = f->w.tenant, .slice_ms = 1000, .pool = f->pool };

	return apply_begin(&a, j, load, &f->err) < 0 ? -1 : apply_slice(&a, &f->t, &f->err);
}

static int take_page(struct net *net, struct json j)
{
	return take_rows(net, j, false);
}

static int take_load(struct net *net, struct json j)
{
	return take_rows(net, j, true);
}

static int take_verdicts(struct net *net, struct json j)
{
	struct fixture *f = net->till[0];
	struct confirm c = { .site = &f->site, .tenant = f->w.tenant, .slice_ms = 1000, .pool = f->pool };

	return confirm_begin(&c, j, &f->err) < 0 ? -1 : confirm_slice(&c, &f->t, &f->err);
}

static int take_repair(struct net *net, struct json j)
{
	struct fixture *f = net->till[0];
	struct repair r = { .apply = { .site = &f->site, .tenant = f->w.tenant, .slice_ms = 1000, .pool = f->pool } };

	return repair_begin(&r, j, &f->err) < 0 ? -1 : repair_slice(&r, &f->t, &f->err);
}

static struct json member(struct json j, const char *name)
{
	struct json m = json_member(j, name);

	assert_int_equal(json_type(m), JSON_OBJECT);
	return m;
}

static int take_sums(struct net *net, struct json j)
{
	struct fixture *f = net->till[0];
	struct buf out = { 0 };
	bool same;
	int rc = digest_compare(f->db, f->pool, f->w.tenant, member(j, "ask"), member(j, "answer"), &out, &same, &f->err);

	buf_release(&out);
	return rc;
}

static int take_ranges(struct net *net, struct json j)
{
	struct fixture *f = net->till[0];
	struct differences d;

	return digest_find(f->db, f->pool, f->w.tenant, member(j, "ask"), member(j, "answer"), &d, &f->err);
}

static int hub_push(struct net *net, struct json j)
{
	struct fixture *f = net->hub;
	struct ingest in = { .pool = f->pool };

	return ingest_begin(&in, j, &f->err);
}

static int hub_digest(struct net *net, struct json j)
{
	struct fixture *f = net->hub;
	struct buf out = { 0 };
	int rc;

	db_rollback(f->db);
	rc = digest_answer(f->db, f->w.tenant, j, &out, &f->err);
	fixture_rollback(f);
	buf_release(&out);
	return rc;
}

/* --- what is wrong, member by member --- */

#define PAGE(row) "{'next':'x','rows':[" row "]}"
#define VERDICT(sent, result) "{'sent':[{" sent "}],'answer':{'results':[{" result "}]}}"
#define SUMS(ask, answer) "{'ask':{" ask "},'answer':{" answer "}}"
#define RANGE(range) SUMS("'seq':9", "'ranges':[{" range "}]")

static const struct wrong {
	const char *what;
	int (*take)(struct net *net, struct json j);
	const char *text, *field, *code;
} wrongs[] = {
	{ "a page", take_page, "{'next':'x'}", "/rows", "required" },
	{ "a page", take_page, "{'rows':7}", "/rows", "type" },
	{ "a page", take_page, "{'rows':[]}", "/next", "required" },
	{ "a page", take_page, "{'rows':[],'next':7}", "/next", "type" },
	{ "a page", take_page, "{'rows':[],'next':'x','epoch':7}", "/epoch", "type" },
	{ "a page", take_page, "{'rows':[],'next':'x'}", "/since", "cursor" },
	{ "a page", take_page, "{'rows':[],'next':'x','lost':7}", "/lost", "type" },
	{ "a page", take_page, "{'rows':[],'next':'x','lost':[{}]}", "/lost/0/lost", "required" },
	{ "a pulled row", take_page, PAGE("{'table':7}"), "/rows", "row" },
	{ "a pulled row", take_page, PAGE("{'table':'customers','uuid':7}"), "/rows", "row" },
	{ "a pulled row", take_page, PAGE("{'table':'customers','uuid':'" U1 "','seq':'7'}"), "/rows", "row" },
	{ "a page of a load", take_load, "{'rows':[],'done':'7'}", "/done", "type" },
	{ "a page of a load", take_load, "{'rows':[],'total':'7'}", "/total", "type" },
	{ "a page of a load", take_load, "{'rows':[],'as_of':'7'}", "/as_of", "type" },

	{ "verdicts", take_verdicts, "{'sent':7}", "/sent", "type" },
	{ "verdicts", take_verdicts, "{'sent':[],'answer':7}", "/answer", "type" },
	{ "verdicts", take_verdicts, "{'sent':[],'answer':{'results':7}}", "/results", "type" },
	{ "verdicts", take_verdicts, "{'sent':[],'answer':{'results':[],'epoch':7}}", "/epoch", "type" },
	{ "verdicts", take_verdicts, "{'sent':[{}],'answer':{'results':[]}}", "/answer/results", "results" },
	{ "what was sent", take_verdicts, VERDICT("'placeholder':7", ""), "/answer/results/0/placeholder", "type" },
	{ "what was sent", take_verdicts, VERDICT("'table':7", ""), "/answer/results/0/table", "type" },
	{ "what was sent", take_verdicts, VERDICT("'table':'tees'", ""), "/answer/results/0/sent", "unknown_table" },
	{ "what was sent", take_verdicts, VERDICT("'uuid':7", ""), "/answer/results/0/uuid", "type" },
	{ "what was sent", take_verdicts, VERDICT("'origin':7", ""), "/answer/results/0/origin", "type" },
	{ "what was sent", take_verdicts, VERDICT("'rev':'7'", ""), "/answer/results/0/rev", "type" },
	{ "what was sent", take_verdicts, VERDICT("'updated_at':7", ""), "/answer/results/0/updated_at", "type" },
	{ "a verdict", take_verdicts, VERDICT(SENT, "'status':'200'"), "/answer/results/0/status", "type" },
	{ "a verdict", take_verdicts, VERDICT(SENT, "'status':200,'seq':'7'"), "/answer/results/0/seq", "type" },
	{ "a verdict", take_verdicts, VERDICT(SENT, "'status':200,'cloud_id':'7'"), "/answer/results/0/cloud_id", "type" },

	{ "a repair", take_repair, "{'rows':7}", "/rows", "type" },
	{ "a repair", take_repair, "{'send':7}", "/send", "type" },
	{ "a repair", take_repair, "{'epoch':7}", "/epoch", "type" },
	{ "a repair", take_repair, "{'rows':[{'table':7}]}", "/rows/0/rows", "row" },
	{ "a repair", take_repair, "{'send':[{'table':7}]}", "/send/0/table", "type" },
	{ "a repair", take_repair, "{'send':[{'table':'tees'}]}", "/send/0/table", "unknown_table" },
	{ "a repair", take_repair, "{'send':[{'table':'customers','uuid':7}]}", "/send/0/uuid", "type" },

	{ "a question of sums", hub_digest, "{'seq':'7'}", "/seq", "type" },
	{ "a question of sums", hub_digest, "{'without':7}", "/without", "type" },
	{ "a question of sums", hub_digest, "{'without':[7]}", "/without", "type" },
	{ "a question of sums", hub_digest, "{'ranges':7}", "/ranges", "type" },
	{ "a question of sums", hub_digest, "{'ranges':[{'table':7}]}", "/ranges/0/table", "type" },
	{ "a question of sums", hub_digest, "{'ranges':[{'table':'tees'}]}", "/ranges/0/table", "unknown_table" },
	{ "a question of sums", hub_digest, "{'ranges':[{'table':'customers','after':7}]}", "/ranges/0/after", "type" },
	{ "a question of sums", hub_digest, "{'ranges':[{'table':'customers','upto':7}]}", "/ranges/0/upto", "type" },

	{ "our own question", take_sums, SUMS("'seq':'9'", ""), "/seq", "type" },
	{ "our own question", take_sums, SUMS("'without':9", ""), "/without", "type" },
	{ "our own question", take_sums, SUMS("'without':[9]", ""), "/without", "type" },
	{ "sums", take_sums, SUMS("", "'purged':'9'"), "/purged", "type" },
	{ "sums", take_sums, SUMS("", "'changed':9"), "/changed", "type" },
	{ "sums", take_sums, SUMS("", "'changed':[9]"), "/without", "type" },
	{ "sums", take_sums, SUMS("", "'tables':9"), "/tables", "type" },
	{ "sums", take_sums, SUMS("", "'tables':[{'table':9}]"), "/table", "type" },
	{ "sums", take_sums, SUMS("", "'tables':[{'table':'customers','rows':'9'}]"), "/rows", "type" },
	{ "sums", take_sums, SUMS("", "'tables':[{'table':'customers','sum':9}]"), "/sum", "type" },
	{ "ranges", take_ranges, SUMS("'seq':'9'", ""), "/seq", "type" },
	{ "ranges", take_ranges, SUMS("'seq':9", "'ranges':9"), "/ranges", "type" },
	{ "ranges", take_ranges, RANGE("'table':'tees'"), "/ranges/0/table", "unknown_table" },
	{ "ranges", take_ranges, RANGE("'table':'customers','keys':9"), "/ranges/0/keys", "type" },
	{ "ranges", take_ranges, RANGE("'table':'customers','sum':9"), "/ranges/0/sum", "type" },
	{ "ranges", take_ranges, RANGE("'table':'customers','rows':'9'"), "/ranges/0/rows", "type" },
	{ "keys", take_ranges, RANGE("'table':'customers','keys':[{}]"), "/ranges/0/ranges", "required" },
	{ "keys", take_ranges, RANGE("'table':'customers','keys':[{'uuid':9}]"), "/ranges/0/uuid", "type" },
	/* Every shop has accounts. */
	{ "keys", take_ranges, RANGE("'table':'accounts','keys':[{'uuid':'" U1 "','sum':9},{}]"), "/ranges/0/ranges", "required" },

	{ "a push", hub_push, "{}", "/rows", "required" },
	{ "a push", hub_push, "{'rows':7}", "/rows", "type" },
};

static void a_wrong_member_is_named(void **state)
{
	struct net *net = paired(state);
	int unlike = 0;

	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		struct fixture *till = net->till[0];
		struct err *err = w->take == hub_push || w->take == hub_digest ? &net->hub->err : &till->err;

		err_clear(err);
		if (w->take(net, fixture_json(till, w->text)) >= 0 || strcmp(err->field, w->field) != 0 || strcmp(err->code, w->code) != 0) {
			print_message("# %s: %s %s (%s): %s\n", w->what, err->field, err->code, err->text, w->text);
			unlike++;
		}
		fixture_rollback(till);
	}
	assert_int_equal(unlike, 0);
	net_free(net);
}

/* --- one row among others --- */

#define ROW(table, uuid, rest) "{'table':" table ",'uuid':" uuid "," AT ",'seq':1" rest "}"
#define GOOD ROW("'customers'", "'" U1 "'", ",'row':{'name':'Ali'}")

static const struct bad_row {
	const char *text, *field, *code;	/* the code of the hub's verdict */
} bad_rows[] = {
	{ "{}", "/table", "unknown_table" },
	{ "{'table':7}", "/table", "type" },
	{ "{'table':'tees'}", "/table", "unknown_table" },
	{ "{'table':'customers','placeholder':7}", "/placeholder", "type" },
	{ ROW("'customers'", "7", ",'row':{'name':'Bea'}"), "/uuid", "type" },
	{ ROW("'customers'", "'" U2 "'", ""), "/row", "required" },
	{ ROW("'customers'", "'" U2 "'", ",'row':{'name':7}"), "/row/name", "type" },
	{ ROW("'settings'", "'" U2 "'", ",'row':{'scope':'device','key':'printer','value':'1'}"), "/row/scope", "device_only" },
	{ ROW("'customers'", "'" U2 "'", ",'deleted_at':7,'row':{'name':'Bea'}"), "/deleted_at", "type" },
};

static struct json push(struct net *net, const char *rows, int slice_ms)
{
	struct fixture *hub = net->hub;
	struct ingest in = { .site = &hub->site, .tenant = hub->w.tenant, .device = &net->device[0], .ahead_max_us = 60 * SECOND_US,
			     .slice_ms = slice_ms, .pool = hub->pool };
	struct buf out = { 0 };
	int rc;

	must(hub, ingest_begin(&in, fixture_json(hub, rows), &hub->err));
	do {
		rc = ingest_slice(&in, &hub->t, &hub->err);
		must(hub, rc);
		hub->t.resume = hub->t.progress;
	} while (rc == JOB_MORE);
	fixture_commit(hub);
	buf_printf(&out, "[%s]", in.results.data);
	buf_release(&in.results);
	return fixture_read(hub, &out);
}

#define CUSTOMERS "SELECT CAST(count(*) AS bigint) FROM customers WHERE tenant = $1 AND name = 'Ali'"

static void moving_a_bad_row_of_a_push_is_refused_alone(void **state)
{
	struct net *net = paired(state);
	struct buf rows = { 0 };
	struct json answer;

	buf_str(&rows, "{'rows':[");
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++)
		buf_printf(&rows, "%s,", bad_rows[i].text);
	buf_str(&rows, GOOD "]}");
	answer = push(net, rows.data, 1000);
	assert_int_equal(json_len(answer), ARRAY_LEN(bad_rows) + 1);
	for (size_t i = 0; i < ARRAY_LEN(bad_rows); i++) {
		struct json verdict = json_at(answer, i);

		assert_int_equal(int_of(verdict, "status"), 422);
		assert_string_equal(text_of(verdict, "code"), bad_rows[i].code);
		assert_string_equal(text_of(verdict, "field"), bad_rows[i].field);
	}
	assert_int_equal(int_of(json_at(answer, ARRAY_LEN(bad_rows)), "status"), 201);
	assert_int_equal(count_of(net->hub, CUSTOMERS), 1);
	buf_release(&rows);
	net_free(net);
}

/* A table that only a newer hub has is no row of ours, and is not kept either. */
static void moving_a_bad_row_of_a_page_waits_aside_alone(void **state)
{
	static const char page[] = "{'rows':[" ROW("'tees'", "'" U2 "'", "") "," ROW("'customers'", "'" U2 "'", ",'row':{'name':7}") ","
				   GOOD "],'as_of':1}";
	struct net *net = paired(state);
	struct fixture *till = net->till[0];

	must(till, take_load(net, fixture_json(till, page)));
	fixture_commit(till);
	assert_int_equal(count_of(till, CUSTOMERS), 1);
	assert_int_equal(count_of(till, "SELECT CAST(count(*) AS bigint) FROM parked WHERE tenant = $1 AND reason LIKE '%name%'"), 1);
	assert_int_equal(count_of(till, "SELECT CAST(count(*) AS bigint) FROM parked WHERE tenant = $1"), 1);
	net_free(net);
}

/* --- what becomes of a row, by the verdict on it --- */

static const struct verdict_of {
	const char *result, *state, *code;	/* state: of the outbox; NULL: it is clean */
} verdict_ofs[] = {
	{ "'status':500", "ready", NULL },
	{ "'status':201,'seq':9", NULL, NULL },
	{ "'status':201,'seq':9,'cloud_id':4", NULL, NULL },
	{ "'status':412,'document':7", "ready", "type" },
	{ "'status':412,'document':{'uuid':7}", "ready", "type" },
	{ "'status':412,'document':{'uuid':'" U1 "'}", "ready", "required" },
	{ "'status':422,'code':'range','field':'/row/name','reason':'too long'", "refused", "range" },
	{ "'status':422,'code':'clock'", "ready", NULL },
	{ "'status':422,'code':7", "refused", "unreadable" },
	{ "'status':422,'code':'range','field':7", "refused", "unreadable" },
	{ "'status':422,'code':'range','reason':7", "refused", "unreadable" },
	{ "'status':424,'needs':{'table':'products','uuid':'" U1 "'}", "ready", "parent_unknown" },
	{ "'status':410", NULL, NULL },
};

/* What cannot even be read of it is a broken hub's: nothing is stored, the page comes again. */
static const struct bad_row broken[] = {
	{ "'status':200,'merged':7", "/answer/results/0/merged", "type" },
	{ "'status':424,'needs':7", "/answer/results/0/needs", "type" },
	{ "'status':424,'needs':{'table':7}", "/answer/results/0/table", "type" },
	{ "'status':424,'needs':{'table':'products','uuid':7}", "/answer/results/0/uuid", "type" },
	{ "'status':424,'needs':{'table':'tees'}", "/answer/results/0/answer/results", "unknown_table" },
};

static int hear(struct net *net, struct flight *f, const char *result)
{
	struct fixture *till = net->till[0];
	struct buf body = { 0 };
	int rc;

	err_clear(&till->err);
	buf_printf(&body, "{\"sent\":%s,\"answer\":{\"results\":[{%s}]}}", f->sent.data, result);
	rc = take_verdicts(net, fixture_json(till, body.data));
	buf_release(&body);
	return rc;
}

static void what_the_hub_says_of_a_row_becomes_of_it(void **state)
{
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct uuid ali = make_customer(till, "0770");
	struct flight f = { 0 };

	net_pack(net, 0, &f);
	assert_int_equal(f.rows, 1);
	for (size_t i = 0; i < ARRAY_LEN(verdict_ofs); i++) {
		const struct verdict_of *v = &verdict_ofs[i];
		struct val is[2];
		int n;

		must(till, hear(net, &f, v->result));
		n = db_one(till->db, till->pool, "SELECT state, code FROM outbox WHERE uuid = $1", ARGS(v_uuid(ali)), is, 2, &till->err);
		if (n != (v->state != NULL) || (n && (strcmp(is[0].s, v->state) != 0 || !val_eq(is[1], v_text(v->code)))))
			fail_msg("%s: %d %s %s", v->result, n, n > 0 ? is[0].s : "", n > 0 && is[1].s ? is[1].s : "");
		fixture_rollback(till);
	}
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		if (hear(net, &f, broken[i].text) >= 0)
			fail_msg("%s: it was taken", broken[i].text);
		assert_string_equal(till->err.field, broken[i].field);
		assert_string_equal(till->err.code, broken[i].code);
		fixture_rollback(till);
	}
	flight_release(&f);
	net_free(net);
}

/* --- a little at a time --- */

/* With no time at all a slice takes one row, and the next goes on behind it. */
static void moving_a_slice_ends_in_time_and_the_next_goes_on(void **state)
{
	static const char rows[] = "{'rows':[" GOOD "," ROW("'customers'", "'" U2 "'", ",'row':{'name':'Ali'}") "," ROW("'suppliers'", "'" U1 "'", ",'row':{'name':'Ali'}") "],'as_of':1}";
	static const char forget[] = "{'send':[{'table':'customers','uuid':'" U1 "'},{'table':'customers','uuid':'" U2 "'}]}";
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct apply a = { .site = &till->site, .tenant = till->w.tenant, .pool = till->pool };
	struct repair r = { .apply = a };
	struct confirm c = { .site = &till->site, .tenant = till->w.tenant, .pool = till->pool };
	struct buf body = { 0 };
	struct flight f = { 0 };

	assert_int_equal(json_len(push(net, rows, 0)), 3);
	assert_int_equal(count_of(net->hub, CUSTOMERS), 2);

	must(till, apply_begin(&a, fixture_json(till, rows), true, &till->err));
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(apply_slice(&a, &till->t, &till->err), i < 3 ? JOB_MORE : 0);
		assert_int_equal(a.applied, i);
		till->t.resume = till->t.progress;
	}
	fixture_commit(till);
	assert_int_equal(count_of(till, CUSTOMERS), 2);

	must(till, repair_begin(&r, fixture_json(till, forget), &till->err));
	assert_int_equal(repair_slice(&r, &till->t, &till->err), JOB_MORE);
	till->t.resume = till->t.progress;
	assert_int_equal(repair_slice(&r, &till->t, &till->err), 0);
	fixture_commit(till);
	assert_int_equal(r.sent, 2);
	assert_int_equal(dirty_of(till), 2);

	net_pack(net, 0, &f);
	net_ingest(net, 0, &f);
	buf_printf(&body, "{\"sent\":%s,\"answer\":%s}", f.sent.data, f.answer.data);
	must(till, confirm_begin(&c, fixture_json(till, body.data), &till->err));
	assert_int_equal(confirm_slice(&c, &till->t, &till->err), JOB_MORE);
	assert_int_equal(dirty_of(till), 1);
	till->t.resume = till->t.progress;
	assert_int_equal(confirm_slice(&c, &till->t, &till->err), 0);
	fixture_commit(till);
	assert_int_equal(dirty_of(till), 0);
	flight_release(&f);
	buf_release(&body);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(a_wrong_member_is_named),
	     cmocka_unit_test(moving_a_bad_row_of_a_push_is_refused_alone),
	     cmocka_unit_test(moving_a_bad_row_of_a_page_waits_aside_alone),
	     cmocka_unit_test(what_the_hub_says_of_a_row_becomes_of_it),
	     cmocka_unit_test(moving_a_slice_ends_in_time_and_the_next_goes_on))
