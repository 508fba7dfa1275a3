#include "base/base.h"
#include "store/marks.h"

#include "schema/schema.h"

uint64_t mark_of_table(const char *name)
{
	const struct table *t = schema_table(name);

	return (uint64_t)1 << (t ? (t - schema) % MARKS : MARKS - 1);
}

/* The marks stand before the change can be seen: who finds none was told nothing
 * that is not true any more.  SQLite's own lock keeps two writers apart. */
void marks_begin(struct marks *m, uint64_t tables)
{
	int64_t n;

	if (!m || tables == 0)
		return;
	n = ++m->begun;
	for (; tables; tables &= tables - 1)
		m->last[__builtin_ctzll(tables)] = n;
}

void marks_end(struct marks *m, uint64_t tables)
{
	if (m && tables != 0)
		m->ended++;
}

/* In this order: when both are the same, nothing was under way at the first look. */
int64_t marks_now(const struct marks *m)
{
	int64_t ended;

	if (!m)
		return 0;
	ended = m->ended;
	return m->begun == ended ? ended + 1 : 0;
}

bool marks_stand(const struct marks *m, uint64_t tables, int64_t as_of)
{
	if (!m || as_of == 0)
		return false;
	for (; tables; tables &= tables - 1)
		if (m->last[__builtin_ctzll(tables)] >= as_of)
			return false;
	return true;
}
