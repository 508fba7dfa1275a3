/* Putting right what a wrong clock did, and beginning anew with another hub. */
#include "base/base.h"
#include "sync/sync.h"

/* How far a till's own clock is ahead of the cloud's; 0 if it is behind. */
static int64_t ahead_by(int64_t server_time, int64_t boot)
{
	clock_follow(server_time, boot);
	return MAX(-clock_offset(), 0);
}

/* By how much the clock is wrong now, if it still is; and if it was put right
 * since, to now: no unsent record may stay in the future. */
static int restamp(struct write *w, struct row *r, int64_t now, int64_t ahead, struct err *err)
{
	int64_t at = MAX(MIN(r->updated_at - ahead, now), r->base_at + 1);

	r->stamps = stamps_moved(w->t->pool, r, r->base_at, ahead, at);
	r->updated_at = at;
	if (r->deleted_at)
		r->deleted_at = at;
	r->rev++;
	return row_update(w->t, w->tenant, r, err);
}

static int restamp_table(struct write *w, const struct table *t, int64_t now, int64_t ahead, int *moved, struct err *err)
{
	static const char sql[] = "SELECT uuid FROM outbox WHERE tenant = $1 AND tbl = $2 ORDER BY uuid";
	struct rows rs;
	struct row r;
	int n;

	if (db_rows(w->t->db, sql, ARGS(v_uuid(w->tenant), v_int(t->rank)), &rs, err) < 0)
		return -1;
	while ((n = rows_next(&rs, err)) > 0) {
		n = row_load(w->t->db, w->t->pool, w->tenant, t, rows_uuid(&rs, 0), &r, err);
		if (n > 0 && r.updated_at > now && (++*moved, restamp(w, &r, now, ahead, err)) < 0)
			n = -1;
		if (n < 0)
			break;
	}
	rows_end(&rs);
	return n < 0 ? -1 : 0;
}

int clock_restamp(struct write *w, int64_t server_time, int64_t boot, int *moved, struct err *err)
{
	int64_t ahead = ahead_by(server_time, boot), now = clock_wall();

	*moved = 0;
	for (const struct table *t = schema; t->name; t++)
		if (t->rule == NEWEST_WINS && restamp_table(w, t, now, ahead, moved, err) < 0)
			return -1;
	clock_reset(now);
	return 0;
}

/* --- another epoch --- */

static int make_dirty(struct write *w, const struct table *t, struct err *err)
{
	const struct table_sql *sql = table_sql(t);

	if (txn_send(w->t, sql->make_dirty, ARGS(v_uuid(w->tenant)), err) < 0)
		return -1;
	return txn_send(w->t, sql->queue_dirty, ARGS(v_uuid(w->tenant), v_int(t->rank), v_int(w->t->stamp)), err);
}

int sync_check_epoch(struct txn *t, struct uuid epoch, struct err *err)
{
	struct pairing p;
	int n = pairing_load(t->db, t->pool, &p, err);

	if (n <= 0 || uuid_is_zero(epoch) || uuid_is_zero(p.epoch) || uuid_eq(epoch, p.epoch))
		return MIN(n, 0);
	return err_set(err, ERR_GONE, "epoch", "this is of an earlier numbering of the hub: it will be asked for again");
}

int sync_start_over(struct write *w, struct uuid epoch, struct err *err)
{
	/* The corrections are the hub's own: what it still has comes down again. */
	if (cost_forget(w, true, err) < 0 || stock_unnumber(w, err) < 0)
		return -1;
	for (const struct table *t = schema; t->name; t++)
		if (table_is_synced(t) && make_dirty(w, t, err) < 0)
			return -1;
	if (txn_send(w->t, "UPDATE tenants SET purged = NULL WHERE uuid = $1", ARGS(v_uuid(w->tenant)), err) < 0 ||
	    txn_send(w->t, "DELETE FROM parked WHERE tenant = $1", ARGS(v_uuid(w->tenant)), err) < 0)
		return -1;
	return txn_send(w->t,
			"UPDATE pairing SET epoch = $2, cursor = 0, load = NULL, load_done = 0, load_total = 0, loaded_at = NULL, away = NULL "
			"WHERE tenant = $1", ARGS(v_uuid(w->tenant), v_uuid(epoch)), err);
}

int sync_meet_epoch(struct write *w, struct uuid epoch, struct err *err)
{
	struct pairing p;
	int n = pairing_load(w->t->db, w->t->pool, &p, err);

	if (n <= 0 || uuid_is_zero(epoch) || uuid_is_zero(p.epoch) || uuid_eq(epoch, p.epoch))
		return MIN(n, 0);
	return sync_start_over(w, epoch, err) < 0 ? -1 : 1;
}
