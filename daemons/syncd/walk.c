/* Where do both sides differ, and what is done about it?  Ranges of keys are
 * asked for until they are small enough to be compared row by row; what is only
 * there is fetched, what is only here goes up again.
 *
 * Each step asks anew what is on its way, so cycles may run in between.  Broken
 * off at any point nothing is lost: what is repaired is found to be the same. */
#include "base/base.h"
#include "syncd/syncd.h"

#include <stdlib.h>

#define ASKED_MAX 16		/* ranges in one question … */
#define ASKED_ROWS 50000	/* … of about so many rows together, or a single one */
#define TODO_MAX 4096
#define STEPS_MAX_OF_A_WALK 100000	/* nobody's cloud may lead us in circles */
#define FOUND_MAX 200		/* ranges that are told to people */
#define FETCH_MAX 100		/* rows asked for at once */
#define TRIES_MAX 20

struct todo {
	struct key_range range;
	int64_t rows;
};

struct walk {
	struct pump *pump;
	bool act;
	struct todo *todo;	/* a stack */
	int n, room, steps, tries;
	struct walk_counts counts, total;	/* of this walk; since our start */
	struct buf found;	/* JSON objects, separated by commas */
	int n_found;

	struct pool *pool;	/* of the step in hand */
	struct buf state, request;
	struct todo asked[ASKED_MAX];
	int n_asked;
	struct json answer;
	struct differences diff;
	bool same_state;
	int fetched;		/* of diff.fetch: so many are done */
	void (*done)(const struct err *why, void *ctx);
	void *ctx;
};

/* --- what is to be looked at --- */

static int push(struct walk *w, struct key_range r, int64_t rows, struct err *err)
{
	if (w->n == TODO_MAX)
		return err_set(err, ERR_BUSY, "too_different", "more than %d ranges of keys differ: load everything again", TODO_MAX);
	if (w->n == w->room) {
		w->room = MAX(64, 2 * w->room);
		w->todo = x_realloc(w->todo, sizeof(*w->todo) * (size_t)w->room);
	}
	w->todo[w->n++] = (struct todo){ r, rows };
	return 0;
}

static void take_some(struct walk *w)
{
	int64_t rows = 0;

	w->n_asked = 0;
	while (w->n > 0 && w->n_asked < ASKED_MAX && (w->n_asked == 0 || rows + w->todo[w->n - 1].rows <= ASKED_ROWS)) {
		rows += w->todo[w->n - 1].rows;
		w->asked[w->n_asked++] = w->todo[--w->n];
	}
}

static int put_back(struct walk *w, struct err *err)
{
	for (int i = w->n_asked - 1; i >= 0; i--)
		if (push(w, w->asked[i].range, w->asked[i].rows, err) < 0)
			return -1;
	return 0;
}

/* --- asking --- */

static void end(struct walk *w, const struct err *why)
{
	void (*done)(const struct err *, void *) = w->done;

	w->done = NULL;
	done(why, w->ctx);
}

static void ask_cloud(struct walk *w, const char *method, const char *path, struct buf *body, answer_fn *done)
{
	struct pump *p = w->pump;
	struct ask a = { .method = method, .base = p->view.pairing.url, .path = path, .body = body, .timeout_ms = pump_timeout_ms(p) };
	struct err err = { 0 };

	a.token = token_get(&p->token, p->view.pairing.tenant, &p->view.site, &err);
	if (a.token != NULL)
		remote_ask(p->remote, &a, done, w);
	else
		end(w, &err);
}

static void ask_apid(struct walk *w, struct buf *body, answer_fn *done)
{
	struct ask a = { .method = "POST", .path = pump_of_life(w->pump, "/internal/sync/repair?"), .body = body, .timeout_ms = pump_timeout_ms(w->pump) };

	remote_ask(w->pump->remote, &a, done, w);
}

static int read_answer(struct walk *w, const struct answer *a, const char *who, struct json *root, struct err *err)
{
	if (a->why != NULL)
		return err_set(err, ERR_BUSY, "unreachable", "%s does not answer: %s", who, a->why);
	if (a->status != 200)
		return err_set(err, ERR_BUSY, "unreachable", "%s cannot compare now, it answered %d %s", who, a->status,
			       answer_detail(w->pool, a));
	return answer_json(w->pool, a, root, err);
}

/* --- doing something about it --- */

static void act_on(struct walk *w);

static void on_repaired(struct answer *a, void *ctx)
{
	static const char *const names[] = { "taken", "sent", "gone", "conflicts" };
	struct walk *w = ctx;
	int64_t *counts[] = { &w->counts.fetched, &w->counts.sent, &w->counts.gone, &w->counts.conflicts };
	int64_t *totals[] = { &w->total.fetched, &w->total.sent, &w->total.gone, &w->total.conflicts };
	struct err err = { 0 };
	struct json root;

	if (read_answer(w, a, "fexl-apid", &root, &err) < 0) {
		end(w, &err);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int64_t n = 0;

		if (json_get_int(root, names[i], 0, INT64_MAX, &n, NULL) < 0)
			continue;
		*counts[i] += n;
		*totals[i] += n;
	}
	act_on(w);
}

static void send_rows(struct walk *w)
{
	struct buf body = { 0 };

	jw_open(&body, '{');
	jw_put_uuid(&body, "epoch", w->pump->view.pairing.epoch);
	jw_name(&body, "send");
	jw_open(&body, '[');
	for (int i = 0; i < w->diff.n_send; i++) {
		jw_open(&body, '{');
		jw_put_str(&body, "table", w->diff.send[i].table->name);
		jw_put_uuid(&body, "uuid", w->diff.send[i].uuid);
		jw_close(&body, '}');
	}
	jw_close(&body, ']');
	jw_close(&body, '}');
	w->diff.n_send = 0;
	ask_apid(w, &body, on_repaired);
}

/* What the cloud sent goes on to apid as it is. */
static int pass_rows(struct walk *w, struct answer *a, struct err *err)
{
	struct uuid epoch = { { 0 } };
	struct json root, rows = { 0 };
	struct buf body = { 0 };
	int64_t taken = 0;

	if (read_answer(w, a, "the cloud", &root, err) < 0 || json_get_array(root, "rows", FETCH_MAX, &rows, err) < 0 ||
	    json_get_int(root, "taken", 1, FETCH_MAX, &taken, err) < 0 || json_get_uuid(root, "epoch", &epoch, err) < 0)
		return -1;
	if (taken == 0)
		return err_set(err, ERR_BUSY, "senseless", "the cloud says that it looked up no row");
	w->fetched += (int)taken;
	jw_open(&body, '{');
	jw_put_uuid(&body, "epoch", epoch);
	jw_name(&body, "rows");
	json_print(rows, &body);
	jw_close(&body, '}');
	ask_apid(w, &body, on_repaired);
	return 0;
}

static void on_rows(struct answer *a, void *ctx)
{
	struct err err = { 0 };

	if (pass_rows(ctx, a, &err) < 0)
		end(ctx, &err);
}

static void fetch_rows(struct walk *w)
{
	const struct row_key *k = w->diff.fetch + w->fetched;
	int n = MIN(w->diff.n_fetch - w->fetched, FETCH_MAX);
	struct buf path = { 0 };

	buf_printf(&path, "/api/sync/rows?table=%s&uuids=", k->table->name);
	for (int i = 0; i < n && k[i].table == k->table; i++)
		buf_printf(&path, "%s%s", i > 0 ? "," : "", uuid_text(k[i].uuid).s);
	ask_cloud(w, "GET", path.data, NULL, on_rows);
	buf_release(&path);
}

static void act_on(struct walk *w)
{
	w->pump->began_at = clock_boot();
	if (w->act && w->fetched < w->diff.n_fetch)
		fetch_rows(w);
	else if (w->act && w->diff.n_send > 0)
		send_rows(w);
	else
		end(w, NULL);
}

/* --- a step --- */

static int read_request(struct db *db, void *ctx, struct err *err)
{
	struct walk *w = ctx;
	struct key_range ranges[ASKED_MAX];
	int rc;

	for (int i = 0; i < w->n_asked; i++)
		ranges[i] = w->asked[i].range;
	buf_clear(&w->state);
	buf_clear(&w->request);
	if (db_read_begin(db, err) < 0)
		return -1;
	rc = digest_state(db, w->pool, w->pump->view.pairing.tenant, &w->state, err);
	if (rc == 0)
		rc = digest_request(db, w->pool, w->pump->view.pairing.tenant, ranges, w->n_asked, &w->request, err);
	db_read_end(db);
	return rc;
}

static int find_now(struct db *db, struct walk *w, struct err *err)
{
	struct uuid tenant = w->pump->view.pairing.tenant;
	struct buf now = { 0 };
	struct json request;
	int rc = digest_state(db, w->pool, tenant, &now, err);

	w->same_state = rc == 0 && now.len == w->state.len && memcmp(now.data, w->state.data, now.len) == 0;
	buf_release(&now);
	if (rc < 0 || !w->same_state)
		return rc;
	if (json_parse(w->pool, w->request.data, w->request.len, &request, err) < 0)
		return -1;
	return digest_find(db, w->pool, tenant, request, w->answer, &w->diff, err);
}

static int find(struct db *db, void *ctx, struct err *err)
{
	int rc;

	if (db_read_begin(db, err) < 0)
		return -1;
	rc = find_now(db, ctx, err);
	db_read_end(db);
	return rc;
}

static void tell_found(struct walk *w, const struct difference *d)
{
	if (w->n_found == FOUND_MAX)
		return;
	w->n_found++;
	jw_open(&w->found, '{');
	range_put(&d->range, &w->found);
	jw_put_int(&w->found, "here", d->here);
	jw_put_int(&w->found, "cloud", d->cloud);
	jw_close(&w->found, '}');
}

static int note_differences(struct walk *w, struct err *err)
{
	w->total.compared += w->diff.compared;
	w->total.rows += w->diff.n_send + w->diff.n_fetch;
	w->counts.rows += w->diff.n_send + w->diff.n_fetch;
	for (int i = w->diff.n - 1; i >= 0; i--) {
		const struct difference *d = &w->diff.range[i];

		if (d->found)
			tell_found(w, d);
		else if (push(w, d->range, MAX(d->here, d->cloud), err) < 0)
			return -1;
	}
	return 0;
}

/* 0 compared, or to be asked for again; -1. */
static int take_answer(struct walk *w, struct answer *a, struct err *err)
{
	w->diff = (struct differences){ 0 };
	if (read_answer(w, a, "the cloud", &w->answer, err) < 0 || eye_read(&w->pump->eye, find, w, err) < 0)
		return -1;
	if (w->same_state) {
		w->tries = 0;
		return note_differences(w, err);
	}
	if (++w->tries == TRIES_MAX)
		return err_set(err, ERR_BUSY, "written", "rows are being written all the time: compare in a quieter moment");
	return put_back(w, err);
}

static void on_parts(struct answer *a, void *ctx)
{
	struct walk *w = ctx;
	struct err err = { 0 };

	if (take_answer(w, a, &err) < 0)
		end(w, &err);
	else
		act_on(w);
}

void walk_step(struct walk *w, void (*done)(const struct err *why, void *ctx), void *ctx)
{
	struct buf body = { 0 };
	struct err err = { 0 };

	w->done = done;
	w->ctx = ctx;
	w->fetched = 0;
	w->pump->began_at = clock_boot();
	pool_clear(w->pool);
	take_some(w);
	if (++w->steps > STEPS_MAX_OF_A_WALK)
		err_set(&err, ERR_BUSY, "too_different", "after %d questions there is no end: load everything again", STEPS_MAX_OF_A_WALK);
	if (err.kind != 0 || eye_read(&w->pump->eye, read_request, w, &err) < 0) {
		end(w, &err);
		return;
	}
	buf_add(&body, w->request.data, w->request.len);
	ask_cloud(w, "POST", "/api/sync/digest", &body, on_parts);
}

/* --- life --- */

void walk_begin(struct walk *w, bool act)
{
	w->act = act;
	w->total.rounds += act;
	w->n = w->steps = w->tries = w->n_found = 0;
	w->counts = (struct walk_counts){ 0 };
	buf_clear(&w->found);
}

int walk_table(struct walk *w, const struct table *t, int64_t rows, struct err *err)
{
	return push(w, range_of_table(t), rows, err);
}

bool walk_is_over(const struct walk *w)
{
	return w->n == 0;
}

const struct walk_counts *walk_total(const struct walk *w, int *left_r)
{
	*left_r = w->n;
	return &w->total;
}

void walk_json(const struct walk *w, struct buf *out)
{
	jw_name(out, "ranges");
	jw_open(out, '[');
	if (w->n_found > 0)
		jw_raw(out, w->found.data, w->found.len);
	jw_close(out, ']');
	jw_put_int(out, "rows", w->counts.rows);
	jw_put_int(out, "fetched", w->counts.fetched);
	jw_put_int(out, "sent", w->counts.sent);
	jw_put_int(out, "gone", w->counts.gone);
	jw_put_int(out, "conflicts", w->counts.conflicts);
}

struct walk *walk_new(struct pump *p)
{
	struct walk *w = x_alloc(sizeof(*w));

	w->pump = p;
	w->pool = pool_new();
	return w;
}

void walk_free(struct walk **wp)
{
	struct walk *w = *wp;

	if (w == NULL)
		return;
	*wp = NULL;
	pool_free(&w->pool);
	buf_release(&w->state);
	buf_release(&w->request);
	buf_release(&w->found);
	free(w->todo);
	free(w);
}
