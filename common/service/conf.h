/* Private to this folder, and to the test that has its own /etc. */
#ifndef SERVICE_CONF_H
#define SERVICE_CONF_H

#include "service/service.h"

#define SECRETS_DIR SYSCONFDIR "/fexl/secrets"	/* systemd hands out what is in there */

struct pool;

struct conf_value {
	const char *text;
	int64_t number;		/* OPT_INT, OPT_BOOL */
	const char *origin;
	const char *file;	/* the file that set it last, and its line there */
	int line;
};

struct conf {
	struct pool *pool;	/* holds this struct too */
	struct conf_value *values;	/* in the order of option_table */
};

struct conf_places {
	const char *vendor_dir;		/* *.conf of the distribution */
	const char *file;		/* the administrator's */
	const char *drop_in_dir;	/* *.conf beside it */
};

int conf_load_from(struct conf **confp, const struct conf_places *places, const char *file,
		   int argc, char **argv, struct err *err) MUST_CHECK;

struct conf_value *conf_value_of(const struct conf *c, const struct option_desc *o);
/* where: "/etc/fexl/fexl.conf:12"; must live as long as c. */
int conf_set(struct conf *c, const struct option_desc *o, const char *text, const char *where,
	     struct err *err) MUST_CHECK;
int conf_unknown(const char *name, const char *where, struct err *err);

/* conffile.c: only this file, or all that are in their places. */
int conf_read_files(struct conf *c, const struct conf_places *places, const char *only,
		    struct err *err) MUST_CHECK;

#endif
