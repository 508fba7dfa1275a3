/* What main() shows when there is no command to run. */
#ifndef FEXLCTL_HELP_H
#define FEXLCTL_HELP_H

struct ctl;

int help_no_command(struct ctl *c);	/* --help, --version, or the usage on stderr */
int help_of_command(struct ctl *c);

/* describe.c: the commands whose name is, or begins with, these words ("": all), as JSON. */
int help_describe(struct ctl *c, const char *words);

#endif
