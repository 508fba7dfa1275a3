/* A till joins a cloud, and leaves it; and what fexl-syncd hears there of us. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/backup.h"
#include "store/upkeep.h"
#include "sync/restored.h"

#include <ctype.h>

/* --- joining --- */

/* http://host[:port], no more: it goes into requests and into the console's CSP. */
static int tidy_url(struct call *c, const char *typed, const char **url, struct err *err)
{
	const char *host = strstr(typed, "://");
	size_t len = strlen(typed);

	if (host && (strncmp(typed, "http://", 7) == 0 || strncmp(typed, "https://", 8) == 0)) {
		host += 3;
		len = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]");
		if (len > 0 && (host[len] == '\0' || strcmp(host + len, "/") == 0)) {
			*url = pool_strndup(c->pool, typed, (size_t)(host - typed) + len);
			return 0;
		}
	}
	return err_field(err, "/url", "url_shape",
			 "url must be the cloud's address and no more: https://cloud.example");
}

/* What the lane has changed counts on the loop from now on. */
static void shop_changed(struct call *c)
{
	c->apid->shop = c->shop;
	cache_clear(c->apid->cache);
}

static void pairing_begun(struct call *c)
{
	shop_changed(c);
	shop_set_cloud(c->apid, c->state);
	log_info("pairing with %s was begun", (const char *)c->state);
	move_some(c->apid);
	notify_kick(c->apid->notify, "pairing");
}

/* The rows are here twice for a while.  Pages that are free already take some of them. */
static int check_room(struct call *c, struct err *err)
{
	struct db_config living = apid_db_config(c->apid->conf);
	struct upkeep u;
	struct pairing p;

	if (pairing_load(c->db, c->pool, &p, err) < 0)
		return -1;
	if (p.move_done > 0)
		return 0;	/* asked once more on the way: there was room */
	if (upkeep_look(c->db, living.url, &u, err) < 0)
		return -1;
	return backup_room(conf_str(c->apid->conf, "data_dir"), MAX(u.bytes - 2 * u.unused_bytes, 0), err);
}

int h_pairing_put(struct call *c, struct err *err)
{
	static const char *const members[] = { "url", "tenant_uuid", "license_key", "name", NULL };
	const char *typed, *url = NULL, *license, *name;
	struct write w = call_write(c);
	char key[LICENSE_LEN + 1];
	struct uuid tenant;
	struct json body;
	int moves;

	if (call_body_only(c, members, &body, err) < 0 || call_need(body, "url", 500, &typed, err) < 0 ||
	    call_need_uuid(body, "tenant_uuid", &tenant, err) < 0 ||
	    call_need(body, "license_key", 100, &license, err) < 0 ||
	    call_need(body, "name", 200, &name, err) < 0 || tidy_url(c, typed, &url, err) < 0)
		return -1;
	if (license_read(license, key, err) < 0) {
		snprintf(err->field, sizeof err->field, "/license_key");
		return -1;
	}
	shop_forget(c->apid);
	/* The key is in its place before anybody looks for it. */
	if ((moves = pairing_begin(&w, url, tenant, name, err)) < 0 || (moves && check_room(c, err) < 0) ||
	    license_store(c->apid->conf, key, err) < 0)
		return -1;
	c->shop.tenant = w.tenant;
	c->state = (void *)url;
	c->after = pairing_begun;
	jw_open(&c->out, '{');
	jw_put_uuid(&c->out, "device_uuid", c->shop.site.device);
	jw_put_str(&c->out, "status", moves ? "moving" : "registering");
	jw_close(&c->out, '}');
	return 202;
}

static void pairing_over(struct call *c)
{
	license_remove(c->apid->conf);
	shop_set_cloud(c->apid, NULL);
	clock_unfollow();
	c->apid->last_cycle = 0;
	log_info("pairing was ended: this till works on its own");
	move_some(c->apid);
	notify_kick(c->apid->notify, "pairing");
}

int h_pairing_end(struct call *c, struct err *err)
{
	struct write w = call_write(c);

	if (pairing_end(&w, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "status", "off");
	jw_close(&c->out, '}');
	c->after = pairing_over;
	return 200;
}

/* --- what the cloud said --- */

struct word {
	const char *status, *code, *prefix, *trouble, *boot_id;
	struct uuid hub, epoch;
	int64_t server_time, boot;	/* server_time 0: it did not say */
	int64_t incarnation;		/* who asked; 0: not known */
	int64_t seq, purged;		/* 0: it did not say */
	bool load_again;		/* all of the hub's shall come anew */
};

static int take_word(struct json body, struct word *w, struct err *err)
{
	if (call_need(body, "status", 20, &w->status, err) < 0 ||
	    json_get_str(body, "code", 40, &w->code, err) < 0 ||
	    json_get_str(body, "prefix", 20, &w->prefix, err) < 0 ||
	    json_get_str(body, "trouble", 500, &w->trouble, err) < 0 ||
	    json_get_uuid(body, "hub", &w->hub, err) < 0 ||
	    json_get_uuid(body, "epoch", &w->epoch, err) < 0)
		return -1;
	if (json_get_time(body, "server_time", &w->server_time, err) < 0 ||
	    json_get_int(body, "incarnation", 0, INT64_MAX, &w->incarnation, err) < 0 ||
	    json_get_int(body, "seq", 0, INT64_MAX, &w->seq, err) < 0 || json_get_int(body, "purged", 0, INT64_MAX, &w->purged, err) < 0 ||
	    json_get_int(body, "boot", INT64_MIN, INT64_MAX, &w->boot, err) < 0 ||
	    json_get_str(body, "boot_id", 40, &w->boot_id, err) < 0 ||
	    json_get_bool(body, "load_again", &w->load_again, err) < 0)
		return -1;
	return 0;
}

static int note_clock(struct write *w, const struct word *word, struct err *err)
{
	if (!word->server_time || !word->boot_id)
		return 0;
	return pairing_clock(w, word->server_time, word->boot, word->boot_id, err);
}

/* Another hub, or the same one restored: what was agreed with the other epoch
 * counts no more. */
static int note_epoch(struct write *w, const struct word *word, struct err *err)
{
	int n = sync_meet_epoch(w, word->epoch, err);

	if (n > 0)
		log_warn("the cloud numbers its changes anew: all is compared with it again");
	return MIN(n, 0);
}

static int note_load(struct write *w, const struct word *word, struct err *err)
{
	if (!word->load_again)
		return 0;
	log_info("the cloud wants this till to load everything again");
	return pairing_load_again(w, err);
}

static int note_word(struct call *c, const struct word *word, struct err *err)
{
	struct write w = call_write(c);

	if (pairing_check(&w, word->incarnation, err) < 0 || note_epoch(&w, word, err) < 0 ||
	    pairing_status(&w, word->status, word->code, word->prefix, word->hub, word->epoch,
			   word->trouble, err) < 0 ||
	    note_clock(&w, word, err) < 0 || (word->purged && pairing_purged(&w, word->purged, word->seq, err) < 0) ||
	    note_load(&w, word, err) < 0)
		return -1;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "status", word->status);
	jw_close(&c->out, '}');
	return 200;
}

static void follow_clock(struct call *c)
{
	const struct word *word = c->state;

	if (word->server_time)
		clock_follow(word->server_time, word->boot);
}

static struct word *take_body(struct call *c, struct err *err)
{
	struct word *word = pool_alloc(c->pool, sizeof *word);
	struct json body;

	if (call_body(c, &body, err) < 0 || take_word(body, word, err) < 0)
		return NULL;
	return c->state = word;
}

int h_state(struct call *c, struct err *err)
{
	struct word *word = take_body(c, err);

	if (!word)
		return -1;
	c->after = follow_clock;
	return note_word(c, word, err);
}

/* The licence key has done its work, or was wrong. */
static void asked(struct call *c)
{
	license_remove(c->apid->conf);
}

int h_registered(struct call *c, struct err *err)
{
	struct word *word = take_body(c, err);

	if (!word)
		return -1;
	c->after = asked;
	return note_word(c, word, err);
}

static void another_life(struct call *c)
{
	shop_changed(c);
	log_warn("the cloud knows a later state of this till: it goes on as incarnation %lld of device %s, and compares all",
		 (long long)c->shop.site.incarnation, uuid_text(c->shop.site.device).s);
}

/* Said twice, it is done once: the incarnation that was meant is not the present one then. */
int h_restored(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	struct json body;
	int64_t meant = 0;
	bool twin = false;

	if (call_body(c, &body, err) < 0 || json_get_int(body, "incarnation", 1, INT32_MAX, &meant, err) < 0 ||
	    json_get_bool(body, "twin", &twin, err) < 0)
		return -1;
	buf_str(&c->out, "{}");
	if (meant != c->shop.site.incarnation)
		return 200;
	shop_forget(c->apid);
	c->after = another_life;
	return restored_noticed(&w, twin, err) < 0 ? -1 : 200;
}

int h_pause(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	bool paused = true;
	struct json body;

	if (call_body(c, &body, err) < 0 || json_get_bool(body, "paused", &paused, err) < 0 ||
	    pairing_pause(&w, paused, err) < 0)
		return -1;
	buf_str(&c->out, "{}");
	return 200;
}

int h_verified(struct call *c, struct err *err)
{
	struct write w = call_write(c);
	bool identical = false;
	int64_t seq = 0;
	struct json body;

	if (call_body(c, &body, err) < 0 || json_get_int(body, "at_seq", 0, INT64_MAX, &seq, err) < 0 ||
	    json_get_bool(body, "identical", &identical, err) < 0)
		return -1;
	if (identical && pairing_verified(&w, clock_wall(), seq, err) < 0)
		return -1;
	buf_str(&c->out, "{}");
	return 200;
}
