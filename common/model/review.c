/* What no timestamp can judge: the last unit sold twice, a debt paid twice, one
 * thing made twice.  It is stored all the same and listed here, with both sides,
 * until somebody says that it is done. */
#include "base/base.h"
#include "model/model.h"

static const struct uuid review_space = { { 0x5b, 0x1e, 0x70, 0x2d, 0xc4, 0x39, 0x5a, 0x86, 0xa3, 0x0f, 0x6e, 0xd7, 0x18,
					    0x94, 0xb2, 0x4c } };

/* The same matter is one row, from whichever side it is seen: a pair that
 * somebody has looked at is not opened again. */
static struct uuid uuid_of_matter(const char *kind, struct uuid a, struct uuid b)
{
	bool turned = uuid_cmp(a, b) > 0;
	struct buf name = { 0 };
	struct uuid uuid;

	buf_printf(&name, "%s:%s:%s", kind, uuid_text(turned ? b : a).s, uuid_text(turned ? a : b).s);
	uuid = uuid_v5(review_space, name.data, name.len);
	buf_release(&name);
	return uuid;
}

static void put_detail(struct pool *pool, const char *members, struct row *r)
{
	if (members)
		row_set(r, "detail", v_text(pool_printf(pool, "{%s}", members)));
}

int review_open(struct write *w, const char *kind, const char *a_table, struct uuid a, const char *b_table, struct uuid b,
		const char *detail, struct err *err)
{
	struct row r = { .table = schema_table("reviews"), .uuid = uuid_of_matter(kind, a, b) };
	int n = row_is_there(w->t->db, w->tenant, r.table, r.uuid, err);

	if (n != 0)
		return MIN(n, 0);
	row_set(&r, "kind", v_text(kind));
	row_set(&r, "state", v_text("open"));
	row_set(&r, "a_table", v_text(a_table));
	row_set(&r, "a", v_uuid_or_null(a));
	row_set(&r, "b_table", v_text(b_table));
	row_set(&r, "b", v_uuid_or_null(b));
	put_detail(w->t->pool, detail, &r);
	return record_write(w, &r, NULL, UINT32_MAX, err);
}

int review_close(struct write *w, const char *kind, struct uuid a, struct uuid b, struct err *err)
{
	const struct table *t = schema_table("reviews");
	struct row before, r;
	int n = row_load(w->t->db, w->t->pool, w->tenant, t, uuid_of_matter(kind, a, b), &before, err);

	if (n <= 0 || strcmp(row_text(&before, "state"), "open") != 0)
		return MIN(n, 0);
	r = before;
	row_set(&r, "state", v_text("done"));
	return record_write(w, &r, &before, 1u << table_column(t, "state"), err);
}

/* --- twins --- */

static bool is_twin_column(const struct row *r, int i, const struct row *before)
{
	if (!(r->table->columns[i].flags & COL_NATURAL) || r->v[i].type == VAL_NULL)
		return false;
	return !before || before->deleted_at || !val_eq(before->v[i], r->v[i]);
}

static int open_twin(struct write *w, const struct row *r, int column, struct uuid twin, struct err *err)
{
	const char *name = r->table->columns[column].name;
	struct buf detail = { 0 };
	int rc;

	jw_put_str(&detail, "field", name);
	jw_put_str(&detail, "value", row_text(r, name));
	rc = review_open(w, "twin", r->table->name, twin, r->table->name, r->uuid, detail.data, err);
	buf_release(&detail);
	return rc;
}

int review_twins(struct write *w, const struct row *r, const struct row *before, struct err *err)
{
	if (r->deleted_at || record_is_merged(r))
		return 0;
	for (int i = 0; r->table->columns[i].name; i++) {
		struct uuid twin;
		int n;

		if (!is_twin_column(r, i, before))
			continue;
		if ((n = record_twin(w->t->db, w->tenant, r, i, &twin, err)) < 0)
			return -1;
		if (n > 0 && open_twin(w, r, i, twin, err) < 0)
			return -1;
	}
	return 0;
}

/* --- one, with both sides --- */

/* What it is about, as it stands now; null where it is gone or was never named. */
static int put_side(struct db *db, struct pool *pool, struct uuid tenant, const struct row *r, const char *side,
		    const char *table_column, struct buf *out, struct err *err)
{
	const char *name = row_text(r, table_column);
	const struct table *t = name ? schema_synced(slice_of(name)) : NULL;
	struct row subject;
	int n = t ? row_load(db, pool, tenant, t, row_uuid(r, side), &subject, err) : 0;

	if (n < 0)
		return -1;
	jw_name(out, pool_printf(pool, "%s_head", side));
	if (n == 0) {
		jw_null(out);
		return 0;
	}
	jw_open(out, '{');
	row_json(&subject, FORM_REST, out);
	jw_close(out, '}');
	return 0;
}

int review_json(struct db *db, struct pool *pool, struct uuid tenant, const struct row *r, struct buf *out, struct err *err)
{
	int rc;

	jw_open(out, '{');
	row_json(r, FORM_REST, out);
	rc = put_side(db, pool, tenant, r, "a", "a_table", out, err);
	if (rc == 0)
		rc = put_side(db, pool, tenant, r, "b", "b_table", out, err);
	jw_close(out, '}');
	return rc;
}
