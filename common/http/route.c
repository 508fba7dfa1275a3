#include "base/base.h"
#include "http/http.h"

/* Does path fit?  Where a parameter begins and how long it is goes to found,
 * nothing is copied: most rows do not fit. */
static bool pattern_fits(const char *pattern, const char *path,
			 struct slice found[ROUTE_PARAMS_MAX])
{
	int n = 0;

	while (*pattern != '\0') {
		size_t len;

		if (*pattern != ':') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		len = strcspn(path, "/");
		if (len == 0 || n == ROUTE_PARAMS_MAX)
			return false;
		found[n++] = (struct slice){ path, len };
		path += len;
		pattern += strcspn(pattern, "/");
	}
	return *path == '\0';
}

static void keep_params(struct pool *pool, const struct slice found[ROUTE_PARAMS_MAX],
			struct route_match *m)
{
	for (int i = 0; i < ROUTE_PARAMS_MAX; i++)
		m->param[i] =
			found[i].p != NULL ? pool_memdup(pool, found[i].p, found[i].len) : NULL;
}

/* HEAD is GET without a body (the answer's writer sees to that). */
static unsigned answers(enum http_method m)
{
	return m == HTTP_GET ? 1u << HTTP_GET | 1u << HTTP_HEAD : 1u << m;
}

void route_find(const void *table, size_t stride, struct http_request *rq, struct route_match *m)
{
	const struct route_key *row = table;

	*m = (struct route_match){ .route = -1 };
	for (int i = 0; row->pattern != NULL;
	     i++, row = (const void *)((const char *)row + stride)) {
		struct slice found[ROUTE_PARAMS_MAX] = { { NULL, 0 } };

		if (!pattern_fits(row->pattern, rq->path, found))
			continue;
		m->path_known = true;
		m->allowed |= answers(row->method);
		if (answers(row->method) & 1u << rq->method) {
			m->route = i;
			keep_params(rq->pool, found, m);
			return;
		}
	}
}
