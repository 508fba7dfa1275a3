/* Listening sockets: TCP, Unix, or handed over by systemd. */
#include "base/base.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024
#define ACCEPTS_A_TURN 16
#define SURPLUS_MAX 64		/* told 503 at the same time; more are closed without a word */
#define PAUSE_MS 100		/* without descriptors */
#define WARN_EVERY_US (60 * SECOND_US)

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
	struct sockaddr_storage room;
};

static void address_text(const union address *a, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN];

	if (a->any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a->v4.sin_addr, host, sizeof(host));
		snprintf(text, size, "%s:%d", host, ntohs(a->v4.sin_port));
	} else if (a->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a->v6.sin6_addr, host, sizeof(host));
		snprintf(text, size, "[%s]:%d", host, ntohs(a->v6.sin6_port));
	} else {
		snprintf(text, size, "unix");
	}
}

/* --- accepting --- */

static void peer_fill(struct http_peer *peer, int fd, const union address *a)
{
	struct ucred cred = { .pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1 };
	socklen_t len = sizeof(cred);
	int on = 1;

	*peer = (struct http_peer){ .local = a->any.sa_family == AF_UNIX };
	address_text(a, peer->address, sizeof(peer->address));
	if (!peer->local) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		return;
	}
	/* If the kernel does not tell, the peer is nobody (-1), not root (0). */
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	peer->uid = cred.uid;
	peer->gid = cred.gid;
	peer->pid = cred.pid;
}

static void admit(struct http_server *s, int fd, const union address *a)
{
	bool surplus = s->counters.open - s->surplus >= s->limits.connections;
	struct http_peer peer;

	s->counters.accepted++;
	s->counters.refused += surplus;
	if (surplus && s->surplus >= SURPLUS_MAX) {
		close(fd);
		return;
	}
	peer_fill(&peer, fd, a);
	if (s->secure != NULL && !peer.local)
		s->secure->admit(s, fd, &peer, surplus);
	else
		conn_new(s, fd, &peer, NULL, surplus);
}

void listeners_resume(int fd UNUSED, short what UNUSED, void *arg)
{
	struct http_server *s = arg;
	struct listener *l;

	TAILQ_FOREACH(l, &s->listeners, link)
		event_add(l->event, NULL);
}

/* Without descriptors the socket stays readable: a loop that tried again at
 * once would do nothing else. */
static void pause_all(struct http_server *s, int error)
{
	struct timeval tv = { 0, PAUSE_MS * 1000 };
	int64_t now = clock_boot();
	struct listener *l;

	if (s->accept_warned == 0 || now - s->accept_warned > WARN_EVERY_US) {
		log_warn("cannot accept connections: %s; trying again every %d ms", strerror(error),
			 PAUSE_MS);
		s->accept_warned = now;
	}
	TAILQ_FOREACH(l, &s->listeners, link)
		event_del(l->event);
	evtimer_add(s->accept_again, &tv);
}

static bool will_pass(int error)
{
	return error == EAGAIN || error == EINTR || error == ECONNABORTED || error == EPROTO;
}

static void on_connect(evutil_socket_t fd, short what UNUSED, void *arg)
{
	struct listener *l = arg;

	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		union address a = { .room = { .ss_family = AF_UNIX } };
		socklen_t len = sizeof(a);
		int conn = accept4(fd, &a.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (conn < 0) {
			if (!will_pass(errno))
				pause_all(l->server, errno);
			return;
		}
		admit(l->server, conn, &a);
	}
}

/* --- making listeners --- */

static struct listener *listener_new(struct http_server *s, int fd)
{
	struct listener *l = x_alloc(sizeof(*l));

	l->server = s;
	l->fd = fd;
	l->event = event_made(event_new(s->base, fd, EV_READ | EV_PERSIST, on_connect, l));
	if (event_add(l->event, NULL) < 0)
		panic("cannot watch listening socket %d: %s", fd, strerror(errno));
	TAILQ_INSERT_TAIL(&s->listeners, l, link);
	return l;
}

/* Removes the file only if it is still the one we made: a successor may have
 * put its own there. */
static void unlink_own(const struct listener *l)
{
	struct stat st;

	if (l->path != NULL && lstat(l->path, &st) == 0 && st.st_dev == l->dev &&
	    st.st_ino == l->ino)
		unlink(l->path);
}

void listeners_free(struct http_server *s)
{
	struct listener *l;

	evtimer_del(s->accept_again);
	while ((l = TAILQ_FIRST(&s->listeners)) != NULL) {
		TAILQ_REMOVE(&s->listeners, l, link);
		event_free(l->event);
		unlink_own(l);
		close(l->fd);
		free(l->path);
		free(l);
	}
}

/* "host:port" and "[v6]:port" into their parts. */
static int split_address(const char *address, char host[256], const char **port_r, struct err *err)
{
	const char *colon = strrchr(address, ':');
	size_t len = colon != NULL ? (size_t)(colon - address) : 0;

	if (len > 2 && address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	} else if (memchr(address, ':', len) != NULL) {
		len = 0;	/* a v6 address without brackets */
	}
	if (len == 0 || len >= 256 || !port_is_valid(slice_of(colon + 1)))
		return err_set(err, ERR_INPUT, "address",
			       "cannot listen on \"%s\": write host:port or [v6]:port", address);
	memcpy(host, address, len);
	host[len] = '\0';
	*port_r = colon + 1;
	return 0;
}

static int cannot_listen(const char *address, const char *port, int error, struct err *err)
{
	char who[96];

	if (error != EADDRINUSE)
		return err_set(err, ERR_UNREACHABLE, "listen", "cannot listen on %s: %s", address,
			       strerror(error));
	owner_of_port(atoi(port), who, sizeof(who));
	return err_set(err, ERR_CONFLICT, "port_taken",
		       "cannot listen on %s: %s has that port; stop it or choose another", address,
		       who);
}

static int socket_for(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, error;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* Where fd listens in fact, for whoever wants to know. */
static void bound_text(int fd, char *where_r)
{
	union address a = { .room = { .ss_family = AF_UNIX } };
	socklen_t len = sizeof(a);

	if (where_r == NULL)
		return;
	getsockname(fd, &a.any, &len);
	address_text(&a, where_r, 64);
}

int http_listen_tcp(struct http_server *s, const char *address, char *where_r, struct err *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found;
	char host[256];
	const char *port = "";
	int fd, r;

	if (split_address(address, host, &port, err) < 0)
		return -1;
	r = getaddrinfo(host, port, &hints, &found);
	if (r != 0)
		return err_set(err, ERR_INPUT, "address", "cannot listen on %s: %s", address,
			       gai_strerror(r));
	fd = socket_for(found);
	r = errno;
	freeaddrinfo(found);
	if (fd < 0)
		return cannot_listen(address, port, r, err);
	listener_new(s, fd);
	bound_text(fd, where_r);
	return 0;
}

/* Somebody answers there.  A socket that refuses is what a killed server leaves. */
static bool is_alive(const union address *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool alive = fd >= 0 && (connect(fd, &a->any, sizeof(a->un)) == 0 || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return alive;
}

static int make_way(const char *path, const union address *a, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_CONFLICT, "not_a_socket",
			       "%s is there and is no socket: remove it or name another", path);
	if (is_alive(a))
		return err_set(err, ERR_CONFLICT, "already_running",
			       "a server is already running behind %s: stop it first", path);
	unlink(path);
	return 0;
}

/* The mode is set before listen(): nobody connects in between. */
static int bind_unix(const char *path, const union address *a, int mode)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -1;
	if (bind(fd, &a->any, sizeof(a->un)) == 0) {
		if (chmod(path, (mode_t)mode) == 0 && listen(fd, BACKLOG) == 0)
			return fd;
		error = errno;
		unlink(path);
		errno = error;
	}
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int http_listen_unix(struct http_server *s, const char *path, int mode, struct err *err)
{
	union address a = { .un = { .sun_family = AF_UNIX } };
	struct listener *l;
	struct stat st;
	int fd;

	if (strlen(path) >= sizeof(a.un.sun_path))
		return err_set(err, ERR_INPUT, "address",
			       "%s is too long for a socket: at most %zu bytes", path,
			       sizeof(a.un.sun_path) - 1);
	strcpy(a.un.sun_path, path);
	if (make_way(path, &a, err) < 0)
		return -1;
	fd = bind_unix(path, &a, mode);
	if (fd < 0)
		return err_set(err, ERR_UNREACHABLE, "listen", "cannot listen on %s: %s", path,
			       strerror(errno));
	l = listener_new(s, fd);
	if (lstat(path, &st) == 0) {
		l->path = x_strdup(path);
		l->dev = st.st_dev;
		l->ino = st.st_ino;
	}
	return 0;
}

int http_listen_fd(struct http_server *s, int fd, char *where_r, struct err *err)
{
	int listens = 0;
	socklen_t len = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) < 0 || !listens)
		return err_set(err, ERR_INPUT, "listen", "descriptor %d is not a listening socket",
			       fd);
	evutil_make_socket_nonblocking(fd);
	evutil_make_socket_closeonexec(fd);
	listener_new(s, fd);
	bound_text(fd, where_r);
	return 0;
}
