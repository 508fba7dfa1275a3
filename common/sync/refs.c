/* Parents before children: across a push, a pull, and everything between. */
#include "base/base.h"
#include "sync/refs.h"

/* A place for each, by the end of its uuid, where all of them differ: whoever comes
 * later has it. */
static struct ref *place_of(struct refs_known *known, struct uuid uuid)
{
	return &known->ref[(uuid.b[14] << 8 | uuid.b[15]) % REFS_KNOWN];
}

static int is_there(struct db *db, struct uuid tenant, struct refs_known *known, const struct missing *m, struct err *err)
{
	struct ref *ref = place_of(known, m->uuid);
	int n;

	if (ref->table == m->table && uuid_eq(ref->uuid, m->uuid))
		return 1;
	if ((n = row_is_there(db, tenant, m->table, m->uuid, err)) > 0)
		*ref = (struct ref){ m->table, m->uuid };
	return n;
}

static int columns_there(struct db *db, struct uuid tenant, struct refs_known *known, const struct table *t, const struct val *v,
			 struct missing *m, struct err *err)
{
	for (int i = 0; t->columns[i].name; i++) {
		int n;

		if (t->columns[i].type != COL_REF || v[i].type == VAL_NULL)
			continue;
		*m = (struct missing){ schema_table(t->columns[i].parent), v[i].u };
		if ((n = is_there(db, tenant, known, m, err)) <= 0)
			return n;
	}
	return 1;
}

int refs_there(struct db *db, struct uuid tenant, struct refs_known *known, const struct doc *d, struct missing *m, struct err *err)
{
	int n = columns_there(db, tenant, known, d->head.table, d->head.v, m, err);

	for (int p = 0; n > 0 && p < PARTS_MAX && d->part[p].table; p++)
		for (int i = 0; n > 0 && i < d->part[p].n; i++)
			n = columns_there(db, tenant, known, d->part[p].table, part_row(&d->part[p], i), m, err);
	return n;
}
