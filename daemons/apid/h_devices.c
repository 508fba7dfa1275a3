/* The roster of tills, for the owner at the cloud and for the operator, who may
 * name a device without its shop. */
#include "base/base.h"
#include "apid/call.h"

#include "base/log.h"

int h_device_list(struct call *c, struct err *err)
{
	return device_list(c->db, c->pool, c->tenant, &c->out, err) < 0 ? -1 : 200;
}

/* Which shop's, so that its lane can be asked. */
static int find_device(struct call *c, handler_fn *then, struct err *err)
{
	struct uuid uuid;
	int n = 1;

	if (call_uuid(c, &uuid, err) < 0)
		return -1;
	if (uuid_is_zero(c->tenant))
		n = device_tenant(c->db, uuid, &c->tenant, err);
	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no device %s", uuid_text(uuid).s);
	return n < 0 ? -1 : call_then(c, WRITE, then);
}

/* A revoke bites at once, here; elsewhere when the caches have aged. */
static void forget_tokens(struct call *c)
{
	const struct actor *who = &c->caller.actor;
	struct err err = { 0 };
	struct uuid uuid;

	cache_clear(c->apid->cache);
	if (call_uuid(c, &uuid, &err) == 0)
		notify_event(c->apid->notify, c->tenant, "device", c->state, uuid);
	log_info("device %s: %s by %s", c->param[0], (const char *)c->state,
		 who->kind == ACTOR_OPERATOR ? "the operator" : uuid_text(who->user).s);
}

static int answer_device(struct call *c, struct uuid uuid, const char *what, struct err *err)
{
	struct device d;
	int n = device_load(c->db, c->pool, c->tenant, uuid, &d, err);

	if (n == 0)
		return err_set(err, ERR_NOT_FOUND, "not_found", "there is no device %s", uuid_text(uuid).s);
	if (n < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "uuid", d.uuid);
	jw_put_uuid(&c->out, "tenant", d.tenant);
	jw_put_str(&c->out, "name", d.name);
	jw_put_str(&c->out, "status", d.status);
	jw_put_str(&c->out, "prefix", d.prefix);
	jw_put_str(&c->out, "os", d.os);
	jw_put_str(&c->out, "version", d.version);
	jw_close(&c->out, '}');
	c->state = (void *)what;
	c->after = forget_tokens;
	return 200;
}

/* --- what the owner decides --- */

static int approve(struct call *c, struct err *err)
{
	struct uuid uuid;

	if (call_uuid(c, &uuid, err) < 0 || device_approve(c->txn, c->tenant, uuid, err) < 0)
		return -1;
	return answer_device(c, uuid, "approved", err);
}

static int revoke(struct call *c, struct err *err)
{
	struct uuid uuid;

	if (call_uuid(c, &uuid, err) < 0 || device_revoke(c->txn, c->tenant, uuid, err) < 0)
		return -1;
	return answer_device(c, uuid, "revoked", err);
}

static int load_again(struct call *c, struct err *err)
{
	struct uuid uuid;

	if (call_uuid(c, &uuid, err) < 0 || device_load_again(c->txn, c->tenant, uuid, err) < 0)
		return -1;
	return answer_device(c, uuid, "told to load again", err);
}

static int rename_device(struct call *c, struct err *err)
{
	static const char *const members[] = { "name", NULL };
	const char *name;
	struct uuid uuid;
	struct json body;

	if (call_body_only(c, members, &body, err) < 0 || call_need(body, "name", 200, &name, err) < 0 ||
	    call_uuid(c, &uuid, err) < 0 || device_rename(c->txn, c->tenant, uuid, name, err) < 0)
		return -1;
	return answer_device(c, uuid, "renamed", err);
}

int h_device_approve(struct call *c, struct err *err)
{
	return find_device(c, approve, err);
}

int h_device_revoke(struct call *c, struct err *err)
{
	return find_device(c, revoke, err);
}

int h_device_resync(struct call *c, struct err *err)
{
	return find_device(c, load_again, err);
}

int h_device_rename(struct call *c, struct err *err)
{
	return find_device(c, rename_device, err);
}
