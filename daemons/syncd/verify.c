/* Are both sides the same, row by row, and if not, where; and, where somebody
 * wants it or this till was away too long, what differs is exchanged.  Done
 * between two cycles, when nothing comes or goes.  People may write meanwhile:
 * what they touch is left out, and what they touch while the cloud counts makes
 * us ask again. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "base/log.h"

#include <stdlib.h>

#define WAITERS_MAX 8
#define TRIES_MAX 5

struct waiter {
	struct http_request *rq;
	int64_t cycle;		/* this one has to be complete first */
	bool repair;
};

struct verify {
	struct pump *pump;
	struct waiter waiter[WAITERS_MAX];
	int n;
	struct pool *pool;	/* of the comparison under way */
	struct buf request, result;
	struct buf state;	/* when it was asked */
	struct json answer;
	int tries;
	int64_t seq;
	bool same_state, identical;
	struct walk *walk;	/* where they differ */
	bool walking, acting;
	int64_t begun_after;	/* the last complete cycle when the comparison in hand began */
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

/* Who came later waits for the next one. */
static bool was_ready(const struct verify *v, const struct waiter *w)
{
	return v->begun_after >= w->cycle;
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
	if (why != NULL && v->n == 0)
		log_warn("what this till missed while it was away could not be repaired yet: %s", why->text);
	answer_all(v, was_ready, why);
	buf_clear(&v->result);
	v->walking = false;
	v->pump->busy = false;
	pump_wake(v->pump);
}

static int read_request(struct db *db, void *ctx, struct err *err)
{
	struct verify *v = ctx;
	struct uuid tenant = v->pump->view.pairing.tenant;
	int rc;

	buf_clear(&v->state);
	buf_clear(&v->request);
	if (db_read_begin(db, err) < 0)
		return -1;
	rc = digest_state(db, v->pool, tenant, &v->state, err);
	if (rc == 0)
		rc = digest_request(db, v->pool, tenant, NULL, 0, &v->request, err);
	db_read_end(db);
	return rc;
}

/* What was asked must still be what is here, or sums of two moments are compared. */
static int compare_now(struct db *db, struct verify *v, struct err *err)
{
	struct buf now = { 0 };
	struct json request;
	int rc = digest_state(db, v->pool, v->pump->view.pairing.tenant, &now, err);

	buf_clear(&v->result);
	v->same_state = rc == 0 && now.len == v->state.len && memcmp(now.data, v->state.data, now.len) == 0;
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

/* --- where they differ --- */

static void go_on(struct verify *v);

/* Into the result that those who wait get. */
static void add_walk(struct verify *v)
{
	struct buf *out = &v->result;

	out->data[--out->len] = '\0';	/* reopened */
	walk_json(v->walk, out);
	jw_close(out, '}');
}

static void on_walked(const struct err *why, void *ctx)
{
	struct verify *v = ctx;

	if (why != NULL) {
		finish(v, why);
		return;
	}
	if (!v->acting && !walk_is_over(v->walk)) {
		walk_step(v->walk, on_walked, v);
		return;
	}
	if (walk_is_over(v->walk)) {
		go_on(v);
		return;
	}
	/* A cycle may run now: what was found here goes up, and people's sales do. */
	v->pump->busy = false;
	pump_wake(v->pump);
}

static bool wants_repair(const struct verify *v)
{
	for (int i = 0; i < v->n; i++)
		if (v->waiter[i].repair && was_ready(v, &v->waiter[i]))
			return true;
	return v->pump->view.pairing.away != 0;
}

static int add_tables(struct verify *v, struct err *err)
{
	struct json root, tables = { 0 };
	const char *name = "", *result = "";
	int64_t here = 0, cloud = 0;

	if (json_parse(v->pool, v->result.data, v->result.len, &root, err) < 0 ||
	    json_get_array(root, "tables", SYNCED_MAX, &tables, err) < 0)
		return -1;
	for (size_t i = 0; i < json_len(tables); i++) {
		struct json t = json_at(tables, i);

		if (json_get_str(t, "table", 64, &name, err) < 0 || json_get_str(t, "result", 20, &result, err) < 0 ||
		    json_get_int(t, "here", 0, INT64_MAX, &here, err) < 0 || json_get_int(t, "cloud", 0, INT64_MAX, &cloud, err) < 0)
			return -1;
		if (strcmp(result, "differ") == 0 && walk_table(v->walk, schema_synced(slice_of(name)), MAX(here, cloud), err) < 0)
			return -1;
	}
	return 0;
}

static void begin_walk(struct verify *v)
{
	struct err err = { 0 };

	v->acting = wants_repair(v);
	v->walking = true;
	walk_begin(v->walk, v->acting);
	if (add_tables(v, &err) < 0)
		finish(v, &err);
	else if (walk_is_over(v->walk))
		go_on(v);
	else
		walk_step(v->walk, on_walked, v);
}

/* --- its end --- */

static void on_kept(struct answer *a, void *ctx)
{
	if (a->status != 200)
		log_warn("fexl-apid did not keep that this till is repaired: it answered %d", a->status);
	finish(ctx, NULL);
}

/* What was missed while away is here now. */
static void tell_repaired(struct verify *v)
{
	struct buf body = { 0 };
	struct ask a = { .method = "POST", .path = "/internal/sync/repaired", .body = &body };

	a.timeout_ms = pump_timeout_ms(v->pump);
	jw_open(&body, '{');
	jw_put_int(&body, "away", v->pump->view.pairing.away);
	jw_close(&body, '}');
	remote_ask(v->pump->remote, &a, on_kept, v);
}

static void go_on(struct verify *v)
{
	add_walk(v);
	if (v->pump->view.pairing.away != 0)
		tell_repaired(v);
	else
		finish(v, NULL);
}

/* --- step by step --- */

static void ask_cloud(struct verify *v);

static void on_noted(struct answer *a, void *ctx)
{
	struct verify *v = ctx;

	if (a->status != 200)
		log_warn("fexl-apid did not keep when both sides were compared: it answered %d", a->status);
	begin_walk(v);
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

/* Who was away too long repairs by itself, after a cycle that sent what was unsent. */
static bool is_due(const struct verify *v)
{
	const struct pump *p = v->pump;

	return p->seen && p->cycle.phase == PHASE_ON && !p->cycle.paused && p->view.pairing.away != 0 && p->cycle.cycles > v->begun_after;
}

bool verify_turn(struct verify *v)
{
	struct err err = { 0 };

	if (v->n > 0 && local_may_sync(v->pump, &err) < 0)
		answer_all(v, everybody, &err);
	refuse_failed(v);
	if (v->walking && local_may_sync(v->pump, &err) < 0)
		v->walking = false;
	if (!v->walking && !any_ready(v) && !is_due(v))
		return false;
	v->pump->began_at = clock_boot();
	v->pump->busy = true;
	if (v->walking) {
		walk_step(v->walk, on_walked, v);
		return true;
	}
	v->tries = 0;
	v->begun_after = v->pump->cycle.cycles;
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
void verify_want(struct verify *v, struct http_request *rq, bool repair)
{
	struct err err = { 0 };

	if (check_wish(v, &err) < 0) {
		http_reply_problem(rq, &err);
		return;
	}
	v->waiter[v->n++] = (struct waiter){ rq, v->pump->cycle.started + 1, repair };
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
	v->walk = walk_new(p);
	return v;
}

void verify_free(struct verify **vp)
{
	struct verify *v = *vp;

	if (v == NULL)
		return;
	*vp = NULL;
	pool_free(&v->pool);
	walk_free(&v->walk);
	buf_release(&v->state);
	buf_release(&v->request);
	buf_release(&v->result);
	free(v);
}

const struct walk_counts *verify_total(const struct verify *v)
{
	int left;

	return walk_total(v->walk, &left);
}

void verify_status(const struct verify *v, struct buf *out)
{
	int left;
	const struct walk_counts *n = walk_total(v->walk, &left);

	jw_name(out, "repair");
	jw_open(out, '{');
	jw_put_bool(out, "running", v->walking && v->acting);
	jw_put_int(out, "away", v->pump->view.pairing.away);
	jw_put_int(out, "compared", n->compared);
	jw_put_int(out, "left", left);
	jw_put_int(out, "rows", n->rows);
	jw_put_int(out, "fetched", n->fetched);
	jw_put_int(out, "sent", n->sent);
	jw_put_int(out, "gone", n->gone);
	jw_put_int(out, "conflicts", n->conflicts);
	jw_close(out, '}');
}
