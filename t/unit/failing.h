/* A driver that fails once: the nth time that it is asked for something of a kind. */
#ifndef UNIT_FAILING_H
#define UNIT_FAILING_H

#include "store/driver.h"

enum failing_kind { FAIL_ROWS, FAIL_BEGIN, FAIL_SCRIPT, FAIL_COMMIT, FAIL_KINDS };

static struct {
	const struct driver *real;
	struct driver driver;
	enum failing_kind kind;
	int due;		/* until one fails; 0: none does, or it has */
} failing;

static inline bool failing_strikes(enum failing_kind kind, struct err *err)
{
	if (failing.kind != kind || failing.due == 0 || --failing.due > 0)
		return false;
	err_set(err, ERR_BUSY, "disk_failed", "it was to fail");
	return true;
}

static inline int failing_rows(struct db *db, const char *sql, struct args args, struct rows *rs, struct err *err)
{
	if (!failing_strikes(FAIL_ROWS, err))
		return failing.real->rows(db, sql, args, rs, err);
	rs->db = NULL;
	return -1;
}

static inline int failing_begin(struct db *db, bool write, struct err *err)
{
	return failing_strikes(FAIL_BEGIN, err) ? -1 : failing.real->begin(db, write, err);
}

static inline int failing_script(struct db *db, const char *sql, struct err *err)
{
	return failing_strikes(FAIL_SCRIPT, err) ? -1 : failing.real->script(db, sql, err);
}

static inline enum commit_end failing_commit(struct db *db, struct err *err)
{
	if (!failing_strikes(FAIL_COMMIT, err))
		return failing.real->commit(db, err);
	failing.real->rollback(db);
	return COMMIT_REFUSED;
}

static inline void failing_put_on(struct db *db)
{
	failing.real = db->driver;
	failing.driver = *db->driver;
	failing.driver.rows = failing_rows;
	failing.driver.begin = failing_begin;
	failing.driver.script = failing_script;
	failing.driver.commit = failing_commit;
	db->driver = &failing.driver;
}

#endif
