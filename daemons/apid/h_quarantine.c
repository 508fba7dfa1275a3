/* What does not go by itself between this till and its hub: for the operator. */
#include "base/base.h"
#include "apid/call.h"

#include "base/log.h"
#include "sync/sync.h"

int h_quarantine_list(struct call *c, struct err *err)
{
	struct page page;

	if (call_page(c, &page, err) < 0)
		return -1;
	return quarantine_list(c->db, c->pool, c->tenant, &page, &c->out, err) < 0 ? -1 : 200;
}

int h_quarantine_show(struct call *c, struct err *err)
{
	struct uuid uuid;

	if (call_uuid(c, &uuid, err) < 0)
		return -1;
	return quarantine_show(c->db, c->pool, c->tenant, uuid, &c->out, err) < 0 ? -1 : 200;
}

static void kick(struct call *c)
{
	notify_kick(c->apid->notify, "asked");
}

int h_quarantine_retry(struct call *c, struct err *err)
{
	static const char *const members[] = { "uuid", NULL };
	struct uuid uuid = { { 0 } };
	struct write w = call_write(c);
	struct json body;
	int64_t sent;
	int taken;

	if (call_body_only(c, members, &body, err) < 0 || json_get_uuid(body, "uuid", &uuid, err) < 0 ||
	    quarantine_retry(&w, uuid, &sent, &taken, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_int(&c->out, "ready", sent);
	jw_put_int(&c->out, "applied", taken);
	jw_close(&c->out, '}');
	c->after = kick;
	return 200;
}

int h_quarantine_drop(struct call *c, struct err *err)
{
	static const char *const members[] = { "uuid", NULL };
	struct write w = call_write(c);
	const char *table;
	struct uuid uuid;
	struct json body;
	bool fetch;

	if (call_body_only(c, members, &body, err) < 0 || call_need_uuid(body, "uuid", &uuid, err) < 0 ||
	    quarantine_drop(&w, uuid, &table, &fetch, err) < 0)
		return -1;
	log_info("%s %s was given up by the operator", table, uuid_text(uuid).s);
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "table", table);
	jw_put_uuid(&c->out, "uuid", uuid);
	jw_put_bool(&c->out, "in_cloud", fetch);
	jw_close(&c->out, '}');
	c->after = kick;
	return 200;
}
