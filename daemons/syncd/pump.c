/* Does what the cycle says: one action at a time, each begun with a fresh look
 * at the database, because apid, people and the cloud change it meanwhile. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>

#define BLIND_RETRY_US SECOND_US	/* until the database can be read */
#define COUNT_EACH_US SECOND_US		/* what is pending, within a cycle */
#define SAY_EACH_S 10			/* how old the words may grow at rest */
#define STALL_US (60 * SECOND_US)	/* without a byte or an end, beyond what a call may take */

static const struct action *const actions[] = {
	[DO_HEALTH] = &action_health,
	[DO_REGISTER] = &action_register,
	[DO_STATE] = &action_state,
	[DO_LOAD] = &action_load,
	[DO_APPLY_LOAD] = &action_apply_load,
	[DO_PUSH] = &action_push,
	[DO_CONFIRM] = &action_confirm,
	[DO_RESTAMP] = &action_restamp,
	[DO_PULL] = &action_pull,
	[DO_APPLY] = &action_apply,
	[DO_DONE] = &action_done,
};

static const struct {
	const char *status;
	enum cycle_phase phase;
} phase_of_status[] = {
	{ "moving", PHASE_OFF },	/* apid kicks when it is done */
	{ "registering", PHASE_REGISTERING },
	{ "pending", PHASE_PENDING },
	{ "approved", PHASE_ON },	/* or loading: cycle_know() tells them apart */
	{ "revoked", PHASE_REVOKED },
	{ "refused", PHASE_REFUSED },
};

static enum cycle_phase phase_of(const struct view *v)
{
	for (size_t i = 0; v->paired && i < ARRAY_LEN(phase_of_status); i++)
		if (strcmp(v->pairing.status, phase_of_status[i].status) == 0)
			return phase_of_status[i].phase;
	return PHASE_OFF;
}

static uint64_t dice(void)
{
	uint64_t n;

	random_bytes(&n, sizeof(n));
	return n;
}

void pump_wake(struct pump *p)
{
	if (!p->stopping)
		event_active(p->turn, EV_TIMEOUT, 0);
}

static void wake_at(struct pump *p, int64_t at)
{
	int64_t wait = MAX(at - clock_boot(), 0);
	struct timeval in = { wait / SECOND_US, wait % SECOND_US };

	event_add(p->timer, &in);
}

int pump_timeout_ms(const struct pump *p)
{
	bool health = p->cycle.doing == DO_HEALTH;

	return (int)conf_int(p->conf, health ? "health_timeout_ms" : "sync_timeout_ms");
}

int64_t pump_limit(const struct pump *p, const struct pace *pace, const char *option, int64_t theirs)
{
	int64_t ours = conf_int(p->conf, option);

	return pace_of(pace, theirs > 0 ? MIN(ours, theirs) : ours);
}

/* --- the record of a cycle --- */

static void record_open(struct pump *p)
{
	if (p->record != NULL && p->record->number == p->cycle.started)
		return;
	p->record = history_begin(&p->history, p->cycle.started, clock_wall());
	if (p->cycle.phase == PHASE_LOADING && p->load_began_at == 0) {
		p->load_began_at = clock_boot();
		p->load_began_done = p->view.pairing.load_done;
	}
}

static void record_close(struct pump *p)
{
	if (p->record == NULL)
		return;
	p->record->us = p->cycle.ended_at - p->cycle.began_at;
	p->record->complete = p->cycle.cycles == p->record->number;
	p->record = NULL;
}

/* --- an action's end --- */

/* Once when it begins, not at every try. */
static void note_failure(struct pump *p)
{
	const struct cycle *c = &p->cycle;

	if (c->unreachable ? p->lost_at == 0 : c->failures == 1)
		log_warn("%s; %lld rows kept, next try in %lld s", p->trouble.text, (long long)p->view.pending,
			 (long long)((c->wake_at - clock_boot()) / SECOND_US + 1));
	if (c->unreachable && p->lost_at == 0)
		p->lost_at = p->began_at;
}

static void note_success(struct pump *p, enum cycle_do what, int64_t now)
{
	if (p->cycle.failures == 0)
		err_clear(&p->trouble);
	if (p->lost_at != 0 && !p->cycle.unreachable) {
		log_info("the cloud answers again after %lld s", (long long)((now - p->lost_at) / SECOND_US));
		p->lost_at = 0;
	}
	if (what == DO_DONE) {
		p->completed++;
		p->completed_at = now;
	}
}

static void ended(struct pump *p)
{
	enum cycle_do what = p->cycle.doing;
	int failures = p->cycle.failures;
	int64_t now = clock_boot();

	p->busy = false;
	if (p->record != NULL)
		record_step(p->record, what, p->outcome.status, now - p->began_at, p->rows);
	cycle_did(&p->cycle, &p->outcome, now, dice());
	if (p->cycle.failures > failures)
		note_failure(p);
	else
		note_success(p, what, now);
	pump_wake(p);
}

/* What is not a matter of the answer but of ourselves: no key, no licence, a
 * database that cannot be read. */
static void ended_badly(struct pump *p, const struct err *err)
{
	p->outcome = (struct cycle_outcome){ .ours = true };
	p->trouble = *err;
	ended(p);
}

static bool is_good(int status)
{
	return status >= 200 && status <= 299;
}

int answer_json(struct pool *pool, const struct answer *a, struct json *root, struct err *err)
{
	return json_parse(pool, a->body.data != NULL ? a->body.data : "", a->body.len, root, err);
}

const char *answer_detail(struct pool *pool, const struct answer *a)
{
	const char *detail = "";
	struct json root;

	if (answer_json(pool, a, &root, NULL) < 0 ||
	    json_get_str(root, "detail", 300, &detail, NULL) < 0)
		return "";
	return detail;
}

static void note_bad_answer(struct pump *p, const struct answer *a)
{
	const struct action *act = actions[p->cycle.doing];
	const char *who = act->ours ? "fexl-apid" : "the cloud", *detail = answer_detail(p->pool, a);

	if (a->why != NULL)
		err_set(&p->trouble, ERR_UNREACHABLE, "no_answer", "no answer from %s to %s: %s", who,
			act->name, a->why);
	else
		err_set(&p->trouble, ERR_BUSY, "bad_answer", "%s answered %d to %s%s%s", who, a->status,
			act->name, detail[0] != '\0' ? ": " : "", detail);
}

/* An answer of status 200 that says nothing of use is worse than none: a
 * proxy's page, another program at this address. */
static void senseless(struct pump *p, const struct err *err)
{
	const char *who = p->outcome.ours ? "fexl-apid" : "the cloud";

	p->outcome.status = STATUS_SENSELESS;
	err_set(&p->trouble, ERR_BUSY, "senseless", "%s's answer to %s makes no sense: %s", who,
		actions[p->cycle.doing]->name, err->text);
}

void pump_answered(struct pump *p, struct answer *a)
{
	const struct action *act = actions[p->cycle.doing];
	enum begun end = BEGUN_OVER;
	struct err err = { 0 };

	p->outcome = (struct cycle_outcome){
		.status = a->status, .retry_after_s = a->retry_after_s, .ours = act->ours,
	};
	if (a->why != NULL || !is_good(a->status)) {
		note_bad_answer(p, a);
		if (a->status == 401 && !act->ours)
			token_forget(&p->token);
		if (act->bad != NULL)
			act->bad(p, a);
	} else {
		end = act->end(p, a, &err);
	}
	if (end == BEGUN_FAILED)
		senseless(p, &err);
	if (end != BEGUN_ASKED)
		ended(p);
}

/* --- asking --- */

static void on_answer(struct answer *a, void *ctx)
{
	pump_answered(ctx, a);
}

/* Only an approved device is known: what is asked before has no token. */
static enum begun ask_cloud(struct pump *p, struct ask *a, answer_fn *done, struct err *err)
{
	bool known = (p->cycle.phase != PHASE_REGISTERING || p->by_key) && p->token.clock_known;

	if (known && (a->token = token_get(&p->token, p->view.pairing.tenant, &p->view.site, err)) == NULL)
		return BEGUN_FAILED;
	remote_ask(p->remote, a, done, p);
	return BEGUN_ASKED;
}

enum begun pump_ask_cloud(struct pump *p, const char *method, const char *path, struct buf *body, struct err *err)
{
	struct ask a = { method, p->view.pairing.url, path, NULL, body, pump_timeout_ms(p) };

	return ask_cloud(p, &a, on_answer, err);
}

enum begun pump_ask_beside(struct pump *p, const char *path, answer_fn *done, struct err *err)
{
	struct ask a = { "GET", p->view.pairing.url, path, NULL, NULL, pump_timeout_ms(p) };

	return ask_cloud(p, &a, done, err);
}

/* The incarnation for which the cloud was asked: another one does not take it. */
const char *pump_of_life(struct pump *p, const char *path)
{
	return pool_printf(p->pool, "%sincarnation=%lld", path, (long long)p->asked_as);
}

enum begun pump_ask_apid(struct pump *p, const char *path, struct buf *body)
{
	struct ask a = { "POST", NULL, path, NULL, body, pump_timeout_ms(p) };

	remote_ask(p->remote, &a, on_answer, p);
	return BEGUN_ASKED;
}

static void act(struct pump *p, enum cycle_do what)
{
	struct err err = { 0 };
	enum begun begun;

	record_open(p);
	p->busy = true;
	p->began_at = clock_boot();
	p->rows = 0;
	p->outcome = (struct cycle_outcome){ .ours = actions[what]->ours };
	begun = actions[what]->begin(p, &err);
	if (begun == BEGUN_FAILED)
		ended_badly(p, &err);
	else if (begun == BEGUN_OVER)
		ended(p);
}

/* --- a turn --- */

static bool look(struct pump *p)
{
	struct err err = { 0 };
	int64_t now = clock_boot();
	bool counting = p->cycle.doing == DO_WAIT || now - p->counted_at >= COUNT_EACH_US;

	pool_clear(p->pool);
	p->seen = eye_look(&p->eye, p->pool, counting, &p->view, &err) == 0;
	if (!p->seen) {
		if (strcmp(p->trouble.text, err.text) != 0)
			log_info("waiting for fexl-apid: %s", err.text);
		p->trouble = err;
		local_refuse(p->local, &err);
		return false;
	}
	if (counting)
		p->counted_at = now;
	cycle_know(&p->cycle, phase_of(&p->view), p->view.pairing.paused,
		   p->view.pairing.loaded_at != 0);
	return true;
}

static void at_rest(struct pump *p)
{
	record_close(p);
	buf_release(&p->page);
	ahead_forget(p);
	if (p->cycle.phase != PHASE_LOADING)
		p->load_began_at = 0;
	if (!verify_turn(p->verify))
		wake_at(p, p->cycle.wake_at);
}

static void turn(struct pump *p)
{
	enum cycle_do what;

	if (p->busy || p->stopping)
		return;
	event_del(p->timer);
	if (!look(p)) {
		wake_at(p, clock_boot() + BLIND_RETRY_US);
		pump_say(p);
		return;
	}
	what = cycle_next(&p->cycle, clock_boot(), dice());
	if (what == DO_WAIT)
		ear_look(p->ear);
	local_settle(p->local);
	if (what == DO_WAIT)
		at_rest(p);
	pump_say(p);
	if (what != DO_WAIT)
		act(p, what);
}

static void on_turn(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	turn(arg);
}

static void on_tick(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	pump_say(arg);
}

/* --- from outside --- */

static void wake_if_due(struct pump *p)
{
	if (p->cycle.doing == DO_WAIT && p->cycle.wake_at <= clock_boot())
		pump_wake(p);
}

void pump_kick(struct pump *p)
{
	cycle_kick(&p->cycle, clock_boot());
	wake_if_due(p);
}

void pump_demand(struct pump *p)
{
	cycle_demand(&p->cycle, clock_boot());
	wake_if_due(p);
}

/* What failed for want of apid need not wait any longer. */
void pump_apid_back(struct pump *p)
{
	if (!p->seen || (p->cycle.failures > 0 && !p->cycle.unreachable))
		pump_demand(p);
}

/* It may come back with another file: a restored database, say. */
void pump_apid_gone(struct pump *p)
{
	eye_close(&p->eye);
}

bool pump_moving(const struct pump *p)
{
	int64_t patience = pump_timeout_ms(p) * (int64_t)1000 + STALL_US;

	return !p->busy || clock_boot() - MAX(p->began_at, remote_progress_at(p->remote)) < patience;
}

/* --- life --- */

static void boot_id_read(struct pump *p)
{
	char id[40] = "";
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (f != NULL && fgets(id, sizeof(id), f) != NULL)
		id[strcspn(id, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
	p->boot_id = x_strdup(id);
}

static void key_file_name(struct pump *p)
{
	struct buf path = { 0 };

	buf_printf(&path, "%s/device.key", conf_str(p->conf, "data_dir"));
	p->token.key_file = path.data;
}

static void cycle_open(struct pump *p)
{
	const struct cycle_config config = {
		.interval_us = conf_int(p->conf, "sync_interval_s") * SECOND_US,
		.backoff_min_us = conf_int(p->conf, "backoff_min_ms") * 1000,
		.backoff_max_us = conf_int(p->conf, "backoff_max_ms") * 1000,
	};

	cycle_init(&p->cycle, &config);
}

int pump_open(struct pump *p, struct service_ctx *svc, struct err *err)
{
	static const struct timeval each = { SAY_EACH_S, 0 };

	p->svc = svc;
	p->conf = service_conf(svc);
	p->base = service_base(svc);
	p->pool = pool_new();
	cycle_open(p);
	boot_id_read(p);
	key_file_name(p);
	eye_init(&p->eye, p->conf);
	p->remote = remote_new(p->base, service_path(svc, "apid.sock"), conf_str(p->conf, "cloud_ca"),
			       (int)conf_int(p->conf, "health_timeout_ms"));
	p->local = local_new(p);
	p->verify = verify_new(p);
	p->ear = ear_new(p);
	p->turn = event_new(p->base, -1, 0, on_turn, p);
	p->timer = evtimer_new(p->base, on_turn, p);
	p->tick = event_new(p->base, -1, EV_PERSIST, on_tick, p);
	if (p->turn == NULL || p->timer == NULL || p->tick == NULL)
		return err_set(err, ERR_INTERNAL, "no_timer", "cannot make timers");
	event_add(p->tick, &each);
	p->link = link_new(p->base, service_path(svc, "apid.wire"), p);
	pump_wake(p);
	return 0;
}

/* All that is in hand is in the databases of both sides: breaking it off costs
 * nothing but asking again. */
void pump_stop(struct pump *p)
{
	struct err err = { 0 };

	p->stopping = true;
	err_set(&err, ERR_BUSY, "stopping", "fexl-syncd is stopping: ask again once it is back");
	remote_free(&p->remote);
	ear_free(&p->ear);
	if (p->verify != NULL)
		verify_stop(p->verify, &err);
	if (p->local != NULL)
		local_refuse(p->local, &err);
	link_free(&p->link);
	eye_close(&p->eye);
}

void pump_release(struct pump *p)
{
	struct event *events[] = { p->turn, p->timer, p->tick };

	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	verify_free(&p->verify);
	local_free(&p->local);
	token_release(&p->token);
	buf_release(&p->page);
	ahead_release(p);
	buf_release(&p->next);
	pool_free(&p->pool);
	free(p->boot_id);
}
