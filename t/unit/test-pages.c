/* What a page or a batch holds, which cursor it goes on from, and what a page that
 * comes at a strange time changes. */
#include "base/base.h"
#include "net.h"

#include "base/clock.h"

#define U1 "01890000-0000-7000-8000-000000000001"
#define NOBODY (struct uuid){ { 0 } }
#define COUNT(table) "SELECT CAST(count(*) AS bigint) FROM " table " WHERE tenant = $1"

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

static const char *cursor(struct fixture *f, struct uuid epoch, int64_t seq)
{
	return pool_printf(f->pool, "%s.%lld", uuid_text(epoch).s, (long long)seq);
}

static struct tenant shop_of(struct fixture *f)
{
	struct tenant t;

	assert_int_equal(tenant_load(f->db, f->pool, f->w.tenant, &t, &f->err), 1);
	return t;
}

/* --- cursors --- */

static void a_strange_cursor_begins_no_page(void **state)
{
	static const char *const strange[] = {
		"", "x", U1 ".1.2.3.100", U1 ".1.2.3.100." U1 "x", U1 ".-1.2.3.100." U1, U1 ".1.2.3.-1." U1,
		"0189.1.2.3.100." U1, U1 ".1.2.3.100.0189",
	};
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub;
	struct tenant shop = shop_of(hub);
	struct buf out = { 0 };
	int n;

	db_rollback(hub->db);
	for (size_t i = 0; i < ARRAY_LEN(strange); i++)
		refused(hub, "cursor", snapshot_page(hub->db, hub->w.tenant, strange[i], 7, 1000, &n, &out, &hub->err));
	refused(hub, "epoch", snapshot_page(hub->db, hub->w.tenant, U1 ".1.2.3.100." U1, 7, 1000, &n, &out, &hub->err));
	refused(hub, "epoch", snapshot_page(hub->db, hub->w.tenant, pool_printf(hub->pool, "%s.999999.2.3.100." U1, uuid_text(shop.epoch).s),
					    7, 1000, &n, &out, &hub->err));
	refused(hub, "cursor", pull_page(hub->db, hub->w.tenant, NOBODY, "x", 7, 1000, &n, &out, &hub->err));
	refused(hub, "epoch", pull_page(hub->db, hub->w.tenant, NOBODY, U1 ".1", 7, 1000, &n, &out, &hub->err));
	refused(hub, "epoch", pull_page(hub->db, hub->w.tenant, NOBODY, cursor(hub, shop.epoch, shop.seq + 1), 7, 1000, &n, &out,
					&hub->err));
	fixture_rollback(hub);
	buf_release(&out);
	net_free(net);
}

/* A till that pushed all it has knows as many as its hub. */
static void who_forgot_what_it_sent_is_told(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub, *till = net->till[0];
	struct tenant shop;
	const char *begin;

	shop = shop_of(hub);
	begin = cursor(hub, shop.epoch, shop.seq);
	for (int i = 0; i < 3; i++)
		make_customer(till, pool_printf(till->pool, "077%d", i));
	net_push(net, 0);
	must(hub, pull_check_own(hub->db, hub->pool, hub->w.tenant, till->site.uuid, begin, 3, &hub->err));
	refused(hub, "device_restored", pull_check_own(hub->db, hub->pool, hub->w.tenant, till->site.uuid, begin, 2, &hub->err));
	/* Of others, behind the last, of other numbers, of no shop: nothing to compare. */
	must(hub, pull_check_own(hub->db, hub->pool, hub->w.tenant, uuid_v7(), begin, 0, &hub->err));
	must(hub, pull_check_own(hub->db, hub->pool, hub->w.tenant, till->site.uuid, cursor(hub, shop.epoch, shop_of(hub).seq), 0, &hub->err));
	must(hub, pull_check_own(hub->db, hub->pool, hub->w.tenant, till->site.uuid, cursor(hub, uuid_v7(), 0), 0, &hub->err));
	must(hub, pull_check_own(hub->db, hub->pool, uuid_v7(), till->site.uuid, begin, 0, &hub->err));
	refused(hub, "cursor", pull_check_own(hub->db, hub->pool, hub->w.tenant, till->site.uuid, "x", 3, &hub->err));
	net_free(net);
}

static void who_was_away_too_long_is_told(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub;
	struct tenant shop = shop_of(hub);

	must(hub, txn_run(&hub->t, "UPDATE tenants SET purged = 5 WHERE uuid = $1", ARGS(v_uuid(hub->w.tenant)), &hub->err));
	fixture_commit(hub);
	refused(hub, "away", pull_check_away(hub->db, hub->pool, hub->w.tenant, cursor(hub, shop.epoch, 4), &hub->err));
	must(hub, pull_check_away(hub->db, hub->pool, hub->w.tenant, cursor(hub, shop.epoch, 5), &hub->err));
	must(hub, pull_check_away(hub->db, hub->pool, hub->w.tenant, cursor(hub, uuid_v7(), 4), &hub->err));
	must(hub, pull_check_away(hub->db, hub->pool, uuid_v7(), cursor(hub, shop.epoch, 4), &hub->err));
	refused(hub, "cursor", pull_check_away(hub->db, hub->pool, hub->w.tenant, "x", &hub->err));
	net_free(net);
}

/* --- how much --- */

#define SMALL 1		/* bytes: one row is too many, and yet there must be one */

static int rows_of_pull(struct net *net, const char **since, struct buf *page)
{
	struct fixture *hub = net->hub;
	int n;

	db_rollback(hub->db);
	must(hub, pull_page(hub->db, hub->w.tenant, NOBODY, *since, 100, SMALL, &n, page, &hub->err));
	fixture_rollback(hub);
	*since = text_of(fixture_read(hub, page), "next");
	return n;
}

static void a_page_without_room_holds_one_row(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub, *till = net->till[0];
	struct uuid tea = make_product(hub, "Tea", 250), unnumbered = make_customer(till, "0770");
	struct uuid keys[] = { tea, uuid_v7(), tea };
	const char *since, *place = NULL;
	struct tenant shop;
	struct buf page = { 0 };
	struct json j;
	int n, rows = 0;

	sell(hub, tea, 1, 250);
	shop = shop_of(hub);
	since = cursor(hub, shop.epoch, shop.seq - 2);
	assert_int_equal(rows_of_pull(net, &since, &page), 1);
	assert_int_equal(rows_of_pull(net, &since, &page), 1);
	assert_int_equal(rows_of_pull(net, &since, &page), 0);
	do {
		db_rollback(hub->db);
		must(hub, snapshot_page(hub->db, hub->w.tenant, place, 100, SMALL, &n, &page, &hub->err));
		fixture_rollback(hub);
		assert_true(n <= 1);
		place = text_of(fixture_read(hub, &page), "next");
		rows++;
	} while (place && rows < 1000);
	assert_true(rows > 20 && rows < 1000);

	/* A key that nobody has is named, and is no row. */
	for (size_t max = SMALL; max <= 1 << 20; max += (1 << 20) - SMALL) {
		db_rollback(hub->db);
		must(hub, rows_page(hub->db, hub->w.tenant, schema_table("products"), keys, 3, max, &n, &page, &hub->err));
		fixture_rollback(hub);
		j = fixture_read(hub, &page);
		assert_int_equal(n, max == SMALL ? 1 : 2);
		assert_int_equal(int_of(j, "taken"), max == SMALL ? 1 : 3);
		assert_int_equal(json_len(json_member(j, "missing")), max == SMALL ? 0 : 1);
	}
	/* What has no number is here for this server alone. */
	db_rollback(till->db);
	must(till, rows_page(till->db, till->w.tenant, schema_table("customers"), &unnumbered, 1, 1 << 20, &n, &page, &till->err));
	fixture_rollback(till);
	assert_int_equal(json_len(json_member(fixture_read(till, &page), "rows")), 0);
	net_free(net);
}

static void a_batch_without_room_holds_one_row(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct buf body = { 0 }, sent = { 0 };
	int n;

	for (int i = 0; i < 3; i++)
		make_customer(till, pool_printf(till->pool, "077%d", i));
	db_rollback(till->db);
	for (size_t max = SMALL; max < 2000; max += 400) {
		buf_clear(&body);
		buf_clear(&sent);
		must(till, batch_build(till->db, till->w.tenant, 1000, max, &body, &sent, &n, &till->err));
		assert_in_range(n, 1, 3);
		assert_true(n == 1 || body.len < max + 100);
		assert_int_equal(json_len(json_member(fixture_read(till, &body), "rows")), n);
		assert_int_equal(json_len(fixture_read(till, &sent)), n);
	}
	assert_int_equal(n, 3);
	fixture_rollback(till);
	buf_release(&body);
	buf_release(&sent);
	net_free(net);
}

/* --- together, and as alone --- */

#define SALES 40

/* Between runs of sales something else; and one sale with more lines than fit at first. */
static void open_for_a_day(struct fixture *hub)
{
	struct uuid tea = make_product(hub, "Tea", 250);
	struct buf b = { 0 };
	struct doc d;
	bool same;

	for (int i = 0; i < SALES; i++) {
		if (i % 18 == 5)
			make_customer(hub, pool_printf(hub->pool, "077%d", i));
		sell(hub, tea, 1 + i, 250);
	}
	buf_printf(&b, "{'uuid':'%s','lines':[", uuid_text(uuid_v7()).s);
	for (int i = 0; i < 20; i++)
		buf_printf(&b, "%s{'product':'%s','qty':%d,'unit_price':250}", i ? "," : "", uuid_text(tea).s, 1000 * (i + 1));
	buf_printf(&b, "],'payments':[{'method':'cash','amount':52500}]}");
	must(hub, document_create(&hub->w, schema_table("invoices"), fixture_json(hub, b.data), &d, &same, &hub->err));
	buf_release(&b);
	fixture_commit(hub);
	sell(hub, tea, 1, 250);
}

typedef int page_fn(struct fixture *hub, const char *at, int limit, size_t max_bytes, int *n, struct buf *page);

static int a_pull(struct fixture *hub, const char *at, int limit, size_t max_bytes, int *n, struct buf *page)
{
	struct tenant shop = shop_of(hub);

	return pull_page(hub->db, hub->w.tenant, NOBODY, at ? at : cursor(hub, shop.epoch, 0), limit, max_bytes, n, page, &hub->err);
}

static int a_load(struct fixture *hub, const char *at, int limit, size_t max_bytes, int *n, struct buf *page)
{
	return snapshot_page(hub->db, hub->w.tenant, at, limit, max_bytes, n, page, &hub->err);
}

/* All rows, a line each, page by page. */
static void read_all(struct fixture *hub, page_fn *ask, int limit, size_t max_bytes, struct buf *lines)
{
	const char *at = NULL;
	bool more = true;

	while (more) {
		struct buf page = { 0 };
		struct json j, rows;
		int n;

		db_rollback(hub->db);
		must(hub, ask(hub, at, limit, max_bytes, &n, &page));
		fixture_rollback(hub);
		j = fixture_read(hub, &page);
		rows = json_member(j, "rows");
		assert_true(n <= limit);
		for (size_t i = 0; i < json_len(rows); i++) {
			json_print(json_at(rows, i), lines);
			buf_char(lines, '\n');
		}
		at = text_of(j, "next");
		must(hub, json_get_bool(j, "more", &more, &hub->err));
	}
}

static void each_is_as_alone(struct fixture *hub, const struct buf *lines)
{
	int documents = 0;

	for (const char *p = lines->data; p < lines->data + lines->len; p = strchr(p, '\n') + 1) {
		struct buf alone = { 0 }, same = { 0 };
		struct json row;
		struct doc d;

		must(hub, json_parse(hub->pool, p, strcspn(p, "\n"), &row, &hub->err));
		assert_int_equal(doc_load(hub->db, hub->pool, hub->w.tenant, schema_table(text_of(row, "table")), uuid_of(row, "uuid"), &d,
					  &hub->err), 1);
		doc_to_sync(&d, &alone);
		json_print(fixture_read(hub, &alone), &same);
		assert_int_equal(same.len, strcspn(p, "\n"));
		assert_memory_equal(same.data, p, same.len);
		buf_release(&same);
		documents += strcmp(d.head.table->name, "invoices") == 0;
	}
	assert_int_equal(documents, SALES + 2);
}

static void pages_of_any_size_say_the_same_and_of_each_document_what_it_is_alone(void **state)
{
	static page_fn *const ask[] = { a_pull, a_load };
	static const struct {
		int limit;
		size_t max_bytes;
	} sizes[] = { { 1, 1 << 20 }, { 7, 1 << 20 }, { 16, 1 << 20 }, { 17, 1 << 20 }, { 500, SMALL }, { 500, 4000 }, { 500, 40000 } };
	struct net *net = paired(state, 1);

	open_for_a_day(net->hub);
	for (size_t i = 0; i < ARRAY_LEN(ask); i++) {
		struct buf whole = { 0 };

		read_all(net->hub, ask[i], 500, 1 << 20, &whole);
		each_is_as_alone(net->hub, &whole);
		for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
			struct buf pieces = { 0 };

			read_all(net->hub, ask[i], sizes[k].limit, sizes[k].max_bytes, &pieces);
			assert_int_equal(pieces.len, whole.len);
			assert_memory_equal(pieces.data, whole.data, whole.len);
			buf_release(&pieces);
		}
		buf_release(&whole);
	}
	net_free(net);
}

/* --- at a strange time --- */

static void take_page(struct fixture *till, struct json page)
{
	struct apply a = { .site = &till->site, .tenant = till->w.tenant, .slice_ms = 1000, .pool = till->pool };

	must(till, apply_begin(&a, page, false, &till->err));
	must(till, apply_slice(&a, &till->t, &till->err));
	fixture_commit(till);
}

static struct json page_of(struct net *net, const char *since)
{
	struct fixture *hub = net->hub;
	struct buf page = { 0 };
	int n;

	db_rollback(hub->db);
	must(hub, pull_page(hub->db, hub->w.tenant, NOBODY, since, 100, 1 << 20, &n, &page, &hub->err));
	fixture_rollback(hub);
	return fixture_read(net->till[0], &page);
}

static void an_older_page_changes_nothing(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *hub = net->hub, *till = net->till[0];
	struct tenant shop = shop_of(hub);
	struct uuid ali = make_customer(hub, "0770");
	struct json old = page_of(net, cursor(hub, shop.epoch, shop.seq));

	change_customer(hub, ali, "phone", "0771");
	net_cycle(net);
	take_page(till, old);
	assert_string_equal(column_of_row(till, "customers", ali, "phone"), "0771");
	net_cycle(net);
	assert_true(net_identical(net, 0));
	net_free(net);
}

/* It does not go up, so nobody else judges it. */
static void undo_an_edit_that_was_refused_meets_the_hubs(void **state)
{
	for (int ours_is_later = 0; ours_is_later < 2; ours_is_later++) {
		struct net *net = paired(state, 1);
		struct fixture *hub = net->hub, *till = net->till[0];
		struct uuid ali = make_customer(till, "0770");

		net_cycle(net);
		for (int i = 0; i < 2; i++)
			change_customer(i == ours_is_later ? till : hub, ali, "phone", i == ours_is_later ? "0771" : "0772");
		must(till, outbox_mark(&till->t, till->w.tenant, schema_table("customers"), ali, OUTBOX_REFUSED, (struct uuid){ { 0 } },
				       &(struct err){ .code = "range" }, &till->err));
		fixture_commit(till);
		net_pull(net, 0);
		assert_string_equal(column_of_row(till, "customers", ali, "phone"), ours_is_later ? "0771" : "0772");
		assert_int_equal(dirty_of(till), ours_is_later);
		assert_int_equal(count_of(till, COUNT("conflicts") " AND loser LIKE '%0771%'"), !ours_is_later);
		net_free(net);
	}
}

/* The same answer twice makes no third document. */
static void once_what_differs_is_kept_apart_once(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid tea = make_product(net->till[0], "Tea", 250), invoice = uuid_v7();
	struct flight f = { 0 };

	net_cycle(net);
	sell_as(net->hub, invoice, tea, 2, 250);
	sell_as(net->till[0], invoice, tea, 5, 250);
	net_pack(net, 0, &f);
	net_ingest(net, 0, &f);
	net_ingest(net, 0, &f);
	assert_int_equal(count_of(net->hub, COUNT("invoices")), 2);
	assert_int_equal(count_of(net->hub, COUNT("conflicts") " AND rule = 'document_differs'"), 1);
	net_confirm(net, 0, &f);
	net_cycle(net);
	assert_true(net_identical(net, 0));
	flight_release(&f);
	net_free(net);
}

static void a_deletion_stamped_ahead_is_moved_back_as_well(void **state)
{
	struct net *net = paired(state, 1);
	struct fixture *till = net->till[0];
	struct uuid ali = make_customer(till, "0770");
	int64_t now = clock_wall();
	int moved;

	net_cycle(net);
	till->t.stamp = clock_now();
	must(till, record_delete(&till->w, schema_table("customers"), ali, NULL, &till->err));
	must(till, txn_run(&till->t, "UPDATE customers SET updated_at = $2, deleted_at = $2 WHERE uuid = $1",
			   ARGS(v_uuid(ali), v_int(now + 3600 * SECOND_US)), &till->err));
	fixture_commit(till);
	must(till, clock_restamp(&till->w, now, clock_boot(), &moved, &till->err));
	fixture_commit(till);
	assert_int_equal(moved, 1);
	assert_int_equal(count_of(till, COUNT("customers") " AND deleted_at IS NOT NULL AND deleted_at = updated_at"), 1);
	assert_true(fixture_int(till, "SELECT deleted_at FROM customers WHERE uuid = $1", ARGS(v_uuid(ali))) <= clock_wall());
	clock_unfollow();
	net_cycle(net);
	assert_true(net_identical(net, 0));
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(a_strange_cursor_begins_no_page),
	     cmocka_unit_test(who_forgot_what_it_sent_is_told),
	     cmocka_unit_test(who_was_away_too_long_is_told),
	     cmocka_unit_test(a_page_without_room_holds_one_row),
	     cmocka_unit_test(a_batch_without_room_holds_one_row),
	     cmocka_unit_test(pages_of_any_size_say_the_same_and_of_each_document_what_it_is_alone),
	     cmocka_unit_test(an_older_page_changes_nothing),
	     cmocka_unit_test(undo_an_edit_that_was_refused_meets_the_hubs),
	     cmocka_unit_test(once_what_differs_is_kept_apart_once),
	     cmocka_unit_test(a_deletion_stamped_ahead_is_moved_back_as_well))
