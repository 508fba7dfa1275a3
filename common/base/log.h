/* Four voices, each with its listener: the client hears err_set(), the
 * operator hears log_*(), a start that cannot succeed ends in fatal(), and a
 * broken invariant of ours ends in panic() with a core.
 *
 * Lines go to stderr with systemd's <N> level prefix when stderr is the
 * journal, with a time when it is a terminal or file.  Control characters in
 * the text are escaped, so nobody can forge a line.  No secret, PIN, token or
 * customer's phone number is ever passed here. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* name stands before each line ("fexl-apid"); it must outlive the process. */
void log_init(const char *name, enum log_level most_talkative);
/* What this thread says from now on is about this request: the journal gets its
 * id as FEXL_TRACE=.  NULL: about none.  The text must live until then. */
void log_about(const char *trace);
void log_error(const char *fmt, ...) PRINTF(1, 2);
void log_warn(const char *fmt, ...) PRINTF(1, 2);
void log_info(const char *fmt, ...) PRINTF(1, 2);
void log_debug(const char *fmt, ...) PRINTF(1, 2);

void fatal(const char *fmt, ...) PRINTF(1, 2) NORETURN;	/* exit 1 */
void panic(const char *fmt, ...) PRINTF(1, 2) NORETURN;	/* abort */

#endif
