/* Signals between the daemons of one machine: one JSON object a packet over
 * SOCK_SEQPACKET, hello with the version first.  A signal is a hint; nothing
 * of value is lost with it.  A slow or dead partner is dropped, never waited
 * for.
 *
 *	messages.c	every message with its fields, in one table
 *	msg.c		message <-> packet, checked against the table
 *	pass.[ch]	a packet that carries a descriptor (private)
 *	peer.[ch]	one partner: hello, queue, end (private)
 *	hub.c		the side that listens: many peers
 *	link.c		the side that connects, and connects again
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/pool.h"
#include "base/uuid.h"

struct event_base;

#define WIRE_VERSION 1
#define WIRE_PACKET_MAX 65536	/* bytes */
#define WIRE_QUEUE_MAX 256	/* packets waiting for one peer; then it is dropped */

enum wire_type {
	WIRE_HELLO,	/* both ways, first */
	WIRE_CHANGED,	/* apid -> all: rows were committed */
	WIRE_KICK,	/* apid -> syncd: run a cycle now */
	WIRE_STATUS,	/* syncd -> apid: what it is doing, for the console's chip */
	WIRE_SOCKET,	/* apid -> realtimed: a client to answer and to keep; carries its socket */
	WIRE_TAKEN,	/* realtimed -> apid: the next of them is here */
	WIRE_EVENTS,	/* apid -> realtimed: what happened in a shop, in order */
	WIRE_LOST,	/* apid -> realtimed: something happened that nobody knows any more */
	WIRE_RECHECK,	/* apid -> realtimed: somebody may have lost his right to listen: say who does */
	WIRE_HOLDERS,	/* realtimed -> apid: these listen; may they? */
	WIRE_STANDING,	/* apid -> realtimed: the answer; those named may not */
	WIRE_TYPES
};

enum wire_field_type { WIRE_STR, WIRE_INT, WIRE_BOOL, WIRE_UUID, WIRE_JSON };

struct wire_field {
	const char *name;
	enum wire_field_type type;
	bool optional;
};

#define WIRE_FIELDS_MAX 13
struct wire_desc {
	const char *name;
	struct wire_field fields[WIRE_FIELDS_MAX];	/* ends with a NULL name */
	bool carries;		/* a descriptor, always */
};
extern const struct wire_desc wire_desc[WIRE_TYPES];

struct wire_value {
	bool set;
	union {
		const char *s;		/* WIRE_STR, and WIRE_JSON as text */
		int64_t i;
		bool b;
		struct uuid u;
	};
};

/* Values stand in the order of the fields in wire_desc, under these names. */
enum { HELLO_FROM, HELLO_VERSION };
enum { CHANGED_TENANT, CHANGED_ENTITY, CHANGED_UUID, CHANGED_EVENT, CHANGED_SEQ, CHANGED_AT, CHANGED_SYNC };
enum { KICK_WHY };
enum { STATUS_STATE, STATUS_TEXT, STATUS_PENDING, STATUS_DETAIL };
enum { SOCKET_KEY, SOCKET_TENANT, SOCKET_DEVICE, SOCKET_USER, SOCKET_SESSION, SOCKET_EXPIRES, SOCKET_BROWSER,
       SOCKET_PROTOCOL, SOCKET_SINCE, SOCKET_EPOCH, SOCKET_EARLY };
enum { EVENTS_TENANT, EVENTS_LIST };
enum { RECHECK_TENANT };
enum { HOLDERS_ROUND, HOLDERS_LIST };
enum { STANDING_ROUND, STANDING_LIST };

struct wire_msg {
	enum wire_type type;
	struct wire_value v[WIRE_FIELDS_MAX];
};

void wire_print(const struct wire_msg *m, struct buf *out);
/* len 0 to WIRE_PACKET_MAX; what m points to lives as long as the pool. */
int wire_parse(struct pool *pool, const char *packet, size_t len, struct wire_msg *m, struct err *err) MUST_CHECK;

/* All three are called from the loop only, never from within a call of ours,
 * and may call anything here, wire_hub_free() and wire_link_free() included. */
struct wire_peer;
struct wire_events {
	/* The peer has said hello with our version. */
	void (*up)(struct wire_peer *peer, const char *name, pid_t pid, void *ctx);
	void (*message)(struct wire_peer *peer, const struct wire_msg *m, void *ctx);
	/* The peer is gone afterwards; why ("has gone") is logged already. */
	void (*down)(struct wire_peer *peer, const char *why, void *ctx);
	void *ctx;
};

/* my_name ("fexl-apid") must outlive hub and link. */

/* The listening side.  Peers of another user than ours or root are refused.  A
 * socket file without a server behind it is removed, a living one refused. */
#define WIRE_PEERS_MAX 16
struct wire_hub;
struct wire_hub *wire_hub_new(struct event_base *base, const char *my_name, const char *path, struct wire_events ev, struct err *err);
void wire_hub_free(struct wire_hub **hubp);
void wire_hub_send(struct wire_hub *hub, const struct wire_msg *m);	/* to every peer that said hello */
int wire_hub_peers(const struct wire_hub *hub);

/* The connecting side: tries at once, then every retry_ms, for ever. */
struct wire_link;
struct wire_link *wire_link_new(struct event_base *base, const char *my_name, const char *path, int retry_ms, struct wire_events ev);
void wire_link_free(struct wire_link **linkp);
void wire_send(struct wire_peer *peer, const struct wire_msg *m);
/* The same with a descriptor, for a message that carries one.  False when the
 * peer will not get it; fd stays the caller's in any case. */
bool wire_send_fd(struct wire_peer *peer, const struct wire_msg *m, int fd);
/* Within message(): the descriptor that came along, the caller's from now on. */
int wire_take_fd(struct wire_peer *peer);
/* Is more to be read at once?  For who would rather answer all of it together. */
bool wire_has_more(const struct wire_peer *peer);
pid_t wire_peer_pid(const struct wire_peer *peer);	/* the kernel's word */

#endif
