/* The listening side: a socket file and the peers that came. */
#include "base/base.h"
#include "wire/peer.h"
#include "base/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct wire_hub {
	struct event_base *base;
	const char *my_name;
	struct sockaddr_un address;
	int fd;
	struct event *acceptable, *resume;
	struct wire_events ev;
	struct wire_peer *peers;
	int n_peers;
};

/* Does anybody answer at this address?  Never waits. */
static bool socket_lives(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* EAGAIN: a listener with a full backlog; EPROTOTYPE: one of another kind */
	bool lives = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 ||
		     errno == EAGAIN || errno == EPROTOTYPE;

	if (fd >= 0)
		close(fd);
	return lives;
}

static int stale_remove(const struct sockaddr_un *sa, struct err *err)
{
	const char *path = sa->sun_path;
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_CONFLICT, "not_a_socket",
			       "%s is in the way and no socket: move it away", path);
	if (socket_lives(sa))
		return err_set(err, ERR_CONFLICT, "in_use",
			       "%s: another process answers there; stop it first", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return err_set(err, ERR_INTERNAL, "cannot_unlink",
			       "%s: cannot remove the stale socket: %s", path, strerror(errno));
	return 0;
}

static int hub_listen(const struct sockaddr_un *sa, struct err *err)
{
	int fd;

	if (stale_remove(sa, err) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* fchmod() before bind(): the file never exists with wider permissions. */
	if (fd >= 0 && fchmod(fd, 0600) == 0 &&
	    bind(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 &&
	    listen(fd, WIRE_PEERS_MAX) == 0)
		return fd;
	err_set(err, ERR_INTERNAL, "cannot_listen", "%s: cannot listen: %s", sa->sun_path,
		strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static void hub_forget(struct wire_peer *p, void *owner)
{
	struct wire_hub *hub = owner;
	struct wire_peer **at;

	for (at = &hub->peers; *at != NULL; at = &(*at)->next) {
		if (*at == p) {
			*at = p->next;
			hub->n_peers--;
			return;
		}
	}
}

static int peer_admit(struct wire_hub *hub, int fd, pid_t *pid_r, struct err *err)
{
	if (peer_credentials(fd, pid_r, err) < 0)
		return -1;
	if (hub->n_peers >= WIRE_PEERS_MAX)
		return err_set(err, ERR_BUSY, "peers_full", "pid %d comes on top of %d peers",
			       (int)*pid_r, hub->n_peers);
	return 0;
}

/* Out of descriptors, most likely.  The caller stays in the backlog, so the
 * event would fire without end: look again in a second. */
static void accept_pause(struct wire_hub *hub)
{
	static const struct timeval pause = { 1, 0 };

	log_warn("wire: %s: cannot accept: %s; trying again in 1 s", hub->address.sun_path,
		 strerror(errno));
	event_del(hub->acceptable);
	event_add(hub->resume, &pause);
}

static void on_resume(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct wire_hub *hub = arg;

	event_add(hub->acceptable, NULL);
}

static void on_acceptable(evutil_socket_t fd, short what UNUSED, void *arg)
{
	struct wire_hub *hub = arg;
	struct err err = { 0 };
	struct wire_peer *p;
	pid_t pid;
	int new_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (new_fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			accept_pause(hub);
		return;
	}
	if (peer_admit(hub, new_fd, &pid, &err) < 0) {
		log_warn("wire: %s: refused: %s", hub->address.sun_path, err.text);
		close(new_fd);
		return;
	}
	p = peer_new(hub->base, new_fd, pid, hub->my_name, &hub->ev, hub_forget, hub);
	p->next = hub->peers;
	hub->peers = p;
	hub->n_peers++;
}

struct wire_hub *wire_hub_new(struct event_base *base, const char *my_name, const char *path,
			      struct wire_events ev, struct err *err)
{
	struct sockaddr_un address;
	struct wire_hub *hub;
	int fd;

	if (socket_address(&address, path, err) < 0)
		return NULL;
	fd = hub_listen(&address, err);
	if (fd < 0)
		return NULL;
	hub = x_alloc(sizeof(*hub));
	hub->base = base;
	hub->my_name = my_name;
	hub->address = address;
	hub->fd = fd;
	hub->ev = ev;
	hub->acceptable = event_new(base, fd, EV_READ | EV_PERSIST, on_acceptable, hub);
	hub->resume = evtimer_new(base, on_resume, hub);
	if (hub->acceptable == NULL || hub->resume == NULL)
		panic("wire: no event for %s", path);
	event_add(hub->acceptable, NULL);
	return hub;
}

void wire_hub_free(struct wire_hub **hubp)
{
	struct wire_hub *hub = *hubp;
	struct wire_peer *p;

	if (hub == NULL)
		return;
	*hubp = NULL;
	while ((p = hub->peers) != NULL) {
		hub->peers = p->next;
		peer_free(&p);
	}
	unlink(hub->address.sun_path);
	event_free(hub->acceptable);
	event_free(hub->resume);
	close(hub->fd);
	free(hub);
}

void wire_hub_send(struct wire_hub *hub, const struct wire_msg *m)
{
	for (struct wire_peer *p = hub->peers; p != NULL; p = p->next)
		if (p->up)
			wire_send(p, m);
}

int wire_hub_peers(const struct wire_hub *hub)
{
	int n = 0;

	for (const struct wire_peer *p = hub->peers; p != NULL; p = p->next)
		n += p->up && p->why[0] == '\0';
	return n;
}
