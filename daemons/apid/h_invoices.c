/* What follows an invoice, and what customers owe. */
#include "base/base.h"
#include "apid/call.h"

int h_invoice_list(struct call *c, struct err *err)
{
	struct page page;
	int rc;

	if (call_page(c, &page, err) < 0 || db_read_begin(c->db, err) < 0)
		return -1;
	rc = invoice_list(c->db, c->pool, c->tenant, &page, &c->out, err);
	db_read_end(c->db);
	c->etag_of_body = true;
	return rc < 0 ? -1 : 200;
}

int h_account(struct call *c, struct err *err)
{
	struct uuid customer;
	struct page page;
	int n;

	if (call_uuid(c, &customer, err) < 0 || call_page(c, &page, err) < 0 || db_read_begin(c->db, err) < 0)
		return -1;
	n = row_is_there(c->db, c->tenant, call_table(c), customer, err);
	if (n == 0)
		err_set(err, ERR_NOT_FOUND, "not_found", "there is no customer %s", uuid_text(customer).s);
	else if (n > 0 && account_json(c->db, c->pool, c->tenant, customer, &page, &c->out, err) < 0)
		n = -1;
	db_read_end(c->db);
	c->etag_of_body = true;
	return n > 0 ? 200 : -1;
}

int h_invoice_get(struct call *c, struct err *err)
{
	return call_document(c, invoice_more, err);
}
