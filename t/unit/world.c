#include "base/base.h"
#include "world.h"

#include "base/clock.h"
#include "base/log.h"

#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

/* --- what came --- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

int count_seen(const struct world *w, const char *what)
{
	int n = 0;

	for (int i = 0; i < w->n_seen; i++)
		n += begins(w->seen[i].what, what);
	return n;
}

const struct heard *last_seen(const struct world *w, const char *what)
{
	for (int i = w->n_seen - 1; i >= 0; i--)
		if (begins(w->seen[i].what, what))
			return &w->seen[i];
	fail_msg("nobody asked for %s", what);
	return NULL;
}

bool has_seen(struct world *w, const void *what)
{
	return count_seen(w, what) > 0;
}

bool has_state(struct world *w, const void *state)
{
	return strcmp(w->state, state) == 0;
}

void world_forget(struct world *w)
{
	while (w->n_seen > 0)
		free(w->seen[--w->n_seen].body);
}

/* --- servers come and go --- */

static struct http_server *server_new(struct world *w)
{
	struct http_handler handler = { .request = world_request, .ctx = w };
	struct http_limits limits = http_default_limits;

	return http_server_new(w->base, &limits, handler);
}

void world_cloud_back(struct world *w)
{
	char where[64];

	w->cloud = server_new(w);
	/* the same port as before, so that the pairing still names it */
	must(w->f, http_listen_tcp(w->cloud, w->url[0] ? w->url + 7 : "127.0.0.1:0", where, &w->f->err));
	snprintf(w->url, sizeof w->url, "http://%s", where);
}

void world_cloud_gone(struct world *w)
{
	http_server_free(&w->cloud);
}

void world_apid_back(struct world *w)
{
	struct wire_events ev = { .message = world_message, .ctx = w };
	char path[100];

	w->apid = server_new(w);
	snprintf(path, sizeof path, "%s/apid.sock", w->f->dir);
	must(w->f, http_listen_unix(w->apid, path, 0600, &w->f->err));
	snprintf(path, sizeof path, "%s/apid.wire", w->f->dir);
	w->wire = wire_hub_new(w->base, "fexl-apid", path, ev, &w->f->err);
	assert_non_null(w->wire);
}

void world_apid_gone(struct world *w)
{
	http_server_free(&w->apid);
	wire_hub_free(&w->wire);
}

/* --- life --- */

static void write_file(struct world *w, const char *name, const void *p, size_t len)
{
	char path[100];
	int fd;

	snprintf(path, sizeof path, "%s/%s", w->f->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, p, len), len);
	close(fd);
}

int world_up(void **state)
{
	static enum engine sqlite = ENGINE_SQLITE;
	struct world *w = x_alloc(sizeof *w);
	void *fixture = &sqlite;

	log_init("world", LOG_LEVEL_ERROR);
	if (fixture_till(&fixture) != 0)
		return -1;
	w->f = fixture;
	w->base = event_base_new();
	w->device = "pending";
	w->seq = 7;
	w->epoch = uuid_v7();
	w->hub = uuid_v7();
	w->pages = 1;
	ed25519_new(w->key, w->public_key);
	write_file(w, "device.key", w->key, sizeof w->key);
	world_cloud_back(w);
	world_apid_back(w);
	*state = w;
	return 0;
}

static void read_log(struct world *w, struct buf *text)
{
	char path[100];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "%s/log", w->f->dir);
	fd = open(path, O_RDONLY);
	while (fd >= 0 && (n = read(fd, buf_room(text, 65536), 65536)) > 0)
		buf_used(text, (size_t)n);
	close(fd);
}

bool log_has(struct world *w, const char *text)
{
	struct buf log = { 0 };
	bool has;

	read_log(w, &log);
	has = log.len > 0 && strstr(log.data, text);
	buf_release(&log);
	return has;
}

int world_down(void **state)
{
	struct world *w = *state;
	void *fixture = w->f;
	/* "eyJ" begins every token */
	bool leaked = log_has(w, LICENSE) || log_has(w, "eyJ"), broken = log_has(w, "Sanitizer") || log_has(w, "runtime error");
	int rc;

	if (w->syncd > 0)
		world_stop(w);
	world_forget(w);
	http_server_free(&w->cloud);
	http_server_free(&w->apid);
	wire_hub_free(&w->wire);
	event_base_free(w->base);
	rc = fixture_down(&fixture);
	free(w);
	if (leaked || broken)
		print_error("the log of fexl-syncd has %s in it\n", leaked ? "a secret" : "a complaint");
	return leaked || broken ? -1 : rc;
}

void world_pair(struct world *w)
{
	struct fixture *f = w->f;

	must(f, pairing_begin(&f->w, w->url, uuid_v7(), "Front till", &f->err));
	fixture_commit(f);
	write_file(w, "license", LICENSE "\n", strlen(LICENSE) + 1);
}

void world_approved(struct world *w)
{
	struct fixture *f = w->f;

	world_pair(w);
	w->device = "approved";
	must(f, pairing_status(&f->w, "approved", NULL, "T1", w->hub, w->epoch, NULL, &f->err));
	must(f, pairing_load_progress(&f->w, NULL, 10, 10, &f->err));
	must(f, pairing_cursor(&f->w, 7, &f->err));
	fixture_commit(f);
}

static void become_syncd(struct world *w)
{
	const char *build = getenv("FEXL_BUILD");
	char path[300];

	snprintf(path, sizeof path, "%s/log", w->f->dir);
	dup2(open(path, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
	snprintf(path, sizeof path, "%s/fexl.db", w->f->dir);
	setenv("DATABASE_URL", path, 0);
	setenv("FEXL_DATA_DIR", w->f->dir, 1);
	setenv("FEXL_RUN_DIR", w->f->dir, 1);
	setenv("FEXL_LOG_LEVEL", "debug", 1);
	setenv("FEXL_CLOUD_SOCKET", "no", 1);	/* the cloud that is played here has none */
	snprintf(path, sizeof path, "%s/fexl-syncd", build ? build : ".");
	execl(path, path, NULL);
	_exit(127);
}

void world_start(struct world *w, ...)
{
	const char *name;
	va_list ap;

	w->syncd = fork();
	if (w->syncd > 0)
		return;
	va_start(ap, w);
	while ((name = va_arg(ap, const char *)))
		setenv(name, va_arg(ap, const char *), 1);
	va_end(ap);
	become_syncd(w);
}

static bool has_ended(struct world *w, const void *arg)
{
	return waitpid(w->syncd, (int *)arg, WNOHANG) == w->syncd;
}

int world_wait(struct world *w)
{
	int status = 0;

	if (!world_runs(w, has_ended, &status, PATIENCE_MS))
		return -1;
	w->syncd = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int world_stop(struct world *w)
{
	kill(w->syncd, SIGTERM);
	return world_wait(w);
}

bool world_runs(struct world *w, bool (*holds)(struct world *w, const void *arg), const void *arg, int ms)
{
	int64_t end = clock_boot() + ms * (int64_t)1000;

	while (!holds(w, arg)) {
		if (clock_boot() > end)
			return false;
		event_base_loop(w->base, EVLOOP_NONBLOCK);
		usleep(500);
	}
	return true;
}

static bool never(struct world *w UNUSED, const void *arg UNUSED)
{
	return false;
}

void world_run(struct world *w, int ms)
{
	world_runs(w, never, NULL, ms);
}

/* --- what happens at the till --- */

void world_customers(struct world *w, int n)
{
	struct fixture *f = w->f;
	struct row r;
	char text[300];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof text, "{'name':'Customer %d','note':'%0*d'}", i, 100, i);
		must(f, record_create(&f->w, schema_table("customers"), fixture_json(f, text), &r, &f->err));
	}
	fixture_commit(f);
}

void world_changed(struct world *w, bool by_sync)
{
	struct wire_msg m = { .type = WIRE_CHANGED };

	m.v[CHANGED_TENANT] = (struct wire_value){ .set = true, .u = w->f->w.tenant };
	m.v[CHANGED_ENTITY] = (struct wire_value){ .set = true, .s = "customer" };
	m.v[CHANGED_UUID] = (struct wire_value){ .set = true, .u = uuid_v7() };
	m.v[CHANGED_EVENT] = (struct wire_value){ .set = true, .s = "created" };
	m.v[CHANGED_AT] = (struct wire_value){ .set = true, .i = clock_wall() };
	m.v[CHANGED_SYNC] = (struct wire_value){ .set = by_sync, .b = by_sync };
	wire_hub_send(w->wire, &m);
}

void world_kick(struct world *w)
{
	struct wire_msg m = { .type = WIRE_KICK };

	m.v[KICK_WHY] = (struct wire_value){ .set = true, .s = "test" };
	wire_hub_send(w->wire, &m);
}
