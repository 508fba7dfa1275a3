/* What tills ask their hub. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/jwt.h"
#include "sync/sync.h"

#define PAGE_BYTES ((size_t)1 << 20)	/* a larger document travels alone */
#define ROWS_MAX 10000

#define CROWD_RETRY_S 5
#define TOKEN_SLACK_S 60
#define REGISTRATIONS_A_MINUTE 600	/* over all shops: nobody guesses keys faster … */
#define REGISTRATIONS_A_SHARE 60	/* … and from one address not as fast */
#define WRONG_BUCKETS 1024		/* addresses that sent wrong keys share these: guessing fills no table */

/* --- health --- */

struct health {
	int64_t pending, cursor;	/* negative: it did not say */
	struct uuid epoch;		/* in which the cursor counts; zero: it did not say */
};

static void note_seen(struct call *c)
{
	const struct health *h = c->state;

	roster_seen(c->apid->roster, &c->caller.actor, h->pending, h->cursor);
}

static void put_device(const struct device *d, struct buf *out)
{
	jw_name(out, "device");
	jw_open(out, '{');
	jw_put_str(out, "status", d->status);
	jw_put_str(out, "prefix", strcmp(d->status, "approved") == 0 ? d->prefix : NULL);
	jw_put_str(out, "name", d->name);
	if (d->cursor == DEVICE_LOADS)
		jw_put_bool(out, "load_again", true);
	jw_close(out, '}');
}

static void put_protocol(struct buf *out)
{
	jw_name(out, "protocol");
	jw_open(out, '{');
	jw_put_int(out, "min", PROTOCOL_VERSION);
	jw_put_int(out, "max", PROTOCOL_VERSION);
	jw_close(out, '}');
	jw_put_int(out, "schema", SCHEMA_VERSION);
}

/* For approved devices only: a stranger learns nothing of the shop. */
static int put_shop(struct call *c, struct err *err)
{
	const struct conf *conf = c->apid->conf;
	struct tenant t;

	if (tenant_need(c->db, c->pool, c->tenant, &t, err) < 0)
		return -1;
	jw_put_uuid(&c->out, "hub", c->shop.site.uuid);
	jw_put_uuid(&c->out, "epoch", t.epoch);
	jw_put_int(&c->out, "seq", t.seq);
	jw_put_int(&c->out, "purged", t.purged);
	jw_name(&c->out, "limits");
	jw_open(&c->out, '{');
	jw_put_int(&c->out, "push_rows", conf_int(conf, "push_rows"));
	jw_put_int(&c->out, "push_bytes", conf_int(conf, "push_bytes"));
	jw_put_int(&c->out, "pull_rows", conf_int(conf, "pull_rows"));
	jw_close(&c->out, '}');
	return 0;
}

static void health_open(struct call *c)
{
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "status", "ok");
	jw_put_time(&c->out, "server_time", clock_wall());
}

/* A till never forgets how far it has pulled, unless its database is an old copy:
 * or two live by one name, and this one heard less. */
static int check_cursor(struct call *c, const struct device *d, struct err *err)
{
	const struct health *h = c->state;
	struct tenant t;

	if (h->cursor < 0 || h->cursor >= d->cursor || uuid_is_zero(h->epoch))
		return 0;
	if (tenant_load(c->db, c->pool, c->tenant, &t, err) < 0)
		return -1;
	if (!uuid_eq(t.epoch, h->epoch))
		return 0;
	return err_set(err, ERR_CONFLICT, "device_restored",
		       "this till had pulled up to %lld and says %lld: its database is an older copy, so come back as another incarnation",
		       (long long)d->cursor, (long long)h->cursor);
}

static int health_of_device(struct call *c, struct err *err)
{
	struct device d;
	int n = device_load(c->db, c->pool, c->tenant, c->caller.actor.device, &d, err);

	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(err, ERR_UNKNOWN_USER, "device_unknown",
			       "this device is not known here: pair it");
	if (check_cursor(c, &d, err) < 0)
		return -1;
	health_open(c);
	put_protocol(&c->out);
	put_device(&d, &c->out);
	if (strcmp(d.status, "approved") == 0 && put_shop(c, err) < 0)
		return -1;
	jw_close(&c->out, '}');
	c->after = note_seen;
	return 200;
}

/* Tills that come all at once, after an outage say, are turned away at their first
 * question: whoever got past it finds room for the push and pull behind it. */
static int check_crowd(const struct call *c, struct err *err)
{
	struct store_counters n;

	store_count(c->apid->store, &n);
	if (n.queued <= conf_int(c->apid->conf, "lane_queue") / 2)
		return 0;
	err_set(err, ERR_BUSY, "crowded", "too many tills at this moment: this one comes again in a few seconds");
	err->retry_after_s = CROWD_RETRY_S;
	return -1;
}

static int take_epoch(struct call *c, struct uuid *epoch, struct err *err)
{
	const char *text;
	int n = http_query(c->rq, "epoch", &text, err);

	if (n <= 0 || uuid_parse(epoch, text, strlen(text)) == 0)
		return MIN(n, 0);
	return err_field(err, "/epoch", "type", "epoch is a UUID");
}

int h_health(struct call *c, struct err *err)
{
	struct health *h = pool_alloc(c->pool, sizeof *h);

	h->pending = h->cursor = -1;
	if (take_epoch(c, &h->epoch, err) < 0 ||
	    http_query_int(c->rq, "pending", 0, INT64_MAX, &h->pending, err) < 0 ||
	    http_query_int(c->rq, "cursor", 0, INT64_MAX, &h->cursor, err) < 0)
		return -1;
	if (c->caller.actor.kind == ACTOR_DEVICE) {
		if (check_crowd(c, err) < 0)
			return -1;
		c->state = h;
		return call_then(c, QUICK, health_of_device);
	}
	health_open(c);
	jw_close(&c->out, '}');
	return 200;
}

/* --- credentials --- */

/* A wrong key and a wrong shop are one and the same no. */
static int no_credentials(struct err *err)
{
	return err_set(err, ERR_DENIED, "credentials_refused",
		       "licence key and tenant do not fit: look at both again");
}

struct asking {
	struct device device;
	char license[LICENSE_LEN + 1];
	bool by_key;		/* a token signed by the device's key stands for the licence's */
	char bucket[16];	/* of the address that asks */
};

/* The owner's roster shows it at once. */
static void tell_pending(struct call *c)
{
	const struct asking *a = c->state;

	notify_event(c->apid->notify, c->tenant, "device", "pending", a->device.uuid);
}

static int registered(struct call *c, const struct device *d)
{
	bool approved = strcmp(d->status, "approved") == 0;

	jw_open(&c->out, '{');
	jw_put_str(&c->out, "status", d->status);
	jw_put_uuid(&c->out, "device_uuid", d->uuid);
	jw_put_str(&c->out, "code", approved ? NULL : d->code);
	jw_put_str(&c->out, "prefix", approved ? d->prefix : NULL);
	jw_close(&c->out, '}');
	if (!approved)
		c->after = tell_pending;
	return approved ? 200 : 202;
}

/* Guessing a key is hopeless, so it locks nobody out but the guesser: whoever has
 * the right one gets in, whatever others did meanwhile, and from wherever. */
static int wrong_license(struct call *c, struct err *err)
{
	const struct asking *a = c->state;
	const struct attempt wrong = { .account = "license", .address = a->bucket, .long_secret = true };

	if (lockout_check(c->db, &wrong, err) < 0 || lockout_miss(c->txn, &wrong, err) < 0)
		return -1;
	no_credentials(err);
	return CALL_KEEP;
}

/* Counted for all shops together, those that are not there too: how often one may
 * try says nothing of a shop. */
static int count_wrong(struct call *c)
{
	c->tenant = (struct uuid){ { 0 } };
	return call_then(c, WRITE, wrong_license);
}

static int credentials_by_license(struct call *c, struct err *err)
{
	const struct asking *a = c->state;
	struct device d;
	int n = tenant_license_ok(c->db, c->tenant, a->license, err);

	if (n <= 0)
		return n < 0 ? -1 : count_wrong(c);
	n = device_register(c->txn, &a->device, &d, err);
	if (n > 0)
		return registered(c, &d);
	/* An alarm stays on record. */
	return n == 0 || !err_is_ours(err) ? CALL_KEEP : -1;
}

/* Who has been let in and comes back as another incarnation, or as a copy. */
static int credentials_by_key(struct call *c, struct err *err)
{
	const struct asking *a = c->state;
	const char *bearer = call_header(c, "Authorization"), *token = bearer + strlen("Bearer ");
	struct device d;
	struct jwt t;
	int n;

	if (strncmp(bearer, "Bearer ", 7) != 0 || jwt_read(token, strlen(token), &t, err) < 0 ||
	    !uuid_eq(t.device, a->device.uuid) || !uuid_eq(t.tenant, c->tenant) ||
	    jwt_verify(token, strlen(token), &t, a->device.public_key, clock_wall() / SECOND_US, TOKEN_SLACK_S, err) < 0)
		return err_set(err, ERR_DENIED, "credentials_refused", "the token does not fit the device: pair with the licence key");
	n = device_register_by_key(c->txn, &a->device, &d, err);
	if (n > 0)
		return registered(c, &d);
	return n == 0 || !err_is_ours(err) ? CALL_KEEP : -1;
}

static int take_key(struct json body, struct device *d, struct err *err)
{
	const char *key;

	if (call_need(body, "public_key", 64, &key, err) < 0)
		return -1;
	if (base64url_decode(key, strlen(key), d->public_key, sizeof d->public_key) == ED25519_KEY_LEN)
		return 0;
	return err_field(err, "/public_key", "type", "public_key must be %d bytes as base64url",
			 ED25519_KEY_LEN);
}

static int take_asking(struct call *c, struct asking *a, struct err *err)
{
	static const char *const members[] = { "device_uuid", "incarnation", "name", "license_key",
					       "tenant_uuid", "public_key", "os", "version", NULL };
	struct device *d = &a->device;
	const char *license = NULL;
	struct json body;

	d->incarnation = 1;
	d->os = d->version = "";
	if (call_body_only(c, members, &body, err) < 0 ||
	    call_need_uuid(body, "device_uuid", &d->uuid, err) < 0 ||
	    call_need_uuid(body, "tenant_uuid", &d->tenant, err) < 0 ||
	    call_need(body, "name", 200, &d->name, err) < 0 ||
	    json_get_str(body, "license_key", 100, &license, err) < 0 || take_key(body, d, err) < 0)
		return -1;
	a->by_key = !license;
	if (a->by_key && call_header(c, "Authorization") == NULL)
		return err_field(err, "/license_key", "required", "license_key is missing, and no token of a device that is known here stands for it");
	if (json_get_int(body, "incarnation", 1, INT32_MAX, &d->incarnation, err) < 0 ||
	    json_get_str(body, "os", 100, &d->os, err) < 0 ||
	    json_get_str(body, "version", 100, &d->version, err) < 0)
		return -1;
	return license && license_read(license, a->license, NULL) < 0 ? no_credentials(err) : 0;
}

/* A number for an address that nobody outside can tell. */
static unsigned source_number(const struct call *c)
{
	const char *source = call_source(c);
	uint8_t salted[128], hash[SHA256_LEN];
	size_t len = MIN(strlen(source), sizeof salted - sizeof c->apid->source_salt);

	memcpy(salted, c->apid->source_salt, sizeof c->apid->source_salt);
	memcpy(salted + sizeof c->apid->source_salt, source, len);
	sha256(salted, sizeof c->apid->source_salt + len, hash);
	return (unsigned)hash[0] << 8 | hash[1];
}

static int take_budget(struct budget *b, unsigned source, struct err *err)
{
	int64_t minute = clock_boot() / (60 * SECOND_US);
	uint8_t *share = &b->share[source % BUDGET_SHARES];

	if (b->minute != minute)
		*b = (struct budget){ .minute = minute };
	if (*share < REGISTRATIONS_A_SHARE && b->used < REGISTRATIONS_A_MINUTE) {
		(*share)++;
		b->used++;
		return 0;
	}
	err_set(err, ERR_RATE, "too_many_devices",
		"too many devices ask at this moment: this one may ask again in a minute");
	err->retry_after_s = 60;
	return -1;
}

int h_credentials(struct call *c, struct err *err)
{
	struct asking *a = pool_alloc(c->pool, sizeof *a);
	unsigned source = source_number(c);
	bool by_key = http_header(c->rq, "Authorization").p != NULL;

	if (take_budget(by_key ? &c->apid->returns : &c->apid->registrations, source, err) < 0 || take_asking(c, a, err) < 0)
		return -1;
	snprintf(a->bucket, sizeof a->bucket, "#%u", source % WRONG_BUCKETS);
	c->tenant = a->device.tenant;
	c->state = a;
	return call_then(c, WRITE, a->by_key ? credentials_by_key : credentials_by_license);
}

/* --- rows up --- */

static int check_protocol(const struct call *c, struct err *err)
{
	const char *version = call_header(c, "Fexl-Protocol");

	if (!version || strcmp(version, "1") == 0)
		return 0;
	return err_set(err, ERR_UPGRADE, "protocol",
		       "this hub speaks protocol %d, not %.20s: install the same release on both",
		       PROTOCOL_VERSION, version);
}

static void free_results(void *ingest)
{
	buf_release(&((struct ingest *)ingest)->results);
}

static struct ingest *push_begin(struct call *c, struct err *err)
{
	struct ingest *in = pool_alloc(c->pool, sizeof *in);
	struct json body;

	in->site = &c->shop.site;
	in->tenant = c->tenant;
	in->device = &c->caller.actor;
	in->ahead_max_us = conf_int(c->apid->conf, "clock_ahead_ms") * 1000;
	in->until_us = clock_boot() + conf_int(c->apid->conf, "push_time_ms") * 1000;
	in->slice_ms = store_slice_ms(c->apid->store);
	in->pool = c->pool;
	if (check_protocol(c, err) < 0 || call_body(c, &body, err) < 0 || ingest_begin(in, body, err) < 0)
		return NULL;
	pool_on_free(c->pool, free_results, in);
	return in;
}

static int push_end(struct call *c, const struct ingest *in, struct err *err)
{
	struct tenant t;

	if (tenant_load(c->db, c->pool, c->tenant, &t, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_name(&c->out, "results");
	jw_open(&c->out, '[');
	if (in->results.len > 0)
		jw_raw(&c->out, in->results.data, in->results.len);
	jw_close(&c->out, ']');
	jw_put_uuid(&c->out, "epoch", t.epoch);
	jw_put_int(&c->out, "seq", t.seq);
	jw_close(&c->out, '}');
	return 200;
}

int h_push(struct call *c, struct err *err)
{
	struct ingest *in = c->state;
	int rc;

	if (!in && !(in = c->state = push_begin(c, err)))
		return -1;
	rc = ingest_slice(in, c->txn, err);
	if (rc < 0)
		return -1;
	return rc == JOB_MORE ? CALL_MORE : push_end(c, in, err);
}

/* --- rows down --- */

static void note_pulled(struct call *c)
{
	int rows = (int)(intptr_t)c->state;

	if (rows > 0)
		roster_pulled(c->apid->roster, &c->caller.actor, rows);
}

static int page_sent(struct call *c, int rows)
{
	c->state = (void *)(intptr_t)rows;
	c->after = note_pulled;
	return 200;
}

static int take_limit(const struct call *c, const char *option, int *limit, struct err *err)
{
	int64_t most = conf_int(c->apid->conf, option), asked = most;

	if (http_query_int(c->rq, "limit", 1, ROWS_MAX, &asked, err) < 0)
		return -1;
	*limit = (int)MIN(asked, most);
	return 0;
}

int h_pull(struct call *c, struct err *err)
{
	const char *since;
	int64_t own = -1, away = 0;
	int limit, rows, n;

	if (check_protocol(c, err) < 0 || http_query_int(c->rq, "own", 0, INT64_MAX, &own, err) < 0 ||
	    http_query_int(c->rq, "away", 0, 1, &away, err) < 0 || take_limit(c, "pull_rows", &limit, err) < 0 ||
	    (n = http_query(c->rq, "since", &since, err)) < 0)
		return -1;
	if (n == 0)
		return err_field(err, "/since", "required",
				 "since is missing: the cursor of the last pull, or of the first load");
	if (!away && pull_check_away(c->db, c->pool, c->tenant, since, err) < 0)
		return -1;
	if (own >= 0 && pull_check_own(c->db, c->pool, c->tenant, c->caller.actor.device_server, since, own, err) < 0)
		return -1;
	if (pull_page(c->db, c->tenant, c->caller.actor.device_server, since, limit, PAGE_BYTES, &rows,
		      &c->out, err) < 0)
		return -1;
	return page_sent(c, rows);
}

/* From the beginning: whatever it has pulled before counts no more. */
static void note_load(struct call *c)
{
	roster_begins(c->apid->roster, &c->caller.actor);
	note_pulled(c);
}

int h_snapshot(struct call *c, struct err *err)
{
	const char *after = NULL;
	int limit, rows;

	if (check_protocol(c, err) < 0 || take_limit(c, "snapshot_rows", &limit, err) < 0 ||
	    http_query(c->rq, "after", &after, err) < 0 ||
	    snapshot_page(c->db, c->tenant, after, limit, PAGE_BYTES, &rows, &c->out, err) < 0)
		return -1;
	page_sent(c, rows);
	if (!after)
		c->after = note_load;
	return 200;
}

int h_digest(struct call *c, struct err *err)
{
	struct json body;

	if (check_protocol(c, err) < 0 || call_body(c, &body, err) < 0)
		return -1;
	return digest_answer(c->db, c->tenant, body, &c->out, err) < 0 ? -1 : 200;
}
