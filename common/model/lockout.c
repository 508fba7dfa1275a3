/* Whoever guesses waits, longer each time.  A PIN has as few as 10,000 values:
 * at five guesses a day, the end of these steps, that is years. */
#include "base/base.h"
#include "model/model.h"

#include "base/clock.h"

#define MINUTE_US (60 * SECOND_US)

/* Every fifth miss locks; the last step is for all that follow. */
#define MISSES_A_STEP 5
static const int64_t step_us[] = { 5 * MINUTE_US, 30 * MINUTE_US, 24 * 60 * MINUTE_US };

static int64_t lock_us(int64_t misses)
{
	size_t step = (size_t)(misses / MISSES_A_STEP);

	if (misses % MISSES_A_STEP != 0)
		return 0;
	return step_us[MIN(step, ARRAY_LEN(step_us)) - 1];
}

int lockout_check(struct db *db, struct uuid tenant, const char *subject, struct err *err)
{
	static const char sql[] = "SELECT until FROM lockouts WHERE tenant = $1 AND subject = $2";
	int64_t until, wait_s, minutes;

	if (db_int(db, sql, ARGS(v_uuid(tenant), v_text(subject)), &until, err) < 0)
		return -1;
	wait_s = (until - clock_wall() + SECOND_US - 1) / SECOND_US;
	if (wait_s <= 0)
		return 0;
	minutes = (wait_s + 59) / 60;
	err_set(err, ERR_RATE, "locked_out", "too many wrong tries: wait %lld minute%s, then try again",
		(long long)minutes, minutes == 1 ? "" : "s");
	if (err)
		err->retry_after_s = (int)wait_s;
	return -1;
}

int lockout_miss(struct txn *t, struct uuid tenant, const char *subject, struct err *err)
{
	/* Counted in the statement: two hosts may take a guess at the same time. */
	static const char count[] = "INSERT INTO lockouts (tenant, subject, misses, until) VALUES ($1, $2, 1, 0) "
				    "ON CONFLICT (tenant, subject) DO UPDATE SET misses = lockouts.misses + 1";
	static const char read[] = "SELECT misses FROM lockouts WHERE tenant = $1 AND subject = $2";
	static const char lock[] = "UPDATE lockouts SET until = $3 WHERE tenant = $1 AND subject = $2";
	int64_t misses, lock_for;

	if (txn_send(t, count, ARGS(v_uuid(tenant), v_text(subject)), err) < 0 ||
	    db_int(t->db, read, ARGS(v_uuid(tenant), v_text(subject)), &misses, err) < 0)
		return -1;
	if (!(lock_for = lock_us(misses)))
		return 0;
	return txn_send(t, lock, ARGS(v_uuid(tenant), v_text(subject), v_int(clock_wall() + lock_for)), err);
}

int lockout_clear(struct txn *t, struct uuid tenant, const char *subject, struct err *err)
{
	return txn_send(t, "DELETE FROM lockouts WHERE tenant = $1 AND subject = $2",
			ARGS(v_uuid(tenant), v_text(subject)), err);
}
