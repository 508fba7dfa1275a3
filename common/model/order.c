/* Goods that were ordered and are not here yet: a record that may change and
 * posts nothing.  What is received is a purchase that names it. */
#include "base/base.h"
#include "model/kinds.h"

/* --- the record --- */

static bool has_status(const struct row *r, const char *status)
{
	return strcmp(row_get(r, "status").s, status) == 0;
}

/* As a purchase's lines are checked, so that what is ordered can be received. */
static int check_lines(struct write *w, const struct row *r, struct err *err)
{
	struct val lines = row_get(r, "lines");
	const char *text = pool_printf(w->t->pool, "{\"lines\":%.*s}", (int)lines.len, lines.s);
	struct json body;
	struct doc d;

	doc_init(&d, schema_table("purchases"));
	if (json_parse(w->t->pool, text, strlen(text), &body, err) < 0 ||
	    document_take_lines(w, body, "lines", has_status(r, "ordered"), &d, err) < 0 ||
	    document_check_lines(w, "lines", &d, err) < 0)
		return -1;
	return purchase_settle(&d, err);
}

int order_check(struct write *w, const struct row *before, struct row *r, struct err *err)
{
	if (before && has_status(before, "received"))
		return err_set(err, ERR_CONFLICT, "received", "what order %s asked for was received: it stays as it is",
			       uuid_text(r->uuid).s);
	if (has_status(r, "received"))
		return err_field(err, "/status", "not_a_choice",
				 "status: an order becomes received by POST /api/purchase-orders/%s/receive", uuid_text(r->uuid).s);
	return r->deleted_at ? 0 : check_lines(w, r, err);
}

/* --- its purchase --- */

static bool says(struct json body, const char *member)
{
	enum json_type type = json_type(json_member(body, member));

	return type != JSON_MISSING && type != JSON_NULL;
}

static void put_member(struct buf *out, const char *name, struct json value)
{
	jw_str(out, name, strlen(name));
	buf_char(out, ':');
	json_print(value, out);
}

/* What the body leaves out is as it was ordered. */
static int purchase_body(struct write *w, const struct row *order, struct json sent, struct json *body, struct err *err)
{
	struct val lines = row_get(order, "lines");
	struct buf text = { 0 };
	int rc;

	jw_open(&text, '{');
	jw_put_uuid(&text, "purchase_order", order->uuid);
	for (struct json_iter it = json_iter(sent); json_next(&it);)
		if (strcmp(it.name, "purchase_order") != 0 && says(sent, it.name))
			put_member(&text, it.name, it.value);
	if (!says(sent, "supplier") && row_get(order, "supplier").type != VAL_NULL)
		jw_put_uuid(&text, "supplier", row_uuid(order, "supplier"));
	if (!says(sent, "lines")) {
		jw_name(&text, "lines");
		jw_raw(&text, lines.s, lines.len);
	}
	jw_close(&text, '}');
	rc = json_parse(w->t->pool, text.data, text.len, body, err);
	buf_release(&text);
	return rc;
}

static int load(struct write *w, struct uuid uuid, struct row *r, struct err *err)
{
	int n = row_load(w->t->db, w->t->pool, w->tenant, schema_table("purchase_orders"), uuid, r, err);

	if (n < 0)
		return -1;
	if (n == 0 || r->deleted_at)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no purchase_order %s", uuid_text(uuid).s);
	return 0;
}

int order_receive(struct write *w, struct uuid order, struct json sent, struct doc *d, bool *identical, struct err *err)
{
	struct row before, r;
	struct json body;

	if (load(w, order, &before, err) < 0 || purchase_body(w, &before, sent, &body, err) < 0)
		return -1;
	if (document_create(w, schema_table("purchases"), body, d, identical, err) < 0)
		return -1;
	r = before;
	row_set(&r, "status", v_text("received"));
	return record_write(w, &r, &before, 1u << table_column(r.table, "status"), err);
}

/* Received on two tills at once: the goods may have come twice, or one of them is a mistake. */
int purchase_judge(struct write *w, const struct doc *d, struct err *err)
{
	static const char sql[] = "SELECT uuid FROM purchases WHERE tenant = $1 AND purchase_order = $2 AND uuid <> $3 "
				  "ORDER BY at, uuid LIMIT 1";
	struct val v;
	int n;

	if (row_get(&d->head, "purchase_order").type == VAL_NULL)
		return 0;
	n = db_one(w->t->db, w->t->pool, sql,
		   ARGS(v_uuid(w->tenant), row_get(&d->head, "purchase_order"), v_uuid(d->head.uuid)), &v, 1, err);
	return n <= 0 ? n : review_open(w, "received_twice", "purchases", v.u, "purchases", d->head.uuid, NULL, err);
}

int purchase_permit(struct write *w, const struct doc *d, struct err *err)
{
	struct uuid order = row_uuid(&d->head, "purchase_order");
	struct row r;

	if (uuid_is_zero(order))
		return 0;
	if (load(w, order, &r, err) < 0)
		return -1;
	if (!has_status(&r, "received") && !has_status(&r, "cancelled"))
		return 0;
	return err_set(err, ERR_CONFLICT, row_get(&r, "status").s, "order %s is %s: nothing is expected from it any more",
		       uuid_text(order).s, row_get(&r, "status").s);
}
