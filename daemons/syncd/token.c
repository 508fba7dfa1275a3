/* Who we are.  The key is read for each signing and wiped behind it: it is in
 * memory for a moment every four minutes. */
#include "base/base.h"
#include "syncd/syncd.h"
#include "base/jwt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define LIFE_S 300
#define RENEW_US (240 * SECOND_US)

int secret_file_read(const char *path, size_t max, struct buf *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return err_set(err, ERR_NOT_FOUND, "no_file", "cannot open %s: %s", path, strerror(errno));
	n = read(fd, buf_room(out, max + 1), max + 1);
	close(fd);
	if (n < 0)
		return err_set(err, ERR_INTERNAL, "no_file", "cannot read %s", path);
	buf_used(out, (size_t)n);
	if ((size_t)n > max)
		return err_set(err, ERR_INPUT, "file_size", "%s has more than %zu bytes: it is something else",
			       path, max);
	return 0;
}

static int key_read(const struct token *t, uint8_t key[ED25519_KEY_LEN], struct err *err)
{
	struct buf text = { 0 };
	int rc = secret_file_read(t->key_file, ED25519_KEY_LEN, &text, err);

	if (rc == 0 && text.len != ED25519_KEY_LEN)
		rc = err_set(err, ERR_INPUT, "file_size", "%s has %zu bytes, a key has %d", t->key_file,
			     text.len, ED25519_KEY_LEN);
	if (rc == 0)
		memcpy(key, text.data, ED25519_KEY_LEN);
	if (text.data != NULL)
		wipe(text.data, text.size);
	buf_release(&text);
	return rc;
}

int token_public_key(const struct token *t, uint8_t pub[ED25519_KEY_LEN], struct err *err)
{
	uint8_t key[ED25519_KEY_LEN];

	if (key_read(t, key, err) < 0)
		return -1;
	ed25519_public(key, pub);
	wipe(key, sizeof(key));
	return 0;
}

static int token_sign(struct token *t, struct err *err)
{
	int64_t now_s = clock_wall() / SECOND_US;	/* the cloud's, as it is followed */
	struct jwt claims = {
		.use = JWT_DEVICE,
		.tenant = t->tenant,
		.device = t->device,
		.incarnation = t->incarnation,
		.issued_s = now_s,
		.expires_s = now_s + LIFE_S,
	};
	uint8_t key[ED25519_KEY_LEN];

	if (key_read(t, key, err) < 0)
		return -1;
	buf_clear(&t->text);
	jwt_sign(&claims, key, &t->text);
	wipe(key, sizeof(key));
	t->renew_at = clock_boot() + RENEW_US;
	return 0;
}

static bool is_for(const struct token *t, struct uuid tenant, const struct site *site)
{
	return uuid_eq(t->tenant, tenant) && uuid_eq(t->device, site->device) &&
	       t->incarnation == site->incarnation;
}

const char *token_get(struct token *t, struct uuid tenant, const struct site *site, struct err *err)
{
	if (is_for(t, tenant, site) && clock_boot() < t->renew_at)
		return t->text.data;
	t->tenant = tenant;
	t->device = site->device;
	t->incarnation = site->incarnation;
	t->renew_at = 0;
	return token_sign(t, err) < 0 ? NULL : t->text.data;
}

void token_clock(struct token *t, int64_t server_time, int64_t boot)
{
	int64_t before = clock_wall();

	clock_follow(server_time, boot);
	/* By a clock that was wrong the token may be over, or not begun. */
	if (!t->clock_known || clock_wall() - before > SECOND_US || before - clock_wall() > SECOND_US)
		t->renew_at = 0;
	t->clock_known = true;
}

void token_forget(struct token *t)
{
	t->renew_at = 0;
	t->clock_known = false;
}

void token_release(struct token *t)
{
	buf_release(&t->text);
	free(t->key_file);
}
