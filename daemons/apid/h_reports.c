/* Sums, as JSON or CSV. */
#include "base/base.h"
#include "apid/call.h"

#include "model/report.h"

/* ?format= says it, else Accept does. */
static int wants_csv(struct call *c, bool *csv, struct err *err)
{
	const char *format, *accept = call_header(c, "Accept");

	if (http_query(c->rq, "format", &format, err) < 0)
		return -1;
	*csv = format ? strcmp(format, "csv") == 0 : accept && strstr(accept, "text/csv");
	if (!format || *csv || strcmp(format, "json") == 0)
		return 0;
	return err_field(err, "/format", "not_a_choice", "format must be one of: json, csv");
}

/* Who wants a file wants all of it, as far as that goes. */
static int read_page(struct call *c, struct report *r, struct err *err)
{
	int64_t limit = 0;
	int most = (int)conf_int(c->apid->conf, "csv_rows");

	if (!r->sheet.csv)
		return call_page(c, &r->page, err);
	if (http_query_int(c->rq, "limit", 1, most, &limit, err) < 0 || http_query(c->rq, "after", &r->page.after, err) < 0 ||
	    http_query(c->rq, "q", &r->page.q, err) < 0)
		return -1;
	r->page.limit = limit ? (int)limit : most;
	return 0;
}

/* A route takes those of these that its row names. */
static int read_choices(struct call *c, struct report *r, struct err *err)
{
	const char *from, *to, *at, *level;

	if (http_query(c->rq, "from", &from, err) < 0 || http_query(c->rq, "to", &to, err) < 0 || http_query(c->rq, "at", &at, err) < 0 ||
	    http_query(c->rq, "level", &level, err) < 0)
		return -1;
	if (report_from(r, "from", from, err) < 0 || report_until(r, "to", to, err) < 0 || report_level(r, level, err) < 0)
		return -1;
	return report_as_of(r, "at", at, err);
}

/* What did not fit: the same again, from there. */
static const char *link_to(struct call *c, const char *cursor)
{
	struct slice q = c->rq->query;
	struct buf link = { 0 };
	const char *text;

	buf_printf(&link, "<%s?", c->rq->path);
	for (size_t at = 0, len; at < q.len; at += len + 1) {
		const char *amp = memchr(q.p + at, '&', q.len - at);

		len = amp ? (size_t)(amp - q.p) - at : q.len - at;
		if (len < 6 || memcmp(q.p + at, "after=", 6) != 0)
			buf_printf(&link, "%.*s&", (int)len, q.p + at);
	}
	buf_printf(&link, "after=%s>; rel=\"next\"", cursor);
	text = pool_strdup(c->pool, link.data);
	buf_release(&link);
	return text;
}

static int answer(struct call *c, struct report *r)
{
	c->etag_of_body = true;
	if (r->sheet.csv) {
		c->file = pool_printf(c->pool, "%s.csv", r->sheet.shape->name);
		c->link = r->sheet.next ? link_to(c, r->sheet.next) : NULL;
	}
	return 200;
}

/* All of a report sees one state of the books. */
static int run(struct call *c, struct report *r, report_fn *fn, struct err *err)
{
	int rc = fn(r, err);

	(rc < 0 ? sheet_drop : sheet_close)(&r->sheet);
	return rc < 0 ? -1 : answer(c, r);
}

static int report(struct call *c, struct uuid product, report_fn *fn, struct err *err)
{
	struct report r;
	int rc;

	if (db_read_begin(c->db, err) < 0)
		return -1;
	rc = report_begin(&r, c->db, c->pool, c->tenant, &c->out, err);
	r.product = product;
	if (rc == 0)
		rc = wants_csv(c, &r.sheet.csv, err);
	if (rc == 0 && (read_page(c, &r, err) < 0 || read_choices(c, &r, err) < 0))
		rc = -1;
	if (rc == 0)
		rc = run(c, &r, fn, err);
	db_read_end(c->db);
	return rc;
}

int h_moves(struct call *c, struct err *err)
{
	struct uuid product;

	return call_uuid(c, &product, err) < 0 ? -1 : report(c, product, report_moves, err);
}

int h_layers(struct call *c, struct err *err)
{
	struct uuid product;

	return call_uuid(c, &product, err) < 0 ? -1 : report(c, product, report_layers, err);
}

#define HANDLER(name, fn)                                                              \
	int name(struct call *c, struct err *err)                                      \
	{                                                                              \
		return report(c, (struct uuid){ { 0 } }, fn, err);                     \
	}

HANDLER(h_inventory, report_inventory)
HANDLER(h_valuation, report_valuation)
HANDLER(h_low_stock, report_low_stock)
HANDLER(h_oversold, report_oversold)
HANDLER(h_journal, report_journal)
HANDLER(h_trial_balance, report_trial_balance)
HANDLER(h_cash_flow, report_cash_flow)
HANDLER(h_receivables, report_receivables)
HANDLER(h_daily_sales, report_daily_sales)
HANDLER(h_sales_by_hour, report_sales_by_hour)
HANDLER(h_sales_by_product, report_sales_by_product)
