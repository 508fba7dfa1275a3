/* Heads: where one ends, what it says, and what is none. */
#include "base/base.h"
#include "http/internal.h"
#include "unit.h"

#define MAX_BYTES 16384

/* Parses one whole head; its code when it is refused, "" when it is not. */
static const char *parse(struct pool *pool, const char *text, struct head *h)
{
	struct err err = { .kind = ERR_NONE };
	size_t seen = 0, len = strlen(text);
	ssize_t n = head_length(text, len, MAX_BYTES, &seen, &err);

	if (n == 0)
		return "not whole";
	if (n > 0 &&
	    head_parse(pool, pool_memdup(pool, text, (size_t)n), (size_t)n, h, &err) == 0) {
		assert_int_equal(n, len);
		return "";
	}
	assert_true(err.kind != ERR_NONE && err.text[0] != '\0');
	return pool_strdup(pool, err.code);
}

static void assert_slice(struct slice s, const char *text)
{
	assert_int_equal(s.len, strlen(text));
	assert_memory_equal(s.p, text, s.len);
}

static void a_head_ends_at_its_first_empty_line(void **state UNUSED)
{
	static const char text[] =
		"GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\nGET / HTTP/1.1\r\n\r\n";
	size_t whole = (size_t)(strstr(text, "\r\n\r\n") + 4 - text);
	struct err err;

	for (size_t len = 0; len <= strlen(text); len++) {
		size_t seen = 0;

		assert_int_equal(head_length(text, len, MAX_BYTES, &seen, &err),
				 len < whole ? 0 : (ssize_t)whole);
	}
}

static void it_is_found_in_whatever_pieces_it_comes(void **state UNUSED)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n";
	size_t len = strlen(text);
	struct err err;

	for (size_t step = 1; step < len; step++) {
		size_t seen = 0, at = 0;
		ssize_t n = 0;

		for (; n == 0; at += step)
			n = head_length(text, MIN(at + step, len), MAX_BYTES, &seen, &err);
		assert_int_equal(n, len);
		assert_true(at >= len);
	}
}

static void a_lone_line_feed_is_seen_before_the_end(void **state UNUSED)
{
	size_t seen = 0;
	struct err err;

	assert_int_equal(head_length("GET / HTTP/1.1\nHo", 17, MAX_BYTES, &seen, &err), -1);
	assert_string_equal(err.code, "line_end");
}

static void too_long_a_line_is_told_from_too_many(void **state UNUSED)
{
	static const char lines[] = "GET / HTTP/1.1\r\nHost: h\r\nX: 123456789\r\n\r\n";
	size_t seen = 0, len = strlen(lines);
	struct err err;

	assert_int_equal(head_length(lines, len, len, &seen, &err), len);
	seen = 0;
	assert_int_equal(head_length(lines, len, len - 1, &seen, &err), -1);
	assert_string_equal(err.code, "head_too_large");
	seen = 0;
	assert_int_equal(head_length(lines, len, 10, &seen, &err), -1);
	assert_string_equal(err.code, "target_too_long");
	seen = 0;
	assert_int_equal(head_length("GET /aaaaaaaaaaaa", 17, 16, &seen, &err), -1);
	assert_string_equal(err.code, "target_too_long");
	seen = 0;
	assert_int_equal(head_length("GET /aaaaaaaaaaaa", 17, 17, &seen, &err), 0);
}

static void the_parts_of_a_head_are_told(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct head h;

	assert_string_equal(
		parse(pool,
		      "PATCH /api/p%C3%A9/%31?q=%31&r HTTP/1.1\r\nhost: till.local:8089\r\n"
		      "X-A:\t one  two \r\nEmpty:\r\nX-Request-Id: abc-1\r\n\r\n",
		      &h),
		"");
	assert_int_equal(h.method, HTTP_PATCH);
	assert_int_equal(h.minor, 1);
	assert_slice(h.target, "/api/p%C3%A9/%31?q=%31&r");
	assert_string_equal(h.path, "/api/p\xc3\xa9/1");
	assert_slice(h.query, "q=%31&r");
	assert_int_equal(h.n_headers, 4);
	assert_slice(h.headers[0].name, "host");
	assert_slice(h.headers[1].value, "one  two");
	assert_slice(h.headers[2].value, "");
	assert_slice(h.host, "till.local:8089");
	assert_slice(h.id, "abc-1");
	assert_false(h.has_length || h.chunked || h.close || h.expects_continue || h.body_gzip);
	pool_free(&pool);
}

static void the_fields_of_the_protocol_are_understood(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct head h;

	assert_string_equal(
		parse(pool,
		      "PUT / HTTP/1.1\r\nHost: h\r\nConnection: a, CLOSE\r\nContent-Length: 17\r\n"
		      "Expect: 100-Continue\r\nContent-Encoding: gzip\r\n\r\n",
		      &h),
		"");
	assert_true(h.close && h.has_length && h.expects_continue && h.body_gzip);
	assert_int_equal(h.length, 17);
	assert_string_equal(
		parse(pool, "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n", &h),
		"");
	assert_true(h.chunked && !h.has_length);
	assert_string_equal(
		parse(pool, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\nExpect: x\r\n\r\n", &h),
		"");
	assert_true(h.minor == 0 && h.keep_alive && !h.expects_continue);
	pool_free(&pool);
}

static void gzip_is_sent_to_those_who_ask_only(void **state UNUSED)
{
	static const struct {
		const char *accept;
		bool takes;
	} cases[] = {
		{ "", false },
		{ "gzip", true },
		{ "br", false },
		{ "*", true },
		{ "*;q=0", false },
		{ "gzip;q=0", false },
		{ "gzip;q=0.01", true },
		{ "*, gzip;q=0", false },
		{ "*;q=0, gzip", true },
		{ "x-gzip", true },
		{ "gzip;q=", false },
		{ "gzip;q=1", true },
		{ ",, gzip ,", true },
		{ "gzip ; q=0.5", true },
		{ "gzipped", false },
		{ "gzip;q=0.000", false },
		{ "identity;q=0", false },
		{ "gzip;level=9", false },
	};
	struct pool *pool = pool_new();
	struct head h;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *text = pool_printf(
			pool, "GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: %s\r\n\r\n",
			cases[i].accept);

		assert_string_equal(parse(pool, text, &h), "");
		assert_int_equal(field_takes_gzip(&h), cases[i].takes);
	}
	assert_string_equal(parse(pool, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", &h), "");
	assert_false(field_takes_gzip(&h));
	pool_free(&pool);
}

#define GET(target) "GET " target " HTTP/1.1\r\nHost: h\r\n\r\n"
#define WITH(lines) "GET / HTTP/1.1\r\nHost: h\r\n" lines "\r\n"

/* One a rule; t/0200-http.t has them by the hundred. */
static void what_is_doubtful_is_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
		{ " GET / HTTP/1.1\r\nHost: h\r\n\r\n", "request_line" },
		{ "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", "request_line" },
		{ "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "request_line" },
		{ "GET /\r\nHost: h\r\n\r\n", "request_line" },
		{ "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", "request_line" },
		{ "GET / http/1.1\r\nHost: h\r\n\r\n", "request_line" },
		{ "GET /\x7f HTTP/1.1\r\nHost: h\r\n\r\n", "request_line" },
		{ GET("/#f"), "request_line" },
		{ "get / HTTP/1.1\r\nHost: h\r\n\r\n", "method_unknown" },
		{ "GET / HTTP/2.0\r\nHost: h\r\n\r\n", "http_version" },
		{ GET("*"), "target" },
		{ GET("h:80"), "target" },
		{ GET("/%"), "target" },
		{ GET("/%2"), "target" },
		{ GET("/%0g"), "target" },
		{ GET("/?%0"), "target" },
		{ GET("/%00"), "target" },
		{ GET("/a%2fb"), "target" },
		{ GET("/a/.."), "target" },
		{ GET("/./a"), "target" },
		{ GET("/%2e%2e/a"), "target" },
		{ GET("/%c0%ae"), "target" },
		{ GET("http://other/"), "host" },
		{ "GET / HTTP/1.1\r\n\r\n", "host" },
		{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", "host" },
		{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "host" },
		{ "GET / HTTP/1.1\r\nHost: h:65536\r\n\r\n", "host" },
		{ "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "host" },
		{ WITH("Host: h\r\n"), "header_repeated" },
		{ WITH("Origin: a\r\norigin: a\r\n"), "header_repeated" },
		{ WITH("X : y\r\n"), "header" },
		{ WITH(" X: y\r\n"), "header" },
		{ WITH("X: a\r\n b\r\n"), "header" },
		{ WITH("X\r\n"), "header" },
		{ WITH(": y\r\n"), "header" },
		{ WITH("X: a\rb\r\n"), "header" },
		{ WITH("X: a\x01\r\n"), "header" },
		{ WITH("Content-Length: +1\r\n"), "content_length" },
		{ WITH("Content-Length: 1234567890123456789\r\n"), "content_length" },
		{ WITH("Content-Length:\r\n"), "content_length" },
		{ WITH("Transfer-Encoding: gzip, chunked\r\n"), "transfer_encoding" },
		{ WITH("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), "framing" },
		{ "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "framing" },
		{ WITH("Expect: miracles\r\n"), "expectation" },
		{ WITH("Content-Encoding: br\r\n"), "content_encoding" },
	};
	struct pool *pool = pool_new();
	struct head h;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(parse(pool, cases[i].text, &h), cases[i].code);
		pool_clear(pool);
	}
	pool_free(&pool);
}

static void after_an_error_there_are_no_headers_but_a_method(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct head h;

	assert_string_equal(parse(pool, "HEAD / HTTP/1.1\r\nHost: h\r\nX: y\r\nX : y\r\n\r\n", &h),
			    "header");
	assert_int_equal(h.method, HTTP_HEAD);
	assert_int_equal(h.n_headers, 0);
	pool_free(&pool);
}

static void a_hundred_headers_are_enough(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct buf text = { NULL, 0, 0 };
	struct head h;

	buf_str(&text, "GET / HTTP/1.1\r\nHost: h\r\n");
	for (int i = 1; i < HEAD_LINES_MAX; i++)
		buf_str(&text, "X: y\r\n");
	buf_str(&text, "\r\n");
	assert_string_equal(parse(pool, text.data, &h), "");
	assert_int_equal(h.n_headers, HEAD_LINES_MAX);
	text.len -= 2;
	buf_str(&text, "X: y\r\n\r\n");
	assert_string_equal(parse(pool, text.data, &h), "head_too_large");
	buf_release(&text);
	pool_free(&pool);
}

UNIT_MAIN(cmocka_unit_test(a_head_ends_at_its_first_empty_line),
	  cmocka_unit_test(it_is_found_in_whatever_pieces_it_comes),
	  cmocka_unit_test(a_lone_line_feed_is_seen_before_the_end),
	  cmocka_unit_test(too_long_a_line_is_told_from_too_many),
	  cmocka_unit_test(the_parts_of_a_head_are_told),
	  cmocka_unit_test(the_fields_of_the_protocol_are_understood),
	  cmocka_unit_test(gzip_is_sent_to_those_who_ask_only),
	  cmocka_unit_test(what_is_doubtful_is_refused),
	  cmocka_unit_test(after_an_error_there_are_no_headers_but_a_method),
	  cmocka_unit_test(a_hundred_headers_are_enough))
