/* Values from files, environment and flags, each over those before it, and
 * whence each came. */
#include "base/base.h"
#include "service/conf.h"
#include "service/option.h"
#include "base/log.h"
#include "base/pool.h"

#include <stdlib.h>
#include <unistd.h>

struct conf_value *conf_value_of(const struct conf *c, const struct option_desc *o)
{
	return &c->values[o - option_table];
}

int conf_set(struct conf *c, const struct option_desc *o, const char *text, const char *where,
		     struct err *err)
{
	struct conf_value *v = conf_value_of(c, o);
	int64_t number = 0;

	if (option_check(o, text, where, &number, err) < 0)
		return -1;
	v->text = pool_strdup(c->pool, text);
	v->number = number;
	v->origin = where;
	return 0;
}

int conf_unknown(const char *name, const char *where, struct err *err)
{
	const struct option_desc *near = option_nearest(name);

	return err_set(err, ERR_INPUT, "option_unknown", "%s: there is no option \"%.80s\"%s%s%s",
		       where, name, near != NULL ? "; did you mean \"" : "",
		       near != NULL ? near->name : "", near != NULL ? "\"?" : "");
}

/* --- environment --- */

static bool is_twin(const char *name)
{
	for (const struct option_desc *o = option_table; o->name != NULL; o++)
		if (strcmp(o->env, name) == 0)
			return true;
	return false;
}

/* FEXL_ROEL=cloud would otherwise be a till that everybody takes for a hub. */
static void slips_warn(struct conf *c)
{
	const struct option_desc *near;
	const char *name;

	for (char **e = environ; *e != NULL; e++) {
		if (strncmp(*e, "FEXL_", 5) != 0)
			continue;
		name = pool_strndup(c->pool, *e, strcspn(*e, "="));
		near = is_twin(name) ? NULL : option_nearest_env(name);
		if (near != NULL)
			log_warn("environment %s is no option and has no effect; did you mean %s?",
				 name, near->env);
	}
}

static int environment_read(struct conf *c, struct err *err)
{
	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		const char *text = getenv(o->env);

		if (text != NULL &&
		    conf_set(c, o, text, pool_printf(c->pool, "environment %s", o->env), err) < 0)
			return -1;
	}
	slips_warn(c);
	return 0;
}

/* --- flags --- */

struct flag {
	struct slice name;	/* without "--" */
	const char *value;
};

/* "--name value" or "--name=value" at argv[*at]; *at moves behind it. */
static int flag_next(struct flag *f, int *at, int argc, char **argv, struct err *err)
{
	const char *arg = argv[(*at)++], *equals;

	if (strncmp(arg, "--", 2) != 0 || arg[2] == '\0')
		return err_set(err, ERR_INPUT, "flag_unexpected",
			       "\"%.80s\" is not an option; see --help", arg);
	equals = strchr(arg, '=');
	f->name.p = arg + 2;
	f->name.len = equals != NULL ? (size_t)(equals - arg - 2) : strlen(arg + 2);
	f->value = equals != NULL ? equals + 1 : *at < argc ? argv[(*at)++] : NULL;
	if (f->value == NULL)
		return err_set(err, ERR_INPUT, "flag_value", "--%.80s needs a value; see --help",
			       f->name.p);
	return 0;
}

/* What --config names, if it stands there: files come before flags. */
static int flags_config(int argc, char **argv, const char **file_r, struct err *err)
{
	struct flag f;

	for (int at = 1; at < argc;) {
		if (flag_next(&f, &at, argc, argv, err) < 0)
			return -1;
		if (slice_is(f.name, "config"))
			*file_r = f.value;
	}
	return 0;
}

static int flags_read(struct conf *c, int argc, char **argv, struct err *err)
{
	const struct option_desc *o;
	const char *name;
	struct flag f;

	for (int at = 1; at < argc;) {
		if (flag_next(&f, &at, argc, argv, err) < 0)
			return -1;
		if (slice_is(f.name, "config"))
			continue;
		name = pool_strndup(c->pool, f.name.p, f.name.len);
		o = option_find(f.name.p, f.name.len);
		if (o == NULL)
			return conf_unknown(name, "flags", err);
		if (conf_set(c, o, f.value, pool_printf(c->pool, "flag --%s", name), err) < 0)
			return -1;
		conf_value_of(c, o)->origin = "flag";
	}
	return 0;
}

/* --- all of it --- */

static struct conf *conf_new(void)
{
	struct pool *pool = pool_new();
	struct conf *c = pool_alloc(pool, sizeof(*c));
	size_t n = 0;

	while (option_table[n].name != NULL)
		n++;
	c->pool = pool;
	c->values = pool_alloc(pool, n * sizeof(*c->values));
	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		struct err err = { 0 };

		if (conf_set(c, o, o->def != NULL ? o->def : "", "default", &err) < 0)
			panic("options: %s", err.text);
	}
	return c;
}

/* systemd gives each service a folder of its own with copies of the secrets;
 * their files are root's. */
static void secrets_find(struct conf *c)
{
	const char *handed = getenv("CREDENTIALS_DIRECTORY");

	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		struct conf_value *v = conf_value_of(c, o);

		if (o->type != OPT_FILE || *v->text == '\0' || strchr(v->text, '/') != NULL)
			continue;
		if (handed != NULL)
			v->text = pool_printf(c->pool, "%s/secrets_%s", handed, v->text);
		else
			v->text = pool_printf(c->pool, SECRETS_DIR "/%s", v->text);
	}
}

/* What depends on other options. */
static int conf_settle(struct conf *c, struct err *err)
{
	struct conf_value *url = conf_value_of(c, option_find("database_url", 12));
	struct conf_value *web = conf_value_of(c, option_find("web_dir", 7));

	if (*url->text == '\0' && strcmp(conf_str(c, "db_type"), "sqlite") == 0)
		url->text = pool_printf(c->pool, "%s/fexl.db", conf_str(c, "data_dir"));
	if (*web->text == '\0')
		web->text = PKGDATADIR "/web";
	secrets_find(c);
	if ((*conf_str(c, "tls_cert") != '\0') != (*conf_str(c, "tls_key") != '\0'))
		return err_set(err, ERR_INPUT, "option_value", "tls_cert and tls_key belong together: set both or none");
	if (conf_int(c, "backoff_min_ms") > conf_int(c, "backoff_max_ms"))
		return err_set(err, ERR_INPUT, "option_value",
			       "%s: backoff_min_ms is above backoff_max_ms (%s)",
			       conf_origin(c, "backoff_min_ms"), conf_str(c, "backoff_max_ms"));
	return 0;
}

int conf_load_from(struct conf **confp, const struct conf_places *places, const char *file,
		   int argc, char **argv, struct err *err)
{
	struct conf *c;

	if (flags_config(argc, argv, &file, err) < 0)
		return -1;
	c = conf_new();
	if (conf_read_files(c, places, file, err) < 0 || environment_read(c, err) < 0 ||
	    flags_read(c, argc, argv, err) < 0 || conf_settle(c, err) < 0) {
		conf_free(&c);
		return -1;
	}
	*confp = c;
	return 0;
}

int conf_load(struct conf **confp, const char *file, int argc, char **argv, struct err *err)
{
	static const struct conf_places places = {
		.vendor_dir = VENDORDIR,
		.file = SYSCONFDIR "/fexl/fexl.conf",
		.drop_in_dir = SYSCONFDIR "/fexl/fexl.conf.d",
	};

	return conf_load_from(confp, &places, file, argc, argv, err);
}

void conf_free(struct conf **confp)
{
	struct conf *c = *confp;
	struct pool *pool;

	if (c == NULL)
		return;
	*confp = NULL;
	pool = c->pool;		/* c itself lies in it */
	pool_free(&pool);
}

/* --- reading --- */

static const struct conf_value *value_get(const struct conf *c, const char *name,
					  enum opt_type type)
{
	const struct option_desc *o = option_find(name, strlen(name));

	if (o == NULL)
		panic("there is no option %s", name);
	if (o->type != type)
		panic("option %s is not of type %d", name, (int)type);
	return conf_value_of(c, o);
}

const char *conf_str(const struct conf *c, const char *name)
{
	const struct option_desc *o = option_find(name, strlen(name));

	if (o == NULL)
		panic("there is no option %s", name);
	return conf_value_of(c, o)->text;
}

int64_t conf_int(const struct conf *c, const char *name)
{
	return value_get(c, name, OPT_INT)->number;
}

bool conf_bool(const struct conf *c, const char *name)
{
	return value_get(c, name, OPT_BOOL)->number != 0;
}

const char *conf_origin(const struct conf *c, const char *name)
{
	const struct option_desc *o = option_find(name, strlen(name));

	if (o == NULL)
		panic("there is no option %s", name);
	return conf_value_of(c, o)->origin;
}

bool conf_is_secret(const char *name)
{
	/* It may hold a password: postgres://fexl:secret@db/fexl */
	return strcmp(name, "database_url") == 0 || strcmp(name, "database_owner_url") == 0;
}
