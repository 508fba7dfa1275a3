/* Rows and documents in memory.  Columns are asked for by name: a wrong name
 * is our bug and ends the process. */
#include "base/base.h"
#include "schema/schema.h"

#include "base/log.h"

bool val_eq(struct val a, struct val b)
{
	if (a.type != b.type)
		return false;
	switch (a.type) {
	case VAL_NULL:
		return true;
	case VAL_INT:
		return a.i == b.i;
	case VAL_UUID:
		return uuid_eq(a.u, b.u);
	case VAL_TEXT:
	case VAL_BLOB:
		return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
	}
	return false;
}

struct val val_keep(struct pool *pool, struct val v)
{
	if (v.type == VAL_TEXT || v.type == VAL_BLOB)
		v.s = pool_memdup(pool, v.s, v.len);
	return v;
}

static int column_of(const struct table *t, const char *name)
{
	int i = table_column(t, name);

	if (i < 0)
		panic("table %s has no column %s", t->name, name);
	return i;
}

struct val row_get(const struct row *r, const char *column)
{
	return r->v[column_of(r->table, column)];
}

void row_set(struct row *r, const char *column, struct val v)
{
	r->v[column_of(r->table, column)] = v;
}

static int64_t val_int(struct val v)
{
	return v.type == VAL_INT ? v.i : 0;
}

static struct uuid val_uuid(struct val v)
{
	return v.type == VAL_UUID ? v.u : (struct uuid){ { 0 } };
}

int64_t row_int(const struct row *r, const char *column)
{
	return val_int(row_get(r, column));
}

const char *row_text(const struct row *r, const char *column)
{
	struct val v = row_get(r, column);

	return v.type == VAL_TEXT ? v.s : NULL;
}

struct uuid row_uuid(const struct row *r, const char *column)
{
	return val_uuid(row_get(r, column));
}

struct row row_keep(struct pool *pool, const struct row *r)
{
	struct row kept = *r;

	for (int i = 0; i < table_columns(r->table); i++)
		kept.v[i] = val_keep(pool, r->v[i]);
	kept.stamps = r->stamps ? pool_strdup(pool, r->stamps) : NULL;
	kept.extra = r->extra ? pool_strdup(pool, r->extra) : NULL;
	return kept;
}

void doc_init(struct doc *d, const struct table *t)
{
	const struct table *part;

	memset(d, 0, sizeof *d);
	d->head.table = t;
	for (int i = 0; (part = table_part(t, i)); i++)
		d->part[i].table = part;
}

struct part_rows *doc_part_if(struct doc *d, const char *member)
{
	for (int i = 0; i < PARTS_MAX && d->part[i].table; i++)
		if (strcmp(d->part[i].table->member, member) == 0)
			return &d->part[i];
	return NULL;
}

struct part_rows *doc_part(struct doc *d, const char *member)
{
	struct part_rows *p = doc_part_if(d, member);

	if (!p)
		panic("a document of %s has no %s", d->head.table->name, member);
	return p;
}

struct val *part_make(struct pool *pool, struct part_rows *p, int n)
{
	p->n = n;
	p->v = n ? pool_alloc(pool, sizeof *p->v * (size_t)(n * table_columns(p->table))) : NULL;
	return p->v;
}

struct val *part_row(const struct part_rows *p, int i)
{
	return p->v + (size_t)i * (size_t)table_columns(p->table);
}

struct val part_get(const struct part_rows *p, int i, const char *column)
{
	return part_row(p, i)[column_of(p->table, column)];
}

void part_set(struct part_rows *p, int i, const char *column, struct val v)
{
	part_row(p, i)[column_of(p->table, column)] = v;
}

int64_t part_int(const struct part_rows *p, int i, const char *column)
{
	return val_int(part_get(p, i, column));
}

struct uuid part_uuid(const struct part_rows *p, int i, const char *column)
{
	return val_uuid(part_get(p, i, column));
}

static bool same_entered(const struct table *t, const struct val *a, const struct val *b, unsigned filled)
{
	for (int i = 0; t->columns[i].name; i++) {
		const struct column *c = &t->columns[i];

		if (!(c->flags & COL_SERVER) && !(c->fill & filled) && !val_eq(a[i], b[i]))
			return false;
	}
	return true;
}

/* Nothing of these lines was entered: not even how many they are. */
static bool all_filled(const struct table *t, unsigned filled)
{
	for (const struct column *c = t->columns; c->name; c++)
		if (!(c->flags & COL_SERVER) && !(c->fill & filled))
			return false;
	return true;
}

unsigned row_filled(const struct row *head)
{
	return table_column(head->table, "filled") < 0 ? 0 : (unsigned)row_int(head, "filled");
}

bool doc_same_entered(const struct doc *a, const struct doc *b)
{
	unsigned filled = row_filled(&a->head) | row_filled(&b->head);

	if (!same_entered(a->head.table, a->head.v, b->head.v, filled))
		return false;
	for (int p = 0; p < PARTS_MAX && a->part[p].table; p++) {
		if (a->part[p].table->rule != PART || all_filled(a->part[p].table, filled))
			continue;
		if (a->part[p].n != b->part[p].n)
			return false;
		for (int i = 0; i < a->part[p].n; i++)
			if (!same_entered(a->part[p].table, part_row(&a->part[p], i), part_row(&b->part[p], i), filled))
				return false;
	}
	return true;
}

int version_cmp(int64_t a_at, struct uuid a_origin, int64_t b_at, struct uuid b_origin)
{
	if (a_at != b_at)
		return a_at > b_at ? 1 : -1;
	return uuid_cmp(a_origin, b_origin);
}
