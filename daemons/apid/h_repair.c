/* Only what differs: rows by their keys at the hub, and what a till makes of them. */
#include "base/base.h"
#include "apid/call.h"

#include "base/log.h"
#include "sync/sync.h"

#define KEYS_MAX 200
#define PAGE_BYTES ((size_t)1 << 20)	/* a larger document travels alone */

/* --- at the hub --- */

static int take_table(struct call *c, const struct table **t, struct err *err)
{
	const char *name = NULL;

	if (http_query(c->rq, "table", &name, err) < 0)
		return -1;
	if (name && (*t = schema_synced(slice_of(name))))
		return 0;
	return err_field(err, "/table", "unknown_table", "there is no table %.60s", name ? name : "(none)");
}

static int take_keys(struct call *c, struct uuid key[KEYS_MAX], int *n, struct err *err)
{
	const char *list = NULL;

	if (http_query(c->rq, "uuids", &list, err) < 0)
		return -1;
	for (*n = 0; list && *list; list += *list == ',') {
		size_t len = strcspn(list, ",");

		if (*n == KEYS_MAX)
			return err_field(err, "/uuids", "too_many", "uuids has more than %d keys", KEYS_MAX);
		if (uuid_parse(&key[(*n)++], list, len) < 0)
			return err_field(err, "/uuids", "type", "uuids is a list of UUIDs, separated by commas");
		list += len;
	}
	return *n ? 0 : err_field(err, "/uuids", "required", "uuids is missing: the keys of the rows");
}

static void note_pulled(struct call *c)
{
	int rows = (int)(intptr_t)c->state;

	if (rows > 0)
		roster_pulled(c->apid->roster, &c->caller.actor, rows);
}

int h_rows(struct call *c, struct err *err)
{
	const struct table *t = NULL;
	struct uuid key[KEYS_MAX];
	int n, rows;

	if (take_table(c, &t, err) < 0 || take_keys(c, key, &n, err) < 0 ||
	    rows_page(c->db, c->tenant, t, key, n, PAGE_BYTES, &rows, &c->out, err) < 0)
		return -1;
	c->state = (void *)(intptr_t)rows;
	c->after = note_pulled;
	return 200;
}

/* --- at a till --- */

static struct repair *repair_start(struct call *c, struct err *err)
{
	struct repair *r = pool_alloc(c->pool, sizeof *r);
	struct json body;

	r->apply.site = &c->shop.site;
	r->apply.tenant = c->tenant;
	r->apply.slice_ms = store_slice_ms(c->apid->store);
	r->apply.pool = c->pool;
	return call_body(c, &body, err) < 0 || repair_begin(r, body, err) < 0 ? NULL : r;
}

int h_repair(struct call *c, struct err *err)
{
	struct repair *r = c->state;
	int rc;

	if (call_check_life(c, err) < 0 || (!r && !(r = c->state = repair_start(c, err))))
		return -1;
	rc = repair_slice(r, c->txn, err);
	if (rc != 0)
		return rc < 0 ? -1 : CALL_MORE;
	jw_open(&c->out, '{');
	jw_put_int(&c->out, "taken", r->apply.applied);
	jw_put_int(&c->out, "parked", r->apply.parked);
	jw_put_int(&c->out, "sent", r->sent);
	jw_put_int(&c->out, "gone", r->gone);
	jw_put_int(&c->out, "conflicts", r->apply.conflicts);
	jw_close(&c->out, '}');
	return 200;
}

static void back_again(struct call *c UNUSED)
{
	log_info("what this till missed while it was away is repaired");
}

/* Of an absence that another has followed meanwhile it says nothing. */
int h_repaired(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	int64_t away = 0;
	struct json body;

	if (call_body(c, &body, err) < 0 || json_get_int(body, "away", 1, INT64_MAX, &away, err) < 0 || pairing_repaired(&w, away, err) < 0)
		return -1;
	c->after = back_again;
	buf_str(&c->out, "{}");
	return 200;
}
