/* Drawers: shifts as they stand now. */
#include "base/base.h"
#include "apid/call.h"

int h_shift_list(struct call *c, struct err *err)
{
	struct page page;
	int rc;

	if (call_page(c, &page, err) < 0 || db_read_begin(c->db, err) < 0)
		return -1;
	rc = shift_list(c->db, c->pool, c->tenant, &page, &c->out, err);
	db_read_end(c->db);
	c->etag_of_body = true;
	return rc < 0 ? -1 : 200;
}

int h_shift_get(struct call *c, struct err *err)
{
	return call_document(c, shift_more, err);
}
