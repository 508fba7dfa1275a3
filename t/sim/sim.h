/* A cloud and its tills in one process and one thread: the real merge, the real
 * books, the real store, over disks, clocks and a network that are only played,
 * and that fail as a script says.  The script follows from the seed, and so
 * does all chance: the same seed is the same run, to the last byte.
 *
 *	main.c		seeds, processes, the sum
 *	shrink.c	what of a failing run is needed for it to fail
 *	run.c		one run: the script, the quiet after it
 *	acts.c		what people do: one line a kind
 *	mishaps.c	what goes wrong: one line a kind
 *	person.c	people at tills: they try again until they are answered
 *	node.c		a server: its disk, its clocks, its lane
 *	syncd.c		a till's sync: the real state machine over calls
 *	walk.c		a till that was away too long: what differs, range by range
 *	purge.c		what nobody needs any more goes
 *	calls.c		calls between the two, lost and late and twice
 *	hub.c apid.c	what the cloud and a till's server answer
 *	told.c		what people were told: the other half of the promises
 *	check.c check-*.c	the promises, by SQL of their own
 *	dice.c disk.c file.c vfs.c	chance and disks
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "base/base.h"
#include "base/clock.h"
#include "model/model.h"
#include "store/lane.h"
#include "sync/cycle.h"
#include "sync/sync.h"

#include "dice.h"
#include "disk.h"

#define TILLS_MAX 5
#define NODES_MAX (TILLS_MAX + 1)
#define HUB 0				/* node[HUB]; the others are tills */
#define MS ((int64_t)1000)

struct sim;
struct node;

/* --- one run --- */

/* A kind of misfortune that a run may have or not. */
enum trouble {
	TROUBLE_NET = 1, TROUBLE_KILL = 2, TROUBLE_POWER = 4, TROUBLE_DISK = 8, TROUBLE_CLOCK = 16, TROUBLE_ROSTER = 32,
	TROUBLE_RESTORE = 64, TROUBLE_SLOW = 128, TROUBLE_AWAY = 256, TROUBLE_ALL = 511,
};

struct plan {			/* what a run is made of */
	uint64_t seed;
	int acts, tills;
	unsigned without;	/* troubles left out */
	const bool *skip;	/* acts left out, or NULL */
	bool verbose;
};

struct act {
	int64_t at;
	int kind, node;
	uint64_t dice;
};

struct sim {
	struct plan plan;
	unsigned troubles;		/* those of this run */
	int64_t now;			/* the true time since the start, in us */
	bool quiet;			/* nothing goes wrong any more */
	bool paired;			/* from the start */
	bool by_column;			/* the shop's conflict_policy */
	bool coarse;			/* things happen at the same moments: stamps tie */
	int64_t keep_us, most_us;	/* deletions are kept so long in any case, and no longer for who is away */
	int errands;			/* of people who still wait for an answer */
	struct node *node;		/* NODES_MAX of them */
	int tills;
	struct dice dice;
	struct pool *pool;		/* of the run */
	struct event *heap;
	int n_events, room_events;
	uint64_t events, trace;
	struct told *told;
	int n_told, room_told;
	int tags;			/* given so far */
	int acks;
	struct disk_image *backup[NODES_MAX];
	int n_acts;
	struct act *acts;
};

struct tally {
	uint64_t trace;		/* the hash of all that happened */
	uint64_t events, acks;
};

/* Runs it in this process; what is wrong ends the process through sim_fail(). */
void sim_run(const struct plan *plan, struct node *nodes, struct tally *tally);
void sim_fail(struct sim *s, const char *fmt, ...) PRINTF(2, 3) NORETURN;
void sim_say(struct sim *s, const char *fmt, ...) PRINTF(2, 3);		/* into the trace; shown if verbose */

typedef void event_fn(struct sim *s, void *arg);
void sim_at(struct sim *s, int64_t at, event_fn *fn, void *arg);
void sim_soon(struct sim *s, int64_t within_us, event_fn *fn, void *arg);	/* at some moment until then */
bool sim_has(const struct sim *s, enum trouble t);

/* --- servers --- */

/* A write on its way through a server's lane, as struct job. */
struct task {
	int (*write)(struct write *w, void *ctx, struct err *err);
	/* JOB_UNCERTAIN: no answer ever came. */
	void (*done)(struct sim *s, struct task *t, enum job_end end);
	void *ctx;
	struct pool *pool;
	bool of_people;
	struct err err;
	enum job_end end;
	bool more;
	size_t resume, progress;
	struct task *next;
};

struct node {
	int index;
	char name[8];
	bool hub;
	struct disk *disk;
	struct db *db;			/* NULL: it does not run */
	struct uuid tenant;		/* the hub's; a till asks its database */
	struct uuid device;		/* a till's: what the hub knows it by */
	int64_t skew_us;		/* of its wall clock */
	int64_t booted_at, newest, ahead;
	bool follows;
	int boots, life;
	bool restored;			/* just now: it does not know what it said since */
	struct task *people, *sync;	/* in order */
	bool turn_due;
	int64_t sync_held;		/* until then the lane has no time for sync */
	int commits;
	int64_t cycle_began;		/* a till's last complete one, by its clock; 0: none since its start */
	int64_t purged;			/* a till: deletions up to there are gone, since its start */
	int64_t heard[NODES_MAX];	/* the hub: how far each till says that it has pulled; -1: nothing new */
	bool license;			/* a till's, while it waits to be used */
	bool cut;			/* a till's cable */
	struct syncd *syncd;
};

void node_make(struct node *n, int index, struct uuid tenant);	/* a new server with an empty shop */
struct uuid node_open_tenant(struct node *n);
void node_enter(struct sim *s, struct node *n);		/* its clocks are the process's now … */
void node_leave(struct sim *s, struct node *n);		/* … and not any more */
int64_t node_boot(const struct sim *s, const struct node *n);
bool node_is_up(const struct node *n);
void node_put(struct sim *s, struct node *n, struct task *t);
void node_die(struct sim *s, struct node *n, enum disk_fault how);	/* and comes back after a while */
void node_start(struct sim *s, struct node *n);
void node_reload(struct sim *s, struct node *n, const struct disk_image *image);	/* restored from a backup */
int node_shop(struct node *n, struct pool *pool, struct site *site, struct uuid *tenant, struct err *err) MUST_CHECK;
const char *node_boot_id(const struct node *n, char id[40]);
struct task *task_new(struct pool *pool);
/* A write outside of any lane, by an operator, that must succeed.  0, or -1 if the node died of it. */
int node_do(struct sim *s, struct node *n, int (*write)(struct write *w, void *ctx, struct err *err), void *ctx);

/* --- calls --- */

struct word {			/* what the hub says of itself and of a till */
	char status[16], code[16], prefix[24];
	struct uuid hub, epoch;
	int64_t server_time, boot, seq, purged;
};

struct call {
	struct node *till;
	int life, id;			/* of the syncd that waits for it */
	int what;			/* enum cycle_do, or enum walk_do */
	bool ours, done;
	const char *body;
	const char *cursor;
	bool away;			/* pull: it knows that it was away too long */
	int64_t pulled, repaired;	/* health: how far; repaired: the absence that is over */
	const struct table *table;	/* rows by their keys */
	struct uuid *key;
	int keys;
	int limit;
	struct uuid device;
	int64_t incarnation, asked_at;
	int64_t age_us;			/* done: of the cycle */
	struct word said;		/* health, credentials; state: what apid is told */
	bool registered;		/* state: it is the answer to credentials */
	int copies;			/* on their way … */
	int64_t sent_at;		/* … since */
	/* the answer */
	int status;
	const char *text;
	struct cycle_outcome outcome;
};

/* What a till asks between two cycles. */
enum walk_do { DO_DIGEST = DO_DONE + 1, DO_ROWS, DO_REPAIR, DO_REPAIRED };

/* The call travels, and call->done or a time-out ends in syncd_answer(). */
void call_send(struct sim *s, struct call *c);
void call_answer(struct sim *s, struct call *c, int status);
void hub_take(struct sim *s, struct call *c);	/* it has arrived */
void apid_take(struct sim *s, struct call *c);
int status_of(const struct err *err);

/* --- a till's sync --- */

struct syncd *syncd_new(struct node *n);
void syncd_start(struct sim *s, struct node *n);
void syncd_die(struct sim *s, struct node *n);		/* and comes back */
void syncd_answer(struct sim *s, struct call *c);
void syncd_kick(struct sim *s, struct node *n);
bool syncd_is_done(struct sim *s, struct node *n);	/* nothing to do, two cycles long */
bool syncd_next_attempt(const struct sim *s, const struct node *n);

/* --- what happens --- */

struct kind {
	const char *name;
	int weight;
	enum trouble trouble;		/* 0: people at work */
	void (*run)(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
	const char *table;
	const char *body;		/* a template; see person.c */
	const char *tag;		/* the column that says which version a record is */
	int arg;
};
extern const struct kind kinds[];
int kinds_count(void);

void person_creates(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void person_changes(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void two_change(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void person_deletes(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void person_sets(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void person_enters(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void person_fails_over(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void till_pairs(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void till_leaves(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void owner_approves(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void owner_revokes(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
/* In the quiet: who is not in, is let in. */
void all_come_back(struct sim *s);

/* Each minute, as apid. */
void purge_some(struct sim *s, struct node *n);

void mishap_disk(struct sim *s, struct node *n, struct dice *d, const struct kind *k);	/* k->arg: enum disk_fault */
void mishap_syncd(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void mishap_clock(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void mishap_lane(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void mishap_cable(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void mishap_away(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void mishap_backup(struct sim *s, struct node *n, struct dice *d, const struct kind *k);
void mishap_restore(struct sim *s, struct node *n, struct dice *d, const struct kind *k);

/* --- what people were told --- */

enum told_how { TOLD_NOT, TOLD_PERHAPS, TOLD_YES };
struct told {
	enum told_how how;
	int node;
	const struct table *table;
	struct uuid uuid;
	const char *state;	/* a record's version: its tag, and "-" if it is deleted */
	const char *facts;	/* a document: what was entered */
	int parent;		/* the version it was made from; -1: none */
	bool elsewhere;		/* the server that said it came back from a backup without it */
};
int told_add(struct sim *s, struct node *n, const struct table *t, struct uuid uuid);
/* A server is restored from a backup: what nobody else has any trace of may be lost. */
void told_restored(struct sim *s, struct node *n);
/* Now it is: some of what it said it does not know. */
void told_forgotten(struct sim *s, struct node *n);
bool told_in_journal(struct sim *s, struct node *n, int i);
int told_find(const struct sim *s, const struct table *t, struct uuid uuid, const char *state);

/* --- looking into databases, with SQL and nothing else --- */

/* The first column of the first row, in the run's pool; NULL for no row or null.
 * ?1 in sql is the uuid, if there is one.  A server has one tenant. */
const char *sql_text(struct sim *s, struct node *n, const char *sql, const struct uuid *uuid);
int64_t sql_int(struct sim *s, struct node *n, const char *sql, const struct uuid *uuid);
/* Each row as the text of its first column. */
void sql_each(struct sim *s, struct node *n, const char *sql, void (*row)(struct sim *s, const char *text, void *arg), void *arg);
const char *record_state(struct sim *s, struct node *n, const struct table *t, struct uuid uuid);
const char *document_facts(struct sim *s, struct node *n, const struct table *t, struct uuid uuid);
const struct kind *kind_of_table(const char *table);

void check_all(struct sim *s);
void check_restart(struct sim *s, struct node *n);	/* what it said is still there */
void check_sums(struct sim *s, struct node *n);
void check_fifo(struct sim *s);
void check_same(struct sim *s, struct node *till);
void check_records(struct sim *s);

#endif
