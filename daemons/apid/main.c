/* fexl-apid: birth and end. */
#include "base/base.h"
#include "apid/call.h"
#include "apid/swap.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* --- small files for others --- */

static int line_write(const char *path, const char *text, struct err *err)
{
	FILE *f = fopen(path, "we");
	bool written = f && fprintf(f, "%s\n", text) > 0;

	if ((f && fclose(f) != 0) || !written)
		return err_set(err, ERR_INTERNAL, "cannot_write", "%s: %s", path, strerror(errno));
	return 0;
}

/* --- the store --- */

struct db_config apid_db_config(const struct conf *c)
{
	bool sqlite = strcmp(conf_str(c, "db_type"), "sqlite") == 0;
	const char *owner_url = conf_str(c, "database_owner_url");

	return (struct db_config){
		.engine = sqlite ? ENGINE_SQLITE : ENGINE_POSTGRES,
		.url = conf_str(c, "database_url"),
		.owner_url = *owner_url ? owner_url : NULL,
		.walled = !sqlite && strcmp(conf_str(c, "role"), "cloud") == 0,
		.statement_timeout_ms = (int)conf_int(c, "statement_timeout_ms"),
		.connect_timeout_s = (int)conf_int(c, "connect_timeout_s"),
		.journal_size_bytes = conf_int(c, "journal_size_bytes"),
	};
}

static struct store_config store_config_of(struct apid *a)
{
	const struct conf *c = a->conf;

	return (struct store_config){
		.db = apid_db_config(c),
		.lanes = (int)conf_int(c, "lanes"),
		.readers = (int)conf_int(c, "readers"),
		.queue_max = (int)conf_int(c, "lane_queue"),
		.slice_ms = (int)conf_int(c, "slice_ms"),
		.numbered = a->hub,
		.pinned_bytes = conf_int(c, "wal_pinned_bytes"),
		.pinned_ms = (int)conf_int(c, "wal_pinned_ms"),
		.on_commit = notify_committed,
		.on_pinned = notify_pinned,
		.ctx = a->notify,
	};
}

static int migrate(const struct conf *conf, struct err *err)
{
	struct db_config db = apid_db_config(conf);

	if (db.walled && db.owner_url)
		return db_migrate_as_owner(&db, err);
	return err_set(err, ERR_INPUT, "no_owner", "--migrate is for a cloud on postgres: set role, db_type, database_url and database_owner_url");
}

static void on_answers(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct apid *a = arg;

	store_deliver(a->store);
}

static void on_turned(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct apid *a = arg;

	store_loop_turned(a->store);
}

static struct event *event_made(struct event *e, const struct timeval *after)
{
	if (!e || event_add(e, after) < 0)
		panic("no room for an event");
	return e;
}

static bool line_is(const char *path, const char *text)
{
	FILE *f = fopen(path, "re");
	char line[64] = "";
	bool same;

	if (!f)
		return false;
	same = fgets(line, sizeof line, f) && slice_is((struct slice){ line, strcspn(line, "\n") }, text);
	fclose(f);
	return same;
}

/* For a package manager that is about to put an older version in our place.  A
 * disk without room is no reason not to sell. */
static void schema_write(struct apid *a)
{
	char path[PATH_MAX], number[16];
	struct err err = { 0 };

	snprintf(path, sizeof path, "%s/schema-version", conf_str(a->conf, "data_dir"));
	snprintf(number, sizeof number, "%d", SCHEMA_VERSION);
	if (!line_is(path, number) && line_write(path, number, &err) < 0)
		log_warn("%s; an older version could be installed over this database", err.text);
}

/* Said at each start: who runs a cloud for others must know. */
static int check_wall(const struct apid *a, const struct db_config *db, struct err *err)
{
	static const char *const why[] = {
		[WALL_OWNED] = "database_url's role owns the tables, and could take the wall between shops down",
		[WALL_BYPASSED] = "database_url's role is exempt from row security: there is no second wall between shops",
	};
	enum wall wall = store_wall(a->store);

	if (!db->walled || wall == WALL_STANDS)
		return 0;
	if (conf_bool(a->conf, "require_wall"))
		return err_set(err, ERR_DENIED, "wall", "%s: name a role that owns nothing, and run fexlctl cloud migrate "
			       "(require_wall is set)", why[wall]);
	log_warn("%s; see fexl-security(7)", why[wall]);
	return 0;
}

static int open_store(struct apid *a, struct err *err)
{
	struct store_config config = store_config_of(a);
	int fd;

	if (store_open(&a->store, &config, err) < 0 || check_wall(a, &config.db, err) < 0 || shop_open(a, err) < 0)
		return -1;
	a->kept = kept_new(a->store, (size_t)conf_int(a->conf, "answers_kept_bytes"));
	schema_write(a);
	fd = store_wake_fd(a->store);
	a->answers = event_made(event_new(a->base, fd, EV_READ | EV_PERSIST, on_answers, a), NULL);
	a->turned = event_made(evtimer_new(a->base, on_turned, a), NULL);
	a->slow.max = MAX(config.readers - 1, 1);
	a->slow.end = &a->slow.first;
	return a->hub ? 0 : device_key_open(a->conf, a->device_key, err);
}

static void on_minute(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	minute_save(arg);
	purge_some(arg);
}

/* --- listening --- */

/* For scripts that asked for port 0. */
static int port_write(struct apid *a, struct err *err)
{
	const char *colon = strrchr(a->where, ':');

	return line_write(service_path(a->svc, "apid.port"), colon ? colon + 1 : a->where, err);
}

static const char *scheme(const struct apid *a)
{
	return *conf_str(a->conf, "tls_cert") ? "https" : "http";
}

static void listens(struct apid *a, const char *where)
{
	log_info("listening on %s://%s", scheme(a), where);
	if (!a->where[0])
		snprintf(a->where, sizeof a->where, "%s", where);
}

/* What systemd holds for us.  How many, or -1. */
static int listen_inherited(struct apid *a, struct err *err)
{
	char where[64];
	int n, fd;

	for (n = 0; (fd = service_inherited_tcp(n)) >= 0; n++) {
		if (http_listen_fd(a->http, fd, where, err) < 0)
			return -1;
		listens(a, where);
	}
	return n;
}

static int listen_own(struct apid *a, struct err *err)
{
	char list[512], *rest = list, *address, where[64];

	snprintf(list, sizeof list, "%s", conf_str(a->conf, "listen"));
	while ((address = strsep(&rest, ", "))) {
		if (!*address)
			continue;
		if (http_listen_tcp(a->http, address, where, err) < 0)
			return -1;
		listens(a, where);
	}
	return 0;
}

/* A socket of systemd's stands for the default; what the administrator names
 * comes to it. */
static int listen_all(struct apid *a, struct err *err)
{
	int inherited = listen_inherited(a, err);

	if (inherited < 0)
		return -1;
	if (inherited > 0 && strcmp(conf_origin(a->conf, "listen"), "default") == 0)
		return 0;
	return listen_own(a, err);
}

static int open_http(struct apid *a, struct err *err)
{
	struct http_handler handler = { .request = call_request, .head = call_head,
					.headers = call_headers, .ctx = a };
	struct http_limits limits;

	service_http_limits(a->conf, &limits);
	a->http = http_server_new(a->base, &limits, handler);
	if (*conf_str(a->conf, "tls_cert") &&
	    http_server_tls(a->http, conf_str(a->conf, "tls_cert"), conf_str(a->conf, "tls_key"), err) < 0)
		return -1;
	if (listen_all(a, err) < 0 || port_write(a, err) < 0)
		return -1;
	return meters_open(a, err);
}

void apid_say(struct apid *a)
{
	const struct worker *w = notify_worker(a->notify);

	if (a->hub)
		service_say(a->svc, "The hub, on %s://%s", scheme(a), a->where);
	else if (w->up && w->text)
		service_say(a->svc, "%s", w->text);
	else
		service_say(a->svc, "This till sells, on %s://%s", scheme(a), a->where);
}

/* --- start --- */

static int start(struct service_ctx *svc, void **state, struct err *err)
{
	static const struct timeval minute = { 60, 0 };
	struct apid *a = x_alloc(sizeof *a);

	*state = a;
	a->svc = svc;
	a->conf = service_conf(svc);
	a->base = service_base(svc);
	a->hub = strcmp(conf_str(a->conf, "role"), "cloud") == 0;
	schema_check();
	routes_check();
	random_bytes(a->source_salt, sizeof a->source_salt);
	a->browser = browser_new(a->conf, a->hub);
	a->cache = cache_new();
	a->events = events_new(a);
	a->notify = notify_new(a);
	a->handed = handed_new(a->base, conf_int(a->conf, "ws_wait_ms") * 1000);
	a->roster = roster_new(a);
	a->files = files_new(a->conf);
	if (swap_make(a->conf, err) < 0 || open_store(a, err) < 0 || notify_listen(a->notify, err) < 0 || open_http(a, err) < 0)
		return -1;
	hosts_start(a);
	a->minute = event_made(event_new(a->base, -1, EV_PERSIST, on_minute, a), &minute);
	purge_some(a);
	move_start(a);
	apid_say(a);
	return 0;
}

/* --- stop --- */

static void forget_answers(struct apid *a)
{
	struct event **events[] = { &a->answers, &a->turned };

	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		if (*events[i])
			event_free(*events[i]);
		*events[i] = NULL;
	}
}

/* The last step: nothing is in hand, all is written. */
static void stop_store(struct apid *a)
{
	struct store *store = a->store;

	forget_answers(a);
	a->store = NULL;
	store_close(&store);
	unlink(service_path(a->svc, "apid.port"));
	service_stopped(a->svc);
}

void apid_hold(struct apid *a)
{
	a->in_hand++;
}

void apid_let_go(struct apid *a)
{
	if (--a->in_hand > 0 || !a->closing)
		return;
	/* Not from here: a call of the store's may be on the stack. */
	event_active(a->last, EV_TIMEOUT, 0);
}

static void on_last(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct apid *a = arg;

	if (a->store && a->in_hand == 0)
		stop_store(a);
}

/* No connection is left; requests whose client went away may still be in a lane. */
static void on_drained(void *ctx)
{
	struct apid *a = ctx;

	a->closing = true;
	apid_hold(a);
	roster_flush(a->roster);
	minute_save(a);
	apid_let_go(a);
}

static void stop(struct service_ctx *svc, void *state)
{
	struct apid *a = state;
	int64_t wait_ms = conf_int(a->conf, "stop_timeout_s") * 1000 / 2;

	a->stopping = true;
	if (!a->minute) {	/* the start has failed: there is nothing to finish */
		forget_answers(a);
		store_close(&a->store);
		service_stopped(svc);
		return;
	}
	a->last = evtimer_new(a->base, on_last, a);
	if (!a->last)
		panic("no room for an event");
	http_server_drain(a->http, (int)wait_ms, on_drained, a);
}

static void release(void *state)
{
	struct apid *a = state;
	struct event *events[] = { a->answers, a->turned, a->minute, a->moved.again, a->last };

	meters_free(&a->meters);
	http_server_free(&a->http);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (events[i])
			event_free(events[i]);
	hosts_close(&a->hosts);
	store_close(&a->store);
	notify_free(&a->notify);
	handed_free(&a->handed);
	events_free(&a->events);
	roster_free(&a->roster);
	files_free(&a->files);
	kept_free(&a->kept);
	cache_free(&a->cache);
	browser_free(&a->browser);
	shop_set_cloud(a, NULL);
	explicit_bzero(a->device_key, sizeof a->device_key);
	free(a);
}

static bool moving(void *state)
{
	struct apid *a = state;

	return !a->store || store_moving(a->store);
}

int main(int argc, char **argv)
{
	static const struct service apid = {
		.name = APID_NAME,
		.socket = "apid",
		.who = FOR_APID,
		.start = start,
		.stop = stop,
		.release = release,
		.status = apid_status,
		.metrics = apid_metrics,
		.local_request = call_local,
		.moving = moving,
		.migrate = migrate,
	};

	return service_run(&apid, argc, argv);
}
