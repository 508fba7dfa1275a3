/* Who is asking, and may they?
 *
 * A session's token is opaque and was given here.  A till signs its own tokens,
 * and its users', with a key whose public half is in the hub's roster; what such
 * a user may do is what the hub's own users table says, and in the shop only. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/jwt.h"
#include "ws/ws.h"

#include <strings.h>

#define SESSION_PREFIX "fxs_"
#define TOKEN_LEN_MAX 2048
#define SLACK_S 60		/* a till's clock may be off by this much */
#define TILL_TOKEN_MAX_S 600	/* a till may not vouch for longer */

/* --- the token --- */

/* A page cannot set Authorization when it opens a WebSocket: there the token
 * stands among the protocols, as "bearer." and the token. */
static struct slice token_among_protocols(const struct call *c)
{
	static const char prefix[] = "bearer.";
	struct slice rest = http_header(c->rq, "Sec-WebSocket-Protocol"), member;
	size_t len = sizeof prefix - 1;

	while (c->route->who == LISTENER && ws_list_next(&rest, &member))
		if (member.len > len && strncasecmp(member.p, prefix, len) == 0)
			return (struct slice){ member.p + len, member.len - len };
	return (struct slice){ NULL, 0 };
}

/* p is NULL when none is shown, len 0 when it is not readable. */
static struct slice token_sent(const struct call *c)
{
	static const char scheme[] = "Bearer ";
	struct slice sent = http_header(c->rq, "Authorization");
	size_t len = sizeof scheme - 1;

	if (!sent.p)
		return token_among_protocols(c);
	if (sent.len <= len || strncasecmp(sent.p, scheme, len) != 0)
		return (struct slice){ sent.p, 0 };
	return (struct slice){ sent.p + len, sent.len - len };
}

int guard_token(struct call *c, struct err *err)
{
	struct slice token = token_sent(c);

	if (!token.p || c->route->who == ANYONE)
		return 0;
	if (token.len == 0 || token.len > TOKEN_LEN_MAX)
		return err_set(err, ERR_UNKNOWN_USER, "token_bad",
			       "Authorization must be: Bearer, a blank, a token");
	c->token = pool_strndup(c->pool, token.p, token.len);
	sha256(c->token, strlen(c->token), c->token_hash);
	return 1;
}

static int look_session(struct call *c, struct err *err)
{
	int n = session_find(c->db, c->token, &c->caller.actor, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_UNKNOWN_USER, "session_unknown",
			       "this session has ended: sign in again");
	return 0;
}

/* --- tills --- */

static enum standing standing_of(const struct device *d)
{
	if (strcmp(d->status, "approved") == 0)
		return DEVICE_APPROVED;
	return strcmp(d->status, "pending") == 0 ? DEVICE_PENDING : DEVICE_REVOKED;
}

static int check_signature(const struct call *c, const struct jwt *t, const struct device *d,
			   struct err *err)
{
	if (jwt_verify(c->token, strlen(c->token), t, d->public_key, clock_wall() / SECOND_US, SLACK_S,
		       err) < 0)
		return -1;
	if (t->expires_s - t->issued_s > TILL_TOKEN_MAX_S)
		return err_set(err, ERR_UNKNOWN_USER, "token_bad", "a till's token may live for %d s",
			       TILL_TOKEN_MAX_S);
	if (t->incarnation != d->incarnation)
		return err_set(err, ERR_UNKNOWN_USER, "incarnation",
			       "this is incarnation %lld of the till, the hub knows %lld: pair it again",
			       (long long)t->incarnation, (long long)d->incarnation);
	return 0;
}

static int standing_error(enum standing s, struct err *err)
{
	if (s == DEVICE_PENDING)
		return err_set(err, ERR_DENIED, "device_pending",
			       "this device waits for the owner's approval");
	return err_set(err, ERR_DENIED, "device_revoked", "this device was revoked: pair it again");
}

static int look_user(struct call *c, const struct jwt *t, enum standing standing, struct err *err)
{
	struct row user;
	int n;

	if (standing != DEVICE_APPROVED)
		return standing_error(standing, err);
	if ((n = user_find(c->db, c->pool, t->tenant, uuid_text(t->user).s, &user, err)) < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_UNKNOWN_USER, "user_unknown",
			       "the cloud knows no such user, or not any more");
	c->caller.by_till = true;
	c->caller.actor = (struct actor){ .kind = ACTOR_USER, .tenant = t->tenant, .user = t->user,
					  .device = t->device,
					  .expires_at = t->expires_s * SECOND_US };
	snprintf(c->caller.actor.role, sizeof c->caller.actor.role, "%s", row_text(&user, "role"));
	return role_look(c->db, t->tenant, c->caller.actor.role, &c->caller.actor.may, err);
}

static int look_till(struct call *c, struct err *err)
{
	struct jwt t;
	struct device d;
	int n;

	if (jwt_read(c->token, strlen(c->token), &t, err) < 0)
		return -1;
	/* Its key is in that shop's roster or nowhere: a token for another shop finds none. */
	db_enter(c->db, t.tenant);
	if ((n = device_load(c->db, c->pool, t.tenant, t.device, &d, err)) < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_UNKNOWN_USER, "device_unknown",
			       "this device is not known here: pair it");
	if (check_signature(c, &t, &d, err) < 0)
		return -1;
	if (t.use == JWT_USER)
		return look_user(c, &t, standing_of(&d), err);
	c->caller.standing = standing_of(&d);
	c->caller.actor = (struct actor){ .kind = ACTOR_DEVICE, .tenant = t.tenant, .device = t.device,
					  .device_server = d.server,
					  .expires_at = t.expires_s * SECOND_US };
	return 0;
}

int guard_look(struct call *c, struct err *err)
{
	bool session = strncmp(c->token, SESSION_PREFIX, sizeof SESSION_PREFIX - 1) == 0;

	if (!session && !c->apid->hub)
		return err_set(err, ERR_UNKNOWN_USER, "token_bad", "this token was not made here: sign in");
	if ((session ? look_session : look_till)(c, err) < 0)
		return -1;
	return CALL_KNOWN;
}

/* --- the operator of a hub names a tenant --- */

static int named_tenant(const struct call *c, const char **name, struct err *err)
{
	*name = call_header(c, "Fexl-Tenant");
	return *name ? 1 : http_query(c->rq, "tenant", name, err);
}

int guard_only_tenant(struct call *c, struct uuid *tenant, struct err *err)
{
	struct buf list = { 0 };
	struct json root;
	int rc = -1;

	if (tenant_list(c->db, c->pool, &list, err) == 0 &&
	    json_parse(c->pool, list.data, list.len, &root, err) == 0) {
		struct json items = json_member(root, "items");

		rc = json_len(items) == 1 ? json_get_uuid(json_at(items, 0), "uuid", tenant, err) : 0;
	}
	buf_release(&list);
	return rc;
}

int guard_tenant(struct call *c, struct err *err)
{
	struct tenant t;
	const char *name;
	int n = named_tenant(c, &name, err);

	if (n < 0)
		return -1;
	if (n > 0 && uuid_parse(&c->tenant, name, strlen(name)) < 0)
		return err_field(err, "/tenant", "type", "the tenant must be named by its UUID");
	db_enter(c->db, c->tenant);
	if (n > 0 && (n = tenant_load(c->db, c->pool, c->tenant, &t, err)) == 0)
		return err_set(err, ERR_NOT_FOUND, "no_tenant", "there is no tenant %s",
			       uuid_text(c->tenant).s);
	if (n == 0 && c->route->scope == OF_TENANT && (n = guard_only_tenant(c, &c->tenant, err)) == 0)
		return err_field(err, "/tenant", "tenant_required",
				 "which tenant? Name it: Fexl-Tenant: UUID");
	return n < 0 ? -1 : CALL_KNOWN;
}

/* --- may they? --- */

static int sign_in_first(struct err *err)
{
	return err_set(err, ERR_UNKNOWN_USER, "sign_in", "sign in first: POST /api/session");
}

static int denied(const struct call *c, struct err *err)
{
	if (c->caller.actor.kind == ACTOR_NOBODY)
		return sign_in_first(err);
	return err_set(err, ERR_DENIED, "permission", "%s %s is not for you",
		       http_method_name(c->rq->method), c->rq->path);
}

static int admit_all(const struct call *c UNUSED, struct err *err UNUSED)
{
	return 0;
}

static int admit_signed_in(const struct call *c, struct err *err)
{
	enum actor_kind kind = c->caller.actor.kind;

	return kind == ACTOR_USER || kind == ACTOR_ADMIN ? 0 : denied(c, err);
}

static int admit_shop(const struct call *c, struct err *err)
{
	const struct actor *a = &c->caller.actor;

	if (a->kind != ACTOR_USER && a->kind != ACTOR_OPERATOR)
		return denied(c, err);
	if (actor_may(a, c->route->perm))
		return 0;
	return err_set(err, ERR_DENIED, "permission",
		       "this needs the permission %s, which the role %s has not", perm_name(c->route->perm),
		       a->role);
}

static int admit_user(const struct call *c, struct err *err)
{
	if (c->caller.by_till)
		return err_set(err, ERR_DENIED, "till_token",
			       "this needs a sign-in at the cloud itself, not by a till's word");
	return admit_shop(c, err);
}

static int admit_device(const struct call *c, struct err *err)
{
	if (c->caller.actor.kind != ACTOR_DEVICE)
		return denied(c, err);
	return c->caller.standing == DEVICE_APPROVED ? 0 : standing_error(c->caller.standing, err);
}

static int admit_listener(const struct call *c, struct err *err)
{
	enum actor_kind kind = c->caller.actor.kind;

	if (kind == ACTOR_DEVICE)
		return admit_device(c, err);
	return kind == ACTOR_USER || kind == ACTOR_OPERATOR ? 0 : denied(c, err);
}

static int admit_admin(const struct call *c, struct err *err)
{
	enum actor_kind kind = c->caller.actor.kind;

	return kind == ACTOR_ADMIN || kind == ACTOR_OPERATOR ? 0 : denied(c, err);
}

static int admit_local(const struct call *c, struct err *err)
{
	return c->caller.actor.kind == ACTOR_OPERATOR ? 0 : denied(c, err);
}

static int (*const admit[])(const struct call *c, struct err *err) = {
	[ANYONE] = admit_all,
	[GUEST] = admit_all,
	[SIGNED_IN] = admit_signed_in,
	[SHOP] = admit_shop,
	[USER] = admit_user,
	[DEVICE] = admit_device,
	[LISTENER] = admit_listener,
	[ADMIN] = admit_admin,
	[OPERATOR] = admit_local,
};

int guard_admit(const struct call *c, struct err *err)
{
	return admit[c->route->who](c, err);
}
