/* One row of the hub's finds its place.  Private to this folder. */
#ifndef SYNC_APPLY_H
#define SYNC_APPLY_H

#include "sync/sync.h"

/* What cannot be stored waits aside. */
int apply_one(struct apply *a, struct write *w, struct json row, struct err *err) MUST_CHECK;
/* A clean row as if the hub had never had it. */
int send_again(struct write *w, const struct doc *d, struct err *err) MUST_CHECK;

#endif
