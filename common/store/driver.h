/* What an engine must provide.  Private to this folder. */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include "store/store.h"

#include "store/marks.h"

#include "base/map.h"

enum commit_end {
	COMMIT_DONE,
	COMMIT_REFUSED,		/* rolled back, err says why */
	COMMIT_UNKNOWN,		/* the connection broke: perhaps committed */
};

struct driver {
	/* Connects and makes the session's settings. */
	int (*open)(struct db *db, struct err *err);
	void (*close)(struct db *db);

	int (*run)(struct db *db, const char *sql, struct args args, struct err *err);
	int (*send)(struct db *db, const char *sql, struct args args, struct err *err);
	int (*rows)(struct db *db, const char *sql, struct args args, struct rows *rs, struct err *err);
	int (*next)(struct rows *rs, struct err *err);
	void (*end)(struct rows *rs);
	struct val (*val)(const struct rows *rs, int col);

	/* Several statements without arguments, separated by ";\n". */
	int (*script)(struct db *db, const char *sql, struct err *err);

	int (*begin)(struct db *db, bool write, struct err *err);
	enum commit_end (*commit)(struct db *db, struct err *err);
	void (*rollback)(struct db *db);

	/* All reads from here to let_go are of one state; SQLite only. */
	void (*hold)(struct db *db);
	void (*let_go)(struct db *db);
};

struct touched {			/* tables, as mark_of_table() */
	uint64_t read, written;
};

extern const struct driver sqlite_driver, pgsql_driver;

/* What a driver keeps of a statement begins so. */
struct stmt {
	char *sql;	/* a copy, as it was asked */
};

#define STMTS_NEAR 256

struct db {
	const struct driver *driver;
	struct db_config config;	/* url copied */
	enum db_mode mode;
	void *handle;			/* sqlite3 *, PGconn * */
	struct map prepared;		/* the text of the SQL -> struct stmt */
	struct stmt *near[STMTS_NEAR];	/* by where the text stands: to hash it costs a tenth of a sale */
	void *state;			/* the driver's own */
	void *held;			/* the statement that keeps a state readable */
	bool in_txn;
	struct touched asked;		/* by the statement that is being prepared */
	struct touched touched;		/* read since db_watch(); written in this transaction */
	int64_t as_of;			/* marks_now(), before what is held, or watched, was read */
	struct uuid shop;		/* whose rows are meant */
	int log_pages;			/* SQLite's WAL has after the last commit, with what was left by a life before */
};

/* The statement of this text, or NULL; and one that is found by its text from now on. */
struct stmt *db_prepared(struct db *db, const char *sql);
void db_prepared_put(struct db *db, struct stmt *st);

int db_begin(struct db *db, struct err *err) MUST_CHECK;	/* for writing */
enum commit_end db_commit(struct db *db, struct err *err) MUST_CHECK;
void db_rollback(struct db *db);
/* Several statements in a transaction of their own. */
int db_script(struct db *db, const char *script, struct err *err) MUST_CHECK;

#endif
