/* The contract is made from what the server itself goes by, so it cannot say
 * anything else. */
#include "base/base.h"
#include "apid/openapi.h"

#include <ctype.h>

#include "service/service.h"

static const char *const methods[] = {
	[HTTP_GET] = "get", [HTTP_POST] = "post", [HTTP_PUT] = "put", [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
};

static const struct {
	const char *name, *type, *about;
} query_members[] = {
	{ "tenant", "string", "for the operator of a hub: which tenant" },
	{ "limit", "integer", "rows of a page" },
	{ "after", "string", "`next` of the page before" },
	{ "q", "string", "beginnings of words, or a number" },
	{ "since", "string", "a cursor: only what changed behind it" },
	{ "epoch", "string", "of the numbering that `since` belongs to" },
	{ "from", "string", "first day, YYYY-MM-DD" },
	{ "to", "string", "last day, YYYY-MM-DD" },
	{ "at", "string", "as of this day, YYYY-MM-DD" },
	{ "format", "string", "csv" },
	{ "level", "string", "in, low, out or oversold: only what is sold and at this level" },
	{ "dry_run", "integer", "1: tell what would be done, and do nothing" },
	{ "skip_errors", "integer", "1: store what is right although some rows are not" },
	{ "scope", "string", "tenant, user or device: only these" },
	{ "force", "integer", "1: though it was changed since" },
	{ "pending", "integer", "rows the till still holds" },
	{ "cursor", "integer", "how far it has pulled" },
	{ "own", "integer", "versions of its own, numbered since, that the till knows of: fewer than the hub does, and it is an older copy" },
	{ "away", "integer", "1: the till knows that it was away longer than deletions are kept, and will repair" },
	{ "load", "integer", "1: a page of a first load" },
	{ "table", "string", "whose rows" },
	{ "uuids", "string", "their keys, separated by commas: 200 at most" },
};

/* --- paths --- */

static bool is_public(const struct route *r)
{
	return strncmp(r->key.pattern, "/internal/", 10) != 0;
}

/* "/api/products/:uuid" is "/api/products/{uuid}". */
static const char *path_of(struct pool *pool, const struct route *r)
{
	struct buf b = { 0 };
	const char *text;

	for (const char *c = r->key.pattern; *c;) {
		if (*c != ':') {
			buf_char(&b, *c++);
			continue;
		}
		buf_char(&b, '{');
		for (c++; *c && *c != '/'; c++)
			buf_char(&b, *c);
		buf_char(&b, '}');
	}
	text = pool_strdup(pool, b.data);
	buf_release(&b);
	return text;
}

static const struct operation *operation_of(const struct route *r)
{
	for (const struct operation *o = operations; o->handler; o++)
		if (o->handler == r->handler)
			return o;
	return NULL;
}

/* --- parameters --- */

static void put_parameter(const char *name, const char *in, const char *type, const char *about, struct buf *out)
{
	jw_open(out, '{');
	jw_put_str(out, "name", name);
	jw_put_str(out, "in", in);
	if (about)
		jw_put_str(out, "description", about);
	jw_put_bool(out, "required", strcmp(in, "path") == 0);
	jw_name(out, "schema");
	jw_open(out, '{');
	jw_put_str(out, "type", type);
	jw_close(out, '}');
	jw_close(out, '}');
}

static void put_path_parameters(const struct route *r, struct pool *pool, struct buf *out)
{
	for (const char *c = strchr(r->key.pattern, ':'); c; c = strchr(c, ':')) {
		size_t len = strcspn(++c, "/");

		put_parameter(pool_strndup(pool, c, len), "path", "string", NULL, out);
		c += len;
	}
}

static void put_query_parameters(const struct route *r, struct buf *out)
{
	const char *const *names = route_query(r, false);

	for (; *names; names++)
		for (size_t k = 0; k < ARRAY_LEN(query_members); k++)
			if (strcmp(query_members[k].name, *names) == 0)
				put_parameter(*names, "query", query_members[k].type, query_members[k].about, out);
}

static bool takes_if_match(const struct route *r)
{
	return r->table && schema_table(r->table)->rule == NEWEST_WINS &&
	       (r->key.method == HTTP_PATCH || r->key.method == HTTP_DELETE);
}

static void put_parameters(const struct route *r, struct pool *pool, struct buf *out)
{
	jw_name(out, "parameters");
	jw_open(out, '[');
	put_path_parameters(r, pool, out);
	put_query_parameters(r, out);
	if (takes_if_match(r))
		put_parameter("If-Match", "header", "string", "the ETag one has seen: another version is answered 412 with the present row", out);
	if (r->handler == h_document_create)
		put_parameter("Idempotency-Key", "header", "string", "the uuid in the body", out);
	jw_close(out, ']');
}

/* --- bodies --- */

static bool gives_csv_too(const struct route *r)
{
	for (const char *const *name = route_query(r, false); *name; name++)
		if (strcmp(*name, "format") == 0)
			return true;
	return false;
}

static void put_content(const struct route *r, enum shape shape, const struct member *m, bool taken, struct buf *out)
{
	jw_name(out, "content");
	jw_open(out, '{');
	jw_name(out, shape == CSV_FILE ? "text/csv" : "application/json");
	jw_open(out, '{');
	jw_name(out, "schema");
	schema_of_shape(r, shape, m, taken, out);
	if (taken && shape != CSV_FILE) {
		jw_name(out, "example");
		example_of_shape(r, shape, m, out);
	}
	jw_close(out, '}');
	if (!taken && gives_csv_too(r)) {
		jw_name(out, "text/csv");
		json_put(out, "{\"schema\":{\"type\":\"string\"}}");
	}
	jw_close(out, '}');
}

static void put_request(const struct route *r, const struct operation *o, struct buf *out)
{
	if (o->takes == NOTHING)
		return;
	jw_name(out, "requestBody");
	jw_open(out, '{');
	jw_put_bool(out, "required", r->body != MAY_BODY);
	put_content(r, o->takes, o->takes_members, true, out);
	jw_close(out, '}');
}

static void put_responses(const struct route *r, const struct operation *o, struct buf *out)
{
	char status[8];

	snprintf(status, sizeof status, "%d", o->status);
	jw_name(out, "responses");
	jw_open(out, '{');
	jw_name(out, status);
	jw_open(out, '{');
	jw_put_str(out, "description", o->status == 204 ? "done" : "as asked");
	if (o->gives != NOTHING)
		put_content(r, o->gives, o->gives_members, false, out);
	jw_close(out, '}');
	jw_name(out, "default");
	json_put(out, "{\"$ref\":\"#/components/responses/Problem\"}");
	jw_close(out, '}');
}

/* --- operations --- */

static const struct {
	const char *words, *scheme;	/* NULL: nobody needs a token */
} askers[] = {
	[ANYONE] = { "anyone", NULL },
	[GUEST] = { "anyone; a token that is shown must be good", NULL },
	[LISTENER] = { "a user or an approved till", "bearer" },
	[SIGNED_IN] = { "who is signed in", "bearer" },
	[SHOP] = { "a user with the permission, also by a paired till's word", "bearer" },
	[USER] = { "a user with the permission, signed in at this server", "bearer" },
	[DEVICE] = { "an approved till, by a token it signs itself (EdDSA)", "bearer" },
	[ADMIN] = { "the platform's administrator", "bearer" },
};

static void put_security(const struct route *r, struct buf *out)
{
	jw_name(out, "security");
	jw_open(out, '[');
	if (askers[r->who].scheme)
		json_put(out, "{\"bearer\":[]}");
	jw_close(out, ']');
	jw_put_str(out, "x-who", askers[r->who].words);
	if (r->perm != PERM_NONE)
		jw_put_str(out, "x-permission", perm_name(r->perm));
	jw_put_str(out, "x-server", r->where == HUB ? "cloud" : r->where == TILL ? "till" : "both");
}

static const char *summary_of(struct pool *pool, const struct route *r, const struct operation *o)
{
	const char *entity = r->table ? schema_table(r->table)->entity : "";
	char *text = pool_strdup(pool, entity);
	struct buf b = { 0 };

	for (char *c = text; *c; c++)
		if (*c == '_')
			*c = ' ';
	for (const char *c = o->does; *c; c++) {
		if (c[0] == '%' && c[1] == 's') {
			buf_str(&b, text);
			c++;
		} else {
			buf_char(&b, *c);
		}
	}
	text = pool_strdup(pool, b.data);
	buf_release(&b);
	return text;
}

static void put_operation(const struct route *r, struct pool *pool, struct buf *out)
{
	const struct operation *o = operation_of(r);

	jw_name(out, methods[r->key.method]);
	jw_open(out, '{');
	if (o) {	/* a test sees to it that there is one */
		jw_put_str(out, "summary", summary_of(pool, r, o));
		put_security(r, out);
		put_parameters(r, pool, out);
		put_request(r, o, out);
		put_responses(r, o, out);
	}
	jw_close(out, '}');
}

/* The first of its path: all methods of the path go there. */
static bool is_first(const struct route *r)
{
	for (const struct route *b = routes; b < r; b++)
		if (strcmp(b->key.pattern, r->key.pattern) == 0)
			return false;
	return true;
}

static void put_paths(struct pool *pool, struct buf *out)
{
	jw_name(out, "paths");
	jw_open(out, '{');
	for (const struct route *r = routes; r->key.pattern; r++) {
		if (!is_public(r) || !is_first(r))
			continue;
		jw_name(out, path_of(pool, r));
		jw_open(out, '{');
		for (const struct route *s = r; s->key.pattern; s++)
			if (strcmp(s->key.pattern, r->key.pattern) == 0)
				put_operation(s, pool, out);
		jw_close(out, '}');
	}
	jw_close(out, '}');
}

static const char problem[] =
	"{\"description\":\"what is wrong, in words and as a code (RFC 9457)\",\"content\":{\"application/problem+json\":{\"schema\":"
	"{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
	"\"detail\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},\"instance\":{\"type\":\"string\"}},"
	"\"required\":[\"title\",\"status\",\"detail\",\"code\"]}}}}";

int h_openapi(struct call *c, struct err *err UNUSED)
{
	struct buf *out = &c->out;

	jw_open(out, '{');
	jw_put_str(out, "openapi", "3.1.0");
	jw_name(out, "info");
	jw_open(out, '{');
	jw_put_str(out, "title", "Fexl");
	jw_put_str(out, "version", PACKAGE_VERSION);
	jw_put_str(out, "description", "A shop's point of sale. Money is minor units, quantity thousandths, rates basis points; "
		   "a document's uuid makes its POST repeatable.");
	jw_close(out, '}');
	put_paths(c->pool, out);
	jw_name(out, "components");
	jw_open(out, '{');
	jw_name(out, "securitySchemes");
	json_put(out, "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}");
	jw_name(out, "responses");
	jw_open(out, '{');
	jw_name(out, "Problem");
	json_put(out, problem);
	jw_close(out, '}');
	jw_name(out, "schemas");
	jw_open(out, '{');
	schemas_of_tables(out);
	jw_close(out, '}');
	jw_close(out, '}');
	jw_close(out, '}');
	c->etag_of_body = true;
	return 200;
}
