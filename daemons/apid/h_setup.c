/* The first owner of a new till.  Whoever can run fexlctl on this machine gets a
 * code; whoever types it into the console becomes the owner. */
#include "base/base.h"
#include "apid/call.h"

#include "base/clock.h"
#include "base/crypto.h"

#include <ctype.h>

#define CODE_LIVES_US (600 * SECOND_US)
#define CODE_TRIES 5

/* --- the code --- */

static int check_empty(struct call *c, struct err *err)
{
	int64_t users;

	if (user_count(c->db, c->tenant, &users, err) < 0)
		return -1;
	if (users == 0)
		return 0;
	return err_set(err, ERR_CONFLICT, "set_up", "this till has its people already: sign in");
}

static int make_code(struct call *c, struct err *err UNUSED)
{
	struct setup_code *code = &c->apid->setup_code;

	short_code_new(code->text);
	code->until = clock_boot() + CODE_LIVES_US;
	code->tries = 0;
	jw_open(&c->out, '{');
	jw_put_str(&c->out, "code", code->text);
	jw_put_int(&c->out, "expires_in_s", CODE_LIVES_US / SECOND_US);
	jw_close(&c->out, '}');
	return 201;
}

int h_setup_code(struct call *c, struct err *err)
{
	return check_empty(c, err) < 0 ? -1 : call_then(c, LOOP, make_code);
}

/* Small letters will do, and so will blanks for the dash. */
static void tidy(const char *typed, char code[sizeof ((struct setup_code *)0)->text])
{
	size_t n = 0;

	memset(code, 0, SHORT_CODE_LEN + 1);
	for (; *typed && n < SHORT_CODE_LEN; typed++) {
		if (!isalnum((unsigned char)*typed))
			continue;
		if (n == 4)
			code[n++] = '-';
		code[n++] = (char)toupper((unsigned char)*typed);
	}
}

static int check_code(struct setup_code *code, const char *typed, struct err *err)
{
	char tidied[sizeof code->text];

	if (!code->text[0] || code->until < clock_boot()) {
		code->text[0] = '\0';
		return err_set(err, ERR_DENIED, "no_code",
			       "there is no valid code: get one with fexlctl setup");
	}
	tidy(typed, tidied);
	if (same_bytes(tidied, code->text, SHORT_CODE_LEN))
		return 0;
	if (++code->tries >= CODE_TRIES)
		code->text[0] = '\0';
	return err_field(err, "/code", "code_wrong", "the code is wrong");
}

/* --- the owner --- */

struct setup {
	const char *owner, *pin;
	struct json name;
	char pin_hash[SECRET_HASH_MAX];
};

static void code_used(struct call *c)
{
	c->apid->setup_code.text[0] = '\0';
}

/* As if a person had sent it, so that the description checks it. */
static int owner_body(struct call *c, const struct setup *s, struct json *body, struct err *err)
{
	struct buf text = { 0 };
	int rc;

	jw_open(&text, '{');
	jw_put_str(&text, "name", s->owner);
	jw_put_str(&text, "role", "owner");
	jw_close(&text, '}');
	rc = json_parse(c->pool, text.data, text.len, body, err);
	buf_release(&text);
	return rc;
}

static int setup_store(struct call *c, struct err *err)
{
	const struct setup *s = c->state;
	int64_t lives_us = conf_int(c->apid->conf, "session_hours") * 3600 * SECOND_US, expires_at;
	struct uuid nobody = { { 0 } };
	struct write w = call_write(c);
	struct row setting, owner;
	char token[TOKEN_MAX];
	struct json body;

	if (check_empty(c, err) < 0 || owner_body(c, s, &body, err) < 0)
		return -1;
	if (user_create(&w, body, s->pin_hash, NULL, &owner, err) < 0) {
		if (strcmp(err->field, "/name") == 0)
			snprintf(err->field, sizeof err->field, "/owner");
		return -1;
	}
	if (setting_put(&w, "tenant", nobody, "shop_name", s->name, &setting, err) < 0 ||
	    session_create(c->txn, c->tenant, owner.uuid, lives_us, token, &expires_at, err) < 0)
		return -1;
	session_json(c, &owner, token, expires_at);
	c->after = code_used;
	return 201;
}

static int setup_hash(struct call *c, struct err *err UNUSED)
{
	struct setup *s = c->state;

	secret_hash(s->pin, 5, s->pin_hash);
	return call_then(c, WRITE, setup_store);
}

int h_setup(struct call *c, struct err *err)
{
	static const char *const members[] = { "name", "owner", "pin", "code", NULL };
	struct setup *s = pool_alloc(c->pool, sizeof *s);
	const char *code, *name;
	struct json body;

	if (call_body_only(c, members, &body, err) < 0 || call_need(body, "code", 40, &code, err) < 0 ||
	    check_code(&c->apid->setup_code, code, err) < 0)
		return -1;
	if (call_need(body, "name", TENANT_NAME_MAX, &name, err) < 0 ||
	    call_need(body, "owner", 200, &s->owner, err) < 0 ||
	    call_need(body, "pin", 20, &s->pin, err) < 0)
		return -1;
	if (pin_check(s->pin, err) < 0)
		return -1;
	s->name = json_member(body, "name");
	c->state = s;
	return call_then(c, WORK, setup_hash);
}
