/* Several rows in one statement. */
#include "base/base.h"
#include "store/many.h"

#include "base/buf.h"

#include <stdatomic.h>
#include <stdlib.h>

static void add_row(struct buf *b, const char *row, int *at)
{
	for (; *row; row++)
		if (*row == '?')
			buf_printf(b, "$%d", ++*at);
		else
			buf_char(b, *row);
}

/* Made by whoever comes first; it stays as long as the program. */
static const char *text_of(struct many_sql *sql, int n)
{
	const char *there = atomic_load(&sql->text[n - 1]);
	struct buf b = { 0 };
	int at = 1;

	if (there)
		return there;
	buf_str(&b, sql->before);
	for (int i = 0; i < n; i++) {
		buf_str(&b, i ? ", " : "");
		add_row(&b, sql->row, &at);
	}
	buf_str(&b, sql->after);
	if (atomic_compare_exchange_strong(&sql->text[n - 1], &there, b.data))
		return b.data;
	buf_release(&b);
	return there;
}

/* SQLite takes longer for them together: so as to take back the rows before one that
 * fails, it copies each page first. */
void many_begin(struct many *m, struct txn *t, struct many_sql *sql, struct uuid tenant)
{
	m->t = t;
	m->sql = sql;
	m->n = m->width = 0;
	m->most = db_engine(t->db) == ENGINE_POSTGRES ? MANY_AT_ONCE : 1;
	m->v[0] = v_uuid(tenant);
}

static struct val *row_at(struct many *m, int i)
{
	return m->v + 1 + i * m->width;
}

/* One of this key that waits to be sent, or NULL. */
static struct val *row_of(struct many *m, struct uuid key)
{
	for (int i = 0; i < m->n; i++)
		if (uuid_eq(row_at(m, i)->u, key))
			return row_at(m, i);
	return NULL;
}

static int send_rows(struct many *m, struct err *err)
{
	struct args args = { m->v, 1 + m->n * m->width };
	int n = m->n;

	m->n = 0;
	return n ? txn_send(m->t, text_of(m->sql, n), args, err) : 0;
}

int many_add(struct many *m, struct args row, struct err *err)
{
	struct val *there = row_of(m, row.v[0].u);

	m->width = row.n;
	for (int i = row.n - m->sql->sums; there && i < row.n; i++)
		there[i].i += row.v[i].i;
	if (there)
		return 0;
	memcpy(row_at(m, m->n++), row.v, sizeof *row.v * (size_t)row.n);
	return m->n == m->most ? send_rows(m, err) : 0;
}

int many_end(struct many *m, struct err *err)
{
	return send_rows(m, err);
}
