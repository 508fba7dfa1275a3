/* What nobody needs any more goes, and nothing else does; the hub on both engines. */
#include "base/base.h"
#include "net.h"

#include "base/clock.h"
#include "model/purge.h"

#define DAY (86400 * (int64_t)SECOND_US)
#define COUNT(table) "SELECT CAST(count(*) AS bigint) FROM " table " WHERE tenant = $1"
#define GRAVES COUNT("customers") " AND deleted_at IS NOT NULL"

static struct net *paired(void **state, int tills)
{
	struct net *net = net_new(*(const enum engine *)*state, tills);

	for (int i = 0; i < tills; i++)
		net_pair(net, i);
	return net;
}

static void delete_row(struct fixture *f, const char *table, struct uuid row)
{
	f->t.stamp = clock_now();
	must(f, record_delete(&f->w, schema_table(table), row, NULL, &f->err));
	fixture_commit(f);
}

/* What a till says with its health. */
static void tell_cursors(struct net *net)
{
	struct fixture *hub = net->hub;

	for (int i = 0; i < net->tills; i++) {
		int64_t cursor = fixture_int(net->till[i], "SELECT cursor FROM pairing", NO_ARGS);

		must(hub, device_seen(&hub->t, hub->w.tenant, net->device[i].device, 0, cursor, &hub->err));
	}
	fixture_commit(hub);
}

/* So long after what happened just now. */
static struct purge of(struct fixture *f, int keep_days, int most_days)
{
	return (struct purge){ .tenant = f->w.tenant, .hub = f->site.hub, .keep_us = keep_days * DAY, .most_us = most_days * DAY,
			       .conflicts_us = 400 * DAY };
}

static void look(struct fixture *f, struct purge *p)
{
	fixture_commit(f);
	db_rollback(f->db);
	must(f, purge_look(f->db, f->pool, p, &f->err));
	fixture_rollback(f);
}

static void purge(struct fixture *f, struct purge *p)
{
	look(f, p);
	must(f, purge_write(&f->t, p, &f->err));
	fixture_commit(f);
}

static int64_t purged_of(struct fixture *f)
{
	return fixture_int(f, "SELECT COALESCE(purged, 0) FROM tenants", NO_ARGS);
}

/* The till hears with its next health what the hub has purged. */
static void hear(struct net *net, int i)
{
	struct fixture *till = net->till[i];

	must(till, pairing_purged(&till->w, purged_of(net->hub), fixture_int(net->hub, "SELECT seq FROM tenants", NO_ARGS), &till->err));
	fixture_commit(till);
}

static void all_identical(struct net *net)
{
	net_cycle(net);
	for (int i = 0; i < net->tills; i++)
		assert_true(net_identical(net, i));
}

static void a_deletion_goes_once_every_till_knows_it(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct purge p = of(net->hub, 0, 400);

	net_cycle(net);
	delete_row(net->till[0], "customers", ali);
	net_push(net, 0);
	net_pull(net, 0);
	tell_cursors(net);
	purge(net->hub, &p);
	assert_int_equal(p.tombstones, 0);	/* till 2 has not heard of it */
	net_cycle(net);
	tell_cursors(net);
	purge(net->hub, &p);
	assert_int_equal(p.tombstones, 1);
	assert_int_equal(count_of(net->hub, GRAVES), 0);
	all_identical(net);		/* though the tills still have it */
	hear(net, 0);
	assert_int_equal(fixture_int(net->till[0], "SELECT away FROM pairing", NO_ARGS), 0);
	p = of(net->till[0], 0, 400);
	purge(net->till[0], &p);
	assert_int_equal(count_of(net->till[0], GRAVES), 0);
	all_identical(net);
	net_free(net);
}

static void a_young_deletion_stays(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct purge p = of(net->hub, 30, 400);

	net_cycle(net);
	delete_row(net->till[0], "customers", ali);
	net_cycle(net);
	tell_cursors(net);
	purge(net->hub, &p);
	assert_int_equal(count_of(net->hub, GRAVES), 1);
	must(net->hub, txn_run(&net->hub->t, "UPDATE customers SET deleted_at = deleted_at - $1", ARGS(v_int(31 * DAY)), &net->hub->err));
	purge(net->hub, &p);
	assert_int_equal(count_of(net->hub, GRAVES), 0);
	net_free(net);
}

static void what_a_sale_refers_to_is_never_purged(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid tea = make_product(net->till[0], "Tea", 250), salt = make_product(net->till[0], "Salt", 100);
	struct purge p = of(net->hub, 0, 400);

	sell(net->till[0], tea, 1, 250);
	net_cycle(net);
	delete_row(net->till[0], "products", tea);
	delete_row(net->till[0], "products", salt);
	net_cycle(net);
	tell_cursors(net);
	purge(net->hub, &p);
	assert_int_equal(p.tombstones, 1);
	assert_int_equal(row_is_there(net->hub->db, net->hub->w.tenant, schema_table("products"), tea, &net->hub->err), 1);
	assert_int_equal(row_is_there(net->hub->db, net->hub->w.tenant, schema_table("products"), salt, &net->hub->err), 0);
	all_identical(net);
	net_free(net);
}

static void nothing_goes_when_something_was_stored_since(void **state)
{
	struct net *net = paired(state, 1);
	struct uuid tea = make_product(net->hub, "Tea", 250);
	struct purge p = of(net->hub, 0, 400);

	net_cycle(net);
	delete_row(net->hub, "products", tea);
	net_cycle(net);
	tell_cursors(net);
	look(net->hub, &p);
	assert_true(purge_has_work(&p));
	make_customer(net->hub, "0770");
	must(net->hub, purge_write(&net->hub->t, &p, &net->hub->err));
	fixture_commit(net->hub);
	assert_int_equal(p.tombstones, 0);
	assert_int_equal(purged_of(net->hub), 0);
	net_cycle(net);
	tell_cursors(net);
	purge(net->hub, &p);
	assert_int_equal(p.tombstones, 1);
	net_free(net);
}

static void who_was_away_too_long_repairs_its_sales_first(void **state)
{
	struct net *net = paired(state, 2);
	struct fixture *hub = net->hub, *away = net->till[1];
	struct uuid ali = make_customer(net->till[0], "0770"), tea = make_product(net->till[0], "Tea", 250), zoe;
	struct purge p = of(hub, 0, 0);
	struct buf since = { 0 };
	struct repaired r;
	struct pairing at;

	net_cycle(net);
	tell_cursors(net);
	sell(away, tea, 2, 250);
	zoe = make_customer(away, "0771");
	delete_row(net->till[0], "customers", ali);
	net_push(net, 0);
	net_pull(net, 0);
	purge(hub, &p);
	assert_int_equal(p.tombstones, 1);
	must(away, pairing_load(away->db, away->pool, &at, &away->err));
	cursor_print((struct cursor){ at.epoch, at.cursor }, &since);
	refused(hub, "away", pull_check_away(hub->db, hub->pool, hub->w.tenant, since.data, &hub->err));
	hear(net, 1);
	assert_int_equal(fixture_int(away, "SELECT away FROM pairing", NO_ARGS), purged_of(hub));
	net_push(net, 1);
	net_pull(net, 1);
	assert_int_equal(count_of(hub, COUNT("invoices")), 1);
	assert_int_equal(count_of(away, COUNT("customers") " AND deleted_at IS NULL AND phone = '0770'"), 1);
	r = net_repair(net, 1);
	assert_int_equal(r.gone, 1);
	assert_int_equal(r.sent + r.fetched + r.conflicts, 0);
	must(away, pairing_repaired(&away->w, purged_of(hub), &away->err));
	fixture_commit(away);
	assert_int_equal(fixture_int(away, "SELECT away FROM pairing", NO_ARGS), 0);
	assert_int_equal(count_of(away, COUNT("customers") " AND deleted_at IS NULL AND phone = '0770'"), 0);
	assert_int_equal(row_is_there(hub->db, hub->w.tenant, schema_table("customers"), zoe, &hub->err), 1);
	all_identical(net);
	assert_int_equal(count_of(hub, COUNT("conflicts")), 0);
	buf_release(&since);
	net_free(net);
}

/* What it sent has numbers beyond its cursor. */
static void what_it_sent_itself_does_not_come_back_either(void **state)
{
	struct net *net = paired(state, 2);
	struct fixture *away = net->till[1];
	struct purge p = of(net->hub, 0, 0);
	struct repaired r;
	struct uuid zoe;

	net_cycle(net);
	zoe = make_customer(away, "0771");
	net_push(net, 1);
	net_pull(net, 0);
	delete_row(net->till[0], "customers", zoe);
	net_push(net, 0);
	purge(net->hub, &p);
	assert_int_equal(p.tombstones, 1);
	hear(net, 1);
	net_push(net, 1);
	net_pull(net, 1);
	r = net_repair(net, 1);
	assert_int_equal(r.gone, 1);
	assert_int_equal(r.sent, 0);
	assert_int_equal(count_of(away, COUNT("customers") " AND deleted_at IS NULL AND phone = '0771'"), 0);
	all_identical(net);
	net_free(net);
}

static void an_edit_of_what_was_purged_is_kept_for_people(void **state)
{
	struct net *net = paired(state, 2);
	struct uuid ali = make_customer(net->till[0], "0770");
	struct purge p = of(net->hub, 0, 0);

	net_cycle(net);
	tell_cursors(net);
	change_customer(net->till[1], ali, "name", "Ali");
	delete_row(net->till[0], "customers", ali);
	net_push(net, 0);
	purge(net->hub, &p);
	assert_int_equal(p.tombstones, 1);
	hear(net, 1);
	net_cycle(net);
	assert_int_equal(count_of(net->hub, COUNT("conflicts") " AND rule = 'gone' AND loser LIKE '%Ali%'"), 1);
	net_repair(net, 1);
	all_identical(net);
	net_free(net);
}

static void deleted_and_forgotten_while(void **state, void (*out_and_in)(struct net *net))
{
	struct net *net = paired(state, 2);
	struct fixture *till = net->till[1];
	struct uuid ali = make_customer(net->till[0], "0770");
	struct purge p = of(net->hub, 0, 0);
	int64_t away;

	net_cycle(net);
	delete_row(net->till[0], "customers", ali);
	net_push(net, 0);
	purge(net->hub, &p);
	assert_int_equal(p.tombstones, 1);
	out_and_in(net);
	net_cycle(net);
	assert_true((away = fixture_int(till, "SELECT away FROM pairing", NO_ARGS)) > 0);
	assert_int_equal(net_repair(net, 1).gone, 1);
	must(till, pairing_repaired(&till->w, away, &till->err));
	fixture_commit(till);
	all_identical(net);
	assert_int_equal(count_of(till, COUNT("customers") " AND deleted_at IS NULL AND phone = '0770'"), 0);
	net_free(net);
}

static void unpair_and_pair(struct net *net)
{
	struct fixture *till = net->till[1];

	must(till, pairing_end(&till->w, &till->err));
	fixture_commit(till);
	net_pair(net, 1);
}

static void load_again(struct net *net)
{
	struct fixture *till = net->till[1];

	must(till, pairing_load_again(&till->w, &till->err));
	fixture_commit(till);
	net_load(net, 1);
}

static void who_pairs_again_has_missed_what_was_forgotten(void **state)
{
	deleted_and_forgotten_while(state, unpair_and_pair);
}

static void who_loads_again_has_missed_it_as_well(void **state)
{
	deleted_and_forgotten_while(state, load_again);
}

static void old_conflicts_go_when_their_till_was_told(void **state)
{
	struct net *net = paired(state, 2);
	struct fixture *hub = net->hub;
	struct uuid ali = make_customer(net->till[0], "0770");
	struct purge p = of(hub, 0, 400);

	net_cycle(net);
	tell_cursors(net);
	change_customer(net->till[0], ali, "name", "Ali");
	change_customer(net->till[1], ali, "name", "Alison");
	net_push(net, 0);
	net_push(net, 1);
	assert_int_equal(count_of(hub, COUNT("conflicts")), 1);
	must(hub, txn_run(&hub->t, "UPDATE conflicts SET at = at - $1", ARGS(v_int(401 * DAY)), &hub->err));
	purge(hub, &p);
	assert_int_equal(count_of(hub, COUNT("conflicts")), 1);
	net_cycle(net);
	tell_cursors(net);
	purge(hub, &p);
	assert_int_equal(p.conflicts, 1);
	assert_int_equal(count_of(hub, COUNT("conflicts")), 0);
	assert_int_equal(count_of(net->till[0], COUNT("conflicts")), 1);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(a_deletion_goes_once_every_till_knows_it),
	     cmocka_unit_test(a_young_deletion_stays),
	     cmocka_unit_test(what_a_sale_refers_to_is_never_purged),
	     cmocka_unit_test(nothing_goes_when_something_was_stored_since),
	     cmocka_unit_test(who_was_away_too_long_repairs_its_sales_first),
	     cmocka_unit_test(what_it_sent_itself_does_not_come_back_either),
	     cmocka_unit_test(an_edit_of_what_was_purged_is_kept_for_people),
	     cmocka_unit_test(who_pairs_again_has_missed_what_was_forgotten),
	     cmocka_unit_test(who_loads_again_has_missed_it_as_well),
	     cmocka_unit_test(old_conflicts_go_when_their_till_was_told))
