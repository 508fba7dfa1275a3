/* What a till believes of its cloud: moves and entries that follow from their
 * document, and nothing half. */
#include "base/base.h"
#include "net.h"

static void document(struct fixture *f, const char *table, const char *text)
{
	struct doc d;
	bool same;

	must(f, document_create(&f->w, schema_table(table), fixture_json(f, text), &d, &same, &f->err));
	fixture_commit(f);
}

/* One of each kind that moves goods or books them, at the hub. */
static void a_day_at_the_hub(struct fixture *hub)
{
	struct uuid tea = make_product(hub, "Tea", 250), sold = uuid_v7(), spoilt = uuid_v7(), mistake;
	const char *t = pool_strdup(hub->pool, uuid_text(tea).s);

	buy(hub, tea, 10, 50);
	buy(hub, tea, 10, 70);
	mistake = buy(hub, tea, 5, 90);
	document(hub, "purchase_voids", pool_printf(hub->pool, "{'purchase':'%s','reason':'x'}", uuid_text(mistake).s));
	sell_as(hub, sold, tea, 12, 250);
	document(hub, "returns", pool_printf(hub->pool, "{'invoice':'%s','lines':[{'line':0,'qty':4000}]}", uuid_text(sold).s));
	document(hub, "returns", pool_printf(hub->pool, "{'invoice':'%s','lines':[{'line':0,'qty':1000,'condition':'defect'}]}",
					     uuid_text(sold).s));
	sell_as(hub, spoilt, tea, 2, 250);
	document(hub, "cancellations", pool_printf(hub->pool, "{'invoice':'%s','reason':'x'}", uuid_text(spoilt).s));
	document(hub, "stock_adjustments", pool_printf(hub->pool, "{'kind':'count','reason':'x','lines':[{'product':'%s','counted':9000}]}", t));
	sell(hub, tea, 30, 250);
	buy(hub, tea, 40, 60);	/* and a correction of what was oversold */
}

/* All that the till has not seen, in one page. */
static void page_of(struct net *net, struct buf *page)
{
	struct fixture *hub = net->hub, *till = net->till[0];
	struct buf since = { 0 };
	struct pairing p;
	int n;

	must(till, pairing_load(till->db, till->pool, &p, &till->err));
	cursor_print((struct cursor){ p.epoch, p.cursor }, &since);
	db_rollback(hub->db);
	buf_clear(page);
	must(hub, pull_page(hub->db, hub->w.tenant, till->site.uuid, since.data, 100, 1 << 20, &n, page, &hub->err));
	fixture_rollback(hub);
	buf_release(&since);
}

static void apply_all(struct fixture *till, struct buf *page, struct apply *a)
{
	*a = (struct apply){ .site = &till->site, .tenant = till->w.tenant, .slice_ms = 60000, .pool = till->pool };
	must(till, apply_begin(a, fixture_read(till, page), false, &till->err));
	till->t.resume = 0;
	must(till, apply_slice(a, &till->t, &till->err));
}

/* Behind the mark, the first `from` becomes `to`. */
static void replace(struct buf *text, const char *mark, const char *from, const char *to)
{
	struct buf out = { 0 };
	char *at = strstr(text->data, mark);

	at = at ? strstr(at, from) : NULL;
	if (!at)
		fail_msg("the page has no %s behind %s: %s", from, mark, text->data);
	buf_printf(&out, "%.*s%s%s", (int)(at - text->data), text->data, to, at + strlen(from));
	buf_release(text);
	*text = out;
}

#define IN(table) "\"table\":\"" table "\""

static const struct {
	const char *mark, *from, *to;
	const char *says;
} lies[] = {
	{ IN("purchases"), "\"cost\":500", "\"cost\":501", "moves goods worth 501, and 500 of them are booked" },
	{ IN("purchases"), "\"debit\":500", "\"debit\":501", "off by 1" },
	{ IN("purchases"), "\"moves\"", "\"moved\"", "moves goods worth 0, and 500 of them are booked" },
	{ IN("purchases"), "\"entry_lines\"", "\"entry_limes\"", "1 journal entries with 0 lines" },
	{ IN("purchases"), "\"entry\"", "\"entrx\"", "0 journal entries with 2 lines" },
	{ IN("purchases"), "\"source\":\"purchase\"", "\"source\":\"invoice\"", "moves/0" },
	{ IN("purchases"), "\"line\":0", "\"line\":1", "moves 10000 thousandths" },
	{ IN("invoices"), "\"qty\":-10000", "\"qty\":-9000", "moves -11000 thousandths" },
	{ IN("invoices"), "\"qty\":-10000", "\"qty\":10000", "moves 8000 thousandths" },
	{ IN("invoices"), "\"cost\":-500", "\"cost\":-400", "moves goods worth -540, and -640 of them are booked" },
	{ IN("invoices"), "\"source\":\"invoice\",\"at\":\"2", "\"source\":\"invoice\",\"at\":\"1", "moves/0" },
	{ IN("returns"), "\"qty\":2000", "\"qty\":4000", "moves 6000 thousandths" },
	{ IN("returns"), "\"qty\":2000", "\"qty\":-4000", "moves -2000 thousandths" },
	{ IN("cancellations"), "\"qty\":2000", "\"qty\":-2000", "moves -2000 thousandths" },
	{ IN("purchase_voids"), "\"qty\":-5000", "\"qty\":5000", "moves 5000 thousandths" },
	{ IN("stock_adjustments"), "\"qty\":-2000,\"cost\"", "\"qty\":-9000,\"cost\"", "its lines say -3000" },
	{ IN("cost_corrections"), "\"qty\":", "\"qty\":1", "its lines say 0" },
	{ IN("cost_corrections"), "\"cost\":0,\"layer\":null", "\"cost\":5,\"layer\":null", "has a cost and no layer" },
};

static int64_t parked_for(struct fixture *till, const char *reason)
{
	return fixture_int(till, "SELECT CAST(count(*) AS bigint) FROM parked WHERE tenant = $1 AND reason LIKE $2",
			   ARGS(v_uuid(till->w.tenant), v_text(pool_printf(till->pool, "%%%s%%", reason))));
}

static void closed_what_cannot_follow_from_its_document_waits_aside(void **state)
{
	struct net *net = net_new(*(const enum engine *)*state, 1);
	struct fixture *till = net->till[0];
	struct buf page = { 0 };
	struct apply a;

	net_pair(net, 0);
	a_day_at_the_hub(net->hub);
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		page_of(net, &page);
		replace(&page, lies[i].mark, lies[i].from, lies[i].to);
		apply_all(till, &page, &a);
		if (parked_for(till, lies[i].says) != 1)
			fail_msg("%s with %s: %d are stored, %d wait, none for: %s", lies[i].mark, lies[i].to, a.applied, a.parked,
				 lies[i].says);
		fixture_rollback(till);
	}
	page_of(net, &page);
	apply_all(till, &page, &a);
	assert_int_equal(a.parked, 0);
	fixture_commit(till);
	assert_true(net_identical(net, 0));
	buf_release(&page);
	net_free(net);
}

/* The till sold before it knew of the delivery: the verdict brings what the goods cost. */
static void moving_a_verdict_that_cannot_be_is_asked_for_again_and_holds_up_nobody(void **state)
{
	struct net *net = net_new(*(const enum engine *)*state, 1);
	struct fixture *till = net->till[0];
	struct flight f = { 0 };
	struct uuid tea;

	net_pair(net, 0);
	tea = make_product(till, "Tea", 250);
	net_cycle(net);
	buy(net->hub, tea, 10, 50);
	sell(till, tea, 3, 250);
	make_customer(till, "0770");
	net_pack(net, 0, &f);
	net_ingest(net, 0, &f);
	replace(&f.answer, "\"document\"", "\"cost\":-150", "\"cost\":-149");
	net_confirm(net, 0, &f);
	assert_int_equal(dirty_of(till), 1);
	assert_int_equal(count_of(till, "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1 AND state = 'ready' "
				  "AND code = 'unbalanced'"), 1);
	assert_int_equal(count_of(till, "SELECT CAST(sum(cost) AS bigint) FROM stock_moves WHERE tenant = $1"), 0);
	net_cycle(net);
	assert_int_equal(dirty_of(till), 0);
	assert_int_equal(count_of(till, "SELECT CAST(sum(cost) AS bigint) FROM stock_moves WHERE tenant = $1"), 350);
	assert_true(net_identical(net, 0));
	flight_release(&f);
	net_free(net);
}

FIXTURE_MAIN(cmocka_unit_test(closed_what_cannot_follow_from_its_document_waits_aside),
	     cmocka_unit_test(moving_a_verdict_that_cannot_be_is_asked_for_again_and_holds_up_nobody))
