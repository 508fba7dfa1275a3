/* The connecting side: tries at once, then every retry_ms, for ever.  That it
 * cannot connect is said once, not at every try. */
#include "base/base.h"
#include "wire/peer.h"
#include "base/log.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Another version stays another version until somebody restarts it. */
#define FOREIGN_RETRY_S 30

struct wire_link {
	struct event_base *base;
	const char *my_name;
	char *path;
	struct timeval retry;
	struct event *again;
	struct wire_events ev;
	struct wire_peer *peer;		/* NULL between two tries */
	bool complained;
};

/* The descriptor and who listens there, or -1 with err. */
static int link_connect(const char *path, pid_t *pid_r, struct err *err)
{
	struct sockaddr_un sa;
	int fd;

	if (socket_address(&sa, path, err) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_set(err, ERR_INTERNAL, "no_socket", "cannot make a socket: %s",
			       strerror(errno));
	/* On a Unix socket this never waits: it succeeds, or fails with a full
	 * backlog or nobody there. */
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		err_set(err, ERR_UNREACHABLE, "not_there", "nobody answers at %s: %s", path,
			strerror(errno));
	else if (peer_credentials(fd, pid_r, err) == 0)
		return fd;
	close(fd);
	return -1;
}

static void link_lost(struct wire_peer *p, void *owner)
{
	static const struct timeval foreign_retry = { FOREIGN_RETRY_S, 0 };
	struct wire_link *link = owner;

	link->peer = NULL;
	event_add(link->again, p->foreign ? &foreign_retry : &link->retry);
}

static void link_try(struct wire_link *link)
{
	struct err err = { 0 };
	pid_t pid;
	int fd = link_connect(link->path, &pid, &err);

	if (fd < 0) {
		if (!link->complained)
			log_info("wire: %s; trying again every %ld ms", err.text,
				 (long)(link->retry.tv_sec * 1000 + link->retry.tv_usec / 1000));
		link->complained = true;
		event_add(link->again, &link->retry);
		return;
	}
	link->complained = false;
	link->peer = peer_new(link->base, fd, pid, link->my_name, &link->ev, link_lost, link);
}

static void on_again(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	link_try(arg);
}

struct wire_link *wire_link_new(struct event_base *base, const char *my_name, const char *path,
				int retry_ms, struct wire_events ev)
{
	struct wire_link *link = x_alloc(sizeof(*link));

	link->base = base;
	link->my_name = my_name;
	link->path = x_strdup(path);
	link->retry = (struct timeval){ retry_ms / 1000, retry_ms % 1000 * 1000 };
	link->ev = ev;
	link->again = evtimer_new(base, on_again, link);
	if (link->again == NULL)
		panic("wire: no timer for %s", path);
	link_try(link);
	return link;
}

void wire_link_free(struct wire_link **linkp)
{
	struct wire_link *link = *linkp;

	if (link == NULL)
		return;
	*linkp = NULL;
	peer_free(&link->peer);
	event_free(link->again);
	free(link->path);
	free(link);
}
