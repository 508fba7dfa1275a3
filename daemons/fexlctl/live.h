/* Events as they happen, from here or from --host. */
#ifndef FEXLCTL_LIVE_H
#define FEXLCTL_LIVE_H

#include "fexlctl/ctl.h"

struct live_listener {
	/* An event, as it came; it lives for this call. */
	void (*heard)(struct ctl *c, struct json event, void *ctx);
	/* May be NULL: every tick_ms. */
	void (*tick)(struct ctl *c, void *ctx);
	int tick_ms;
	void *ctx;
};

/* Until --timeout is over: END_OK; or an ending that was said.  A line that
 * breaks is made again, and what was missed meanwhile is heard then. */
int live_listen(struct ctl *c, const struct live_listener *l);

#endif
