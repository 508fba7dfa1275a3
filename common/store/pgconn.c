/* Connecting, and what happens when a connection breaks.
 *
 * A conninfo may name several hosts.  A writer takes the one that accepts
 * writes, and so does a reader: a standby may lag behind what was just
 * answered, and a revoked device must not be let in by an old copy.  A
 * conninfo that says target_session_attrs itself is obeyed.
 *
 * The conninfo may hold a password, so neither it nor what libpq quotes from
 * it is ever shown. */
#include "base/base.h"
#include "store/pgwire.h"

#include "base/clock.h"
#include "base/log.h"

#include <poll.h>

#define RETRY_US (SECOND_US / 2)	/* between two tries to connect */
#define IDLE_IN_TXN_MS 30000		/* a stopped process must not hold a tenant's counter for ever */

/* --- the conninfo --- */

/* An unescaped @ or / in the password of a URL shifts its rest into the next
 * part, and libpq would quote that part. */
static bool is_shifted(const PQconninfoOption *o)
{
	if (!o->val)
		return false;
	if (strcmp(o->keyword, "host") == 0 || strcmp(o->keyword, "dbname") == 0)
		return strchr(o->val, '@') != NULL;
	return strcmp(o->keyword, "port") == 0 && o->val[strspn(o->val, "0123456789,")] != '\0';
}

int pgconn_check(const char *url, struct err *err)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	bool good = options != NULL;

	for (PQconninfoOption *o = options; o && o->keyword; o++)
		good = good && !is_shifted(o);
	PQconninfoFree(options);
	if (good)
		return 0;
	return err_set(err, ERR_UNREACHABLE, "database_url",
		       "the database's address cannot be read (it is not shown, it may hold a password): "
		       "write postgresql://user:password@host/name with %%40, %%2F, %%3A for @, /, : "
		       "in the password, or host=NAME dbname=NAME");
}

static const char *user_among(PQconninfoOption *options, struct pool *pool)
{
	const char *user = NULL;

	for (PQconninfoOption *o = options; o && o->keyword; o++)
		if (strcmp(o->keyword, "user") == 0 && o->val && *o->val)
			user = pool_strdup(pool, o->val);
	PQconninfoFree(options);
	return user;
}

const char *pgconn_role(const char *url, struct pool *pool)
{
	const char *user = user_among(PQconninfoParse(url, NULL), pool);

	if (!user)
		user = user_among(PQconndefaults(), pool);
	return user ? user : "fexl";
}

/* --- connecting --- */

PGconn *pgconn_dial(const struct db_config *config, bool writes)
{
	char timeout_s[16];
	/* Above the conninfo stands what it may change, below it what it may not. */
	const char *const words[][2] = {
		{ "application_name", "fexl-apid" },
		{ "connect_timeout", timeout_s },
		{ "target_session_attrs", writes ? "read-write" : "primary" },
		/* Who lost its power does not say so: 10 s, whether we talk or only listen. */
		{ "keepalives_idle", "4" },
		{ "keepalives_interval", "2" },
		{ "keepalives_count", "3" },
		{ "tcp_user_timeout", "10000" },
		{ "dbname", config->url },
		{ "client_encoding", "UTF8" },
		{ NULL, NULL },
	};
	const char *names[ARRAY_LEN(words)], *values[ARRAY_LEN(words)];

	snprintf(timeout_s, sizeof timeout_s, "%d", config->connect_timeout_s);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		names[i] = words[i][0];
		values[i] = words[i][1];
	}
	return PQconnectdbParams(names, values, 1);
}

static int settings(struct db *db, struct err *err)
{
	char sql[400];

	snprintf(sql, sizeof sql,
		 "SET statement_timeout = %d; SET idle_in_transaction_session_timeout = %d; "
		 "SET timezone = 'UTC'; SET standard_conforming_strings = on%s",
		 db->config.statement_timeout_ms, IDLE_IN_TXN_MS,
		 db->mode == DB_WRITE ? "" : "; SET default_transaction_read_only = on");
	return pgwire_simple(db, sql, err);
}

/* By default libpq prints these to stderr. */
static void on_notice(void *arg, const PGresult *res)
{
	struct wire *w = arg;
	const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (!severity || !text)
		return;
	w->warned |= strcmp(severity, "WARNING") == 0;
	w->ending |= strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0;
	log_debug("database: %s: %s", severity, text);
}

static int prepare_session(struct db *db, struct err *err)
{
	PGconn *conn = pg(db);

	PQsetNoticeReceiver(conn, on_notice, wire(db));
	if (PQsetnonblocking(conn, 1) != 0)
		return pgconn_lost(db, PQerrorMessage(conn), err);
	if (settings(db, err) < 0)
		return -1;
	return PQenterPipelineMode(conn) ? 0 : pgconn_lost(db, PQerrorMessage(conn), err);
}

int pgconn_open(struct db *db, struct err *err)
{
	struct wire *w = wire(db);
	char why[200];

	w->warned = w->ending = false;
	w->asked = 0;
	w->replan_at = REPLAN_FIRST;
	db->handle = pgconn_dial(&db->config, db->mode == DB_WRITE);
	if (PQstatus(pg(db)) != CONNECTION_OK) {
		pg_one_line(why, sizeof why, PQerrorMessage(pg(db)));
		pgconn_drop(db);
		return err_set(err, ERR_UNREACHABLE, "database_open", "cannot reach the database: %s", why);
	}
	if (prepare_session(db, err) < 0) {
		pgconn_drop(db);
		return -1;
	}
	if (w->down && w->was_up)
		log_info("database: connected again");
	w->down = false;
	w->was_up = true;
	return 0;
}

/* --- breaking --- */

static void stmt_forget(void *value, void *ctx UNUSED)
{
	struct pg_stmt *st = value;

	st->prepared = false;
}

void pgconn_drop(struct db *db)
{
	struct wire *w = wire(db);

	PQfinish(pg(db));
	db->handle = NULL;
	map_each(&db->prepared, stmt_forget, NULL);
	w->n_steps = 0;
	w->bytes = 0;
	w->pushed = w->entered = false;
}

int pgconn_lost(struct db *db, const char *why, struct err *err)
{
	struct wire *w = wire(db);
	char line[200];

	if (!w->down && w->was_up)
		log_warn("database: connection lost: %s; the next request connects again",
			 pg_one_line(line, sizeof line, why));
	w->down = true;
	pgconn_drop(db);
	return pg_err_gone(err);
}

bool pgconn_alive(struct db *db)
{
	/* A farewell and the end of the stream come one after the other. */
	for (int i = 0; db->handle && i < 4; i++) {
		struct pollfd p = { .fd = PQsocket(pg(db)), .events = POLLIN };

		if (poll(&p, 1, 0) <= 0)
			return true;
		if (!PQconsumeInput(pg(db)))
			pgconn_lost(db, PQerrorMessage(pg(db)), NULL);
		else if (!PQisBusy(pg(db)) && wire(db)->ending)
			pgconn_lost(db, "the server ended it", NULL);
	}
	return db->handle != NULL;
}

/* Outside a transaction nothing may be left over from the last one. */
static bool is_at_rest(struct db *db)
{
	if (!pgconn_alive(db))
		return false;
	if (pgwire_settle(db, NULL, NULL) < 0 && !db->handle)
		return false;
	if (PQtransactionStatus(pg(db)) == PQTRANS_IDLE)
		return true;
	pgconn_lost(db, "a transaction was left open", NULL);
	return false;
}

static int reconnect(struct db *db, struct err *err)
{
	struct wire *w = wire(db);
	struct err why = { 0 };

	if (clock_boot() < w->retry_at)
		return pg_err_gone(err);
	if (pgconn_open(db, &why) == 0)
		return 0;
	log_debug("database: %s", why.text);
	w->retry_at = clock_boot() + RETRY_US;
	return pg_err_gone(err);
}

int pgconn_ready(struct db *db, struct err *err)
{
	if (db->in_txn)
		return db->handle ? 0 : pg_err_gone(err);
	return is_at_rest(db) ? 0 : reconnect(db, err);
}
