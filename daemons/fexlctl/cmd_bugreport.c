/* bugreport: how this machine is, for whoever supports it.  Nothing of what is
 * sold goes in, and what looks like a secret is taken out. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"
#include "fexlctl/redact.h"
#include "fexlctl/tarball.h"
#include "base/clock.h"
#include "service/service.h"

#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>

static int run_bugreport(struct ctl *c);

const struct command bugreport_commands[] = {
	{ .name = "bugreport", .summary = "an archive for whoever supports you, without secrets", .takes = TAKES(ARG_OUTPUT),
	  .flags = HERE_ONLY, .run = run_bugreport,
	  .more = "Versions, options, status, figures, the doctor's findings, the last lines of the logs.\n"
		  "Look into it before you send it: tar -xzOf FILE | less" },
	{ NULL }
};

#define SLOW_MS 600000		/* the doctor reads every page */
#define LOG_MAX ((size_t)8 << 20)
#define JOURNAL "journalctl --quiet --no-pager --output=short-iso-precise --lines=5000 " \
	"--unit=fexl-apid.service --unit=fexl-syncd.service --unit=fexl-realtimed.service 2>&1"

struct report {
	struct ctl *c;
	struct tarball *tar;
	struct redactor *redactor;
	const char *folder;
	int64_t at_s;
	struct buf files;	/* names, as members of an array */
	int removed;
};

static void keep(struct report *r, const char *name, const char *text, size_t len, bool as_it_is)
{
	struct buf clean = { 0 };

	if (as_it_is)
		buf_add(&clean, text, len);
	else
		r->removed += redact(r->redactor, text, len, &clean);
	tarball_add(r->tar, pool_printf(r->c->pool, "%s/%s", r->folder, name), r->at_s, &clean);
	jw_str(&r->files, name, strlen(name));
	buf_release(&clean);
}

/* --- what daemons say --- */

/* Figures have no secrets and many numbers. */
static const struct {
	const char *file, *daemon, *path;
	bool figures;
} asked[] = {
	{ "apid.json", "apid", "/status" },
	{ "syncd.json", "syncd", "/status" },
	{ "realtimed.json", "realtimed", "/status" },
	{ "sync.json", "apid", "/api/sync/status" },
	{ "devices.json", "apid", "/api/devices" },
	{ "doctor.json", "apid", "/api/doctor" },
	{ "database.json", "apid", "/internal/db" },
	{ "apid.prom", "apid", "/metrics", true },
	{ "syncd.prom", "syncd", "/metrics", true },
	{ "realtimed.prom", "realtimed", "/metrics", true },
};

static void keep_answers(struct report *r)
{
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct call call = { asked[i].daemon, "GET", asked[i].path, .timeout_ms = r->c->timeout_ms > 0 ? r->c->timeout_ms : SLOW_MS };
		struct reply reply;

		say_progress(r->c, "%s…", asked[i].file);
		if (call_try(r->c, &call, &reply))
			keep(r, asked[i].file, reply.text.p, reply.text.len, asked[i].figures);
		else
			keep(r, asked[i].file, "no answer\n", strlen("no answer\n"), true);
	}
	say_progress_clear(r->c);
}

/* --- the machine --- */

static void keep_machine(struct report *r)
{
	struct buf text = { 0 };
	struct utsname u;
	char at[TIME_TEXT_LEN + 1];

	time_format(clock_wall(), at);
	buf_printf(&text, "fexlctl %s, schema %d\nmade at %s\n", PACKAGE_VERSION, 1, at);
	if (uname(&u) == 0)
		buf_printf(&text, "%s %s %s %s\n", u.sysname, u.release, u.version, u.machine);
	keep(r, "machine.txt", text.data, text.len, true);
	buf_release(&text);
}

static void keep_options(struct report *r)
{
	char *argv[] = { (char *)"fexlctl", NULL };
	struct buf text = { 0 };
	struct err err = { 0 };
	struct conf *conf;

	if (conf_load(&conf, r->c->option[ARG_CONFIG], 1, argv, &err) < 0) {
		keep(r, "options.txt", err.text, strlen(err.text), false);
		return;
	}
	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		const char *value = conf_str(conf, o->name);

		buf_printf(&text, "%s = %s\t# %s\n", o->name, conf_is_secret(o->name) && *value != '\0' ? "(not shown)" : value,
			   conf_origin(conf, o->name));
	}
	conf_free(&conf);
	keep(r, "options.txt", text.data, text.len, false);
	buf_release(&text);
}

static void keep_logs(struct report *r)
{
	FILE *journal = popen(JOURNAL, "re");
	struct buf text = { 0 };
	char piece[16384];
	size_t n;

	buf_str(&text, "");
	while (journal != NULL && text.len < LOG_MAX && (n = fread(piece, 1, sizeof(piece), journal)) > 0)
		buf_add(&text, piece, n);
	if (journal != NULL)
		pclose(journal);
	keep(r, "logs.txt", text.data, text.len, false);
	buf_release(&text);
}

/* --- the command --- */

static const char *file_name(struct ctl *c, const char **folder_r)
{
	time_t now = (time_t)(clock_wall() / SECOND_US);
	char name[64];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(name, sizeof(name), "fexl-bugreport-%Y%m%d-%H%M%S", &tm);
	*folder_r = pool_strdup(c->pool, name);
	return arg_given(c, ARG_OUTPUT) ? c->option[ARG_OUTPUT] : pool_printf(c->pool, "%s.tar.gz", name);
}

static void show(struct report *r, const char *path)
{
	static const struct column fields[] = { { "File", "file" }, { "Taken out", "removed", SHOW_COUNT }, { "In it", "files", SHOW_WORDS }, { NULL } };
	struct buf out = { 0 };

	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_put_str(&out, "file", path);
	jw_put_int(&out, "removed", r->removed);
	jw_name(&out, "files");
	jw_raw(&out, r->files.data, r->files.len);
	jw_close(&out, '}');
	r->c->out->record(r->c, fields, json_made(r->c, &out));
	hint(r->c, "look into it before you send it: tar -xzOf %s | less", path);
}

static int run_bugreport(struct ctl *c)
{
	struct report r = { .c = c, .at_s = clock_wall() / SECOND_US };
	const char *path = file_name(c, &r.folder);
	struct err err = { 0 };

	if (tarball_open(path, &r.tar, &err) < 0)
		return fail_err(c, "another file: --output FILE", &err);
	r.redactor = redactor_new();
	jw_open(&r.files, '[');
	keep_machine(&r);
	keep_options(&r);
	keep_answers(&r);
	keep_logs(&r);
	jw_close(&r.files, ']');
	redactor_free(&r.redactor);
	if (tarball_close(&r.tar, &err) < 0) {
		buf_release(&r.files);
		return fail_err(c, "make room, or another file: --output FILE", &err);
	}
	show(&r, path);
	buf_release(&r.files);
	return END_OK;
}
