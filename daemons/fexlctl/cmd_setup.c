/* setup: the code that makes whoever types it the owner of a new till.  Who
 * can run this on the machine may have it. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

static int run_setup(struct ctl *c);

const struct command setup_commands[] = {
	{ .name = "setup", .summary = "the one-time code for setting up a new till", .flags = HERE_ONLY, .run = run_setup,
	  .more = "Type it into the console, where it asks for it, before it expires." },
	{ NULL }
};

static const struct column fields[] = {
	{ "Code", "code" }, { "Valid for", "expires_in_s", SHOW_SECONDS }, { NULL }
};

static int run_setup(struct ctl *c)
{
	struct reply r, here;
	int rc = ask(c, "apid", "POST", "/internal/setup-code", NULL, &r);

	if (rc != 0 || (rc = ask(c, "apid", "GET", "/status", NULL, &here)) != 0)
		return rc;
	c->out->record(c, fields, r.json);
	say(c, "Type it into the console, http://%s/: whoever does owns this till.", json_text(here.json, "listen"));
	return END_OK;
}
