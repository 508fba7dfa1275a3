/* What does not go by itself is seen, tried again, or given up; what was sold never is. */
#include "base/base.h"
#include "net.h"

#include "base/clock.h"

#define U1 "01890000-0000-7000-8000-000000000001"

static struct net *paired(void **state)
{
	struct net *net = net_new(*(const enum engine *)*state, 1);

	net_pair(net, 0);
	return net;
}

static void mark(struct fixture *f, const char *table, struct uuid uuid, enum outbox_state state, struct uuid root)
{
	static const struct err why = { .code = "range", .field = "/row/name", .text = "too long" };

	must(f, outbox_mark(&f->t, f->w.tenant, schema_table(table), uuid, state, root, &why, &f->err));
	fixture_commit(f);
}

static void park(struct fixture *f, int64_t rank, struct uuid uuid, const char *body)
{
	static const char sql[] = "INSERT INTO parked (tenant, tbl, uuid, needs, seq, body, reason) VALUES ($1, $2, $3, $4, 7, $5, 'waits')";
	struct buf text = { 0 };

	buf_str(&text, body);
	for (char *p = text.data; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	must(f, txn_run(&f->t, sql, ARGS(v_uuid(f->w.tenant), v_int(rank), v_uuid(uuid), v_uuid(uuid), v_text(text.data)), &f->err));
	fixture_commit(f);
	buf_release(&text);
}

static struct json listed(struct fixture *f, int limit, const char *after)
{
	struct page page = { .limit = limit, .after = after };
	struct buf out = { 0 };

	must(f, quarantine_list(f->db, f->pool, f->w.tenant, &page, &out, &f->err));
	return fixture_read(f, &out);
}

static struct json shown(struct fixture *f, struct uuid uuid)
{
	struct buf out = { 0 };

	must(f, quarantine_show(f->db, f->pool, f->w.tenant, uuid, &out, &f->err));
	return json_member(fixture_read(f, &out), "items");
}

/* --- seen --- */

static void it_is_listed_page_by_page(void **state)
{
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct uuid ali = make_customer(till, "0770"), bea = make_customer(till, "0771");
	struct json all, item, page;
	const char *next = NULL;

	assert_int_equal(json_len(json_member(listed(till, 10, NULL), "items")), 0);
	mark(till, "customers", ali, OUTBOX_REFUSED, (struct uuid){ { 0 } });
	mark(till, "customers", bea, OUTBOX_WAITING, ali);
	park(till, schema_table("customers")->rank, ali, "{}");
	park(till, 99999, uuid_v7(), "{}");
	all = listed(till, 10, NULL);
	assert_int_equal(json_len(json_member(all, "items")), 4);
	assert_null(text_of(all, "next"));
	for (size_t i = 0; i < 4; i++) {
		page = listed(till, 1, next);
		item = json_at(json_member(page, "items"), 0);
		assert_int_equal(json_len(json_member(page, "items")), 1);
		assert_true(uuid_eq(uuid_of(item, "uuid"), uuid_of(json_at(json_member(all, "items"), i), "uuid")));
		next = text_of(page, "next");
		assert_int_equal(next == NULL, i == 3);
	}
	/* Of a version to come: it has a rank, and no name here. */
	assert_null(text_of(item, "table"));
	assert_string_equal(text_of(item, "state"), "parked");
	net_free(net);
}

static void a_strange_cursor_is_refused(void **state)
{
	static const char *const strange[] = { "x", "100", "100.x", "100.01890000-0000-7000-8000-00000000000g.up",
					       "100." U1, "100." U1 "-up" };
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct buf out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(strange); i++) {
		struct page page = { .limit = 10, .after = strange[i] };

		refused(till, "cursor", quarantine_list(till->db, till->pool, till->w.tenant, &page, &out, &till->err));
	}
	buf_release(&out);
	net_free(net);
}

static void it_is_shown_with_its_row(void **state)
{
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct uuid ali = make_customer(till, "0770"), bea = make_customer(till, "0771"), newer = uuid_v7(), broken = uuid_v7();
	int64_t rank = schema_table("customers")->rank;
	struct json up, down;
	struct buf out = { 0 };

	mark(till, "customers", ali, OUTBOX_REFUSED, (struct uuid){ { 0 } });
	park(till, rank, ali, "{'table':'customers','uuid':'" U1 "','updated_at':'2026-01-02T03:04:05.000006Z','origin':'" U1
			      "','row':{'name':'Ali of the cloud'}}");
	up = json_at(shown(till, ali), 0);
	down = json_at(shown(till, ali), 1);
	assert_string_equal(text_of(up, "direction"), "up");
	assert_string_equal(text_of(up, "state"), "refused");
	assert_string_equal(text_of(up, "code"), "range");
	assert_string_equal(text_of(json_member(up, "row"), "phone"), "0770");
	assert_string_equal(text_of(down, "direction"), "down");
	assert_string_equal(text_of(json_member(down, "row"), "name"), "Ali of the cloud");

	mark(till, "customers", bea, OUTBOX_WAITING, ali);
	assert_true(uuid_eq(uuid_of(json_at(shown(till, bea), 0), "waits_for"), ali));
	/* As far as it can be read. */
	park(till, rank, broken, "{'row':");
	assert_int_equal(json_type(json_member(json_at(shown(till, broken), 0), "row")), JSON_NULL);
	park(till, 99999, newer, "{}");
	assert_int_equal(json_type(json_member(json_at(shown(till, newer), 0), "row")), JSON_MISSING);
	must(till, txn_run(&till->t, "DELETE FROM customers WHERE uuid = $1", ARGS(v_uuid(bea)), &till->err));
	assert_int_equal(json_type(json_member(json_at(shown(till, bea), 0), "row")), JSON_NULL);
	refused(till, "not_found", quarantine_show(till->db, till->pool, till->w.tenant, uuid_v7(), &out, &till->err));
	buf_release(&out);
	net_free(net);
}

/* --- tried again --- */

#define NOT_READY "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1 AND state <> 'ready'"

static void one_or_all_are_tried_again(void **state)
{
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct uuid ali = make_customer(till, "0770"), bea = make_customer(till, "0771"), eve = make_customer(till, "0772");
	int64_t sent;
	int taken;

	mark(till, "customers", ali, OUTBOX_REFUSED, (struct uuid){ { 0 } });
	mark(till, "customers", bea, OUTBOX_REFUSED, (struct uuid){ { 0 } });
	mark(till, "customers", eve, OUTBOX_WAITING, bea);
	must(till, quarantine_retry(&till->w, ali, &sent, &taken, &till->err));
	assert_int_equal(sent, 1);
	assert_int_equal(count_of(till, NOT_READY), 2);
	must(till, quarantine_retry(&till->w, (struct uuid){ { 0 } }, &sent, &taken, &till->err));
	assert_int_equal(sent, 2);
	assert_int_equal(count_of(till, NOT_READY), 0);
	net_cycle(net);
	assert_true(net_identical(net, 0));
	net_free(net);
}

/* --- given up --- */

static bool drop(struct fixture *f, struct uuid uuid, const char **table)
{
	bool fetch = false;

	must(f, quarantine_drop(&f->w, uuid, table, &fetch, &f->err));
	fixture_commit(f);
	return fetch;
}

static void what_the_cloud_never_had_is_deleted_and_kept(void **state)
{
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct uuid ali = make_customer(till, "0770");
	const char *table;

	mark(till, "customers", ali, OUTBOX_REFUSED, (struct uuid){ { 0 } });
	assert_false(drop(till, ali, &table));
	assert_string_equal(table, "customers");
	assert_int_equal(dirty_of(till), 0);
	assert_int_equal(row_exists(till->db, till->w.tenant, schema_table("customers"), ali, &till->err), 0);
	assert_int_equal(count_of(till, "SELECT CAST(count(*) AS bigint) FROM conflicts WHERE tenant = $1 AND rule = 'gone'"), 1);
	net_cycle(net);
	assert_true(net_identical(net, 0));
	net_free(net);
}

static void an_edit_that_is_given_up_leaves_the_clouds_version(void **state)
{
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct uuid ali = make_customer(till, "0770");
	const char *table;

	net_cycle(net);
	change_customer(till, ali, "phone", "0771");
	mark(till, "customers", ali, OUTBOX_REFUSED, (struct uuid){ { 0 } });
	assert_true(drop(till, ali, &table));
	assert_int_equal(dirty_of(till), 0);
	net_repair(net, 0);
	net_cycle(net);
	assert_true(net_identical(net, 0));
	net_free(net);
}

static void what_came_and_found_no_place_is_dropped(void **state)
{
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct uuid theirs = uuid_v7(), lost = make_customer(till, "0770");
	const char *table;

	park(till, schema_table("products")->rank, theirs, "{}");
	assert_true(drop(till, theirs, &table));
	assert_string_equal(table, "products");
	assert_int_equal(count_of(till, "SELECT CAST(count(*) AS bigint) FROM parked WHERE tenant = $1"), 0);
	/* Its row is away, behind everybody's back. */
	mark(till, "customers", lost, OUTBOX_REFUSED, (struct uuid){ { 0 } });
	must(till, txn_run(&till->t, "DELETE FROM customers WHERE uuid = $1", ARGS(v_uuid(lost)), &till->err));
	assert_false(drop(till, lost, &table));
	assert_int_equal(dirty_of(till), 0);
	net_free(net);
}

static void kept_a_sale_is_never_given_up_nor_what_it_needs(void **state)
{
	struct net *net = paired(state);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 250), sale = sell(till, tea, 1, 250), newer = uuid_v7();
	const char *table;
	bool fetch;

	mark(till, "products", tea, OUTBOX_REFUSED, (struct uuid){ { 0 } });
	mark(till, "invoices", sale, OUTBOX_WAITING, tea);
	park(till, 99999, newer, "{}");
	refused(till, "document_stays", quarantine_drop(&till->w, sale, &table, &fetch, &till->err));
	refused(till, "needed", quarantine_drop(&till->w, tea, &table, &fetch, &till->err));
	refused(till, "unknown_table", quarantine_drop(&till->w, newer, &table, &fetch, &till->err));
	refused(till, "not_found", quarantine_drop(&till->w, uuid_v7(), &table, &fetch, &till->err));
	assert_int_equal(dirty_of(till), 2);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(it_is_listed_page_by_page),
	     cmocka_unit_test(a_strange_cursor_is_refused),
	     cmocka_unit_test(it_is_shown_with_its_row),
	     cmocka_unit_test(one_or_all_are_tried_again),
	     cmocka_unit_test(what_the_cloud_never_had_is_deleted_and_kept),
	     cmocka_unit_test(an_edit_that_is_given_up_leaves_the_clouds_version),
	     cmocka_unit_test(what_came_and_found_no_place_is_dropped),
	     cmocka_unit_test(kept_a_sale_is_never_given_up_nor_what_it_needs))
