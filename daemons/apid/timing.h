#ifndef APID_TIMING_H
#define APID_TIMING_H

#include "base/buf.h"

#define TIMING_BOUNDS 13

struct timing {
	int64_t count[TIMING_BOUNDS + 1];	/* up to each bound, the last without one */
	int64_t sum_us;
};

void timing_add(struct timing *t, int64_t us);
/* Its lines; label: `kind="read"`. */
void timing_print(const struct timing *t, const char *name, const char *label, struct buf *text);

#endif
