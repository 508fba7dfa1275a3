/* The shell that every daemon wears: options, log, signals, readiness and
 * watchdog, the Unix socket on which it answers, an orderly end.
 *
 *	options.c	every option of fexl.conf, for all daemons, in one table
 *	option.c	one option: what it may be, what was probably meant
 *	conf.c		environment and flags over files; whence each value came
 *	conffile.c	fexl.conf and its drop-ins
 *	usage.c		--help, --list-options, the template of fexl.conf
 *	manual.c	fexl.conf(5)
 *	service.c	the one main()
 *	place.c		folders, and that nobody else runs in them
 *	beat.c		how late the loop is, and the watchdog
 *	notify.c	sd_notify: READY, STATUS, WATCHDOG, STOPPING
 *	inherit.c	sockets that systemd hands over
 *	local.c		GET /status and GET /metrics on $run_dir/<name>.sock
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "base/buf.h"
#include "base/err.h"
#include "http/http.h"

struct event_base;
struct event;

/* --- options --- */

/* OPT_WORD: one of words.  OPT_FILE: a name without a slash is a secret, which
 * systemd hands over (LoadCredential=). */
enum opt_type { OPT_STR, OPT_INT, OPT_BOOL, OPT_WORD, OPT_FILE };

/* Which daemons look at it; fexlctl shows all. */
#define FOR_APID 1u
#define FOR_SYNCD 2u
#define FOR_REALTIMED 4u
#define FOR_ALL 7u

struct option_desc {
	const char *name;	/* in fexl.conf and, with dashes, as a flag: "run_dir", --run-dir */
	const char *env;	/* its twin: "FEXL_RUN_DIR" */
	enum opt_type type;
	const char *def;	/* as text; NULL: depends on others, see help; conf_str() tells */
	int64_t min, max;	/* OPT_INT */
	const char *const *words;
	const char *unit;	/* "ms", "bytes", …; NULL without */
	unsigned who;
	const char *help;	/* one line */
};
extern const struct option_desc option_table[];	/* ends with a NULL name */

/* The values in force.  Read-only after start; lives as long as the process. */
struct conf;
/* Reads /usr/lib, /etc and drop-ins (or only `file` when given), then the
 * environment, then flags (argv as main() got it).  -1 with err that names
 * file:line, what is wrong and the nearest known name. */
int conf_load(struct conf **confp, const char *file, int argc, char **argv, struct err *err) MUST_CHECK;
void conf_free(struct conf **confp);
const char *conf_str(const struct conf *c, const char *name);	/* panics on an unknown name: our bug */
int64_t conf_int(const struct conf *c, const char *name);
bool conf_bool(const struct conf *c, const char *name);
/* "/etc/fexl/fexl.conf:12", "environment FEXL_ROLE", "flag", "default". */
const char *conf_origin(const struct conf *c, const char *name);
/* True for options whose value must not be shown (database passwords). */
bool conf_is_secret(const char *name);
/* The commented-out fexl.conf, generated from the table. */
void conf_print_template(struct buf *out);
/* fexl.conf(5), likewise. */
void conf_print_manual(struct buf *out);

/* --- service --- */

struct service_ctx;	/* the running daemon's shell */

struct service {
	const char *name;		/* "fexl-apid" */
	const char *socket;		/* "apid" -> $run_dir/apid.sock */
	unsigned who;			/* FOR_APID … */
	/* Open what is needed, listen, return; -1 with err ends the process with
	 * exit 1 and err's text.  *state is handed to all others, as soon as it is
	 * set: after a failure too, so that stop() and release() clean up. */
	int (*start)(struct service_ctx *svc, void **state, struct err *err);
	/* Accept nothing, finish what is in hand, commit; call service_stopped()
	 * when done.  Tolerates a half-started state. */
	void (*stop)(struct service_ctx *svc, void *state);
	void (*release)(void *state);	/* after the loop has ended */
	/* Members of GET /status, inside an open JSON object. */
	void (*status)(void *state, struct buf *json);
	/* Lines of GET /metrics, Prometheus text. */
	void (*metrics)(void *state, struct buf *text);
	/* Requests to the Unix socket other than those two; NULL: 404. */
	void (*local_request)(struct http_request *rq, void *state);
	/* Once a second, with the heartbeat: a timer of one's own would wake the processor a second time. */
	void (*tick)(void *state);
	/* For the watchdog: true while work moves or there is none. */
	bool (*moving)(void *state);
	/* --migrate: brings what is stored up to date and ends there; NULL: there is no such flag. */
	int (*migrate)(const struct conf *conf, struct err *err);
};

/* Does not return to main() before the end; gives the exit status: 0, 1 for a
 * failed start, 2 for wrong options.  Knows --help, --version, --list-options,
 * --check-config, --print-config-template and --print-config-manual by itself,
 * --migrate with the daemon's help. */
int service_run(const struct service *desc, int argc, char **argv);

struct event_base *service_base(struct service_ctx *svc);
const struct conf *service_conf(struct service_ctx *svc);
const char *service_path(struct service_ctx *svc, const char *file);	/* $run_dir/file, cached for life */
struct http_server *service_local(struct service_ctx *svc);	/* the server behind the Unix socket */
/* STATUS= in words that answer "is my shop safe?". */
void service_say(struct service_ctx *svc, const char *fmt, ...) PRINTF(2, 3);
void service_stopped(struct service_ctx *svc);

/* GET /metrics: of the process, of its Unix socket, and the daemon's own. */
void service_answer_metrics(struct http_request *rq, struct service_ctx *svc);
/* "# HELP …" and "# TYPE …" of one metric; type is "gauge", "counter", "histogram". */
void service_metric_head(struct buf *text, const char *name, const char *type, const char *help);
#define SERVICE_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* The limits that the options set, for a server of the daemon's own. */
void service_http_limits(const struct conf *c, struct http_limits *limits);
/* The counters of such a server for `metrics`; prefix: "fexl_http". */
void service_http_metrics(const char *prefix, const struct http_counters *c, struct buf *text);

/* Sockets handed over by systemd (sd_listen_fds): under this name, or the nth
 * that listens on TCP; -1 if there is none. */
int service_inherited(const char *fd_name);
int service_inherited_tcp(int nth);

#endif
