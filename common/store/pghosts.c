/* What the other servers on the same PostgreSQL are told, and tell us.
 *
 * NOTIFY takes a lock of the whole database at its commit: so it has a thread
 * and a connection of its own, never rides in anybody's transaction, and is
 * said at most 50 times a second, with all that has gathered meanwhile. */
#include "base/base.h"
#include "store/pgwire.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#define PAUSE_US (SECOND_US / 50)
#define RETRY_MS 500
#define LOOK_MS 1000			/* is the connection still there? */
#define ANSWER_US (7 * SECOND_US)	/* the server itself gives up 2 s before */
#define STOP_LOOK_MS 100		/* while an answer is waited for */
#define PAYLOAD_MAX 7900		/* bytes; PostgreSQL takes less than 8000 */
#define WAITING_MAX 1000		/* lines, while nobody can be told */

struct line {
	TAILQ_ENTRY(line) link;
	size_t len;
	char text[];
};

struct hosts {
	struct hosts_config config;
	pthread_t thread;
	int wake_fd;
	PGconn *conn;			/* the thread's */
	int64_t next_at;
	bool complained;

	pthread_mutex_t lock;		/* for what follows */
	TAILQ_HEAD(, line) waiting;
	int n_waiting;
	bool lost, stop;
};

/* --- from outside --- */

static void knock(struct hosts *h)
{
	uint64_t one = 1;

	if (write(h->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
		panic("cannot wake a thread: %s", strerror(errno));
}

void hosts_tell(struct hosts *h, const char *text)
{
	size_t len = strlen(text);
	struct line *l;

	pthread_mutex_lock(&h->lock);
	if (h->n_waiting == WAITING_MAX || len >= HOSTS_LINE_MAX) {
		h->lost = true;
	} else {
		l = x_alloc(sizeof *l + len + 1);
		l->len = len;
		memcpy(l->text, text, len + 1);
		TAILQ_INSERT_TAIL(&h->waiting, l, link);
		h->n_waiting++;
	}
	pthread_mutex_unlock(&h->lock);
	knock(h);
}

/* --- on the thread --- */

static bool has_word(struct hosts *h)
{
	bool has;

	pthread_mutex_lock(&h->lock);
	has = h->n_waiting > 0 || h->lost;
	pthread_mutex_unlock(&h->lock);
	return has;
}

static bool is_stopping(struct hosts *h)
{
	bool stop;

	pthread_mutex_lock(&h->lock);
	stop = h->stop;
	pthread_mutex_unlock(&h->lock);
	return stop;
}

/* As many lines as one NOTIFY holds. */
static void gather(struct hosts *h, struct buf *payload)
{
	struct line *l;

	pthread_mutex_lock(&h->lock);
	if (h->lost)
		buf_str(payload, HOSTS_LOST "\n");
	h->lost = false;
	while ((l = TAILQ_FIRST(&h->waiting)) && payload->len + l->len + 1 <= PAYLOAD_MAX) {
		TAILQ_REMOVE(&h->waiting, l, link);
		h->n_waiting--;
		buf_add(payload, l->text, l->len);
		buf_char(payload, '\n');
		free(l);
	}
	pthread_mutex_unlock(&h->lock);
}

static void drop(struct hosts *h, const char *why)
{
	char line[200];

	if (!h->complained)
		log_warn("database: other servers cannot be told, nor heard: %s", pg_one_line(line, sizeof line, why));
	h->complained = true;
	PQfinish(h->conn);
	h->conn = NULL;
}

/* --- asking, with an end: whose cable was cut says nothing at all --- */

static bool wait_for_answer(struct hosts *h, int64_t until)
{
	struct pollfd p = { .fd = PQsocket(h->conn), .events = POLLIN };

	if (clock_boot() >= until || is_stopping(h))
		return false;
	poll(&p, 1, STOP_LOOK_MS);
	return PQconsumeInput(h->conn) && PQflush(h->conn) >= 0;
}

/* The last result, or NULL when none came in time. */
static PGresult *ask(struct hosts *h, const char *sql, const char *arg)
{
	int64_t until = clock_boot() + ANSWER_US;
	PGresult *last = NULL, *res;

	if (!PQsendQueryParams(h->conn, sql, arg != NULL, NULL, &arg, NULL, NULL, 0) || PQflush(h->conn) < 0)
		return NULL;
	for (;;) {
		while (PQisBusy(h->conn)) {
			if (!wait_for_answer(h, until)) {
				PQclear(last);
				return NULL;
			}
		}
		res = PQgetResult(h->conn);
		if (!res)
			return last;
		PQclear(last);
		last = res;
	}
}

static bool is_good(PGresult *res)
{
	ExecStatusType status = PQresultStatus(res);

	PQclear(res);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static const char *reason(struct hosts *h)
{
	const char *why = PQerrorMessage(h->conn);

	return *why ? why : "no answer in time";
}

/* What was said and perhaps not heard is lost to the others. */
static void say(struct hosts *h)
{
	struct buf payload = { 0 };

	gather(h, &payload);
	if (!is_good(ask(h, "SELECT pg_notify('" HOSTS_CHANNEL "', $1)", payload.data))) {
		drop(h, reason(h));
		pthread_mutex_lock(&h->lock);
		h->lost = true;
		pthread_mutex_unlock(&h->lock);
	}
	buf_release(&payload);
	h->next_at = clock_boot() + PAUSE_US;
}

static void hear(struct hosts *h)
{
	PGnotify *n;

	while ((n = PQnotifies(h->conn)) != NULL) {
		char *rest = n->extra, *text;

		while (n->be_pid != PQbackendPID(h->conn) && (text = strsep(&rest, "\n")))
			if (*text)
				h->config.heard(text, h->config.ctx);
		PQfreemem(n);
	}
}

static bool listen_there(struct hosts *h)
{
	h->conn = pgconn_dial(&h->config.db, true);
	if (PQstatus(h->conn) != CONNECTION_OK || PQsetnonblocking(h->conn, 1) != 0 ||
	    !is_good(ask(h, "SET statement_timeout = 5000", NULL)) || !is_good(ask(h, "LISTEN " HOSTS_CHANNEL, NULL))) {
		drop(h, reason(h));
		return false;
	}
	h->complained = false;
	/* Nobody knows what was said before. */
	h->config.up(h->config.ctx);
	return true;
}

static int wait_ms(struct hosts *h)
{
	if (!h->conn)
		return RETRY_MS;
	if (!has_word(h))
		return LOOK_MS;
	return (int)MAX((h->next_at - clock_boot() + 999) / 1000, 0);
}

static void wait_for_something(struct hosts *h)
{
	struct pollfd p[2] = { { .fd = h->wake_fd, .events = POLLIN },
			       { .fd = h->conn ? PQsocket(h->conn) : -1, .events = POLLIN } };
	uint64_t knocks;

	if (poll(p, 2, wait_ms(h)) > 0 && p[0].revents && read(h->wake_fd, &knocks, sizeof knocks) < 0)
		return;
}

static void *run(void *arg)
{
	struct hosts *h = arg;

	while (!is_stopping(h)) {
		if (!h->conn && !listen_there(h)) {
			wait_for_something(h);
			continue;
		}
		wait_for_something(h);
		if (!PQconsumeInput(h->conn)) {
			drop(h, PQerrorMessage(h->conn));
			continue;
		}
		if (has_word(h) && clock_boot() >= h->next_at)
			say(h);
		if (h->conn)
			hear(h);
	}
	PQfinish(h->conn);
	return NULL;
}

/* --- life --- */

struct hosts *hosts_open(const struct hosts_config *config)
{
	struct hosts *h = x_alloc(sizeof *h);

	h->config = *config;
	TAILQ_INIT(&h->waiting);
	pthread_mutex_init(&h->lock, NULL);
	h->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (h->wake_fd < 0 || pthread_create(&h->thread, NULL, run, h) != 0)
		panic("no thread for the other servers: %s", strerror(errno));
	return h;
}

void hosts_close(struct hosts **hp)
{
	struct hosts *h = *hp;
	struct line *l;

	if (!h)
		return;
	*hp = NULL;
	pthread_mutex_lock(&h->lock);
	h->stop = true;
	pthread_mutex_unlock(&h->lock);
	knock(h);
	pthread_join(h->thread, NULL);
	while ((l = TAILQ_FIRST(&h->waiting))) {
		TAILQ_REMOVE(&h->waiting, l, link);
		free(l);
	}
	close(h->wake_fd);
	pthread_mutex_destroy(&h->lock);
	free(h);
}
