/* One thing made twice: the one becomes the other.  Its documents stay as they
 * were posted; whoever sums up what is owed, on hand or sold counts both as one.
 * Nothing is lost by it, so it can be undone. */
#include "base/base.h"
#include "model/model.h"

static int load_living(struct write *w, const struct table *t, struct uuid uuid, struct row *r, struct err *err)
{
	int n = row_load(w->t->db, w->t->pool, w->tenant, t, uuid, r, err);

	if (n < 0)
		return -1;
	if (n == 0 || r->deleted_at)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no %s %s", t->entity, uuid_text(uuid).s);
	return 0;
}

static bool is_product(const struct row *r)
{
	return strcmp(r->table->name, "products") == 0;
}

/* into zero: a row of its own again. */
static int point(struct write *w, struct row *r, struct uuid into, struct err *err)
{
	uint32_t changed = 1u << table_column(r->table, "merged_into") | 1u << table_column(r->table, "archived");
	struct row before = *r;

	row_set(r, "merged_into", v_uuid_or_null(into));
	row_set(r, "archived", v_int(!uuid_is_zero(into)));
	return record_write(w, r, &before, changed, err);
}

/* --- the stock goes with it --- */

static int move_stock(struct write *w, struct uuid from, struct uuid into, int64_t qty, const char *reason, struct err *err)
{
	struct doc d;

	return qty ? adjustment_move(w, from, into, qty, reason, &d, err) : 0;
}

static int on_hand(struct write *w, struct uuid product, int64_t *qty, struct err *err)
{
	return db_int(w->t->db, "SELECT on_hand FROM stock WHERE tenant = $1 AND product = $2",
		      ARGS(v_uuid(w->tenant), v_uuid(product)), qty, err);
}

/* What merging has taken from a product so far and not put back. */
static int taken_from(struct write *w, struct uuid product, int64_t *qty, struct err *err)
{
	static const char sql[] =
		"SELECT CAST(-sum(l.qty) AS bigint) FROM stock_adjustment_lines l JOIN stock_adjustments d "
		"ON d.tenant = l.tenant AND d.uuid = l.doc WHERE l.tenant = $1 AND l.product = $2 AND d.kind = 'merge'";

	return db_int(w->t->db, sql, ARGS(v_uuid(w->tenant), v_uuid(product)), qty, err);
}

/* What was sold since is not there to be put back. */
static int put_back(struct write *w, struct uuid from, struct uuid product, struct err *err)
{
	int64_t taken, there;

	if (taken_from(w, product, &taken, err) < 0 || on_hand(w, from, &there, err) < 0)
		return -1;
	return move_stock(w, from, product, MAX(MIN(taken, there), 0), "taken apart again", err);
}

static int take_along(struct write *w, struct uuid product, struct uuid into, struct err *err)
{
	int64_t qty;

	return on_hand(w, product, &qty, err) < 0 ? -1 : move_stock(w, product, into, qty, "the same product", err);
}

/* --- merging --- */

static int check_pair(const struct row *r, const struct row *into, struct err *err)
{
	if (uuid_eq(r->uuid, into->uuid))
		return err_field(err, "/into", "itself", "into: a %s cannot become itself", r->table->entity);
	if (record_is_merged(into))
		return err_field(err, "/into", "merged", "into: that one became %s: name it instead",
				 uuid_text(row_uuid(into, "merged_into")).s);
	if (!record_is_merged(r))
		return 0;
	return err_set(err, ERR_CONFLICT, "merged", "this %s became %s already: take them apart first", r->table->entity,
		       uuid_text(row_uuid(r, "merged_into")).s);
}

/* Those that became this one before: nobody has to follow two steps. */
static int take_followers(struct write *w, const struct row *r, struct uuid into, struct err *err)
{
	const char *sql = pool_printf(w->t->pool, "SELECT uuid FROM %s WHERE tenant = $1 AND merged_into = $2", r->table->name);
	struct val uuid;
	int n;

	while ((n = db_one(w->t->db, w->t->pool, sql, ARGS(v_uuid(w->tenant), v_uuid(r->uuid)), &uuid, 1, err)) > 0) {
		struct row follower;

		if (row_load(w->t->db, w->t->pool, w->tenant, r->table, uuid.u, &follower, err) < 0 ||
		    point(w, &follower, into, err) < 0)
			return -1;
	}
	return n;
}

int twin_merge(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct uuid into_uuid,
	       struct row *r, struct err *err)
{
	struct row into;

	if (load_living(w, table, uuid, r, err) < 0 || record_match(r, if_match, err) < 0)
		return -1;
	if (load_living(w, table, into_uuid, &into, err) < 0)
		return err->kind != ERR_NOT_FOUND ? -1 : err_field(err, "/into", "unknown", "into: there is no %s %s", table->entity,
								   uuid_text(into_uuid).s);
	if (record_is_merged(r) && uuid_eq(row_uuid(r, "merged_into"), into_uuid))
		return 0;
	if (check_pair(r, &into, err) < 0 || (is_product(r) && take_along(w, uuid, into_uuid, err) < 0))
		return -1;
	if (take_followers(w, r, into_uuid, err) < 0 || point(w, r, into_uuid, err) < 0)
		return -1;
	return review_close(w, "twin", uuid, into_uuid, err);
}

int twin_unmerge(struct write *w, const struct table *table, struct uuid uuid, const char *if_match, struct row *r,
		 struct err *err)
{
	if (load_living(w, table, uuid, r, err) < 0 || record_match(r, if_match, err) < 0)
		return -1;
	if (!record_is_merged(r))
		return err_set(err, ERR_CONFLICT, "not_merged", "this %s stands on its own", table->entity);
	if (is_product(r) && put_back(w, row_uuid(r, "merged_into"), uuid, err) < 0)
		return -1;
	return point(w, r, (struct uuid){ { 0 } }, err);
}
