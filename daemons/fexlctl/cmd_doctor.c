/* doctor: is the database well, and what to do where it is not. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_doctor(struct ctl *c);

const struct command doctor_commands[] = {
	{ .name = "doctor", .summary = "is the database well?", .takes = TAKES(ARG_FIX), .run = run_doctor,
	  .more = "Exits 8 when something wants attention.  With --fix what is derived is made again first:\n"
		  "the sums of stock and the index of words." },
	{ NULL }
};

#define SLOW_MS 600000		/* every page is read */

static const struct column columns[] = {
	{ "CHECK", "code" }, { "STATE", "state", SHOW_STATE }, { "FOUND", "text" }, { "NEXT", "next", .rare = true }, { NULL }
};

static int run_doctor(struct ctl *c)
{
	int64_t timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : SLOW_MS;
	struct call fix = { "apid", "POST", "/api/doctor/fix", .timeout_ms = timeout_ms };
	struct call look = { "apid", "GET", "/api/doctor", .timeout_ms = timeout_ms };
	struct reply r;
	int rc = arg_given(c, ARG_FIX) ? call_ok(c, &fix, &r) : 0;

	if (rc != 0 || (rc = call_ok(c, &look, &r)) != 0)
		return rc;
	c->out->list(c, columns, r.json, json_member(r.json, "items"));
	return json_yes(r.json, "well") ? END_OK : END_DEGRADED;
}
