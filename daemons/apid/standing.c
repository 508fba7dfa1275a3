/* May they still listen?  fexl-realtimed names its clients, we look them up and
 * name those who have lost their right. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/json.h"
#include "base/log.h"
#include "wire/wire.h"

#define HOLDERS_MAX 1000

struct question {
	struct apid *apid;
	struct pool *pool;
	struct uuid shop;	/* a till's one; zero on a hub */
	int64_t round;
	const char *list;
	struct buf denied;
	struct job job;
};

struct holder {
	struct uuid tenant, device, user;
	uint8_t session[SHA256_LEN];
	bool has_device, has_user, has_session;
};

static int holder_read(const struct question *q, struct json j, struct holder *h, struct err *err)
{
	const char *hex;
	int n;

	*h = (struct holder){ .tenant = { { 0 } } };
	if (json_get_uuid(j, "tenant", &h->tenant, err) < 0)
		return -1;
	if (!q->apid->hub)
		h->tenant = q->shop;
	if ((n = json_get_uuid(j, "device", &h->device, err)) < 0)
		return -1;
	h->has_device = n > 0;
	if ((n = json_get_uuid(j, "user", &h->user, err)) < 0)
		return -1;
	h->has_user = n > 0;
	if ((n = json_get_str(j, "session", 2 * SHA256_LEN, &hex, err)) < 0)
		return -1;
	h->has_session = n > 0;
	if (h->has_session && hex_decode(hex, strlen(hex), h->session, SHA256_LEN) != SHA256_LEN)
		return err_set(err, ERR_INPUT, "session", "a session that is no hash");
	return 0;
}

/* 1 yes, 0 no, -1 with err: nobody knows. */
static int device_may(struct db *db, struct pool *pool, const struct holder *h, struct err *err)
{
	struct device d;
	int n = device_load(db, pool, h->tenant, h->device, &d, err);

	return n > 0 ? strcmp(d.status, "approved") == 0 : n;
}

static int session_may(struct db *db, const struct holder *h, struct err *err)
{
	struct actor who;
	int n = session_find_hash(db, h->session, &who, err);

	return n > 0 ? who.kind == ACTOR_USER && uuid_eq(who.tenant, h->tenant) : n;
}

/* The operator has neither of these, and may. */
static int holder_may(struct db *db, struct pool *pool, const struct holder *h, struct err *err)
{
	struct row user;
	int may = 1;

	db_enter(db, h->tenant);
	if (h->has_device)
		may = device_may(db, pool, h, err);
	if (may > 0 && h->has_session)
		may = session_may(db, h, err);
	else if (may > 0 && h->has_user)
		may = user_find(db, pool, h->tenant, uuid_text(h->user).s, &user, err);
	return may;
}

static int look(struct db *db, void *ctx, struct err *err)
{
	struct question *q = ctx;
	struct holder h;
	struct json list;

	buf_clear(&q->denied);
	jw_open(&q->denied, '[');
	if (json_parse(q->pool, q->list, strlen(q->list), &list, err) < 0)
		return -1;
	for (size_t i = 0; i < MIN(json_len(list), HOLDERS_MAX); i++) {
		int may = holder_read(q, json_at(list, i), &h, err);

		if (may == 0)
			may = holder_may(db, q->pool, &h, err);
		if (may < 0)
			return -1;
		if (may == 0)
			jw_int(&q->denied, (int64_t)i);
	}
	jw_close(&q->denied, ']');
	return 0;
}

/* Who gets no answer asks again. */
static void answer(struct job *job, enum job_end end)
{
	struct question *q = job->ctx;
	struct apid *a = q->apid;
	struct wire_peer *to = notify_realtimed(a->notify);
	struct wire_msg m = { .type = WIRE_STANDING };
	struct pool *pool = q->pool;

	m.v[STANDING_ROUND] = (struct wire_value){ .set = true, .i = q->round };
	m.v[STANDING_LIST] = (struct wire_value){ .set = true, .s = q->denied.data };
	if (end != JOB_DONE)
		log_warn("who may listen cannot be looked up now: %s", job->err.text);
	else if (to)
		wire_send(to, &m);
	buf_release(&q->denied);
	pool_free(&pool);
	apid_let_go(a);
}

void standing_ask(struct apid *a, const struct wire_msg *m)
{
	struct pool *pool = pool_new();
	struct question *q = pool_alloc(pool, sizeof *q);
	struct err err = { 0 };

	q->apid = a;
	q->pool = pool;
	q->shop = a->shop.tenant;
	q->round = m->v[HOLDERS_ROUND].i;
	q->list = pool_strdup(pool, m->v[HOLDERS_LIST].s);
	q->job = (struct job){ .read = look, .done = answer, .ctx = q, .pool = pool };
	apid_hold(a);
	if (!a->store || store_read(a->store, &q->job, &err) < 0) {
		q->job.err = err;
		answer(&q->job, JOB_FAILED);
	}
}
