/* Frames by the sections of RFC 6455, whole and byte by byte, in both roles. */
#include "base/base.h"
#include "base/utf8.h"
#include "ws/ws.h"
#include "unit.h"

static const struct ws_limits limits = { .message_bytes = 1000 };

/* What a stream of bytes comes to, as text: "text:Hello ping: close:1000:bye",
 * or "!1002" behind what went before. */
static void tell(const struct ws_event *ev, struct buf *out)
{
	static const char *const names[] = {
		[WS_TEXT] = "text", [WS_BINARY] = "binary", [WS_CLOSE] = "close", [WS_PING] = "ping", [WS_PONG] = "pong",
	};

	buf_printf(out, "%s%s:", out->len ? " " : "", names[ev->op]);
	if (ev->op == WS_CLOSE)
		buf_printf(out, "%u:", ev->code);
	buf_add(out, ev->data, ev->len);
}

static void read_in_steps(enum ws_role role, const char *p, size_t len, size_t step, struct buf *out)
{
	struct ws_reader r;
	struct ws_event ev;
	int rc = 0;

	ws_reader_init(&r, role, &limits);
	for (size_t at = 0; at < len && rc >= 0; at += step) {
		char *piece = malloc(MIN(step, len - at));
		size_t n = MIN(step, len - at), done = 0, used;

		memcpy(piece, p + at, n);
		while ((rc = ws_read(&r, piece + done, n - done, &used, &ev)) > 0) {
			done += used;
			tell(&ev, out);
		}
		if (rc < 0)
			buf_printf(out, "%s!%u", out->len ? " " : "", ev.code);
		free(piece);
	}
	ws_reader_release(&r);
}

static void assert_reads(enum ws_role role, const char *p, size_t len, const char *expected)
{
	for (size_t step = 1; step <= len; step++) {
		struct buf out = { 0 };

		buf_str(&out, "");
		read_in_steps(role, p, len, step, &out);
		assert_string_equal(out.data ? out.data : "", expected);
		buf_release(&out);
	}
}

struct reads {
	const char *section;
	const char *bytes;
	size_t len;
	const char *expected;
};
#define BYTES(text) text, sizeof(text) - 1
#define M "\x80\0\0\0\0"	/* an empty payload, masked by nothing */

/* As a client reads: bare frames are easier on the eye. */
static const struct reads from_server[] = {
	{ "5.2 a text", BYTES("\x81\x05Hello"), "text:Hello" },
	{ "5.2 nothing", BYTES("\x81\0"), "text:" },
	{ "5.2 bytes", BYTES("\x82\x02\xff\xfe"), "binary:\xff\xfe" },
	{ "5.2 rsv1", BYTES("\xc1\0"), "!1002" },
	{ "5.2 rsv2", BYTES("\xa1\0"), "!1002" },
	{ "5.2 rsv3 of a control frame", BYTES("\x99\0"), "!1002" },
	{ "5.2 opcode 3", BYTES("\x83\0"), "!1002" },
	{ "5.2 opcode 7", BYTES("\x87\0"), "!1002" },
	{ "5.2 opcode 11", BYTES("\x8b\0"), "!1002" },
	{ "5.2 opcode 15", BYTES("\x8f\0"), "!1002" },
	{ "5.2 125 in two bytes", BYTES("\x81\x7e\0\x7d"), "!1002" },
	{ "5.2 65535 in eight", BYTES("\x81\x7f\0\0\0\0\0\0\xff\xff"), "!1002" },
	{ "5.2 a sign", BYTES("\x81\x7f\x80\0\0\0\0\0\0\0"), "!1002" },
	{ "10.4 more than is taken", BYTES("\x81\x7e\x03\xe9"), "!1009" },
	{ "10.4 far more", BYTES("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), "!1009" },
	{ "5.1 a server does not mask", BYTES("\x81\x80\0\0\0\0"), "!1002" },
	{ "5.4 in two", BYTES("\x01\x03Hel\x80\x02lo"), "text:Hello" },
	{ "5.4 in four, with nothing", BYTES("\x01\0\0\x03Hel\0\0\x80\x02lo"), "text:Hello" },
	{ "5.4 a ping between", BYTES("\x01\x03Hel\x89\x02hi\x80\x02lo"), "ping:hi text:Hello" },
	{ "5.4 a pong between", BYTES("\x02\x03Hel\x8a\0\x80\x02lo"), "pong: binary:Hello" },
	{ "5.4 a continuation of nothing", BYTES("\x80\x02lo"), "!1002" },
	{ "5.4 and after an end", BYTES("\x81\x02hi\0\x02lo"), "text:hi !1002" },
	{ "5.4 a text inside a text", BYTES("\x01\x03Hel\x81\x02lo"), "!1002" },
	{ "5.4 bytes inside a text", BYTES("\x01\x03Hel\x02\x02lo"), "!1002" },
	{ "5.4 two messages", BYTES("\x81\x01" "a\x81\x01" "b"), "text:a text:b" },
	{ "5.5 a control frame in fragments", BYTES("\x09\0"), "!1002" },
	{ "5.5 a control frame of 126", BYTES("\x89\x7e\0\x7e"), "!1002" },
	{ "5.5.1 a close", BYTES("\x88\0"), "close:1005:" },
	{ "5.5.1 with a code", BYTES("\x88\x02\x03\xe8"), "close:1000:" },
	{ "5.5.1 with a reason", BYTES("\x88\x05\x03\xe9" "bye"), "close:1001:bye" },
	{ "5.5.1 with one byte", BYTES("\x88\x01\x03"), "!1002" },
	{ "5.5.1 with a reason that is no text", BYTES("\x88\x03\x03\xe8\xff"), "!1007" },
	{ "5.5.1 nothing is read behind it", BYTES("\x88\0\x81\x02hi\xff\xff"), "close:1005:" },
	{ "5.5.1 inside a message", BYTES("\x01\x03Hel\x88\0"), "close:1005:" },
	{ "5.5.2 a ping", BYTES("\x89\x02hi"), "ping:hi" },
	{ "5.5.3 a pong that nobody asked for", BYTES("\x8a\x02hi"), "pong:hi" },
	{ "8.1 not UTF-8", BYTES("\x81\x03\xff\xff\xff"), "!1007" },
	{ "8.1 overlong", BYTES("\x81\x02\xc0\x80"), "!1007" },
	{ "8.1 a surrogate", BYTES("\x81\x03\xed\xa0\x80"), "!1007" },
	{ "8.1 too high", BYTES("\x81\x04\xf4\x90\x80\x80"), "!1007" },
	{ "8.1 torn at the end", BYTES("\x81\x02\xe2\x82"), "!1007" },
	{ "8.1 torn between fragments", BYTES("\x01\x01\xe2\0\x01\x82\x80\x01\xac"), "text:\xe2\x82\xac" },
	{ "8.1 torn, with a ping between", BYTES("\x01\x01\xe2\x89\0\x80\x02\x82\xac"), "ping: text:\xe2\x82\xac" },
	{ "8.1 known to be wrong before its end", BYTES("\x01\x02\xe2\x28"), "!1007" },
	{ "8.1 bytes need not be text", BYTES("\x82\x01\xff"), "binary:\xff" },
};

static void frames_of_a_server_are_read_by_the_book(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(from_server); i++) {
		print_message("# %s\n", from_server[i].section);
		assert_reads(WS_CLIENT, from_server[i].bytes, from_server[i].len, from_server[i].expected);
	}
}

static const struct reads from_client[] = {
	{ "5.7 the RFC's own example", BYTES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "text:Hello" },
	{ "5.1 a client masks", BYTES("\x81\x05Hello"), "!1002" },
	{ "5.1 its pings as well", BYTES("\x89\0"), "!1002" },
	{ "5.3 each fragment by its own key", BYTES("\x01\x82\1\0\0\0ib\x80\x81\2\0\0\0k"), "text:hbi" },
	{ "5.5.1 an empty close", BYTES("\x88" M), "close:1005:" },
};

static void frames_of_a_client_are_read_by_the_book(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(from_client); i++) {
		print_message("# %s\n", from_client[i].section);
		assert_reads(WS_SERVER, from_client[i].bytes, from_client[i].len, from_client[i].expected);
	}
}

static bool may_be_sent(unsigned code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code < 5000);
}

static void close_codes_are_those_of_section_7_4(void **state UNUSED)
{
	for (unsigned code = 0; code <= 0xffff; code++) {
		char bytes[] = { '\x88', 2, (char)(code >> 8), (char)code };
		struct buf out = { 0 };
		char expected[32];

		snprintf(expected, sizeof expected, may_be_sent(code) ? "close:%u:" : "!1002", code);
		read_in_steps(WS_CLIENT, bytes, sizeof bytes, sizeof bytes, &out);
		assert_string_equal(out.data, expected);
		buf_release(&out);
	}
}

/* --- lengths --- */

static void what_one_side_writes_the_other_reads(void **state UNUSED)
{
	static const size_t lengths[] = { 0, 1, 125, 126, 127, 128, 65535, 65536, 70000 };
	static const struct ws_limits large = { .message_bytes = 70000 };
	char *text = malloc(70000);

	memset(text, 'x', 70000);
	for (size_t i = 0; i < 2 * ARRAY_LEN(lengths); i++) {
		size_t len = lengths[i / 2], used;
		enum ws_role writer = i % 2 ? WS_CLIENT : WS_SERVER;
		struct buf frame = { 0 };
		struct ws_reader r;
		struct ws_event ev;

		ws_add(&frame, writer, WS_BINARY, text, len);
		ws_reader_init(&r, writer == WS_CLIENT ? WS_SERVER : WS_CLIENT, &large);
		assert_int_equal(ws_read(&r, frame.data, frame.len, &used, &ev), 1);
		assert_int_equal(used, frame.len);
		assert_int_equal(ev.len, len);
		assert_memory_equal(ev.data, text, len);
		buf_release(&frame);
		ws_reader_release(&r);
	}
	free(text);
}

static void a_message_in_pieces_has_the_same_limit(void **state UNUSED)
{
	struct ws_reader r;
	struct ws_event ev;
	char piece[102] = "\x01\x64";
	size_t used;
	int rc = 0, n = 0;

	ws_reader_init(&r, WS_CLIENT, &limits);
	memset(piece + 2, 'x', 100);
	while (rc == 0 && n < 100) {
		rc = ws_read(&r, piece, sizeof piece, &used, &ev);
		piece[0] = 0;
		n++;
	}
	assert_int_equal(rc, -1);
	assert_int_equal(ev.code, WS_TOO_LARGE);
	assert_int_equal(n, 11);
	assert_true(r.message.len <= limits.message_bytes);
	ws_reader_release(&r);
}

static void a_claim_costs_nothing_and_rest_holds_nothing(void **state UNUSED)
{
	static const struct ws_limits huge = { .message_bytes = SIZE_MAX };
	static const char claim[] = "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff" "abc";
	struct ws_reader r;
	struct ws_event ev;
	size_t used;

	ws_reader_init(&r, WS_CLIENT, &huge);
	assert_int_equal(ws_read(&r, claim, sizeof claim - 1, &used, &ev), 0);
	assert_true(r.message.size < 4096);
	ws_reader_release(&r);
	ws_reader_init(&r, WS_CLIENT, &limits);
	assert_int_equal(ws_read(&r, "\x89\x02hi\x81\x02hi", 8, &used, &ev), 1);
	assert_int_equal(ws_read(&r, "\x81\x02hi", 4, &used, &ev), 1);
	assert_int_equal(ws_read(&r, "", 0, &used, &ev), 0);
	assert_null(r.message.data);
	assert_null(r.control.data);
	ws_reader_release(&r);
}

/* --- writing --- */

static void a_reason_is_cut_between_characters(void **state UNUSED)
{
	struct buf frame = { 0 };
	char why[200] = "x";

	for (size_t i = 1; i + 3 < sizeof why; i += 3)
		memcpy(why + i, "\xe2\x82\xac", 4);
	ws_add_close(&frame, WS_SERVER, WS_POLICY, why);
	assert_int_equal((uint8_t)frame.data[1], 2 + 121);
	assert_true(utf8_valid(frame.data + 4, frame.len - 4));
	buf_release(&frame);
}

static void a_client_masks_anew_each_time(void **state UNUSED)
{
	struct buf a = { 0 }, b = { 0 };

	ws_add(&a, WS_CLIENT, WS_TEXT, "Hello", 5);
	ws_add(&b, WS_CLIENT, WS_TEXT, "Hello", 5);
	assert_int_equal(a.len, 2 + 4 + 5);
	assert_memory_not_equal(a.data, b.data, a.len);
	buf_release(&a);
	buf_release(&b);
}

UNIT_MAIN(cmocka_unit_test(frames_of_a_server_are_read_by_the_book),
	  cmocka_unit_test(frames_of_a_client_are_read_by_the_book),
	  cmocka_unit_test(close_codes_are_those_of_section_7_4),
	  cmocka_unit_test(what_one_side_writes_the_other_reads),
	  cmocka_unit_test(a_message_in_pieces_has_the_same_limit),
	  cmocka_unit_test(a_claim_costs_nothing_and_rest_holds_nothing),
	  cmocka_unit_test(a_reason_is_cut_between_characters),
	  cmocka_unit_test(a_client_masks_anew_each_time))
