/* One row of a push on its walk through the hub.  Private to this folder. */
#ifndef SYNC_PUSHED_H
#define SYNC_PUSHED_H

#include "sync/refs.h"

struct verdict {
	int status;
	int64_t seq;
	const struct doc *document;	/* what stands at the hub, where the till must know */
	bool identical;
	const struct missing *needs;
	int64_t cloud_id;
	bool merged;		/* `document` has what the till sent, where nobody said otherwise later */
};

struct pushed {
	struct ingest *in;
	struct write *w;
	struct json json;
	struct doc theirs;
	struct doc here;
	struct doc merged;	/* of both */
	bool is_here;
	bool placeholder;	/* a copy of a parent that the hub may have lost */
	struct missing missing;
	struct verdict v;
};

/* The rule of records: 0 with p->v, or -1. */
int pushed_record(struct pushed *p, struct err *err) MUST_CHECK;
/* What is here stands. */
int pushed_answer_here(struct pushed *p, int status);

#endif
