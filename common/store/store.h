/* Rows in SQL: one face over SQLite and PostgreSQL, and the threads on which
 * reading and writing happen.
 *
 *	driver.h	what an engine must provide (private to this folder)
 *	db.c		a connection: statements, results, transactions
 *	marks.[ch]	which tables were written since when
 *	sqlite.c	the driver for a till, or a hub without a database server;
 *			litefile.c opens its file, and moves its log; litelog.c gathers what is written to it
 *	pgsql.c		the driver for the cloud
 *	sql.c		statements generated from the description
 *	rowstore.c	rows and documents in and out of their tables
 *	many.[ch]	several rows in one statement
 *	migrate.c	from nothing, or an older version, to the present tables
 *	wall.c		PostgreSQL's own wall between shops: raised by the tables' owner
 *	txn.c		a write seen from inside: change numbers, changes, guards
 *	store.c		opens it all; how answers come back to the loop
 *	lane.c		the writer threads: group commit
 *	crew.c		the reader threads
 *	pghosts.c	NOTIFY and LISTEN
 *	backup.[ch]	backups: one file each, for both engines; copy.c takes one shop's rows along
 *	mirror.[ch]	a shop's rows under another tenant as well, kept right by triggers
 *	checkpoint.c	moves the WAL into the database file, beside the writer
 *
 * SQL is written once for both engines: $1 … $n for values, every whole number
 * is a bigint (CAST(sum(x) AS bigint), CAST(count(*) AS bigint)), every uuid is
 * 16 bytes, ON CONFLICT and RETURNING mean the same to both. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"
#include "schema/doors.h"

/* --- connections --- */

struct db;

struct db_config {
	enum engine engine;
	const char *url;		/* a file, or a libpq conninfo (several hosts allowed) */
	const char *owner_url;		/* PostgreSQL: as whom tables are made; NULL: as whom url says, if that may */
	bool walled;			/* PostgreSQL of a hub: a wall between its shops */
	int statement_timeout_ms;	/* PostgreSQL */
	int connect_timeout_s;		/* PostgreSQL */
	int64_t journal_size_bytes;	/* SQLite: what the WAL is cut back to */
	struct marks *marks;		/* the store's own; NULL: nobody asks what was written since */
};

enum db_mode {
	DB_WRITE,	/* a lane's */
	DB_READ,	/* beside the writer, in the same process */
	DB_FOREIGN,	/* another process's read-only eye: takes read locks and nothing else */
	DB_ALONE,	/* SQLite: a file that nobody else has open, as one file: a backup */
};

/* -1 with err (ERR_UNREACHABLE or ERR_INTERNAL). */
int db_open(struct db **dbp, const struct db_config *config, enum db_mode mode, struct err *err) MUST_CHECK;
void db_close(struct db **dbp);
enum engine db_engine(const struct db *db);
/* From here on statements see and write this shop's rows only, whatever they ask
 * for; those of nobody when it is zero.  Only where db_config says walled; what
 * looks over the wall is in schema/doors.h.  Returns the shop before. */
struct uuid db_enter(struct db *db, struct uuid shop);
const char *db_door(const struct db *db, enum door_id id);	/* the statement that asks it here */

/* Arguments of a statement: ARGS(v_uuid(t), v_int(3)), or NO_ARGS. */
struct args {
	const struct val *v;
	int n;
};
#define ARGS(...) ((struct args){ (const struct val[]){ __VA_ARGS__ }, \
	(int)(sizeof((const struct val[]){ __VA_ARGS__ }) / sizeof(struct val)) })
#define NO_ARGS ((struct args){ NULL, 0 })

/* Statements are prepared once a connection and found again by their text: each that
 * differs is kept, so values belong into args. */

/* A statement without result rows.  Rows changed, or -1 with err. */
int db_run(struct db *db, const char *sql, struct args args, struct err *err) MUST_CHECK;

/* The same, but nobody waits for it: on PostgreSQL it travels with the next
 * statement that is waited for, and its failure shows there or at the commit. */
int db_send(struct db *db, const char *sql, struct args args, struct err *err) MUST_CHECK;

/* Result rows, one after the other.  At most a few may be open at a time, each
 * for another statement.
 *	struct rows rs;
 *	if (db_rows(db, sql, args, &rs, err) < 0) return -1;
 *	while ((n = rows_next(&rs, err)) > 0) … rows_int(&rs, 0) …
 *	rows_end(&rs);
 */
struct rows {
	struct db *db;
	void *stmt;
	void *result;
	int row, n_rows;
};
int db_rows(struct db *db, const char *sql, struct args args, struct rows *rs, struct err *err) MUST_CHECK;
int rows_next(struct rows *rs, struct err *err) MUST_CHECK;	/* 1 a row, 0 the end, -1 */
void rows_end(struct rows *rs);					/* harmless twice */
struct val rows_val(const struct rows *rs, int col);		/* valid until the next rows_next() */
bool rows_null(const struct rows *rs, int col);
int64_t rows_int(const struct rows *rs, int col);		/* 0 for null */
struct uuid rows_uuid(const struct rows *rs, int col);		/* zero for null */
const char *rows_text(const struct rows *rs, int col, struct pool *pool);	/* copied; NULL for null */

/* The first row's values, copied into pool.  1, 0 no row, -1. */
int db_one(struct db *db, struct pool *pool, const char *sql, struct args args, struct val *v, int n, struct err *err) MUST_CHECK;
/* One whole number; missing or null gives 0.  0 or -1. */
int db_int(struct db *db, const char *sql, struct args args, int64_t *out, struct err *err) MUST_CHECK;

/* A read of several statements that must see one state. */
int db_read_begin(struct db *db, struct err *err) MUST_CHECK;
void db_read_end(struct db *db);

/* A passive checkpoint, which never waits for anybody (SQLite; a connection of
 * its own).  Bytes of the WAL that some reader still holds back. */
int64_t db_checkpoint(struct db *db);

/* Of which tables an answer was made, and when: see store_unchanged(). */
struct seen {
	uint64_t tables;
	int64_t as_of;		/* 0: it cannot be told */
};
/* What is read on this connection from here on … */
void db_watch(struct db *db);
struct seen db_seen(const struct db *db);	/* … and until now */

/* Makes the tables, or brings them up to date, each step in a transaction.
 * Refuses a database newer than this program. */
int db_migrate(struct db *db, struct err *err) MUST_CHECK;
int db_schema_version(struct db *db, int *version, struct err *err) MUST_CHECK;
/* The same with a wall around them, as the owner of the tables. */
int db_migrate_as_owner(const struct db_config *config, struct err *err) MUST_CHECK;

/* How far the database itself keeps shops apart. */
enum wall {
	WALL_NONE,		/* SQLite, or a till: one shop, or statements alone */
	WALL_STANDS,		/* our role is held up by it and cannot take it down */
	WALL_OWNED,		/* our role is held up, but owns the tables */
	WALL_BYPASSED,		/* our role is not held up: a superuser, or BYPASSRLS */
};
const char *wall_word(enum wall wall);	/* "stands" */

/* --- transactions, seen from inside a write --- */

struct change {			/* for those who want to know after the commit */
	const struct table *table;
	struct uuid tenant, uuid;
	enum change_kind { CHANGE_CREATED, CHANGE_UPDATED, CHANGE_DELETED } kind;
	bool by_sync;		/* came from another server */
	int64_t seq;		/* the hub's; 0 on a till */
	struct uuid from;	/* the till that pushed it, or zero */
};

struct txn {
	struct db *db;
	struct pool *pool;	/* of the job: dies with its answer, not with the transaction */
	bool careful;		/* alone in its transaction: a part that may fail is guarded by a savepoint */
	bool wrote;		/* something was changed since the job began */
	int64_t stamp;		/* clock_now() when the job began */
	struct uuid from;	/* a push: the till's; goes into each change */
	size_t resume;		/* where a job that returned JOB_MORE goes on: what it left in progress … */
	size_t progress;	/* … before the last commit that succeeded */
	struct change *changes;
	int n_changes, room_changes;
	struct counters *counters;	/* txn.c's: the tenants' _seq in this transaction */
	struct queue *queue;		/* of the lane: who else waits */
};

/* Writes of a job go through these, so that a group knows whether a failed job
 * left anything behind. */
int txn_run(struct txn *t, const char *sql, struct args args, struct err *err) MUST_CHECK;
int txn_send(struct txn *t, const char *sql, struct args args, struct err *err) MUST_CHECK;

/* The tenant's next change number; its counter row is locked by the first call
 * and written back at the commit: dense, in commit order. */
int txn_seq(struct txn *t, struct uuid tenant, int64_t *seq, struct err *err) MUST_CHECK;
void txn_changed(struct txn *t, const struct change *c);

/* Should a slice of sync that began then (clock_boot()) commit what it has?
 * After slice_ms as soon as a person waits, and in the end in any case. */
bool txn_time_is_up(const struct txn *t, int64_t began, int slice_ms);

/* A guarded piece of a careful job: undone alone if it fails. */
int txn_guard(struct txn *t, struct err *err) MUST_CHECK;
int txn_unguard(struct txn *t, bool keep, struct err *err) MUST_CHECK;

/* --- rows and documents --- */

/* 1 found (tombstones too), 0 not, -1.  Everything is copied into pool. */
int row_load(struct db *db, struct pool *pool, struct uuid tenant, const struct table *t, struct uuid uuid,
	     struct row *r, struct err *err) MUST_CHECK;
int doc_load(struct db *db, struct pool *pool, struct uuid tenant, const struct table *t, struct uuid uuid,
	     struct doc *d, struct err *err) MUST_CHECK;
/* The parts of n heads of one table that are there already, at most DOCS_AT_ONCE: on
 * PostgreSQL one question a table for all of them. */
#define DOCS_AT_ONCE 16
int docs_load_parts(struct db *db, struct pool *pool, struct uuid tenant, struct doc *d, int n, struct err *err) MUST_CHECK;

/* Writes exactly what the row says, sync columns and all. */
int row_insert(struct txn *t, struct uuid tenant, const struct row *r, struct err *err) MUST_CHECK;
int row_update(struct txn *t, struct uuid tenant, const struct row *r, struct err *err) MUST_CHECK;
int doc_insert(struct txn *t, struct uuid tenant, const struct doc *d, struct err *err) MUST_CHECK;
/* The parts of one rule: all of the document's, or none of them any more. */
int doc_insert_parts(struct txn *t, struct uuid tenant, const struct doc *d, enum rule rule, struct err *err) MUST_CHECK;
int doc_delete_parts(struct txn *t, struct uuid tenant, const struct doc *d, enum rule rule, struct err *err) MUST_CHECK;

/* 1 there, living or dead, 0 not, -1; and only the living. */
int row_is_there(struct db *db, struct uuid tenant, const struct table *t, struct uuid uuid, struct err *err) MUST_CHECK;
int row_exists(struct db *db, struct uuid tenant, const struct table *t, struct uuid uuid, struct err *err) MUST_CHECK;

#define USES_MAX 16

#define PARTS_AT_ONCE 8		/* rows of a part in one INSERT */

/* Generated statements, made once; see sql.c for what each looks like. */
struct table_sql {
	const char *load;		/* $1 tenant, $2 uuid */
	const char *page_uuid;		/* $1 tenant, $2 after uuid, $3 limit; by uuid, tombstones too */
	const char *page_range;		/* the same, $3 up to this uuid, $4 limit */
	const char *page_seq;		/* $1 tenant, $2 after seq, $3 limit, $4 the origin left out; by _seq */
	const char *by_number;		/* documents: $1 tenant, $2 number */
	const char *page_down;		/* $1 tenant, $2 before uuid, $3 limit; newest first, living only */
	const char *count;		/* $1 tenant */
	const char *count_range;	/* $1 tenant, $2 after uuid, $3 up to uuid */
	const char *changed;		/* uuids; $1 tenant, $2 after seq */
	const char *last_seq;		/* $1 tenant */
	const char *own_since;		/* how many; $1 tenant, $2 after seq, $3 the origin */
	const char *insert, *update;
	const char *exists, *is_there;	/* $1 tenant, $2 uuid */
	const char *load_part;		/* parts: $1 tenant, $2 doc; by pos */
	const char *load_parts;		/* PostgreSQL, of DOCS_AT_ONCE documents: $1 tenant, $2 … doc or null; doc last; as asked, by pos */
	const char *rename_tenant;	/* $1 from, $2 to; LOCAL tables that have a tenant too */
	const char *make_dirty;		/* $1 tenant: as if the hub had none of it; seeds (stamp 1) stay clean */
	const char *queue_dirty;	/* $1 tenant, $2 place in schema[], $3 now: into the outbox */
	const char *twin[COLUMNS_MAX];	/* of natural keys: uuid; $1 tenant, $2 value, $3 not this uuid */
	const char *uses[COLUMNS_MAX];	/* of references: those among USES_MAX uuids that are referred to; $1 tenant, $2 … them */
	const char *graves;		/* clean tombstones: uuid, _seq, deleted_at; $1 tenant, $2 after seq, $3 up to seq, $4 limit */
	const char *purge;		/* one of them: $1 tenant, $2 uuid, $3 its _seq */
	const char *insert_parts[ENGINES][PARTS_AT_ONCE];	/* one row, two …: $1 tenant, $2 doc, then pos and columns of each */
	const char *delete_part;
	/* Every column of every row of a shop, by key: $1 tenant (of the table server: 1), $2 limit,
	 * and from the second page on the last row's key without its tenant. */
	const char *copy_first, *copy_next;	/* copy_next NULL: a shop has one row */
	const char *copy_in;
	const char *copy_forget;		/* $1 as above */
	int copy_columns, copy_key[4], copy_keys;	/* places of the key in a row */
	/* SQLite: the same rows for another tenant; NULL where a tenant has one row, or none. */
	const char *mirror_key, *mirror_columns;	/* names: of the key without its tenant; of all but that */
	const char *mirror_end_first, *mirror_end_next;	/* key of a row; $1 tenant, $2 rows before it, $3 … behind this key */
	const char *mirror_copy_first, *mirror_copy_next;	/* $1 tenant, $2 limit, $3 the other, $4 … behind this key */
	const char *mirror_remove;			/* $1 tenant, $2 limit */
	const char *mirror_count;			/* $1 tenant, $2 no more than these */
};
const struct table_sql *table_sql(const struct table *t);
/* Reads the row at a result made by load, page_uuid, page_seq or page_down.
 * The text stays the result's until copied. */
void row_from_rows(const struct table *t, const struct rows *rs, struct pool *pool, struct row *r);

/* --- threads --- */

struct store;

struct store_config {
	struct db_config db;
	int lanes;		/* PostgreSQL; SQLite has one */
	int readers;
	int queue_max;		/* jobs waiting in a lane or for a reader */
	int slice_ms;		/* a sync job works this long between two commits */
	bool numbered;		/* a hub: every change of a tenant's data gets a _seq */
	int64_t pinned_bytes;	/* SQLite: when more WAL than this is held back by a reader … */
	int pinned_ms;		/* … for this long, on_pinned() is called */
	/* After each commit, on the lane's thread: what was changed.  Must not block. */
	void (*on_commit)(const struct change *c, int n, void *ctx);
	/* On the checkpointer's thread, again and again while it lasts. */
	void (*on_pinned)(int64_t bytes, void *ctx);
	void *ctx;
};

/* What a write answers.  Nothing is acknowledged before its commit. */
enum job_end {
	JOB_DONE,
	JOB_FAILED,		/* job->err says why; nothing of it is stored */
	JOB_UNCERTAIN,		/* the connection broke in the commit: perhaps stored */
};

struct job {
	/* A write: plain and synchronous inside t.  0 done, -1 with err, or
	 * JOB_MORE: commit this much and call again.  It may be called again
	 * from the start after a rollback: it has answered nobody. */
	int (*write)(struct txn *t, void *ctx, struct err *err);
	/* A read: any number of statements on a reader's connection. */
	int (*read)(struct db *db, void *ctx, struct err *err);
	/* On the loop thread, from store_deliver(). */
	void (*done)(struct job *job, enum job_end end);
	void *ctx;
	struct pool *pool;
	struct uuid tenant;	/* chooses the lane, and is entered before the job */
	bool of_people;		/* goes before slices of sync */
	struct err err;
	/* The store's own. */
	struct change *changes;
	int n_changes;
	enum job_end end;
	bool more;
	size_t resume, progress;
	struct job *next;
};
#define JOB_MORE 1

int store_open(struct store **sp, const struct store_config *config, struct err *err) MUST_CHECK;
/* Finishes what is queued, commits, closes. */
void store_close(struct store **sp);
/* -1 with ERR_BUSY when the queue is full. */
int store_write(struct store *s, struct job *job, struct err *err) MUST_CHECK;
int store_read(struct store *s, struct job *job, struct err *err) MUST_CHECK;
/* Readable when answers wait; then store_deliver() calls their done(). */
int store_wake_fd(const struct store *s);
void store_deliver(struct store *s);
/* The loop thread's own reader on SQLite, where a read takes microseconds;
 * NULL on PostgreSQL, where it would have to wait for a network.
 *
 * From the first call on it reads one state of the database, until the loop has turned,
 * or delivers answers: then what comes next must see what they say. */
struct db *store_loop_db(struct store *s);
void store_loop_turned(struct store *s);
/* Would the same reads give the same today?  False when in doubt, and always on
 * PostgreSQL, where others write too.  From any thread. */
bool store_unchanged(const struct store *s, const struct seen *seen);
enum wall store_wall(const struct store *s);
/* How long a sync job may work before it returns JOB_MORE. */
int store_slice_ms(const struct store *s);

/* --- other servers on the same PostgreSQL --- */

#define HOSTS_CHANNEL "fexl"
#define HOSTS_LINE_MAX 7000		/* bytes of one line */
#define HOSTS_LOST "lost"		/* a line: something was said that could not be told */

struct hosts;

struct hosts_config {
	struct db_config db;
	/* Both on a thread of its own; must not block. */
	void (*heard)(const char *line, void *ctx);
	void (*up)(void *ctx);		/* connected, again perhaps: what was said before is unknown */
	void *ctx;
};
/* Connects, and connects again for ever. */
struct hosts *hosts_open(const struct hosts_config *config);
/* A line without a newline.  Never waits. */
void hosts_tell(struct hosts *h, const char *line);
void hosts_close(struct hosts **hp);

struct store_counters {
	int64_t commits, jobs, reruns, failed, queued, pinned_bytes;
};
void store_count(struct store *s, struct store_counters *c);
/* False when a lane has had work for longer than it should: for the watchdog. */
bool store_moving(struct store *s);

#endif
