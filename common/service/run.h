/* Private to this folder: the running daemon's shell. */
#ifndef SERVICE_RUN_H
#define SERVICE_RUN_H

#include "base/map.h"
#include "base/pool.h"
#include "service/service.h"

struct evutil_monotonic_timer;

enum phase { STARTING, RUNNING, STOPPING, STOPPED };

/* How late the loop comes to its timers, and the watchdog. */
struct beat {
	struct event *tick, *watchdog;
	struct evutil_monotonic_timer
		*clock; /* the loop's own: it stands still while the machine sleeps */
	int64_t due;			/* when the tick should come, microseconds of that clock */
	int ticks;
	int64_t worst_ms[2];		/* in this span of ticks, and in the one before */
};

struct service_ctx {
	const struct service *desc;
	struct conf *conf;
	struct event_base *base;
	struct http_server *local;
	void *state;			/* the daemon's */
	struct pool *pool;		/* for life */
	struct map paths;		/* file -> $run_dir/file */
	int lock_fd;
	enum phase phase;
	int exit_status;
	int64_t started;		/* clock_wall(), and clock_boot() */
	int64_t started_boot;
	char text[256];			/* STATUS= */
	struct event *on_term, *on_int, *on_hup;
	struct event *stop_late;
	struct beat beat;
};

/* place.c: folders, and that nobody else runs here */
int place_prepare(const char *dir, mode_t mode, struct err *err) MUST_CHECK;
/* The descriptor that holds the lock for as long as it is open; -1 with err. */
int place_lock(const char *path, const char *who, struct err *err) MUST_CHECK;

/* beat.c */
void beat_start(struct service_ctx *svc);
void beat_stop(struct service_ctx *svc);
int64_t beat_lag_ms(const struct service_ctx *svc);	/* the worst of the last 10 to 20 s */

/* notify.c: what systemd is told; nothing happens without it */
void notify_ready(const char *text);
void notify_status(const char *text);
void notify_reload(const char *text);
void notify_stopping(void);
void notify_alive(void);
int64_t notify_interval_us(void);	/* the watchdog's patience; 0: there is none */

/* inherit.c: the socket that listens on this path, or -1 */
int inherited_unix(const char *path);

/* local.c */
int local_open(struct service_ctx *svc, struct err *err) MUST_CHECK;

#endif
