/* The canonical bytes of a row: the same on both engines, on every server, and
 * for a version that does not know all columns yet.  So columns stand in the
 * order of their names, each as it stands in JSON, nulls are left out, and
 * what is unknown here (`extra`) takes its place among the others. */
#include "base/base.h"
#include "schema/schema.h"

#include <stdlib.h>

struct field {
	const char *name;
	size_t at, len;		/* of its JSON text in the scratch buffer */
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct field *)a)->name, ((const struct field *)b)->name);
}

static void add_length(struct buf *out, const char *p, size_t len)
{
	buf_int(out, (int64_t)len);
	buf_char(out, ':');
	buf_add(out, p, len);
}

static void add_fields(struct field *f, int n, const struct buf *scratch, struct buf *out)
{
	qsort(f, (size_t)n, sizeof *f, by_name);
	for (int i = 0; i < n; i++) {
		add_length(out, f[i].name, strlen(f[i].name));
		add_length(out, scratch->data + f[i].at, f[i].len);
	}
	buf_char(out, '\n');
}

static void scratch_value(const struct column *c, struct val v, struct buf *b)
{
	if (v.type == VAL_UUID)
		jw_uuid(b, v.u);
	else if (v.type == VAL_INT && c->type == COL_BOOL)
		jw_bool(b, v.i != 0);
	else if (v.type == VAL_INT && c->type == COL_TIME)
		jw_time(b, v.i);
	else if (v.type == VAL_INT)
		jw_int(b, v.i);
	else if (c->type == COL_JSON)
		jw_raw(b, v.s, v.len);
	else
		jw_str(b, v.s, v.len);
}

/* A line of its own for each value, so that the writer puts no comma. */
static struct field field_begin(struct buf *scratch, const char *name)
{
	buf_char(scratch, ':');
	return (struct field){ .name = name, .at = scratch->len };
}

static int known_fields(const struct table *t, const struct val *v, struct field *f, struct buf *scratch)
{
	int n = 0;

	for (int i = 0; t->columns[i].name; i++) {
		if (v[i].type == VAL_NULL)
			continue;
		f[n] = field_begin(scratch, t->columns[i].name);
		scratch_value(&t->columns[i], v[i], scratch);
		f[n].len = scratch->len - f[n].at;
		n++;
	}
	return n;
}

#define EXTRA_MAX 32

static int extra_fields(struct pool *pool, const char *extra, struct field *f, struct buf *scratch)
{
	struct json root;
	int n = 0;

	if (!extra || json_parse(pool, extra, strlen(extra), &root, NULL) < 0)
		return 0;
	for (struct json_iter it = json_iter(root); n < EXTRA_MAX && json_next(&it);) {
		if (json_type(it.value) == JSON_NULL)
			continue;
		f[n] = field_begin(scratch, it.name);
		json_print(it.value, scratch);
		f[n].len = scratch->len - f[n].at;
		n++;
	}
	return n;
}

static void canon_row(const struct table *t, const struct val *v, const char *extra, struct buf *out)
{
	struct field f[COLUMNS_MAX + EXTRA_MAX];
	struct pool *pool = extra ? pool_new() : NULL;
	struct buf scratch = { 0 };
	int n = known_fields(t, v, f, &scratch);

	if (extra)
		n += extra_fields(pool, extra, f + n, &scratch);
	add_fields(f, n, &scratch, out);
	buf_release(&scratch);
	pool_free(&pool);
}

static void canon_parts(const struct doc *d, enum rule rule, struct buf *out)
{
	for (int p = 0; p < PARTS_MAX && d->part[p].table; p++) {
		if (d->part[p].table->rule != rule)
			continue;
		add_length(out, d->part[p].table->member, strlen(d->part[p].table->member));
		for (int i = 0; i < d->part[p].n; i++)
			canon_row(d->part[p].table, part_row(&d->part[p], i), NULL, out);
	}
}

void doc_canon_derived(const struct doc *d, struct buf *out)
{
	canon_parts(d, DERIVED_PART, out);
}

void doc_canon(const struct doc *d, struct buf *out)
{
	buf_int(out, d->head.updated_at);
	buf_add(out, d->head.origin.b, sizeof d->head.origin.b);
	buf_int(out, d->head.deleted_at);
	buf_str(out, d->head.table->name);
	buf_add(out, d->head.uuid.b, sizeof d->head.uuid.b);
	canon_row(d->head.table, d->head.v, d->head.extra, out);
	canon_parts(d, PART, out);
	canon_parts(d, DERIVED_PART, out);
}
