/* People of a shop. */
#include "base/base.h"
#include "fixture.h"

static struct row make(struct fixture *f, const char *body)
{
	struct row r;

	must(f, user_create(&f->w, fixture_json(f, body), NULL, NULL, &r, &f->err));
	return r;
}

static int change(struct fixture *f, struct uuid uuid, const char *body, struct row *r)
{
	return user_change(&f->w, uuid, NULL, fixture_json(f, body), NULL, NULL, r, &f->err);
}

static struct row load(struct fixture *f, struct uuid uuid)
{
	struct row r;

	assert_int_equal(row_load(f->db, f->pool, f->w.tenant, schema_table("users"), uuid, &r, &f->err), 1);
	return r;
}

static int64_t stamp_of(struct fixture *f, const struct row *r, const char *column)
{
	struct json stamps = { 0 };

	assert_non_null(r->stamps);
	must(f, json_parse(f->pool, r->stamps, strlen(r->stamps), &stamps, &f->err));
	return int_of(stamps, column);
}

/* --- creating --- */

static void a_new_user_has_hashes_that_no_request_shows(void **state)
{
	struct fixture *f = *state;
	struct json body = fixture_json(f, "{'name':'Alisher','role':'manager','pin':'4711','password':'correct horse'}");
	struct buf out = { 0 };
	struct row r;

	must(f, user_create(&f->w, body, "$y$pin", "$y$password", &r, &f->err));
	r = load(f, r.uuid);
	assert_string_equal(row_text(&r, "name"), "Alisher");
	assert_string_equal(row_text(&r, "role"), "manager");
	assert_int_equal(row_int(&r, "active"), 1);
	assert_string_equal(row_text(&r, "pin_hash"), "$y$pin");
	assert_string_equal(row_text(&r, "password_hash"), "$y$password");
	row_json(&r, FORM_REST, &out);
	assert_null(strstr(out.data, "$y$"));
	assert_null(strstr(out.data, "4711"));
	buf_release(&out);
}

static void a_request_cannot_bring_its_own_hash(void **state)
{
	struct fixture *f = *state;
	struct row r;

	refused(f, "read_only", user_create(&f->w, fixture_json(f, "{'name':'A','pin_hash':'x'}"), NULL, NULL, &r, &f->err));
	assert_string_equal(f->err.field, "/pin_hash");
	refused(f, "unknown_field", user_create(&f->w, fixture_json(f, "{'name':'A','p\\u0022in':1}"), NULL, NULL, &r, &f->err));
	refused(f, "type", user_create(&f->w, fixture_json(f, "['name']"), NULL, NULL, &r, &f->err));
	refused(f, "required", user_create(&f->w, fixture_json(f, "{'pin':'1234'}"), NULL, NULL, &r, &f->err));
	refused(f, "not_a_choice", user_create(&f->w, fixture_json(f, "{'name':'A','role':'god'}"), NULL, NULL, &r, &f->err));
	assert_false(f->t.wrote);
}

static void a_uuid_makes_a_user_once(void **state)
{
	struct fixture *f = *state;
	const char *body = "{'uuid':'01890000-0000-7000-8000-000000000001','name':'Once'}";
	struct row r = make(f, body);

	assert_string_equal(uuid_text(r.uuid).s, "01890000-0000-7000-8000-000000000001");
	refused(f, "duplicate", user_create(&f->w, fixture_json(f, body), NULL, NULL, &r, &f->err));
	assert_string_equal(row_text(&r, "name"), "Once");
	assert_int_equal(f->err.kind, ERR_CONFLICT);
}

static void two_living_users_do_not_share_a_name(void **state)
{
	struct fixture *f = *state;
	struct row first = make(f, "{'name':'Dilnoza'}"), other = make(f, "{'name':'Malika'}"), r;

	refused(f, "taken", user_create(&f->w, fixture_json(f, "{'name':'Dilnoza'}"), NULL, NULL, &r, &f->err));
	refused(f, "taken", change(f, other.uuid, "{'name':'Dilnoza'}", &r));
	must(f, record_delete(&f->w, schema_table("users"), first.uuid, NULL, &f->err));
	must(f, change(f, other.uuid, "{'name':'Dilnoza'}", &r));
}

/* --- changing --- */

static void a_new_pin_moves_only_its_own_stamp(void **state)
{
	struct fixture *f = *state;
	struct row made = make(f, "{'name':'Aziz'}"), r;

	fixture_commit(f);
	must(f, user_change(&f->w, made.uuid, NULL, fixture_json(f, "{'pin':'9999'}"), "$y$new", NULL, &r, &f->err));
	r = load(f, made.uuid);
	assert_string_equal(row_text(&r, "pin_hash"), "$y$new");
	assert_null(row_text(&r, "password_hash"));
	assert_true(r.updated_at > made.updated_at);
	assert_int_equal(stamp_of(f, &r, "pin_hash"), r.updated_at);
	assert_int_equal(stamp_of(f, &r, "name"), made.updated_at);
	assert_int_equal(stamp_of(f, &r, "password_hash"), made.updated_at);
}

static void a_change_that_changes_nothing_is_none(void **state)
{
	struct fixture *f = *state;
	struct row made = make(f, "{'name':'Aziz','role':'cashier'}"), r;

	fixture_commit(f);
	must(f, change(f, made.uuid, "{'name':'Aziz','role':'cashier'}", &r));
	assert_false(f->t.wrote);
	r = load(f, made.uuid);
	assert_int_equal(r.updated_at, made.updated_at);
	assert_int_equal(r.rev, made.rev);
}

static void an_old_etag_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct row made = make(f, "{'name':'Aziz'}"), r;
	char etag[40];

	record_etag(&made, etag);
	fixture_commit(f);
	must(f, user_change(&f->w, made.uuid, etag, fixture_json(f, "{'name':'Aziza'}"), NULL, NULL, &r, &f->err));
	refused(f, "changed", user_change(&f->w, made.uuid, etag, fixture_json(f, "{'name':'X'}"), NULL, NULL, &r, &f->err));
	assert_int_equal(f->err.kind, ERR_STALE);
	assert_string_equal(row_text(&r, "name"), "Aziza");	/* the present one is shown */
	refused(f, "changed", record_delete(&f->w, schema_table("users"), made.uuid, etag, &f->err));
	must(f, record_delete(&f->w, schema_table("users"), made.uuid, "*", &f->err));
}

static void nobody_is_found_under_an_unknown_or_deleted_uuid(void **state)
{
	struct fixture *f = *state;
	struct row made = make(f, "{'name':'Gone'}"), r;

	refused(f, "not_found", change(f, uuid_v7(), "{'name':'X'}", &r));
	must(f, record_delete(&f->w, schema_table("users"), made.uuid, NULL, &f->err));
	refused(f, "not_found", change(f, made.uuid, "{'name':'X'}", &r));
	refused(f, "not_found", record_delete(&f->w, schema_table("users"), made.uuid, NULL, &f->err));
}

/* --- the last owner --- */

static void the_last_owner_cannot_be_demoted_disabled_or_deleted(void **state)
{
	struct fixture *f = *state;
	struct row owner = make(f, "{'name':'Owner','role':'owner'}"), r;

	make(f, "{'name':'Retired','role':'owner','active':false}");
	make(f, "{'name':'Manager','role':'manager'}");
	fixture_commit(f);
	refused(f, "last_owner", change(f, owner.uuid, "{'role':'manager'}", &r));
	refused(f, "last_owner", change(f, owner.uuid, "{'active':false}", &r));
	refused(f, "last_owner", record_delete(&f->w, schema_table("users"), owner.uuid, NULL, &f->err));
	assert_false(f->t.wrote);
	r = load(f, owner.uuid);
	assert_string_equal(row_text(&r, "role"), "owner");
	must(f, change(f, owner.uuid, "{'name':'Boss'}", &r));	/* anything else is fine */
}

static void with_a_second_owner_the_first_may_go(void **state)
{
	struct fixture *f = *state;
	struct row first = make(f, "{'name':'First','role':'owner'}"), second = make(f, "{'name':'Second','role':'owner'}"), r;

	must(f, change(f, first.uuid, "{'active':false}", &r));
	refused(f, "last_owner", record_delete(&f->w, schema_table("users"), second.uuid, NULL, &f->err));
	must(f, change(f, first.uuid, "{'active':true}", &r));
	must(f, record_delete(&f->w, schema_table("users"), second.uuid, NULL, &f->err));
	refused(f, "last_owner", record_delete(&f->w, schema_table("users"), first.uuid, NULL, &f->err));
}

/* --- finding --- */

static void a_user_is_found_by_name_and_by_uuid_while_active(void **state)
{
	struct fixture *f = *state;
	struct row made = make(f, "{'name':'Sardor'}"), r;
	struct uuid elsewhere = uuid_v7();

	assert_int_equal(user_find(f->db, f->pool, f->w.tenant, "Sardor", &r, &f->err), 1);
	assert_true(uuid_eq(r.uuid, made.uuid));
	assert_int_equal(user_find(f->db, f->pool, f->w.tenant, uuid_text(made.uuid).s, &r, &f->err), 1);
	assert_int_equal(user_find(f->db, f->pool, f->w.tenant, "sardor'--", &r, &f->err), 0);
	assert_int_equal(user_find(f->db, f->pool, elsewhere, "Sardor", &r, &f->err), 0);
	assert_int_equal(user_find(f->db, f->pool, elsewhere, uuid_text(made.uuid).s, &r, &f->err), 0);

	must(f, change(f, made.uuid, "{'active':false}", &r));
	assert_int_equal(user_find(f->db, f->pool, f->w.tenant, "Sardor", &r, &f->err), 0);
	assert_int_equal(user_find(f->db, f->pool, f->w.tenant, uuid_text(made.uuid).s, &r, &f->err), 0);
}

static void only_the_living_are_counted(void **state)
{
	struct fixture *f = *state;
	struct row made;
	int64_t n;

	must(f, user_count(f->db, f->w.tenant, &n, &f->err));
	assert_int_equal(n, 0);
	made = make(f, "{'name':'One'}");
	make(f, "{'name':'Two','active':false}");
	must(f, user_count(f->db, f->w.tenant, &n, &f->err));
	assert_int_equal(n, 2);
	must(f, record_delete(&f->w, schema_table("users"), made.uuid, NULL, &f->err));
	must(f, user_count(f->db, f->w.tenant, &n, &f->err));
	assert_int_equal(n, 1);
}

FIXTURE_MAIN(TILL(a_new_user_has_hashes_that_no_request_shows),
	     TILL(a_request_cannot_bring_its_own_hash),
	     TILL(a_uuid_makes_a_user_once),
	     TILL(two_living_users_do_not_share_a_name),
	     TILL(a_new_pin_moves_only_its_own_stamp),
	     HUB(a_change_that_changes_nothing_is_none),
	     TILL(an_old_etag_changes_nothing),
	     TILL(nobody_is_found_under_an_unknown_or_deleted_uuid),
	     TILL(the_last_owner_cannot_be_demoted_disabled_or_deleted),
	     HUB(with_a_second_owner_the_first_may_go),
	     TILL(a_user_is_found_by_name_and_by_uuid_while_active),
	     TILL(only_the_living_are_counted))
