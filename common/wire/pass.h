/* Private to this folder: packets that carry a descriptor (SCM_RIGHTS). */
#ifndef WIRE_PASS_H
#define WIRE_PASS_H

#include "base/base.h"

/* sendmsg(2); fd -1: none goes along.  The caller keeps it. */
ssize_t pass_send(int socket, const char *data, size_t len, int fd);
/* recvmsg(2); the length as sent, also where it did not fit.  *fd_r is -1 or
 * the caller's from now on; of several that came *fd_r gets none. */
ssize_t pass_receive(int socket, char *data, size_t room, int *fd_r);

#endif
