/* Every byte of JSON that enters the suite comes by here.  Besides not crashing:
 * what the scanner takes the tree must take, what was parsed must print and parse
 * to the same again, and an error must be fit to be sent. */
#include "base/base.h"
#include "base/json.h"
#include "base/jsonscan.h"
#include "base/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
	if (!holds)
		abort();
}

static void insist_fit(const struct err *err)
{
	insist(err->kind != ERR_NONE && err->code[0] != '\0' && err->text[0] != '\0');
	insist(utf8_valid(err->text, strlen(err->text)) &&
	       utf8_valid(err->field, strlen(err->field)));
	insist(err->field[0] == '\0' || err->field[0] == '/');
}

/* Asks each member for everything that it might be: one answer at most. */
static void read_member(struct json o, const char *name)
{
	struct err err = { .kind = ERR_NONE };
	struct uuid u;
	struct json j;
	const char *s;
	int64_t n;
	bool yes;
	int found = 0;

	found += json_get_int(o, name, INT64_MIN, INT64_MAX, &n, &err) > 0;
	found += json_get_bool(o, name, &yes, &err) > 0;
	found += json_get_str(o, name, SIZE_MAX, &s, &err) > 0;
	found += json_get_array(o, name, SIZE_MAX, &j, &err) > 0;
	found += json_get_object(o, name, &j, &err) > 0;
	insist(found <= 1);
	if (json_get_uuid(o, name, &u, &err) > 0)
		insist(uuid_parse(&u, s, strlen(s)) == 0);
	if (json_get_time(o, name, &n, &err) > 0)
		insist(json_type(json_member(o, name)) == JSON_STRING);
	if (json_type(json_member(o, name)) != JSON_NULL)
		insist_fit(&err);
}

static size_t walk(struct json j)
{
	static const char *const none[] = { NULL };
	struct json_iter it = json_iter(j);
	struct err err = { .kind = ERR_NONE };
	size_t members = 0;

	if (json_type(j) == JSON_ARRAY)
		for (size_t i = 0; i < json_len(j); i++)
			members += walk(json_at(j, i));
	for (; json_next(&it); members++) {
		insist(json_type(it.value) == json_type(json_member(j, it.name)));
		read_member(j, it.name);
		members += walk(it.value);
	}
	if (json_only(j, none, &err) < 0)
		insist_fit(&err);
	else
		insist(json_type(j) == JSON_OBJECT && json_len(j) == 0);
	return members;
}

static void insist_same_again(struct pool *pool, struct json root)
{
	struct buf once = { NULL, 0, 0 }, twice = { NULL, 0, 0 };
	struct json again;

	json_print(root, &once);
	insist(utf8_valid(once.data, once.len));
	insist(json_parse(pool, once.data, once.len, &again, NULL) == 0);
	json_print(again, &twice);
	insist(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct err err = { .kind = ERR_NONE };
	struct json_scan scan = { 0 };
	bool taken = json_scan((const char *)data, size, &scan, NULL) == 0;
	struct json root;

	if (json_parse(pool, (const char *)data, size, &root, &err) == 0) {
		insist(taken && walk(root) == scan.members);
		insist_same_again(pool, root);
	} else {
		insist_fit(&err);
		insist(err.kind == ERR_SYNTAX &&
		       taken == (strcmp(err.code, "json_duplicate") == 0));
	}
	pool_free(&pool);
	return 0;
}
