/* devices: which tills belong to the shop.  A revoked one must pair again, so
 * revoke has no short way: the name has to be typed. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"

#include <strings.h>

static int run_list(struct ctl *c);
static int run_show(struct ctl *c);
static int run_reject(struct ctl *c);
static int run_approve(struct ctl *c);
static int run_revoke(struct ctl *c);
static int run_rename(struct ctl *c);
static int run_resync(struct ctl *c);

#define DEVICE_MORE "DEVICE is its UUID, the code on its screen, or its name where only one has it."

const struct command device_commands[] = {
	{ .name = "devices list", .alias = "devices", .summary = "the tills of this hub: pending, approved, revoked", .run = run_list },
	{ .name = "devices approve", .usage = "DEVICE", .summary = "let a till in", .args_min = 1, .args_max = 1,
	  .run = run_approve, .more = DEVICE_MORE },
	{ .name = "devices show", .usage = "DEVICE", .summary = "all that is known of a till", .args_min = 1, .args_max = 1,
	  .run = run_show, .more = DEVICE_MORE },
	{ .name = "devices reject", .usage = "DEVICE", .summary = "turn away a till that waits for approval", .args_min = 1,
	  .args_max = 1, .run = run_reject, .more = DEVICE_MORE "\nIt may ask again, with the licence key." },
	{ .name = "devices revoke", .usage = "DEVICE", .summary = "shut a till out", .args_min = 1, .args_max = 1,
	  .run = run_revoke, .more = DEVICE_MORE "\nIt goes on selling on its own; what it has not sent stays there." },
	{ .name = "devices resync", .usage = "DEVICE", .summary = "let a till load everything again", .args_min = 1, .args_max = 1,
	  .run = run_resync, .more = DEVICE_MORE "\nIt goes on selling meanwhile; what it has not sent stays and goes up.\n"
					  "fexlctl repair, at the till, is quicker where only little differs." },
	{ .name = "devices rename", .usage = "DEVICE NAME", .summary = "call a till something else", .args_min = 2,
	  .args_max = 2, .run = run_rename, .more = DEVICE_MORE },
	{ NULL }
};

static const struct column columns[] = {
	{ "UUID", "uuid", .wide = true },
	{ "TENANT", "tenant", .wide = true },
	{ "NAME", "name" },
	{ "STATUS", "status", SHOW_STATE },
	{ "SYSTEM", "os" },
	{ "VERSION", "version" },
	{ "SEEN", "last_seen", SHOW_TIME },
	{ "PUSHED", "pushed_24h", SHOW_COUNT },
	{ "PULLED", "pulled_24h", SHOW_COUNT },
	{ "CONFL", "conflicts_24h", SHOW_COUNT },
	{ "PENDING", "pending", SHOW_COUNT },
	{ "CODE", "code", .rare = true },
	{ "ALARM", "alarm", .rare = true },
	{ NULL }
};

/* Who waits for an answer, and who goes by the name of another. */
static void advise(struct ctl *c, struct json items)
{
	for (size_t i = 0; i < json_len(items); i++) {
		struct json device = json_at(items, i);
		const char *status = json_text(device, "status"), *code = json_text(device, "code");

		if (status != NULL && strcmp(status, "pending") == 0)
			hint(c, "fexlctl devices approve %s, or reject", code != NULL ? code : "DEVICE");
		if (json_text(device, "alarm") != NULL)
			hint(c, "fexlctl devices show %s", json_text(device, "uuid"));
	}
}

static int run_list(struct ctl *c)
{
	struct json list, items;
	int rc = ask_list(c, "/api/devices", &list);

	if (rc != 0)
		return rc;
	items = json_member(list, "items");
	c->out->list(c, columns, list, items);
	advise(c, items);
	if (json_len(items) > 0)
		return END_OK;
	say(c, "No till has asked yet.");
	hint(c, "at the till: fexlctl pair");
	return END_OK;
}

/* --- which one is meant --- */

static bool is_meant(struct json device, const char *typed)
{
	const char *uuid = json_text(device, "uuid"), *code = json_text(device, "code"), *name = json_text(device, "name");

	return (uuid != NULL && strcasecmp(uuid, typed) == 0) || (code != NULL && strcasecmp(code, typed) == 0) ||
	       (name != NULL && strcmp(name, typed) == 0);
}

static int device_find(struct ctl *c, const char *typed, struct json *device_r)
{
	struct json list, items;
	int found = 0, rc = ask_list(c, "/api/devices", &list);

	if (rc != 0)
		return rc;
	items = json_member(list, "items");
	for (size_t i = 0; i < json_len(items); i++) {
		if (!is_meant(json_at(items, i), typed))
			continue;
		*device_r = json_at(items, i);
		found++;
	}
	if (found == 0)
		return fail(c, END_NOT_FOUND, "fexlctl devices", "there is no device \"%s\"", typed);
	if (found > 1)
		return fail(c, END_REFUSED, "fexlctl devices -v, and name it by its UUID", "%d devices are called \"%s\"", found,
			    typed);
	return 0;
}

static const char *text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

/* --- what is done to it --- */

static const struct column changed_fields[] = {
	{ "Device", "name" }, { "UUID", "uuid" }, { "Status", "status", SHOW_STATE }, { "Numbers", "prefix" }, { NULL }
};

static int device_post(struct ctl *c, struct json device, const char *verb, struct reply *r)
{
	const char *path = pool_printf(c->pool, "/api/devices/%s/%s", text_or(json_text(device, "uuid"), ""), verb);
	int rc = ask(c, "apid", "POST", path, NULL, r);

	if (rc == 0)
		c->out->record(c, changed_fields, r->json);
	return rc;
}

static const struct column all_fields[] = {
	{ "Device", "name" }, { "UUID", "uuid" }, { "Tenant", "tenant" }, { "Status", "status", SHOW_STATE }, { "Code", "code" },
	{ "Numbers", "prefix" }, { "System", "os" }, { "Version", "version" }, { "Seen", "last_seen", SHOW_TIME },
	{ "Pushed in 24 h", "pushed_24h", SHOW_COUNT }, { "Pulled in 24 h", "pulled_24h", SHOW_COUNT },
	{ "Conflicts in 24 h", "conflicts_24h", SHOW_COUNT }, { "Pending there", "pending", SHOW_COUNT }, { "Loads again", "loads_again", SHOW_YES },
	{ "Alarm", "alarm" }, { NULL }
};

/* What to do about a device as it is, its UUID behind it. */
static const struct {
	const char *status, *next;
} next_steps[] = {
	{ "pending", "devices approve" },
	{ "approved", "devices revoke" },
	{ "revoked", NULL },	/* at the till: fexlctl pair */
};

static int run_show(struct ctl *c)
{
	struct json device;
	const char *status;
	int rc = device_find(c, c->args[0], &device);

	if (rc != 0)
		return rc;
	c->out->record(c, all_fields, device);
	status = text_or(json_text(device, "status"), "");
	for (size_t i = 0; i < ARRAY_LEN(next_steps); i++)
		if (strcmp(next_steps[i].status, status) == 0 && next_steps[i].next != NULL)
			hint(c, "fexlctl %s %s", next_steps[i].next, text_or(json_text(device, "uuid"), "UUID"));
	return END_OK;
}

static int run_reject(struct ctl *c)
{
	struct json device;
	struct reply r;
	const char *name;
	int rc = device_find(c, c->args[0], &device);

	if (rc != 0)
		return rc;
	name = text_or(json_text(device, "name"), "");
	if (strcmp(text_or(json_text(device, "status"), ""), "pending") != 0)
		return fail(c, END_REFUSED, pool_printf(c->pool, "fexlctl devices revoke \"%s\"", name),
			    "%s does not wait for approval: it is %s", name, text_or(json_text(device, "status"), "unknown"));
	if ((rc = confirm(c, "%s (code %s) will not come in. Reject?", name, text_or(json_text(device, "code"), "none"))) != 0)
		return rc;
	if ((rc = device_post(c, device, "revoke", &r)) == 0)
		say(c, "Rejected. It may ask again, with the licence key.");
	return rc;
}

static int run_approve(struct ctl *c)
{
	struct json device;
	struct reply r;
	int rc = device_find(c, c->args[0], &device);

	if (rc != 0)
		return rc;
	if ((rc = confirm(c, "%s (%s, code %s) will receive all data of its shop. Approve?",
			  text_or(json_text(device, "name"), "?"), text_or(json_text(device, "os"), "unknown system"),
			  text_or(json_text(device, "code"), "none"))) != 0)
		return rc;
	if ((rc = device_post(c, device, "approve", &r)) == 0)
		say(c, "Approved. It starts its first load within seconds.");
	return rc;
}

static int run_revoke(struct ctl *c)
{
	struct json device;
	struct reply r;
	const char *name;
	int rc = device_find(c, c->args[0], &device);

	if (rc != 0)
		return rc;
	name = text_or(json_text(device, "name"), "");
	rc = confirm_name(c, name, "This shuts %s out within 2 s. It last held %lld rows that are not here yet; they stay on it.",
			  name, (long long)json_number(device, "pending", 0));
	if (rc == 0 && (rc = device_post(c, device, "revoke", &r)) == 0)
		say(c, "Revoked. To come back it must pair again.");
	return rc;
}

static int run_resync(struct ctl *c)
{
	struct json device;
	struct reply r;
	const char *name;
	int rc = device_find(c, c->args[0], &device);

	if (rc != 0)
		return rc;
	name = text_or(json_text(device, "name"), "");
	if ((rc = confirm(c, "%s loads everything again; it goes on selling meanwhile. Go on?", name)) != 0)
		return rc;
	if ((rc = device_post(c, device, "resync", &r)) != 0)
		return rc;
	say(c, "It begins with its next cycle.");
	hint(c, "at the till: fexlctl status, then fexlctl verify");
	return END_OK;
}

static int run_rename(struct ctl *c)
{
	struct json device;
	struct buf body = { 0 };
	struct reply r;
	int rc = device_find(c, c->args[0], &device);

	if (rc != 0)
		return rc;
	jw_open(&body, '{');
	jw_put_str(&body, "name", c->args[1]);
	jw_close(&body, '}');
	rc = ask(c, "apid", "PATCH", pool_printf(c->pool, "/api/devices/%s", text_or(json_text(device, "uuid"), "")), &body, &r);
	buf_release(&body);
	if (rc == 0)
		c->out->record(c, changed_fields, r.json);
	return rc;
}
