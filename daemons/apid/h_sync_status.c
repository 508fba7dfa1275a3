/* GET /api/sync/status: is my shop safe?  A word for programs, a sentence for
 * people, and the figures behind both. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "sync/sync.h"

#define DAY_US (86400 * SECOND_US)

struct view {
	struct pairing pairing;
	bool paired;
	char *outbox;			/* JSON */
	int64_t pending, refused, conflicts_24h;
	const struct worker *worker;
};

static bool status_is(const struct view *v, const char *status)
{
	return v->paired && strcmp(v->pairing.status, status) == 0;
}

static bool is_off(const struct view *v)
{
	return !v->paired;
}

static bool is_moving(const struct view *v)
{
	return status_is(v, "moving");
}

static bool is_registering(const struct view *v)
{
	return status_is(v, "registering");
}

static bool is_pending(const struct view *v)
{
	return status_is(v, "pending");
}

static bool is_revoked(const struct view *v)
{
	return status_is(v, "revoked");
}

static bool is_refused(const struct view *v)
{
	return status_is(v, "refused");
}

static bool is_paused(const struct view *v)
{
	return v->pairing.paused;
}

static bool is_offline(const struct view *v)
{
	return !v->worker->up || (v->worker->state && strcmp(v->worker->state, "offline") == 0);
}

static bool is_loading(const struct view *v)
{
	return v->pairing.loaded_at == 0;
}

static bool has_refused(const struct view *v)
{
	return v->refused > 0;
}

static bool has_pending(const struct view *v)
{
	return v->pending > 0;
}

static bool is_synced(const struct view *v UNUSED)
{
	return true;
}

/* --- sentences --- */

static void say_moving(const struct view *v, struct buf *text)
{
	if (v->pairing.move_trouble)
		buf_printf(text, "Getting this shop's rows ready for the cloud waits and is tried again: %s", v->pairing.move_trouble);
	else if (v->pairing.move_total == 0)
		buf_str(text, "Getting this shop's rows ready for the cloud; selling goes on.");
	else
		buf_printf(text, "Getting this shop's rows ready for the cloud: %lld of %lld are; selling goes on.",
			   (long long)v->pairing.move_done, (long long)MAX(v->pairing.move_total, v->pairing.move_done));
}

static void say_pending(const struct view *v, struct buf *text)
{
	buf_printf(text, "Waiting for approval: compare the code %s with the one at the cloud.",
		   v->pairing.code ? v->pairing.code : "on this screen");
}

static void say_refused(const struct view *v, struct buf *text)
{
	buf_printf(text, "The cloud refused this till: %s",
		   v->pairing.trouble ? v->pairing.trouble : "pair it again.");
}

static void say_loading(const struct view *v, struct buf *text)
{
	buf_printf(text, "First load: %lld of %lld rows are here.", (long long)v->pairing.load_done,
		   (long long)v->pairing.load_total);
}

static void say_paused(const struct view *v, struct buf *text)
{
	buf_printf(text, "Sync is paused; %lld changes wait here.", (long long)v->pending);
}

static void say_offline(const struct view *v, struct buf *text)
{
	buf_printf(text, "%s %lld changes are safe here and go up later.",
		   v->worker->up ? "The cloud cannot be reached." : SYNCD_NAME " is not running.",
		   (long long)v->pending);
}

static void say_attention(const struct view *v, struct buf *text)
{
	buf_printf(text, "The cloud refused %lld changes: somebody must look at them.",
		   (long long)v->refused);
}

static void say_sending(const struct view *v, struct buf *text)
{
	buf_printf(text, "%lld changes are on their way to the cloud.", (long long)v->pending);
}

/* The first that is so counts. */
static const struct state {
	const char *word;
	bool (*is_so)(const struct view *v);
	const char *text;
	void (*say)(const struct view *v, struct buf *text);
} states[] = {
	{ "off", is_off, "Sync is off: this till works on its own.", NULL },
	{ "moving", is_moving, NULL, say_moving },
	{ "registering", is_registering, "Asking the cloud to let this till in.", NULL },
	{ "pending", is_pending, NULL, say_pending },
	{ "revoked", is_revoked, "The cloud has revoked this till; it goes on selling on its own.", NULL },
	{ "refused", is_refused, NULL, say_refused },
	{ "paused", is_paused, NULL, say_paused },
	{ "offline", is_offline, NULL, say_offline },
	{ "loading", is_loading, NULL, say_loading },
	{ "attention", has_refused, NULL, say_attention },
	{ "sending", has_pending, NULL, say_sending },
	{ "synced", is_synced, "Everything is in the cloud.", NULL },
};

static const struct state *state_of(const struct view *v)
{
	const struct state *s = states;

	while (!s->is_so(v))
		s++;
	return s;
}

/* --- the answer --- */

static void put_time(struct buf *out, const char *name, int64_t at)
{
	if (at)
		jw_put_time(out, name, at);
	else
		jw_put_null(out, name);
}

static void put_pairing(struct call *c, struct view *v)
{
	jw_name(&c->out, "pairing");
	if (!v->paired) {
		jw_null(&c->out);
		return;
	}
	v->pairing.last_cycle = MAX(v->pairing.last_cycle, c->apid->last_cycle);
	jw_open(&c->out, '{');
	pairing_json(&v->pairing, c->shop.site.device, &c->out);
	put_time(&c->out, "loaded_at", v->pairing.loaded_at);
	if (strcmp(v->pairing.status, "approved") == 0 && is_loading(v)) {
		jw_name(&c->out, "load_tables");
		snapshot_steps(v->pairing.load, &c->out);
	}
	jw_close(&c->out, '}');
}

static void put_worker(struct buf *out, const struct worker *w)
{
	jw_name(out, "worker");
	if (!w->state) {
		jw_null(out);
		return;
	}
	jw_open(out, '{');
	jw_put_bool(out, "up", w->up);
	jw_put_str(out, "state", w->state);
	jw_put_str(out, "text", w->text);
	jw_put_time(out, "at", w->at);
	if (w->detail) {
		jw_name(out, "detail");
		jw_raw(out, w->detail, strlen(w->detail));
	}
	jw_close(out, '}');
}

static int say_status(struct call *c, struct err *err UNUSED)
{
	struct view *v = c->state;
	const struct state *s;
	struct buf text = { 0 };

	v->worker = notify_worker(c->apid->notify);
	v->pairing.move_trouble = *c->apid->moved.trouble ? c->apid->moved.trouble : NULL;
	s = state_of(v);
	buf_str(&text, s->text ? s->text : "");
	if (s->say)
		s->say(v, &text);
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "state", s->word);
	jw_put_str(&c->out, "text", text.data);
	jw_put_uuid(&c->out, "tenant", c->tenant);
	jw_put_uuid(&c->out, "device_uuid", c->shop.site.device);
	put_pairing(c, v);
	jw_name(&c->out, "pending");
	jw_raw(&c->out, v->outbox, strlen(v->outbox));
	jw_put_int(&c->out, "conflicts_24h", v->conflicts_24h);
	put_worker(&c->out, v->worker);
	jw_close(&c->out, '}');
	buf_release(&text);
	return 200;
}

/* --- what the database says --- */

static int count_refused(struct call *c, struct view *v, struct err *err)
{
	struct json root, tables;

	if (json_parse(c->pool, v->outbox, strlen(v->outbox), &root, err) < 0 ||
	    json_get_int(root, "total", 0, INT64_MAX, &v->pending, err) < 0)
		return -1;
	tables = json_member(root, "tables");
	for (size_t i = 0; i < json_len(tables); i++) {
		int64_t n = 0;

		if (json_get_int(json_at(tables, i), "refused", 0, INT64_MAX, &n, err) < 0)
			return -1;
		v->refused += n;
	}
	return 0;
}

int h_sync_status(struct call *c, struct err *err)
{
	struct view *v = pool_alloc(c->pool, sizeof *v);
	struct buf outbox = { 0 };
	int n = pairing_load(c->db, c->pool, &v->pairing, err);

	if (n < 0)
		return -1;
	v->paired = n > 0;
	n = outbox_json(c->db, c->pool, c->tenant, &outbox, err);
	if (n == 0)
		v->outbox = pool_strdup(c->pool, outbox.data);
	buf_release(&outbox);
	if (n < 0 || count_refused(c, v, err) < 0 ||
	    conflict_count(c->db, c->tenant, clock_wall() - DAY_US, &v->conflicts_24h, err) < 0)
		return -1;
	c->state = v;
	return call_then(c, LOOP, say_status);
}
