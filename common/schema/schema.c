/* Finding things in the description, and proving at start that it is sane. */
#include "base/base.h"
#include "schema/schema.h"

#include "base/log.h"

const struct table *schema_table(const char *name)
{
	for (const struct table *t = schema; t->name; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

const struct table *schema_synced(struct slice name)
{
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) && slice_is(name, t->name))
			return t;
	return NULL;
}

int schema_index(const struct table *t)
{
	return (int)(t - schema);
}

const struct table *schema_ranked(int64_t rank)
{
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) && t->rank == rank)
			return t;
	return NULL;
}

int schema_count(void)
{
	int n = 0;

	while (schema[n].name)
		n++;
	return n;
}

int table_columns(const struct table *t)
{
	int n = 0;

	while (t->columns[n].name)
		n++;
	return n;
}

int table_column(const struct table *t, const char *name)
{
	/* Most ask with a literal, which the linker has made one with ours. */
	for (int i = 0; t->columns[i].name; i++)
		if (t->columns[i].name == name)
			return i;
	for (int i = 0; t->columns[i].name; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return i;
	return -1;
}

const char *table_owner(const struct table *t)
{
	if (strcmp(t->name, "tenants") == 0)
		return "uuid";
	return t->rule != LOCAL || table_column(t, "tenant") >= 0 ? "tenant" : NULL;
}

const struct table *table_part(const struct table *t, int i)
{
	const char *const *parts = t->parts;

	return parts && parts[i] ? schema_table(parts[i]) : NULL;
}

static void check_column(const struct table *t, const struct column *c)
{
	const struct table *parent = c->parent ? schema_table(c->parent) : NULL;

	if ((c->type == COL_REF) != (c->parent != NULL))
		panic("%s.%s: a reference has a parent, and nothing else has", t->name, c->name);
	if (c->parent && (!parent || !table_is_synced(parent)))
		panic("%s.%s: parent %s is no record or document", t->name, c->name, c->parent);
	if (parent && parent >= t)
		panic("%s.%s: parent %s stands below its child", t->name, c->name, c->parent);
	if ((c->type == COL_WORD) != (c->words != NULL))
		panic("%s.%s: a word has a list, and nothing else has", t->name, c->name);
}

static void check_table(const struct table *t)
{
	int n = table_columns(t);

	if (n > COLUMNS_MAX)
		panic("%s: %d columns, room for %d", t->name, n, COLUMNS_MAX);
	if ((t->rule == LOCAL) != (t->key != NULL))
		panic("%s: a local table names its key, and no other does", t->name);
	for (int i = 0; i < n; i++)
		check_column(t, &t->columns[i]);
	for (int i = 0; t->parts && t->parts[i]; i++)
		if (i >= PARTS_MAX || !table_part(t, i) || !table_is_part(table_part(t, i)))
			panic("%s: part %d is no part", t->name, i);
}

void schema_check(void)
{
	int synced = 0, rank = 0;

	for (const struct table *t = schema; t->name; t++) {
		check_table(t);
		if (!table_is_synced(t))
			continue;
		if ((t->rule == INSERT_ONCE) != (t->rank >= RANK_DOCUMENTS))
			panic("%s: records rank below %d, documents do not", t->name, RANK_DOCUMENTS);
		if (t->rank <= rank)
			panic("%s: rank %d does not follow %d", t->name, t->rank, rank);
		rank = t->rank;
		synced++;
	}
	if (synced > SYNCED_MAX)
		panic("%d synced tables, room for %d", synced, SYNCED_MAX);
}
