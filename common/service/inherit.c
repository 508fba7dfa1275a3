/* Sockets that systemd opened before us and keeps while we are away: who
 * connects during a restart waits in their queue, and is not turned away. */
#include "base/base.h"
#include "service/run.h"

#include <stdlib.h>
#include <systemd/sd-daemon.h>

int service_inherited(const char *fd_name)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(0, &names), found = -1;

	for (int i = 0; i < n; i++) {
		if (found < 0 && strcmp(names[i], fd_name) == 0)
			found = SD_LISTEN_FDS_START + i;
		free(names[i]);
	}
	free(names);
	return found;
}

int service_inherited_tcp(int nth)
{
	int end = SD_LISTEN_FDS_START + MAX(sd_listen_fds(0), 0);

	for (int fd = SD_LISTEN_FDS_START; fd < end; fd++)
		if (sd_is_socket_inet(fd, AF_UNSPEC, SOCK_STREAM, 1, 0) > 0 && nth-- == 0)
			return fd;
	return -1;
}

int inherited_unix(const char *path)
{
	int end = SD_LISTEN_FDS_START + MAX(sd_listen_fds(0), 0);

	for (int fd = SD_LISTEN_FDS_START; fd < end; fd++)
		if (sd_is_socket_unix(fd, SOCK_STREAM, 1, path, 0) > 0)
			return fd;
	return -1;
}
