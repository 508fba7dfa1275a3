/* Who holds a TCP port: the socket's inode from /proc/net, then whose file it is. */
#include "base/base.h"
#include "fexlctl/doctor.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LISTENS 0x0a		/* TCP_LISTEN, as /proc/net/tcp writes states */

/* 0 when nobody listens there. */
static unsigned long inode_in(const char *table, int port)
{
	FILE *f = fopen(table, "re");
	unsigned long inode = 0, found = 0;
	unsigned at, state;
	char line[512];

	if (f == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %lu", &at, &state, &inode) == 3 &&
		    (int)at == port && state == LISTENS)
			found = inode;
	fclose(f);
	return found;
}

static bool holds(const char *pid, unsigned long inode)
{
	char path[300], want[40], to[64];
	struct dirent *e;
	bool found = false;
	DIR *dir;

	snprintf(want, sizeof(want), "socket:[%lu]", inode);
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	if ((dir = opendir(path)) == NULL)
		return false;
	while (!found && (e = readdir(dir)) != NULL) {
		ssize_t len = readlinkat(dirfd(dir), e->d_name, to, sizeof(to) - 1);

		to[MAX(len, 0)] = '\0';
		found = strcmp(to, want) == 0;
	}
	closedir(dir);
	return found;
}

static const char *name_of(struct ctl *c, const char *pid)
{
	char path[300], name[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	if ((f = fopen(path, "re")) != NULL) {
		if (fgets(name, sizeof(name), f) == NULL)
			name[0] = '\0';
		fclose(f);
	}
	name[strcspn(name, "\n")] = '\0';
	return pool_printf(c->pool, "%s (pid %s)", name, pid);
}

const char *port_holder(struct ctl *c, int port)
{
	unsigned long inode = inode_in("/proc/net/tcp", port);
	const char *who = NULL;
	struct dirent *e;
	DIR *dir;

	if (inode == 0)
		inode = inode_in("/proc/net/tcp6", port);
	if (inode == 0 || port <= 0 || (dir = opendir("/proc")) == NULL)
		return NULL;
	while (who == NULL && (e = readdir(dir)) != NULL)
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && holds(e->d_name, inode))
			who = name_of(c, e->d_name);
	closedir(dir);
	return who;
}
