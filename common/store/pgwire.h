/* The PostgreSQL driver's own.  Private to the pg*.c of this folder.
 *
 *	pgsql.c		the driver: statements, rows, transactions
 *	pgwire.c	the pipeline: what is queued, and the answers to it
 *	pgconn.c	connecting, and what happens when a connection breaks
 *	pghosts.c	word to and from other servers on the same database (store.h)
 *	pgval.c		values in PostgreSQL's binary form
 *	pgerr.c		what an SQLSTATE means to us
 */
#ifndef STORE_PGWIRE_H
#define STORE_PGWIRE_H

#include "store/driver.h"

#include <libpq-fe.h>

#define PG_ARGS_MAX 128		/* of one statement */
#define STEPS_MAX 256		/* queued between two round trips */
#define QUEUED_BYTES_MAX (1 << 20)
#define REPLAN_FIRST 500	/* statements; then at twice as many, and so on … */
#define REPLAN_EVERY 65536	/* … until it is so many more each time */

/* --- a connection --- */

struct pg_stmt {
	struct stmt base;
	char name[16];
	bool prepared;		/* or on its way to be */
	bool columns_known;	/* all of a type that pg_val() reads */
	int n_types;
	Oid *types;		/* of its arguments; 0: not known yet */
};

/* What was sent, so that its answer is understood when it comes. */
struct step {
	enum step_kind { STEP_PREPARE, STEP_DESCRIBE, STEP_RUN } kind;
	struct pg_stmt *stmt;
};

struct wire {			/* db->state */
	struct step steps[STEPS_MAX];
	int n_steps;
	size_t bytes;		/* of arguments in these steps */
	bool pushed;		/* the Sync behind them was sent */

	bool failed;		/* the last settling: the server refused a step, so the last was not done */
	bool savepoint_missed;	/* and a SAVEPOINT stood behind it */
	bool warned;		/* the server sent a WARNING */
	bool ending;		/* the server said goodbye, in words */
	bool patient;		/* a script runs: as long as it takes */
	bool entered;		/* this transaction was told of the shop below */
	struct uuid shop;

	int64_t asked, replan_at;	/* statements so far, and at how many their plans are made anew */
	unsigned names;
	bool was_up, down;	/* down: the log has been told */
	int64_t retry_at;	/* clock_boot() before which connecting is not tried again */
};

static inline PGconn *pg(const struct db *db)
{
	return db->handle;
}

static inline struct wire *wire(const struct db *db)
{
	return db->state;
}

/* --- pgconn.c --- */

/* Refuses what libpq cannot read, in words that do not show it. */
int pgconn_check(const char *url, struct err *err) MUST_CHECK;
/* The role that it names, or that libpq takes where it names none. */
const char *pgconn_role(const char *url, struct pool *pool);
/* To the one that accepts writes, or, to read, at least to the primary. */
PGconn *pgconn_dial(const struct db_config *config, bool writes);
int pgconn_open(struct db *db, struct err *err) MUST_CHECK;	/* -1 with ERR_UNREACHABLE */
void pgconn_drop(struct db *db);			/* harmless without a connection */
/* Drops it, tells the log if that is news, and returns -1 with "database_gone". */
int pgconn_lost(struct db *db, const char *why, struct err *err);
/* Reads what the server said unasked.  False: the connection broke, and is dropped. */
bool pgconn_alive(struct db *db);
/* Inside a transaction: is it still there?  Outside: at rest, connected anew if need be. */
int pgconn_ready(struct db *db, struct err *err) MUST_CHECK;

/* --- pgwire.c --- */

/* Queues a statement, prepared before if it was not. */
int pgwire_queue(struct db *db, const char *sql, struct args args, struct err *err) MUST_CHECK;
/* Sends all that is queued and does not wait for the answers. */
int pgwire_push(struct db *db, struct err *err) MUST_CHECK;
/* The same, and reads all answers in their order.  The last one's is the
 * caller's if it asks for it.  -1 with the first that failed. */
int pgwire_settle(struct db *db, PGresult **last_r, struct err *err) MUST_CHECK;
/* Several statements by the simple protocol; the pipeline must be off. */
int pgwire_simple(struct db *db, const char *sql, struct err *err) MUST_CHECK;

/* --- pgval.c --- */

struct pg_args {
	int n;
	size_t bytes;
	const char *value[PG_ARGS_MAX];
	int len[PG_ARGS_MAX], binary[PG_ARGS_MAX];
	uint8_t number[PG_ARGS_MAX][8];
};

Oid pg_type_of(const struct val *v);		/* 0 for null */
/* -1, or the argument that does not fit the statement's type for it. */
int pg_args_fill(struct pg_args *out, struct args args, const Oid *types);
struct val pg_val(const PGresult *res, int row, int col);
/* -1, or the first column whose type pg_val() does not know. */
int pg_odd_column(const PGresult *res);

/* --- pgerr.c --- */

bool pg_is_gone(const struct db *db, const PGresult *res);	/* an error that ends the connection */
int pg_err(const PGresult *res, const char *sql, struct err *err);	/* -1 */
int pg_err_gone(struct err *err);
int pg_err_perhaps(struct err *err);		/* gone, and it may have been done */
const char *pg_one_line(char *to, size_t size, const char *text);	/* libpq's words for our log */

#endif
