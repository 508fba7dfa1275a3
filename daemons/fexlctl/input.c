/* The bytes of a file that somebody else wrote. */
#include "base/base.h"
#include "fexlctl/import.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#define INPUT_MAX ((size_t)1 << 30)
#define PIECE (1 << 18)

static int read_all(gzFile gz, const char *path, struct buf *out, struct err *err)
{
	const char *why;
	int n, code;

	while ((n = gzread(gz, buf_room(out, PIECE), PIECE)) > 0) {
		buf_used(out, (size_t)n);
		if (out->len > INPUT_MAX)
			return err_set(err, ERR_TOO_LARGE, "too_large", "%s has more than %zu MiB: split it", path,
				       INPUT_MAX >> 20);
	}
	why = gzerror(gz, &code);
	if (n < 0)
		return err_set(err, ERR_SYNTAX, "unreadable", "%s cannot be read: %s", path,
			       code == Z_ERRNO ? strerror(errno) : why);
	return 0;
}

int input_load(const char *path, struct buf *out, struct err *err)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC), rc;
	gzFile gz;

	if (fd < 0)
		return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : errno == EACCES ? ERR_DENIED : ERR_SYNTAX, "unreadable",
			       "%s cannot be read: %s", path, strerror(errno));
	gz = gzdopen(fd, "rb");
	if (gz == NULL) {
		close(fd);
		return err_set(err, ERR_INTERNAL, "zlib", "cannot read %s: out of memory", path);
	}
	rc = read_all(gz, path, out, err);
	/* Only the end tells that a packed file was cut off. */
	if (gzclose_r(gz) == Z_BUF_ERROR && rc == 0)
		rc = err_set(err, ERR_SYNTAX, "torn", "%s ends in the middle: it was not copied as a whole", path);
	return rc;
}

static bool has_controls(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

/* 0x80 to 0x9f are control characters of Latin-1, and guesswork elsewhere. */
static bool is_latin1(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.p[i] >= 0x80 && (uint8_t)s.p[i] < 0xa0)
			return false;
	return true;
}

static const char *from_latin1(struct pool *pool, struct slice s)
{
	char *text = pool_alloc(pool, 2 * s.len + 1), *to = text;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t ch = (uint8_t)s.p[i];

		if (ch >= 0x80) {
			*to++ = (char)(0xc0 | ch >> 6);
			ch = 0x80 | (ch & 0x3f);
		}
		*to++ = (char)ch;
	}
	return text;
}

const char *input_text(struct pool *pool, struct slice field, size_t *converted)
{
	if (has_controls(field))
		return NULL;
	if (utf8_valid(field.p, field.len))
		return pool_strndup(pool, field.p, field.len);
	if (!is_latin1(field))
		return NULL;
	(*converted)++;
	return from_latin1(pool, field);
}
