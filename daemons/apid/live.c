/* GET /ws: who may listen is looked at here, as for any other request; then the
 * socket is fexl-realtimed's. */
#include "base/base.h"
#include "apid/call.h"

#include "base/crypto.h"
#include "wire/wire.h"
#include "ws/ws.h"

#include <unistd.h>

#define PROTOCOL "fexl.1"
#define EARLY_MAX 16384		/* bytes that may come before our answer */

static int no_live_updates(struct err *err)
{
	err_set(err, ERR_BUSY, "no_live_updates",
		"live updates are off for the moment, everything else works: ask again later");
	err->retry_after_s = 5;
	return -1;
}

static int check_asked(struct call *c, struct err *err)
{
	struct http_request *rq = c->rq;
	struct ws_asked asked = {
		http_header(rq, "Upgrade"), http_header(rq, "Connection"),
		http_header(rq, "Sec-WebSocket-Version"), http_header(rq, "Sec-WebSocket-Key"),
	};

	if (rq->method != HTTP_GET)
		return err_set(err, ERR_METHOD, "method", "a WebSocket is asked for with GET");
	if (rq->minor < 1)
		err_set(err, ERR_UPGRADE, "websocket", "a WebSocket is asked for with HTTP/1.1");
	else if (ws_check_asked(&asked, err) == 0)
		return 0;
	if (err->kind == ERR_UPGRADE) {
		http_extra(rq, "Upgrade", "websocket");
		http_extra(rq, "Sec-WebSocket-Version", "13");
	}
	return -1;
}

int h_ws(struct call *c, struct err *err)
{
	if (check_asked(c, err) < 0 || browser_may_listen(c->apid->browser, c->rq, err) < 0)
		return -1;
	if (!notify_realtimed(c->apid->notify) || handed_is_stuck(c->apid->handed))
		return no_live_updates(err);
	return CALL_UPGRADE;
}

/* --- the hand-over --- */

static struct wire_value text(struct pool *pool, const char *s)
{
	return (struct wire_value){ .set = s != NULL, .s = s ? pool_strdup(pool, s) : NULL };
}

static struct wire_value maybe(struct uuid u)
{
	return (struct wire_value){ .set = !uuid_is_zero(u), .u = u };
}

static struct wire_value session_of(const struct call *c, struct pool *pool)
{
	struct buf hex = { 0 };
	struct wire_value v;

	if (c->caller.actor.kind != ACTOR_USER || c->caller.by_till)
		return (struct wire_value){ .set = false };
	hex_add(&hex, c->token_hash, sizeof c->token_hash);
	v = text(pool, hex.data);
	buf_release(&hex);
	return v;
}

static int read_since(const struct call *c, struct wire_msg *m, struct err *err)
{
	struct wire_value *since = &m->v[SOCKET_SINCE], *epoch = &m->v[SOCKET_EPOCH];
	const char *name;
	int n = http_query_int(c->rq, "since", 0, INT64_MAX, &since->i, err);

	since->set = n > 0;
	if (n < 0 || (n = http_query(c->rq, "epoch", &name, err)) < 0)
		return -1;
	epoch->set = n > 0;
	if (n > 0 && uuid_parse(&epoch->u, name, strlen(name)) < 0)
		return err_field(err, "/epoch", "type", "epoch must be the UUID that came with since");
	return 0;
}

struct live {
	struct apid *apid;
	struct pool *pool;
	struct wire_msg m;
};

int live_begin(const struct call *c, struct live **live_r, struct err *err)
{
	const struct actor *a = &c->caller.actor;
	struct slice offered = http_header(c->rq, "Sec-WebSocket-Protocol");
	struct pool *pool = pool_new();
	struct live *l = pool_alloc(pool, sizeof *l);

	l->apid = c->apid;
	l->pool = pool;
	l->m.type = WIRE_SOCKET;
	if (read_since(c, &l->m, err) < 0) {
		pool_free(&pool);
		return -1;
	}
	l->m.v[SOCKET_KEY] = text(pool, call_header(c, "Sec-WebSocket-Key"));
	l->m.v[SOCKET_TENANT] = (struct wire_value){ .set = true, .u = events_shop(c->apid, c->tenant) };
	l->m.v[SOCKET_DEVICE] = maybe(a->device);
	l->m.v[SOCKET_USER] = maybe(a->user);
	l->m.v[SOCKET_SESSION] = session_of(c, pool);
	l->m.v[SOCKET_EXPIRES] = (struct wire_value){ .set = a->expires_at != 0, .i = a->expires_at };
	l->m.v[SOCKET_BROWSER] = (struct wire_value){ .set = true, .b = a->kind == ACTOR_USER };
	l->m.v[SOCKET_PROTOCOL] = text(pool, offered.p && ws_list_has(offered, PROTOCOL) ? PROTOCOL : NULL);
	*live_r = l;
	return 0;
}

static bool pass(struct live *l, int fd, const struct buf *early)
{
	struct wire_peer *to = notify_realtimed(l->apid->notify);
	struct buf text64 = { 0 };

	if (!to || early->len > EARLY_MAX)
		return false;
	if (early->len > 0) {
		base64url_add(&text64, early->data, early->len);
		l->m.v[SOCKET_EARLY] = text(l->pool, text64.data);
		buf_release(&text64);
	}
	if (!wire_send_fd(to, &l->m, fd))
		return false;
	handed_add(l->apid->handed, fd);
	return true;
}

int live_end(struct live **lp, struct http_request *rq, struct err *err)
{
	struct live *l = *lp;
	struct pool *pool = l->pool;
	struct buf early = { 0 };
	int fd = http_take(rq, &early), rc = 0;

	*lp = NULL;
	if (fd < 0)
		rc = no_live_updates(err);
	else if (!pass(l, fd, &early))
		handed_refuse(fd);
	if (fd >= 0)
		close(fd);
	buf_release(&early);
	pool_free(&pool);
	return rc;
}
