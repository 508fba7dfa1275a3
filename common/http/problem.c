/* Why not: RFC 9457.  The type is about:blank, so the title is the status in
 * words; what a program should look at is `code`. */
#include "base/base.h"
#include "base/json.h"
#include "http/internal.h"

static const int status_of_kind[ERR_KINDS] = {
	[ERR_NONE] = 500,
	[ERR_SYNTAX] = 400,
	[ERR_INPUT] = 422,
	[ERR_UNKNOWN_USER] = 401,
	[ERR_DENIED] = 403,
	[ERR_NOT_FOUND] = 404,
	[ERR_METHOD] = 405,
	[ERR_TIMEOUT] = 408,
	[ERR_CONFLICT] = 409,
	[ERR_GONE] = 410,
	[ERR_STALE] = 412,
	[ERR_TOO_LARGE] = 413,
	[ERR_MEDIA] = 415,
	[ERR_MISDIRECTED] = 421,
	[ERR_UPGRADE] = 426,
	[ERR_RATE] = 429,
	[ERR_HEAD_TOO_LARGE] = 431,
	[ERR_UNSUPPORTED] = 501,
	[ERR_BUSY] = 503,
	[ERR_UNCERTAIN] = 503,
	[ERR_UNREACHABLE] = 502,
	[ERR_INTERNAL] = 500,
};

/* Where the protocol has a status for one code of a kind. */
static const struct {
	const char *code;
	int status;
} status_of_code[] = {
	{ "target_too_long", 414 },
	{ "expectation", 417 },
	{ "http_version", 505 },
};

int http_status_of(enum err_kind kind)
{
	return kind < ERR_KINDS ? status_of_kind[kind] : 500;
}

int problem_status(const struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(status_of_code); i++)
		if (strcmp(err->code, status_of_code[i].code) == 0)
			return status_of_code[i].status;
	return http_status_of(err->kind);
}

void http_problem_open(struct buf *out, const struct http_request *rq, int status,
		       const struct err *err)
{
	jw_open(out, '{');
	jw_put_str(out, "type", "about:blank");
	jw_put_str(out, "title", http_status_text(status));
	jw_put_int(out, "status", status);
	jw_put_str(out, "detail", err->text);
	jw_put_str(out, "code", err->code);
	jw_put_str(out, "instance", rq->id);
	if (err->field[0] != '\0')
		jw_put_str(out, "field", err->field);
	if (err->has_max)
		jw_put_int(out, "max", err->max);
}

static void explain_in_headers(struct http_request *rq, int status, const struct err *err)
{
	if (err->retry_after_s > 0)
		http_extra(rq, "Retry-After", "%d", err->retry_after_s);
	if (status == 401)
		http_extra(rq, "WWW-Authenticate", "Bearer");
	if (status == 415)
		http_extra(rq, "Accept-Encoding", "gzip");
}

void http_reply_problem(struct http_request *rq, const struct err *err)
{
	struct buf body = { NULL, 0, 0 };
	int status = problem_status(err);

	explain_in_headers(rq, status, err);
	http_problem_open(&body, rq, status, err);
	jw_close(&body, '}');
	http_reply(rq, status, "application/problem+json", &body);
}
