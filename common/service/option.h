/* Private to this folder: one option and the text given for it. */
#ifndef SERVICE_OPTION_H
#define SERVICE_OPTION_H

#include "service/service.h"

#define OPTION_NAME_MAX 64

/* "run_dir" and "run-dir" are the same; NULL when there is none. */
const struct option_desc *option_find(const char *name, size_t len);

/* The option that was probably meant, or NULL. */
const struct option_desc *option_nearest(const char *typed);
const struct option_desc *option_nearest_env(const char *typed);

/* Checks text; *number_r for OPT_INT and OPT_BOOL.  -1 with err that begins
 * with `where` ("/etc/fexl/fexl.conf:12"). */
int option_check(const struct option_desc *o, const char *text, const char *where,
		 int64_t *number_r, struct err *err) MUST_CHECK;

/* "1 to 3600 s", "sqlite, postgres", "text" … */
void option_print_choices(const struct option_desc *o, struct buf *out);

/* "fexl-apid and fexl-syncd" */
const char *option_readers(const struct option_desc *o);

/* --help, --list-options */
void usage_print(const struct service *desc, struct buf *out);
void usage_print_names(unsigned who, struct buf *out);

#endif
