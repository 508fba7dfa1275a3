/* Who has our port?  The kernel knows the socket's inode (/proc/net/tcp), and
 * shows which process holds it (/proc/<pid>/fd) to that process's user and to
 * root.  Asked once, when a start has failed: it need not be fast. */
#include "base/base.h"
#include "http/internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define TCP_LISTEN 10

/* The inode of the socket that listens on port, or 0. */
static unsigned long listening_inode(const char *table, int port)
{
	FILE *f = fopen(table, "re");
	unsigned long inode, found = 0;
	unsigned local_port, state;
	char line[512];

	if (f == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line,
			   " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %lu",
			   &local_port, &state, &inode) == 3 &&
		    state == TCP_LISTEN && (int)local_port == port)
			found = inode;
	fclose(f);
	return found;
}

static bool holds(const char *pid, const char *wanted)
{
	char dir[64], path[352], target[64];
	const struct dirent *e;
	bool found = false;
	DIR *d;

	snprintf(dir, sizeof(dir), "/proc/%.16s/fd", pid);
	d = opendir(dir);
	if (d == NULL)
		return false;
	while (!found && (e = readdir(d)) != NULL) {
		ssize_t n;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		target[MAX(n, 0)] = '\0';
		found = strcmp(target, wanted) == 0;
	}
	closedir(d);
	return found;
}

static void name_of(const char *pid, char *name, size_t size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	f = fopen(path, "re");
	if (f == NULL || fgets(name, (int)size, f) == NULL)
		snprintf(name, size, "a program");
	name[strcspn(name, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
}

void owner_of_port(int port, char *who_r, size_t size)
{
	unsigned long inode = listening_inode("/proc/net/tcp", port);
	char wanted[64], name[32];
	const struct dirent *e;
	DIR *d;

	snprintf(who_r, size, "another program");
	if (inode == 0)
		inode = listening_inode("/proc/net/tcp6", port);
	d = opendir("/proc");
	if (d == NULL)
		return;
	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	while (inode != 0 && (e = readdir(d)) != NULL) {
		if (atoi(e->d_name) <= 0 || !holds(e->d_name, wanted))
			continue;
		name_of(e->d_name, name, sizeof(name));
		snprintf(who_r, size, "%s (pid %.16s)", name, e->d_name);
		break;
	}
	closedir(d);
}
