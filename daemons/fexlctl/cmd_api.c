/* api: a request as it is, for what has no command yet. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"
#include "fexlctl/import.h"

#include <ctype.h>

static int run_api(struct ctl *c);

const struct command api_commands[] = {
	{ .name = "api", .usage = "METHOD PATH", .summary = "a raw request to a daemon", .args_min = 2, .args_max = 2,
	  .takes = TAKES(ARG_DATA) | TAKES(ARG_DAEMON), .run = run_api,
	  .more = "The answer's body goes to stdout, whatever its status; the exit status tells which it was." },
	{ NULL }
};

static const char *const daemons[] = { "apid", "syncd", "realtimed" };

static int read_daemon(struct ctl *c, const char **daemon_r)
{
	const char *name = c->option[ARG_DAEMON];

	*daemon_r = name != NULL ? name : daemons[0];
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++)
		if (strcmp(*daemon_r, daemons[i]) == 0)
			return name != NULL && arg_given(c, ARG_HOST) ?
				       fail(c, END_USAGE, NULL, "api: --daemon is for this machine, --host for another") : 0;
	return fail(c, END_USAGE, NULL, "api: --daemon is apid, syncd or realtimed, not \"%s\"", name);
}

static int read_method(struct ctl *c, const char **method_r)
{
	char *method = pool_strdup(c->pool, c->args[0]);

	for (char *ch = method; *ch != '\0'; ch++) {
		if (!isalpha((unsigned char)*ch))
			return fail(c, END_USAGE, NULL, "api: \"%s\" is no method: GET, POST, PUT, PATCH, DELETE", method);
		*ch = (char)toupper((unsigned char)*ch);
	}
	*method_r = method;
	return *method != '\0' ? 0 : fail(c, END_USAGE, NULL, "api: which method?");
}

/* A path goes into the request line as it stands. */
static int check_path(struct ctl *c)
{
	const char *path = c->args[1];

	for (const char *ch = path; *ch != '\0'; ch++)
		if (!isgraph((unsigned char)*ch))
			return fail(c, END_USAGE, NULL, "api: the path has a character that must be percent-coded: %s", path);
	return *path == '/' ? 0 : fail(c, END_USAGE, NULL, "api: a path begins with /, like /api/products, not \"%s\"", path);
}

static int read_data(struct ctl *c, struct buf *body)
{
	const char *data = c->option[ARG_DATA];
	struct err err = { 0 };

	if (data == NULL)
		return 0;
	buf_str(body, "");
	if (data[0] != '@')
		buf_str(body, data);
	else if (input_load(data + 1, body, &err) < 0)
		return fail_err(c, NULL, &err);
	return 0;
}

static void show(const struct reply *r)
{
	fwrite(r->text.p, 1, r->text.len, stdout);
	if (r->text.len > 0 && r->text.p[r->text.len - 1] != '\n')
		putchar('\n');
}

static int run_api(struct ctl *c)
{
	struct call call = { .path = c->args[1] };
	struct buf body = { 0 };
	struct reply r;
	int rc;

	if ((rc = read_daemon(c, &call.daemon)) != 0 || (rc = read_method(c, &call.method)) != 0 || (rc = check_path(c)) != 0)
		return rc;
	if ((rc = read_data(c, &body)) == 0) {
		call.body = (struct slice){ body.data, body.len };
		rc = call_any(c, &call, &r);
	}
	if (rc == 0) {
		show(&r);
		rc = r.status / 100 == 2 ? 0 : call_refused(c, &call, &r);
	}
	buf_release(&body);
	return rc;
}
