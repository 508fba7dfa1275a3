/* The merge of two stores, and the protocol between a till and its hub
 * (protocol 1; fexl-sync(7) describes it for other programs).
 *
 *	merge.c		which version stands: pure
 *	ingest.c	hub: a pushed batch, a verdict for every row; ingest_record.c of records
 *	pull.c		hub: what changed since a cursor
 *	snapshot.c	hub: everything, page by page, for a first load
 *	batch.c		till: dirty rows as a push
 *	apply.c		till: pulled rows into the store
 *	confirm.c	till: the hub's verdicts, and the stamp
 *	clock.c		till: putting right what was stamped by a wrong clock
 *	digest.c	both: sums over canonical rows; digest_hub.c answers, compare.c compares
 *	repair.c	both: only what differs, row by row
 *	quarantine.c	till: what does not go by itself, for people
 *	cycle.c		till: what to do next; a pure state machine
 *
 * Bodies on the wire
 *	push	{"rows":[ROW…]}			ROW: doc_to_sync()'s object
 *	answer	{"results":[RESULT…], "epoch":uuid, "seq":n}	one a row, in order
 *	RESULT	{"table","uuid","status":201|200|409|410|412|422|424, "seq"?, "cloud_id"?,
 *		 "document"? (ROW: 409, 412, and 200/201 when the hub's version differs from what was sent),
 *		 "identical"? (409), "merged"? (200: by column), "needs"? {"table","uuid"} (424), "code"?, "field"?, "reason"?, "server_time"?}
 *	page	{"rows":[ROW…], "lost":[LOST…], "next":CURSOR, "more":bool, "epoch":uuid, "seq":n}	pull
 *		{"rows":[ROW…], "next":CURSOR|null, "more":bool, "epoch":uuid, "as_of":n, "done":n, "total":n}	snapshot
 *	LOST	{"uuid","table","row","at","rule","winner":ROW,"loser":ROW,"winner_origin","loser_origin",
 *		 "winner_device","loser_device"}	a version of this till's that did not stand
 */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include "base/clock.h"
#include "model/model.h"

#define PROTOCOL_VERSION 1


/* --- merge --- */

enum merge {
	MERGE_INSERT,	/* nothing was here */
	MERGE_SAME,	/* this very version is here */
	MERGE_FORWARD,	/* made from what is here: no conflict */
	MERGE_WIN,	/* a conflict; the incoming version is later */
	MERGE_LOSE,	/* a conflict; what is here is later */
	MERGE_GONE,	/* was made from something that is not here any more */
};
/* here: NULL when there is none.  The same verdict on every node, whatever the order. */
enum merge merge_record(const struct row *here, const struct row *incoming);

/* Two versions become one: of each column the value that was written last, by its
 * own stamp; a tombstone competes as the row does.  In whatever order and how often
 * versions meet, the same comes out.  Version and maker are the later one's. */
void merge_columns(struct pool *pool, const struct row *a, const struct row *b, struct row *out);
/* Do both say the same, and since the same times? */
bool merge_same(struct pool *pool, const struct row *a, const struct row *b);

/* Parents that were seen in the transaction that is under way; none at its begin. */
#define REFS_KNOWN 256
struct refs_known {
	struct ref {
		const struct table *table;
		struct uuid uuid;
	} ref[REFS_KNOWN];
};

/* --- hub --- */

/* A push, ingested in slices; results grow with each. */
struct ingest {
	struct site *site;
	struct uuid tenant;
	const struct actor *device;
	struct json rows;
	int64_t ahead_max_us;		/* a record stamped further into our future is refused: clock */
	int64_t until_us;		/* clock_boot(): what is not looked at by then is put off; 0: nothing is */
	int slice_ms;
	struct pool *pool;
	struct buf results;		/* the rows' RESULT objects, separated by commas */
	size_t *mark;			/* results.len before each row: a rerun starts there again */
	struct refs_known known;
	int stored, conflicts;		/* for the device's statistics */
};
int ingest_begin(struct ingest *in, struct json body, struct err *err) MUST_CHECK;
int ingest_slice(struct ingest *in, struct txn *t, struct err *err) MUST_CHECK;	/* 0 done, JOB_MORE, -1 */

struct cursor {
	struct uuid epoch;
	int64_t seq;
};
void cursor_print(struct cursor c, struct buf *out);
int cursor_parse(const char *text, struct cursor *c, struct err *err) MUST_CHECK;

/* Appends a page object.  ERR_GONE "epoch" when the cursor is another hub's. */
int pull_page(struct db *db, struct uuid tenant, struct uuid not_from, const char *since, int limit,
	      size_t max_bytes, int *n_rows, struct buf *out, struct err *err) MUST_CHECK;
/* Versions that this origin stored and the hub numbered since: a till that pushed all
 * it has knows as many as its hub.  If it knows fewer, it forgot some. */
int own_since(struct db *db, struct uuid tenant, struct uuid origin, int64_t seq, int64_t *n_r, struct err *err) MUST_CHECK;
int pull_check_own(struct db *db, struct pool *pool, struct uuid tenant, struct uuid origin, const char *since, int64_t own,
		   struct err *err) MUST_CHECK;
/* ERR_GONE "away": deletions behind this cursor are forgotten, so pulling alone does not make the till the same. */
int pull_check_away(struct db *db, struct pool *pool, struct uuid tenant, const char *since, struct err *err) MUST_CHECK;
/* after: NULL for the first page. */
int snapshot_page(struct db *db, struct uuid tenant, const char *after, int limit, size_t max_bytes, int *n_rows,
		  struct buf *out, struct err *err) MUST_CHECK;

/* --- till --- */

/* [{"table", "state": done, now or waiting}] in the order of a first load, by the cursor of its
 * next page; NULL: it has not begun. */
void snapshot_steps(const char *cursor, struct buf *out);

/* What goes up next: parents first, at most max_rows and max_bytes (a single
 * larger document travels alone).  `sent` names each row with the _rev and
 * version that was sent: confirm wants it back. */
int batch_build(struct db *db, struct uuid tenant, int max_rows, size_t max_bytes, struct buf *body, struct buf *sent,
		int *n_rows, struct err *err) MUST_CHECK;

struct apply {
	struct site *site;
	struct uuid tenant;
	struct json rows;
	const char *next;		/* pull: the cursor to keep with the last slice */
	struct uuid epoch;		/* of the hub's numbers in it */
	bool load;			/* a page of the first load */
	struct json page;
	int slice_ms;
	struct pool *pool;
	bool repair;			/* both sides call these rows synced, and have them otherwise */
	struct refs_known known;
	int applied, parked, conflicts;
};
int apply_begin(struct apply *a, struct json page, bool load, struct err *err) MUST_CHECK;
int apply_slice(struct apply *a, struct txn *t, struct err *err) MUST_CHECK;

struct confirm {
	struct site *site;
	struct uuid tenant;
	struct json sent, results;
	struct uuid epoch;
	int slice_ms;
	struct pool *pool;
	int stamped, refused, waiting;
};
/* body: {"sent":[…], "answer":{"results":[…]}} */
int confirm_begin(struct confirm *c, struct json body, struct err *err) MUST_CHECK;
int confirm_slice(struct confirm *c, struct txn *t, struct err *err) MUST_CHECK;

/* What the hub said of ours, where it is dirty and theirs is another version. */
enum judged {
	JUDGED_NOT,	/* it has not seen it: ours stays, and goes up */
	JUDGED_LOST,	/* theirs stands; ours is kept in the journal */
	JUDGED_MERGED,	/* theirs has what was ours; the journal comes with a pull */
	JUDGED_REPAIR,	/* the sums differ: ours may be clean, and still not theirs */
};
/* One version of the hub's into the store: what apply and confirm share. */
int apply_version(struct write *w, struct doc *theirs, enum judged judged, int *conflicts, struct err *err) MUST_CHECK;
/* The same uuid with other content: ours lives on as a document of its own. */
int document_keep_apart(struct write *w, const struct doc *ours, const struct doc *theirs, struct uuid maker, struct err *err) MUST_CHECK;

/* What waits aside has its turn now; *taken: so many found their place. */
int apply_parked(struct write *w, int *taken, struct err *err) MUST_CHECK;

/* --- quarantine --- */

/* {items:[{table, uuid, direction: "up"|"down", since, tries, state: "refused"|"waiting"|"parked", code, field, reason,
 * waits_for}], next}; one, or both of its ways, with `row` */
int quarantine_list(struct db *db, struct pool *pool, struct uuid tenant, const struct page *page, struct buf *out,
		    struct err *err) MUST_CHECK;
int quarantine_show(struct db *db, struct pool *pool, struct uuid tenant, struct uuid uuid, struct buf *out, struct err *err) MUST_CHECK;
/* A zero uuid: all.  *sent: so many go up with the next push. */
int quarantine_retry(struct write *w, struct uuid uuid, int64_t *sent, int *taken, struct err *err) MUST_CHECK;
/* Gives up what was written here, or what came; never a document of ours.  *fetch: the hub has a version that is not here. */
int quarantine_drop(struct write *w, struct uuid uuid, const char **table, bool *fetch, struct err *err) MUST_CHECK;

/* The cloud's clock is known: unsent records stamped ahead of it are moved
 * back by the difference.  Documents are never restamped. */
int clock_restamp(struct write *w, int64_t server_time, int64_t boot, int *moved, struct err *err) MUST_CHECK;

/* What was asked of the hub before its present epoch comes too late: its
 * numbers are others'.  Zero: it does not say. */
int sync_check_epoch(struct txn *t, struct uuid epoch, struct err *err) MUST_CHECK;

/* Another epoch: forget numbers and cursors; all goes up and comes down again. */
int sync_start_over(struct write *w, struct uuid epoch, struct err *err) MUST_CHECK;
/* The hub says which it is: 1 another one than before, and all starts over; 0; -1. */
int sync_meet_epoch(struct write *w, struct uuid epoch, struct err *err) MUST_CHECK;

/* --- digests --- */

#define DIGEST_LEN 16

/* Keys of one table behind `after`, up to `upto`. */
struct key_range {
	const struct table *table;
	struct uuid after, upto;
};

struct digest {
	struct key_range range;
	int64_t rows;
	uint8_t sum[DIGEST_LEN];	/* of the first 16 bytes of SHA-256(canonical row), modulo 2^128 */
};

/* Hub: {"seq":n, "without":[uuid…], "ranges":[RANGE…]?} -> {"seq", "purged", "changed":[uuid…]} and
 * "tables":[{"table","rows","sum"}], or with ranges
 * "ranges":[{"table","after","upto", "rows","sum" or "keys":[{"uuid","sum"}]}], those asked for cut into parts. */
int digest_answer(struct db *db, struct uuid tenant, struct json request, struct buf *out, struct err *err) MUST_CHECK;
/* Till: the request, with what must be left out because it is dirty or parked here; ranges: NULL for whole tables. */
int digest_request(struct db *db, struct pool *pool, struct uuid tenant, const struct key_range *ranges, int n_ranges, struct buf *out,
		   struct err *err) MUST_CHECK;
/* Till: what must be the same when it asks and when it compares, as text.  Documents made meanwhile do no harm. */
int digest_state(struct db *db, struct pool *pool, struct uuid tenant, struct buf *out, struct err *err) MUST_CHECK;
/* Till: {"identical":bool,"seq":n,"not_comparable":n,"tables":[{"table","here","cloud","result"}]} */
int digest_compare(struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer,
		   struct buf *out, bool *identical, struct err *err) MUST_CHECK;

/* Where a table differs. */
struct difference {
	struct key_range range;
	int64_t here, cloud;		/* rows of each side */
	bool found;			/* row by row: what differs stands in send and fetch */
};
struct row_key {
	const struct table *table;
	struct uuid uuid;
};
struct differences {
	struct difference *range;	/* those that are not found yet are to be asked for */
	struct row_key *send;		/* only here */
	struct row_key *fetch;		/* only there, or otherwise */
	int n, n_send, n_fetch, compared;
};
/* Till: the answer to a request with ranges; all in pool. */
int digest_find(struct db *db, struct pool *pool, struct uuid tenant, struct json request, struct json answer,
		struct differences *out, struct err *err) MUST_CHECK;
/* The ranges of a whole table, and of what is in JSON. */
struct key_range range_of_table(const struct table *t);
void range_put(const struct key_range *r, struct buf *out);	/* members of an open object */

/* --- repair --- */

/* Hub: the rows of a table by their keys, as in a page: {"rows":[ROW…], "missing":[uuid…], "taken":n, "epoch", "seq"};
 * taken: so many of the keys were looked up before the page was full. */
int rows_page(struct db *db, struct uuid tenant, const struct table *t, const struct uuid *key, int n, size_t max_bytes, int *n_rows,
	      struct buf *out, struct err *err) MUST_CHECK;

/* Till: {"epoch":uuid, "send":[{"table","uuid"}…], "rows":[ROW…]}.  What only we have goes up again, or was deleted while we
 * were away; what the hub has, or has otherwise, is taken, and no version goes without a trace. */
struct repair {
	struct apply apply;
	struct json send;
	int64_t away;			/* deletions up to this _seq may have been missed: we were away too long; 0: we were not */
	int sent, gone;
};
int repair_begin(struct repair *r, struct json body, struct err *err) MUST_CHECK;
int repair_slice(struct repair *r, struct txn *t, struct err *err) MUST_CHECK;

#endif
