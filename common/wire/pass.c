/* A descriptor travels beside a packet's bytes.  Whatever else somebody may
 * send along is closed at once, or he could fill our table. */
#include "base/base.h"
#include "wire/pass.h"

#include <sys/socket.h>
#include <unistd.h>

#define TAKEN_MAX 4	/* more are closed by the kernel */

ssize_t pass_send(int socket, const char *data, size_t len, int fd)
{
	struct iovec part = { (char *)data, len };
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .room = { 0 } };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		m.msg_control = control.room;
		m.msg_controllen = sizeof control.room;
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	return sendmsg(socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void take(struct msghdr *m, int *fd_r)
{
	int n = 0, last = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		size_t bytes = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at + sizeof last <= bytes; at += sizeof last, n++) {
			if (last >= 0)
				close(last);
			memcpy(&last, CMSG_DATA(c) + at, sizeof last);
		}
	}
	if (n > 1) {
		close(last);
		last = -1;
	}
	*fd_r = last;
}

ssize_t pass_receive(int socket, char *data, size_t room, int *fd_r)
{
	struct iovec part = { data, room };
	union {
		char room[CMSG_SPACE(TAKEN_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
			    .msg_controllen = sizeof control.room };
	ssize_t len = recvmsg(socket, &m, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);

	*fd_r = -1;
	if (len >= 0)
		take(&m, fd_r);
	return len;
}
