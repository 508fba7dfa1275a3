/* What fexl-syncd brings, and what people ask of a till's sync. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "sync/sync.h"

/* What was pulled or answered before this database came back from a backup is not of
 * what is here now: its cursor would leave out what lies between. */
int call_check_life(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	int64_t asked = 0;

	if (http_query_int(c->rq, "incarnation", 0, INT64_MAX, &asked, err) < 0)
		return -1;
	return pairing_check(&w, asked, err);
}

/* --- pulled rows --- */

static struct apply *apply_start(struct call *c, struct err *err)
{
	struct apply *a = pool_alloc(c->pool, sizeof *a);
	int64_t load = 0;
	struct json page;

	a->site = &c->shop.site;
	a->tenant = c->tenant;
	a->slice_ms = store_slice_ms(c->apid->store);
	a->pool = c->pool;
	if (http_query_int(c->rq, "load", 0, 1, &load, err) < 0 || call_body(c, &page, err) < 0 ||
	    apply_begin(a, page, load == 1, err) < 0)
		return NULL;
	return a;
}

int h_apply(struct call *c, struct err *err)
{
	struct apply *a = c->state;
	int rc;

	if (call_check_life(c, err) < 0 || (!a && !(a = c->state = apply_start(c, err))))
		return -1;
	rc = apply_slice(a, c->txn, err);
	if (rc != 0)
		return rc < 0 ? -1 : CALL_MORE;
	jw_open(&c->out, '{');
	jw_put_int(&c->out, "applied", a->applied);
	jw_put_int(&c->out, "parked", a->parked);
	jw_put_int(&c->out, "conflicts", a->conflicts);
	jw_close(&c->out, '}');
	return 200;
}

/* --- the cloud's verdicts --- */

static struct confirm *confirm_start(struct call *c, struct err *err)
{
	struct confirm *f = pool_alloc(c->pool, sizeof *f);
	struct json body;

	f->site = &c->shop.site;
	f->tenant = c->tenant;
	f->slice_ms = store_slice_ms(c->apid->store);
	f->pool = c->pool;
	return call_body(c, &body, err) < 0 || confirm_begin(f, body, err) < 0 ? NULL : f;
}

int h_confirm(struct call *c, struct err *err)
{
	struct confirm *f = c->state;
	int rc;

	if (call_check_life(c, err) < 0 || (!f && !(f = c->state = confirm_start(c, err))))
		return -1;
	rc = confirm_slice(f, c->txn, err);
	if (rc != 0)
		return rc < 0 ? -1 : CALL_MORE;
	jw_open(&c->out, '{');
	jw_put_int(&c->out, "stamped", f->stamped);
	jw_put_int(&c->out, "refused", f->refused);
	jw_put_int(&c->out, "waiting", f->waiting);
	jw_close(&c->out, '}');
	return 200;
}

int h_restamp(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	int64_t server_time, boot;
	struct json body;
	int moved, n;

	if (call_body(c, &body, err) < 0 || (n = json_get_time(body, "server_time", &server_time, err)) < 0)
		return -1;
	if (n == 0 || json_get_int(body, "boot", INT64_MIN, INT64_MAX, &boot, err) <= 0)
		return err_field(err, "/boot", "required", "server_time and boot are needed");
	if (clock_restamp(&w, server_time, boot, &moved, err) < 0)
		return -1;
	/* Or the next look at the saved clock would lift ours into the future again. */
	if (site_save_clock(c->txn, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_int(&c->out, "moved", moved);
	jw_close(&c->out, '}');
	return 200;
}

/* A commit for this alone would cost more than the cycle; it is written down
 * with the clock, once a minute. */
int h_done(struct call *c, struct err *err)
{
	struct json body;
	int64_t ms = 0;

	if (call_body(c, &body, err) < 0 || json_get_int(body, "ms", 0, INT32_MAX, &ms, err) < 0)
		return -1;
	c->apid->last_cycle = clock_wall();
	c->apid->cycle_began = clock_now() - ms * 1000;
	buf_str(&c->out, "{}");
	return 200;
}

int h_kick(struct call *c, struct err *err UNUSED)
{
	notify_kick(c->apid->notify, "asked");
	buf_str(&c->out, "{}");
	return 202;
}

/* --- for people --- */

static int run_now(struct call *c, struct err *err)
{
	if (!notify_worker(c->apid->notify)->up)
		return err_set(err, ERR_BUSY, "no_syncd", "%s is not running: start it, then try again",
			       SYNCD_NAME);
	notify_kick(c->apid->notify, "now");
	buf_str(&c->out, "{}");
	return 202;
}

int h_sync_run(struct call *c, struct err *err)
{
	struct pairing p;
	int n = pairing_load(c->db, c->pool, &p, err);

	if (n == 0)
		return err_set(err, ERR_CONFLICT, "not_paired", "sync is off: pair this till first");
	return n < 0 ? -1 : call_then(c, LOOP, run_now);
}

int h_pending(struct call *c, struct err *err)
{
	struct page page;

	if (call_page(c, &page, err) < 0)
		return -1;
	c->etag_of_body = true;
	return outbox_list(c->db, c->pool, c->tenant, &page, &c->out, err) < 0 ? -1 : 200;
}
