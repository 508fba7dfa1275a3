/* The doctor looks at this machine: daemons, sockets, clock, libraries. */
#include "base/base.h"
#include "fexlctl/doctor.h"
#include "service/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIBEVENT "libevent-core-2.1-7"
#define LIBEVENT_MENDED "2.1.12-stable-8+deb12u1"	/* what its security fixes came with */

static const char *const daemons[] = { "apid", "syncd", "realtimed" };

/* --- daemons --- */

static bool answers(struct ctl *c, const char *daemon, const char *path, struct json *said_r)
{
	struct call call = { daemon, "GET", path };
	struct reply r;

	if (!call_try(c, &call, &r) || r.status != 200)
		return false;
	*said_r = r.json;
	return true;
}

/* "127.0.0.1:8089" -> 8089 */
static int port_of(const char *listen)
{
	const char *colon = strrchr(listen, ':');

	return colon != NULL ? atoi(colon + 1) : 0;
}

static void apid_is_missing(struct visit *v)
{
	char *argv[] = { (char *)"fexlctl", NULL };
	const char *holder = NULL;
	struct conf *conf;
	int port = 0;

	if (conf_load(&conf, v->c->option[ARG_CONFIG], 1, argv, NULL) == 0) {
		port = port_of(conf_str(conf, "listen"));
		holder = port_holder(v->c, port);
		conf_free(&conf);
	}
	if (holder != NULL)
		found_add(v, "daemons", FOUND_FAIL, "end that, or set another listen in fexl.conf; then systemctl start fexl-apid",
			  "fexl-apid is not running: port %d is held by %s", port, holder);
	else
		found_add(v, "daemons", FOUND_FAIL, how_to_start(v->c, "apid"),
			  "fexl-apid is not running: nobody is served here; fexlctl logs --daemon apid says why it ended");
}

/* Without sync nothing is sent, without live updates screens are asked again
 * and again: the shop sells on. */
void look_at_daemons(struct visit *v)
{
	struct json said;
	int n = 0;

	v->apid_runs = answers(v->c, "apid", "/status", &said);
	if (!v->apid_runs) {
		apid_is_missing(v);
		return;
	}
	v->is_hub = json_text(said, "role") != NULL && strcmp(json_text(said, "role"), "cloud") == 0;
	if (!v->is_hub && !answers(v->c, "apid", "/api/sync/status", &v->sync))
		v->sync = (struct json){ NULL, true };
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++) {
		const char *version;

		if (v->is_hub && strcmp(daemons[i], "syncd") == 0)
			continue;
		if (!answers(v->c, daemons[i], "/status", &said)) {
			found_add(v, "daemons", FOUND_WARN, pool_printf(v->c->pool, "systemctl start fexl-%s", daemons[i]),
				  "fexl-%s is not running; the shop sells without it", daemons[i]);
			return;
		}
		version = json_text(said, "version");
		if (version == NULL || strcmp(version, PACKAGE_VERSION) != 0) {
			found_add(v, "daemons", FOUND_WARN, pool_printf(v->c->pool, "systemctl restart fexl-%s", daemons[i]),
				  "fexl-%s is %s, this is " PACKAGE_VERSION, daemons[i], version != NULL ? version : "of another version");
			return;
		}
		n++;
	}
	found_add(v, "daemons", FOUND_OK, NULL, "%d running, version " PACKAGE_VERSION, n);
}

/* --- sockets --- */

/* The daemons answer root and their own user only; the modes are the first door. */
void look_at_sockets(struct visit *v)
{
	const char *dir = v->c->run_dir;
	struct stat st;

	if (dir == NULL || !v->apid_runs)
		return;
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++) {
		const char *path = pool_printf(v->c->pool, "%s/%s.sock", dir, daemons[i]);

		if (stat(path, &st) < 0)
			continue;
		if ((st.st_mode & S_IRWXO) != 0 && stat(dir, &st) == 0 && (st.st_mode & S_IRWXO) != 0) {
			found_add(v, "sockets", FOUND_WARN, pool_printf(v->c->pool, "chmod 700 %s", dir),
				  "%s can be reached by other users, who are turned away only by the daemon itself", path);
			return;
		}
	}
	found_add(v, "sockets", FOUND_OK, NULL, "in %s, closed to other users", dir);
}

/* --- time --- */

void look_at_time_service(struct visit *v)
{
	struct timex now = { 0 };

	if (adjtimex(&now) >= 0 && (now.status & STA_UNSYNC) == 0)
		found_add(v, "ntp", FOUND_OK, NULL, "a time service keeps the clock, to within %ld ms", now.maxerror / 1000 + 1);
	else if (is_paired(v))
		found_add(v, "ntp", FOUND_OK, NULL, "no time service; the cloud's time is followed");
	else
		found_add(v, "ntp", FOUND_WARN, "timedatectl set-ntp true", "no time service keeps this machine's clock");
}

/* --- libevent --- */

/* The first line of what a program says; NULL when it is not there or fails. */
static const char *first_line(struct ctl *c, const char *const *argv)
{
	char text[256];
	int fds[2], status;
	ssize_t len;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return NULL;
	if ((pid = fork()) == 0) {
		int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(nowhere, STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(fds[1]);
	len = pid > 0 ? read(fds[0], text, sizeof(text) - 1) : -1;
	close(fds[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || len < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return NULL;
	text[len] = '\0';
	return pool_strndup(c->pool, text, strcspn(text, "\n"));
}

void look_at_libevent(struct visit *v)
{
	const char *const ask_version[] = { "dpkg-query", "--show", "--showformat=${Version}", LIBEVENT, NULL };
	const char *version = first_line(v->c, ask_version);
	const char *const compare[] = { "dpkg", "--compare-versions", version, "ge", LIBEVENT_MENDED, NULL };

	if (version == NULL)
		found_add(v, "libevent", FOUND_SKIP, NULL, "not from a Debian package; it should be %s or later", LIBEVENT_MENDED);
	else if (first_line(v->c, compare) != NULL)
		found_add(v, "libevent", FOUND_OK, NULL, "%s, with its security fixes", version);
	else
		found_add(v, "libevent", FOUND_WARN, "apt-get install --only-upgrade " LIBEVENT ", then systemctl restart fexl.target",
			  "%s is without the security fixes of " LIBEVENT_MENDED, version);
}
