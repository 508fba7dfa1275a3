/* Each statement of whatever people and the link do fails once: it is answered
 * with an error, nothing stays open, and done again it succeeds.
 *
 * A day in a shop (shop.h) goes on as ever, with what stands in trial-calls.c in the
 * place of what it calls.  In the end every promise holds. */
#include "base/base.h"
#include "shop.h"
#include "trial.h"

#define ACTS 400

/* --- what is asked in the evening --- */

struct evening {
	const char *name;
	report_fn *report;
	int (*ask)(struct fixture *f, struct buf *out, struct err *err);
	int (*act)(struct fixture *f, struct err *err);
};

static const struct page first_page = { .limit = 50 };

static int lists(struct fixture *f, struct buf *out, struct err *err)
{
	for (const struct table *t = schema; t->name; t++)
		if (t->rule == NEWEST_WINS && record_list(f->db, f->w.tenant, t, &first_page, out, err) < 0)
			return -1;
	return 0;
}

static int search(struct fixture *f, struct buf *out, struct err *err)
{
	static const struct page tea = { .limit = 10, .q = "n" };

	return search_list(f->db, f->w.tenant, schema_table("products"), &tea, out, err) < 0 ? -1 : 0;
}

static int invoices(struct fixture *f, struct buf *out, struct err *err)
{
	return invoice_list(f->db, f->pool, f->w.tenant, &first_page, out, err);
}

static int shifts(struct fixture *f, struct buf *out, struct err *err)
{
	return shift_list(f->db, f->pool, f->w.tenant, &first_page, out, err);
}

static int conflicts(struct fixture *f, struct buf *out, struct err *err)
{
	return conflict_list(f->db, f->pool, f->w.tenant, &first_page, out, err);
}

static int devices(struct fixture *f, struct buf *out, struct err *err)
{
	return device_list(f->db, f->pool, f->w.tenant, out, err);
}

static int quarantine(struct fixture *f, struct buf *out, struct err *err)
{
	return quarantine_list(f->db, f->pool, f->w.tenant, &first_page, out, err);
}

static int doctor(struct fixture *f, struct buf *out, struct err *err)
{
	int n;

	return stock_check(f->db, f->w.tenant, out, &n, err);
}

static int rebuild_stock(struct fixture *f, struct err *err)
{
	return stock_rebuild(&f->t, f->w.tenant, err);
}

static int rebuild_search(struct fixture *f, struct err *err)
{
	return search_rebuild(&f->t, f->w.tenant, err);
}

static int reserve_number(struct fixture *f, struct err *err)
{
	const char *number;

	return number_reserve(&f->w, uuid_v7(), "invoice", &number, err);
}

static int start_over(struct fixture *f, struct err *err)
{
	return sync_start_over(&f->w, uuid_v7(), err);
}

static int change_license(struct fixture *f, struct err *err)
{
	char key[LICENSE_LEN + 1];

	return tenant_new_license(&f->t, f->w.tenant, key, err);
}

static int try_again(struct fixture *f, struct err *err)
{
	int64_t sent;
	int taken;

	return quarantine_retry(&f->w, (struct uuid){ { 0 } }, &sent, &taken, err);
}

static int undo(struct fixture *f, struct err *err)
{
	struct row now;
	struct val v;
	int n = db_one(f->db, f->pool, "SELECT uuid FROM conflicts WHERE tenant = $1 AND rule = 'newest_wins' ORDER BY uuid LIMIT 1",
		       ARGS(v_uuid(f->w.tenant)), &v, 1, err);

	return n <= 0 ? n : conflict_restore(&f->w, v.u, true, &now, err);
}

static const struct evening evening[] = {
	{ "inventory", report_inventory }, { "valuation", report_valuation }, { "low stock", report_low_stock },
	{ "oversold", report_oversold }, { "journal", report_journal }, { "trial balance", report_trial_balance },
	{ "cash flow", report_cash_flow }, { "daily sales", report_daily_sales }, { "sales by hour", report_sales_by_hour },
	{ "sales by product", report_sales_by_product }, { "receivables", report_receivables },
	{ "lists", .ask = lists }, { "search", .ask = search }, { "invoices", .ask = invoices }, { "shifts", .ask = shifts },
	{ "conflicts", .ask = conflicts }, { "devices", .ask = devices }, { "quarantine", .ask = quarantine }, { "doctor", .ask = doctor },
	{ "stock rebuilt", .act = rebuild_stock }, { "search rebuilt", .act = rebuild_search }, { "a number", .act = reserve_number },
	{ "another epoch", .act = start_over }, { "another licence", .act = change_license }, { "sent again", .act = try_again },
	{ "a loser put back", .act = undo },
};

static int ask_report(struct fixture *f, report_fn *fn, struct buf *out, struct err *err)
{
	struct report r;

	if (report_begin(&r, f->db, f->pool, f->w.tenant, NULL, err) < 0)
		return -1;
	r.page.limit = PAGE_MAX;
	r.sheet.out = out;
	return fn(&r, err);
}

static int one(struct fixture *f, const struct evening *e, struct buf *out, struct err *err)
{
	if (e->report)
		return ask_report(f, e->report, out, err);
	return e->ask ? e->ask(f, out, err) : e->act(f, err);
}

static int tried(struct fixture *f, const struct evening *e, struct buf *out, struct err *err)
{
	struct trial x = { .what = e->name, .of = f->site.hub ? "hub" : "till", .db = f->db, .t = &f->t, .site = &f->site, .out = { out } };

	TRY(x, one(f, e, out, err));
}

static void in_the_evening(struct fixture *f)
{
	for (size_t i = 0; i < ARRAY_LEN(evening); i++) {
		struct buf out = { 0 };

		fixture_commit(f);
		must(f, tried(f, &evening[i], &out, &f->err));
		fixture_rollback(f);
		buf_release(&out);
	}
}

/* --- the test --- */

static void every_failure_is_answered(void **state)
{
	bool lite = *(const enum engine *)*state == ENGINE_SQLITE, more = getenv("FEXL_LONG");
	struct shop *s;
	struct trials n;

	trials_begin(more ? 12 : lite ? 2 : 1, more);
	s = shop_new(*(const enum engine *)*state, 7);
	shop_opens(s, ACTS);
	for (int i = 0; i < s->net->tills; i++)
		net_repair(s->net, i);
	in_the_evening(s->net->hub);
	in_the_evening(s->net->till[0]);
	shop_audit(s);
	shop_free(s);
	n = trials_so_far();
	print_message("# %d calls of %d kinds failed %d times, below %d places\n", n.calls, n.kinds, n.statements, n.places);
	assert_true(n.kinds > 70 && n.statements > 700 && n.places > 300);
}

FIXTURE_MAIN(cmocka_unit_test(every_failure_is_answered))
