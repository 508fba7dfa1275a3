/* What an SQLSTATE means to us.
 *
 * Only the primary message is ever passed on: DETAIL shows rows, and so do the
 * messages of class 22 ("invalid input syntax for type uuid: …"). */
#include "base/base.h"
#include "store/pgwire.h"

#include "base/log.h"

struct meaning {
	const char *state;	/* what an SQLSTATE begins with */
	enum err_kind kind;	/* ERR_UNREACHABLE: the connection is of no more use */
	const char *code;
	const char *text;	/* NULL: the server's own */
};

/* The first that matches counts. */
static const struct meaning meanings[] = {
	{ "23", ERR_CONFLICT, "constraint", NULL },
	{ "40001", ERR_BUSY, "retry", "another transaction was faster: nothing was changed, try again" },
	{ "40P01", ERR_BUSY, "retry", "two transactions waited for each other: nothing was changed, try again" },
	{ "55P03", ERR_BUSY, "retry", "a row is locked: nothing was changed, try again" },
	/* Its cause was reported when it happened. */
	{ "25P02", ERR_BUSY, "retry", "an earlier statement of the transaction failed: nothing was changed, try again" },
	{ "53100", ERR_BUSY, "disk_full", "the disk with the database is full: make room, nothing was changed" },
	{ "53", ERR_BUSY, "database_busy", "the database server is out of memory or connections: try again later" },
	{ "58", ERR_BUSY, "disk_failed", "the database server cannot reach its disk: nothing was changed, try again" },
	{ "57014", ERR_BUSY, "statement_timeout", "the database took too long: nothing was changed, try again" },
	{ "57P0", ERR_UNREACHABLE, NULL, NULL },	/* shut down, crashed, starting up */
	{ "25006", ERR_UNREACHABLE, NULL, NULL },	/* no longer the primary: find the new one */
	{ "26000", ERR_UNREACHABLE, NULL, NULL },	/* somebody in between changed the session */
	{ "08P01", ERR_INTERNAL, NULL, NULL },	/* a wrong number of arguments: ours */
	{ "08", ERR_UNREACHABLE, NULL, NULL },
	{ "", ERR_INTERNAL, NULL, NULL },
};

static const char *field(const PGresult *res, int which)
{
	const char *text = PQresultErrorField(res, which);

	return text ? text : "";
}

static const struct meaning *meaning_of(const char *state)
{
	const struct meaning *m = meanings;

	while (strncmp(state, m->state, strlen(m->state)) != 0)
		m++;
	return m;
}

bool pg_is_gone(const struct db *db, const PGresult *res)
{
	const char *severity = field(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *state = field(res, PG_DIAG_SQLSTATE);

	/* Without a state it is libpq that speaks, and it speaks of the connection. */
	if (!*state || strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0)
		return true;
	/* A reader that tries to write is our bug. */
	if (db->mode != DB_WRITE && strcmp(state, "25006") == 0)
		return false;
	return meaning_of(state)->kind == ERR_UNREACHABLE;
}

int pg_err(const PGresult *res, const char *sql, struct err *err)
{
	const char *state = field(res, PG_DIAG_SQLSTATE);
	const char *why = field(res, PG_DIAG_MESSAGE_PRIMARY);
	const struct meaning *m = meaning_of(state);

	if (strncmp(state, "22", 2) == 0)
		why = "a value is not what the statement wants";
	if (m->kind == ERR_INTERNAL || m->kind == ERR_UNREACHABLE) {
		log_error("database: %s (%s) in: %.120s", why, state, sql);
		return err_set(err, ERR_INTERNAL, "database", "the database failed: %s", why);
	}
	return err_set(err, m->kind, m->code, "%s", m->text ? m->text : why);
}

int pg_err_gone(struct err *err)
{
	err_set(err, ERR_BUSY, "database_gone", "the database is out of reach: nothing was changed, try again");
	if (err)
		err->retry_after_s = 1;
	return -1;
}

int pg_err_perhaps(struct err *err)
{
	return err_set(err, ERR_UNCERTAIN, "uncertain",
		       "the connection to the database broke: perhaps it is stored, send the same again");
}

const char *pg_one_line(char *to, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++)
		if ((unsigned char)*text >= ' ')
			to[n++] = *text;
		else if (n && to[n - 1] != ' ')
			to[n++] = ' ';
	while (n && to[n - 1] == ' ')
		n--;
	to[n] = '\0';
	return to;
}
