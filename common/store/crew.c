/* The readers: threads with a connection each, for reads that would hold up
 * the loop. */
#include "base/base.h"
#include "store/lane.h"

void *reader_main(void *arg)
{
	struct reader *r = arg;
	struct job *job;

	while ((job = queue_take(&r->store->reads, 1))) {
		int rc;

		db_enter(r->db, job->tenant);
		rc = job->read(r->db, job->ctx, &job->err);
		store_post(r->store, job, rc < 0 ? JOB_FAILED : JOB_DONE);
	}
	return NULL;
}
