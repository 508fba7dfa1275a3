/* PINs, passwords and keys: from a file, from stdin, or typed unseen.  Never
 * from the command line, where every user of the machine could read them. */
#include "base/base.h"
#include "fexlctl/ctl.h"
#include "base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

/* --- the terminal --- */

static struct termios echoing;
static volatile sig_atomic_t is_hidden;

void secret_echo_restore(void)
{
	if (!is_hidden)
		return;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &echoing);
	is_hidden = 0;
}

static int echo_hide(void)
{
	struct termios silent;

	if (tcgetattr(STDIN_FILENO, &echoing) < 0)
		return -1;
	silent = echoing;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	is_hidden = 1;
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
}

/* --- one line --- */

struct secret {
	char text[SECRET_MAX];
};

static void forget(void *s)
{
	wipe(s, sizeof(struct secret));
}

static struct secret *secret_new(struct ctl *c)
{
	struct secret *s = pool_alloc(c->pool, sizeof(*s));

	pool_on_free(c->pool, forget, s);
	return s;
}

/* Up to the end of the line, which is not kept.  Byte by byte: what follows
 * belongs to whoever reads stdin next, and stdio would keep a copy. */
static int read_secret(int fd, struct secret *s)
{
	size_t len = 0;
	ssize_t n;
	char ch;

	while ((n = read(fd, &ch, 1)) == 1 && ch != '\n') {
		if (len == sizeof(s->text) - 1)
			return -1;
		s->text[len++] = ch;
	}
	if (len > 0 && s->text[len - 1] == '\r')
		len--;
	s->text[len] = '\0';
	return n < 0 || len == 0 ? -1 : 0;
}

static int from_file(struct ctl *c, enum arg file, struct secret *s)
{
	const char *path = c->option[file], *name = arg_table[file].name;
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return fail(c, errno == ENOENT ? END_NOT_FOUND : errno == EACCES ? END_DENIED : END_FAILED, NULL,
			    "--%s: %s cannot be read: %s", name, path, strerror(errno));
	rc = read_secret(fd, s);
	if (!is_stdin)
		close(fd);
	if (rc < 0)
		return fail(c, END_USAGE, NULL, "--%s: the first line of %s is empty or too long", name,
			    is_stdin ? "stdin" : path);
	return 0;
}

static int type_once(struct ctl *c, const char *prompt, struct secret *s)
{
	int rc;

	if (echo_hide() < 0) {
		secret_echo_restore();
		return fail(c, END_FAILED, "the option that names a file instead", "cannot hide what is typed: %s", strerror(errno));
	}
	fprintf(stderr, "%s: ", prompt);
	rc = read_secret(STDIN_FILENO, s);
	secret_echo_restore();
	fputc('\n', stderr);
	return rc < 0 ? fail(c, END_USAGE, NULL, "%s: nothing was typed", prompt) : 0;
}

static int from_terminal(struct ctl *c, const char *prompt, bool is_new, struct secret *s)
{
	struct secret *again = is_new ? secret_new(c) : NULL;
	int rc = type_once(c, prompt, s);

	if (rc != 0 || again == NULL)
		return rc;
	if ((rc = type_once(c, pool_printf(c->pool, "%s again", prompt), again)) != 0)
		return rc;
	return strcmp(s->text, again->text) == 0 ? 0 : fail(c, END_USAGE, NULL, "%s: the two differ", prompt);
}

int secret_read(struct ctl *c, enum arg file, const char *prompt, bool is_new, const char **text_r)
{
	struct secret *s = secret_new(c);
	int rc;

	*text_r = s->text;
	if (c->option[file] != NULL)
		return from_file(c, file, s);
	if (prompt != NULL && !arg_given(c, ARG_NO_INPUT) && isatty(STDIN_FILENO))
		rc = from_terminal(c, prompt, is_new, s);
	else
		rc = arg_need(c, file, "secrets come from a file or from stdin (-), never from the command line");
	return rc;
}

int secret_one_stdin(struct ctl *c, enum arg a, enum arg b)
{
	if (c->option[a] == NULL || c->option[b] == NULL || strcmp(c->option[a], "-") != 0 || strcmp(c->option[b], "-") != 0)
		return 0;
	return fail(c, END_USAGE, NULL, "--%s and --%s cannot both read stdin", arg_table[a].name, arg_table[b].name);
}
