/* What people ask of us on our Unix socket, by way of fexlctl and apid. */
#include "base/base.h"
#include "syncd/syncd.h"

#include <stdlib.h>
#include <unistd.h>

#define PARKED_MAX 16

/* Who asked for a cycle and waits to hear its number: whether there will be
 * one is known when the database, or the cloud, was looked at. */
struct parked {
	struct http_request *rq;
	int64_t cycle;
};

struct local {
	struct pump *pump;
	struct parked now[PARKED_MAX];
	int n;
};

/* --- may there be a cycle at all? --- */

static const struct {
	const char *code, *text;
} no_cycle[] = {
	[PHASE_OFF] = { "off", "sync is off: pair this till first (fexlctl pair)" },
	[PHASE_REGISTERING] = { "registering", "the cloud has not answered yet whether it knows this shop" },
	[PHASE_PENDING] = { "pending", "the owner has not approved this till yet" },
	[PHASE_LOADING] = { NULL, NULL },
	[PHASE_ON] = { NULL, NULL },
	[PHASE_REVOKED] = { "revoked", "the cloud has revoked this till: ask the owner, or pair again" },
	[PHASE_REFUSED] = { "refused", "the cloud refused this till: pair again with the right licence key" },
};

/* Is there a cloud that lets this till in? */
static int check_phase(const struct pump *p, struct err *err)
{
	enum cycle_phase phase = p->cycle.phase;

	return no_cycle[phase].code == NULL ? 0 : err_set(err, ERR_CONFLICT, no_cycle[phase].code, "%s", no_cycle[phase].text);
}

int local_may_sync(const struct pump *p, struct err *err)
{
	if (check_phase(p, err) < 0)
		return -1;
	if (p->cycle.paused)
		return err_set(err, ERR_CONFLICT, "paused",
			       "sync is paused: resume it first (fexlctl sync resume)");
	return 0;
}

/* --- POST /sync/now --- */

/* Approved or revoked a moment ago: the cloud has to be asked before we know. */
static bool may_change(enum cycle_phase phase)
{
	return phase == PHASE_REGISTERING || phase == PHASE_PENDING || phase == PHASE_REVOKED;
}

/* 1 there is a cycle, 0 not known yet, -1 there is none. */
static int verdict(const struct pump *p, int64_t number, struct err *err)
{
	const struct cycle *c = &p->cycle;

	if (local_may_sync(p, err) == 0)
		return 1;
	if (!may_change(c->phase) || c->paused)
		return -1;
	if (c->started < number || c->doing != DO_WAIT)
		return 0;
	/* Who waits for the cycle sees that the cloud cannot be reached. */
	return c->unreachable ? 1 : -1;
}

static void answer_number(struct http_request *rq, int64_t number)
{
	struct buf body = { 0 };

	jw_open(&body, '{');
	jw_put_int(&body, "cycle", number);
	jw_close(&body, '}');
	http_reply_json(rq, 202, &body);
}

void local_settle(struct local *l)
{
	int kept = 0;

	for (int i = 0; i < l->n; i++) {
		struct err err = { 0 };
		int known = verdict(l->pump, l->now[i].cycle, &err);

		if (known == 0)
			l->now[kept++] = l->now[i];
		else if (known > 0)
			answer_number(l->now[i].rq, l->now[i].cycle);
		else
			http_reply_problem(l->now[i].rq, &err);
	}
	l->n = kept;
}

void local_refuse(struct local *l, const struct err *why)
{
	for (int i = 0; i < l->n; i++)
		http_reply_problem(l->now[i].rq, why);
	l->n = 0;
}

static void sync_now(struct http_request *rq, struct pump *p)
{
	struct local *l = p->local;
	struct err err = { 0 };

	if (l->n == PARKED_MAX) {
		err_set(&err, ERR_BUSY, "busy", "%d requests wait for a cycle already", l->n);
		http_reply_problem(rq, &err);
		return;
	}
	l->now[l->n++] = (struct parked){ rq, p->cycle.started + 1 };
	pump_demand(p);
	if (p->busy && p->seen)
		local_settle(l);
}

/* --- POST /sync/verify, /sync/repair, /sync/pause, /sync/resume --- */

static void sync_verify(struct http_request *rq, struct pump *p)
{
	verify_want(p->verify, rq, false);
}

static void sync_repair(struct http_request *rq, struct pump *p)
{
	verify_want(p->verify, rq, true);
}

/* apid keeps it, so that it outlives us; we see it in the database. */
static void on_pause_kept(struct answer *a, void *ctx)
{
	struct http_request *rq = ctx;
	bool not_paired = a->status == 404 || a->status == 409;
	struct err err = { 0 };
	struct buf body = { 0 };

	if (a->status == 200) {
		pump_wake(rq->user);	/* at once, not when the interval is over */
		buf_str(&body, "{}");
		http_reply_json(rq, 200, &body);
		return;
	}
	err_set(&err, not_paired ? ERR_CONFLICT : ERR_BUSY, not_paired ? "off" : "not_kept",
		"fexl-apid did not keep it: %s", a->why != NULL ? a->why : answer_detail(rq->pool, a));
	http_reply_problem(rq, &err);
}

static void keep_pause(struct http_request *rq, struct pump *p, bool paused)
{
	struct buf body = { 0 };
	struct ask a = { "POST", NULL, "/internal/sync/pause", NULL, &body, pump_timeout_ms(p) };

	jw_open(&body, '{');
	jw_put_bool(&body, "paused", paused);
	jw_close(&body, '}');
	rq->user = p;
	remote_ask(p->remote, &a, on_pause_kept, rq);
}

static void sync_pause(struct http_request *rq, struct pump *p)
{
	keep_pause(rq, p, true);
}

static void sync_resume(struct http_request *rq, struct pump *p)
{
	keep_pause(rq, p, false);
}

/* --- GET /sync/rows/:uuid: the cloud's side of one row --- */

/* {"cloud":…, "cloud_said":…}: what it knows of the row, or its words when it has none. */
static int row_json_of(struct http_request *rq, struct answer *a, struct buf *out, struct err *err)
{
	bool known = a->status == 200;
	struct json life = { NULL, true };

	if (a->why != NULL)
		return err_set(err, ERR_BUSY, "unreachable", "the cloud does not answer: %s", a->why);
	if (!known && a->status != 404)
		return err_set(err, ERR_BUSY, "unreachable", "the cloud does not say, it answered %d %s", a->status,
			       answer_detail(rq->pool, a));
	if (known && answer_json(rq->pool, a, &life, err) < 0)
		return -1;
	jw_open(out, '{');
	jw_name(out, "cloud");
	json_print(life, out);
	jw_put_str(out, "cloud_said", known ? NULL : answer_detail(rq->pool, a));
	jw_close(out, '}');
	return 0;
}

static void on_row(struct answer *a, void *ctx)
{
	struct http_request *rq = ctx;
	struct err err = { 0 };
	struct buf body = { 0 };

	if (row_json_of(rq, a, &body, &err) < 0)
		http_reply_problem(rq, &err);
	else
		http_reply_json(rq, 200, &body);
}

static int begin_row(struct http_request *rq, struct pump *p, struct err *err)
{
	const char *name = strrchr(rq->path, '/') + 1;
	struct ask a = { .method = "GET", .base = p->view.pairing.url, .timeout_ms = (int)conf_int(p->conf, "health_timeout_ms") };
	struct uuid uuid;

	if (uuid_parse(&uuid, name, strlen(name)) < 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "%.60s is no UUID: nothing has this name", name);
	if (!p->seen)
		return err_set(err, ERR_BUSY, "no_database", "fexl-syncd cannot read the database: is fexl-apid running?");
	if (check_phase(p, err) < 0 ||
	    (a.token = token_get(&p->token, p->view.pairing.tenant, &p->view.site, err)) == NULL)
		return -1;
	a.path = pool_printf(rq->pool, "/api/sync/rows/%s", uuid_text(uuid).s);
	remote_ask(p->remote, &a, on_row, rq);
	return 0;
}

static void sync_row(struct http_request *rq, struct pump *p)
{
	struct err err = { 0 };

	if (begin_row(rq, p, &err) < 0)
		http_reply_problem(rq, &err);
}

/* --- the door --- */

static const struct local_route {
	struct route_key key;
	void (*answer)(struct http_request *rq, struct pump *p);
} routes[] = {
	{ { HTTP_POST, "/sync/now" }, sync_now },
	{ { HTTP_POST, "/sync/verify" }, sync_verify },
	{ { HTTP_POST, "/sync/repair" }, sync_repair },
	{ { HTTP_POST, "/sync/pause" }, sync_pause },
	{ { HTTP_POST, "/sync/resume" }, sync_resume },
	{ { HTTP_GET, "/sync/rows/:uuid" }, sync_row },
	{ { HTTP_GET, NULL }, NULL },
};

static bool is_one_of_us(const struct http_peer *peer)
{
	return peer->local && (peer->uid == 0 || peer->uid == geteuid());
}

static int check_door(const struct pump *p, const struct http_request *rq, const struct route_match *m,
		      struct err *err)
{
	if (!is_one_of_us(rq->peer))
		return err_set(err, ERR_DENIED, "foreign_user", "only root and the user of fexl-syncd may ask");
	if (m->route < 0 && m->path_known)
		return err_set(err, ERR_METHOD, "method_not_allowed", "%s only takes %s", rq->path,
			       m->allowed & 1u << HTTP_POST ? "POST" : "GET");
	if (m->route < 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "fexl-syncd has no %s here", rq->path);
	if (p->stopping)
		return err_set(err, ERR_BUSY, "stopping", "fexl-syncd is stopping: ask again once it is back");
	return 0;
}

void local_request(struct http_request *rq, void *pump)
{
	struct pump *p = pump;
	struct err err = { 0 };
	struct route_match m;

	route_find(routes, sizeof(routes[0]), rq, &m);
	if (check_door(p, rq, &m, &err) < 0)
		http_reply_problem(rq, &err);
	else
		routes[m.route].answer(rq, p);
}

struct local *local_new(struct pump *p)
{
	struct local *l = x_alloc(sizeof(*l));

	l->pump = p;
	return l;
}

void local_free(struct local **lp)
{
	free(*lp);
	*lp = NULL;
}
