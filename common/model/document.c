/* Any document: taken from a person once, settled, derived, stored as one
 * unit.  What the kinds do differently stands in one table. */
#include "base/base.h"
#include "model/kinds.h"

#include "base/clock.h"
#include "base/log.h"
#include "model/lists.h"

static const struct kind {
	const char *table;
	bool of_lines;		/* without lines it says nothing */
	/* A person's request, checked against what is stored. */
	int (*take)(struct write *w, struct json body, struct doc *d, struct err *err);
	/* Amounts from what was entered; pure. */
	int (*settle)(struct doc *d, struct err *err);
	/* What only a person is refused: it does not go with what is stored.  Not asked of
	 * what is here already.  NULL: nothing is refused. */
	int (*permit)(struct write *w, const struct doc *d, struct err *err);
	/* Moves and journal entry by this server's books. */
	int (*derive)(struct write *w, struct doc *d, struct err *err);
	/* On the hub, of a document that a till took while it was alone: what permit would have
	 * refused is stored and listed for people (review_open).  NULL: nothing to judge. */
	int (*judge)(struct write *w, const struct doc *d, struct err *err);
} kinds[] = {
	{ "invoices", .of_lines = true, .take = sale_take, .settle = sale_settle, .permit = sale_permit, .derive = sale_derive,
	  .judge = sale_judge },
	{ "cancellations", .take = cancellation_take, .settle = cancellation_settle, .permit = cancellation_permit,
	  .derive = cancellation_derive, .judge = cancellation_judge },
	{ "returns", .of_lines = true, .take = return_take, .settle = return_settle, .permit = return_permit, .derive = return_derive,
	  .judge = return_judge },
	{ "customer_payments", .take = payment_take, .permit = payment_permit, .derive = payment_derive,
	  .judge = payment_judge },
	{ "purchases", .of_lines = true, .take = purchase_take, .settle = purchase_settle, .permit = purchase_permit,
	  .derive = purchase_derive, .judge = purchase_judge },
	{ "purchase_voids", .take = purchase_void_take, .permit = purchase_void_permit,
	  .derive = purchase_void_derive, .judge = purchase_void_judge },
	{ "supplier_payments", .take = supplier_payment_take, .permit = supplier_payment_permit,
	  .derive = supplier_payment_derive, .judge = supplier_payment_judge },
	{ "shifts", .take = shift_take, .permit = shift_permit },
	{ "shift_movements", .take = shift_movement_take, .permit = shift_part_permit, .derive = shift_movement_derive },
	{ "shift_closes", .take = shift_close_take, .permit = shift_part_permit, .derive = shift_close_derive },
	{ "stock_adjustments", .of_lines = true, .take = adjustment_take, .settle = adjustment_settle, .derive = adjustment_derive },
	{ "number_voids" },	/* made by servers (number_void.c): nothing follows from it */
	{ "cost_corrections", .settle = cost_settle },	/* made by cost_run() and nobody else */
};

const struct table *document_table(const char *entity)
{
	for (const struct table *t = schema; t->name; t++)
		if (t->rule == INSERT_ONCE && strcmp(t->entity, entity) == 0)
			return t;
	return NULL;
}

static const struct kind *kind_of(const struct table *t)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].table, t->name) == 0)
			return &kinds[i];
	panic("%s is no kind of document", t->name);
}

static int check_lines(struct doc *d, struct err *err)
{
	if (!kind_of(d->head.table)->of_lines || doc_part(d, "lines")->n > 0)
		return 0;
	return err_field(err, "/lines", "required", "lines: there is none, and one at least must be");
}

int document_check_whole(struct pool *pool, struct doc *d, struct err *err)
{
	return check_lines(d, err) < 0 ? -1 : derived_check(pool, d, err);
}

int document_settle(struct doc *d, struct err *err)
{
	const struct kind *k = kind_of(d->head.table);

	if (check_lines(d, err) < 0)
		return -1;
	return k->settle ? k->settle(d, err) : 0;
}

int document_derive(struct write *w, struct doc *d, struct err *err)
{
	const struct kind *k = kind_of(d->head.table);

	return k->derive ? k->derive(w, d, err) : 0;
}

/* --- taking --- */

int document_take_head(struct write *w, struct json body, struct doc *d, struct err *err)
{
	const struct table *t = d->head.table;

	for (int i = 0; t->columns[i].name; i++) {
		struct json value = json_member(body, t->columns[i].name);
		char what[POINTER_MAX];

		member_pointer(what, t->columns[i].name);
		if (json_type(value) == JSON_MISSING && d->head.v[i].type != VAL_NULL)
			continue;	/* take knows it from elsewhere */
		if (column_from_json(w->t->pool, &t->columns[i], value, what, &d->head.v[i], err) < 0)
			return -1;
	}
	return record_check_refs(w->t->db, w->tenant, &d->head, UINT32_MAX, err);
}

struct uuid document_device(const struct write *w)
{
	return uuid_is_zero(w->who->device) ? w->site->device : w->who->device;
}

static int fill_head(struct write *w, struct doc *d, struct err *err)
{
	unsigned filled = (unsigned)row_int(&d->head, "filled");	/* by take */
	const char *number;

	if (row_get(&d->head, "at").type == VAL_NULL) {
		row_set(&d->head, "at", v_int(w->t->stamp));
		filled |= FILL_AT;
	}
	if (row_get(&d->head, "number").type == VAL_NULL) {
		if (number_take(w, d->head.uuid, d->head.table->entity, &number, err) < 0)
			return -1;
		row_set(&d->head, "number", v_text(number));
		filled |= FILL_NUMBER;
	} else if (number_settled(w, d->head.uuid, err) < 0) {
		return -1;
	}
	row_set(&d->head, "filled", v_int(filled));
	row_set(&d->head, "entered_by", v_uuid_or_null(w->who->user));
	row_set(&d->head, "device", v_uuid(document_device(w)));
	row_set(&d->head, "clock_offset", v_int(clock_offset()));
	return 0;
}

static int check_line_refs(struct write *w, const struct part_rows *p, int i, struct err *err)
{
	struct row line = { .table = p->table };

	memcpy(line.v, part_row(p, i), sizeof *line.v * (size_t)table_columns(p->table));
	return record_check_refs(w->t->db, w->tenant, &line, UINT32_MAX, err);
}

int document_take_lines(struct write *w, struct json body, const char *member, int least, struct doc *d, struct err *err)
{
	struct part_rows *p = doc_part(d, member);
	struct json list = { 0 };
	char field[40];

	if (json_get_array(body, member, LINES_MAX, &list, err) < 0)
		return -1;
	snprintf(field, sizeof field, "/%s", member);
	if ((int)json_len(list) < least)
		return err_field(err, field, "required", "%s: at least %d is needed", member, least);
	part_make(w->t->pool, p, (int)json_len(list));
	for (int i = 0; i < p->n; i++)
		if (part_from_rest(w->t->pool, p->table, json_at(list, (size_t)i), part_row(p, i), err) < 0)
			return err_under(err, "/%s/%d", member, i);
	return 0;
}

int document_check_lines(struct write *w, const char *member, struct doc *d, struct err *err)
{
	const struct part_rows *p = doc_part(d, member);

	for (int i = 0; i < p->n; i++)
		if (check_line_refs(w, p, i, err) < 0)
			return err_under(err, "/%s/%d", member, i);
	return 0;
}

int document_is_tracked(struct write *w, struct uuid product, struct err *err)
{
	int64_t tracked;

	if (db_int(w->t->db, "SELECT tracked FROM products WHERE tenant = $1 AND uuid = $2",
		   ARGS(v_uuid(w->tenant), v_uuid(product)), &tracked, err) < 0)
		return -1;
	return tracked != 0;
}

/* --- creating --- */

int document_write(struct write *w, struct doc *d, struct err *err)
{
	d->head.updated_at = w->t->stamp;
	d->head.origin = w->site->uuid;
	d->head.dirty = !w->site->hub;
	d->head.rev = d->head.dirty;
	if (w->site->hub && txn_seq(w->t, w->tenant, &d->head.seq, err) < 0)
		return -1;
	if (document_store(w, d, err) < 0)
		return -1;
	return d->head.dirty ? outbox_put(w->t, w->tenant, d->head.table, d->head.uuid, err) : 0;
}

int document_post(struct write *w, struct doc *d, struct err *err)
{
	const struct kind *kind = kind_of(d->head.table);

	if (document_settle(d, err) < 0 || (kind->permit && kind->permit(w, d, err) < 0))
		return -1;
	if (fill_head(w, d, err) < 0 || document_derive(w, d, err) < 0)
		return -1;
	return document_write(w, d, err);
}

/* The stored document stands; *d becomes it.  What could not be taken (its
 * product is gone meanwhile, say) is not known to be the same. */
static int already_here(struct write *w, struct doc *d, bool taken, bool *identical, struct err *err)
{
	struct doc here;

	if (doc_load(w->t->db, w->t->pool, w->tenant, d->head.table, d->head.uuid, &here, err) < 0)
		return -1;
	*identical = taken && doc_same_entered(d, &here);
	*d = here;
	return err_set(err, ERR_CONFLICT, "duplicate", "%s %s is already here%s", here.head.table->entity,
		       uuid_text(here.head.uuid).s, *identical ? "" : ", with other content");
}

/* Moves and entries of all kinds stand in the same tables, by the document's uuid:
 * that is how one notices that another kind has it. */
static int another_kind(struct uuid uuid, struct err *err)
{
	if (strcmp(err->code, "constraint") != 0)
		return -1;
	err_clear(err);
	return err_set(err, ERR_CONFLICT, "uuid_taken",
		       "%s is the uuid of another document already: send this one with a new uuid of its own", uuid_text(uuid).s);
}

int document_create(struct write *w, const struct table *table, struct json body, struct doc *d, bool *identical, struct err *err)
{
	const struct kind *kind = kind_of(table);
	bool named, taken;
	int n;

	doc_init(d, table);
	*identical = false;
	if (json_type(body) != JSON_OBJECT)
		return err_field(err, "", "type", "the body must be a JSON object");
	if ((n = json_get_uuid(body, "uuid", &d->head.uuid, err)) < 0)
		return -1;
	named = n > 0;
	if (!named)
		d->head.uuid = uuid_v7();
	taken = kind->take(w, body, d, err) == 0;
	if (named && (n = row_exists(w->t->db, w->tenant, table, d->head.uuid, err)) != 0)
		return n < 0 ? -1 : already_here(w, d, taken, identical, err);
	if (!taken)
		return -1;
	if (document_post(w, d, err) < 0)
		return named ? another_kind(d->head.uuid, err) : -1;
	return 0;
}

/* --- storing --- */

static void tell(struct write *w, const struct doc *d, enum change_kind kind)
{
	struct change c = { .table = d->head.table, .tenant = w->tenant, .uuid = d->head.uuid, .kind = kind,
			    .seq = d->head.seq, .by_sync = !uuid_eq(d->head.origin, w->site->uuid) };

	txn_changed(w->t, &c);
}

/* A series of our own has no gaps: the number was drawn in this very write. */
static int see_number(struct write *w, const struct doc *d, struct err *err)
{
	bool ours = w->who->kind != ACTOR_DEVICE && row_filled(&d->head) & FILL_NUMBER;

	if (!w->site->hub || ours || table_column(d->head.table, "number") < 0)
		return 0;
	return gaps_see(w->t, w->tenant, row_text(&d->head, "number"), err);
}

static int judge(struct write *w, const struct doc *d, struct err *err)
{
	const struct kind *k = kind_of(d->head.table);

	return k->judge ? k->judge(w, d, err) : 0;
}

int document_store(struct write *w, const struct doc *d, struct err *err)
{
	if (ledger_check(d, err) < 0 || doc_insert(w->t, w->tenant, d, err) < 0)
		return -1;
	tell(w, d, CHANGE_CREATED);
	if (stock_count(w, d, 1, err) < 0 || owed_count(w, d, 1, err) < 0 || see_number(w, d, err) < 0 || cost_run(w, d, err) < 0)
		return -1;
	return w->site->hub && w->who->kind == ACTOR_DEVICE ? judge(w, d, err) : 0;
}

int document_replace(struct write *w, const struct doc *old, const struct doc *d, struct err *err)
{
	if (ledger_check(d, err) < 0 || stock_count(w, old, -1, err) < 0 || owed_recount(w, old, d, -1, err) < 0)
		return -1;
	if (doc_delete_parts(w->t, w->tenant, old, PART, err) < 0 ||
	    doc_delete_parts(w->t, w->tenant, old, DERIVED_PART, err) < 0)
		return -1;
	if (row_update(w->t, w->tenant, &d->head, err) < 0 ||
	    doc_insert_parts(w->t, w->tenant, d, PART, err) < 0 ||
	    doc_insert_parts(w->t, w->tenant, d, DERIVED_PART, err) < 0)
		return -1;
	tell(w, d, CHANGE_UPDATED);
	if (stock_count(w, d, 1, err) < 0 || owed_recount(w, d, old, 1, err) < 0)
		return -1;
	return d->head.seq ? stock_number(w, d, err) : 0;
}

/* --- lists --- */

static const struct uuid newest = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				      0xff, 0xff } };

static bool is_wanted(const struct row *head, const char *q)
{
	const char *number = row_text(head, "number");

	return !q || !*q || (number && strcasestr(number, q));
}

/* Most know the whole number, from a receipt: 1 and the row that has it, 0, -1. */
static int by_number(struct db *db, struct pool *pool, struct uuid tenant, const struct table *table, const char *q,
		     struct row *head, struct err *err)
{
	struct rows rs;
	int n;

	if (db_rows(db, table_sql(table)->by_number, ARGS(v_uuid(tenant), v_text(q)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0) {
		row_from_rows(table, &rs, pool, head);
		*head = row_keep(pool, head);
	}
	rows_end(&rs);
	return n;
}

static int heads_down(struct db *db, struct pool *pool, struct uuid tenant, const struct table *table, const struct page *page,
		      struct heads *heads, struct err *err)
{
	int n, seen = 0, chunk = page->q ? LIST_CHUNK : page->limit + 1;
	struct uuid before = newest, last = newest;
	struct rows rs;
	struct row head;

	if (list_cursor_uuid(page, &before, err) < 0 ||
	    db_rows(db, table_sql(table)->page_down, ARGS(v_uuid(tenant), v_uuid(before), v_int(chunk)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0 && heads->n < page->limit) {
		row_from_rows(table, &rs, pool, &head);
		last = head.uuid;
		seen++;
		if (is_wanted(&head, page->q))
			heads->list[heads->n++] = row_keep(pool, &head);
	}
	rows_end(&rs);
	heads->next = n > 0 || seen == chunk ? pool_strdup(pool, uuid_text(last).s) : NULL;
	return MIN(n, 0);
}

int document_heads(struct db *db, struct pool *pool, struct uuid tenant, const struct table *table, const struct page *page,
		   struct heads *heads, struct err *err)
{
	*heads = (struct heads){ .list = pool_alloc(pool, sizeof *heads->list * (size_t)page->limit) };
	if (page->q && *page->q && !page->after && table_column(table, "number") >= 0)
		heads->n = by_number(db, pool, tenant, table, page->q, heads->list, err);
	if (heads->n != 0)
		return MIN(heads->n, 0);
	return heads_down(db, pool, tenant, table, page, heads, err);
}

int document_list(struct db *db, struct pool *pool, struct uuid tenant, const struct table *table, const struct page *page,
		  struct buf *out, struct err *err)
{
	struct heads heads;

	if (document_heads(db, pool, tenant, table, page, &heads, err) < 0)
		return -1;
	list_open(out);
	for (int i = 0; i < heads.n; i++) {
		jw_open(out, '{');
		row_json(&heads.list[i], FORM_REST, out);
		jw_close(out, '}');
	}
	list_close(out, heads.next);
	return 0;
}
