/* Any text as fexl.conf.  A refusal says where; what was taken prints, and has
 * numbers within their bounds. */
#include "base/base.h"
#include "service/conf.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
	if (!holds)
		abort();
}

static void insist_bounded(const struct conf *c)
{
	for (const struct option_desc *o = option_table; o->name != NULL; o++) {
		const struct conf_value *v = conf_value_of(c, o);

		if (o->type == OPT_INT && v->text != NULL && v->text[0] != '\0')
			insist(v->number >= o->min && v->number <= o->max);
		if (o->type == OPT_BOOL)
			insist(v->number == 0 || v->number == 1);
	}
}

static void try_file(const char *path)
{
	const struct conf_places nowhere = { "/nonexistent", "/nonexistent", "/nonexistent" };
	char *argv[] = { (char *)"fexl-apid", NULL };
	struct err err = { .kind = ERR_NONE };
	struct conf *c = NULL;

	if (conf_load_from(&c, &nowhere, path, 1, argv, &err) < 0) {
		insist(err.kind != ERR_NONE && err.code[0] != '\0' && utf8_valid(err.text, strlen(err.text)));
		insist(c == NULL);
		return;
	}
	insist_bounded(c);
	conf_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fexl.conf", MFD_CLOEXEC);
		insist(fd >= 0);
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		for (const struct option_desc *o = option_table; o->name != NULL; o++)
			unsetenv(o->env);
	}
	insist(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	try_file(path);
	return 0;
}
