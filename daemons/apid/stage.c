/* Where a handler runs: on the loop, on a reader, in a lane. */
#include "base/base.h"
#include "apid/stage.h"

#include "base/log.h"

#include <event2/event.h>

#define UNDONE "undone"
#define SLOW_WAITING_MAX 64	/* sign-ins that wait for their turn; one more is answered 503 */

/* What an earlier stage, or a run that was rolled back, has left. */
static void stage_clean(struct call *c)
{
	buf_clear(&c->out);
	buf_clear(&c->also);
	c->etag[0] = '\0';
	c->location = c->link = c->file = NULL;
	c->etag_of_body = false;
	c->seen = (struct seen){ 0 };
	c->after = NULL;
}

/* --- on the loop --- */

static void run_inline(struct call *c, struct db *db)
{
	struct err err = { 0 };
	int rc;

	stage_clean(c);
	c->db = db;
	if (db)
		db_watch(db);
	rc = c->handler(c, &err);
	if (db)
		c->seen = db_seen(db);
	c->db = NULL;
	if (rc > 0 && c->etag_of_body)
		call_etag_of_body(c);
	if (rc > 0 && c->after)
		c->after(c);
	call_go_on(c, rc, &err);
}

static void run_here(struct call *c)
{
	run_inline(c, NULL);
}

/* --- on the store's threads --- */

static int read_stage(struct db *db, void *ctx, struct err *err)
{
	struct call *c = ctx;

	stage_clean(c);
	log_about(c->rq->id);
	c->db = db;
	db_watch(db);
	c->rc = c->handler(c, err);
	c->seen = db_seen(db);
	if (c->rc > 0 && c->etag_of_body)
		call_etag_of_body(c);
	log_about(NULL);
	return MIN(c->rc, 0);
}

static int write_stage(struct txn *t, void *ctx, struct err *err)
{
	struct call *c = ctx;

	stage_clean(c);
	log_about(c->rq->id);
	c->txn = t;
	c->db = t->db;
	c->rc = shop_in_lane(c, err);
	if (c->rc == 0)
		c->rc = c->handler(c, err);
	log_about(NULL);
	if (c->rc == CALL_UNDO)
		return err_set(err, ERR_CONFLICT, UNDONE, "as it was asked, nothing was stored");
	return c->rc == CALL_MORE ? JOB_MORE : MIN(c->rc, 0);
}

static void slow_ended(struct apid *a);

static void on_done(struct job *job, enum job_end end)
{
	struct call *c = job->ctx;
	char id[HTTP_ID_MAX + 1];

	/* The call is gone at the end of this. */
	snprintf(id, sizeof id, "%s", c->rq->id);
	log_about(id);
	c->db = NULL;
	c->txn = NULL;
	if (c->mode == WORK)
		slow_ended(c->apid);
	if (end == JOB_UNCERTAIN)
		err_set(&job->err, ERR_UNCERTAIN, "uncertain",
			"the database was lost while it stored this: send it again with the same uuid");
	if (end == JOB_DONE && c->after)
		c->after(c);
	if (end == JOB_FAILED && strcmp(job->err.code, UNDONE) == 0)
		call_go_on(c, 200, &job->err);
	else
		call_go_on(c, end == JOB_DONE ? c->rc : -1, &job->err);
}

static void post(struct call *c, int (*submit)(struct store *, struct job *, struct err *))
{
	struct err err = { 0 };

	c->job.done = on_done;
	c->job.ctx = c;
	c->job.pool = c->pool;
	if (submit(c->apid->store, &c->job, &err) == 0)
		return;
	if (c->mode == WORK)
		slow_ended(c->apid);
	err.retry_after_s = 1;
	call_go_on(c, -1, &err);
}

static void run_read(struct call *c)
{
	c->job = (struct job){ .read = read_stage, .tenant = c->tenant };
	post(c, store_read);
}

static void run_quick(struct call *c)
{
	struct db *db = store_loop_db(c->apid->store);

	if (!db) {
		run_read(c);
		return;
	}
	event_active(c->apid->turned, EV_TIMEOUT, 0);	/* behind all that is ready now */
	run_inline(c, db);
}

static int parse_first(struct call *c, struct err *err)
{
	struct json body;

	return call_body(c, &body, err) < 0 ? -1 : CALL_NEXT;
}

/* The lane is everybody's: whoever comes there has been read and understood. */
static void run_write(struct call *c)
{
	if (c->rq->body.len > 0 && !c->parsed && c->route->body != CSV_BODY) {
		call_then(c, c->mode, c->handler);
		c->mode = READ;
		c->handler = parse_first;
		run_read(c);
		return;
	}
	c->job = (struct job){ .write = write_stage, .tenant = c->tenant, .of_people = c->mode == WRITE };
	post(c, store_write);
}

/* --- slow work --- */

static void slow_start(struct call *c)
{
	c->apid->slow.running++;
	run_read(c);
}

static void slow_ended(struct apid *a)
{
	struct slow *s = &a->slow;
	struct call *c = s->first;

	s->running--;
	if (!c)
		return;
	s->first = c->next_slow;
	if (!s->first)
		s->end = &s->first;
	s->waiting--;
	slow_start(c);
}

static void run_work(struct call *c)
{
	struct slow *s = &c->apid->slow;
	struct err err;

	if (s->running < s->max) {
		slow_start(c);
		return;
	}
	if (s->waiting >= SLOW_WAITING_MAX) {
		err_set(&err, ERR_BUSY, "overloaded", "too many people sign in at this moment: try again");
		err.retry_after_s = 1;
		call_go_on(c, -1, &err);
		return;
	}
	c->next_slow = NULL;
	*s->end = c;
	s->end = &c->next_slow;
	s->waiting++;
}

static void (*const runs[MODES])(struct call *c) = {
	[LOOP] = run_here,
	[QUICK] = run_quick,
	[READ] = run_read,
	[WORK] = run_work,
	[WRITE] = run_write,
	[SLICES] = run_write,
};

void stage_run(struct call *c)
{
	runs[c->mode](c);
}
