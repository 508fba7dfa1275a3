/* fexl-apid serves REST and the console, and is the only process that writes
 * the database.
 *
 *	main.c		birth and end
 *	call.[ch]	a request on its way: head, guard, stages, answer
 *	routes.c	every request it takes, with who may ask, in one table
 *	guard.c		who is asking, and may they; cache.c remembers for a second
 *	kept.c		answers that were just given, while what they are made of stands
 *	browser.c	Host, Origin, CORS: what a web page may do
 *	shop.c		whose server this is; on a till pairing changes it; moving.c its rows
 *	keys.c		files that hold secrets
 *	notify.c	wire: what was committed, and how sync is doing
 *	events.c	wire: each event, for fexl-realtimed and who listens there
 *	hosts.c		the same, to and from other servers on one PostgreSQL
 *	live.c		GET /ws: a socket is handed over
 *	handed.c	sockets that it has not taken yet
 *	standing.c	may those who listen still do so?
 *	roster.c	what tills say of themselves, written down now and then
 *	status.c	GET /status and GET /metrics; timing.c how long requests take
 *	meters.c	the same figures, and those of the others, on loopback
 *	static.c	the console's files
 *	h_*.c		the handlers, by noun
 *
 * One loop thread runs all of this but the handlers of reads and writes, which
 * run on the store's threads; see call.h for which may touch what. */
#ifndef APID_APID_H
#define APID_APID_H

#include "apid/timing.h"
#include "http/http.h"
#include "service/service.h"
#include "store/store.h"
#include "model/model.h"

#define APID_NAME "fexl-apid"
#define SYNCD_NAME "fexl-syncd"
#define TIMINGS 8
#define REALTIMED_NAME "fexl-realtimed"

struct apid;
struct call;
struct wire_peer;
struct event;

/* --- shop.c --- */

struct shop {
	struct site site;
	struct uuid tenant;	/* a till's only one; zero on a hub */
};

int shop_load(struct db *db, struct pool *pool, struct shop *s, struct err *err) MUST_CHECK;
/* First thing after the store is open; waits. */
int shop_open(struct apid *a, struct err *err) MUST_CHECK;
/* In a lane: the shop as this transaction sees it, into c->shop. */
int shop_in_lane(struct call *c, struct err *err) MUST_CHECK;
/* In a lane: what was said of the shop is not true any more. */
void shop_forget(struct apid *a);
/* The cloud's address, or NULL: what the console may talk to besides us. */
void shop_set_cloud(struct apid *a, const char *url);
void boot_id_read(char id[40]);

/* --- keys.c --- */

/* The till's own key, made at the first start. */
int device_key_open(const struct conf *conf, uint8_t secret[32], struct err *err) MUST_CHECK;
/* The licence key on its way to fexl-syncd. */
int license_store(const struct conf *conf, const char *key, struct err *err) MUST_CHECK;
void license_remove(const struct conf *conf);
/* 1 right, 0 wrong, -1 with err when there is no administrator.  Slow. */
int admin_password_ok(const struct conf *conf, const char *password, struct err *err) MUST_CHECK;

/* --- browser.c --- */

struct browser;
struct browser *browser_new(const struct conf *conf, bool hub);
void browser_free(struct browser **bp);
/* Is this our name, and does no foreign page write? */
int browser_check(const struct browser *b, const struct http_request *rq, struct err *err) MUST_CHECK;
bool browser_is_preflight(const struct browser *b, const struct http_request *rq);
void browser_answer_preflight(struct http_request *rq);
/* Nobody asks a browser before a page opens a WebSocket: we do. */
int browser_may_listen(const struct browser *b, const struct http_request *rq, struct err *err) MUST_CHECK;
void browser_headers(const struct browser *b, struct http_request *rq, struct buf *out);
/* Of this very machine: "127.0.0.1:9639", of a listener or of who came. */
bool address_is_loopback(const char *address);

/* --- cache.c --- */

enum standing { NOT_A_DEVICE, DEVICE_PENDING, DEVICE_APPROVED, DEVICE_REVOKED };

struct caller {
	struct actor actor;
	bool by_till;		/* a user whom a till vouches for */
	enum standing standing;	/* ACTOR_DEVICE only */
};

struct cache;
struct cache *cache_new(void);
void cache_free(struct cache **cp);
bool cache_get(const struct cache *c, const uint8_t hash[32], struct caller *who);
void cache_put(struct cache *c, const uint8_t hash[32], const struct caller *who);
void cache_clear(struct cache *c);

/* --- kept.c --- */

struct kept;
struct kept *kept_new(const struct store *store, size_t max_bytes);
void kept_free(struct kept **kp);
/* True: the answer stands in c->out, its name in c->etag. */
bool kept_get(struct kept *k, struct call *c);
/* It was made of what c->seen says. */
void kept_put(struct kept *k, const struct call *c);
struct kept_counters {
	int64_t given, bytes;	/* answers so far; now in memory */
};
struct kept_counters kept_count(const struct kept *k);

/* --- notify.c --- */

/* What fexl-syncd said last. */
struct worker {
	bool up;
	int64_t at;
	char *state, *text, *detail;	/* detail is JSON; all NULL before the first word */
};

struct notify;
struct notify *notify_new(struct apid *a);
int notify_listen(struct notify *n, struct err *err) MUST_CHECK;
void notify_free(struct notify **np);
/* From the store's threads. */
void notify_committed(const struct change *c, int n, void *notify);
void notify_pinned(int64_t bytes, void *notify);
void notify_knock(struct notify *n);	/* the mailboxes are looked at on the next turn */
void notify_kick(struct notify *n, const char *why);
const struct worker *notify_worker(const struct notify *n);
int notify_peers(const struct notify *n);
struct wire_peer *notify_realtimed(const struct notify *n);	/* NULL while it is away */
/* On the loop: what no table tells, "device" "pending"; both literals. */
void notify_event(struct notify *n, struct uuid tenant, const char *entity, const char *what, struct uuid uuid);

/* --- events.c --- */

#define EVENT_SESSION "session"	/* between daemons only */

struct events;
struct events *events_new(struct apid *a);
void events_free(struct events **ep);
/* From the store's threads. */
void events_committed(struct events *e, const struct change *c, int n);
void events_put(struct events *e, struct uuid tenant, const char *entity, const char *what, struct uuid uuid);
/* On the loop, once a turn. */
void events_send(struct events *e);
/* What another server says: {"tenant", "list":[…]}; from a thread. */
void events_heard(struct events *e, const char *line);
/* Nobody knows what was said: everybody is told to look himself.  From a thread. */
void events_lost(struct events *e);
/* Under which name realtimed knows a tenant. */
struct uuid events_shop(const struct apid *a, struct uuid tenant);

/* --- hosts.c --- */

/* Only a hub on PostgreSQL has others beside it. */
void hosts_start(struct apid *a);

/* --- handed.c --- */

struct handed;
struct handed *handed_new(struct event_base *base, int64_t wait_us);
void handed_free(struct handed **hp);
void handed_add(struct handed *h, int fd);	/* is on its way to fexl-realtimed; fd stays the caller's */
void handed_taken(struct handed *h);		/* the first of them is there */
void handed_lost(struct handed *h);		/* none will be */
bool handed_is_stuck(const struct handed *h);	/* somebody waited too long, and none was taken since */
void handed_refuse(int fd);			/* 503; the caller closes it */

/* --- standing.c --- */

struct wire_msg;
void standing_ask(struct apid *a, const struct wire_msg *m);

/* --- roster.c --- */

struct roster;
struct roster *roster_new(struct apid *a);
void roster_free(struct roster **rp);
/* pending, cursor: negative when it did not say. */
void roster_seen(struct roster *r, const struct actor *device, int64_t pending, int64_t cursor);
/* It loads from the beginning. */
void roster_begins(struct roster *r, const struct actor *device);
void roster_pulled(struct roster *r, const struct actor *device, int rows);
/* Writes down what has gathered; at the stop, all of it. */
void roster_flush(struct roster *r);

/* --- static.c --- */

struct files;
struct files *files_new(const struct conf *conf);
void files_free(struct files **fp);
/* False: no file of ours; the path belongs to the API. */
bool files_has(const struct files *f, const char *path);
void files_answer(struct apid *a, struct http_request *rq);

/* --- meters.c --- */

struct meters;
int meters_open(struct apid *a, struct err *err) MUST_CHECK;	/* into a->meters, if the option says so */
void meters_free(struct meters **mp);

/* --- status.c --- */

void apid_status(void *state, struct buf *json);
void apid_metrics(void *state, struct buf *text);

/* --- the daemon --- */

/* Slow work (yescrypt) leaves a reader free for reads. */
struct slow {
	int running, max, waiting;
	struct call *first, **end;
};

/* A code that lets one person make the first owner. */
struct setup_code {
	char text[16];		/* empty: none is valid */
	int64_t until;		/* clock_boot() */
	int tries;
};

/* New devices in this minute, over all tenants; one address has no more than a
 * share, so that it takes nobody else's. */
#define BUDGET_SHARES 256
struct budget {
	int64_t minute;
	int used;
	uint8_t share[BUDGET_SHARES];
};

struct apid {
	struct service_ctx *svc;
	const struct conf *conf;
	struct event_base *base;
	bool hub;
	struct shop shop;		/* the loop's copy */
	struct {
		bool fresh;
		struct shop shop;
	} lane_shop;			/* SQLite's one lane's copy */
	char *cloud_url;
	uint8_t device_key[32];
	int64_t last_cycle;		/* of sync: its end, written down now and then … */
	int64_t cycle_began;		/* … and when it began; 0: none since our start */

	struct store *store;
	struct event *answers, *turned, *minute;	/* turned: the loop, after a read on it */
	struct http_server *http;
	char where[64];			/* the address in fact bound */
	struct browser *browser;
	struct cache *cache;
	struct kept *kept;
	struct notify *notify;
	struct handed *handed;
	struct events *events;
	struct hosts *hosts;	/* NULL: there are none */
	struct roster *roster;
	struct files *files;
	struct meters *meters;		/* NULL: not wanted */

	struct slow slow;
	_Atomic int copying;		/* backups that are being made: they hold up the WAL, and may */
	struct setup_code setup_code;
	struct budget registrations;	/* of strangers, with a licence key … */
	struct budget returns;		/* … and of devices that were here before */
	uint8_t source_salt[16];	/* so that nobody chooses with whom he shares */
	struct timing timing[TIMINGS];	/* by enum mode of call.h */
	struct {
		struct uuid tenant;	/* the last shop that was looked at; zero: begin anew */
		int64_t after;		/* a till's own: how far */
		bool running;
	} purged;
	struct {
		bool running;		/* rows are on their way to another tenant, or go */
		bool anew;		/* there is another beginning or end since */
		int failures;		/* in a row … */
		char trouble[320];	/* … and why; empty: there are none */
		struct event *again;	/* NULL: the start has failed */
	} moved;
	int in_hand;			/* calls and jobs that have not ended */
	bool stopping;			/* nothing new is begun */
	bool closing;			/* the last jobs are under way; then `last` comes */
	struct event *last;
};

struct db_config apid_db_config(const struct conf *conf);
/* Something that the stop waits for begins and ends. */
void apid_hold(struct apid *a);
void apid_let_go(struct apid *a);
/* Writes down what is worth it once a minute: now. */
void minute_save(struct apid *a);
/* Lets go what is too old, a little at a time. */
void purge_some(struct apid *a);
/* Goes on with rows that are on their way to the shop's tenant, if there are any. */
void move_start(struct apid *a);
void move_some(struct apid *a);
/* The status line: is my shop safe? */
void apid_say(struct apid *a);

#endif
