/* A line is made whole on the stack and written by one write(2), so the lines
 * of several threads, or of several daemons sharing a terminal, do not mix. */
#include "base/base.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT_MAX 2048			/* what is longer is cut, and says so */
#define LINE_MAX_LEN (TEXT_MAX * 4 + 128)	/* each byte may become \xNN */

enum { LEVEL_FATAL = LOG_LEVEL_DEBUG + 1, LEVEL_PANIC };	/* always heard */

static const struct voice {
	const char *journal;	/* sd-daemon(3) */
	const char *word;
} voices[] = {
	[LOG_LEVEL_ERROR] = { "<3>", "error: " },
	[LOG_LEVEL_WARN] = { "<4>", "warning: " },
	[LOG_LEVEL_INFO] = { "<6>", "" },
	[LOG_LEVEL_DEBUG] = { "<7>", "debug: " },
	[LEVEL_FATAL] = { "<2>", "fatal: " },
	[LEVEL_PANIC] = { "<2>", "panic: " },
};

/* Set once at start, and again when the operator asks for more or less. */
static const char *_Atomic program;
static _Atomic int talkative = LOG_LEVEL_INFO;
static _Atomic bool to_journal;
static _Thread_local const char *about;	/* the request in hand */

/* systemd names the device and inode of the stream it gave us; a stderr that
 * was redirected since is another one. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, inode;
	struct stat st;

	if (stream == NULL || sscanf(stream, "%llu:%llu", &dev, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == inode;
}

void log_init(const char *name, enum log_level most_talkative)
{
	program = name;
	talkative = most_talkative;
	to_journal = stderr_is_journal();
}

void log_about(const char *trace)
{
	about = trace;
}

/* A character that may do something to a terminal or to a reader of lines:
 * C0, DEL, C1 (as U+0080 to U+009F) and whatever is no UTF-8. */
static bool is_harmless(const char *s, size_t n)
{
	const uint8_t *b = (const uint8_t *)s;

	if (n == 1)
		return b[0] >= 0x20 && b[0] != 0x7f;
	return n > 1 && !(b[0] == 0xc2 && b[1] < 0xa0);
}

static char *put_escaped(char *to, const char *s, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		*to++ = '\\';
		*to++ = 'x';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	return to;
}

static char *put_text(char *to, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_next(s + i, len - i);
		bool harmless = is_harmless(s + i, n);

		n = n > 0 ? n : 1;
		to = harmless ? mempcpy(to, s + i, n) : put_escaped(to, s + i, n);
		i += n;
	}
	return to;
}

static char *put_head(char *to, const struct voice *voice)
{
	const char *name = program;

	if (to_journal) {
		to = stpcpy(to, voice->journal);
	} else {
		time_format(clock_wall(), to);
		to = stpcpy(to + TIME_TEXT_LEN, " ");
	}
	if (name != NULL) {
		to = mempcpy(to, name, strnlen(name, 64));
		to = stpcpy(to, ": ");
	}
	return stpcpy(to, voice->word);
}

/* A stderr that takes nothing must not stop a shop: what it does not take is lost. */
static void write_line(const char *line, size_t len)
{
	int saved = errno;

	while (write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
		;
	errno = saved;
}

/* The journal's own protocol, for what its stream cannot carry: fields.  False
 * when nobody listens there. */
static bool send_to_journal(const struct voice *voice, const char *text, size_t len)
{
	static const struct sockaddr_un journal = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };
	char head[256];
	struct iovec parts[] = { { head, 0 }, { (char *)text, len }, { (char *)"\n", 1 } };
	struct msghdr m = { .msg_name = (void *)&journal, .msg_namelen = sizeof(journal), .msg_iov = parts,
			    .msg_iovlen = ARRAY_LEN(parts) };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool sent;

	if (fd < 0)
		return false;
	parts[0].iov_len = (size_t)snprintf(head, sizeof(head), "PRIORITY=%c\nSYSLOG_IDENTIFIER=%.64s\nFEXL_TRACE=%.64s\nMESSAGE=",
					    voice->journal[1], program != NULL ? program : "fexl", about);
	sent = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
	close(fd);
	return sent;
}

static PRINTF(2, 0) void say(int level, const char *fmt, va_list args)
{
	char text[TEXT_MAX], line[LINE_MAX_LEN], *start, *end;
	int len;

	if (level <= LOG_LEVEL_DEBUG && level > talkative)
		return;
	len = vsnprintf(text, sizeof(text), fmt, args);
	if (len < 0)
		return;
	start = end = put_head(line, &voices[level]);
	end = put_text(end, text, MIN((size_t)len, sizeof(text) - 1));
	if ((size_t)len >= sizeof(text))
		end = stpcpy(end, " [cut]");
	if (about != NULL && to_journal && send_to_journal(&voices[level], start, (size_t)(end - start)))
		return;
	*end++ = '\n';
	write_line(line, (size_t)(end - line));
}

#define SAY(level)                                                                                 \
	do {                                                                                       \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, fmt);                                                               \
		say(level, fmt, args);                                                             \
		va_end(args);                                                                      \
	} while (0)

void log_error(const char *fmt, ...)
{
	SAY(LOG_LEVEL_ERROR);
}

void log_warn(const char *fmt, ...)
{
	SAY(LOG_LEVEL_WARN);
}

void log_info(const char *fmt, ...)
{
	SAY(LOG_LEVEL_INFO);
}

void log_debug(const char *fmt, ...)
{
	SAY(LOG_LEVEL_DEBUG);
}

void fatal(const char *fmt, ...)
{
	SAY(LEVEL_FATAL);
	exit(1);
}

void panic(const char *fmt, ...)
{
	SAY(LEVEL_PANIC);
	abort();
}
