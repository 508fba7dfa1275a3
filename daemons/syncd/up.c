/* What is new here goes up, batch by batch. */
#include "base/base.h"
#include "syncd/syncd.h"

struct batch {
	struct pump *pump;
	int64_t max_rows, max_bytes;
	struct buf *body, *sent;
	int n_rows;
};

static int build(struct db *db, void *ctx, struct err *err)
{
	struct batch *b = ctx;

	buf_clear(b->body);
	buf_clear(b->sent);
	return batch_build(db, b->pump->view.pairing.tenant, (int)b->max_rows, (size_t)b->max_bytes,
			   b->body, b->sent, &b->n_rows, err);
}

static enum begun push_begin(struct pump *p, struct err *err)
{
	struct buf body = { 0 };
	struct batch b = {
		.pump = p, .body = &body, .sent = &p->page,
		.max_rows = pump_limit(p, &p->up, "push_rows", p->hello.push_rows),
		.max_bytes = pump_limit(p, &p->up, "push_bytes", p->hello.push_bytes),
	};
	enum begun begun = BEGUN_FAILED;

	if (eye_read(&p->eye, build, &b, err) == 0)
		begun = b.n_rows > 0 ? pump_ask_cloud(p, "POST", "/api/sync/push", &body, err) : BEGUN_OVER;
	p->rows = b.n_rows;
	p->outcome.empty = begun == BEGUN_OVER;
	p->outcome.status = begun == BEGUN_OVER ? NOTHING_ASKED : 0;
	buf_release(&body);
	return begun;
}

static int read_results(struct pump *p, const struct answer *a, int *put_off, struct err *err)
{
	struct json root, results = { 0 };

	if (answer_json(p->pool, a, &root, err) < 0 ||
	    json_get_array(root, "results", SIZE_MAX, &results, err) < 0)
		return -1;
	if (json_type(results) != JSON_ARRAY)
		return err_set(err, ERR_INPUT, "no_results", "it has no results");
	for (size_t i = 0; i < json_len(results); i++) {
		const char *code = "";
		int64_t status = 0;

		if (json_get_str(json_at(results, i), "code", 64, &code, err) < 0 ||
		    json_get_int(json_at(results, i), "status", 0, 999, &status, err) < 0)
			return -1;
		*put_off += status == 503;
		p->outcome.clock |= strcmp(code, "clock") == 0;
	}
	return 0;
}

/* {"sent":[…],"answer":{…}}, as apid wants both. */
static void join_answer(struct pump *p, const struct buf *answer)
{
	struct buf both = { 0 };

	buf_str(&both, "{\"sent\":");
	buf_add(&both, p->page.data, p->page.len);
	buf_str(&both, ",\"answer\":");
	buf_add(&both, answer->data, answer->len);
	buf_char(&both, '}');
	buf_release(&p->page);
	p->page = both;
}

/* What the cloud had no time for goes again.  Where that is most of a batch, less
 * goes at once: it would be read there again and again for nothing. */
static void keep_pace(struct pump *p, int put_off)
{
	if (put_off == 0)
		pace_faster(&p->up);
	else if (put_off > p->rows / 2)
		pace_slower(&p->up, 1);
}

static enum begun push_end(struct pump *p, struct answer *a, struct err *err)
{
	int put_off = 0;

	if (read_results(p, a, &put_off, err) < 0)
		return BEGUN_FAILED;
	/* A batch is cut by rows or by bytes: the next look tells whether that was all. */
	p->outcome.more = true;
	join_answer(p, &a->body);
	keep_pace(p, put_off);
	return BEGUN_OVER;
}

/* A verdict about what was sent, not about us or about the hour. */
static bool blames_content(int status)
{
	return status == 400 || status == 413 || status == 422;
}

/* One row alone, and the cloud will not even look at it: it is refused by
 * itself, in words that people can read, and the others go on. */
static void refuse_alone(struct pump *p, struct answer *a)
{
	struct buf answer = { 0 };
	struct json sent, row;
	const char *table = "";
	struct uuid uuid = { { 0 } };

	if (json_parse(p->pool, p->page.data, p->page.len, &sent, NULL) < 0 || json_len(sent) != 1)
		return;
	row = json_at(sent, 0);
	if (json_get_str(row, "table", 64, &table, NULL) <= 0 ||
	    json_get_uuid(row, "uuid", &uuid, NULL) <= 0)
		return;
	jw_open(&answer, '{');
	jw_name(&answer, "results");
	jw_open(&answer, '[');
	jw_open(&answer, '{');
	jw_put_str(&answer, "table", table);
	jw_put_uuid(&answer, "uuid", uuid);
	jw_put_int(&answer, "status", 422);
	jw_put_str(&answer, "code", a->status == 413 ? "too_large" : "not_taken");
	jw_put_str(&answer, "reason", p->trouble.text);
	jw_close(&answer, '}');
	jw_close(&answer, ']');
	jw_close(&answer, '}');
	join_answer(p, &answer);
	buf_release(&answer);
	p->outcome = (struct cycle_outcome){ .status = 200, .more = true };
}

static void push_bad(struct pump *p, struct answer *a)
{
	if (blames_content(a->status) && p->rows == 1)
		refuse_alone(p, a);
	else if (blames_content(a->status))
		pace_slower(&p->up, 3);
	else if (a->status == 0 || a->status == 500 || a->status == 504)
		pace_slower(&p->up, 1);
}

/* --- what apid makes of the answer --- */

static enum begun confirm_ask(struct pump *p, struct err *err UNUSED)
{
	return pump_ask_apid(p, pump_of_life(p, "/internal/sync/confirm?"), &p->page);
}

static enum begun confirm_end(struct pump *p, struct answer *a, struct err *err)
{
	int64_t stamped = 0, refused = 0, waiting = 0;
	struct json root;

	if (answer_json(p->pool, a, &root, err) < 0 ||
	    json_get_int(root, "stamped", 0, INT64_MAX, &stamped, err) < 0 ||
	    json_get_int(root, "refused", 0, INT64_MAX, &refused, err) < 0 ||
	    json_get_int(root, "waiting", 0, INT64_MAX, &waiting, err) < 0)
		return BEGUN_FAILED;
	p->outcome.empty = stamped + refused + waiting == 0;
	p->rows = stamped;
	p->record->pushed += stamped;
	p->pushed += stamped;
	return BEGUN_OVER;
}

static enum begun restamp_begin(struct pump *p, struct err *err UNUSED)
{
	struct buf body = { 0 };

	jw_open(&body, '{');
	jw_put_time(&body, "server_time", p->hello.server_time);
	jw_put_int(&body, "boot", p->hello.boot);
	jw_close(&body, '}');
	return pump_ask_apid(p, "/internal/sync/restamp", &body);
}

static enum begun restamp_end(struct pump *p, struct answer *a, struct err *err)
{
	struct json root;

	if (answer_json(p->pool, a, &root, err) < 0 ||
	    json_get_int(root, "moved", 0, INT64_MAX, &p->rows, err) < 0)
		return BEGUN_FAILED;
	return BEGUN_OVER;
}

const struct action action_push = { "push", push_begin, push_end, push_bad };
const struct action action_confirm = { "confirm", confirm_ask, confirm_end, .ours = true };
const struct action action_restamp = { "restamp", restamp_begin, restamp_end, .ours = true };
