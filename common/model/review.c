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

