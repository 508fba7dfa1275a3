/* fexl-realtimed holds the WebSocket clients and tells them what happens.  It
 * has no database, no secrets and no network of its own: fexl-apid has looked
 * at who is asking and hands over the socket.  What it tells is a hint; whoever
 * misses it asks apid.
 *
 *	main.c		birth and end
 *	link.c		wire: sockets and events come from apid
 *	shop.c		a tenant: who listens, and the numbers of its events
 *	ring.c		the last events of a shop, once for all who listen
 *	digest.c	too many events for a screen are told as one
 *	client.c	a socket: birth, what it says, its end
 *	output.c	what a socket is still to be sent
 *	wheel.c		deadlines of all sockets on one timer
 *	round.c		may they still listen?  apid is asked
 *	status.c	GET /status and GET /metrics
 *
 * A client has no queue.  It has a place in its shop's ring, and in a turn of
 * the loop everything from there on goes out in one writev().  Who reads so
 * slowly that the ring has gone on without him is told to look himself. */
#ifndef REALTIMED_REALTIMED_H
#define REALTIMED_REALTIMED_H

#include "base/map.h"
#include "base/uuid.h"
#include "service/service.h"
#include "wire/wire.h"
#include "ws/ws.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

#define REALTIMED_NAME "fexl-realtimed"

/* Codes of our own (4000 to 4999 are for applications). */
#define CLOSE_EXPIRED 4401	/* the token is over: come back with another */
#define CLOSE_DENIED 4403	/* revoked, signed out: do not come back with this one */

struct realtimed;
struct shop;

/* --- ring.c --- */

/* One event, ready to be sent. */
struct frame {
	int refs;
	uint32_t len;
	int64_t seq;
	char data[];
};

struct frame *frame_new(int64_t seq, const char *text, size_t len);
struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame **fp);

/* The last events, oldest first: places first to next - 1. */
struct ring {
	struct frame **slot;
	unsigned size, max;	/* powers of two; it grows when it must */
	uint64_t first, next;
	int64_t forgotten;	/* events up to this number are not here any more */
	uint64_t served;	/* up to this place in the turn before … */
	struct buf batch;	/* … and from there to the end in one piece, while a turn serves */
};

void ring_init(struct ring *r, unsigned max, int64_t seq);
void ring_release(struct ring *r);
void ring_add(struct ring *r, struct frame *f);		/* takes the reference */
void ring_clear(struct ring *r, int64_t seq);
/* Whoever is where most are gets all that is new in one piece. */
void ring_batch(struct ring *r);
void ring_batch_end(struct ring *r);
struct frame *ring_at(const struct ring *r, uint64_t place);
/* The place behind event number `since`; false when too much is forgotten. */
bool ring_find(const struct ring *r, int64_t since, uint64_t *place_r);

/* --- digest.c --- */

#define BUNDLES_MAX 32
#define EVENT_NAME_MAX 64

struct bundle {			/* events of one name that wait to be told together */
	char name[EVENT_NAME_MAX];
	int64_t count, seq, at;
	struct frame *last;
};

struct digest {
	struct bundle *bundle;	/* BUNDLES_MAX of them, made when first needed */
	int n;
	int64_t second_began;	/* boot time */
	int in_second;
};

struct happening;
void digest_add(struct shop *s, const struct happening *h, struct frame *f);
void digest_flush(struct shop *s);	/* what waits goes into the ring for screens */
void digest_drop(struct digest *d);

/* --- shop.c --- */

struct happening {		/* as apid tells it */
	const char *name;	/* "invoice:created" */
	struct uuid uuid;
	bool has_uuid;
	struct uuid device;	/* the till that pushed it, or zero */
	int64_t at;		/* microseconds */
	int64_t count;		/* more than 1: so many, told as one */
};

TAILQ_HEAD(clients, client);

struct shop {
	struct realtimed *rt;
	struct uuid tenant, epoch;
	int64_t seq;			/* of the last event */
	struct ring all, told;		/* for tills; for screens */
	struct digest digest;
	struct event *digest_due;
	struct clients clients;
	int n_clients;
	bool dirty;			/* in rt->dirty */
	int64_t empty_since;		/* boot time; with n_clients 0 */
	TAILQ_ENTRY(shop) in_all, in_dirty;
};
TAILQ_HEAD(shops, shop);

struct shop *shop_find(struct realtimed *rt, struct uuid tenant);
struct shop *shop_get(struct realtimed *rt, struct uuid tenant);	/* made if need be */
void shop_free(struct shop **sp);
void shop_tell(struct shop *s, const struct happening *h);
void shop_changed(struct shop *s);	/* a ring has more: its clients are served soon */
void shop_resync(struct shop *s);	/* a new epoch */
void shops_forget(struct realtimed *rt);	/* those that nobody listens to */
void event_text(const struct shop *s, int64_t seq, const struct happening *h, struct buf *out);

/* --- client.c --- */

/* What apid knows of a client. */
struct listener {
	struct uuid device, user;
	uint8_t session[32];		/* the hash of its token; zero: none */
	int64_t expires;		/* boot time; 0: never */
	bool browser;
};

struct client {
	struct shop *shop;
	struct listener who;
	int fd;
	bool wants_write, unsure;	/* in rt->round's list */
	bool behind;			/* it is to be told to resync, before all else */
	bool closing;			/* our close is said, or there is nobody to say it to */
	bool last;			/* … and nothing is waited for but the end */
	uint8_t silent;			/* pings without any sign of life */
	struct event io;
	struct ws_reader reader;
	uint64_t place;			/* in its shop's ring */
	struct frame *cut;		/* sent in part … */
	uint32_t cut_at;		/* … so far */
	struct buf own;			/* bytes for this one alone: the 101, pongs, the close */
	int64_t ping_at, due;		/* boot time */
	TAILQ_ENTRY(client) in_shop, in_slot, in_round;
};

/* Takes fd.  asked: the message, for key, protocol, since. */
void client_new(struct realtimed *rt, int fd, struct shop *s, const struct listener *who, const struct wire_msg *asked);
void client_free(struct client **cp);
/* Says why, and waits a little for the answer.  Never frees. */
void client_close(struct client *c, unsigned code, const char *why);
/* Its deadline has come. */
void client_due(struct client *c, int64_t now);
/* What was for it is gone: it is told so when it is served next. */
void client_resync(struct client *c);
void client_tell_resync(struct client *c);
/* One place for both: which ring it follows. */
struct ring *client_ring(const struct client *c);
/* For a socket that we cannot take: an answer, and the end. */
void refuse_socket(int fd, const char *code, const char *detail);

/* --- output.c --- */

/* Sends what there is.  Never frees: a lost client is freed by its deadline. */
void client_send(struct client *c);
void client_release_output(struct client *c);
/* Bytes waiting for this one alone are bounded; false: they are too many. */
bool client_has_room(const struct client *c);

/* --- wheel.c --- */

#define WHEEL_SLOTS 64	/* seconds; who is due later is looked at once a turn */

struct wheel {
	struct clients slot[WHEEL_SLOTS];
	int64_t second;			/* seen last; boot time */
};

void wheel_init(struct wheel *w);
/* Who is due by now, of the seconds that are over: once a second. */
void wheel_turn(struct realtimed *rt, int64_t now);
void wheel_put(struct client *c, int64_t due);
void wheel_remove(struct client *c);

/* --- round.c --- */

#define ROUND_MAX 100

/* Those who may have lost their right wait in a list; some at a time are named
 * to apid, which names those among them who have. */
struct round {
	struct clients waiting;
	struct client *named[ROUND_MAX];	/* NULL: it has gone meanwhile */
	int n_named;			/* 0: no answer is awaited */
	int64_t number, asked_at;	/* boot time */
};

void round_init(struct round *r);
void round_want(struct realtimed *rt, const struct uuid *tenant);	/* NULL: everybody */
void round_answer(struct realtimed *rt, const struct wire_msg *m);
void round_remove(struct realtimed *rt, struct client *c);
void round_tick(struct realtimed *rt, int64_t now);	/* an answer may be lost */

/* --- link.c --- */

void link_open(struct realtimed *rt);
void link_close(struct realtimed *rt);

/* --- status.c --- */

struct counted {
	int64_t accepted, refused, events, deliveries, writes, resyncs;
	int64_t expired, denied, violations, silent;
};

void realtimed_status(void *state, struct buf *json);
void realtimed_metrics(void *state, struct buf *text);

/* --- the daemon --- */

#define DEFERRED_MAX 64

struct realtimed {
	struct service_ctx *svc;
	const struct conf *conf;
	struct event_base *base;
	struct wire_link *link;
	struct wire_peer *apid;		/* NULL while it is away */
	bool had_apid;
	struct map by_tenant;
	struct shops shops, dirty;
	struct event *flush;
	int deferred;			/* turns that serving has waited for more to come */
	struct wheel wheel;
	struct round round;
	struct ws_limits limits;
	int n_clients, n_shops;
	int clients_max, clients_shop_max;
	unsigned events_kept;
	int screen_events_s, send_buffer_bytes;
	int64_t ping_us, goodbye_us, memory_us;
	struct counted counted;
	bool stopping;
};

/* All clients of all shops that have something new are served, in a turn of
 * the loop that has read what apid had to say. */
void realtimed_flush_soon(struct realtimed *rt);
void realtimed_client_gone(struct realtimed *rt);

#endif
