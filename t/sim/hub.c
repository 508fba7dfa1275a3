/* What the cloud answers a till: as apid's h_sync_hub.c and guard.c do, over
 * the same functions of common/sync and common/model. */
#include "base/base.h"
#include "sim.h"

#include <stdlib.h>

#define AHEAD_MAX_US (60 * SECOND_US)
#define PAGE_BYTES (16 << 10)

/* --- who asks --- */

static int look_device(struct sim *s, const struct call *c, struct device *d, struct err *err)
{
	struct node *hub = &s->node[HUB];
	int n = device_load(hub->db, s->pool, hub->tenant, c->device, d, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_UNKNOWN_USER, "device_unknown", "this device is not known here");
	if (d->incarnation != c->incarnation)
		return err_set(err, ERR_UNKNOWN_USER, "incarnation", "this is another incarnation");
	return 0;
}

static int look_approved(struct sim *s, const struct call *c, struct device *d, struct err *err)
{
	if (look_device(s, c, d, err) < 0)
		return -1;
	return strcmp(d->status, "approved") == 0 ? 0 : err_set(err, ERR_DENIED, "device_revoked", "not approved");
}

/* --- health --- */

static void say(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

static int health(struct sim *s, struct call *c, struct err *err)
{
	struct node *hub = &s->node[HUB];
	struct word *w = &c->said;
	struct device d;
	struct site site;
	struct tenant t;

	*w = (struct word){ .server_time = clock_wall() };
	if (uuid_is_zero(c->device))
		return 0;
	if (look_device(s, c, &d, err) < 0)
		return -1;
	say(w->status, sizeof w->status, d.status);
	if (strcmp(d.status, "approved") != 0)
		return 0;
	if (site_load(hub->db, s->pool, &site, err) < 0 || tenant_load(hub->db, s->pool, hub->tenant, &t, err) < 0)
		return -1;
	say(w->prefix, sizeof w->prefix, d.prefix);
	w->hub = site.uuid;
	w->epoch = t.epoch;
	w->seq = t.seq;
	w->purged = t.purged;
	hub->heard[c->till->index] = c->pulled;
	return 0;
}

/* --- rows down --- */

static int page(struct sim *s, struct call *c, struct err *err)
{
	struct node *hub = &s->node[HUB];
	struct buf out = { 0 };
	struct device d;
	int rows, rc = look_approved(s, c, &d, err);

	if (rc == 0 && c->what == DO_PULL && !c->away)
		rc = pull_check_away(hub->db, s->pool, hub->tenant, c->cursor, err);
	if (rc == 0 && c->what == DO_LOAD && !c->cursor)
		hub->heard[c->till->index] = 0;
	if (rc == 0 && c->what == DO_PULL)
		rc = pull_page(hub->db, hub->tenant, d.server, c->cursor, c->limit, PAGE_BYTES, &rows, &out, err);
	else if (rc == 0)
		rc = snapshot_page(hub->db, hub->tenant, c->cursor, c->limit, PAGE_BYTES, &rows, &out, err);
	if (rc == 0)
		c->text = pool_strndup(s->pool, out.data, out.len);
	buf_release(&out);
	return rc;
}

/* --- what differs --- */

static int digest(struct sim *s, struct call *c, struct err *err)
{
	struct node *hub = &s->node[HUB];
	struct buf out = { 0 };
	struct device d;
	struct json body;
	int rc = look_approved(s, c, &d, err);

	if (rc == 0 && (rc = json_parse(s->pool, c->body, strlen(c->body), &body, err)) == 0)
		rc = digest_answer(hub->db, hub->tenant, body, &out, err);
	if (rc == 0)
		c->text = pool_strndup(s->pool, out.data, out.len);
	buf_release(&out);
	return rc;
}

static int rows(struct sim *s, struct call *c, struct err *err)
{
	struct node *hub = &s->node[HUB];
	struct buf out = { 0 };
	struct device d;
	int n, rc = look_approved(s, c, &d, err);

	if (rc == 0)
		rc = rows_page(hub->db, hub->tenant, c->table, c->key, c->keys, PAGE_BYTES, &n, &out, err);
	if (rc == 0)
		c->text = pool_strndup(s->pool, out.data, out.len);
	buf_release(&out);
	return rc;
}

/* --- writes --- */

struct taking {
	struct sim *s;
	struct call *c;
	struct ingest in;
	struct actor device;
	struct uuid epoch;
};

static void answered(struct sim *s, struct task *t, enum job_end end)
{
	struct taking *k = t->ctx;

	if (end == JOB_DONE && k->c->what == DO_PUSH) {
		k->c->text = pool_printf(s->pool, "{\"results\":[%s],\"epoch\":\"%s\"}",
					 k->in.results.len ? k->in.results.data : "", uuid_text(k->epoch).s);
		call_answer(s, k->c, 200);
	} else if (end == JOB_DONE) {
		call_answer(s, k->c, strcmp(k->c->said.status, "approved") == 0 ? 200 : 202);
	} else {
		call_answer(s, k->c, end == JOB_UNCERTAIN ? 0 : status_of(&t->err));
	}
	if (end == JOB_FAILED)
		sim_say(s, "hub refuses a call of %s: %s", k->c->till->name, t->err.text);
	buf_release(&k->in.results);
	pool_free(&t->pool);
	free(t);
}

static int ingest(struct write *w, void *ctx, struct err *err)
{
	struct taking *k = ctx;

	struct tenant tenant;

	k->in.site = w->site;
	if (tenant_load(w->t->db, w->t->pool, w->tenant, &tenant, err) < 0)
		return -1;
	k->epoch = tenant.epoch;
	return ingest_slice(&k->in, w->t, err);
}

static int start_push(struct taking *k, struct pool *pool, struct err *err)
{
	struct sim *s = k->s;
	struct json body;
	struct device d;

	if (look_approved(s, k->c, &d, err) < 0)
		return -1;
	k->device = (struct actor){ .kind = ACTOR_DEVICE, .tenant = s->node[HUB].tenant, .device = d.uuid,
				    .device_server = d.server };
	k->in = (struct ingest){ .tenant = s->node[HUB].tenant, .device = &k->device, .ahead_max_us = AHEAD_MAX_US,
				 .slice_ms = dice_one_in(&s->dice, 2) ? 0 : 1000, .pool = pool };
	if (json_parse(pool, k->c->body, strlen(k->c->body), &body, err) < 0)
		return -1;
	return ingest_begin(&k->in, body, err);
}

static int enrol(struct write *w, void *ctx, struct err *err)
{
	struct taking *k = ctx;
	struct device d, asks = { .tenant = w->tenant, .uuid = k->c->device, .incarnation = k->c->incarnation,
				  .name = k->c->till->name, .os = "sim", .version = "1" };
	int n;

	memcpy(asks.public_key, asks.uuid.b, sizeof asks.uuid.b);
	if ((n = device_register(w->t, &asks, &d, err)) <= 0)
		return -1;
	say(k->c->said.status, sizeof k->c->said.status, d.status);
	say(k->c->said.code, sizeof k->c->said.code, d.code);
	say(k->c->said.prefix, sizeof k->c->said.prefix, strcmp(d.status, "approved") == 0 ? d.prefix : NULL);
	return 0;
}

static int take_write(struct sim *s, struct call *c, struct err *err)
{
	struct taking *k = pool_alloc(s->pool, sizeof *k);
	struct task *t = task_new(NULL);

	*k = (struct taking){ .s = s, .c = c };
	t->ctx = k;
	t->done = answered;
	t->write = c->what == DO_PUSH ? ingest : enrol;
	t->of_people = c->what == DO_REGISTER;
	if (c->what == DO_PUSH && start_push(k, t->pool, err) < 0) {
		pool_free(&t->pool);
		free(t);
		return -1;
	}
	node_put(s, &s->node[HUB], t);
	return 1;
}

static const struct {
	/* 0 answered, 1 it will be, -1 with err */
	int (*take)(struct sim *s, struct call *c, struct err *err);
} takes[] = {
	[DO_HEALTH] = { health }, [DO_REGISTER] = { take_write }, [DO_PUSH] = { take_write },
	[DO_PULL] = { page }, [DO_LOAD] = { page }, [DO_DIGEST] = { digest }, [DO_ROWS] = { rows },
};

void hub_take(struct sim *s, struct call *c)
{
	struct node *hub = &s->node[HUB];
	struct err err = { 0 };
	int rc;

	node_enter(s, hub);
	rc = takes[c->what].take(s, c, &err);
	node_leave(s, hub);
	if (rc <= 0)
		call_answer(s, c, rc < 0 ? status_of(&err) : 200);
}
