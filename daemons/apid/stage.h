/* How a call gets from one stage to the next.  Private to call.c and stage.c. */
#ifndef APID_STAGE_H
#define APID_STAGE_H

#include "apid/call.h"

/* What is larger is parsed on a reader: a megabyte of JSON takes 10 ms. */
#define PARSE_ON_LOOP 65536

/* Runs c->handler in c->mode; sooner or later call_go_on() hears how it ended. */
void stage_run(struct call *c);
/* The next stage, or the answer. */
void call_go_on(struct call *c, int rc, const struct err *err);
/* A list's ETag, from its bytes. */
void call_etag_of_body(struct call *c);

#endif
