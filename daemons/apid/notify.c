/* Wire: fexl-syncd hears that something was committed, and tells how it fares;
 * fexl-realtimed hears each event (events.c) and asks who may listen.
 *
 * For fexl-syncd the lanes leave word in a mailbox with one place a table, so it can never
 * fill: whoever listens wants to know that products changed, and looks himself
 * at what.  The loop empties it and sends one message a table and turn. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/clock.h"
#include "base/log.h"
#include "wire/wire.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define TABLES_MAX 64
#define PIN_PAUSE_US (3 * SECOND_US)	/* so long without a word: it was over */

struct word {
	bool set;
	struct change last;
};

/* Somebody holds up the database's log. */
struct pin {
	int64_t told_at;	/* clock_boot() */
	int64_t ended_at;	/* when fexl-syncd was ended for it; 0: not */
	bool warned;
};

struct notify {
	struct apid *apid;
	struct wire_hub *hub;
	struct worker worker;
	struct wire_peer *realtimed;
	int syncd_fd;		/* pidfd: names the process even after it has left the wire */
	pid_t syncd_pid;
	struct pin pin;

	int wake_fd;
	struct event *wake;
	pthread_mutex_t lock;	/* for what follows */
	struct word word[TABLES_MAX];
	int64_t pinned_bytes;
};

/* --- from the store's threads --- */

void notify_knock(struct notify *n)
{
	uint64_t one = 1;

	if (write(n->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
		panic("cannot wake the loop: %s", strerror(errno));
}

void notify_committed(const struct change *c, int count, void *notify)
{
	struct notify *n = notify;

	pthread_mutex_lock(&n->lock);
	for (int i = 0; i < count; i++) {
		struct word *w = &n->word[schema_index(c[i].table)];
		bool by_sync = c[i].by_sync && (!w->set || w->last.by_sync);

		w->set = true;
		w->last = c[i];
		w->last.by_sync = by_sync;
	}
	pthread_mutex_unlock(&n->lock);
	events_committed(n->apid->events, c, count);
	notify_knock(n);
}

void notify_event(struct notify *n, struct uuid tenant, const char *entity, const char *what, struct uuid uuid)
{
	events_put(n->apid->events, tenant, entity, what, uuid);
	notify_knock(n);
}

void notify_pinned(int64_t bytes, void *notify)
{
	struct notify *n = notify;

	pthread_mutex_lock(&n->lock);
	n->pinned_bytes = bytes;
	pthread_mutex_unlock(&n->lock);
	notify_knock(n);
}

/* --- a reader that stands still --- */

/* The store repeats itself twice a second while it lasts. */
static bool is_same_trouble(struct pin *p)
{
	int64_t last = p->told_at;

	p->told_at = clock_boot();
	return last && p->told_at - last < PIN_PAUSE_US;
}

static void end_syncd(struct notify *n, int64_t bytes)
{
	log_warn("%s (pid %d) does not move and holds up %lld MiB of the database's log: ending it",
		 SYNCD_NAME, (int)n->syncd_pid, (long long)(bytes >> 20));
	if (pidfd_send_signal(n->syncd_fd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		log_warn("%s cannot be ended: %s", SYNCD_NAME, strerror(errno));
	close(n->syncd_fd);
	n->syncd_fd = -1;
}

/* A read transaction that stands still keeps the log from being cut back; the
 * disk would fill.  Once in such a time fexl-syncd is ended, its supervisor
 * starts it again; if that does not help, it was somebody else. */
static void on_pinned(struct notify *n, int64_t bytes)
{
	struct pin *p = &n->pin;

	if (n->apid->copying)
		return;
	if (!is_same_trouble(p))
		*p = (struct pin){ .told_at = p->told_at };
	if (n->syncd_fd >= 0 && !p->ended_at) {
		p->ended_at = p->told_at;
		end_syncd(n, bytes);
	} else if (!p->warned && (!p->ended_at || p->told_at - p->ended_at > PIN_PAUSE_US)) {
		p->warned = true;
		log_warn("%lld MiB of the database's log are held up by a reader that is not %s: "
			 "look for a process that has the database open",
			 (long long)(bytes >> 20), SYNCD_NAME);
	}
}

/* --- on the loop --- */

static void send_word(struct notify *n, const struct change *c)
{
	static const char *const events[] = {
		[CHANGE_CREATED] = "created",
		[CHANGE_UPDATED] = "updated",
		[CHANGE_DELETED] = "deleted",
	};
	struct wire_msg m = { .type = WIRE_CHANGED };

	m.v[CHANGED_TENANT] = (struct wire_value){ .set = true, .u = c->tenant };
	m.v[CHANGED_ENTITY] = (struct wire_value){ .set = true, .s = c->table->entity };
	m.v[CHANGED_UUID] = (struct wire_value){ .set = true, .u = c->uuid };
	m.v[CHANGED_EVENT] = (struct wire_value){ .set = true, .s = events[c->kind] };
	m.v[CHANGED_SEQ] = (struct wire_value){ .set = c->seq != 0, .i = c->seq };
	m.v[CHANGED_AT] = (struct wire_value){ .set = true, .i = clock_wall() };
	m.v[CHANGED_SYNC] = (struct wire_value){ .set = true, .b = c->by_sync };
	wire_hub_send(n->hub, &m);
}

static void on_wake(evutil_socket_t fd, short what UNUSED, void *arg)
{
	struct notify *n = arg;
	struct word word[TABLES_MAX];
	int64_t pinned;
	uint64_t knocks;

	if (read(fd, &knocks, sizeof knocks) < 0)
		return;
	pthread_mutex_lock(&n->lock);
	memcpy(word, n->word, sizeof word);
	memset(n->word, 0, sizeof n->word);
	pinned = n->pinned_bytes;
	n->pinned_bytes = 0;
	pthread_mutex_unlock(&n->lock);

	/* A role that was changed, here or by sync, counts at once. */
	if (word[schema_index(schema_table("users"))].set)
		cache_clear(n->apid->cache);
	events_send(n->apid->events);
	for (int i = 0; n->hub && i < TABLES_MAX; i++)
		if (word[i].set)
			send_word(n, &word[i].last);
	if (pinned)
		on_pinned(n, pinned);
}

void notify_kick(struct notify *n, const char *why)
{
	struct wire_msg m = { .type = WIRE_KICK };

	m.v[KICK_WHY] = (struct wire_value){ .set = true, .s = why };
	if (n->hub)
		wire_hub_send(n->hub, &m);
}

/* --- the peers --- */

static void syncd_came(struct notify *n, pid_t pid)
{
	if (n->syncd_fd >= 0)
		close(n->syncd_fd);
	n->syncd_fd = pidfd_open(pid, 0);
	n->syncd_pid = pid;
	n->worker.up = true;
}

static void on_up(struct wire_peer *peer, const char *name, pid_t pid, void *ctx)
{
	struct notify *n = ctx;

	log_info("%s (pid %d) is here", name, (int)pid);
	if (strcmp(name, SYNCD_NAME) == 0)
		syncd_came(n, pid);
	else if (strcmp(name, REALTIMED_NAME) == 0)
		n->realtimed = peer;
}

static void set_text(char **at, const struct wire_value *v)
{
	free(*at);
	*at = v->set ? x_strdup(v->s) : NULL;
}

/* Screens show how sync goes on. */
static bool is_news(const struct worker *w, const struct wire_msg *m)
{
	const struct wire_value *v = m->v;

	return !w->state || strcmp(w->state, v[STATUS_STATE].s) != 0 || strcmp(w->text, v[STATUS_TEXT].s) != 0;
}

static void on_status(struct notify *n, const struct wire_msg *m)
{
	if (is_news(&n->worker, m))
		notify_event(n, n->apid->shop.tenant, "sync", "progress", n->apid->shop.site.device);
	n->worker.at = clock_wall();
	set_text(&n->worker.state, &m->v[STATUS_STATE]);
	set_text(&n->worker.text, &m->v[STATUS_TEXT]);
	set_text(&n->worker.detail, &m->v[STATUS_DETAIL]);
	apid_say(n->apid);
}

static void on_message(struct wire_peer *peer UNUSED, const struct wire_msg *m, void *ctx)
{
	struct notify *n = ctx;

	if (m->type == WIRE_STATUS)
		on_status(n, m);
	else if (m->type == WIRE_TAKEN)
		handed_taken(n->apid->handed);
	else if (m->type == WIRE_HOLDERS)
		standing_ask(n->apid, m);
}

static void on_down(struct wire_peer *peer, const char *why UNUSED, void *ctx)
{
	struct notify *n = ctx;

	if (peer == n->realtimed) {
		n->realtimed = NULL;
		handed_lost(n->apid->handed);
	}
	if (wire_peer_pid(peer) != n->syncd_pid)
		return;
	n->worker.up = false;
	apid_say(n->apid);
}

const struct worker *notify_worker(const struct notify *n)
{
	return &n->worker;
}

struct wire_peer *notify_realtimed(const struct notify *n)
{
	return n->realtimed;
}

int notify_peers(const struct notify *n)
{
	return n->hub ? wire_hub_peers(n->hub) : 0;
}

/* --- life --- */

struct notify *notify_new(struct apid *a)
{
	struct notify *n = x_alloc(sizeof *n);

	if (schema_count() > TABLES_MAX)
		panic("%d tables, room for %d", schema_count(), TABLES_MAX);
	n->apid = a;
	n->syncd_fd = -1;
	pthread_mutex_init(&n->lock, NULL);
	n->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	n->wake = event_new(a->base, n->wake_fd, EV_READ | EV_PERSIST, on_wake, n);
	if (n->wake_fd < 0 || !n->wake || event_add(n->wake, NULL) < 0)
		panic("no event for the mailbox");
	return n;
}

int notify_listen(struct notify *n, struct err *err)
{
	struct wire_events ev = { .up = on_up, .message = on_message, .down = on_down, .ctx = n };

	n->hub = wire_hub_new(n->apid->base, APID_NAME, service_path(n->apid->svc, "apid.wire"), ev, err);
	return n->hub ? 0 : -1;
}

void notify_free(struct notify **np)
{
	struct notify *n = *np;

	if (!n)
		return;
	*np = NULL;
	wire_hub_free(&n->hub);
	event_free(n->wake);
	close(n->wake_fd);
	if (n->syncd_fd >= 0)
		close(n->syncd_fd);
	pthread_mutex_destroy(&n->lock);
	free(n->worker.state);
	free(n->worker.text);
	free(n->worker.detail);
	free(n);
}
