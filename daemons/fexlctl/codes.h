/* What the code of a problem means. */
#ifndef FEXLCTL_CODES_H
#define FEXLCTL_CODES_H

#include "fexlctl/ctl.h"

struct problem_code {
	const char *code;
	const char *means;	/* for people: what is so */
	const char *todo;	/* a sentence: what helps */
	enum ending end;	/* how a command ends that met it; END_OK: as its HTTP status says */
	const char *next;	/* a command to type, shown below the error; NULL: the error says it all */
};
extern const struct problem_code problem_codes[];	/* ends with a NULL code */
const struct problem_code *problem_code(const char *code);	/* NULL: there is none */

#endif
