/* Sums: stock, the journal, the books. */
#include "base/base.h"
#include "apid/call.h"

int h_inventory(struct call *c, struct err *err)
{
	struct page page;

	if (call_page(c, &page, err) < 0)
		return -1;
	c->etag_of_body = true;
	return report_inventory(c->db, c->pool, c->tenant, &page, &c->out, err) < 0 ? -1 : 200;
}

int h_moves(struct call *c, struct err *err)
{
	struct uuid product;
	struct page page;

	if (call_uuid(c, &product, err) < 0 || call_page(c, &page, err) < 0)
		return -1;
	c->etag_of_body = true;
	return report_moves(c->db, c->pool, c->tenant, product, &page, &c->out, err) < 0 ? -1 : 200;
}

int h_journal(struct call *c, struct err *err)
{
	struct page page;

	if (call_page(c, &page, err) < 0)
		return -1;
	c->etag_of_body = true;
	return report_journal(c->db, c->pool, c->tenant, &page, &c->out, err) < 0 ? -1 : 200;
}

int h_trial_balance(struct call *c, struct err *err)
{
	c->etag_of_body = true;
	return report_trial_balance(c->db, c->pool, c->tenant, &c->out, err) < 0 ? -1 : 200;
}

int h_valuation(struct call *c, struct err *err)
{
	c->etag_of_body = true;
	return report_valuation(c->db, c->pool, c->tenant, &c->out, err) < 0 ? -1 : 200;
}
