/* A row goes up as if the hub had never had it. */
#include "sync/apply.h"

#include "model/document.h"
#include "model/stock.h"

/* It has no base: what the hub may have meanwhile is a version that knows nothing
 * of it, and whichever loses is kept.  It is ours from now on: whoever made it does
 * not hear of what comes back under its own name. */
int send_again(struct write *w, const struct doc *d, struct err *err)
{
	struct row r = d->head;

	r.origin = w->site->uuid;
	r.seq = r.cloud_id = r.base_at = 0;
	r.base_origin = (struct uuid){ { 0 } };
	r.dirty = true;
	r.rev++;
	if (row_update(w->t, w->tenant, &r, err) < 0)
		return -1;
	if (r.table->rule == INSERT_ONCE && stock_unnumber_one(w, r.uuid, err) < 0)
		return -1;
	return outbox_put(w->t, w->tenant, r.table, r.uuid, err);
}
