/* Private to this folder: one partner, whichever side called. */
#ifndef WIRE_PEER_H
#define WIRE_PEER_H

#include "wire/wire.h"

#include <sys/un.h>

struct event;
struct wire_packet;

/* The owner forgets the peer, and does not free it. */
typedef void peer_gone_fn(struct wire_peer *p, void *owner);

struct wire_peer {
	int fd;
	pid_t pid;
	char name[64];			/* what it calls itself; until hello "pid 812" */
	bool up;			/* has said hello with our version */
	bool foreign;			/* has said hello with another */
	char why[400];			/* not empty: it is to go, on the next turn of the loop */
	struct event *readable, *writable, *hello_late, *ending;
	struct wire_packet *first, **last;
	int queued;
	int passed_fd;			/* came with the packet in hand; -1: none */
	const struct wire_events *ev;	/* the owner's */
	peer_gone_fn *gone;
	void *owner;
	struct wire_peer *next;		/* the owner's list */
};

/* Takes fd, says hello and waits for the other's. */
struct wire_peer *peer_new(struct event_base *base, int fd, pid_t pid, const char *my_name,
			   const struct wire_events *ev, peer_gone_fn *gone, void *owner);
void peer_free(struct wire_peer **pp);	/* at once and silently */

/* 0 when the process at the other end runs as our user or as root; -1 with err. */
int peer_credentials(int fd, pid_t *pid_r, struct err *err) MUST_CHECK;

int socket_address(struct sockaddr_un *sa, const char *path, struct err *err) MUST_CHECK;

#endif
