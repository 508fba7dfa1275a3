/* Options: the last word counts, whence it came is known, and a slip is
 * answered with what was probably meant. */
#include "base/base.h"
#include "service/conf.h"
#include "service/option.h"
#include "unit.h"

#include <sys/stat.h>

static char dir[64];

static char *in_dir(const char *name)
{
	static char paths[8][160];
	static int n;
	char *p = paths[n++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return p;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state UNUSED)
{
	snprintf(dir, sizeof(dir), "/tmp/fexl-conf-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		unsetenv(o->env);
	return mkdir(in_dir("vendor"), 0700) | mkdir(in_dir("drop"), 0700);
}

static int tear_down(void **state UNUSED)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command);
}

static int load(struct conf **c, const char *only, const char *const *flags, struct err *err)
{
	const struct conf_places places = { in_dir("vendor"), in_dir("fexl.conf"), in_dir("drop") };
	char *argv[16] = { (char *)"fexl-apid" };
	int argc = 1;

	for (; flags != NULL && *flags != NULL; flags++)
		argv[argc++] = (char *)*flags;
	return conf_load_from(c, &places, only, argc, argv, err);
}

static struct conf *load_fine(const char *only, const char *const *flags)
{
	struct err err = { 0 };
	struct conf *c = NULL;

	if (load(&c, only, flags, &err) < 0)
		fail_msg("%s", err.text);
	return c;
}

static void assert_refused(const char *only, const char *const *flags, const char *first,
			   const char *second)
{
	struct err err = { 0 };
	struct conf *c = NULL;

	if (load(&c, only, flags, &err) == 0)
		fail_msg("taken, and should say \"%s\"", first);
	assert_null(c);
	if (strstr(err.text, first) == NULL || strstr(err.text, second) == NULL)
		fail_msg("\"%s\" says neither \"%s\" nor \"%s\"", err.text, first, second);
}

/* --- who has the last word --- */

static void test_without_anything_there_are_defaults(void **state UNUSED)
{
	struct conf *c = load_fine(NULL, NULL);

	assert_string_equal(conf_str(c, "role"), "desktop");
	assert_string_equal(conf_str(c, "listen"), "127.0.0.1:8089");
	assert_int_equal(conf_int(c, "sync_interval_s"), 30);
	assert_string_equal(conf_origin(c, "role"), "default");
	conf_free(&c);
	assert_null(c);
	conf_free(&c);
}

static void test_the_later_place_counts(void **state UNUSED)
{
	static const char *const flags[] = { "--lanes", "6", NULL };
	struct conf *c;

	put("vendor/a.conf",
	    "role = cloud\nlanes = 1\nreaders = 1\nslice_ms = 1\nidle_ms = 101\npush_rows = 1\n");
	put("vendor/b.conf",
	    "lanes = 2\nreaders = 2\nslice_ms = 2\nidle_ms = 102\npush_rows = 2\n");
	put("fexl.conf", "lanes = 3\nreaders = 3\nslice_ms = 3\nidle_ms = 103\n");
	put("drop/10.conf", "lanes = 4\nreaders = 4\nslice_ms = 4\n");
	put("drop/.20.conf", "lanes = many\n");
	put("drop/20.conf.bak", "lanes = many\n");
	setenv("FEXL_LANES", "5", 1);
	setenv("FEXL_READERS", "5", 1);
	c = load_fine(NULL, flags);
	assert_string_equal(conf_str(c, "role"), "cloud");
	assert_int_equal(conf_int(c, "push_rows"), 2);
	assert_int_equal(conf_int(c, "idle_ms"), 103);
	assert_int_equal(conf_int(c, "slice_ms"), 4);
	assert_int_equal(conf_int(c, "readers"), 5);
	assert_int_equal(conf_int(c, "lanes"), 6);
	conf_free(&c);
}

static void test_each_value_knows_whence_it_came(void **state UNUSED)
{
	static const char *const flags[] = { "--run-dir=/run/x", NULL };
	struct conf *c;

	put("fexl.conf", "# a comment\n\nrole = cloud\n");
	setenv("DB_TYPE", "postgres", 1);
	c = load_fine(NULL, flags);
	assert_non_null(strstr(conf_origin(c, "role"), "/fexl.conf:3"));
	assert_string_equal(conf_origin(c, "db_type"), "environment DB_TYPE");
	assert_string_equal(conf_origin(c, "run_dir"), "flag");
	assert_string_equal(conf_origin(c, "data_dir"), "default");
	conf_free(&c);
}

static void test_a_named_file_stands_alone(void **state UNUSED)
{
	const char *const flags[] = { "--lanes", "7", "--config", in_dir("mine"), NULL };
	struct conf *c;

	put("fexl.conf", "role = cloud\nthis is broken\n");
	put("mine", "lanes = 5\nreaders = 5\n");
	c = load_fine(NULL, flags);
	assert_string_equal(conf_str(c, "role"), "desktop");
	assert_int_equal(conf_int(c, "readers"), 5);
	assert_int_equal(conf_int(c, "lanes"), 7);
	conf_free(&c);
	assert_refused(in_dir("nowhere"), NULL, "/nowhere", "No such file");
}

static void test_defaults_follow_other_options(void **state UNUSED)
{
	static const char *const elsewhere[] = { "--data-dir", "/srv/shop", NULL };
	static const char *const postgres[] = { "--db-type", "postgres", NULL };
	struct conf *c = load_fine(NULL, elsewhere);

	assert_string_equal(conf_str(c, "database_url"), "/srv/shop/fexl.db");
	assert_string_equal(conf_str(c, "web_dir"), PKGDATADIR "/web");
	conf_free(&c);
	c = load_fine(NULL, postgres);
	assert_string_equal(conf_str(c, "database_url"), "");
	conf_free(&c);
}

static void test_a_bare_name_is_a_secret(void **state UNUSED)
{
	static const char *const flags[] = { "--admin-password-file", "admin", NULL };
	struct conf *c;

	unsetenv("CREDENTIALS_DIRECTORY");
	c = load_fine(NULL, flags);
	assert_string_equal(conf_str(c, "admin_password_file"), SECRETS_DIR "/admin");
	conf_free(&c);
	setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x.service", 1);
	c = load_fine(NULL, flags);
	assert_string_equal(conf_str(c, "admin_password_file"), "/run/credentials/x.service/secrets_admin");
	conf_free(&c);
	put("fexl.conf", "admin_password_file = ./admin\n");
	c = load_fine(NULL, NULL);
	assert_string_equal(conf_str(c, "admin_password_file"), "./admin");
	conf_free(&c);
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void test_a_value_is_the_rest_of_its_line(void **state UNUSED)
{
	struct conf *c;

	put("fexl.conf", "\tdatabase_url=host=a,b user='x y' options=-c\\ a=b # no comment \r\n"
			 "public_hosts =\n  listen  =  [::1]:0  ");
	c = load_fine(NULL, NULL);
	assert_string_equal(conf_str(c, "database_url"),
			    "host=a,b user='x y' options=-c\\ a=b # no comment");
	assert_string_equal(conf_str(c, "public_hosts"), "");
	assert_string_equal(conf_str(c, "listen"), "[::1]:0");
	conf_free(&c);
}

/* --- what is refused, and what it says --- */

static const struct slip {
	const char *text, *says, *and;
} slips[] = {
	{ "rol = cloud", "fexl.conf:1", "did you mean \"role\"" },
	{ "\n\nsync_intervall_s = 30", "fexl.conf:3", "did you mean \"sync_interval_s\"" },
	{ "colour = red", "\"colour\"", "no option" },
	{ "run-dir = /x", "run-dir", "did you mean \"run_dir\"" },
	{ "db_type = postgresql", "allowed: sqlite, postgres", "did you mean \"postgres\"?" },
	{ "role = Cloud", "desktop, cloud", "did you mean \"cloud\"?" },
	{ "db_type = oracle", "fexl.conf:1", "sqlite, postgres" },
	{ "role =", "role is \"\"", "desktop, cloud" },
	{ "sync_interval_s = 0", "sync_interval_s is \"0\"", "1 to 3600 s" },
	{ "sync_interval_s = 3601", "3601", "1 to 3600 s" },
	{ "sync_interval_s = 30s", "30s", "1 to 3600 s" },
	{ "sync_interval_s = +30", "+30", "1 to 3600 s" },
	{ "sync_interval_s = 0x1e", "0x1e", "1 to 3600 s" },
	{ "sync_interval_s =", "sync_interval_s is \"\"", "1 to 3600 s" },
	{ "lanes = -1", "-1", "1 to 64 threads" },
	{ "body_bytes = 99999999999999999999", "99999999999999999999", "bytes" },
	{ "role", "fexl.conf:1", "neither name = value" },
	{ "[apid]\nrole = cloud", "fexl.conf:1", "no sections" },
	{ "role = \"cloud\"", "fexl.conf:1", "without quotes" },
	{ "role = cloud\nrole = cloud", "fexl.conf:2", "line 1 already" },
	{ "listen = a\x01" "b", "control characters", "listen" },
	{ "listen = \xff\xfe", "not UTF-8", "listen" },
	{ "= cloud", "no option", "\"\"" },
	{ "backoff_min_ms = 5000\nbackoff_max_ms = 4999", "fexl.conf:1", "above backoff_max_ms" },
};

static void test_slips_in_a_file_are_named(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(slips); i++) {
		put("fexl.conf", slips[i].text);
		assert_refused(NULL, NULL, slips[i].says, slips[i].and);
	}
}

static void test_slips_in_the_environment_are_named(void **state UNUSED)
{
	setenv("DB_TYPE", "postgresql", 1);
	assert_refused(NULL, NULL, "environment DB_TYPE", "did you mean \"postgres\"?");
}

/* FEXL_ names that belong to other programs are none of our business. */
static void test_a_slip_in_an_environment_name_is_guessed(void **state UNUSED)
{
	assert_string_equal(option_nearest_env("FEXL_ROEL")->env, "FEXL_ROLE");
	assert_string_equal(option_nearest_env("FEXL_RUNDIR")->env, "FEXL_RUN_DIR");
	assert_null(option_nearest_env("FEXL_SRC"));
	assert_null(option_nearest_env("FEXL_BUILD"));
	assert_null(option_nearest_env("FEXL_NO_COLOR"));
}

static void test_slips_in_flags_are_named(void **state UNUSED)
{
	static const struct {
		const char *flags[4];
		const char *says, *and;
	} cases[] = {
		{ { "--rol", "cloud" }, "flags", "did you mean \"role\"" },
		{ { "--role" }, "--role", "needs a value" },
		{ { "cloud" }, "\"cloud\"", "--help" },
		{ { "-r", "cloud" }, "\"-r\"", "--help" },
		{ { "--" }, "\"--\"", "--help" },
		{ { "--lanes=65" }, "flag --lanes", "1 to 64" },
		{ { "--config" }, "--config", "needs a value" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_refused(NULL, cases[i].flags, cases[i].says, cases[i].and);
}

static void test_what_is_no_fexl_conf_is_refused(void **state UNUSED)
{
	FILE *f = fopen(in_dir("fexl.conf"), "w");

	fwrite("role = \0cloud\n", 1, 14, f);
	fclose(f);
	assert_refused(NULL, NULL, "fexl.conf:1", "NUL");
	f = fopen(in_dir("fexl.conf"), "w");
	for (int i = 0; i < 100000; i++)
		fputs("# 0123456789\n", f);
	fclose(f);
	assert_refused(NULL, NULL, "fexl.conf", "1 MiB");
	unlink(in_dir("fexl.conf"));
	assert_int_equal(mkdir(in_dir("fexl.conf"), 0700), 0);
	assert_refused(NULL, NULL, "fexl.conf", "Is a directory");
}

/* --- the table and what is made from it --- */

static void test_the_table_is_in_order(void **state UNUSED)
{
	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		char twin[OPTION_NAME_MAX] = "FEXL_";

		for (size_t i = 0; o->name[i] != '\0'; i++)
			twin[5 + i] = o->name[i] == '_' ? '_' : (char)(o->name[i] - 'a' + 'A');
		if (strcmp(o->name, "db_type") != 0 && strcmp(o->name, "database_url") != 0)
			assert_string_equal(o->env, twin);
		assert_ptr_equal(option_find(o->name, strlen(o->name)), o);	/* no name twice */
		assert_true(o->type != OPT_INT ||
			    (o->min < o->max && o->unit != NULL && o->def != NULL));
		assert_true((o->type == OPT_WORD) == (o->words != NULL));
		assert_true(o->who != 0 && (o->who & ~FOR_ALL) == 0);
		assert_true(strlen(o->help) > 3 && o->help[strlen(o->help) - 1] != '.');
	}
	assert_true(conf_is_secret("database_url"));
	assert_false(conf_is_secret("data_dir"));
}

/* Every line of the template is a comment; without its # it is the default. */
static void test_the_template_holds_the_defaults(void **state UNUSED)
{
	struct buf template = { 0 };
	struct conf *plain = load_fine(NULL, NULL), *read;
	FILE *f = fopen(in_dir("fexl.conf"), "w");
	int n = 0;

	conf_print_template(&template);
	for (char *line = strtok(template.data, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		assert_int_equal(line[0], '#');
		if (line[1] != ' ' && line[1] != '\0')
			n += fprintf(f, "%s\n", line + 1) > 0;
	}
	fclose(f);
	read = load_fine(NULL, NULL);
	for (const struct option_desc *o = option_table; o->name != NULL; o++, n--) {
		assert_string_equal(conf_str(read, o->name), conf_str(plain, o->name));
		assert_non_null(strstr(conf_origin(read, o->name), "fexl.conf:"));
	}
	assert_int_equal(n, 0);
	conf_free(&plain);
	conf_free(&read);
	buf_release(&template);
}

static void test_etc_fexl_conf_is_the_template(void **state UNUSED)
{
	const char *src = getenv("FEXL_SRC");
	struct buf template = { 0 };
	char path[4096], *have;
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/etc/fexl.conf", src != NULL ? src : ".");
	conf_print_template(&template);
	have = x_alloc(template.len + 2);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("cannot read %s", path);
	len = fread(have, 1, template.len + 1, f);
	fclose(f);
	if (len != template.len || memcmp(have, template.data, len) != 0)
		fail_msg("etc/fexl.conf is old: fexl-apid --print-config-template >etc/fexl.conf");
	free(have);
	buf_release(&template);
}

static void test_our_own_slips_are_loud(void **state UNUSED)
{
	struct conf *c = load_fine(NULL, NULL);

	assert_panics(conf_str(c, "no_such_option"));
	assert_panics(conf_int(c, "role"));
	assert_panics(conf_bool(c, "lanes"));
	conf_free(&c);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

UNIT_MAIN(
	TEST(test_without_anything_there_are_defaults),
	TEST(test_the_later_place_counts),
	TEST(test_each_value_knows_whence_it_came),
	TEST(test_a_named_file_stands_alone),
	TEST(test_defaults_follow_other_options),
	TEST(test_a_bare_name_is_a_secret),
	TEST(test_a_value_is_the_rest_of_its_line),
	TEST(test_slips_in_a_file_are_named),
	TEST(test_slips_in_the_environment_are_named),
	TEST(test_a_slip_in_an_environment_name_is_guessed),
	TEST(test_slips_in_flags_are_named),
	TEST(test_what_is_no_fexl_conf_is_refused),
	TEST(test_the_table_is_in_order),
	TEST(test_the_template_holds_the_defaults),
	TEST(test_etc_fexl_conf_is_the_template),
	TEST(test_our_own_slips_are_loud),
)
