/* How a command ends: what an answer of HTTP means to a shell, and ^C. */
#include "base/base.h"
#include "fexlctl/codes.h"

#include <signal.h>
#include <unistd.h>

/* --- answers --- */

#define AS_IT_IS "look at how it is now, then the same again"
#define MEND "mend what it names, then the same again"
#define LATER "wait a minute, then the same again"

static const struct {
	int status;
	enum ending end;
	const char *next_local, *next_remote;
} of_status[] = {
	{ 400, END_FAILED, "fexlctl bugreport, and show it to who supports you", "install the same release here and there" },
	{ 401, END_DENIED, NULL, "--token-file FILE with a token of this server" },
	{ 403, END_DENIED, "run it as root or as the daemon's own user", "--token-file FILE with a token that may" },
	{ 404, END_NOT_FOUND, NULL, NULL },
	{ 408, END_TIMED_OUT, NULL, NULL },
	{ 409, END_REFUSED, AS_IT_IS, AS_IT_IS },
	{ 410, END_REFUSED, AS_IT_IS, AS_IT_IS },
	{ 412, END_REFUSED, AS_IT_IS, AS_IT_IS },
	{ 421, END_REFUSED, NULL, "public_hosts in the server's fexl.conf" },
	{ 422, END_REFUSED, MEND, MEND },
	{ 426, END_REFUSED, "install the same release on both sides", "install the same release on both sides" },
	{ 429, END_REFUSED, LATER, LATER },
	{ 502, END_UNREACHABLE, "fexlctl status", NULL },
	{ 504, END_TIMED_OUT, NULL, NULL },
};

enum ending ending_of(int http_status, const char *code, bool remote, const char **next_r)
{
	/* A code says more than its status does. */
	const struct problem_code *p = code != NULL ? problem_code(code) : NULL;

	*next_r = p == NULL ? NULL : p->next != NULL ? p->next : p->todo;
	if (p != NULL && p->end != END_OK)
		return p->end;
	for (size_t i = 0; i < ARRAY_LEN(of_status); i++) {
		if (of_status[i].status != http_status)
			continue;
		if (*next_r == NULL)
			*next_r = remote ? of_status[i].next_remote : of_status[i].next_local;
		return of_status[i].end;
	}
	return http_status / 100 == 2 ? END_OK : END_FAILED;
}

/* The others have just failed. */
static const enum ending of_kind[ERR_KINDS] = {
	[ERR_INPUT] = END_USAGE,
	[ERR_UNKNOWN_USER] = END_DENIED,
	[ERR_DENIED] = END_DENIED,
	[ERR_NOT_FOUND] = END_NOT_FOUND,
	[ERR_TIMEOUT] = END_TIMED_OUT,
	[ERR_CONFLICT] = END_REFUSED,
	[ERR_UNREACHABLE] = END_UNREACHABLE,
};

enum ending ending_of_err(const struct err *err)
{
	return of_kind[err->kind] != END_OK ? of_kind[err->kind] : END_FAILED;
}

/* --- interrupts --- */

static volatile sig_atomic_t gentle, seen;

static void on_interrupt(int sig)
{
	if (gentle && !seen) {
		seen = 1;
		return;
	}
	secret_echo_restore();
	_exit(128 + sig);
}

void interrupt_init(void)
{
	struct sigaction act = { .sa_handler = on_interrupt };

	sigemptyset(&act.sa_mask);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

void interrupt_gently(bool gently)
{
	gentle = gently;
}

bool interrupt_seen(void)
{
	return seen;
}
