/* One shop's rows from one database into another, of either engine: a page at a
 * time in the order of the key, so that neither side holds more than a page. */
#include "base/base.h"
#include "store/backup.h"

#define PAGE_ROWS 500
#define KEYS_MAX 4

struct copying {
	struct db *from, *to;
	const struct table_sql *sql;
	struct val owner;
	struct pool *pool;
	struct val last[KEYS_MAX];	/* the key of the last row, without its owner */
};

static int put_row(struct copying *c, const struct rows *rs, struct err *err)
{
	struct val v[COLUMNS_MAX + 20];

	for (int i = 0; i < c->sql->copy_columns; i++)
		v[i] = rows_val(rs, i);
	return db_send(c->to, c->sql->copy_in, (struct args){ v, c->sql->copy_columns }, err);
}

static void keep_key(struct copying *c, const struct rows *rs)
{
	pool_clear(c->pool);
	for (int i = 0; i < c->sql->copy_keys; i++)
		c->last[i] = val_keep(c->pool, rows_val(rs, c->sql->copy_key[i]));
}

/* Rows copied, or -1. */
static int copy_page(struct copying *c, bool first, struct err *err)
{
	struct val v[2 + KEYS_MAX] = { c->owner, v_int(PAGE_ROWS) };
	struct args args = { v, first ? 2 : 2 + c->sql->copy_keys };
	struct rows rs;
	int n, copied = 0;

	memcpy(v + 2, c->last, sizeof c->last);
	if (db_rows(c->from, first ? c->sql->copy_first : c->sql->copy_next, args, &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		if ((n = put_row(c, &rs, err)) < 0)
			break;
		if (++copied == PAGE_ROWS)
			keep_key(c, &rs);
	}
	rows_end(&rs);
	return n < 0 ? -1 : copied;
}

int copy_table(struct db *from, struct db *to, const struct table *t, struct uuid tenant, struct err *err)
{
	struct copying c = { .from = from, .to = to, .sql = table_sql(t), .pool = pool_new(),
			     .owner = strcmp(t->name, "server") == 0 ? v_int(1) : v_uuid(tenant) };
	int n = copy_page(&c, true, err);

	while (n == PAGE_ROWS && c.sql->copy_next)
		n = copy_page(&c, false, err);
	pool_free(&c.pool);
	return MIN(n, 0);
}

/* Who was signed in, and who tried to be, is nobody's business later. */
bool copy_is_of_shop(const struct table *t)
{
	static const char *const others[] = { "server", "moving", "sessions", "lockouts" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strcmp(t->name, others[i]) == 0)
			return false;
	return true;
}

int copy_shop(struct db *from, struct db *to, struct uuid tenant, struct err *err)
{
	if (copy_table(from, to, schema_table("server"), tenant, err) < 0)
		return -1;
	for (const struct table *t = schema; t->name; t++)
		if (copy_is_of_shop(t) && copy_table(from, to, t, tenant, err) < 0)
			return -1;
	return 0;
}
