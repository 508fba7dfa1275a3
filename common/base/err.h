/* Why something could not be done, in words for whoever asked.  An error is
 * filled once, by the one who knows; everybody between only returns. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/base.h"

/* Each kind is an answer of its own: HTTP maps it to a status, fexlctl to an
 * exit code (http/problem.c, daemons/fexlctl/exit.c). */
enum err_kind {
	ERR_NONE,
	ERR_SYNTAX,		/* not even readable: broken JSON, bad UTF-8 */
	ERR_INPUT,		/* readable, but a field is wrong */
	ERR_UNKNOWN_USER,	/* who are you? */
	ERR_DENIED,		/* known, but not allowed */
	ERR_NOT_FOUND,
	ERR_METHOD,		/* the thing is there, the verb is not */
	ERR_TIMEOUT,		/* the client was too slow */
	ERR_CONFLICT,		/* something is in the way */
	ERR_GONE,
	ERR_STALE,		/* If-Match names an older version */
	ERR_TOO_LARGE,
	ERR_MEDIA,		/* content type or coding that we do not take */
	ERR_MISDIRECTED,	/* Host is not ours */
	ERR_UPGRADE,		/* protocol version too old */
	ERR_RATE,		/* too many tries; see retry_after_s */
	ERR_HEAD_TOO_LARGE,
	ERR_UNSUPPORTED,	/* a protocol feature or version not spoken here */
	ERR_BUSY,		/* cannot now; the same request may be sent again */
	ERR_UNCERTAIN,		/* perhaps done: send the same uuid again */
	ERR_UNREACHABLE,	/* a peer does not answer */
	ERR_INTERNAL,		/* our fault, already logged */
	ERR_KINDS
};

struct err {
	enum err_kind kind;
	int retry_after_s;	/* ERR_RATE, ERR_BUSY: 0 is unknown */
	bool has_max;
	int64_t max;		/* code "overpaid" and the like: the most that would do */
	char code[32];		/* for programs: "duplicate", "pin_wrong" */
	char field[96];		/* JSON pointer to the culprit, or empty: "/lines/3/qty" */
	char text[320];		/* for people: what, which, and what next */
};

/* All return -1, so that one can `return err_set(...)`.  err may be NULL:
 * then nothing is noted.  code is short, lower case, stable; the text is
 * printf's.  err_field() also names the culprit as a JSON pointer. */
int err_set(struct err *err, enum err_kind kind, const char *code, const char *fmt, ...) PRINTF(4, 5);
int err_field(struct err *err, const char *field, const char *code, const char *fmt, ...) PRINTF(4, 5); /* ERR_INPUT */

/* Puts a parent in front of the field: err_under(err, "/lines/%d", 3) turns
 * "/qty" into "/lines/3/qty".  Returns -1. */
int err_under(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/* Says beside what is refused how much would not be.  Returns -1. */
int err_most(struct err *err, int64_t max);

/* The machine's trouble, everybody's: what was asked is not at fault, and may be asked
 * again.  Not ERR_INTERNAL. */
bool err_is_trouble(const struct err *err);
/* Not the fault of who asked: trouble, or a mistake of ours. */
bool err_is_ours(const struct err *err);

void err_clear(struct err *err);

#endif
