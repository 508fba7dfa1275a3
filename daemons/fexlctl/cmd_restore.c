/* restore: a backup takes the place of the database. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>

static int run_restore(struct ctl *c);

#define SLOW_MS 3600000
#define BACK_TRIES 300		/* times 0.1 s until the daemon is back */

const struct command restore_commands[] = {
	{ .name = "restore", .usage = "NAME", .summary = "put a backup in place of the database", .args_min = 1, .args_max = 1,
	  .takes = TAKES(ARG_AS_NEW) | TAKES(ARG_DISCARD_LOCAL), .run = run_restore,
	  .more = "NAME is one of fexlctl backup list, what an earlier restore has kept, or the path of\n"
		  "a file that the daemon may read.\n"
		  "What is here now stays in the folder backups, as before-restore-…; of PostgreSQL as a\n"
		  "backup.  Either can be restored in turn.  A shop that is not here yet gets a new\n"
		  "licence key, which is shown once.\n"
		  "A paired till wants to know how: --as-new or --discard-local." },
	{ NULL }
};

static const char *full_name(struct ctl *c, const char *typed)
{
	char path[PATH_MAX];

	if (strchr(typed, '/') == NULL || realpath(typed, path) == NULL)
		return typed;
	return pool_strdup(c->pool, path);
}

static int64_t daemon_pid(struct ctl *c)
{
	struct call call = { "apid", "GET", "/status", .timeout_ms = 2000 };
	struct reply r;

	return call_try(c, &call, &r) ? json_number(r.json, "pid", 0) : 0;
}

static bool wait_for_another(struct ctl *c, int64_t old)
{
	static const struct timespec moment = { 0, 100000000 };

	for (int i = 0; i < BACK_TRIES && !interrupt_seen(); i++) {
		int64_t pid = daemon_pid(c);

		if (pid != 0 && pid != old)
			return true;
		nanosleep(&moment, NULL);
	}
	return false;
}

static int ask_restore(struct ctl *c, struct reply *r)
{
	struct call call = { "apid", "POST", "/api/restore", .timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : SLOW_MS };
	const char *how = arg_given(c, ARG_AS_NEW) ? "as_new" : arg_given(c, ARG_DISCARD_LOCAL) ? "discard_local" : NULL;
	struct buf body = { 0 };
	int rc;

	jw_open(&body, '{');
	jw_put_str(&body, "name", full_name(c, c->args[0]));
	if (how != NULL)
		jw_put_str(&body, "how", how);
	jw_close(&body, '}');
	call.body = (struct slice){ body.data, body.len };
	rc = call_ok(c, &call, r);
	buf_release(&body);
	return rc;
}

static const struct column fields[] = {
	{ "Status", "status", SHOW_STATE }, { "Before", "safety" }, { "Unsent", "unsent", SHOW_COUNT }, { NULL }
};

static const struct column licenses[] = {
	{ "SHOP", "name" }, { "TENANT", "tenant_uuid" }, { "LICENCE KEY", "license_key" }, { NULL }
};

static int run_restore(struct ctl *c)
{
	const char *status;
	struct reply r;
	int64_t pid;
	int rc;

	if (arg_given(c, ARG_AS_NEW) && arg_given(c, ARG_DISCARD_LOCAL))
		return fail(c, END_USAGE, "fexlctl help restore", "--as-new and --discard-local exclude each other");
	if ((rc = confirm(c, "%s takes the place of all that is here now. Restore?", c->args[0])) != 0)
		return rc;
	pid = daemon_pid(c);
	if ((rc = ask_restore(c, &r)) != 0)
		return rc;
	c->out->record(c, fields, r.json);
	if (!c->out->json && json_len(json_member(r.json, "licenses")) > 0)
		c->out->list(c, licenses, r.json, json_member(r.json, "licenses"));
	status = json_text(r.json, "status");
	if (status == NULL || strcmp(status, "restarting") != 0)
		return END_OK;
	if (wait_for_another(c, pid)) {
		say(c, "Restored. What was here before is in backups/%s.", json_text(r.json, "safety"));
		return END_OK;
	}
	return fail(c, END_NOT_RUNNING, "systemctl start fexl-apid", "fexl-apid has ended to begin with the backup, and nobody has started it again");
}
