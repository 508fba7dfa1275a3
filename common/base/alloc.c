/* Memory that is there, or the process is not. */
#include "base/base.h"
#include "base/log.h"

#include <stdlib.h>

void *x_alloc(size_t size)
{
	void *p = calloc(1, size > 0 ? size : 1);

	if (p == NULL)
		panic("out of memory: %zu bytes wanted", size);
	return p;
}

void *x_realloc(void *old, size_t size)
{
	void *p = realloc(old, size > 0 ? size : 1);

	if (p == NULL)
		panic("out of memory: %zu bytes wanted", size);
	return p;
}

char *x_strdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(x_alloc(size), s, size);
}
