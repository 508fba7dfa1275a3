/* The journal of losers (P9): both versions as they were, so that a person can
 * see what happened and put the other one back.
 *
 * A hub keeps every loser; the till whose version lost hears of it with its next
 * pull, so that whoever made the edit can see there what became of it. */
#include "base/base.h"
#include "model/lists.h"

#include <stdlib.h>

#define LOST_MAX 200	/* in one page of a pull */

/* The same loser met again (a push repeated, a job run twice) is one entry. */
static struct uuid entry_of(const struct row *loser)
{
	struct {
		int64_t at;
		struct uuid origin;
	} version = { loser->updated_at, loser->origin };

	return uuid_v5(loser->uuid, &version, sizeof version);
}

int conflict_keep(struct txn *t, struct uuid tenant, const struct doc *winner, const struct doc *loser,
		  const char *rule, struct err *err)
{
	static const char sql[] = "INSERT INTO conflicts (uuid, tenant, tbl, row, at, rule, winner, loser, "
				  "winner_origin, loser_origin, seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
				  "ON CONFLICT (tenant, uuid) DO NOTHING";
	struct buf won = { 0 }, lost = { 0 };
	int rc;

	doc_to_sync(winner, &won);
	doc_to_sync(loser, &lost);
	rc = txn_run(t, sql,
		     ARGS(v_uuid(entry_of(&loser->head)), v_uuid(tenant), v_text(winner->head.table->name),
			  v_uuid(winner->head.uuid), v_int(t->stamp), v_text(rule),
			  v_text_n(won.data, won.len), v_text_n(lost.data, lost.len),
			  v_uuid(winner->head.origin), v_uuid(loser->head.origin), v_int(winner->head.seq)), err);
	buf_release(&won);
	buf_release(&lost);
	return rc;
}

/* --- reading --- */

#define ENTRY                                                                                     \
	"SELECT uuid, tbl, row, at, rule, winner, loser, winner_origin, loser_origin, winner_device, " \
	"loser_device, restored_at, restored_by FROM conflicts WHERE tenant = $1 "

struct reading {
	struct db *db;
	struct pool *pool;
	struct uuid tenant;
	struct origins origins;
};

static int reading_begin(struct reading *rd, struct err *err)
{
	return origins_load(rd->db, rd->pool, rd->tenant, &rd->origins, err);
}

/* Who it was, or null: a server, or somebody who is not known here. */
static int put_user(struct reading *rd, const char *name, struct uuid user, struct buf *out, struct err *err)
{
	struct row r;
	int n = 0;

	if (!uuid_is_zero(user))
		n = row_load(rd->db, rd->pool, rd->tenant, schema_table("users"), user, &r, err);
	if (n < 0)
		return -1;
	jw_put_str(out, name, n > 0 ? row_text(&r, "name") : NULL);
	return 0;
}

/* As REST shows a row; whether it was a deletion, too. */
static int put_version(struct reading *rd, const char *name, const char *table, const char *text, struct uuid *by_r,
		       struct buf *out, struct err *err)
{
	const struct table *t = schema_synced(slice_of(table));
	struct json j;
	struct doc d;

	jw_name(out, name);
	if (!t) {
		jw_null(out);	/* of a newer version's table */
		return 0;
	}
	doc_init(&d, t);
	if (json_parse(rd->pool, text, strlen(text), &j, err) < 0 || doc_from_sync(rd->pool, j, &d, err) < 0)
		return -1;
	jw_open(out, '{');
	doc_json_entered(&d, out);
	jw_put_bool(out, "deleted", d.head.deleted_at != 0);
	jw_close(out, '}');
	*by_r = d.head.by;
	if (uuid_is_zero(*by_r) && table_column(t, "entered_by") >= 0)
		*by_r = row_uuid(&d.head, "entered_by");
	return 0;
}

static void put_device(const struct reading *rd, const char *name, const char *told, struct uuid origin, struct buf *out)
{
	jw_put_str(out, name, told ? told : origin_name(&rd->origins, origin));
}

static void put_time_or_null(struct buf *out, const char *name, int64_t at)
{
	if (at)
		jw_put_time(out, name, at);
	else
		jw_put_null(out, name);
}

static int put_entry(struct reading *rd, const struct rows *rs, struct buf *out, struct err *err)
{
	const char *table = rows_text(rs, 1, rd->pool);
	struct uuid winner = { { 0 } }, loser = { { 0 } };

	jw_open(out, '{');
	jw_put_uuid(out, "uuid", rows_uuid(rs, 0));
	jw_put_str(out, "table", table);
	jw_put_uuid(out, "row", rows_uuid(rs, 2));
	jw_put_time(out, "at", rows_int(rs, 3));
	jw_put_str(out, "rule", rows_text(rs, 4, rd->pool));
	if (put_version(rd, "winner", table, rows_text(rs, 5, rd->pool), &winner, out, err) < 0 ||
	    put_version(rd, "loser", table, rows_text(rs, 6, rd->pool), &loser, out, err) < 0)
		return -1;
	put_device(rd, "winner_device", rows_text(rs, 9, rd->pool), rows_uuid(rs, 7), out);
	put_device(rd, "loser_device", rows_text(rs, 10, rd->pool), rows_uuid(rs, 8), out);
	if (put_user(rd, "winner_user", winner, out, err) < 0 || put_user(rd, "loser_user", loser, out, err) < 0)
		return -1;
	put_time_or_null(out, "restored_at", rows_int(rs, 11));
	if (put_user(rd, "restored_by", rows_uuid(rs, 12), out, err) < 0)
		return -1;
	jw_close(out, '}');
	return 0;
}

/* "1763….0190…": behind this entry. */
static int read_cursor(const struct page *page, int64_t *at, struct uuid *uuid, struct err *err)
{
	char *end;

	*at = INT64_MAX;
	*uuid = (struct uuid){ { 0 } };
	if (!page->after)
		return 0;
	*at = strtoll(page->after, &end, 10);
	if (*end == '.' && uuid_parse(uuid, end + 1, strlen(end + 1)) == 0)
		return 0;
	return err_field(err, "/after", "cursor", "after is no cursor of this list: take `next` of the page before");
}

static int put_page(struct reading *rd, const struct page *page, struct buf *out, struct err *err)
{
	static const char sql[] = ENTRY "AND (at, uuid) < ($2, $3) ORDER BY at DESC, uuid DESC LIMIT $4";
	const char *next = NULL;
	struct uuid uuid;
	struct rows rs;
	int64_t at;
	int n, found = 0;

	if (read_cursor(page, &at, &uuid, err) < 0 ||
	    db_rows(rd->db, sql, ARGS(v_uuid(rd->tenant), v_int(at), v_uuid(uuid), v_int(page->limit + 1)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0 && found++ < page->limit) {
		uuid = rows_uuid(&rs, 0);
		at = rows_int(&rs, 3);
		if ((n = put_entry(rd, &rs, out, err)) < 0)
			break;
	}
	rows_end(&rs);
	if (n > 0)
		next = pool_printf(rd->pool, "%lld.%s", (long long)at, uuid_text(uuid).s);
	list_close(out, next);
	return MIN(n, 0);
}

int conflict_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out, struct err *err)
{
	struct reading rd = { .db = db, .pool = pool, .tenant = tenant };

	return reading_begin(&rd, err) < 0 ? -1 : put_page(&rd, page, out, err);
}

int conflict_json(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err)
{
	struct reading rd = { .db = db, .pool = pool, .tenant = tenant };
	struct rows rs;
	int n;

	if (reading_begin(&rd, err) < 0 || db_rows(db, ENTRY "AND uuid = $2", ARGS(v_uuid(tenant), v_uuid(uuid)), &rs, err) < 0)
		return -1;
	if ((n = rows_next(&rs, err)) > 0)
		n = put_entry(&rd, &rs, out, err);
	else if (n == 0)
		n = err_set(err, ERR_NOT_FOUND, "not_found", "there is no conflict %s", uuid_text(uuid).s);
	rows_end(&rs);
	return n;
}

int conflict_count(struct db *db, struct uuid tenant, int64_t since, int64_t *n, struct err *err)
{
	return db_int(db, "SELECT CAST(count(*) AS bigint) FROM conflicts WHERE tenant = $1 AND at > $2",
		      ARGS(v_uuid(tenant), v_int(since)), n, err);
}

/* --- from the hub to the till that lost --- */

static void put_lost(const struct reading *rd, const struct rows *rs, struct buf *out)
{
	const char *winner = rows_text(rs, 5, rd->pool), *loser = rows_text(rs, 6, rd->pool);

	jw_open(out, '{');
	jw_put_uuid(out, "uuid", rows_uuid(rs, 0));
	jw_put_str(out, "table", rows_text(rs, 1, rd->pool));
	jw_put_uuid(out, "row", rows_uuid(rs, 2));
	jw_put_time(out, "at", rows_int(rs, 3));
	jw_put_str(out, "rule", rows_text(rs, 4, rd->pool));
	jw_name(out, "winner");
	jw_raw(out, winner, strlen(winner));
	jw_name(out, "loser");
	jw_raw(out, loser, strlen(loser));
	jw_put_uuid(out, "winner_origin", rows_uuid(rs, 7));
	jw_put_uuid(out, "loser_origin", rows_uuid(rs, 8));
	put_device(rd, "winner_device", NULL, rows_uuid(rs, 7), out);
	put_device(rd, "loser_device", NULL, rows_uuid(rs, 8), out);
	jw_close(out, '}');
}

static int lost_page(struct reading *rd, struct uuid loser, int64_t since, int64_t *until, struct buf *out, struct err *err)
{
	static const char sql[] =
		"SELECT uuid, tbl, row, at, rule, winner, loser, winner_origin, loser_origin, seq FROM conflicts "
		"WHERE tenant = $1 AND loser_origin = $2 AND seq > $3 AND seq <= $4 ORDER BY seq LIMIT $5";
	struct rows rs;
	int64_t seq = 0;
	int n, found = 0;

	if (db_rows(rd->db, sql, ARGS(v_uuid(rd->tenant), v_uuid(loser), v_int(since), v_int(*until), v_int(LOST_MAX)), &rs,
		    err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		if (found++ == 0 && reading_begin(rd, err) < 0) {
			n = -1;
			break;
		}
		seq = rows_int(&rs, 9);
		put_lost(rd, &rs, out);
	}
	rows_end(&rs);
	/* The next page begins with the last of this one: its winner may have more losers. */
	if (found == LOST_MAX)
		*until = MAX(seq - 1, since + 1);
	return n;
}

int conflict_lost(struct db *db, struct uuid tenant, struct uuid loser, int64_t since, int64_t *until, struct buf *out,
		  struct err *err)
{
	struct reading rd = { .db = db, .pool = pool_new(), .tenant = tenant };
	int rc;

	jw_open(out, '[');
	rc = lost_page(&rd, loser, since, until, out, err);
	jw_close(out, ']');
	pool_free(&rd.pool);
	return rc;
}

/* --- at that till --- */

struct lost {
	struct uuid uuid, row, winner_origin, loser_origin;
	const char *table, *rule, *winner_device, *loser_device;
	int64_t at;
	struct json winner, loser;
};

static int read_lost(struct json j, struct lost *l, struct err *err)
{
	int n = json_get_uuid(j, "uuid", &l->uuid, err);

	if (n < 0 || json_get_str(j, "table", 64, &l->table, err) < 0 || json_get_uuid(j, "row", &l->row, err) < 0 ||
	    json_get_time(j, "at", &l->at, err) < 0 || json_get_str(j, "rule", 40, &l->rule, err) < 0 ||
	    json_get_object(j, "winner", &l->winner, err) < 0 || json_get_object(j, "loser", &l->loser, err) < 0 ||
	    json_get_uuid(j, "winner_origin", &l->winner_origin, err) < 0 ||
	    json_get_uuid(j, "loser_origin", &l->loser_origin, err) < 0 ||
	    json_get_str(j, "winner_device", 200, &l->winner_device, err) < 0 ||
	    json_get_str(j, "loser_device", 200, &l->loser_device, err) < 0)
		return -1;
	if (n == 0 || !l->table || !l->rule || json_len(l->winner) == 0 || json_len(l->loser) == 0)
		return err_field(err, "/lost", "required", "an entry of lost needs uuid, table, rule, winner and loser");
	return 0;
}

/* The hub's word about it is the last one; when it was noticed here stays. */
int conflict_take(struct txn *t, struct uuid tenant, struct json lost, struct err *err)
{
	static const char sql[] =
		"INSERT INTO conflicts (uuid, tenant, tbl, row, at, rule, winner, loser, winner_origin, loser_origin, "
		"winner_device, loser_device, seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0) "
		"ON CONFLICT (tenant, uuid) DO UPDATE SET rule = excluded.rule, winner = excluded.winner, "
		"winner_origin = excluded.winner_origin, winner_device = excluded.winner_device, "
		"loser_device = excluded.loser_device";
	struct lost l = { 0 };
	struct buf winner = { 0 }, loser = { 0 };
	int rc;

	if (read_lost(lost, &l, err) < 0)
		return -1;
	json_print(l.winner, &winner);
	json_print(l.loser, &loser);
	rc = txn_send(t, sql,
		      ARGS(v_uuid(l.uuid), v_uuid(tenant), v_text(l.table), v_uuid(l.row), v_int(l.at), v_text(l.rule),
			   v_text_n(winner.data, winner.len), v_text_n(loser.data, loser.len), v_uuid(l.winner_origin),
			   v_uuid(l.loser_origin), v_text(l.winner_device), v_text(l.loser_device)), err);
	buf_release(&winner);
	buf_release(&loser);
	return rc;
}
