/* Which tables were written, and when.  What was read of some tables stays true
 * until one of them is written again: so an answer can be kept (see store.h).
 * SQLite only, where one process writes, and it is ours.  Private to this folder. */
#ifndef STORE_MARKS_H
#define STORE_MARKS_H

#include "base/base.h"

#define MARKS 64	/* a bit a table; two of them may share one, and are then written together */

struct marks {
	_Atomic int64_t begun, ended;	/* commits that changed something: one between them is under way */
	_Atomic int64_t last[MARKS];	/* the commit that wrote this table last */
};

uint64_t mark_of_table(const char *name);
/* Around a commit, or whatever makes a change visible.  m may be NULL. */
void marks_begin(struct marks *m, uint64_t tables);
void marks_end(struct marks *m, uint64_t tables);
/* Before a read begins: what it will see, at least.  0: nobody can tell, a commit is
 * under way. */
int64_t marks_now(const struct marks *m);
/* Was none of these tables written, nor begun to be, since a read that began so? */
bool marks_stand(const struct marks *m, uint64_t tables, int64_t as_of);

#endif
