#include "base/base.h"
#include "syncd/syncd.h"

const char *const action_names[] = {
	[DO_WAIT] = "wait",
	[DO_HEALTH] = "health",
	[DO_REGISTER] = "register",
	[DO_STATE] = "state",
	[DO_LOAD] = "load",
	[DO_APPLY_LOAD] = "apply_load",
	[DO_PUSH] = "push",
	[DO_CONFIRM] = "confirm",
	[DO_RESTAMP] = "restamp",
	[DO_PULL] = "pull",
	[DO_APPLY] = "apply",
	[DO_DONE] = "done",
};

struct cycle_record *history_begin(struct history *h, int64_t number, int64_t began)
{
	h->newest = (h->newest + 1) % HISTORY_MAX;
	h->n = MIN(h->n + 1, HISTORY_MAX);
	h->cycle[h->newest] = (struct cycle_record){ .number = number, .began = began };
	return &h->cycle[h->newest];
}

const struct cycle_record *history_at(const struct history *h, int i)
{
	return i < h->n ? &h->cycle[(h->newest + HISTORY_MAX - i) % HISTORY_MAX] : NULL;
}

void record_step(struct cycle_record *r, enum cycle_do what, int status, int64_t us, int64_t rows)
{
	struct step_record *s = &r->step[what];

	s->times++;
	s->status = status;
	s->us += us;
	s->rows += rows;
}

static void step_json(const char *name, const struct step_record *s, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "step", name);
	jw_put_int(out, "times", s->times);
	jw_put_int(out, "status", s->status);
	jw_put_int(out, "ms", s->us / 1000);
	jw_put_int(out, "rows", s->rows);
	jw_close(out, '}');
}

void record_json(const struct cycle_record *r, struct buf *out)
{
	jw_open(out, '{');
	jw_put_int(out, "cycle", r->number);
	jw_put_time(out, "began", r->began);
	jw_put_int(out, "ms", r->us / 1000);
	jw_put_bool(out, "complete", r->complete);
	jw_put_int(out, "pushed", r->pushed);
	jw_put_int(out, "pulled", r->pulled);
	jw_name(out, "steps");
	jw_open(out, '[');
	for (int i = 0; i < STEPS_MAX; i++)
		if (r->step[i].times > 0)
			step_json(action_names[i], &r->step[i], out);
	jw_close(out, ']');
	jw_close(out, '}');
}
