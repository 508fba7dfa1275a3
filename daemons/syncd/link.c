/* Signals: apid says that something was written here; we say how sync is. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "wire/wire.h"

#include <stdlib.h>

#define RETRY_MS 1000

struct link {
	struct pump *pump;
	struct wire_link *wire;
	struct wire_peer *apid;		/* NULL while it is away */
};

static void on_up(struct wire_peer *peer, const char *name UNUSED, pid_t pid UNUSED, void *ctx)
{
	struct link *l = ctx;

	l->apid = peer;
	pump_apid_back(l->pump);
}

static void on_down(struct wire_peer *peer UNUSED, const char *why UNUSED, void *ctx)
{
	struct link *l = ctx;

	l->apid = NULL;
	pump_apid_gone(l->pump);
}

/* What came by sync is known to the cloud already. */
static void changed(struct pump *p, const struct wire_msg *m)
{
	if (!m->v[CHANGED_SYNC].set || !m->v[CHANGED_SYNC].b)
		pump_kick(p);
}

static void kick(struct pump *p, const struct wire_msg *m UNUSED)
{
	pump_demand(p);
}

static void (*const signals[WIRE_TYPES])(struct pump *p, const struct wire_msg *m) = {
	[WIRE_CHANGED] = changed,
	[WIRE_KICK] = kick,
};

static void on_message(struct wire_peer *peer UNUSED, const struct wire_msg *m, void *ctx)
{
	struct link *l = ctx;

	if (signals[m->type] != NULL)
		signals[m->type](l->pump, m);
}

bool link_is_up(const struct link *l)
{
	return l != NULL && l->apid != NULL;
}

void link_say(struct link *l, const char *state, const char *text, int64_t pending, const char *detail)
{
	struct wire_msg m = { .type = WIRE_STATUS };

	m.v[STATUS_STATE] = (struct wire_value){ .set = true, .s = state };
	m.v[STATUS_TEXT] = (struct wire_value){ .set = true, .s = text };
	m.v[STATUS_PENDING] = (struct wire_value){ .set = true, .i = pending };
	m.v[STATUS_DETAIL] = (struct wire_value){ .set = true, .s = detail };
	wire_send(l->apid, &m);
}

struct link *link_new(struct event_base *base, const char *path, struct pump *p)
{
	struct link *l = x_alloc(sizeof(*l));
	struct wire_events ev = { on_up, on_message, on_down, l };

	l->pump = p;
	l->wire = wire_link_new(base, SYNCD_NAME, path, RETRY_MS, ev);
	return l;
}

void link_free(struct link **lp)
{
	if (*lp == NULL)
		return;
	wire_link_free(&(*lp)->wire);
	free(*lp);
	*lp = NULL;
}
