/* The boundary between the daemons: a packet is exactly one message of the
 * table, or it is refused. */
#include "base/base.h"
#include "wire/wire.h"
#include "base/json.h"
#include "unit.h"

#define TENANT "0192f3c4-6b7a-7d2e-9a1b-2c3d4e5f6071"
#define ROW "0192f3d0-1111-7222-8333-444455556666"
#define CHANGED                                                                                    \
	"{\"type\":\"changed\",\"tenant\":\"" TENANT "\",\"entity\":\"invoice\",\"uuid\":\"" ROW   \
	"\","                                                                                      \
	"\"event\":\"created\""

/* What comes out of print is what went into parse, letter by letter. */
static const char *const canonical[] = {
	"{\"type\":\"hello\",\"from\":\"fexl-apid\",\"version\":1}",
	"{\"type\":\"hello\",\"from\":\"fexl-apid\",\"version\":-9223372036854775808}",
	CHANGED ",\"seq\":123,\"at\":1700000000000000,\"sync\":true}",
	CHANGED ",\"at\":0}",
	CHANGED ",\"at\":0,\"sync\":false}",
	"{\"type\":\"kick\",\"why\":\"a sale\"}",
	"{\"type\":\"kick\",\"why\":\"\"}",
	"{\"type\":\"kick\",\"why\":\"quote \\\" slash \\\\ \xd8\xa8\"}",
	"{\"type\":\"status\",\"state\":\"offline\",\"text\":\"No cloud\"}",
	"{\"type\":\"status\",\"state\":\"on\",\"text\":\"x\",\"pending\":14,\"detail\":{\"a\":[1,"
	"null,{\"b\":\"c\"}]}}",
	"{\"type\":\"status\",\"state\":\"on\",\"text\":\"x\",\"detail\":[]}",
	"{\"type\":\"events\",\"tenant\":\"" TENANT "\",\"list\":[{\"event\":\"invoice:created\"}]}",
	"{\"type\":\"lost\"}",
	"{\"type\":\"recheck\"}",
	"{\"type\":\"recheck\",\"tenant\":\"" TENANT "\"}",
	"{\"type\":\"socket\",\"key\":\"k\",\"tenant\":\"" TENANT "\",\"browser\":false,\"since\":7}",
};

static const struct refused {
	const char *packet;
	const char *named;	/* in the error's text or field */
} refused[] = {
	{ "", "" },
	{ "null", "object" },
	{ "[]", "object" },
	{ "{}", "type" },
	{ "{\"type\":1}", "type" },
	{ "{\"type\":\"\"}", "unknown" },
	{ "{\"type\":\"restart\"}", "restart" },
	{ "{\"type\":\"kick\"}", "why" },
	{ "{\"type\":\"kick\",\"why\":null}", "why" },
	{ "{\"type\":\"kick\",\"why\":1}", "why" },
	{ "{\"type\":\"kick\",\"why\":\"a\",\"now\":true}", "now" },
	{ "{\"type\":\"kick\",\"why\":\"a\"} ", NULL }, /* blanks around are JSON */
	{ "{\"type\":\"kick\",\"why\":\"a\"}{}", "" },
	{ "{\"type\":\"kick\",\"why\":\"a\",\"why\":\"b\"}", "why" },
	{ "{\"type\":\"kick\",\"why\":\"a\\u0000b\"}", "" },
	{ "{\"type\":\"kick\",\"why\":\"\xff\"}", "" },
	{ "{\"type\":\"hello\",\"from\":\"x\"}", "version" },
	{ "{\"type\":\"hello\",\"from\":\"x\",\"version\":1.0}", "version" },
	{ "{\"type\":\"hello\",\"from\":\"x\",\"version\":\"1\"}", "version" },
	{ "{\"type\":\"hello\",\"from\":\"x\",\"version\":9223372036854775808}", "" },
	/* a hello of another version may have grown */
	{ "{\"type\":\"hello\",\"from\":\"x\",\"version\":2,\"features\":[\"gzip\"]}", NULL },
	{ CHANGED "}", "at" },
	{ CHANGED ",\"at\":1,\"sync\":1}", "sync" },
	{ CHANGED ",\"at\":1,\"seq\":\"1\"}", "seq" },
	{ "{\"type\":\"changed\",\"tenant\":\"nobody\",\"entity\":\"i\",\"uuid\":\"" ROW
	  "\",\"event\":\"e\",\"at\":1}",
	  "tenant" },
	{ "{\"type\":\"status\",\"state\":\"on\"}", "text" },
};

static void test_what_is_printed_is_parsed(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(canonical); i++) {
		struct pool *pool = pool_new();
		struct err err = { 0 };
		struct buf again = { 0 };
		struct wire_msg m;

		if (wire_parse(pool, canonical[i], strlen(canonical[i]), &m, &err) < 0)
			fail_msg("%s: %s", canonical[i], err.text);
		wire_print(&m, &again);
		assert_string_equal(again.data, canonical[i]);
		buf_release(&again);
		pool_free(&pool);
	}
}

static void test_values_stand_under_their_names(void **state UNUSED)
{
	struct pool *pool = pool_new();
	struct err err = { 0 };
	struct uuid tenant;
	struct wire_msg m;

	assert_int_equal(wire_parse(pool, canonical[2], strlen(canonical[2]), &m, &err), 0);
	assert_int_equal(m.type, WIRE_CHANGED);
	assert_int_equal(uuid_parse(&tenant, TENANT, UUID_TEXT_LEN), 0);
	assert_true(uuid_eq(m.v[CHANGED_TENANT].u, tenant));
	assert_string_equal(m.v[CHANGED_ENTITY].s, "invoice");
	assert_string_equal(m.v[CHANGED_EVENT].s, "created");
	assert_int_equal(m.v[CHANGED_SEQ].i, 123);
	assert_int_equal(m.v[CHANGED_AT].i, 1700000000000000);
	assert_true(m.v[CHANGED_SYNC].b);

	assert_int_equal(wire_parse(pool, canonical[3], strlen(canonical[3]), &m, &err), 0);
	assert_false(m.v[CHANGED_SEQ].set);
	assert_false(m.v[CHANGED_SYNC].set);

	assert_int_equal(wire_parse(pool, canonical[9], strlen(canonical[9]), &m, &err), 0);
	assert_int_equal(m.v[STATUS_PENDING].i, 14);
	assert_string_equal(m.v[STATUS_DETAIL].s, "{\"a\":[1,null,{\"b\":\"c\"}]}");
	pool_free(&pool);
}

static void test_what_is_not_in_the_table_is_refused(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		const struct refused *r = &refused[i];
		struct pool *pool = pool_new();
		struct err err = { 0 };
		struct wire_msg m;
		int rc = wire_parse(pool, r->packet, strlen(r->packet), &m, &err);

		if ((rc == 0) != (r->named == NULL))
			fail_msg("%s: %d, %s", r->packet, rc, err.text);
		if (rc < 0) {
			assert_int_not_equal(err.kind, ERR_NONE);
			if (strstr(err.text, r->named) == NULL &&
			    strstr(err.field, r->named) == NULL)
				fail_msg("%s: does not name %s: %s", r->packet, r->named, err.text);
		}
		pool_free(&pool);
	}
}

static void test_a_packet_has_a_largest_size(void **state UNUSED)
{
	static const char head[] = "{\"type\":\"kick\",\"why\":\"";
	struct pool *pool = pool_new();
	struct buf packet = { 0 };
	struct err err = { 0 };
	struct wire_msg m;

	buf_str(&packet, head);
	while (packet.len < WIRE_PACKET_MAX - 2)
		buf_char(&packet, 'x');
	buf_str(&packet, "\"}");
	assert_int_equal(packet.len, WIRE_PACKET_MAX);
	assert_int_equal(wire_parse(pool, packet.data, packet.len, &m, &err), 0);
	buf_char(&packet, ' ');
	assert_int_equal(wire_parse(pool, packet.data, packet.len, &m, &err), -1);
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	buf_release(&packet);
	pool_free(&pool);
}

static void test_every_message_is_described(void **state UNUSED)
{
	for (size_t i = 0; i < WIRE_TYPES; i++) {
		assert_non_null(wire_desc[i].name);
		/* the NULL that ends the fields */
		assert_null(wire_desc[i].fields[WIRE_FIELDS_MAX - 1].name);
	}
	assert_string_equal(wire_desc[WIRE_HELLO].fields[HELLO_VERSION].name, "version");
	assert_string_equal(wire_desc[WIRE_CHANGED].fields[CHANGED_SYNC].name, "sync");
	assert_string_equal(wire_desc[WIRE_KICK].fields[KICK_WHY].name, "why");
	assert_string_equal(wire_desc[WIRE_STATUS].fields[STATUS_DETAIL].name, "detail");
	assert_string_equal(wire_desc[WIRE_SOCKET].fields[SOCKET_EARLY].name, "early");
	assert_string_equal(wire_desc[WIRE_EVENTS].fields[EVENTS_LIST].name, "list");
	assert_string_equal(wire_desc[WIRE_HOLDERS].fields[HOLDERS_LIST].name, "list");
	assert_string_equal(wire_desc[WIRE_STANDING].fields[STANDING_LIST].name, "list");
}

UNIT_MAIN(
	cmocka_unit_test(test_what_is_printed_is_parsed),
	cmocka_unit_test(test_values_stand_under_their_names),
	cmocka_unit_test(test_what_is_not_in_the_table_is_refused),
	cmocka_unit_test(test_a_packet_has_a_largest_size),
	cmocka_unit_test(test_every_message_is_described),
)
