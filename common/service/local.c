/* What each daemon answers on $run_dir/<name>.sock: how it is (GET /status,
 * GET /metrics), and what the daemon itself adds. */
#include "base/base.h"
#include "service/run.h"
#include "base/clock.h"
#include "base/json.h"

#include <sys/resource.h>
#include <unistd.h>

#define LOCAL_CONNECTIONS 256
#define LOCAL_BODY_TIMES 4
#define SOCKET_MODE 0660	/* run_dir keeps strangers out, on_request() those of our group */

struct local_route {
	struct route_key key;
	void (*answer)(struct http_request *rq, struct service_ctx *svc);
};

/* 0 when /proc does not say. */
static int64_t rss_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long long pages = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%*s %lld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static void answer_status(struct http_request *rq, struct service_ctx *svc)
{
	struct buf json = { 0 };

	jw_open(&json, '{');
	jw_put_str(&json, "daemon", svc->desc->name);
	jw_put_str(&json, "version", PACKAGE_VERSION);
	jw_put_int(&json, "pid", getpid());
	jw_put_time(&json, "started", svc->started);
	jw_put_int(&json, "uptime_s", (clock_boot() - svc->started_boot) / SECOND_US);
	jw_put_int(&json, "rss_kb", rss_bytes() / 1024);
	jw_put_int(&json, "loop_lag_ms", beat_lag_ms(svc));
	jw_put_str(&json, "status_text", svc->text);
	if (svc->desc->status != NULL && svc->state != NULL)
		svc->desc->status(svc->state, &json);
	jw_close(&json, '}');
	http_reply_json(rq, 200, &json);
}

/* --- Prometheus text --- */

void service_metric_head(struct buf *text, const char *name, const char *type, const char *help)
{
	buf_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static double seconds(struct timeval tv)
{
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

static void process_metrics(struct service_ctx *svc, struct buf *text)
{
	struct rusage ru = { 0 };

	getrusage(RUSAGE_SELF, &ru);
	service_metric_head(text, "fexl_build_info", "gauge", "Which daemon this is.");
	buf_printf(text, "fexl_build_info{daemon=\"%s\",version=\"%s\"} 1\n", svc->desc->name,
		   PACKAGE_VERSION);
	service_metric_head(text, "process_start_time_seconds", "gauge",
		    "When the process started, Unix time.");
	buf_printf(text, "process_start_time_seconds %.3f\n", (double)svc->started / 1e6);
	service_metric_head(text, "process_cpu_seconds_total", "counter", "User and system time spent.");
	buf_printf(text, "process_cpu_seconds_total %.6f\n",
		   seconds(ru.ru_utime) + seconds(ru.ru_stime));
	service_metric_head(text, "process_resident_memory_bytes", "gauge", "Resident memory.");
	buf_printf(text, "process_resident_memory_bytes %lld\n", (long long)rss_bytes());
	service_metric_head(text, "fexl_loop_lag_seconds", "gauge",
		    "Worst delay of a timer in the last 10 to 20 s.");
	buf_printf(text, "fexl_loop_lag_seconds %.3f\n", (double)beat_lag_ms(svc) / 1e3);
}

static void metric(struct buf *text, const char *prefix, const char *suffix, const char *type,
		   const char *help, int64_t n)
{
	char name[128];

	snprintf(name, sizeof(name), "%s_%s", prefix, suffix);
	service_metric_head(text, name, type, help);
	buf_printf(text, "%s %lld\n", name, (long long)n);
}

void service_http_metrics(const char *prefix, const struct http_counters *c, struct buf *text)
{
	char name[128];

	metric(text, prefix, "connections_total", "counter", "Connections accepted.", c->accepted);
	metric(text, prefix, "refused_total", "counter", "Connections turned away: too many.",
	       c->refused);
	metric(text, prefix, "connections", "gauge", "Connections open now.", c->open);
	metric(text, prefix, "requests_total", "counter", "Requests received.", c->requests);
	metric(text, prefix, "requests", "gauge", "Requests in hand now.", c->in_hand);
	snprintf(name, sizeof(name), "%s_answers_total", prefix);
	service_metric_head(text, name, "counter", "Answers by the first digit of their status.");
	for (size_t i = 1; i < ARRAY_LEN(c->answers); i++)
		buf_printf(text, "%s{class=\"%zuxx\"} %lld\n", name, i, (long long)c->answers[i]);
}

void service_answer_metrics(struct http_request *rq, struct service_ctx *svc)
{
	struct buf text = { 0 };

	process_metrics(svc, &text);
	service_http_metrics("fexl_local_http", http_server_counters(svc->local), &text);
	if (svc->desc->metrics != NULL && svc->state != NULL)
		svc->desc->metrics(svc->state, &text);
	http_reply(rq, 200, SERVICE_METRICS_TYPE, &text);
}

/* --- the server --- */

static const struct local_route routes[] = {
	{ { HTTP_GET, "/status" }, answer_status },
	{ { HTTP_GET, "/metrics" }, service_answer_metrics },
	{ { HTTP_GET, NULL }, NULL },
};

static void refuse(struct http_request *rq, const struct service_ctx *svc, bool path_known)
{
	struct err err = { 0 };

	if (path_known)
		err_set(&err, ERR_METHOD, "method_not_allowed", "%s only takes GET", rq->path);
	else
		err_set(&err, ERR_NOT_FOUND, "not_found", "%s has no %s here", svc->desc->name,
			rq->path);
	http_reply_problem(rq, &err);
}

/* The kernel says who is there: only root and our own user are the operator. */
static bool is_operator(const struct http_request *rq)
{
	return rq->peer->uid == 0 || rq->peer->uid == geteuid();
}

static void refuse_stranger(struct http_request *rq, const struct service_ctx *svc)
{
	struct err err = { 0 };

	err_set(&err, ERR_DENIED, "not_the_operator", "only root and the user of %s may ask here", svc->desc->name);
	http_reply_problem(rq, &err);
}

static void on_request(struct http_request *rq, void *ctx)
{
	struct service_ctx *svc = ctx;
	struct route_match m;

	if (!is_operator(rq)) {
		refuse_stranger(rq, svc);
		return;
	}
	route_find(routes, sizeof(routes[0]), rq, &m);
	if (m.route >= 0)
		routes[m.route].answer(rq, svc);
	else if (!m.path_known && svc->desc->local_request != NULL && svc->state != NULL)
		svc->desc->local_request(rq, svc->state);
	else
		refuse(rq, svc, m.path_known);
}

void service_http_limits(const struct conf *c, struct http_limits *limits)
{
	*limits = http_default_limits;
	limits->connections = (int)conf_int(c, "connections");
	limits->head_bytes = (int)conf_int(c, "head_bytes");
	limits->head_ms = (int)conf_int(c, "head_ms");
	limits->body_bytes = conf_int(c, "body_bytes");
	limits->body_ms = (int)conf_int(c, "body_ms");
	limits->idle_ms = (int)conf_int(c, "idle_ms");
	limits->write_ms = (int)conf_int(c, "write_ms");
}

int local_open(struct service_ctx *svc, struct err *err)
{
	struct http_handler handler = { .request = on_request, .ctx = svc };
	struct http_limits limits;
	const char *path;
	char file[64];
	int fd;

	service_http_limits(svc->conf, &limits);
	limits.connections = LOCAL_CONNECTIONS;
	/* A push and its answer come home in one body, a document in each. */
	limits.body_bytes *= LOCAL_BODY_TIMES;
	svc->local = http_server_new(svc->base, &limits, handler);
	snprintf(file, sizeof(file), "%s.sock", svc->desc->socket);
	path = service_path(svc, file);
	if ((fd = inherited_unix(path)) >= 0)
		return http_listen_fd(svc->local, fd, NULL, err);
	return http_listen_unix(svc->local, path, SOCKET_MODE, err);
}
