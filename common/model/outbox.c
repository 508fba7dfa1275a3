/* What is not in the cloud yet: one row a dirty record or document.  It is
 * kept while the till is unpaired as well, so that pairing later sends all. */
#include "base/base.h"
#include "model/model.h"

#include <stdlib.h>

static const char *const states[] = { "ready", "waiting", "refused" };

int outbox_put(struct txn *t, struct uuid tenant, const struct table *table, struct uuid uuid, struct err *err)
{
	/* A newer version of a refused row is tried again. */
	static const char sql[] =
		"INSERT INTO outbox (tenant, tbl, uuid, since, tries, state) VALUES ($1, $2, $3, $4, 0, 'ready') "
		"ON CONFLICT (tenant, tbl, uuid) DO UPDATE SET state = 'ready', tries = 0, root = NULL, "
		"code = NULL, field = NULL, reason = NULL";

	return txn_send(t, sql, ARGS(v_uuid(tenant), v_int(table->rank), v_uuid(uuid), v_int(t->stamp)), err);
}

int outbox_remove(struct txn *t, struct uuid tenant, const struct table *table, struct uuid uuid, struct err *err)
{
	return txn_send(t, "DELETE FROM outbox WHERE tenant = $1 AND tbl = $2 AND uuid = $3",
			ARGS(v_uuid(tenant), v_int(table->rank), v_uuid(uuid)), err);
}

int outbox_mark(struct txn *t, struct uuid tenant, const struct table *table, struct uuid uuid, enum outbox_state state,
		struct uuid root, const struct err *why, struct err *err)
{
	static const char sql[] = "UPDATE outbox SET state = $4, root = $5, code = $6, field = $7, reason = $8, "
				  "tries = tries + 1 WHERE tenant = $1 AND tbl = $2 AND uuid = $3";

	return txn_send(t, sql,
			ARGS(v_uuid(tenant), v_int(table->rank), v_uuid(uuid), v_text(states[state]),
			     v_uuid_or_null(root), v_text(why->code), v_text(why->field), v_text(why->text)), err);
}

int outbox_release(struct txn *t, struct uuid tenant, struct uuid root, struct err *err)
{
	static const char sql[] = "UPDATE outbox SET state = 'ready', root = NULL WHERE tenant = $1 AND root = $2";

	return txn_send(t, sql, ARGS(v_uuid(tenant), v_uuid(root)), err);
}

int outbox_count(struct db *db, struct uuid tenant, int64_t *n, struct err *err)
{
	return db_int(db, "SELECT CAST(count(*) AS bigint) FROM outbox WHERE tenant = $1", ARGS(v_uuid(tenant)), n, err);
}

static void table_json(const struct rows *rs, struct pool *pool, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "table", schema_ranked(rows_int(rs, 0))->name);
	jw_put_int(out, "rows", rows_int(rs, 1));
	jw_put_time(out, "oldest", rows_int(rs, 2));
	jw_put_int(out, "tries", rows_int(rs, 3));
	jw_put_int(out, "refused", rows_int(rs, 4));
	jw_put_int(out, "waiting", rows_int(rs, 5));
	jw_put_str(out, "last_error", rows_text(rs, 6, pool));
	jw_close(out, '}');
}

/* The members of an open object. */
static int put_sums(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err)
{
	static const char sql[] =
		"SELECT tbl, CAST(count(*) AS bigint), min(since), max(tries), "
		"CAST(sum(CASE state WHEN 'refused' THEN 1 ELSE 0 END) AS bigint), "
		"CAST(sum(CASE state WHEN 'waiting' THEN 1 ELSE 0 END) AS bigint), max(reason) "
		"FROM outbox WHERE tenant = $1 GROUP BY tbl ORDER BY tbl";
	int64_t total = 0, oldest = 0;
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(tenant)), &rs, err) < 0)
		return -1;
	jw_name(out, "tables");
	jw_open(out, '[');
	while ((n = rows_next(&rs, err)) > 0) {
		total += rows_int(&rs, 1);
		if (!oldest || rows_int(&rs, 2) < oldest)
			oldest = rows_int(&rs, 2);
		table_json(&rs, pool, out);
	}
	rows_end(&rs);
	jw_close(out, ']');
	jw_put_int(out, "total", total);
	if (oldest)
		jw_put_time(out, "oldest", oldest);
	else
		jw_put_null(out, "oldest");
	return n;
}

int outbox_json(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err)
{
	jw_open(out, '{');
	if (put_sums(db, pool, tenant, out, err) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}

/* --- row by row --- */

/* "3.0190…": behind this row of that table. */
static int read_cursor(const struct page *page, int64_t *tbl, struct uuid *uuid, struct err *err)
{
	char *end;

	*tbl = 0;
	*uuid = (struct uuid){ { 0 } };
	if (!page->after)
		return 0;
	*tbl = strtoll(page->after, &end, 10);
	if (*end == '.' && uuid_parse(uuid, end + 1, strlen(end + 1)) == 0)
		return 0;
	return err_field(err, "/after", "cursor", "after is no cursor of this list: take `next` of the page before");
}

static void put_item(const struct rows *rs, struct pool *pool, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "table", schema_ranked(rows_int(rs, 0))->name);
	jw_put_uuid(out, "uuid", rows_uuid(rs, 1));
	jw_put_time(out, "since", rows_int(rs, 2));
	jw_put_int(out, "tries", rows_int(rs, 3));
	jw_put_str(out, "state", rows_text(rs, 4, pool));
	jw_put_str(out, "code", rows_text(rs, 5, pool));
	jw_put_str(out, "field", rows_text(rs, 6, pool));
	jw_put_str(out, "reason", rows_text(rs, 7, pool));
	jw_close(out, '}');
}

static int put_items(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err)
{
	static const char sql[] = "SELECT tbl, uuid, since, tries, state, code, field, reason FROM outbox "
				  "WHERE tenant = $1 AND (tbl, uuid) > ($2, $3) ORDER BY tbl, uuid LIMIT $4";
	const char *next = NULL;
	int64_t tbl;
	struct uuid uuid;
	struct rows rs;
	int n, found = 0;

	if (read_cursor(page, &tbl, &uuid, err) < 0 ||
	    db_rows(db, sql, ARGS(v_uuid(tenant), v_int(tbl), v_uuid(uuid), v_int(page->limit + 1)), &rs, err) < 0)
		return -1;
	jw_name(out, "items");
	jw_open(out, '[');
	while ((n = rows_next(&rs, err)) > 0 && found++ < page->limit) {
		put_item(&rs, pool, out);
		tbl = rows_int(&rs, 0);
		uuid = rows_uuid(&rs, 1);
	}
	rows_end(&rs);
	jw_close(out, ']');
	if (n > 0)
		next = pool_printf(pool, "%lld.%s", (long long)tbl, uuid_text(uuid).s);
	jw_put_str(out, "next", next);
	return MIN(n, 0);
}

int outbox_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err)
{
	jw_open(out, '{');
	if (put_sums(db, pool, tenant, out, err) < 0 || put_items(db, pool, tenant, page, out, err) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}
