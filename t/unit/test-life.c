/* Where is my invoice: what is not in the cloud yet, and the life of one row. */
#include "base/base.h"
#include "net.h"

#include "model/life.h"

static struct json life_of(struct fixture *f, struct uuid uuid)
{
	struct buf out = { 0 };
	struct json j;

	must(f, row_life(f->db, f->pool, f->w.tenant, uuid, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

/* Some item of it says so, at that place. */
static bool says(struct json life, const char *where, const char *what)
{
	struct json items = json_member(life, "items");

	for (size_t i = 0; i < json_len(items); i++)
		if (strcmp(text_of(json_at(items, i), "where"), where) == 0 && strstr(text_of(json_at(items, i), "text"), what))
			return true;
	return false;
}

static struct json outbox(struct fixture *f, int limit, const char *after)
{
	const struct page page = { .limit = limit, .after = after };
	struct buf out = { 0 };
	struct json j;

	must(f, outbox_list(f->db, f->pool, f->w.tenant, &page, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

static struct json sums(struct fixture *f)
{
	struct buf out = { 0 };
	struct json j;

	must(f, outbox_json(f->db, f->pool, f->w.tenant, &out, &f->err));
	j = fixture_read(f, &out);
	return j;
}

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++) {
		net_pair(net, i);
		must(net->hub, device_rename(&net->hub->t, net->hub->w.tenant, net->device[i].device, i ? "Till 2" : "Till 1", &net->hub->err));
	}
	return net;
}

/* --- the life of a row --- */

static void a_row_is_followed_from_the_till_into_the_cloud(void **state)
{
	struct net *net = paired(state, 2);
	struct fixture *till = net->till[0];
	struct uuid tea = make_product(till, "Tea", 100), sale = sell(till, tea, 1, 100);
	struct json life = life_of(till, sale);

	assert_string_equal(text_of(life, "table"), "invoices");
	assert_non_null(text_of(life, "number"));
	assert_true(says(life, "here", "not in the cloud yet: ready"));
	assert_true(says(life, "Till", "stored by"));
	net_push(net, 0);
	assert_true(says(life_of(net->hub, sale), "Till 1", "stored by"));
	assert_true(says(life_of(net->hub, sale), "Till 2", "has not pulled it yet"));
	assert_true(says(life_of(till, sale), "here", "agreed upon with the cloud"));
	assert_true(says(life_of(till, sale), "cloud", "numbered as change"));
	net_cycle(net);
	must(net->hub, device_seen(&net->hub->t, net->hub->w.tenant, net->device[1].device, 0, INT32_MAX, &net->hub->err));
	assert_true(says(life_of(net->hub, sale), "Till 2", "has it"));
	net_free(net);
}

static void an_edit_says_what_it_was_made_from_and_what_it_lost(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid amal = make_customer(net->till[0], "0770");
	struct json life;

	net_cycle(net);
	change_customer(net->till[0], amal, "note", "first");
	change_customer(net->till[1], amal, "note", "second");
	assert_true(says(life_of(net->till[0], amal), "Till", "the version that this one was made from"));
	net_cycle(net);
	life = life_of(net->hub, amal);
	assert_true(says(life, "Till 1", "a version lost against one of Till 2"));
	assert_null(text_of(life, "number"));
	must(net->hub, record_delete(&net->hub->w, schema_table("customers"), amal, NULL, &net->hub->err));
	assert_true(says(life_of(net->hub, amal), "cloud", "deleted by"));
	net_free(net);
}

static void what_waits_aside_is_told_and_nobody_is_nowhere(void **state)
{
	static const char sql[] = "INSERT INTO parked (tenant, tbl, uuid, needs, seq, body, reason) "
				  "VALUES ($1, $2, $3, $3, 1, '{}', 'its parent is not here')";
	struct fixture *f = *state;
	const struct table *t = schema_table("customers");
	struct uuid amal = make_customer(f, "0770");
	struct buf out = { 0 };

	must(f, txn_run(&f->t, sql, ARGS(v_uuid(f->w.tenant), v_int(t->rank), v_uuid(amal)), &f->err));
	assert_true(says(life_of(f, amal), "here", "waits aside: its parent is not here"));
	refused(f, "not_found", row_life(f->db, f->pool, f->w.tenant, uuid_v7(), &out, &f->err));
	buf_release(&out);
}

/* --- the outbox --- */

static void what_is_not_in_the_cloud_is_counted_by_its_kind(void **state)
{
	struct fixture *f = *state;
	const struct table *t = schema_table("customers");
	const struct err why = { .kind = ERR_INPUT, .code = "taken", .field = "/phone", .text = "another has it" };
	struct uuid a = make_customer(f, "0770"), b = make_customer(f, "0771");
	struct json customers;

	make_product(f, "Tea", 100);
	must(f, outbox_mark(&f->t, f->w.tenant, t, a, OUTBOX_REFUSED, a, &why, &f->err));
	must(f, outbox_mark(&f->t, f->w.tenant, t, b, OUTBOX_WAITING, a, &why, &f->err));
	assert_int_equal(int_of(sums(f), "total"), 3);
	customers = json_at(json_member(sums(f), "tables"), 1);
	assert_string_equal(text_of(customers, "table"), "customers");
	assert_int_equal(int_of(customers, "refused"), 1);
	assert_int_equal(int_of(customers, "waiting"), 1);
	assert_string_equal(text_of(customers, "last_error"), "another has it");
	must(f, outbox_release(&f->t, f->w.tenant, a, &f->err));
	assert_int_equal(int_of(json_at(json_member(sums(f), "tables"), 1), "refused"), 0);
	assert_true(says(life_of(f, a), "here", "tried 1 times: another has it"));
}

static void it_is_listed_page_by_page(void **state)
{
	struct fixture *f = *state;
	const char *after = NULL;
	struct uuid seen[4];
	int n = 0;

	assert_int_equal(json_type(json_member(outbox(f, 2, NULL), "oldest")), JSON_NULL);
	make_customer(f, "0770");
	make_customer(f, "0771");
	make_product(f, "Tea", 100);
	do {
		struct json page = outbox(f, 2, after), items = json_member(page, "items");

		for (size_t i = 0; i < json_len(items); i++, n++) {
			assert_true(n < 4);
			seen[n] = uuid_of(json_at(items, i), "uuid");
		}
		after = text_of(page, "next");
	} while (after);
	assert_int_equal(n, 3);
	assert_false(uuid_eq(seen[0], seen[1]) || uuid_eq(seen[1], seen[2]));
}

static void a_cursor_of_another_list_is_refused(void **state)
{
	static const char *const wrong[] = { "", "3", "3.x", "x.0190a000-0000-7000-8000-000000000000" };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const struct page page = { .limit = 2, .after = wrong[i] };
		struct buf out = { 0 };

		refused(f, "cursor", outbox_list(f->db, f->pool, f->w.tenant, &page, &out, &f->err));
		buf_release(&out);
	}
}

FIXTURE_MAIN(cmocka_unit_test(a_row_is_followed_from_the_till_into_the_cloud),
	     cmocka_unit_test(an_edit_says_what_it_was_made_from_and_what_it_lost), TILL(what_waits_aside_is_told_and_nobody_is_nowhere),
	     TILL(what_is_not_in_the_cloud_is_counted_by_its_kind), TILL(it_is_listed_page_by_page),
	     TILL(a_cursor_of_another_list_is_refused))
