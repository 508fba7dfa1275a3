/* Files that hold secrets, in the data folder: 0600, written whole or not. */
#include "base/base.h"
#include "apid/apid.h"

#include "base/crypto.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWORD_FILE_MAX 4096

static void data_path(const struct conf *conf, const char *file, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", conf_str(conf, "data_dir"), file);
}

/* --- reading and writing --- */

/* Bytes read, or -1 with errno. */
static ssize_t file_read(const char *path, void *p, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t len;

	if (fd < 0)
		return -1;
	len = read(fd, p, room);
	close(fd);
	return len;
}

static bool write_all(int fd, const void *p, size_t len)
{
	return write(fd, p, len) == (ssize_t)len && fsync(fd) == 0;
}

static bool dir_sync(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static int file_store(const struct conf *conf, const char *file, const void *p, size_t len, struct err *err)
{
	char path[PATH_MAX], fresh[PATH_MAX + 4];
	bool done;
	int fd;

	data_path(conf, file, path);
	snprintf(fresh, sizeof fresh, "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	done = fd >= 0 && write_all(fd, p, len);
	if (fd >= 0)
		close(fd);
	if (done && rename(fresh, path) == 0 && dir_sync(conf_str(conf, "data_dir")))
		return 0;
	return err_set(err, ERR_INTERNAL, "cannot_store", "%s: cannot be written: %s", path,
		       strerror(errno));
}

/* --- the till's key --- */

static int check_private(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & 077) == 0)
		return 0;
	return err_set(err, ERR_INTERNAL, "key_open",
		       "%s is this till's secret key, and others may read it: chmod 600 it", path);
}

int device_key_open(const struct conf *conf, uint8_t secret[32], struct err *err)
{
	uint8_t pub[ED25519_KEY_LEN], more;
	char path[PATH_MAX], whole[ED25519_KEY_LEN + 1];
	ssize_t len;

	data_path(conf, "device.key", path);
	len = file_read(path, whole, sizeof whole);
	if (len < 0 && errno == ENOENT) {
		ed25519_new(secret, pub);
		return file_store(conf, "device.key", secret, ED25519_KEY_LEN, err);
	}
	if (len < 0)
		return err_set(err, ERR_INTERNAL, "key_unreadable", "%s: %s", path, strerror(errno));
	more = len != ED25519_KEY_LEN;
	memcpy(secret, whole, ED25519_KEY_LEN);
	wipe(whole, sizeof whole);
	if (more)
		return err_set(err, ERR_INTERNAL, "key_broken",
			       "%s must have %d bytes: restore it, or remove it and pair this till again",
			       path, ED25519_KEY_LEN);
	return check_private(path, err);
}

/* --- the licence key --- */

int license_store(const struct conf *conf, const char *key, struct err *err)
{
	return file_store(conf, "license", key, strlen(key), err);
}

void license_remove(const struct conf *conf)
{
	char path[PATH_MAX];

	data_path(conf, "license", path);
	if (unlink(path) < 0 && errno != ENOENT)
		log_warn("%s: cannot be removed: %s; remove it by hand", path, strerror(errno));
}

/* --- the administrator's password --- */

static bool same_text(const char *a, const char *b)
{
	uint8_t hash_a[SHA256_LEN], hash_b[SHA256_LEN];

	sha256(a, strlen(a), hash_a);
	sha256(b, strlen(b), hash_b);
	return same_bytes(hash_a, hash_b, SHA256_LEN);
}

/* The first line of the file is a crypt(5) hash, or the password itself. */
int admin_password_ok(const struct conf *conf, const char *password, struct err *err)
{
	const char *path = conf_str(conf, "admin_password_file");
	char stored[PASSWORD_FILE_MAX];
	ssize_t len;
	bool ok;

	if (!*path)
		return err_set(err, ERR_DENIED, "no_admin",
			       "this server has no administrator: set admin_password_file");
	len = file_read(path, stored, sizeof stored - 1);
	if (len < 0)
		return err_set(err, ERR_INTERNAL, "admin_file", "%s: %s", path, strerror(errno));
	stored[len] = '\0';
	stored[strcspn(stored, "\r\n")] = '\0';
	if (!stored[0])
		return err_set(err, ERR_INTERNAL, "admin_file", "%s is empty: put a password into it",
			       path);
	ok = stored[0] == '$' ? secret_matches(password, stored) : same_text(password, stored);
	wipe(stored, sizeof stored);
	return ok;
}
