/* Each statement of whatever people and the link do fails once: it is answered
 * with an error, nothing stays open, and done again it succeeds.
 *
 * A day in a shop (shop.h) goes on as ever.  The linker puts the functions below
 * in the place of those that it calls: they fail it at its first statement, then
 * at its second, …, and only then let it do its work.  In the end every promise holds. */
#include "base/base.h"
#include "shop.h"
#include "trial.h"

#define ACTS 220

/* --- what is tried as it comes --- */

#define STANDS_IN(name, params, args, ...)                                                         \
	int __real_##name params;                                                                  \
	int __wrap_##name params;                                                                  \
	int __wrap_##name params                                                                   \
	{                                                                                          \
		struct trial x = { .what = #name, __VA_ARGS__ };                                   \
                                                                                                   \
		TRY(x, __real_##name args);                                                        \
	}
#define OF_WRITE .db = w->t->db, .t = w->t, .site = w->site
#define OF_TXN .db = t->db, .t = t
#define STATE(p) .state = p, .state_size = sizeof *p

STANDS_IN(document_create, (struct write *w, const struct table *table, struct json body, struct doc *d, bool *identical, struct err *err),
	  (w, table, body, d, identical, err), OF_WRITE, .of = table->name)
STANDS_IN(record_create, (struct write *w, const struct table *table, struct json body, struct row *r, struct err *err),
	  (w, table, body, r, err), OF_WRITE, .of = table->name)
STANDS_IN(record_change, (struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct json body,
			  struct row *r, struct err *err),
	  (w, table, uuid, if_match, body, r, err), OF_WRITE, .of = table->name)
STANDS_IN(record_delete, (struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct err *err),
	  (w, table, uuid, if_match, err), OF_WRITE, .of = table->name)
STANDS_IN(pairing_begin, (struct write *w, const char *url, struct uuid tenant, const char *name, struct err *err),
	  (w, url, tenant, name, err), OF_WRITE, STATE(w))
STANDS_IN(sync_meet_epoch, (struct write *w, struct uuid epoch, struct err *err), (w, epoch, err), OF_WRITE)
STANDS_IN(device_register, (struct txn *t, const struct device *asks, struct device *d, struct err *err), (t, asks, d, err), OF_TXN)
STANDS_IN(device_approve, (struct txn *t, struct uuid tenant, struct uuid uuid, struct err *err), (t, tenant, uuid, err), OF_TXN)
STANDS_IN(ingest_slice, (struct ingest *in, struct txn *t, struct err *err), (in, t, err), OF_TXN, STATE(in), .site = in->site,
	  .out = { &in->results })
STANDS_IN(apply_slice, (struct apply *a, struct txn *t, struct err *err), (a, t, err), OF_TXN, STATE(a), .site = a->site)
STANDS_IN(confirm_slice, (struct confirm *c, struct txn *t, struct err *err), (c, t, err), OF_TXN, STATE(c), .site = c->site)
STANDS_IN(repair_slice, (struct repair *r, struct txn *t, struct err *err), (r, t, err), OF_TXN, STATE(r), .site = r->apply.site)

STANDS_IN(batch_build, (struct db *db, struct uuid tenant, int max_rows, size_t max_bytes, struct buf *body, struct buf *sent, int *n_rows,
			struct err *err),
	  (db, tenant, max_rows, max_bytes, body, sent, n_rows, err), .db = db, .out = { body, sent })
STANDS_IN(pull_page, (struct db *db, struct uuid tenant, struct uuid not_from, const char *since, int limit, size_t max_bytes, int *n_rows,
		      struct buf *out, struct err *err),
	  (db, tenant, not_from, since, limit, max_bytes, n_rows, out, err), .db = db, .out = { out })
STANDS_IN(snapshot_page, (struct db *db, struct uuid tenant, const char *after, int limit, size_t max_bytes, int *n_rows, struct buf *out,
			  struct err *err),
	  (db, tenant, after, limit, max_bytes, n_rows, out, err), .db = db, .out = { out })
STANDS_IN(digest_request, (struct db *db, struct pool *pool, struct uuid tenant, const struct key_range *ranges, int n, struct buf *out,
			   struct err *err),
	  (db, pool, tenant, ranges, n, out, err), .db = db, .out = { out })
STANDS_IN(digest_answer, (struct db *db, struct uuid tenant, struct json request, struct buf *out, struct err *err),
	  (db, tenant, request, out, err), .db = db, .out = { out })
STANDS_IN(digest_compare, (struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer, struct buf *out,
			   bool *same, struct err *err),
	  (db, pool, tenant, request, answer, out, same, err), .db = db, .out = { out })
STANDS_IN(digest_find, (struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer,
			struct differences *out, struct err *err),
	  (db, pool, tenant, request, answer, out, err), .db = db, STATE(out))
STANDS_IN(rows_page, (struct db *db, struct uuid tenant, const struct table *t, const struct uuid *key, int n, size_t max_bytes, int *n_rows,
		      struct buf *out, struct err *err),
	  (db, tenant, t, key, n, max_bytes, n_rows, out, err), .db = db, .out = { out })

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
	print_message("# %d calls of %d kinds failed at %d statements\n", n.calls, n.kinds, n.statements);
	assert_true(n.kinds > 70 && n.statements > 700);
}

FIXTURE_MAIN(cmocka_unit_test(every_failure_is_answered))
