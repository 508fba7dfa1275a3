/* A hub and a till on disks that can be broken (t/sim/disk.h), and the writes
 * whose every call is to fail once: each with what it needs, made beforehand.
 *
 * Stamps and uuids are the same each time, so a write that is done again gives
 * the same bytes, and the state of a server is one number. */
#ifndef UNIT_CRASH_H
#define UNIT_CRASH_H

#include "base/base.h"
#include "base/clock.h"
#include "model/model.h"
#include "store/lane.h"
#include "sync/sync.h"
#include "unit.h"

#include "../sim/disk.h"

struct server {
	const char *name;
	bool hub;
	struct disk *disk;
	struct disk_image *before;	/* of the write */
	struct db *db;			/* NULL: it does not run */
	struct pool *pool;		/* of one write */
	struct err err;
};

struct crash {
	struct server hub, till;
	struct uuid tenant;
	struct actor device;		/* the till, as the hub sees it */
	struct uuid product, invoice;
	struct buf pushed, sent, answer, page;
};

/* The writes under test. */
struct scenario {
	const char *name;
	bool hub;			/* who does it */
	int (*write)(struct write *w, struct crash *c, struct err *err);
};
extern const struct scenario scenarios[];
int scenarios_count(void);

void crash_up(struct crash *c);
void crash_down(struct crash *c);

struct server *crash_server(struct crash *c, const struct scenario *s);
/* Back to what was before the write; nothing runs. */
void server_reset(struct server *s);
int server_open(struct server *s);		/* 0, -1 with s->err */
void server_close(struct server *s);
/* As a lane runs a job: alone, and once more with guards if it failed behind its
 * first statement.  0 acknowledged, -1 with s->err. */
int server_write(struct crash *c, const struct scenario *s);
/* All that is stored, and nothing else; the test fails if the file is damaged. */
uint64_t server_state(struct server *s);

#endif
