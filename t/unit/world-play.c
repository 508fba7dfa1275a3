/* Apid and the cloud, played by the test. */
#include "base/base.h"
#include "world.h"

#include "base/clock.h"
#include "base/jwt.h"
#include "sync/sync.h"

static struct heard *note(struct world *w, struct http_request *rq)
{
	struct heard *s = &w->seen[w->n_seen++];

	if (w->n_seen == SEEN_MAX)
		fail_msg("%d requests: somebody turns in circles", SEEN_MAX);
	snprintf(s->what, sizeof s->what, "%s %.*s", http_method_name(rq->method), (int)rq->target.len, rq->target.p);
	s->body = strndup(rq->body.len > 0 ? rq->body.p : "", rq->body.len);
	s->token = http_header(rq, "Authorization").p != NULL;
	s->packed = http_header(rq, "Content-Encoding").p != NULL;
	s->at = clock_boot();
	return s;
}

/* --- answers --- */

static void reply(struct http_request *rq, int status, const char *fmt, ...) PRINTF(3, 4);
static void reply(struct http_request *rq, int status, const char *fmt, ...)
{
	char text[4096];
	struct buf body = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	buf_str(&body, text);
	http_reply_json(rq, status, &body);
}

static struct quirk *quirk_for(struct world *w, const char *what)
{
	for (int i = 0; i < w->n_quirks; i++)
		if (!w->quirk[i].off && strncmp(strchr(what, ' ') + 1, w->quirk[i].path, strlen(w->quirk[i].path)) == 0)
			return &w->quirk[i];
	return NULL;
}

static void misbehave(struct quirk *r, struct http_request *rq)
{
	struct buf body = { 0 };

	if (r->times > 0 && --r->times == 0)
		r->off = true;
	if (r->status < 0)
		return;		/* it hangs until the end of the world */
	if (r->header)
		http_extra(rq, r->header, "%s", r->value);
	buf_str(&body, r->body ? r->body : "{}");
	if (r->zeros) {
		memset(buf_room(&body, r->zeros), 0, r->zeros);
		buf_used(&body, r->zeros);
	}
	http_reply(rq, r->status, r->type ? r->type : "application/json", &body);
}

static struct json parse(struct world *w, struct slice text)
{
	struct json j = { 0 };

	if (json_parse(w->f->pool, text.p, text.len, &j, &w->f->err) < 0)
		fail_msg("no JSON: %s: %.*s", w->f->err.text, (int)text.len, text.p);
	return j;
}

/* --- the cloud --- */

static int64_t cloud_now(const struct world *w)
{
	return clock_wall() + w->clock_ahead;
}

/* 401 when the token is not what this device's key signs at the cloud's time. */
static bool believes(struct world *w, struct http_request *rq)
{
	struct slice auth = http_header(rq, "Authorization");
	struct jwt t = { 0 };
	bool good = auth.len > 7 && jwt_read(auth.p + 7, auth.len - 7, &t, &w->f->err) == 0 && t.use == JWT_DEVICE &&
		    uuid_eq(t.device, w->f->site.device) && uuid_eq(t.tenant, w->f->w.tenant) &&
		    jwt_verify(auth.p + 7, auth.len - 7, &t, w->public_key, cloud_now(w) / SECOND_US, 2, &w->f->err) == 0;

	if (good)
		return true;
	w->unauthorized++;
	reply(rq, 401, "{'status':401,'code':'token_bad','detail':'the token is not good'}");
	return false;
}

static bool lets_in(struct world *w, struct http_request *rq)
{
	if (!believes(w, rq))
		return false;
	if (strcmp(w->device, "approved") == 0)
		return true;
	reply(rq, 403, "{'status':403,'code':'device_%s','detail':'this device is %s'}", w->device, w->device);
	return false;
}

static void cloud_health(struct world *w, struct http_request *rq)
{
	char now[TIME_TEXT_LEN + 1], more[300] = "";

	time_format(cloud_now(w), now);
	if (http_header(rq, "Authorization").p) {
		if (!believes(w, rq))
			return;
		if (strcmp(w->device, "approved") == 0)
			snprintf(more, sizeof more, ",'prefix':'T1'},'hub':'%s','epoch':'%s','seq':%lld,"
				 "'limits':{'push_rows':1000,'push_bytes':1048576,'pull_rows':1000}",
				 uuid_text(w->hub).s, uuid_text(w->epoch).s, (long long)w->seq);
		reply(rq, 200, "{'status':'ok','server_time':'%s','protocol':{'min':1,'max':1},'schema':1,"
		      "'device':{'status':'%s'%s}", now, w->device, more[0] ? more : "}");
		return;
	}
	reply(rq, 200, "{'status':'ok','server_time':'%s'}", now);
}

static void cloud_credentials(struct world *w, struct http_request *rq)
{
	struct json body = parse(w, rq->body);
	struct buf key = { 0 };

	base64url_add(&key, w->public_key, sizeof w->public_key);
	assert_string_equal(text_of(body, "public_key"), key.data);
	assert_true(uuid_eq(uuid_of(body, "device_uuid"), w->f->site.device));
	buf_release(&key);
	if (strcmp(text_of(body, "license_key"), LICENSE) != 0) {
		reply(rq, 403, "{'status':403,'code':'credentials_refused','detail':'licence key or shop are wrong'}");
		return;
	}
	reply(rq, 202, "{'status':'pending','code':'KTRV-7QX2'}");
}

static void cloud_push(struct world *w, struct http_request *rq)
{
	struct json rows = json_member(parse(w, rq->body), "rows");
	bool wrong = w->wrong_clock;
	struct buf out = { 0 };

	if (!lets_in(w, rq))
		return;
	w->wrong_clock = false;
	jw_open(&out, '{');
	jw_name(&out, "results");
	jw_open(&out, '[');
	for (size_t i = 0; i < json_len(rows); i++) {
		jw_open(&out, '{');
		jw_put_str(&out, "table", text_of(json_at(rows, i), "table"));
		jw_put_uuid(&out, "uuid", uuid_of(json_at(rows, i), "uuid"));
		jw_put_int(&out, "status", wrong ? 422 : 201);
		jw_put_str(&out, "code", wrong ? "clock" : NULL);
		jw_put_int(&out, "seq", 100 + (int64_t)i);
		jw_close(&out, '}');
	}
	jw_close(&out, ']');
	w->seq = 100;
	jw_put_int(&out, "seq", w->seq);
	jw_close(&out, '}');
	http_reply_json(rq, 200, &out);
}

static void cloud_pull(struct world *w, struct http_request *rq)
{
	const char *since;

	if (!lets_in(w, rq))
		return;
	assert_int_equal(http_query(rq, "since", &since, &w->f->err), 1);
	reply(rq, 200, "{'rows':[],'next':'%s','more':false,'epoch':'%s','seq':%lld}", since, uuid_text(w->epoch).s,
	      (long long)w->seq);
}

/* Pages without rows: what matters here is how they follow one another. */
static void cloud_snapshot(struct world *w, struct http_request *rq)
{
	const char *after;
	int page;

	if (!lets_in(w, rq))
		return;
	assert_true(http_query(rq, "after", &after, &w->f->err) >= 0);
	page = after ? atoi(after) + 1 : 1;
	if (page < w->pages)
		reply(rq, 200, "{'rows':[],'next':'%d','more':true,'epoch':'%s','as_of':7,'done':%d,'total':%d}", page,
		      uuid_text(w->epoch).s, page * 1000, w->pages * 1000);
	else
		reply(rq, 200, "{'rows':[],'next':null,'more':false,'epoch':'%s','as_of':7,'done':%d,'total':%d}",
		      uuid_text(w->epoch).s, page * 1000, w->pages * 1000);
}

/* The till's own rows, counted as a hub would. */
static void cloud_digest(struct world *w, struct http_request *rq)
{
	struct db_config config = { .engine = ENGINE_SQLITE, .url = pool_printf(w->f->pool, "%s/fexl.db", w->f->dir) };
	struct buf out = { 0 };
	struct db *db;

	if (!lets_in(w, rq))
		return;
	must(w->f, db_open(&db, &config, DB_READ, &w->f->err));
	must(w->f, digest_answer(db, w->f->w.tenant, parse(w, rq->body), &out, &w->f->err));
	db_close(&db);
	http_reply_json(rq, 200, &out);
}

/* --- apid --- */

static struct uuid maybe_uuid(struct json o, const char *name)
{
	struct uuid u = { { 0 } };

	assert_true(json_get_uuid(o, name, &u, NULL) >= 0);
	return u;
}

static const char *maybe_text(struct json o, const char *name)
{
	const char *text = NULL;

	assert_true(json_get_str(o, name, 300, &text, NULL) >= 0);
	return text;
}

static void apid_state(struct world *w, struct http_request *rq)
{
	struct json o = parse(w, rq->body);
	struct fixture *f = w->f;
	int64_t time = 0;

	must(f, pairing_status(&f->w, text_of(o, "status"), maybe_text(o, "code"), maybe_text(o, "prefix"),
			       maybe_uuid(o, "hub"), maybe_uuid(o, "epoch"), maybe_text(o, "trouble"), &f->err));
	if (json_get_time(o, "server_time", &time, NULL) > 0)
		must(f, pairing_clock(&f->w, time, int_of(o, "boot"), text_of(o, "boot_id"), &f->err));
	fixture_commit(f);
	reply(rq, 200, "{'status':'%s'}", text_of(o, "status"));
}

static void apid_apply(struct world *w, struct http_request *rq)
{
	struct json page = parse(w, rq->body);
	struct fixture *f = w->f;

	if (strstr(w->seen[w->n_seen - 1].what, "?load=1"))
		must(f, pairing_load_progress(&f->w, text_of(page, "next"), int_of(page, "done"), int_of(page, "total"), &f->err));
	fixture_commit(f);
	w->applied++;
	reply(rq, 200, "{'applied':3,'parked':0,'conflicts':0}");
}

/* Stamps what the cloud took; says what it did. */
static void apid_confirm(struct world *w, struct http_request *rq)
{
	struct json o = parse(w, rq->body), sent = json_member(o, "sent");
	struct json results = json_member(json_member(o, "answer"), "results");
	int stamped = 0, refused = 0;
	struct fixture *f = w->f;

	assert_int_equal(json_len(sent), json_len(results));
	for (size_t i = 0; i < json_len(sent); i++) {
		struct json row = json_at(results, i);
		const char *code = maybe_text(row, "code");
		const struct table *t = schema_table(text_of(json_at(sent, i), "table"));
		struct uuid u = uuid_of(json_at(sent, i), "uuid");
		struct err why = { .kind = ERR_INPUT };

		snprintf(why.text, sizeof why.text, "%s", code ? code : "");
		if (code && strcmp(code, "clock") == 0)
			continue;
		if (int_of(row, "status") == 422) {
			must(f, outbox_mark(&f->t, f->w.tenant, t, u, OUTBOX_REFUSED, (struct uuid){ { 0 } }, &why, &f->err));
			refused++;
			continue;
		}
		must(f, outbox_remove(&f->t, f->w.tenant, t, u, &f->err));
		stamped++;
	}
	fixture_commit(f);
	w->confirmed += stamped;
	reply(rq, 200, "{'stamped':%d,'refused':%d,'waiting':0}", stamped, refused);
}

static void apid_restamp(struct world *w, struct http_request *rq)
{
	int64_t time;

	assert_int_equal(json_get_time(parse(w, rq->body), "server_time", &time, NULL), 1);
	w->restamped++;
	reply(rq, 200, "{'moved':1}");
}

static void apid_done(struct world *w, struct http_request *rq)
{
	w->done++;
	must(w->f, pairing_cycle(&w->f->w, clock_wall(), &w->f->err));
	fixture_commit(w->f);
	reply(rq, 200, "{}");
}

static void apid_pause(struct world *w, struct http_request *rq)
{
	bool paused = false;

	assert_int_equal(json_get_bool(parse(w, rq->body), "paused", &paused, NULL), 1);
	must(w->f, pairing_pause(&w->f->w, paused, &w->f->err));
	fixture_commit(w->f);
	reply(rq, 200, "{}");
	world_kick(w);
}

static void apid_verified(struct world *w UNUSED, struct http_request *rq)
{
	reply(rq, 200, "{}");
}

/* --- both --- */

static const struct {
	struct route_key key;
	void (*answer)(struct world *w, struct http_request *rq);
} routes[] = {
	{ { HTTP_GET, "/api/sync/health" }, cloud_health },
	{ { HTTP_POST, "/api/sync/credentials" }, cloud_credentials },
	{ { HTTP_POST, "/api/sync/push" }, cloud_push },
	{ { HTTP_GET, "/api/sync/pull" }, cloud_pull },
	{ { HTTP_GET, "/api/sync/snapshot" }, cloud_snapshot },
	{ { HTTP_POST, "/api/sync/digest" }, cloud_digest },
	{ { HTTP_POST, "/internal/sync/state" }, apid_state },
	{ { HTTP_POST, "/internal/sync/registered" }, apid_state },
	{ { HTTP_POST, "/internal/sync/apply" }, apid_apply },
	{ { HTTP_POST, "/internal/sync/confirm" }, apid_confirm },
	{ { HTTP_POST, "/internal/sync/restamp" }, apid_restamp },
	{ { HTTP_POST, "/internal/sync/done" }, apid_done },
	{ { HTTP_POST, "/internal/sync/pause" }, apid_pause },
	{ { HTTP_POST, "/internal/sync/verified" }, apid_verified },
	{ { HTTP_GET, NULL }, NULL },
};

void world_request(struct http_request *rq, void *ctx)
{
	struct world *w = ctx;
	struct heard *s = note(w, rq);
	struct quirk *r = quirk_for(w, s->what);
	struct route_match m;

	route_find(routes, sizeof routes[0], rq, &m);
	if (r)
		misbehave(r, rq);
	else if (m.route >= 0)
		routes[m.route].answer(w, rq);
	else
		reply(rq, 404, "{}");
}

void world_message(struct wire_peer *peer UNUSED, const struct wire_msg *m, void *ctx)
{
	struct world *w = ctx;

	if (m->type != WIRE_STATUS)
		return;
	snprintf(w->state, sizeof w->state, "%s", m->v[STATUS_STATE].s);
	snprintf(w->text, sizeof w->text, "%s", m->v[STATUS_TEXT].s);
	w->said++;
}

struct quirk *world_quirk(struct world *w, struct quirk r)
{
	if (w->n_quirks == QUIRKS_MAX)
		fail_msg("more than %d quirks", QUIRKS_MAX);
	w->quirk[w->n_quirks] = r;
	return &w->quirk[w->n_quirks++];
}
