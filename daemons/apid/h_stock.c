/* Goods on their way in, and who is paid for them. */
#include "base/base.h"
#include "apid/call.h"

/* What is drafted or ordered is no document yet: it becomes an order of the same uuid. */
static bool is_order(struct json body)
{
	const char *status = "";

	return json_get_str(body, "status", 20, &status, NULL) > 0 &&
	       (strcmp(status, "draft") == 0 || strcmp(status, "ordered") == 0);
}

/* An order has no time of its own: nothing happened yet. */
static int order_body(struct call *c, struct json sent, struct json *body, struct err *err)
{
	struct buf text = { 0 };
	int rc;

	jw_open(&text, '{');
	for (struct json_iter it = json_iter(sent); json_next(&it);) {
		if (strcmp(it.name, "at") == 0)
			continue;
		jw_str(&text, it.name, strlen(it.name));
		buf_char(&text, ':');
		json_print(it.value, &text);
	}
	jw_close(&text, '}');
	rc = json_parse(c->pool, text.data, text.len, body, err);
	buf_release(&text);
	return rc;
}

static int create_order(struct call *c, struct json sent, struct err *err)
{
	struct write w = call_write(c);
	struct json body;
	struct row r;
	int rc;

	if (order_body(c, sent, &body, err) < 0)
		return -1;
	rc = record_create(&w, schema_table("purchase_orders"), body, &r, err);
	return record_answer(c, rc, &r, body, err);
}

static int receive(struct call *c, struct uuid order, struct json body, struct err *err)
{
	struct write w = call_write(c);
	bool identical = false;
	struct doc d;
	int rc = order_receive(&w, order, body, &d, &identical, err);

	return document_answer(c, rc, &d, identical, err);
}

int h_purchase_create(struct call *c, struct err *err)
{
	struct uuid order;
	struct json body;
	int n;

	if (document_body(c, &body, err) < 0)
		return -1;
	if (is_order(body))
		return create_order(c, body, err);
	if ((n = json_get_uuid(body, "purchase_order", &order, err)) < 0)
		return -1;
	return n > 0 ? receive(c, order, body, err) : h_document_create(c, err);
}

int h_order_receive(struct call *c, struct err *err)
{
	struct uuid order;
	struct json body;

	if (call_uuid(c, &order, err) < 0 || document_body(c, &body, err) < 0)
		return -1;
	return receive(c, order, body, err);
}

int h_supplier_account(struct call *c, struct err *err)
{
	struct uuid uuid;
	struct page page;
	struct row r;
	int n;

	if (call_uuid(c, &uuid, err) < 0 || call_page(c, &page, err) < 0 || db_read_begin(c->db, err) < 0)
		return -1;
	n = row_load(c->db, c->pool, c->tenant, call_table(c), uuid, &r, err);
	if (n > 0)
		n = supplier_account(c->db, c->pool, c->tenant, uuid, &page, &c->out, err) < 0 ? -1 : 1;
	db_read_end(c->db);
	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no supplier %s", uuid_text(uuid).s);
	c->etag_of_body = true;
	return n < 0 ? -1 : 200;
}
