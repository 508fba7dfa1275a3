/* What apid says over the wire. */
#include "base/base.h"
#include "realtimed/realtimed.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/log.h"

#include <unistd.h>

#define RETRY_MS 250
#define COUNT_MAX 1000000000

static void lost(struct realtimed *rt)
{
	struct shop *s;

	TAILQ_FOREACH(s, &rt->shops, in_all)
		shop_resync(s);
}

/* --- a client --- */

static int listener_read(const struct wire_msg *m, struct listener *w)
{
	const struct wire_value *v = m->v;

	*w = (struct listener){ .browser = v[SOCKET_BROWSER].b };
	if (v[SOCKET_DEVICE].set)
		w->device = v[SOCKET_DEVICE].u;
	if (v[SOCKET_USER].set)
		w->user = v[SOCKET_USER].u;
	if (v[SOCKET_EXPIRES].set)
		w->expires = MAX(clock_boot() + v[SOCKET_EXPIRES].i - clock_wall(), 1);
	if (!v[SOCKET_SESSION].set)
		return 0;
	return hex_decode(v[SOCKET_SESSION].s, strlen(v[SOCKET_SESSION].s), w->session, sizeof w->session) ==
	       (ssize_t)sizeof w->session ? 0 : -1;
}

static void refuse(struct realtimed *rt, int fd, const char *code, const char *detail)
{
	rt->counted.refused++;
	refuse_socket(fd, code, detail);
}

static void on_socket(struct realtimed *rt, const struct wire_msg *m)
{
	int fd = wire_take_fd(rt->apid);
	struct listener who;
	struct shop *s;

	/* Before any answer of ours: who has one waits no more. */
	wire_send(rt->apid, &(struct wire_msg){ .type = WIRE_TAKEN });
	if (rt->stopping || listener_read(m, &who) < 0) {
		refuse(rt, fd, "stopping", "live updates are stopping: come back in a moment");
		return;
	}
	if (rt->n_clients >= rt->clients_max) {
		refuse(rt, fd, "full", "all places for live updates are taken: come back later");
		return;
	}
	s = shop_get(rt, m->v[SOCKET_TENANT].u);
	if (s->n_clients >= rt->clients_shop_max) {
		refuse(rt, fd, "full", "all places of this shop for live updates are taken: come back later");
		return;
	}
	client_new(rt, fd, s, &who, m);
}

/* --- events --- */

static int happening_read(struct json j, struct happening *h, struct err *err)
{
	int n;

	*h = (struct happening){ .count = 1 };
	if (json_get_str(j, "event", EVENT_NAME_MAX - 1, &h->name, err) <= 0 ||
	    json_get_int(j, "at", 0, TIME_LAST, &h->at, err) <= 0 ||
	    json_get_int(j, "count", 1, COUNT_MAX, &h->count, err) < 0 ||
	    (n = json_get_uuid(j, "uuid", &h->uuid, err)) < 0)
		return -1;
	h->has_uuid = n > 0;
	return json_get_uuid(j, "device", &h->device, err) < 0 ? -1 : 0;
}

static void on_events(struct realtimed *rt, const struct wire_msg *m)
{
	struct shop *s = shop_find(rt, m->v[EVENTS_TENANT].u);
	const char *text = m->v[EVENTS_LIST].s;
	struct pool *pool;
	struct json list;
	struct happening h;

	if (!s)
		return;		/* nobody listens, nobody has listened lately */
	pool = pool_new();
	if (json_parse(pool, text, strlen(text), &list, NULL) == 0)
		for (size_t i = 0; i < json_len(list); i++)
			if (happening_read(json_at(list, i), &h, NULL) == 0)
				shop_tell(s, &h);
	pool_free(&pool);
}

static void on_lost(struct realtimed *rt, const struct wire_msg *m UNUSED)
{
	lost(rt);
}

static void on_recheck(struct realtimed *rt, const struct wire_msg *m)
{
	round_want(rt, m->v[RECHECK_TENANT].set ? &m->v[RECHECK_TENANT].u : NULL);
}

static void (*const signals[WIRE_TYPES])(struct realtimed *rt, const struct wire_msg *m) = {
	[WIRE_SOCKET] = on_socket,
	[WIRE_EVENTS] = on_events,
	[WIRE_LOST] = on_lost,
	[WIRE_RECHECK] = on_recheck,
	[WIRE_STANDING] = round_answer,
};

static void on_message(struct wire_peer *peer UNUSED, const struct wire_msg *m, void *ctx)
{
	if (signals[m->type])
		signals[m->type](ctx, m);
}

/* --- apid comes and goes --- */

/* Nobody knows what happened while it was away, and to whom. */
static void on_up(struct wire_peer *peer, const char *name UNUSED, pid_t pid UNUSED, void *ctx)
{
	struct realtimed *rt = ctx;

	rt->apid = peer;
	rt->round.n_named = 0;
	if (rt->had_apid) {
		lost(rt);
		round_want(rt, NULL);
	}
	rt->had_apid = true;
	service_say(rt->svc, "Live updates are on");
}

static void on_down(struct wire_peer *peer UNUSED, const char *why UNUSED, void *ctx)
{
	struct realtimed *rt = ctx;

	rt->apid = NULL;
	service_say(rt->svc, "Waiting for fexl-apid");
}

void link_open(struct realtimed *rt)
{
	struct wire_events ev = { on_up, on_message, on_down, rt };

	rt->link = wire_link_new(rt->base, REALTIMED_NAME, service_path(rt->svc, "apid.wire"), RETRY_MS, ev);
}

void link_close(struct realtimed *rt)
{
	wire_link_free(&rt->link);
	rt->apid = NULL;
}
