/* Which version stands.  Pure, and the same on every node: that is why all
 * replicas end alike, in whatever order versions arrive. */
#include "base/base.h"
#include "sync/sync.h"

enum merge merge_record(const struct row *here, const struct row *incoming)
{
	int later;

	if (!here)
		return incoming->base_at ? MERGE_GONE : MERGE_INSERT;
	later = version_cmp(incoming->updated_at, incoming->origin, here->updated_at, here->origin);
	if (later == 0)
		return MERGE_SAME;
	if (later > 0 && incoming->base_at &&
	    version_cmp(incoming->base_at, incoming->base_origin, here->updated_at, here->origin) == 0)
		return MERGE_FORWARD;
	return later > 0 ? MERGE_WIN : MERGE_LOSE;
}
