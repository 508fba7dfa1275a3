/* What the doctor finds from outside of the daemons; from inside apid looks.
 *
 *	cmd_doctor.c	the command: gathers all findings, shows them
 *	doctor_here.c	daemons, their sockets, clock and libraries of this machine
 *	doctor_cloud.c	the way to the cloud
 *	doctor_port.c	who holds a port */
#ifndef FEXLCTL_DOCTOR_H
#define FEXLCTL_DOCTOR_H

#include "fexlctl/call.h"

/* As apid says them: a warning leaves time, a failure costs data, money or sync now. */
enum found { FOUND_OK, FOUND_WARN, FOUND_FAIL, FOUND_SKIP };

struct visit {
	struct ctl *c;
	struct buf items;	/* members of an array */
	struct json sync;	/* GET /api/sync/status; missing at a hub, and without apid */
	bool apid_runs, is_hub;
};

/* A finding; next: what to do, where it is not well. */
void found_add(struct visit *v, const char *code, enum found found, const char *next, const char *fmt, ...) PRINTF(5, 6);
bool is_paired(const struct visit *v);

void look_at_daemons(struct visit *v);
void look_at_sockets(struct visit *v);
void look_at_time_service(struct visit *v);
void look_at_libevent(struct visit *v);
void look_at_cloud(struct visit *v);

/* "python3 (pid 812)" when a process listens on that TCP port of this machine
 * and may be known, else NULL. */
const char *port_holder(struct ctl *c, int port);

#endif
