/* The one main(): options, signals, readiness, an orderly end. */
#include "base/base.h"
#include "service/run.h"
#include "service/option.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCAL_DRAIN_MS 1000	/* for the last answers on the Unix socket */
#define EXIT_USAGE 2		/* the options are wrong: starting again will not help */

/* --- what the daemon may ask its shell --- */

struct event_base *service_base(struct service_ctx *svc)
{
	return svc->base;
}

const struct conf *service_conf(struct service_ctx *svc)
{
	return svc->conf;
}

struct http_server *service_local(struct service_ctx *svc)
{
	return svc->local;
}

const char *service_path(struct service_ctx *svc, const char *file)
{
	char *path = map_get(&svc->paths, file, strlen(file));

	if (path == NULL) {
		path = pool_printf(svc->pool, "%s/%s", conf_str(svc->conf, "run_dir"), file);
		map_put(&svc->paths, file, strlen(file), path);
	}
	return path;
}

void service_say(struct service_ctx *svc, const char *fmt, ...)
{
	char text[sizeof(svc->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (strcmp(text, svc->text) == 0)
		return;
	memcpy(svc->text, text, sizeof(text));
	notify_status(text);
}

/* --- the end --- */

static void on_drained(void *ctx)
{
	struct service_ctx *svc = ctx;

	/* Not loopbreak: this may come before the loop runs, after a failed start. */
	event_base_loopexit(svc->base, NULL);
}

/* Every promise is in the database already: an end by force loses nothing but
 * the answers that are still to be sent. */
static void on_stop_late(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct service_ctx *svc = arg;

	log_error("not stopped after %lld s (stop_timeout_s), ending with work in hand",
		  (long long)conf_int(svc->conf, "stop_timeout_s"));
	_exit(1);
}

static void stop_begin(struct service_ctx *svc)
{
	struct timeval late = { conf_int(svc->conf, "stop_timeout_s"), 0 };

	svc->phase = STOPPING;
	notify_stopping();
	service_say(svc, "Stopping");
	svc->stop_late = evtimer_new(svc->base, on_stop_late, svc);
	if (svc->stop_late == NULL)
		panic("no timer for the stop");
	event_add(svc->stop_late, &late);
}

void service_stopped(struct service_ctx *svc)
{
	if (svc->phase == STOPPED)
		return;
	if (svc->phase != STOPPING)
		stop_begin(svc);
	svc->phase = STOPPED;
	/* Last of all, so that status answers while work is being finished. */
	http_server_drain(svc->local, LOCAL_DRAIN_MS, on_drained, svc);
}

static void stop(struct service_ctx *svc)
{
	stop_begin(svc);
	if (svc->desc->stop != NULL && svc->state != NULL)
		svc->desc->stop(svc, svc->state);
	else
		service_stopped(svc);
}

static void on_stop_signal(evutil_socket_t number, short what UNUSED, void *arg)
{
	struct service_ctx *svc = arg;

	if (svc->phase >= STOPPING) {
		log_info("stopping already, at most %lld s",
			 (long long)conf_int(svc->conf, "stop_timeout_s"));
		return;
	}
	log_info("stopping (%s)", strsignal((int)number));
	stop(svc);
}

static void on_reload_signal(evutil_socket_t number UNUSED, short what UNUSED, void *arg)
{
	struct service_ctx *svc = arg;

	log_info("nothing to reload: options are read at the start, a change needs a restart");
	if (svc->phase == RUNNING)
		notify_reload(svc->text);
}

/* --- the beginning --- */

static struct event *signal_watch(struct service_ctx *svc, int number, event_callback_fn fn)
{
	struct event *e = evsignal_new(svc->base, number, fn, svc);

	if (e == NULL || event_add(e, NULL) < 0)
		panic("cannot watch for signal %d", number);
	return e;
}

/* Nothing of ours is for others: no file they can read, no memory they can
 * look into.  RLIMIT_CORE is the administrator's. */
static void process_close(void)
{
	umask(0077);
	signal(SIGPIPE, SIG_IGN);
#ifndef WITH_SANITIZERS
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

static int place_open(struct service_ctx *svc, struct err *err)
{
	char lock[64];

	if (place_prepare(conf_str(svc->conf, "run_dir"), 0750, err) < 0 ||
	    place_prepare(conf_str(svc->conf, "data_dir"), 0700, err) < 0)
		return -1;
	snprintf(lock, sizeof(lock), "%s.lock", svc->desc->socket);
	svc->lock_fd = place_lock(service_path(svc, lock), svc->desc->name, err);
	return svc->lock_fd < 0 ? -1 : 0;
}

static int shell_open(struct service_ctx *svc, struct err *err)
{
	if (place_open(svc, err) < 0)
		return -1;
	svc->base = event_base_new();
	if (svc->base == NULL)
		return err_set(err, ERR_INTERNAL, "no_loop", "cannot make an event loop: %s",
			       strerror(errno));
	svc->on_term = signal_watch(svc, SIGTERM, on_stop_signal);
	svc->on_int = signal_watch(svc, SIGINT, on_stop_signal);
	svc->on_hup = signal_watch(svc, SIGHUP, on_reload_signal);
	return local_open(svc, err);
}

static void shell_close(struct service_ctx *svc)
{
	struct event *events[] = { svc->on_term, svc->on_int, svc->on_hup, svc->stop_late };

	beat_stop(svc);
	http_server_free(&svc->local);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (svc->base != NULL)
		event_base_free(svc->base);
	map_release(&svc->paths);
	pool_free(&svc->pool);
	if (svc->lock_fd >= 0)
		close(svc->lock_fd);
}

/* Starts the daemon, or begins to take down what of it has started. */
static void daemon_start(struct service_ctx *svc)
{
	struct err err = { 0 };

	service_say(svc, "Starting");
	if (svc->desc->start(svc, &svc->state, &err) < 0) {
		log_error("cannot start: %s", err.text);
		svc->exit_status = 1;
		stop(svc);
		return;
	}
	if (svc->phase != STARTING)
		return;
	svc->phase = RUNNING;
	if (strcmp(svc->text, "Starting") == 0)
		service_say(svc, "Running");
	notify_ready(svc->text);
	log_info("%s is ready (pid %d)", PACKAGE_VERSION, (int)getpid());
}

static int daemon_run(const struct service *desc, struct conf *conf)
{
	struct service_ctx svc = { .desc = desc, .conf = conf, .lock_fd = -1 };
	struct err err = { 0 };

	process_close();
	svc.pool = pool_new();
	svc.started = clock_wall();
	svc.started_boot = clock_boot();
	if (shell_open(&svc, &err) < 0) {
		log_error("cannot start: %s", err.text);
		shell_close(&svc);
		return 1;
	}
	beat_start(&svc);
	daemon_start(&svc);
	event_base_dispatch(svc.base);
	if (desc->release != NULL && svc.state != NULL)
		desc->release(svc.state);
	shell_close(&svc);
	log_info("stopped");
	return svc.exit_status;
}

/* --- flags that only print --- */

static void print_version(const struct service *desc, struct buf *out)
{
	buf_printf(out, "%s %s\n", desc->name, PACKAGE_VERSION);
}

static void print_names(const struct service *desc, struct buf *out)
{
	usage_print_names(desc->who, out);
}

static void print_template(const struct service *desc UNUSED, struct buf *out)
{
	conf_print_template(out);
}

static void print_manual(const struct service *desc UNUSED, struct buf *out)
{
	conf_print_manual(out);
}

static const struct printer {
	const char *flag;
	void (*print)(const struct service *desc, struct buf *out);
} printers[] = {
	{ "--help", usage_print },
	{ "--version", print_version },
	{ "--list-options", print_names },
	{ "--print-config-template", print_template },
	{ "--print-config-manual", print_manual },
};

static const struct printer *printer_find(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < ARRAY_LEN(printers); k++)
			if (strcmp(argv[i], printers[k].flag) == 0)
				return &printers[k];
	return NULL;
}

static int print_and_end(const struct printer *p, const struct service *desc)
{
	struct buf out = { 0 };
	int rc;

	p->print(desc, &out);
	rc = fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0 ? 0 : 1;
	buf_release(&out);
	return rc;
}

/* Takes `flag` out of argv if it is there. */
static bool flag_take(int *argc, char **argv, const char *flag)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], flag) != 0)
			continue;
		/* with the NULL at the end */
		memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i) * sizeof(*argv));
		(*argc)--;
		return true;
	}
	return false;
}

static enum log_level log_level_of(const struct conf *c)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARN] = "warn",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
	};
	enum log_level level = LOG_LEVEL_ERROR;

	while (strcmp(names[level], conf_str(c, "log_level")) != 0)
		level++;
	return level;
}

static int migrate(const struct service *desc, const struct conf *conf)
{
	struct err err = { 0 };

	process_close();
	if (desc->migrate(conf, &err) == 0)
		return 0;
	log_error("%s", err.text);
	return 1;
}

int service_run(const struct service *desc, int argc, char **argv)
{
	const struct printer *printer = printer_find(argc, argv);
	struct err err = { 0 };
	struct conf *conf;
	bool check_only, migrate_only;
	int rc = 0;

	if (printer != NULL)
		return print_and_end(printer, desc);
	log_init(desc->name, LOG_LEVEL_INFO);
	check_only = flag_take(&argc, argv, "--check-config");
	migrate_only = desc->migrate != NULL && flag_take(&argc, argv, "--migrate");
	if (conf_load(&conf, NULL, argc, argv, &err) < 0) {
		log_error("%s", err.text);
		return EXIT_USAGE;
	}
	log_init(desc->name, log_level_of(conf));
	if (check_only)
		printf("%s: files, environment and flags are in order\n", desc->name);
	else
		rc = migrate_only ? migrate(desc, conf) : daemon_run(desc, conf);
	conf_free(&conf);
	return rc;
}
