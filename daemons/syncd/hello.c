/* How the cloud is, who we are to it, and what apid must know of both. */
#include "base/base.h"
#include "syncd/syncd.h"

#include <stdlib.h>
#include <sys/utsname.h>

#define SAME_CLOCK_US (100 * 1000)	/* our clock and the cloud's go the same way as last time */

/* --- health --- */

/* A cursor counts in one numbering of the hub's. */
static void put_ourselves(const struct pump *p, struct buf *path)
{
	const struct pairing *pairing = &p->view.pairing;

	buf_printf(path, "?pending=%lld&cursor=%lld", (long long)p->view.pending, (long long)pairing->cursor);
	if (!uuid_is_zero(pairing->epoch))
		buf_printf(path, "&epoch=%s", uuid_text(pairing->epoch).s);
}

/* Until the cloud's time is known no token is sent: by a wrong clock it would
 * be refused, and would say nothing but that. */
static enum begun health_begin(struct pump *p, struct err *err)
{
	struct buf path = { 0 };
	enum begun begun;

	buf_str(&path, "/api/sync/health");
	p->asked_as = p->view.site.incarnation;
	if (p->token.clock_known && p->cycle.phase != PHASE_REGISTERING)
		put_ourselves(p, &path);
	begun = pump_ask_cloud(p, "GET", path.data, NULL, err);
	buf_release(&path);
	return begun;
}

static int read_word(struct json o, const char *name, char *word, size_t size, struct err *err)
{
	const char *text = "";

	if (json_get_str(o, name, size - 1, &text, err) < 0)
		return -1;
	snprintf(word, size, "%s", text);
	return 0;
}

static int read_device(struct json root, struct hello *h, struct err *err)
{
	struct json device = { 0 };

	if (json_get_object(root, "device", &device, err) <= 0)
		return err_set(err, ERR_INPUT, "no_device", "it does not say how it knows this till");
	h->known = true;
	if (json_get_bool(device, "load_again", &h->load_again, err) < 0)
		return -1;
	return read_word(device, "status", h->status, sizeof(h->status), err) < 0 ||
	       read_word(device, "prefix", h->prefix, sizeof(h->prefix), err) < 0 ? -1 : 0;
}

static int read_limits(struct json root, struct hello *h, struct err *err)
{
	struct json limits = { 0 };

	if (json_get_object(root, "limits", &limits, err) < 0 ||
	    json_get_int(limits, "push_rows", 1, INT64_MAX, &h->push_rows, err) < 0 ||
	    json_get_int(limits, "push_bytes", 1, INT64_MAX, &h->push_bytes, err) < 0 ||
	    json_get_int(limits, "pull_rows", 1, INT64_MAX, &h->pull_rows, err) < 0)
		return -1;
	return 0;
}

static int read_hub(struct json root, struct hello *h, struct err *err)
{
	if (json_get_uuid(root, "hub", &h->hub, err) < 0 ||
	    json_get_uuid(root, "epoch", &h->epoch, err) < 0 ||
	    json_get_int(root, "seq", 0, INT64_MAX, &h->seq, err) < 0 ||
	    json_get_int(root, "purged", 0, INT64_MAX, &h->purged, err) < 0)
		return -1;
	return read_limits(root, h, err);
}

static int read_health(struct pump *p, const struct answer *a, struct json *root, struct err *err)
{
	const char *status = "";

	if (answer_json(p->pool, a, root, err) < 0)
		return -1;
	if (json_get_str(*root, "status", 32, &status, err) < 0)
		return -1;
	if (strcmp(status, "ok") != 0)
		return err_set(err, ERR_INPUT, "not_ok", "it is not well: status \"%s\"", status);
	if (json_get_time(*root, "server_time", &p->hello.server_time, err) <= 0)
		return err_set(err, ERR_INPUT, "no_time", "it does not say what time it is");
	/* It looked at its clock somewhere in between. */
	p->hello.boot = (a->asked_at + a->came_at) / 2;
	return 0;
}

/* A hub that has left our protocol behind, or is far behind it. */
static int check_protocol(struct pump *p, struct json root, struct err *err)
{
	struct json protocol = { 0 };
	int64_t min = PROTOCOL_VERSION, max = PROTOCOL_VERSION;

	if (json_get_object(root, "protocol", &protocol, err) < 0 ||
	    json_get_int(protocol, "min", 0, INT64_MAX, &min, err) < 0 ||
	    json_get_int(protocol, "max", 0, INT64_MAX, &max, err) < 0)
		return -1;
	if (min <= PROTOCOL_VERSION && PROTOCOL_VERSION <= max)
		return 0;
	p->outcome.status = http_status_of(ERR_UPGRADE);
	err_set(&p->trouble, ERR_UPGRADE, "protocol",
		"the cloud speaks sync protocol %lld to %lld, this till %d: install the same release on both",
		(long long)min, (long long)max, PROTOCOL_VERSION);
	return 0;
}

static enum begun health_end(struct pump *p, struct answer *a, struct err *err)
{
	bool introduced = p->token.clock_known, registering = p->cycle.phase == PHASE_REGISTERING;
	struct json root;

	p->hello = (struct hello){ 0 };
	if (read_health(p, a, &root, err) < 0)
		return BEGUN_FAILED;
	token_clock(&p->token, p->hello.server_time, p->hello.boot);
	if (registering)
		return BEGUN_OVER;
	if (!introduced)
		return health_begin(p, err);
	if (check_protocol(p, root, err) < 0 || read_device(root, &p->hello, err) < 0 ||
	    read_hub(root, &p->hello, err) < 0)
		return BEGUN_FAILED;
	return BEGUN_OVER;
}

bool life_note(struct pump *p, const struct answer *a)
{
	const char *code = "";
	struct json root;

	if (a->why != NULL || answer_json(p->pool, a, &root, NULL) < 0 || json_get_str(root, "code", 60, &code, NULL) < 0)
		return false;
	if (strcmp(code, "device_restored") == 0)
		p->life = OLD_COPY;
	else if (strcmp(code, "incarnation") == 0 || strcmp(code, "incarnation_old") == 0)
		p->life = TWIN;
	else
		return false;
	return true;
}

static void health_bad(struct pump *p, struct answer *a)
{
	if (life_note(p, a))
		p->outcome.status = 200;	/* the cycle goes on, to tell apid */
}

/* --- registering --- */

static int read_license(struct pump *p, char key[LICENSE_LEN + 1], struct err *err)
{
	char *path = pool_printf(p->pool, "%s/license", conf_str(p->conf, "data_dir"));
	struct buf text = { 0 };
	int rc;

	if (secret_file_read(path, 128, &text, err) < 0)
		return err_set(err, ERR_NOT_FOUND, "no_license",
			       "the licence key for pairing is not there (%s): pair again", path);
	text.data[strcspn(text.data, "\r\n")] = '\0';
	rc = license_read(text.data, key, err);
	wipe(text.data, text.size);
	buf_release(&text);
	return rc;
}

static void put_os(struct buf *body)
{
	struct utsname u;
	char os[100] = "unknown";

	if (uname(&u) == 0)
		snprintf(os, sizeof(os), "%.30s %.40s %.20s", u.sysname, u.release, u.machine);
	jw_put_str(body, "os", os);
}

static void put_key(const uint8_t pub[ED25519_KEY_LEN], struct buf *body)
{
	struct buf text = { 0 };

	base64url_add(&text, pub, ED25519_KEY_LEN);
	jw_put_str(body, "public_key", text.data);
	buf_release(&text);
}

/* Without one a till that was let in before is known by its own key. */
static int find_license(struct pump *p, char key[LICENSE_LEN + 1], struct err *err)
{
	if (read_license(p, key, err) == 0)
		return 0;
	key[0] = '\0';
	if (uuid_is_zero(p->view.pairing.epoch))
		return -1;
	err_clear(err);
	return 0;
}

static enum begun register_begin(struct pump *p, struct err *err)
{
	const struct pairing *pairing = &p->view.pairing;
	char license[LICENSE_LEN + 1];
	uint8_t pub[ED25519_KEY_LEN];
	struct buf body = { 0 };
	enum begun begun;

	if (find_license(p, license, err) < 0 || token_public_key(&p->token, pub, err) < 0)
		return BEGUN_FAILED;
	p->asked_as = p->view.site.incarnation;
	jw_open(&body, '{');
	jw_put_uuid(&body, "device_uuid", p->view.site.device);
	jw_put_int(&body, "incarnation", p->view.site.incarnation);
	jw_put_str(&body, "name", pairing->name);
	if (license[0] != '\0')
		jw_put_str(&body, "license_key", license);
	jw_put_uuid(&body, "tenant_uuid", pairing->tenant);
	put_key(pub, &body);
	put_os(&body);
	jw_put_str(&body, "version", PACKAGE_VERSION);
	jw_close(&body, '}');
	p->by_key = license[0] == '\0';
	wipe(license, sizeof(license));
	begun = pump_ask_cloud(p, "POST", "/api/sync/credentials", &body, err);
	p->by_key = false;
	return begun;
}

static enum begun register_end(struct pump *p, struct answer *a, struct err *err UNUSED)
{
	buf_release(&p->page);
	buf_move(&p->page, &a->body);
	p->registered = true;
	return BEGUN_OVER;
}

/* A no that stays a no is told to apid; anything else is tried again. */
static void register_bad(struct pump *p, struct answer *a)
{
	const char *detail = answer_detail(p->pool, a);

	if (life_note(p, a))
		return;
	buf_clear(&p->page);
	jw_open(&p->page, '{');
	jw_put_str(&p->page, "status", "refused");
	jw_put_str(&p->page, "trouble", detail[0] != '\0' ? detail : p->trouble.text);
	jw_close(&p->page, '}');
	p->registered = true;
}

/* --- what apid is told --- */

static bool same_word(const char *ours, const char *theirs)
{
	return theirs[0] == '\0' || (ours != NULL && strcmp(ours, theirs) == 0);
}

static bool same_uuid(struct uuid ours, struct uuid theirs)
{
	return uuid_is_zero(theirs) || uuid_eq(ours, theirs);
}

static bool same_clock(const struct pump *p)
{
	const struct pairing *ours = &p->view.pairing;
	int64_t before = ours->server_time - ours->server_boot;
	int64_t now = p->hello.server_time - p->hello.boot;

	return ours->boot_id != NULL && strcmp(ours->boot_id, p->boot_id) == 0 &&
	       llabs((long long)(before - now)) < SAME_CLOCK_US;
}

/* Either this till missed deletions, or it has all that the hub had and may forget some too. */
static bool purge_is_news(const struct pump *p)
{
	const struct pairing *ours = &p->view.pairing;
	const struct hello *h = &p->hello;

	if (p->cycle.phase != PHASE_ON || h->purged == 0 || !same_uuid(ours->epoch, h->epoch))
		return false;
	if (ours->cursor < h->purged)
		return ours->away == 0;
	return p->view.purged < h->purged && ours->cursor >= h->seq;
}

/* A first load that is under way does as well. */
static bool must_load_again(const struct pump *p)
{
	return p->hello.load_again && p->view.pairing.loaded_at != 0;
}

/* Most cycles bring no news: then apid has nothing to write. */
static bool is_news(const struct pump *p)
{
	const struct pairing *ours = &p->view.pairing;
	const struct hello *h = &p->hello;

	return !same_word(ours->status, h->status) || !same_word(ours->prefix, h->prefix) ||
	       !same_uuid(ours->hub, h->hub) || !same_uuid(ours->epoch, h->epoch) || !same_clock(p) || purge_is_news(p) ||
	       must_load_again(p);
}

static void put_word(struct buf *body, const char *name, const char *word)
{
	if (word != NULL && word[0] != '\0')
		jw_put_str(body, name, word);
}

static void put_hub(const struct hello *h, struct buf *body)
{
	if (!uuid_is_zero(h->hub))
		jw_put_uuid(body, "hub", h->hub);
	if (!uuid_is_zero(h->epoch))
		jw_put_uuid(body, "epoch", h->epoch);
	jw_put_int(body, "seq", h->seq);
	if (h->purged > 0)
		jw_put_int(body, "purged", h->purged);
}

static void put_clock(const struct pump *p, struct buf *body)
{
	jw_put_time(body, "server_time", p->hello.server_time);
	jw_put_int(body, "boot", p->hello.boot);
	jw_put_str(body, "boot_id", p->boot_id);
}

/* Into the cloud's own answer, a JSON object: apid must know whom it is for. */
static void say_who_asked(struct pump *p)
{
	struct buf whole = { 0 };

	if (p->page.len < 2 || p->page.data[0] != '{')
		return;
	buf_printf(&whole, "{\"incarnation\":%lld%s", (long long)p->asked_as, p->page.data[1] == '}' ? "" : ",");
	buf_add(&whole, p->page.data + 1, p->page.len - 1);
	buf_release(&p->page);
	p->page = whole;
}

static enum begun tell_other_life(struct pump *p)
{
	struct buf body = { 0 };

	jw_open(&body, '{');
	jw_put_int(&body, "incarnation", p->asked_as);
	jw_put_bool(&body, "twin", p->life == TWIN);
	jw_close(&body, '}');
	p->life = SAME_LIFE;
	return pump_ask_apid(p, "/internal/sync/restored", &body);
}

static enum begun state_begin(struct pump *p, struct err *err UNUSED)
{
	struct buf body = { 0 };

	if (p->life != SAME_LIFE)
		return tell_other_life(p);
	if (p->registered) {
		p->registered = false;
		say_who_asked(p);
		return pump_ask_apid(p, "/internal/sync/registered", &p->page);
	}
	p->outcome.status = NOTHING_ASKED;
	if (!is_news(p))
		return BEGUN_OVER;
	jw_open(&body, '{');
	jw_put_str(&body, "status", p->hello.status);
	/* The code on the screen stays for as long as the owner compares it. */
	if (strcmp(p->hello.status, "pending") == 0)
		put_word(&body, "code", p->view.pairing.code);
	put_word(&body, "prefix", p->hello.prefix);
	jw_put_int(&body, "incarnation", p->asked_as);
	if (must_load_again(p))
		jw_put_bool(&body, "load_again", true);
	put_hub(&p->hello, &body);
	put_clock(p, &body);
	jw_close(&body, '}');
	return pump_ask_apid(p, "/internal/sync/state", &body);
}

static enum begun no_news(struct pump *p UNUSED, struct answer *a UNUSED, struct err *err UNUSED)
{
	return BEGUN_OVER;
}

/* --- the end of a cycle --- */

static enum begun done_begin(struct pump *p, struct err *err UNUSED)
{
	struct buf body = { 0 };

	jw_open(&body, '{');
	jw_put_int(&body, "pushed", p->record->pushed);
	jw_put_int(&body, "pulled", p->record->pulled);
	jw_put_int(&body, "ms", (clock_boot() - p->cycle.began_at) / 1000);
	jw_close(&body, '}');
	return pump_ask_apid(p, "/internal/sync/done", &body);
}

const struct action action_health = { "health", health_begin, health_end, health_bad };
const struct action action_register = { "credentials", register_begin, register_end, register_bad };
const struct action action_state = { "state", state_begin, no_news, .ours = true };
const struct action action_done = { "done", done_begin, no_news, .ours = true };
