/* What comes late: answers behind later ones, words of a hub's earlier numbering; how far a first load is. */
#include "base/base.h"
#include "net.h"

#include "base/clock.h"

#define INVOICES "SELECT CAST(count(*) AS bigint) FROM invoices WHERE tenant = $1"
#define CONFLICTS "SELECT CAST(count(*) AS bigint) FROM conflicts WHERE tenant = $1"

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

static void everywhere(struct net *net, const char *sql, int64_t wanted)
{
	assert_int_equal(count_of(net->hub, sql), wanted);
	for (int i = 0; i < net->tills; i++)
		assert_int_equal(count_of(net->till[i], sql), wanted);
}

static void all_identical(struct net *net)
{
	for (int i = 0; i < net->tills; i++) {
		assert_int_equal(dirty_of(net->till[i]), 0);
		assert_true(net_identical(net, i));
	}
}

static int64_t seq_of_customer(struct fixture *f, struct uuid customer)
{
	return fixture_int(f, "SELECT _seq FROM customers WHERE tenant = $1 AND uuid = $2",
			   ARGS(v_uuid(f->w.tenant), v_uuid(customer)));
}

/* What came of an earlier push must not undo what a later one brought. */
static void same_an_answer_that_comes_home_behind_a_later_one_changes_nothing(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct flight first = { 0 }, second = { 0 };

	net_pack(net, 0, &first);
	net_ingest(net, 0, &first);
	change_customer(net->till[0], ali, "phone", "0771");
	net_pack(net, 0, &second);
	net_ingest(net, 0, &second);
	net_confirm(net, 0, &second);
	net_confirm(net, 0, &first);
	assert_int_equal(dirty_of(net->till[0]), 0);
	assert_int_equal(seq_of_customer(net->till[0], ali), seq_of_customer(net->hub, ali));
	net_cycle(net);
	all_identical(net);
	flight_release(&first);
	flight_release(&second);
	net_free(net);
}

static void undo_ones_own_later_edit_is_no_conflict_though_an_answer_was_lost(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct flight f = { 0 };

	net_pack(net, 0, &f);
	net_ingest(net, 0, &f);		/* its answer is lost */
	change_customer(net->till[0], ali, "phone", "0771");
	net_cycle(net);
	assert_string_equal(column_of_row(net->hub, "customers", ali, "phone"), "0771");
	everywhere(net, CONFLICTS, 0);
	all_identical(net);
	flight_release(&f);
	net_free(net);
}

/* As a backup from before the first sale has it. */
static void forget_invoices(struct fixture *hub)
{
	static const char *const tables[] = { "invoices", "invoice_lines", "invoice_payments", "stock_moves", "journal_entries",
					      "journal_lines", "stock", "layers", "oversold" };

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		must(hub, txn_run(&hub->t, pool_printf(hub->pool, "DELETE FROM %s", tables[i]), NO_ARGS, &hub->err));
	fixture_commit(hub);
}

static void begin_new_epoch(struct fixture *hub, struct uuid epoch)
{
	must(hub, txn_run(&hub->t, "UPDATE tenants SET epoch = $1", ARGS(v_uuid(epoch)), &hub->err));
	fixture_commit(hub);
}

static void kept_verdicts_of_another_epoch_are_not_believed(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct confirm c = { .site = &till->site, .tenant = till->w.tenant, .slice_ms = 1000, .pool = till->pool };
	struct uuid epoch = uuid_v7();
	struct flight f = { 0 };
	struct buf body = { 0 };

	make_customer(till, "0770");
	net_pack(net, 0, &f);
	net_ingest(net, 0, &f);
	must(till, sync_start_over(&till->w, epoch, &till->err));
	fixture_commit(till);
	buf_printf(&body, "{\"sent\":%s,\"answer\":%s}", f.sent.data, f.answer.data);
	must(till, confirm_begin(&c, fixture_read(till, &body), &till->err));
	refused(till, "epoch", confirm_slice(&c, &till->t, &till->err));
	assert_int_equal(dirty_of(till), 1);
	buf_release(&body);
	flight_release(&f);
	net_free(net);
}

static void kept_a_page_of_another_epoch_does_not_move_the_cursor(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0], *hub = net->hub;
	struct apply a = { .site = &till->site, .tenant = till->w.tenant, .slice_ms = 1000, .pool = till->pool };
	struct buf page = { 0 }, since = { 0 };
	struct pairing p;
	int n;

	make_customer(hub, "0770");
	must(till, pairing_load(till->db, till->pool, &p, &till->err));
	cursor_print((struct cursor){ p.epoch, p.cursor }, &since);
	db_rollback(hub->db);
	must(hub, pull_page(hub->db, hub->w.tenant, till->site.uuid, since.data, 100, 1 << 20, &n, &page, &hub->err));
	fixture_rollback(hub);
	must(till, sync_start_over(&till->w, uuid_v7(), &till->err));
	fixture_commit(till);
	must(till, apply_begin(&a, fixture_read(till, &page), false, &till->err));
	refused(till, "epoch", apply_slice(&a, &till->t, &till->err));
	must(till, pairing_load(till->db, till->pool, &p, &till->err));
	assert_int_equal(p.cursor, 0);
	buf_release(&page);
	buf_release(&since);
	net_free(net);
}

/* While a till was not paired, its hub came back from a backup without its sale. */
static void kept_a_till_that_comes_back_to_a_hub_that_began_anew_sends_all_again(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0], *hub = net->hub;
	struct uuid tea = make_product(till, "Tea", 250);

	net_cycle(net);
	sell(till, tea, 2, 250);
	net_cycle(net);
	must(till, pairing_end(&till->w, &till->err));
	fixture_commit(till);
	forget_invoices(hub);
	begin_new_epoch(hub, uuid_v7());
	net_pair(net, 0);
	net_cycle(net);
	everywhere(net, INVOICES, 1);
	all_identical(net);
	net_free(net);
}

/* What a till would never send, and somebody else might. */
static void whole_a_document_that_must_have_lines_is_refused_without(void **state)
{
	struct net *net = net_new(*(const enum engine *)*state, 1);
	struct flight f = { 0 };
	struct uuid tea;
	char *lines;

	net_pair(net, 0);
	tea = make_product(net->till[0], "Tea", 250);
	net_push(net, 0);
	sell(net->till[0], tea, 1, 250);
	net_pack(net, 0, &f);
	lines = strstr(f.body.data, "\"lines\"");
	assert_non_null(lines);
	memcpy(lines, "\"limes\"", 7);
	net_ingest(net, 0, &f);
	assert_non_null(strstr(f.answer.data, "\"status\":422"));
	assert_non_null(strstr(f.answer.data, "\"field\":\"/row/lines\""));
	assert_int_equal(count_of(net->hub, "SELECT CAST(count(*) AS bigint) FROM invoices WHERE tenant = $1"), 0);
	flight_release(&f);
	net_free(net);
}

static int verdicts_of(struct flight *f, const char *status)
{
	int n = 0;

	for (const char *at = f->answer.data; (at = strstr(at, status)); at++)
		n++;
	return n;
}

/* A cloud that is slow says what it has done; who waits longer would send all of it again. */
static void moving_what_a_push_has_no_time_for_is_put_off_and_goes_with_the_next(void **state)
{
	struct net *net = paired(state, 1);
	struct flight f = { 0 };

	for (int i = 0; i < 5; i++)
		make_customer(net->till[0], pool_printf(net->till[0]->pool, "077%d", i));
	net->push_until_us = 1;
	for (int left = 5; left > 0; left--) {
		net_pack(net, 0, &f);
		assert_int_equal(f.rows, left);
		net_ingest(net, 0, &f);
		assert_int_equal(verdicts_of(&f, "\"status\":201"), 1);
		assert_int_equal(verdicts_of(&f, "\"code\":\"later\""), left - 1);
		net_confirm(net, 0, &f);
		assert_int_equal(dirty_of(net->till[0]), left - 1);
	}
	net_cycle(net);
	all_identical(net);
	flight_release(&f);
	net_free(net);
}

/* No blanks, signs, leading zeros, nor more than a number can hold. */
static void same_a_cursor_has_one_text(void **state UNUSED)
{
	static const char *const tails[] = { "", " 5", "+5", "-5", "05", "5 ", "5x", "0x5", "9223372036854775808", "99999999999999999999" };
	const char *epoch = "0191d5a0-0000-7000-8000-000000000001";
	struct err err = { .kind = ERR_NONE };
	struct cursor c;
	char text[80];

	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		snprintf(text, sizeof text, "%s.%s", epoch, tails[i]);
		assert_int_equal(cursor_parse(text, &c, &err), -1);
		assert_string_equal(err.code, "cursor");
	}
	snprintf(text, sizeof text, "%s.%lld", epoch, (long long)INT64_MAX);
	assert_int_equal(cursor_parse(text, &c, &err), 0);
	assert_true(c.seq == INT64_MAX);
	snprintf(text, sizeof text, "%s.0", epoch);
	assert_int_equal(cursor_parse(text, &c, &err), 0);
	assert_int_equal(c.seq, 0);
}

/* "d" done, "n" now, "w" waiting, a letter a table. */
static const char *steps_at(struct fixture *f, const char *cursor)
{
	struct buf out = { 0 }, letters = { 0 };
	const char *text;
	struct json steps;

	snapshot_steps(cursor, &out);
	steps = fixture_read(f, &out);
	for (size_t i = 0; i < json_len(steps); i++)
		buf_char(&letters, text_of(json_at(steps, i), "state")[0]);
	text = pool_strdup(f->pool, letters.data);
	buf_release(&letters);
	buf_release(&out);
	return text;
}

static void a_first_load_tells_which_tables_are_here(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub;
	const char *cursor = NULL, *steps = steps_at(hub, NULL);
	size_t tables = strlen(steps), done = 0;
	struct buf page = { 0 };
	int n, pages = 0;

	assert_int_equal(strspn(steps, "w"), tables);
	assert_string_equal(steps_at(hub, "of another kind"), steps);
	do {
		buf_clear(&page);
		db_rollback(hub->db);
		must(hub, snapshot_page(hub->db, hub->w.tenant, cursor, 3, 1 << 20, &n, &page, &hub->err));
		fixture_rollback(hub);
		if ((cursor = text_of(fixture_read(hub, &page), "next")) == NULL)
			break;
		steps = steps_at(hub, cursor);
		assert_true(strspn(steps, "d") >= done);
		done = strspn(steps, "d");
		assert_int_equal(steps[done], 'n');
		assert_int_equal(strspn(steps + done + 1, "w"), tables - done - 1);
	} while (++pages < 1000);
	assert_true(pages > 3 && done > 0);
	buf_release(&page);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(same_a_cursor_has_one_text),
	     cmocka_unit_test(moving_what_a_push_has_no_time_for_is_put_off_and_goes_with_the_next),
	     cmocka_unit_test(whole_a_document_that_must_have_lines_is_refused_without),
	     cmocka_unit_test(same_an_answer_that_comes_home_behind_a_later_one_changes_nothing),
	     cmocka_unit_test(undo_ones_own_later_edit_is_no_conflict_though_an_answer_was_lost),
	     cmocka_unit_test(kept_verdicts_of_another_epoch_are_not_believed),
	     cmocka_unit_test(kept_a_page_of_another_epoch_does_not_move_the_cursor),
	     cmocka_unit_test(kept_a_till_that_comes_back_to_a_hub_that_began_anew_sends_all_again),
	     cmocka_unit_test(a_first_load_tells_which_tables_are_here))
