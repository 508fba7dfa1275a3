/* Are both sides the same, row by row?  Done between two cycles, when nothing
 * comes or goes.  People may write meanwhile: what they touch is left out, and
 * what they touch while the cloud counts makes us ask again. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "base/log.h"

#include <stdlib.h>

#define WAITERS_MAX 8
#define TRIES_MAX 5

struct waiter {
	struct http_request *rq;
	int64_t cycle;		/* this one has to be complete first */
};

struct verify {
	struct pump *pump;
	struct waiter waiter[WAITERS_MAX];
	int n;
	struct pool *pool;	/* of the comparison under way */
	struct buf request, result;
	struct json answer;
	int tries;
	int64_t seq;
	bool same_state, identical;
};

/* --- those who wait --- */

typedef bool whom_fn(const struct verify *v, const struct waiter *w);

static void answer_result(const struct verify *v, struct http_request *rq)
{
	struct buf copy = { 0 };

	buf_add(&copy, v->result.data, v->result.len);
	http_reply_json(rq, 200, &copy);
}

/* Whoever it concerns is answered: with the result, or with why not. */
static void answer_all(struct verify *v, whom_fn *concerns, const struct err *why)
{
	int kept = 0;

	for (int i = 0; i < v->n; i++) {
		struct waiter *w = &v->waiter[i];

		if (!concerns(v, w))
			v->waiter[kept++] = *w;
		else if (why != NULL)
			http_reply_problem(w->rq, why);
		else
			answer_result(v, w->rq);
	}
	v->n = kept;
}

static bool everybody(const struct verify *v UNUSED, const struct waiter *w UNUSED)
{
	return true;
}

static bool is_ready(const struct verify *v, const struct waiter *w)
{
	return v->pump->cycle.cycles >= w->cycle;
}

static bool has_failed(const struct verify *v, const struct waiter *w)
{
	return !is_ready(v, w) && v->pump->cycle.started >= w->cycle && v->pump->cycle.failures > 0;
}

static bool any_ready(const struct verify *v)
{
	for (int i = 0; i < v->n; i++)
		if (is_ready(v, &v->waiter[i]))
			return true;
	return false;
}

/* --- the comparison --- */

static void finish(struct verify *v, const struct err *why)
{
	answer_all(v, is_ready, why);
	buf_clear(&v->result);
	v->pump->busy = false;
	pump_wake(v->pump);
}

static int read_state(struct db *db, struct verify *v, struct buf *out, struct err *err)
{
	buf_clear(out);
	return digest_request(db, v->pool, v->pump->view.pairing.tenant, out, err);
}

static int read_request(struct db *db, void *ctx, struct err *err)
{
	struct verify *v = ctx;
	int rc;

	if (db_read_begin(db, err) < 0)
		return -1;
	rc = read_state(db, v, &v->request, err);
	db_read_end(db);
	return rc;
}

/* What was asked must still be what is here, or sums of two moments are compared. */
static int compare_now(struct db *db, struct verify *v, struct err *err)
{
	struct buf now = { 0 };
	struct json request;
	int rc = read_state(db, v, &now, err);

	buf_clear(&v->result);
	v->same_state = rc == 0 && now.len == v->request.len &&
			memcmp(now.data, v->request.data, now.len) == 0;
	buf_release(&now);
	if (rc < 0 || !v->same_state)
		return rc;
	if (json_parse(v->pool, v->request.data, v->request.len, &request, err) < 0 ||
	    json_get_int(request, "seq", 0, INT64_MAX, &v->seq, err) < 0)
		return -1;
	return digest_compare(db, v->pool, v->pump->view.pairing.tenant, request, v->answer, &v->result,
			      &v->identical, err);
}

static int compare(struct db *db, void *ctx, struct err *err)
{
	int rc;

	if (db_read_begin(db, err) < 0)
		return -1;
	rc = compare_now(db, ctx, err);
	db_read_end(db);
	return rc;
}

/* --- step by step --- */

static void ask_cloud(struct verify *v);

static void on_noted(struct answer *a, void *ctx)
{
	struct verify *v = ctx;

	if (a->status != 200)
		log_warn("fexl-apid did not keep when both sides were compared: it answered %d", a->status);
	finish(v, NULL);
}

static void tell_apid(struct verify *v)
{
	struct buf body = { 0 };
	struct ask a = { .method = "POST", .path = "/internal/sync/verified", .body = &body };

	a.timeout_ms = pump_timeout_ms(v->pump);
	jw_open(&body, '{');
	jw_put_int(&body, "at_seq", v->seq);
	jw_put_bool(&body, "identical", v->identical);
	jw_close(&body, '}');
	remote_ask(v->pump->remote, &a, on_noted, v);
}

/* 0 compared, or -1 with err. */
static int take_answer(struct verify *v, struct answer *a, struct err *err)
{
	if (a->why != NULL)
		return err_set(err, ERR_BUSY, "unreachable", "the cloud does not answer: %s", a->why);
	if (a->status != 200)
		return err_set(err, ERR_BUSY, "unreachable", "the cloud cannot compare now, it answered %d %s",
			       a->status, answer_detail(v->pool, a));
	if (answer_json(v->pool, a, &v->answer, err) < 0)
		return -1;
	if (eye_read(&v->pump->eye, compare, v, err) < 0)
		return -1;
	if (!v->same_state && ++v->tries == TRIES_MAX)
		return err_set(err, ERR_BUSY, "written",
			       "rows are being written all the time: compare in a quieter moment");
	return 0;
}

static void on_counted(struct answer *a, void *ctx)
{
	struct verify *v = ctx;
	struct err err = { 0 };

	if (take_answer(v, a, &err) < 0)
		finish(v, &err);
	else if (v->same_state)
		tell_apid(v);
	else
		ask_cloud(v);
}

static void ask_cloud(struct verify *v)
{
	struct pump *p = v->pump;
	struct err err = { 0 };
	struct buf body = { 0 };
	struct ask a = { .method = "POST", .path = "/api/sync/digest", .body = &body };

	pool_clear(v->pool);
	if (eye_read(&p->eye, read_request, v, &err) < 0 ||
	    (a.token = token_get(&p->token, p->view.pairing.tenant, &p->view.site, &err)) == NULL) {
		finish(v, &err);
		return;
	}
	buf_add(&body, v->request.data, v->request.len);
	a.base = p->view.pairing.url;
	a.timeout_ms = pump_timeout_ms(p);
	remote_ask(p->remote, &a, on_counted, v);
}

/* --- from outside --- */

static void refuse_failed(struct verify *v)
{
	struct err err = { 0 };

	err_set(&err, ERR_BUSY, "unreachable", "no cycle could be completed: %s", v->pump->trouble.text);
	answer_all(v, has_failed, &err);
}

bool verify_turn(struct verify *v)
{
	struct err err = { 0 };

	if (v->n > 0 && local_may_sync(v->pump, &err) < 0)
		answer_all(v, everybody, &err);
	refuse_failed(v);
	if (!any_ready(v))
		return false;
	v->tries = 0;
	v->pump->began_at = clock_boot();
	v->pump->busy = true;
	ask_cloud(v);
	return true;
}

static int check_wish(const struct verify *v, struct err *err)
{
	if (!v->pump->seen)
		return err_set(err, ERR_BUSY, "no_database",
			       "fexl-syncd cannot read the database: is fexl-apid running?");
	if (v->n == WAITERS_MAX)
		return err_set(err, ERR_BUSY, "busy", "%d comparisons wait already", v->n);
	return local_may_sync(v->pump, err);
}

/* A cycle first: what is pending here cannot be compared. */
void verify_want(struct verify *v, struct http_request *rq)
{
	struct err err = { 0 };

	if (check_wish(v, &err) < 0) {
		http_reply_problem(rq, &err);
		return;
	}
	v->waiter[v->n++] = (struct waiter){ rq, v->pump->cycle.started + 1 };
	pump_demand(v->pump);
}

void verify_stop(struct verify *v, const struct err *why)
{
	answer_all(v, everybody, why);
}

struct verify *verify_new(struct pump *p)
{
	struct verify *v = x_alloc(sizeof(*v));

	v->pump = p;
	v->pool = pool_new();
	return v;
}

void verify_free(struct verify **vp)
{
	struct verify *v = *vp;

	if (v == NULL)
		return;
	*vp = NULL;
	pool_free(&v->pool);
	buf_release(&v->request);
	buf_release(&v->result);
	free(v);
}
