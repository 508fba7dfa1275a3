/* Which version stands.  Pure, and the same on every node: that is why all
 * replicas end alike, in whatever order versions arrive. */
#include "base/base.h"
#include "sync/sync.h"

/* Made by who knew what is here: from this very version, or it is the maker's own. */
static bool knew(const struct row *here, const struct row *incoming)
{
	return uuid_eq(incoming->origin, here->origin) ||
	       (incoming->base_at && version_cmp(incoming->base_at, incoming->base_origin, here->updated_at, here->origin) == 0);
}

enum merge merge_record(const struct row *here, const struct row *incoming)
{
	int later;

	if (!here)
		return incoming->base_at ? MERGE_GONE : MERGE_INSERT;
	later = version_cmp(incoming->updated_at, incoming->origin, here->updated_at, here->origin);
	if (later == 0)
		return MERGE_SAME;
	if (later > 0 && knew(here, incoming))
		return MERGE_FORWARD;
	return later > 0 ? MERGE_WIN : MERGE_LOSE;
}
