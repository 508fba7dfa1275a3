/* fexl-syncd carries rows between a till and its hub.  It owns nothing: it
 * reads the database, talks to the cloud, and hands to fexl-apid what has to be
 * written.  Stopped, killed or hung at any point it has lost nothing and holds
 * up nobody.
 *
 *	main.c		birth and end
 *	pump.c		does what the cycle says, one action after the other
 *	hello.c		actions: health, registering, what apid is told of both
 *	up.c		actions: push, confirm, restamp
 *	down.c		actions: first load, pull, apply
 *	ahead.c		the next page of a first load, while apid works on one
 *	verify.c	are both sides the same?  between two cycles
 *	walk.c		where do they differ, and what is done about it
 *	page.c		what must be known of a page without parsing it
 *	eye.c		the database, read-only and briefly
 *	remote.c	HTTP to the cloud and to our apid, over libcurl; pack.c gzip
 *	multi.[ch]	libcurl on our loop (private to remote.c and line.c)
 *	line.c		a WebSocket to the cloud;  ear.c when there is one, what it hears
 *	token.c		who we are: signed with the till's key, by the cloud's clock
 *	link.c		signals to and from apid
 *	local.c		what people ask on our Unix socket
 *	status.c	GET /status, GET /metrics, and what is said unasked
 *	history.c	the last cycles
 *	outlook.c	is my shop safe?  a word for programs, a sentence for people
 */
#ifndef SYNCD_SYNCD_H
#define SYNCD_SYNCD_H

#include "base/clock.h"
#include "http/http.h"
#include "service/service.h"
#include "store/store.h"
#include "model/model.h"
#include "sync/cycle.h"
#include "sync/sync.h"

#define SYNCD_NAME "fexl-syncd"

struct event;
struct pump;

/* --- remote.c --- */

struct remote;

struct ask {
	const char *method;	/* "GET", "POST" */
	const char *base;	/* the cloud's address; NULL: our apid */
	const char *path;	/* with its query */
	const char *token;	/* NULL: none */
	struct buf *body;	/* its bytes are taken; NULL: none */
	int timeout_ms;		/* for all of it */
};

struct answer {
	int status;		/* 0: none, and `why` says why not */
	int retry_after_s;
	struct buf body;	/* may be taken */
	const char *why;
	int64_t asked_at, came_at;	/* boot time */
};
typedef void answer_fn(struct answer *a, void *ctx);

/* A status of our own making for an answer without sense: nobody's cloud says this. */
#define STATUS_SENSELESS 502

/* ca: file of the authority that vouches for the cloud; "": those that this
 * machine trusts.  Must outlive the remote. */
struct remote *remote_new(struct event_base *base, const char *apid_socket, const char *ca, int connect_ms);
/* Breaks off what is in hand; nobody is called. */
void remote_free(struct remote **rp);
/* done is called once, from the loop.  Several may be under way. */
void remote_ask(struct remote *r, const struct ask *a, answer_fn *done, void *ctx);
int64_t remote_progress_at(const struct remote *r);	/* boot time of the last byte */

/* A value for a query string, percent-encoded. */
void query_add(struct buf *path, const char *name, const char *value);

/* pack.c: gzip; the body is replaced by a smaller one. */
void pack(struct buf *body);

/* --- line.c --- */

struct line;

struct line_events {
	void (*up)(void *ctx);
	void (*heard)(const char *text, size_t len, void *ctx);	/* a message */
	void (*alive)(void *ctx);			/* a sign of life */
	/* It is over, and to be freed, but not within this call.  code: of the
	 * close, or the HTTP status instead of 101, or 0. */
	void (*down)(int code, const char *why, void *ctx);
	void *ctx;
};
struct line_to {
	const char *url;	/* lives as long as the line */
	const char *path;	/* with its query */
	const char *token;
	const char *ca;		/* as for remote_new() */
	int timeout_ms;		/* to connect, and to be answered */
};
struct line *line_new(struct event_base *base, const struct line_to *to, struct line_events ev);
void line_ping(struct line *l);
void line_free(struct line **lp);

/* --- ear.c --- */

struct ear;
struct ear *ear_new(struct pump *p);
void ear_free(struct ear **ep);
/* Is it wanted, and does it stand?  After each look at the database. */
void ear_look(struct ear *e);
bool ear_is_open(const struct ear *e);
int64_t ear_heard(const struct ear *e);

/* --- eye.c --- */

struct eye {
	struct db_config config;
	struct db *db;
	uint64_t inode;		/* of SQLite's file: a restore puts another in its place */
};

/* What the database says, all of one moment. */
struct view {
	bool paired;
	struct pairing pairing;		/* if paired */
	struct site site;
	int64_t pending, refused;
	int64_t purged;			/* tombstones up to here may be gone, as far as this till knows */
};

void eye_init(struct eye *e, const struct conf *conf);
void eye_close(struct eye *e);
typedef int eye_fn(struct db *db, void *ctx, struct err *err);
/* Runs fn on a connection, again if the database is busy for a moment; so fn
 * begins with an empty output.  -1 with err (ERR_BUSY: not there yet, or not now). */
int eye_read(struct eye *e, eye_fn *fn, void *ctx, struct err *err) MUST_CHECK;
/* counting: what is pending, too; else these numbers stay.  Text lives in pool. */
int eye_look(struct eye *e, struct pool *pool, bool counting, struct view *v,
	     struct err *err) MUST_CHECK;

/* --- token.c --- */

/* Signed anew each time somebody else is meant, the clock was put right, or
 * four of its five minutes are over. */
struct token {
	char *key_file;
	bool clock_known;	/* the cloud's, since our start */
	struct buf text;
	struct uuid tenant, device;
	int64_t incarnation;
	int64_t renew_at;	/* boot time */
};

void token_release(struct token *t);
void token_clock(struct token *t, int64_t server_time, int64_t boot);
void token_forget(struct token *t);	/* it was refused: the clock is not believed either */
/* NULL with err when there is no key to sign with. */
const char *token_get(struct token *t, struct uuid tenant, const struct site *site, struct err *err);
int token_public_key(const struct token *t, uint8_t pub[ED25519_KEY_LEN], struct err *err) MUST_CHECK;
/* A small file with a secret; wipe() what was read.  -1 with err. */
int secret_file_read(const char *path, size_t max, struct buf *out, struct err *err) MUST_CHECK;

/* --- page.c --- */

struct page_facts {
	bool empty;		/* no rows */
	bool more;
	struct slice next;	/* the cursor; p is NULL for null */
};
/* -1 with err when this is no page. */
int page_read(const char *text, size_t len, struct page_facts *f, struct err *err) MUST_CHECK;

/* --- history.c --- */

extern const char *const action_names[];

#define HISTORY_MAX 20
#define STEPS_MAX (DO_DONE + 1)

struct step_record {		/* all of one kind in a cycle together */
	int times, status;	/* of the last */
	int64_t us, rows;
};

struct cycle_record {
	int64_t number;		/* 0: none */
	int64_t began;		/* wall clock */
	int64_t us;
	int64_t pushed, pulled;	/* rows */
	bool complete;
	struct step_record step[STEPS_MAX];
};

struct history {
	struct cycle_record cycle[HISTORY_MAX];	/* a ring */
	int newest, n;
};

struct cycle_record *history_begin(struct history *h, int64_t number, int64_t began);
/* 0: the newest; NULL behind the last. */
const struct cycle_record *history_at(const struct history *h, int i);
void record_step(struct cycle_record *r, enum cycle_do what, int status, int64_t us, int64_t rows);
void record_json(const struct cycle_record *r, struct buf *out);

/* --- outlook.c --- */

struct outlook {
	bool waiting_for_apid;		/* the database cannot be read */
	enum cycle_phase phase;
	bool paused, unreachable;
	int failures;
	int64_t pending, refused;
	int64_t synced_ago_us;		/* -1: never */
	int64_t lost_for_us;		/* while unreachable */
	int64_t next_in_us;
	int64_t load_done, load_total;
	const char *code;		/* to compare on two screens */
	const char *trouble;		/* why the last attempt failed, or NULL */
};
const char *outlook_state(const struct outlook *o);
void outlook_text(const struct outlook *o, struct buf *out);

/* --- link.c --- */

struct link;
struct link *link_new(struct event_base *base, const char *path, struct pump *p);
void link_free(struct link **lp);
bool link_is_up(const struct link *l);
void link_say(struct link *l, const char *state, const char *text, int64_t pending, const char *detail);

/* --- pump.c --- */

/* A batch that fails is tried smaller next time, down to a single row, and
 * grows again when one goes through: a slow line or one bad row must not hold
 * up the rest. */
struct pace {
	int shift;
};
#define PACE_SHIFT_MAX 14	/* 10000 rows, the most that may be asked for, to one */
static inline int64_t pace_of(const struct pace *p, int64_t most)
{
	return MAX(most >> p->shift, 1);
}
static inline void pace_slower(struct pace *p, int by)
{
	p->shift = MIN(p->shift + by, PACE_SHIFT_MAX);
}
static inline void pace_faster(struct pace *p)
{
	p->shift = MAX(p->shift - 1, 0);
}

/* What the cloud said when it was asked last. */
struct hello {
	bool known;			/* of us; false: only its time */
	bool load_again;		/* everything, from the beginning */
	char status[16];		/* ours */
	char prefix[16];
	struct uuid hub, epoch;
	int64_t purged;			/* tombstones up to here may be gone there */
	int64_t seq, server_time, boot;	/* boot: our clock when it said server_time */
	int64_t push_rows, push_bytes, pull_rows;	/* its limits; 0: not told */
};

enum begun { BEGUN_FAILED = -1, BEGUN_ASKED, BEGUN_OVER };
#define NOTHING_ASKED 204	/* the status of an action that found nothing to ask for */

struct action {
	const char *name;
	/* Asks (pump_ask_cloud, pump_ask_apid), or finds that there is nothing to
	 * ask: BEGUN_OVER.  BEGUN_FAILED with err. */
	enum begun (*begin)(struct pump *p, struct err *err);
	/* Reads a good answer into p->outcome.  BEGUN_ASKED: asked once more. */
	enum begun (*end)(struct pump *p, struct answer *a, struct err *err);
	/* May be NULL: what follows from a bad one. */
	void (*bad)(struct pump *p, struct answer *a);
	bool ours;			/* our apid is asked */
};
extern const struct action action_health, action_register, action_state, action_done;
extern const struct action action_push, action_confirm, action_restamp;
extern const struct action action_load, action_apply_load, action_pull, action_apply;

/* A page of the first load that was asked for before its turn. */
struct ahead {
	enum {
		AHEAD_NONE,
		AHEAD_ASKED,	/* on its way */
		AHEAD_WAITED,	/* … and its turn has come: it is the answer of the action in hand */
		AHEAD_HERE,
		AHEAD_UNWANTED,	/* on its way, and to be thrown away */
	} state;
	char *cursor;
	struct buf body;
};

struct pump {
	struct service_ctx *svc;
	const struct conf *conf;
	struct event_base *base;
	struct eye eye;
	struct remote *remote;
	struct token token;
	struct link *link;
	struct ear *ear;
	struct local *local;
	struct verify *verify;

	struct cycle cycle;
	struct pool *pool;		/* of the action in hand, and of view */
	struct view view;
	bool seen;			/* view is what the database says */
	bool busy;			/* an action, or a comparison, is under way */
	bool stopping;
	int64_t began_at;		/* of the action in hand; boot time */
	int64_t counted_at;		/* when pending was counted */
	struct cycle_outcome outcome;	/* of the action in hand */
	int64_t rows;			/* it carried */
	struct event *turn, *timer, *tick;

	struct hello hello;
	char *boot_id;
	struct buf page;		/* what the cloud sent, or answered, on its way to apid */
	struct buf next;		/* the cursor behind page; empty: nothing is behind it */
	struct ahead ahead;
	enum { SAME_LIFE, OLD_COPY, TWIN } life;	/* what the cloud thinks of our database */
	bool by_key;			/* we register with a token instead of the licence key */
	bool registered;		/* page is the answer to our credentials */
	int64_t asked_as;		/* the incarnation that asked for health, or registered */
	struct pace up, down;

	struct history history;
	struct cycle_record *record;	/* of the cycle under way */
	int64_t pushed, pulled;		/* rows since our start */
	int64_t completed;		/* cycles since our start … */
	int64_t completed_at;		/* … the last of them; boot time, 0: none */
	int64_t lost_at;		/* boot time since when the cloud does not answer; 0: it does */
	int64_t load_began_at, load_began_done;	/* since our start: for the rate */
	struct err trouble;		/* why the last attempt failed */
	char said[160];			/* to apid: what its last word was made of */
};

/* hello.c: does the cloud know a later state of ours?  Then another life has to begin. */
bool life_note(struct pump *p, const struct answer *a);

int pump_open(struct pump *p, struct service_ctx *svc, struct err *err) MUST_CHECK;
void pump_stop(struct pump *p);		/* breaks off what is in hand */
void pump_release(struct pump *p);
bool pump_moving(const struct pump *p);
void pump_wake(struct pump *p);		/* go on, on the next turn of the loop */
void pump_kick(struct pump *p);
void pump_demand(struct pump *p);
void pump_apid_back(struct pump *p);
void pump_apid_gone(struct pump *p);
/* For actions. */
enum begun pump_ask_cloud(struct pump *p, const char *method, const char *path, struct buf *body,
			  struct err *err);
const char *pump_of_life(struct pump *p, const char *path);	/* ends with ? or & */
enum begun pump_ask_apid(struct pump *p, const char *path, struct buf *body);
/* A GET of the cloud that is no action. */
enum begun pump_ask_beside(struct pump *p, const char *path, answer_fn *done, struct err *err);
void pump_answered(struct pump *p, struct answer *a);	/* the action in hand has its answer */
int pump_timeout_ms(const struct pump *p);
/* The least of what the option, the cloud (0: it said nothing) and the line allow. */
int64_t pump_limit(const struct pump *p, const struct pace *pace, const char *option, int64_t theirs);
int answer_json(struct pool *pool, const struct answer *a, struct json *root,
		struct err *err) MUST_CHECK;
/* The words of a problem's answer, or "". */
const char *answer_detail(struct pool *pool, const struct answer *a);

/* --- ahead.c --- */

/* path: of the page that comes behind this cursor. */
void ahead_ask(struct pump *p, const char *path, const char *cursor);
bool ahead_has(const struct pump *p, const char *cursor);
/* True: it is in *a.  False: it is on its way, and will be the answer of the action in hand. */
bool ahead_take(struct pump *p, struct answer *a);
void ahead_forget(struct pump *p);
void ahead_release(struct pump *p);

/* --- verify.c --- */

struct walk_counts {
	int64_t rounds;		/* that act: repairs */
	int64_t compared;	/* ranges of keys */
	int64_t rows;		/* that differ */
	int64_t fetched, sent, gone, conflicts;
};

struct verify;
struct verify *verify_new(struct pump *p);
void verify_free(struct verify **vp);
void verify_want(struct verify *v, struct http_request *rq, bool repair);
const struct walk_counts *verify_total(const struct verify *v);	/* since our start; .compared grows while something is repaired */
/* The member "repair" of an open object. */
void verify_status(const struct verify *v, struct buf *out);
/* Between two cycles: true when a comparison has begun. */
bool verify_turn(struct verify *v);
void verify_stop(struct verify *v, const struct err *why);

/* --- walk.c --- */

struct walk;
struct walk *walk_new(struct pump *p);
void walk_free(struct walk **wp);
void walk_begin(struct walk *w, bool act);
int walk_table(struct walk *w, const struct table *t, int64_t rows, struct err *err) MUST_CHECK;
/* done is called once, perhaps at once; why: NULL when the step succeeded. */
void walk_step(struct walk *w, void (*done)(const struct err *why, void *ctx), void *ctx);
bool walk_is_over(const struct walk *w);
const struct walk_counts *walk_total(const struct walk *w, int *left_r);	/* since our start */
void walk_json(const struct walk *w, struct buf *out);	/* members of an open object */

/* --- local.c --- */

struct local;
struct local *local_new(struct pump *p);
void local_free(struct local **lp);
void local_request(struct http_request *rq, void *pump);
/* 0, or -1 with err: off, pending, revoked, paused … */
int local_may_sync(const struct pump *p, struct err *err) MUST_CHECK;
/* Answers those who wait for what is known now. */
void local_settle(struct local *l);
/* Answers all: the daemon ends, or the database cannot be read. */
void local_refuse(struct local *l, const struct err *why);

/* --- status.c --- */

void pump_status(void *pump, struct buf *json);
void pump_metrics(void *pump, struct buf *text);
/* Tells systemd and apid how things are, if that is news. */
void pump_say(struct pump *p);

#endif
