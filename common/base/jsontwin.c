/* Does a member stand twice, and which?  Where the scanner could not tell, json-c
 * counts them; which it is, is asked only when it is known that there is one, so an
 * honest text pays nothing; and answered by sorting, so a hostile one of a million
 * names costs n log n. */
#include "base/base.h"
#include "base/json.h"
#include "base/jsonscan.h"
#include "base/log.h"
#include "base/pool.h"

#define json_type json_c_type	/* both have one, meaning their own */
#include <json-c/json.h>
#undef json_type
#include <stdlib.h>

struct named {
	size_t object;
	struct slice decoded;
	const char *at;		/* in the text */
};

static int by_place(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	size_t common = MIN(x->decoded.len, y->decoded.len);
	int order = memcmp(x->decoded.p, y->decoded.p, common);

	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	if (order != 0)
		return order;
	if (x->decoded.len != y->decoded.len)
		return x->decoded.len < y->decoded.len ? -1 : 1;
	return by_place(a, b);
}

/* "a" and "\u0061" are the same name. */
static struct slice decode(struct pool *pool, struct slice text)
{
	struct json_object *string;
	struct slice decoded = text;

	if (memchr(text.p, '\\', text.len) == NULL)
		return text;
	string = json_tokener_parse(pool_printf(pool, "\"%.*s\"", (int)text.len, text.p));
	if (string != NULL) {
		decoded.len = (size_t)json_object_get_string_len(string);
		decoded.p = pool_memdup(pool, json_object_get_string(string), decoded.len);
		json_object_put(string);
	}
	return decoded;
}

static const char *find_twin(struct named *named, size_t n)
{
	const char *first = NULL;

	qsort(named, n, sizeof(*named), by_name);
	for (size_t i = 1; i < n; i++) {
		const struct named *a = &named[i - 1], *b = &named[i];

		if (a->object != b->object || a->decoded.len != b->decoded.len ||
		    memcmp(a->decoded.p, b->decoded.p, a->decoded.len) != 0)
			continue;
		if (first == NULL || b->at < first)
			first = b->at;
	}
	return first;
}

static int refuse_twin(const char *text, size_t len, size_t members, struct err *err)
{
	struct pool *pool = pool_new();
	struct json_name *names = pool_alloc(pool, members * sizeof(*names));
	struct named *named = pool_alloc(pool, members * sizeof(*named));
	struct json_scan scan = { .names = names };

	if (json_scan(text, len, &scan, err) == 0) {
		for (size_t i = 0; i < members; i++)
			named[i] = (struct named){ names[i].object, decode(pool, names[i].text),
						   names[i].text.p };
		scan = (struct json_scan){ .twin = find_twin(named, members) };
		if (json_scan(text, len, &scan, err) == 0)
			err_set(err, ERR_SYNTAX, "json_duplicate",
				"a name stands twice in one object: send it once");
	}
	pool_free(&pool);
	return -1;
}

/* An object that has a name twice has fewer members once json-c has read it. */
static size_t count_members(struct json_object *node)
{
	size_t n = 0;

	if (json_object_is_type(node, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(node); i++)
			n += count_members(json_object_array_get_idx(node, i));
	} else if (json_object_is_type(node, json_type_object)) {
		n = (size_t)json_object_object_length(node);
		for (struct lh_entry *e = json_object_get_object(node)->head; e != NULL; e = lh_entry_next(e))
			n += count_members(lh_entry_v(e));
	}
	return n;
}

int json_check_twins(const char *text, size_t len, const struct json_scan *scan, struct err *err)
{
	/* One more than the scanner allows: a scalar counts as a level here. */
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	struct json_object *node;
	size_t members;

	if (tok == NULL)
		panic("out of memory: no room for a JSON tokener");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	node = json_tokener_parse_ex(tok, scan->value.p, (int)scan->value.len);
	members = count_members(node);
	json_object_put(node);
	json_tokener_free(tok);
	return members == scan->members ? 0 : refuse_twin(text, len, scan->members, err);
}
