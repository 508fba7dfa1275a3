/* What cmd_completion.c shares with the shell that has a language of its own. */
#ifndef FEXLCTL_COMPLETION_H
#define FEXLCTL_COMPLETION_H

#include "fexlctl/ctl.h"

#define WORDS_MAX 64	/* behind one word */

struct words {
	const char *text[WORDS_MAX];
	size_t len[WORDS_MAX];
	int n;
};

/* The words that may follow these: "list", "show" … behind "devices"; for "" the first ones. */
struct words words_behind(const char *typed, size_t len);
bool takes_path(const struct arg_desc *a);	/* its value is a file or a folder */

void completion_fish(struct ctl *c, struct buf *out);

#endif
