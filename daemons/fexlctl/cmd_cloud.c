/* cloud init: makes this machine the hub of its tills.  cloud migrate: brings its
 * database up to date.  These do not ask a daemon: before them there is none. */
#include "base/base.h"
#include "fexlctl/call.h"
#include "fexlctl/commands.h"
#include "fexlctl/files.h"
#include "base/secret.h"
#include "base/clock.h"
#include "service/service.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECRETS SYSCONFDIR "/fexl/secrets"
/* Root's alone: what is in SECRETS is handed over to the daemon. */
#define OWNER_FILE SYSCONFDIR "/fexl/database-owner"
#define OWNER_MAX 2000
#define LOCAL_DATABASE "host=/run/postgresql dbname=fexl user=fexl"
/* As PostgreSQL's own user, who may be anybody: nobody signs in as the owner. */
#define LOCAL_OWNER "host=/run/postgresql dbname=fexl user=postgres options='-c role=fexl_owner'"
#define APID SBINDIR "/fexl-apid"
#define PASSWORD_COST 7
#define START_MAX_S 120
#define LOOK_AGAIN_MS 200

static int run_init(struct ctl *c);
static int run_migrate(struct ctl *c);

const struct command cloud_commands[] = {
	{ .name = "cloud init", .summary = "make this machine the hub of its tills: database, administrator, keys",
	  .takes = TAKES(ARG_DATABASE_URL) | TAKES(ARG_OWNER_URL) | TAKES(ARG_PASSWORD_FILE) | TAKES(ARG_URL) | TAKES(ARG_DRY_RUN),
	  .flags = HERE_ONLY, .run = run_init,
	  .more = "Once, as root.  Without --database-url the PostgreSQL of this machine gets a database fexl,\n"
		  "its owner fexl_owner, and a role fexl, which owns nothing and sees one shop at a time.\n"
		  "--database-url names another server's, or a file for SQLite; with --owner-url tables there\n"
		  "are made, and later migrated, as another role.\n"
		  "--url is the address under which browsers and tills will reach this hub." },
	{ .name = "cloud migrate", .summary = "bring this hub's tables, and the wall between its shops, up to date",
	  .flags = HERE_ONLY, .run = run_migrate,
	  .more = "As root; what is up to date is left alone.  The service does it before each start." },
	{ NULL }
};

struct cloud {
	struct ctl *c;
	const char *database;		/* what --database-url says, or NULL */
	const char *owner;		/* what --owner-url says, or NULL */
	const char *password;
};

/* --- programs --- */

/* 0 when it ended well; what it says goes to stderr. */
static int program_run(struct ctl *c, const char *const *argv, const char *input)
{
	int fds[2] = { -1, -1 }, status;
	pid_t pid = -1;

	if (pipe2(fds, O_CLOEXEC) == 0)
		pid = fork();
	if (pid < 0)
		return fail(c, END_FAILED, pool_printf(c->pool, "install the package that has %s", argv[0]), "%s cannot be run: %s", argv[0],
			    strerror(errno));
	if (pid == 0) {
		dup2(fds[0], STDIN_FILENO);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(fds[0]);
	/* A pipe has room for all of it. */
	if (write(fds[1], input, strlen(input)) < 0)
		say(c, "%s does not listen: %s", argv[0], strerror(errno));
	close(fds[1]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return fail(c, END_FAILED, "mend what it says above, then the same command again", "%s did not succeed (status %d)", argv[0],
		    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* --- the steps --- */

static bool is_file(const char *database)
{
	return database != NULL && database[0] == '/';
}

static int make_database(struct cloud *h)
{
	static const char *const psql[] = { "runuser", "-u", "postgres", "--", "psql", "-qX", "-v", "ON_ERROR_STOP=1", NULL };
	static const char script[] =
		"SELECT 'CREATE ROLE fexl_owner NOLOGIN'\n"
		" WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fexl_owner')\\gexec\n"
		"SELECT 'CREATE ROLE fexl LOGIN'\n"
		" WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fexl')\\gexec\n"
		"SELECT 'CREATE DATABASE fexl OWNER fexl_owner ENCODING ''UTF8'' TEMPLATE template0'\n"
		" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'fexl')\\gexec\n"
		/* An earlier version gave it all to the role that works with it. */
		"\\connect fexl\n"
		"REASSIGN OWNED BY fexl TO fexl_owner;\n";

	if (program_run(h->c, psql, script) == 0)
		return 0;
	hint(h->c, "apt install postgresql, or name another server with --database-url");
	return END_FAILED;
}

static int store_password(struct cloud *h)
{
	char hash[SECRET_HASH_MAX];
	struct buf text = { 0 };
	int rc = folder_make(h->c, SECRETS, 0700);

	if (rc != 0)
		return rc;
	secret_hash(h->password, PASSWORD_COST, hash);
	buf_printf(&text, "%s\n", hash);
	rc = file_put(h->c, SECRETS "/admin-password", 0600, 0, &text);
	buf_release(&text);
	return rc;
}

/* The host of "https://shop.example:8443/": what browsers will send. */
static struct slice host_of(const char *url)
{
	const char *at = strstr(url, "://");

	at = at != NULL ? at + 3 : url;
	return (struct slice){ at, strcspn(at, "/") };
}

static int store_owner(struct cloud *h)
{
	struct buf text = { 0 };
	int rc;

	buf_printf(&text, "%s\n", h->owner);
	rc = file_put(h->c, OWNER_FILE, 0600, 0, &text);
	buf_release(&text);
	return rc;
}

/* Another role owns the tables: ours must be held up. */
static bool has_owner(const struct cloud *h)
{
	return h->database == NULL || h->owner != NULL;
}

static void conf_text(const struct cloud *h, struct buf *text)
{
	const char *url = h->c->option[ARG_URL];
	struct slice host;

	buf_str(text, "# Made by fexlctl cloud init; yours from now on.\nrole = cloud\n");
	buf_printf(text, "db_type = %s\n", is_file(h->database) ? "sqlite" : "postgres");
	buf_printf(text, "database_url = %s\n", h->database != NULL ? h->database : LOCAL_DATABASE);
	if (has_owner(h))
		buf_str(text, "# The database itself keeps shops apart, or nothing starts.\nrequire_wall = yes\n");
	buf_str(text, "# A file of " SECRETS ".\nadmin_password_file = admin-password\n");
	if (url == NULL)
		return;
	host = host_of(url);
	buf_printf(text, "public_hosts = %.*s\n", (int)host.len, host.p);
}

/* Others must not read it: a conninfo may hold a password. */
static int write_conf(struct cloud *h)
{
	const struct group *fexl = getgrnam("fexl");
	struct buf text = { 0 };
	int rc = folder_make(h->c, SYSCONFDIR "/fexl/fexl.conf.d", 0755);

	if (rc != 0)
		return rc;
	conf_text(h, &text);
	rc = file_put(h->c, CLOUD_CONF, 0640, fexl != NULL ? fexl->gr_gid : 0, &text);
	buf_release(&text);
	return rc;
}

/* --- the tables --- */

/* Passwords stay out of the command line. */
static int migrate_as(struct ctl *c, const char *const *argv, const char *database, const char *owner)
{
	const char *const env[][2] = { { "FEXL_ROLE", "cloud" }, { "DB_TYPE", "postgres" },
				       { "DATABASE_URL", database }, { "FEXL_DATABASE_OWNER_URL", owner } };

	for (size_t i = 0; i < ARRAY_LEN(env); i++)
		if (setenv(env[i][0], env[i][1], 1) < 0)
			return fail(c, END_FAILED, NULL, "no room for %s", env[i][0]);
	return program_run(c, argv, "");
}

static int migrate_local(struct ctl *c)
{
	/* That user may not read our files, and need not. */
	static const char *const argv[] = { "runuser", "-u", "postgres", "--", APID, "--migrate", "--config", "/dev/null", NULL };

	return migrate_as(c, argv, LOCAL_DATABASE, LOCAL_OWNER);
}

static int migrate_there(struct ctl *c, const char *database, const char *owner)
{
	static const char *const argv[] = { APID, "--migrate", "--config", "/dev/null", NULL };

	return migrate_as(c, argv, database, owner);
}

static int make_tables(struct cloud *h)
{
	return h->owner != NULL ? migrate_there(h->c, h->database, h->owner) : migrate_local(h->c);
}

/* NULL when there is no such file; its first line. */
static const char *owner_read(struct ctl *c)
{
	char line[OWNER_MAX] = "";
	FILE *f = fopen(OWNER_FILE, "re");

	if (f == NULL)
		return NULL;
	if (fgets(line, sizeof line, f) == NULL)
		line[0] = '\0';
	fclose(f);
	return pool_strndup(c->pool, line, strcspn(line, "\n"));
}

/* What was done, for programs. */
static int migrated(struct ctl *c, int rc, const char *how)
{
	static const struct column nothing[] = { { NULL } };
	struct buf out = { 0 };

	if (rc != 0 || !c->out->json)
		return rc;
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_put_str(&out, "by", how);
	jw_close(&out, '}');
	c->out->record(c, nothing, json_made(c, &out));
	return rc;
}

static int migrate_as_root(struct ctl *c, const char *database, const char *owner)
{
	if (geteuid() != 0)
		return fail(c, END_DENIED, "sudo fexlctl cloud migrate", "only root may act as the owner of the tables");
	return migrated(c, owner != NULL ? migrate_there(c, database, owner) : migrate_local(c), "owner");
}

static int migrate_as_conf_says(struct ctl *c, const struct conf *conf)
{
	const char *database = conf_str(conf, "database_url"), *owner = owner_read(c);

	if (strcmp(conf_str(conf, "role"), "cloud") != 0 || strcmp(conf_str(conf, "db_type"), "postgres") != 0) {
		say(c, "there is nothing to do: this is no cloud on PostgreSQL");
		return migrated(c, 0, "nobody");
	}
	if (owner == NULL && *conf_str(conf, "database_owner_url"))
		owner = conf_str(conf, "database_owner_url");
	if (owner != NULL || (strcmp(database, LOCAL_DATABASE) == 0 && conf_bool(conf, "require_wall")))
		return migrate_as_root(c, database, owner);
	say(c, "the role of database_url owns the tables: fexl-apid does it when it starts; see fexl-security(7)");
	return migrated(c, 0, "daemon");
}

static int run_migrate(struct ctl *c)
{
	char *argv[] = { (char *)"fexlctl", NULL };
	struct err err = { 0 };
	struct conf *conf;
	int rc;

	if (conf_load(&conf, c->option[ARG_CONFIG], 1, argv, &err) < 0)
		return fail_err(c, NULL, &err);
	rc = migrate_as_conf_says(c, conf);
	conf_free(&conf);
	return rc;
}

/* --- the services --- */

static int start_services(struct cloud *h)
{
	static const char *const enable[] = {
		"systemctl", "--quiet", "enable", "--now", "fexl.target", "fexl-apid.socket", "fexl-realtimed.socket",
		"fexl-apid.service", "fexl-realtimed.service", NULL
	};

	return program_run(h->c, enable, "");
}

static int await_apid(struct cloud *h)
{
	static const struct timespec pause = { 0, LOOK_AGAIN_MS * 1000000L };
	struct call call = { .daemon = "apid", .method = "GET", .path = "/status", .timeout_ms = 5000 };
	int64_t until = clock_boot() + START_MAX_S * SECOND_US;
	struct reply r;

	while (!call_try(h->c, &call, &r)) {
		if (clock_boot() > until)
			return fail(h->c, END_NOT_RUNNING, "journalctl -u fexl-apid",
				    "fexl-apid does not answer after %d s", START_MAX_S);
		nanosleep(&pause, NULL);
	}
	return 0;
}

static const struct step {
	const char *what;
	int (*take)(struct cloud *h);
} steps[] = {
	{ "a database fexl and its two roles in the PostgreSQL of this machine", make_database },
	{ "the administrator's password, as a hash in " SECRETS "/admin-password", store_password },
	{ "what this machine is, in " CLOUD_CONF, write_conf },
	{ "as whom tables are made, in " OWNER_FILE "", store_owner },
	{ "the tables, and a wall between the shops in them", make_tables },
	{ "fexl.target with fexl-apid and fexl-realtimed, now and at each boot", start_services },
	{ "what fexl-apid makes when it starts", await_apid },
};

/* --- the command --- */

static int check_first(struct ctl *c)
{
	if (arg_given(c, ARG_DRY_RUN))
		return 0;
	if (geteuid() != 0)
		return fail(c, END_DENIED, "sudo fexlctl cloud init", "only root can make this machine a hub");
	if (access(CLOUD_CONF, F_OK) == 0)
		return fail(c, END_REFUSED, "fexlctl status",
			    "this machine is a hub already: " CLOUD_CONF " says so; change it there, or remove it to begin anew");
	return 0;
}

static int password_get(struct cloud *h)
{
	struct err err = { 0 };
	int rc = secret_read(h->c, ARG_PASSWORD_FILE, "Password of the administrator", true, &h->password);

	if (rc == 0 && password_check(h->password, &err) < 0)
		rc = fail_err(h->c, NULL, &err);
	return rc;
}

/* What was made, for programs; people have read it as it went. */
static void show_made(struct ctl *c)
{
	static const struct column nothing[] = { { NULL } };
	struct buf out = { 0 };

	if (!c->out->json)
		return;
	jw_open(&out, '{');
	jw_put_int(&out, "schema", 1);
	jw_put_bool(&out, "dry_run", arg_given(c, ARG_DRY_RUN));
	jw_put_str(&out, "config", CLOUD_CONF);
	jw_name(&out, "steps");
	jw_open(&out, '[');
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		jw_str(&out, steps[i].what, strlen(steps[i].what));
	jw_close(&out, ']');
	jw_close(&out, '}');
	c->out->record(c, nothing, json_made(c, &out));
}

static bool is_needless(const struct cloud *h, const struct step *s)
{
	if (s->take == make_database)
		return h->database != NULL;
	if (s->take == store_owner)
		return h->owner == NULL;
	return s->take == make_tables && !has_owner(h);
}

static int run_init(struct ctl *c)
{
	struct cloud h = { .c = c, .database = c->option[ARG_DATABASE_URL], .owner = c->option[ARG_OWNER_URL] };
	bool only_say = arg_given(c, ARG_DRY_RUN);
	int rc = check_first(c);

	if (rc != 0 || (!only_say && (rc = password_get(&h)) != 0))
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(steps) && rc == 0; i++) {
		if (is_needless(&h, &steps[i]))
			continue;
		say(c, "%s %s", only_say ? "would make:" : "making:", steps[i].what);
		rc = only_say ? 0 : steps[i].take(&h);
	}
	if (rc == 0)
		show_made(c);
	if (rc == 0 && !only_say) {
		say(c, "This hub is up. Next, a shop for its tills:");
		hint(c, "fexlctl tenant create NAME");
	}
	return rc;
}
