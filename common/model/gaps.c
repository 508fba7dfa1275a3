/* Completeness: the hub knows of every series how far it has got, and which
 * numbers below that it has not seen.  A number that is missing is on its way as
 * long as its till has something to send, or was not heard of since; after that
 * it is lost, and somebody should look for the paper. */
#include "base/base.h"
#include "model/lists.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/clock.h"

/* A till that says it has nothing left may have said so just before the sale. */
#define DELAY_US (120 * SECOND_US)
/* Who counts under letters of its own is not in the roster. */
#define UNKNOWN_DELAY_US (24 * 3600 * SECOND_US)

/* T1-P000123: series T1-P, number 123. */
struct numbered {
	char series[41];
	int64_t n;
};

static bool number_split(const char *number, struct numbered *out)
{
	const char *dash = strrchr(number, '-'), *digits;

	if (!dash || strlen(number) >= sizeof out->series)
		return false;
	for (digits = dash + 1; isupper((unsigned char)*digits); digits++)
		;
	if (strspn(digits, "0123456789") != strlen(digits) || strlen(digits) < 6 || strlen(digits) > 15)
		return false;
	snprintf(out->series, sizeof out->series, "%.*s", (int)(digits - number), number);
	out->n = strtoll(digits, NULL, 10);
	return out->n > 0;
}

/* --- keeping --- */

static int gap_open(struct txn *t, struct uuid tenant, const char *series, int64_t first, int64_t last, int64_t since,
		    struct err *err)
{
	static const char sql[] = "INSERT INTO gaps (tenant, series, first, last, since) VALUES ($1, $2, $3, $4, $5)";

	if (first > last)
		return 0;
	return txn_send(t, sql, ARGS(v_uuid(tenant), v_text(series), v_int(first), v_int(last), v_int(since)), err);
}

static int gap_drop(struct txn *t, struct uuid tenant, const char *series, int64_t first, struct err *err)
{
	return txn_send(t, "DELETE FROM gaps WHERE tenant = $1 AND series = $2 AND first = $3",
			ARGS(v_uuid(tenant), v_text(series), v_int(first)), err);
}

/* One that was missing has come: what lies left and right of it still is. */
static int gap_fill(struct txn *t, struct uuid tenant, const struct numbered *seen, struct err *err)
{
	static const char sql[] = "SELECT first, last, since FROM gaps WHERE tenant = $1 AND series = $2 AND first <= $3 "
				  "AND last >= $3";
	struct val v[3];
	int n = db_one(t->db, t->pool, sql, ARGS(v_uuid(tenant), v_text(seen->series), v_int(seen->n)), v, 3, err);

	if (n <= 0)
		return n;
	if (gap_drop(t, tenant, seen->series, v[0].i, err) < 0 ||
	    gap_open(t, tenant, seen->series, v[0].i, seen->n - 1, v[2].i, err) < 0)
		return -1;
	return gap_open(t, tenant, seen->series, seen->n + 1, v[1].i, v[2].i, err);
}

static int reached(struct txn *t, struct uuid tenant, const struct numbered *seen, struct err *err)
{
	static const char sql[] = "INSERT INTO series_seen (tenant, series, last) VALUES ($1, $2, $3) "
				  "ON CONFLICT (tenant, series) DO UPDATE SET last = excluded.last";

	return txn_send(t, sql, ARGS(v_uuid(tenant), v_text(seen->series), v_int(seen->n)), err);
}

int gaps_see(struct txn *t, struct uuid tenant, const char *number, struct err *err)
{
	static const char sql[] = "SELECT last FROM series_seen WHERE tenant = $1 AND series = $2";
	struct numbered seen;
	struct val last = v_int(0);

	if (!number || !number_split(number, &seen))
		return 0;	/* a number that somebody thought of: no series */
	if (db_one(t->db, t->pool, sql, ARGS(v_uuid(tenant), v_text(seen.series)), &last, 1, err) < 0)
		return -1;
	if (seen.n <= last.i)
		return gap_fill(t, tenant, &seen, err);
	if (gap_open(t, tenant, seen.series, last.i + 1, seen.n - 1, t->stamp, err) < 0)
		return -1;
	return reached(t, tenant, &seen, err);
}

/* --- telling --- */

/* Is the till that counts under this series still holding something back? */
static const char *state_of(int64_t since, const struct rows *rs, int64_t now)
{
	bool known = !rows_null(rs, 5), held = rows_null(rs, 6) || rows_int(rs, 6) > 0;
	int64_t last_seen = rows_int(rs, 7);

	if (!known)
		return now < since + UNKNOWN_DELAY_US ? "delayed" : "lost";
	return held || last_seen < since + DELAY_US ? "delayed" : "lost";
}

/* "T3-P is missing 1,207" and where to look. */
static const char *sentence(struct pool *pool, const char *series, int64_t first, int64_t last, const char *device,
			    const char *state)
{
	bool late = strcmp(state, "delayed") == 0;
	const char *range = first == last ? pool_printf(pool, "%lld", (long long)first) :
					    pool_printf(pool, "%lld to %lld", (long long)first, (long long)last);

	if (late && device)
		return pool_printf(pool, "%s is missing %s: still on %s, which has not sent everything", series, range, device);
	if (late)
		return pool_printf(pool, "%s is missing %s: it may still come", series, range);
	return pool_printf(pool, "%s is missing %s: %s has sent all it has; look for the receipt", series, range,
			   device ? device : "its till");
}

static void put_gap(const struct rows *rs, struct pool *pool, int64_t now, struct buf *out)
{
	const char *series = rows_text(rs, 0, pool), *device = rows_text(rs, 4, pool);
	int64_t first = rows_int(rs, 1), last = rows_int(rs, 2), since = rows_int(rs, 3);
	const char *state = state_of(since, rs, now);

	jw_open(out, '{');
	jw_put_str(out, "series", series);
	jw_put_int(out, "first", first);
	jw_put_int(out, "last", last);
	jw_put_int(out, "missing", last - first + 1);
	jw_put_time(out, "since", since);
	jw_put_str(out, "device", device);
	jw_put_str(out, "state", state);
	jw_put_str(out, "text", sentence(pool, series, first, last, device, state));
	jw_close(out, '}');
}

int gaps_list(struct db *db, struct pool *pool, struct uuid tenant, int64_t now, struct buf *out, struct err *err)
{
	static const char sql[] =
		"SELECT g.series, g.first, g.last, g.since, d.name, d.uuid, d.pending, d.last_seen FROM gaps g "
		"LEFT JOIN devices d ON d.tenant = g.tenant AND d.prefix IS NOT NULL "
		"AND substr(g.series, 1, length(d.prefix) + 1) = d.prefix || '-' "
		"WHERE g.tenant = $1 ORDER BY g.series, g.first LIMIT 500";
	struct rows rs;
	int n;

	if (db_rows(db, sql, ARGS(v_uuid(tenant)), &rs, err) < 0)
		return -1;
	list_open(out);
	while ((n = rows_next(&rs, err)) > 0)
		put_gap(&rs, pool, now, out);
	rows_end(&rs);
	list_close(out, NULL);
	return n;
}
