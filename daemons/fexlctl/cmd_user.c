/* user: who may sign in.  PINs and passwords are read from files or typed
 * unseen, and wiped. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"
#include "base/crypto.h"
#include "base/secret.h"

static int run_add(struct ctl *c);
static int run_set_pin(struct ctl *c);
static int run_list(struct ctl *c);
static int run_disable(struct ctl *c);
static int run_enable(struct ctl *c);
static int run_unlock(struct ctl *c);

#define USER_MORE "USER is a name or a UUID."

const struct command user_commands[] = {
	{ .name = "user add", .usage = "NAME", .summary = "let somebody sign in", .args_min = 1, .args_max = 1,
	  .takes = TAKES(ARG_ROLE) | TAKES(ARG_PIN_FILE) | TAKES(ARG_PASSWORD_FILE), .run = run_add,
	  .more = "A PIN (4 to 6 digits) is for the till, a password (8 characters at least) for the cloud.\n"
		  "Without either file the PIN is asked for." },
	{ .name = "user set-pin", .usage = "USER", .summary = "give somebody another PIN", .args_min = 1, .args_max = 1,
	  .takes = TAKES(ARG_PIN_FILE), .run = run_set_pin, .more = USER_MORE },
	{ .name = "user disable", .usage = "USER", .summary = "let somebody sign in no more", .args_min = 1, .args_max = 1,
	  .run = run_disable, .more = USER_MORE "\nTheir sessions end; what they did stays theirs." },
	{ .name = "user enable", .usage = "USER", .summary = "let somebody sign in again", .args_min = 1, .args_max = 1,
	  .run = run_enable, .more = USER_MORE },
	{ .name = "user unlock", .usage = "USER", .summary = "forget somebody's wrong PINs: no more waiting", .args_min = 1,
	  .args_max = 1, .flags = HERE_ONLY, .run = run_unlock,
	  .more = USER_MORE "\nAt the server that is asked: each counts wrong tries on its own." },
	{ .name = "user list", .summary = "who may sign in", .run = run_list },
	{ NULL }
};

static const struct column columns[] = {
	{ "UUID", "uuid", .wide = true }, { "NAME", "name" }, { "ROLE", "role" }, { "ACTIVE", "active", SHOW_YES }, { NULL }
};

static const struct column fields[] = {
	{ "User", "name" }, { "Role", "role" }, { "UUID", "uuid" }, { "May sign in", "active", SHOW_YES }, { NULL }
};

static int send_and_show(struct ctl *c, const char *method, const char *path, struct buf *body)
{
	struct reply r;
	int rc;

	jw_close(body, '}');
	rc = ask(c, "apid", method, path, body, &r);
	wipe(body->data, body->len);
	buf_release(body);
	if (rc == 0)
		c->out->record(c, fields, r.json);
	return rc;
}

/* --- secrets, checked here so that the file can be named --- */

static int pin_read(struct ctl *c, const char **pin_r)
{
	struct err err = { 0 };
	int rc = secret_read(c, ARG_PIN_FILE, "PIN", true, pin_r);

	if (rc == 0 && pin_check(*pin_r, &err) < 0)
		rc = fail_err(c, NULL, &err);
	return rc;
}

static int password_read(struct ctl *c, const char **password_r)
{
	struct err err = { 0 };
	int rc = secret_read(c, ARG_PASSWORD_FILE, "Password", true, password_r);

	if (rc == 0 && password_check(*password_r, &err) < 0)
		rc = fail_err(c, NULL, &err);
	return rc;
}

/* --- the commands --- */

static int run_add(struct ctl *c)
{
	const char *pin = NULL, *password = NULL;
	struct buf body = { 0 };
	int rc;

	if ((rc = arg_need(c, ARG_ROLE, "owner, manager, cashier or agent")) != 0 ||
	    (rc = secret_one_stdin(c, ARG_PIN_FILE, ARG_PASSWORD_FILE)) != 0)
		return rc;
	if (arg_given(c, ARG_PASSWORD_FILE) && (rc = password_read(c, &password)) != 0)
		return rc;
	if ((arg_given(c, ARG_PIN_FILE) || password == NULL) && (rc = pin_read(c, &pin)) != 0)
		return rc;
	jw_open(&body, '{');
	jw_put_str(&body, "name", c->args[0]);
	jw_put_str(&body, "role", c->option[ARG_ROLE]);
	if (pin != NULL)
		jw_put_str(&body, "pin", pin);
	if (password != NULL)
		jw_put_str(&body, "password", password);
	return send_and_show(c, "POST", "/api/users", &body);
}

static int user_find(struct ctl *c, const char *typed, const char **uuid_r)
{
	struct json list, items;
	struct uuid uuid;
	int rc;

	*uuid_r = typed;
	if (uuid_parse(&uuid, typed, strlen(typed)) == 0)
		return 0;
	if ((rc = ask_list(c, path_with(c, "/api/users", "q", typed), &list)) != 0)
		return rc;
	items = json_member(list, "items");
	for (size_t i = 0; i < json_len(items); i++) {
		const char *name = json_text(json_at(items, i), "name");

		*uuid_r = json_text(json_at(items, i), "uuid");
		if (name != NULL && strcmp(name, typed) == 0 && *uuid_r != NULL)
			return 0;
	}
	return fail(c, END_NOT_FOUND, "fexlctl user list", "there is no user \"%s\"", typed);
}

static int run_set_pin(struct ctl *c)
{
	const char *uuid, *pin;
	struct buf body = { 0 };
	int rc;

	if ((rc = user_find(c, c->args[0], &uuid)) != 0 || (rc = pin_read(c, &pin)) != 0)
		return rc;
	jw_open(&body, '{');
	jw_put_str(&body, "pin", pin);
	return send_and_show(c, "PATCH", pool_printf(c->pool, "/api/users/%s", uuid), &body);
}

/* --- who may sign in --- */

static int set_active(struct ctl *c, bool active)
{
	struct buf body = { 0 };
	const char *uuid;
	int rc = user_find(c, c->args[0], &uuid);

	if (rc != 0)
		return rc;
	jw_open(&body, '{');
	jw_put_bool(&body, "active", active);
	return send_and_show(c, "PATCH", pool_printf(c->pool, "/api/users/%s", uuid), &body);
}

static int run_disable(struct ctl *c)
{
	int rc = set_active(c, false);

	if (rc == 0)
		hint(c, "fexlctl user enable \"%s\" takes it back", c->args[0]);
	return rc;
}

static int run_enable(struct ctl *c)
{
	return set_active(c, true);
}

static int run_unlock(struct ctl *c)
{
	static const struct column unlocked[] = {
		{ "User", "name" }, { "UUID", "uuid" }, { "Was locked", "was_locked", SHOW_YES }, { NULL }
	};
	const char *uuid;
	struct reply r;
	int rc = user_find(c, c->args[0], &uuid);

	if (rc == 0)
		rc = ask(c, "apid", "POST", pool_printf(c->pool, "/internal/users/%s/unlock", uuid), NULL, &r);
	if (rc == 0)
		c->out->record(c, unlocked, r.json);
	return rc;
}

static int run_list(struct ctl *c)
{
	struct json list;
	int rc = ask_list(c, "/api/users", &list);

	if (rc == 0)
		c->out->list(c, columns, list, json_member(list, "items"));
	return rc;
}
