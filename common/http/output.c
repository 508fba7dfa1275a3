/* What waits to be sent.  Answers of one turn go out in one system call. */
#include "base/base.h"
#include "http/internal.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define COPY_MAX 8192	/* up to here a copy is cheaper than a second piece to send */

struct buf *output_end(struct output *o)
{
	return o->large.len > 0 ? &o->large : &o->small;
}

void output_take(struct output *o, struct buf *bytes)
{
	if (bytes->len > COPY_MAX && o->large.len == 0) {
		buf_move(&o->large, bytes);
		return;
	}
	if (bytes->len > 0)
		buf_add(output_end(o), bytes->data, bytes->len);
	buf_release(bytes);
}

size_t output_pending(const struct output *o)
{
	return o->small.len + o->large.len - o->sent;
}

static ssize_t send_what_is_left(const struct output *o, int fd)
{
	struct iovec parts[2];
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };

	if (o->sent >= o->small.len)
		return send(fd, o->large.data + (o->sent - o->small.len), output_pending(o),
			    MSG_NOSIGNAL);
	if (o->large.len == 0)
		return send(fd, o->small.data + o->sent, output_pending(o), MSG_NOSIGNAL);
	parts[0] = (struct iovec){ o->small.data + o->sent, o->small.len - o->sent };
	parts[1] = (struct iovec){ o->large.data, o->large.len };
	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

int output_flush(struct output *o, int fd, bool *progress_r)
{
	*progress_r = false;
	while (output_pending(o) > 0) {
		ssize_t n = send_what_is_left(o, fd);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM ? 0 : -1;
		o->sent += (size_t)n;
		*progress_r = true;
	}
	buf_clear(&o->small);
	buf_release(&o->large);
	o->sent = 0;
	return 1;
}

void output_release(struct output *o)
{
	buf_release(&o->small);
	buf_release(&o->large);
	o->sent = 0;
}
