/* Requests in flight over curl's multi interface: a fixed number of slots,
 * each with a connection that stays open. */
#include "base/base.h"
#include "fexlctl/batch.h"
#include "fexlctl/call.h"
#include "base/clock.h"
#include "base/log.h"

#define TIMEOUT_MS 60000
#define TRIES_MAX 9
#define PAUSE_MIN_US (SECOND_US / 10)
#define PAUSE_MAX_US (5 * SECOND_US)
#define POLL_MS 100

enum slot_state { SLOT_FREE, SLOT_ON_WIRE, SLOT_PAUSED };

struct slot {
	CURL *curl;
	enum slot_state state;
	size_t i;		/* which request */
	int tries;
	int64_t due;		/* SLOT_PAUSED: clock_boot() of the next try */
	struct buf body, text;
};

struct run {
	struct ctl *c;
	const struct batch *b;
	struct call call;
	struct target target;
	CURLM *multi;
	struct pool *pool;	/* of one reply */
	size_t begun, answered;
	struct slot slots[BATCH_IN_FLIGHT];
};

/* --- a slot --- */

static void slot_send(struct run *run, struct slot *s)
{
	buf_clear(&s->text);
	s->tries++;
	s->state = SLOT_ON_WIRE;
	if (curl_multi_add_handle(run->multi, s->curl) != CURLM_OK)
		panic("a request cannot be added to the batch");
}

static void slot_begin(struct run *run, struct slot *s)
{
	s->i = run->begun++;
	s->tries = 0;
	buf_clear(&s->body);
	run->b->body(run->b->ctx, s->i, &s->body);
	target_body(s->curl, (struct slice){ s->body.data, s->body.len });
	slot_send(run, s);
}

static void slot_pause(struct slot *s)
{
	int64_t pause = PAUSE_MIN_US << (s->tries - 1);
	curl_off_t wish_s = 0;

	curl_easy_getinfo(s->curl, CURLINFO_RETRY_AFTER, &wish_s);
	if (wish_s > 0)
		pause = wish_s * SECOND_US;
	s->due = clock_boot() + MIN(pause, PAUSE_MAX_US);
	s->state = SLOT_PAUSED;
}

static void slots_open(struct run *run)
{
	for (size_t n = 0; n < BATCH_IN_FLIGHT; n++) {
		struct slot *s = &run->slots[n];

		s->curl = curl_easy_init();
		if (s->curl == NULL)
			panic("out of memory: no room for a request");
		target_prepare(&run->target, &run->call, run->c->pool, s->curl);
		curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, target_take);
		curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, &s->text);
		curl_easy_setopt(s->curl, CURLOPT_PRIVATE, s);
	}
}

static void slots_close(struct run *run)
{
	for (size_t n = 0; n < BATCH_IN_FLIGHT; n++) {
		struct slot *s = &run->slots[n];

		curl_multi_remove_handle(run->multi, s->curl);
		curl_easy_cleanup(s->curl);
		buf_release(&s->body);
		buf_release(&s->text);
	}
}

/* --- answers --- */

/* Nothing was decided, or nobody told us what: the same uuid may be sent again. */
static bool may_repeat(CURLcode code, long status)
{
	switch (code) {
	case CURLE_OK:
		return status == 429 || status == 503;
	case CURLE_COULDNT_CONNECT:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_OPERATION_TIMEDOUT:
		return true;
	default:
		return false;
	}
}

static int slot_ended(struct run *run, struct slot *s, CURLcode code)
{
	struct json reply = { NULL, true };
	long status = 0;

	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (may_repeat(code, status) && s->tries < TRIES_MAX && !interrupt_seen()) {
		slot_pause(s);
		return 0;
	}
	if (code != CURLE_OK)
		return target_failed(run->c, &run->target, &run->call, s->curl, code);
	pool_clear(run->pool);
	if (s->text.len > 0 && json_parse(run->pool, s->text.data, s->text.len, &reply, NULL) < 0)
		reply = (struct json){ NULL, true };
	s->state = SLOT_FREE;
	run->answered++;
	return run->b->answered(run->b->ctx, s->i, (int)status, reply);
}

static int take_answers(struct run *run)
{
	CURLMsg *msg;
	int left, rc = 0;

	while (rc == 0 && (msg = curl_multi_info_read(run->multi, &left)) != NULL) {
		CURLcode code = msg->data.result;
		struct slot *s = NULL;

		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &s);
		curl_multi_remove_handle(run->multi, s->curl);	/* msg is gone with it */
		rc = slot_ended(run, s, code);
	}
	return rc;
}

/* --- the batch --- */

static void fill_slots(struct run *run)
{
	for (size_t n = 0; n < BATCH_IN_FLIGHT; n++) {
		struct slot *s = &run->slots[n];

		if (s->state == SLOT_PAUSED && s->due <= clock_boot())
			slot_send(run, s);
		else if (s->state == SLOT_FREE && run->begun < run->b->count && !interrupt_seen())
			slot_begin(run, s);
	}
}

static bool is_over(const struct run *run)
{
	return run->answered == run->b->count || (interrupt_seen() && run->answered == run->begun);
}

static int run_all(struct run *run)
{
	int rc = 0, running;

	while (rc == 0 && !is_over(run)) {
		fill_slots(run);
		if (curl_multi_perform(run->multi, &running) != CURLM_OK)
			panic("the batch cannot go on");
		rc = take_answers(run);
		if (rc == 0 && !is_over(run))
			curl_multi_poll(run->multi, NULL, 0, POLL_MS, NULL);
	}
	return rc == 0 && interrupt_seen() ? END_INTERRUPTED : rc;
}

int batch_run(struct ctl *c, const struct batch *b)
{
	struct run run = { .c = c, .b = b, .call = { "apid", "POST", b->path, .body = slice_of("") } };
	int rc;

	run.call.timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : TIMEOUT_MS;
	if ((rc = target_find(c, &run.call, &run.target)) != 0)
		return rc;
	run.multi = curl_multi_init();
	if (run.multi == NULL)
		panic("out of memory: no room for a batch");
	curl_multi_setopt(run.multi, CURLMOPT_MAXCONNECTS, (long)BATCH_IN_FLIGHT);
	run.pool = pool_new();
	slots_open(&run);
	rc = run_all(&run);
	slots_close(&run);
	curl_multi_cleanup(run.multi);
	pool_free(&run.pool);
	target_release(&run.target);
	return rc;
}
