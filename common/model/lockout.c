/* Whoever guesses waits, longer each time; whom he guesses does not.
 *
 * Misses count against the address that they come from.  A PIN has as few as
 * 10,000 values and addresses are cheap, so an account also has a limit over all
 * of them: beyond it nobody gets in from where he was not before.  Who signed in
 * from an address at some time is known there, and only his own misses hold him up.
 *
 * Three kinds of rows: "ACCOUNT" counts the misses of strangers, "ACCOUNT at
 * ADDRESS" those of one address, "ACCOUNT of ADDRESS" says that it is known.  Each
 * has the time of its last event in `until`, or the end of a wait. */
#include "base/base.h"
#include "model/model.h"

#include "base/clock.h"

#define MINUTE_US (60 * SECOND_US)
#define DAY_US (24 * 60 * MINUTE_US)

/* Every fifth miss locks; the last step is for all that follow. */
#define MISSES_A_STEP 5
static const int64_t step_us[] = { 5 * MINUTE_US, 30 * MINUTE_US, DAY_US };

/* Of strangers a day: a PIN of four figures stands for years. */
#define STRANGERS_MISSES 20
#define KNOWN_MAX 16		/* addresses an account; the one not used for longest goes */
#define SUBJECT_MAX 200

static int64_t lock_us(int64_t misses)
{
	size_t step = (size_t)(misses / MISSES_A_STEP);

	if (misses % MISSES_A_STEP != 0)
		return 0;
	return step_us[MIN(step, ARRAY_LEN(step_us)) - 1];
}

static struct val subject(char text[SUBJECT_MAX], const struct attempt *a, const char *kind)
{
	snprintf(text, SUBJECT_MAX, "%s%s%s", a->account, kind, *kind ? a->address : "");
	return v_text(text);
}

/* --- before the try --- */

static int locked(int64_t until, struct err *err)
{
	int64_t wait_s = (until - clock_wall() + SECOND_US - 1) / SECOND_US, minutes = (wait_s + 59) / 60;

	if (wait_s <= 0)
		return 0;
	err_set(err, ERR_RATE, "locked_out", "too many wrong tries: wait %lld minute%s, then try again",
		(long long)minutes, minutes == 1 ? "" : "s");
	if (err)
		err->retry_after_s = (int)wait_s;
	return -1;
}

static int until_of(struct db *db, const struct attempt *a, const char *kind, int64_t *until, struct err *err)
{
	char text[SUBJECT_MAX];

	return db_int(db, "SELECT until FROM lockouts WHERE tenant = $1 AND subject = $2",
		      ARGS(v_uuid(a->tenant), subject(text, a, kind)), until, err);
}

static int is_known(struct db *db, const struct attempt *a, bool *known, struct err *err)
{
	int64_t since;

	if (until_of(db, a, " of ", &since, err) < 0)
		return -1;
	*known = since != 0;
	return 0;
}

int lockout_check(struct db *db, const struct attempt *a, struct err *err)
{
	int64_t here, strangers;
	bool known;

	if (until_of(db, a, " at ", &here, err) < 0 || locked(here, err) < 0)
		return -1;
	if (a->long_secret)
		return 0;
	if (until_of(db, a, "", &strangers, err) < 0 || is_known(db, a, &known, err) < 0)
		return -1;
	return known ? 0 : locked(strangers, err);
}

/* --- a miss --- */

static int set_until(struct txn *t, const struct attempt *a, const char *kind, int64_t until, struct err *err)
{
	char text[SUBJECT_MAX];

	return txn_send(t, "UPDATE lockouts SET until = $3 WHERE tenant = $1 AND subject = $2",
			ARGS(v_uuid(a->tenant), subject(text, a, kind), v_int(until)), err);
}

/* Counted in the statement: two hosts may take a guess at the same time.  What was
 * under way when the wait began does not end it.  A day without a miss, or a wait
 * that is over, and strangers begin anew. */
static int count(struct txn *t, const struct attempt *a, const char *kind, int64_t anew_at, int64_t *misses, struct err *err)
{
	static const char add[] =
		"INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, $2, 1, $3) "
		"ON CONFLICT (tenant, subject) DO UPDATE SET "
		"until = CASE WHEN lockouts.until > excluded.until THEN lockouts.until ELSE excluded.until END, "
		"misses = CASE WHEN lockouts.until < $5 OR (lockouts.misses >= $4 AND lockouts.until <= $3) THEN 1 "
		"ELSE lockouts.misses + 1 END";
	static const char read[] = "SELECT misses FROM lockouts WHERE tenant = $1 AND subject = $2";
	int64_t now = clock_wall();
	char text[SUBJECT_MAX];
	struct val name = subject(text, a, kind);

	if (txn_send(t, add, ARGS(v_uuid(a->tenant), name, v_int(now), v_int(anew_at), v_int(*kind ? 0 : now - DAY_US)), err) < 0)
		return -1;
	return db_int(t->db, read, ARGS(v_uuid(a->tenant), name), misses, err);
}

/* The rows of one kind: what a collation makes of signs is not our affair. */
#define OF_KIND "tenant = $1 AND substr(subject, 1, length($2)) = $2"

static struct val kind_of(struct pool *pool, const struct attempt *a, const char *kind)
{
	return v_text(pool_printf(pool, "%s%s", a->account, kind));
}

/* Whoever has an address to spare must not fill the table with it. */
static int forget_old(struct txn *t, const struct attempt *a, struct err *err)
{
	return txn_send(t, "DELETE FROM lockouts WHERE " OF_KIND " AND until < $3",
			ARGS(v_uuid(a->tenant), kind_of(t->pool, a, " at "), v_int(clock_wall() - DAY_US)), err);
}

static int miss_of_stranger(struct txn *t, const struct attempt *a, struct err *err)
{
	int64_t misses;

	if (count(t, a, "", STRANGERS_MISSES, &misses, err) < 0)
		return -1;
	return misses < STRANGERS_MISSES ? 0 : set_until(t, a, "", clock_wall() + DAY_US, err);
}

int lockout_miss(struct txn *t, const struct attempt *a, struct err *err)
{
	int64_t misses, lock_for;
	bool known;

	if (forget_old(t, a, err) < 0 || is_known(t->db, a, &known, err) < 0)
		return -1;
	if ((!known && !a->long_secret && miss_of_stranger(t, a, err) < 0) || count(t, a, " at ", INT64_MAX, &misses, err) < 0)
		return -1;
	if (!(lock_for = lock_us(misses)))
		return 0;
	return set_until(t, a, " at ", clock_wall() + lock_for, err);
}

/* --- it was right --- */

/* The newest KNOWN_MAX stay. */
static int forget_known(struct txn *t, const struct attempt *a, struct err *err)
{
	static const char sql[] = "DELETE FROM lockouts WHERE " OF_KIND " AND until < (SELECT min(until) FROM "
				  "(SELECT until FROM lockouts WHERE " OF_KIND " ORDER BY until DESC LIMIT $3) AS newest)";

	return txn_send(t, sql, ARGS(v_uuid(a->tenant), kind_of(t->pool, a, " of "), v_int(KNOWN_MAX)), err);
}

/* What was counted before it was looked at is taken back. */
static int was_no_stranger(struct txn *t, const struct attempt *a, struct err *err)
{
	static const char sql[] = "UPDATE lockouts SET misses = misses - 1, until = $3 WHERE tenant = $1 AND subject = $2 AND misses > 0";
	char text[SUBJECT_MAX];

	return txn_send(t, sql, ARGS(v_uuid(a->tenant), subject(text, a, ""), v_int(clock_wall())), err);
}

int lockout_passed(struct txn *t, const struct attempt *a, struct err *err)
{
	static const char know[] = "INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, $2, 0, $3) "
				   "ON CONFLICT (tenant, subject) DO UPDATE SET until = excluded.until";
	char text[SUBJECT_MAX];
	bool known;

	if (is_known(t->db, a, &known, err) < 0 || (!known && was_no_stranger(t, a, err) < 0) ||
	    txn_send(t, "DELETE FROM lockouts WHERE tenant = $1 AND subject = $2",
		     ARGS(v_uuid(a->tenant), subject(text, a, " at ")), err) < 0 ||
	    txn_send(t, know, ARGS(v_uuid(a->tenant), subject(text, a, " of "), v_int(clock_wall())), err) < 0)
		return -1;
	return forget_known(t, a, err);
}

int lockout_forgive(struct txn *t, struct uuid tenant, const char *account, struct err *err)
{
	/* Where he is known stays. */
#define WAITS "tenant = $1 AND (subject = $2 OR substr(subject, 1, length($3)) = $3)"
	static const char waiting[] = "SELECT CAST(count(*) AS bigint) FROM lockouts WHERE " WAITS " AND until > $4";
	const struct attempt a = { .tenant = tenant, .account = account, .address = "" };
	struct val at = kind_of(t->pool, &a, " at ");
	int64_t n;

	if (db_int(t->db, waiting, ARGS(v_uuid(tenant), v_text(account), at, v_int(clock_wall())), &n, err) < 0 ||
	    txn_send(t, "DELETE FROM lockouts WHERE " WAITS, ARGS(v_uuid(tenant), v_text(account), at), err) < 0)
		return -1;
	return n > 0;
}
