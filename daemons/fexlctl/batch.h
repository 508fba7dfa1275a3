/* Many requests in flight over a few connections that stay open.  What cannot
 * be taken now (429, 503, a daemon that restarts) is sent again, with the same
 * body and so the same uuid, a bounded number of times. */
#ifndef FEXLCTL_BATCH_H
#define FEXLCTL_BATCH_H

#include "fexlctl/ctl.h"

#define BATCH_IN_FLIGHT 16

struct batch {
	const char *path;	/* all are POSTs to it */
	size_t count;		/* requests */
	/* Writes the body of request i into an empty buffer. */
	void (*body)(void *ctx, size_t i, struct buf *out);
	/* Request i was answered; problem: the reply's JSON.  0, or an ending to stop with. */
	int (*answered)(void *ctx, size_t i, int status, struct json reply);
	void *ctx;
};

/* 0 when all were answered, else an ending that was said. */
int batch_run(struct ctl *c, const struct batch *b);

#endif
