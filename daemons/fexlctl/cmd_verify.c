/* verify: is this till's copy the same as the cloud's?  Digests tell. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_verify(struct ctl *c);

const struct command verify_commands[] = {
	{ .name = "verify", .summary = "compare this till with the cloud, table by table", .flags = HERE_ONLY, .run = run_verify,
	  .more = "Exits 6 when they differ.  What is pending here is left out on both sides." },
	{ NULL }
};

#define VERIFY_MS 300000	/* all rows are read on both sides */

static const struct column columns[] = {
	{ "TABLE", "table" }, { "HERE", "here", SHOW_COUNT }, { "CLOUD", "cloud", SHOW_COUNT }, { "RESULT", "result", SHOW_STATE },
	{ NULL }
};

static int run_verify(struct ctl *c)
{
	struct call call = { "syncd", "POST", "/sync/verify", .timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : VERIFY_MS };
	struct reply r;
	int rc = call_ok(c, &call, &r);

	if (rc != 0)
		return rc;
	c->out->list(c, columns, r.json, json_member(r.json, "tables"));
	if (json_yes(r.json, "identical")) {
		say(c, "Identical to the cloud.");
		return END_OK;
	}
	return fail(c, END_REFUSED, "fexlctl sync now --wait, then fexlctl verify", "verify: this till and the cloud differ");
}
