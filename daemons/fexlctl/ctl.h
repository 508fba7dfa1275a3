/* fexlctl: the operator's eye and hand.  One command is one entry in a table;
 * help, usage errors and what was probably meant follow from it.
 *
 *	main.c		reads the line, finds the command, runs it
 *	args.c		the options of all commands; they stand before or behind the command
 *	commands.c	the list of commands; nearest.c what was probably meant
 *	help.c		help, version; describe.c the same as JSON
 *	exit.c		how a command ends: exit codes, and what to do next
 *	codes.c		every code of a problem, in words (codes.h)
 *	say.c		talk to people: errors, hints, questions
 *	secret.c	what must not be seen: PINs, passwords, keys
 *	call.c		one request and its answer (call.h)
 *	live.c		events as they happen (live.h)
 *	batch.c		many requests in flight (batch.h)
 *	out.c		a reply as JSON, as a table, as lines with tabs
 *	cell.c		one value as text: times, counts, states
 *	qr.c		a QR code on the terminal
 *	completion_fish.c what fish completes (completion.h)
 *	redact.c	text without secrets (redact.h); tarball.c files into one (tarball.h)
 *	carry.c		a daemon's file to where the operator wants it (carry.h)
 *	doctor_*.c	what the doctor looks at (doctor.h)
 *	files.c		files of the administrator's (files.h)
 *	config_set.c	a line of one of them (config_set.h)
 *	cmd_*.c		the commands; cmd_import.c with import.c and map_*.c
 */
#ifndef FEXLCTL_CTL_H
#define FEXLCTL_CTL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/pool.h"

/* --- exit.c: what the shell hears --- */

enum ending {
	END_OK = 0,
	END_FAILED = 1,
	END_USAGE = 2,
	END_NOT_RUNNING = 3,	/* the daemon */
	END_DENIED = 4,
	END_NOT_FOUND = 5,
	END_REFUSED = 6,	/* a conflict, or a condition does not hold */
	END_UNREACHABLE = 7,	/* the cloud */
	END_DEGRADED = 8,	/* status --exit-code */
	END_TIMED_OUT = 124,
	END_INTERRUPTED = 130,
};

/* What a problem document means here; next: what to do, NULL where the code is unknown. */
enum ending ending_of(int http_status, const char *code, bool remote, const char **next_r);
/* What went wrong on this side. */
enum ending ending_of_err(const struct err *err);

/* ^C ends the process at once, the terminal's echo restored; between
 * interrupt_gently(true) and (false) it only sets what interrupt_seen() tells,
 * and a second one ends the process. */
void interrupt_init(void);
void interrupt_gently(bool gently);
bool interrupt_seen(void);

/* --- args.c --- */

enum arg {
	/* of all commands */
	ARG_RUN_DIR, ARG_CONFIG, ARG_HOST, ARG_TOKEN_FILE, ARG_TENANT, ARG_TIMEOUT,
	ARG_JSON, ARG_PLAIN, ARG_NO_HEADER, ARG_VERBOSE, ARG_QUIET, ARG_COLOR,
	ARG_YES, ARG_NO_INPUT, ARG_HELP, ARG_VERSION,
	/* of some */
	ARG_WATCH, ARG_EXIT_CODE, ARG_WAIT, ARG_URL, ARG_LICENSE_FILE, ARG_LINK_FILE, ARG_NAME, ARG_QR,
	ARG_ROLE, ARG_PIN_FILE, ARG_PASSWORD_FILE, ARG_MAP, ARG_DRY_RUN, ARG_COST_PERCENT, ARG_REPORT,
	ARG_ORIGIN, ARG_DATA, ARG_FORCE, ARG_DAEMON, ARG_DATABASE_URL, ARG_OWNER_URL, ARG_FOLLOW, ARG_TRACE, ARG_SINCE,
	ARG_KEEP, ARG_AS_NEW, ARG_DISCARD_LOCAL, ARG_FIX, ARG_WARNING, ARG_CRITICAL, ARG_OUTPUT, ARG_OLDEST, ARG_STUCK, ARG_LINES,
	ARG_COUNT
};
#define TAKES(arg) (UINT64_C(1) << (arg))
#define TAKES_COMMON (TAKES(ARG_VERSION + 1) - 1)

struct arg_desc {
	const char *name;	/* "run-dir" */
	char letter;		/* 'H', or 0 */
	const char *value;	/* what stands behind it: "DIR"; NULL: nothing does */
	const char *help;	/* one line */
};
extern const struct arg_desc arg_table[ARG_COUNT];

struct ctl;

/* --- commands.c --- */

#define HERE_ONLY 1u		/* talks to this machine's daemons: not with --host */
#define OWN_TENANT 2u		/* --tenant is an argument, not the shop whose data is meant */

struct command {
	const char *name;	/* "devices list" */
	const char *alias;	/* "devices"; NULL without */
	const char *usage;	/* what stands behind the name: "DEVICE NAME" */
	const char *summary;	/* one line */
	int args_min, args_max;
	uint64_t takes;		/* TAKES() of the options besides the common ones */
	unsigned flags;
	int (*run)(struct ctl *c);	/* an enum ending */
	const char *more;	/* paragraphs of help; NULL without */
};
extern const struct command *const command_groups[];	/* each ends with a NULL name; NULL ends the list */

/* for (command_first(&w); w.command != NULL; command_next(&w)) … */
struct command_walk {
	size_t group;
	const struct command *command;
};
void command_first(struct command_walk *w);
void command_next(struct command_walk *w);

/* The command with the longest name that the words begin with; *used_r words
 * are its name.  NULL when there is none. */
const struct command *command_find(const char *const *words, int n, int *used_r);
bool command_begins(const struct command *cmd, const char *words);	/* its name is that, or begins so; "": any */
bool command_is_group(const char *words);	/* commands begin with this: "devices" */

/* nearest.c: the candidate that is typed with the fewest slips, or NULL. */
struct guess {
	const char *typed, *found;
	size_t best;
};
struct guess guess_begin(const char *typed);
void guess_try(struct guess *g, const char *candidate);

/* --- the running command --- */

struct output;
struct channel;

struct ctl {
	struct pool *pool;	/* for the whole run */
	const struct command *command;
	const char *option[ARG_COUNT];	/* its value, "" for one without, NULL when not given */
	const char **args;	/* what stands behind the command's name */
	int n_args;
	const char *run_dir;	/* set when the first daemon is asked */
	int64_t timeout_ms;	/* 0: not given */
	const struct output *out;
	bool tty;		/* stdout is a terminal */
	bool colour;		/* on stdout */
	bool utf8;
	bool sad_colour;	/* on stderr */
	bool progress;		/* stderr has a line that is not ended */
};

/* Fills option, args and command.  0, or an ending that was said. */
int args_read(struct ctl *c, int argc, char **argv);
static inline bool arg_given(const struct ctl *c, enum arg a)
{
	return c->option[a] != NULL;
}
/* A whole number in [min, max], or def when the option is not given. */
int arg_int(struct ctl *c, enum arg a, int64_t min, int64_t max, int64_t def, int64_t *n_r);
/* A required option: 0, or END_USAGE said. */
int arg_need(struct ctl *c, enum arg a, const char *why);

/* --- say.c: stderr --- */

/* What, why, and the next command (NULL: what mostly helps with such an end).  Returns end. */
int fail(struct ctl *c, enum ending end, const char *next, const char *fmt, ...) PRINTF(4, 5);
int fail_err(struct ctl *c, const char *next, const struct err *err);
void say(struct ctl *c, const char *fmt, ...) PRINTF(2, 3);	/* not with --quiet or --json */
void hint(struct ctl *c, const char *fmt, ...) PRINTF(2, 3);	/* a command to type; likewise */
/* A line that the next one overwrites; only on a terminal.  _end() keeps the last one, _clear() does not. */
void say_progress(struct ctl *c, const char *fmt, ...) PRINTF(2, 3);
void say_progress_end(struct ctl *c);
void say_progress_clear(struct ctl *c);
/* What came from elsewhere, fit for a terminal: control characters as \xNN. */
void clean_add(struct buf *out, const char *text, size_t len);

/* Asks "…? [y/N]", or for a name to be typed.  0: go on; else refused, and said. */
int confirm(struct ctl *c, const char *fmt, ...) PRINTF(2, 3);
int confirm_name(struct ctl *c, const char *name, const char *fmt, ...) PRINTF(3, 4);

/* --- secret.c --- */

#define SECRET_MAX 4096

/* The first line of the option's file ("-": stdin), or without the option what
 * is typed unseen at `prompt`, twice when it is new.  0 and *text_r, which is
 * wiped when the pool ends; else an ending that was said.  prompt NULL: never asks. */
int secret_read(struct ctl *c, enum arg file, const char *prompt, bool is_new, const char **text_r);
/* Only one option can have stdin. */
int secret_one_stdin(struct ctl *c, enum arg a, enum arg b);
void secret_echo_restore(void);		/* safe in a signal handler */

/* --- out.c: stdout --- */

enum show {
	SHOW_TEXT,
	SHOW_COUNT,	/* 18,331 */
	SHOW_HUNDREDTHS, /* 956,070.71 of 95607071 */
	SHOW_WORDS,	/* an array of texts: a, b, c */
	SHOW_TIME,	/* 3 min on a terminal */
	SHOW_STATE,	/* with a sign before it */
	SHOW_SECONDS,	/* 2 d 4 h */
	SHOW_MS,
	SHOW_KB,
	SHOW_YES,
};

struct column {
	const char *title;	/* "PENDING"; NULL ends a list of columns */
	const char *member;	/* "pending", or deeper: "last_cycle.ms" */
	enum show show;
	bool wide;		/* only with --verbose and --plain */
	bool rare;		/* no column of a table when no row has it */
};

/* One reply, shown to whoever reads: JSON is printed as it came, never made
 * from the cells. */
struct output {
	void (*list)(struct ctl *c, const struct column *columns, struct json reply, struct json items);
	void (*record)(struct ctl *c, const struct column *fields, struct json reply);
	bool json;
};
extern const struct output out_table, out_plain, out_json;

void print(struct ctl *c, const char *fmt, ...) PRINTF(2, 3);	/* text to stdout; nothing with --json */
/* A JSON text of our own, so that it takes the same road as a reply. */
struct json json_made(struct ctl *c, struct buf *text);
/* "last_cycle.ms" under j; missing when a step is. */
struct json json_path(struct json j, const char *path);
const char *json_text(struct json j, const char *path);	/* NULL when it is no text */
int64_t json_number(struct json j, const char *path, int64_t def);
bool json_yes(struct json j, const char *path);

/* cell.c: a value in words; the text lives as long as the pool. */
const char *cell_text(struct ctl *c, struct json value, enum show show, bool for_people);
const char *cell_colour(const char *state);	/* a name for libsmartcols, or NULL */
void ago_add(struct buf *out, int64_t us);	/* "3 min" */
void count_add(struct buf *out, int64_t n);	/* "18,331" */

/* qr.c: to stdout; nothing with --json */
void qr_print(struct ctl *c, const char *text);

#endif
