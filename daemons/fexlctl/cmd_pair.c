/* pair and unpair: this till joins a cloud, and leaves it. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"
#include "base/clock.h"
#include "base/crypto.h"

#include <time.h>
#include <unistd.h>

static int run_pair(struct ctl *c);
static int run_unpair(struct ctl *c);

const struct command pair_commands[] = {
	{ .name = "pair", .summary = "join this till to a cloud",
	  .takes = TAKES(ARG_URL) | TAKES(ARG_LICENSE_FILE) | TAKES(ARG_LINK_FILE) | TAKES(ARG_NAME) | TAKES(ARG_QR),
	  .flags = HERE_ONLY | OWN_TENANT, .run = run_pair,
	  .more = "Give --url, --tenant and --license-file, or --link-file with the fexl://pair link that\n"
		  "holds all three.  The code that is shown must be the one that the cloud shows for this\n"
		  "till; then its owner approves it.  --name is this machine's name by default." },
	{ .name = "unpair", .summary = "leave the cloud; everything stays here", .flags = HERE_ONLY, .run = run_unpair },
	{ NULL }
};

#define POLL_MS 100
#define PATIENCE_US (10 * SECOND_US)

/* --- what to join --- */

struct offer {
	const char *url, *tenant, *key;
};

static void forget_text(void *text)
{
	wipe(text, strlen(text));
}

static const char *decoded(struct ctl *c, const char *from, size_t len)
{
	int n = 0;
	char *text = curl_easy_unescape(NULL, from, (int)len, &n), *kept;

	if (text == NULL)
		return "";
	kept = pool_strndup(c->pool, text, (size_t)n);
	pool_on_free(c->pool, forget_text, kept);
	wipe(text, (size_t)n);
	curl_free(text);
	return kept;
}

/* fexl://pair?url=…&tenant=…&key=… */
static int read_link(struct ctl *c, const char *link, struct offer *offer)
{
	static const char scheme[] = "fexl://pair?";
	struct { const char *name; const char **to; } parts[] = {
		{ "url=", &offer->url }, { "tenant=", &offer->tenant }, { "key=", &offer->key },
	};

	if (strncmp(link, scheme, strlen(scheme)) != 0)
		return fail(c, END_USAGE, NULL, "--link-file: the link must begin with %s", scheme);
	for (link += strlen(scheme); *link != '\0'; link += strspn(link, "&")) {
		size_t len = strcspn(link, "&");

		for (size_t i = 0; i < ARRAY_LEN(parts); i++)
			if (strncmp(link, parts[i].name, strlen(parts[i].name)) == 0)
				*parts[i].to = decoded(c, link + strlen(parts[i].name), len - strlen(parts[i].name));
		link += len;
	}
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (*parts[i].to == NULL || **parts[i].to == '\0')
			return fail(c, END_USAGE, NULL, "--link-file: the link has no %s…", parts[i].name);
	return 0;
}

static int read_offer(struct ctl *c, struct offer *offer)
{
	const char *link;
	int rc;

	if (arg_given(c, ARG_LINK_FILE)) {
		if (arg_given(c, ARG_URL) || arg_given(c, ARG_TENANT) || arg_given(c, ARG_LICENSE_FILE))
			return fail(c, END_USAGE, NULL, "pair: --link-file stands for --url, --tenant and --license-file");
		rc = secret_read(c, ARG_LINK_FILE, NULL, false, &link);
		return rc != 0 ? rc : read_link(c, link, offer);
	}
	offer->url = c->option[ARG_URL];
	offer->tenant = c->option[ARG_TENANT];
	if ((rc = arg_need(c, ARG_URL, "the address of the cloud")) != 0 ||
	    (rc = arg_need(c, ARG_TENANT, "the shop at the cloud")) != 0)
		return rc;
	return secret_read(c, ARG_LICENSE_FILE, "Licence key", false, &offer->key);
}

static const char *own_name(struct ctl *c)
{
	char host[256] = "";

	if (arg_given(c, ARG_NAME))
		return c->option[ARG_NAME];
	return gethostname(host, sizeof(host) - 1) == 0 && host[0] != '\0' ? pool_strdup(c->pool, host) : "Till";
}

static int begin(struct ctl *c, const struct offer *offer, struct reply *r)
{
	struct buf body = { 0 };
	int rc;

	jw_open(&body, '{');
	jw_put_str(&body, "url", offer->url);
	jw_put_str(&body, "tenant_uuid", offer->tenant);
	jw_put_str(&body, "license_key", offer->key);
	jw_put_str(&body, "name", own_name(c));
	jw_close(&body, '}');
	rc = ask(c, "apid", "PUT", "/api/sync/pairing", &body, r);
	wipe(body.data, body.len);
	buf_release(&body);
	return rc;
}

/* --- what the cloud says to it --- */

/* A cloud that does not answer is asked again by itself: no need to wait. */
static bool is_unreachable(struct json worker)
{
	const char *phase = json_text(worker, "phase");

	return json_yes(worker, "unreachable") && json_number(worker, "failures", 0) > 0 && phase != NULL &&
	       strcmp(phase, "registering") == 0;
}

static bool is_asking(const struct reply *status)
{
	const char *word = json_text(status->json, "pairing.status");

	return word != NULL && strcmp(word, "registering") == 0;
}

/* A store that has sold for years: its rows are made ready first, however long that
 * takes, and people read how far it is. */
static bool is_moving(struct ctl *c, const struct reply *status, int64_t *done)
{
	const char *word = json_text(status->json, "pairing.status");
	int64_t now = json_number(status->json, "pairing.move.done", 0);
	bool is_news = now != *done;

	if (word == NULL || strcmp(word, "moving") != 0)
		return false;
	*done = now;
	if (is_news && now > 0 && isatty(STDERR_FILENO))
		say(c, "%lld of %lld rows are ready for the cloud; selling goes on.", (long long)now,
		    (long long)json_number(status->json, "pairing.move.total", 0));
	return true;
}

static int await_answer(struct ctl *c, struct reply *status)
{
	int64_t until = clock_boot() + (c->timeout_ms > 0 ? c->timeout_ms * 1000 : PATIENCE_US);
	struct call look = { "syncd", "GET", "/status" };
	struct reply worker;
	int64_t moved = 0, before;
	int rc;

	for (;;) {
		before = moved;
		if ((rc = ask(c, "apid", "GET", "/api/sync/status", NULL, status)) != 0 ||
		    (!is_moving(c, status, &moved) && !is_asking(status)))
			return rc;
		if (moved != before && c->timeout_ms <= 0)
			until = clock_boot() + PATIENCE_US;
		if (!call_try(c, &look, &worker)) {
			say(c, "fexl-syncd is not running: the cloud will be asked when it is.");
			hint(c, "systemctl start fexl-syncd");
			return 0;
		}
		if (is_unreachable(worker.json))
			return END_UNREACHABLE;
		if (clock_boot() > until)
			return 0;
		nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000L }, NULL);
	}
}

static const struct column fields[] = {
	{ "Device", "device_uuid" }, { "Name", "name" }, { "Cloud", "url" }, { "Status", "status", SHOW_STATE },
	{ "Code", "code" },	     { NULL }
};

static struct json result(struct ctl *c, const struct reply *begun, const struct reply *status)
{
	static const char *const members[] = { "status", "code", "name", "url" };
	struct json pairing = json_member(status->json, "pairing");
	struct buf out = { 0 };

	jw_open(&out, '{');
	jw_put_str(&out, "device_uuid", json_text(begun->json, "device_uuid"));
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		jw_put_str(&out, members[i], json_text(pairing, members[i]));
	jw_close(&out, '}');
	return json_made(c, &out);
}

static int conclude(struct ctl *c, const struct reply *status, struct json shown)
{
	const char *word = json_text(shown, "status"), *code = json_text(shown, "code"), *url = json_text(shown, "url");
	const char *trouble = json_text(status->json, "pairing.trouble");

	if (word != NULL && strcmp(word, "refused") == 0)
		return fail(c, END_REFUSED, "fexlctl pair again, with the right key", "pair: the cloud refused this till%s%s",
			    trouble != NULL ? ": " : "", trouble != NULL ? trouble : "");
	if (code == NULL || url == NULL)
		return END_OK;
	if (arg_given(c, ARG_QR))
		qr_print(c, path_with(c, pool_printf(c->pool, "%s/devices", url), "code", code));
	if (word != NULL && strcmp(word, "pending") == 0) {
		say(c, "Compare the code with the one at the cloud, where the owner approves:");
		hint(c, "fexlctl devices approve %s", code);
		hint(c, "fexlctl sync now --wait, here, once it has");
	}
	return END_OK;
}

static int run_pair(struct ctl *c)
{
	struct offer offer = { NULL };
	struct reply begun, status;
	struct json shown;
	int rc, answer;

	if ((rc = read_offer(c, &offer)) != 0 || (rc = begin(c, &offer, &begun)) != 0)
		return rc;
	answer = await_answer(c, &status);
	if (answer != 0 && answer != END_UNREACHABLE)
		return answer;
	shown = result(c, &begun, &status);
	c->out->record(c, fields, shown);
	if (answer == END_UNREACHABLE)
		return fail(c, answer, "fexlctl doctor cloud", "pair: %s does not answer; it is asked again until it does", offer.url);
	return conclude(c, &status, shown);
}

/* --- leaving --- */

static int run_unpair(struct ctl *c)
{
	static const struct column off[] = { { "Sync", "status" }, { NULL } };
	struct reply r;
	int rc = ask(c, "apid", "GET", "/api/sync/status", NULL, &r);

	if (rc != 0)
		return rc;
	if ((rc = confirm(c, "%lld rows are not in the cloud yet; they stay here and are sent when this till pairs with the same "
			     "shop again. Leave the cloud?", (long long)json_number(r.json, "pending.total", 0))) != 0)
		return rc;
	if ((rc = ask(c, "apid", "DELETE", "/api/sync/pairing", NULL, &r)) != 0)
		return rc;
	c->out->record(c, off, r.json);
	say(c, "Sync is off. Everything stays on this till.");
	return END_OK;
}
