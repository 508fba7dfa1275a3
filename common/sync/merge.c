/* Which version stands, or what becomes of two.  Pure, and the same on every node:
 * that is why all replicas end alike, in whatever order versions arrive. */
#include "base/base.h"
#include "sync/sync.h"

/* Made by who knew what is here: from this very version, or it is the maker's own. */
static bool knew(const struct row *here, const struct row *incoming)
{
	return uuid_eq(incoming->origin, here->origin) ||
	       (incoming->base_at && version_cmp(incoming->base_at, incoming->base_origin, here->updated_at, here->origin) == 0);
}

enum merge merge_record(const struct row *here, const struct row *incoming)
{
	int later;

	if (!here)
		return incoming->base_at ? MERGE_GONE : MERGE_INSERT;
	later = version_cmp(incoming->updated_at, incoming->origin, here->updated_at, here->origin);
	if (later == 0)
		return MERGE_SAME;
	if (later > 0 && knew(here, incoming))
		return MERGE_FORWARD;
	return later > 0 ? MERGE_WIN : MERGE_LOSE;
}

/* --- column by column --- */

static int val_cmp(struct val a, struct val b)
{
	int c;

	if (a.type != b.type)
		return a.type > b.type ? 1 : -1;
	switch (a.type) {
	case VAL_NULL:
		return 0;
	case VAL_INT:
		return (a.i > b.i) - (a.i < b.i);
	case VAL_UUID:
		return uuid_cmp(a.u, b.u);
	case VAL_TEXT:
	case VAL_BLOB:
		c = memcmp(a.s, b.s, MIN(a.len, b.len));
		return c ? c : (a.len > b.len) - (a.len < b.len);
	}
	return 0;
}

/* The later one.  Two of the same microsecond: the greater, for who made a single
 * column is not kept, and the order in which they meet must not matter. */
static bool stands(int64_t a_at, struct val a, int64_t b_at, struct val b)
{
	return a_at != b_at ? a_at > b_at : val_cmp(a, b) >= 0;
}

static void merge_extra(const struct row *a, int64_t a_at, const struct row *b, int64_t b_at, struct row *out)
{
	out->extra = stands(a_at, v_text(a->extra), b_at, v_text(b->extra)) ? a->extra : b->extra;
}

/* A deletion competes with all that was said of the row: whoever changed a column
 * later wants it to be there. */
static int64_t merge_deleted(const struct row *a, const struct stamps *sa, const struct row *b, const struct stamps *sb)
{
	int64_t deleted = MAX(a->deleted_at, b->deleted_at);

	return deleted >= MAX(stamps_latest(sa), stamps_latest(sb)) ? deleted : 0;
}

void merge_columns(struct pool *pool, const struct row *a, const struct row *b, struct row *out)
{
	bool a_later = version_cmp(a->updated_at, a->origin, b->updated_at, b->origin) >= 0;
	int64_t at[COLUMNS_MAX], extra_a, extra_b;
	struct stamps sa, sb;

	stamps_read(pool, a, &sa);
	stamps_read(pool, b, &sb);
	*out = a_later ? *a : *b;
	for (int i = 0; a->table->columns[i].name; i++) {
		const char *name = a->table->columns[i].name;
		int64_t a_at = stamps_of(&sa, name), b_at = stamps_of(&sb, name);

		out->v[i] = stands(a_at, a->v[i], b_at, b->v[i]) ? a->v[i] : b->v[i];
		at[i] = MAX(a_at, b_at);
	}
	extra_a = stamps_of_extra(&sa);
	extra_b = stamps_of_extra(&sb);
	merge_extra(a, extra_a, b, extra_b, out);
	out->deleted_at = merge_deleted(a, &sa, b, &sb);
	out->stamps = stamps_text(pool, a->table, at, MAX(extra_a, extra_b));
}

bool merge_same(struct pool *pool, const struct row *a, const struct row *b)
{
	struct stamps sa, sb;

	stamps_read(pool, a, &sa);
	stamps_read(pool, b, &sb);
	for (int i = 0; a->table->columns[i].name; i++) {
		const char *name = a->table->columns[i].name;

		if (!val_eq(a->v[i], b->v[i]) || stamps_of(&sa, name) != stamps_of(&sb, name))
			return false;
	}
	return a->deleted_at == b->deleted_at && stamps_of_extra(&sa) == stamps_of_extra(&sb) &&
	       val_eq(v_text(a->extra), v_text(b->extra));
}
